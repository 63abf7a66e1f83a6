"""Checks of judging.py: places one by one, things taken one by one, and areas under curves by hand."""

import math

import numpy as np
import torch

from course.testing import (
    assert_close,
    assert_equal,
    assert_finite,
    assert_parts,
    assert_unchanged,
    hidden,
    points,
)
from course.testing.networks import draw


def random_places(rng, shape, classes):
    said = 2 * draw(rng, *shape, 5 + classes)
    wanted = torch.cat(
        [
            torch.tensor(rng.uniform(size=(*shape, 1)) < 0.5).double(),
            torch.tensor(rng.uniform(0, 2, size=(*shape, 4))),
            torch.tensor(rng.integers(0, classes, size=(*shape, 1))).double(),
        ],
        dim=-1,
    )
    return said, wanted


def loss_by_loops(said, wanted, weight):
    total = 0.0
    rows = list(zip(said.reshape(-1, said.shape[-1]).tolist(), wanted.reshape(-1, 6).tolist(), strict=True))
    for s, w in rows:
        there = w[0] == 1
        total += math.log(1 + math.exp(-s[0] if there else s[0]))
        if there:
            total += weight * sum((a - b) ** 2 for a, b in zip(s[1:5], w[1:5], strict=True))
            total += math.log(sum(map(math.exp, s[5:]))) - s[5 + int(w[5])]
    return total / len(rows)


def slope_of_loss(module, said, wanted, weight):
    """The gradient by what the network says."""
    import torch

    said = said.clone().requires_grad_()
    return torch.autograd.grad(module.detection_loss(said, wanted, weight), said)[0]


@points(3)
def test_detection_loss_place_by_place(student, rng):
    for shape, classes, weight in [((6,), 3, 1.5), ((2, 3, 4), 2, 0.3), ((1,), 4, 2.0), ((4, 2, 2), 5, 5.0)]:
        said, wanted = random_places(rng, shape, classes)
        with assert_unchanged(said, wanted):
            result = student.detection_loss(said, wanted, weight)
        cause = "is it the mean over all places, whatever the axes in front of the last one?"
        assert_close(result, loss_by_loops(said, wanted, weight), name="loss", cause=cause)
    said, wanted = random_places(rng, (3, 2), 3)
    wanted[0, 0, 0], wanted[0, 1, 0] = 1, 0
    grad = np.asarray(student.run(slope_of_loss, said, wanted, 1.5))
    expected = 3.0 * wanted[..., :1] * (said[..., 1:5] - wanted[..., 1:5]) / 6
    assert_close(grad[..., 1:5], expected.numpy(), name="gradient by the boxes")
    said[..., 0] = torch.tensor(rng.permutation([-50.0, 50.0] * 3)).reshape(3, 2)
    said[0, 1, 0] = 50.0
    result = student.detection_loss(said, wanted, 1.5)
    assert_finite(result, name="loss of logits of ±50")
    assert_close(result, loss_by_loops(said, wanted, 1.5), name="loss of logits of ±50")
    said, wanted = random_places(rng, (4,), 2)
    wanted[..., 0] = 0
    result = student.detection_loss(said, wanted, 2.0)
    assert_close(result, loss_by_loops(said, wanted, 2.0), name="loss where nothing is anywhere")


@hidden
@points(2)
def test_detection_loss_leaves_empty_places_alone(student, rng):
    """No gradient of boxes and classes where nothing is, and nothing at all in a batch of empty pictures."""
    said, wanted = random_places(rng, (3, 2, 2), 3)
    grad = np.asarray(student.run(slope_of_loss, said, wanted, 2.0))
    there = wanted[..., 0].numpy() == 1
    p = 1 / (1 + np.exp(-said[..., 0].numpy()))
    assert_close(grad[..., 0], (p - there) / 12, name="gradient by the logits of presence")
    expected = np.where(there[..., None], 4.0 * (said[..., 1:5] - wanted[..., 1:5]).numpy() / 12, 0.0)
    assert_close(grad[..., 1:5], expected, name="gradient by the boxes")
    far = said.clone()
    far[..., 0] = torch.tensor(rng.choice([-60.0, 60.0], size=far.shape[:-1]))
    far[0, 0, 0, 0], wanted[0, 0, 0, 0] = -60.0, 1.0
    result = student.detection_loss(far, wanted, 2.0)
    assert_finite(result, name="loss of logits of ±60")
    assert_close(result, loss_by_loops(far, wanted, 2.0), name="loss of logits of ±60")
    wanted[..., 0] = 0
    result = student.detection_loss(said, wanted, 2.0)
    assert_close(result, loss_by_loops(said, wanted, 2.0), name="loss of empty pictures")


def match_by_loops(overlap, scores, threshold):
    taken, right = set(), [False] * len(scores)
    for i in sorted(range(len(scores)), key=lambda i: -scores[i]):
        free = [j for j in range(len(overlap[i])) if j not in taken]
        if free:
            best = max(free, key=lambda j: overlap[i][j])
            if overlap[i][best] >= threshold:
                right[i] = True
                taken.add(best)
    return right


@points(2)
def test_match_detections_one_by_one(student, rng):
    poor, good = rng.uniform(0.1, 0.4), rng.uniform(0.6, 0.9)
    scores = torch.tensor([0.9, 0.8], dtype=torch.float64)
    result = student.match_detections(torch.tensor([[poor], [good]], dtype=torch.float64), scores, 0.5)
    which = "list of which are right, the first of two below the threshold,"
    assert_equal(np.asarray(result).tolist(), [False, True], name=which)
    for n, k, threshold in [(8, 3, 0.5), (12, 5, 0.3), (1, 2, 0.4), (5, 1, 0.2)]:
        overlap, scores = torch.tensor(rng.uniform(size=(n, k))), draw(rng, n)
        with assert_unchanged(overlap, scores):
            result = student.match_detections(overlap, scores, threshold)
        expected = match_by_loops(overlap.tolist(), scores.tolist(), threshold)
        assert_equal(np.asarray(result).tolist(), expected, name="list of which are right")
    exact, scores = torch.tensor([[0.25], [0.5]]).double(), torch.tensor([0.8, 0.6]).double()
    result = student.match_detections(exact, scores, 0.5)
    which = "list of which are right, the second of two exactly at the threshold,"
    assert_equal(np.asarray(result).tolist(), [False, True], name=which)
    result = student.match_detections(torch.zeros(2, 0).double(), scores, 0.5)
    assert_equal(np.asarray(result).tolist(), [False] * 2, name="list of which are right where nothing is")


@hidden
@points(1)
def test_match_detections_of_crowds(student, rng):
    """Several see one thing; the second best thing is taken by who comes later; nothing is there at all."""
    overlap = torch.tensor([[0.9, 0.0], [0.8, 0.6], [0.7, 0.65], [0.5, 0.5]], dtype=torch.float64)
    order = torch.tensor(rng.permutation(4))
    scores = torch.tensor([0.9, 0.8, 0.7, 0.6], dtype=torch.float64)
    result = student.match_detections(overlap[order], scores[order], 0.5)
    expected = np.array([True, True, False, False])[order.numpy()].tolist()
    assert_equal(np.asarray(result).tolist(), expected, name="list of which are right")
    result = student.match_detections(torch.zeros(3, 0).double(), scores[:3], 0.5)
    assert_equal(np.asarray(result).tolist(), [False] * 3, name="list of which are right where nothing is")
    result = student.match_detections(torch.tensor([[0.5], [0.25]]).double(), scores[:2], 0.5)
    assert_equal(
        np.asarray(result).tolist(), [True, False], name="list of which are right, exactly at the threshold,"
    )


@points(1)
def test_precision_recall_step_by_step(student, rng):
    for n, things in [(9, 6), (1, 3), (14, 20)]:
        scores, right = draw(rng, n), torch.tensor(rng.uniform(size=n) < 0.5)
        with assert_unchanged(scores, right):
            result = student.precision_recall(scores, right, things)
        precision, recall = assert_parts(result, 2)
        found, rows = 0, []
        for k, (_, good) in enumerate(
            sorted(zip(scores.tolist(), right.tolist(), strict=True), reverse=True), 1
        ):
            found += good
            rows.append((found / k, found / things))
        assert_close(precision, np.array(rows)[:, 0], name="array of precisions")
        assert_close(recall, np.array(rows)[:, 1], name="array of recalls")


def area(precision, recall):
    """Under the stairs: for each thing found, the best precision at its recall or beyond."""
    total, before = 0.0, 0.0
    for r in sorted(set(recall)):
        total += (r - before) * max(p for p, q in zip(precision, recall, strict=True) if q >= r)
        before = r
    return total


def random_curve(rng, n, things):
    right = (rng.uniform(size=n) < 0.6).astype(int)
    right[: max(0, right.sum() - things)] = 0
    found = right.cumsum()
    return torch.tensor(found / np.arange(1, n + 1)), torch.tensor(found / things)


@points(2)
def test_average_precision_under_the_stairs(student, rng):
    for n, things in [(10, 8), (1, 2), (25, 15), (6, 40)]:
        precision, recall = random_curve(rng, n, things)
        with assert_unchanged(precision, recall):
            result = student.average_precision(precision, recall)
        assert_close(result, area(precision.tolist(), recall.tolist()), name="average precision")
    none = torch.zeros(0, dtype=torch.float64)
    assert_close(
        student.average_precision(none, none), 0.0, name="average precision where nothing was detected"
    )


@hidden
@points(1)
def test_average_precision_by_hand(student, rng):
    """Right, wrong, right of four: 1/4 · 1 + 1/4 · 2/3; a wrong one first; nothing."""
    four = float(rng.integers(3, 9))
    precision = torch.tensor([1, 1 / 2, 2 / 3], dtype=torch.float64)
    recall = torch.tensor([1, 1, 2], dtype=torch.float64) / four
    result = student.average_precision(precision, recall)
    assert_close(result, (1 + 2 / 3) / four, name="average precision of right, wrong, right")
    precision = torch.tensor([0, 1 / 2, 2 / 3], dtype=torch.float64)
    recall = torch.tensor([0, 1, 2], dtype=torch.float64) / four
    result = student.average_precision(precision, recall)
    assert_close(result, 2 * (2 / 3) / four, name="average precision of wrong, right, right")
    nothing = torch.zeros(0, dtype=torch.float64)
    assert_close(student.average_precision(nothing, nothing), 0.0, name="average precision of no detection")
