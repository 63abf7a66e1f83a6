# Write the parts marked TODO(day20). Made by `course sync` from the course's single source.
# skeleton 0d761822ce590597
"""Boxes: two ways to write one, how much two of them overlap, and who is left when several show the same thing.

A box is four numbers in a row. As *corners* they are (left, top, right, bottom), as *centre* (x, y, width, height) with
the middle of the box first. x grows to the right and y downwards, in pixels from the left upper corner of the picture.
Arguments come back unchanged.
"""

import torch
from torch import Tensor


def to_corners(boxes: Tensor) -> Tensor:
    """From centres and sizes to corners.

    Parameters
    ----------
    boxes : (n, 4) float tensor of (x, y, width, height)

    Returns
    -------
    (n, 4) float tensor of (left, top, right, bottom)

    Not allowed here: ``torchvision.ops.box_convert``.

    References
    ----------
    Redmon, Divvala, Girshick and Farhadi (2016), You only look once, CVPR, section 2
    """
    # TODO(day20): From centres and sizes to corners
    raise NotImplementedError("to_corners is not written yet")


def to_centres(boxes: Tensor) -> Tensor:
    """From corners to centres and sizes: the way back from ``to_corners``.

    Parameters
    ----------
    boxes : (n, 4) float tensor of (left, top, right, bottom)

    Returns
    -------
    (n, 4) float tensor of (x, y, width, height)

    Not allowed here: ``torchvision.ops.box_convert``.

    References
    ----------
    Redmon, Divvala, Girshick and Farhadi (2016), You only look once, CVPR, section 2
    """
    # TODO(day20): From corners to centres and sizes: the way back from ``to_corners``
    raise NotImplementedError("to_centres is not written yet")


def iou(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union of every box of one list with every box of another.

    1 for equal boxes, however small they are: nothing is added to the union. 0 for boxes that do not overlap, or only
    touch. Boxes without any area have 0 with everything, and never NaN.

    Parameters
    ----------
    a : (n, 4) float tensor, corners
    b : (m, 4) float tensor, corners

    Returns
    -------
    (n, m) float tensor

    Not allowed here: ``torchvision.ops.box_iou``.

    References
    ----------
    Everingham, Van Gool, Williams, Winn and Zisserman (2010), The Pascal visual object classes challenge, IJCV 88,
    section 4.2
    """
    # TODO(day20): the intersection is a box as well: its corners, then its sides, none below 0
    raise NotImplementedError("iou is not written yet")


def generalised_iou(a: Tensor, b: Tensor) -> Tensor:
    """Overlap that says how far apart two boxes are, too: for boxes side by side, pair by pair (optional).

    With C the smallest box around both,

        IoU − (area of C − area of the union) / area of C .

    It is 1 for equal boxes and nears −1 for small ones far apart. So it has a slope where IoU is 0 all around.

    Parameters
    ----------
    a, b : (n, 4) float tensors, corners of boxes with an area

    Returns
    -------
    (n,) float tensor, row i for the boxes i of both

    Not allowed here: from ``torchvision.ops``: ``generalized_box_iou``, ``generalized_box_iou_loss``.

    References
    ----------
    Rezatofighi, Tsoi, Gwak, Sadeghian, Reid and Savarese (2019), Generalized intersection over union, CVPR
    """

    # TODO(day20): Overlap that says how far apart two boxes are, too: for boxes side by side, pair by pair
    #   (optional)
    raise NotImplementedError("generalised_iou is not written yet")


def suppress(boxes: Tensor, scores: Tensor, threshold: float) -> Tensor:
    """Non-maximum suppression: of boxes that show the same thing only the best is left.

    From the largest score to the smallest: a box stays, unless its IoU with one that *has stayed* is above the
    threshold.

    Parameters
    ----------
    boxes : (n, 4) float tensor, corners; n may be 0
    scores : (n,) float tensor, all different
    threshold : between 0 and 1

    Returns
    -------
    (k,) int64 tensor, the rows of the boxes that stay, the best first

    Not allowed here: from ``torchvision.ops``: ``nms``, ``batched_nms``.

    References
    ----------
    Felzenszwalb, Girshick, McAllester and Ramanan (2010), Object detection with discriminatively trained part-based
    models, PAMI 32, section 7.2
    """
    # TODO(day20): Non-maximum suppression: of boxes that show the same thing only the best is left
    raise NotImplementedError("suppress is not written yet")


def flip(image: Tensor, boxes: Tensor) -> tuple[Tensor, Tensor]:
    """The picture in a mirror, left for right, and its boxes with it.

    Parameters
    ----------
    image : (c, h, w) float tensor
    boxes : (n, 4) float tensor, corners; the picture spans from 0 to w

    Returns
    -------
    image : (c, h, w) float tensor
    boxes : (n, 4) float tensor, corners, the left one left

    References
    ----------
    Zoph, Cubuk, Ghiasi, Lin, Shlens and Le (2020), Learning data augmentation strategies for object detection, ECCV
    """
    # TODO(day20): the new left edge is where the old right one was, seen from the other side
    raise NotImplementedError("flip is not written yet")
