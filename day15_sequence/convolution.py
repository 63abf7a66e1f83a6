# Write the parts marked TODO(day15). Made by `course sync` from the course's single source.
# skeleton 55f222840df0c2ef
"""Optional: sequences without recurrence and without attention. Convolutions that see only the past, spread out.

With kernel size k and dilations 1, 2, 4, … a few layers see exponentially far, all places at once. Arguments come
back unchanged.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def causal_conv1d(x: Tensor, weight: Tensor, dilation: int = 1) -> Tensor:
    """Convolution in time whose output at t uses nothing later than t.

        y[b, o, t] = Σ_c Σ_j weight[o, c, j] · x[b, c, t − (k − 1 − j) · dilation] ,

    where x is 0 before the beginning. As everywhere in deep learning it is a cross-correlation: the last entry of
    the kernel meets the present.

    Parameters
    ----------
    x : (b, c, t) float tensor
    weight : (o, c, k) float tensor
    dilation : steps between the entries of the kernel, 1 or more

    Returns
    -------
    (b, o, t) float tensor

    Not allowed here: ``scipy.signal.lfilter``; from ``torch.nn.functional``: ``conv1d``, ``conv2d``; from
    ``torch.nn``: ``Conv1d``, ``Conv2d``; from ``torch``: ``conv1d``, ``conv2d``, ``convolution``.

    References
    ----------
    van den Oord et al. (2016), WaveNet: a generative model for raw audio, section 2.1
    """
    # TODO(day15): for each entry of the kernel, x shifted to the right (zeros in front), mixed by a matrix
    raise NotImplementedError("causal_conv1d is not written yet")


def receptive_field(kernel_size: int, dilations: Sequence[int]) -> int:
    """How many steps of the input, the present one included, one output of a stack of causal convolutions sees.

    Parameters
    ----------
    kernel_size : of every layer, 1 or more
    dilations : one per layer; no layer at all sees 1 step

    Returns
    -------
    int

    References
    ----------
    van den Oord et al. (2016), WaveNet: a generative model for raw audio, figure 3
    """
    # TODO(day15): every layer adds (k − 1) · dilation
    raise NotImplementedError("receptive_field is not written yet")


def rollout(predict: Callable[[Tensor], Tensor], x: Tensor, steps: int) -> Tensor:
    """Predict further than one step: every prediction becomes part of the input of the next one.

    Parameters
    ----------
    predict : maps (b, n) known values to (b,), the next value of each row; n is always that of ``x``, so the oldest
        value drops out when a new one comes in
    x : (b, n) float tensor, known values
    steps : how many to predict, 1 or more

    Returns
    -------
    (b, steps) float tensor
        the predictions only

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 10.2.1, on teacher forcing and its price
    """
    # TODO(day15): append each prediction, forget the oldest value
    raise NotImplementedError("rollout is not written yet")
