# Write the parts marked TODO(day03). Made by `course sync` from the course's single source.
# skeleton 54a67109965c9c11
"""Optional: feature expansion. A linear method draws curved boundaries once it is given curved features.

Arguments come back unchanged.
"""

import numpy as np


def expand_quadratic(x: np.ndarray) -> np.ndarray:
    """All products of two coordinates up to degree two: the Vandermonde matrix of the plane.

    A row (x0, x1) becomes (x0, x1, x0², x1², x0 x1, 1).

    Parameters
    ----------
    x : (n, 2) array of numbers, integers of any width included: 200 · 200 does not fit into 8 bits

    Returns
    -------
    (n, 6) float array

    Not allowed here: ``sklearn.preprocessing.PolynomialFeatures``,
    ``numpy.polynomial.polynomial.polyvander2d``.

    References
    ----------
    Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., chapter 5
    """
    # TODO(day03): six columns, in the order above, of floats
    raise NotImplementedError("expand_quadratic is not written yet")


def classify(features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Which side of the boundary: the sign of the weighted sum of the features.

    Parameters
    ----------
    features : (n, k) float array
    weights : (k,) float array, fitted by least squares to labels −1 and 1

    Returns
    -------
    (n,) integer array
        1 where ``features @ weights`` is 0 or more, −1 elsewhere

    References
    ----------
    Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., section 2.3.1
    """
    # TODO(day03): mind the points exactly on the boundary
    raise NotImplementedError("classify is not written yet")
