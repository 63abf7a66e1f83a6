"""Checks of committee.py: masks counted, modes listed, entropies from sums over classes."""

import math

import numpy as np
import torch
from torch import nn

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_shape,
    assert_that,
    assert_unchanged,
    compare_by,
    hidden,
    points,
)
from course.testing.networks import draw, fill


def probabilities(rng, *shape):
    """Distributions over the last axis, some classes impossible."""
    p = rng.uniform(size=shape) ** 3
    p[..., 0] *= rng.uniform(size=shape[:-1]) < 0.6
    return torch.tensor(p / p.sum(axis=-1, keepdims=True))


def softmax(z):
    z = np.exp(z - z.max(axis=-1, keepdims=True))
    return z / z.sum(axis=-1, keepdims=True)


def plain_net(rng):
    """Batch normalisation with statistics of its own, and dropout that drops nothing: every pass is the same."""
    net = fill(
        nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Tanh(), nn.Dropout(0.0), nn.Linear(6, 3)), rng
    )
    net[1].running_mean.copy_(draw(rng, 6))
    net[1].running_var.copy_(torch.tensor(rng.uniform(0.5, 2, size=6)))
    return net


def ask(module, network, x, passes, modes):
    """What comes back, whether it has a graph, and the network's modes and buffers afterwards."""
    for part, mode in zip(network.modules(), modes, strict=True):
        part.training = mode
    result = module.mc_probabilities(network, x, passes)
    after = [part.training for part in network.modules()]
    return [result, bool(getattr(result, "requires_grad", False)), after, list(network.buffers())]


@points(2)
def test_mc_probabilities_normalises_as_in_evaluation(student, rng):
    for n, passes in [(5, 3), (1, 2), (7, 1)]:
        network, x = plain_net(rng), draw(rng, n, 4)
        statistics = [b.clone() for b in network.buffers()]
        modes = [bool(b) for b in rng.uniform(size=6) < 0.5]
        with assert_unchanged(x):
            parts = assert_parts(student.run(ask, network, x, passes, modes), 4)
        result, graph, after, buffers = parts
        with torch.no_grad():
            expected = softmax(network.eval()(x).numpy())
        assert_close(
            result, np.stack([expected] * passes), name="array of probabilities, nothing being dropped,"
        )
        assert_equal(after, modes, name="list of the modes of all modules afterwards")
        for found, before in zip(assert_parts(buffers, 3), statistics, strict=True):
            assert_close(found, before, name="statistic of batch normalisation")
        assert_equal(graph, False, name="question whether there is a graph")


def rare_net():
    """Twenty inputs pass two dropouts, one deeper inside; the first logit is twice their mean, the others are 0."""
    inside = nn.Sequential(nn.Identity(), nn.Dropout(0.25))
    net = nn.Sequential(nn.Dropout(0.1), inside, nn.Linear(20, 3, bias=False)).double()
    with torch.no_grad():
        net[2].weight.zero_()
        net[2].weight[0] = 2 / 20
    return net


def count_passed(p):
    """How many of the 20 inputs have passed both dropouts, (passes, samples), from the probabilities."""
    p = np.asarray(p, dtype=float)
    return np.log(p[..., 0] / p[..., 1]) * 20 / 2 * 0.9 * 0.75


def spreads_of_passed(p):
    """Mean and variance of what passes; both are large enough to be told apart by a tenth."""
    passed = count_passed(p)
    return passed.mean(), passed.var(), 10 * passed.mean(axis=0).var(), 10 * passed.mean(axis=1).var()


@points(1)
def test_mc_probabilities_drops_anew_in_each_pass(student, rng):
    """The logit says how many inputs have passed: binomial, 13.5 of 20 in the mean, with variance 4.39. Over
    1000 seeds the mean of 6000 was 13.41 to 13.60, the variance 4.14 to 4.62.
    """
    network, x = rare_net(), torch.ones(60, 20, dtype=torch.float64)
    modes = [True, False, False, True, False, False]
    result, *_ = assert_parts(student.run(ask, network, x, 100, modes), 4)
    compare_by(spreads_of_passed, result, slack=0.4)
    assert_shape(result, (100, 60, 3), name="array of probabilities")
    assert_that(bool((np.asarray(result) > 0).all()), "Each probability of a softmax is above 0.")
    passed = count_passed(result)
    assert_between(passed.mean(), 13.3, 13.7, name="mean number of inputs that pass")
    cause = "is each nn.Dropout on, also one that is inside of another module?"
    assert_between(passed.var(), 3.9, 4.9, name="variance of the number of inputs that pass", cause=cause)
    assert_between(
        passed.mean(axis=0).var(), 0.01, 0.12, name="variance between samples of the mean of all passes"
    )
    assert_between(
        passed.mean(axis=1).var(), 0.02, 0.18, name="variance between passes of the mean of all samples"
    )


@points(1)
def test_combine_means_of_probabilities(student, rng):
    for shape in [(3, 5, 4), (1, 2, 3), (6, 1, 2)]:
        logits = 3 * draw(rng, *shape)
        with assert_unchanged(logits):
            result = student.combine(logits)
        assert_close(result, softmax(logits.numpy()).mean(axis=0), name="array of probabilities")
    logits = 900 * draw(rng, 2, 5, 4)
    expected = softmax(logits.numpy()).mean(axis=0)
    assert_close(student.combine(logits), expected, name="array of probabilities of large logits")


@hidden
@points(1)
def test_combine_of_large_logits(student, rng):
    logits = 700 * draw(rng, 4, 6, 3)
    result = student.combine(logits)
    assert_close(result, softmax(logits.numpy()).mean(axis=0), name="array of probabilities of large logits")


def entropy(row):
    return -sum(v * math.log(v) for v in row if v > 0)


@points(1)
def test_predictive_entropy_class_by_class(student, rng):
    for n, c in [(9, 4), (1, 3), (20, 2), (4, 10)]:
        p = probabilities(rng, n, c)
        with assert_unchanged(p):
            result = student.predictive_entropy(p)
        cause = "0 · ln 0 counts as 0" if (p == 0).any() else ""
        assert_close(
            result, np.array([entropy(row) for row in p.tolist()]), name="array of entropies", cause=cause
        )


@points(1)
def test_mutual_information_by_divergences(student, rng):
    """It is also the mean divergence of the members from their mean."""
    for m, n, c in [(4, 6, 3), (2, 1, 5), (7, 8, 2)]:
        p = probabilities(rng, m, n, c)
        with assert_unchanged(p):
            result = student.mutual_information(p)
        expected = []
        for votes in p.transpose(0, 1).tolist():
            mean = [sum(column) / m for column in zip(*votes, strict=True)]
            each = [
                sum(v * math.log(v / q) for v, q in zip(vote, mean, strict=True) if v > 0) for vote in votes
            ]
            expected.append(sum(each) / m)
        assert_close(result, np.array(expected), name="array of mutual informations")


@hidden
@points(1)
def test_mutual_information_of_agreement_and_dispute(student, rng):
    """Who agrees that it is a toss-up does not disagree; who is sure of different things disagrees most."""
    c = 4
    same = probabilities(rng, 1, 5, c).expand(3, 5, c)
    sure = torch.eye(c, dtype=torch.float64)[torch.tensor(rng.permutation(c))][:, None]
    some = probabilities(rng, 1, 1, c).expand(c, 1, c)
    votes = torch.cat([torch.cat([same, same[:1]]), sure, some], dim=1)
    result = student.mutual_information(votes)
    expected = np.array([0.0] * 5 + [math.log(c), 0.0])
    assert_close(result, expected, name="array of mutual informations", atol=1e-7)
