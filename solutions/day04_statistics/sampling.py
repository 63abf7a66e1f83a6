"""From uniform random numbers to any others, what becomes of their means, and how sure one may be of them.

No function here draws a random number itself. Uniform numbers, indices or whole samples come in as
arguments: the same arguments give the same result, today and tomorrow, and a result can be checked. Arguments come
back unchanged.
"""

from collections.abc import Callable

import numpy as np


def sample_exponential(u: np.ndarray, rate: float) -> np.ndarray:
    """Exponentially distributed waiting times by inverse transform.

    If u is uniform, x = F⁻¹(u) has the cumulative distribution function F. Here F(x) = 1 − exp(−λ x), so

        x = −ln(1 − u) / λ .

    Parameters
    ----------
    u : float array of any shape, uniform in [0, 1), as from ``rng.random``
    rate : λ, events per unit of time, more than 0; the mean of x is 1/λ

    Returns
    -------
    float array of the shape of u, in units of time
        it grows with u, and is 0 for u = 0

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 11.1.1
    """
    ### BEGIN SOLUTION `np.log1p(-u)` is ln(1 − u), also exact when u is tiny
    return -np.log1p(-u) / rate
    ### END SOLUTION


def sample_discrete(u: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Categories with given probabilities by inverse transform.

    With p_i = w_i / Σ w, the category of u is the smallest k for which

        u < p_0 + p_1 + … + p_k .

    Parameters
    ----------
    u : (n,) float array, uniform in [0, 1)
    weights : (k,) float array, 0 or more, not all 0; they need not add up to 1

    Returns
    -------
    (n,) integer array
        from 0 to k − 1; a category of weight 0 never comes, and u just below 1 belongs to the last of the
        others, even when the sum of the p_i is 0.9999999999999999

    References
    ----------
    Press et al., Numerical Recipes, 3rd ed., section 7.3
    """
    ### BEGIN SOLUTION cumulative sums, divided by the last of them; `np.searchsorted`, and mind its side
    cumulative = np.cumsum(weights)
    return np.searchsorted(cumulative / cumulative[-1], u, side="right")
    ### END SOLUTION


def box_muller(u1: np.ndarray, u2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two independent standard normal numbers from two uniform ones.

        r = √(−2 ln u1) ,   z1 = r cos(2π u2) ,   z2 = r sin(2π u2)

    In the plane of two normal numbers the direction is uniform, and half the squared radius is exponentially
    distributed with mean 1: both can be drawn by inverse transform.

    Parameters
    ----------
    u1 : float array of any shape, uniform in (0, 1]: 1 − ``rng.random(…)``, since ln 0 is infinite
    u2 : float array of the same shape, uniform in [0, 1)

    Returns
    -------
    z1, z2 : float arrays of the same shape

    References
    ----------
    Box and Muller (1958), A note on the generation of random normal deviates,
    The Annals of Mathematical Statistics 29, 610-611
    """
    ### BEGIN SOLUTION radius and angle, then the two coordinates
    radius, angle = np.sqrt(-2 * np.log(u1)), 2 * np.pi * u2
    return radius * np.cos(angle), radius * np.sin(angle)
    ### END SOLUTION


def standardised_means(samples: np.ndarray, mu: float, sigma: float) -> np.ndarray:
    """Means of many samples, on the scale on which the central limit theorem speaks of them.

        z_i = √n (m_i − μ) / σ ,   m_i = mean of sample i

    Whatever the distribution, if its variance is finite the z_i tend to standard normal numbers as n grows.

    Parameters
    ----------
    samples : (r, n) float array: r samples of n independent numbers each
    mu, sigma : mean and standard deviation of the distribution they were drawn from

    Returns
    -------
    (r,) float array

    References
    ----------
    Wasserman, All of Statistics, section 5.4
    """
    ### BEGIN SOLUTION one mean per row; its standard deviation is σ / √n
    n = samples.shape[1]
    return np.sqrt(n) * (np.mean(samples, axis=1) - mu) / sigma
    ### END SOLUTION


def bootstrap(
    x: np.ndarray, statistic: Callable[[np.ndarray], float], level: float, indices: np.ndarray
) -> tuple[float, float, np.ndarray]:
    """Percentile confidence interval of any statistic, by drawing new samples from the sample.

    Replicate b is the statistic of the observations x[indices[b]]: as many as in x, drawn with replacement.
    The interval leaves the share (1 − level) / 2 of the replicates outside on either side. Its ends are
    quantiles with linear interpolation, as ``np.quantile`` computes them.

    Parameters
    ----------
    x : (n,) or (n, d) float array, one observation per row; a row is never taken apart
    statistic : a function of an array like x, to one number
    level : 0.95 for an interval that is to hold the true value in 95 % of all cases
    indices : (b, n) integer array, uniform: ``rng.integers(n, size=(b, n))``

    Returns
    -------
    low, high : floats, the ends of the interval
    replicates : (b,) float array, in the order of ``indices``

    References
    ----------
    Efron and Tibshirani, An Introduction to the Bootstrap, chapters 6 and 13
    """
    ### BEGIN SOLUTION one replicate per row of indices, then two quantiles
    replicates = np.array([statistic(x[row]) for row in indices])
    low, high = np.quantile(replicates, [(1 - level) / 2, (1 + level) / 2])
    return low, high, replicates
    ### END SOLUTION
