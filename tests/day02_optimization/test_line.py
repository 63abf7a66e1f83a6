"""Checks of line.py: random points, far from zero and in any unit, against SciPy and against linear algebra."""

import numpy as np
from scipy.stats import linregress, zscore

from course.testing import (
    assert_between,
    assert_close,
    assert_converges,
    assert_parts,
    assert_raises,
    assert_unchanged,
    hidden,
    points,
)


def noisy_line(rng, n):
    """n points near a random line that does not pass through zero."""
    x = rng.uniform(1, 4, size=n)
    return x, rng.uniform(1, 3) * x + rng.uniform(2, 5) + rng.normal(size=n)


def design(x):
    """The matrix whose product with (slope, intercept) are the values of the line."""
    return np.column_stack([x, np.ones(len(x))])


@points(1)
def test_mean_squared_error_of_random_lines(student, rng):
    for n in (5, 1, 30):
        x, y = noisy_line(rng, n)
        theta = rng.normal(size=2)
        with assert_unchanged(theta, x, y):
            result = student.mean_squared_error(theta, x, y)
        assert_close(result, np.linalg.norm(design(x) @ theta - y) ** 2 / n)
    single = [part.astype(np.float32) for part in (theta, x, y)]
    assert_close(student.mean_squared_error(*single), result, rtol=1e-3)


@points(2)
def test_mean_squared_error_gradient_of_random_lines(student, rng):
    for n in (5, 1, 30):
        x, y = noisy_line(rng, n)
        theta = rng.normal(size=2)
        with assert_unchanged(theta, x, y):
            result = student.mean_squared_error_gradient(theta, x, y)
        a = design(x)
        assert_close(result, 2 / n * a.T @ (a @ theta - y))
    single = [part.astype(np.float32) for part in (theta, x, y)]
    assert_close(student.mean_squared_error_gradient(*single), result, rtol=1e-3, atol=1e-3)


@points(1)
def test_fit_line_takes_the_first_steps_exactly(student, rng):
    for n, steps in [(8, 3), (20, 5), (1, 2), (4, 0)]:
        x, y = noisy_line(rng, n)
        with assert_unchanged(x, y):
            path = student.fit_line(x, y, 0.05, steps)
        a, theta = design(x), np.zeros(2)
        expected = [theta]
        for _ in range(steps):
            theta = theta - 0.1 / n * a.T @ (a @ theta - y)
            expected.append(theta)
        cause = "is the gradient taken at the line of each step, and from x and y just as they are given?"
        assert_close(path, np.array(expected), name="path of (slope, intercept)", cause=cause)


@points(1)
def test_fit_line_arrives_at_least_squares(student, rng):
    for n in (10, 40):
        x, y = noisy_line(rng, n)
        z = zscore(x)
        path = student.fit_line(z, y, 0.4, 100)
        best = linregress(z, y)
        assert_converges(path, to=[best.slope, best.intercept], tol=1e-6)


@hidden
@points(1)
def test_fit_line_over_raw_numbers_needs_a_small_rate(student, rng):
    x = rng.uniform(50, 80, size=30)
    y = 2 * x + rng.normal(size=30)
    a = design(x)
    limit = 2 / np.linalg.eigvalsh(2 / len(x) * a.T @ a)[-1]
    start = float(np.mean(y**2))
    for factor, low, high in ((0.9, 0, 1), (1.1, 10, np.inf)):
        path = np.asarray(student.fit_line(x, y, factor * limit, 60))
        error = np.mean((a @ path[-1] - y) ** 2) / start
        assert_between(error, low, high, name=f"error at {factor} of 2 / L, relative to the start")


@points(1)
def test_standardise_to_mean_zero_and_deviation_one(student, rng):
    for x in (rng.uniform(50, 80, size=6), rng.normal(-3, 0.01, size=9), rng.integers(1, 99, size=7)):
        with assert_unchanged(x):
            z, mean, scale = assert_parts(student.standardise(x), 3)
        assert_close(z, zscore(x), name="array z")
        assert_close(mean, np.average(x), name="mean")
        assert_close(scale, np.sqrt(np.average(x * x) - np.average(x) ** 2), rtol=1e-4, name="scale")
    single = rng.uniform(1, 4, size=8).astype(np.float32)
    z, _, _ = assert_parts(student.standardise(single), 3)
    assert_close(z, zscore(single.astype(float)), rtol=1e-3, atol=1e-3, name="array z")
    tiny = 1e-13 * rng.permutation([-2.0, -0.7, 0.4, 1.1, 3.0])  # lengths in metres, of atoms: honest data
    z, _, scale = assert_parts(student.standardise(tiny), 3)
    assert_close(
        z, zscore(1e13 * tiny), name="array z", cause="numbers that are close together are not equal"
    )
    assert_close(scale, 1e-13 * np.std(1e13 * tiny), atol=0, name="scale")
    for equal in (np.full(5, 3.0), np.full(3, 0.1)):
        with assert_raises(ValueError):
            student.standardise(equal)


@hidden
@points(1)
def test_standardise_of_two_numbers_and_of_one(student, rng):
    low, gap = rng.uniform(2, 5), rng.uniform(1, 3)
    z, mean, scale = assert_parts(student.standardise(np.array([low, low + gap])), 3)
    assert_close(z, [-1.0, 1.0], name="array z", cause="the standard deviation divides by n, not by n − 1")
    assert_close(mean, low + gap / 2, name="mean")
    assert_close(scale, gap / 2, name="scale")
    with assert_raises(ValueError):
        student.standardise(np.full(10, rng.uniform(0.3, 0.7)))
    with assert_raises(ValueError):
        student.standardise(rng.normal(size=1))


@points(1)
def test_to_original_units_is_the_same_line(student, rng):
    for _ in range(3):
        theta = rng.uniform(1, 3, size=2) * rng.choice([-1, 1], size=2)
        mean, scale = rng.uniform(20, 40), rng.uniform(2, 5)
        with assert_unchanged(theta):
            result = student.to_original_units(theta, mean, scale)
        through = linregress(
            [0.0, 1.0, 9.0], [(x - mean) / scale * theta[0] + theta[1] for x in (0.0, 1.0, 9.0)]
        )
        assert_close(result, np.array([through.slope, through.intercept]))
