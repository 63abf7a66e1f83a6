# Write the parts marked TODO(day11). Made by `course sync` from the course's single source.
# skeleton 2b45bc7d6ded7c2f
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

    Not allowed here: ``torch.utils.data.random_split``; from ``sklearn.model_selection``:
    ``train_test_split``, ``ShuffleSplit``.

    References
    ----------
    Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., section 7.2
    """
    # TODO(day11): one random order of all indices, cut at the cumulative sizes
    raise NotImplementedError("split is not written yet")


class Standardizer:
    """Shift every feature to mean 0 and scale it to spread 1, by the mean and variance of the training samples.

    Parameters
    ----------
    epsilon : added to the variance. A feature that is constant in training becomes 0 instead of 0/0, and one that
        is nearly constant, such as a pixel in the corner, is not blown up

    Attributes
    ----------
    mean, variance : (d,) float arrays, known after `fit`

    Not allowed here: from ``sklearn.preprocessing``: ``StandardScaler``, ``scale``; from ``scipy.stats``:
    ``zscore``, ``zmap``.

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
        # TODO(day11): one mean and one variance for each column
        raise NotImplementedError("Standardizer.fit is not written yet")

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Apply what was measured: (x − mean) / √(variance + ε).

        Parameters
        ----------
        x : (m, d) float array; any samples, also a single one

        Returns
        -------
        (m, d) float array
        """
        # TODO(day11): by the statistics of `fit`, not by those of this x
        raise NotImplementedError("Standardizer.transform is not written yet")


class Whitening:
    """Shift and rotate the data and scale it along its principal directions, until nothing is correlated.

    With the mean m and the covariance C = V diag(λ) Vᵀ of the training samples, z = (x − m) V diag(1/√(λ + ε)).
    For ε = 0 the training samples then have covariance I. Any rotation of z is as good, and accepted.

    Parameters
    ----------
    epsilon : added to the variances λ along the principal directions; more than 0 when C is singular

    Not allowed here: ``sklearn.covariance.EmpiricalCovariance``; from ``sklearn.decomposition``: ``PCA``,
    ``FastICA``.

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
        # TODO(day11): np.linalg.eigh of the (d, d) covariance matrix
        raise NotImplementedError("Whitening.fit is not written yet")

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Apply what was measured to any samples.

        Parameters
        ----------
        x : (m, d) float array

        Returns
        -------
        (m, d) float array
        """
        # TODO(day11): with the mean and the directions of `fit`
        raise NotImplementedError("Whitening.transform is not written yet")


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

    Not allowed here: from ``torch.utils.data``: ``DataLoader``, ``BatchSampler``; from ``sklearn.utils``:
    ``shuffle``, ``gen_batches``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 8.1.3
    """
    # TODO(day11): the same order for both; `yield` in a loop, or a list of pairs
    raise NotImplementedError("minibatches is not written yet")


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

    Not allowed here: from ``sklearn.model_selection``: ``StratifiedShuffleSplit``, ``train_test_split``.

    References
    ----------
    Kohavi (1995), A study of cross-validation and bootstrap for accuracy estimation and model selection, IJCAI 14
    """
    # TODO(day11): split the indices of each class, then put the parts together
    raise NotImplementedError("stratified_split is not written yet")


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

    Not allowed here: from ``sklearn.model_selection``: ``GroupShuffleSplit``, ``GroupKFold``.

    References
    ----------
    Kaufman, Rosset and Perlich (2011), Leakage in data mining, KDD 17, 556-563
    """
    # TODO(day11): choose among the groups, not among the samples
    raise NotImplementedError("group_split is not written yet")
