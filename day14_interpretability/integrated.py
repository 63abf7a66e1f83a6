# Write the parts marked TODO(day14). Made by `course sync` from the course's single source.
# skeleton c9a3b257754a0ae6
"""Integrated gradients: contributions that add up exactly to what is to be explained.

A gradient looks at one point. Integrated gradients walk from a baseline, an image that shows nothing, to the
image, and add up what every pixel did to the score on the way. Arguments come back unchanged.
"""

import torch
from torch import Tensor, nn

from day14_interpretability.gradients import class_scores, input_gradient
from day14_interpretability.networks import evaluating


def constant_baseline(
    pixel: float, mean: float | Tensor, std: float | Tensor, shape: tuple[int, ...]
) -> Tensor:
    """An image of one brightness, on the scale that the network sees.

    The network was trained on (pixel − mean) / std. For it, zeros are not an empty sheet but an even grey, the mean of
    all images. Empty paper is (0 − mean) / std.

    Parameters
    ----------
    pixel : brightness in [0, 1]
    mean, std : what images were standardised with; numbers, or tensors that broadcast to ``shape``
    shape : of the image, for example (1, 8, 8)

    Returns
    -------
    float32 tensor of this shape

    Raises
    ------
    ValueError
        when ``pixel`` is not between 0 and 1

    References
    ----------
    Sturmfels, Lundberg and Lee (2020), Visualizing the impact of feature attribution baselines, Distill
    """
    # TODO(day14): raise ValueError outside [0, 1], else standardise an image full of this pixel
    raise NotImplementedError("constant_baseline is not written yet")


def integrated_gradients(
    model: nn.Module, x: Tensor, target: Tensor, baseline: Tensor, steps: int = 50
) -> Tensor:
    """Integrated gradients along the straight line from the baseline to the image.

        IG = (x − x') ⊙ ∫₀¹ ∂ s / ∂ x (x' + α (x − x')) dα

    The integral is computed by the midpoint rule: the mean of the gradients at α = (j + ½) / steps for
    j = 0, …, steps − 1. By the fundamental theorem of calculus the contributions of all pixels add up to
    s(x) − s(x'), up to an error that falls with 1/steps² where the score is smooth. The model is evaluated in
    evaluation mode; its mode and the ``grad`` of x, of the baseline and of the parameters stay as they were.

    Parameters
    ----------
    model : from images (b, …) to logits (b, k)
    x : (b, …) float tensor
    target : (b,) int64 tensor of classes
    baseline : x', float tensor of the shape of x, or of one image for all
    steps : 1 or more

    Returns
    -------
    float tensor of the shape of x, without a graph

    Raises
    ------
    ValueError
        when ``steps`` is less than 1

    References
    ----------
    Sundararajan, Taly and Yan (2017), Axiomatic attribution for deep networks, arXiv:1703.01365, sections 3 and 5
    """
    # TODO(day14): the mean of input_gradient at the midpoints, times the way from the baseline
    raise NotImplementedError("integrated_gradients is not written yet")


def completeness_error(
    model: nn.Module, x: Tensor, target: Tensor, baseline: Tensor, attributions: Tensor
) -> Tensor:
    """How far the contributions of the pixels are from adding up to what they explain.

        | Σ_pixels a − (s(x) − s(x')) |

    Zero for perfect integrated gradients. If it is not small, take more steps before you believe the picture.

    Parameters
    ----------
    model : from images (b, …) to logits (b, k); in evaluation mode meanwhile, and afterwards in the mode it was in
    x : (b, …) float tensor
    target : (b,) int64 tensor of classes
    baseline : x', float tensor of the shape of x, or of one image for all
    attributions : a, float tensor of the shape of x

    Returns
    -------
    (b,) float tensor without a graph

    References
    ----------
    Sundararajan, Taly and Yan (2017), arXiv:1703.01365, proposition 1
    """
    # TODO(day14): both scores without a graph; the sum over everything but the batch
    raise NotImplementedError("completeness_error is not written yet")
