"""Answers to gaussian.py: wrong ones with what went wrong, and right ones in another style."""

import math

import numpy as np
from scipy.linalg import cho_solve

from course.testing import misconception, variant
from day04_statistics.gaussian import normal_pdf


@misconception(
    "normal_pdf",
    "μ and σ are not used: this is the standard normal density. Measure x from μ in units of σ.",
)
def standard_normal(x, mu, sigma):
    return np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)


@misconception(
    "normal_pdf",
    "The density is not divided by σ. Twice as wide means half as high: the area stays 1.",
)
def not_divided_by_sigma(x, mu, sigma):
    return np.exp(-(((x - mu) / sigma) ** 2) / 2) / np.sqrt(2 * np.pi)


@misconception(
    "normal_pdf",
    "σ was taken for the variance. The argument is the standard deviation: it is squared in the exponent.",
)
def sigma_as_variance(x, mu, sigma):
    return np.exp(-((x - mu) ** 2) / (2 * sigma)) / np.sqrt(2 * np.pi * sigma)


@misconception("normal_pdf", "σ stands under the root: the factor is 1 / (√(2π) σ), or 1 / √(2π σ²).")
def sigma_under_the_root(x, mu, sigma):
    return np.exp(-(((x - mu) / sigma) ** 2) / 2) / np.sqrt(2 * np.pi * sigma)


@misconception("normal_pdf", "The factor 1/2 is missing in the exponent.")
def half_forgotten(x, mu, sigma):
    return np.exp(-(((x - mu) / sigma) ** 2)) / (np.sqrt(2 * np.pi) * sigma)


@misconception("normal_pdf", "The mean is added instead of subtracted: the peak belongs at x = μ.")
def mean_added(x, mu, sigma):
    return np.exp(-(((x + mu) / sigma) ** 2) / 2) / (np.sqrt(2 * np.pi) * sigma)


@misconception(
    "normal_pdf", "The factor in front is missing: without 1 / (√(2π) σ) the area below the curve is not 1."
)
def without_the_factor(x, mu, sigma):
    return np.exp(-0.5 * ((x - mu) / sigma) ** 2)


@misconception(
    "normal_pdf",
    "The density is multiplied by σ. `/ √(2π) * σ` divides by the root only: put brackets around the divisor, "
    "/ (√(2π) * σ).",
)
def multiplied_by_sigma(x, mu, sigma):
    return np.exp(-0.5 * ((x - mu) / sigma) ** 2) / np.sqrt(2 * np.pi) * sigma


@misconception("normal_pdf", "2π stands without its root: the factor in front is 1 / (√(2π) σ).")
def two_pi_without_root(x, mu, sigma):
    return np.exp(-0.5 * ((x - mu) / sigma) ** 2) / (2 * np.pi * sigma)


@misconception(
    "normal_pdf",
    "/ 2 * sigma**2 divides by 2 and multiplies by σ². Put brackets around the divisor: / (2 * sigma**2).",
)
def without_brackets(x, mu, sigma):
    return np.exp(-((x - mu) ** 2) / 2 * sigma**2) / (np.sqrt(2 * np.pi) * sigma)


@variant("normal_pdf")
def exponential_of_the_logarithm(x, mu, sigma):
    return np.exp(-((x - mu) ** 2) / (2 * sigma**2) - np.log(sigma) - np.log(2 * np.pi) / 2)


@variant("normal_pdf")
def number_by_number(x, mu, sigma):
    def density(value):
        return math.exp(-((float(value) - mu) ** 2) / (2 * sigma**2)) / math.sqrt(2 * math.pi * sigma**2)

    return np.array([density(value) for value in x.ravel()]).reshape(x.shape).tolist()


@misconception(
    "normal_cdf",
    "The half below μ is missing: the integral from μ to x is only the rest.",
)
def half_missing(x, mu, sigma, intervals=1000):
    t = np.linspace(mu, x, intervals + 1)
    return np.trapezoid(normal_pdf(t, mu, sigma), t, axis=0)


@misconception(
    "normal_cdf",
    "Only the left end of every interval counts. The trapezoidal rule takes the mean of both ends, and its "
    "error falls with the square of the width.",
)
def left_ends(x, mu, sigma, intervals=1000):
    t = np.linspace(mu, x, intervals + 1)
    return 0.5 + np.sum(normal_pdf(t[:-1], mu, sigma), axis=0) * (x - mu) / intervals


@misconception("normal_cdf", "This is the probability to be above x: 1 − F(x).")
def above(x, mu, sigma, intervals=1000):
    t = np.linspace(mu, x, intervals + 1)
    return 0.5 - np.trapezoid(normal_pdf(t, mu, sigma), t, axis=0)


@misconception(
    "normal_cdf",
    "The distance from μ was taken without its sign. Below μ the area is to be subtracted.",
)
def sign_lost(x, mu, sigma, intervals=1000):
    t = np.linspace(mu, mu + np.abs(x - mu), intervals + 1)
    return 0.5 + np.trapezoid(normal_pdf(t, mu, sigma), t, axis=0)


@misconception(
    "normal_cdf",
    "The heights are added up without the width of the intervals: multiply each by it.",
)
def width_forgotten(x, mu, sigma, intervals=1000):
    t = np.linspace(mu, x, intervals + 1)
    return 0.5 + np.sum(normal_pdf(t, mu, sigma), axis=0)


@misconception(
    "normal_cdf",
    "The integral runs over z = (x − μ)/σ, but the heights are those of p(x): substituting needs the factor σ.",
)
def substituted_halfway(x, mu, sigma, intervals=1000):
    z = np.linspace(np.zeros_like(x, dtype=float), (x - mu) / sigma, intervals + 1)
    return 0.5 + np.trapezoid(normal_pdf(mu + sigma * z, mu, sigma), z, axis=0)


@misconception(
    "normal_cdf",
    "The integral begins at 0. The half that is put before it is the probability to be below μ, so it begins at μ.",
)
def from_zero(x, mu, sigma, intervals=1000):
    t = np.linspace(np.zeros_like(x), x, intervals + 1)
    return 0.5 + np.trapezoid(normal_pdf(t, mu, sigma), t, axis=0)


@variant("normal_cdf")
def from_ten_sigma_below(x, mu, sigma, intervals=1000):
    low = mu - 10 * sigma

    def area(value):
        width = (value - low) / intervals
        heights = [normal_pdf(low + i * width, mu, sigma) for i in range(intervals + 1)]
        return width * (sum(heights) - (heights[0] + heights[-1]) / 2)

    return np.array([area(float(value)) for value in np.ravel(x)]).reshape(np.shape(x))


@variant("normal_cdf")
def middle_of_each_interval(x, mu, sigma, intervals=1000):
    z = (np.asarray(x, dtype=float) - mu) / sigma
    middles = (np.arange(intervals) + 0.5) / intervals
    heights = np.exp(-0.5 * np.multiply.outer(middles, z) ** 2) / np.sqrt(2 * np.pi)
    return 0.5 + z * heights.mean(axis=0)


@variant("normal_cdf")
def simpson(x, mu, sigma, intervals=1000):
    n = intervals + intervals % 2
    t = np.linspace(mu, x, n + 1)
    p = normal_pdf(t, mu, sigma)
    odd, even = p[1:-1:2].sum(axis=0), p[2:-1:2].sum(axis=0)
    return 0.5 + (p[0] + 4 * odd + 2 * even + p[-1]) * (x - mu) / (3 * n)


@misconception(
    "gaussian_log_density",
    "Only the variances are used. The entries off the diagonal say how the coordinates depend on each other.",
)
def diagonal_only(x, mean, covariance):
    np.linalg.cholesky(covariance)
    variances = np.diag(covariance)
    return -0.5 * np.sum((x - mean) ** 2 / variances + np.log(2 * np.pi * variances), axis=1)


@misconception(
    "gaussian_log_density",
    "The logarithm was taken of the density. Far from the mean the density is 0 in floating point: compute "
    "its logarithm directly.",
)
def logarithm_of_the_density(x, mean, covariance):
    lower = np.linalg.cholesky(covariance)
    z = np.linalg.solve(lower, (x - mean).T)
    with np.errstate(all="ignore"):
        factor = np.prod(np.sqrt(2 * np.pi) * np.diag(lower))
        return np.log(np.exp(-0.5 * np.sum(z**2, axis=0)) / factor)


@misconception(
    "gaussian_log_density",
    "The determinant itself was computed. In many dimensions it underflows or overflows: add up the "
    "logarithms of the diagonal of L.",
)
def logarithm_of_the_determinant(x, mean, covariance):
    lower = np.linalg.cholesky(covariance)
    z = np.linalg.solve(lower, (x - mean).T)
    with np.errstate(all="ignore"):
        log_determinant = np.log(np.prod(np.diag(lower) ** 2))
        return -0.5 * (len(mean) * np.log(2 * np.pi) + log_determinant + np.sum(z**2, axis=0))


@misconception(
    "gaussian_log_density",
    "The factor √(2π) counts once per dimension: the constant is d ln 2π, not ln 2π.",
)
def constant_of_one_dimension(x, mean, covariance):
    lower = np.linalg.cholesky(covariance)
    z = np.linalg.solve(lower, (x - mean).T)
    return -0.5 * (np.log(2 * np.pi) + np.sum(z**2, axis=0)) - np.sum(np.log(np.diag(lower)))


@misconception(
    "gaussian_log_density",
    "ln det C is the sum of ln L_ii *twice*: with det C = (det L)² the density is divided by det L.",
)
def determinant_of_the_factor(x, mean, covariance):
    lower = np.linalg.cholesky(covariance)
    z = np.linalg.solve(lower, (x - mean).T)
    log_determinant = np.sum(np.log(np.diag(lower)))
    return -0.5 * (len(mean) * np.log(2 * np.pi) + log_determinant + np.sum(z**2, axis=0))


@misconception(
    "gaussian_log_density",
    "The squares are multiplied with C. A large variance makes a distance small: it is C⁻¹, or z from L z = x − μ.",
)
def not_inverted(x, mean, covariance):
    lower = np.linalg.cholesky(covariance)
    z = lower.T @ (x - mean).T
    log_determinant = 2 * np.sum(np.log(np.diag(lower)))
    return -0.5 * (len(mean) * np.log(2 * np.pi) + log_determinant + np.sum(z**2, axis=0))


@misconception(
    "gaussian_log_density",
    "Lᵀ z = x − μ was solved. With C = L Lᵀ the system is L z = x − μ: the lower triangle.",
)
def transposed_factor(x, mean, covariance):
    lower = np.linalg.cholesky(covariance)
    z = np.linalg.solve(lower.T, (x - mean).T)
    log_determinant = 2 * np.sum(np.log(np.diag(lower)))
    return -0.5 * (len(mean) * np.log(2 * np.pi) + log_determinant + np.sum(z**2, axis=0))


@misconception(
    "gaussian_log_density",
    "A matrix with negative eigenvalues is no covariance, but it is answered all the same. "
    "np.linalg.cholesky notices, inverse and determinant do not.",
)
def anything_is_a_covariance(x, mean, covariance):
    d = x - mean
    squares = np.einsum("ni,ij,nj->n", d, np.linalg.inv(covariance), d)
    return -0.5 * (len(mean) * np.log(2 * np.pi) + np.linalg.slogdet(covariance)[1] + squares)


@misconception(
    "gaussian_log_density",
    "ln 2π counts once per point: len(x) is their number n. It counts once per dimension, d = len(mean).",
)
def points_for_dimensions(x, mean, covariance):
    lower = np.linalg.cholesky(covariance)
    z = np.linalg.solve(lower, (x - mean).T)
    return -(len(x) * np.log(2 * np.pi) + 2 * np.sum(np.log(np.diag(lower))) + np.sum(z**2, axis=0)) / 2


@misconception("gaussian_log_density", "d ln 2π is missing: it stands beside ln det C in the bracket.")
def without_two_pi(x, mean, covariance):
    lower = np.linalg.cholesky(covariance)
    z = np.linalg.solve(lower, (x - mean).T)
    return -0.5 * (2 * np.sum(np.log(np.diag(lower))) + np.sum(z**2, axis=0))


@misconception(
    "gaussian_log_density", "This is the density itself. Its logarithm is asked for: leave out exp."
)
def density_itself(x, mean, covariance):
    lower = np.linalg.cholesky(covariance)
    z = np.linalg.solve(lower, (x - mean).T)
    log_determinant = 2 * np.sum(np.log(np.diag(lower)))
    return np.exp(-0.5 * (len(mean) * np.log(2 * np.pi) + log_determinant + np.sum(z**2, axis=0)))


@misconception(
    "gaussian_log_density",
    "All points are added up. There is one number for each point: sum over its coordinates only.",
)
def one_number_for_all(x, mean, covariance):
    lower = np.linalg.cholesky(covariance)
    z = np.linalg.solve(lower, (x - mean).T)
    log_determinant = 2 * np.sum(np.log(np.diag(lower)))
    return np.sum(-0.5 * (len(mean) * np.log(2 * np.pi) + log_determinant + np.sum(z**2, axis=0)))


@variant("gaussian_log_density")
def by_eigenvalues(x, mean, covariance):
    values, vectors = np.linalg.eigh(covariance)
    if values[0] <= 0:
        raise ValueError("not positive definite")
    coordinates = (x - mean) @ vectors
    return -0.5 * (coordinates**2 / values + np.log(2 * np.pi * values)).sum(axis=1)


@variant("gaussian_log_density")
def one_point_after_another(x, mean, covariance):
    lower = np.linalg.cholesky(covariance)
    result = []
    for point in x:
        d = point - mean
        square = float(d @ cho_solve((lower, True), d))
        result.append(-0.5 * (len(d) * math.log(2 * math.pi) + square) - float(np.log(np.diag(lower)).sum()))
    return result


@variant("gaussian_log_density")
def with_explicit_inverse(x, mean, covariance):
    np.linalg.cholesky(covariance)
    d = x - mean
    squares = np.sum((d @ np.linalg.inv(covariance)) * d, axis=1)
    return -0.5 * (x.shape[1] * np.log(2 * np.pi) + np.linalg.slogdet(covariance)[1] + squares)


@misconception(
    "fit_gaussian",
    "The covariance is divided by n − 1. That is unbiased, but not the maximum of the likelihood, which "
    "divides by n (ddof = 0).",
)
def unbiased(x):
    deviations = x - x.mean(axis=0)
    return x.mean(axis=0), deviations.T @ deviations / (len(x) - 1)


@misconception(
    "fit_gaussian",
    "Only the variances were estimated. The covariances between the coordinates are parameters as well.",
)
def variances_only(x):
    return x.mean(axis=0), np.diag(x.var(axis=0))


@misconception(
    "fit_gaussian",
    "The second moments around 0 came back. The covariance is measured around the mean.",
)
def around_zero(x):
    return x.mean(axis=0), x.T @ x / len(x)


@misconception("fit_gaussian", "The median is not the maximum of a normal likelihood: it is the mean.")
def around_the_median(x):
    centre = np.median(x, axis=0)
    return centre, (x - centre).T @ (x - centre) / len(x)


@misconception(
    "fit_gaussian", "The sums of products are not divided by n. Maximum likelihood takes their mean."
)
def scatter_matrix(x):
    deviations = x - x.mean(axis=0)
    return x.mean(axis=0), deviations.T @ deviations


@variant("fit_gaussian")
def sum_of_outer_products(x):
    n = len(x)
    mean = sum(x) / n
    return mean, sum(np.outer(row - mean, row - mean) for row in x) / n


@variant("fit_gaussian")
def by_singular_values(x):
    mean = np.mean(x, axis=0)
    _, s, vt = np.linalg.svd(x - mean, full_matrices=False)
    return [mean, (vt.T * s**2 / len(x)) @ vt]


@variant("fit_gaussian")
def by_the_library(x):
    return np.average(x, axis=0), np.atleast_2d(np.cov(x, rowvar=False, ddof=0))


@misconception(
    "sample_gaussian", "z is multiplied with the covariance. Its square root is needed: A with A Aᵀ = C."
)
def covariance_itself(z, mean, covariance):
    return mean + z @ covariance


@misconception(
    "sample_gaussian",
    "For points in rows the factor is transposed, z Lᵀ. With z L the covariance becomes Lᵀ L instead of L Lᵀ.",
)
def factor_not_transposed(z, mean, covariance):
    return mean + z @ np.linalg.cholesky(covariance)


@misconception("sample_gaussian", "Each coordinate was scaled by itself: the correlation is lost.")
def coordinates_by_themselves(z, mean, covariance):
    return mean + z * np.sqrt(np.diag(covariance))


@misconception("sample_gaussian", "The mean is not added: the points lie around 0.")
def around_the_origin(z, mean, covariance):
    return z @ np.linalg.cholesky(covariance).T


@variant("sample_gaussian")
def symmetric_root(z, mean, covariance):
    values, vectors = np.linalg.eigh(covariance)
    return mean + z @ ((vectors * np.sqrt(values)) @ vectors.T)


@variant("sample_gaussian")
def along_the_eigenvectors(z, mean, covariance):
    values, vectors = np.linalg.eigh(covariance)
    return [(mean + vectors @ (np.sqrt(values) * row)).tolist() for row in z]


@misconception("kl_gaussians", "p and q are exchanged: the divergence is not symmetric.")
def p_and_q_exchanged(mean_p, covariance_p, mean_q, covariance_q):
    d = mean_q - mean_p
    inverse = np.linalg.inv(covariance_p)
    log_ratio = np.linalg.slogdet(covariance_p)[1] - np.linalg.slogdet(covariance_q)[1]
    return 0.5 * (np.trace(inverse @ covariance_q) + d @ inverse @ d - len(d) + log_ratio)


@misconception("kl_gaussians", "The log-determinants have the wrong sign: ln det C_q − ln det C_p.")
def determinants_exchanged(mean_p, covariance_p, mean_q, covariance_q):
    d = mean_q - mean_p
    inverse = np.linalg.inv(covariance_q)
    log_ratio = np.linalg.slogdet(covariance_p)[1] - np.linalg.slogdet(covariance_q)[1]
    return 0.5 * (np.trace(inverse @ covariance_p) + d @ inverse @ d - len(d) + log_ratio)


@misconception(
    "kl_gaussians", "The dimension d is not subtracted: the divergence of p from itself must be 0."
)
def dimension_forgotten(mean_p, covariance_p, mean_q, covariance_q):
    d = mean_q - mean_p
    inverse = np.linalg.inv(covariance_q)
    log_ratio = np.linalg.slogdet(covariance_q)[1] - np.linalg.slogdet(covariance_p)[1]
    return 0.5 * (np.trace(inverse @ covariance_p) + d @ inverse @ d + log_ratio)


@misconception("kl_gaussians", "The factor 1/2 in front of the sum is missing.")
def half_left_out(mean_p, covariance_p, mean_q, covariance_q):
    d = mean_q - mean_p
    inverse = np.linalg.inv(covariance_q)
    log_ratio = np.linalg.slogdet(covariance_q)[1] - np.linalg.slogdet(covariance_p)[1]
    return np.trace(inverse @ covariance_p) + d @ inverse @ d - len(d) + log_ratio


@variant("kl_gaussians")
def by_cholesky_factors(mean_p, covariance_p, mean_q, covariance_q):
    p, q = np.linalg.cholesky(covariance_p), np.linalg.cholesky(covariance_q)
    m, z = np.linalg.solve(q, p), np.linalg.solve(q, mean_q - mean_p)
    return 0.5 * float((m**2).sum() + z @ z - len(z)) - float(np.log(np.diag(m)).sum())


@variant("kl_gaussians")
def by_generalised_eigenvalues(mean_p, covariance_p, mean_q, covariance_q):
    inverse = np.linalg.inv(covariance_q)
    values = np.linalg.eigvals(inverse @ covariance_p).real
    d = mean_p - mean_q
    return 0.5 * (sum(value - 1 - math.log(value) for value in values) + d @ inverse @ d)
