# Write the parts marked TODO(day12). Made by `course sync` from the course's single source.
# skeleton 17982984696f2778
"""Pooling: one number per window, forward and backward.

Pooling has no weights. Its backward pass only decides which pixels of a window receive the gradient of the number
that stands for them. Windows may overlap (stride smaller than the window), and then gradients add up. Arguments come
back unchanged.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from day12_cnn.convolution import Pair, col2im, im2col


def max_pool2d(x: np.ndarray, kernel_size: Pair, stride: Pair) -> np.ndarray:
    """The largest pixel of every window, channel by channel.

    Parameters
    ----------
    x : (b, c, h, w) array; without padding, so pixels that no whole window reaches are ignored
    kernel_size : height and width of the window
    stride : rows and columns between neighbouring windows

    Returns
    -------
    (b, c, oh, ow) array
        with oh and ow of `output_size`

    Not allowed here: ``torch.max_pool2d``, ``torch.nn.MaxPool2d``; from ``torch.nn.functional``:
    ``max_pool2d``, ``adaptive_max_pool2d``; from ``scipy.ndimage``: ``maximum_filter``,
    ``grey_dilation``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 9.3
    """
    # TODO(day12): windows of every channel, then the maximum over both axes of the window
    raise NotImplementedError("max_pool2d is not written yet")


def max_pool2d_backward(grad: np.ndarray, x: np.ndarray, kernel_size: Pair, stride: Pair) -> np.ndarray:
    """Backward pass of `max_pool2d`: the pixel that won receives the gradient, all others nothing.

    If several pixels of a window are equally large, the first of them wins (row by row). A pixel that won
    several windows receives the sum of their gradients.

    Parameters
    ----------
    grad : (b, c, oh, ow) float array, ∂L/∂y
    x, kernel_size, stride : what `max_pool2d` was called with

    Returns
    -------
    (b, c, h, w) float array, ∂L/∂x

    Not allowed here: the method ``.backward``, ``torch.autograd.grad``; from ``torch.func``: ``grad``,
    ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``; from
    ``torch.nn.functional``: ``max_pool2d``, ``max_unpool2d``; from ``torch.nn``: ``MaxUnpool2d``,
    ``MaxPool2d``; from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    ``torch.nn.functional.max_pool2d``; Zeiler and Fergus (2014), arXiv:1311.2901, section 2.1: the "switches"
    """
    # TODO(day12): a channel is an image of its own: im2col, argmax, put the gradient there, col2im
    raise NotImplementedError("max_pool2d_backward is not written yet")


def avg_pool2d(x: np.ndarray, kernel_size: Pair, stride: Pair) -> np.ndarray:
    """The mean of every window, channel by channel.

    With a window as large as the image it is *global average pooling*: one number per channel.

    Parameters
    ----------
    x : (b, c, h, w) float array; without padding
    kernel_size : height and width of the window
    stride : rows and columns between neighbouring windows

    Returns
    -------
    (b, c, oh, ow) float array

    Not allowed here: ``torch.nn.AvgPool2d``, ``scipy.ndimage.uniform_filter``; from
    ``torch.nn.functional``: ``avg_pool2d``, ``adaptive_avg_pool2d``.

    References
    ----------
    LeCun et al. (1998), Gradient-based learning applied to document recognition, section II.B:
    "sub-sampling"; Lin, Chen and Yan (2014), arXiv:1312.4400, section 3.2
    """
    # TODO(day12): as for the maximum
    raise NotImplementedError("avg_pool2d is not written yet")


def avg_pool2d_backward(grad: np.ndarray, x: np.ndarray, kernel_size: Pair, stride: Pair) -> np.ndarray:
    """Backward pass of `avg_pool2d`: every pixel of a window receives the same share.

    A window of kh · kw pixels gives each of them the gradient divided by kh · kw; shares of overlapping windows
    add up. Average pooling is linear, so this is its adjoint: ⟨avg_pool2d(x), g⟩ = ⟨x, avg_pool2d_backward(g)⟩.

    Parameters
    ----------
    grad : (b, c, oh, ow) float array, ∂L/∂y
    x, kernel_size, stride : what `avg_pool2d` was called with; of x only the shape matters

    Returns
    -------
    (b, c, h, w) float array, ∂L/∂x

    Not allowed here: the method ``.backward``, ``torch.autograd.grad``, ``torch.nn.AvgPool2d``; from
    ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``;
    from ``torch.nn.functional``: ``avg_pool2d``, ``interpolate``, ``fold``; from
    ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    ``torch.nn.functional.avg_pool2d``
    """
    # TODO(day12): equal entries in every column, then col2im
    raise NotImplementedError("avg_pool2d_backward is not written yet")
