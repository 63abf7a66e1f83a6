"""A first walk through NumPy: cutting out, reducing, comparing, broadcasting.

Images are (height, width) or (height, width, channels), tables have one sample per row. That is how they will look
until the last day. Arguments come back unchanged.
"""

import numpy as np


def crop(image: np.ndarray, top: int, left: int, height: int, width: int, step: int = 1) -> np.ndarray:
    """A part of an image, as an array of its own.

    The part begins in row ``top`` and column ``left`` and spans ``height`` rows and ``width`` columns; of these,
    every ``step``-th is taken, the first one included.

    Slicing alone gives a *view*: writing into it writes into the image. Return a copy.

    Parameters
    ----------
    image : (h, w) or (h, w, channels) array
    top, left, height, width : in pixels
    step : at least 1

    Returns
    -------
    (⌈height / step⌉, ⌈width / step⌉) or (…, …, channels) array
        of the dtype of the image, sharing no memory with it

    Raises
    ------
    ValueError
        when the part reaches over an edge of the image; slicing would cut it short, or count from the other end,
        without a word

    References
    ----------
    NumPy User Guide, Indexing on ndarrays and Copies and views
    """
    ### BEGIN SOLUTION check the four edges, then copy a slice of rows and columns
    bottom, right = top + height, left + width
    if top < 0 or left < 0 or bottom > image.shape[0] or right > image.shape[1]:
        raise ValueError(f"rows {top} to {bottom}, columns {left} to {right} are not all in {image.shape}")
    return image[top:bottom:step, left:right:step].copy()
    ### END SOLUTION


def centre_columns(x: np.ndarray) -> np.ndarray:
    """Take its mean from every column, so that each of them has mean 0.

    Parameters
    ----------
    x : (n, d) array of numbers, one sample per row

    Returns
    -------
    (n, d) float array

    References
    ----------
    NumPy User Guide, Broadcasting
    """
    ### BEGIN SOLUTION the means are one row of d numbers; broadcasting takes it from every row
    return x - x.mean(axis=0)
    ### END SOLUTION


def fraction_above(x: np.ndarray, threshold: float) -> np.ndarray:
    """How much of each row lies above a threshold.

    A comparison of an array with a number is an array of truth values, and these count as 0 and 1.

    Parameters
    ----------
    x : (n, d) float array, d >= 1
    threshold : entries equal to it are not above it

    Returns
    -------
    (n,) float array
        between 0 and 1

    References
    ----------
    NumPy User Guide, Boolean array indexing
    """
    ### BEGIN SOLUTION compare, then the mean over each row
    return np.mean(x > threshold, axis=1)
    ### END SOLUTION


def pairwise_distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Euclidean distance of every point of one set to every point of another.

    Entry (i, j) is  √ Σ_k (a_ik − b_jk)².

    Parameters
    ----------
    a : (n, d) float array, one point per row
    b : (m, d) float array

    Returns
    -------
    (n, m) float array

    References
    ----------
    NumPy User Guide, Broadcasting, example of vector quantization
    """
    ### BEGIN SOLUTION differences as an (n, m, d) array, then square, sum over the last axis, take the root
    differences = a[:, None, :] - b[None, :, :]
    return np.sqrt(np.sum(differences**2, axis=2))
    ### END SOLUTION
