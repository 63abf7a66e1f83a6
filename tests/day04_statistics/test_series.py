"""Checks of series.py. The reference is np.correlate of the deviations."""

import numpy as np

from course.testing import assert_close, assert_raises, assert_shape, assert_unchanged, hidden, points

NAME = "autocorrelation"


def wandering(rng, n):
    """A series in which each value remembers the one before, far from 0."""
    return np.cumsum(rng.normal(size=n)) + rng.normal(size=n) + 7


def reference(x, max_lag):
    deviations = x.astype(float) - np.mean(x.astype(float))
    sums = np.correlate(deviations, deviations, mode="full")[len(x) - 1 :]
    return sums[: max_lag + 1] / sums[0]


@points(1)
def test_autocorrelation_of_several_lengths(student, rng):
    for n, max_lag in [(12, 5), (9, 8), (7, 0), (2, 1), (40, 3)]:
        x = wandering(rng, n)
        with assert_unchanged(x):
            result = student.autocorrelation(x, max_lag)
        assert_close(result, reference(x, max_lag), name=NAME)
    single = x.astype(np.float32)
    assert_close(student.autocorrelation(single, 6), reference(single, 6), name=NAME, rtol=1e-3, atol=1e-4)
    whole = rng.integers(10, 90, size=15)
    assert_close(student.autocorrelation(whole, 4), reference(whole, 4), name=NAME)


@points(1)
def test_autocorrelation_refuses_impossible_lags(student, rng):
    x = wandering(rng, 6)
    assert_close(student.autocorrelation(x, 5), reference(x, 5), name=NAME)
    for max_lag in (6, 9, -1):
        with assert_raises(ValueError, cause="six values have lags from 0 to 5"):
            student.autocorrelation(x, max_lag)


@hidden
@points(1)
def test_autocorrelation_has_no_unit_and_no_direction(student, rng):
    x = wandering(rng, 25)
    expected = reference(x, 24)
    assert_close(student.autocorrelation(1e3 * x - 5e4, 24), expected, name=NAME, rtol=1e-5)
    assert_close(student.autocorrelation(-x[::-1], 24), expected, name=f"{NAME} of the mirrored series")


@points(1)
def test_autocorrelation_fft_agrees_with_sums(student, rng):
    for n, max_lag in [(12, 5), (9, 8), (7, 0), (2, 1), (31, 30)]:
        x = wandering(rng, n)
        with assert_unchanged(x):
            result = student.autocorrelation_fft(x, max_lag)
        assert_close(result, reference(x, max_lag), name=NAME)
    single = x.astype(np.float32)
    assert_close(
        student.autocorrelation_fft(single, 6), reference(single, 6), name=NAME, rtol=1e-3, atol=1e-4
    )


@points(1)
def test_autocorrelation_fft_of_a_long_series(student, rng):
    n = 60_000
    x = np.sin(np.arange(n) / 50) + rng.normal(3, 1, size=n)
    result = student.autocorrelation_fft(x, n - 1)
    assert_shape(result, (n,), name=NAME)
    lags = np.array([0, 1, 157, 30_000, 59_000])
    deviations = x - x.mean()
    expected = [deviations[: n - lag] @ deviations[lag:] for lag in lags]
    assert_close(
        np.asarray(result)[lags], np.array(expected) / expected[0], name=f"{NAME} at five of the lags"
    )
