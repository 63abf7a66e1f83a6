"""A guarantee for any model: conformal prediction.

Of the n calibration samples nobody may have learnt. They and the new one have to come from the same source in any
order; nothing else is assumed, neither of the model nor of the noise. Arguments come back unchanged.
"""

import math

import torch
from torch import Tensor


def threshold(scores: Tensor, alpha: float) -> float:
    """The score that a new sample exceeds with probability ``alpha`` at most.

    It is the k-th smallest of the n calibration scores, k = ⌈(n + 1)(1 − alpha)⌉, and infinity where k is larger than
    n: so few samples promise nothing. The + 1 is the new sample, which may take any place among the others. Where
    (n + 1)(1 − alpha) is a whole number, it is that number, whatever the rounding of the computer says.

    Parameters
    ----------
    scores : (n,) float tensor, how badly the model was off on each calibration sample
    alpha : between 0 and 1, neither included

    Returns
    -------
    float

    References
    ----------
    Angelopoulos and Bates (2023), Conformal prediction: a gentle introduction, section 1
    """
    ### BEGIN SOLUTION sort; take 1e-9 off before rounding up: 10 · (1 − 0.7) comes out a little above 3
    n = len(scores)
    k = math.ceil((n + 1) * (1 - alpha) - 1e-9)
    return math.inf if k > n else float(scores.sort().values[k - 1])
    ### END SOLUTION


def prediction_sets(p: Tensor, p_calibration: Tensor, labels: Tensor, alpha: float) -> Tensor:
    """All classes that cannot be ruled out: sets that hold the right one with probability 1 − alpha at least.

    The score of a class is one less its probability. A class belongs to the set when its score is not above the
    ``threshold`` of the calibration scores, which are those of the *right* classes.

    Parameters
    ----------
    p : (m, c) float tensor, probabilities of new samples
    p_calibration : (n, c) float tensor, probabilities of the calibration samples
    labels : (n,) int64 tensor, the right classes of the calibration samples
    alpha : between 0 and 1, neither included

    Returns
    -------
    (m, c) bool tensor

    References
    ----------
    Sadinle, Lei and Wasserman (2019), Least ambiguous set-valued classifiers with bounded error levels, JASA 114
    """
    ### BEGIN SOLUTION
    scores = 1 - p_calibration[torch.arange(len(labels)), labels]
    return 1 - p <= threshold(scores, alpha)
    ### END SOLUTION


def conformal_interval(
    calibration: tuple[Tensor, Tensor, Tensor], mean: Tensor, std: Tensor, alpha: float
) -> tuple[Tensor, Tensor]:
    """Intervals that hold the new value with probability 1 − alpha at least, wider where the model is less sure.

    The score of a value is its distance from the mean in standard deviations, |y − mean| / std, and the interval
    reaches as many of them to each side as the ``threshold`` says. If the model's spread is wrong by a factor, the
    threshold makes up for it.

    Parameters
    ----------
    calibration : y, mean and std of the calibration samples, (n,) float tensors
    mean, std : (m,) float tensors, of new samples
    alpha : between 0 and 1, neither included

    Returns
    -------
    lower, upper : (m,) float tensors

    References
    ----------
    Lei, G'Sell, Rinaldo, Tibshirani and Wasserman (2018), Distribution-free predictive inference for regression,
    JASA 113, section 5.2
    """
    ### BEGIN SOLUTION
    y, known_mean, known_std = calibration
    reach = threshold((y - known_mean).abs() / known_std, alpha)
    return mean - reach * std, mean + reach * std
    ### END SOLUTION


def adaptive_scores(p: Tensor, labels: Tensor) -> Tensor:
    """The score by which hard samples get larger sets (optional).

    For each sample: the sum of the probabilities of all classes that are *at least as probable* as the right one, that
    one included. With it, classes are taken into the set from the most probable one on, until enough is gathered.

    Parameters
    ----------
    p : (n, c) float tensor of probabilities
    labels : (n,) int64 tensor

    Returns
    -------
    (n,) float tensor

    References
    ----------
    Romano, Sesia and Candès (2020), Classification with valid and adaptive coverage, NeurIPS 33
    """
    ### BEGIN SOLUTION
    right = p[torch.arange(len(p)), labels]
    return torch.where(p >= right[:, None], p, 0).sum(dim=1)
    ### END SOLUTION


def classwise_sets(p: Tensor, p_calibration: Tensor, labels: Tensor, alpha: float) -> Tensor:
    """Sets that keep the promise of ``prediction_sets`` for each class on its own (optional).

    Each class has a ``threshold`` of its own, that of the scores of those calibration samples of which it is the right
    class. Class k belongs to the set of a new sample when 1 − p_k is not above the threshold of class k. A class with
    so few calibration samples that its threshold is infinite belongs to every set.

    Parameters
    ----------
    p : (m, c) float tensor, probabilities of new samples
    p_calibration : (n, c) float tensor, probabilities of the calibration samples
    labels : (n,) int64 tensor, the right classes of the calibration samples, every class among them
    alpha : between 0 and 1, neither included

    Returns
    -------
    (m, c) bool tensor

    References
    ----------
    Vovk (2012), Conditional validity of inductive conformal predictors, ACML, section 4
    """
    ### BEGIN SOLUTION one threshold for each class, from its own samples
    limits = [threshold(1 - p_calibration[labels == k, k], alpha) for k in range(p.shape[1])]
    return 1 - p <= torch.tensor(limits, dtype=p.dtype)
    ### END SOLUTION
