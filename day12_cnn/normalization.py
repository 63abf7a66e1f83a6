# Write the parts marked TODO(day12). Made by `course sync` from the course's single source.
# skeleton af05f442f429c78d
"""Batch normalisation, forward and backward.

During training a channel is normalised by the mean and variance of the batch at hand; a running average of both is
kept for later, when a single image must not depend on what else happens to be in its batch. Arguments come back
unchanged. New running statistics are new arrays.
"""

import numpy as np


def over_all_but_channels(x: np.ndarray) -> tuple[int, ...]:
    """The axes that a statistic per channel is taken over: all but axis 1 (given).

    ``x.mean(axis=over_all_but_channels(x), keepdims=True)`` is the mean per channel, ready to be subtracted.
    """
    return (0, *range(2, x.ndim))


def per_channel(values: np.ndarray, x: np.ndarray) -> np.ndarray:
    """One number per channel, with axes of length 1 such that it broadcasts against x (given)."""
    return values.reshape(1, -1, *(1 for _ in x.shape[2:]))


def batch_norm(
    x: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    running_mean: np.ndarray,
    running_var: np.ndarray,
    training: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Batch normalisation: mean 0 and variance 1 per channel, then a learned scale and shift.

        y = γ (x − μ) / √(σ² + ε) + β

    In training, μ and σ² are the mean and the variance (divided by m, ddof 0) of the m values per channel in this
    batch, and the running statistics move on by

        running_mean ← (1 − momentum) · running_mean + momentum · μ
        running_var  ← (1 − momentum) · running_var  + momentum · s²

    with the *unbiased* variance s² (divided by m − 1, ddof 1). In evaluation, μ and σ² are the running statistics,
    which stay as they are.

    Parameters
    ----------
    x : (b, c) or (b, c, h, w) float array; m = b or b · h · w values per channel
    gamma, beta : (c,) float arrays, scale γ and shift β
    running_mean, running_var : (c,) float arrays; not changed in place
    training : True normalises by the batch, False by the running statistics
    momentum : how much of the new statistics is taken
    eps : ε, added to the variance

    Returns
    -------
    y : float array of the shape of x
    running_mean, running_var : (c,) float arrays, the new ones

    Raises
    ------
    ValueError
        in training when there is only one value per channel (m = 1): it has no variance

    Not allowed here: ``torch.nn.functional.batch_norm``, ``torch.batch_norm``; from ``torch.nn``:
    ``BatchNorm1d``, ``BatchNorm2d``.

    References
    ----------
    Ioffe and Szegedy (2015), Batch normalization, arXiv:1502.03167, algorithms 1 and 2;
    ``torch.nn.functional.batch_norm``
    """
    # TODO(day12): choose the statistics, normalise, then return the new running statistics
    raise NotImplementedError("batch_norm is not written yet")


def batch_norm_backward(
    grad: np.ndarray, x: np.ndarray, gamma: np.ndarray, eps: float = 1e-5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Backward pass of `batch_norm` in training.

    Every x of a channel moves the mean and the variance of all of them, so each gradient depends on the whole
    batch. With x̂ = (x − μ) / √(σ² + ε) and means over the m values of a channel,

        dγ = Σ g x̂ ,   dβ = Σ g ,   dx = γ / √(σ² + ε) · ( g − mean(g) − x̂ · mean(g x̂) ) .

    Parameters
    ----------
    grad : float array of the shape of x, g = ∂L/∂y
    x : (b, c) or (b, c, h, w) float array
    gamma : (c,) float array
    eps : as in `batch_norm`

    Returns
    -------
    dx : float array of the shape of x
    dgamma, dbeta : (c,) float arrays

    Not allowed here: the method ``.backward``, ``torch.autograd.grad``,
    ``torch.nn.functional.batch_norm``; from ``torch.func``: ``grad``, ``vjp``, ``jacrev``,
    ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``; from ``torch``: ``batch_norm``,
    ``native_batch_norm``; from ``torch.nn``: ``BatchNorm1d``, ``BatchNorm2d``; from
    ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Ioffe and Szegedy (2015), arXiv:1502.03167, section 3
    """
    # TODO(day12): normalise again, then the three formulas
    raise NotImplementedError("batch_norm_backward is not written yet")


def group_norm(
    x: np.ndarray, groups: int, gamma: np.ndarray, beta: np.ndarray, eps: float = 1e-5
) -> np.ndarray:
    """Group normalisation: mean 0 and variance 1 per image and group of channels (optional).

    Neighbouring channels form a group. The batch plays no part, so training and evaluation are the same, and a
    batch of one is fine. One group is layer normalisation over (c, h, w), c groups are instance normalisation.

    Parameters
    ----------
    x : (b, c, h, w) float array
    groups : number of groups
    gamma, beta : (c,) float arrays, scale and shift per *channel*
    eps : added to the variance (ddof 0)

    Returns
    -------
    (b, c, h, w) float array

    Raises
    ------
    ValueError
        when the channels cannot be divided into so many groups of one size

    Not allowed here: ``torch.group_norm``; from ``torch.nn.functional``: ``group_norm``, ``layer_norm``,
    ``instance_norm``, ``batch_norm``; from ``torch.nn``: ``GroupNorm``, ``LayerNorm``.

    References
    ----------
    Wu and He (2018), Group normalization, arXiv:1803.08494, section 3
    """
    # TODO(day12): one row per image and group, normalise the rows, back to the shape of x
    raise NotImplementedError("group_norm is not written yet")
