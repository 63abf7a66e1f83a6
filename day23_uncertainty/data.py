"""What the forecasters of this day learn from: noise that grows, a curve with a gap, and digits (given)."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from course.data import load_digits

KNOWN = 5
TIRED = 0.2


def spread_of(x: Tensor) -> Tensor:
    """The standard deviation of the noise at x: it grows with the distance from 0."""
    return 0.1 + x.abs() / 2


def make_growing_noise(n: int, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """n points of the line x + 5 with noise that grows: x of shape (n, 1) and y of shape (n,), float32."""
    x = 10 * torch.rand(n, 1, generator=chance) - 5
    return x, x[:, 0] + 5 + spread_of(x[:, 0]) * torch.randn(n, generator=chance)


def make_gap(n: int, chance: torch.Generator, noise_std: float = 0.1) -> tuple[Tensor, Tensor]:
    """n points of a wave, with nothing between −0.3 and 0.5: x and y of shape (n,), float64."""
    x = 1.2 * torch.rand(n, generator=chance, dtype=torch.float64) - 1
    x = torch.where(x < -0.3, x, x + 0.8)
    return x, torch.sin(4 * x) + noise_std * torch.randn(n, generator=chance, dtype=torch.float64)


def bumps(x: Tensor, count: int = 9) -> Tensor:
    """Features of x, (n,): ``count`` bells side by side, each as wide as the way to the next one, and a constant.

    (n, count + 1), float64; at least two bells.
    """
    centres = torch.linspace(-1.2, 1.2, count, dtype=torch.float64)
    width = 2.4 / (count - 1)
    bells = torch.exp(-((x[:, None].double() - centres) ** 2) / (2 * width**2))
    return torch.cat([bells, torch.ones(len(x), 1, dtype=torch.float64)], dim=1)


class Digits(NamedTuple):
    """Digits in three parts: to learn from, to set thresholds with, and to judge with.

    All x are (n, 64) float32 tensors in [0, 1], all labels (n,) int64 tensors.
    """

    x_train: Tensor
    y_train: Tensor
    x_calibration: Tensor
    y_calibration: Tensor
    x_test: Tensor
    y_test: Tensor


def _shuffled_digits(chance: np.random.Generator) -> tuple[Tensor, Tensor]:
    images, labels = load_digits()
    order = chance.permutation(len(images))
    return torch.tensor(images.reshape(-1, 64), dtype=torch.float32)[order], torch.tensor(labels)[order]


def _in_parts(x: Tensor, y: Tensor, train: int, calibration: int) -> Digits:
    ends = [0, train, train + calibration, len(x)]
    return Digits(*(part[a:b] for a, b in pairwise(ends) for part in (x, y)))


def known_and_unknown(seed: int = 0) -> tuple[Digits, Tensor]:
    """Digits 0 to 4 in parts of 300, 300 and 301, and 896 digits 5 to 9, which nobody learns."""
    x, y = _shuffled_digits(np.random.default_rng(seed))
    return _in_parts(x[y < KNOWN], y[y < KNOWN], 300, 300), x[y >= KNOWN]


def tired_digits(seed: int = 1) -> Digits:
    """All ten digits in parts of 200, 600 and 997. Who labelled the 200 was tired: a fifth of them, chosen by lot, got
    a label by lot.
    """
    chance = np.random.default_rng(seed)
    x, y = _shuffled_digits(chance)
    parts = _in_parts(x, y, 200, 600)
    by_lot = torch.tensor(chance.uniform(size=200) < TIRED)
    guesses = torch.tensor(chance.integers(0, 10, size=200))
    return parts._replace(y_train=torch.where(by_lot, guesses, parts.y_train))
