"""The images of the day: standardised digits, and patches of a photograph, half of them made larger (given)."""

from typing import NamedTuple

import numpy as np
import torch
from scipy.ndimage import convolve
from torch import Tensor

from course.data import load_digits, load_photograph
from day14_interpretability.spectra import insert_zeros


class Split(NamedTuple):
    """Standardised digits, and the two numbers that they were standardised with."""

    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor
    mean: float
    std: float


def split_digits(seed: int = 0) -> Split:
    """1,297 digits to train with and 500 to look at.

    Returns
    -------
    x_train, x_test : (n, 1, 8, 8) float32 tensors, (pixel − mean) / std
    y_train, y_test : (n,) int64 tensors
    mean, std : numbers, from the training images
    """
    images, labels = load_digits()
    order = np.random.default_rng(seed).permutation(len(images))
    mean, std = images[order[500:]].mean(), images[order[500:]].std()
    x = torch.tensor((images - mean) / std, dtype=torch.float32)[order, None]
    y = torch.tensor(labels)[order]
    return Split(x[500:], y[500:], x[:500], y[:500], float(mean), float(std))


class Patches(NamedTuple):
    """Square pieces of a photograph, and which of them were made larger."""

    images: np.ndarray
    labels: np.ndarray


def real_and_synthetic(side: int = 32, seed: int = 0) -> tuple[Patches, Patches]:
    """Patches to train and to test with: half of them up-sampled from half the size.

    The left half of the photograph is for training and the right half for testing, so no patch is in both. A real
    patch is cut out as it is. A synthetic one is cut out twice as large, averaged over 2×2 pixels, and brought back
    to that size by `insert_zeros` and a 4×4 filter (a transposed convolution, as in many generators); its middle is
    kept. Every filter is slightly irregular, as if it had been learned.

    Parameters
    ----------
    side : of the patches in pixels
    seed : of the places and of the filters

    Returns
    -------
    train, test : Patches
        images (400, side, side) float arrays; labels (400,) int arrays, 0 for real and 1 for synthetic
    """
    rng = np.random.default_rng(seed)
    grey = load_photograph().mean(axis=2)
    middle = grey.shape[1] // 2
    train, test = (_make_patches(half, side, rng) for half in (grey[:, :middle], grey[:, middle:]))
    return train, test


def _make_patches(grey: np.ndarray, side: int, rng: np.random.Generator) -> Patches:
    """400 patches from random places, the second half of them synthetic."""
    labels = np.repeat([0, 1], 200)
    large = []
    for _ in labels:
        row, column = (int(rng.integers(0, length - 2 * side)) for length in grey.shape)
        large.append(grey[row : row + 2 * side, column : column + 2 * side])
    patches = np.stack(large)
    small = patches[200:].reshape(200, side, 2, side, 2).mean(axis=(2, 4))
    inner = slice(side // 2, side // 2 + side)
    smooth = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 16
    upsampled = [
        convolve(image, smooth * rng.uniform(0.9, 1.1, size=(4, 4)), mode="wrap")
        for image in insert_zeros(small, 2)
    ]
    patches[200:] = np.stack(upsampled)
    return Patches(patches[:, inner, inner], labels)
