"""Checks of features.py, the optional part: no points, the same care."""

import numpy as np

from course.testing import assert_close, assert_equal, assert_unchanged, points


@points(0)
def test_expand_quadratic_of_points(student, rng):
    for n in (5, 1):
        x = rng.normal(size=(n, 2)) + 0.5
        with assert_unchanged(x):
            result = student.expand_quadratic(x)
        expected = np.array([[p, q, p * p, q * q, p * q, 1.0] for p, q in x])
        assert_close(result, expected, name="matrix of features")
    single = x.astype(np.float32)
    assert_close(student.expand_quadratic(single), expected, rtol=1e-4, atol=1e-5, name="matrix of features")


@points(0)
def test_expand_quadratic_of_small_integers(student, rng):
    x = rng.integers(100, 250, size=(4, 2)).astype(np.uint8)
    expected = np.array([[p, q, p * p, q * q, p * q, 1] for p, q in x.tolist()], dtype=float)
    cause = "products of 8-bit integers do not fit into 8 bits; make x float before multiplying"
    assert_close(student.expand_quadratic(x), expected, name="matrix of features", cause=cause)


@points(0)
def test_classify_on_the_boundary(student, rng):
    on = np.repeat(rng.integers(1, 99, size=(2, 1)), 2, axis=1)
    off = np.array([[3, 1], [1, 3]])
    features = np.vstack([on, off]).astype(float)
    labels = student.classify(features, np.array([1.0, -1.0]))
    assert_equal(labels, np.array([1, 1, 1, -1]), name="list of labels", cause="0 belongs to the side of 1")


@points(0)
def test_classify_by_the_side_of_the_boundary(student, rng):
    for n, k in [(8, 3), (1, 6), (12, 1)]:
        features, weights = rng.normal(size=(n, k)), rng.normal(size=k)
        with assert_unchanged(features, weights):
            result = student.classify(features, weights)
        assert_equal(
            result, np.where(np.einsum("nk,k->n", features, weights) < 0, -1, 1), name="list of labels"
        )
