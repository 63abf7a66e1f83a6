"""Diagnosis: numbers that say how a network is, while it still looks well.

All take plain arrays, as they are found in the ``data`` of tensors, and give plain numbers or arrays. Arguments come
back unchanged.
"""

from collections.abc import Sequence

import numpy as np


def dead_units(y: np.ndarray) -> np.ndarray:
    """Which units of a layer are dead: those whose output after ReLU is 0 for **every** sample.

    Such a unit sends nothing and gets no gradient; nothing will ever wake it. A unit that is 0 for most samples is
    not dead but choosy, and that is good. One whose outputs are tiny, but not 0, is not dead either.

    Parameters
    ----------
    y : (n, units) float array of outputs of ReLU, or (n, channels, height, width), where a channel is a unit and is
        dead if it is 0 everywhere

    Returns
    -------
    (units,) bool array

    References
    ----------
    Lu, Shin, Su and Karniadakis (2020), Dying ReLU and initialization: theory and numerical examples
    """
    ### BEGIN SOLUTION all samples (and places) of a unit are asked at once
    return np.all(y <= 0, axis=(0, *range(2, y.ndim)))
    ### END SOLUTION


def saturated_share(y: np.ndarray, limit: float = 0.97) -> np.ndarray:
    """How often each unit of a layer of tanh is saturated: the share of samples with |y| > limit.

    There the slope 1 − y² is below 0.06, and hardly any gradient comes through.

    Parameters
    ----------
    y : (n, units) float array of outputs of tanh
    limit : from which on a unit counts as saturated

    Returns
    -------
    (units,) float array of shares from 0 to 1

    References
    ----------
    Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward neural networks, section 3
    """
    ### BEGIN SOLUTION the mean of truth values is a share
    return np.mean(np.abs(y) > limit, axis=0)
    ### END SOLUTION


def update_ratios(before: Sequence[np.ndarray], after: Sequence[np.ndarray]) -> list[float]:
    """How far a step moved each parameter, measured by its size: ‖after − before‖ / ‖before‖.

    About 0.001 is healthy. Where it is 0.1, the network forgets faster than it learns; where it is 0.00001, it sleeps.

    Parameters
    ----------
    before, after : arrays of the parameters, before and after a step

    Returns
    -------
    list of floats, one for each parameter
        norms are over all entries; for a parameter that was all zeros it is ``inf`` if it moved, and 0 if not

    References
    ----------
    Karpathy, A recipe for training neural networks (2019)
    """
    ### BEGIN SOLUTION np.linalg.norm takes all entries of any array; x / 0 is inf to NumPy, and 0 / 0 is not
    ratios = []
    for old, new in zip(before, after, strict=True):
        moved, size = np.linalg.norm(new - old), np.linalg.norm(old)
        with np.errstate(divide="ignore"):
            ratios.append(float(moved / size) if moved > 0 else 0.0)
    return ratios
    ### END SOLUTION


def effective_rank(x: np.ndarray) -> float:
    """In how many directions do activations really vary? exp(entropy) of the normalised singular values.

    With the singular values s of the **centred** matrix (the mean of each column is subtracted) and pᵢ = sᵢ / Σ s it
    is exp(−Σ pᵢ log pᵢ), where 0 log 0 = 0: r for r equal singular values, and between 1 and r in general. It does not
    depend on the scale of x. Singular values up to 10⁻¹² max |x| are rounding and count as 0; where nothing varies,
    all of them do, and the effective rank is 0.

    Parameters
    ----------
    x : (n, units) float array

    Returns
    -------
    float

    References
    ----------
    Roy and Vetterli (2007), The effective rank: a measure of effective dimensionality
    """
    ### BEGIN SOLUTION np.linalg.svd(…, compute_uv=False); leave out what is 0 up to rounding before the logarithm
    s = np.linalg.svd(x - np.mean(x, axis=0), compute_uv=False)
    s = s[s > 1e-12 * np.max(np.abs(x))]
    if s.size == 0:
        return 0.0
    p = s / np.sum(s)
    return float(np.exp(-np.sum(p * np.log(p))))
    ### END SOLUTION
