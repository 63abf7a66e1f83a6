"""Checks of bayes.py: the joint normal distribution of weights and values, integrals, and the best that q can reach."""

import math

import numpy as np
import torch

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_finite,
    assert_parts,
    assert_shape,
    assert_that,
    assert_unchanged,
    compare_by,
    hidden,
    points,
    training,
)
from course.testing.networks import draw


def condition(x, y, prior_std, noise_std):
    """Mean and covariance of w given y, from their joint normal distribution: no inverse of a precision."""
    x, y = x.numpy(), y.numpy()
    gain = prior_std**2 * x.T @ np.linalg.inv(prior_std**2 * x @ x.T + noise_std**2 * np.eye(len(x)))
    return gain @ y, prior_std**2 * (np.eye(x.shape[1]) - gain @ x)


CASES = [(7, 3, 1.3, 0.4), (2, 5, 0.7, 0.9), (1, 1, 2.0, 0.3), (20, 2, 0.5, 2.0)]


@points(3)
def test_posterior_by_conditioning(student, rng):
    for n, d, prior_std, noise_std in CASES:
        x, y = draw(rng, n, d), draw(rng, n) + 0.5
        with assert_unchanged(x, y):
            result = student.posterior(x, y, prior_std, noise_std)
        mean, covariance = assert_parts(result, 2)
        expected = condition(x, y, prior_std, noise_std)
        assert_close(mean, expected[0], name="mean of the weights")
        assert_close(covariance, expected[1], name="covariance of the weights")
    prior_std = float(rng.uniform(0.5, 3))
    result = student.posterior(torch.zeros(0, 4).double(), torch.zeros(0).double(), prior_std, 0.5)
    mean, covariance = assert_parts(result, 2)
    assert_close(covariance, prior_std**2 * np.eye(4), name="covariance of the weights without any row")
    assert_close(mean, np.zeros(4), name="mean of the weights without any row")


@hidden
@points(1)
def test_posterior_without_data(student, rng):
    prior_std = float(rng.uniform(0.5, 3))
    mean, covariance = assert_parts(
        student.posterior(torch.zeros(0, 3).double(), torch.zeros(0).double(), prior_std, 0.7), 2
    )
    assert_close(covariance, prior_std**2 * np.eye(3), name="covariance of the weights before any value")
    assert_close(mean, np.zeros(3), name="mean of the weights before any value")
    x, y = draw(rng, 6, 2), draw(rng, 6)
    mean, _ = assert_parts(student.posterior(x, y, 40.0, 0.7), 2)
    expected, _ = condition(x, y, 40.0, 0.7)
    assert_close(mean, expected, rtol=1e-5, name="mean of the weights under a prior that knows little")


@points(2)
def test_predictive_row_by_row(student, rng):
    for n, d, noise_std in [(6, 3, 0.5), (1, 4, 0.2), (5, 1, 1.5)]:
        root = draw(rng, d, d)
        x, mean, covariance = draw(rng, n, d), draw(rng, d), root @ root.T
        with assert_unchanged(x, mean, covariance):
            result = student.predictive(x, mean, covariance, noise_std)
        found_mean, found_std = assert_parts(result, 2)
        expected = [sum(a * b for a, b in zip(row, mean.tolist(), strict=True)) for row in x.tolist()]
        assert_close(found_mean, np.array(expected), name="mean of the new values")
        spread = [np.linalg.norm(root.numpy().T @ row) for row in x.numpy()]
        assert_close(found_std, np.hypot(spread, noise_std), name="standard deviation of the new values")


@hidden
@points(1)
def test_predictive_of_many_rows(student, rng):
    """A table of all pairs would have 10⁹ entries."""
    n, d = 33_000, 3
    root = draw(rng, d, d)
    x, mean = draw(rng, n, d), draw(rng, d)
    _, std = assert_parts(student.predictive(x, mean, root @ root.T, 0.3), 2)
    expected = np.hypot(np.linalg.norm(x.numpy() @ root.numpy(), axis=1), 0.3)
    assert_close(std, expected, name="standard deviation of the new values")


def bound(x, y, mean, std, prior_std, noise_std):
    """The loss from expectations under q, each by Gauss-Hermite quadrature over one weight or one residual."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(20)
    weights = weights / weights.sum()
    total = 0.0
    for row, value in zip(x.tolist(), y.tolist(), strict=True):
        centre = value - sum(a * b for a, b in zip(row, mean, strict=True))
        width = math.sqrt(sum((a * s) ** 2 for a, s in zip(row, std, strict=True)))
        densities = (centre + width * nodes) ** 2 / (2 * noise_std**2) + math.log(
            noise_std * math.sqrt(2 * math.pi)
        )
        total += float(weights @ densities)
    for m, s in zip(mean, std, strict=True):
        w = m + s * nodes
        total += float(weights @ (w**2 / (2 * prior_std**2) - nodes**2 / 2)) + math.log(prior_std / s)
    return total


@points(3)
def test_negative_elbo_by_quadrature(student, rng):
    for n, d, prior_std, noise_std in CASES:
        x, y, mean = draw(rng, n, d), draw(rng, n), draw(rng, d)
        std = torch.tensor(rng.uniform(0.2, 2, size=d))
        with assert_unchanged(x, y, mean, std):
            result = student.negative_elbo(x, y, mean, std, prior_std, noise_std)
        expected = bound(x, y, mean.tolist(), std.tolist(), prior_std, noise_std)
        assert_close(result, expected, name="negative bound")


def slopes_of_elbo(module, x, y, mean, std, prior_std, noise_std):
    """Derivatives of the loss by mean and std, by autograd."""
    import torch

    mean, std = mean.clone().requires_grad_(), std.clone().requires_grad_()
    loss = module.negative_elbo(x, y, mean, std, prior_std, noise_std)
    return [loss.detach(), *torch.autograd.grad(loss, [mean, std])]


@hidden
@points(1)
def test_negative_elbo_is_flat_at_the_best(student, rng):
    """The best q of this kind has the exact mean, and the precision on the diagonal. There the slopes are 0, and a
    step away they are not.
    """
    x, y = draw(rng, 8, 3), draw(rng, 8)
    mean, covariance = condition(x, y, 1.2, 0.6)
    std = torch.tensor(np.diag(np.linalg.inv(covariance)) ** -0.5)
    mean = torch.tensor(mean)
    off = torch.tensor(rng.uniform(0.2, 0.5, size=3))
    loss, by_mean, _ = assert_parts(student.run(slopes_of_elbo, x, y, mean + off, std, 1.2, 0.6), 3)
    assert_close(loss, bound(x, y, (mean + off).tolist(), std.tolist(), 1.2, 0.6), name="negative bound")
    expected = np.linalg.inv(covariance) @ off.numpy()
    assert_close(by_mean, expected, name="gradient by the means beside the best ones")
    _, by_mean, by_std = assert_parts(student.run(slopes_of_elbo, x, y, mean, 1.5 * std, 1.2, 0.6), 3)
    assert_close(by_mean, np.zeros(3), name="gradient by the means at the best ones", atol=1e-6)
    expected = 1.5 / std.numpy() - 1 / (1.5 * std.numpy())
    assert_close(by_std, expected, name="gradient by the standard deviations")


def best_independent(x, y, prior_std, noise_std):
    """The best mean and deviations: the slopes of the loss are 0 there, which is checked above."""
    mean, covariance = condition(x, y, prior_std, noise_std)
    return mean, np.diag(np.linalg.inv(covariance)) ** -0.5


def fit(module, x, y, prior_std, noise_std):
    """Mean, deviations, and whether one of them has a graph."""
    mean, std = module.fit_variational(x, y, prior_std, noise_std)
    return [mean, std, any(getattr(part, "requires_grad", False) for part in (mean, std))]


def beside_the_best(mean, std, graph, best_mean, best_std):
    """Means and deviations in units of the best deviations, and whether there is a graph."""
    return [*((np.asarray(mean) - best_mean) / best_std), *(np.asarray(std) / best_std), 10 * float(graph)]


def assert_arrived(student, x, y, prior_std, noise_std, what):
    with assert_unchanged(x, y):
        mean, std, graph = assert_parts(student.run(fit, x, y, prior_std, noise_std), 3)
    best_mean, best_std = best_independent(x, y, prior_std, noise_std)
    compare_by(beside_the_best, mean, std, graph, best_mean, best_std, slack=0.02)
    assert_shape(mean, best_mean.shape, name="array of means")
    assert_shape(std, best_std.shape, name="array of standard deviations")
    assert_finite(mean, name="array of means")
    assert_finite(std, name="array of standard deviations")
    mean, std = np.asarray(mean, dtype=float), np.asarray(std, dtype=float)
    assert_that(bool((std > 0).all()), "A standard deviation of fit_variational is not above 0.")
    setting = (prior_std, noise_std)
    lowest = bound(x, y, best_mean.tolist(), best_std.tolist(), *setting)
    above = bound(x, y, mean.tolist(), std.tolist(), *setting) - lowest
    assert_between(
        above,
        -1e-6,
        0.1,
        name=f"distance in nats from the smallest loss there is, for {what},",
        cause="watch the loss: does it still fall when you stop? Or is what comes back not what was moved?",
    )
    assert_equal(graph, False, name="question whether there is a graph")


def draw_bumps(rng, left, right):
    """A wave seen at both sides of a gap, and the ten features of data.py, which overlap."""
    n = left + right
    place = np.concatenate([rng.uniform(-1, -0.3, size=left), rng.uniform(0.5, 1, size=right)])
    y = torch.tensor(np.sin(4 * place) + 0.1 * rng.normal(size=n))
    bells = np.exp(-((place[:, None] - np.linspace(-1.2, 1.2, 9)) ** 2) / (2 * 0.3**2))
    return torch.tensor(np.concatenate([bells, np.ones((n, 1))], axis=1)), y


@training
@points(2)
def test_fit_variational_arrives(student, rng):
    for n, d, prior_std, noise_std in [(30, 4, 1.3, 0.4), (12, 2, 0.7, 0.9), (1, 3, 2.0, 0.5)]:
        common = draw(rng, n, 1)
        x, w = draw(rng, n, d) + 2 * common, draw(rng, d)
        y = x @ w + noise_std * draw(rng, n)
        assert_arrived(student, x, y, prior_std, noise_std, f"{n} values and {d} weights")
    assert_arrived(student, *draw_bumps(rng, 9, 17), 0.9, 0.12, "bumps that overlap")


@hidden
@training
@points(1)
def test_fit_variational_on_bumps(student, rng):
    """Adam with a rate of 0.05 is 0.0001 nats above after 2000 steps, and 0.4 with a rate of 0.01 after 1000."""
    assert_arrived(student, *draw_bumps(rng, 14, 11), 1.0, 0.1, "bumps that overlap")


@points(0)
def test_log_evidence_one_value_after_the_other(student, rng):
    """p(y₁) p(y₂ | y₁) …: each value is predicted from those before it."""
    for n, d, prior_std, noise_std in CASES:
        x, y = draw(rng, n, d), draw(rng, n)
        with assert_unchanged(x, y):
            result = student.log_evidence(x, y, prior_std, noise_std)
        expected = 0.0
        for i in range(n):
            mean, covariance = np.zeros(d), prior_std**2 * np.eye(d)
            if i:
                mean, covariance = condition(x[:i], y[:i], prior_std, noise_std)
            row = x[i].numpy()
            variance = row @ covariance @ row + noise_std**2
            expected -= ((y[i].item() - row @ mean) ** 2 / variance + math.log(2 * math.pi * variance)) / 2
        assert_close(result, expected, name="logarithm of the evidence")


@points(0)
def test_log_evidence_of_many_values(student, rng):
    n = 400
    x, y = draw(rng, n, 2), draw(rng, n)
    result = student.log_evidence(x, y, 0.8, 0.05)
    inner = np.eye(2) + (0.8 / 0.05) ** 2 * (x.T @ x).numpy()
    mean, _ = condition(x, y, 0.8, 0.05)
    squares = float(y @ (y - x @ torch.tensor(mean))) / 0.05**2
    log_det = np.linalg.slogdet(inner)[1] + n * math.log(0.05**2)
    expected = -(squares + log_det + n * math.log(2 * math.pi)) / 2
    cause = "the determinant of a matrix this large is 0 in floating point; its logarithm is not"
    assert_close(result, expected, name="logarithm of the evidence", cause=cause)
    assert_that(np.ndim(np.asarray(result)) == 0, "log_evidence must return one number.")
    assert_between(result, expected - 1, expected + 1, name="logarithm of the evidence")
