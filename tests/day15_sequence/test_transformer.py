"""Checks of transformer.py: PyTorch's own layers with the same weights, causality, dropout that really drops."""

import math

import numpy as np
import torch
from torch import nn

from course.data import make_sentences
from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_raises,
    assert_that,
    assert_unchanged,
    hidden,
    points,
    training,
)


def draw_block(rng, width):
    """Weights of a Block in double precision, under their names."""
    shapes = {
        "norm1.weight": (width,),
        "norm1.bias": (width,),
        "query.weight": (width, width),
        "key.weight": (width, width),
        "value.weight": (width, width),
        "out.weight": (width, width),
        "norm2.weight": (width,),
        "norm2.bias": (width,),
        "expand.weight": (4 * width, width),
        "expand.bias": (4 * width,),
        "contract.weight": (width, 4 * width),
        "contract.bias": (width,),
    }
    weights = {name: rng.normal(size=shape) / math.sqrt(shape[-1]) for name, shape in shapes.items()}
    for name in ("norm1.weight", "norm2.weight"):
        weights[name] = rng.uniform(0.6, 1.6, size=width)
    return {name: torch.tensor(w) for name, w in weights.items()}


def torch_block(weights, heads, x, mask=None):
    """The same block out of torch.nn: LayerNorm, MultiheadAttention without biases, ReLU between two linear layers."""
    width = x.shape[-1]
    layer = nn.TransformerEncoderLayer(width, heads, 4 * width, 0.0, batch_first=True, norm_first=True).to(
        x.dtype
    )
    zeros = torch.zeros(3 * width, dtype=x.dtype)
    state = {
        "self_attn.in_proj_weight": torch.cat([weights[f"{n}.weight"] for n in ("query", "key", "value")]),
        "self_attn.in_proj_bias": zeros,
        "self_attn.out_proj.weight": weights["out.weight"],
        "self_attn.out_proj.bias": zeros[:width],
    }
    names = {"norm1": "norm1", "norm2": "norm2", "linear1": "expand", "linear2": "contract"}
    for theirs, ours in names.items():
        for part in ("weight", "bias"):
            state[f"{theirs}.{part}"] = weights[f"{ours}.{part}"]
    hide = None if mask is None else ~mask
    return torch.func.functional_call(layer, state, (x,), {"src_mask": hide})


def run_block(module, weights, heads, dropout, in_training, x, mask, grad):
    """Output of a Block with these weights, and the gradient by x."""
    block = module.Block(x.shape[-1], heads, dropout).double()
    block.load_state_dict(weights)
    block.train(in_training)
    x = x.clone().requires_grad_()
    output = block(x, mask)
    (output * grad).sum().backward()
    return output.detach(), x.grad


@points(2)
def test_block_forward_equals_the_torch_layer(student, rng):
    for b, t, width, heads in [(2, 4, 6, 2), (1, 3, 4, 4), (3, 1, 2, 1)]:
        weights, x, grad = draw_block(rng, width), *(torch.tensor(rng.normal(size=(2, b, t, width))))
        x += 0.5  # a mean that the norm has to remove
        for mask in (None, torch.ones(t, t).tril().bool()):
            with assert_unchanged(x):
                result = student.run(run_block, weights, heads, 0.3, False, x, mask, grad)
            output, slope = assert_parts(result, 2)
            leaf = x.clone().requires_grad_()
            expected = torch_block(weights, heads, leaf, mask)
            assert_close(output, expected.detach(), rtol=1e-9, atol=1e-10, name="output in evaluation mode")
            (want,) = torch.autograd.grad(expected, leaf, grad)
            assert_close(slope, want, rtol=1e-9, atol=1e-10, name="gradient by x")


@points(1)
def test_block_forward_with_dropout(student, rng):
    weights, x = draw_block(rng, 6), torch.tensor(rng.normal(size=(2, 5, 6)))
    grad = torch.ones_like(x)
    output, _ = assert_parts(student.run(run_block, weights, 2, 1.0, False, x, None, grad), 2)
    name = "output in evaluation mode, where dropout does nothing,"
    assert_close(output, torch_block(weights, 2, x).detach(), rtol=1e-9, atol=1e-10, name=name)
    output, _ = assert_parts(student.run(run_block, weights, 2, 1.0, True, x, None, grad), 2)
    cause = "self.dropout is not applied at the end of both branches"
    name = "output in training mode, when dropout drops everything that the branches add,"
    assert_close(output, x, rtol=1e-9, atol=1e-10, name=name, cause=cause)
    runs = [student.run(run_block, weights, 2, 0.5, True, x, None, grad) for _ in range(2)]
    first, second = (np.asarray(assert_parts(run, 2)[0]) for run in runs)
    changed = float(np.mean(np.abs(first - second) > 1e-9))
    assert_between(changed, 0.5, 1.0, name="share of the output that two passes with dropout 0.5 disagree on")


def draw_model(rng, size, width, layers):
    """Weights of a Transformer in double precision, under their names."""
    weights = {"embedding.weight": torch.tensor(rng.normal(size=(size, width)))}
    for number in range(layers):
        weights |= {f"blocks.{number}.{name}": w for name, w in draw_block(rng, width).items()}
    weights |= {"norm.weight": torch.tensor(rng.uniform(0.6, 1.6, size=width))}
    weights |= {"norm.bias": torch.tensor(rng.normal(size=width))}
    weights |= {"out.weight": torch.tensor(rng.normal(size=(size, width)))}
    return weights | {"out.bias": torch.tensor(rng.normal(size=size))}


def torch_transformer(weights, heads, ids):
    """Logits by the layers of torch.nn."""
    x = weights["embedding.weight"][ids]
    length, width = x.shape[1:]
    angles = torch.arange(length)[:, None] * 10000.0 ** (-torch.arange(0, width, 2) / width)
    positions = torch.empty(length, width, dtype=x.dtype)
    positions[:, 0::2], positions[:, 1::2] = angles.sin(), angles.cos()
    x = x + positions
    mask = torch.ones(length, length).tril().bool()
    for number in range(1 + max(int(name.split(".")[1]) for name in weights if name.startswith("blocks."))):
        prefix = f"blocks.{number}."
        block = {name.removeprefix(prefix): w for name, w in weights.items() if name.startswith(prefix)}
        x = torch_block(block, heads, x, mask)
    x = nn.functional.layer_norm(x, (width,), weights["norm.weight"], weights["norm.bias"])
    return x @ weights["out.weight"].T + weights["out.bias"]


def run_model(module, weights, heads, dropout, in_training, context, ids):
    """Logits of a Transformer with these weights, and its state."""
    import torch

    size, width = weights["embedding.weight"].shape
    layers = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("blocks."))
    model = module.Transformer(size, width, heads, layers, context, dropout).double()
    model.load_state_dict(weights)
    model.train(in_training)
    with torch.no_grad():
        logits, state = model(ids)
    return logits, state


def assert_all_dropped(student, rng, size, width, layers, length):
    """When dropout drops everything, the logits are those of zeros, at every place."""
    weights = draw_model(rng, size, width, layers)
    ids = torch.tensor(rng.integers(size, size=(1, length)))
    logits, _ = assert_parts(student.run(run_model, weights, 2, 1.0, True, 8, ids), 2)
    bias = weights["norm.bias"] @ weights["out.weight"].T + weights["out.bias"]
    cause = "the dropout after embedding plus positions, or the one in a block, is missing"
    name = "array of logits, when dropout drops everything,"
    expected = bias.expand(1, length, size)
    assert_close(logits, expected, rtol=1e-6, atol=1e-6, name=name, cause=cause)


@points(1)
def test_transformer_forward_equals_torch_layers(student, rng):
    for size, width, heads, layers, b, t in [(9, 6, 2, 2, 2, 5), (5, 4, 1, 1, 3, 1), (7, 8, 4, 3, 1, 6)]:
        weights, ids = draw_model(rng, size, width, layers), torch.tensor(rng.integers(size, size=(b, t)))
        result = student.run(run_model, weights, heads, 0.2, False, 6, ids)
        logits, state = assert_parts(result, 2)
        # the positions may be computed in single precision
        expected = torch_transformer(weights, heads, ids)
        assert_close(logits, expected, rtol=1e-4, atol=1e-4, name="array of logits")
        headline = "The second part of the result is not an empty tuple."
        cause = "a transformer carries nothing from call to call: return logits, ()"
        assert_that(state is not None and np.size(state) == 0, headline, cause)
    cause = "more ids than `context` are to be an error, not to be cut off or let through"
    with assert_raises(ValueError, cause=cause):
        student.run(run_model, weights, heads, 0.2, False, 3, torch.tensor(rng.integers(size, size=(1, 4))))
    assert_all_dropped(student, rng, 5, 4, 2, 3)


@points(1)
def test_transformer_forward_never_looks_ahead(student, rng):
    size, length = 8, 7
    weights, ids = draw_model(rng, size, 6, 2), torch.tensor(rng.integers(size, size=(2, length)))
    place = int(rng.integers(2, 5))
    changed = ids.clone()
    changed[:, place] = (changed[:, place] + 3) % size
    before, after = (
        torch.as_tensor(assert_parts(student.run(run_model, weights, 2, 0.0, False, 9, x), 2)[0])
        for x in (ids, changed)
    )
    assert_close(after, torch_transformer(weights, 2, changed), rtol=1e-4, atol=1e-4, name="array of logits")
    cause = f"places before {place} see what comes after them: is the mask causal, in every block?"
    assert_close(
        after[:, :place], before[:, :place], rtol=1e-9, atol=1e-9, name="prefix of the logits", cause=cause
    )
    moved = (after - before).abs().amax(dim=(0, 2)) > 1e-6
    assert_that(bool(moved[place:].all()), "A place does not see everything before it.")


@hidden
@points(1)
def test_transformer_forward_drops_out_the_embedding(student, rng):
    assert_all_dropped(student, rng, 7, 6, 1, 4)


def train_transformer(module, ids, size, seed):
    """The weights of a small Transformer after training on the ids."""
    import torch

    from day15_sequence.language_model import train

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    model = module.Transformer(size, 48, 4, 2, 32, 0.05)
    train(model, ids, 4.0, 16, 32, 8e-3)
    return model.state_dict()


@training
@points(1)
def test_transformer_forward_learns_a_language(student, rng):
    text, held_out = make_sentences(600, rng), make_sentences(100, rng)
    vocabulary = sorted(set(text))
    ids, held_out = (np.array([vocabulary.index(c) for c in part]) for part in (text, held_out))
    weights = student.run(train_transformer, ids, len(vocabulary), int(rng.integers(2**31)))
    places = 32 * ((len(held_out) - 1) // 32)
    x, y = (torch.tensor(part).reshape(-1, 32) for part in (held_out[:places], held_out[1 : places + 1]))
    with torch.no_grad():
        logits = torch_transformer(weights, 4, x)
    loss = -logits.log_softmax(dim=-1).gather(-1, y[..., None]).mean()
    bits = float(loss) / math.log(2)
    # entropy 0.28, more for windows that begin inside a sentence; counting pairs 2.2
    assert_between(bits, 0.2, 0.8, name="number of bits per character on held-out sentences")


class LastPlaces(nn.Module):
    """A model whose one sure answer depends on all ids it is given, in order; it refuses more than its context."""

    def __init__(self, size, context):
        super().__init__()
        self.size, self.context = size, context

    def forward(self, ids, state=None):
        if ids.shape[1] > self.context:
            raise ValueError("more ids than the context holds")
        memory = torch.zeros(len(ids), dtype=torch.int64)
        logits = torch.zeros(*ids.shape, self.size)
        for t in range(ids.shape[1]):
            memory = (37 * memory + ids[:, t] + 11 + 5 * self.training) % 9973
            logits[torch.arange(len(ids)), t, memory % self.size] = 2.0
        return logits, ()


class Table(nn.Module):
    """Logits by the present character alone."""

    def __init__(self, table):
        super().__init__()
        self.table, self.context = nn.Parameter(table), 4

    def forward(self, ids, state=None):
        return self.table[ids], ()


def assert_continued(student, rng, temperature, top_k):
    """The pairs of ids are as frequent as a table says, and the same seed writes the same text."""
    logits = np.stack([rng.permutation([-1.0, 0.0, 0.9]) for _ in range(3)])
    model, prompt = Table(torch.tensor(logits)), torch.tensor([2, 0, 1])
    seeds = [int(seed) for seed in rng.integers(2**31, size=12)]
    texts = [student.continue_prompt(model, prompt, 100, temperature, top_k, seed) for seed in seeds]
    counts, table = np.zeros((3, 3)), np.zeros((3, 3))
    for ids in map(np.asarray, texts):
        assert_equal(len(ids), 103, name="number of ids")
        np.add.at(counts, (ids[2:-1], ids[3:]), 1)
    for i in range(3):
        kept = np.argsort(-logits[i])[:top_k]
        e = np.exp(logits[i, kept] / temperature)
        table[i, kept] = e / e.sum()
    settings = f"temperature {temperature} and top_k {top_k}"
    assert_that(not counts[table == 0].any(), f"With {settings}, ids were drawn that have probability 0.")
    expected = counts.sum(axis=1, keepdims=True) * table
    met = expected > 0  # of two ids that are kept, both may never lead to the third
    statistic = float(np.sum((counts[met] - expected[met]) ** 2 / expected[met]))
    cause = f"drawn with other probabilities than those of {settings}"
    assert_between(statistic, 0.0, 65.0, name="chi-square statistic of the pairs of ids", cause=cause)
    again = student.continue_prompt(model, prompt, 100, temperature, top_k, seeds[-1])
    cause = "the numbers come from PyTorch's common generator instead of one of their own, made from the seed"
    assert_equal(again, np.asarray(texts[-1]), name="text written with the same seed", cause=cause)


@points(1)
def test_continue_prompt_greedily_and_by_chance(student, rng):
    for size, context, prompt_length, length in [
        (12, 20, 4, 9),  # not 11: there LastPlaces would repeat a single place for ever
        (17, 6, 3, 12),
        (13, 5, 9, 4),
        (7, 9, 1, 1),
        (5, 8, 2, 0),
    ]:
        ids = rng.integers(size, size=prompt_length).tolist()
        tensor = torch.tensor(ids)
        with assert_unchanged(tensor):
            result = student.continue_prompt(LastPlaces(size, context), tensor, length, 0.0)
        for _ in range(length):
            memory = 0
            for i in ids[-context:]:
                memory = (37 * memory + i + 11) % 9973
            ids.append(memory % size)
        assert_equal(result, np.array(ids, dtype=np.int64), name="tensor of ids")
    assert_continued(student, rng, 0.7, None)


@hidden
@points(1)
def test_continue_prompt_draws_with_the_probabilities(student, rng):
    for temperature, top_k in [(0.6, None), (1.5, 2)]:
        assert_continued(student, rng, temperature, top_k)


@hidden
@points(1)
def test_continue_prompt_the_same_text_for_the_same_seed(student, rng):
    table, prompt = torch.tensor(rng.normal(size=(6, 6)) * 0.5), torch.tensor(rng.integers(6, size=3))
    first, other = (int(n) for n in rng.integers(2**31, size=2))
    texts = [student.continue_prompt(Table(table), prompt, 60, seed=seed) for seed in (first, other, first)]
    for text in texts:
        assert_equal(np.asarray(text)[:3], prompt.numpy(), name="beginning of the text")
    cause = "the numbers come from PyTorch's common generator instead of one of their own, made from the seed"
    assert_equal(texts[2], np.asarray(texts[0]), name="text written with the same seed", cause=cause)
    same = bool(np.array_equal(np.asarray(texts[0]), np.asarray(texts[1])))
    assert_that(not same, "Two different seeds wrote the same 60 characters.", "the seed is not used")
