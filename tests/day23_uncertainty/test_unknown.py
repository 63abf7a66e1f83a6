"""Checks of unknown.py: pairs counted, samples taken one after the other."""

import math

import numpy as np
import torch

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_unchanged,
    hidden,
    points,
)
from course.testing.networks import draw


def count_pairs(known, unknown):
    wins = sum((u > k) + (u == k) / 2 for u in unknown for k in known)
    return wins / (len(known) * len(unknown))


@points(2)
def test_auroc_pair_by_pair(student, rng):
    for n, m, shift in [(20, 43, 0.8), (1, 9, 0.0), (15, 1, -0.5), (30, 40, 2.0)]:
        known, unknown = draw(rng, n), draw(rng, m) + shift
        with assert_unchanged(known, unknown):
            result = student.auroc(known, unknown)
        assert_close(result, count_pairs(known.tolist(), unknown.tolist()), name="area")
    known = torch.tensor(rng.permutation([0.0, 1.0, 2.0, 2.0, 3.0]))
    unknown = torch.tensor(rng.permutation([1.0, 2.0, 3.0, 4.0]))
    cause = "a pair of equal scores counts one half"
    expected = count_pairs(known.tolist(), unknown.tolist())
    assert_close(student.auroc(known, unknown), expected, name="area, of equal scores too,", cause=cause)


@hidden
@points(1)
def test_auroc_of_equal_scores(student, rng):
    for n, m in [(25, 18), (7, 30)]:
        known = torch.tensor(rng.integers(0, 4, size=n), dtype=torch.float64)
        unknown = torch.tensor(rng.integers(1, 5, size=m), dtype=torch.float64)
        result = student.auroc(known, unknown)
        cause = "a pair of equal scores counts one half"
        assert_close(result, count_pairs(known.tolist(), unknown.tolist()), name="area", cause=cause)


@points(2)
def test_risk_coverage_sample_by_sample(student, rng):
    for n in (12, 1, 30):
        score, wrong = draw(rng, n), torch.tensor(rng.uniform(size=n) < 0.4)
        with assert_unchanged(score, wrong):
            result = student.risk_coverage(score, wrong)
        coverage, risk = assert_parts(result, 2)
        answered, mistakes, expected = 0, 0, []
        for _, mistake in sorted(zip(score.tolist(), wrong.tolist(), strict=True)):
            answered, mistakes = answered + 1, mistakes + mistake
            expected.append(mistakes / answered)
        assert_close(coverage, np.arange(1, n + 1) / n, name="array of the shares that are answered")
        assert_close(risk, np.array(expected), name="array of the shares of wrong answers")


def by_counting(score, known, share):
    """The smallest known score that few enough lie above, found by trying each."""
    allowed = share * len(known) + 1e-9
    limit = min(v for v in known if sum(w > v for w in known) <= allowed)
    return [v > limit for v in score]


@points(2)
def test_refuse_by_trying(student, rng):
    for m, n, share in [(15, 40, 0.1), (9, 25, 0.3), (20, 7, 0.05), (12, 30, 0.5)]:
        known = draw(rng, n)
        row = known.sort().values
        between = [row[:-1] + part * row.diff() for part in (0.03, 0.5, 0.97)]
        score = torch.cat([draw(rng, m) + 2, *between])
        score = score[torch.tensor(rng.permutation(len(score)))]
        with assert_unchanged(score, known):
            result = student.refuse(score, known, share)
        expected = by_counting(score.tolist(), known.tolist(), share)
        assert_equal(
            np.asarray(result).tolist(), expected, name=f"list of who is refused at a share of {share}"
        )
    known = torch.tensor(rng.permutation([0.0, 1.0, 1.0, 2.0, 3.0, 3.0, 3.0, 4.0]))
    score = torch.tensor(rng.permutation(np.arange(-1.0, 7.0)))
    for share in (0.25, 0.5):
        result = student.refuse(score, known, share)
        expected = by_counting(score.tolist(), known.tolist(), share)
        name = f"list of who is refused at a share of {share}, with equal scores,"
        assert_equal(np.asarray(result).tolist(), expected, name=name)


@hidden
@points(1)
def test_refuse_at_the_limit(student, rng):
    """Scores between the known ones, then equal scores, and known ones that are judged themselves."""
    known = draw(rng, 11)
    row = known.sort().values
    score = (row[1:] + row[:-1]) / 2
    result = student.refuse(score, known, 0.2)
    expected = by_counting(score.tolist(), known.tolist(), 0.2)
    assert_equal(np.asarray(result).tolist(), expected, name="list of who is refused")
    for n, share in [(20, 0.25), (12, 0.5), (10, 0.2)]:
        known = torch.tensor(rng.integers(0, 6, size=n), dtype=torch.float64)
        score = torch.cat([known, torch.arange(-1, 8, dtype=torch.float64)])
        result = student.refuse(score, known, share)
        expected = by_counting(score.tolist(), known.tolist(), share)
        assert_equal(np.asarray(result).tolist(), expected, name="list of who is refused, with equal scores")
        refused = np.asarray(result)[:n].mean()
        assert_between(refused, 0, share + 1e-9, name="share of the known samples that are refused")


@points(0)
def test_energy_class_by_class(student, rng):
    for n, c, temperature in [(6, 4, 1.0), (1, 3, 2.5), (10, 2, 0.4)]:
        logits = 2 * draw(rng, n, c)
        with assert_unchanged(logits):
            result = student.energy(logits, temperature)
        expected = [
            -temperature * math.log(sum(math.exp(v / temperature) for v in row)) for row in logits.tolist()
        ]
        assert_close(result, np.array(expected), name="array of energies")
    expected = [-math.log(sum(map(math.exp, row))) for row in logits.tolist()]
    assert_close(student.energy(logits), np.array(expected), name="array of energies at temperature 1")


@points(0)
def test_energy_of_large_logits(student, rng):
    logits = 600 * draw(rng, 5, 3) + 900
    result = student.energy(logits, 2.0)
    rows = [(max(row), row) for row in logits.tolist()]
    expected = [-top - 2.0 * math.log(sum(math.exp((v - top) / 2.0) for v in row)) for top, row in rows]
    assert_close(result, np.array(expected), name="array of energies of large logits", rtol=1e-5)
