"""Checks of calibration.py: bins filled one answer at a time, and a minimum looked for without derivatives."""

import math

import numpy as np
import torch
from scipy.optimize import minimize_scalar

from course.testing import assert_close, assert_equal, assert_parts, assert_unchanged, hidden, points
from course.testing.networks import draw_classes


def fill_bins(confidence, correct, bins):
    """Counts, mean confidences and accuracies, by putting one answer after the other into its bin."""
    inside = [[] for _ in range(bins)]
    for value, right in zip(confidence, correct, strict=True):
        k = next(k for k in range(1, bins + 1) if value <= k / bins + 1e-12)
        inside[k - 1].append((value, right))
    means = [np.mean([value for value, _ in answers]) if answers else 0.0 for answers in inside]
    shares = [np.mean([right for _, right in answers]) if answers else 0.0 for answers in inside]
    return [len(answers) for answers in inside], np.array(means), np.array(shares)


def random_answers(rng, n, low=0.0, high=1.0):
    confidence = torch.tensor(rng.uniform(low, high, size=n))
    return confidence, torch.tensor(rng.uniform(size=n) < confidence.numpy() * 0.8 + 0.1)


def assert_table(result, confidence, correct, bins):
    counts, mean, accuracy = assert_parts(result, 3)
    expected = fill_bins(confidence.tolist(), correct.tolist(), bins)
    assert_equal(counts, expected[0], name="array of counts")
    assert_close(mean, expected[1], name="array of mean confidences")
    assert_close(accuracy, expected[2], name="array of accuracies")


@points(2)
def test_reliability_answer_by_answer(student, rng):
    """In the second case the first bins are empty, in the third one the last."""
    for n, bins, low, high in [
        (200, 10, 0, 1),
        (30, 7, 0.3, 1),
        (20, 5, 0.1, 0.55),
        (50, 1, 0, 1),
        (4, 5, 0, 1),
    ]:
        confidence, correct = random_answers(rng, n, low, high)
        with assert_unchanged(confidence, correct):
            result = student.reliability(confidence, correct, bins)
        assert_table(result, confidence, correct, bins)
    confidence = torch.tensor(rng.permutation(np.arange(9) / 8))  # 0, 1, and three borders of four bins
    correct = torch.tensor(rng.uniform(size=9) < 0.5)
    assert_table(student.reliability(confidence, correct, 4), confidence, correct, 4)


@hidden
@points(1)
def test_reliability_on_the_border(student, rng):
    """Sixteenths and eighths, which a computer holds exactly; 0 is in the first bin, 1 in the last."""
    values = np.concatenate([np.arange(17) / 16, rng.integers(0, 9, size=20) / 8])
    confidence = torch.tensor(rng.permutation(values))
    correct = torch.tensor(rng.uniform(size=len(values)) < 0.6)
    for bins in (8, 4, 2):
        assert_table(student.reliability(confidence, correct, bins), confidence, correct, bins)


@points(1)
def test_calibration_error_bin_by_bin(student, rng):
    for n, bins, low in [(300, 10, 0.0), (40, 15, 0.5), (25, 1, 0.2), (7, 4, 0.0)]:
        confidence, correct = random_answers(rng, n, low)
        with assert_unchanged(confidence, correct):
            result = student.calibration_error(confidence, correct, bins)
        counts, mean, accuracy = fill_bins(confidence.tolist(), correct.tolist(), bins)
        expected = sum(c * abs(m - a) for c, m, a in zip(counts, mean, accuracy, strict=True)) / n
        assert_close(result, expected, name="calibration error")


def random_forecast(rng, n, c):
    p = rng.uniform(size=(n, c)) ** 2
    return torch.tensor(p / p.sum(axis=1, keepdims=True)), draw_classes(rng, n, c)


@points(1)
def test_brier_score_class_by_class(student, rng):
    for n, c in [(8, 4), (1, 3), (15, 2), (5, 9)]:
        p, labels = random_forecast(rng, n, c)
        with assert_unchanged(p, labels):
            result = student.brier_score(p, labels)
        squares = [
            (v - (k == right)) ** 2
            for row, right in zip(p.tolist(), labels.tolist(), strict=True)
            for k, v in enumerate(row)
        ]
        assert_close(result, sum(squares) / n, name="score")


def cross_entropy(z, labels):
    shifted = z - z.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(z)), labels]))


def random_logits(rng, n, c, scale):
    """Logits whose labels are drawn from a softmax with another temperature, not all of them the largest."""
    z = 2 * rng.normal(size=(n, c))
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = (p / p.sum(axis=1, keepdims=True)).cumsum(axis=1)
    labels = (rng.uniform(size=(n, 1)) > p).sum(axis=1).clip(0, c - 1)
    labels[:c] = np.roll(z[:c].argmax(axis=1), 1)
    labels[0] = z[0].argmin()
    return torch.tensor(scale * z), torch.tensor(labels)


def best_temperature(z, labels):
    """By golden sections over the logarithm: no derivative is taken."""
    z, labels = z.numpy().astype(float), labels.numpy()
    found = minimize_scalar(
        lambda t: cross_entropy(z / math.exp(t), labels),
        bounds=(math.log(0.02), math.log(60)),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return math.exp(found.x)


FINE = "is the place right to one part in a thousand: has the descent arrived, is the grid fine enough?"


@points(2)
def test_fit_temperature_without_derivatives(student, rng):
    for n, c, scale in [(200, 4, 3.0), (80, 3, 0.4), (150, 10, 1.0), (200, 4, 11.0), (200, 4, 0.1)]:
        logits, labels = random_logits(rng, n, c, scale)
        with assert_unchanged(logits, labels):
            result = student.fit_temperature(logits, labels)
        assert_close(result, best_temperature(logits, labels), rtol=3e-3, name="temperature", cause=FINE)


@hidden
@points(1)
def test_fit_temperature_far_from_one(student, rng):
    for scale in (12.0, 0.08):
        logits, labels = random_logits(rng, 250, 5, scale)
        result = student.fit_temperature(logits.float(), labels)
        assert_close(result, best_temperature(logits, labels), rtol=3e-3, name="temperature", cause=FINE)
