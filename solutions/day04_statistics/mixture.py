"""A mixture of normal distributions, fitted by expectation and maximisation (EM).

Each point comes from one of k normal distributions, but nobody has written down from which. EM guesses this
by probabilities (E step), fits every distribution with these as weights (M step), and starts again. Arguments come
back unchanged.
"""

import numpy as np

from day04_statistics.gaussian import gaussian_log_density
from day04_statistics.probability import log_sum_exp


def e_step(
    x: np.ndarray, weights: np.ndarray, means: np.ndarray, covariances: np.ndarray
) -> tuple[np.ndarray, float]:
    """Expectation: which component may each point have come from, and how likely is the whole sample?

        r_nk = π_k p_k(x_n) / p(x_n) ,   p(x_n) = Σ_k π_k p_k(x_n) ,   log-likelihood = Σ_n ln p(x_n)

    Here p_k is the normal density with mean μ_k and covariance C_k. Far from all components every p_k(x_n)
    is 0 in floating point and r would be 0/0: stay with logarithms until the quotient has been taken.

    Parameters
    ----------
    x : (n, d) float array, one point per row
    weights : (k,) float array π, more than 0, with sum 1
    means : (k, d) float array
    covariances : (k, d, d) float array, each symmetric and positive definite

    Returns
    -------
    responsibilities : (n, k) float array
        rows with sum 1
    log_likelihood : float
        the sum over the points, not the mean

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 9.2.2
    """
    ### BEGIN SOLUTION ln π_k + ln p_k(x_n) in an (n, k) array; `log_sum_exp` over k
    log_densities = [
        gaussian_log_density(x, mean, covariance) for mean, covariance in zip(means, covariances, strict=True)
    ]
    log_joint = np.log(weights) + np.column_stack(log_densities)
    log_evidence = log_sum_exp(log_joint, axis=1)
    return np.exp(log_joint - log_evidence[:, np.newaxis]), np.sum(log_evidence)
    ### END SOLUTION


def m_step(x: np.ndarray, responsibilities: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Maximisation: the best parameters, when point n belongs to component k by the share r_nk.

        N_k = Σ_n r_nk ,   π_k = N_k / n ,   μ_k = 1/N_k · Σ_n r_nk x_n ,
        C_k = 1/N_k · Σ_n r_nk (x_n − μ_k)(x_n − μ_k)ᵀ   with the new μ_k

    These are maximum likelihood estimates: divided by N_k (ddof = 0), and with nothing added to C_k.
    Anything else, and the likelihood may fall.

    Parameters
    ----------
    x : (n, d) float array, one point per row
    responsibilities : (n, k) float array r, rows with sum 1, no column of zeros

    Returns
    -------
    weights : (k,) float array
    means : (k, d) float array
    covariances : (k, d, d) float array

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 9.2.2
    """
    ### BEGIN SOLUTION weights and means are sums over n; the covariances one component after the other
    sizes = np.sum(responsibilities, axis=0)
    means = responsibilities.T @ x / sizes[:, np.newaxis]
    covariances = []
    for share, size, mean in zip(responsibilities.T, sizes, means, strict=True):
        deviations = x - mean
        covariances.append((share[:, np.newaxis] * deviations).T @ deviations / size)
    return sizes / len(x), means, np.array(covariances)
    ### END SOLUTION


def fit_mixture(
    x: np.ndarray, weights: np.ndarray, means: np.ndarray, covariances: np.ndarray, steps: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """EM: E step and M step in turn, from given parameters.

    The log-likelihood never falls from one step to the next. It climbs to a maximum that depends on the
    start, and not always to the highest one.

    Parameters
    ----------
    x : (n, d) float array, one point per row
    weights, means, covariances : what to start from, as in `e_step`
    steps : how often both steps are taken, 0 or more

    Returns
    -------
    weights, means, covariances : the parameters after the last step
    log_likelihoods : (steps + 1,) float array
        before the first step, and after each of them: the last entry belongs to the parameters returned

    References
    ----------
    Dempster, Laird and Rubin (1977), Maximum likelihood from incomplete data via the EM algorithm,
    Journal of the Royal Statistical Society B 39, 1-38
    """
    ### BEGIN SOLUTION write down the log-likelihood of the parameters you enter a round with, and of the last
    history = []
    for _ in range(steps):
        responsibilities, log_likelihood = e_step(x, weights, means, covariances)
        history.append(log_likelihood)
        weights, means, covariances = m_step(x, responsibilities)
    _, log_likelihood = e_step(x, weights, means, covariances)
    return weights, means, covariances, np.array([*history, log_likelihood])
    ### END SOLUTION
