"""Checks of moments.py. Means are never 0 and spreads never 1; the references are NumPy's own."""

import numpy as np

from course.testing import (
    assert_close,
    assert_equal,
    assert_parts,
    assert_raises,
    assert_unchanged,
    hidden,
    points,
)


def assert_description(result, x, ddof, rtol=1e-6, cause=""):
    """``result`` is mean, variance and standard deviation of ``x`` along its first axis."""
    mean, variance, standard_deviation = assert_parts(result, 3)
    x = x.astype(float)
    assert_close(mean, np.mean(x, axis=0), name="mean", rtol=rtol)
    assert_close(variance, np.var(x, axis=0, ddof=ddof), name="variance", rtol=rtol, cause=cause)
    assert_close(standard_deviation, np.std(x, axis=0, ddof=ddof), name="standard deviation", rtol=rtol)


@points(1)
def test_describe_with_both_divisors(student, rng):
    for shape in [(7, 3), (9,), (4, 1), (2, 5)]:
        x = rng.normal(5, 3, size=shape)
        with assert_unchanged(x):
            population, sample = student.describe(x), student.describe(x, ddof=1)
        assert_description(population, x, 0, cause="without ddof the divisor is n")
        assert_description(sample, x, 1, cause="with ddof=1 the divisor is n − 1")
    single = rng.normal(-4, 2, size=(6, 2)).astype(np.float32)
    assert_description(student.describe(single), single, 0, rtol=1e-4)
    small = rng.integers(150, 256, size=(8, 2)).astype(np.uint8)
    assert_description(student.describe(small), small, 0, cause="200 · 200 does not fit into 8 bits")
    for rows, ddof in [(1, 1), (3, 4)]:
        with assert_raises(ValueError, cause="n − ddof must be more than 0"):
            student.describe(x[:1].repeat(rows, axis=0), ddof=ddof)


@points(1)
def test_describe_far_from_zero(student, rng):
    for shape in [(50, 2), (40,)]:
        x = rng.normal(1e8, 1.5, size=shape)
        cause = "the mean of the squares minus the square of the mean: two numbers of 10¹⁶ leave no digit"
        assert_description(student.describe(x, ddof=1), x, 1, rtol=1e-5, cause=cause)


@hidden
@points(1)
def test_describe_needs_more_observations_than_ddof(student, rng):
    x = rng.normal(2, 3, size=(3, 2))
    assert_description(student.describe(x, ddof=2), x, 2)
    for rows, ddof in [(1, 1), (2, 2), (2, 3)]:
        with assert_raises(ValueError, cause="n − ddof must be more than 0"):
            student.describe(x[:rows], ddof=ddof)


def cloud(rng, n, d):
    """n points in d dimensions whose coordinates are correlated, not centred."""
    return rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + rng.uniform(2, 6, size=d)


@points(1)
def test_covariance_with_both_divisors(student, rng):
    for n, d in [(8, 3), (5, 1), (2, 4), (30, 2)]:
        x = cloud(rng, n, d)
        with assert_unchanged(x):
            sample, population = student.covariance(x), student.covariance(x, ddof=0)
        assert_close(sample, np.cov(x.T, ddof=1).reshape(d, d), name="covariance (ddof = 1)")
        assert_close(population, np.cov(x.T, ddof=0).reshape(d, d), name="covariance (ddof = 0)")
    single = x.astype(np.float32)
    expected = np.cov(single.astype(float).T)
    assert_close(student.covariance(single), expected, name="covariance", rtol=1e-3, atol=1e-3)
    whole = rng.integers(-9, 30, size=(6, 3))
    assert_close(student.covariance(whole), np.cov(whole.T), name="covariance")
    for rows, ddof in [(1, 1), (3, 4)]:
        with assert_raises(ValueError, cause="n − ddof must be more than 0"):
            student.covariance(x[:rows], ddof=ddof)


@hidden
@points(1)
def test_covariance_of_a_linear_map_and_of_too_few(student, rng):
    x, a = cloud(rng, 12, 3), rng.normal(size=(4, 3))
    expected = a @ np.cov(x.T) @ a.T
    assert_close(student.covariance(x @ a.T - 7), expected, name="covariance of A x + b")
    for rows, ddof in [(1, 1), (2, 2)]:
        with assert_raises(ValueError, cause="n − ddof must be more than 0"):
            student.covariance(x[:rows], ddof=ddof)


def z_scores(x):
    """The columns of x with mean 0 and variance 1 (ddof = 0)."""
    return (x - x.mean(axis=0)) / x.std(axis=0)


@points(1)
def test_correlation_of_several_shapes(student, rng):
    for n, d in [(9, 3), (4, 2), (6, 1), (2, 3)]:
        x = cloud(rng, n, d)
        with assert_unchanged(x):
            result = student.correlation(x)
        assert_close(result, z_scores(x).T @ z_scores(x) / n, name="correlation matrix")
    single = cloud(rng, 9, 2).astype(np.float32)
    expected = np.corrcoef(single.astype(float).T)
    assert_close(student.correlation(single), expected, name="correlation matrix", rtol=1e-3, atol=1e-3)


@points(1)
def test_correlation_has_no_unit(student, rng):
    x = cloud(rng, 15, 3)
    units = np.array([1e-6, 1e4, -30.0])
    expected = np.corrcoef(x.T) * np.outer(np.sign(units), np.sign(units))
    cause = "another unit, or a mirrored axis, may change signs but no sizes"
    assert_close(student.correlation(x * units), expected, name="correlation matrix", cause=cause)


def labelled(rng, counts, d):
    """Points in d dimensions with this many of each class, shuffled, and their labels."""
    labels = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    return rng.normal(size=(len(labels), d)) + 5 * rng.uniform(1, 2, size=d), labels


@points(1)
def test_class_statistics_when_all_classes_occur(student, rng):
    for counts, d in [([4, 2, 5], 3), ([3, 6], 1), ([2, 2, 7, 3], 2)]:
        x, labels = labelled(rng, counts, d)
        with assert_unchanged(x, labels):
            result = student.class_statistics(x, labels, len(counts))
        found, means = assert_parts(result, 2)
        assert_equal(found, np.array(counts), name="array of counts")
        expected = np.array([np.mean(x[labels == label], axis=0) for label in range(len(counts))])
        assert_close(means, expected, name="array of means")
    _, means = assert_parts(student.class_statistics(x.astype(np.float32), labels, len(counts)), 2)
    assert_close(means, expected, name="array of means", rtol=1e-4)


@points(1)
def test_class_statistics_when_classes_are_missing(student, rng):
    for counts, d in [([0, 4, 3], 2), ([5, 0, 2, 0], 3), ([1, 0], 1)]:
        x, labels = labelled(rng, counts, d)
        found, means = assert_parts(student.class_statistics(x, labels, len(counts)), 2)
        assert_equal(
            found, np.array(counts), name="array of counts", cause="k says how many classes there are"
        )
        expected = np.full((len(counts), d), np.nan)
        for label in np.unique(labels):
            expected[label] = x[labels == label].mean(axis=0)
        cause = "a class without observations has no mean: its row is NaN"
        assert_close(means, expected, name="array of means", cause=cause, nan=True)
