"""The samples to choose from (given): what scikit-learn brings along."""

from typing import NamedTuple

import numpy as np

from course.data import load_digits
from course.data.bundled import reading, scikit_learn_file

DATA = ("digits", "wine", "cancer")
"""``digits``: 1,797 pictures of 64 pixels, ten classes. ``wine``: 178 wines of three growers, 13 measurements in very
different units. ``cancer``: 569 lumps in the breast, 30 measurements, benign or not; 37 in 100 are not."""
FILES = {"wine": "wine_data.csv", "cancer": "breast_cancer.csv"}
NEW = 0.3  # share of the samples that the figures are of


class Split(NamedTuple):
    """Samples to learn from, and samples that the figures are of: (n, d) float64, and labels (n,) int64."""

    x: np.ndarray
    y: np.ndarray
    x_new: np.ndarray
    y_new: np.ndarray


def load(name: str, seed: int) -> Split:
    """The samples of that name as they were measured, in an order that is drawn from the seed; the last 30 % are new.

    Raises ValueError for a name that is not in ``DATA``.
    """
    if name not in DATA:
        raise ValueError(f"there are no samples {name!r}; choose one of {', '.join(DATA)}")
    x, y = _read(name)
    order = np.random.default_rng(1000 + seed).permutation(len(x))
    cut = len(x) - int(NEW * len(x))
    known, new = order[:cut], order[cut:]
    return Split(x[known], y[known], x[new], y[new])


def _read(name: str) -> tuple[np.ndarray, np.ndarray]:
    if name == "digits":
        digits = load_digits()
        return digits.images.reshape(len(digits.images), -1).astype(float), digits.labels.astype(np.int64)
    with reading(name):
        table = np.loadtxt(scikit_learn_file("data", FILES[name]), delimiter=",", skiprows=1)
    return table[:, :-1], table[:, -1].astype(np.int64)
