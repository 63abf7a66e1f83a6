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

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 9.3
    """
    ### BEGIN SOLUTION windows of every channel, then the maximum over both axes of the window
    windows = sliding_window_view(x, kernel_size, axis=(2, 3))
    return windows[:, :, :: stride[0], :: stride[1]].max(axis=(4, 5))
    ### END SOLUTION


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

    References
    ----------
    ``torch.nn.functional.max_pool2d``; Zeiler and Fergus (2014), arXiv:1311.2901, section 2.1: the "switches"
    """
    ### BEGIN SOLUTION a channel is an image of its own: im2col, argmax, put the gradient there, col2im
    b, c, h, w = x.shape
    columns = im2col(x.reshape(b * c, 1, h, w), kernel_size, stride)
    winners = columns.argmax(axis=1)[:, np.newaxis]
    dcolumns = np.zeros(columns.shape, grad.dtype)
    np.put_along_axis(dcolumns, winners, grad.reshape(b * c, 1, -1), axis=1)
    return col2im(dcolumns, (h, w), kernel_size, stride).reshape(x.shape)
    ### END SOLUTION


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

    References
    ----------
    LeCun et al. (1998), Gradient-based learning applied to document recognition, section II.B:
    "sub-sampling"; Lin, Chen and Yan (2014), arXiv:1312.4400, section 3.2
    """
    ### BEGIN SOLUTION as for the maximum
    windows = sliding_window_view(x, kernel_size, axis=(2, 3))
    return windows[:, :, :: stride[0], :: stride[1]].mean(axis=(4, 5))
    ### END SOLUTION


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

    References
    ----------
    ``torch.nn.functional.avg_pool2d``
    """
    ### BEGIN SOLUTION equal entries in every column, then col2im
    b, c, h, w = x.shape
    pixels = kernel_size[0] * kernel_size[1]
    dcolumns = np.repeat(grad.reshape(b * c, 1, -1) / pixels, pixels, axis=1)
    return col2im(dcolumns, (h, w), kernel_size, stride).reshape(x.shape)
    ### END SOLUTION
