"""Checks of matching.py: tables row by row and column by column, and two towers that are trained."""

import numpy as np
import torch
from scipy.special import logsumexp

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_finite,
    assert_parts,
    assert_unchanged,
    hidden,
    points,
    training,
)
from course.testing.networks import draw


def table_of(pictures, sentences, temperature):
    """Cosines over the temperature, in NumPy."""
    a, b = (np.asarray(x, dtype=float) for x in (pictures, sentences))
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, b))
    return a @ b.T / temperature


def loss_by_rows(pictures, sentences, temperature, same=None):
    """Rows and columns one by one."""
    table = table_of(pictures, sentences, temperature)
    same = np.eye(len(table), dtype=bool) if same is None else np.asarray(same)
    sides = []
    for scores, wanted in ((table, same), (table.T, same.T)):
        losses = [np.mean(logsumexp(row) - row[right]) for row, right in zip(scores, wanted, strict=True)]
        sides.append(np.mean(losses))
    return float(np.mean(sides))


@points(2)
def test_matching_loss_by_rows_and_columns(student, rng):
    for b, d, temperature in [(3, 4, 1.0), (2, 2, 0.5), (7, 5, 0.2), (5, 1, 2.0)]:
        pictures, sentences = 2 * draw(rng, b, d) + 0.3, draw(rng, b, d) - 0.5
        with assert_unchanged(pictures, sentences):
            result = student.matching_loss(pictures, sentences, temperature)
        assert_close(result, loss_by_rows(pictures, sentences, temperature), name="loss")
    pictures, sentences = draw(rng, 4, 3), draw(rng, 4, 3)
    result = student.matching_loss(pictures, sentences, 0.001)
    assert_finite(result, name="loss at a temperature of 0.001")
    expected = loss_by_rows(pictures, sentences, 0.001)
    assert_close(result, expected, name="loss at a temperature of 0.001")


def slopes(module, name, pictures, sentences, *more):
    """The gradients of a loss by both codes."""
    import torch

    leaves = [pictures.clone().requires_grad_(), sentences.clone().requires_grad_()]
    return torch.autograd.grad(getattr(module, name)(*leaves, *more), leaves)


def slopes_by_differences(loss, *codes):
    """Central differences, entry by entry."""
    result = []
    for which in range(len(codes)):
        slope = np.zeros(codes[which].shape)
        for place in np.ndindex(*slope.shape):
            ends = []
            for step in (1e-5, -1e-5):
                moved = [code.clone() for code in codes]
                moved[which][place] += step
                ends.append(loss(*moved))
            slope[place] = (ends[0] - ends[1]) / 2e-5
        result.append(slope)
    return result


@points(1)
def test_matching_loss_can_be_differentiated(student, rng):
    pictures, sentences = draw(rng, 4, 3), draw(rng, 4, 3)
    found = assert_parts(student.run(slopes, "matching_loss", pictures, sentences, 0.5), 2)
    expected = slopes_by_differences(lambda a, b: loss_by_rows(a, b, 0.5), pictures, sentences)
    for name, grad, want in zip(("pictures", "sentences"), found, expected, strict=True):
        assert_close(grad, want, rtol=1e-5, atol=1e-7, name=f"gradient by the {name}")


@hidden
@points(1)
def test_matching_loss_at_a_low_temperature(student, rng):
    pictures, sentences = draw(rng, 6, 4).float(), draw(rng, 6, 4).float()
    for temperature in (0.001, 0.003):
        result = student.matching_loss(pictures, sentences, temperature)
        assert_finite(result, name="loss")
        exact = loss_by_rows(pictures.double(), sentences.double(), temperature)
        assert_close(result, exact, rtol=1e-4, name="loss")


def train_pairs(module, first, second, seed, new_first, new_second):
    """Codes of new things from two towers of one layer, trained on pairs."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    towers = nn.ModuleList([nn.Linear(first.shape[1], 6), nn.Linear(second.shape[1], 6)])
    optimizer = torch.optim.Adam(towers.parameters(), lr=0.02)
    for _ in range(6):
        for batch in torch.randperm(len(first)).split(50):
            loss = module.matching_loss(towers[0](first[batch]), towers[1](second[batch]), 0.1)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        return towers[0](new_first), towers[1](new_second)


@training
@points(1)
def test_matching_loss_trains_two_towers(student, rng):
    """Recall at 1 among 100 new things."""
    things = rng.normal(size=(1100, 4))
    views = [things @ rng.normal(size=(4, 9)) + 0.05 * rng.normal(size=(1100, 9)) for _ in range(2)]
    first, second = (torch.tensor(view, dtype=torch.float32) for view in views)
    seed = int(rng.integers(2**31))
    given = (first[:1000], second[:1000], seed, first[1000:], second[1000:])
    codes = assert_parts(student.run(train_pairs, *given), 2)
    table = table_of(*codes, 1.0)
    for name, scores in (("second for first", table), ("first for second", table.T)):
        share = float((scores.argmax(axis=1) == np.arange(100)).mean())
        assert_between(share, 0.5, 1, name=f"share of the new things that find their partner, {name}")


def recall_by_sorting(scores, right, k):
    found = 0
    for row, truth in zip(scores.numpy(), right.numpy(), strict=True):
        best = sorted(range(len(row)), key=lambda j: -row[j])[:k]
        found += any(truth[j] for j in best)
    return found / len(scores)


@points(2)
def test_recall_at_k_by_sorting(student, rng):
    for n, m in [(12, 9), (6, 5), (1, 4)]:
        scores = draw(rng, n, m)
        for truth in (rng.random((n, m)) < 0.3, np.arange(m) == rng.integers(m, size=(n, 1))):
            right = torch.tensor(truth)
            ks = [1, 2, 3, m]
            with assert_unchanged(scores, right):
                result = [student.recall_at_k(scores, right, k) for k in ks]
            expected = [recall_by_sorting(scores, right, k) for k in ks]
            assert_close(result, expected, name=f"list of the recalls at {ks}")


@hidden
@points(1)
def test_recall_at_k_of_other_tables(student, rng):
    scores = -draw(rng, 25, 40).abs().float()
    right = torch.tensor(rng.random((25, 40)) < 0.05)
    for k in (1, 5, 10, 40):
        assert_close(
            student.recall_at_k(scores, right, k), recall_by_sorting(scores, right, k), name=f"recall at {k}"
        )


@points(0)
def test_matching_loss_with_doubles_by_rows_and_columns(student, rng):
    for b, d, temperature in [(4, 3, 1.0), (6, 5, 0.3), (3, 2, 0.5)]:
        pictures, sentences = draw(rng, b, d) + 0.2, 2 * draw(rng, b, d)
        same = torch.tensor((rng.random((b, b)) < 0.3) | np.eye(b, dtype=bool))
        with assert_unchanged(pictures, sentences, same):
            result = student.matching_loss_with_doubles(pictures, sentences, temperature, same)
        assert_close(result, loss_by_rows(pictures, sentences, temperature, same), name="loss")
    alone = torch.eye(3, dtype=torch.bool)
    result = student.matching_loss_with_doubles(pictures, sentences, 0.4, alone)
    assert_close(result, loss_by_rows(pictures, sentences, 0.4), name="loss without doubles")


@points(0)
def test_matching_loss_with_doubles_can_be_differentiated(student, rng):
    pictures, sentences = draw(rng, 4, 3), draw(rng, 4, 3)
    same = torch.tensor((rng.random((4, 4)) < 0.4) | np.eye(4, dtype=bool))
    given = ("matching_loss_with_doubles", pictures, sentences, 0.5, same)
    found = assert_parts(student.run(slopes, *given), 2)
    expected = slopes_by_differences(lambda a, b: loss_by_rows(a, b, 0.5, same), pictures, sentences)
    for name, grad, want in zip(("pictures", "sentences"), found, expected, strict=True):
        assert_close(grad, want, rtol=1e-5, atol=1e-7, name=f"gradient by the {name}")


def classes_by_hand(pictures, prompts):
    answers = []
    means = [np.mean([s / np.linalg.norm(s) for s in own], axis=0) for own in prompts.numpy()]
    for p in pictures.numpy():
        answers.append(int(np.argmax([p @ mean / np.linalg.norm(mean) for mean in means])))
    return np.array(answers)


@points(0)
def test_zero_shot_by_hand(student, rng):
    for n, classes, sentences, d in [(30, 4, 3, 5), (12, 2, 1, 3), (40, 6, 4, 3)]:
        pictures = draw(rng, n, d)
        lengths = torch.tensor(rng.uniform(0.2, 6.0, size=(classes, sentences, 1)))
        prompts = lengths * draw(rng, classes, sentences, d)
        with assert_unchanged(pictures, prompts):
            result = student.zero_shot(pictures, prompts)
        assert_equal(np.asarray(result), classes_by_hand(pictures, prompts), name="array of classes")
