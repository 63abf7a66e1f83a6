"""Checks of descent.py: in a quadratic valley both loops have closed solutions, and the path is known exactly."""

import numpy as np

from course.testing import (
    assert_between,
    assert_close,
    assert_converges,
    assert_raises,
    assert_shape,
    assert_unchanged,
    hidden,
    points,
)


def symmetric(rng, eigenvalues):
    """A random symmetric matrix with these eigenvalues, and its eigenvectors as columns."""
    n = len(eigenvalues)
    q = np.linalg.qr(rng.normal(size=(n, n)))[0]
    return (q * eigenvalues) @ q.T, q


def valley(rng, eigenvalues):
    """Hessian, minimum, gradient and start of a quadratic valley.

    The way from the start has a share in every direction, and the minimum is further from zero than the start.
    """
    hessian, q = symmetric(rng, np.asarray(eigenvalues))
    shares = rng.uniform(1, 2, size=len(eigenvalues))
    minimum = -q @ (rng.uniform(2, 4, size=len(eigenvalues)) * shares)
    start = minimum + q @ shares
    return hessian, minimum, (lambda x: hessian @ (x - minimum)), start


def powers(matrix, vector, steps):
    """The rows matrix⁰ vector, matrix¹ vector, …, by an eigenvalue decomposition."""
    values, vectors = np.linalg.eigh(matrix)
    return (values ** np.arange(steps + 1)[:, None] * (vectors.T @ vector)) @ vectors.T


@points(2)
def test_gradient_descent_takes_the_first_steps_exactly(student, rng):
    for n, steps in [(2, 1), (2, 4), (1, 3), (5, 6)]:
        hessian, minimum, grad, start = valley(rng, rng.uniform(0.5, 3, size=n))
        rate = rng.uniform(0.1, 0.3)
        with assert_unchanged(start):
            path = student.gradient_descent(grad, start, rate, steps)
        expected = minimum + powers(np.eye(n) - rate * hessian, start - minimum, steps)
        assert_close(
            path, expected, name="path", cause="row t + 1 is row t minus η times the gradient at row t"
        )
    single = start.astype(np.float32)
    expected = minimum + powers(np.eye(n) - rate * hessian, single.astype(float) - minimum, 2)
    path = student.gradient_descent(grad, single, rate, 2)
    assert_close(path, expected, name="path", rtol=1e-4, atol=1e-4)
    start = rng.integers(10, 20, size=n)
    path = student.gradient_descent(grad, start, rate, 2)
    expected = minimum + powers(np.eye(n) - rate * hessian, start - minimum, 2)
    cause = "the path was stored as integers, like the start"
    assert_close(path, expected, name="path from integers", cause=cause)


@points(1)
def test_gradient_descent_arrives_at_the_minimum(student, rng):
    for eigenvalues in ([1, 8], [2.0], [0.5, 1, 3, 4]):
        _, minimum, grad, start = valley(rng, eigenvalues)
        path = student.gradient_descent(grad, start, 1 / max(eigenvalues), 300)
        cause = "as many steps are taken as are asked for, converged or not"
        assert_shape(path, (301, len(eigenvalues)), name="path", cause=cause)
        assert_converges(path, to=minimum, tol=1e-6)
    minimum = rng.uniform(-3, 3, size=3)
    path = student.gradient_descent(
        lambda x: np.tanh(x - minimum), minimum + rng.uniform(1, 2, size=3), 0.5, 200
    )
    assert_converges(path, to=minimum, tol=1e-6)


@points(1)
def test_gradient_descent_diverges_above_the_limit(student, rng):
    for curvature in rng.uniform(0.5, 20, size=3):
        minimum = rng.uniform(2, 5, size=1)
        for factor, name in ((0.9, "stays"), (-0.9, "zigzags"), (-1.1, "diverges")):
            rate = (1 - factor) / curvature  # every step multiplies the distance by `factor`
            path = student.gradient_descent(
                lambda x, c=curvature, m=minimum: c * (x - m), minimum + 1, rate, 40
            )
            expected = minimum + factor ** np.arange(41)[:, None]
            assert_close(path, expected, name=f"path that {name}", cause="each step multiplies by 1 − ηλ")


@hidden
@points(1)
def test_gradient_descent_of_no_steps_and_from_integers(student, rng):
    hessian, minimum, grad, _ = valley(rng, [1.0, 2.0, 3.0])
    start = rng.integers(-9, 9, size=3)
    assert_close(student.gradient_descent(grad, start, 0.1, 0), start[None, :], name="path of no steps")
    with assert_unchanged(start):
        path = student.gradient_descent(grad, start, 0.1, 3)
    expected = minimum + powers(np.eye(3) - 0.1 * hessian, start - minimum, 3)
    assert_close(path, expected, name="path", cause="the path was stored as integers, like the start")


def heavy_ball(hessian, minimum, start, rate, momentum, steps):
    """Position and velocity obey one linear recursion: the path by powers of its matrix."""
    n = len(start)
    eye = np.eye(n)
    matrix = np.block([[eye - rate * hessian, momentum * eye], [-rate * hessian, momentum * eye]])
    state = np.concatenate([start - minimum, np.zeros(n)])
    return np.array([minimum + (np.linalg.matrix_power(matrix, t) @ state)[:n] for t in range(steps + 1)])


@points(2)
def test_momentum_descent_takes_the_first_steps_exactly(student, rng):
    for n, steps in [(2, 4), (1, 3), (4, 7), (3, 0)]:
        hessian, minimum, grad, start = valley(rng, rng.uniform(0.5, 3, size=n))
        rate, momentum = rng.uniform(0.1, 0.3), rng.uniform(0.4, 0.9)
        with assert_unchanged(start):
            path = student.momentum_descent(grad, start, rate, momentum, steps)
        assert_close(path, heavy_ball(hessian, minimum, start, rate, momentum, steps), name="path")
    single = start.astype(np.float32)
    path = student.momentum_descent(grad, single, rate, momentum, 3)
    expected = heavy_ball(hessian, minimum, single.astype(float), rate, momentum, 3)
    assert_close(path, expected, name="path", rtol=1e-4, atol=1e-4)
    start = rng.integers(10, 20, size=n)
    path = student.momentum_descent(grad, start, rate, momentum, 2)
    expected = heavy_ball(hessian, minimum, start.astype(float), rate, momentum, 2)
    cause = "the path was stored as integers, like the start"
    assert_close(path, expected, name="path from integers", cause=cause)


@hidden
@points(1)
def test_momentum_descent_without_momentum_is_gradient_descent(student, rng):
    hessian, minimum, grad, start = valley(rng, rng.uniform(0.5, 3, size=3))
    path = student.momentum_descent(grad, start, 0.2, 0.0, 5)
    assert_close(path, minimum + powers(np.eye(3) - 0.2 * hessian, start - minimum, 5), name="path")
    path = student.momentum_descent(grad, np.array([1, 2, 4]), 0.2, 0.5, 3)
    expected = heavy_ball(hessian, minimum, np.array([1.0, 2.0, 4.0]), 0.2, 0.5, 3)
    assert_close(path, expected, name="path from integers", cause="the path was stored as integers")


@points(1)
def test_momentum_descent_gets_through_a_narrow_valley(student, rng):
    curvature = np.array([1.0, 100.0])
    minimum = rng.uniform(2, 5, size=2)
    rate, momentum, steps = 4 / 11**2, (9 / 11) ** 2, 150  # Polyak's choice for these two curvatures
    start = minimum + rng.uniform(5, 9, size=2)
    path = student.momentum_descent(lambda x: curvature * (x - minimum), start, rate, momentum, steps)
    cause = f"plain gradient descent is still {9 * 0.98**steps:.1g} away here; is the velocity carried over?"
    assert_converges(path, to=minimum, tol=1e-6, cause=cause)


@points(1)
def test_largest_stable_rate_of_known_eigenvalues(student, rng):
    for n, largest in ((2, 20), (3, 20), (5, 0.8), (1, 20)):
        eigenvalues = rng.uniform(largest / 200, largest, size=n)
        hessian, _ = symmetric(rng, eigenvalues)
        with assert_unchanged(hessian):
            result = student.largest_stable_rate(hessian)
        assert_close(result, 2 / eigenvalues.max())
    single = hessian.astype(np.float32)
    assert_close(student.largest_stable_rate(single), 2 / eigenvalues.max(), rtol=1e-3)


@points(1)
def test_largest_stable_rate_of_saddles_and_hills(student, rng):
    eigenvalues = np.array([rng.uniform(1, 3), rng.uniform(-9, -5), rng.uniform(0.1, 0.5)])
    hessian, _ = symmetric(rng, eigenvalues)
    cause = "only curvature upwards limits the step; a negative eigenvalue does not count by its size"
    assert_close(student.largest_stable_rate(hessian), 2 / eigenvalues.max(), cause=cause)
    for downwards in (rng.uniform(-5, -1, size=3), rng.uniform(-5, -1, size=1)):
        with assert_raises(ValueError):
            student.largest_stable_rate(symmetric(rng, downwards)[0])
    with assert_raises(ValueError):
        student.largest_stable_rate(np.zeros((2, 2)))


@points(2)
def test_find_stable_rate_finds_two_over_the_curvature(student, rng):
    for shares, times in (([1.0, 0.25, 0.1], 9), ([1.0], 19), ([0.2, 1.0], 14)):
        curvature = rng.uniform(0.5, 20)
        _, _, grad, start = valley(rng, curvature * np.array(shares))
        with assert_unchanged(start):
            rate = student.find_stable_rate(grad, start, rng.uniform(times, times + 1) / curvature)
        low, high = 0.97 * 2 / curvature, 1.03 * 2 / curvature
        assert_between(
            rate,
            low,
            high,
            name="rate",
            cause="which half is kept? Below 2 / λ_max the descent is stable, above it is not",
        )
    _, _, grad, start = valley(rng, np.array([1e6, 2e5]))
    rate = student.find_stable_rate(grad, start, 2.9e-6, 300)
    cause = "the last interval is narrower than high / 1000, whatever the unit: not than 0.001"
    assert_between(rate, 0.97 * 2e-6, 1.03 * 2e-6, name="rate of a valley in another unit", cause=cause)
    bowl, _ = symmetric(rng, np.array([4.0, 1.3]))
    rate = student.find_stable_rate(lambda x: bowl @ x, rng.uniform(1, 2, size=2), 3.1)
    cause = "every trial starts at x0: whoever starts at the minimum stays there at any rate"
    assert_between(rate, 0.485, 0.515, name="rate of a valley with the minimum at 0", cause=cause)


@hidden
@points(1)
def test_find_stable_rate_in_other_units(student, rng):
    for curvature, high in ((1e-3, 3e3), (1e4, 2.5e-4)):
        _, _, grad, start = valley(rng, curvature * np.array([1.0, 0.3]))
        rate = student.find_stable_rate(grad, start, high, 300)
        assert_between(rate, 0.97 * 2 / curvature, 1.03 * 2 / curvature, name="rate")
    # The minimum lies at zero, where a trial that forgets the start would already be.
    bowl, _ = symmetric(rng, np.array([2.0, 0.8]))
    rate = student.find_stable_rate(lambda x: bowl @ x, rng.uniform(1, 2, size=2), 6.5)
    assert_between(rate, 0.97, 1.03, name="rate")
