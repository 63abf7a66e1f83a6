# Write the parts marked TODO(day20). Made by `course sync` from the course's single source.
# skeleton 6c3cf8df0325b6bc
"""How wrong was it, and how good is a detector? A loss for training, and average precision for the verdict.

Arguments come back unchanged.
"""

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss


def detection_loss(said: Tensor, wanted: Tensor, box_weight: float) -> Tensor:
    """The loss of a localiser or of a grid: every place says whether something is there, where, and what.

    For each place the cross-entropy of "something is there", in nats. *Only where something is there* also
    ``box_weight`` times the sum of the four squared errors of the box, and the cross-entropy of the class. What the
    network says of boxes and classes at empty places costs nothing and has no gradient. The mean over all places, the
    empty ones included. Finite for logits of any size.

    Parameters
    ----------
    said : (…, 5 + c) float tensor: the logit of "something is there", four numbers of the box, c class logits
    wanted : (…, 6) float tensor: 1 or 0, four numbers of the box, the label
    box_weight : 0 or more

    Returns
    -------
    float tensor of shape ()

    References
    ----------
    Redmon, Divvala, Girshick and Farhadi (2016), You only look once, CVPR, section 2.2
    """
    # TODO(day20): one long list of places, and a mask for those where something is
    raise NotImplementedError("detection_loss is not written yet")


def match_detections(overlap: Tensor, scores: Tensor, threshold: float) -> Tensor:
    """Which detections are right: each thing in the picture may be found once.

    From the largest score to the smallest, a detection takes the thing with the largest IoU among those *not taken
    yet*. It is right if that IoU is ``threshold`` or more, and the thing is then taken.

    Parameters
    ----------
    overlap : (n, k) float tensor, IoU of each detection with each thing; k may be 0
    scores : (n,) float tensor, all different
    threshold : between 0 and 1, above 0

    Returns
    -------
    (n,) bool tensor, in the order of the detections as they are given

    References
    ----------
    Everingham, Van Gool, Williams, Winn and Zisserman (2010), The Pascal visual object classes challenge, IJCV 88,
    section 4.2
    """
    # TODO(day20): what is taken gets an overlap below every threshold
    raise NotImplementedError("match_detections is not written yet")


def precision_recall(scores: Tensor, right: Tensor, things: int) -> tuple[Tensor, Tensor]:
    """Precision and recall if one keeps only the k best detections, for k = 1 … n.

    Parameters
    ----------
    scores : (n,) float tensor, all different
    right : (n,) bool tensor
    things : how many there were to be found, 1 or more

    Returns
    -------
    precision : (n,) float tensor, share of the k that are right
    recall : (n,) float tensor, share of the things that are found by the k

    Not allowed here: ``sklearn.metrics.precision_recall_curve``.

    References
    ----------
    Manning, Raghavan and Schütze (2008), Introduction to Information Retrieval, section 8.4
    """
    # TODO(day20): Precision and recall if one keeps only the k best detections, for k = 1 … n
    raise NotImplementedError("precision_recall is not written yet")


def average_precision(precision: Tensor, recall: Tensor) -> float:
    """The area under the curve of precision over recall, without its teeth.

    The precision at a recall r is taken to be the largest one at r or beyond. Between two points of the curve recall
    moves on by their difference, at the precision of the later one; the first point is reached from recall 0. What is
    never found adds nothing.

    Parameters
    ----------
    precision, recall : (n,) float tensors of ``precision_recall``, n may be 0

    Returns
    -------
    float between 0 and 1

    Not allowed here: ``sklearn.metrics.average_precision_score``.

    References
    ----------
    Everingham, Eslami, Van Gool, Williams, Winn and Zisserman (2015), The Pascal visual object classes challenge: a
    retrospective, IJCV 111, section 3.1
    """
    # TODO(day20): the running maximum from the right; then widths times heights
    raise NotImplementedError("average_precision is not written yet")
