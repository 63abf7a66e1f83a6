# Write the parts marked TODO(day23). Made by `course sync` from the course's single source.
# skeleton db1bdc060a55196f
"""Ask several and see whether they agree: dropout that stays on, and ensembles.

Probabilities of a committee are (m, n, c): m members, n samples, c classes. Arguments come back unchanged, a network
in the mode and with the statistics that it had.
"""

import torch
from torch import Tensor, nn


def mc_probabilities(model: nn.Module, x: Tensor, passes: int) -> Tensor:
    """Monte-Carlo dropout: the class probabilities of several passes through a network whose dropout is on.

    Everything else works as in evaluation: batch normalisation uses its running statistics and does not change them.
    Every pass draws new masks, and no sample's answer depends on who is beside it. Afterwards each module of the
    network is in the mode in which it was. Without a graph.

    Parameters
    ----------
    model : from (n, …) to logits (n, c); dropout in it is ``torch.nn.Dropout``
    x : (n, …) float tensor
    passes : m, how many

    Returns
    -------
    (m, n, c) float tensor, each row of classes adds up to 1

    References
    ----------
    Gal and Ghahramani (2016), Dropout as a Bayesian approximation, ICML
    """
    # TODO(day23): eval for all, train for each nn.Dropout, and at the end what was before
    raise NotImplementedError("mc_probabilities is not written yet")


def combine(logits: Tensor) -> Tensor:
    """The answer of a committee: the mean of the members' *probabilities*.

    Parameters
    ----------
    logits : (m, n, c) float tensor

    Returns
    -------
    (n, c) float tensor, finite for logits of any size

    References
    ----------
    Lakshminarayanan, Pritzel and Blundell (2017), Simple and scalable predictive uncertainty estimation using deep
    ensembles, NIPS 30, section 2.4
    """
    # TODO(day23): The answer of a committee: the mean of the members' *probabilities*
    raise NotImplementedError("combine is not written yet")


def predictive_entropy(p: Tensor) -> Tensor:
    """Entropy of each distribution, in nats: 0 for who is sure, ln c for who has no idea.

    An impossible class adds 0: the limit of −p ln p.

    Parameters
    ----------
    p : (n, c) float tensor of probabilities, zeros among them

    Returns
    -------
    (n,) float tensor

    Not allowed here: ``torch.distributions.Categorical``,
    ``torch.distributions.categorical.Categorical``, ``scipy.stats.entropy``, ``torch.special.entr``,
    ``scipy.special.entr``.

    References
    ----------
    Cover and Thomas (2006), Elements of Information Theory, 2nd ed., section 2.1
    """
    # TODO(day23): Entropy of each distribution, in nats: 0 for who is sure, ln c for who has no idea
    raise NotImplementedError("predictive_entropy is not written yet")


def mutual_information(p: Tensor) -> Tensor:
    """By how much the members of a committee disagree, in nats.

    The entropy of their mean, less the mean of their entropies. What is left of the uncertainty when all agree that it
    is a toss-up is in the data and stays whoever is asked; what is counted here would go away with more data.

    Parameters
    ----------
    p : (m, n, c) float tensor of probabilities, zeros among them

    Returns
    -------
    (n,) float tensor, 0 or more up to rounding

    References
    ----------
    Houlsby, Huszár, Ghahramani and Lengyel (2011), Bayesian active learning for classification and preference
    learning, section 2
    """
    # TODO(day23): predictive_entropy, of the mean and of each member
    raise NotImplementedError("mutual_information is not written yet")
