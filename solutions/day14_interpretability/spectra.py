"""Real or synthetic? The spectrum of an image shows how it was made, and a linear classifier can read it.

Generators make images large by up-sampling: zeros between the pixels, then a filter. The zeros repeat the spectrum
at higher frequencies, and the filter does not remove all of it. The eye sees little; the logarithm of the spectrum
shows it. Arguments come back unchanged.
"""

import numpy as np


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
    (n, factor·h, factor·w) float array in the dtype of the images: float32 stays float32

    References
    ----------
    Odena, Dumoulin and Olah (2016), Deconvolution and checkerboard artifacts, Distill
    Oppenheim and Schafer, Discrete-Time Signal Processing, section 4.6: increasing the sampling rate
    """
    ### BEGIN SOLUTION an array of zeros, and the pixels at every factor-th place
    n, h, w = images.shape
    result = np.zeros((n, factor * h, factor * w), dtype=images.dtype)
    result[:, ::factor, ::factor] = images
    return result
    ### END SOLUTION


def radial_spectrum(images: np.ndarray) -> np.ndarray:
    """Logarithm of the azimuthally averaged power spectrum.

    The wave with k periods along the columns and l along the rows has the power P_kl = |FFT(x)_kl|² / n². All waves
    whose wave number √(k² + l²) rounds to r make up ring r; −n/2 < k, l ≤ n/2, because a wave to the left counts
    like one to the right, and the one of n/2 is its own mirror image. The result is

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
    ### BEGIN SOLUTION power by fft2, wave numbers by fftfreq, the ring of each, the mean of each ring
    n = images.shape[2]
    if images.shape[1] != n:
        raise ValueError(f"images must be square, not {images.shape[1]}×{n}")
    power = np.abs(np.fft.fft2(images)) ** 2 / n**2
    wave_number = np.fft.fftfreq(n, 1 / n)
    ring = np.rint(np.hypot(wave_number[:, np.newaxis], wave_number))
    means = [power[:, ring == r].mean(axis=1) for r in range(n // 2 + 1)]
    return np.log10(np.stack(means, axis=1) + 1e-12)
    ### END SOLUTION


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
    ### BEGIN SOLUTION standardise; the gradient is (sigmoid − label) · z averaged; undo the standardisation
    mean, std = features.mean(axis=0), features.std(axis=0)
    std = np.where(std > 0, std, 1)
    z = (features - mean) / std
    v, c = np.zeros(z.shape[1]), 0.0
    for _ in range(steps):
        error = 1 / (1 + np.exp(-(z @ v + c))) - labels
        v = v - learning_rate * (z.T @ error / len(z) + l2 * v)
        c = c - learning_rate * error.mean()
    weight = v / std
    return weight, float(c - weight @ mean)
    ### END SOLUTION
