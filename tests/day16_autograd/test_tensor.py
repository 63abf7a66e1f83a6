"""Checks of tensor.py: values and gradients against PyTorch, over shapes, axes and indices.

As in test_scalar.py the gradients are read off the graph that an operation has made, path by path, so each operation is
judged without the student's `Tensor.backward`.
"""

import numpy as np
import torch

from course.testing import (
    assert_close,
    assert_dtype,
    assert_parts,
    assert_raises,
    assert_unchanged,
    hidden,
    points,
)


def read_off(module, f, seed, arrays):
    """The array that f(…) holds, and the gradients of Σ seed · f(…) as its graph gives them."""
    leaves = [module.Tensor(array) for array in arrays]
    root = f(*leaves)
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


def assert_single_precision(student, rng, f, arrays):
    """float32 stays float32, on the way there and on the way back."""
    arrays = [array.astype(np.float32) for array in arrays]
    with torch.no_grad():
        shape = tuple(f(*map(torch.tensor, arrays)).shape)
    seed = np.asarray(rng.normal(size=shape) + 0.3).astype(np.float32)
    data, gradients = assert_parts(student.run(read_off, f, seed, arrays), 2)
    expected, wanted = by_torch(f, seed, arrays)
    assert_close(data, expected, rtol=1e-4, atol=1e-4, name="array of the result")
    assert_dtype(data, np.float32, name="array of the result")
    for found, right in zip(gradients, wanted, strict=True):
        assert_close(found, right, rtol=1e-4, atol=1e-4, name="gradient")
        assert_dtype(found, np.float32, name="gradient")


def normal(rng, *shapes):
    return [np.asarray(rng.normal(size=shape) + 0.4) for shape in shapes]


def summed_to(gradient, shape):
    """The sum of a gradient over what was broadcast, by PyTorch."""
    return torch.tensor(gradient).sum_to_size(shape).numpy()


@points(1)
def test_unbroadcast_sums_over_new_axes(student, rng):
    for shape, old in [
        ((4, 3), (3,)),
        ((2, 4, 3), (4, 3)),
        ((2, 5, 3), (3,)),
        ((4, 3), (4, 3)),
        ((5,), (5,)),
    ]:
        (gradient,) = normal(rng, shape)
        with assert_unchanged(gradient):
            result = student.unbroadcast(gradient, old)
        assert_close(result, summed_to(gradient, old), cause="axes that broadcasting has put on the left")
    (gradient,) = normal(rng, (4, 2, 3))
    result = student.unbroadcast(gradient.astype(np.float32), (2, 3))
    assert_close(result, summed_to(gradient, (2, 3)), rtol=1e-5, atol=1e-5)
    assert_dtype(result, np.float32)


@points(1)
def test_unbroadcast_sums_over_stretched_axes(student, rng):
    for shape, old in [((4, 3), (4, 1)), ((4, 3), (1, 3)), ((2, 4, 3), (2, 1, 1)), ((2, 4, 3), (1, 4, 1))]:
        (gradient,) = normal(rng, shape)
        with assert_unchanged(gradient):
            result = student.unbroadcast(gradient, old)
        assert_close(result, summed_to(gradient, old), cause="axes of length 1 that were stretched")
    (gradient,) = normal(rng, (2, 4, 5))
    result = student.unbroadcast(gradient, (4, 1))
    assert_close(result, summed_to(gradient, (4, 1)), cause="one axis is new, and another one was stretched")
    result = student.unbroadcast(gradient, ())
    assert_close(result, summed_to(gradient, ()), cause="a single number has the shape ()")


@hidden
@points(1)
def test_unbroadcast_of_both_kinds_and_of_single_numbers(student, rng):
    for shape, old in [((2, 4, 3), (1, 3)), ((2, 4, 3), (4, 1)), ((5, 2, 4, 3), (2, 1, 3)), ((2, 3), (1,))]:
        (gradient,) = normal(rng, shape)
        assert_close(student.unbroadcast(gradient, old), summed_to(gradient, old))
    for shape in [(3, 2), (4,), ()]:
        (gradient,) = normal(rng, shape)
        result = student.unbroadcast(gradient, ())
        assert_close(result, summed_to(gradient, ()), cause="a single number has the shape ()")
    for shape, old in [((3, 1, 2), (1, 1, 2)), ((1, 4), (1, 1)), ((3, 1), (1,))]:
        gradient = normal(rng, shape)[0].astype(np.float32)
        result = student.unbroadcast(gradient, old)
        assert_close(result, summed_to(gradient, old), rtol=1e-5, atol=1e-5)
        assert_dtype(result, np.float32)


def linear_graph(module, matrices, parents_of, leaves, seed, calls, reset=False):
    """A graph of linear maps, node = Σ M · parent, whose rules are Mᵀ; every grad after some calls of backward."""
    nodes = [module.Tensor(leaf) for leaf in leaves]
    for parents, own in zip(parents_of, matrices, strict=True):
        data = sum(m @ nodes[p].data for p, m in zip(parents, own, strict=True))

        def rule(g, own=own):
            return [m.T @ g for m in own]

        nodes.append(module.Tensor(data, [nodes[p] for p in parents], rule))
    for _ in range(calls):
        if reset:
            for node in nodes:
                node.zero_grad()
        nodes[-1].backward() if seed is None else nodes[-1].backward(seed)
    return [node.grad for node in nodes]


def expected_grads(matrices, parents_of, count, seed, sizes):
    """The gradient of seed · last node by every node, from the last to the first."""
    grads = [np.zeros(size) for size in sizes]
    grads[-1] = seed
    for node in range(len(grads) - 1, count - 1, -1):
        for p, m in zip(parents_of[node - count], matrices[node - count], strict=True):
            grads[p] = grads[p] + m.T @ grads[node]
    return grads


def linear_maps(rng, parents_of, sizes, count):
    return [
        [rng.normal(size=(sizes[count + i], sizes[p])) / 2 for p in parents]
        for i, parents in enumerate(parents_of)
    ]


LINEAR = [
    ([[0, 1]], [3, 4, 2], 2),
    ([[0, 0]], [3, 2], 1),
    ([[0], [1, 0], [2, 1]], [3, 2, 4, 1], 1),
    ([[0, 1], [2], [3, 2], [4, 0]], [2, 3, 3, 4, 2, 3], 2),
]


def assert_linear(student, rng, case, calls=1, reset=False):
    parents_of, sizes, count = case
    leaves = normal(rng, *[(n,) for n in sizes[:count]])
    matrices = linear_maps(rng, parents_of, sizes, count)
    seed = rng.normal(size=sizes[-1]) + 0.3 if sizes[-1] > 1 else None
    found = student.run(linear_graph, matrices, parents_of, leaves, seed, calls, reset)
    wanted = expected_grads(matrices, parents_of, count, np.ones(1) if seed is None else seed, sizes)
    times = 1 if reset else calls
    for number, (grad, right) in enumerate(zip(found, wanted, strict=True)):
        factor = times if number < count else 1
        kind = "leaf" if number < count else "node with parents"
        cause = "" if calls == 1 else "leaves add up, all other nodes begin at zero in each call"
        assert_close(
            grad, factor * right, name=f"grad of a {kind} after call {calls} of backward", cause=cause
        )


def assert_leaf(student, rng):
    """Called on a leaf, backward adds the seed to its grad."""
    seed, calls = rng.normal(size=3), int(rng.integers(2, 5))
    (grad,) = student.run(linear_graph, [], [], normal(rng, (3,)), seed, calls)
    assert_close(grad, calls * seed, name=f"grad of a leaf after call {calls} of its backward")


@points(1)
def test_tensor_backward_twice(student, rng):
    for case in LINEAR[1:]:
        assert_linear(student, rng, case)
        assert_linear(student, rng, case, calls=2)
        assert_linear(student, rng, case, calls=2, reset=True)
    assert_leaf(student, rng)


@points(1)
def test_tensor_backward_of_linear_maps(student, rng):
    for case in LINEAR:
        assert_linear(student, rng, case)
    assert_leaf(student, rng)


def shared_array(module, x, y, calls, turned, between):
    """A rule that hands the same array to two parents, as a sum may: the grads must not get mixed up.

    The two are the leaves, or nodes between, which are the leaves once more.
    """
    leaves = module.Tensor(x), module.Tensor(y)
    a, b = [module.Tensor(leaf.data, (leaf,), lambda g: (1 * g,)) if between else leaf for leaf in leaves]
    square = module.Tensor(a.data**2 + 0 * b.data, (a, b), lambda g: (2 * a.data * g, 0 * g))
    both = module.Tensor(a.data + b.data, (a, b), lambda g: (g, g))
    parents = (both, square) if turned else (square, both)
    root = module.Tensor(np.sum(square.data + both.data), parents, lambda g: (np.full(x.shape, g),) * 2)
    for _ in range(calls):
        root.backward()
    return [leaf.grad for leaf in leaves]


@points(1)
def test_tensor_backward_with_shared_arrays_and_without_a_seed(student, rng):
    x, y = normal(rng, (4,), (4,))
    for calls, turned, between in [
        (1, False, False),
        (1, True, False),
        (2, False, False),
        (1, True, True),
        (2, False, True),
    ]:
        by_a, by_b = assert_parts(student.run(shared_array, x, y, calls, turned, between), 2)
        cause = "two nodes hold the same array, and += has changed it for both"
        assert_close(by_a, calls * (1 + 2 * x), name="grad of the first leaf", cause=cause)
        assert_close(by_b, calls * np.ones(4), name="grad of the second leaf", cause=cause)
    parents_of, sizes, count = LINEAR[0]
    matrices = linear_maps(rng, parents_of, sizes, count)
    with assert_raises(ValueError):
        student.run(linear_graph, matrices, parents_of, normal(rng, (3,), (4,)), None, 1)
    assert_leaf(student, rng)


def long_chain(module, count, factor, x):
    """A chain of nodes, each the one before it times a factor."""
    first = node = module.Tensor(x)
    for _ in range(count):
        node = module.Tensor(node.data * factor, (node,), lambda g: (g * factor,))
    node.backward(np.ones_like(x))
    return first.grad


@hidden
@points(1)
def test_tensor_backward_of_a_long_chain_and_of_a_leaf(student, rng):
    count, factor = int(rng.integers(5000, 5200)), 1 - rng.uniform(1e-4, 3e-4)
    (x,) = normal(rng, (3,))
    assert_close(
        student.run(long_chain, count, factor, x), np.full(3, factor**count), name="grad of the first node"
    )
    assert_leaf(student, rng)


AXES = [
    ((3, 3), 1),
    ((4, 3), 0),
    ((4, 3), 1),
    ((2, 4, 3), 1),
    ((2, 4, 3), (0, 2)),
    ((5,), 0),
    ((1, 3), 0),
    ((2, 3, 2, 4), (3, 1)),
]


def total(axis, keepdims):
    return (lambda x: x.sum(axis, keepdims)) if axis is not None else (lambda x: x.sum(keepdims=keepdims))


def torch_total(axis, keepdims, shape):
    dims = tuple(range(len(shape))) if axis is None else axis
    return lambda x: torch.sum(x, dim=dims, keepdim=keepdims)


def assert_sum(student, rng, shape, axis, keepdims):
    cause = "without keepdims the gradient lacks the axes of the sum" if not keepdims else ""
    f, g = total(axis, keepdims), torch_total(axis, keepdims, shape)
    assert_operation(student, rng, f, g, normal(rng, shape), cause=cause)


@points(1)
def test_tensor_sum_over_axes(student, rng):
    for shape, axis in AXES:
        for keepdims in (True, False):
            assert_sum(student, rng, shape, axis, keepdims)


@points(1)
def test_tensor_sum_of_everything_and_over_negative_axes(student, rng):
    for shape in [(4, 3), (5,), (2, 1, 3)]:
        for keepdims in (True, False):
            assert_sum(student, rng, shape, None, keepdims)
    for shape, axis in [((4, 3), -1), ((2, 4, 3), (-1, 0)), ((2, 4, 3), -3)]:
        assert_sum(student, rng, shape, axis, False)
    assert_single_precision(student, rng, lambda x: x.sum(1), normal(rng, (3, 4)))


def permuted(axes):
    return lambda x: x.transpose(*axes)


def assert_transpose(student, rng, shape, axes):
    order = axes or tuple(range(len(shape)))[::-1]
    cause = "the gradient goes back by the inverse of the permutation"
    g = lambda x: torch.permute(x, order)  # noqa: E731
    assert_operation(student, rng, permuted(axes), g, normal(rng, shape), cause=cause)


@points(1)
def test_tensor_transpose_of_several_orders(student, rng):
    for shape, axes in [
        ((4, 3), ()),
        ((2, 3, 4), ()),
        ((2, 3, 4), (1, 2, 0)),
        ((2, 3, 4), (2, 0, 1)),
        ((5,), ()),
    ]:
        assert_transpose(student, rng, shape, axes)
    for shape, axes in [
        ((2, 3, 4, 5), (1, 3, 0, 2)),
        ((2, 3, 4), (0, 2, 1)),
        ((4, 1), (0, 1)),
        ((2, 3, 4), (-1, 0, 1)),
    ]:
        assert_transpose(student, rng, shape, axes)


@hidden
@points(1)
def test_tensor_transpose_with_negative_axes(student, rng):
    for shape, axes in [
        ((2, 3, 4), (0, -1, 1)),
        ((2, 3, 4), (1, -1, 0)),
        ((2, 3, 4, 5), (-1, 0, -2, 1)),
        ((3, 2), (-1, -2)),
    ]:
        assert_transpose(student, rng, shape, axes)
    (x,) = normal(rng, (2, 3, 4))
    data, _ = assert_parts(student.run(read_off, permuted((1, 2, 0)), np.ones((3, 4, 2)), [x]), 2)
    assert_close(data, np.moveaxis(x, 0, 2), name="array of the result")


def item(index):
    return lambda x: x[index]


def assert_item(student, rng, shape, index, cause=""):
    """PyTorch takes arrays of integers as tensors, and no negative steps."""

    def g(x):
        parts = index if isinstance(index, tuple) else (index,)
        return x[tuple(torch.tensor(part) if isinstance(part, np.ndarray) else part for part in parts)]

    assert_operation(student, rng, item(index), g, normal(rng, shape), cause=cause)


@points(1)
def test_tensor_getitem_of_rows_and_slices(student, rng):
    for shape, index in [
        ((4, 3), 2),
        ((4, 3), (slice(None), slice(1, 3))),
        ((5,), slice(0, 5, 2)),
        ((2, 4, 3), (1, slice(None), -1)),
        ((4, 3), (Ellipsis, None, 1)),
        ((4, 3), (3, 0)),
    ]:
        assert_item(student, rng, shape, index)


@points(1)
def test_tensor_getitem_of_lists_of_entries(student, rng):
    again = "an entry that was taken twice gets two gradients, and they add up"
    rows = np.array([1, 1, 0, 3, 1])
    assert_item(student, rng, (4, 3), rows, again)
    assert_item(student, rng, (4, 3), (np.array([0, 2, 0, 0]), np.array([1, 2, 1, 0])), again)
    assert_item(student, rng, (4, 3), (slice(None), np.array([2, 2, 0])), again)
    assert_item(student, rng, (5,), np.array([[0, 4], [4, 4]]), again)
    assert_item(student, rng, (4, 3), np.array([-1, 3, 0]), again)
    mask = rng.random((4, 3)) < 0.5
    mask[0, 0], mask[1, 1] = True, False
    assert_item(student, rng, (4, 3), mask)
    assert_single_precision(student, rng, lambda x: x[1], normal(rng, (3, 4)))


@hidden
@points(1)
def test_tensor_getitem_of_random_indices(student, rng):
    for shape in [(6,), (5, 3), (3, 4, 2)]:
        count = int(rng.integers(4, 12))
        for _ in range(2):
            assert_item(student, rng, shape, rng.integers(-shape[0], shape[0], size=count))
    columns = np.arange(7) % 3
    assert_item(student, rng, (5, 3), (rng.integers(0, 5, size=7), columns))


def matrix_product(a, b):
    return a @ b


def assert_matmul(student, rng, *shapes):
    assert_operation(student, rng, matrix_product, matrix_product, normal(rng, *shapes))


@points(1)
def test_tensor_matmul_of_matrices(student, rng):
    for shapes in [((4, 3), (3, 2)), ((1, 5), (5, 4)), ((3, 1), (1, 2)), ((2, 2), (2, 2)), ((4, 3), (3, 1))]:
        assert_matmul(student, rng, *shapes)
    assert_single_precision(student, rng, matrix_product, normal(rng, (3, 4), (4, 2)))


@points(1)
def test_tensor_matmul_of_vectors(student, rng):
    for shapes in [((4, 3), (3,)), ((3,), (3, 2)), ((4,), (4,)), ((1, 3), (3,)), ((1,), (1, 2))]:
        assert_matmul(student, rng, *shapes)


@points(1)
def test_tensor_matmul_of_stacks(student, rng):
    for shapes in [
        ((5, 4, 3), (5, 3, 2)),
        ((5, 4, 3), (3, 2)),
        ((4, 3), (5, 3, 2)),
        ((2, 5, 4, 3), (2, 5, 3, 2)),
        ((2, 1, 2, 3), (3, 3, 2)),
        ((3,), (4, 3, 2)),
    ]:
        assert_matmul(student, rng, *shapes)


@hidden
@points(1)
def test_tensor_matmul_where_stacks_are_broadcast(student, rng):
    for shapes in [
        ((2, 1, 4, 3), (5, 3, 2)),
        ((1, 4, 3), (5, 3, 2)),
        ((2, 5, 4, 3), (5, 3, 2)),
        ((5, 4, 3), (3,)),
    ]:
        assert_matmul(student, rng, *shapes)
    for shapes in [((3,), (5, 3, 2)), ((2, 3, 4, 5), (5,)), ((4,), (2, 3, 4, 5)), ((1, 1, 2), (3, 1, 2, 2))]:
        assert_matmul(student, rng, *shapes)

    def twice(x):
        return x @ x

    assert_operation(student, rng, twice, twice, normal(rng, (3, 3)))
    (constant,) = normal(rng, (4, 2))
    g = lambda x: x @ torch.tensor(constant)  # noqa: E731
    assert_operation(student, rng, lambda x: x @ constant, g, normal(rng, (3, 4)))
