"""Answers to boxes.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np
import torch

from course.testing import misconception, variant
from day20_detection.boxes import iou


@misconception("to_corners", "Half of the size lies on each side of the middle: here all of it does.")
def whole_size_on_each_side(boxes):
    return torch.cat([boxes[:, :2] - boxes[:, 2:], boxes[:, :2] + boxes[:, 2:]], dim=1)


@misconception("to_corners", "x and y are the middle of the box. Here they are taken for its corner.")
def middle_taken_for_corner(boxes):
    return torch.cat([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], dim=1)


@misconception("to_corners", "Width belongs to x and height to y; they are exchanged.")
def width_and_height_exchanged(boxes):
    size = boxes[:, 2:].flip(1)
    return torch.cat([boxes[:, :2] - size / 2, boxes[:, :2] + size / 2], dim=1)


@misconception("to_corners", "The corners are in the wrong order: left, top, right, bottom.")
def order_of_corners(boxes):
    first, last = boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2
    return torch.stack([first[:, 0], last[:, 0], first[:, 1], last[:, 1]], dim=1)


@variant("to_corners")
def column_by_column(boxes):
    x, y, w, h = boxes.T
    return torch.stack((x - 0.5 * w, y - 0.5 * h, x + 0.5 * w, y + 0.5 * h)).T


@variant("to_corners")
def by_a_matrix(boxes):
    table = np.array([[1, 0, 1, 0], [0, 1, 0, 1], [-0.5, 0, 0.5, 0], [0, -0.5, 0, 0.5]])
    return np.asarray(boxes) @ table


@misconception(
    "to_centres", "The middle is the mean of both corners. Here the first corner is left as it is."
)
def corner_left(boxes):
    return torch.cat([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], dim=1)


@misconception("to_centres", "The corners were added, but not divided by 2.")
def sum_of_corners(boxes):
    return torch.cat([boxes[:, :2] + boxes[:, 2:], boxes[:, 2:] - boxes[:, :2]], dim=1)


@misconception("to_centres", "The sizes are halved. Width and height are whole.")
def half_sizes(boxes):
    return torch.cat([(boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2], dim=1)


@misconception("to_centres", "Sizes are the last corner less the first one; the sign is wrong.")
def negative_sizes(boxes):
    return torch.cat([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, :2] - boxes[:, 2:]], dim=1)


@misconception(
    "to_centres", "A pixel was added to each side. Boxes are measured from edge to edge here: right − left."
)
def pixels_counted_in_sizes(boxes):
    return torch.cat([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2] + 1], dim=1)


@misconception(
    "to_centres", "Half of the size was taken for the middle. The middle is half-way between the corners."
)
def half_size_for_the_middle(boxes):
    size = boxes[:, 2:] - boxes[:, :2]
    return torch.cat([size / 2, size], dim=1)


@misconception("to_centres", "Only the last corner is halved. Both are added up, and then divided by 2.")
def last_corner_halved(boxes):
    return torch.cat([boxes[:, :2] + boxes[:, 2:] / 2, boxes[:, 2:] - boxes[:, :2]], dim=1)


@variant("to_centres")
def corner_and_half(boxes):
    left, top, right, bottom = boxes.unbind(1)
    w, h = right - left, bottom - top
    return torch.stack([left + w / 2, top + h / 2, w, h], dim=-1)


@variant("to_centres")
def rows_of_lists(boxes):
    return [[(a + c) / 2, (b + d) / 2, c - a, d - b] for a, b, c, d in boxes.tolist()]


@misconception(
    "iou",
    "Boxes that do not overlap get a positive area: two negative sides make one. Sides below 0 count as 0.",
)
def sides_not_clamped(a, b):
    sides = torch.minimum(a[:, None, 2:], b[None, :, 2:]) - torch.maximum(a[:, None, :2], b[None, :, :2])
    common = sides.prod(dim=2)
    area_a, area_b = ((c[:, 2:] - c[:, :2]).prod(dim=1) for c in (a, b))
    return common / (area_a[:, None] + area_b - common).clamp(min=1e-9)


@misconception("iou", "The union is both areas *less the intersection*, which would else be counted twice.")
def union_counts_twice(a, b):
    sides = torch.minimum(a[:, None, 2:], b[None, :, 2:]) - torch.maximum(a[:, None, :2], b[None, :, :2])
    common = sides.clamp(min=0).prod(dim=2)
    area_a, area_b = ((c[:, 2:] - c[:, :2]).prod(dim=1) for c in (a, b))
    return common / (area_a[:, None] + area_b).clamp(min=1e-9)


@misconception(
    "iou", "Each box is compared with the box of the same row only. All pairs are asked for, (n, m)."
)
def row_by_row(a, b):
    k = min(len(a), len(b))
    sides = torch.minimum(a[:k, 2:], b[:k, 2:]) - torch.maximum(a[:k, :2], b[:k, :2])
    common = sides.clamp(min=0).prod(dim=1)
    areas = (a[:k, 2:] - a[:k, :2]).prod(dim=1) + (b[:k, 2:] - b[:k, :2]).prod(dim=1)
    return common / (areas - common).clamp(min=1e-9)


@misconception("iou", "This divides by the smaller of the two areas. Divide by the union.")
def over_the_smaller(a, b):
    sides = torch.minimum(a[:, None, 2:], b[None, :, 2:]) - torch.maximum(a[:, None, :2], b[None, :, :2])
    common = sides.clamp(min=0).prod(dim=2)
    area_a, area_b = ((c[:, 2:] - c[:, :2]).prod(dim=1) for c in (a, b))
    return common / torch.minimum(area_a[:, None], area_b[None]).clamp(min=1e-9)


@misconception(
    "iou", "Two boxes without any area give 0 / 0, which is NaN. Where nothing is shared the answer is 0."
)
def nan_of_nothing(a, b):
    sides = torch.minimum(a[:, None, 2:], b[None, :, 2:]) - torch.maximum(a[:, None, :2], b[None, :, :2])
    common = sides.clamp(min=0).prod(dim=2)
    area_a, area_b = ((c[:, 2:] - c[:, :2]).prod(dim=1) for c in (a, b))
    return common / (area_a[:, None] + area_b - common)


@misconception(
    "iou", "A pixel was added to each side. Boxes are measured from edge to edge here: right − left."
)
def pixels_counted(a, b):
    sides = torch.minimum(a[:, None, 2:], b[None, :, 2:]) - torch.maximum(a[:, None, :2], b[None, :, :2]) + 1
    common = sides.clamp(min=0).prod(dim=2)
    area_a, area_b = ((c[:, 2:] - c[:, :2] + 1).prod(dim=1) for c in (a, b))
    return common / (area_a[:, None] + area_b - common)


@misconception(
    "iou",
    "Something was added to the union. Of small boxes it is a part that counts: nothing is to be added.",
    eps=(1e-6, 1e-8, 1e-9),
)
def added_to_the_union(a, b, *, eps=1e-6):
    sides = torch.minimum(a[:, None, 2:], b[None, :, 2:]) - torch.maximum(a[:, None, :2], b[None, :, :2])
    common = sides.clamp(min=0).prod(dim=2)
    area_a, area_b = ((c[:, 2:] - c[:, :2]).prod(dim=1) for c in (a, b))
    return common / (area_a[:, None] + area_b - common + eps)


@variant("iou")
def pair_by_pair(a, b):
    rows = []
    for p in a.tolist():
        row = []
        for q in b.tolist():
            w = max(0.0, min(p[2], q[2]) - max(p[0], q[0]))
            h = max(0.0, min(p[3], q[3]) - max(p[1], q[1]))
            both = (p[2] - p[0]) * (p[3] - p[1]) + (q[2] - q[0]) * (q[3] - q[1])
            row.append(w * h / (both - w * h) if w * h > 0 else 0.0)
        rows.append(row)
    return torch.tensor(rows, dtype=torch.float64).reshape(len(a), len(b))


@variant("iou")
def along_each_axis(a, b):
    def shared(k):
        last = torch.min(a[:, k + 2].unsqueeze(1), b[:, k + 2].unsqueeze(0))
        return torch.relu(last - torch.max(a[:, k].unsqueeze(1), b[:, k].unsqueeze(0)))

    common = shared(0) * shared(1)
    area = [(c[:, 2] - c[:, 0]) * (c[:, 3] - c[:, 1]) for c in (a, b)]
    union = area[0].unsqueeze(1) + area[1].unsqueeze(0) - common
    return (common / union).nan_to_num(nan=0.0)


@misconception(
    "generalised_iou", "That is IoU alone: the share of the box around that is empty is to be taken off."
)
def plain_iou(a, b):
    return torch.as_tensor(iou(a, b)).diagonal()


@misconception(
    "generalised_iou",
    "The empty part is divided by the union here. Divide by the area of the box around both.",
)
def empty_over_union(a, b):
    common = (torch.minimum(a[:, 2:], b[:, 2:]) - torch.maximum(a[:, :2], b[:, :2])).clamp(min=0).prod(dim=1)
    union = (a[:, 2:] - a[:, :2]).prod(dim=1) + (b[:, 2:] - b[:, :2]).prod(dim=1) - common
    around = (torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])).prod(dim=1)
    return common / union - (around - union) / union


@misconception("generalised_iou", "The empty part was added. It is taken off.")
def empty_added(a, b):
    common = (torch.minimum(a[:, 2:], b[:, 2:]) - torch.maximum(a[:, :2], b[:, :2])).clamp(min=0).prod(dim=1)
    union = (a[:, 2:] - a[:, :2]).prod(dim=1) + (b[:, 2:] - b[:, :2]).prod(dim=1) - common
    around = (torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])).prod(dim=1)
    return common / union + (around - union) / around


@misconception(
    "generalised_iou",
    "The union was taken off. Of the box around both only the part that neither covers is taken off.",
)
def union_taken_off(a, b):
    common = (torch.minimum(a[:, 2:], b[:, 2:]) - torch.maximum(a[:, :2], b[:, :2])).clamp(min=0).prod(dim=1)
    union = (a[:, 2:] - a[:, :2]).prod(dim=1) + (b[:, 2:] - b[:, :2]).prod(dim=1) - common
    around = (torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])).prod(dim=1)
    return common / union - union / around


@variant("generalised_iou")
def shorter(a, b):
    inner = torch.relu(torch.min(a[:, 2:], b[:, 2:]) - torch.max(a[:, :2], b[:, :2])).prod(1)
    outer = (torch.max(a[:, 2:], b[:, 2:]) - torch.min(a[:, :2], b[:, :2])).prod(1)
    union = (a[:, 2:] - a[:, :2]).prod(1) + (b[:, 2:] - b[:, :2]).prod(1) - inner
    return inner / union + union / outer - 1


@variant("generalised_iou")
def with_numpy(a, b):
    p, q = np.asarray(a), np.asarray(b)
    low, high = np.minimum(p, q), np.maximum(p, q)
    inner = np.clip(low[:, 2:] - high[:, :2], 0, None).prod(axis=1)
    outer = (high[:, 2:] - low[:, :2]).prod(axis=1)
    union = (p[:, 2:] - p[:, :2]).prod(axis=1) + (q[:, 2:] - q[:, :2]).prod(axis=1) - inner
    return inner / union - 1 + union / outer


@misconception(
    "suppress",
    "A box is suppressed by any better one here, also by one that did not stay itself. Only those who have stayed "
    "count.",
)
def suppressed_by_the_suppressed(boxes, scores, threshold):
    overlap, order, kept = torch.as_tensor(iou(boxes, boxes)), scores.argsort(descending=True).tolist(), []
    for place, i in enumerate(order):
        if all(overlap[i, j] <= threshold for j in order[:place]):
            kept.append(i)
    return torch.tensor(kept, dtype=torch.int64)


@misconception("suppress", "The boxes are not taken by their score, but as they stand. The best comes first.")
def as_they_stand(boxes, scores, threshold):
    overlap, kept = torch.as_tensor(iou(boxes, boxes)), []
    for i in range(len(boxes)):
        if all(overlap[i, j] <= threshold for j in kept):
            kept.append(i)
    return torch.tensor(kept, dtype=torch.int64)


@misconception("suppress", "Exactly at the threshold a box stays: it goes when its overlap is *above*.")
def at_the_threshold_too(boxes, scores, threshold):
    overlap, kept = torch.as_tensor(iou(boxes, boxes)), []
    for i in scores.argsort(descending=True).tolist():
        if all(overlap[i, j] < threshold for j in kept):
            kept.append(i)
    return torch.tensor(kept, dtype=torch.int64)


@misconception("suppress", "The worst boxes stay: go from the largest score to the smallest.")
def worst_first(boxes, scores, threshold):
    overlap, kept = torch.as_tensor(iou(boxes, boxes)), []
    for i in scores.argsort().tolist():
        if all(overlap[i, j] <= threshold for j in kept):
            kept.append(i)
    return torch.tensor(kept, dtype=torch.int64)


@misconception("suppress", "The rows are right, but sorted by their number. The best comes first.")
def rows_sorted(boxes, scores, threshold):
    overlap, kept = torch.as_tensor(iou(boxes, boxes)), []
    for i in scores.argsort(descending=True).tolist():
        if all(overlap[i, j] <= threshold for j in kept):
            kept.append(i)
    return torch.tensor(sorted(kept), dtype=torch.int64)


@misconception("suppress", "The rows of the boxes are asked for, not the boxes.")
def the_boxes(boxes, scores, threshold):
    overlap, kept = torch.as_tensor(iou(boxes, boxes)), []
    for i in scores.argsort(descending=True).tolist():
        if all(overlap[i, j] <= threshold for j in kept):
            kept.append(i)
    return boxes[kept]


@misconception(
    "suppress",
    "These are places in the list sorted by score. The rows of ``boxes`` are asked for: order[place].",
)
def places_in_the_sorted_list(boxes, scores, threshold):
    order = scores.argsort(descending=True)
    overlap, kept = torch.as_tensor(iou(boxes[order], boxes[order])), []
    for i in range(len(order)):
        if all(overlap[i, j] <= threshold for j in kept):
            kept.append(i)
    return torch.tensor(kept, dtype=torch.int64)


@variant("suppress")
def crossing_out(boxes, scores, threshold):
    overlap = torch.as_tensor(iou(boxes, boxes))
    left = torch.ones(len(boxes), dtype=torch.bool)
    kept = []
    while left.any():
        best = int(torch.where(left, scores, -torch.inf).argmax())
        kept.append(best)
        left &= overlap[best] <= threshold
        left[best] = False
    return kept


@variant("suppress")
def shrinking_list(boxes, scores, threshold):
    order, kept = torch.argsort(scores, descending=True), []
    while order.numel():
        kept.append(int(order[0]))
        rest = order[1:]
        if not rest.numel():
            break
        order = rest[torch.as_tensor(iou(boxes[order[:1]], boxes[rest]))[0] <= threshold]
    return np.array(kept, dtype=np.int64)


@misconception("flip", "The boxes stayed where they were: they have to go into the mirror, too.")
def boxes_left(image, boxes):
    return image.flip(2), boxes


@misconception("flip", "After w − left and w − right the left edge is the larger one: exchange the two.")
def edges_not_exchanged(image, boxes):
    left, top, right, bottom = boxes.unbind(dim=1)
    width = image.shape[2]
    return image.flip(2), torch.stack([width - left, top, width - right, bottom], dim=1)


@misconception("flip", "The picture spans from 0 to w: the edge at 0 goes to w, and not to w − 1.")
def one_pixel_less(image, boxes):
    left, top, right, bottom = boxes.unbind(dim=1)
    width = image.shape[2] - 1
    return image.flip(2), torch.stack([width - right, top, width - left, bottom], dim=1)


@misconception(
    "flip", "This is upside down. Left and right are to be exchanged: the last axis of the picture, and x."
)
def upside_down(image, boxes):
    left, top, right, bottom = boxes.unbind(dim=1)
    height = image.shape[1]
    return image.flip(1), torch.stack([left, height - bottom, right, height - top], dim=1)


@misconception("flip", "The picture is the same as before: it has to be mirrored along its last axis.")
def picture_left(image, boxes):
    left, top, right, bottom = boxes.unbind(dim=1)
    width = image.shape[2]
    return image, torch.stack([width - right, top, width - left, bottom], dim=1)


@variant("flip")
def by_numpy(image, boxes):
    moved = np.array(boxes)
    moved[:, [0, 2]] = image.shape[-1] - moved[:, [2, 0]]
    return np.asarray(image)[..., ::-1], moved


@variant("flip")
def by_index(image, boxes):
    _c, _h, w = image.shape
    turned = boxes * torch.tensor([-1, 1, -1, 1], dtype=boxes.dtype)
    turned = turned + torch.tensor([w, 0, w, 0], dtype=boxes.dtype)
    return image[:, :, torch.arange(w - 1, -1, -1)], turned[:, [2, 1, 0, 3]]
