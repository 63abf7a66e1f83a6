"""Small ideas that made networks see: one kernel and a maximum, kernels on kernels, a way around each layer,
convolution in two steps.

Arguments come back unchanged.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d


def one_kernel(x: Tensor, kernel: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """A network of one kernel: is there anywhere in the picture what the kernel looks for?

    Cross-correlation without padding and without bias, the *largest* answer of all places, and a line through it:
    weight · maximum + bias is the logit. Differentiable by kernel, weight and bias. One check trains with it, and gives
    up after 90 seconds.

    Parameters
    ----------
    x : (n, h, w) float tensor
    kernel : (k, k) float tensor, k at most h and w
    weight, bias : float tensors of shape ()

    Returns
    -------
    (n,) float tensor of logits

    References
    ----------
    Oquab, Bottou, Laptev and Sivic (2015), Is object localization for free?, CVPR, section 3
    """
    ### BEGIN SOLUTION conv2d wants a channel: x[:, None]; amax over both axes of the places
    answers = conv2d(x[:, None], kernel[None, None])
    return weight * answers.amax(dim=(1, 2, 3)) + bias
    ### END SOLUTION


def face_reader(people: int) -> nn.Module:
    """A network of your own that knows people by their pictures, wherever on the picture they are.

    From pictures (n, 1, 24, 24) of ``make_identities`` to logits (n, people). For eight people it has at most 30,000
    parameters; ``dense_reader`` has 74,888. How it is built is up to you.

    It is trained as the sheet trains both: 600 pictures, 15 epochs of Adam in batches of 50, learning rate 0.003, the
    cross-entropy of the logits. Then it knows at least 70 % of 400 new pictures, in the better one of two trainings.
    The check gives up after 90 seconds.

    Parameters
    ----------
    people : how many classes

    Returns
    -------
    torch.nn.Module, in training mode; its logits are finite

    References
    ----------
    LeCun, Boser, Denker, Henderson, Howard, Hubbard and Jackel (1989), Backpropagation applied to handwritten zip code
    recognition, Neural Computation 1
    """
    ### BEGIN SOLUTION convolutions, each with more kernels, then what a kernel has found anywhere, and a line
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.AdaptiveMaxPool2d(1),
        nn.Flatten(),
        nn.Linear(64, people),
    )
    ### END SOLUTION


def residual_forward(x: Tensor, weights: Sequence[Tensor], skip: bool) -> Tensor:
    """Many layers of the same width: x becomes tanh(x W), layer after layer, or x + tanh(x W) with a way around each.

    Differentiable by x and the weights.

    Parameters
    ----------
    x : (n, d) float tensor
    weights : (d, d) float tensors, one for each layer
    skip : whether there is a way around

    Returns
    -------
    (n, d) float tensor

    References
    ----------
    He, Zhang, Ren and Sun (2016), Identity mappings in deep residual networks, ECCV, section 2
    """
    ### BEGIN SOLUTION
    for weight in weights:
        answer = torch.tanh(x @ weight)
        x = x + answer if skip else answer
    return x
    ### END SOLUTION


def input_slope(x: Tensor, weights: Sequence[Tensor], skip: bool, probe: Tensor) -> float:
    """How much of a gradient arrives at the beginning of ``residual_forward``: the mean of its absolute values.

    The gradient of Σ (probe · result) by x. The probe holds a weight for each number of the result: a plain sum can be
    constant by construction, and its gradient 0 for a reason that has nothing to do with depth. The ``grad`` fields of
    the weights stay as they are, and x itself stays without a graph.

    Parameters
    ----------
    x, probe : (n, d) float tensors
    weights : (d, d) float tensors
    skip : whether there is a way around

    Returns
    -------
    float, 0 or more

    References
    ----------
    Balduzzi, Frean, Leary, Lewis, Ma and McWilliams (2017), The shattered gradients problem, ICML
    """
    ### BEGIN SOLUTION detach gives a tensor of its own, which may require a gradient; torch.autograd.grad
    start = x.detach().requires_grad_()
    (grad,) = torch.autograd.grad((probe * residual_forward(start, weights, skip)).sum(), start)
    return grad.abs().mean().item()
    ### END SOLUTION


def separable_conv2d(x: Tensor, depthwise: Tensor, pointwise: Tensor) -> Tensor:
    """A convolution in two cheap steps: each channel by a kernel of its own, then sums over the channels at each place.

    Without padding, stride 1, no bias; kernels are not turned round.

    Parameters
    ----------
    x : (n, c, h, w) float tensor
    depthwise : (c, k, k) float tensor, a kernel for each channel
    pointwise : (o, c) float tensor, how each channel counts for each output

    Returns
    -------
    (n, o, h − k + 1, w − k + 1) float tensor

    References
    ----------
    Howard, Zhu, Chen, Kalenichenko, Wang, Weyand, Andreetto and Adam (2017), MobileNets, section 3.1
    """
    ### BEGIN SOLUTION conv2d with groups=c, then conv2d with kernels of one pixel
    own = conv2d(x, depthwise[:, None], groups=x.shape[1])
    return conv2d(own, pointwise[:, :, None, None])
    ### END SOLUTION


def convolution_cost(
    channels: int, outputs: int, kernel: int, height: int, width: int, separable: bool
) -> tuple[int, int]:
    """How many weights a convolution has, and how many multiplications it takes for one picture (optional).

    Without padding, stride 1, no bias, as ``separable_conv2d`` or as an ordinary convolution of the same sizes.

    Parameters
    ----------
    channels, outputs : numbers of channels
    kernel : its side
    height, width : of the picture that comes in
    separable : in two steps, or in one

    Returns
    -------
    weights, multiplications : ints

    References
    ----------
    Howard, Zhu, Chen, Kalenichenko, Wang, Weyand, Andreetto and Adam (2017), MobileNets, section 3.1
    """
    ### BEGIN SOLUTION every weight is used once at each place of the result
    places = (height - kernel + 1) * (width - kernel + 1)
    weights = channels * kernel**2 + channels * outputs if separable else channels * outputs * kernel**2
    return weights, weights * places
    ### END SOLUTION
