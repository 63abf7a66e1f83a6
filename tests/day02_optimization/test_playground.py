"""Checks of playground.py, the optional part: they carry no points."""

import numpy as np
from scipy.special import expit

from course.testing import assert_between, assert_close, assert_that, assert_unchanged, points


@points(0)
def test_polynomial_features_of_several_degrees(student, rng):
    for n, degree in [(4, 2), (3, 3), (1, 4), (5, 1), (2, 0)]:
        x = rng.uniform(0.5, 2, size=(n, 2)) * rng.choice([-1, 1], size=(n, 2))
        powers = sorted(
            ((i, j) for i in range(degree + 1) for j in range(degree + 1 - i)), key=lambda p: (sum(p), p[1])
        )
        with assert_unchanged(x):
            result = student.polynomial_features(x, degree)
        assert_close(result, np.array([[a**i * b**j for i, j in powers] for a, b in x]))


@points(0)
def test_polynomial_features_of_small_integers(student, rng):
    x = rng.integers(100, 200, size=(4, 2)).astype(np.uint8)
    a, b = x.astype(float).T
    expected = np.array([np.ones(4), a, b, a * a, a * b, b * b]).T
    assert_close(student.polynomial_features(x, 2), expected, cause="200 · 200 does not fit into 8 bits")


@points(0)
def test_classifier_gradient_of_several_shapes(student, rng):
    for n, k in [(7, 3), (1, 4), (20, 1)]:
        features, labels, weights = rng.normal(size=(n, k)), rng.integers(0, 2, size=n), rng.normal(size=k)
        labels[0] = 1
        with assert_unchanged(weights, features, labels):
            result = student.classifier_gradient(weights, features, labels)
        rows = [
            (expit(np.dot(row, weights)) - label) * row for row, label in zip(features, labels, strict=True)
        ]
        assert_close(result, np.mean(rows, axis=0))


@points(0)
def test_train_classifier_with_full_batches_is_momentum_descent(student, rng):
    features, labels = rng.normal(size=(9, 3)), np.array([0, 1, 1, 0, 1, 0, 0, 1, 1])
    weights, velocity = np.zeros(3), np.zeros(3)
    for _ in range(4):
        velocity = 0.6 * velocity - 0.8 * features.T @ (expit(features @ weights) - labels) / 9
        weights = weights + velocity
    with assert_unchanged(features, labels):
        result = student.train_classifier(
            features, labels, np.random.default_rng(int(rng.integers(2**32))), 0.8, 0.6, 9, 4
        )
    assert_close(result, weights, name="vector of weights", cause="v ← μ v − η g, then weights + v")


@points(0)
def test_train_classifier_draws_a_curved_boundary(student, rng):
    for inside in (lambda x: np.hypot(x[:, 0], x[:, 1]) < 0.7, lambda x: x[:, 0] * x[:, 1] > 0):
        x, unseen = rng.uniform(-1, 1, size=(400, 2)), rng.uniform(-1, 1, size=(2000, 2))
        features, held_out = (
            np.column_stack([np.ones(len(p)), p, p[:, 0] ** 2, p[:, 0] * p[:, 1], p[:, 1] ** 2])
            for p in (x, unseen)
        )
        generator = np.random.default_rng(int(rng.integers(2**32)))
        weights = np.asarray(student.train_classifier(features, inside(x).astype(int), generator))
        accuracy = np.mean((held_out @ weights > 0) == inside(unseen))
        assert_between(accuracy, 0.85, 1.0, name="accuracy on points that were not trained on")
    seed = int(rng.integers(2**32))
    once, again = (
        np.asarray(
            student.train_classifier(features, inside(x).astype(int), np.random.default_rng(seed), steps=5)
        )
        for _ in range(2)
    )
    cause = "np.random is asked for chance, or a generator of its own, and not the one that is given"
    assert_that(np.array_equal(once, again), "The same generator gives other weights each time.", cause=cause)
