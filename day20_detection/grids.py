# Write the parts marked TODO(day20). Made by `course sync` from the course's single source.
# skeleton 0d58f8a76734a5ff
"""From boxes to what a network can answer, and back: a grid of cells, and boxes that lie ready.

Boxes of this module are (x, y, width, height) in pixels, the middle first, unless it says corners. Arguments come back
unchanged.
"""

import torch
from torch import Tensor

from day20_detection.boxes import iou


def to_grid(boxes: Tensor, labels: Tensor, rows: int, columns: int, cell: float) -> Tensor:
    """The answer that a network should give: for each cell of a grid, whether the middle of a box lies in it, and
    which.

    The picture is cut into square cells. Six numbers stand for each: 1, the place of the middle inside of the cell,
    from 0 to 1 along x and along y, width and height *in cells*, and the label. A cell without a middle has six zeros.
    Where two middles lie in one cell, the box with the larger area stays.

    Parameters
    ----------
    boxes : (n, 4) float tensor; all middles lie inside of the picture, no two areas are equal
    labels : (n,) int64 tensor
    rows, columns : of the grid
    cell : side of a cell in pixels

    Returns
    -------
    (rows, columns, 6) float tensor: present, x, y, width, height, label

    References
    ----------
    Redmon, Divvala, Girshick and Farhadi (2016), You only look once, CVPR, section 2
    """
    # TODO(day20): from the smallest to the largest: what is written last stays
    raise NotImplementedError("to_grid is not written yet")


def from_grid(grid: Tensor, cell: float, threshold: float = 0.5) -> tuple[Tensor, Tensor, Tensor]:
    """The boxes that a grid speaks of: the way back from ``to_grid``.

    A cell counts when its first number is ``threshold`` or more. The cells are read as a page, row by row.

    Parameters
    ----------
    grid : (rows, columns, 6) float tensor: score, x, y, width, height, label
    cell : side of a cell in pixels
    threshold : smallest score

    Returns
    -------
    boxes : (n, 4) float tensor of (x, y, width, height) in pixels
    labels : (n,) int64 tensor
    scores : (n,) float tensor

    References
    ----------
    Redmon, Divvala, Girshick and Farhadi (2016), You only look once, CVPR, section 2
    """
    # TODO(day20): nonzero gives the rows and columns of the cells that count
    raise NotImplementedError("from_grid is not written yet")


def encode(boxes: Tensor, anchors: Tensor) -> Tensor:
    """How to move and stretch an anchor until it is the box: four numbers that are all 0 when it is already.

        ((x − x_a) / w_a,  (y − y_a) / h_a,  ln(w / w_a),  ln(h / h_a))

    Parameters
    ----------
    boxes, anchors : (n, 4) float tensors, sizes above 0

    Returns
    -------
    (n, 4) float tensor

    References
    ----------
    Ren, He, Girshick and Sun (2015), Faster R-CNN, NIPS 28, section 3.1.2
    """
    # TODO(day20): How to move and stretch an anchor until it is the box: four numbers that are all 0 when
    #   it is already
    raise NotImplementedError("encode is not written yet")


def decode(offsets: Tensor, anchors: Tensor) -> Tensor:
    """The boxes that offsets make of anchors: the way back from ``encode``. Sizes are above 0 for any offsets.

    Parameters
    ----------
    offsets, anchors : (n, 4) float tensors

    Returns
    -------
    (n, 4) float tensor of (x, y, width, height)

    References
    ----------
    Ren, He, Girshick and Sun (2015), Faster R-CNN, NIPS 28, section 3.1.2
    """
    # TODO(day20): The boxes that offsets make of anchors: the way back from ``encode``. Sizes are above 0
    #   for any offsets
    raise NotImplementedError("decode is not written yet")


def assign(anchors: Tensor, boxes: Tensor, positive: float, negative: float) -> Tensor:
    """Which box each anchor is to find.

    An anchor whose largest IoU with any box is ``positive`` or more is to find that box (the first of equal ones). One
    whose largest IoU is below ``negative`` is background, −1. What is between learns nothing from this picture, −2.
    After that every box gets the anchor that overlaps it most, whatever the thresholds say (the first of equal ones;
    where two boxes want one anchor, the later box gets it): otherwise small boxes would be nobody's.

    Parameters
    ----------
    anchors : (n, 4) float tensor, corners
    boxes : (k, 4) float tensor, corners; k may be 0
    positive, negative : thresholds, negative ≤ positive

    Returns
    -------
    (n,) int64 tensor: the row of the box, −1 or −2

    References
    ----------
    Ren, He, Girshick and Sun (2015), Faster R-CNN, NIPS 28, section 3.1.2
    """
    # TODO(day20): Which box each anchor is to find
    raise NotImplementedError("assign is not written yet")
