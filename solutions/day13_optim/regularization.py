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

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 10.11.1
    """
    ### BEGIN SOLUTION one new array per gradient
    return [np.clip(g, -limit, limit) for g in grads]
    ### END SOLUTION


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

    References
    ----------
    Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks, algorithm 1
    """
    ### BEGIN SOLUTION one norm over all arrays, one factor for all arrays
    norm = float(np.sqrt(sum(np.sum(g**2) for g in grads)))
    scale = max_norm / norm if norm > max_norm else 1.0
    return [scale * g for g in grads], norm
    ### END SOLUTION


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
    ### BEGIN SOLUTION add up over the weights; zeros for the biases
    value, grads = 0.0, []
    for p in params:
        if p.ndim < 2:
            grads.append(np.zeros_like(p))
            continue
        value += float(l1 * np.sum(np.abs(p)) + l2 / 2 * np.sum(p**2))
        grads.append(l1 * np.sign(p) + l2 * p)
    return value, grads
    ### END SOLUTION


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
        """x of any shape -> y of the same shape and dtype; ``self.training`` says which of the two is wanted."""
        ### BEGIN SOLUTION `torch.rand_like(x)` is uniform on [0, 1)
        if not self.training:
            return x
        keep = torch.rand_like(x) >= self.p
        return x * keep / (1 - self.p)
        ### END SOLUTION


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

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 7.4
    """
    ### BEGIN SOLUTION start from zeros; a shift to the right and one to the left are two slices
    n, _, time = x.shape
    y = np.zeros_like(x)
    for i, shift in enumerate(rng.integers(-max_shift, max_shift + 1, size=n)):
        y[i, :, max(shift, 0) : time + min(shift, 0)] = x[i, :, max(-shift, 0) : time - max(shift, 0)]
    return y + (noise * rng.normal(size=x.shape)).astype(x.dtype)
    ### END SOLUTION
