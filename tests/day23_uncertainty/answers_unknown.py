"""Answers to unknown.py: wrong ones with what went wrong, and right ones in another style."""

import math

import numpy as np
import torch

from course.testing import misconception, variant


@misconception(
    "auroc",
    "It is turned round: this is how often a *known* sample has the larger score. Count unknown > known.",
)
def turned_round(known, unknown):
    above = known[:, None] > unknown
    return (above.double() + 0.5 * (known[:, None] == unknown).double()).mean().item()


@misconception("auroc", "A pair of equal scores counts one half, here it counts nothing.")
def equal_counts_nothing(known, unknown):
    return (unknown[:, None] > known).double().mean().item()


@misconception("auroc", "A pair of equal scores counts one half, here it counts in full.")
def equal_counts_in_full(known, unknown):
    return (unknown[:, None] >= known).double().mean().item()


@misconception(
    "auroc",
    "Each known score is compared with one unknown score only. All pairs are asked for, n · m of them.",
)
def one_after_the_other(known, unknown):
    pairs = list(zip(known.tolist(), unknown.tolist(), strict=False))
    return sum((u > k) + (u == k) / 2 for k, u in pairs) / len(pairs)


@misconception("auroc", "That is a share at one threshold, the median of the known. All pairs are asked for.")
def at_one_threshold(known, unknown):
    return (unknown > known.median()).double().mean().item()


@misconception("auroc", "These are how many pairs. Divide by their number, n · m.")
def how_many_pairs(known, unknown):
    return float((unknown[:, None] > known).sum() + 0.5 * (unknown[:, None] == known).sum())


@variant("auroc")
def by_ranks(known, unknown):
    everybody = np.concatenate([np.asarray(known), np.asarray(unknown)])
    ranks = np.array([(everybody < v).sum() + ((everybody == v).sum() + 1) / 2 for v in everybody])
    m, n = len(unknown), len(known)
    return (ranks[n:].sum() - m * (m + 1) / 2) / (m * n)


@variant("auroc")
def by_the_curve(known, unknown):
    limits = torch.cat([known, unknown]).unique().flip(0)
    false = [0.0, *((known >= t).double().mean().item() for t in limits)]
    true = [0.0, *((unknown >= t).double().mean().item() for t in limits)]
    return float(np.trapezoid(true, false))


@variant("auroc")
def by_signs(known, unknown):
    return float(0.5 + 0.5 * torch.sign(unknown[None, :] - known[:, None]).mean())


@misconception("risk_coverage", "The samples are not sorted: the surest ones come first.")
def unsorted_samples(score, wrong):
    k = torch.arange(1, len(score) + 1, dtype=torch.float64)
    return k / len(score), wrong.double().cumsum(dim=0) / k


@misconception(
    "risk_coverage", "Sorted the wrong way: a large score means unsure, and the surest are answered first."
)
def unsure_first(score, wrong):
    k = torch.arange(1, len(score) + 1, dtype=torch.float64)
    return k / len(score), wrong[score.argsort(descending=True)].double().cumsum(dim=0) / k


@misconception("risk_coverage", "The mistakes are divided by all samples. Divide by the k that are answered.")
def divided_by_all(score, wrong):
    k = torch.arange(1, len(score) + 1, dtype=torch.float64)
    return k / len(score), wrong[score.argsort()].double().cumsum(dim=0) / len(score)


@misconception("risk_coverage", "That is the accuracy. Risk is the share of *wrong* answers.")
def accuracy(score, wrong):
    k = torch.arange(1, len(score) + 1, dtype=torch.float64)
    return k / len(score), 1 - wrong[score.argsort()].double().cumsum(dim=0) / k


@misconception("risk_coverage", "Coverage begins with the first sample, 1/n, and ends with 1.")
def from_zero(score, wrong):
    k = torch.arange(len(score), dtype=torch.float64)
    return k / len(score), wrong[score.argsort()].double().cumsum(dim=0) / (k + 1)


@variant("risk_coverage")
def sample_by_sample(score, wrong):
    pairs = sorted(zip(score.tolist(), wrong.tolist(), strict=True))
    coverage, risk = [], []
    for k in range(1, len(pairs) + 1):
        coverage.append(k / len(pairs))
        risk.append(sum(mistake for _, mistake in pairs[:k]) / k)
    return coverage, risk


@variant("risk_coverage")
def with_numpy(score, wrong):
    order = np.argsort(np.asarray(score))
    k = np.arange(1, len(order) + 1)
    return k / len(order), np.cumsum(np.asarray(wrong)[order]) / k


@misconception("refuse", "The limit was set on those who are judged. It is set on the known samples.")
def limit_of_the_judged(score, known, share):
    limit = score.sort().values[len(score) - 1 - int(share * len(score) + 1e-9)]
    return score > limit


@misconception("refuse", "Nearly all known samples are refused: share is what may lie *above* the limit.")
def share_below(score, known, share):
    limit = known.sort().values[max(0, math.ceil(share * len(known) - 1e-9) - 1)]
    return score > limit


@misconception("refuse", "Here those are refused who lie below the limit. Strange is who has a large score.")
def below(score, known, share):
    limit = known.sort().values[len(known) - 1 - int(share * len(known) + 1e-9)]
    return score <= limit


@misconception("refuse", "Exactly at the limit nobody is refused; with >= too many of the known ones are.")
def at_the_limit_too(score, known, share):
    limit = known.sort().values[len(known) - 1 - int(share * len(known) + 1e-9)]
    return score >= limit


@misconception("refuse", "The limit lies between two known scores here. It is to be one of them.")
def interpolated(score, known, share):
    return score > torch.quantile(known, 1 - share)


@misconception("refuse", "The limit is one place too low: one known sample more than allowed lies above it.")
def one_too_many(score, known, share):
    place = max(0, len(known) - 2 - int(share * len(known) + 1e-9))
    return score > known.sort().values[place]


@misconception(
    "refuse",
    "The limit is one place too high: one more of the known samples may lie above it. Of n sorted scores ⌊share · n⌋ "
    "stand behind place n − 1 − ⌊share · n⌋, counted from 0.",
)
def one_too_few(score, known, share):
    place = min(len(known) - 1, len(known) - int(share * len(known)))
    return score > known.sort().values[place]


@variant("refuse")
def by_kthvalue(score, known, share):
    k = len(known) - math.floor(share * len(known) + 1e-9)
    return score > known.kthvalue(k).values


@variant("refuse")
def by_counting(score, known, share):
    above = (known[None, :] > known[:, None]).sum(dim=1)
    limit = known[above <= share * len(known) + 1e-9].min()
    return [bool(v > limit) for v in score]


@misconception(
    "energy", "The sign is wrong: a known sample has large logits, and strange ones are to score higher."
)
def sign_forgotten(logits, temperature=1.0):
    return temperature * torch.logsumexp(logits / temperature, dim=1)


@misconception("energy", "The factor T before the logarithm is missing.")
def factor_forgotten(logits, temperature=1.0):
    return -torch.logsumexp(logits / temperature, dim=1)


@misconception("energy", "exp of a large logit is infinity. Use logsumexp, or take the largest one out.")
def overflowing(logits, temperature=1.0):
    return -temperature * torch.log(torch.exp(logits / temperature).sum(dim=1))


@misconception("energy", "The logits are divided by the temperature before exp, too.")
def logits_not_divided(logits, temperature=1.0):
    return -temperature * torch.logsumexp(logits, dim=1)


@variant("energy")
def largest_taken_out(logits, temperature=1.0):
    top = logits.max(dim=1).values
    rest = torch.exp((logits - top[:, None]) / temperature).sum(dim=1)
    return -(top + temperature * torch.log(rest))


@variant("energy")
def folded(logits, temperature=1.0):
    scaled = np.asarray(logits, dtype=float) / temperature
    return -temperature * np.logaddexp.reduce(scaled, axis=1)
