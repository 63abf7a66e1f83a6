"""Checks of grids.py: cells filled box by box, ways there and back, and anchors assigned one by one."""

import math

import numpy as np
import torch

from course.testing import assert_close, assert_equal, assert_parts, assert_unchanged, hidden, points
from course.testing.networks import draw


def random_boxes(rng, n, rows, columns, cell):
    """Boxes whose middles lie in different cells, (n, 4), and those cells."""
    places = rng.permutation(rows * columns)[:n]
    middle = np.stack([places % columns, places // columns], axis=1) + rng.uniform(0.05, 0.95, size=(n, 2))
    sizes = rng.uniform(0.4, 2.5, size=(n, 2))
    return torch.tensor(cell * np.concatenate([middle, sizes], axis=1)), places


def fill_grid(boxes, labels, rows, columns, cell):
    grid = np.zeros((rows, columns, 6))
    taken = {}
    for (x, y, w, h), label in zip(boxes, labels, strict=True):
        place = math.floor(y / cell), math.floor(x / cell)
        if w * h > taken.get(place, 0):
            taken[place] = w * h
            grid[place] = [1, x / cell - place[1], y / cell - place[0], w / cell, h / cell, label]
    return grid


@points(2)
def test_to_grid_box_by_box(student, rng):
    for n, rows, columns, cell in [(4, 3, 5, 8.0), (1, 2, 2, 5.0), (6, 4, 3, 2.5)]:
        boxes, _ = random_boxes(rng, n, rows, columns, cell)
        labels = torch.tensor(rng.integers(1, 9, size=n))
        with assert_unchanged(boxes, labels):
            result = student.to_grid(boxes, labels, rows, columns, cell)
        expected = fill_grid(boxes.tolist(), labels.tolist(), rows, columns, cell)
        assert_close(result, expected, name="grid")
    for order in ([0, 1, 2], [2, 1, 0]):
        boxes, _ = random_boxes(rng, 2, 3, 4, 6.0)
        smaller = torch.cat([boxes[:1, :2].div(6.0).floor() * 6.0 + 2.0, 0.75 * boxes[:1, 2:]], dim=1)
        boxes, labels = torch.cat([boxes, smaller])[order], torch.tensor(rng.integers(1, 9, size=3))
        result = student.to_grid(boxes, labels, 3, 4, 6.0)
        expected = fill_grid(boxes.tolist(), labels.tolist(), 3, 4, 6.0)
        assert_close(result, expected, name="grid where the larger box of a cell stays")


@hidden
@points(1)
def test_to_grid_where_two_want_one_cell(student, rng):
    for _ in range(3):
        boxes, _ = random_boxes(rng, 5, 3, 4, 6.0)
        boxes = boxes.repeat(2, 1)
        boxes[5:, :2] = (boxes[5:, :2] / 6.0).floor() * 6.0 + torch.tensor(rng.uniform(0.3, 5.7, size=(5, 2)))
        boxes[5:, 2:] = torch.tensor(rng.uniform(2, 15, size=(5, 2)))
        order = torch.tensor(rng.permutation(10))
        labels = torch.tensor(rng.integers(0, 9, size=10))
        result = student.to_grid(boxes[order], labels, 3, 4, 6.0)
        expected = fill_grid(boxes[order].tolist(), labels.tolist(), 3, 4, 6.0)
        assert_close(result, expected, name="grid where the larger box of a cell stays")


@points(2)
def test_from_grid_cell_by_cell(student, rng):
    for rows, columns, cell, threshold in [(3, 4, 8.0, 0.5), (2, 2, 3.0, 0.2), (5, 3, 10.0, 0.7)]:
        grid = torch.tensor(rng.uniform(0, 1, size=(rows, columns, 6)))
        grid[..., 5] = torch.tensor(rng.integers(0, 9, size=(rows, columns)))
        with assert_unchanged(grid):
            result = student.from_grid(grid, cell, threshold)
        boxes, labels, scores = assert_parts(result, 3)
        found = [
            ([(j + g[1]) * cell, (i + g[2]) * cell, g[3] * cell, g[4] * cell], int(g[5]), g[0])
            for i, row in enumerate(grid.tolist())
            for j, g in enumerate(row)
            if g[0] >= threshold
        ]
        assert_close(boxes, np.array([f[0] for f in found]).reshape(-1, 4), name="array of boxes")
        assert_equal(labels, [f[1] for f in found], name="array of labels")
        assert_close(scores, np.array([f[2] for f in found]), name="array of scores")
    grid = torch.tensor(rng.uniform(0, 0.4, size=(2, 3, 6)))
    row, column = int(rng.integers(2)), int(rng.integers(3))
    grid[row, column, [0, 5]] = torch.tensor([0.5, 4.0]).double()
    boxes, labels, scores = assert_parts(student.from_grid(grid, 5.0, 0.5), 3)
    assert_equal(labels, [4], name="array of labels, of the one cell exactly at the threshold,")
    assert_close(scores, np.array([0.5]), name="array of scores")
    _, x, y, width, height, _ = grid[row, column].tolist()
    expected = 5 * np.array([[column + x, row + y, width, height]])
    assert_close(boxes, expected, name="array of boxes")


@hidden
@points(1)
def test_from_grid_reads_the_page(student, rng):
    """Boxes put down cell by cell come back as they were, by rows, and one exactly at the threshold counts."""
    boxes, places = random_boxes(rng, 6, 3, 4, 5.0)
    labels = rng.integers(0, 9, size=6)
    grid = torch.tensor(fill_grid(boxes.tolist(), labels.tolist(), 3, 4, 5.0))
    grid[..., 0] *= 0.5
    found, found_labels, scores = assert_parts(student.from_grid(grid, 5.0), 3)
    order = np.argsort(places)
    assert_close(found, boxes[order], name="array of boxes")
    assert_equal(found_labels, labels[order].tolist(), name="array of labels")
    assert_close(scores, np.full(6, 0.5), name="array of scores")


def random_pairs(rng, n):
    return (
        torch.cat([5 * draw(rng, n, 2), torch.tensor(rng.uniform(0.5, 6, size=(n, 2)))], dim=1)
        for _ in range(2)
    )


@points(1)
def test_encode_box_by_box(student, rng):
    for n in (6, 1, 9):
        boxes, anchors = random_pairs(rng, n)
        with assert_unchanged(boxes, anchors):
            result = student.encode(boxes, anchors)
        expected = [
            [(b[0] - a[0]) / a[2], (b[1] - a[1]) / a[3], math.log(b[2] / a[2]), math.log(b[3] / a[3])]
            for b, a in zip(boxes.tolist(), anchors.tolist(), strict=True)
        ]
        assert_close(result, np.array(expected), name="array of offsets")


@points(1)
def test_decode_box_by_box(student, rng):
    for n in (6, 1, 9):
        _, anchors = random_pairs(rng, n)
        offsets = draw(rng, n, 4)
        with assert_unchanged(offsets, anchors):
            result = student.decode(offsets, anchors)
        expected = [
            [a[0] + o[0] * a[2], a[1] + o[1] * a[3], a[2] * math.exp(o[2]), a[3] * math.exp(o[3])]
            for o, a in zip(offsets.tolist(), anchors.tolist(), strict=True)
        ]
        assert_close(result, np.array(expected), name="array of boxes")


def overlap(p, q):
    width, height = min(p[2], q[2]) - max(p[0], q[0]), min(p[3], q[3]) - max(p[1], q[1])
    common = max(width, 0) * max(height, 0)
    return common / ((p[2] - p[0]) * (p[3] - p[1]) + (q[2] - q[0]) * (q[3] - q[1]) - common)


def assign_by_loops(anchors, boxes, positive, negative):
    answer = []
    for anchor in anchors:
        values = [overlap(anchor, box) for box in boxes]
        best = max(values, default=0.0)
        answer.append(values.index(best) if best >= positive else -1 if best < negative else -2)
    for number, box in enumerate(boxes):
        values = [overlap(anchor, box) for anchor in anchors]
        answer[values.index(max(values))] = number
    return answer


def scattered(rng, n, span, low, high):
    first = rng.uniform(0, span, size=(n, 2))
    return torch.tensor(np.concatenate([first, first + rng.uniform(low, high, size=(n, 2))], axis=1))


def exact_pairs(rng):
    """Anchors that are two boxes, and overlap the first by 1/2, by 1/4 and by 1/8, in any arithmetic."""
    place = float(rng.integers(-8, 9))
    sides = torch.tensor([[8.0, 8.0], [8.0, 4.0], [8.0, 2.0], [8.0, 1.0]]).double()
    first = torch.cat([torch.zeros(4, 2).double(), sides], dim=1) + place
    far = torch.tensor([[90.0, 90.0, 98.0, 98.0]]).double()
    return torch.cat([first[:1], far, first[1:]]), torch.cat([first[:1], far])


@points(3)
def test_assign_anchor_by_anchor(student, rng):
    for n, k, positive, negative in [
        (25, 4, 0.8, 0.05),
        (30, 3, 0.4, 0.2),
        (12, 1, 0.5, 0.5),
        (60, 5, 0.3, 0.1),
    ]:
        anchors, boxes = scattered(rng, n, 8, 2, 5), scattered(rng, k, 8, 2, 5)
        with assert_unchanged(anchors, boxes):
            result = student.assign(anchors, boxes, positive, negative)
        expected = assign_by_loops(anchors.tolist(), boxes.tolist(), positive, negative)
        assert_equal(result, expected, name="array of the rows of boxes")
    anchors, boxes = exact_pairs(rng)
    result = student.assign(anchors, boxes, 0.25, 0.125)
    assert_equal(result, [0, 1, 0, 0, -2], name="array of the rows of boxes, exactly at the thresholds,")
    result = student.assign(anchors, torch.zeros(0, 4).double(), 0.5, 0.25)
    assert_equal(result, [-1] * 5, name="array for a picture without boxes")


@hidden
@points(1)
def test_assign_leaves_no_box_alone(student, rng):
    """Small boxes reach no threshold, and yet each gets its best anchor; without boxes all is background."""
    anchors = scattered(rng, 25, 8, 3, 5)
    small = scattered(rng, 4, 8, 0.5, 1)
    result = student.assign(anchors, small, 0.5, 0.02)
    expected = assign_by_loops(anchors.tolist(), small.tolist(), 0.5, 0.02)
    assert_equal(result, expected, name="array of the rows of boxes, small ones,")
    result = student.assign(*exact_pairs(rng), 0.5, 0.25)
    assert_equal(result, [0, 1, 0, -2, -1], name="array of the rows of boxes, exactly at the thresholds,")
    double = torch.cat([small[:1], small[:1] + 1e-3])
    result = student.assign(anchors, double, 0.9, 0.3)
    expected = assign_by_loops(anchors.tolist(), double.tolist(), 0.9, 0.3)
    assert_equal(result, expected, name="array of the rows of boxes, two wanting one anchor,")
    result = student.assign(anchors, torch.zeros(0, 4).double(), 0.5, 0.3)
    assert_equal(result, [-1] * 25, name="array for a picture without boxes")
