# Write the parts marked TODO(day17). Made by `course sync` from the course's single source.
# skeleton e4eac5ada25531a2
"""Layers: dense, convolution, pooling, two normalisations, dropout, embedding, and two smooth relatives of ReLU.

Each takes a tensor (or an array, which is a constant) and returns a tensor. You may write a rule of your own, or build
what you need of operations that have one already. Arguments come back unchanged, and it is float32 in, float32 out
where the parameters are float32 too. Checks set the parameters by their names (``layer.weight.data = …``), so keep
these.
"""

from typing import Any

import numpy as np
from scipy.special import erf, expit

from day17_library.engine import Tensor, as_tensor
from day17_library.modules import Module, Parameter


class Linear(Module):
    """A dense layer, y = x W + b, for vectors along the last axis.

    The weights are drawn from a normal distribution with the mean 0 and the standard deviation √(2 / inputs) (He),
    and the biases begin at 0.

    Parameters
    ----------
    inputs, outputs : lengths of the vectors
    rng : the generator for the weights; an equal one gives equal weights

    Attributes
    ----------
    weight : Parameter (inputs, outputs)
    bias : Parameter (outputs,)

    Not allowed here: ``torch.nn.Linear``, ``torch.nn.functional.linear``.

    References
    ----------
    He, Zhang, Ren and Sun (2015), Delving deep into rectifiers, section 2.2
    """

    def __init__(self, inputs: int, outputs: int, rng: np.random.Generator) -> None:
        # TODO(day17): two Parameters; rng.normal(size=…) has the standard deviation 1
        raise NotImplementedError("Linear.__init__ is not written yet")

    def forward(self, x: Any) -> Tensor:
        """From (…, inputs) to (…, outputs), whatever the axes in front are."""
        # TODO(day17): the engine's @ and + are enough
        raise NotImplementedError("Linear.forward is not written yet")


class Embedding(Module):
    """A table with a vector for each of so many things: words, letters, places.

    Parameters
    ----------
    count : number of things, numbered from 0
    features : length of the vectors
    rng : the generator for the table, whose entries are drawn from N(0, 0.02²)

    Attributes
    ----------
    weight : Parameter (count, features)

    References
    ----------
    Bengio, Ducharme, Vincent and Jauvin (2003), A neural probabilistic language model, JMLR 3, 1137-1155
    """

    def __init__(self, count: int, features: int, rng: np.random.Generator) -> None:
        self.weight = Parameter(rng.normal(size=(count, features)) * 0.02)

    def forward(self, numbers: np.ndarray) -> Tensor:
        """The vectors of some things.

        Parameters
        ----------
        numbers : int array of any shape (…)

        Returns
        -------
        Tensor (…, features)

        Raises
        ------
        IndexError
            when a number is negative, or ``count`` or more. To NumPy −1 is the last row; here it is nothing

        Not allowed here: ``torch.nn.Embedding``, ``torch.nn.functional.embedding``.
        """
        # TODO(day17): an index of the tensor; NumPy refuses numbers that are too large
        raise NotImplementedError("Embedding.forward is not written yet")


def im2col(x: Tensor, size: int, stride: int = 1, padding: int = 0) -> Tensor:
    """All windows of images as rows, so that a convolution becomes one matrix product.

    The images are surrounded by ``padding`` zeros on each side. A window covers size × size places in all channels;
    the first one lies in the upper left corner, the next is ``stride`` further to the right, and so on, then down.
    Windows that would reach beyond the edge are left out.

    On the way back, a pixel that lies in several windows gets the sum of their gradients.

    Parameters
    ----------
    x : (n, channels, height, width) Tensor
    size : height and width of a window
    stride : how far apart windows are
    padding : number of zeros on each side

    Returns
    -------
    (n, rows, columns, channels · size · size) Tensor
        with rows = ⌊(height + 2 padding − size) / stride⌋ + 1, and columns likewise; in a window the channel changes
        slowest and the column fastest, as in ``weight.reshape(outputs, -1)``

    Not allowed here: from ``torch.nn.functional``: ``unfold``, ``fold``; from ``torch.nn``: ``Unfold``,
    ``Fold``.

    References
    ----------
    Chellapilla, Puri and Simard (2006), High performance convolutional neural networks for document processing
    """
    # TODO(day17): sliding_window_view and [..., ::stride, ::stride]; back: size · size additions to strided
    #   slices
    raise NotImplementedError("im2col is not written yet")


class Conv2d(Module):
    """A convolution, as deep learning calls it (the kernel is not flipped).

    Parameters
    ----------
    inputs, outputs : numbers of channels
    size : height and width of the kernels
    rng : the generator for the weights, which begin as those of `Linear` do, with inputs · size² numbers coming in
    stride, padding : as in `im2col`

    Attributes
    ----------
    weight : Parameter (outputs, inputs, size, size)
    bias : Parameter (outputs,)

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 9.5
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        size: int,
        rng: np.random.Generator,
        stride: int = 1,
        padding: int = 0,
    ) -> None:
        coming_in = inputs * size**2
        self.weight = Parameter(rng.normal(scale=(2 / coming_in) ** 0.5, size=(outputs, inputs, size, size)))
        self.bias = Parameter(np.zeros(outputs))
        self.stride, self.padding = stride, padding

    def forward(self, x: Any) -> Tensor:
        """From (n, inputs, height, width) to (n, outputs, rows, columns).

        Output channel o at a place is the sum over the window there times ``weight[o]``, entry by entry, plus
        ``bias[o]``.

        Not allowed here: ``torch.nn.functional.conv2d``, ``torch.nn.Conv2d``; from ``scipy.signal``:
        ``correlate``, ``convolve``.
        """
        # TODO(day17): im2col, @ with the kernels as columns, + the biases; then the channels go to axis 1
        raise NotImplementedError("Conv2d.forward is not written yet")


def max_pool2d(x: Tensor, size: int) -> Tensor:
    """The largest entry of each window, for windows of size × size that lie side by side.

    Rows and columns at the end that do not fill a window are left out, and their gradient is 0. The gradient of a
    window goes to the entry that was the largest; where several are equally large, to **one** of them.

    Parameters
    ----------
    x : (n, channels, height, width) Tensor
    size : height and width of the windows, and their distance

    Returns
    -------
    (n, channels, ⌊height / size⌋, ⌊width / size⌋) Tensor

    Not allowed here: ``torch.nn.functional.max_pool2d``, ``torch.nn.MaxPool2d``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 9.3
    """
    # TODO(day17): crop, reshape to (n, channels, rows, size, columns, size), bring the sizes together, max
    raise NotImplementedError("max_pool2d is not written yet")


class BatchNorm(Module):
    """Batch normalisation of features, or of the channels of images.

    In training, with the mean μ and the variance v of a feature over the batch (in images: over all places too),

        y = γ (x − μ) / √(v + ε) + β .

    The gradient flows through μ and v as well. v is the *biased* variance (divided by the count m). What is remembered
    for later is the *unbiased* one (divided by m − 1), as PyTorch does it:

        running_mean ← (1 − momentum) running_mean + momentum μ
        running_var  ← (1 − momentum) running_var  + momentum v m / (m − 1)

    While ``training`` is False, the running mean and variance stand in the place of μ and v, and stay as they are.

    Parameters
    ----------
    features : length of axis 1
    momentum : weight of the newest batch
    eps : ε

    Attributes
    ----------
    weight, bias : Parameters (features,): γ and β
    running_mean, running_var : arrays (features,)

    References
    ----------
    Ioffe and Szegedy (2015), Batch normalization: accelerating deep network training, algorithm 1
    """

    def __init__(self, features: int, momentum: float = 0.1, eps: float = 1e-5) -> None:
        self.weight, self.bias = Parameter(np.ones(features)), Parameter(np.zeros(features))
        self.running_mean, self.running_var = np.zeros(features), np.ones(features)
        self.momentum, self.eps = momentum, eps

    def forward(self, x: Any) -> Tensor:
        """From (n, features) or (n, features, height, width) to the same shape.

        Raises
        ------
        ValueError
            in training, when there is but one number of each feature: its variance says nothing

        Not allowed here: ``torch.nn.functional.batch_norm``; from ``torch.nn``: ``BatchNorm1d``,
        ``BatchNorm2d``.
        """
        # TODO(day17): all axes but 1; Tensor.mean differentiates; (x − μ)**2 too. (1, features, 1, 1)
        #   broadcasts
        raise NotImplementedError("BatchNorm.forward is not written yet")


class LayerNorm(Module):
    """Layer normalisation: every vector by its own mean and variance, in training and afterwards.

        y = γ (x − μ) / √(v + ε) + β ,   with μ and the biased v over the last axis

    Parameters
    ----------
    features : length of the last axis
    eps : ε

    Attributes
    ----------
    weight, bias : Parameters (features,): γ and β

    References
    ----------
    Ba, Kiros and Hinton (2016), Layer normalization
    """

    def __init__(self, features: int, eps: float = 1e-5) -> None:
        self.weight, self.bias = Parameter(np.ones(features)), Parameter(np.zeros(features))
        self.eps = eps

    def forward(self, x: Any) -> Tensor:
        """From (…, features) to the same shape.

        Not allowed here: ``torch.nn.functional.layer_norm``, ``torch.nn.LayerNorm``.
        """
        # TODO(day17): as BatchNorm, along another axis, and with nothing to remember
        raise NotImplementedError("LayerNorm.forward is not written yet")


class Dropout(Module):
    """In training, forget a share p of the entries, at random; afterwards, none.

    What is kept is multiplied by 1 / (1 − p), so that the expected value of every entry stays what it was, and
    nothing has to be done later.

    Parameters
    ----------
    p : probability that an entry becomes 0, from 0 to below 1
    rng : the generator; every call draws anew, and from nothing else, so that an equal generator forgets the same

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov (2014), Dropout, JMLR 15, 1929-1958
    """

    def __init__(self, p: float, rng: np.random.Generator) -> None:
        self.p, self.rng = p, rng

    def forward(self, x: Any) -> Tensor:
        """The same shape, each entry by itself 0 or x / (1 − p); x as it is while ``training`` is False.

        Not allowed here: ``torch.nn.functional.dropout``, ``torch.nn.Dropout``.
        """
        # TODO(day17): a product with an array of zeros and 1 / (1 − p); rng.random(shape) < … is true that
        #   often
        raise NotImplementedError("Dropout.forward is not written yet")


def gelu(x: Tensor) -> Tensor:
    """Gaussian error linear unit: x Φ(x), with the distribution function Φ of the standard normal distribution.

    Φ(x) = ½ (1 + erf(x / √2)), and the derivative of Φ is the density φ(x) = exp(−x² / 2) / √(2π). This is the exact
    form, not the approximation with tanh. Values and gradients are finite for large x too.

    Parameters
    ----------
    x : Tensor of any shape

    Returns
    -------
    Tensor of the same shape

    Not allowed here: ``torch.nn.functional.gelu``, ``torch.nn.GELU``.

    References
    ----------
    Hendrycks and Gimpel (2016), Gaussian error linear units
    """
    # TODO(day17): scipy.special.erf; the engine has no erf, so write the rule
    raise NotImplementedError("gelu is not written yet")


def silu(x: Tensor) -> Tensor:
    """Sigmoid linear unit, also called swish: x σ(x), with σ(x) = 1 / (1 + exp(−x)).

    Values and gradients are finite for large x too, and nothing warns of an overflow.

    Parameters
    ----------
    x : Tensor of any shape

    Returns
    -------
    Tensor of the same shape

    Not allowed here: ``torch.nn.functional.silu``, ``torch.nn.SiLU``.

    References
    ----------
    Elfwing, Uchibe and Doya (2018), Sigmoid-weighted linear units, Neural Networks 107, 3-11
    """
    # TODO(day17): scipy.special.expit is a σ that does not overflow
    raise NotImplementedError("silu is not written yet")
