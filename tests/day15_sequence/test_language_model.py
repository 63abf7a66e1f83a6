"""Checks of language_model.py: updates by hand, bits by definition, text from models whose answer is known."""

import math

import numpy as np
import torch
from torch import nn

from course.data import make_sentences
from course.testing import (
    assert_between,
    assert_close,
    assert_dtype,
    assert_equal,
    assert_parts,
    assert_raises,
    assert_that,
    assert_unchanged,
    hidden,
    points,
    training,
)

SIZE, WIDTH, UNITS = 7, 3, 5
CLIPPED = {"rtol": 1e-5, "atol": 1e-5}  # PyTorch adds 1e-6 to the norm that it divides by


def draw_weights(rng, size=SIZE, width=WIDTH, units=UNITS):
    """Weights of a CharLSTM in double precision, under their names."""
    shapes = {
        "embedding.weight": (size, width),
        "lstm.weight_ih_l0": (4 * units, width),
        "lstm.weight_hh_l0": (4 * units, units),
        "lstm.bias_ih_l0": (4 * units,),
        "lstm.bias_hh_l0": (4 * units,),
        "out.weight": (size, units),
        "out.bias": (size,),
    }
    return {name: torch.tensor(rng.normal(size=shape) * 0.7) for name, shape in shapes.items()}


def logits_of(weights, x, state):
    """Logits and the state at the end, by torch.nn.LSTM."""
    lstm = nn.LSTM(weights["embedding.weight"].shape[1], weights["out.weight"].shape[1], batch_first=True)
    inside = {name.removeprefix("lstm."): w for name, w in weights.items() if name.startswith("lstm.")}
    x = nn.functional.embedding(x, weights["embedding.weight"])
    hs, state = torch.func.functional_call(lstm.to(x.dtype), inside, (x, state))
    return hs @ weights["out.weight"].T + weights["out.bias"], state


def mean_loss(logits, y):
    """Cross-entropy in nats, by its definition."""
    return -logits.log_softmax(dim=-1).gather(-1, y[..., None]).mean()


def updates_by_hand(weights, batches, rate, max_norm):
    """Loss before each step of plain gradient descent, state after the last one, and the weights then."""
    weights = {name: w.clone().requires_grad_() for name, w in weights.items()}
    losses, state = [], None
    for x, y in batches:
        logits, state = logits_of(weights, x, state)
        loss = mean_loss(logits, y)
        state = tuple(part.detach() for part in state)
        grads = torch.autograd.grad(loss, list(weights.values()))
        norm = math.sqrt(sum(float((g**2).sum()) for g in grads))
        scale = min(1.0, max_norm / norm)
        pairs = zip(weights.items(), grads, strict=True)
        weights = {name: (w - rate * scale * g).detach().requires_grad_() for (name, w), g in pairs}
        losses.append(float(loss.detach()))
    return losses, state, flat(weights)


def flat(weights):
    """All weights in one vector, in the order of their names."""
    return torch.cat([weights[name].detach().ravel() for name in sorted(weights)])


def run_steps(module, weights, batches, rate, max_norm, dropout=0.0):
    """Losses of some calls of train_step, the last state, its requires_grad, and all weights in one vector."""
    import torch

    size, width = weights["embedding.weight"].shape
    model = module.CharLSTM(size, width, weights["out.weight"].shape[1], dropout).double()
    model.load_state_dict(weights)
    model.eval()
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    losses, state = [], None
    for x, y in batches:
        loss, state = module.train_step(model, optimizer, x, y, state, max_norm)
        losses.append(loss)
    after = model.state_dict()
    vector = torch.cat([after[name].ravel() for name in sorted(after)])
    tied = any(part.requires_grad for part in state)
    return losses, tuple(part.detach() for part in state), tied, vector, model.training


def draw_batches(rng, count, rows=3, steps=4):
    stream = torch.tensor(rng.integers(SIZE, size=(rows, count * steps + 1)))
    cuts = range(0, count * steps, steps)
    return [(stream[:, s : s + steps], stream[:, s + 1 : s + steps + 1]) for s in cuts]


def assert_steps_by_hand(student, weights, batches, rate, max_norm):
    result = student.run(run_steps, weights, batches, rate, max_norm)
    losses, state, tied, after, in_training = assert_parts(result, 5)
    expected_losses, expected_state, expected_after = updates_by_hand(weights, batches, rate, max_norm)
    assert_close(losses, np.array(expected_losses), **CLIPPED, name="list of losses")
    assert_that(
        not tied, "The state still belongs to the graph of its batch.", "detach() it before it is handed on"
    )
    for name, part, want in zip(("h", "c"), assert_parts(state, 2), expected_state, strict=True):
        assert_close(part, want, **CLIPPED, name=f"state {name}")
    assert_close(after, expected_after, **CLIPPED, name="vector of all weights after the steps")
    assert_that(
        in_training,
        "The model is not in training mode.",
        "model.train() comes first: dropout is for training",
    )


@points(1)
def test_train_step_is_one_gradient_step(student, rng):
    for rows, steps in [(3, 4), (1, 6), (4, 1)]:
        batches = draw_batches(rng, 1, rows, steps)
        assert_steps_by_hand(student, draw_weights(rng), batches, rng.uniform(0.3, 0.6), 1e6)


@points(1)
def test_train_step_carries_the_state(student, rng):
    assert_steps_by_hand(student, draw_weights(rng), draw_batches(rng, 4), rng.uniform(0.3, 0.6), 1e6)


@points(1)
def test_train_step_clips_the_gradient(student, rng):
    weights = draw_weights(rng)
    weights["out.weight"] *= 4  # a steep loss: the gradient is longer than 0.05
    assert_steps_by_hand(student, weights, draw_batches(rng, 3), rng.uniform(2, 4), 0.05)


@points(1)
def test_train_step_with_dropout(student, rng):
    weights = draw_weights(rng)
    ((x, y),) = draw_batches(rng, 1)
    result = student.run(run_steps, weights, [(x, y)], 0.5, 1e6, 1.0)
    losses, *_ = assert_parts(result, 5)
    # all outputs of the LSTM are dropped: only the last bias is left, and learns
    expected = mean_loss(weights["out.bias"].expand(*y.shape, SIZE), y)
    cause = "the model has to be in training mode before it is run"
    name = "list of losses, when dropout drops everything,"
    assert_close(losses, np.array([float(expected)]), name=name, cause=cause)


class Counting(nn.Module):
    """A model without state: logits by the present character alone."""

    def __init__(self, table):
        super().__init__()
        self.table = nn.Parameter(table)

    def forward(self, ids, state=None):
        return self.table[ids], ()


def step_without_state(module, model, x, y):
    """Loss and length of the state of a model that has none, and its parameters after the step."""
    import torch

    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    loss, state = module.train_step(model, optimizer, x, y, None)
    loss_again, state = module.train_step(model, optimizer, x, y, state)
    return (loss, loss_again), len(state)


@hidden
@points(1)
def test_train_step_of_a_model_without_state(student, rng):
    table = torch.tensor(rng.normal(size=(SIZE, SIZE)))
    ((x, y),) = draw_batches(rng, 1)
    losses, length = assert_parts(student.run(step_without_state, Counting(table.clone()), x, y), 2)
    leaf = table.clone().requires_grad_()
    loss = mean_loss(leaf[x], y)
    (grad,) = torch.autograd.grad(loss, leaf)
    grad *= min(1.0, 1.0 / float(grad.norm()))
    with torch.no_grad():
        expected = [float(loss), float(mean_loss((leaf - 0.5 * grad)[x], y))]
    assert_close(losses, np.array(expected), rtol=1e-5, name="pair of losses")
    assert_equal(length, 0, name="number of tensors in the state")


def train_char_lstm(module, ids, size, seed):
    """The weights of a small CharLSTM after training on the ids."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    model = module.CharLSTM(size, 16, 64)
    module.train(model, ids, 4.0, 16, 32, 1e-2)
    return model.state_dict()


@training
@points(1)
def test_train_step_learns_a_language(student, rng):
    text, held_out = make_sentences(600, rng), make_sentences(100, rng)
    vocabulary = sorted(set(text))
    ids, held_out = (np.array([vocabulary.index(c) for c in part]) for part in (text, held_out))
    weights = student.run(train_char_lstm, ids, len(vocabulary), int(rng.integers(2**31)))
    with torch.no_grad():
        logits, _ = logits_of(weights, torch.tensor(held_out[None, :-1]), None)
    bits = float(mean_loss(logits[0], torch.tensor(held_out[1:]))) / math.log(2)
    # entropy 0.28, counting pairs 2.2
    assert_between(bits, 0.2, 0.6, name="number of bits per character on held-out sentences")


def run_evaluate(module, weights, dropout, ids, rows, steps):
    """What evaluate returns for a CharLSTM with these weights."""
    size, width = weights["embedding.weight"].shape
    model = module.CharLSTM(size, width, weights["out.weight"].shape[1], dropout).double()
    model.load_state_dict(weights)
    return tuple(module.evaluate(model, ids, rows, steps))


def bits_by_definition(weights, ids, rows):
    """Bits per character when every row of the stream is read in one piece."""
    length = (len(ids) - 1) // rows
    x = torch.tensor(ids[: rows * length].reshape(rows, length))
    y = torch.tensor(ids[1 : rows * length + 1].reshape(rows, length))
    logits, _ = logits_of(weights, x, None)
    return float(mean_loss(logits, y)) / math.log(2)


@points(1)
def test_evaluate_by_definition(student, rng):
    for rows, steps, length in [(2, 9, 9), (3, 4, 9), (2, 3, 7), (1, 5, 11)]:
        weights, ids = draw_weights(rng), rng.integers(SIZE, size=rows * length + 1)
        bits, perplexity = assert_parts(student.run(run_evaluate, weights, 0.0, ids, rows, steps), 2)
        expected = bits_by_definition(weights, ids, rows)
        assert_close(bits, expected, name="number of bits per character")
        assert_close(perplexity, 2**expected, name="perplexity")
    bits, _ = assert_parts(student.run(run_evaluate, weights, 0.3, ids, 1, 4), 2)
    cause = "dropout is on: model.eval() switches it off"
    name = "number of bits per character, of a model with dropout,"
    assert_close(bits, bits_by_definition(weights, ids, 1), name=name, cause=cause)


@hidden
@points(1)
def test_evaluate_without_dropout(student, rng):
    weights, ids = draw_weights(rng), rng.integers(SIZE, size=41)
    bits, _ = assert_parts(student.run(run_evaluate, weights, 0.5, ids, 2, 6), 2)
    cause = "dropout is on: model.eval() switches it off"
    assert_close(bits, bits_by_definition(weights, ids, 2), name="number of bits per character", cause=cause)


class ByPlace(nn.Module):
    """A model without state: logits by the place in the batch alone; it refuses more places than it knows."""

    def __init__(self, table):
        super().__init__()
        self.table = table

    def forward(self, ids, state=None):
        return self.table[: ids.shape[1]].expand(*ids.shape, -1), ()


@hidden
@points(1)
def test_evaluate_of_a_model_without_state(student, rng):
    for rows, steps, length in [(2, 5, 12), (3, 4, 4), (1, 6, 13)]:
        table = torch.tensor(rng.normal(size=(steps, SIZE)))
        ids = rng.integers(SIZE, size=rows * length + 1)
        y = torch.tensor(ids[1:]).reshape(rows, length)
        logits = table[torch.arange(length) % steps].expand(rows, -1, -1)
        bits, _ = assert_parts(student.evaluate(ByPlace(table), ids, rows, steps), 2)
        assert_close(bits, float(mean_loss(logits, y)) / math.log(2), name="number of bits per character")


def softmax(logits):
    e = np.exp(logits - logits.max())
    return e / e.sum()


def draw_logits(rng, size):
    """Logits at least 0.2 apart from each other, in any order."""
    return rng.permutation(np.cumsum(rng.uniform(0.2, 0.6, size=size)) - 0.2 * size)


@points(1)
def test_next_probabilities_with_temperature(student, rng):
    for size, temperature in [(6, 1.0), (4, 0.4), (9, 2.5), (1, 0.7)]:
        logits = draw_logits(rng, size)
        tensor = torch.tensor(logits)
        with assert_unchanged(tensor):
            result = student.next_probabilities(tensor, temperature)
        assert_close(result, softmax(logits / temperature), name="vector of probabilities")
    single = torch.tensor(logits, dtype=torch.float32)
    result = student.next_probabilities(single, 0.7)
    assert_dtype(result, torch.float32, name="vector of probabilities")


@points(1)
def test_next_probabilities_of_the_top_k(student, rng):
    for size, temperature, top_k in [(6, 0.8, 3), (5, 1.7, 2), (4, 1.0, 1), (4, 0.6, 9), (5, 1.3, 5)]:
        logits = draw_logits(rng, size)
        order = np.argsort(-logits)
        expected = np.zeros(size)
        expected[order[:top_k]] = softmax(logits[order[:top_k]] / temperature)
        tensor = torch.tensor(logits)
        with assert_unchanged(tensor):
            result = student.next_probabilities(tensor, temperature, top_k)
        assert_close(result, expected, name="vector of probabilities")


@points(1)
def test_next_probabilities_at_the_edges(student, rng):
    logits = draw_logits(rng, 6)
    greedy = np.zeros(6)
    greedy[np.argmax(logits)] = 1
    assert_close(
        student.next_probabilities(torch.tensor(logits), 0.0), greedy, name="vector of probabilities"
    )
    assert_close(
        student.next_probabilities(torch.tensor(logits), 0.0, 3), greedy, name="vector of probabilities"
    )
    tied = torch.tensor([1.0, 3.0, 3.0, 2.0], dtype=torch.float64)
    assert_close(
        student.next_probabilities(tied, 0), np.array([0.0, 1, 0, 0]), name="vector of probabilities"
    )
    large = 1000 + 5 * logits
    result = student.next_probabilities(torch.tensor(large), 0.5)
    assert_close(result, softmax(large / 0.5), name="vector of probabilities")
    with assert_raises(
        ValueError, cause="a temperature below 0 would turn the order round, and is to be an error"
    ):
        student.next_probabilities(torch.tensor(logits), -0.5)
    with assert_raises(
        ValueError, cause="a top_k below 1 leaves nothing to choose from, and is to be an error"
    ):
        student.next_probabilities(torch.tensor(logits), 1.0, 0)


class Automaton(nn.Module):
    """A model whose one sure answer depends on everything it has read, in order; in training mode it is another one."""

    def __init__(self, size, factor, offset):
        super().__init__()
        self.size, self.factor, self.offset = size, factor, offset

    def forward(self, ids, state=None):
        memory = torch.zeros(len(ids), dtype=torch.int64) if state is None else state[0]
        logits = torch.zeros(*ids.shape, self.size)
        for t in range(ids.shape[1]):
            memory = (self.factor * memory + ids[:, t] + self.offset + 5 * self.training) % 9973
            logits[torch.arange(len(ids)), t, memory % self.size] = 2.0
        return logits, (memory,)


@points(1)
def test_generate_greedily(student, rng):
    for size, prompt_length, length in [(11, 4, 12), (23, 1, 9), (17, 8, 1), (5, 2, 0)]:
        factor, offset = (int(n) for n in rng.integers(50, 500, size=2))
        prompt = rng.integers(size, size=prompt_length)
        memory = 0
        for i in prompt:
            memory = (factor * memory + int(i) + offset) % 9973
        expected = []
        for _ in range(length):
            expected.append(memory % size)
            memory = (factor * memory + expected[-1] + offset) % 9973
        tensor = torch.tensor(prompt)
        with assert_unchanged(tensor):
            result = student.generate(Automaton(size, factor, offset), tensor, length, 0.0)
        assert_dtype(result, torch.int64, name="tensor of written ids")
        assert_equal(result, np.array(expected, dtype=np.int64), name="tensor of written ids")


def assert_drawn_from(texts, first, table, name):
    """The pairs in the texts are as frequent as the table says: a chi-square test that fails by chance once in 10^9."""
    size = len(table)
    counts = np.zeros((size, size))
    for ids in ([int(i) for i in text] for text in texts):
        for i, j in zip([first, *ids], ids, strict=False):
            counts[i, j] += 1
    possible = table > 0
    assert_that(not counts[~possible].any(), f"With {name}, ids were drawn that have probability 0.")
    expected = counts.sum(axis=1, keepdims=True) * table
    used = possible & (expected > 0)
    statistic = float(np.sum((counts - expected)[used] ** 2 / expected[used]))
    cause = f"drawn with other probabilities than those of {name}"
    assert_between(statistic, 0.0, 80.0, name="chi-square statistic of the pairs of ids", cause=cause)


@points(1)
def test_generate_draws_with_the_probabilities(student, rng):
    logits = np.stack([rng.permutation([-1.0, -0.2, 0.3, 0.9]) for _ in range(4)])
    for temperature, top_k in [(1.0, None), (0.5, None), (1.6, 3)]:
        model, prompt = Counting(torch.tensor(logits)), torch.tensor([1])
        seeds = [int(seed) for seed in rng.integers(2**31, size=12)]
        texts = [student.generate(model, prompt, 125, temperature, top_k, seed) for seed in seeds]
        kept = np.argsort(-logits, axis=1)[:, :top_k]
        table = np.zeros((4, 4))
        for i in range(4):
            table[i, kept[i]] = softmax(logits[i, kept[i]] / temperature)
        for written in texts:
            assert_equal(len(written), 125, name="number of written ids")
        assert_drawn_from(texts, 1, table, f"temperature {temperature} and top_k {top_k}")
    again = student.generate(model, prompt, 125, temperature, top_k, seeds[-1])
    cause = "the numbers come from PyTorch's common generator instead of one of their own, made from the seed"
    assert_equal(again, np.asarray(texts[-1]), name="text written with the same seed", cause=cause)


@hidden
@points(1)
def test_generate_the_same_text_for_the_same_seed(student, rng):
    table, prompt = torch.tensor(rng.normal(size=(6, 6)) * 0.5), torch.tensor(rng.integers(6, size=3))
    first, other = (int(n) for n in rng.integers(2**31, size=2))
    texts = [student.generate(Counting(table), prompt, 60, seed=seed) for seed in (first, other, first)]
    for text in texts:
        assert_that(
            bool(((np.asarray(text) >= 0) & (np.asarray(text) < 6)).all()), "An id is outside the vocabulary."
        )
    cause = "the numbers come from PyTorch's common generator instead of one of their own, made from the seed"
    assert_equal(texts[2], np.asarray(texts[0]), name="text written with the same seed", cause=cause)
    same = bool(np.array_equal(np.asarray(texts[0]), np.asarray(texts[1])))
    assert_that(not same, "Two different seeds wrote the same 60 characters.", "the seed is not used")
