"""Two numbers instead of one: a network that says what it expects, and how far off it may be.

Apart from the network and the optimiser in a step of training, arguments come back unchanged.
"""

import math

import torch
from torch import Tensor, nn


def softplus(z: Tensor) -> Tensor:
    """ln(1 + exp(z)), by which any number becomes a positive one.

    Differentiable, and finite wherever the result is: ln(1 + exp(1000)) is 1000, and exp(1000) is not a number of any
    computer. For large negative z the result is exp(z), and not 0.

    Parameters
    ----------
    z : float tensor of any shape

    Returns
    -------
    float tensor of the same shape

    References
    ----------
    Dugas, Bengio, Bélisle, Nadeau and Garcia (2001), Incorporating second-order functional knowledge for better option
    pricing, NIPS 13
    """
    ### BEGIN SOLUTION take max(z, 0) out: what is left, ln(1 + exp(−|z|)), cannot overflow
    return z.clamp(min=0) + torch.log1p(torch.exp(-z.abs()))
    ### END SOLUTION


def gaussian_nll(y: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """Mean negative log-likelihood, in nats, of values under normal distributions of their own.

    The loss of one value is −ln N(y; mean, std²), the constant with ln 2π included. Differentiable by mean and std.

    Parameters
    ----------
    y, mean : (n,) float tensors
    std : (n,) float tensor of *standard deviations*, above 0

    Returns
    -------
    float tensor of shape ()

    References
    ----------
    Nix and Weigend (1994), Estimating the mean and variance of the target probability distribution, ICNN
    """
    ### BEGIN SOLUTION half of the squared distance in standard deviations, ln std, half of ln 2π
    distance = (y - mean) / std
    return (distance.square() / 2 + std.log() + 0.5 * math.log(2 * math.pi)).mean()
    ### END SOLUTION


def nll_step(model: nn.Module, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor) -> float:
    """One step of training a network that answers with a mean and a raw spread.

    ``model(x)`` has two columns: the mean, and a number whose ``softplus`` is the standard deviation. The loss is
    ``gaussian_nll``. Gradients of earlier steps do not count, and the parameters are changed by the optimiser alone.
    The check that trains gives up after 90 seconds.

    Parameters
    ----------
    model : from (n, d) to (n, 2)
    optimizer : of the parameters of the model
    x : (n, d) float tensor
    y : (n,) float tensor

    Returns
    -------
    float, the loss before the step

    References
    ----------
    Lakshminarayanan, Pritzel and Blundell (2017), Simple and scalable predictive uncertainty estimation using deep
    ensembles, NIPS 30, section 2.2
    """
    ### BEGIN SOLUTION split the two columns, then the loss, zero_grad, backward, step
    mean, raw = model(x).unbind(dim=1)
    loss = gaussian_nll(y, mean, softplus(raw))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


def normal_interval(mean: Tensor, std: Tensor, level: float) -> tuple[Tensor, Tensor]:
    """The interval around each mean that holds a share ``level`` of its normal distribution.

    Both tails outside are equally large. For a level of 0.95 it reaches 1.96 standard deviations to each side.

    Parameters
    ----------
    mean, std : (n,) float tensors
    level : between 0 and 1, neither included

    Returns
    -------
    lower, upper : (n,) float tensors

    References
    ----------
    Bishop (2006), Pattern Recognition and Machine Learning, section 1.2.4
    """
    ### BEGIN SOLUTION torch.special.ndtri is the inverse of the normal distribution function; which share lies below?
    reach = torch.special.ndtri(torch.tensor((1 + level) / 2, dtype=torch.float64)).item()
    return mean - reach * std, mean + reach * std
    ### END SOLUTION


def coverage(y: Tensor, lower: Tensor, upper: Tensor) -> float:
    """Share of the values that lie in their interval, the ends included.

    Parameters
    ----------
    y, lower, upper : (n,) float tensors

    Returns
    -------
    float between 0 and 1

    References
    ----------
    Gneiting and Raftery (2007), Strictly proper scoring rules, prediction, and estimation, JASA 102, section 6.2
    """
    ### BEGIN SOLUTION
    return ((lower <= y) & (y <= upper)).double().mean().item()
    ### END SOLUTION


def interval_score(y: Tensor, lower: Tensor, upper: Tensor, level: float) -> float:
    """What intervals cost that are to hold a share ``level``: "true?" and "sharp?" in one number (optional).

    The price of one interval is its width, and for a value outside also the distance to the nearer end, times
    2 / (1 − level):

        upper − lower + 2 / (1 − level) · (how far y is below lower, or above upper, and 0 if it is inside)

    The mean over the values is asked for. Nobody can do better in the long run than with the interval that truly has
    (1 − level) / 2 of the values below it and as many above.

    Parameters
    ----------
    y, lower, upper : (n,) float tensors, lower nowhere above upper
    level : between 0 and 1, neither included

    Returns
    -------
    float, in the units of y

    References
    ----------
    Gneiting and Raftery (2007), Strictly proper scoring rules, prediction, and estimation, JASA 102, section 6.2
    """
    ### BEGIN SOLUTION clamp(min=0) makes "by how much, if at all" of a difference
    outside = (lower - y).clamp(min=0) + (y - upper).clamp(min=0)
    return (upper - lower + 2 / (1 - level) * outside).mean().item()
    ### END SOLUTION
