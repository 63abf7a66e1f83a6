# Write the parts marked TODO(day14). Made by `course sync` from the course's single source.
# skeleton ece5affb1a4bc82e
"""Which pixels matter? What the weights and the gradients of a network say about a single answer.

A gradient says how the score of a class would change if a pixel changed a little. All maps of this file have the
shape of the images, apart from `saliency`, which has no channels. Arguments come back unchanged.
"""

import torch
from torch import Tensor, nn

from day14_interpretability.networks import evaluating


def weight_images(
    weight: Tensor, bias: Tensor, shape: tuple[int, int], mean: float | Tensor, std: float | Tensor
) -> tuple[Tensor, Tensor]:
    """Weights of a linear classifier as images, one per class, on the scale of the pixels.

    The classifier was trained on standardised images z = (x − mean) / std and computes W z + b. As a function of
    the pixels x it is linear as well,

        W z + b = V x + c ,   V = W / std ,   c = b − Σ_pixels V · mean ,

    and V and c are what can be looked at beside an image.

    Parameters
    ----------
    weight : (k, h·w) float tensor, pixels row by row, as ``nn.Linear`` has it after ``nn.Flatten``
    bias : (k,) float tensor
    shape : (h, w) of the images
    mean, std : numbers, or (h, w) tensors with one for each pixel

    Returns
    -------
    images : (k, h, w) float tensor, V
    bias : (k,) float tensor, c

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 4.1.2: linear functions of several classes
    """
    # TODO(day14): reshape, divide by std, and move the mean into the bias
    raise NotImplementedError("weight_images is not written yet")


def class_scores(model: nn.Module, x: Tensor, target: Tensor) -> Tensor:
    """Score (logit) of one class for each image: the number that today's maps explain.

    s_i = model(x)_{i, target_i}.  The logit, not the probability: a probability also rises when the *other*
    classes lose, and where it is close to 1 it hardly changes at all.

    Parameters
    ----------
    model : from images (b, …) to logits (b, k); used in the mode it is in
    x : (b, …) float tensor
    target : (b,) int64 tensor, the class that is asked about, for each image its own

    Returns
    -------
    (b,) float tensor
        with its graph, so that it can be differentiated

    References
    ----------
    Simonyan, Vedaldi and Zisserman (2014), arXiv:1312.6034, section 2: "unnormalised class scores"
    """
    # TODO(day14): the logits of all classes, and from each row the one that is asked for
    raise NotImplementedError("class_scores is not written yet")


def input_gradient(model: nn.Module, x: Tensor, target: Tensor) -> Tensor:
    """Gradient of each image's class score by its own pixels, ∂ s_i / ∂ x_i.

    One backward pass for the whole batch: score i depends on image i only, so the gradient of the *sum* of the
    scores holds all of them. That is true in evaluation mode (`evaluating`), not with the statistics of a batch.

    Nothing is left behind: x and the parameters stay as they were, and so do their ``grad`` (whatever was in it) and
    ``requires_grad``; the model goes back to its mode, and the result carries no graph.

    Parameters
    ----------
    model : from images (b, …) to logits (b, k)
    x : (b, …) float tensor, which need not require a gradient
    target : (b,) int64 tensor of classes

    Returns
    -------
    float tensor of the shape and dtype of x

    References
    ----------
    PyTorch documentation, ``torch.autograd.grad``
    """
    # TODO(day14): a tensor like x that requires a gradient, the scores, torch.autograd.grad
    raise NotImplementedError("input_gradient is not written yet")


def saliency(model: nn.Module, x: Tensor, target: Tensor) -> Tensor:
    """Saliency map: how strongly the class score reacts to each pixel, in whichever direction.

    M_ij = max over the channels c of |∂ s / ∂ x_cij|

    As with `input_gradient` nothing is left behind: x, the parameters, their ``grad`` and the mode stay as they were.

    Parameters
    ----------
    model : from images (b, c, h, w) to logits (b, k)
    x : (b, c, h, w) float tensor
    target : (b,) int64 tensor of classes

    Returns
    -------
    (b, h, w) float tensor without a graph, nowhere negative

    References
    ----------
    Simonyan, Vedaldi and Zisserman (2014), arXiv:1312.6034, section 3.1
    """
    # TODO(day14): with input_gradient
    raise NotImplementedError("saliency is not written yet")


def gradient_times_input(model: nn.Module, x: Tensor, target: Tensor) -> Tensor:
    """Gradient × input: how much each pixel contributes to the score, to first order.

    x ⊙ ∂ s / ∂ x, with its sign. A pixel that is 0 contributes nothing, however steep the score is there. For a
    network of ReLUs and dense layers *without biases* the contributions add up to the score. x, the parameters, their
    ``grad`` and the mode of the model stay as they were.

    Parameters
    ----------
    model : from images (b, …) to logits (b, k)
    x : (b, …) float tensor
    target : (b,) int64 tensor of classes

    Returns
    -------
    float tensor of the shape of x, without a graph

    References
    ----------
    Shrikumar, Greenside, Shcherbina and Kundaje (2016), arXiv:1605.01713
    """
    # TODO(day14): with input_gradient
    raise NotImplementedError("gradient_times_input is not written yet")


def smoothgrad(
    model: nn.Module,
    x: Tensor,
    target: Tensor,
    noise_level: float = 0.15,
    samples: int = 50,
    seed: int = 0,
) -> Tensor:
    """SmoothGrad: the mean gradient in a neighbourhood of the image.

    The gradient of a network of ReLUs jumps from place to place. Its mean over noisy copies does so less:

        1/n · Σ_j ∂ s / ∂ x (x + σ ε_j) ,   ε_j standard normal, new for each copy, image and pixel,

    with σ = noise_level · (max x_i − min x_i), for each image i its own. Gradients are averaged with their signs.

    Parameters
    ----------
    model : from images (b, …) to logits (b, k)
    x : (b, …) float tensor
    target : (b,) int64 tensor of classes
    noise_level : standard deviation of the noise as a fraction of the range of the image
    samples : n, number of noisy copies
    seed : the noise comes from a ``torch.Generator`` with this seed; PyTorch's global random numbers stay as they are

    Returns
    -------
    float tensor of the shape of x, without a graph

    References
    ----------
    Smilkov, Thorat, Kim, Viégas and Wattenberg (2017), SmoothGrad: removing noise by adding noise, arXiv:1706.03825
    """
    # TODO(day14): sigma for each image, then the mean of the gradients at noisy copies
    raise NotImplementedError("smoothgrad is not written yet")
