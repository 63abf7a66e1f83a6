"""Checks of challenger.py: the 23 flights, and random observations, against SciPy's optimiser."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, xlog1py, xlogy

from course.data import load_challenger
from course.testing import assert_between, assert_close, assert_unchanged, hidden, points


def observations(rng, n):
    """Numbers in some unit, and 0s and 1s that depend on them and overlap."""
    x = rng.uniform(40, 80, size=n)
    y = (rng.uniform(size=n) < expit((60 - x) / 8)).astype(int)
    y[np.argsort(x)[[1, -2]]] = 0, 1  # a 0 at the low and a 1 at the high end: no line separates them
    y[np.argsort(x)[[0, -1]]] = 1, 0
    return x, y


def likelihood(theta, x, y):
    """The mean negative log-likelihood, by its definition."""
    p = expit(theta[0] * x + theta[1])
    return -np.mean(xlogy(y, p) + xlog1py(1 - y, -p))


def moderate(rng, x):
    """A random θ for which no probability is near 0 or 1."""
    return np.array([rng.uniform(-0.08, -0.02), rng.uniform(1, 3)])


@points(1)
def test_negative_log_likelihood_of_random_observations(student, rng):
    for n in (9, 5, 40):
        x, y = observations(rng, n)
        theta = moderate(rng, x)
        with assert_unchanged(theta, x, y):
            result = student.negative_log_likelihood(theta, x, y)
        assert_close(result, likelihood(theta, x, y))
    result = student.negative_log_likelihood(theta, x[:1], y[:1])
    assert_close(result, likelihood(theta, x[:1], y[:1]), name="result for one observation")
    single = x.astype(np.float32)
    assert_close(
        student.negative_log_likelihood(theta.astype(np.float32), single, y),
        likelihood(theta, x, y),
        rtol=1e-3,
    )


@points(1)
def test_negative_log_likelihood_far_off(student, rng):
    cause = (
        "the logarithm of 0, or exp of a large number; np.logaddexp(0, z) is log(1 + exp(z)) without either"
    )
    theta = np.array([1.0, 0.0])
    for x, y in (([-1000.0, -60.0, -300.0], 1), ([700.0, 50.0, 1000.0, 800.0], 0)):
        x = np.array(x) + rng.uniform(-5, 5, size=len(x))
        result = student.negative_log_likelihood(theta, x, np.full(len(x), y))
        assert_close(result, np.mean(np.abs(x)), cause=cause)
        result = student.negative_log_likelihood(theta, x, np.full(len(x), 1 - y))
        assert_close(result, 0.0, cause=cause)


@points(2)
def test_negative_log_likelihood_gradient_by_differences(student, rng):
    for n in (9, 5, 40):
        x, y = observations(rng, n)
        theta = moderate(rng, x)
        with assert_unchanged(theta, x, y):
            result = student.negative_log_likelihood_gradient(theta, x, y)
        steps = (np.array([1e-6, 0]), np.array([0, 1e-5]))
        expected = [
            (likelihood(theta + step, x, y) - likelihood(theta - step, x, y)) / (2 * step.sum())
            for step in steps
        ]
        assert_close(result, np.array(expected), rtol=1e-5, atol=1e-6)
    result = student.negative_log_likelihood_gradient(theta.astype(np.float32), x.astype(np.float32), y)
    assert_close(result, np.array(expected), rtol=1e-3, atol=1e-3)


@hidden
@points(1)
def test_negative_log_likelihood_gradient_far_off(student, rng):
    x = rng.uniform(700, 900, size=4)
    y = np.array([0, 1, 0, 1])
    for sign in (1, -1):
        p = (1 + sign) / 2
        result = student.negative_log_likelihood_gradient(np.array([sign, 0.0]), x, y)
        assert_close(result, np.array([np.mean((p - y) * x), np.mean(p - y)]))


@points(3)
def test_fit_logistic_of_the_23_flights(student):
    temperature, distress = load_challenger()
    with assert_unchanged(temperature, distress):
        theta = np.asarray(student.fit_logistic(temperature, distress))
    cause = (
        "is the descent on standardised temperatures, are all steps made, and is θ converted back at the end, "
        "with mean and scale in the order in which standardise returns them?"
    )
    assert_close(theta, np.array([-0.23216274, 15.0429016]), rtol=1e-4, name="θ = (w, b)", cause=cause)
    assert_close(likelihood(theta, temperature, distress), 0.441634624, rtol=1e-6, name="mean likelihood")
    at_31 = expit(theta[0] * 31 + theta[1])
    assert_between(at_31, 0.99955, 0.99965, name="probability of distress at 31 °F")


@hidden
@points(1)
def test_fit_logistic_of_other_observations(student, rng):
    for n in (30, 60):
        x, y = observations(rng, n)
        scaled = (x - 60) / 10
        best = minimize(likelihood, np.zeros(2), (scaled, y), method="BFGS", options={"gtol": 1e-9}).x
        expected = np.array([best[0] / 10, best[1] - 6 * best[0]])
        assert_close(student.fit_logistic(x, y), expected, rtol=1e-3, name="θ = (w, b)")
