# Write the parts marked TODO(project/detection). Made by `course sync` from the course's single source.
# skeleton 4da5dd72f8d47d83
"""Your experiment: methods that learn from streets, and say what stands where on new ones.

This file is yours: add functions, classes, modules beside it, and methods to ``METHODS``. What is asked of `fit` and
`predict` is asked of every method in it. Arguments come back unchanged.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from day20_detection.data import CELL, COLUMNS, ROWS, Streets
from day20_detection.training import detect, train_detector

METHODS = ("baseline", "own")
"""The baseline first, and last what your report recommends. Another name has a part of its own in `fit`."""

Found = tuple[Tensor, Tensor, Tensor]


def fit(x: Tensor, boxes: Sequence[Tensor], labels: Sequence[Tensor], method: str, seed: int) -> Any:
    """Learn from streets whose numbers are known.

    Whatever is drawn is drawn from ``seed``: the same call gives a model with the same answers. A check that trains
    gives up after 90 seconds; let `fit` and `predict` together take less than 30.

    Parameters
    ----------
    x : (n, 1, 24, 48) float32 tensor, streets of 2 · 4 cells of 12 pixels
    boxes : n float32 tensors (k, 4), what stands in each street: (x, y, width, height), x and y of the middle
    labels : n int64 tensors (k,), the digits
    method : one of ``METHODS``
    seed : of everything that is drawn, 0 or more

    Returns
    -------
    what `predict` needs: a model of any kind

    Raises
    ------
    ValueError
        for a method that is not in ``METHODS``
    """
    # TODO(project/detection): the simplest thing that could work, and a detector that is trained with your
    #   functions of day 20
    raise NotImplementedError("fit is not written yet")


def predict(model: Any, x: Tensor) -> list[Found]:
    """What stands where on new streets.

    Parameters
    ----------
    model : what `fit` gave, whatever was trained after it
    x : (n, 1, 24, 48) float32 tensor

    Returns
    -------
    list of n tuples of three tensors (corners, labels, scores)
        of each street what was found, k things: (k, 4) float boxes (left, top, right, bottom) in pixels, (k,) int64
        digits, (k,) float scores, the larger the surer; k may be 0. Without a graph.
    """
    # TODO(project/detection): the detector of day 20 reads its grid; the baseline looks at one cell after
    #   the other
    raise NotImplementedError("predict is not written yet")
