"""Checks of conformal.py: ranks counted one by one, sets class by class, and the guarantee on fresh samples."""

import math
from fractions import Fraction

import numpy as np
import torch

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_that,
    assert_unchanged,
    hidden,
    points,
)
from course.testing.networks import draw, draw_classes


def rank(n, alpha):
    """⌈(n + 1)(1 − alpha)⌉ by fractions: no rounding."""
    return math.ceil((n + 1) * (1 - Fraction(str(alpha))))


def limit(scores, alpha):
    """The smallest score of which so many are not above; infinity when there are too few."""
    scores = sorted(scores)
    k = rank(len(scores), alpha)
    return scores[k - 1] if k <= len(scores) else math.inf


@points(1)
def test_threshold_by_rank(student, rng):
    for n, alpha in [(6, 0.6), (17, 0.1), (40, 0.23), (9, 0.5), (100, 0.05), (6, 0.31), (19, 0.099999)]:
        scores = draw(rng, n)
        with assert_unchanged(scores):
            result = student.threshold(scores, alpha)
        assert_close(result, limit(scores.tolist(), alpha), name=f"threshold for n = {n} and alpha = {alpha}")
    scores = draw(rng, 19)
    cause = "20 · (1 − 0.7) is 6, and a little more in floating point"
    name = "threshold for n = 19 and alpha = 0.7"
    assert_close(student.threshold(scores, 0.7), limit(scores.tolist(), 0.7), name=name, cause=cause)


@points(1)
def test_threshold_of_too_few(student, rng):
    scores = draw(rng, 8)
    assert_close(student.threshold(scores, 0.4), limit(scores.tolist(), 0.4), name="threshold")
    result = student.threshold(scores, 0.05)
    cause = "eight samples cannot promise 95 %"
    assert_that(
        math.isinf(float(result)) and float(result) > 0,
        "For 8 scores and alpha = 0.05 the threshold is infinity.",
        cause=cause,
    )


@hidden
@points(1)
def test_threshold_of_whole_ranks(student, rng):
    """(n + 1)(1 − alpha) is a whole number but once, and floating point misses some of these."""
    for n, alpha in [(12, 0.3), (9, 0.7), (19, 0.1), (99, 0.45), (29, 0.7), (199, 0.445)]:
        scores = draw(rng, n)
        cause = "in floating point (n + 1)(1 − alpha) may lie a little above the whole number that it is"
        result = student.threshold(scores, alpha)
        assert_close(
            result,
            limit(scores.tolist(), alpha),
            name=f"threshold for n = {n} and alpha = {alpha}",
            cause=cause,
        )


def random_forecasts(rng, n, c):
    p = rng.uniform(size=(n, c)) ** 2
    return torch.tensor(p / p.sum(axis=1, keepdims=True))


def skilled_forecasts(rng, labels, skill):
    """Forecasts that know some classes better than others: ``skill`` by class."""
    p = rng.uniform(size=(len(labels), len(skill))) ** 2
    p[np.arange(len(labels)), labels] += skill[labels]
    return torch.tensor(p / p.sum(axis=1, keepdims=True))


@points(2)
def test_prediction_sets_class_by_class(student, rng):
    for m, n, c, alpha in [(25, 30, 4, 0.15), (1, 15, 3, 0.4), (9, 50, 2, 0.1)]:
        labels = draw_classes(rng, n, c)
        p = skilled_forecasts(rng, rng.integers(0, c, size=m), np.full(c, 0.6))
        known = skilled_forecasts(rng, labels.numpy(), np.full(c, 0.6))
        with assert_unchanged(p, known, labels):
            result = student.prediction_sets(p, known, labels, alpha)
        bar = limit([1 - row[k] for row, k in zip(known.tolist(), labels.tolist(), strict=True)], alpha)
        expected = [[1 - v <= bar for v in row] for row in p.tolist()]
        assert_equal(np.asarray(result).tolist(), expected, name="table of the classes in the sets")
    known = torch.tensor([[0.75, 0.25], [0.5, 0.5], [0.0625, 0.9375]], dtype=torch.float64)
    new = torch.tensor([[0.75, 0.25], [0.625, 0.375], [0.125, 0.875]], dtype=torch.float64)
    order = torch.tensor(rng.permutation(3))
    result = student.prediction_sets(new[order], known, torch.tensor([0, 0, 1]), 0.5)
    expected = np.array([[True, False], [False, False], [False, True]])[order.numpy()].tolist()
    name = "table of the classes in the sets, one on the border, one of them empty,"
    assert_equal(np.asarray(result).tolist(), expected, name=name)


@hidden
@points(1)
def test_prediction_sets_keep_their_promise(student, rng):
    """A poor model, and still the right class is in the set: for an alpha of 0.1 in a share of 0.9 ± 0.0085; the
    bounds are six deviations away. Exactly the border belongs to the set.
    """
    n, c = 2500, 5
    truth = random_forecasts(rng, 2 * n, c).numpy()
    labels = torch.tensor((rng.uniform(size=(2 * n, 1)) > truth.cumsum(axis=1)).sum(axis=1).clip(0, c - 1))
    model = torch.tensor(0.6 * truth + 0.4 * random_forecasts(rng, 2 * n, c).numpy())
    result = student.prediction_sets(model[n:], model[:n], labels[:n], 0.1)
    sets = np.asarray(result)
    share = sets[np.arange(n), labels[n:]].mean()
    assert_between(share, 0.85, 0.95, name="share of the sets that hold the right class")
    known = torch.tensor([[0.75, 0.25], [0.875, 0.125], [0.0625, 0.9375]], dtype=torch.float64)
    new = torch.tensor([[0.5, 0.5], [0.75, 0.25], [0.125, 0.875]], dtype=torch.float64)
    result = student.prediction_sets(new, known, torch.tensor([0, 0, 1]), 0.25)
    expected = [[False, False], [True, False], [False, True]]
    name = "table of the classes in the sets, one of them empty, one on the border,"
    assert_equal(np.asarray(result).tolist(), expected, name=name)


NEAR = {"rtol": 1e-5, "atol": 1e-5}
"""Scores in single precision are enough for an interval."""


def random_calibration(rng, n):
    return draw(rng, n), draw(rng, n), torch.tensor(rng.uniform(0.3, 2, size=n))


@points(2)
def test_conformal_interval_value_by_value(student, rng):
    for n, m, alpha in [(30, 6, 0.2), (12, 1, 0.35), (60, 9, 0.1)]:
        calibration = random_calibration(rng, n)
        mean, std = draw(rng, m), torch.tensor(rng.uniform(0.3, 2, size=m))
        with assert_unchanged(*calibration, mean, std):
            result = student.conformal_interval(calibration, mean, std, alpha)
        lower, upper = assert_parts(result, 2)
        rows = zip(*(part.tolist() for part in calibration), strict=True)
        reach = limit([abs(y - mu) / s for y, mu, s in rows], alpha)
        low = [a - reach * s for a, s in zip(mean.tolist(), std.tolist(), strict=True)]
        high = [a + reach * s for a, s in zip(mean.tolist(), std.tolist(), strict=True)]
        assert_close(lower, np.array(low), **NEAR, name="lower end")
        assert_close(upper, np.array(high), **NEAR, name="upper end")


@hidden
@points(1)
def test_conformal_interval_mends_a_wrong_spread(student, rng):
    """The same intervals, whatever factor the spread is wrong by. They hold 0.9 ± 0.0095 of the values."""
    n = 2000
    std = torch.tensor(rng.uniform(0.3, 2, size=2 * n))
    mean = draw(rng, 2 * n)
    y = mean + std * draw(rng, 2 * n)
    wide = float(rng.uniform(3, 6))
    found = []
    for factor in (1.0, wide, 1 / wide):
        said = std * factor
        result = student.conformal_interval((y[:n], mean[:n], said[:n]), mean[n:], said[n:], 0.1)
        lower, upper = assert_parts(result, 2)
        inside = (np.asarray(lower) <= y[n:].numpy()) & (y[n:].numpy() <= np.asarray(upper))
        assert_between(inside.mean(), 0.84, 0.96, name="share of new values inside")
        found.append(np.asarray(upper))
    assert_close(found[1], found[0], **NEAR, name="upper end for a spread that is too wide")
    assert_close(found[2], found[0], **NEAR, name="upper end for a spread that is too narrow")


@points(0)
def test_adaptive_scores_class_by_class(student, rng):
    for n, c in [(12, 4), (1, 3), (30, 6)]:
        p, labels = random_forecasts(rng, n, c), draw_classes(rng, n, c)
        with assert_unchanged(p, labels):
            result = student.adaptive_scores(p, labels)
        expected = [
            sum(sorted(row, reverse=True)[: sorted(row, reverse=True).index(row[k]) + 1])
            for row, k in zip(p.tolist(), labels.tolist(), strict=True)
        ]
        assert_close(result, np.array(expected), name="array of scores")


@points(0)
def test_adaptive_scores_of_equal_classes(student, rng):
    """Classes that are as probable as the right one count, too."""
    rows = torch.tensor([[0.25, 0.5, 0.25], [0.125, 0.125, 0.75], [0.5, 0.25, 0.25]], dtype=torch.float64)
    order = torch.tensor(rng.permutation(3))
    result = student.adaptive_scores(rows[order], torch.tensor([0, 0, 0]))
    expected = np.array([1.0, 1.0, 0.5])[order.numpy()]
    assert_close(result, expected, name="array of scores where classes are equally probable")


@points(0)
def test_classwise_sets_class_by_class(student, rng):
    for m, n, c, alpha in [(30, 80, 4, 0.2), (1, 36, 3, 0.3), (40, 50, 2, 0.1)]:
        skill = rng.permutation(np.linspace(0.0, 3.0, c))
        labels = draw_classes(rng, n, c)
        p = skilled_forecasts(rng, rng.integers(0, c, size=m), skill)
        known = skilled_forecasts(rng, labels.numpy(), skill)
        with assert_unchanged(p, known, labels):
            result = student.classwise_sets(p, known, labels, alpha)
        scores = [[] for _ in range(c)]
        for row, k in zip(known.tolist(), labels.tolist(), strict=True):
            scores[k].append(1 - row[k])
        bars = [limit(own, alpha) for own in scores]
        expected = [[1 - v <= bar for v, bar in zip(row, bars, strict=True)] for row in p.tolist()]
        assert_equal(np.asarray(result).tolist(), expected, name="table of the classes in the sets")


@points(0)
def test_classwise_sets_of_a_rare_class(student, rng):
    """Twenty samples of two classes, three of the last one: too few, so that it cannot be ruled out."""
    labels = rng.permutation(np.repeat([0, 1, 2], [20, 20, 3]))
    skill = np.array([0.5, 2.0, 1.0])
    p = skilled_forecasts(rng, rng.integers(0, 3, size=25), skill)
    known = skilled_forecasts(rng, labels, skill)
    result = student.classwise_sets(p, known, torch.tensor(labels), 0.1)
    bars = [limit([1 - row[k] for row in known[torch.tensor(labels == k)].tolist()], 0.1) for k in (0, 1)]
    expected = [[1 - row[0] <= bars[0], 1 - row[1] <= bars[1], True] for row in p.tolist()]
    cause = "the threshold of a class with three samples is infinite"
    name = "table of the classes in the sets, the last class being rare,"
    assert_equal(np.asarray(result).tolist(), expected, name=name, cause=cause)


@points(0)
def test_classwise_sets_on_the_border(student, rng):
    """Probabilities in eighths: whose score is just the threshold belongs to the set."""
    known = torch.tensor([[0.75, 0.25], [0.875, 0.125], [0.5, 0.5], [0.125, 0.875], [0.375, 0.625]])
    new = torch.tensor([[0.5, 0.5], [0.75, 0.25], [0.375, 0.625], [0.125, 0.875]]).double()
    order = torch.tensor(rng.permutation(5))
    labels = torch.tensor([0, 0, 0, 1, 1])
    result = student.classwise_sets(new, known.double()[order], labels[order], 0.4)
    expected = [[True, False], [True, False], [False, True], [False, True]]
    name = "table of the classes in the sets, two of them on the border,"
    assert_equal(np.asarray(result).tolist(), expected, name=name)
