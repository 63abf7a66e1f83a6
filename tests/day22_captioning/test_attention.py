"""Checks of attention.py: one query at a time, gates written out, and entropies from SciPy's definition."""

import math

import numpy as np
import torch
from torch.nn.functional import conv2d

from course.testing import (
    assert_close,
    assert_finite,
    assert_parts,
    assert_unchanged,
    hidden,
    points,
)
from course.testing.networks import draw


def look_around(queries, keys, values):
    """The contexts and the weights, one query after the other."""
    contexts, weights = [], []
    for asks, answers, told in zip(queries.numpy(), keys.numpy(), values.numpy(), strict=True):
        for q in asks:
            scores = np.array([float(q @ k) for k in answers]) / math.sqrt(len(q))
            p = np.exp(scores - scores.max())
            p = p / p.sum()
            weights.append(p)
            contexts.append(sum(share * v for share, v in zip(p, told, strict=True)))
    b, t = queries.shape[:2]
    return np.reshape(contexts, (b, t, -1)), np.reshape(weights, (b, t, -1))


@points(2)
def test_attend_query_by_query(student, rng):
    for b, t, places, d, e in [(2, 3, 4, 5, 6), (1, 1, 7, 3, 2), (3, 2, 1, 4, 4), (2, 5, 3, 9, 1)]:
        given = [draw(rng, b, t, d), draw(rng, b, places, d), draw(rng, b, places, e)]
        with assert_unchanged(*given):
            context, weights = assert_parts(student.attend(*given), 2)
        expected = look_around(*given)
        assert_close(weights, expected[1], name="array of weights")
        assert_close(context, expected[0], name="array of contexts")
    queries, keys, values = 900 * draw(rng, 1, 2, 3), draw(rng, 1, 4, 3), draw(rng, 1, 4, 2)
    context, weights = assert_parts(student.attend(queries, keys, values), 2)
    assert_finite(weights, name="array of weights for large scores")
    expected = look_around(queries, keys, values)
    assert_close(context, expected[0], name="array of contexts for large scores")


def slopes(module, leaves, probe):
    """The gradients of a weighted sum of the contexts."""
    import torch

    leaves = [leaf.clone().requires_grad_() for leaf in leaves]
    context, _ = module.attend(*leaves)
    return torch.autograd.grad((context * probe).sum(), leaves)


@hidden
@points(1)
def test_attend_can_be_differentiated_and_is_stable(student, rng):
    leaves, probe = [draw(rng, 2, 3, 4), draw(rng, 2, 5, 4), draw(rng, 2, 5, 3)], draw(rng, 2, 3, 3)
    found = assert_parts(student.run(slopes, leaves, probe), 3)
    twins = [leaf.clone().requires_grad_() for leaf in leaves]
    scores = torch.einsum("btd,bpd->btp", twins[0], twins[1]) / 2
    p = scores.exp() / scores.exp().sum(dim=2, keepdim=True)
    expected = torch.autograd.grad((torch.einsum("btp,bpe->bte", p, twins[2]) * probe).sum(), twins)
    for name, grad, want in zip(("queries", "keys", "values"), found, expected, strict=True):
        assert_close(grad, want, name=f"gradient by the {name}")
    queries, keys = 1000 * leaves[0].float(), leaves[1].float()
    context, weights = assert_parts(student.attend(queries, keys, leaves[2].float()), 2)
    assert_finite(weights, name="array of weights for large scores")
    exact = look_around(queries.double(), keys.double(), leaves[2])
    assert_close(context, exact[0], rtol=1e-3, atol=1e-3, name="array of contexts for large scores")


def draw_parameters(rng, words, word_size, hidden):
    """Parameters of an AttentionNet by their names."""
    shapes = {
        "eye.where": (16, 32),
        "eye.layers.0.weight": (24, 3, 4, 4),
        "eye.layers.0.bias": (24,),
        "eye.layers.2.weight": (32, 24, 4, 4),
        "eye.layers.2.bias": (32,),
        "embedding.weight": (words, word_size),
        "gru.weight_ih_l0": (3 * hidden, word_size),
        "gru.weight_hh_l0": (3 * hidden, hidden),
        "gru.bias_ih_l0": (3 * hidden,),
        "gru.bias_hh_l0": (3 * hidden,),
        "query.weight": (32, hidden),
        "query.bias": (32,),
        "key.weight": (32, 32),
        "key.bias": (32,),
        "value.weight": (32, 32),
        "value.bias": (32,),
        "out.0.weight": (hidden, hidden + 32),
        "out.0.bias": (hidden,),
        "out.2.weight": (words, hidden),
        "out.2.bias": (words,),
    }
    state = {}
    for name, shape in shapes.items():
        state[name] = draw(rng, *shape) * (2 / math.sqrt(math.prod(shape[1:])) if len(shape) > 1 else 0.3)
    state["embedding.weight"] = draw(rng, words, word_size)
    return state


def look_by_hand(state, images, ids):
    """States gate by gate, and what every one of them sees."""
    x = conv2d(images, state["eye.layers.0.weight"], state["eye.layers.0.bias"], stride=2, padding=1)
    x = conv2d(x.relu(), state["eye.layers.2.weight"], state["eye.layers.2.bias"], stride=2, padding=1)
    places = x.relu().reshape(len(images), 32, 16).permute(0, 2, 1) + state["eye.where"]
    h = torch.zeros(len(images), state["gru.weight_hh_l0"].shape[1], dtype=images.dtype)
    states = []
    for words in ids.unbind(dim=1):
        a = state["embedding.weight"][words] @ state["gru.weight_ih_l0"].T + state["gru.bias_ih_l0"]
        b = h @ state["gru.weight_hh_l0"].T + state["gru.bias_hh_l0"]
        (a1, a2, a3), (b1, b2, b3) = a.chunk(3, dim=1), b.chunk(3, dim=1)
        reset, update = torch.sigmoid(a1 + b1), torch.sigmoid(a2 + b2)
        h = (1 - update) * torch.tanh(a3 + reset * b3) + update * h
        states.append(h)
    states = torch.stack(states, dim=1)
    queries, keys, values = (
        x @ state[f"{name}.weight"].T + state[f"{name}.bias"]
        for name, x in (("query", states), ("key", places), ("value", places))
    )
    return states, *look_around(queries, keys, values)


def look(module, sizes, state, images, ids):
    """What a network with these parameters reads, sees, and where."""
    model = module.AttentionNet(*sizes).to(images.dtype)
    model.load_state_dict(state)
    return [part.detach() for part in model.look(images, ids)]


def assert_looked(result, expected, **tolerance):
    names = ("array of states", "array of weights", "array of contexts")
    states, context, weights = assert_parts(result, 3)
    found = (states, weights, context)
    for name, part, want in zip(names, found, (expected[0], expected[2], expected[1]), strict=True):
        assert_close(part, want, name=name, **tolerance)


@points(3)
def test_attention_net_look_by_hand(student, rng):
    for sizes, b, t in [((7, 4, 5), 3, 4), ((6, 3, 6), 1, 1), ((9, 5, 3), 2, 6)]:
        state, images = draw_parameters(rng, *sizes), draw(rng, b, 3, 16, 16)
        ids = torch.tensor(rng.integers(0, sizes[0], size=(b, t)))
        with assert_unchanged(images, ids):
            result = student.run(look, sizes, state, images, ids)
        assert_looked(result, look_by_hand(state, images, ids))


@hidden
@points(1)
def test_attention_net_look_in_single_precision(student, rng):
    sizes, images = (8, 6, 7), draw(rng, 3, 3, 16, 16)
    state, ids = draw_parameters(rng, *sizes), torch.tensor(rng.integers(0, 8, size=(3, 5)))
    expected = look_by_hand(state, images, ids)
    state = {name: value.float() for name, value in state.items()}
    result = student.run(look, sizes, state, images.float(), ids)
    assert_looked(result, expected, rtol=1e-4, atol=1e-5)


@points(0)
def test_effective_places_of_random_looks(student, rng):
    for shape in [(3, 4, 5), (2, 7), (6,), (1, 2, 3, 4)]:
        weights = torch.tensor(rng.dirichlet(np.full(shape[-1], 0.7), size=shape[:-1]))
        with assert_unchanged(weights):
            result = student.effective_places(weights)
        p = weights.numpy()
        assert_close(result, np.exp(-(p * np.log(p)).sum(axis=-1)), name="effective number of places")


@points(0)
def test_effective_places_of_even_looks(student, rng):
    """n places alike and nothing at the others: n."""
    rows, counts = [], rng.permutation(np.arange(1, 9))
    for n in counts:
        row = np.zeros(8)
        row[rng.permutation(8)[:n]] = 1 / n
        rows.append(row)
    result = student.effective_places(torch.tensor(np.array(rows)))
    assert_finite(result, name="effective number of places where some weights are 0")
    assert_close(result, counts.astype(float), name="effective number of places")
