"""Answers to losses.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np
from scipy.special import expit

from course.testing import misconception, variant
from day17_library.engine import Tensor, log_softmax, softmax


@misconception(
    "cross_entropy", "The losses of the places are added up. The mean over those that count is asked for."
)
def summed(logits, labels, smoothing=0.0, ignore=None):
    labels, classes = np.asarray(labels).reshape(-1), logits.data.shape[-1]
    counts = np.flatnonzero(labels != ignore) if ignore is not None else np.arange(labels.size)
    if counts.size == 0:
        raise ValueError("nothing counts")
    target = np.zeros((labels.size, classes))
    target[counts] = smoothing / classes
    target[counts, labels[counts]] += 1 - smoothing
    return -(log_softmax(logits.reshape(-1, classes)) * target).sum()


@misconception(
    "cross_entropy",
    "Places that do not count are left out of the sum, but they are still counted in the mean.",
)
def counted_in_the_mean(logits, labels, smoothing=0.0, ignore=None):
    labels, classes = np.asarray(labels).reshape(-1), logits.data.shape[-1]
    counts = np.flatnonzero(labels != ignore) if ignore is not None else np.arange(labels.size)
    if counts.size == 0:
        raise ValueError("nothing counts")
    target = np.zeros((labels.size, classes))
    target[counts] = smoothing / classes
    target[counts, labels[counts]] += 1 - smoothing
    return (log_softmax(logits.reshape(-1, classes)) * target).sum() * (-1 / labels.size)


@misconception(
    "cross_entropy",
    "The share s is spread over the other classes only. It is spread over all of them, the right one too.",
)
def spread_over_the_others(logits, labels, smoothing=0.0, ignore=None):
    labels, classes = np.asarray(labels).reshape(-1), logits.data.shape[-1]
    counts = np.flatnonzero(labels != ignore) if ignore is not None else np.arange(labels.size)
    if counts.size == 0:
        raise ValueError("nothing counts")
    target = np.zeros((labels.size, classes))
    target[counts] = smoothing / (classes - 1)
    target[counts, labels[counts]] = 1 - smoothing
    return (log_softmax(logits.reshape(-1, classes)) * target).sum() * (-1 / counts.size)


@misconception(
    "cross_entropy", "The logarithm of a probability that has been rounded to 0 is −∞. Use log_softmax."
)
def logarithm_of_zero(logits, labels, smoothing=0.0, ignore=None):
    labels, classes = np.asarray(labels).reshape(-1), logits.data.shape[-1]
    counts = np.flatnonzero(labels != ignore) if ignore is not None else np.arange(labels.size)
    if counts.size == 0:
        raise ValueError("nothing counts")
    target = np.zeros((labels.size, classes))
    target[counts] = smoothing / classes
    target[counts, labels[counts]] += 1 - smoothing
    return (softmax(logits.reshape(-1, classes)).log() * target).sum() * (-1 / counts.size)


@misconception("cross_entropy", "The smoothing is left out: a share of the target goes to all classes alike.")
def not_smoothed(logits, labels, smoothing=0.0, ignore=None):
    labels, classes = np.asarray(labels).reshape(-1), logits.data.shape[-1]
    counts = np.flatnonzero(labels != ignore) if ignore is not None else np.arange(labels.size)
    if counts.size == 0:
        raise ValueError("nothing counts")
    return -log_softmax(logits.reshape(-1, classes))[counts, labels[counts]].mean()


@misconception(
    "cross_entropy",
    "`if ignore:` takes 0 for None. A label 0 can be ignored too: ask `ignore is not None`.",
)
def zero_for_none(logits, labels, smoothing=0.0, ignore=None):
    labels, classes = np.asarray(labels).reshape(-1), logits.data.shape[-1]
    counts = np.flatnonzero(labels != ignore) if ignore else np.arange(labels.size)
    if counts.size == 0:
        raise ValueError("nothing counts")
    target = np.zeros((labels.size, classes))
    target[counts] = smoothing / classes
    target[counts, labels[counts]] += 1 - smoothing
    return (log_softmax(logits.reshape(-1, classes)) * target).sum() * (-1 / counts.size)


@misconception(
    "cross_entropy",
    "The label `ignore` is used as an index, and there is no such class. Choose the places that count first.",
)
def ignore_as_an_index(logits, labels, smoothing=0.0, ignore=None):
    labels, classes = np.asarray(labels).reshape(-1), logits.data.shape[-1]
    counts = labels != ignore if ignore is not None else np.ones(labels.size, bool)
    if not counts.any():
        raise ValueError("nothing counts")
    target = ((1 - smoothing) * np.eye(classes)[labels] + smoothing / classes) * counts[:, None]
    return (log_softmax(logits.reshape(-1, classes)) * target).sum() * (-1 / counts.sum())


@variant("cross_entropy")
def by_two_means(logits, labels, smoothing=0.0, ignore=None):
    flat, labels = logits.reshape(-1, logits.shape[-1]), np.ravel(labels)
    rows = np.arange(len(labels))
    if ignore is not None:
        rows = rows[labels != ignore]
    if len(rows) == 0:
        raise ValueError("all places are ignored")
    log_p = log_softmax(flat)[rows]
    right = log_p[np.arange(len(rows)), labels[rows]]
    return -right.mean() * (1 - smoothing) - log_p.mean() * smoothing


@variant("cross_entropy")
def with_its_own_rule(logits, labels, smoothing=0.0, ignore=None):
    z, y = logits.data, np.asarray(labels)
    c = z.shape[-1]
    counts = np.ones(y.shape, bool) if ignore is None else y != ignore
    if not counts.any():
        raise ValueError("nothing to learn from")
    target = (1 - smoothing) * np.eye(c)[np.where(counts, y, 0)] + smoothing / c
    target = (target * counts[..., None] / counts.sum()).astype(z.dtype)
    shifted = z - z.max(-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    p = np.exp(log_p)
    return Tensor(
        -(target * log_p).sum(), (logits,), lambda g: (g * (p * target.sum(-1, keepdims=True) - target),)
    )


@misconception(
    "binary_cross_entropy",
    "The logarithm of a probability that has been rounded to 0 or 1 is −∞. Compute from the logits.",
)
def by_the_definition(logits, targets):
    z, t = logits.data, np.asarray(targets, logits.data.dtype)
    p = expit(z)
    loss = -(t * np.log(p) + (1 - t) * np.log(1 - p)).mean()
    return Tensor(loss, (logits,), lambda g: (g * (p - t) / z.size,))


@misconception("binary_cross_entropy", "The losses of the entries are added up. Their mean is asked for.")
def sum_of_entries(logits, targets):
    z, t = logits.data, np.asarray(targets, logits.data.dtype)
    loss = np.maximum(z, 0) - t * z + np.log1p(np.exp(-np.abs(z)))
    return Tensor(loss.sum(), (logits,), lambda g: (g * (expit(z) - t),))


@misconception("binary_cross_entropy", "The term (1 − t) log(1 − σ(z)) is missing: to say no costs nothing.")
def only_the_yes(logits, targets):
    z, t = logits.data, np.asarray(targets, logits.data.dtype)
    loss = t * (np.maximum(-z, 0) + np.log1p(np.exp(-np.abs(z))))
    return Tensor(loss.mean(), (logits,), lambda g: (g * t * (expit(z) - 1) / z.size,))


@misconception(
    "binary_cross_entropy",
    "The mean runs over the first axis, and the rest is added up. It runs over all entries.",
)
def mean_of_the_first_axis(logits, targets):
    z, t = logits.data, np.asarray(targets, logits.data.dtype)
    loss = np.maximum(z, 0) - t * z + np.log1p(np.exp(-np.abs(z)))
    return Tensor(loss.sum() / (2 * len(z)), (logits,), lambda g: (g * (expit(z) - t) / (2 * len(z)),))


@variant("binary_cross_entropy")
def by_logaddexp(logits, targets):
    z, t = logits.data, np.asarray(targets).astype(logits.data.dtype)
    loss = np.logaddexp(0, z) - t * z
    return Tensor(np.mean(loss), [logits], lambda g: [(expit(z) - t) * g / np.size(z)])


@variant("binary_cross_entropy")
def by_two_classes(logits, targets):
    flat = logits.reshape(-1, 1)
    both = flat @ np.array([[0.0, 1.0]])
    t = np.ravel(targets)
    return (log_softmax(both) * np.stack([1 - t, t], axis=1)).sum() * (-1 / t.size)
