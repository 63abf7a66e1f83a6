"""Handwritten digits that ship with scikit-learn: a small, real stand-in for MNIST."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from course.data.bundled import reading, scikit_learn_file

if TYPE_CHECKING:
    from torch import Tensor


class Digits(NamedTuple):
    """Images and what they show."""

    images: NDArray[np.float64]
    labels: NDArray[np.int64]


def load_digits() -> Digits:
    """1,797 handwritten digits of 8×8 pixels.

    Returns
    -------
    images : (1797, 8, 8) float64 array
        in [0, 1], 0 is paper and 1 is ink, in steps of 1/16
    labels : (1797,) int64 array
        0 to 9

    Raises
    ------
    CourseError
        when the file inside scikit-learn is missing or damaged

    Notes
    -----
    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
    Repository (1998), doi:10.24432/C50P49, CC BY 4.0; the test part, as shipped with scikit-learn.
    """
    with reading("The digits"):
        table = np.loadtxt(scikit_learn_file("data", "digits.csv.gz"), delimiter=",")
        return Digits(table[:, :64].reshape(-1, 8, 8) / 16.0, table[:, 64].astype(np.int64))


class DigitSplit(NamedTuple):
    """Digits to learn from, and digits that nobody has seen."""

    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor


def split_digits(seed: int = 0) -> DigitSplit:
    """1,297 digits to learn from and 500 that are new, for PyTorch; in an order that is drawn from the seed.

    Returns
    -------
    x_train, x_test : (n, 64) float32 tensors
        in [0, 1], 0 is paper and 1 is ink
    y_train, y_test : (n,) int64 tensors
        0 to 9

    Raises
    ------
    CourseError
        when the file inside scikit-learn is missing or damaged

    Notes
    -----
    Source: `load_digits`.
    """
    import torch

    images, labels = load_digits()
    order = np.random.default_rng(seed).permutation(len(images))
    x = torch.tensor(images.reshape(-1, 64)[order], dtype=torch.float32)
    y = torch.tensor(labels[order])
    return DigitSplit(x[500:], y[500:], x[:500], y[:500])
