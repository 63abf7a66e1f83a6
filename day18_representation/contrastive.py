# Write the parts marked TODO(day18). Made by `course sync` from the course's single source.
# skeleton fc73ff1eb80b8b3e
"""Contrastive learning: two views of a thing should have the same code, and different things different ones.

What the views differ in is what the code learns to ignore. Rows i of both batches are views of the same thing. Apart
from the network and the optimiser in a step of training, arguments come back unchanged.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize


def nt_xent(first: Tensor, second: Tensor, temperature: float) -> Tensor:
    """The normalised temperature-scaled cross-entropy: find the other view of the same thing among all others.

    Put the 2b codes below each other and bring them to length 1; ẑ_i are the rows. To each of the 2b belongs one
    partner, the other view of the same thing, and all 2b − 1 other rows are possible answers:

        loss_i = −ln( exp(ẑ_i · ẑ_partner / temperature) / Σ_{k ≠ i} exp(ẑ_i · ẑ_k / temperature) ) .

    The loss is the mean over all 2b. The lengths of the codes do not matter, so its gradient by a code is orthogonal to
    that code. Stable: finite for temperatures of 0.001.

    Parameters
    ----------
    first, second : (b, d) float tensors, b at least 2, no row is 0
    temperature : more than 0

    Returns
    -------
    float tensor of shape (), in nats, that can be differentiated by both

    References
    ----------
    Chen, Kornblith, Norouzi and Hinton (2020), A simple framework for contrastive learning of visual representations,
    equation 1; van den Oord, Li and Vinyals (2018), arXiv:1807.03748, for the idea
    """
    # TODO(day18): (2b, 2b) similarities with −inf on the diagonal; cross_entropy with the partners' numbers
    raise NotImplementedError("nt_xent is not written yet")


def contrastive_step(
    model: nn.Module, optimizer: torch.optim.Optimizer, first: Tensor, second: Tensor, temperature: float
) -> float:
    """One step of contrastive learning.

    The loss is `nt_xent` of the codes that the model gives to the two views; the gradient goes through *both*.
    Gradients of earlier steps do not count. The check that learns from scenes gives up after 90 seconds.

    Parameters
    ----------
    model : from views (b, …) to codes (b, d)
    optimizer : of the parameters of the model
    first, second : (b, …) float tensors, rows i are views of the same thing
    temperature : more than 0

    Returns
    -------
    float, the loss before the step

    References
    ----------
    Chen, Kornblith, Norouzi and Hinton (2020), A simple framework for contrastive learning of visual representations,
    algorithm 1
    """
    # TODO(day18): the loss, zero_grad, backward, step
    raise NotImplementedError("contrastive_step is not written yet")


def alignment_and_uniformity(first: Tensor, second: Tensor) -> tuple[float, float]:
    """The two things that the loss asks for, measured one by one (optional).

    With all codes at length 1,

        alignment = mean over i of ‖a_i − b_i‖² ,   a_i and b_i the codes of the two views ,
        uniformity = ln( mean over i ≠ j of exp(−2 ‖a_i − a_j‖²) ) ,   the first views only .

    Both are better when they are smaller: partners are together, and strangers are spread over the sphere. A network
    that gives the same code to everything has 0 in both, the best alignment and the worst uniformity.

    Parameters
    ----------
    first, second : (b, d) float tensors, b at least 2, no row is 0

    Returns
    -------
    alignment, uniformity : floats

    References
    ----------
    Wang and Isola (2020), Understanding contrastive representation learning through alignment and uniformity on the
    hypersphere, section 4.1
    """
    # TODO(day18): torch.nn.functional.pdist gives each pair once
    raise NotImplementedError("alignment_and_uniformity is not written yet")
