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

    References
    ----------
    Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., chapter 5
    """
    ### BEGIN SOLUTION six columns, in the order above, of floats
    x0, x1 = np.asarray(x, dtype=float).T
    return np.column_stack([x0, x1, x0**2, x1**2, x0 * x1, np.ones(len(x0))])
    ### END SOLUTION


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
    ### BEGIN SOLUTION mind the points exactly on the boundary
    return np.where(features @ weights >= 0, 1, -1)
    ### END SOLUTION
