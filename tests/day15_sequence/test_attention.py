"""Checks of attention.py: PyTorch's own attention, autograd, and what must not depend on what."""

import numpy as np
import torch
from torch.nn import functional

from course.testing import (
    assert_close,
    assert_dtype,
    assert_equal,
    assert_finite,
    assert_parts,
    assert_raises,
    assert_that,
    assert_unchanged,
    hidden,
    points,
)

SHAPES = [((), 4, 6, 3, 5), ((2,), 5, 3, 4, 2), ((2, 3), 3, 3, 2, 4), ((1,), 1, 4, 2, 1), ((3,), 2, 1, 1, 3)]


def draw(rng, *shape):
    return torch.tensor(rng.normal(size=shape) * 1.3)


def draw_mask(rng, *shape):
    """A mask in which every row sees at least one key and, where there are several, misses one."""
    mask = rng.random(shape) < 0.5
    first = rng.integers(shape[-1], size=shape[:-1])[..., None]
    np.put_along_axis(mask, first, True, axis=-1)
    if shape[-1] > 1:
        np.put_along_axis(mask, (first + 1) % shape[-1], False, axis=-1)
    return torch.tensor(mask)


def weights_by_definition(q, k, mask=None):
    """Loops over queries and keys: a softmax over the visible ones."""
    q, k = np.asarray(q), np.asarray(k)
    weights = np.zeros((*q.shape[:-1], k.shape[-2]))
    visible = np.broadcast_to(True if mask is None else np.asarray(mask), weights.shape)
    for place in np.ndindex(*q.shape[:-1]):
        seen = np.flatnonzero(visible[place])
        if seen.size:
            scores = np.array([np.dot(q[place], k[(*place[:-1], s)]) for s in seen]) / np.sqrt(q.shape[-1])
            e = np.exp(scores - scores.max())
            weights[place][seen] = e / e.sum()
    return weights


@points(1)
def test_causal_mask_of_several_lengths(student, rng):
    for queries, keys in [(4, 4), (2, 5), (1, 3), (1, 1), (int(rng.integers(3, 6)), int(rng.integers(6, 9)))]:
        expected = [[j <= keys - queries + i for j in range(keys)] for i in range(queries)]
        result = student.causal_mask(queries, keys)
        assert_dtype(
            result, torch.bool, name="mask", cause="a mask holds truth values, not scores to be added"
        )
        assert_equal(np.asarray(result), np.array(expected), name="mask")


@points(1)
def test_attention_without_a_mask(student, rng):
    for batch, t, s, d, e in SHAPES:
        q, k, v = draw(rng, *batch, t, d), draw(rng, *batch, s, d), draw(rng, *batch, s, e)
        with assert_unchanged(q, k, v):
            output, weights = assert_parts(student.attention(q, k, v), 2)
        assert_close(weights, weights_by_definition(q, k), rtol=1e-9, atol=1e-10, name="array of weights")
        expected = functional.scaled_dot_product_attention(q, k, v)
        assert_close(output, expected, rtol=1e-9, atol=1e-10, name="output")
    single = [part.float() for part in (q, k, v)]
    assert_dtype(assert_parts(student.attention(*single), 2)[0], torch.float32, name="output")


@points(2)
def test_attention_with_a_mask(student, rng):
    for batch, t, s, d, e in SHAPES:
        q, k, v = draw(rng, *batch, t, d), draw(rng, *batch, s, d), draw(rng, *batch, s, e)
        mask = draw_mask(rng, *batch, t, s)
        with assert_unchanged(q, k, v, mask):
            output, weights = assert_parts(student.attention(q, k, v, mask), 2)
        assert_close(
            weights, weights_by_definition(q, k, mask), rtol=1e-9, atol=1e-10, name="array of weights"
        )
        expected = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        assert_close(output, expected, rtol=1e-9, atol=1e-10, name="output")
    q, k, v = draw(rng, 2, 3, 5, 4), draw(rng, 2, 3, 6, 4), draw(rng, 2, 3, 6, 4)
    padding = draw_mask(rng, 2, 1, 1, 6)
    output, _ = assert_parts(student.attention(q, k, v, padding), 2)
    expected = functional.scaled_dot_product_attention(q, k, v, attn_mask=padding)
    assert_close(
        output, expected, rtol=1e-9, atol=1e-10, name="output with a mask (2, 1, 1, 6) that broadcasts"
    )
    q, k, v = draw(rng, 4, 3), draw(rng, 6, 3), draw(rng, 6, 2)
    mask = draw_mask(rng, 4, 6)
    mask[1] = False
    output, weights = assert_parts(student.attention(q, k, v, mask), 2)
    cause = "a query that sees no key gets 0: the softmax of nothing but −∞ is NaN"
    expected = torch.tensor(weights_by_definition(q, k, mask))
    assert_close(weights, expected, rtol=1e-9, atol=1e-10, name="array of weights", cause=cause)
    assert_close(output, expected @ v, rtol=1e-9, atol=1e-10, name="output", cause=cause)


def gradients_of_attention(module, q, k, v, mask, grad):
    """Output, weights and the gradients by q, k and v."""
    import torch

    leaves = [part.clone().requires_grad_() for part in (q, k, v)]
    output, weights = module.attention(*leaves, mask)
    return output.detach(), weights.detach(), torch.autograd.grad(output, leaves, grad)


@hidden
@points(1)
def test_attention_of_a_query_that_sees_nothing(student, rng):
    q, k, v, grad = draw(rng, 2, 4, 3), draw(rng, 2, 5, 3), draw(rng, 2, 5, 2), draw(rng, 2, 4, 2)
    mask = draw_mask(rng, 2, 4, 5)
    mask[0, 1], mask[1, 3] = False, False
    result = student.run(gradients_of_attention, q, k, v, mask, grad)
    output, weights, grads = assert_parts(result, 3)
    expected = torch.tensor(weights_by_definition(q, k, mask))
    assert_close(weights, expected, rtol=1e-9, atol=1e-10, name="array of weights")
    assert_close(output, expected @ v, rtol=1e-9, atol=1e-10, name="output")
    for name, part in zip(("queries", "keys", "values"), assert_parts(grads, 3), strict=True):
        assert_finite(part, name=f"gradient by the {name}")


@points(2)
def test_attention_backward_equals_autograd(student, rng):
    for batch, t, s, d, e in SHAPES:
        shapes = ((*batch, t, d), (*batch, s, d), (*batch, s, e))
        leaves = [draw(rng, *shape).requires_grad_() for shape in shapes]
        grad = draw(rng, *batch, t, e)
        expected = torch.autograd.grad(functional.scaled_dot_product_attention(*leaves), leaves, grad)
        q, k, v = (leaf.detach() for leaf in leaves)
        weights = torch.tensor(weights_by_definition(q, k))
        with assert_unchanged(grad, q, k, v, weights):
            grads = assert_parts(student.attention_backward(grad, q, k, v, weights), 3)
        for name, part, want in zip(("queries", "keys", "values"), grads, expected, strict=True):
            assert_close(part, want, rtol=1e-9, atol=1e-10, name=f"gradient by the {name}")
    leaves = [draw(rng, *shape).requires_grad_() for shape in ((2, 5, 3), (2, 6, 3), (2, 6, 4))]
    grad, mask = draw(rng, 2, 5, 4), draw_mask(rng, 2, 5, 6)
    output = functional.scaled_dot_product_attention(*leaves, attn_mask=mask)
    expected = torch.autograd.grad(output, leaves, grad)
    q, k, v = (leaf.detach() for leaf in leaves)
    weights = torch.tensor(weights_by_definition(q, k, mask))
    grads = assert_parts(student.attention_backward(grad, q, k, v, weights), 3)
    for name, part, want in zip(("queries", "keys", "values"), grads, expected, strict=True):
        assert_close(part, want, rtol=1e-9, atol=1e-10, name=f"gradient by the {name}")


def torch_multi_head(x, memory, w_q, w_k, w_v, w_o, heads, hide=None):
    """torch.nn.MultiheadAttention with these weights; in ``hide``, True means hidden."""
    layer = torch.nn.MultiheadAttention(x.shape[2], heads, bias=False, batch_first=True).double()
    with torch.no_grad():
        layer.in_proj_weight.copy_(torch.cat([w_q, w_k, w_v]))
        layer.out_proj.weight.copy_(w_o)
        return layer(x, memory, memory, attn_mask=hide, average_attn_weights=False)


def draw_projections(rng, d):
    return [draw(rng, d, d) / np.sqrt(d) for _ in range(4)]


@points(2)
def test_multi_head_attention_equals_torch(student, rng):
    for b, t, s, d, heads in [(2, 3, 5, 6, 3), (1, 4, 2, 8, 2), (3, 1, 4, 4, 4), (2, 4, 3, 5, 1)]:
        x, memory, projections = draw(rng, b, t, d), draw(rng, b, s, d), draw_projections(rng, d)
        with assert_unchanged(x, memory, *projections):
            result = student.multi_head_attention(x, memory, *projections, heads)
        output, weights = assert_parts(result, 2)
        expected, expected_weights = torch_multi_head(x, memory, *projections, heads)
        assert_close(weights, expected_weights, rtol=1e-9, atol=1e-10, name="array of weights")
        assert_close(output, expected, rtol=1e-9, atol=1e-10, name="output")
    cause = "each head gets d/h features: when that is no whole number, it is to be a ValueError"
    with assert_raises(ValueError, cause=cause):
        student.multi_head_attention(x, memory, *projections, 3)


@points(1)
def test_multi_head_attention_with_a_mask(student, rng):
    b, t, d, heads = 2, 5, 6, 3
    x, projections = draw(rng, b, t, d), draw_projections(rng, d)
    past = torch.ones(t, t).tril().bool()
    real = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])[:, None, None, :]
    for mask in (past, real):
        output, weights = assert_parts(student.multi_head_attention(x, x, *projections, heads, mask), 2)
        hide = ~mask.expand(b, heads, t, t).reshape(b * heads, t, t)
        expected, expected_weights = torch_multi_head(x, x, *projections, heads, hide)
        assert_close(weights, expected_weights, rtol=1e-9, atol=1e-10, name="array of weights")
        assert_close(output, expected, rtol=1e-9, atol=1e-10, name="output")


@hidden
@points(1)
def test_multi_head_attention_keeps_the_heads_apart(student, rng):
    d, heads = 6, 3
    x, (w_q, w_k, w_v, _) = draw(rng, 2, 4, d), draw_projections(rng, d)
    width, place = d // heads, int(rng.integers(heads))
    changed = w_v.clone()
    changed[place * width : (place + 1) * width] += 1.0
    before, _ = assert_parts(
        student.multi_head_attention(x, x, w_q, w_k, w_v, torch.eye(d).double(), heads), 2
    )
    after, _ = assert_parts(
        student.multi_head_attention(x, x, w_q, w_k, changed, torch.eye(d).double(), heads), 2
    )
    expected = torch_multi_head(x, x, w_q, w_k, changed, torch.eye(d).double(), heads)[0]
    assert_close(after, expected, rtol=1e-9, atol=1e-10, name="output")
    moved = (torch.as_tensor(after) - torch.as_tensor(before)).abs().amax(dim=(0, 1)) > 1e-6
    own = [place * width <= j < (place + 1) * width for j in range(d)]
    assert_equal(moved.tolist(), own, name="list of features that change with the values of one head")


@points(1)
def test_sinusoidal_positions_of_several_sizes(student, rng):
    for length, width in [(5, 6), (1, 4), (int(rng.integers(20, 60)), 10), (7, 2)]:
        expected = np.empty((length, width))
        for p in range(length):
            for i in range(width // 2):
                angle = p / 10000 ** (2 * i / width)
                expected[p, 2 * i], expected[p, 2 * i + 1] = np.sin(angle), np.cos(angle)
        result = student.sinusoidal_positions(length, width)
        assert_close(result, expected, rtol=1e-4, atol=3e-5, name="array of positions")
    with assert_raises(
        ValueError, cause="sines and cosines come in pairs, so that an odd width is to be a ValueError"
    ):
        student.sinusoidal_positions(4, 5)


@hidden
@points(1)
def test_sinusoidal_positions_are_turned_by_a_step(student, rng):
    width, step = 8, int(rng.integers(2, 9))
    positions = np.asarray(student.sinusoidal_positions(30, width), dtype=np.float64)
    for i in range(width // 2):
        angle = step / 10000 ** (2 * i / width)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        pair = positions[:-step, 2 * i : 2 * i + 2] @ turn
        cause = f"{step} places further, every pair (sin, cos) is turned by the same angle"
        moved = positions[step:, 2 * i : 2 * i + 2]
        assert_close(moved, pair, rtol=1e-4, atol=1e-4, name="pair of positions", cause=cause)
    norms = (positions**2).sum(axis=1)
    assert_that(
        bool(np.allclose(norms, width / 2, atol=1e-3)), "The positions do not all have the length √(width/2)."
    )
