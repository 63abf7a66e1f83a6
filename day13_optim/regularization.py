# Write the parts marked TODO(day13). Made by `course sync` from the course's single source.
# skeleton fb112e8a05bbb9f9
"""Regularisation: gradients that stay bounded, weights that stay small, units that cannot rely on each other.

Clipping, penalties and augmentation work on NumPy arrays; dropout is a layer of a PyTorch network, because it has to
know whether the network is being trained. Arguments come back unchanged.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn


def clip_by_value(grads: Sequence[np.ndarray], limit: float) -> list[np.ndarray]:
    """Clip every entry of every gradient to [−limit, limit].

    Simple, but it changes the direction of the step: large entries are cut, small ones are not.

    Parameters
    ----------
    grads : list of float arrays of any shapes
    limit : more than 0

    Returns
    -------
    list of float arrays
        each of the shape and dtype of its gradient

    Not allowed here: ``torch.nn.utils.clip_grad_value_``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 10.11.1
    """
    # TODO(day13): one new array per gradient
    raise NotImplementedError("clip_by_value is not written yet")


def clip_by_norm(grads: Sequence[np.ndarray], max_norm: float) -> tuple[list[np.ndarray], float]:
    """Shorten the gradient to a given length, without changing its direction.

    All arrays together are one long vector g with the norm ‖g‖ = √(Σ g_i²). When it is longer than
    ``max_norm``, every array is multiplied by the same number max_norm / ‖g‖; otherwise nothing happens. However short
    ``max_norm`` is, the result has that length: the 1e-6 that PyTorch adds to ‖g‖ would halve a gradient of 1e-6.

    Parameters
    ----------
    grads : list of float arrays of any shapes
    max_norm : largest length allowed, more than 0; may be infinite

    Returns
    -------
    clipped : list of float arrays
        each of the shape and dtype of its gradient
    norm : float
        ‖g‖ *before* clipping: worth plotting

    Not allowed here: from ``torch.nn.utils``: ``clip_grad_norm_``, ``get_total_norm``,
    ``clip_grads_with_norm_``.

    References
    ----------
    Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks, algorithm 1
    """
    # TODO(day13): one norm over all arrays, one factor for all arrays
    raise NotImplementedError("clip_by_norm is not written yet")


def penalty(params: Sequence[np.ndarray], l1: float = 0.0, l2: float = 0.0) -> tuple[float, list[np.ndarray]]:
    """L1 and L2 penalty of the weights, and its gradient.

        R = l1 Σ |w| + l2/2 Σ w² ,   ∂R/∂w = l1 sign(w) + l2 w

    The sums run over the entries of all *weights*, the arrays with two or more dimensions. Arrays with one dimension
    are biases: they only shift a function and do not make it wild, so they are not penalised and their gradient is 0.

    Parameters
    ----------
    params : list of float arrays, weights and biases in any order
    l1, l2 : strengths, 0 or more

    Returns
    -------
    value : float
    grads : list of float arrays
        of the shapes of ``params``; where w = 0, sign(w) = 0

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 7.1
    """
    # TODO(day13): add up over the weights; zeros for the biases
    raise NotImplementedError("penalty is not written yet")


class Dropout(nn.Module):
    """Inverted dropout: in training every number is thrown away with probability p, the rest is scaled up.

        y = m x / (1 − p) ,   every entry of m is 0 with probability p, else 1     (training)
        y = x                                                                      (evaluation)

    Each entry is drawn anew for every number of every sample in every call. The factor keeps the mean: E[y] = x, so
    nothing has to be done at evaluation. Gradients pass through the same mask and factor by themselves.

    Parameters
    ----------
    p : probability of being dropped, from 0 to below 1

    Raises
    ------
    ValueError
        when p is not in [0, 1)

    References
    ----------
    Srivastava et al. (2014), Dropout: a simple way to prevent neural networks from overfitting, JMLR 15, section 10
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"p must be at least 0 and below 1, not {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """x of any shape -> y of the same shape and dtype; ``self.training`` says which of the two is wanted.

        Not allowed here: from ``torch.nn``: ``Dropout``, ``Dropout1d``, ``Dropout2d``, ``AlphaDropout``;
        from ``torch.nn.functional``: ``dropout``, ``dropout1d``; from ``torch``: ``dropout``,
        ``native_dropout``.
        """
        # TODO(day13): `torch.rand_like(x)` is uniform on [0, 1)
        raise NotImplementedError("Dropout.forward is not written yet")


def augment(x: np.ndarray, rng: np.random.Generator, max_shift: int = 0, noise: float = 0.0) -> np.ndarray:
    """New training signals from old ones: shifted in time, with noise, and still of the same class.

    Every recording is shifted by a whole number of samples of its own, each of −max_shift, …, max_shift with the same
    probability and all channels together: y[c, t] = x[c, t − shift]. Where nothing moves in there are zeros, the mean
    of standardised signals. Then normally distributed noise is added to every number.

    Parameters
    ----------
    x : (n, channels, time) float array
    rng : source of all randomness
    max_shift : largest shift in either direction, from 0 to below ``time``
    noise : standard deviation of the noise, 0 or more, in the unit of x

    Returns
    -------
    (n, channels, time) float array
        of the dtype of ``x``, a new array

    Not allowed here: from ``scipy.ndimage``: ``shift``, ``affine_transform``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 7.4
    """
    # TODO(day13): start from zeros; a shift to the right and one to the left are two slices
    raise NotImplementedError("augment is not written yet")
