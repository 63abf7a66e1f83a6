# Write the parts marked TODO(day14). Made by `course sync` from the course's single source.
# skeleton b00a5207561c116e
"""Where does the network look? Maps of places instead of single pixels, and what hooks are good for.

Occlusion asks the network as a black box. CAM and Grad-CAM read its last feature maps, guided backpropagation
meddles with the backward pass; both need hooks, functions that a module calls on the way. Arguments come back
unchanged.
"""

import torch
from torch import Tensor, nn

from day14_interpretability.gradients import class_scores, input_gradient
from day14_interpretability.networks import evaluating


def occlusion(
    model: nn.Module, x: Tensor, target: Tensor, size: int, stride: int = 1, fill: float = 0.0
) -> Tensor:
    """Occlusion map: how much the score drops when a square is covered.

        D_ij = s(x) − s(x with rows i·stride … i·stride + size − 1 and columns j·stride … covered)

    All channels of the square are set to ``fill``, one square at a time. Squares lie inside the image, so there are
    (h − size) // stride + 1 rows of them, and columns likewise.

    Parameters
    ----------
    model : from images (b, c, h, w) to logits (b, k); in evaluation mode meanwhile, and afterwards in its own
    x : (b, c, h, w) float tensor
    target : (b,) int64 tensor of classes
    size : side of the square in pixels, at most min(h, w)
    stride : pixels from one square to the next
    fill : value of covered pixels, on the scale of the network

    Returns
    -------
    (b, rows, columns) float tensor without a graph
        positive where covering hurts the class

    References
    ----------
    Zeiler and Fergus (2014), arXiv:1311.2901, "occlusion sensitivity"
    """
    # TODO(day14): for each square: copy x, cover, and compare the scores
    raise NotImplementedError("occlusion is not written yet")


def class_activation_map(features: Tensor, weight: Tensor, target: Tensor) -> Tensor:
    """Class activation map (CAM) of a network that ends with: mean of each feature map, dense layer.

    The score is Σ_c w_{target, c} · mean_ij f_cij + bias. Exchange the sums, and every position has a share:

        M_ij = Σ_c w_{target, c} f_cij ,   so that   mean_ij M_ij + bias = score.

    Parameters
    ----------
    features : (b, c, h, w) float tensor, the last feature maps
    weight : (k, c) float tensor of the dense layer
    target : (b,) int64 tensor of classes

    Returns
    -------
    (b, h, w) float tensor

    References
    ----------
    Zhou, Khosla, Lapedriza, Oliva and Torralba (2016), arXiv:1512.04150, section 2
    """
    # TODO(day14): the row of weights of each image's class, then a sum over the channels
    raise NotImplementedError("class_activation_map is not written yet")


def grad_cam(model: nn.Module, layer: nn.Module, x: Tensor, target: Tensor) -> Tensor:
    """Grad-CAM: a class activation map for any network with feature maps.

    With the output f of ``layer`` and the class score s of each image

        α_c = mean_ij ∂ s / ∂ f_cij ,   M_ij = max(0, Σ_c α_c f_cij).

    Where a dense layer follows the mean of the feature maps, α is its weight divided by the number of positions, and
    M the positive part of the CAM divided by it.

    f is caught by a forward hook on the layer. The hook is removed afterwards, also when the model raises an error. x,
    the parameters, their ``grad`` and the mode of the model stay as they were.

    Parameters
    ----------
    model : from images (b, …) to logits (b, k); evaluated in evaluation mode
    layer : a module inside the model, called once, with output (b, c, h, w)
    x : (b, …) float tensor
    target : (b,) int64 tensor of classes

    Returns
    -------
    (b, h, w) float tensor without a graph
        of the size of the feature maps

    References
    ----------
    Selvaraju et al. (2017), Grad-CAM, arXiv:1610.02391, section 3
    """
    # TODO(day14): hook, forward pass, remove the hook; gradient by f; weights; weighted sum
    raise NotImplementedError("grad_cam is not written yet")


def guided_gradient(model: nn.Module, x: Tensor, target: Tensor) -> Tensor:
    """Guided backpropagation: a gradient that takes only encouraging paths.

    At each ``nn.ReLU`` of the model the ordinary backward pass lets g through where the ReLU's input was positive.
    Here g must be positive as well:

        g_in = g_out · [input > 0] · [g_out > 0]

    This is no longer the gradient of anything. It is done by a hook on every ``nn.ReLU`` of the model
    (``register_full_backward_hook``; the ReLUs are not in place), for which the gradient must be taken by
    ``torch.autograd``: ``torch.func`` cannot pass a backward hook. All hooks are removed afterwards, also when the
    model raises an error; parameters, their ``grad`` and the mode of the model stay as they were.

    Parameters
    ----------
    model : from images (b, …) to logits (b, k), its ReLUs modules of class ``nn.ReLU``
    x : (b, …) float tensor
    target : (b,) int64 tensor of classes

    Returns
    -------
    float tensor of the shape of x, without a graph

    References
    ----------
    Springenberg, Dosovitskiy, Brox and Riedmiller (2015), arXiv:1412.6806: "guided backpropagation"
    """
    # TODO(day14): a backward hook per nn.ReLU, then input_gradient, then remove the hooks
    raise NotImplementedError("guided_gradient is not written yet")
