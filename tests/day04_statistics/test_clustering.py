"""Checks of clustering.py. Starts and uniform numbers are arguments: no result depends on luck."""

import numpy as np

from course.testing import (
    assert_close,
    assert_decreasing,
    assert_equal,
    assert_parts,
    assert_shape,
    assert_unchanged,
    hidden,
    points,
)


def blobs(rng, n, k, d):
    """n points around k centres, overlapping."""
    return rng.normal(size=(n, d)) + 3 * rng.normal(size=(k, d))[rng.integers(k, size=n)] + 5


def distances_to(x, centres):
    """Squared distances (n, k)."""
    return np.stack([np.sum((x - centre) ** 2, axis=1) for centre in centres], axis=1)


def lloyd(x, centres, steps):
    """Labels, centres and inertia by loops."""
    for _ in range(steps):
        labels = distances_to(x, centres).argmin(axis=1)
        groups = [x[labels == label] for label in range(len(centres))]
        centres = np.array([g.mean(axis=0) if len(g) else c for g, c in zip(groups, centres, strict=True)])
    distances = distances_to(x, centres)
    return distances.argmin(axis=1), centres, distances.min(axis=1).sum()


def assert_clusters(result, expected, rtol=1e-6, cause=""):
    labels, centres, inertia = assert_parts(result, 3)
    assert_close(centres, expected[1], name="array of centres", rtol=rtol, cause=cause)
    cause = "the labels belong to the centres returned, not to those of the step before"
    assert_equal(labels, expected[0], name="array of labels", cause=cause)
    assert_close(inertia, expected[2], name="inertia", rtol=rtol)


@points(1)
def test_k_means_after_a_few_steps(student, rng):
    for n, k, d, steps in [(60, 3, 2, 1), (40, 4, 3, 2), (9, 1, 2, 1), (30, 2, 1, 0), (50, 3, 2, 4)]:
        x = blobs(rng, n, k, d)
        centres = rng.uniform(x.min(axis=0), x.max(axis=0), size=(k, d))
        with assert_unchanged(x, centres):
            result = student.k_means(x, centres, steps)
        assert_clusters(result, lloyd(x, centres, steps))


@points(1)
def test_k_means_keeps_a_centre_without_points(student, rng):
    x = blobs(rng, 25, 2, 2)
    centres = np.vstack([x[:2] + 0.1, [[1e3, -1e3]]])
    for order in ([0, 1, 2], [2, 0, 1]):
        cause = "the mean of no points is NaN: such a centre stays where it is"
        assert_clusters(student.k_means(x, centres[order], 5), lloyd(x, centres[order], 5), cause=cause)
    alone = np.array([[-1e3, 1e3]])
    x, centres = np.vstack([x, alone]), np.vstack([centres[:2], alone + 50])
    cause = "the mean of one point is this point"
    assert_clusters(student.k_means(x, centres, 2), lloyd(x, centres, 2), cause=cause)


@hidden
@points(1)
def test_k_means_ends_where_every_centre_is_a_mean(student, rng):
    x = blobs(rng, 80, 3, 2)
    centres = x[rng.choice(80, size=4, replace=False)] + 0.01 * rng.normal(size=(4, 2))
    inertias = [assert_parts(student.k_means(x, centres, steps), 3)[2] for steps in range(8)]
    assert_decreasing(inertias, 1e-9 * len(x), name="inertia with the number of steps")
    result = student.k_means(x, centres, 80)
    assert_clusters(result, lloyd(x, centres, 80))
    labels, found, _ = assert_parts(result, 3)
    for label in np.unique(labels):
        mean = x[np.asarray(labels) == label].mean(axis=0)
        assert_close(np.asarray(found)[label], mean, name=f"centre {label}")
    single = x.astype(np.float32)
    _, found, inertia = assert_parts(student.k_means(single, x[:1].astype(np.float32), 2), 3)
    assert_close(found, x.mean(axis=0, keepdims=True), name="array of centres", rtol=1e-4)
    assert_close(inertia, 80 * x.var(axis=0).sum(), name="inertia", rtol=1e-3)


def seeded(x, u):
    """k-means++ by the definition: cumulative sums of D² and the first one above u."""
    chosen = [int(u[0] * len(x))]
    for draw in u[1:]:
        nearest = distances_to(x, x[chosen]).min(axis=1)
        chosen.append(int(np.argmax(np.cumsum(nearest) > draw * nearest.sum())))
    return x[chosen]


@points(1)
def test_k_means_plus_plus_draws_by_squared_distance(student, rng):
    for n, k, d in [(60, 5, 2), (40, 4, 3), (8, 1, 2), (50, 6, 1)]:
        x = blobs(rng, n, 3, d)
        u = rng.random(k)
        with assert_unchanged(x, u):
            result = student.k_means_plus_plus(x, u)
        cause = "weights D²: squared, and to the nearest of all centres so far"
        assert_close(result, seeded(x, u), name="array of centres", cause=cause)
    single = x.astype(np.float32)
    assert_shape(student.k_means_plus_plus(single, u), (k, d), name="array of centres")


@hidden
@points(1)
def test_k_means_plus_plus_never_draws_a_point_twice(student, rng):
    distinct = rng.permutation(np.arange(12.0)).reshape(6, 2) * 3 + 1
    x = distinct[rng.permutation(np.repeat(np.arange(6), [9, 7, 5, 3, 2, 1]))]
    for _ in range(3):
        u = rng.random(6)
        result = student.k_means_plus_plus(x, u)
        assert_shape(result, (6, 2), name="array of centres")
        order = np.lexsort(np.asarray(result).T)
        cause = "a point that is a centre already has D² = 0"
        expected = distinct[np.lexsort(distinct.T)]
        assert_close(np.asarray(result)[order], expected, name="sorted array of centres", cause=cause)
