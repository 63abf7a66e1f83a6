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

    References
    ----------
    Guo, Pleiss, Sun and Weinberger (2017), On calibration of modern neural networks, ICML, section 2
    """
    ### BEGIN SOLUTION the number of the bin is ceil(confidence · bins) − 1; sums by bincount with weights
    place = (torch.ceil(confidence.double() * bins) - 1).clamp(min=0).long()
    counts = torch.bincount(place, minlength=bins)
    many = counts.clamp(min=1)
    mean = torch.bincount(place, weights=confidence.double(), minlength=bins) / many
    accuracy = torch.bincount(place, weights=correct.double(), minlength=bins) / many
    return counts, mean, accuracy
    ### END SOLUTION


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
    ### BEGIN SOLUTION the table of reliability has all that is needed
    counts, mean, accuracy = reliability(confidence, correct, bins)
    counts, mean, accuracy = (torch.as_tensor(part) for part in (counts, mean, accuracy))
    return float((counts * (mean - accuracy).abs()).sum() / len(confidence))
    ### END SOLUTION


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

    References
    ----------
    Brier (1950), Verification of forecasts expressed in terms of probability, Monthly Weather Review 78
    """
    ### BEGIN SOLUTION
    return (p - one_hot(labels, p.shape[1])).square().sum(dim=1).mean().item()
    ### END SOLUTION


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

    ### BEGIN SOLUTION one number: the slope by 1/T grows all the way, so halve an interval until it is 0
    def slope(inverse: float) -> float:
        b = torch.tensor(inverse, dtype=torch.float64, requires_grad=True)
        (grad,) = torch.autograd.grad(cross_entropy(logits.double() * b, labels), b)
        return grad.item()

    low, high = 1 / 40, 40.0
    for _ in range(50):
        middle = (low * high) ** 0.5
        low, high = (low, middle) if slope(middle) > 0 else (middle, high)
    return 1 / (low * high) ** 0.5
    ### END SOLUTION
