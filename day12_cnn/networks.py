# Write the parts marked TODO(day12). Made by `course sync` from the course's single source.
# skeleton f0a679018d2c6214
"""The same in PyTorch: the LeNet of lenet.py, a network of your own, a residual block, and what goes with them.

Here ``torch.nn`` does the layers and their gradients. What is left to you is the architecture, the protocol of
training and evaluation, and looking inside. Apart from a network that is trained, arguments come back unchanged.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course.progress import watched
from day12_cnn.convolution import conv2d, conv2d_backward


class LeNet(nn.Module):
    """The network of lenet.py, with ``nn.Conv2d`` and ``nn.Linear``.

        (b, 1, 8, 8) ─ conv1 16@3×3 ─ ReLU ─ pool 2×2 ─ conv2 32@3×3 ─ ReLU ─ pool 2×2 ─ dense1 64 ─ ReLU ─ dense2 10

    The layers with parameters are attributes named conv1, conv2, dense1 and dense2, so that
    ``load_state_dict`` accepts the parameters of lenet.py and the logits are then equal.

    Parameters
    ----------
    side : height and width of the images, in pixels; each pooling halves it, rounded down, and only dense1 notices

    References
    ----------
    LeCun et al. (1998), Gradient-based learning applied to document recognition, section II
    """

    def __init__(self, side: int = 8) -> None:
        super().__init__()
        # TODO(day12): four layers: conv1, conv2, dense1, dense2
        raise NotImplementedError("LeNet.__init__ is not written yet")

    def forward(self, x: Tensor) -> Tensor:
        """Logits (b, 10) of images (b, 1, side, side)."""
        # TODO(day12): the layers with their ReLU and pooling; no softmax at the end
        raise NotImplementedError("LeNet.forward is not written yet")


class DigitNet(nn.Module):
    """A convolutional network of your own for the digits.

    Requirements: at most 50,000 parameters; at least two layers of class ``nn.Conv2d``; logits, no
    probabilities. The check builds it with three seeds, trains each for 10 epochs on 1,297 digits (Adam, learning
    rate 2e-3, batches of 32, cross-entropy) and takes their mean accuracy on the other 500. Aim at 98.5 %; from
    98.2 % on it is accepted, since the seeds are others when your work is graded, and a good network may have bad
    luck. Images are standardised. Each training should take a few seconds; after 90 seconds for all three the check
    gives up. Batch normalisation helps.

    References
    ----------
    Simonyan and Zisserman (2015), Very deep convolutional networks for large-scale image recognition,
    arXiv:1409.1556, section 2.3: why several 3×3 instead of one large kernel
    """

    def __init__(self) -> None:
        super().__init__()
        # TODO(day12): whatever you like within the budget
        raise NotImplementedError("DigitNet.__init__ is not written yet")

    def forward(self, x: Tensor) -> Tensor:
        """Logits (b, 10) of images (b, 1, 8, 8)."""
        # TODO(day12): from images to logits
        raise NotImplementedError("DigitNet.forward is not written yet")


class ResidualBlock(nn.Module):
    """Residual block with full pre-activation: the branch learns what to add to its input.

        y = shortcut(x) + conv2(relu(norm2(conv1(relu(norm1(x))))))

    norm1 and norm2 are ``nn.BatchNorm2d``. conv1 and conv2 are 3×3 with padding 1 and without bias; conv1 maps from
    ``in_channels`` to ``out_channels`` and has the stride. The shortcut is the identity when the shape stays the
    same, else (other number of channels, or a stride other than 1) a 1×1 convolution with the stride and without
    bias. All are attributes of these names; the shortcut may be the convolution itself or an ``nn.Sequential`` of it.

    Parameters
    ----------
    in_channels, out_channels : channels of input and output
    stride : of the block, 1 or more

    References
    ----------
    He, Zhang, Ren and Sun (2016), Identity mappings in deep residual networks, arXiv:1603.05027, figure 1(b)
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        # TODO(day12): norm1, conv1, norm2, conv2 and shortcut
        raise NotImplementedError("ResidualBlock.__init__ is not written yet")

    def forward(self, x: Tensor) -> Tensor:
        """From (b, in_channels, h, w) to (b, out_channels, ⌈h / stride⌉, ⌈w / stride⌉)."""
        # TODO(day12): branch plus shortcut; nothing after the sum
        raise NotImplementedError("ResidualBlock.forward is not written yet")


def predict(model: nn.Module, images: Tensor) -> Tensor:
    """The most likely class of every image.

    Batch normalisation must use its running statistics and dropout be off, so the model works in evaluation mode;
    its forward pass works without a graph, as nothing is to be differentiated; and afterwards the model is in the mode
    it was in before.

    Parameters
    ----------
    model : from images (b, …) to logits (b, k)
    images : float tensor of all images; they fit into one batch

    Returns
    -------
    (b,) int64 tensor
        without a gradient

    References
    ----------
    PyTorch documentation, "Autograd mechanics": evaluation mode and no-grad mode are different things
    """
    # TODO(day12): remember the mode, evaluate, restore it
    raise NotImplementedError("predict is not written yet")


def fit(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epochs: int = 10,
    batch_size: int = 32,
    learning_rate: float = 2e-3,
    seed: int = 0,
) -> list[float]:
    """Train a model with Adam and cross-entropy, in training mode.

    In every epoch the samples are shuffled anew and cut into batches; the last one may be smaller and is used as
    well. ``torch.optim.Adam`` keeps its other settings. Bar and Ctrl-C are those of lenet.py, and so is the time:
    the check that trains on the digits gives up after 90 seconds.

    Parameters
    ----------
    model : from images to logits; changed in place, and left in whichever mode you like
    images : (n, …) float tensor
    labels : (n,) int64 tensor
    epochs, batch_size, learning_rate : as in lenet.py
    seed : of the shuffling

    Returns
    -------
    list of ``epochs`` numbers, without a graph
        cross-entropy, mean over all samples of the epoch, each measured before its step

    Not allowed here: from ``torch.optim``: ``SGD``, ``AdamW``.

    References
    ----------
    Kingma and Ba (2015), Adam: a method for stochastic optimization, arXiv:1412.6980, algorithm 1
    """
    shuffling = torch.Generator().manual_seed(seed)
    losses: list[float] = []
    with watched(epochs) as progress:
        # TODO(day12): for each epoch of progress the five lines of every training loop, and the mean loss
        raise NotImplementedError("fit is not written yet")
    return losses


def feature_maps(model: nn.Module, images: Tensor) -> dict[str, Tensor]:
    """What every convolution of a model makes of these images, collected by forward hooks.

    Parameters
    ----------
    model : any module; called once, in evaluation mode, without gradients, and left in the mode it was in. No hook
        stays behind, even when the model raises an error.
    images : float tensor, what the model takes

    Returns
    -------
    dict of float tensors without a graph
        the output of each ``nn.Conv2d`` inside the model, under its name in ``model.named_modules()``, in this order.
        (A layer after it that works in place, such as ``nn.ReLU(inplace=True)``, would change it; none does here.)

    References
    ----------
    PyTorch documentation, ``Module.register_forward_hook``; Zeiler and Fergus (2014), arXiv:1311.2901
    """
    # TODO(day12): a hook per convolution, one forward pass, remove the hooks whatever happens
    raise NotImplementedError("feature_maps is not written yet")


class Convolution(torch.autograd.Function):
    """Your NumPy convolution as an operation that PyTorch can differentiate (optional).

    ``Convolution.apply(x, weight, bias)`` equals ``F.conv2d(x, weight, bias)`` and has its gradients, but the
    work is done by `conv2d` and `conv2d_backward`: stride 1, no padding.

    Not allowed here: ``torch.nn.functional.conv2d``, ``torch.conv2d``, ``torch.nn.Conv2d``; from
    ``torch.nn.grad``: ``conv2d_input``, ``conv2d_weight``.

    References
    ----------
    PyTorch documentation, "Extending PyTorch": extending torch.autograd
    """

    @staticmethod
    def forward(
        context: torch.autograd.function.FunctionCtx, x: Tensor, weight: Tensor, bias: Tensor
    ) -> Tensor:
        """Tensors to arrays, `conv2d`, and back; what the backward pass needs goes into the context."""
        # TODO(day12): save x and weight; detach() and numpy() on the way in, torch.from_numpy on the way
        #   out
        raise NotImplementedError("Convolution.forward is not written yet")

    @staticmethod
    def backward(context: torch.autograd.function.FunctionCtx, grad: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Gradients by x, weight and bias from the gradient by the output, by `conv2d_backward`."""
        # TODO(day12): the saved tensors, conv2d_backward, three tensors in the order of forward's arguments
        raise NotImplementedError("Convolution.backward is not written yet")
