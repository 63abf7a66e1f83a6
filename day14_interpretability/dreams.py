# Write the parts marked TODO(day14). Made by `course sync` from the course's single source.
# skeleton ac08bd54f63aef9b
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
    # TODO(day14): squares of x, of x.diff along the rows, of x.diff along the columns
    raise NotImplementedError("penalty is not written yet")


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
    # TODO(day14): ascent from the starts, then J once more, then sort
    raise NotImplementedError("maximise_activation is not written yet")
