# Write the parts marked TODO(day04). Made by `course sync` from the course's single source.
# skeleton c9321f97a33a4378
"""The normal distribution: in one dimension, and in many with a full covariance matrix.

Arguments come back unchanged.
"""

import numpy as np
from scipy.linalg import solve_triangular

from day04_statistics.moments import covariance, describe


def normal_pdf(x: np.ndarray, mu: float, sigma: float) -> np.ndarray:
    """Density of the normal distribution.

        p(x) = 1 / (√(2π) σ) · exp(−(x − μ)² / (2σ²))

    Parameters
    ----------
    x : float array of any shape
    mu : mean, in the unit of x
    sigma : standard deviation, in the unit of x, more than 0; not the variance

    Returns
    -------
    float array of the shape of x, in 1 / unit of x
        a density, not a probability: it may be larger than 1

    Not allowed here: ``scipy.stats.norm``, ``statistics.NormalDist``, ``torch.distributions.Normal``,
    ``scipy.signal.windows.gaussian``.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 1.2.4
    """
    # TODO(day04): Density of the normal distribution
    raise NotImplementedError("normal_pdf is not written yet")


def normal_cdf(x: np.ndarray, mu: float, sigma: float, intervals: int = 1000) -> np.ndarray:
    """Probability to be below x, by integrating the density.

        F(x) = ∫_{−∞}^x p(t) dt = 1/2 + ∫_μ^x p(t) dt

    The symmetry about μ does away with the infinite end. The integral that is left is computed for each
    entry of x by the trapezoidal rule: the mean of the heights at both ends of each interval, times its
    width, added up.

    Parameters
    ----------
    x : float array of any shape, not more than 10 σ away from μ
    mu, sigma : mean and standard deviation, in the unit of x
    intervals : number of intervals between μ and x; 1000 give at least six correct decimals

    Returns
    -------
    float array of the shape of x
        between 0 and 1

    Not allowed here: ``scipy.stats.norm``, ``statistics.NormalDist``, ``torch.distributions.Normal``,
    ``torch.erf``; from ``scipy.special``: ``erf``, ``erfc``, ``ndtr``, ``log_ndtr``; from ``math``:
    ``erf``, ``erfc``; from ``torch.special``: ``ndtr``, ``erf``.

    References
    ----------
    Wasserman, All of Statistics, section 2.3; Press et al., Numerical Recipes, 3rd ed., section 4.1
    """
    # TODO(day04): `np.linspace` takes arrays as ends, `np.trapezoid` an axis
    raise NotImplementedError("normal_cdf is not written yet")


def gaussian_log_density(x: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Logarithm of the density of a normal distribution in d dimensions with a full covariance matrix C.

        ln p(x) = −1/2 · ( d ln 2π + ln det C + (x − μ)ᵀ C⁻¹ (x − μ) )

    Neither p nor det C is ever computed: far from the mean p is too small for a float, in many dimensions
    det C is. The Cholesky factor L, lower triangular with C = L Lᵀ, gives both terms:

        ln det C = 2 Σ_i ln L_ii ,   (x − μ)ᵀ C⁻¹ (x − μ) = ‖z‖²  with  L z = x − μ .

    Parameters
    ----------
    x : (n, d) float array, one point per row
    mean : (d,) float array μ
    covariance : (d, d) float array C, symmetric and positive definite

    Returns
    -------
    (n,) float array

    Raises
    ------
    ValueError
        when the covariance is not positive definite (the ``LinAlgError`` of ``np.linalg.cholesky`` is one)

    Not allowed here: ``torch.distributions.MultivariateNormal``, ``sklearn.mixture.GaussianMixture``;
    from ``scipy.stats``: ``multivariate_normal``, ``norm``.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 2.3;
    Rasmussen and Williams, Gaussian Processes for Machine Learning, section A.4
    """
    # TODO(day04): Cholesky factor, `solve_triangular` for all points at once, then the formula
    raise NotImplementedError("gaussian_log_density is not written yet")


def fit_gaussian(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The normal distribution under which the sample is most likely.

    The log-likelihood Σ_i ln p(x_i) has its maximum at

        μ = 1/n · Σ_i x_i ,   C = 1/n · Σ_i (x_i − μ)(x_i − μ)ᵀ .

    Maximum likelihood divides by n: ddof = 0.

    Parameters
    ----------
    x : (n, d) float array, one point per row

    Returns
    -------
    mean : (d,) float array
    covariance : (d, d) float array, with ddof = 0

    Not allowed here: ``scipy.stats.multivariate_normal``; from ``sklearn.covariance``:
    ``empirical_covariance``, ``EmpiricalCovariance``.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 2.3.4
    """
    # TODO(day04): you have written both on the first page of the day
    raise NotImplementedError("fit_gaussian is not written yet")


def sample_gaussian(z: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Points from a normal distribution with a full covariance matrix (optional).

    If the entries of z are independent standard normal numbers and A Aᵀ = C, then μ + A z has mean μ and
    covariance C. The Cholesky factor is such an A.

    Parameters
    ----------
    z : (n, d) float array of standard normal numbers, one point per row
    mean : (d,) float array μ
    covariance : (d, d) float array C, symmetric and positive definite

    Returns
    -------
    (n, d) float array

    Not allowed here: the method ``.multivariate_normal``, ``numpy.random.multivariate_normal``,
    ``scipy.stats.multivariate_normal``.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 11.1.1
    """
    # TODO(day04): points are rows here: A z for a column becomes z Aᵀ for a row
    raise NotImplementedError("sample_gaussian is not written yet")


def kl_gaussians(
    mean_p: np.ndarray, covariance_p: np.ndarray, mean_q: np.ndarray, covariance_q: np.ndarray
) -> float:
    """Kullback-Leibler divergence between two normal distributions in d dimensions, in nats (optional).

        KL(p ‖ q) = 1/2 · ( tr(C_q⁻¹ C_p) + (μ_q − μ_p)ᵀ C_q⁻¹ (μ_q − μ_p) − d + ln det C_q − ln det C_p )

    With q standard normal and C_p diagonal this is the regularising term of a variational autoencoder.

    Parameters
    ----------
    mean_p, mean_q : (d,) float arrays
    covariance_p, covariance_q : (d, d) float arrays, symmetric and positive definite

    Returns
    -------
    float
        0 or more

    Not allowed here: from ``torch.distributions``: ``kl_divergence``, ``MultivariateNormal``.

    References
    ----------
    Rasmussen and Williams, Gaussian Processes for Machine Learning, section A.5
    """
    # TODO(day04): no inverse is needed: `np.linalg.solve`; and `np.linalg.slogdet` for both determinants
    raise NotImplementedError("kl_gaussians is not written yet")
