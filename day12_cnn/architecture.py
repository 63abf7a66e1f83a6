# Write the parts marked TODO(day12). Made by `course sync` from the course's single source.
# skeleton cc6eb0ac6e36b395
"""Arithmetic of architectures: sizes, numbers of parameters, receptive fields, before anything is built.

A network is written down as a list of layers, each a tuple that begins with its kind:

    ("conv", filters, kernel_size, stride, padding)     with a bias per filter
    ("max_pool", kernel_size, stride)
    ("batch_norm",)                                     with γ and β per channel
    ("relu",)
    ("flatten",)
    ("dense", features)                                 with a bias per feature

Kernel sizes, strides and paddings are pairs: vertical, horizontal. Arguments come back unchanged.
"""

import math
from typing import Any

from day12_cnn.correlation import output_size

Layer = tuple[Any, ...]
Shape = tuple[int, ...]

LENET: list[Layer] = [
    ("conv", 16, (3, 3), (1, 1), (1, 1)),
    ("relu",),
    ("max_pool", (2, 2), (2, 2)),
    ("conv", 32, (3, 3), (1, 1), (1, 1)),
    ("relu",),
    ("max_pool", (2, 2), (2, 2)),
    ("flatten",),
    ("dense", 64),
    ("relu",),
    ("dense", 10),
]
"""The network of lenet.py: for one channel of 8×8 pixels."""


def summary(layers: list[Layer], input_shape: Shape) -> list[tuple[Shape, int]]:
    """Shape of the output and number of parameters, layer by layer.

    A convolution of c channels with f filters of kh × kw has f · c · kh · kw weights and f biases, whatever the
    size of the image. A dense layer from n to m features has n · m weights and m biases. Batch normalisation
    learns two numbers per channel. The other layers learn nothing.

    Parameters
    ----------
    layers : the network, in the notation of this module
    input_shape : (c, h, w) of one image; the batch is left out

    Returns
    -------
    list of (shape, parameters)
        one entry per layer: a tuple (c, h, w), or (n,) after flattening, and an integer

    Raises
    ------
    ValueError
        for a kind of layer that does not exist, and when a kernel does not fit into its input

    Not allowed here: from ``torch.nn``: ``Conv2d``, ``Linear``.

    References
    ----------
    Dumoulin and Visin (2016), arXiv:1603.07285, chapter 2; LeCun et al. (1998), section II.B, counts the
    parameters of LeNet-5 in this way
    """
    # TODO(day12): carry the shape from layer to layer; match statements read well here
    raise NotImplementedError("summary is not written yet")


def receptive_field(layers: list[Layer]) -> tuple[int, int]:
    """How many pixels of the input one number of the output can see, vertically and horizontally.

    Walk forwards with the size of the field r (first 1) and the distance j, in pixels of the input, between two
    neighbouring numbers (first 1). A layer with a kernel of k and a stride of s makes it

        r ← r + (k − 1) · j ,   j ← j · s .

    Parameters
    ----------
    layers : "conv", "max_pool", "batch_norm" and "relu" layers, in the notation of this module

    Returns
    -------
    (height, width)
        two integers, in pixels; the edge of the image is not considered

    Not allowed here: the method ``.backward``, ``torch.autograd.grad``; from ``torch.func``: ``grad``,
    ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``; from
    ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Araujo, Norris and Sim (2019), Computing receptive fields of convolutional neural networks, Distill,
    doi:10.23915/distill.00021, equation 2
    """
    # TODO(day12): for both axes; only layers with a kernel change anything
    raise NotImplementedError("receptive_field is not written yet")
