"""Checks of hunt.py: each engine with its one method replaced, against PyTorch."""

import numpy as np
import torch

from course.testing import assert_close, assert_equal, assert_parts, points


def mended(module, case, name, method, f, arrays):
    """Values and gradients of f on a class of the engine with one method replaced."""
    engine = type("Mended", (getattr(module.broken, f"Engine{case}"),), {name: method})
    leaves = [engine(array) for array in arrays]
    root = f(*leaves)
    root.backward()
    return root.data, [leaf.grad for leaf in leaves]


def by_torch(f, arrays):
    leaves = [torch.tensor(array, requires_grad=True) for array in arrays]
    root = f(*leaves)
    return root.detach().numpy(), [g.numpy() for g in torch.autograd.grad(root.sum(), leaves)]


def assert_mended(student, case, name, expressions):
    """The name of the method, and all gradients of the mended engine."""
    found, method = assert_parts(getattr(student, f"case_{case}")(), 2)
    assert_equal(found, name, name="name of the wrong method")
    for f, arrays in expressions:
        data, gradients = assert_parts(student.run(mended, case, found, method, f, arrays), 2)
        expected, wanted = by_torch(f, arrays)
        assert_close(data, expected, name="result of the mended engine")
        for gradient, right in zip(gradients, wanted, strict=True):
            assert_close(gradient, right, name="gradient of the mended engine")


def normal(rng, *shapes):
    return [np.asarray(rng.normal(size=shape) + 0.3) for shape in shapes]


def mixed(a, b):
    return (a * b + a.tanh() + (a + b).tanh() * b).sum()


def every_kind(rng):
    """What all engines must be able to do when they are mended."""
    return [
        (mixed, normal(rng, (3, 4), (3, 4))),
        (mixed, normal(rng, (3, 4), (4,))),
        (mixed, normal(rng, (2, 3, 4), (3, 1))),
        (lambda a, b: (a.tanh() + (a + b)).sum(), normal(rng, (4,), (4,))),
    ]


@points(1)
def test_case_1_names_and_mends(student, rng):
    expressions = [(lambda a: a.tanh(), normal(rng, shape)) for shape in [(), (3,), (2, 3)]]
    expressions.append((lambda a: (a.tanh() * a).tanh().sum(), normal(rng, (4, 2))))
    assert_mended(student, 1, "tanh", [*expressions, *every_kind(rng)])


@points(1)
def test_case_2_names_and_mends(student, rng):
    expressions = [
        (lambda a: (a + a).sum(), normal(rng, (3,))),
        (lambda a: (a * a + a).sum(), normal(rng, (2, 3))),
        (lambda a, b: a * b + b.tanh(), normal(rng, (2, 3), (2, 3))),
    ]
    assert_mended(student, 2, "backward", [*expressions, *every_kind(rng)])


@points(1)
def test_case_3_names_and_mends(student, rng):
    def product(a, b):
        return (a * b).tanh()

    shapes = [
        ((3, 4), (3, 1)),
        ((3, 4), (1, 4)),
        ((2, 3, 4), (1, 3, 1)),
        ((3, 1), (1, 4)),
        ((2, 3), (3,)),
        ((4,), ()),
    ]
    shapes += [((1, 3), (1, 3)), ((2, 3, 4), (1, 1))]
    expressions = [(product, normal(rng, *pair)) for pair in shapes]
    assert_mended(student, 3, "unbroadcast", [*expressions, *every_kind(rng)])


@points(1)
def test_case_4_names_and_mends(student, rng):
    rows, columns = np.array([1, 1, 0, 2, 1]), np.array([0, 1, 1, 0, 0])
    expressions = [
        (
            lambda a: a[rows].tanh(),
            normal(rng, (3, 4)),
        ),
        (lambda a: a[1], normal(rng, (3, 4))),
        (lambda a: a[:, 1:3].tanh(), normal(rng, (2, 4))),
        (lambda a: a[rows, columns].tanh(), normal(rng, (3, 2))),
    ]
    assert_mended(student, 4, "__getitem__", [*expressions, *every_kind(rng)])


@points(0)
def test_case_5_names_and_mends(student, rng):
    def twice(a, b):
        u = a * b
        return u + u.tanh()

    def turned(a, b):
        u = a * b
        return u.tanh() + u

    def ladder(a, b):
        u = a + b
        for _ in range(40):
            u = (u + u.tanh() * b).tanh()
        return u

    expressions = [
        (twice, normal(rng, (3,), (3,))),
        (turned, normal(rng, (3,), (3,))),
        (ladder, normal(rng, (2, 2), (2, 2))),
    ]
    assert_mended(student, 5, "order", [*expressions, *every_kind(rng)])


@points(0)
def test_case_6_names_and_mends(student, rng):
    expressions = [
        (lambda a, b: a.tanh() + (a + b), normal(rng, (3,), (3,))),
        (lambda a, b: (b.tanh() + (a + b)) + (a + a).tanh(), normal(rng, (2, 3), (2, 3))),
        (lambda a: (a + a) + a, normal(rng, (4,))),
    ]
    assert_mended(student, 6, "accumulate", [*expressions, *every_kind(rng)])
