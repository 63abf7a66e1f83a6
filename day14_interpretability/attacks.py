# Write the parts marked TODO(day14). Made by `course sync` from the course's single source.
# skeleton 7037cdaaaaba934e
"""How little does it take to change the answer? Adversarial examples, and how to stay within the rules.

The rules: no pixel changes by more than epsilon, and every pixel keeps within its range. All images and numbers
are on the scale of the network: a change of 0.1 in a pixel between 0 and 1 is epsilon = 0.1 / std. Arguments come
back unchanged.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from day14_interpretability.networks import evaluating


def project(candidate: Tensor, x: Tensor, epsilon: float, low: float, high: float) -> Tensor:
    """The nearest image that keeps the rules.

    Each pixel is brought into [x − epsilon, x + epsilon] and into [low, high].

    Parameters
    ----------
    candidate : (b, …) float tensor, anywhere
    x : (b, …) float tensor, the original images, within [low, high]
    epsilon : radius of the ball in the maximum norm, 0 or more
    low, high : range of the pixels

    Returns
    -------
    (b, …) float tensor

    References
    ----------
    Madry, Makelov, Schmidt, Tsipras and Vladu (2018), arXiv:1706.06083, section 2.1: the projection Π
    """
    # TODO(day14): two clips, one with bounds for each pixel
    raise NotImplementedError("project is not written yet")


def fgsm(model: nn.Module, x: Tensor, y: Tensor, epsilon: float, low: float, high: float) -> Tensor:
    """Fast gradient sign method: one step of size epsilon, each pixel where the loss grows.

        x + epsilon · sign(∂ L / ∂ x) ,   projected

    with the cross-entropy L of the *true* classes. A pixel on which the loss does not depend stays as it is. The model
    is evaluated in evaluation mode; x, the model, its mode and the ``grad`` of its parameters stay as they were, and
    the result carries no graph.

    Parameters
    ----------
    model : from images (b, …) to logits (b, k)
    x : (b, …) float tensor, within [low, high]
    y : (b,) int64 tensor, the true classes
    epsilon : largest change of a pixel, 0 or more
    low, high : range of the pixels

    Returns
    -------
    (b, …) float tensor

    References
    ----------
    Goodfellow, Shlens and Szegedy (2015), Explaining and harnessing adversarial examples, arXiv:1412.6572, section 4
    """
    # TODO(day14): gradient of the loss by the pixels, its sign, one step, project
    raise NotImplementedError("fgsm is not written yet")


def pgd(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    epsilon: float,
    step: float,
    steps: int,
    low: float,
    high: float,
    noise: Tensor | None = None,
) -> Tensor:
    """Projected gradient descent (on minus the loss): several small steps, each projected.

    Starts at x + noise, projected (at x without noise), and repeats ``steps`` times

        a ← project(a + step · sign(∂ L / ∂ a))

    within the ball of radius epsilon around the *original* x. The model, its mode and the ``grad`` of x and of the
    parameters stay as they were. The check that attacks a trained network gives up after 90 seconds.

    Parameters
    ----------
    model : from images (b, …) to logits (b, k)
    x : (b, …) float tensor, within [low, high]
    y : (b,) int64 tensor, the true classes
    epsilon : radius of the ball
    step : size of a step; 2.5 · epsilon / steps is usual
    steps : how many
    low, high : range of the pixels
    noise : (b, …) float tensor to start with, usually uniform in the ball; None for no noise

    Returns
    -------
    (b, …) float tensor without a graph

    References
    ----------
    Madry, Makelov, Schmidt, Tsipras and Vladu (2018), arXiv:1706.06083, section 2.1
    """
    # TODO(day14): fgsm makes one step; project it back to the ball around x
    raise NotImplementedError("pgd is not written yet")


def fgsm_succeeds(
    model: nn.Module, image: Tensor, label: Tensor, epsilon: float, low: float, high: float
) -> bool:
    """Whether the model answers something else than ``label`` after an attack on one image (1, …) (given)."""
    adversarial = fgsm(model, image, label, epsilon, low, high)
    with evaluating(model), torch.no_grad():
        return model(adversarial).argmax().item() != label.item()


def smallest_epsilon(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    low: float,
    high: float,
    largest: float = 1.0,
    halvings: int = 20,
) -> Tensor:
    """The smallest epsilon at which the fast gradient sign method succeeds, image by image (optional).

    By bisection of [0, largest], ``halvings`` times, with `fgsm_succeeds`, assuming that a larger epsilon does not help
    the image. The upper end of the last interval is returned: there the attack has succeeded.

    Parameters
    ----------
    model : from images (b, …) to logits (b, k)
    x : (b, …) float tensor, within [low, high]
    y : (b,) int64 tensor, the true classes
    low, high : range of the pixels
    largest : the largest epsilon that is tried
    halvings : of the interval

    Returns
    -------
    (b,) float tensor
        0 for images that the model gets wrong as they are, infinite where even ``largest`` fails

    References
    ----------
    Moosavi-Dezfooli, Fawzi and Frossard (2016), DeepFool, arXiv:1511.04599: the same question
    """
    # TODO(day14): image by image: bisection, then a look at epsilon 0 and at the largest
    raise NotImplementedError("smallest_epsilon is not written yet")
