"""Checks of tsne.py: root finding, autograd, descent written out, and a map of the digits."""

import numpy as np
import torch
from scipy.optimize import brentq
from scipy.spatial.distance import cdist
from scipy.special import entr, softmax
from scipy.stats import rankdata
from sklearn.datasets import load_digits

from course.testing import (
    assert_between,
    assert_close,
    assert_finite,
    assert_shape,
    assert_unchanged,
    hidden,
    points,
    training,
)
from course.testing.networks import draw


def row_by_root(distances, i, perplexity):
    """One row of the table: the logarithm of b as the root of an equation, found by Brent's method."""
    others = np.arange(len(distances)) != i
    d = distances[i, others] - distances[i, others].min()
    d = d / d.mean()

    def answer(log_b):
        return softmax(-np.exp(log_b) * d)

    root = brentq(lambda log_b: entr(answer(log_b)).sum() - np.log(perplexity), -40, 40, xtol=1e-13)
    row = np.zeros(len(distances))
    row[others] = answer(root)
    return row


def rows_by_root(distances, perplexity):
    return np.stack([row_by_root(np.asarray(distances), i, perplexity) for i in range(len(distances))])


def squared(rng, n, d):
    x = draw(rng, n, d) * torch.tensor(rng.uniform(0.3, 3, size=(n, 1)))
    return torch.tensor(cdist(x, x, "sqeuclidean"))


@points(2)
def test_row_probabilities_by_root_finding(student, rng):
    for n, d, perplexity in [(8, 3, 1.5), (15, 2, 5.0), (30, 4, 10.0), (6, 1, 2.0)]:
        distances = squared(rng, n, d)
        with assert_unchanged(distances):
            result = student.row_probabilities(distances, perplexity)
        expected = rows_by_root(distances, perplexity)
        assert_close(result, expected, rtol=1e-3, atol=1e-5, name="table of neighbours")
        found = np.exp(entr(np.maximum(np.asarray(result, dtype=float), 0)).sum(axis=1))
        cause = "the search for b ended before the perplexity was right to one part in a million"
        assert_close(found, np.full(n, perplexity), rtol=2e-6, name="vector of perplexities", cause=cause)
    distances = squared(rng, 7, 2)
    expected = rows_by_root(distances, 2.5)
    result = student.row_probabilities(1e-6 * distances, 2.5)
    cause = "b is as large as the distances are small"
    name = "table of neighbours, all of them near,"
    assert_close(result, expected, rtol=1e-3, atol=1e-5, name=name, cause=cause)
    distances = distances + 1e6 * (1 - torch.eye(7, dtype=torch.float64))
    result = student.row_probabilities(distances, 2.5)
    assert_finite(result, name="table of neighbours, all of them far away,")
    cause = "also where all others are far away and b is not small, a row must not become 0"
    name = "table of neighbours, all of them far away,"
    expected = rows_by_root(distances, 2.5)
    assert_close(result, expected, rtol=1e-3, atol=1e-5, name=name, cause=cause)


@hidden
@points(1)
def test_row_probabilities_of_few_and_many_neighbours(student, rng):
    for n, perplexity in [(7, 1.1), (7, 5.7), (20, 18.0), (20, 1.5)]:
        distances = squared(rng, n, 3)
        result = student.row_probabilities(distances, perplexity)
        expected = rows_by_root(distances, perplexity)
        assert_close(result, expected, rtol=1e-3, atol=1e-5, name="table of neighbours")
    distances = torch.tensor(rng.uniform(1, 4, size=(9, 9))).fill_diagonal_(0)
    result = student.row_probabilities(distances, 3.0)
    cause = "each row has its own distances, also where the table is not symmetric"
    expected = rows_by_root(distances, 3.0)
    assert_close(result, expected, rtol=1e-3, atol=1e-5, name="table of neighbours", cause=cause)


@hidden
@points(1)
def test_row_probabilities_in_other_units(student, rng):
    distances = squared(rng, 12, 3)
    distances = distances + (1 - torch.eye(12, dtype=torch.float64))
    expected = rows_by_root(distances, 4.0)
    for factor in (1e6, 1e-6, 1e3):
        result = student.row_probabilities(distances * factor, 4.0)
        assert_finite(result, name="table of neighbours")
        cause = "a row whose exponentials are all 0 cannot be divided by its sum"
        assert_close(result, expected, rtol=1e-3, atol=1e-5, name="table of neighbours", cause=cause)
    distances = squared(rng, 9, 2) + 1e6 * (1 - torch.eye(9, dtype=torch.float64))
    result = student.row_probabilities(distances, 3.0)
    assert_finite(result, name="table of neighbours")
    cause = "also where all others are far away and b is not small, a row must not become 0"
    expected = rows_by_root(distances, 3.0)
    assert_close(result, expected, rtol=1e-3, atol=1e-5, name="table of neighbours", cause=cause)


@points(1)
def test_joint_probabilities_are_symmetric(student, rng):
    for n in (5, 2, 9):
        rows = softmax(rng.normal(size=(n, n)) - 1e9 * np.eye(n), axis=1)
        given = torch.tensor(rows)
        with assert_unchanged(given):
            result = student.joint_probabilities(given)
        expected = [[(rows[i, j] + rows[j, i]) / (2 * n) for j in range(n)] for i in range(n)]
        assert_close(result, np.array(expected), name="table of pairs")


@points(1)
def test_map_probabilities_of_all_pairs(student, rng):
    for n, d in [(6, 2), (3, 2), (10, 3), (2, 1)]:
        y = 2 * draw(rng, n, d)
        with assert_unchanged(y):
            result = student.map_probabilities(y)
        weights = 1 / (1 + cdist(y, y, "sqeuclidean")) - np.eye(n)
        assert_close(result, weights / weights.sum(), name="table of pairs")
    y = draw(rng, 5, 2).float()
    weights = 1 / (1 + cdist(y.double(), y.double(), "sqeuclidean")) - np.eye(5)
    assert_close(student.map_probabilities(y), weights / weights.sum(), name="table of pairs")


@hidden
@points(1)
def test_map_probabilities_of_those_far_apart(student, rng):
    y = torch.tensor(rng.permutation(np.array([[0.0, 0.0], [0.5, 0.1], [40.0, 3.0], [41.0, 2.5]])))
    weights = 1 / (1 + cdist(y, y, "sqeuclidean")) - np.eye(4)
    cause = "the tail is heavy: 1 / (1 + distance²), no exponential"
    assert_close(student.map_probabilities(y), weights / weights.sum(), name="table of pairs", cause=cause)


def random_pairs(rng, n):
    p = rng.uniform(size=(n, n)) ** 3
    p = (p + p.T) * (1 - np.eye(n))
    return torch.tensor(p / p.sum())


def gradient_by_autograd(p, y):
    """The gradient of KL(P ‖ Q) by y, for P that adds up to 1; the diagonals are left out of the sums."""
    y = y.detach().clone().requires_grad_()
    i, j = torch.triu_indices(len(y), len(y), 1)
    weights = 1 / (1 + (y[i] - y[j]).square().sum(dim=1))
    q = weights / (2 * weights.sum())
    (gradient,) = torch.autograd.grad(2 * (p[i, j] * (p[i, j] / q).log()).sum(), y)
    return gradient


def gradient_by_loops(p, y):
    weights = 1 / (1 + cdist(y, y, "sqeuclidean")) - np.eye(len(y))
    q = weights / weights.sum()
    arrows = y[:, None] - y[None]
    return 4 * np.einsum("ij,ijd->id", (p - q) * weights, arrows)


@points(2)
def test_kl_gradient_against_autograd(student, rng):
    for n, d in [(6, 2), (4, 2), (9, 3), (3, 1)]:
        p, y = random_pairs(rng, n), draw(rng, n, d)
        with assert_unchanged(p, y):
            result = student.kl_gradient(p, y)
        assert_close(result, gradient_by_autograd(p, y), name="gradient")
    p, y = 3.0 * random_pairs(rng, 5), draw(rng, 5, 2)
    cause = "P is used as it is, also when it adds up to 3"
    expected = gradient_by_loops(p.numpy(), y.numpy())
    assert_close(student.kl_gradient(p, y), expected, name="gradient of exaggerated pairs", cause=cause)


@hidden
@points(2)
def test_kl_gradient_of_exaggerated_pairs(student, rng):
    for n, factor in [(7, 4.0), (5, 12.0)]:
        p, y = factor * random_pairs(rng, n), 3 * draw(rng, n, 2)
        expected = gradient_by_loops(p.numpy(), y.numpy())
        cause = "P is used as it is, also when it adds up to 4"
        assert_close(student.kl_gradient(p, y), expected, name="gradient", cause=cause)
    p, y = random_pairs(rng, 6).float(), draw(rng, 6, 2).float()
    expected = gradient_by_loops(p.double().numpy(), y.double().numpy())
    assert_close(student.kl_gradient(p, y), expected, name="gradient")


def descend_by_hand(p, y, steps, learning_rate, early, exaggeration):
    places = [y.numpy(), y.numpy()]
    for number in range(steps):
        pairs = p.numpy() * (exaggeration if number < early else 1)
        inertia = (places[-1] - places[-2]) * (0.5 if number < early else 0.8)
        places.append(places[-1] + inertia - learning_rate * gradient_by_loops(pairs, places[-1]))
    return places[-1]


@points(1)
def test_descend_a_few_steps(student, rng):
    for n, steps, early, exaggeration in [(7, 4, 2, 3.0), (5, 3, 5, 4.0), (6, 1, 0, 4.0), (4, 5, 1, 12.0)]:
        p, start = random_pairs(rng, n), draw(rng, n, 2)
        with assert_unchanged(p, start):
            result = student.descend(p, start, steps, 0.7, early, exaggeration)
        expected = descend_by_hand(p, start, steps, 0.7, early, exaggeration)
        assert_close(result, expected, name="map")


@hidden
@points(1)
def test_descend_with_the_usual_exaggeration(student, rng):
    p, start = random_pairs(rng, 5), draw(rng, 5, 2)
    expected = descend_by_hand(p, start, 53, 0.4, 50, 4.0)
    assert_close(student.descend(p, start, 53, 0.4), expected, rtol=1e-5, name="map after 53 steps")
    assert_close(student.descend(p, start, 0, 0.4), start, name="map after no step")


def purity(y, labels, k=6):
    """Share of the k nearest others that have the same label."""
    distances = cdist(y, y)
    np.fill_diagonal(distances, np.inf)
    return float(np.mean(labels[distances.argsort(axis=1)[:, :k]] == labels[:, None]))


@training
@points(2)
def test_descend_draws_a_map_of_digits(student, rng):
    """Over 15 seeds: 6-neighbour purity 0.92 to 0.96; KL, over 9, 0.44 to 0.54; 2 s."""
    bunch, order = load_digits(), rng.permutation(1797)[:400]
    x, labels = bunch.data[order] / 16, bunch.target[order]
    rows = rows_by_root(cdist(x, x, "sqeuclidean"), 20.0)
    p = (rows + rows.T) / 800
    start = 0.01 * draw(rng, 400, 2)
    result = student.descend(torch.tensor(p), start, 300, 200.0)
    assert_shape(result, (400, 2))
    assert_finite(result, name="map")
    y = np.asarray(result, dtype=float)
    assert_between(purity(y, labels), 0.85, 1, name="share of neighbours on the map with the same label")
    weights = 1 / (1 + cdist(y, y, "sqeuclidean")) - np.eye(400)
    q = np.maximum(weights / weights.sum(), 1e-300)
    there = p > 0
    kl = float(np.sum(p[there] * np.log(p[there] / q[there])))
    assert_between(kl, 0.3, 0.7, name="KL(P ‖ Q) of the map, in nats")


def trust_by_ranks(x, y, k):
    n, excess = len(x), 0
    for i in range(n):
        others = np.arange(n) != i
        ranks = rankdata(np.linalg.norm(x[others] - x[i], axis=1))
        found = np.argsort(np.linalg.norm(y[others] - y[i], axis=1))[:k]
        excess += sum(max(0, rank - k) for rank in ranks[found])
    return 1 - excess / (n * k * (n - (3 * k + 1) / 2))


@points(0)
def test_trustworthiness_by_ranks(student, rng):
    for n, d, k in [(12, 4, 3), (9, 3, 1), (20, 5, 6), (15, 3, 7)]:
        x, y = draw(rng, n, d), draw(rng, n, 2)
        with assert_unchanged(x, y):
            result = student.trustworthiness(x, y, k)
        assert_close(result, trust_by_ranks(x.numpy(), y.numpy(), k), name="trustworthiness")


@points(0)
def test_trustworthiness_of_two_axes_of_three(student, rng):
    for n, k in [(18, 4), (30, 8)]:
        x = draw(rng, n, 3) * torch.tensor([1.0, 2.0, 0.8])
        expected = trust_by_ranks(x.numpy(), x[:, :2].numpy(), k)
        assert_close(student.trustworthiness(x, x[:, :2].clone(), k), expected, name="trustworthiness")
        cause = "the ranks are those in the data, the neighbours those on the map"
        expected = trust_by_ranks(x[:, :2].numpy(), x.numpy(), k)
        assert_close(
            student.trustworthiness(x[:, :2].clone(), x, k), expected, name="trustworthiness", cause=cause
        )
