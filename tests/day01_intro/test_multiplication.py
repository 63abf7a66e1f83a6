"""Checks of multiplication.py: factors are random, rarely square, and never commute."""

import numpy as np

from course.testing import assert_between, assert_close, assert_raises, assert_unchanged, hidden, points

SHAPES = [(2, 3, 4), (4, 2, 3), (1, 5, 2), (3, 4, 1), (3, 1, 2), (3, 3, 3)]


def check_products(product, rng):
    """``product`` is that of two matrices for several shapes, in double and in single precision."""
    for n, d, m in SHAPES:
        a, b = rng.normal(size=(n, d)), rng.normal(size=(d, m))
        with assert_unchanged(a, b):
            result = product(a, b)
        assert_close(result, a @ b, name="product")
        single = product(a.astype(np.float32), b.astype(np.float32))
        assert_close(single, a @ b, rtol=1e-3, atol=1e-4, name="product in single precision")


def check_integers(product, rng):
    """Fractions are kept when one factor holds integers."""
    cause = "the result is stored as integers, which cuts off everything after the point"
    a, b = rng.integers(-9, 9, size=(3, 2)), rng.integers(1, 9, size=(2, 4))
    assert_close(product(a, b), a @ b, name="product")
    assert_close(product(a, b / 10), a @ (b / 10), name="product", cause=cause)
    assert_close(product(a / 10, b), (a / 10) @ b, name="product", cause=cause)


def check_refusals(product, rng):
    """Sizes that do not fit are refused, also where broadcasting would stretch an axis of length 1; others are not."""
    a, b = rng.normal(size=(2, 3)), rng.normal(size=(3, 4))
    assert_close(product(a, b), a @ b, name="product of sizes that fit")
    for left, right in [((3, 4), (3, 4)), ((2, 3), (4, 2)), ((3, 1), (4, 2)), ((2, 4), (1, 3))]:
        a, b = rng.normal(size=left), rng.normal(size=right)
        with assert_raises(
            ValueError, cause=f"A has {left[1]} columns, but B has {right[0]} rows: they do not fit"
        ):
            product(a, b)


def count_steps(module, name, *args):
    """How many lines of its folder a function runs: few for whole arrays, many for a loop over entries."""
    import os
    import sys

    folder = os.path.dirname(module.__file__)
    steps = 0

    def trace(frame, event, arg):
        nonlocal steps
        if os.path.dirname(frame.f_code.co_filename) != folder:
            return None
        steps += event in ("line", "call")
        return trace

    before = sys.gettrace()
    if before is not None:  # a debugger is at work: leave it alone
        getattr(module, name)(*args)
        return 1
    sys.settrace(trace)
    try:
        getattr(module, name)(*args)
    finally:
        sys.settrace(before)
    return steps


@points(1)
def test_matmul_loops_of_several_shapes(student, rng):
    check_products(student.matmul_loops, rng)


@points(1)
def test_matmul_loops_mixes_integers_and_floats(student, rng):
    check_integers(student.matmul_loops, rng)


@points(1)
def test_matmul_loops_refuses_sizes_that_do_not_fit(student, rng):
    check_refusals(student.matmul_loops, rng)


@points(1)
def test_matmul_broadcast_of_several_shapes(student, rng):
    check_products(student.matmul_broadcast, rng)
    check_integers(student.matmul_broadcast, rng)
    check_refusals(student.matmul_broadcast, rng)


@hidden
@points(1)
def test_matmul_broadcast_refuses_sizes_that_do_not_fit(student, rng):
    check_refusals(student.matmul_broadcast, rng)


@points(1)
def test_matmul_broadcast_has_no_loop(student, rng):
    a, b = rng.normal(size=(900, 3)), rng.normal(size=(3, 800))
    assert_close(student.matmul_broadcast(a, b), a @ b, name="product")
    steps = student.run(count_steps, "matmul_broadcast", a, b)
    cause = "a loop (or a list built in one); multiply a[:, :, None] with b[None, :, :] instead"
    assert_between(steps, 1, 80, name="number of lines run for a 900×3 and a 3×800 matrix", cause=cause)


@points(1)
def test_outer_add_of_several_lengths(student, rng):
    for n, m in [(3, 5), (5, 3), (1, 4), (4, 1), (3, 3)]:
        a, b = rng.normal(size=n), rng.normal(size=m)
        with assert_unchanged(a, b):
            result = student.outer_add(a, b)
        assert_close(result, [[x + y for y in b] for x in a], name="table of sums")
    a, b = rng.integers(1, 9, size=4), rng.normal(size=2)
    result, cause = student.outer_add(a, b), "a table of integers cuts off what stands after the point"
    expected = [[x + y for y in b] for x in a]
    assert_close(result, expected, name="table of sums of integers and fractions", cause=cause)


@hidden
@points(1)
def test_outer_add_of_other_kinds_of_numbers(student, rng):
    integers, numbers = rng.integers(1, 9, size=3), rng.normal(size=4)
    assert_close(
        student.outer_add(integers, numbers),
        [[x + y for y in numbers] for x in integers],
        name="table of sums",
    )
    imaginary = 1j * rng.normal(size=2)
    assert_close(
        student.outer_add(imaginary, numbers),
        [[x + y for y in numbers] for x in imaginary],
        name="table of sums",
    )


@points(2)
def test_batch_matmul_member_by_member(student, rng):
    for batch, i, j, k in [(3, 2, 4, 5), (2, 3, 3, 3), (1, 4, 2, 3), (4, 1, 3, 1), (2, 2, 1, 3)]:
        x, y = rng.normal(size=(batch, i, j)), rng.normal(size=(batch, j, k))
        with assert_unchanged(x, y):
            result = student.batch_matmul(x, y)
        expected = np.stack([left @ right for left, right in zip(x, y, strict=True)])
        assert_close(result, expected, name="batch of products")
        single = student.batch_matmul(x.astype(np.float32), y.astype(np.float32))
        assert_close(single, expected, rtol=1e-3, atol=1e-4, name="batch of products in single precision")
