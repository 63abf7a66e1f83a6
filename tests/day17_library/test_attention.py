"""Checks of attention.py: values and gradients against PyTorch, over masks, heads and lengths."""

import numpy as np
import torch
from torch.nn import functional as F

from course.testing import (
    assert_close,
    assert_dtype,
    assert_finite,
    assert_parts,
    assert_unchanged,
    hidden,
    points,
)


def normal(rng, *shapes, dtype=np.float64):
    return [(rng.normal(size=shape) + 0.2).astype(dtype) for shape in shapes]


def attended(module, arrays, mask, seed):
    """The result, and the gradients by queries, keys and values."""
    from day17_library.engine import Tensor

    leaves = [Tensor(array) for array in arrays]
    y = module.attention(*leaves) if mask is None else module.attention(*leaves, mask)
    y.backward(seed)
    return y.data, [leaf.grad for leaf in leaves]


def by_torch(arrays, mask, seed):
    q, k, v = leaves = [torch.tensor(array, requires_grad=True) for array in arrays]
    if mask is not None:
        mask = torch.tensor(np.broadcast_to(mask, (*q.shape[:-1], k.shape[-2])).copy())
    y = F.scaled_dot_product_attention(q, k, v, mask)
    gradients = torch.autograd.grad(y, leaves, torch.tensor(seed))
    return y.detach().numpy(), [g.numpy() for g in gradients]


def assert_attended(student, rng, shapes, mask, cause="", dtype=np.float64):
    assert_attended_as(student, rng, normal(rng, *shapes, dtype=dtype), mask, cause, dtype)


def assert_attended_as(student, rng, arrays, mask, cause="", dtype=np.float64):
    """Of these queries, keys and values."""
    (seed,) = normal(rng, (*arrays[0].shape[:-1], arrays[2].shape[-1]), dtype=dtype)
    with assert_unchanged(*arrays, *([] if mask is None else [mask])):
        y, gradients = assert_parts(student.run(attended, arrays, mask, seed), 2)
    expected, wanted = by_torch(arrays, mask, seed)
    single = dtype == np.float32
    rtol, atol = (1e-4, 1e-4) if single else (1e-6, 1e-8)
    assert_close(y, expected, name="array of the result", cause=cause, rtol=rtol, atol=atol)
    names = ("the queries", "the keys", "the values")
    for gradient, right, name in zip(assert_parts(gradients, 3), wanted, names, strict=True):
        assert_close(gradient, right, name=f"gradient by {name}", cause=cause, rtol=rtol, atol=atol)
        if single:
            assert_dtype(gradient, np.float32, name=f"gradient by {name}")
    if single:
        assert_dtype(y, np.float32, name="array of the result")


def some(rng, *shape):
    """Truth values of which every row has one that is True."""
    mask = rng.random(shape) < 0.5
    mask[..., 0] |= ~mask.any(axis=-1)
    return mask


@points(1)
def test_attention_without_a_mask(student, rng):
    for front, tq, tk, d, e in [
        ((), 3, 4, 2, 5),
        ((2,), 4, 3, 5, 2),
        ((2, 3), 2, 5, 3, 3),
        ((1,), 1, 1, 4, 2),
    ]:
        shapes = ((*front, tq, d), (*front, tk, d), (*front, tk, e))
        assert_attended(
            student, rng, shapes, None, "the scores are divided by √d, and the softmax is over the keys"
        )
    assert_attended(student, rng, ((2, 3, 4), (2, 5, 4), (2, 5, 2)), None, dtype=np.float32)


@points(1)
def test_attention_with_a_mask(student, rng):
    for front, tq, tk, d, e in [((), 3, 4, 2, 5), ((2,), 4, 3, 5, 2), ((2, 3), 2, 5, 3, 3)]:
        shapes = ((*front, tq, d), (*front, tk, d), (*front, tk, e))
        for mask in (some(rng, *front, tq, tk), some(rng, tk), np.tril(np.ones((tq, tk), dtype=bool))):
            assert_attended(
                student,
                rng,
                shapes,
                mask,
                "what must not be seen gets the weight 0, and the others add up to 1",
            )
    mask = some(rng, 3, 5)
    assert_attended(student, rng, ((2, 3, 4), (2, 5, 4), (2, 5, 2)), mask, dtype=np.float32)
    cause = "a key that must not be seen gets no weight, however large its score is"
    seen = np.array([True, False, True, False, True])
    q, k, v = rng.uniform(0.5, 1, size=(3, 4)), *normal(rng, (5, 4), (5, 2))
    k[~seen] = rng.uniform(1000, 2000, size=(2, 4))
    assert_attended_as(student, rng, [q, k, v], seen, cause)


@points(1)
def test_attention_of_those_who_see_nothing(student, rng):
    for front, tq, tk in [((2,), 3, 4), ((), 4, 2)]:
        arrays = normal(rng, (*front, tq, 3), (*front, tk, 3), (*front, tk, 2))
        mask = some(rng, *front, tq, tk)
        blind = np.zeros((*front, tq), dtype=bool)
        blind[..., 1] = True
        mask[blind] = False
        (seed,) = normal(rng, (*front, tq, 2))
        y, gradients = assert_parts(student.run(attended, arrays, mask, seed), 2)
        assert_finite(y, name="array of the result where a query may look at nothing")
        seeing = np.where(blind[..., None], 0, seed)
        open_mask = mask | blind[..., None]
        expected, wanted = by_torch(arrays, open_mask, seeing)
        assert_close(y, np.where(blind[..., None], 0, expected), name="array of the result")
        for gradient, right, name in zip(gradients, wanted, ("queries", "keys", "values"), strict=True):
            assert_finite(gradient, name=f"gradient by the {name}")
            assert_close(gradient, right, name=f"gradient by the {name}")


def heads(module, d, h, parameters, x, mask, seed):
    """A layer with given parameters: the result, and the gradients by x and by them."""
    from day17_library.engine import Tensor

    layer = module.MultiHeadAttention(d, h, np.random.default_rng(0))
    parts = [getattr(layer, name) for name in ("query", "key", "value", "output")]
    for part, (weight, bias) in zip(parts, parameters, strict=True):
        part.weight.data, part.bias.data = weight, bias
    leaf = Tensor(x)
    y = layer(leaf) if mask is None else layer(leaf, mask)
    y.backward(seed)
    return y.data, [leaf.grad] + [p.grad for part in parts for p in (part.weight, part.bias)]


def heads_by_torch(d, h, parameters, x, mask, seed):
    """PyTorch with the same parameters; it wants the matrices transposed, and the places on the first axis."""
    flat = [torch.tensor(array, requires_grad=True) for pair in parameters for array in pair]
    wq, bq, wk, bk, wv, bv, wo, bo = flat
    leaf = torch.tensor(x, requires_grad=True)
    turned = leaf.transpose(0, 1)
    if mask is not None:
        mask = ~torch.tensor(mask)
        mask = mask.repeat_interleave(h, dim=0) if mask.ndim == 3 else mask
    first = (torch.cat([wq.T, wk.T, wv.T]), torch.cat([bq, bk, bv]))
    last = {"out_proj_weight": wo.T, "out_proj_bias": bo, "need_weights": False, "attn_mask": mask}
    none = {"bias_k": None, "bias_v": None, "add_zero_attn": False, "dropout_p": 0.0}
    y, _ = F.multi_head_attention_forward(turned, turned, turned, d, h, *first, **none, **last)
    y = y.transpose(0, 1)
    gradients = torch.autograd.grad(y, [leaf, *flat], torch.tensor(seed))
    return y.detach().numpy(), [g.numpy() for g in gradients]


def assert_heads(student, rng, n, t, d, h, mask, cause):
    parameters = [tuple(normal(rng, (d, d), (d,))) for _ in range(4)]
    x, seed = normal(rng, (n, t, d), (n, t, d))
    x = x / np.sqrt(d)
    with assert_unchanged(x):
        y, gradients = assert_parts(student.run(heads, d, h, parameters, x, mask, seed), 2)
    expected, wanted = heads_by_torch(d, h, parameters, x, mask, seed)
    assert_close(y, expected, name="array of the result", cause=cause)
    names = ["x"] + [
        f"the {k} of {n}" for n in ("query", "key", "value", "output") for k in ("weights", "biases")
    ]
    for gradient, right, name in zip(assert_parts(gradients, 9), wanted, names, strict=True):
        assert_close(gradient, right, name=f"gradient by {name}", cause=cause, atol=1e-7)


@points(2)
def test_multi_head_attention_forward_head_by_head(student, rng):
    for n, t, d, h in [(2, 3, 6, 2), (1, 4, 6, 3), (3, 2, 4, 1), (2, 5, 4, 4)]:
        assert_heads(student, rng, n, t, d, h, None, "a head has its own features, not its own places")
    causal = np.tril(np.ones((3, 3), dtype=bool))
    assert_heads(student, rng, 2, 3, 4, 2, causal, "all heads of a sequence use its mask")


@hidden
@points(1)
def test_multi_head_attention_forward_with_masks(student, rng):
    for n, t, d, h in [(2, 4, 6, 3), (3, 3, 4, 2)]:
        causal = np.tril(np.ones((t, t), dtype=bool))
        for mask in (causal, some(rng, n, t, t), some(rng, t, t)):
            assert_heads(student, rng, n, t, d, h, mask, "all heads of a sequence use its mask")
