"""Checks of surfaces.py against complex steps, f'(x) = Im f(x + iε) / ε, which lose no digits."""

import numpy as np
from scipy.optimize import rosen_der

from course.testing import assert_close, assert_unchanged, hidden, points


def complex_step(f, x):
    """The gradient of a function that is written with +, *, sin and cos, exact to rounding."""
    steps = 1e-30j * np.eye(len(x))
    return np.array([f(x + step).imag for step in steps]) / 1e-30


@points(1)
def test_parabola_derivative_at_several_points(student, rng):
    for x in (float(rng.uniform(-5, 9)), rng.uniform(-5, 9, size=4), rng.uniform(4, 9, size=(2, 3))):
        with assert_unchanged(x):
            result = student.parabola_derivative(x)
        assert_close(result, np.imag((x + 1e-30j - 3) ** 2 + 1) / 1e-30)
    single = rng.uniform(4, 9, size=3).astype(np.float32)
    assert_close(student.parabola_derivative(single), 2 * single.astype(float) - 6, rtol=1e-4, atol=1e-5)


@points(1)
def test_paraboloid_gradient_in_several_dimensions(student, rng):
    for n in (3, 1, 2, 6):
        x = rng.uniform(-3, 3, size=n)
        with assert_unchanged(x):
            result = student.paraboloid_gradient(x)
        assert_close(result, complex_step(lambda x: np.sum(x * x), x))
    single = rng.uniform(1, 3, size=3).astype(np.float32)
    assert_close(student.paraboloid_gradient(single), 2 * single.astype(float), rtol=1e-4, atol=1e-5)


def bumpy(x):
    return np.sum(x * x) + np.cos(2 * np.pi * x[0]) + np.sin(2 * np.pi * x[1])


@points(1)
def test_bumpy_paraboloid_gradient_at_random_points(student, rng):
    for _ in range(4):
        x = rng.integers(-2, 3, size=2) + rng.uniform(0.05, 0.2, size=2)
        with assert_unchanged(x):
            result = student.bumpy_paraboloid_gradient(x)
        cause = "each coordinate stands in two terms, and out of cos 2πx and sin 2πx comes a factor 2π each"
        assert_close(result, complex_step(bumpy, x), cause=cause)
    single = x.astype(np.float32)
    assert_close(
        student.bumpy_paraboloid_gradient(single),
        complex_step(bumpy, single.astype(float)),
        rtol=1e-3,
        atol=1e-3,
    )


@hidden
@points(1)
def test_bumpy_paraboloid_gradient_far_out_and_at_integers(student, rng):
    for x in (rng.uniform(20, 30, size=2), rng.uniform(-30, -20, size=2), rng.integers(1, 9, size=2)):
        result = student.bumpy_paraboloid_gradient(x)
        assert_close(result, complex_step(bumpy, x.astype(float)))


@points(1)
def test_rosenbrock_gradient_in_the_plane(student, rng):
    for _ in range(3):
        x = rng.uniform(0.5, 2, size=2) * rng.choice([-1, 1], size=2)
        with assert_unchanged(x):
            result = student.rosenbrock_gradient(x)
        assert_close(result, rosen_der(x))
    assert_close(student.rosenbrock_gradient(np.ones(2)), np.zeros(2), name="gradient at the minimum")


@points(1)
def test_rosenbrock_gradient_in_more_dimensions(student, rng):
    cause = "the coordinates in the middle stand in two terms of the sum, and the gradient has both"
    for n in (3, 5, 8):
        x = rng.uniform(0.5, 2, size=n) * rng.choice([-1, 1], size=n)
        assert_close(student.rosenbrock_gradient(x), rosen_der(x), cause=cause)
    single = x.astype(np.float32)
    assert_close(student.rosenbrock_gradient(single), rosen_der(x), rtol=1e-3, atol=1e-1)
