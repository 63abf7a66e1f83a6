"""Checks of fractals.py. No point lies so close to the circle of radius 2 that rounding could decide."""

import cmath

import numpy as np

from course.testing import assert_between, assert_close, assert_equal, assert_unchanged, hidden, points

SHAPES = [(5, 8), (9, 4), (1, 6), (7, 1)]


def orbit_time(z, c, limit, margin):
    """Escape time of one point; None when its orbit comes within ``margin`` of the circle of radius 2."""
    for n in range(limit):
        if abs(abs(z) - 2) < margin:
            return None
        if abs(z) > 2:
            return n
        z = z * z + c
    return limit


def draw_points(rng, count, c, limit, margin=1e-6):
    """Random points with their escape times under z² + c, among them some that never escape."""
    chosen, times = [], []
    while len(chosen) < count:
        z = complex(*rng.uniform(-1.7, 1.7, size=2)) * rng.choice([0.5, 1.0, 1.3])
        time = orbit_time(z, c, limit, margin)
        if time is not None:
            chosen.append(z)
            times.append(time)
    return np.array(chosen), np.array(times)


def draw_constants(rng):
    """A constant with a large inside, and one with long fingers."""
    calm = cmath.rect(rng.uniform(0.1, 0.2), rng.uniform(0.5, 2.5))
    wild = complex(rng.uniform(-0.8, -0.7), rng.uniform(0.05, 0.2))
    return calm, wild


def check_counts(function, rng):
    """``function`` counts as one point at a time does, for several shapes, constants and limits."""
    for c in draw_constants(rng):
        for (height, width), limit in zip(SHAPES, (20, 7, 12, 1), strict=True):
            grid, times = draw_points(rng, height * width, c, limit)
            grid = grid.reshape(height, width)
            with assert_unchanged(grid):
                result = function(grid, c, limit)
            assert_equal(result, times.reshape(height, width), name="grid of escape times")


def count_steps(module, name, *args):
    """How many lines of its folder a function runs: few for whole arrays, many for a loop over points."""
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


def assert_one_loop(steps, limit):
    """At most a few dozen lines of Python per step of the sequence."""
    cause = "a loop over the points or the rows; the only loop is that over the steps"
    assert_between(
        steps, 1, 60 * limit, name=f"number of lines run for a 200×15 grid and limit {limit}", cause=cause
    )


@points(1)
def test_complex_grid_from_corner_to_corner(student, rng):
    for height, width in [(4, 7), (6, 3), (2, 5), (5, 2), (4, 4)]:
        low = complex(*rng.uniform(-3, -1, size=2))
        high = complex(*rng.uniform(0.5, 4, size=2))
        x = [low.real + (high.real - low.real) * j / (width - 1) for j in range(width)]
        y = [low.imag + (high.imag - low.imag) * i / (height - 1) for i in range(height)]
        expected = [[complex(real, imag) for real in x] for imag in y]
        assert_close(student.complex_grid(low, high, height, width), expected, name="grid")


@points(2)
def test_escape_time_of_single_points(student, rng):
    for c in reversed(draw_constants(rng)):
        grid, times = draw_points(rng, 40, c, 30)
        for (
            z
        ) in grid.tolist():  # once for all before the first verdict: one count alone has many explanations
            student.escape_time(z, c, 30)
        for z, time in zip(grid.tolist(), times.tolist(), strict=True):
            assert_equal(student.escape_time(z, c, 30), time, name=f"escape time of {z:.4g}")
    for z in (2 + 0j, -2j):
        name = f"escape time of {z:.4g}, which is at distance 2 and not beyond"
        assert_equal(student.escape_time(z, 0.3 + 0j, 9), 1, name=name)


@hidden
@points(1)
def test_escape_time_at_the_ends(student, rng):
    c, _ = draw_constants(rng)
    outside = cmath.rect(rng.uniform(2.1, 3), rng.uniform(-3, 3))
    assert_equal(student.escape_time(outside, c, 9), 0, name="escape time of a point that starts outside")
    assert_equal(student.escape_time(outside, c, 1), 0, name="escape time with limit 1 of a point outside")
    inside = cmath.rect(rng.uniform(0.1, 0.4), rng.uniform(-3, 3))
    for limit in (1, 2, 50):
        assert_equal(
            student.escape_time(inside, c, limit),
            limit,
            name=f"escape time with limit {limit} of a point inside",
        )
    for z in (2, -2, 2j, -2j):
        assert_equal(
            student.escape_time(complex(z), c, 9), 1, name="escape time of a point at distance 2, not beyond,"
        )
    later = cmath.rect(rng.uniform(1.7, 1.9), rng.uniform(-3, 3))
    assert_equal(
        student.escape_time(later, c, 2), 1, name="escape time of a point that is out after one step"
    )
    assert_equal(
        student.escape_time(later, c, 1), 1, name="escape time with limit 1 of a point that is still inside"
    )


@points(1)
def test_julia_loops_counts_every_point(student, rng):
    check_counts(student.julia_loops, rng)


@points(1)
def test_julia_counts_every_point(student, rng):
    check_counts(student.julia, rng)
    circle, name = (
        np.array([[2, 2j, 3, -2]]),
        "grid of escape times of points at distance 2 and of one beyond",
    )
    assert_equal(student.julia(circle, 0.3 + 0j, 4), np.array([[1, 1, 0, 1]]), name=name)


@points(1)
def test_julia_has_one_loop_over_the_steps(student, rng):
    c, _ = draw_constants(rng)
    grid, times = draw_points(rng, 3000, c, 20)
    grid, times = grid.reshape(200, 15), times.reshape(200, 15)
    assert_equal(student.julia(grid, c, 20), times, name="grid of escape times")
    assert_one_loop(student.run(count_steps, "julia", grid, c, 20), 20)


@hidden
@points(1)
def test_julia_of_single_precision_and_on_the_circle(student, rng):
    c, limit = draw_constants(rng)[0], 5
    grid, times = draw_points(rng, 30, c, limit, margin=0.02)
    result = student.julia(grid.reshape(5, 6).astype(np.complex64), c, limit)
    assert_equal(result, times.reshape(5, 6), name="grid of escape times")
    circle = np.array([[2, -2], [2j, -2j]])
    assert_equal(
        student.julia(circle, c, limit), np.ones((2, 2), dtype=int), name="grid of escape times at distance 2"
    )


def draw_parameters(rng, count, limit):
    """Random points of the plane of c, with their escape times."""
    chosen, times = [], []
    while len(chosen) < count:
        c = complex(*rng.uniform((-2.2, -1.3), (0.8, 1.3)))
        time = orbit_time(0j, c, limit, 1e-6)
        if time is not None:
            chosen.append(c)
            times.append(time)
    return np.array(chosen), np.array(times)


@points(0)
def test_mandelbrot_counts_every_point(student, rng):
    for (height, width), limit in zip(SHAPES, (20, 7, 12, 1), strict=True):
        grid, times = draw_parameters(rng, height * width, limit)
        grid = grid.reshape(height, width)
        with assert_unchanged(grid):
            result = student.mandelbrot(grid, limit)
        assert_equal(result, times.reshape(height, width), name="grid of escape times")
    circle = np.array([[2, -2, 2j]], dtype=complex)
    assert_equal(
        student.mandelbrot(circle, 9), np.array([[2, 9, 2]]), name="grid of escape times at distance 2"
    )


@points(0)
def test_mandelbrot_has_one_loop_over_the_steps(student, rng):
    grid = rng.uniform(-2, 1, size=(200, 15)) + 1j * rng.uniform(-1, 1, size=(200, 15))
    few, times = draw_parameters(rng, 12, 20)
    assert_equal(student.mandelbrot(few, 20), times, name="list of escape times")
    assert_one_loop(student.run(count_steps, "mandelbrot", grid, 20), 20)
