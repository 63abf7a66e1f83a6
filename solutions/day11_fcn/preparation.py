"""From a pile of samples to mini-batches: split first, then measure on the training part only, then shuffle.

Whatever is estimated from data (a mean, a spread, a rotation) is part of the model. It is fitted to the training
samples and applied unchanged to validation and test samples; anything else is leakage. Arguments come back unchanged.
What is fitted or transformed is a new array.
"""

from collections.abc import Iterator

import numpy as np


def split(n: int, fractions: tuple[float, ...], rng: np.random.Generator) -> list[np.ndarray]:
    """Divide n samples at random into parts, such as training, validation and test.

    Parameters
    ----------
    n : number of samples
    fractions : the share of each part, with sum 1
    rng : the generator to draw from

    Returns
    -------
    list of integer arrays
        one for each part, with the indices of its samples in any order. Every index from 0 to n − 1 is in exactly
        one part; part k has ``fractions[k] · n`` of them, up to rounding

    References
    ----------
    Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., section 7.2
    """
    ### BEGIN SOLUTION one random order of all indices, cut at the cumulative sizes
    ends = np.round(np.cumsum(fractions) * n).astype(int)
    return np.split(rng.permutation(n), ends[:-1])
    ### END SOLUTION


class Standardizer:
    """Shift every feature to mean 0 and scale it to spread 1, by the mean and variance of the training samples.

    Parameters
    ----------
    epsilon : added to the variance. A feature that is constant in training becomes 0 instead of 0/0, and one that
        is nearly constant, such as a pixel in the corner, is not blown up

    Attributes
    ----------
    mean, variance : (d,) float arrays, known after `fit`

    References
    ----------
    LeCun et al. (1998), Efficient BackProp, section 4.3
    """

    def __init__(self, epsilon: float = 0.03) -> None:
        self.epsilon = epsilon

    def fit(self, x: np.ndarray) -> None:
        """Measure the training samples.

        Sets ``mean`` and ``variance`` of every feature; the variance is the mean of the squared deviations (divided
        by n).

        Parameters
        ----------
        x : (n, d) float array, a sample per row
        """
        ### BEGIN SOLUTION one mean and one variance for each column
        self.mean = x.mean(axis=0)
        self.variance = x.var(axis=0)
        ### END SOLUTION

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Apply what was measured: (x − mean) / √(variance + ε).

        Parameters
        ----------
        x : (m, d) float array; any samples, also a single one

        Returns
        -------
        (m, d) float array
        """
        ### BEGIN SOLUTION by the statistics of `fit`, not by those of this x
        return (x - self.mean) / np.sqrt(self.variance + self.epsilon)
        ### END SOLUTION


class Whitening:
    """Shift and rotate the data and scale it along its principal directions, until nothing is correlated.

    With the mean m and the covariance C = V diag(λ) Vᵀ of the training samples, z = (x − m) V diag(1/√(λ + ε)).
    For ε = 0 the training samples then have covariance I. Any rotation of z is as good, and accepted.

    Parameters
    ----------
    epsilon : added to the variances λ along the principal directions; more than 0 when C is singular

    References
    ----------
    LeCun et al. (1998), Efficient BackProp, section 4.3;
    Kessy, Lewin and Strimmer (2018), Optimal whitening and decorrelation, The American Statistician 72, 309-314
    """

    def __init__(self, epsilon: float = 0.03) -> None:
        self.epsilon = epsilon

    def fit(self, x: np.ndarray) -> None:
        """Measure mean and covariance (divided by n) of the training samples, and decompose.

        Parameters
        ----------
        x : (n, d) float array, a sample per row; fewer samples than features are allowed when ε > 0, and so is d = 1,
            for which ``np.cov`` gives a number where a (1, 1) matrix is needed
        """
        ### BEGIN SOLUTION np.linalg.eigh of the (d, d) covariance matrix
        self.mean = x.mean(axis=0)
        centred = x - self.mean
        variances, directions = np.linalg.eigh(centred.T @ centred / len(x))
        self.matrix = directions / np.sqrt(variances + self.epsilon)
        ### END SOLUTION

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Apply what was measured to any samples.

        Parameters
        ----------
        x : (m, d) float array

        Returns
        -------
        (m, d) float array
        """
        ### BEGIN SOLUTION with the mean and the directions of `fit`
        return (x - self.mean) @ self.matrix
        ### END SOLUTION


def minibatches(
    x: np.ndarray, labels: np.ndarray, batch_size: int, rng: np.random.Generator | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """One epoch: all samples, in batches.

    Every sample comes exactly once. When ``batch_size`` does not divide n, the last batch is smaller, and it is kept.

    Parameters
    ----------
    x : (n, …) array of samples
    labels : (n,) or (n, …) array of what belongs to them
    batch_size : 1 or more
    rng : the generator to draw a new order from; None leaves the samples in their order

    Yields
    ------
    x, labels : arrays of up to ``batch_size`` samples with their labels, of the dtypes given

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 8.1.3
    """
    ### BEGIN SOLUTION the same order for both; `yield` in a loop, or a list of pairs
    order = np.arange(len(x)) if rng is None else rng.permutation(len(x))
    for start in range(0, len(x), batch_size):
        batch = order[start : start + batch_size]
        yield x[batch], labels[batch]
    ### END SOLUTION


def stratified_split(
    labels: np.ndarray, fraction: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Divide samples in two so that every class has the same share in both (optional).

    Parameters
    ----------
    labels : (n,) integer array
    fraction : share of the second part
    rng : the generator to draw from

    Returns
    -------
    first, second : integer arrays of indices, random within each class
        of a class with m samples the second part gets ``fraction · m``, rounded up or down

    References
    ----------
    Kohavi (1995), A study of cross-validation and bootstrap for accuracy estimation and model selection, IJCAI 14
    """
    ### BEGIN SOLUTION split the indices of each class, then put the parts together
    parts: tuple[list, list] = ([], [])
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        taken = round(fraction * len(members))
        parts[0].append(members[taken:])
        parts[1].append(members[:taken])
    return np.concatenate(parts[0]), np.concatenate(parts[1])
    ### END SOLUTION


def group_split(
    groups: np.ndarray, fraction: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Divide samples in two so that no group is in both (optional).

    Ten pictures of one patient, or a hundred digits by one hand, resemble each other. If some are used for training
    and others for testing, the test asks for the patient and not for the illness.

    Parameters
    ----------
    groups : (n,) array; samples with equal entries belong together
    fraction : share of the *groups* in the second part, rounded up or down
    rng : the generator to draw from

    Returns
    -------
    first, second : integer arrays of indices
        in random or in any other order

    References
    ----------
    Kaufman, Rosset and Perlich (2011), Leakage in data mining, KDD 17, 556-563
    """
    ### BEGIN SOLUTION choose among the groups, not among the samples
    names = rng.permutation(np.unique(groups))
    chosen = np.isin(groups, names[: round(fraction * len(names))])
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)
    ### END SOLUTION
