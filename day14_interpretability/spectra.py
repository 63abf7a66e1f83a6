# Write the parts marked TODO(day14). Made by `course sync` from the course's single source.
# skeleton 95603d071f581451
"""Real or synthetic? The spectrum of an image shows how it was made, and a linear classifier can read it.

Generators make images large by up-sampling: zeros between the pixels, then a filter. The zeros repeat the spectrum
at higher frequencies, and the filter does not remove all of it. The eye sees little; the logarithm of the spectrum
shows it.
"""

from typing import NamedTuple

import numpy as np
from scipy.ndimage import convolve

from course.data import load_photograph


def insert_zeros(images: np.ndarray, factor: int) -> np.ndarray:
    """Images ``factor`` times as large: each pixel followed by zeros, in both directions.

        y_{factor·i, factor·j} = x_ij , everything else 0.

    This is the first half of a transposed convolution. The discrete Fourier transform of y is that of x, repeated
    ``factor`` times along both axes.

    Parameters
    ----------
    images : (n, h, w) float array
    factor : 1 or more

    Returns
    -------
    (n, factor·h, factor·w) float array

    References
    ----------
    Odena, Dumoulin and Olah (2016), Deconvolution and checkerboard artifacts, Distill
    Oppenheim and Schafer, Discrete-Time Signal Processing, section 4.6: increasing the sampling rate
    """
    # TODO(day14): an array of zeros, and the pixels at every factor-th place
    raise NotImplementedError("insert_zeros is not written yet")


def radial_spectrum(images: np.ndarray) -> np.ndarray:
    """Logarithm of the azimuthally averaged power spectrum.

    The wave with k periods along the columns and l along the rows has the power P_kl = |FFT(x)_kl|² / n². All waves
    whose wave number √(k² + l²) rounds to r make up ring r; k and l run from −n/2 to n/2, because a wave to the left
    counts like one to the right. The result is

        S_r = log₁₀(mean of P over ring r + 10⁻¹²) ,   r = 0, 1, …, n // 2 .

    Parameters
    ----------
    images : (b, n, n) float array, square

    Returns
    -------
    (b, n // 2 + 1) float array
        from the mean brightness (r = 0) to waves of two pixels

    Raises
    ------
    ValueError
        when the images are not square

    References
    ----------
    Durall, Keuper and Keuper (2020), Watch your up-convolution, arXiv:2003.01826: azimuthal integration
    """
    # TODO(day14): power by fft2, wave numbers by fftfreq, the ring of each, the mean of each ring
    raise NotImplementedError("radial_spectrum is not written yet")


def train_detector(
    features: np.ndarray, labels: np.ndarray, steps: int = 500, learning_rate: float = 0.5, l2: float = 1e-3
) -> tuple[np.ndarray, float]:
    """Logistic regression on spectra: a weight per frequency that tells synthetic from real.

    Features are standardised, z = (x − mean) / std, with their own mean and std (ddof 0; a std of 0 counts as 1). From
    v = 0 and c = 0, gradient descent makes ``steps`` full steps on

        L = mean over samples of the binary cross-entropy of sigmoid(z·v + c) + l2 / 2 · ‖v‖²

    (the bias c is not penalised). What is returned acts on *unstandardised* features, w = v / std and
    b = c − w·mean, so that x·w + b > 0 means "synthetic".

    Parameters
    ----------
    features : (n, d) float array
    labels : (n,) array, 0 for real and 1 for synthetic
    steps, learning_rate, l2 : as above

    Returns
    -------
    weight : (d,) float array, w
    bias : float, b

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 4.3.2
    Frank et al. (2020), Leveraging frequency analysis for deep fake image recognition, arXiv:2003.08685
    """
    # TODO(day14): standardise; the gradient is (sigmoid − label) · z averaged; undo the standardisation
    raise NotImplementedError("train_detector is not written yet")


class Patches(NamedTuple):
    """Square pieces of a photograph, and which of them were made larger."""

    images: np.ndarray
    labels: np.ndarray


def real_and_synthetic(side: int = 32, seed: int = 0) -> tuple[Patches, Patches]:
    """Patches to train and to test with: half of them up-sampled from half the size (given).

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
