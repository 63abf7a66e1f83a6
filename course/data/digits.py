"""Handwritten digits that ship with scikit-learn: a small, real stand-in for MNIST."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course.data.bundled import reading


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
    from sklearn.datasets import load_digits as load

    with reading("The digits"):
        bunch = load()
        return Digits(bunch.images / 16.0, bunch.target.astype(np.int64))
