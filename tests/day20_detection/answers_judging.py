"""Answers to judging.py: wrong ones with what went wrong, and right ones in another style."""

import itertools

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, log_softmax, softplus

from course.testing import misconception, variant


@misconception(
    "detection_loss", "The box of a thing that is not there costs something here. Leave empty places out."
)
def boxes_everywhere(said, wanted, box_weight):
    said, wanted = said.reshape(-1, said.shape[-1]), wanted.reshape(-1, 6)
    there = wanted[:, 0] > 0.5
    total = binary_cross_entropy_with_logits(said[:, 0], wanted[:, 0], reduction="sum")
    total = total + box_weight * (said[:, 1:5] - wanted[:, 1:5]).square().sum()
    return (total + cross_entropy(said[there, 5:], wanted[there, 5].long(), reduction="sum")) / len(said)


@misconception(
    "detection_loss", "The class of a thing that is not there costs something here. Leave empty places out."
)
def classes_everywhere(said, wanted, box_weight):
    said, wanted = said.reshape(-1, said.shape[-1]), wanted.reshape(-1, 6)
    there = wanted[:, 0] > 0.5
    total = binary_cross_entropy_with_logits(said[:, 0], wanted[:, 0], reduction="sum")
    total = total + box_weight * (said[there, 1:5] - wanted[there, 1:5]).square().sum()
    return (total + cross_entropy(said[:, 5:], wanted[:, 5].long(), reduction="sum")) / len(said)


@misconception(
    "detection_loss",
    "Boxes and classes are divided by the places with something. The mean is over all places.",
)
def mean_over_what_is_there(said, wanted, box_weight):
    said, wanted = said.reshape(-1, said.shape[-1]), wanted.reshape(-1, 6)
    there = wanted[:, 0] > 0.5
    count = there.sum().clamp(min=1)
    total = binary_cross_entropy_with_logits(said[:, 0], wanted[:, 0])
    total = total + box_weight * (said[there, 1:5] - wanted[there, 1:5]).square().sum() / count
    return total + cross_entropy(said[there, 5:], wanted[there, 5].long(), reduction="sum") / count


@misconception("detection_loss", "The four squared errors of a box are summed up, not averaged.")
def mean_of_four(said, wanted, box_weight):
    said, wanted = said.reshape(-1, said.shape[-1]), wanted.reshape(-1, 6)
    there = wanted[:, 0] > 0.5
    total = binary_cross_entropy_with_logits(said[:, 0], wanted[:, 0], reduction="sum")
    total = total + box_weight * (said[there, 1:5] - wanted[there, 1:5]).square().mean(dim=1).sum()
    return (total + cross_entropy(said[there, 5:], wanted[there, 5].long(), reduction="sum")) / len(said)


@misconception(
    "detection_loss",
    "Presence is looked at only where something is. Then a network learns to see things everywhere.",
)
def presence_where_something_is(said, wanted, box_weight):
    said, wanted = said.reshape(-1, said.shape[-1]), wanted.reshape(-1, 6)
    there = wanted[:, 0] > 0.5
    total = binary_cross_entropy_with_logits(said[there, 0], wanted[there, 0], reduction="sum")
    total = total + box_weight * (said[there, 1:5] - wanted[there, 1:5]).square().sum()
    return (total + cross_entropy(said[there, 5:], wanted[there, 5].long(), reduction="sum")) / len(said)


@misconception("detection_loss", "The first number is a logit: binary_cross_entropy *with logits*.")
def squared_error_of_presence(said, wanted, box_weight):
    said, wanted = said.reshape(-1, said.shape[-1]), wanted.reshape(-1, 6)
    there = wanted[:, 0] > 0.5
    total = (torch.sigmoid(said[:, 0]) - wanted[:, 0]).square().sum()
    total = total + box_weight * (said[there, 1:5] - wanted[there, 1:5]).square().sum()
    return (total + cross_entropy(said[there, 5:], wanted[there, 5].long(), reduction="sum")) / len(said)


@misconception(
    "detection_loss",
    "In a batch without anything the mean over nothing is NaN. Sum up, and divide by all places.",
)
def nan_of_empty_batches(said, wanted, box_weight):
    said, wanted = said.reshape(-1, said.shape[-1]), wanted.reshape(-1, 6)
    there = wanted[:, 0] > 0.5
    share = there.double().mean()
    total = binary_cross_entropy_with_logits(said[:, 0], wanted[:, 0])
    total = total + share * box_weight * (said[there, 1:5] - wanted[there, 1:5]).square().sum(dim=1).mean()
    return total + share * cross_entropy(said[there, 5:], wanted[there, 5].long())


@misconception("detection_loss", "box_weight is for the box alone; the class is multiplied by it, too.")
def weight_on_the_class(said, wanted, box_weight):
    said, wanted = said.reshape(-1, said.shape[-1]), wanted.reshape(-1, 6)
    there = wanted[:, 0] > 0.5
    total = binary_cross_entropy_with_logits(said[:, 0], wanted[:, 0], reduction="sum")
    extra = (said[there, 1:5] - wanted[there, 1:5]).square().sum()
    extra = extra + cross_entropy(said[there, 5:], wanted[there, 5].long(), reduction="sum")
    return (total + box_weight * extra) / len(said)


@misconception(
    "detection_loss",
    "The logarithm of a sigmoid that is 0 is −∞, and 0 · ∞ is NaN. binary_cross_entropy_with_logits is stable.",
)
def logarithm_of_a_sigmoid(said, wanted, box_weight):
    said, wanted = said.reshape(-1, said.shape[-1]), wanted.reshape(-1, 6)
    there, p = wanted[:, 0] > 0.5, torch.sigmoid(said[:, 0])
    total = -(wanted[:, 0] * torch.log(p) + (1 - wanted[:, 0]) * torch.log(1 - p)).sum()
    total = total + box_weight * (said[there, 1:5] - wanted[there, 1:5]).square().sum()
    return (total + cross_entropy(said[there, 5:], wanted[there, 5].long(), reduction="sum")) / len(said)


@variant("detection_loss")
def by_multiplying_with_presence(said, wanted, box_weight):
    there = wanted[..., 0]
    presence = softplus(said[..., 0]) - there * said[..., 0]
    box = ((said[..., 1:5] - wanted[..., 1:5]) ** 2).sum(dim=-1)
    label = wanted[..., 5:].long()
    kind = -log_softmax(said[..., 5:], dim=-1).gather(-1, label)[..., 0]
    return (presence + there * (box_weight * box + kind)).mean()


@variant("detection_loss")
def place_by_place(said, wanted, box_weight):
    total = said.new_zeros(())
    rows = list(zip(said.reshape(-1, said.shape[-1]), wanted.reshape(-1, 6), strict=True))
    for s, w in rows:
        total = total + binary_cross_entropy_with_logits(s[0], w[0])
        if w[0] == 1:
            total = total + box_weight * torch.dist(s[1:5], w[1:5]) ** 2
            total = total + torch.logsumexp(s[5:], dim=0) - s[5 + int(w[5])]
    return total / len(rows)


@misconception("match_detections", "A thing was found twice. Once it is taken, it is gone for all others.")
def found_twice(overlap, scores, threshold):
    if overlap.shape[1] == 0:
        return torch.zeros(len(overlap), dtype=torch.bool)
    return overlap.max(dim=1).values >= threshold


@misconception(
    "match_detections",
    "The detections are taken as they stand. The one with the largest score chooses first.",
)
def as_they_stand(overlap, scores, threshold):
    left, right = overlap.clone(), torch.zeros(len(overlap), dtype=torch.bool)
    for i in range(len(overlap)) if overlap.shape[1] else ():
        thing = left[i].argmax()
        if left[i, thing] >= threshold:
            right[i] = True
            left[:, thing] = -1
    return right


@misconception(
    "match_detections",
    "The answer is in the order of the scores. It is to be in the order in which they were given.",
)
def in_the_order_of_scores(overlap, scores, threshold):
    left, right = overlap.clone(), []
    for i in scores.argsort(descending=True).tolist():
        right.append(False)
        if overlap.shape[1]:
            thing = left[i].argmax()
            if left[i, thing] >= threshold:
                right[-1] = True
                left[:, thing] = -1
    return torch.tensor(right)


@misconception(
    "match_detections",
    "Who finds its best thing taken gives up here. It may still take the best of those that are left.",
)
def gives_up(overlap, scores, threshold):
    right, taken = torch.zeros(len(overlap), dtype=torch.bool), set()
    for i in scores.argsort(descending=True).tolist() if overlap.shape[1] else ():
        thing = int(overlap[i].argmax())
        if thing not in taken and overlap[i, thing] >= threshold:
            right[i] = True
            taken.add(thing)
    return right


@misconception("match_detections", "Exactly at the threshold a detection is right: >=.")
def above_the_threshold(overlap, scores, threshold):
    left, right = overlap.clone(), torch.zeros(len(overlap), dtype=torch.bool)
    for i in scores.argsort(descending=True).tolist() if overlap.shape[1] else ():
        thing = left[i].argmax()
        if left[i, thing] > threshold:
            right[i] = True
            left[:, thing] = -1
    return right


@misconception(
    "match_detections",
    "A thing is taken here by a detection that is not right. It is free until somebody finds it.",
)
def taken_below_the_threshold(overlap, scores, threshold):
    left, right = overlap.clone(), torch.zeros(len(overlap), dtype=torch.bool)
    for i in scores.argsort(descending=True).tolist() if overlap.shape[1] else ():
        thing = left[i].argmax()
        right[i] = left[i, thing] >= threshold
        left[:, thing] = -1
    return right


@variant("match_detections")
def with_a_set(overlap, scores, threshold):
    free, answer = set(range(overlap.shape[1])), [False] * len(scores)
    for i in sorted(range(len(scores)), key=scores.__getitem__, reverse=True):
        best = max(free, key=lambda j: float(overlap[i, j]), default=None)
        if best is not None and overlap[i, best] >= threshold:
            answer[i] = True
            free.remove(best)
    return answer


@variant("match_detections")
def in_numpy(overlap, scores, threshold):
    table = np.array(overlap, dtype=float)
    answer = np.zeros(len(table), dtype=bool)
    for i in np.argsort(-np.asarray(scores)):
        if table.shape[1] and table[i].max() >= threshold:
            answer[i] = True
            table[:, table[i].argmax()] = -np.inf
    return answer


@misconception("precision_recall", "The detections are not sorted: the best come first.")
def unsorted_scores(scores, right, things):
    found = right.double().cumsum(dim=0)
    return found / torch.arange(1, len(scores) + 1), found / things


@misconception("precision_recall", "Sorted the wrong way: the largest score comes first.")
def worst_first(scores, right, things):
    found = right[scores.argsort()].double().cumsum(dim=0)
    return found / torch.arange(1, len(scores) + 1), found / things


@misconception(
    "precision_recall", "Recall is divided by the detections. It is the share of the *things* that are found."
)
def recall_of_detections(scores, right, things):
    found = right[scores.argsort(descending=True)].double().cumsum(dim=0)
    return found / torch.arange(1, len(scores) + 1), found / len(scores)


@misconception(
    "precision_recall",
    "Recall is divided by the right detections, so it always ends with 1. Divide by things.",
)
def recall_of_the_right(scores, right, things):
    found = right[scores.argsort(descending=True)].double().cumsum(dim=0)
    return found / torch.arange(1, len(scores) + 1), found / found[-1].clamp(min=1)


@misconception("precision_recall", "Precision and recall are exchanged.")
def exchanged(scores, right, things):
    found = right[scores.argsort(descending=True)].double().cumsum(dim=0)
    return found / things, found / torch.arange(1, len(scores) + 1)


@variant("precision_recall")
def step_by_step(scores, right, things):
    order = sorted(range(len(scores)), key=lambda i: -float(scores[i]))
    found, precision, recall = 0, [], []
    for k, i in enumerate(order, start=1):
        found += int(right[i])
        precision.append(found / k)
        recall.append(found / things)
    return precision, recall


@variant("precision_recall")
def in_one_table(scores, right, things):
    hits = np.asarray(right)[np.argsort(-np.asarray(scores))].cumsum()
    return np.stack([hits / np.arange(1, len(hits) + 1), hits / things])


@misconception(
    "average_precision", "The teeth are left: at each recall the best precision at or *beyond* it counts."
)
def with_teeth(precision, recall):
    if len(precision) == 0:
        return 0.0
    return float((torch.diff(recall, prepend=recall.new_zeros(1)) * precision).sum())


@misconception(
    "average_precision", "The running maximum was taken from the left. It is taken from the right."
)
def maximum_from_the_left(precision, recall):
    if len(precision) == 0:
        return 0.0
    ceiling = precision.cummax(dim=0).values
    return float((torch.diff(recall, prepend=recall.new_zeros(1)) * ceiling).sum())


@misconception("average_precision", "The step from recall 0 to the first point is missing.")
def first_step_missing(precision, recall):
    if len(precision) == 0:
        return 0.0
    ceiling = precision.flip(0).cummax(dim=0).values.flip(0)
    return float((torch.diff(recall) * ceiling[1:]).sum())


@misconception(
    "average_precision", "That is the mean of the precisions. Weigh each by the step of the recall."
)
def mean_of_precisions(precision, recall):
    return float(precision.mean()) if len(precision) else 0.0


@misconception(
    "average_precision",
    "These are trapezia between the teeth. Each step has the height of the best precision at its end or beyond.",
)
def trapezia(precision, recall):
    if len(precision) == 0:
        return 0.0
    heights = torch.cat([precision[:1], precision])
    steps = torch.diff(recall, prepend=recall.new_zeros(1))
    return float((steps * (heights[1:] + heights[:-1]) / 2).sum())


@misconception(
    "average_precision",
    "That is the mean over eleven recalls, as it was until 2009. Here every step of the curve counts.",
)
def eleven_points(precision, recall):
    if len(precision) == 0:
        return 0.0
    best = [
        precision[recall >= k / 10].max().item() if bool((recall >= k / 10).any()) else 0.0 for k in range(11)
    ]
    return sum(best) / 11


@variant("average_precision")
def from_the_end(precision, recall):
    area, best = 0.0, 0.0
    pairs = [(0.0, 0.0), *zip(precision.tolist(), recall.tolist(), strict=True)]
    for (_, before), (p, r) in reversed(list(itertools.pairwise(pairs))):
        best = max(best, p)
        area += best * (r - before)
    return area


@variant("average_precision")
def trapezia_under_the_stairs(precision, recall):
    """Where the ceiling falls, recall stands still: slanted lines and stairs are the same."""
    if not len(recall):
        return 0.0
    ceiling = precision.flip(0).cummax(dim=0).values.flip(0)
    return torch.trapezoid(torch.cat([ceiling[:1], ceiling]), torch.cat([recall.new_zeros(1), recall])).item()


@variant("average_precision")
def level_by_level(precision, recall):
    p, r = np.asarray(precision), np.asarray(recall)
    levels = np.unique(np.append(r, 0.0))
    return float(sum((b - a) * p[r >= b].max() for a, b in itertools.pairwise(levels)))
