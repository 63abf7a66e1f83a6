"""Checks of boxes.py: overlaps counted on a fine raster and by hand, suppression one box after the other."""

import numpy as np
import torch

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_finite,
    assert_parts,
    assert_unchanged,
    hidden,
    points,
)
from course.testing.networks import draw


def random_corners(rng, n, span=10.0):
    first = rng.uniform(0, span, size=(n, 2))
    return torch.tensor(np.concatenate([first, first + rng.uniform(1, span / 2, size=(n, 2))], axis=1))


def by_hand(p, q):
    """Intersection over union of two boxes, written out."""
    width = min(p[2], q[2]) - max(p[0], q[0])
    height = min(p[3], q[3]) - max(p[1], q[1])
    common = width * height if width > 0 and height > 0 else 0.0
    areas = (p[2] - p[0]) * (p[3] - p[1]) + (q[2] - q[0]) * (q[3] - q[1])
    return common / (areas - common) if common else 0.0


def table(a, b):
    return np.array([[by_hand(p, q) for q in b.tolist()] for p in a.tolist()]).reshape(len(a), len(b))


@points(1)
def test_to_corners_box_by_box(student, rng):
    for n in (5, 1, 8):
        boxes = torch.tensor(rng.uniform(1, 9, size=(n, 4)))
        with assert_unchanged(boxes):
            result = student.to_corners(boxes)
        expected = [[x - w / 2, y - h / 2, x + w / 2, y + h / 2] for x, y, w, h in boxes.tolist()]
        assert_close(result, np.array(expected), name="array of corners")


@points(1)
def test_to_centres_box_by_box(student, rng):
    for n in (5, 1, 8):
        boxes = random_corners(rng, n)
        with assert_unchanged(boxes):
            result = student.to_centres(boxes)
        expected = [[(a + c) / 2, (b + d) / 2, c - a, d - b] for a, b, c, d in boxes.tolist()]
        assert_close(result, np.array(expected), name="array of centres and sizes")


@points(2)
def test_iou_pair_by_pair(student, rng):
    for n, m in [(4, 6), (1, 3), (7, 1), (5, 5)]:
        a, b = random_corners(rng, n), random_corners(rng, m)
        with assert_unchanged(a, b):
            result = student.iou(a, b)
        assert_close(result, table(a, b), name="table of overlaps")
    a = torch.tensor([[0.0, 0.0, 2.0, 2.0]]) + float(rng.integers(-3, 3))
    assert_close(student.iou(a, a + torch.tensor([1.0, 1.0, 1.0, 1.0])), [[1 / 7]], name="table of overlaps")
    small = 1e-4 * random_corners(rng, 3)
    cause = "is something added to the union, so that nothing is divided by 0?"
    result = student.iou(small, small)
    assert_close(result, table(small, small), name="table of overlaps of small boxes", cause=cause)
    beside = a + torch.tensor([2.0, 0.0, 2.0, 0.0])
    lines = torch.cat([a[:, [0, 1, 0, 3]], a[:, [0, 1, 2, 1]], beside])
    result = student.iou(lines, lines[:2])
    assert_finite(result, name="table of overlaps of boxes without an area")
    assert_close(result, np.zeros((3, 2)), name="table of overlaps of boxes without an area")


@hidden
@points(1)
def test_iou_of_boxes_that_touch_or_are_empty(student, rng):
    corner = torch.tensor(rng.integers(-5, 5, size=2), dtype=torch.float64).repeat(2)
    a = corner + torch.tensor([[0, 0, 2, 3], [1, 1, 1, 1], [0, 0, 2, 0]], dtype=torch.float64)
    b = corner + torch.tensor(
        [[2, 0, 4, 3], [0, 3, 2, 5], [5, 5, 6, 6], [0, 0, 2, 3], [1, 1, 1, 1], [1, 0, 2, 6]],
        dtype=torch.float64,
    )
    result = student.iou(a, b)
    assert_finite(result, name="table of overlaps")
    expected = [[0, 0, 0, 1, 0, 1 / 3], [0] * 6, [0] * 6]
    assert_close(result, np.array(expected, dtype=float), name="table of overlaps")
    a, b = 1e-4 * random_corners(rng, 4), 1e-4 * random_corners(rng, 5)
    b[2] = a[1]
    cause = "is something added to the union, so that nothing is divided by 0?"
    assert_close(student.iou(a, b), table(a, b), name="table of overlaps of small boxes", cause=cause)


@points(0)
def test_generalised_iou_pair_by_pair(student, rng):
    for n, span in [(6, 6.0), (1, 10.0), (9, 30.0)]:
        a, b = random_corners(rng, n, span), random_corners(rng, n, span)
        with assert_unchanged(a, b):
            result = student.generalised_iou(a, b)
        expected = []
        for p, q in zip(a.tolist(), b.tolist(), strict=True):
            areas = (p[2] - p[0]) * (p[3] - p[1]) + (q[2] - q[0]) * (q[3] - q[1])
            overlap = by_hand(p, q)
            union = areas / (1 + overlap)
            around = (max(p[2], q[2]) - min(p[0], q[0])) * (max(p[3], q[3]) - min(p[1], q[1]))
            expected.append(overlap - (around - union) / around)
        assert_close(result, np.array(expected), name="array of generalised overlaps")


@points(0)
def test_generalised_iou_tells_near_from_far(student, rng):
    gaps = np.sort(rng.uniform(1, 50, size=5))
    a = torch.tensor([[0.0, 0.0, 1.0, 2.0]]).double().repeat(5, 1)
    shift = torch.tensor(gaps)[:, None] * torch.tensor([[1.0, 0.0, 1.0, 0.0]]).double()
    result = student.generalised_iou(a, a + shift)
    expected = -(gaps - 1) / (gaps + 1)
    assert_close(result, expected, name="array of generalised overlaps of boxes side by side")


def stay(boxes, scores, threshold):
    """The rows that stay, by taking the best again and again and crossing out what overlaps it."""
    left, kept = set(range(len(scores))), []
    while left:
        best = max(left, key=lambda i: scores[i])
        kept.append(best)
        left = {i for i in left if i != best and by_hand(boxes[i], boxes[best]) <= threshold}
    return kept


@points(2)
def test_suppress_one_after_the_other(student, rng):
    for n, threshold in [(12, 0.3), (20, 0.1), (1, 0.5), (15, 0.6)]:
        boxes, scores = (
            random_corners(rng, n, 6.0),
            torch.tensor(rng.permutation(n) + rng.uniform(0, 0.5, size=n)),
        )
        with assert_unchanged(boxes, scores):
            result = student.suppress(boxes, scores, threshold)
        expected = stay(boxes.tolist(), scores.tolist(), threshold)
        assert_equal(result, expected, name="array of the rows that stay")
    boxes = torch.tensor([[0.0, 0.0, 8.0, 4.0], [0.0, 0.0, 8.0, 8.0]]) + float(rng.integers(-8, 9))
    result = student.suppress(boxes, torch.tensor([0.25, 0.75]), 0.5)
    assert_equal(result, [1, 0], name="array of the rows that stay, of boxes exactly at the threshold,")
    none = student.suppress(torch.zeros(0, 4).double(), torch.zeros(0).double(), 0.5)
    assert_equal(np.asarray(none).size, 0, name="number of boxes left of none")


@hidden
@points(1)
def test_suppress_asks_only_those_who_have_stayed(student, rng):
    """In a chain each overlaps the next: the first suppresses the second, who then suppresses nobody."""
    n = int(rng.integers(5, 8))
    boxes = torch.tensor([[2.0 * i, 0.0, 2.0 * i + 4.0, 3.0] for i in range(n)]).double()
    scores = torch.tensor(np.arange(n, 0, -1) + rng.uniform(0, 0.5, size=n))
    order = torch.tensor(rng.permutation(n))
    result = student.suppress(boxes[order], scores[order], 0.25)
    expected = stay(boxes[order].tolist(), scores[order].tolist(), 0.25)
    assert_equal(result, expected, name="array of the rows that stay")
    assert_equal(
        student.suppress(boxes[:2], scores[:2], 1 / 3),
        [0, 1],
        name="array of rows, exactly at the threshold,",
    )
    empty = student.suppress(torch.zeros(0, 4).double(), torch.zeros(0).double(), 0.5)
    assert_equal(np.asarray(empty).size, 0, name="number of boxes left of none")


@points(1)
def test_flip_pixel_by_pixel(student, rng):
    for c, h, w, n in [(1, 4, 6, 2), (3, 5, 3, 4), (2, 2, 7, 1)]:
        image, boxes = draw(rng, c, h, w), random_corners(rng, n, 4.0)
        with assert_unchanged(image, boxes):
            result = student.flip(image, boxes)
        mirrored, moved = assert_parts(result, 2)
        expected = np.array(
            [[[image[k, i, w - 1 - j] for j in range(w)] for i in range(h)] for k in range(c)], dtype=float
        )
        assert_close(mirrored, expected, name="picture")
        expected = [[w - right, top, w - left, bottom] for left, top, right, bottom in boxes.tolist()]
        assert_close(moved, np.array(expected), name="array of corners")


@hidden
@points(1)
def test_flip_keeps_what_is_in_a_box(student, rng):
    """The same pixels lie in a box before and after."""
    h, w = 7, 11
    image = draw(rng, 2, h, w)
    left, top = int(rng.integers(0, 5)), int(rng.integers(0, 3))
    right, bottom = left + int(rng.integers(1, 6)), top + int(rng.integers(1, 4))
    boxes = torch.tensor([[left, top, right, bottom]], dtype=torch.float64)
    mirrored, moved = assert_parts(student.flip(image, boxes), 2)
    a, b, c, d = np.asarray(moved, dtype=float)[0].round().astype(int)
    assert_between(c - a, right - left, right - left, name="width of the box in the mirror")
    inside = np.asarray(mirrored)[:, b:d, a:c]
    assert_close(
        inside, image[:, top:bottom, left:right].numpy()[:, :, ::-1], name="picture inside of the box"
    )
