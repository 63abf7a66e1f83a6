"""Checks of mixture.py, against EM written with explicit inverses, determinants and loops."""

import numpy as np
from scipy.special import logsumexp, softmax

from course.testing import (
    assert_close,
    assert_decreasing,
    assert_parts,
    assert_shape,
    assert_unchanged,
    hidden,
    points,
)


def random_mixture(rng, k, d, spread=3.0):
    """Weights, means and full covariances of k components in d dimensions."""
    a = rng.normal(size=(k, d, d)) + 1.5 * np.eye(d)
    covariances = a @ a.transpose(0, 2, 1) + 0.3 * np.eye(d)
    return rng.dirichlet(np.full(k, 6.0)), 4 + spread * rng.normal(size=(k, d)), covariances


def draw(rng, n, weights, means, covariances):
    """n points of a mixture."""
    components = rng.choice(len(weights), size=n, p=weights)
    return np.array([rng.multivariate_normal(means[c], covariances[c]) for c in components])


def reference_log_joint(x, weights, means, covariances):
    """ln π_k + ln p_k(x_n) for all points and components."""
    n, k = len(x), len(weights)
    result = np.empty((n, k))
    for c in range(k):
        deviations = x - means[c]
        squares = np.einsum("ni,ij,nj->n", deviations, np.linalg.inv(covariances[c]), deviations)
        constant = x.shape[1] * np.log(2 * np.pi) + np.linalg.slogdet(covariances[c])[1]
        result[:, c] = np.log(weights[c]) - 0.5 * (constant + squares)
    return result


def reference_e_step(x, weights, means, covariances):
    log_joint = reference_log_joint(x, weights, means, covariances)
    return softmax(log_joint, axis=1), logsumexp(log_joint, axis=1).sum()


def reference_m_step(x, responsibilities):
    """Weighted means and covariances by NumPy's own functions."""
    means = [np.average(x, axis=0, weights=share) for share in responsibilities.T]
    covariances = [np.atleast_2d(np.cov(x.T, aweights=share, ddof=0)) for share in responsibilities.T]
    return responsibilities.mean(axis=0), np.array(means), np.array(covariances)


def assert_e_step(result, x, parameters, rtol=1e-6, cause=""):
    responsibilities, log_likelihood = assert_parts(result, 2)
    expected, expected_likelihood = reference_e_step(x, *parameters)
    atol = 1e-8 if rtol < 1e-4 else 1e-3
    assert_close(
        responsibilities, expected, name="array of responsibilities", rtol=rtol, atol=atol, cause=cause
    )
    assert_close(
        log_likelihood, expected_likelihood, name="log-likelihood", rtol=rtol if rtol > 1e-4 else 1e-8
    )


@points(1)
def test_e_step_of_several_mixtures(student, rng):
    for n, k, d in [(6, 3, 2), (4, 2, 1), (1, 2, 3), (5, 1, 2)]:
        parameters = random_mixture(rng, k, d, spread=1.0)
        x = draw(rng, n, *parameters)
        with assert_unchanged(x, *parameters):
            result = student.e_step(x, *parameters)
        assert_e_step(result, x, parameters)
    single = [part.astype(np.float32) for part in (x, *parameters)]
    assert_e_step(student.e_step(*single), x, parameters, rtol=1e-3)


@points(1)
def test_e_step_far_from_all_components(student, rng):
    parameters = random_mixture(rng, 3, 2)
    direction = rng.normal(size=(4, 2))
    x = 500 * direction / np.linalg.norm(direction, axis=1, keepdims=True)
    cause = "every density is 0 in floating point, and 0/0 is NaN: take the quotient as a difference of logarithms"
    assert_e_step(student.e_step(x, *parameters), x, parameters, cause=cause)


@points(1)
def test_e_step_becomes_k_means_when_components_are_narrow(student, rng):
    k, d = 3, 2
    centres = 3 * rng.normal(size=(k, d))
    x = 3 * rng.normal(size=(30, d))
    distances = np.sum((x[:, np.newaxis] - centres) ** 2, axis=2)
    gap = np.diff(np.partition(distances, 1, axis=1)[:, :2], axis=1)[:, 0]
    x, distances = x[gap > 0.01], distances[gap > 0.01]
    weights = rng.dirichlet(np.full(k, 6.0))
    responsibilities, _ = assert_parts(
        student.e_step(x, weights, centres, np.full((k, 1, 1), 1e-5) * np.eye(d)), 2
    )
    nearest = np.eye(k)[np.argmin(distances, axis=1)]
    cause = "with C = ε I and small ε only the nearest centre counts: that is k-means"
    assert_close(responsibilities, nearest, name="array of responsibilities", cause=cause)


@hidden
@points(1)
def test_e_step_of_one_component_split_in_two(student, rng):
    weights, means, covariances = random_mixture(rng, 2, 3, spread=1.0)
    x = draw(rng, 8, weights, means, covariances)
    share = rng.uniform(0.2, 0.8)
    split = np.array([share * weights[0], (1 - share) * weights[0], weights[1]])
    result = student.e_step(x, split, means[[0, 0, 1]], covariances[[0, 0, 1]])
    responsibilities, log_likelihood = assert_parts(result, 2)
    whole, expected = reference_e_step(x, weights, means, covariances)
    columns = np.column_stack([share * whole[:, 0], (1 - share) * whole[:, 0], whole[:, 1]])
    assert_close(responsibilities, columns, name="array of responsibilities")
    assert_close(log_likelihood, expected, name="log-likelihood")


def assert_parameters(actual, expected, rtol=1e-6, atol=1e-8, cause=""):
    """Weights, means and covariances, one after the other."""
    for name, part, want in zip(("weights", "means", "covariances"), actual, expected, strict=True):
        cause_of_this = cause if name == "covariances" else ""
        assert_close(part, want, name=f"array of {name}", rtol=rtol, atol=atol, cause=cause_of_this)


@points(1)
def test_m_step_with_soft_responsibilities(student, rng):
    for n, k, d in [(12, 3, 2), (9, 2, 1), (15, 1, 3), (10, 4, 2)]:
        x = 0.03 * draw(rng, n, *random_mixture(rng, k, d))  # small units: nothing may be added to C
        responsibilities = rng.dirichlet(np.full(k, 1.5), size=n)
        with assert_unchanged(x, responsibilities):
            result = student.m_step(x, responsibilities)
        expected = reference_m_step(x, responsibilities)
        cause = "divided by N_k, around the new mean, with all entries off the diagonal and nothing added"
        assert_parameters(assert_parts(result, 3), expected, cause=cause)
    x, responsibilities = (100 * x).astype(np.float32), responsibilities.astype(np.float32)
    expected = reference_m_step(x.astype(float), responsibilities.astype(float))
    result = student.m_step(x, responsibilities)
    assert_parameters(assert_parts(result, 3), expected, rtol=1e-2, atol=1e-2)


@points(1)
def test_m_step_with_hard_responsibilities(student, rng):
    labels = rng.permutation(np.repeat([0, 1, 2], [5, 8, 6]))
    x = 0.03 * draw(rng, len(labels), *random_mixture(rng, 3, 2))
    groups = [x[labels == label] for label in range(3)]
    expected = (
        np.array([5, 8, 6]) / 19,
        np.array([group.mean(axis=0) for group in groups]),
        np.array([np.cov(group.T, ddof=0) for group in groups]),
    )
    result = assert_parts(student.m_step(x, np.eye(3)[labels]), 3)
    assert_parameters(
        result, expected, cause="with shares of 0 and 1 each component is fitted to its own points"
    )


@hidden
@points(1)
def test_m_step_keeps_mean_and_covariance_of_the_sample(student, rng):
    x = draw(rng, 25, *random_mixture(rng, 3, 2))
    responsibilities = rng.dirichlet(np.full(3, 1.0), size=25)
    weights, means, covariances = assert_parts(student.m_step(x, responsibilities), 3)
    assert_shape(weights, (3,), name="array of weights")
    assert_shape(means, (3, 2), name="array of means")
    assert_shape(covariances, (3, 2, 2), name="array of covariances")
    weights, means, covariances = (np.asarray(part) for part in (weights, means, covariances))
    assert_close(weights @ means, x.mean(axis=0), name="mean of the mixture")
    around = means - x.mean(axis=0)
    total = np.einsum("k,kij->ij", weights, covariances) + np.einsum("k,ki,kj->ij", weights, around, around)
    assert_close(total, np.cov(x.T, ddof=0), name="covariance of the mixture")


def two_clouds(rng, n, d):
    """Two overlapping clouds, and a broad start with means drawn from the points."""
    weights = np.array([0.4, 0.6])
    _, _, covariances = random_mixture(rng, 2, d)
    direction = rng.normal(size=d)
    means = 4 + np.outer([-2, 2], direction / np.linalg.norm(direction))
    x = draw(rng, n, weights, means, covariances)
    start_means = means + rng.normal(size=(2, d))
    return x, (np.array([0.5, 0.5]), start_means, np.stack([np.atleast_2d(np.cov(x.T))] * 2))


@points(1)
def test_fit_mixture_takes_both_steps_in_turn(student, rng):
    for n, d, steps in [(40, 2, 3), (50, 3, 1), (30, 1, 2), (20, 2, 0)]:
        x, start = two_clouds(rng, n, d)
        with assert_unchanged(x, *start):
            result = student.fit_mixture(x, *start, steps)
        *parameters, history = assert_parts(result, 4)
        current, expected = start, [reference_e_step(x, *start)[1]]
        for _ in range(steps):
            current = reference_m_step(x, reference_e_step(x, *current)[0])
            expected.append(reference_e_step(x, *current)[1])
        cause = "steps + 1 entries: before the first step and after each of them"
        assert_shape(history, (steps + 1,), name="array of log-likelihoods", cause=cause)
        assert_parameters(parameters, current)
        assert_close(history, expected, name="array of log-likelihoods", cause=cause)


@points(1)
def test_fit_mixture_never_lowers_the_likelihood(student, rng):
    for n, d in [(120, 2), (100, 1)]:
        x, start = two_clouds(rng, n, d)
        x, start = 0.1 * x, (start[0], 0.1 * start[1], 0.01 * start[2])
        result = student.fit_mixture(x, *start, 60)
        *parameters, history = assert_parts(result, 4)
        assert_shape(history, (61,), name="array of log-likelihoods")
        cause = "each M step must maximise: C_k divided by N_k, around the new mean, and nothing added"
        slack = 1e-9 * n
        assert_decreasing(-np.asarray(history), slack, name="negative log-likelihood", cause=cause)
        assert_close(history[0], reference_e_step(x, *start)[1], name="log-likelihood of the start")
        end = reference_e_step(x, *(np.asarray(part) for part in parameters))[1]
        assert_close(
            history[-1], end, name="last log-likelihood", cause="it belongs to the parameters returned"
        )


@points(1)
def test_fit_mixture_finds_clusters_far_apart(student, rng):
    labels = rng.permutation(np.repeat([0, 1, 2], [20, 30, 25]))
    _, _, covariances = random_mixture(rng, 3, 2)
    centres = 200 * np.array([[0.0, 0.0], [1.0, 0.2], [0.3, 1.0]]) + rng.uniform(-20, 20, size=(3, 2))
    x = np.array([rng.multivariate_normal(centres[label], covariances[label]) for label in labels])
    start = np.full(3, 1 / 3), centres + rng.normal(size=(3, 2)), np.stack([10 * np.eye(2)] * 3)
    *parameters, _ = assert_parts(student.fit_mixture(x, *start, 10), 4)
    expected = reference_m_step(x, np.eye(3)[labels])
    assert_parameters(parameters, expected, cause="each component is fitted to the points of one cluster")


@hidden
@points(1)
def test_fit_mixture_does_not_depend_on_units(student, rng):
    x, (weights, means, covariances) = two_clouds(rng, 60, 2)
    a, b, steps = rng.normal(size=(2, 2)) + 2 * np.eye(2), 10 * rng.normal(size=2), 4
    image = a @ covariances @ a.T
    start = weights, means @ a.T + b, (image + image.transpose(0, 2, 1)) / 2
    *parameters, history = assert_parts(student.fit_mixture(x @ a.T + b, *start, steps), 4)
    current, expected = (weights, means, covariances), [reference_e_step(x, weights, means, covariances)[1]]
    for _ in range(steps):
        current = reference_m_step(x, reference_e_step(x, *current)[0])
        expected.append(reference_e_step(x, *current)[1])
    moved = current[0], current[1] @ a.T + b, a @ current[2] @ a.T
    assert_parameters(parameters, moved, rtol=1e-7)
    shifted = np.array(expected) - len(x) * np.linalg.slogdet(a)[1]
    assert_close(history, shifted, name="array of log-likelihoods", rtol=1e-7)
