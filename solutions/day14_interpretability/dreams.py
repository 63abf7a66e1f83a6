"""What would the network like to see? Images that maximise the score of a class.

Training changes the weights to fit the images; here the weights stay and the image changes. Without a penalty the
answer is a pattern that nobody would call a digit, and the penalty decides what it looks like. Arguments come back
unchanged.
"""

import math

import torch
from torch import Tensor, nn

from day14_interpretability.gradients import class_scores
from day14_interpretability.networks import evaluating


def penalty(x: Tensor, l2: float, smoothness: float) -> Tensor:
    """Price of an image: for being loud, and for neighbouring pixels that differ.

        R(x) = l2 / 2 · Σ x_cij² + smoothness / 2 · Σ [(x_{c,i+1,j} − x_cij)² + (x_{c,i,j+1} − x_cij)²]

    Sums, not means, over all pixels and channels of an image, and over all pairs of neighbours inside it.

    Parameters
    ----------
    x : (b, c, h, w) float tensor
    l2, smoothness : weights of the two terms, 0 or more

    Returns
    -------
    (b,) float tensor
        that can be differentiated by x

    References
    ----------
    Mahendran and Vedaldi (2015), arXiv:1412.0035, section 2: natural image priors, with α = β = 2
    """
    ### BEGIN SOLUTION squares of x, of x.diff along the rows, of x.diff along the columns
    down, across = x.diff(dim=2), x.diff(dim=3)
    rough = down.square().sum(dim=(1, 2, 3)) + across.square().sum(dim=(1, 2, 3))
    return l2 / 2 * x.square().sum(dim=(1, 2, 3)) + smoothness / 2 * rough
    ### END SOLUTION


def maximise_activation(
    model: nn.Module,
    label: int,
    starts: Tensor,
    steps: int = 200,
    learning_rate: float = 0.1,
    l2: float = 0.0,
    smoothness: float = 0.0,
    low: float = -math.inf,
    high: float = math.inf,
) -> tuple[Tensor, Tensor]:
    """Activation maximisation: gradient ascent on the image, from several starts at once.

    Each start climbs on its own, ``steps`` times, to a larger

        J(x) = s_label(x) − R(x) ,   x ← clip(x + learning_rate · ∂J/∂x, low, high)

    with R from `penalty`. J has many local maxima; the starts end in different ones, and the best is returned first.
    The model works in evaluation mode; its mode, its parameters and their ``grad`` are as before afterwards.

    Parameters
    ----------
    model : from images (b, c, h, w) to logits (b, k)
    label : the class to be dreamt of
    starts : (n, c, h, w) float tensor
    steps, learning_rate : of the ascent
    l2, smoothness : weights of the penalty
    low, high : range of the pixels, on the scale of the network

    Returns
    -------
    images : (n, c, h, w) float tensor without a graph
        where the starts arrived, the largest J first
    objectives : (n,) float tensor without a graph
        J of these images

    References
    ----------
    Simonyan, Vedaldi and Zisserman (2014), arXiv:1312.6034, section 2
    Olah, Mordvintsev and Schubert (2017), Feature visualization, Distill: why regularisation matters
    """
    ### BEGIN SOLUTION ascent from the starts, then J once more, then sort
    target = torch.full((len(starts),), label)
    x = starts.detach()
    with evaluating(model):
        for _ in range(steps):
            x.requires_grad_()
            objective = class_scores(model, x, target) - penalty(x, l2, smoothness)
            (gradient,) = torch.autograd.grad(objective.sum(), x)
            x = (x.detach() + learning_rate * gradient).clamp(low, high)
        with torch.no_grad():
            objective = class_scores(model, x, target) - penalty(x, l2, smoothness)
    order = objective.argsort(descending=True)
    return x[order], objective[order]
    ### END SOLUTION
