"""Answers to conformal.py: wrong ones with what went wrong, and right ones in another style."""

import math

import numpy as np
import torch

from course.testing import misconception, variant
from day23_uncertainty.conformal import threshold


@misconception("threshold", "The new sample is forgotten: k is ⌈(n + 1)(1 − alpha)⌉, with the 1.")
def without_the_new_one(scores, alpha):
    k = math.ceil(len(scores) * (1 - alpha) - 1e-9)
    return float(scores.sort().values[k - 1])


@misconception(
    "threshold", "Too few samples promise nothing: where k is larger than n, the threshold is infinity."
)
def largest_for_too_few(scores, alpha):
    k = math.ceil((len(scores) + 1) * (1 - alpha) - 1e-9)
    return float(scores.sort().values[min(k, len(scores)) - 1])


@misconception("threshold", "This interpolates between two scores. It is one of them, the k-th smallest.")
def interpolated(scores, alpha):
    n = len(scores)
    share = min(1.0, math.ceil((n + 1) * (1 - alpha) - 1e-9) / n)
    return math.inf if (n + 1) * (1 - alpha) > n else float(torch.quantile(scores, share))


@misconception(
    "threshold",
    "That is a quantile of the old scores, between two of them, and the new sample is forgotten. The threshold is the "
    "k-th smallest score itself, k = ⌈(n + 1)(1 − alpha)⌉.",
)
def quantile_of_the_scores(scores, alpha):
    return float(torch.quantile(scores, 1 - alpha))


@misconception("threshold", "The k-th smallest stands at place k − 1 of the sorted scores.")
def one_too_far(scores, alpha):
    n = len(scores)
    k = math.ceil((n + 1) * (1 - alpha) - 1e-9)
    return math.inf if k >= n else float(scores.sort().values[k])


@misconception("threshold", "alpha and 1 − alpha are exchanged: few new samples exceed the threshold.")
def exchanged(scores, alpha):
    n = len(scores)
    k = math.ceil((n + 1) * alpha - 1e-9)
    return math.inf if k > n else float(scores.sort().values[k - 1])


@misconception(
    "threshold",
    "In floating point (n + 1)(1 − alpha) may be a little more than the whole number that it is, and is then rounded "
    "up to the next one. Take 1e-9 off first.",
)
def rounded_up_too_far(scores, alpha):
    n = len(scores)
    k = math.ceil((n + 1) * (1 - alpha))
    return math.inf if k > n else float(scores.sort().values[k - 1])


@misconception("threshold", "k is rounded down here. It is rounded up, to be on the safe side.")
def rounded_down(scores, alpha):
    n = len(scores)
    k = math.floor((n + 1) * (1 - alpha) + 1e-9)
    return math.inf if (n + 1) * (1 - alpha) > n + 1e-9 else float(scores.sort().values[k - 1])


@variant("threshold")
def by_kthvalue(scores, alpha):
    n = len(scores)
    k = n + 1 - math.floor((n + 1) * alpha + 1e-9)
    return scores.kthvalue(k).values.item() if k <= n else float("inf")


@variant("threshold")
def with_an_infinite_one(scores, alpha):
    from fractions import Fraction

    everybody = np.sort(np.append(np.asarray(scores, dtype=float), np.inf))
    k = math.ceil(len(everybody) * (1 - Fraction(alpha).limit_denominator(10**9)))
    return everybody[k - 1]


@misconception(
    "prediction_sets",
    "The calibration scores are those of the *largest* probabilities. Take the right classes'.",
)
def scores_of_the_largest(p, p_calibration, labels, alpha):
    return 1 - p <= threshold(1 - p_calibration.max(dim=1).values, alpha)


@misconception(
    "prediction_sets",
    "Here a class that is *improbable* is taken. It belongs to the set when its score is small.",
)
def turned_round(p, p_calibration, labels, alpha):
    return p <= threshold(1 - p_calibration[torch.arange(len(labels)), labels], alpha)


@misconception(
    "prediction_sets",
    "A probability is compared with the threshold of the scores. Compare 1 − p with it, the score.",
)
def probability_against_score(p, p_calibration, labels, alpha):
    return p >= threshold(1 - p_calibration[torch.arange(len(labels)), labels], alpha)


@misconception("prediction_sets", "Exactly at the threshold a class belongs to the set: <=.")
def without_the_border(p, p_calibration, labels, alpha):
    return 1 - p < threshold(1 - p_calibration[torch.arange(len(labels)), labels], alpha)


@misconception(
    "prediction_sets",
    "The most probable class was put in always. The threshold alone decides; a set may be empty.",
)
def never_empty(p, p_calibration, labels, alpha):
    sets = 1 - p <= threshold(1 - p_calibration[torch.arange(len(labels)), labels], alpha)
    sets[torch.arange(len(p)), p.argmax(dim=1)] = True
    return sets


@misconception(
    "prediction_sets",
    "The classes above 1 − alpha were taken. The threshold comes from the calibration samples.",
)
def without_calibration(p, p_calibration, labels, alpha):
    return p >= 1 - alpha


@misconception(
    "prediction_sets", "All classes of the calibration samples gave a score. Only the right ones do."
)
def scores_of_all(p, p_calibration, labels, alpha):
    return 1 - p <= threshold((1 - p_calibration).flatten(), alpha)


@variant("prediction_sets")
def by_gather(p, p_calibration, labels, alpha):
    limit = threshold(1 - p_calibration.gather(1, labels[:, None]).squeeze(1), alpha)
    return (1 - p).le(limit)


@variant("prediction_sets")
def class_by_class(p, p_calibration, labels, alpha):
    scores = torch.tensor(
        [1 - row[k] for row, k in zip(p_calibration.tolist(), labels.tolist(), strict=True)]
    )
    limit = threshold(scores.double(), alpha)
    return [[bool(1 - v <= limit) for v in row] for row in p.tolist()]


@misconception(
    "conformal_interval",
    "The distances are not divided by the model's spread. The score is |y − mean| / std.",
)
def not_divided(calibration, mean, std, alpha):
    y, known_mean, _ = calibration
    reach = threshold((y - known_mean).abs(), alpha)
    return mean - reach * std, mean + reach * std


@misconception(
    "conformal_interval", "The reach is in standard deviations of the new sample: multiply by std."
)
def not_multiplied(calibration, mean, std, alpha):
    y, known_mean, known_std = calibration
    reach = threshold((y - known_mean).abs() / known_std, alpha)
    return mean - reach, mean + reach


@misconception(
    "conformal_interval",
    "One width for all: divide the old distances by the old spreads, and multiply the threshold by the new ones.",
)
def one_width(calibration, mean, std, alpha):
    y, known_mean, _ = calibration
    reach = threshold((y - known_mean).abs(), alpha)
    return mean - reach, mean + reach


@misconception(
    "conformal_interval", "Signed distances were ranked. A value may be off to either side: absolute values."
)
def signed(calibration, mean, std, alpha):
    y, known_mean, known_std = calibration
    reach = threshold((y - known_mean) / known_std, alpha)
    return mean - reach * std, mean + reach * std


@misconception(
    "conformal_interval",
    "alpha is the share of both sides together. It was halved, and the interval is too wide.",
)
def alpha_halved(calibration, mean, std, alpha):
    y, known_mean, known_std = calibration
    reach = threshold((y - known_mean).abs() / known_std, alpha / 2)
    return mean - reach * std, mean + reach * std


@misconception(
    "conformal_interval", "The threshold was taken for a normal distribution. The calibration samples decide."
)
def as_if_normal(calibration, mean, std, alpha):
    reach = torch.special.ndtri(torch.tensor(1 - alpha / 2, dtype=torch.float64)).item()
    return mean - reach * std, mean + reach * std


@variant("conformal_interval")
def with_numpy(calibration, mean, std, alpha):
    y, known_mean, known_std = (np.asarray(part) for part in calibration)
    reach = threshold(torch.tensor(np.abs(y - known_mean) / known_std), alpha)
    return np.asarray(mean) + reach * np.outer([-1, 1], np.asarray(std))


@variant("conformal_interval")
def by_squares(calibration, mean, std, alpha):
    y, known_mean, known_std = calibration
    away = (y - known_mean).square() / known_std.square()
    width = std * math.sqrt(threshold(away, alpha))
    return [(mean - width).tolist(), (mean + width).tolist()]


@variant("conformal_interval")
def scores_in_a_list(calibration, mean, std, alpha):
    rows = zip(*calibration, strict=True)
    reach = threshold(torch.tensor([abs(y - m) / s for y, m, s in rows]), alpha)
    return mean - reach * std, mean + reach * std


@misconception("adaptive_scores", "The right class itself is left out. Its probability is part of the sum.")
def right_class_left_out(p, labels):
    right = p[torch.arange(len(p)), labels]
    return torch.where(p > right[:, None], p, 0).sum(dim=1)


@misconception(
    "adaptive_scores", "That is the probability of the right class. Add those of all that are more probable."
)
def right_class_alone(p, labels):
    return p[torch.arange(len(p)), labels]


@misconception("adaptive_scores", "The *less* probable classes were added up.")
def less_probable(p, labels):
    right = p[torch.arange(len(p)), labels]
    return torch.where(p <= right[:, None], p, 0).sum(dim=1)


@misconception("adaptive_scores", "Classes that are exactly as probable as the right one count, too.")
def equal_ones_left_out(p, labels):
    right = p[torch.arange(len(p)), labels]
    return torch.where(p > right[:, None], p, 0).sum(dim=1) + right


@variant("adaptive_scores")
def by_sorting(p, labels):
    scores = []
    for row, k in zip(p, labels, strict=True):
        down = row.sort(descending=True).values
        last = int((down >= row[k]).sum())
        scores.append(float(down[:last].sum()))
    return scores


@variant("adaptive_scores")
def with_numpy_masks(p, labels):
    table = np.asarray(p)
    right = np.take_along_axis(table, np.asarray(labels)[:, None], axis=1)
    return np.sum(table * (table >= right), axis=1)


@misconception(
    "classwise_sets",
    "One threshold for all classes: that is prediction_sets. Each class has its own samples.",
)
def one_threshold_for_all(p, p_calibration, labels, alpha):
    return 1 - p <= threshold(1 - p_calibration[torch.arange(len(labels)), labels], alpha)


@misconception(
    "classwise_sets",
    "The scores of a class come from *all* calibration samples here. Only those count of which it is the right class.",
)
def samples_of_all_classes(p, p_calibration, labels, alpha):
    limits = [threshold(1 - p_calibration[:, k], alpha) for k in range(p.shape[1])]
    return 1 - p <= torch.tensor(limits, dtype=p.dtype)


@misconception(
    "classwise_sets",
    "The threshold of the sample's most probable class is used for all columns. Column k has the threshold of class k.",
)
def threshold_of_the_answer(p, p_calibration, labels, alpha):
    limits = [threshold(1 - p_calibration[labels == k, k], alpha) for k in range(p.shape[1])]
    return 1 - p <= torch.tensor(limits, dtype=p.dtype)[p.argmax(dim=1)][:, None]


@misconception(
    "classwise_sets",
    "alpha was divided among the classes. Each class keeps the promise for itself, with the whole alpha.",
)
def alpha_divided(p, p_calibration, labels, alpha):
    share = alpha / p.shape[1]
    limits = [threshold(1 - p_calibration[labels == k, k], share) for k in range(p.shape[1])]
    return 1 - p <= torch.tensor(limits, dtype=p.dtype)


@misconception(
    "classwise_sets",
    "Here a class that is *improbable* is taken. It belongs to the set when its score is small.",
)
def improbable_taken(p, p_calibration, labels, alpha):
    limits = [threshold(1 - p_calibration[labels == k, k], alpha) for k in range(p.shape[1])]
    return p <= torch.tensor(limits, dtype=p.dtype)


@variant("classwise_sets")
def column_by_column(p, p_calibration, labels, alpha):
    sets = torch.zeros(p.shape, dtype=torch.bool)
    for k in range(p.shape[1]):
        own = p_calibration[:, k][labels == k]
        sets[:, k] = 1 - p[:, k] <= float(threshold(1 - own, alpha))
    return sets


@variant("classwise_sets")
def by_groups_in_numpy(p, p_calibration, labels, alpha):
    table, known, right = np.asarray(p), np.asarray(p_calibration), np.asarray(labels)
    scores = 1 - known[np.arange(len(known)), right]
    bars = [threshold(torch.tensor(scores[right == k]), alpha) for k in range(table.shape[1])]
    return [[bool(1 - v <= bar) for v, bar in zip(row, bars, strict=True)] for row in table.tolist()]
