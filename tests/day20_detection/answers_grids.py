"""Answers to grids.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np
import torch

from course.testing import misconception, variant
from day20_detection.boxes import iou


@misconception("to_grid", "Rows go with y and columns with x; they are exchanged.")
def rows_by_x(boxes, labels, rows, columns, cell):
    grid = torch.zeros(rows, columns, 6, dtype=boxes.dtype)
    for i in (boxes[:, 2] * boxes[:, 3]).argsort().tolist():
        x, y, width, height = (boxes[i] / cell).tolist()
        row, column = min(int(x), rows - 1), min(int(y), columns - 1)
        grid[row, column] = torch.tensor([1.0, x - int(x), y - int(y), width, height, labels[i].item()])
    return grid


@misconception(
    "to_grid",
    "The place inside of the cell is asked for, from 0 to 1: take the number of the column and the row off.",
)
def place_in_the_picture(boxes, labels, rows, columns, cell):
    grid = torch.zeros(rows, columns, 6, dtype=boxes.dtype)
    for i in (boxes[:, 2] * boxes[:, 3]).argsort().tolist():
        x, y, width, height = (boxes[i] / cell).tolist()
        grid[int(y), int(x)] = torch.tensor([1.0, x, y, width, height, labels[i].item()])
    return grid


@misconception("to_grid", "Width and height are to be in cells, as everything else: divide by cell.")
def sizes_in_pixels(boxes, labels, rows, columns, cell):
    grid = torch.zeros(rows, columns, 6, dtype=boxes.dtype)
    for i in (boxes[:, 2] * boxes[:, 3]).argsort().tolist():
        x, y, width, height = boxes[i].tolist()
        row, column = int(y / cell), int(x / cell)
        values = [1.0, x / cell - column, y / cell - row, width, height, labels[i].item()]
        grid[row, column] = torch.tensor(values)
    return grid


@misconception(
    "to_grid",
    "Where two middles lie in one cell, the last one of the list stays here. The larger box is to stay.",
)
def last_one_stays(boxes, labels, rows, columns, cell):
    grid = torch.zeros(rows, columns, 6, dtype=boxes.dtype)
    for i in range(len(boxes)):
        x, y, width, height = (boxes[i] / cell).tolist()
        row, column = int(y), int(x)
        grid[row, column] = torch.tensor([1.0, x - column, y - row, width, height, labels[i].item()])
    return grid


@misconception("to_grid", "The cell is that of the box's *middle*, and here of its corner.")
def cell_of_the_corner(boxes, labels, rows, columns, cell):
    grid = torch.zeros(rows, columns, 6, dtype=boxes.dtype)
    for i in (boxes[:, 2] * boxes[:, 3]).argsort().tolist():
        x, y, width, height = (boxes[i] / cell).tolist()
        row, column = max(0, int(y - height / 2)), max(0, int(x - width / 2))
        grid[row, column] = torch.tensor([1.0, x - column, y - row, width, height, labels[i].item()])
    return grid


@misconception("to_grid", "The first number of a cell with a box is 1, and stays 0 here.")
def presence_forgotten(boxes, labels, rows, columns, cell):
    grid = torch.zeros(rows, columns, 6, dtype=boxes.dtype)
    for i in (boxes[:, 2] * boxes[:, 3]).argsort().tolist():
        x, y, width, height = (boxes[i] / cell).tolist()
        row, column = int(y), int(x)
        grid[row, column] = torch.tensor([0.0, x - column, y - row, width, height, labels[i].item()])
    return grid


@misconception(
    "to_grid", "Width and height are shares of the picture here. They are to be in cells: divide by cell."
)
def sizes_as_shares_of_the_picture(boxes, labels, rows, columns, cell):
    grid = torch.zeros(rows, columns, 6, dtype=boxes.dtype)
    for i in (boxes[:, 2] * boxes[:, 3]).argsort().tolist():
        x, y, width, height = (boxes[i] / cell).tolist()
        row, column = int(y), int(x)
        values = [1.0, x - column, y - row, width / columns, height / rows, labels[i].item()]
        grid[row, column] = torch.tensor(values)
    return grid


@misconception("to_grid", "The number of the cell was rounded. It is the whole part: 2.7 lies in cell 2.")
def rounded_to_a_cell(boxes, labels, rows, columns, cell):
    grid = torch.zeros(rows, columns, 6, dtype=boxes.dtype)
    for i in (boxes[:, 2] * boxes[:, 3]).argsort().tolist():
        x, y, width, height = (boxes[i] / cell).tolist()
        row, column = min(round(y), rows - 1), min(round(x), columns - 1)
        grid[row, column] = torch.tensor([1.0, x - column, y - row, width, height, labels[i].item()])
    return grid


@variant("to_grid")
def all_at_once(boxes, labels, rows, columns, cell):
    order = (boxes[:, 2] * boxes[:, 3]).argsort()
    scaled = boxes[order] / cell
    column, row = scaled[:, :2].floor().long().unbind(dim=1)
    inside = scaled[:, :2] - torch.stack([column, row], dim=1)
    values = [torch.ones(len(boxes), 1), inside, scaled[:, 2:], labels[order, None]]
    entries = torch.cat([part.to(boxes.dtype) for part in values], dim=1)
    grid = torch.zeros(rows, columns, 6, dtype=boxes.dtype)
    for i, j, entry in zip(row.tolist(), column.tolist(), entries, strict=True):
        grid[i, j] = entry
    return grid


@variant("to_grid")
def by_a_dictionary(boxes, labels, rows, columns, cell):
    best = {}
    for (x, y, w, h), label in zip(boxes.tolist(), labels.tolist(), strict=True):
        key = int(y // cell), int(x // cell)
        if key not in best or w * h > best[key][0]:
            best[key] = w * h, [1.0, x % cell / cell, y % cell / cell, w / cell, h / cell, float(label)]
    empty = [0.0] * 6
    return [[best[i, j][1] if (i, j) in best else empty for j in range(columns)] for i in range(rows)]


@misconception("from_grid", "Rows go with y and columns with x; they are exchanged.")
def columns_with_y(grid, cell, threshold=0.5):
    row, column = (grid[..., 0] >= threshold).nonzero(as_tuple=True)
    found = grid[row, column]
    boxes = torch.cat([found[:, 1:3] + torch.stack([row, column], dim=1), found[:, 3:5]], dim=1) * cell
    return boxes, found[:, 5].round().long(), found[:, 0]


@misconception(
    "from_grid", "The place is that inside of the cell. Add the number of the column and of the row."
)
def cell_forgotten(grid, cell, threshold=0.5):
    found = grid[grid[..., 0] >= threshold]
    return found[:, 1:5] * cell, found[:, 5].round().long(), found[:, 0]


@misconception("from_grid", "Sizes are in cells: multiply them by cell, too.")
def sizes_left_in_cells(grid, cell, threshold=0.5):
    row, column = (grid[..., 0] >= threshold).nonzero(as_tuple=True)
    found = grid[row, column]
    middle = (found[:, 1:3] + torch.stack([column, row], dim=1)) * cell
    return torch.cat([middle, found[:, 3:5]], dim=1), found[:, 5].round().long(), found[:, 0]


@misconception("from_grid", "A cell exactly at the threshold counts: >=.")
def above_the_threshold(grid, cell, threshold=0.5):
    row, column = (grid[..., 0] > threshold).nonzero(as_tuple=True)
    found = grid[row, column]
    boxes = torch.cat([found[:, 1:3] + torch.stack([column, row], dim=1), found[:, 3:5]], dim=1) * cell
    return boxes, found[:, 5].round().long(), found[:, 0]


@misconception("from_grid", "The cells are read column by column here. Read them as a page, row by row.")
def column_by_column(grid, cell, threshold=0.5):
    column, row = (threshold <= grid[..., 0].T).nonzero(as_tuple=True)
    found = grid[row, column]
    boxes = torch.cat([found[:, 1:3] + torch.stack([column, row], dim=1), found[:, 3:5]], dim=1) * cell
    return boxes, found[:, 5].round().long(), found[:, 0]


@misconception(
    "from_grid",
    "The number of the column was added after the place had been turned into pixels. Add it before.",
)
def corner_in_cells(grid, cell, threshold=0.5):
    row, column = (grid[..., 0] >= threshold).nonzero(as_tuple=True)
    found = grid[row, column]
    boxes = found[:, 1:5] * cell
    boxes[:, :2] += torch.stack([column, row], dim=1)
    return boxes, found[:, 5].round().long(), found[:, 0]


@misconception(
    "from_grid",
    "The place inside of the cell is in cells, too: multiply it by cell.",
)
def place_not_scaled(grid, cell, threshold=0.5):
    row, column = (grid[..., 0] >= threshold).nonzero(as_tuple=True)
    found = grid[row, column]
    middle = found[:, 1:3] + torch.stack([column, row], dim=1) * cell
    return torch.cat([middle, found[:, 3:5] * cell], dim=1), found[:, 5].round().long(), found[:, 0]


@variant("from_grid")
def cell_by_cell(grid, cell, threshold=0.5):
    boxes, labels, scores = [], [], []
    for i in range(grid.shape[0]):
        for j in range(grid.shape[1]):
            score, x, y, w, h, label = grid[i, j].tolist()
            if score >= threshold:
                boxes.append([(x + j) * cell, (y + i) * cell, w * cell, h * cell])
                labels.append(int(label))
                scores.append(score)
    return torch.tensor(boxes).reshape(-1, 4), torch.tensor(labels, dtype=torch.int64), torch.tensor(scores)


@variant("from_grid")
def with_all_places(grid, cell, threshold=0.5):
    rows, columns = grid.shape[:2]
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    moved = grid.clone()
    moved[..., 1] += x
    moved[..., 2] += y
    kept = moved[moved[..., 0] >= threshold]
    return kept[:, 1:5] * cell, kept[:, 5].to(torch.int32), kept[:, 0]


@misconception("encode", "The move is in pixels here. It is to be in widths and heights of the anchor.")
def move_in_pixels(boxes, anchors):
    return torch.cat([boxes[:, :2] - anchors[:, :2], (boxes[:, 2:] / anchors[:, 2:]).log()], dim=1)


@misconception(
    "encode", "Sizes are compared by the logarithm of their quotient. Here it is the quotient itself."
)
def without_logarithm(boxes, anchors):
    return torch.cat([(boxes[:, :2] - anchors[:, :2]) / anchors[:, 2:], boxes[:, 2:] / anchors[:, 2:]], dim=1)


@misconception("encode", "The move is divided by the size of the box. Divide by that of the anchor.")
def divided_by_the_box(boxes, anchors):
    return torch.cat(
        [(boxes[:, :2] - anchors[:, :2]) / boxes[:, 2:], (boxes[:, 2:] / anchors[:, 2:]).log()], dim=1
    )


@misconception("encode", "The signs are turned round: box less anchor, box over anchor.")
def turned_round(boxes, anchors):
    return torch.cat(
        [(anchors[:, :2] - boxes[:, :2]) / anchors[:, 2:], (anchors[:, 2:] / boxes[:, 2:]).log()], dim=1
    )


@variant("encode")
def difference_of_logarithms(boxes, anchors):
    x, y, w, h = anchors.unbind(dim=1)
    rows = [
        (boxes[:, 0] - x) / w,
        (boxes[:, 1] - y) / h,
        boxes[:, 2].log() - w.log(),
        boxes[:, 3].log() - h.log(),
    ]
    return torch.stack(rows, dim=1)


@variant("encode")
def in_numpy(boxes, anchors):
    b, a = np.asarray(boxes), np.asarray(anchors)
    return np.hstack([(b[:, :2] - a[:, :2]) / a[:, 2:], np.log(b[:, 2:] / a[:, 2:])])


@misconception("decode", "The move is in widths and heights of the anchor: multiply by them.")
def move_not_scaled(offsets, anchors):
    return torch.cat([anchors[:, :2] + offsets[:, :2], anchors[:, 2:] * offsets[:, 2:].exp()], dim=1)


@misconception("decode", "Sizes are multiplied by exp of the offset, so that they stay above 0.")
def size_without_exp(offsets, anchors):
    return torch.cat(
        [anchors[:, :2] + offsets[:, :2] * anchors[:, 2:], anchors[:, 2:] * (1 + offsets[:, 2:])], dim=1
    )


@misconception("decode", "The anchor's size is missing: its own size times exp of the offset.")
def size_of_the_anchor_missing(offsets, anchors):
    return torch.cat([anchors[:, :2] + offsets[:, :2] * anchors[:, 2:], offsets[:, 2:].exp()], dim=1)


@misconception("decode", "The anchor's middle is missing: the move begins there.")
def middle_missing(offsets, anchors):
    return torch.cat([offsets[:, :2] * anchors[:, 2:], anchors[:, 2:] * offsets[:, 2:].exp()], dim=1)


@misconception("decode", "exp of the offset was added to the anchor's size. It is multiplied by it.")
def exp_added(offsets, anchors):
    middle = anchors[:, :2] + offsets[:, :2] * anchors[:, 2:]
    return torch.cat([middle, anchors[:, 2:] + offsets[:, 2:].exp()], dim=1)


@misconception("decode", "The move is in widths of the new box. It is in widths and heights of the *anchor*.")
def move_in_the_new_size(offsets, anchors):
    size = anchors[:, 2:] * offsets[:, 2:].exp()
    return torch.cat([anchors[:, :2] + offsets[:, :2] * size, size], dim=1)


@variant("decode")
def number_by_number(offsets, anchors):
    import math

    rows = zip(offsets.tolist(), anchors.tolist(), strict=True)
    return [
        [a[0] + o[0] * a[2], a[1] + o[1] * a[3], a[2] * math.exp(o[2]), a[3] * math.exp(o[3])]
        for o, a in rows
    ]


@variant("decode")
def stretched_in_logarithms(offsets, anchors):
    size = torch.exp(torch.log(anchors[:, 2:]) + offsets[:, 2:])
    return torch.hstack([torch.addcmul(anchors[:, :2], offsets[:, :2], anchors[:, 2:]), size])


@misconception(
    "assign", "A box that reaches no threshold gets no anchor here. Each is to get its best one at the end."
)
def small_boxes_left_alone(anchors, boxes, positive, negative):
    if len(boxes) == 0:
        return torch.full((len(anchors),), -1)
    largest, which = torch.as_tensor(iou(anchors, boxes)).max(dim=1)
    return torch.where(largest >= positive, which, torch.where(largest < negative, -1, -2))


@misconception(
    "assign", "What lies between the thresholds is to be −2: it learns nothing. Here it is background."
)
def between_is_background(anchors, boxes, positive, negative):
    if len(boxes) == 0:
        return torch.full((len(anchors),), -1)
    overlap = torch.as_tensor(iou(anchors, boxes))
    largest, which = overlap.max(dim=1)
    which = torch.where(largest >= positive, which, -1)
    for box, anchor in enumerate(overlap.argmax(dim=0).tolist()):
        which[anchor] = box
    return which


@misconception("assign", "−1 and −2 are exchanged: −1 is background, −2 learns nothing.")
def codes_exchanged(anchors, boxes, positive, negative):
    if len(boxes) == 0:
        return torch.full((len(anchors),), -1)
    overlap = torch.as_tensor(iou(anchors, boxes))
    largest, which = overlap.max(dim=1)
    which = torch.where(largest >= positive, which, torch.where(largest < negative, -2, -1))
    for box, anchor in enumerate(overlap.argmax(dim=0).tolist()):
        which[anchor] = box
    return which


@misconception("assign", "The best anchor of each box was set first, and then overwritten by the thresholds.")
def thresholds_last(anchors, boxes, positive, negative):
    if len(boxes) == 0:
        return torch.full((len(anchors),), -1)
    overlap = torch.as_tensor(iou(anchors, boxes))
    largest, which = overlap.max(dim=1)
    answer = torch.full((len(anchors),), -2)
    for box, anchor in enumerate(overlap.argmax(dim=0).tolist()):
        answer[anchor] = box
    answer[largest >= positive] = which[largest >= positive]
    answer[largest < negative] = -1
    return answer


@misconception("assign", "Only one anchor of each box is to find it here. All above the threshold are.")
def one_anchor_for_each(anchors, boxes, positive, negative):
    if len(boxes) == 0:
        return torch.full((len(anchors),), -1)
    overlap = torch.as_tensor(iou(anchors, boxes))
    largest, _ = overlap.max(dim=1)
    which = torch.where(largest < negative, -1, -2)
    for box, anchor in enumerate(overlap.argmax(dim=0).tolist()):
        which[anchor] = box
    return which


@misconception(
    "assign",
    "Exactly at a threshold: ``positive`` or more finds the box, and only *below* ``negative`` is background.",
)
def strict_thresholds(anchors, boxes, positive, negative):
    if len(boxes) == 0:
        return torch.full((len(anchors),), -1)
    overlap = torch.as_tensor(iou(anchors, boxes))
    largest, which = overlap.max(dim=1)
    which = torch.where(largest > positive, which, torch.where(largest <= negative, -1, -2))
    for box, anchor in enumerate(overlap.argmax(dim=0).tolist()):
        which[anchor] = box
    return which


@variant("assign")
def anchor_by_anchor(anchors, boxes, positive, negative):
    answer = [-1] * len(anchors)
    if not len(boxes):
        return answer
    overlap = torch.as_tensor(iou(anchors, boxes)).tolist()
    for i, row in enumerate(overlap):
        best = max(row)
        if best >= positive:
            answer[i] = row.index(best)
        elif best >= negative:
            answer[i] = -2
    for box in range(len(boxes)):
        column = [row[box] for row in overlap]
        answer[column.index(max(column))] = box
    return answer


@variant("assign")
def by_masks(anchors, boxes, positive, negative):
    overlap = np.asarray(iou(anchors, boxes)).reshape(len(anchors), len(boxes))
    if overlap.shape[1] == 0:
        return np.full(len(anchors), -1)
    largest = overlap.max(axis=1)
    which = overlap.argmax(axis=1)
    which[largest < positive] = -2
    which[largest < negative] = -1
    for box in range(len(boxes)):
        which[overlap[:, box].argmax()] = box
    return which
