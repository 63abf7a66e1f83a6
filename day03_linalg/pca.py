# Write the parts marked TODO(day03). Made by `course sync` from the course's single source.
# skeleton a382b151058061b2
"""Principal component analysis: the few directions in which a cloud of points spreads most.

The data matrix has one point per row. The directions are the right singular vectors of the centred data, so
nothing new has to be computed, only understood. Arguments come back unchanged.
"""

import numpy as np


def pca(x: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, first principal directions and the variance along them.

    With the centred data X − mean = U diag(s) Vᵀ, the directions are the first k columns of V and the
    variances s_i² / (n − 1).

    Parameters
    ----------
    x : (n, d) float array, one point per row, n >= 2
    k : number of components, at most min(n, d)

    Returns
    -------
    mean : (d,) float array
    components : (d, k) float array
        orthonormal columns, largest variance first; the sign of a column is not fixed
    variances : (k,) float array
        with ddof = 1, that is divided by n − 1

    Not allowed here: from ``sklearn.decomposition``: ``PCA``, ``TruncatedSVD``, ``KernelPCA``,
    ``IncrementalPCA``.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 12.1
    """
    # TODO(day03): centre a copy, decompose it, keep the first k
    raise NotImplementedError("pca is not written yet")


def project(x: np.ndarray, mean: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Coordinates of points along the principal directions: Z = (X − mean) W.

    The mean is that of the data on which the components were found, also when the points are new.

    Parameters
    ----------
    x : (n, d) float array
    mean : (d,) float array
    components : (d, k) float array W with orthonormal columns

    Returns
    -------
    (n, k) float array

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 12.1
    """
    # TODO(day03): subtract the given mean, then one product
    raise NotImplementedError("project is not written yet")


def reconstruct(z: np.ndarray, mean: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Points from their coordinates along the principal directions: X̂ = Z Wᵀ + mean.

    No other way to k numbers and back by linear maps has a smaller squared error: what is lost are the
    variances along the components left out.

    Parameters
    ----------
    z : (n, k) float array
    mean : (d,) float array
    components : (d, k) float array W with orthonormal columns

    Returns
    -------
    (n, d) float array

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 12.1.2
    """
    # TODO(day03): one product, then add the mean
    raise NotImplementedError("reconstruct is not written yet")
