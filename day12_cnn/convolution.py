# Write the parts marked TODO(day12). Made by `course sync` from the course's single source.
# skeleton 68e32cc14c253021
"""Convolution of whole batches with many channels, forward and backward, as one matrix product.

Shapes are those of PyTorch: images (batch, channels, height, width), weights (filters, channels, height, width).
Whatever belongs to both axes is a pair, first the vertical one. "Convolution" means cross-correlation from here
on, as everywhere in deep learning. Arguments come back unchanged.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from day12_cnn.correlation import output_size

Pair = tuple[int, int]


def im2col(
    x: np.ndarray,
    kernel_size: Pair,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
) -> np.ndarray:
    """Write what the kernel sees at each of its positions into a column.

    Zeros are added around each image, ``padding`` of them at both ends of an axis. Column l holds the pixels
    under the kernel at position l; positions are counted row by row, and within a column the channel comes
    first, then the row, then the column of the kernel. A convolution is then a matrix product.

    Parameters
    ----------
    x : (b, c, h, w) array
    kernel_size : (kh, kw)
    stride : pixels between neighbouring positions, vertically and horizontally
    padding : zeros at each end, vertically and horizontally
    dilation : pixels between neighbouring entries of the kernel, vertically and horizontally

    Returns
    -------
    (b, c · kh · kw, oh · ow) array
        with the output sizes oh and ow of `output_size`; of the dtype of x

    Not allowed here: the method ``.unfold``, ``torch.nn.functional.unfold``, ``torch.nn.Unfold``,
    ``torch.Tensor.unfold``, ``scipy.linalg.convolution_matrix``.

    References
    ----------
    Chellapilla, Puri and Simard (2006), High performance convolutional neural networks for document
    processing, section 3; the layout is that of ``torch.nn.functional.unfold``
    """
    # TODO(day12): pad, look through sliding windows, put the axes in order and reshape once
    raise NotImplementedError("im2col is not written yet")


def col2im(
    columns: np.ndarray,
    image_size: Pair,
    kernel_size: Pair,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
) -> np.ndarray:
    """The adjoint (transpose) of `im2col`: add every entry of the columns to the pixel that it was read from.

    A pixel that was read several times receives several terms, one that fell into the padding is dropped. It is
    not the inverse: for all x and c of the right shapes

        ⟨im2col(x), c⟩ = ⟨x, col2im(c)⟩ .

    Parameters
    ----------
    columns : (b, c · kh · kw, oh · ow) array, in the order of `im2col`
    image_size : (h, w) of the images, without padding
    kernel_size, stride, padding, dilation : as in `im2col`

    Returns
    -------
    (b, c, h, w) array

    Not allowed here: from ``torch.nn.functional``: ``fold``, ``unfold``; from ``torch.nn``: ``Fold``,
    ``Unfold``.

    References
    ----------
    ``torch.nn.functional.fold``; Chellapilla, Puri and Simard (2006), section 3
    """
    # TODO(day12): one entry (i, j) of the kernel after the other: a strided slice of the padded images
    raise NotImplementedError("col2im is not written yet")


def conv2d(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
) -> np.ndarray:
    """Convolution layer: every filter looks at all channels of every image.

        y[n, f, i, j] = b_f + Σ_c Σ_u Σ_v  x̃[n, c, i s + u d, j s + v d] · weight[f, c, u, v]

    with the zero-padded images x̃, stride s and dilation d (one of each per axis).

    Parameters
    ----------
    x : (b, c, h, w) float array
    weight : (f, c, kh, kw) float array, f filters
    bias : (f,) float array, or None for no bias
    stride, padding, dilation : as in `im2col`

    Returns
    -------
    (b, f, oh, ow) float array

    Not allowed here: from ``torch.nn.functional``: ``conv2d``, ``unfold``; from ``torch``: ``conv2d``,
    ``convolution``; from ``torch.nn``: ``Conv2d``, ``Unfold``; from ``scipy.signal``: ``correlate2d``,
    ``convolve2d``, ``correlate``, ``convolve``, ``fftconvolve``, ``oaconvolve``; from ``scipy.ndimage``:
    ``correlate``, ``convolve``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 9.5, equations 9.7 and 9.8
    """
    # TODO(day12): weights as a matrix (f, c·kh·kw) times columns; reshape; bias per filter
    raise NotImplementedError("conv2d is not written yet")


def conv2d_backward(
    grad: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Backward pass of `conv2d`: from the gradient of the loss by y to those by x, weight and bias.

    With C = im2col(x) and G, W the gradient and the weights as matrices, y = W C + b per image. Hence

        dW = Σ_images G Cᵀ ,   dC = Wᵀ G ,   dx = col2im(dC) ,   db_f = Σ of everything that b_f was added to.

    Parameters
    ----------
    grad : (b, f, oh, ow) float array, ∂L/∂y
    x, weight, stride, padding, dilation : what `conv2d` was called with

    Returns
    -------
    dx : (b, c, h, w) float array, ∂L/∂x
    dweight : (f, c, kh, kw) float array, ∂L/∂weight, summed over the batch
    dbias : (f,) float array, ∂L/∂bias, summed over the batch

    Not allowed here: the method ``.backward``, ``torch.autograd.grad``; from ``torch.func``: ``grad``,
    ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``; from ``torch.nn.grad``:
    ``conv2d_input``, ``conv2d_weight``; from ``torch.nn.functional``: ``conv2d``, ``conv_transpose2d``,
    ``fold``, ``unfold``; from ``torch``: ``conv2d``, ``conv_transpose2d``; from
    ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 9.5, equations 9.11 to 9.13
    """
    # TODO(day12): three products with the matrices of the forward pass
    raise NotImplementedError("conv2d_backward is not written yet")


def conv1d(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> np.ndarray:
    """Convolution along one axis: the layer for sound, sensors and other time series.

    A series is an image of height 1.

    Parameters
    ----------
    x : (b, c, n) float array, c channels of n samples
    weight : (f, c, k) float array
    bias : (f,) float array, or None
    stride, padding, dilation : in samples

    Returns
    -------
    (b, f, output_size(n, k, stride, padding, dilation)) float array

    Not allowed here: ``torch.nn.Conv1d``; from ``torch.nn.functional``: ``conv1d``, ``conv2d``; from
    ``torch``: ``conv1d``, ``conv2d``; from ``numpy``: ``convolve``, ``correlate``; from ``scipy.signal``:
    ``correlate``, ``convolve``.

    References
    ----------
    ``torch.nn.functional.conv1d``; van den Oord et al. (2016), WaveNet, arXiv:1609.03499, section 2.1
    """
    # TODO(day12): add an axis of length 1, call conv2d, take the axis away
    raise NotImplementedError("conv1d is not written yet")


def conv_transpose2d(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
) -> np.ndarray:
    """Transposed convolution: every pixel of x stamps the kernel onto a larger image (optional).

    Without the bias it is the adjoint of the convolution with the same weights,
    ⟨conv2d(z), x⟩ = ⟨z, conv_transpose2d(x)⟩, so it does forward what `conv2d_backward` does for dx. It makes
    small images large again: in segmentation, in autoencoders, in generators. Here ``padding`` takes rows and
    columns *away*, since the convolution added them.

    Parameters
    ----------
    x : (b, f, oh, ow) float array
    weight : (f, c, kh, kw) float array; from f channels to c, the other way round than in `conv2d`
    bias : (c,) float array, or None
    stride, padding : of the convolution whose adjoint this is

    Returns
    -------
    (b, c, (oh − 1) · stride − 2 · padding + kh, and the same for the width) float array

    Not allowed here: the method ``.backward``, ``torch.conv_transpose2d``, ``torch.nn.ConvTranspose2d``,
    ``torch.autograd.grad``; from ``torch.nn.functional``: ``conv_transpose2d``, ``fold``; from
    ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``;
    from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Dumoulin and Visin (2016), arXiv:1603.07285, section 4; ``torch.nn.functional.conv_transpose2d``
    """
    # TODO(day12): Wᵀ times the pixels, then col2im, then the bias
    raise NotImplementedError("conv_transpose2d is not written yet")
