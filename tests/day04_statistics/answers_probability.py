"""Answers to probability.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant


@misconception(
    "conditional",
    "Row and column are exchanged. If the row is known (given = 0), each row adds up to 1: sum over axis 1.",
)
def other_axis(table, given):
    return table / np.sum(table, axis=given, keepdims=True)


@misconception(
    "conditional",
    "These are joint probabilities: everything is divided by the total. What is given restricts the table to "
    "one row or column, which then adds up to 1.",
)
def joint_probabilities(table, given):
    return table / np.sum(table)


@misconception("conditional", "Marginal probabilities came back: one number per row or column, not a table.")
def marginals(table, given):
    return np.sum(table, axis=1 - given) / np.sum(table)


@misconception(
    "conditional",
    "A sum of 0 goes unnoticed and gives NaN. Nothing can be said given what never happened: raise ValueError.",
)
def zero_sums_unnoticed(table, given):
    with np.errstate(invalid="ignore"):
        return table / np.sum(table, axis=1 - given, keepdims=True)


@variant("conditional")
def row_by_row(table, given):
    rows = table if given == 0 else table.T
    if any(row.sum() == 0 for row in rows):
        raise ValueError("never happened")
    result = np.array([row / row.sum() for row in rows])
    return result if given == 0 else result.T


@variant("conditional")
def joint_over_marginal(table, given):
    joint = np.asarray(table, dtype=float) / np.sum(table)
    marginal = joint.sum(axis=1) if given == 0 else joint.sum(axis=0)
    if not marginal.all():
        raise ValueError("division by zero")
    return (joint / (marginal[:, None] if given == 0 else marginal)).tolist()


@misconception(
    "bayes",
    "The prior is missing. How likely an observation is under a hypothesis is not how likely the hypothesis "
    "is: a rare disease stays rare (base-rate neglect).",
)
def base_rate_neglected(prior, likelihood):
    return likelihood / likelihood.sum(axis=0)


@misconception(
    "bayes",
    "This is P(e | h) again: the joint probabilities were divided by the sums of their rows. Divide by the "
    "probability of the observation, the sum over the hypotheses.",
)
def divided_by_the_prior(prior, likelihood):
    joint = prior[:, None] * likelihood
    return joint / joint.sum(axis=1, keepdims=True)


@misconception(
    "bayes",
    "The joint probabilities are not divided by the probability of the observation: columns must add up to 1.",
)
def not_normalised(prior, likelihood):
    return prior[:, None] * likelihood


@misconception(
    "bayes",
    "The table is transposed: hypotheses stand in its rows, observations in its columns, as in the likelihood.",
)
def transposed(prior, likelihood):
    joint = prior[:, None] * likelihood
    return (joint / joint.sum(axis=0)).T


@variant("bayes")
def one_observation_at_a_time(prior, likelihood):
    columns = []
    for e in range(likelihood.shape[1]):
        joint = [float(p) * float(row[e]) for p, row in zip(prior, likelihood, strict=True)]
        columns.append([value / sum(joint) for value in joint])
    return [list(row) for row in zip(*columns, strict=True)]


@variant("bayes")
def with_evidence(prior, likelihood):
    evidence = prior @ likelihood
    return np.diag(prior) @ likelihood / evidence


@misconception("entropy", "The logarithm to base 2 measures in bits. Here entropies are in nats: np.log.")
def in_bits(p):
    return -np.sum(p * np.log2(np.where(p > 0, p, 1)), axis=-1)


@misconception(
    "entropy",
    "0 · ln 0 became NaN. As the limit of p ln p it counts as 0: keep the zeros out of the logarithm.",
)
def nan_at_zero(p):
    with np.errstate(all="ignore"):
        return -np.sum(p * np.log(p), axis=-1)


@misconception("entropy", "The minus sign is missing: ln p is negative, an entropy is not.")
def minus_forgotten(p):
    return np.sum(p * np.log(np.where(p > 0, p, 1)), axis=-1)


@misconception(
    "entropy",
    "The entropies of all distributions are added up. Each has its own: sum over the last axis only.",
)
def summed_over_everything(p):
    return -np.sum(p * np.log(np.where(p > 0, p, 1)))


@misconception(
    "entropy", "A mean is taken over the categories. The p_i are the weights already: take the sum."
)
def mean_over_categories(p):
    return -np.mean(p * np.log(np.where(p > 0, p, 1)), axis=-1)


@misconception(
    "entropy", "The logarithms are added up without their weights: each ln p_i counts with probability p_i."
)
def without_weights(p):
    return -np.sum(np.log(np.where(p > 0, p, 1)), axis=-1)


@variant("entropy")
def only_positive_terms(p):
    p = np.asarray(p)
    if p.ndim == 1:
        positive = p[p > 0]
        return float(-(positive * np.log(positive)).sum())
    rows = p.reshape(-1, p.shape[-1])
    return np.array([-(row[row > 0] * np.log(row[row > 0])).sum() for row in rows]).reshape(p.shape[:-1])


@variant("entropy")
def clipped(p):
    return -(p * np.log(np.clip(p, 1e-30, None))).sum(axis=-1)


@misconception(
    "kl_divergence",
    "p and q are exchanged. The truth, p, gives the weights; the divergence is not symmetric.",
)
def exchanged(p, q):
    with np.errstate(divide="ignore"):
        ratio = np.divide(q, p, out=np.ones_like(p), where=q > 0)
    return np.sum(q * np.log(ratio), axis=-1)


@misconception(
    "kl_divergence",
    "This is the cross-entropy −Σ p ln q. The divergence is what it is above the entropy of p.",
)
def cross_entropy(p, q):
    with np.errstate(divide="ignore"):
        return -np.sum(np.where(p > 0, p * np.log(q), 0), axis=-1)


@misconception(
    "kl_divergence", "The logarithm to base 2 measures in bits. Here divergences are in nats: np.log."
)
def bits(p, q):
    with np.errstate(divide="ignore"):
        ratio = np.divide(p, q, out=np.ones_like(p), where=p > 0)
    return np.sum(p * np.log2(ratio), axis=-1)


@misconception(
    "kl_divergence",
    "0 · ln 0 became NaN. A term with p_i = 0 counts as 0, whatever q_i is.",
)
def nan_for_zeros(p, q):
    with np.errstate(all="ignore"):
        return np.sum(p * np.log(p / q), axis=-1)


@misconception(
    "kl_divergence",
    "A small number added to q hides an infinite divergence: q calls impossible what does happen.",
)
def impossible_made_possible(p, q):
    ratio = np.where(p > 0, p, 1) / np.where(p > 0, np.maximum(q, 1e-12), 1)
    return np.sum(p * np.log(ratio), axis=-1)


@misconception(
    "kl_divergence",
    "The symmetrised divergence was computed: the mean of both directions. Here only p gives weights.",
)
def symmetrised(p, q):
    with np.errstate(all="ignore"):
        return 0.5 * np.sum((p - q) * np.log(p / q), axis=-1)


@misconception(
    "kl_divergence",
    "The logarithms are made positive. Single terms may be negative; only their sum never is.",
)
def absolute_logarithms(p, q):
    with np.errstate(all="ignore"):
        return np.sum(np.where(p > 0, p * np.abs(np.log(p / q)), 0), axis=-1)


@misconception(
    "kl_divergence",
    "Terms with q_i = 0 are left out. Where p_i > 0 there, it is infinite: what q calls impossible happens.",
)
def impossible_left_out(p, q):
    both = (p > 0) & (q > 0)
    return np.sum(np.where(both, p * np.log(np.where(both, p, 1) / np.where(both, q, 1)), 0), axis=-1)


@variant("kl_divergence")
def by_loops(p, q):
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    if p.ndim > 1:
        return np.array([by_loops(a, b) for a, b in zip(p, q, strict=True)])
    total = 0.0
    for a, b in zip(p, q, strict=True):
        if a > 0:
            total += a * np.log(a / b) if b > 0 else np.inf
    return total


@variant("kl_divergence")
def difference_of_logarithms(p, q):
    with np.errstate(all="ignore"):
        return np.where(p > 0, p * (np.log(p) - np.log(q)), 0.0).sum(axis=-1)


@misconception(
    "log_sum_exp",
    "exp overflows above 709 and becomes 0 below −745. Subtract the maximum before, and add it after.",
)
def naive(a, axis=-1):
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(a), axis=axis))


@misconception(
    "log_sum_exp",
    "One maximum of the whole array is subtracted. A row of much smaller numbers still underflows: each row "
    "needs its own.",
)
def one_maximum_for_all(a, axis=-1):
    with np.errstate(all="ignore"):
        return np.max(a) + np.log(np.sum(np.exp(a - np.max(a)), axis=axis))


@misconception(
    "log_sum_exp", "The maximum was subtracted before exp, but not added again after the logarithm."
)
def maximum_not_added(a, axis=-1):
    largest = np.max(a, axis=axis, keepdims=True)
    return np.log(np.sum(np.exp(a - np.where(np.isfinite(largest), largest, 0)), axis=axis))


@misconception("log_sum_exp", "This is the logarithm of the mean: a sum of exponentials is asked for.")
def log_mean_exp(a, axis=-1):
    largest = np.max(a, axis=axis, keepdims=True)
    return np.squeeze(largest, axis) + np.log(np.mean(np.exp(a - largest), axis=axis))


@misconception("log_sum_exp", "The axis is not used: the sum always runs along the last one.")
def always_the_last_axis(a, axis=-1):
    largest = np.max(a, axis=-1, keepdims=True)
    return np.squeeze(largest, -1) + np.log(np.sum(np.exp(a - largest), axis=-1))


@misconception(
    "log_sum_exp",
    "Where all entries are −inf, the maximum is −inf as well, and −inf − (−inf) is NaN. The sum of zeros is "
    "0, and its logarithm −inf.",
)
def nan_for_nothing(a, axis=-1):
    largest = np.max(a, axis=axis, keepdims=True)
    with np.errstate(all="ignore"):
        return np.squeeze(largest, axis) + np.log(np.sum(np.exp(a - largest), axis=axis))


@misconception(
    "log_sum_exp",
    "The axis is still there, with length 1. The maximum needs keepdims to be subtracted, the result has none.",
)
def axis_kept(a, axis=-1):
    largest = np.max(a, axis=axis, keepdims=True)
    largest = np.where(largest > -np.inf, largest, 0)
    with np.errstate(divide="ignore"):
        return largest + np.log(np.sum(np.exp(a - largest), axis=axis, keepdims=True))


@variant("log_sum_exp")
def pairwise(a, axis=-1):
    total = None
    for part in np.moveaxis(np.asarray(a), axis, 0):
        if total is None:
            total = part.copy()
            continue
        high, low = np.maximum(total, part), np.minimum(total, part)
        gap = np.where(low > -np.inf, low - np.where(high > -np.inf, high, 0), -np.inf)
        total = high + np.log1p(np.exp(gap))
    return total


@variant("log_sum_exp")
def one_line_after_another(a, axis=-1):
    def single(line):
        m = max(line)
        if m == -np.inf:
            return m
        return m + np.log(sum(np.exp(value - m) for value in line))

    return np.apply_along_axis(single, axis, a)
