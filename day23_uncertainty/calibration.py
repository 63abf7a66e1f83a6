# Write the parts marked TODO(day23). Made by `course sync` from the course's single source.
# skeleton c5fc43c040bb38fe
"""Does 80 % mean 80 %? Measuring what a confidence is worth, and mending it with one number.

Arguments come back unchanged.
"""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot


def reliability(confidence: Tensor, correct: Tensor, bins: int) -> tuple[Tensor, Tensor, Tensor]:
    """The table behind a reliability diagram: answers sorted into bins by their confidence.

    The bins are equally wide, ((k − 1)/bins, k/bins] for k = 1 … bins: a confidence on the border belongs to the lower
    one. The first holds 0 too. A bin in which nothing lies has mean 0 and accuracy 0.

    Parameters
    ----------
    confidence : (n,) float tensor, from 0 to 1
    correct : (n,) bool tensor, whether the answer was right
    bins : 1 or more

    Returns
    -------
    counts : (bins,) int64 tensor
    mean : (bins,) float tensor, mean confidence of the answers in the bin
    accuracy : (bins,) float tensor, share of right ones among them

    Not allowed here: ``sklearn.calibration.calibration_curve``.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger (2017), On calibration of modern neural networks, ICML, section 2
    """
    # TODO(day23): the number of the bin is ceil(confidence · bins) − 1; sums by bincount with weights
    raise NotImplementedError("reliability is not written yet")


def calibration_error(confidence: Tensor, correct: Tensor, bins: int) -> float:
    """Expected calibration error: the mean distance between confidence and accuracy, each bin weighing what is in it.

    Parameters
    ----------
    confidence : (n,) float tensor, from 0 to 1
    correct : (n,) bool tensor
    bins : 1 or more

    Returns
    -------
    float between 0 and 1

    References
    ----------
    Naeini, Cooper and Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian binning, AAAI
    """
    # TODO(day23): the table of reliability has all that is needed
    raise NotImplementedError("calibration_error is not written yet")


def brier_score(p: Tensor, labels: Tensor) -> float:
    """Mean over the samples of Σ_k (p_k − t_k)², t the one-hot label.

    From 0, for who is sure and right, to 2, for who is sure and wrong. It has no bins to choose, and nobody can better
    it by saying anything else than what they believe.

    Parameters
    ----------
    p : (n, c) float tensor of probabilities
    labels : (n,) int64 tensor

    Returns
    -------
    float

    Not allowed here: ``sklearn.metrics.brier_score_loss``.

    References
    ----------
    Brier (1950), Verification of forecasts expressed in terms of probability, Monthly Weather Review 78
    """
    # TODO(day23): Mean over the samples of Σ_k (p_k − t_k)², t the one-hot label
    raise NotImplementedError("brier_score is not written yet")


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """The temperature T > 0 for which softmax(logits / T) has the smallest mean cross-entropy.

    Right to one part in a thousand. Above 1 the network was too sure of itself. Which class is the most probable one
    does not change. Take logits of data that were *not* learnt from. There is exactly one such T here: some sample is
    classified wrongly, and T lies between 0.05 and 20.

    Parameters
    ----------
    logits : (n, c) float tensor
    labels : (n,) int64 tensor

    Returns
    -------
    float

    References
    ----------
    Guo, Pleiss, Sun and Weinberger (2017), On calibration of modern neural networks, ICML, section 4.2
    """

    # TODO(day23): one number: the slope by 1/T grows all the way, so halve an interval until it is 0
    raise NotImplementedError("fit_temperature is not written yet")
