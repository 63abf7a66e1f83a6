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

    References
    ----------
    Redmon, Divvala, Girshick and Farhadi (2016), You only look once, CVPR, section 2
    """
    ### BEGIN SOLUTION
    middle, size = boxes[:, :2], boxes[:, 2:]
    return torch.cat([middle - size / 2, middle + size / 2], dim=1)
    ### END SOLUTION


def to_centres(boxes: Tensor) -> Tensor:
    """From corners to centres and sizes: the way back from ``to_corners``.

    Parameters
    ----------
    boxes : (n, 4) float tensor of (left, top, right, bottom)

    Returns
    -------
    (n, 4) float tensor of (x, y, width, height)

    References
    ----------
    Redmon, Divvala, Girshick and Farhadi (2016), You only look once, CVPR, section 2
    """
    ### BEGIN SOLUTION
    first, last = boxes[:, :2], boxes[:, 2:]
    return torch.cat([(first + last) / 2, last - first], dim=1)
    ### END SOLUTION


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

    References
    ----------
    Everingham, Van Gool, Williams, Winn and Zisserman (2010), The Pascal visual object classes challenge, IJCV 88,
    section 4.2
    """
    ### BEGIN SOLUTION the intersection is a box as well: its corners, then its sides, none below 0
    first = torch.maximum(a[:, None, :2], b[None, :, :2])
    last = torch.minimum(a[:, None, 2:], b[None, :, 2:])
    common = (last - first).clamp(min=0).prod(dim=2)
    area_a, area_b = ((boxes[:, 2:] - boxes[:, :2]).prod(dim=1) for boxes in (a, b))
    union = area_a[:, None] + area_b - common
    return common / union.clamp(min=torch.finfo(union.dtype).tiny)
    ### END SOLUTION


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

    References
    ----------
    Rezatofighi, Tsoi, Gwak, Sadeghian, Reid and Savarese (2019), Generalized intersection over union, CVPR
    """

    ### BEGIN SOLUTION
    def area(first: Tensor, last: Tensor) -> Tensor:
        return (last - first).clamp(min=0).prod(dim=1)

    common = area(torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:]))
    union = area(a[:, :2], a[:, 2:]) + area(b[:, :2], b[:, 2:]) - common
    around = area(torch.minimum(a[:, :2], b[:, :2]), torch.maximum(a[:, 2:], b[:, 2:]))
    return common / union - (around - union) / around
    ### END SOLUTION


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

    References
    ----------
    Felzenszwalb, Girshick, McAllester and Ramanan (2010), Object detection with discriminatively trained part-based
    models, PAMI 32, section 7.2
    """
    ### BEGIN SOLUTION
    overlap = torch.as_tensor(iou(boxes, boxes))
    kept: list[int] = []
    for i in scores.argsort(descending=True).tolist():
        if all(overlap[i, j] <= threshold for j in kept):
            kept.append(i)
    return torch.tensor(kept, dtype=torch.int64)
    ### END SOLUTION


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
    ### BEGIN SOLUTION the new left edge is where the old right one was, seen from the other side
    width = image.shape[2]
    left, top, right, bottom = boxes.unbind(dim=1)
    return image.flip(2), torch.stack([width - right, top, width - left, bottom], dim=1)
    ### END SOLUTION
