"""Answers to calibration.py: wrong ones with what went wrong, and right ones in another style."""

import math

import numpy as np
import torch
from torch.nn.functional import cross_entropy, one_hot

from course.testing import misconception, variant
from day23_uncertainty.calibration import reliability


@misconception(
    "reliability",
    "A confidence on the border belongs to the lower bin: round up and take 1 off, instead of rounding down.",
)
def rounded_down(confidence, correct, bins):
    place = (confidence.double() * bins).floor().clamp(0, bins - 1).long()
    counts = torch.bincount(place, minlength=bins)
    many = counts.clamp(min=1)
    mean = torch.bincount(place, weights=confidence.double(), minlength=bins) / many
    return counts, mean, torch.bincount(place, weights=correct.double(), minlength=bins) / many


@misconception(
    "reliability", "An empty bin gives NaN, 0 divided by 0. Its mean and its accuracy are to be 0."
)
def nan_of_empty(confidence, correct, bins):
    place = (torch.ceil(confidence.double() * bins) - 1).clamp(0, bins - 1).long()
    counts = torch.bincount(place, minlength=bins)
    mean = torch.bincount(place, weights=confidence.double(), minlength=bins) / counts
    return counts, mean, torch.bincount(place, weights=correct.double(), minlength=bins) / counts


@misconception("reliability", "These are sums. Divide each by how many answers are in the bin.")
def sums(confidence, correct, bins):
    place = (torch.ceil(confidence.double() * bins) - 1).clamp(0, bins - 1).long()
    counts = torch.bincount(place, minlength=bins)
    mean = torch.bincount(place, weights=confidence.double(), minlength=bins)
    return counts, mean, torch.bincount(place, weights=correct.double(), minlength=bins)


@misconception("reliability", "The mean of the bin is that of its answers, and not its middle.")
def middle_of_the_bin(confidence, correct, bins):
    place = (torch.ceil(confidence.double() * bins) - 1).clamp(0, bins - 1).long()
    counts = torch.bincount(place, minlength=bins)
    mean = torch.where(counts > 0, (torch.arange(bins).double() + 0.5) / bins, 0.0)
    return counts, mean, torch.bincount(place, weights=correct.double(), minlength=bins) / counts.clamp(min=1)


@misconception("reliability", "The accuracy is divided by all answers. Divide by those of the bin.")
def divided_by_all(confidence, correct, bins):
    place = (torch.ceil(confidence.double() * bins) - 1).clamp(0, bins - 1).long()
    counts = torch.bincount(place, minlength=bins)
    mean = torch.bincount(place, weights=confidence.double(), minlength=bins) / counts.clamp(min=1)
    return counts, mean, torch.bincount(place, weights=correct.double(), minlength=bins) / len(confidence)


@misconception(
    "reliability", "The bins run from the smallest to the largest confidence. They run from 0 to 1."
)
def bins_of_the_data(confidence, correct, bins):
    low, high = confidence.min(), confidence.max()
    scaled = (confidence - low) / (high - low).clamp(min=1e-9)
    place = (torch.ceil(scaled.double() * bins) - 1).clamp(0, bins - 1).long()
    counts = torch.bincount(place, minlength=bins)
    many = counts.clamp(min=1)
    mean = torch.bincount(place, weights=confidence.double(), minlength=bins) / many
    return counts, mean, torch.bincount(place, weights=correct.double(), minlength=bins) / many


@variant("reliability")
def bin_by_bin(confidence, correct, bins):
    counts, means, shares = [], [], []
    for k in range(1, bins + 1):
        inside = (confidence <= k / bins) & ((confidence > (k - 1) / bins) if k > 1 else (confidence >= 0))
        counts.append(int(inside.sum()))
        means.append(float(confidence[inside].double().mean()) if counts[-1] else 0.0)
        shares.append(float(correct[inside].double().mean()) if counts[-1] else 0.0)
    return counts, means, shares


@variant("reliability")
def by_searchsorted(confidence, correct, bins):
    edges = np.arange(1, bins) / bins
    place = np.searchsorted(edges, np.asarray(confidence, dtype=float), side="left")
    counts = np.zeros(bins, dtype=np.int64)
    mean, share = np.zeros(bins), np.zeros(bins)
    np.add.at(counts, place, 1)
    np.add.at(mean, place, np.asarray(confidence, dtype=float))
    np.add.at(share, place, np.asarray(correct, dtype=float))
    return counts, mean / np.maximum(counts, 1), share / np.maximum(counts, 1)


@misconception("calibration_error", "All bins weigh the same here. Each weighs what lies in it.")
def all_bins_alike(confidence, correct, bins):
    counts, mean, accuracy = (torch.as_tensor(part) for part in reliability(confidence, correct, bins))
    return float((mean - accuracy).abs().sum() / (counts > 0).sum())


@misconception(
    "calibration_error", "The differences are added with their signs, and cancel. Take absolute values."
)
def with_signs(confidence, correct, bins):
    counts, mean, accuracy = (torch.as_tensor(part) for part in reliability(confidence, correct, bins))
    return float((counts * (mean - accuracy)).sum() / len(confidence))


@misconception("calibration_error", "The differences are squared. The distance is their absolute value.")
def squared(confidence, correct, bins):
    counts, mean, accuracy = (torch.as_tensor(part) for part in reliability(confidence, correct, bins))
    return float((counts * (mean - accuracy).square()).sum() / len(confidence))


@misconception("calibration_error", "That is the largest distance of all bins. The mean is asked for.")
def the_largest(confidence, correct, bins):
    _, mean, accuracy = (torch.as_tensor(part) for part in reliability(confidence, correct, bins))
    return float((mean - accuracy).abs().max())


@misconception("calibration_error", "Each answer is compared with its own confidence. Bins are compared.")
def answer_by_answer(confidence, correct, bins):
    return float((confidence.double() - correct.double()).abs().mean())


@variant("calibration_error")
def by_shares(confidence, correct, bins):
    rows = zip(*(np.asarray(part).tolist() for part in reliability(confidence, correct, bins)), strict=True)
    return sum(count / len(confidence) * abs(mean - accuracy) for count, mean, accuracy in rows)


@variant("calibration_error")
def without_the_table(confidence, correct, bins):
    place = torch.ceil(confidence.double() * bins).clamp(min=1).long()
    gap = correct.double() - confidence.double()
    return float(sum(gap[place == k].sum().abs() for k in range(1, bins + 1)) / len(gap))


@misconception("brier_score", "Only the right class was looked at. All classes count.")
def right_class_only(p, labels):
    return (1 - p[torch.arange(len(p)), labels]).square().mean().item()


@misconception(
    "brier_score", "The mean over the classes was taken. Sum over the classes, mean over the samples."
)
def mean_over_all(p, labels):
    return (p - one_hot(labels, p.shape[1])).square().mean().item()


@misconception("brier_score", "That is the sum over the samples. Divide by n.")
def sum_over_all(p, labels):
    return (p - one_hot(labels, p.shape[1])).square().sum().item()


@misconception(
    "brier_score",
    "one_hot(labels) has as many columns as the largest label needs, and a class that is no label is missing. Say how "
    "many: one_hot(labels, c).",
)
def classes_not_said(p, labels):
    return (p - one_hot(labels)).square().sum(dim=1).mean().item()


@misconception("brier_score", "Absolute differences were added. They are squared.")
def absolute(p, labels):
    return (p - one_hot(labels, p.shape[1])).abs().sum(dim=1).mean().item()


@misconception("brier_score", "The square root was taken, which is not asked for.")
def root(p, labels):
    return (p - one_hot(labels, p.shape[1])).square().sum(dim=1).mean().sqrt().item()


@variant("brier_score")
def multiplied_out(p, labels):
    right = p.gather(1, labels[:, None])[:, 0]
    return float((p.square().sum(dim=1) - 2 * right + 1).mean())


@variant("brier_score")
def with_numpy(p, labels):
    away = np.array(p, dtype=float)
    away[np.arange(len(away)), np.asarray(labels)] -= 1
    return float(np.linalg.norm(away) ** 2 / len(away))


@misconception("fit_temperature", "That is 1/T: the logits are *divided* by the temperature.")
def upside_down(logits, labels):
    low, high = 1 / 40, 40.0
    for _ in range(60):
        middle = (low * high) ** 0.5
        b = torch.tensor(middle, dtype=torch.float64, requires_grad=True)
        (slope,) = torch.autograd.grad(cross_entropy(logits.double() * b, labels), b)
        low, high = (low, middle) if slope > 0 else (middle, high)
    return (low * high) ** 0.5


@misconception("fit_temperature", "The logits are left as they are: T is always 1 here.")
def always_one(logits, labels):
    return 1.0


@misconception(
    "fit_temperature",
    "The grid is too coarse for one part in a thousand. Look again between its best places.",
    step=(0.5, 0.25, 1.0),
)
def coarse_grid(logits, labels, *, step=0.5):
    grid = torch.arange(step, 20 + step, step, dtype=torch.float64)
    losses = torch.stack([cross_entropy(logits.double() / t, labels) for t in grid])
    return grid[losses.argmin()].item()


@misconception(
    "fit_temperature",
    "The optimiser has not arrived. From T = 1 these few steps do not reach a temperature that is far away.",
)
def too_few_steps(logits, labels):
    t = torch.ones((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([t], lr=0.01)
    for _ in range(50):
        optimizer.zero_grad()
        cross_entropy(logits.double() / t, labels).backward()
        optimizer.step()
    return t.item()


@misconception(
    "fit_temperature",
    "Here the mean confidence is made equal to the accuracy. The T is asked for whose cross-entropy is smallest.",
)
def confidence_equals_accuracy(logits, labels):
    z = logits.double()
    accuracy = (z.argmax(dim=1) == labels).double().mean().item()
    low, high = math.log(1 / 40), math.log(40)
    for _ in range(60):
        middle = (low + high) / 2
        confidence = (z / math.exp(middle)).softmax(dim=1).max(dim=1).values.mean().item()
        low, high = (middle, high) if confidence > accuracy else (low, middle)
    return math.exp((low + high) / 2)


@misconception(
    "fit_temperature",
    "The search ends too early: T may lie anywhere between 0.05 and 20.",
    top=(5.0, 6.0),
)
def search_ends_too_early(logits, labels, *, top=5.0):
    low, high = 1 / top, top
    for _ in range(60):
        middle = (low * high) ** 0.5
        b = torch.tensor(middle, dtype=torch.float64, requires_grad=True)
        (slope,) = torch.autograd.grad(cross_entropy(logits.double() * b, labels), b)
        low, high = (low, middle) if slope > 0 else (middle, high)
    return 1 / (low * high) ** 0.5


@variant("fit_temperature")
def by_newton(logits, labels):
    z = logits.double()
    b = torch.ones((), dtype=torch.float64)
    lowest, highest = 1 / 40, 40.0
    for _ in range(200):
        p = (z * b).softmax(dim=1)
        mean = (p * z).sum(dim=1)
        slope = (mean - z[torch.arange(len(z)), labels]).mean()
        curve = ((p * z.square()).sum(dim=1) - mean.square()).mean()
        lowest, highest = (lowest, float(b)) if slope > 0 else (float(b), highest)
        new = b - slope / curve
        b = new if lowest < new < highest else torch.tensor((lowest * highest) ** 0.5, dtype=torch.float64)
    return 1 / float(b)


@variant("fit_temperature")
def by_golden_sections(logits, labels):
    def loss(log_t):
        return cross_entropy(logits.double() / math.exp(log_t), labels).item()

    ratio = (math.sqrt(5) - 1) / 2
    low, high = math.log(1 / 40), math.log(40)
    for _ in range(60):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return math.exp((low + high) / 2)
