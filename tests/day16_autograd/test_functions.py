"""Checks of functions.py: values and gradients against PyTorch, on every axis and for large numbers.

As in test_tensor.py the gradients are read off the graph, path by path, whether a function has a rule or is made of
others.
"""

import numpy as np
import torch
from torch.nn import functional

from course.testing import (
    assert_close,
    assert_dtype,
    assert_finite,
    assert_parts,
    assert_unchanged,
    hidden,
    points,
)


def read_off(module, f, seed, arrays):
    """The array that f(module, …) holds, and the gradients of Σ seed · f(…) as its graph gives them."""
    leaves = [module.Tensor(array) for array in arrays]
    root = f(module, *leaves)
    total, paths = {}, [(root, seed)]
    while paths:  # one by one, which is quick enough for a handful of nodes
        node, gradient = paths.pop()
        total[id(node)] = gradient + total.get(id(node), np.zeros_like(gradient))
        if node.parents:
            gradients = list(node.rule(gradient.copy()))
            if len(gradients) != len(node.parents):
                raise ValueError(
                    f"the number of gradients that a rule gives is {len(gradients)}, and that of parents is "
                    f"{len(node.parents)}: it returns a tuple, also for a single parent, (gradient,)"
                )
            paths += [(p, np.array(g)) for p, g in zip(node.parents, gradients, strict=True)]
    return root.data, [total.get(id(leaf), np.zeros_like(leaf.data)) for leaf in leaves]


def by_torch(f, seed, arrays):
    """The same by autograd, in the dtype of the arrays."""
    leaves = [torch.tensor(array, requires_grad=True) for array in arrays]
    root = f(*leaves)
    gradients = torch.autograd.grad(root, leaves, torch.tensor(seed).reshape(root.shape))
    return root.detach().numpy(), [g.numpy() for g in gradients]


def assert_operation(student, rng, f, g, arrays, cause=""):
    """f on tensors of the engine is g on tensors of PyTorch: the values, and the gradients by all arguments."""
    with torch.no_grad():
        shape = tuple(g(*map(torch.tensor, arrays)).shape)
    seed = np.asarray(rng.normal(size=shape) + 0.3).astype(arrays[0].dtype)
    with assert_unchanged(*arrays):
        data, gradients = assert_parts(student.run(read_off, f, seed, arrays), 2)
    expected, wanted = by_torch(g, seed, arrays)
    assert_close(data, expected, name="array of the result")
    for number, (found, right) in enumerate(
        zip(assert_parts(gradients, len(wanted)), wanted, strict=True), start=1
    ):
        which = f" by argument {number}" if len(wanted) > 1 else ""
        assert_close(found, right, name=f"gradient{which}", cause=cause)


def assert_single_precision(student, rng, f, g, arrays):
    """float32 stays float32, on the way there and on the way back."""
    arrays = [array.astype(np.float32) for array in arrays]
    with torch.no_grad():
        shape = tuple(g(*map(torch.tensor, arrays)).shape)
    seed = np.asarray(rng.normal(size=shape) + 0.3).astype(np.float32)
    data, gradients = assert_parts(student.run(read_off, f, seed, arrays), 2)
    expected, wanted = by_torch(g, seed, arrays)
    assert_close(data, expected, rtol=1e-4, atol=1e-4, name="array of the result")
    assert_dtype(data, np.float32, name="array of the result")
    for found, right in zip(gradients, wanted, strict=True):
        assert_close(found, right, rtol=1e-4, atol=1e-4, name="gradient")
        assert_dtype(found, np.float32, name="gradient")


def normal(rng, *shapes):
    return [np.asarray(rng.normal(size=shape) + 0.4) for shape in shapes]


def log_sum(axis, keepdims):
    return lambda module, x: module.logsumexp(x, axis=axis, keepdims=keepdims)


def torch_log_sum(axis, keepdims, shape):
    dims = tuple(range(len(shape))) if axis is None else axis
    return lambda x: torch.logsumexp(x, dim=dims, keepdim=keepdims)


AXES = [
    ((3, 3), 1),
    ((4, 3), 0),
    ((4, 3), 1),
    ((2, 4, 3), -1),
    ((2, 4, 3), (0, 2)),
    ((5,), 0),
    ((3, 1), -1),
    ((2, 3, 2, 4), (1, -1)),
    ((3, 1, 4), -1),
]


def large(rng, shape, axis):
    """Numbers around 1000 and −1000, slices that are far from each other, and numbers that are within a slice."""
    x = rng.normal(size=shape)
    slices = np.sum(x, axis=axis, keepdims=True).shape
    far = 900 * np.resize([1.0, -1.0, -1.0], slices)
    return [x + 1000, x - 1000, x + far, x + 800 * rng.choice([-1.0, 1.0], size=shape)]


@points(1)
def test_logsumexp_on_every_axis(student, rng):
    for shape, axis in AXES:
        for keepdims in (True, False):
            f, g = log_sum(axis, keepdims), torch_log_sum(axis, keepdims, shape)
            assert_operation(student, rng, f, g, normal(rng, shape))
    for x in large(rng, (3, 4), 1):
        f, g = log_sum(1, False), torch_log_sum(1, False, (3, 4))
        assert_operation(student, rng, f, g, [x], cause="the maximum belongs to the slice that is summed")


@points(1)
def test_logsumexp_of_everything(student, rng):
    for shape in [(4, 3), (5,), (2, 1, 3)]:
        for keepdims in (True, False):
            f, g = log_sum(None, keepdims), torch_log_sum(None, keepdims, shape)
            assert_operation(student, rng, f, g, normal(rng, shape))
    assert_operation(
        student, rng, lambda m, x: m.logsumexp(x), torch_log_sum(None, False, (4, 3)), normal(rng, (4, 3))
    )
    f, g = log_sum(1, False), torch_log_sum(1, False, (3, 4))
    assert_single_precision(student, rng, f, g, normal(rng, (3, 4)))


@hidden
@points(1)
def test_logsumexp_of_large_numbers(student, rng):
    for shape, axis in [((4, 3), 0), ((2, 4, 3), (1, 2)), ((3, 5), 1)]:
        for x in large(rng, shape, axis):
            f, g = log_sum(axis, False), torch_log_sum(axis, False, shape)
            assert_operation(student, rng, f, g, [x], cause="the maximum belongs to the slice that is summed")


def shares(axis):
    return lambda module, x: module.softmax(x, axis=axis)


@points(1)
def test_softmax_on_every_axis(student, rng):
    for shape, axis in [
        ((4, 3), 1),
        ((4, 3), 0),
        ((2, 4, 3), 1),
        ((2, 4, 3), -3),
        ((5,), 0),
        ((2, 3, 2, 4), 2),
    ]:
        assert_operation(
            student, rng, shares(axis), lambda x, a=axis: torch.softmax(x, a), normal(rng, shape)
        )
    for x in large(rng, (3, 4), 1):
        assert_operation(student, rng, shares(1), lambda x: torch.softmax(x, 1), [x])


@points(1)
def test_softmax_of_the_last_axis(student, rng):
    for shape in [(4, 3), (5,), (2, 3, 4)]:
        f = lambda module, x: module.softmax(x)  # noqa: E731
        assert_operation(student, rng, f, lambda x: torch.softmax(x, -1), normal(rng, shape))
    assert_single_precision(student, rng, shares(0), lambda x: torch.softmax(x, 0), normal(rng, (3, 4)))


@hidden
@points(1)
def test_softmax_of_large_numbers(student, rng):
    for shape, axis in [((4, 3), 0), ((4, 3), 1), ((2, 3, 5), 1)]:
        for x in large(rng, shape, axis):
            assert_operation(student, rng, shares(axis), lambda x, a=axis: torch.softmax(x, a), [x])


def entropy_of(labels):
    return lambda module, logits: module.cross_entropy(logits, labels)


def torch_entropy_of(labels):
    return lambda logits: functional.cross_entropy(logits, torch.tensor(labels))


@points(1)
def test_cross_entropy_of_random_logits(student, rng):
    for n, c in [(4, 3), (1, 5), (6, 2), (5, 4)]:
        labels = rng.integers(0, c, size=n)
        with assert_unchanged(labels):
            assert_operation(student, rng, entropy_of(labels), torch_entropy_of(labels), normal(rng, (n, c)))
    labels = rng.integers(0, 4, size=3)
    assert_single_precision(student, rng, entropy_of(labels), torch_entropy_of(labels), normal(rng, (3, 4)))
    for x in large(rng, (3, 4), 1):
        data, gradients = assert_parts(student.run(read_off, entropy_of(labels), np.ones(()), [x]), 2)
        assert_finite(data, name="cross-entropy of large logits")
        expected, wanted = by_torch(torch_entropy_of(labels), np.ones(()), [x])
        assert_close(data, expected, name="cross-entropy of large logits")
        assert_close(gradients[0], wanted[0], name="gradient")


@hidden
@points(1)
def test_cross_entropy_of_large_logits(student, rng):
    for x in large(rng, (5, 4), 1):
        labels = rng.integers(0, 4, size=5)
        data, gradients = assert_parts(student.run(read_off, entropy_of(labels), np.ones(()), [x]), 2)
        assert_finite(data, name="cross-entropy")
        expected, wanted = by_torch(torch_entropy_of(labels), np.ones(()), [x])
        assert_close(data, expected, name="cross-entropy")
        assert_close(gradients[0], wanted[0], name="gradient")
    same = np.full(6, 2)
    assert_operation(student, rng, entropy_of(same), torch_entropy_of(same), normal(rng, (6, 3)))


def summed(subscripts):
    return lambda module, *operands: module.einsum(subscripts, *operands)


def assert_einsum(student, rng, subscripts, *shapes):
    f, g = summed(subscripts), lambda *operands: torch.einsum(subscripts, *operands)
    cause = f"the gradient by an operand of {subscripts!r} has the subscripts of that operand"
    assert_operation(student, rng, f, g, normal(rng, *shapes), cause=cause)


@points(0)
def test_einsum_of_two_operands(student, rng):
    assert_einsum(student, rng, "ij,jk->ik", (2, 3), (3, 4))
    assert_einsum(student, rng, "bij,bjk->bik", (2, 3, 4), (2, 4, 5))
    assert_einsum(student, rng, "bi,bi->b", (3, 4), (3, 4))
    assert_einsum(student, rng, "i,j->ji", (3,), (4,))
    assert_einsum(student, rng, "bhqd,bhkd->bhqk", (2, 2, 3, 4), (2, 2, 5, 4))
    f = summed("ij,jk->ki")
    g = lambda a, b: torch.einsum("ij,jk->ki", a, b)  # noqa: E731
    assert_single_precision(student, rng, f, g, normal(rng, (2, 3), (3, 4)))


@points(0)
def test_einsum_where_an_index_is_summed_on_one_side_only(student, rng):
    assert_einsum(student, rng, "ij->i", (3, 4))
    assert_einsum(student, rng, "ij->", (3, 4))
    assert_einsum(student, rng, "ij,k->k", (2, 3), (4,))
    assert_einsum(student, rng, "ij,jk->i", (2, 3), (3, 4))
    assert_einsum(student, rng, "abc,b->a", (2, 3, 4), (3,))


def with_itself(subscripts):
    return lambda module, x: module.einsum(subscripts, x, x)


@hidden
@points(0)
def test_einsum_of_one_or_three_operands_and_of_the_same_twice(student, rng):
    assert_einsum(student, rng, "ijk->kij", (2, 3, 4))
    assert_einsum(student, rng, "i,j,k->ijk", (2,), (3,), (4,))
    assert_einsum(student, rng, "ij,jk,kl->il", (2, 3), (3, 4), (4, 2))
    assert_einsum(student, rng, "ab,bc,c->a", (2, 3), (3, 4), (4,))
    assert_einsum(student, rng, "ab,c,d->ad", (2, 3), (4,), (5,))
    for subscripts, shape in [("i,i->", (4,)), ("ij,ik->jk", (3, 2)), ("ij,jk->ik", (3, 3))]:
        g = lambda x, s=subscripts: torch.einsum(s, x, x)  # noqa: E731
        assert_operation(student, rng, with_itself(subscripts), g, normal(rng, shape))
