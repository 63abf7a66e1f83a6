"""What is a code good for? Looking for what is alike, walking from one picture to another, and few labels.

Codes are the rows of a tensor, and pixels are codes as well: the ones that nobody had to learn. Whoever says that his
codes are better has to say better than what. Distances are Euclidean. Arguments come back unchanged.
"""

from collections.abc import Callable

import torch
from torch import Tensor


def nearest(queries: Tensor, codes: Tensor, k: int) -> Tensor:
    """The k codes that are most like each query, the nearest first.

    Parameters
    ----------
    queries : (m, d) float tensor
    codes : (n, d) float tensor
    k : from 1 to n

    Returns
    -------
    (m, k) int64 tensor, rows of ``codes``; in any order where several are equally near

    References
    ----------
    Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., section 13.3
    """
    ### BEGIN SOLUTION all distances (m, n), then the k smallest of each row
    return torch.cdist(queries, codes).topk(k, largest=False).indices
    ### END SOLUTION


def precision_at_k(codes: Tensor, labels: Tensor, k: int) -> float:
    """Of the k nearest *others* of each sample, the share that has the same label as the sample.

    Everybody is his own nearest neighbour, and does not count. Somebody else with the very same code does.

    Parameters
    ----------
    codes : (n, d) float tensor
    labels : (n,) int64 tensor
    k : from 1 to n − 1

    Returns
    -------
    float between 0 and 1, the mean over all samples

    References
    ----------
    Manning, Raghavan and Schütze, Introduction to Information Retrieval (2008), section 8.4
    """
    ### BEGIN SOLUTION distances with infinity on the diagonal
    distances = torch.cdist(codes, codes).fill_diagonal_(torch.inf)
    found = distances.topk(k, largest=False).indices
    return (labels[found] == labels[:, None]).double().mean().item()
    ### END SOLUTION


def morph(decode: Callable[[Tensor], Tensor], start: Tensor, end: Tensor, steps: int) -> Tensor:
    """Walk from one code to another in a straight line, and decode on the way.

    Parameters
    ----------
    decode : from codes (steps, k) to pictures (steps, …)
    start, end : (k,) float tensors
    steps : how many pictures, 2 or more, equally far apart; the first is that of ``start``, the last that of ``end``

    Returns
    -------
    (steps, …) float tensor of pictures

    References
    ----------
    Bengio, Mesnil, Dauphin and Rifai (2013), Better mixing via deep representations, section 5
    """
    ### BEGIN SOLUTION shares of the way from 0 to 1, as a column
    share = torch.linspace(0, 1, steps, dtype=start.dtype)[:, None]
    return decode((1 - share) * start + share * end)
    ### END SOLUTION


def few_label_accuracy(codes: Tensor, labels: Tensor, chosen: Tensor) -> float:
    """How well the labels of a few samples tell those of all others.

    Every sample that was not chosen gets the label of the chosen one that is nearest to it. Those that were chosen are
    not asked: their labels are known. The check that compares codes of digits with pixels gives up after 90 seconds.

    Parameters
    ----------
    codes : (n, d) float tensor
    labels : (n,) int64 tensor; only those of the chosen may be used, and the others for counting what is right
    chosen : (m,) int64 tensor of different rows, m from 1 to n − 1, in any order

    Returns
    -------
    float between 0 and 1, share of the others whose label is right

    References
    ----------
    Cover and Hart (1967), Nearest neighbor pattern classification
    """
    ### BEGIN SOLUTION a mask of those who were not chosen; `nearest` among the chosen
    others = torch.ones(len(codes), dtype=torch.bool)
    others[chosen] = False
    found = torch.as_tensor(nearest(codes[others], codes[chosen], 1))[:, 0]
    return (labels[chosen][found] == labels[others]).double().mean().item()
    ### END SOLUTION


def paired_gain(new: Tensor, old: Tensor) -> tuple[float, float]:
    """Is the new one better? How much, and how sure that is.

    Both were tried under the same n conditions (the same few labels, the same seed), so it is their *differences*
    new − old that count. What comes back is the mean of the differences and its standard error,

        standard error = s / √n ,   s² = Σ (difference − mean)² / (n − 1) .

    A gain smaller than two standard errors is not one.

    Parameters
    ----------
    new, old : (n,) float tensors, n at least 2, entry i of both under the same condition

    Returns
    -------
    gain, standard_error : floats

    References
    ----------
    Student (1908), The probable error of a mean, Biometrika 6; Dietterich (1998), Approximate statistical tests for
    comparing supervised classification learning algorithms
    """
    ### BEGIN SOLUTION
    difference = new - old
    return difference.mean().item(), (difference.std() / len(difference) ** 0.5).item()
    ### END SOLUTION
