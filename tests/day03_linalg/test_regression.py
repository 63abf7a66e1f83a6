"""Checks of regression.py. Matrices are built from singular values, so their condition is known."""

import numpy as np
from numpy.polynomial import polynomial

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_raises,
    assert_unchanged,
    hidden,
    points,
)


def orthonormal_columns(rng, m, n):
    """An (m, n) matrix with random orthonormal columns, m >= n."""
    return np.linalg.qr(rng.normal(size=(m, n)))[0]


def matrix_with(rng, m, n, s):
    """A random (m, n) matrix with the singular values s, and its pseudo-inverse for those that are not 0."""
    u, v = orthonormal_columns(rng, m, len(s)), orthonormal_columns(rng, n, len(s))
    inverted = np.divide(1, s, out=np.zeros(len(s)), where=s != 0)
    return (u * s) @ v.T, (v * inverted) @ u.T


def spread_points(rng, n):
    """n points in [−1, 1] that are neither regular nor close to each other, not sorted."""
    return rng.permutation(np.linspace(-1, 1, n) + rng.uniform(-0.4, 0.4, size=n) / n)


@points(1)
def test_vandermonde_of_several_degrees(student, rng):
    for n, degree in [(4, 2), (3, 5), (1, 3), (5, 1), (3, 0)]:
        x = rng.uniform(-2, 2, size=n)
        with assert_unchanged(x):
            result = student.vandermonde(x, degree)
        assert_close(result, polynomial.polyvander(x, degree))
    x = rng.uniform(-2, 2, size=4).astype(np.float32)
    assert_close(student.vandermonde(x, 3), polynomial.polyvander(x.astype(float), 3), rtol=1e-4, atol=1e-4)


@points(1)
def test_vandermonde_of_integers(student, rng):
    x = rng.integers(-4, 5, size=5)
    assert_close(student.vandermonde(x, 3), polynomial.polyvander(x.astype(float), 3))
    x = rng.integers(40, 60, size=4)
    cause = "powers of integers overflow: 50 ** 14 does not fit into 64 bits; make x float first"
    assert_close(student.vandermonde(x, 14), polynomial.polyvander(x.astype(float), 14), cause=cause)


@points(1)
def test_normal_equations_solve_least_squares(student, rng):
    for m, n in [(9, 4), (20, 3), (5, 1), (4, 4)]:
        a, _ = matrix_with(rng, m, n, rng.uniform(0.5, 3, size=n))
        b = rng.normal(size=m) + 1
        with assert_unchanged(a, b):
            result = student.normal_equations(a, b)
        assert_close(result, np.linalg.lstsq(a, b)[0])
    narrow, inverted = matrix_with(rng, 6, 2, np.array([1, 0.01]))
    c = rng.normal(size=6) + 1
    cause = "is something small added to AᵀA? Its columns are independent, so it needs nothing"
    assert_close(student.normal_equations(narrow, c), inverted @ c, cause=cause)
    a, b = a.astype(np.float32), b.astype(np.float32)
    expected = np.linalg.lstsq(a.astype(float), b.astype(float))[0]
    assert_close(student.normal_equations(a, b), expected, rtol=1e-3, atol=1e-3)


@hidden
@points(1)
def test_normal_equations_leave_an_orthogonal_residual(student, rng):
    a, _ = matrix_with(rng, 12, 5, rng.uniform(0.5, 3, size=5))
    b = 10 * rng.normal(size=12)
    x = student.normal_equations(a, b)
    assert_close(x, np.linalg.lstsq(a, b)[0])
    x = np.asarray(x)
    product = (a.T @ (a @ x)).astype(x.dtype)  # of single precision, it is compared as such
    assert_close(product, a.T @ b, name="product AᵀA x")


@points(1)
def test_pseudo_inverse_of_tall_matrices(student, rng):
    for m, n in [(5, 3), (7, 2), (4, 1), (3, 3)]:
        a, expected = matrix_with(rng, m, n, rng.uniform(0.5, 3, size=n))
        with assert_unchanged(a):
            result = student.pseudo_inverse(a)
        assert_close(result, expected)
    a = a.astype(np.float32)
    assert_close(student.pseudo_inverse(a), np.linalg.inv(a.astype(float)), rtol=1e-3, atol=1e-3)


@points(1)
def test_pseudo_inverse_of_wide_matrices(student, rng):
    for m, n in [(3, 5), (2, 7), (1, 4)]:
        a, expected = matrix_with(rng, m, n, rng.uniform(0.5, 3, size=m))
        assert_close(student.pseudo_inverse(a), expected)


@points(1)
def test_pseudo_inverse_of_rank_deficient_matrices(student, rng):
    cause = "was a singular value inverted that is 0 up to rounding? Up to rcond · max(s) they are zero"
    for m, n, rank in [(6, 4, 2), (4, 6, 3), (5, 5, 1)]:
        a, expected = matrix_with(rng, m, n, rng.uniform(0.5, 3, size=rank))
        assert_close(student.pseudo_inverse(a, rcond=1e-5), expected, cause=cause)
    assert_close(student.pseudo_inverse(np.zeros((2, 3))), np.zeros((3, 2)), name="pseudo-inverse of zeros")


@points(1)
def test_pseudo_inverse_cuts_off_relative_to_the_largest(student, rng):
    cause = "singular values up to rcond times the largest one count as zero, not those up to rcond"
    relative = np.array([1, 0.4, 1e-3])
    for scale in (1.0, 1e-4, 1e4):
        a, expected = matrix_with(rng, 5, 4, scale * relative)
        result = student.pseudo_inverse(a, rcond=1e-5)
        assert_close(result, expected, atol=1e-5 / scale, cause=cause)
        a, expected = matrix_with(rng, 4, 5, scale * relative[:2])
        a += matrix_with(rng, 4, 5, np.array([1e-9 * scale]))[0]
        result = student.pseudo_inverse(a, rcond=1e-2)
        assert_close(result, expected, atol=1e-5 / scale, cause=cause)
        u, s, v = orthonormal_columns(rng, 5, 3), scale * relative, orthonormal_columns(rng, 4, 3)
        result = student.pseudo_inverse((u * s) @ v.T, rcond=1e-2)
        assert_close(result, (v[:, :2] / s[:2]) @ u[:, :2].T, atol=1e-5 / scale, cause=cause)
    for last, kept in [(0.12, 4), (0.08, 3)]:
        u, s, v = (
            orthonormal_columns(rng, 5, 4),
            np.array([1, 0.9, 0.8, last]),
            orthonormal_columns(rng, 4, 4),
        )
        result = student.pseudo_inverse((u * s) @ v.T, rcond=0.1)
        assert_close(result, (v[:, :kept] / s[:kept]) @ u[:, :kept].T, cause=cause)


@points(1)
def test_condition_number_of_several_shapes(student, rng):
    for m, n in [(5, 3), (3, 5), (4, 4), (1, 4), (6, 1)]:
        s = 10 ** rng.uniform(-2, 1, size=min(m, n))
        a, _ = matrix_with(rng, m, n, s)
        with assert_unchanged(a):
            result = student.condition_number(a)
        assert_close(result, s.max() / s.min())
    a, _ = matrix_with(rng, 4, 3, np.array([3.0, 1.5, 0.4]))
    assert_close(student.condition_number(a.astype(np.float32)), 7.5, rtol=1e-3)
    cause = "singular values have the unit of A: a small one is not 0"
    name = "condition number of 1e-20 times a matrix"
    assert_close(student.condition_number(1e-20 * a), 7.5, name=name, cause=cause)
    cause = "is 0 divided by 0? Look first: where the smallest singular value is 0, it is infinite"
    result = student.condition_number(np.zeros((2, 3)))
    assert_between(result, 1e7, np.inf, name="condition number of zeros", cause=cause)


@hidden
@points(1)
def test_condition_number_of_rank_deficient_matrices(student, rng):
    a, _ = matrix_with(rng, 4, 3, np.array([3.0, 1.5, 0.4]))
    assert_close(student.condition_number(a), 7.5, name="condition number of a regular matrix")
    column = rng.normal(size=(5, 1))
    cause = "the smallest singular value is 0 here, up to rounding: the largest is divided by it, whatever comes out"
    result = student.condition_number(np.hstack([column, np.zeros((5, 2))]))
    assert_between(result, 1e7, np.inf, name="condition number", cause=cause)
    result = student.condition_number(np.hstack([column, 2 * column]))
    assert_between(result, 1e7, np.inf, name="condition number", cause=cause)


@points(1)
def test_rescale_maps_the_ends_to_minus_one_and_one(student, rng):
    for n in (5, 1):
        low, high = rng.uniform(-9, -2), rng.uniform(3, 9)
        x = rng.uniform(low, high, size=n)
        with assert_unchanged(x):
            result = student.rescale(x, low, high)
        assert_close(result, np.interp(x, [low, high], [-1, 1]))
        assert_close(student.rescale(np.array([low, (low + high) / 2, high]), low, high), [-1.0, 0.0, 1.0])
    days = rng.integers(730_000, 731_000, size=6)
    assert_close(student.rescale(days, 730_000, 731_000), (days - 730_500) / 500)
    days = rng.integers(730_000, 730_006, size=6)
    assert_close(student.rescale(days, 730_000, 730_005), (days - 730_002.5) / 2.5)


@points(1)
def test_rescale_of_points_outside_and_of_an_empty_interval(student, rng):
    low = rng.uniform(2, 5)
    high = low + rng.uniform(1, 3)
    beyond = np.array([2 * low - high, (3 * low + high) / 4, 2 * high - low])
    cause = "what lies outside the interval stays outside, so that a fitted polynomial can be continued"
    assert_close(student.rescale(beyond, low, high), [-3.0, -0.5, 3.0], cause=cause)
    with assert_raises(ValueError):
        student.rescale(beyond, low, low)


@points(1)
def test_fit_polynomial_finds_the_coefficients_of_a_polynomial(student, rng):
    for degree, n in [(3, 12), (1, 5), (0, 4), (5, 9)]:
        x, coefficients = spread_points(rng, n), rng.uniform(1, 3, size=degree + 1)
        y = polynomial.polyval(x, coefficients)
        with assert_unchanged(x, y):
            result = student.fit_polynomial(x, y, degree)
        assert_close(result, coefficients, name="vector of coefficients")
    x, coefficients = np.arange(30.0), rng.uniform(1, 3, size=5)
    result = student.fit_polynomial(x, polynomial.polyval(x, coefficients), 4)
    assert_close(result, coefficients, rtol=1e-3, name="vector of coefficients")


@points(1)
def test_fit_polynomial_is_best_for_noisy_points(student, rng):
    for degree, n in [(2, 15), (4, 12), (1, 8)]:
        x = spread_points(rng, n)
        y = np.cos(3 * x) + rng.normal(size=n)
        result = student.fit_polynomial(x, y, degree)
        assert_close(result, polynomial.polyfit(x, y, degree), name="vector of coefficients")
    result = student.fit_polynomial(x.astype(np.float32), y.astype(np.float32), 1)
    assert_close(result, polynomial.polyfit(x, y, 1), name="vector of coefficients", rtol=1e-3, atol=1e-3)
    for n, degree in [(2, 3), (4, 6)]:
        x, y = spread_points(rng, n), rng.normal(size=n) + 2
        expected = np.linalg.pinv(polynomial.polyvander(x, degree)) @ y
        name = f"vector of {degree + 1} coefficients through {n} points"
        cause = "of all that go through the points, the shortest is asked for: V⁺ y finds it"
        assert_close(student.fit_polynomial(x, y, degree), expected, name=name, cause=cause)


@hidden
@points(1)
def test_fit_polynomial_through_fewer_points_than_coefficients(student, rng):
    for n, degree in [(3, 5), (1, 2), (4, 4)]:
        x = spread_points(rng, n)
        y = rng.normal(size=n) + 2
        expected = np.linalg.lstsq(polynomial.polyvander(x, degree), y)[0]
        assert_close(student.fit_polynomial(x, y, degree), expected, name="vector of coefficients")


def noisy_cubic(rng, n, noise):
    """n points of one polynomial of degree 3, with noise."""
    x = spread_points(rng, n)
    return x, 4 * x**3 - 2 * x + 1 + noise * rng.normal(size=n)


def held_out_errors(x_train, y_train, x_validation, y_validation, degrees):
    """Validation MSE of each degree, by NumPy's own fit."""
    fits = [polynomial.polyfit(x_train, y_train, degree) for degree in degrees]
    return np.array([np.mean((polynomial.polyval(x_validation, c) - y_validation) ** 2) for c in fits])


@points(2)
def test_select_degree_by_the_error_on_held_out_points(student, rng):
    for degrees in [(9, 3, 5), (0, 1, 2, 3, 5, 7)]:
        x_train, y_train = noisy_cubic(rng, 14, 0.5)
        x_validation, y_validation = noisy_cubic(rng, 10, 0.5)
        with assert_unchanged(x_train, y_train, x_validation, y_validation):
            result = student.select_degree(x_train, y_train, x_validation, y_validation, degrees)
        degree, errors = assert_parts(result, 2)
        expected = held_out_errors(x_train, y_train, x_validation, y_validation, degrees)
        assert_close(errors, expected, rtol=1e-5, name="list of validation errors")
        assert_equal(degree, degrees[int(np.argmin(expected))], name="degree")
    degree, errors = assert_parts(
        student.select_degree(x_train, np.zeros(14), x_validation, np.zeros(10), (4, 1, 6)), 2
    )
    assert_close(errors, np.zeros(3), name="list of validation errors")
    cause = "all errors are equal here: of several smallest ones the first counts"
    assert_equal(degree, 4, name="degree", cause=cause)


@hidden
@points(1)
def test_select_degree_from_candidates_in_any_order(student, rng):
    for degrees in [[6, 1, 3, 0, 4], [2], [5, 4]]:
        x_train, y_train = noisy_cubic(rng, 16, 1.0)
        x_validation, y_validation = noisy_cubic(rng, 7, 1.0)
        result = student.select_degree(x_train, y_train, x_validation, y_validation, degrees)
        degree, errors = assert_parts(result, 2)
        expected = held_out_errors(x_train, y_train, x_validation, y_validation, degrees)
        assert_close(errors, expected, rtol=1e-5, name="list of validation errors")
        assert_equal(degree, degrees[int(np.argmin(expected))], name="degree")
