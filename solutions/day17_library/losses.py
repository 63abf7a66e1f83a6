"""Losses: what a network is asked to make small. Both start from logits, and both are stable.

Arguments come back unchanged; float32 in, float32 out; values and gradients are finite for finite logits, however
large.
"""

import numpy as np
from scipy.special import expit

from day17_library.engine import Tensor, log_softmax


def cross_entropy(
    logits: Tensor, labels: np.ndarray, smoothing: float = 0.0, ignore: int | None = None
) -> Tensor:
    """Mean cross-entropy over all places that count.

    At a place with the probabilities p = softmax(logits) and the label y the loss is

        −(1 − s) log p[y] − s · (1 / c) Σⱼ log pⱼ ,

    which for s = 0 is the usual one. Places with the label ``ignore`` (padding) count neither in the sum nor in
    the number by which it is divided, and send no gradient.

    Parameters
    ----------
    logits : (…, c) Tensor
    labels : (…) int array of numbers from 0 to c − 1, and ``ignore``, which may be any number
    smoothing : s, the share of the target that is spread over all classes
    ignore : the label of places that do not count; None: all count

    Returns
    -------
    Tensor with the shape ()

    Raises
    ------
    ValueError
        when no place counts

    References
    ----------
    Szegedy, Vanhoucke, Ioffe, Shlens and Wojna (2016), Rethinking the inception architecture, section 7
    """
    ### BEGIN SOLUTION log_softmax of the engine; the target is an array of weights: one product, one sum
    labels = np.asarray(labels).reshape(-1)
    classes = logits.data.shape[-1]
    counts = np.flatnonzero(labels != ignore)  # no label is None
    if counts.size == 0:
        raise ValueError("no label counts")
    target = np.zeros((labels.size, classes))
    target[counts] = smoothing / classes
    target[counts, labels[counts]] += 1 - smoothing
    log_p = log_softmax(logits.reshape(-1, classes))
    return (log_p * target).sum() * (-1.0 / counts.size)
    ### END SOLUTION


def binary_cross_entropy(logits: Tensor, targets: np.ndarray) -> Tensor:
    """Mean over all entries of −t log σ(z) − (1 − t) log(1 − σ(z)), with σ(z) = 1 / (1 + exp(−z)).

    The same number, without a logarithm of zero, is max(z, 0) − t z + log(1 + exp(−|z|)); its derivative by z is σ(z)
    − t.

    Parameters
    ----------
    logits : z, Tensor of any shape
    targets : t, array of the same shape, numbers from 0 to 1

    Returns
    -------
    Tensor with the shape ()

    References
    ----------
    PyTorch's manual, ``torch.nn.BCEWithLogitsLoss``
    """
    ### BEGIN SOLUTION np.log1p, scipy.special.expit; a rule of its own, divided by the number of entries
    z, t = logits.data, np.asarray(targets, logits.data.dtype)
    loss = np.maximum(z, 0) - t * z + np.log1p(np.exp(-np.abs(z)))
    return Tensor(loss.mean(), (logits,), lambda g: (g * (expit(z) - t) / z.size,))
    ### END SOLUTION
