"""Validation: how good is it really, on data that had no say in any decision?

Everything that is fitted (a mean, a weight, a hyper-parameter) may look at the training data only. The test data is
looked at once, at the very end. Arguments come back unchanged.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Fold = tuple[np.ndarray, np.ndarray]
"""Indices of the training samples and of the validation samples."""


def standardize(train: np.ndarray, *others: np.ndarray) -> tuple[np.ndarray, ...]:
    """Give every channel of the training signals mean 0 and standard deviation 1, and map other sets the same way.

        x̃ = (x − mean) / std

    One mean and one standard deviation (ddof 0) per channel, over all recordings and all times of ``train``, for all
    sets. A channel that is constant in ``train`` is only centred.

    Parameters
    ----------
    train : (n, channels, time) float array
    others : float arrays of shape (any, channels, any), such as validation and test signals

    Returns
    -------
    tuple of float arrays
        ``train`` and each of ``others``, standardised

    References
    ----------
    LeCun, Bottou, Orr and Müller (1998), Efficient BackProp, section 4.3
    """
    ### BEGIN SOLUTION the numbers come from train alone; keepdims makes them fit all sets
    mean = train.mean(axis=(0, 2), keepdims=True)
    std = train.std(axis=(0, 2), keepdims=True)
    std = np.where(
        np.ptp(train, axis=(0, 2), keepdims=True) == 0, 1, std
    )  # rounding leaves 1e-17 of a constant 0.1
    return tuple((x - mean) / std for x in (train, *others))
    ### END SOLUTION


def k_fold(groups: np.ndarray, k: int, rng: np.random.Generator) -> list[Fold]:
    """Split into k folds for cross-validation, such that samples of one group stay together.

    The groups are shuffled and dealt to k folds, whose numbers of groups differ by at most one. In split number i, the
    samples of fold i are for validation, all others for training. Recordings of one person are a group: the
    same head in both parts would be recognised rather than understood. Are the samples independent? Then each is a
    group of its own, ``groups = np.arange(n)``.

    Parameters
    ----------
    groups : (n,) integer array, the group of each sample
    k : number of folds, 2 or more
    rng : shuffles the groups

    Returns
    -------
    list of k pairs (train, validation)
        integer arrays of indices into ``groups``, in any order; together they are all indices, each once

    Raises
    ------
    ValueError
        when there are fewer than k groups

    References
    ----------
    Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., section 7.10
    """
    ### BEGIN SOLUTION shuffle the different groups, cut the list into k parts, find the samples of each part
    names = rng.permutation(np.unique(groups))
    if len(names) < k:
        raise ValueError(f"{k} folds need at least {k} groups, not {len(names)}")
    held_out = [np.isin(groups, part) for part in np.array_split(names, k)]
    return [(np.flatnonzero(~mask), np.flatnonzero(mask)) for mask in held_out]
    ### END SOLUTION


def cross_validate(
    fit: Callable[[np.ndarray, np.ndarray], Any],
    score: Callable[[Any, np.ndarray, np.ndarray], float],
    x: np.ndarray,
    y: np.ndarray,
    folds: Sequence[Fold],
) -> np.ndarray:
    """One score per fold, each from a model that has not seen the samples it is judged by.

    Parameters
    ----------
    fit : trains on (x, y) and returns a new model; whatever it learns, also a mean for
        standardising, it learns from what it is given
    score : judges a model by (x, y)
    x, y : arrays with n samples along the first axis
    folds : from `k_fold`

    Returns
    -------
    (len(folds),) float array

    References
    ----------
    Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., section 7.10.2
    """
    ### BEGIN SOLUTION fit on the training samples of the fold, score on its validation samples
    return np.array([score(fit(x[train], y[train]), x[held_out], y[held_out]) for train, held_out in folds])
    ### END SOLUTION


def search(
    candidates: Sequence[Any],
    fit: Callable[[Any, np.ndarray, np.ndarray], Any],
    score: Callable[[Any, np.ndarray, np.ndarray], float],
    x: np.ndarray,
    y: np.ndarray,
    folds: Sequence[Fold],
    test: tuple[np.ndarray, np.ndarray],
) -> tuple[Any, np.ndarray, float]:
    """Choose a hyper-parameter by cross-validation, and only then open the test set, once.

    1. The score of a candidate is the mean of its scores over the folds.
    2. The candidate with the largest score wins; the first of them if there are several.
    3. A new model is fitted with it to all of (x, y).
    4. That model, and no other, is scored on the test set.

    Parameters
    ----------
    candidates : settings to choose from, of any kind
    fit : (candidate, x, y) -> model
    score : (model, x, y) -> number, larger is better
    x, y : everything but the test set
    folds : of x and y, from `k_fold`
    test : the pair (x, y) of the test set

    Returns
    -------
    best : the winner, one of ``candidates``
    scores : (len(candidates),) float array
        mean validation scores
    test_score : float

    References
    ----------
    Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., section 7.2
    """
    ### BEGIN SOLUTION cross_validate each candidate; then choose, fit anew, test
    scores = np.array(
        [cross_validate(lambda x, y, c=c: fit(c, x, y), score, x, y, folds).mean() for c in candidates]
    )
    best = candidates[int(np.argmax(scores))]
    return best, scores, score(fit(best, x, y), *test)
    ### END SOLUTION
