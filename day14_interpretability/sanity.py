# Write the parts marked TODO(day14). Made by `course sync` from the course's single source.
# skeleton 85c5ebfcd6d19ff4
"""Is the map about the network at all? Comparing maps, after an attack and after the network was destroyed.

A map that stays the same when the weights are replaced by random numbers cannot explain what the network has learned,
however convincing it looks. Arguments come back unchanged.
"""

import copy
from collections.abc import Callable

import numpy as np
import torch
from scipy.stats import rankdata
from torch import Tensor, nn

from day14_interpretability.gradients import saliency

Explanation = Callable[[nn.Module, Tensor, Tensor], Tensor]
"""A function of model, images and classes that returns one map per image, like `saliency`."""


def rank_correlation(first: Tensor, second: Tensor) -> np.ndarray:
    """Spearman's rank correlation between two maps, for each image.

    The values of a map are replaced by their ranks (equal values share the mean of their ranks; `rankdata`
    does that), and of the ranks Pearson's correlation is taken:

        ρ = Σ (r − r̄)(q − q̄) / √(Σ (r − r̄)² · Σ (q − q̄)²)

    1 if both order the pixels alike, −1 if in opposite order, near 0 if they have nothing to do with each other. It
    does not notice whether a map was scaled or brightened. Where a map is constant there is no order: ρ = 0.

    Parameters
    ----------
    first, second : (b, …) float tensors of the same shape

    Returns
    -------
    (b,) float64 array in [−1, 1]

    Not allowed here: from ``scipy.stats``: ``spearmanr``, ``kendalltau``.

    References
    ----------
    Adebayo et al. (2018), Sanity checks for saliency maps, arXiv:1810.03292: the measure used there
    """
    # TODO(day14): ranks of the flattened maps, centred, then the formula
    raise NotImplementedError("rank_correlation is not written yet")


def saliency_change(model: nn.Module, x: Tensor, adversarial: Tensor, target: Tensor) -> np.ndarray:
    """How much of the explanation survives an attack: rank correlation of two saliency maps.

    Both maps ask about the same class, ``target``: the question stays, the image changes.

    Parameters
    ----------
    model : from images (b, c, h, w) to logits (b, k)
    x, adversarial : (b, c, h, w) float tensors, before and after
    target : (b,) int64 tensor of classes

    Returns
    -------
    (b,) float64 array in [−1, 1]

    References
    ----------
    Ghorbani, Abid and Zou (2019), Interpretation of neural networks is fragile, arXiv:1710.10547
    """
    # TODO(day14): two maps of one class, compared by their ranks
    raise NotImplementedError("saliency_change is not written yet")


def randomise_layers(
    model: nn.Module, x: Tensor, target: Tensor, explain: Explanation, seed: int = 0
) -> dict[str, float]:
    """Cascading randomisation: destroy the network layer by layer, from the last to the first, and watch the map.

    The layers are the modules of the model with a method ``reset_parameters``, in the reverse order of
    ``model.named_modules()``. Each is given new random weights by that method and keeps them, so that in the end no
    learned weight is left. After each layer the map is compared with the one of the intact model.

    All this happens on a copy: the model stays as it is. Random numbers come from PyTorch's global generator, seeded
    with ``seed`` and not anew for each layer, or layers of one shape would get the same weights; within
    ``torch.random.fork_rng()``, which puts back its state afterwards.

    Parameters
    ----------
    model : from images (b, …) to logits (b, k)
    x : (b, …) float tensor
    target : (b,) int64 tensor of classes
    explain : from model, x and target to maps (b, …)
    seed : of the new weights

    Returns
    -------
    dict of float
        name of the layer → mean over the batch of the rank correlation with the map of the intact model; the last
        layer of the model first

    References
    ----------
    Adebayo et al. (2018), arXiv:1810.03292, section 3: model parameter randomization test
    """
    # TODO(day14): map of the intact model; then on a deep copy reset, explain, compare, layer by layer
    raise NotImplementedError("randomise_layers is not written yet")
