# Write the parts marked TODO(day04). Made by `course sync` from the course's single source.
# skeleton cd40b0e36d3a9e15
"""Describing a sample: where it lies, how far it spreads, what moves together.

Everything here is written with sums; from the next module on you may use the library's functions for them,
when you know what they divide by. Arguments come back unchanged.
"""

import numpy as np


def describe(x: np.ndarray, ddof: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, variance and standard deviation of a sample.

        m = 1/n · Σ_i x_i ,   v = 1/(n − ddof) · Σ_i (x_i − m)² ,   s = √v

    With ``ddof = 0`` the variance is that of the numbers at hand. With ``ddof = 1`` it estimates the variance
    of what they were drawn from: the n deviations from the sample's own mean have only n − 1 degrees of
    freedom. The short cut "mean of the squares minus square of the mean" is the same on paper; in floating
    point it loses every digit when the mean is large.

    Parameters
    ----------
    x : (n,) or (n, d) array of numbers, integers included: one observation per row
    ddof : what is subtracted from n in the divisor ("delta degrees of freedom")

    Returns
    -------
    mean, variance, standard_deviation : floats for (n,), (d,) float arrays for (n, d)

    Raises
    ------
    ValueError
        when n is not larger than ``ddof``

    Not allowed here: the methods ``.mean``, ``.var``, ``.std``, ``scipy.stats.describe``; from ``numpy``:
    ``mean``, ``average``, ``var``, ``std``, ``nanmean``, ``nanvar``, ``nanstd``, ``cov``; from
    ``statistics``: ``mean``, ``fmean``, ``variance``, ``pvariance``, ``stdev``, ``pstdev``; from
    ``torch``: ``var_mean``, ``std_mean``.

    References
    ----------
    Wasserman, All of Statistics, section 3.4; Chan, Golub and LeVeque (1983), Algorithms for computing the
    sample variance, The American Statistician 37, 242-247
    """
    # TODO(day04): first the mean, then the mean of the squared deviations from it; sums only
    raise NotImplementedError("describe is not written yet")


def covariance(x: np.ndarray, ddof: int = 1) -> np.ndarray:
    """Covariance matrix: which columns are large together.

        C_jk = 1/(n − ddof) · Σ_i (x_ij − m_j)(x_ik − m_k) ,   m_j = mean of column j

    On the diagonal stand the variances. The default ``ddof = 1`` is that of ``np.cov``, and differs from
    the default of `describe` (and of ``np.var``): always say which one you mean.

    Parameters
    ----------
    x : (n, d) array of numbers, one observation per row
    ddof : what is subtracted from n in the divisor

    Returns
    -------
    (d, d) float array
        symmetric

    Raises
    ------
    ValueError
        when n is not larger than ``ddof``

    Not allowed here: from ``numpy``: ``cov``, ``corrcoef``; from ``numpy.ma``: ``cov``, ``corrcoef``;
    from ``torch``: ``cov``, ``corrcoef``; from ``sklearn.covariance``: ``empirical_covariance``,
    ``EmpiricalCovariance``.

    References
    ----------
    Wasserman, All of Statistics, section 3.3 and chapter 14
    """
    # TODO(day04): centre the columns; then all sums of products are one matrix product
    raise NotImplementedError("covariance is not written yet")


def correlation(x: np.ndarray) -> np.ndarray:
    """Correlation matrix: the covariance in units of the standard deviations.

        R_jk = C_jk / (s_j s_k) ,   s_j = √C_jj

    It has no unit, lies between −1 and 1, and no longer depends on ddof, as long as C and s use the same.

    Parameters
    ----------
    x : (n, d) array of numbers with n >= 2, one observation per row, no constant column

    Returns
    -------
    (d, d) float array
        symmetric, with ones on the diagonal

    Not allowed here: ``numpy.ma.corrcoef``, ``torch.corrcoef``, ``scipy.stats.pearsonr``; from ``numpy``:
    ``corrcoef``, ``cov``.

    References
    ----------
    Wasserman, All of Statistics, section 3.3
    """
    # TODO(day04): the standard deviations stand on the diagonal of the covariance matrix
    raise NotImplementedError("correlation is not written yet")


def class_statistics(x: np.ndarray, labels: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """How often every class occurs, and the mean of its observations.

    Parameters
    ----------
    x : (n, d) array of numbers, one observation per row
    labels : (n,) array of integers from 0 to k − 1
    k : number of classes; not all of them need occur

    Returns
    -------
    counts : (k,) integer array
    means : (k, d) float array
        the row of a class that does not occur is NaN: it has no mean

    Not allowed here: ``sklearn.neighbors.NearestCentroid``; from ``scipy.ndimage``: ``mean``,
    ``labeled_comprehension``.

    References
    ----------
    Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., section 4.3
    """
    # TODO(day04): one row per class, also for the classes that do not occur
    raise NotImplementedError("class_statistics is not written yet")
