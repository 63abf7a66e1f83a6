"""Checks of matrices.py: every matrix is random, rarely square, never symmetric."""

import numpy as np

from course.testing import assert_close, assert_raises, assert_unchanged, points

SHAPES = [(3, 5), (5, 3), (1, 4), (4, 1), (2, 2)]


@points(1)
def test_matrix_vector_of_several_shapes(student, rng):
    for m, n in SHAPES:
        a, x = rng.normal(size=(m, n)), rng.normal(size=n)
        with assert_unchanged(a, x):
            result = student.matrix_vector(a, x)
        assert_close(result, np.einsum("ij,j->i", a, x))
    a, x = rng.normal(size=(4, 3)).astype(np.float32), rng.normal(size=3).astype(np.float32)
    assert_close(student.matrix_vector(a, x), a.astype(float) @ x.astype(float), rtol=1e-4, atol=1e-5)


@points(1)
def test_matrix_vector_mixes_integers_and_floats(student, rng):
    cause = "the result is stored as integers, which cuts off everything after the point"
    a, x = rng.normal(size=(3, 4)), rng.integers(1, 9, size=4)
    assert_close(student.matrix_vector(a, x), np.einsum("ij,j->i", a, x), cause=cause)
    a, x = rng.integers(1, 9, size=(4, 3)), rng.normal(size=3)
    assert_close(student.matrix_vector(a, x), np.einsum("ij,j->i", a, x), cause=cause)
    a, x = rng.integers(-9, 9, size=(2, 3)), rng.integers(1, 9, size=3)
    assert_close(student.matrix_vector(a, x), np.einsum("ij,j->i", a, x))


@points(1)
def test_matrix_vector_refuses_other_lengths(student, rng):
    a = rng.normal(size=(3, 4))
    x = rng.normal(size=4)
    assert_close(student.matrix_vector(a, x), np.einsum("ij,j->i", a, x))
    cause = "A has 4 columns, so x must have 4 entries; broadcasting hides this when x has one"
    for length in (3, 5, 1):
        x = rng.normal(size=length)
        with assert_raises(ValueError, cause=cause):
            student.matrix_vector(a, x)


@points(1)
def test_transpose_of_several_shapes_and_dtypes(student, rng):
    for m, n in SHAPES:
        a = rng.normal(size=(m, n))
        with assert_unchanged(a):
            result = student.transpose(a)
        assert_close(result, np.einsum("ij->ji", a))
    integers = rng.integers(-9, 9, size=(2, 4))
    assert_close(student.transpose(integers), np.einsum("ij->ji", integers))
    cause = "the result was made without the dtype of A"
    numbers = rng.normal(size=(3, 2)) + 1j * rng.normal(size=(3, 2))
    assert_close(student.transpose(numbers), np.einsum("ij->ji", numbers), cause=cause)


@points(1)
def test_determinant_of_both_signs_and_of_zero(student, rng):
    for sign in (1, -1, 1, -1):
        a = rng.normal(size=(2, 2))
        a = a if np.sign(np.linalg.det(a)) == sign else a[::-1].copy()
        with assert_unchanged(a):
            result = student.determinant(a)
        assert_close(result, np.linalg.det(a))
    integers = rng.integers(2, 9, size=(2, 2))
    assert_close(student.determinant(integers), np.linalg.det(integers))
    row = rng.integers(1, 9, size=2)
    assert_close(student.determinant(np.array([row, 3 * row])), 0.0, name="determinant of dependent rows")
    single = rng.normal(size=(2, 2)).astype(np.float32)
    assert_close(student.determinant(single), np.linalg.det(single.astype(float)), rtol=1e-4, atol=1e-5)


@points(1)
def test_inverse_of_floats_and_integers(student, rng):
    for scale in (1.0, -1.0, 1e-6, 1e4, 1e-12):
        a = abs(scale) * (rng.uniform(0.5, 1.5, size=(2, 2)) + np.array([[1.5, 0.0], [0.0, 2.0]]))
        a = a if scale > 0 else a[::-1].copy()
        with assert_unchanged(a):
            result = student.inverse(a)
        assert_close(result, np.linalg.inv(a), atol=1e-8 / abs(scale))
    single = rng.uniform(0.5, 1.5, size=(2, 2)).astype(np.float32) + np.float32([[1.5, 0.0], [0.0, 2.0]])
    assert_close(student.inverse(single), np.linalg.inv(single.astype(float)), rtol=1e-4, atol=1e-5)
    integers = rng.integers(1, 4, size=(2, 2)) + np.array([[3, 0], [0, 4]])
    cause = "fractions were written into an array of integers"
    assert_close(student.inverse(integers), np.linalg.inv(integers), cause=cause)
    p, q = rng.uniform(1, 2, size=2)
    a = np.array([[p, q], [2 * p, 2 * q + 1e-5]])
    result = student.inverse(a)
    assert_close(result, np.linalg.inv(a), name="inverse of a matrix with nearly dependent rows")


@points(1)
def test_inverse_refuses_singular_matrices(student, rng):
    a = rng.uniform(0.5, 1.5, size=(2, 2)) + np.array([[1.5, 0.0], [0.0, 2.0]])
    assert_close(student.inverse(a), np.linalg.inv(a), name="inverse of a matrix that is not singular")
    cause = "the second row is a multiple of the first, so the determinant is zero"
    for factor in (1, 3, -2):
        row = rng.integers(1, 9, size=2)
        a = np.array([row, factor * row])
        with assert_raises(ValueError, cause=cause):
            student.inverse(a)
        with assert_raises(ValueError, cause=cause):
            student.inverse(a.astype(float))
