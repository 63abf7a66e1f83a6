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

    References
    ----------
    Ioffe and Szegedy (2015), Batch normalization, arXiv:1502.03167, algorithms 1 and 2;
    ``torch.nn.functional.batch_norm``
    """
    ### BEGIN SOLUTION choose the statistics, normalise, then return the new running statistics
    mean, var = running_mean, running_var
    if training:
        axes, m = over_all_but_channels(x), x.size // x.shape[1]
        if m == 1:
            raise ValueError("one value per channel has no variance; train with larger batches")
        mean, var = x.mean(axis=axes), x.var(axis=axes)
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var * m / (m - 1)
    normalised = (x - per_channel(mean, x)) / np.sqrt(per_channel(var, x) + eps)
    return per_channel(gamma, x) * normalised + per_channel(beta, x), running_mean, running_var
    ### END SOLUTION


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

    References
    ----------
    Ioffe and Szegedy (2015), arXiv:1502.03167, section 3
    """
    ### BEGIN SOLUTION normalise again, then the three formulas
    axes = over_all_but_channels(x)
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    normalised = (x - x.mean(axis=axes, keepdims=True)) / std
    dgamma, dbeta = np.sum(grad * normalised, axis=axes), np.sum(grad, axis=axes)
    m = x.size // x.shape[1]
    centred = grad - per_channel(dbeta, x) / m - normalised * per_channel(dgamma, x) / m
    return per_channel(gamma, x) / std * centred, dgamma, dbeta
    ### END SOLUTION


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

    References
    ----------
    Wu and He (2018), Group normalization, arXiv:1803.08494, section 3
    """
    ### BEGIN SOLUTION one row per image and group, normalise the rows, back to the shape of x
    if x.shape[1] % groups:
        raise ValueError(f"{x.shape[1]} channels do not make {groups} groups of one size")
    rows = x.reshape(len(x) * groups, -1)
    mean, var = rows.mean(axis=1, keepdims=True), rows.var(axis=1, keepdims=True)
    normalised = ((rows - mean) / np.sqrt(var + eps)).reshape(x.shape)
    return per_channel(gamma, x) * normalised + per_channel(beta, x)
    ### END SOLUTION
