"""Checks of gaussian.py, away from μ = 0 and σ = 1, with covariances that are never diagonal.

Covariances are built from their eigenvalues and eigenvectors, which give the reference without a Cholesky
factor; the one-dimensional reference is SciPy's ndtr, the cumulative distribution function.
"""

import numpy as np
from scipy.special import ndtr

from course.testing import (
    assert_between,
    assert_close,
    assert_parts,
    assert_raises,
    assert_shape,
    assert_that,
    assert_unchanged,
    hidden,
    points,
)


def location_and_scale(rng):
    """A mean far from 0 and a standard deviation far from 1."""
    return rng.uniform(2, 6) * rng.choice([-1, 1]), rng.choice([rng.uniform(0.2, 0.5), rng.uniform(2, 4)])


@points(1)
def test_normal_pdf_is_the_derivative_of_the_cdf(student, rng):
    for shape in [(5,), (2, 3), (1,), (4, 1)]:
        mu, sigma = location_and_scale(rng)
        z = rng.uniform(-2.5, 2.5, size=shape)
        x, h = mu + sigma * z, 1e-4
        with assert_unchanged(x):
            result = student.normal_pdf(x, mu, sigma)
        assert_close(result, (ndtr(z + h) - ndtr(z - h)) / (2 * h * sigma), name="density")
        single = student.normal_pdf(x.astype(np.float32), mu, sigma)
        assert_close(single, (ndtr(z + h) - ndtr(z - h)) / (2 * h * sigma), name="density", rtol=1e-3)


@hidden
@points(1)
def test_normal_pdf_has_area_mean_and_variance(student, rng):
    for _ in range(3):
        mu, sigma = location_and_scale(rng)
        x = np.linspace(mu - 9 * sigma, mu + 9 * sigma, 1801)
        result = student.normal_pdf(x, mu, sigma)
        assert_shape(result, x.shape, name="density")
        p = np.asarray(result)
        assert_close(np.trapezoid(p, x), 1.0, name="area under the density")
        assert_close(np.trapezoid(x * p, x), mu, name="mean of the density")
        assert_close(np.trapezoid((x - mu) ** 2 * p, x), sigma**2, name="variance of the density")


@points(1)
def test_normal_cdf_near_the_mean(student, rng):
    for shape in [(5,), (2, 3), (1,), (4, 1)]:
        mu, sigma = location_and_scale(rng)
        z = rng.uniform(2, 3, size=shape) * rng.choice([-1, 1], size=shape)
        z.flat[1:] = rng.uniform(-3.5, 3.5, size=z.size - 1)
        x = mu + sigma * z
        with assert_unchanged(x):
            result = student.normal_cdf(x, mu, sigma)
        assert_close(result, ndtr(z), name="probability", rtol=0, atol=3e-5)
    single = student.normal_cdf(x.astype(np.float32), mu, sigma)
    assert_close(single, ndtr(z), name="probability", rtol=0, atol=1e-4)


@hidden
@points(1)
def test_normal_cdf_within_and_far_beyond_some_sigmas(student, rng):
    mu, sigma = location_and_scale(rng)
    for z, inside in [(1, 0.682689), (2, 0.954500), (3, 0.997300)]:
        result = student.normal_cdf(np.array([mu - z * sigma, mu + z * sigma]), mu, sigma)
        assert_shape(result, (2,), name="probability")
        assert_close(result[1] - result[0], inside, name=f"probability within {z} σ", rtol=0, atol=4e-5)
    z = np.array([rng.uniform(0.8, 1.2), -rng.uniform(0.8, 1.2)])
    result = student.normal_cdf(mu + sigma * z, mu, sigma, intervals=10_000)
    cause = "ten times as many intervals make the error a hundred times smaller"
    assert_close(result, ndtr(z), name="probability", rtol=0, atol=3e-7, cause=cause)
    x = mu + sigma * np.array([-8.0, 0.0, 8.0])
    assert_close(student.normal_cdf(x, mu, sigma), [0.0, 0.5, 1.0], name="probability", rtol=0, atol=2e-5)


def spectral_gaussian(rng, d, scale=1.0):
    """A mean and a full covariance with its eigenvalues and eigenvectors (columns)."""
    values = scale * rng.uniform(0.4, 4, size=d)
    vectors = np.linalg.qr(rng.normal(size=(d, d)))[0]
    c = (vectors * values) @ vectors.T
    return rng.uniform(2, 5, size=d), (c + c.T) / 2, values, vectors


def reference_log_density(x, mean, values, vectors):
    """The log-density in the coordinates of the eigenvectors, where the covariance is diagonal."""
    squares = ((x - mean) @ vectors) ** 2 / values
    return -0.5 * np.sum(squares + np.log(2 * np.pi * values), axis=1)


@points(1)
def test_gaussian_log_density_with_full_covariance(student, rng):
    for n, d in [(4, 2), (1, 3), (5, 1), (3, 5)]:
        mean, c, values, vectors = spectral_gaussian(rng, d)
        x = mean + 1.5 * rng.normal(size=(n, d))
        with assert_unchanged(x, mean, c):
            result = student.gaussian_log_density(x, mean, c)
        expected = reference_log_density(x, mean, values, vectors)
        assert_close(result, expected, name="log-density")
        single = student.gaussian_log_density(*(part.astype(np.float32) for part in (x, mean, c)))
        assert_close(single, expected, name="log-density", rtol=1e-3, atol=1e-3)


@points(1)
def test_gaussian_log_density_far_away_and_in_many_dimensions(student, rng):
    mean, c, values, vectors = spectral_gaussian(rng, 3)
    x = mean + 1e4 * rng.uniform(1, 2, size=(2, 3))
    cause = "the density itself is 0 here; its logarithm is an ordinary number when it is computed directly"
    expected = reference_log_density(x, mean, values, vectors)
    assert_close(student.gaussian_log_density(x, mean, c), expected, name="log-density", cause=cause)
    for scale in (1e-4, 1e4):
        mean, c, values, vectors = spectral_gaussian(rng, 200, scale)
        x = mean + np.sqrt(scale) * rng.normal(size=(2, 200))
        cause = "the determinant is 10^±800 here; the sum of the logarithms of the diagonal of L is not"
        expected = reference_log_density(x, mean, values, vectors)
        assert_close(student.gaussian_log_density(x, mean, c), expected, name="log-density", cause=cause)


@points(1)
def test_gaussian_log_density_refuses_what_is_no_covariance(student, rng):
    mean, c, values, vectors = spectral_gaussian(rng, 4)
    x = mean + rng.normal(size=(3, 4))
    expected = reference_log_density(x, mean, values, vectors)
    assert_close(student.gaussian_log_density(x, mean, c), expected, name="log-density")
    for signs in ([1, -1, 1, 1], [-1, 1, 1, -1]):
        matrix = (vectors * values * signs) @ vectors.T
        with assert_raises(ValueError, cause="a negative eigenvalue would be a negative variance"):
            student.gaussian_log_density(x, mean, (matrix + matrix.T) / 2)


@hidden
@points(1)
def test_gaussian_log_density_under_a_linear_map(student, rng):
    mean, c, values, vectors = spectral_gaussian(rng, 3)
    x, a, b = mean + rng.normal(size=(4, 3)), rng.normal(size=(3, 3)) + 2 * np.eye(3), rng.normal(size=3)
    image = a @ c @ a.T
    result = student.gaussian_log_density(x @ a.T + b, a @ mean + b, (image + image.T) / 2)
    expected = reference_log_density(x, mean, values, vectors) - np.linalg.slogdet(a)[1]
    assert_close(result, expected, name="log-density of A x + b", rtol=1e-5)


def mean_log_likelihood(x, mean, c):
    """Mean of the log-density over the points."""
    deviations = x - mean
    squares = np.einsum("ni,ij,nj->n", deviations, np.linalg.inv(c), deviations)
    return -0.5 * (np.mean(squares) + np.linalg.slogdet(c)[1] + len(mean) * np.log(2 * np.pi))


def correlated_sample(rng, n, d):
    return rng.normal(size=(n, d)) @ (rng.normal(size=(d, d)) + 2 * np.eye(d)) + rng.uniform(2, 6, size=d)


@points(1)
def test_fit_gaussian_divides_by_n(student, rng):
    for n, d in [(9, 3), (5, 1), (12, 2), (2, 2)]:
        x = correlated_sample(rng, n, d)
        with assert_unchanged(x):
            result = student.fit_gaussian(x)
        mean, c = assert_parts(result, 2)
        assert_close(mean, x.mean(axis=0), name="mean")
        cause = "maximum likelihood divides by n"
        assert_close(c, np.cov(x.T, ddof=0).reshape(d, d), name="covariance", cause=cause)
    single = correlated_sample(rng, 9, 2).astype(np.float32)
    _, c = assert_parts(student.fit_gaussian(single), 2)
    assert_close(c, np.cov(single.astype(float).T, ddof=0), name="covariance", rtol=1e-3, atol=1e-3)


@hidden
@points(1)
def test_fit_gaussian_cannot_be_improved(student, rng):
    n, d = 20, 3
    x = correlated_sample(rng, n, d)
    mean, c = assert_parts(student.fit_gaussian(x), 2)
    assert_shape(mean, (d,), name="mean")
    assert_shape(c, (d, d), name="covariance")
    mean, c = np.asarray(mean), np.asarray(c)
    best = mean_log_likelihood(x, mean, c)
    for factor in (1 - 1 / n, 1 + 1 / n, 0.8, 1.2):
        better = mean_log_likelihood(x, mean, factor * c) > best
        assert_that(
            not better, f"The sample is more likely when your covariance is multiplied by {factor:g}."
        )
    for _ in range(10):
        shift = 0.05 * rng.normal(size=d)
        worse = mean_log_likelihood(x, mean + shift, c) <= best
        assert_that(worse, "The sample is more likely when your mean is moved a little.")
        a = np.eye(d) + 0.05 * rng.normal(size=(d, d))
        worse = mean_log_likelihood(x, mean, a @ c @ a.T) <= best
        assert_that(worse, "The sample is more likely when your covariance is distorted a little.")


@points(0)
def test_sample_gaussian_has_the_covariance(student, rng):
    for d in (2, 3, 1):
        mean, c, _, _ = spectral_gaussian(rng, d)
        z = np.vstack([np.zeros(d), np.eye(d)])
        with assert_unchanged(z, mean, c):
            result = student.sample_gaussian(z, mean, c)
        assert_shape(result, (d + 1, d), name="array of points")
        origin, images = np.asarray(result)[0], np.asarray(result)[1:]
        assert_close(origin, mean, name="point for z = 0")
        a = (images - origin).T
        assert_close(a @ a.T, c, name="product A Aᵀ of the map x = μ + A z")


@hidden
@points(0)
def test_sample_gaussian_is_linear(student, rng):
    mean, c, _, _ = spectral_gaussian(rng, 3)
    z = rng.normal(size=(2, 3))
    result = student.sample_gaussian(np.vstack([z, z.sum(axis=0)]), mean, c)
    assert_shape(result, (3, 3), name="array of points")
    first, second, both = np.asarray(result) - mean
    # What is computed from a result may have lost what single precision does not hold.
    name = "image of a sum, measured from the mean"
    assert_close(both, first + second, rtol=1e-4, atol=1e-4, name=name)
    basis = student.sample_gaussian(np.eye(3), mean, c)
    a = (np.asarray(basis) - mean).T
    assert_close(first, a @ z[0], rtol=1e-4, atol=1e-4, name="image of z, measured from the mean")
    assert_close(a @ a.T, c, rtol=1e-4, atol=1e-4, name="product A Aᵀ of the map x = μ + A z")


@points(0)
def test_kl_gaussians_against_the_standard_normal(student, rng):
    for d in (3, 1, 5):
        mean, variances = rng.uniform(-2, 2, size=d), rng.uniform(0.3, 3, size=d)
        covariances = np.diag(variances), np.eye(d)
        with assert_unchanged(mean, *covariances):
            result = student.kl_gaussians(mean, covariances[0], np.zeros(d), covariances[1])
        assert_close(result, 0.5 * np.sum(variances + mean**2 - 1 - np.log(variances)), name="divergence")


@points(0)
def test_kl_gaussians_with_full_covariances(student, rng):
    for d in (2, 4):
        mean_p, p, values_p, vectors_p = spectral_gaussian(rng, d)
        mean_q, q, values_q, vectors_q = spectral_gaussian(rng, d)
        result = student.kl_gaussians(mean_p, p, mean_q, q)
        axes = vectors_p.T * np.sqrt(d * values_p)[:, np.newaxis]
        cloud = mean_p + np.vstack([axes, -axes])  # 2d points with exactly the mean and covariance of p
        expected = np.mean(
            reference_log_density(cloud, mean_p, values_p, vectors_p)
            - reference_log_density(cloud, mean_q, values_q, vectors_q)
        )
        assert_close(result, expected, name="divergence")
        assert_between(result, 0, np.inf, name="divergence")
