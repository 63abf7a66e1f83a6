"""Probabilities in tables: conditioning, Bayes' rule, entropy, and the sum of numbers too small to write down.

Logarithms are natural: entropies are in nats. Arguments come back unchanged.
"""

import numpy as np


def conditional(table: np.ndarray, given: int) -> np.ndarray:
    """Conditional probabilities from a contingency table.

        given = 0, the row is known:     P(column j | row i) = N_ij / Σ_j N_ij     each row adds up to 1
        given = 1, the column is known:  P(row i | column j) = N_ij / Σ_i N_ij     each column adds up to 1

    Parameters
    ----------
    table : (r, c) array of counts or of joint probabilities, 0 or more
    given : 0 when the row is what is known, 1 when it is the column

    Returns
    -------
    (r, c) float array

    Raises
    ------
    ValueError
        when one of the rows (or columns) that are given adds up to 0: it never happened

    References
    ----------
    Wasserman, All of Statistics, section 1.6
    """
    ### BEGIN SOLUTION divide by the sums over what is *not* known
    totals = np.sum(table, axis=1 - given, keepdims=True)
    if np.any(totals == 0):
        raise ValueError("nothing can be said given what never happened: a sum is 0")
    return table / totals
    ### END SOLUTION


def bayes(prior: np.ndarray, likelihood: np.ndarray) -> np.ndarray:
    """What to believe after an observation, for every observation that is possible.

        P(h | e) = P(e | h) P(h) / Σ_h' P(e | h') P(h')

    Parameters
    ----------
    prior : (h,) float array, P(h): the belief in each hypothesis before
    likelihood : (h, e) float array, P(e | h): one row per hypothesis, which adds up to 1

    Returns
    -------
    (h, e) float array
        P(h | e): one column per observation, which adds up to 1

    References
    ----------
    Wasserman, All of Statistics, section 1.7
    """
    ### BEGIN SOLUTION the joint probabilities, then each column divided by its sum
    joint = prior[:, np.newaxis] * likelihood
    return joint / joint.sum(axis=0)
    ### END SOLUTION


def entropy(p: np.ndarray) -> np.ndarray:
    """Entropy of discrete distributions, in nats: how much there is left to learn.

        H(p) = − Σ_i p_i ln p_i ,   where 0 ln 0 counts as 0

    Parameters
    ----------
    p : (…, k) float array of probabilities; they add up to 1 along the last axis

    Returns
    -------
    (…) float array, or a float when p is one distribution
        from 0 (certain) to ln k (uniform)

    References
    ----------
    Cover and Thomas, Elements of Information Theory, 2nd ed., section 2.1
    """
    ### BEGIN SOLUTION sum over the last axis; ln of something harmless where p is 0
    return -np.sum(p * np.log(np.where(p > 0, p, 1)), axis=-1)
    ### END SOLUTION


def kl_divergence(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Kullback-Leibler divergence, in nats: what it costs to take q for the truth when it is p.

        KL(p ‖ q) = Σ_i p_i ln(p_i / q_i)

    A term with p_i = 0 counts as 0. If q_i = 0 where p_i > 0, the divergence is infinite: what q calls
    impossible happens. It is 0 only for p = q, never negative, and not symmetric. With the cross-entropy
    −Σ p_i ln q_i it obeys  cross-entropy = H(p) + KL(p ‖ q).

    Parameters
    ----------
    p, q : (…, k) float arrays of probabilities; they add up to 1 along the last axis

    Returns
    -------
    (…) float array, or a float when p and q are one distribution each

    References
    ----------
    Cover and Thomas, Elements of Information Theory, 2nd ed., section 2.3
    """
    ### BEGIN SOLUTION the ratio p/q only where p > 0, and 1 elsewhere; x / 0 is infinity in NumPy
    with np.errstate(divide="ignore"):
        ratio = np.where(p > 0, p, 1) / np.where(p > 0, q, 1)
    return np.sum(p * np.log(ratio), axis=-1)
    ### END SOLUTION


def log_sum_exp(a: np.ndarray, axis: int = -1) -> np.ndarray:
    """Logarithm of a sum of exponentials, without overflow or underflow.

        ln Σ_i e^{a_i} = m + ln Σ_i e^{a_i − m} ,   m = max_i a_i

    The right-hand side is the same number, but its largest exponential is 1. It is how probabilities are
    added when only their logarithms fit into a float: −2000 is a harmless number, e^−2000 is not.

    Parameters
    ----------
    a : float array; entries may be −inf, the logarithm of 0
    axis : the axis to sum over

    Returns
    -------
    float array without that axis
        −inf where all entries are −inf

    References
    ----------
    Blanchard, Higham and Higham (2021), Accurately computing the log-sum-exp and softmax functions,
    IMA Journal of Numerical Analysis 41, 2311-2330
    """
    ### BEGIN SOLUTION subtract the maximum along the axis, and add it again; mind −inf minus −inf
    largest = np.max(a, axis=axis, keepdims=True)
    largest = np.where(largest > -np.inf, largest, 0)
    with np.errstate(divide="ignore"):
        return np.squeeze(largest, axis) + np.log(np.sum(np.exp(a - largest), axis=axis))
    ### END SOLUTION
