# Write the parts marked TODO(day16). Made by `course sync` from the course's single source.
# skeleton 9bdfae31830cf467
"""Training with either engine: nothing here knows what a gradient is made of.

Parameters are leaves, `scalar.Value` or `tensor.Tensor`: whatever has ``data``, ``grad`` and ``zero_grad()``. A loss is
a node with one number that was computed from them, and has ``backward()``.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def descend(loss: Any, parameters: Sequence[Any], learning_rate: float) -> None:
    """One step of gradient descent: p ← p − η ∂L/∂p for every parameter.

    Gradients add up from call to call, so those of the step before are forgotten first; then comes the backward pass,
    then the step, which changes the ``data`` of every parameter.

    Parameters
    ----------
    loss : Value or Tensor with one element
    parameters : Values or Tensors; one that the loss was not made of stays as it is
    learning_rate : η

    Not allowed here: ``torch.optim.SGD``.

    References
    ----------
    Robbins and Monro (1951), A stochastic approximation method, Annals of Mathematical Statistics 22, 400-407
    """
    # TODO(day16): zero_grad for all, backward once, a step for all
    raise NotImplementedError("descend is not written yet")


def train(
    loss_of: Callable[[np.ndarray], Any],
    parameters: Sequence[Any],
    samples: int,
    batch_size: int,
    epochs: int,
    learning_rate: float,
    rng: np.random.Generator,
) -> list[float]:
    """Mini-batch gradient descent for any model on any engine.

    In every epoch the numbers of all samples are put into a new random order and cut into batches; what is left over
    is a smaller batch. For each batch, ``loss_of`` builds a new graph, and one `descend` follows. A check
    that trains gives up after 90 seconds; it should take a few.

    Parameters
    ----------
    loss_of : from the numbers of some samples, an int array, to the mean loss over these samples: a node
    parameters : what is trained; their ``data`` changes
    samples : how many there are, numbered from 0
    batch_size : number of samples in a batch
    epochs : number of passes over all samples
    learning_rate : of `descend`
    rng : the generator for the order

    Returns
    -------
    list of ``epochs`` floats
        the mean over all samples of the loss that each had just before the step of its batch

    Not allowed here: ``torch.optim.SGD``, ``torch.utils.data.DataLoader``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 8.1.3
    """
    # TODO(day16): a loop in a loop; a smaller batch counts less in the mean
    raise NotImplementedError("train is not written yet")
