"""The generative adversarial network: a forger and an expert who learn from each other.

The generator makes a sample out of noise. The discriminator gives a logit: positive for *real*, negative for *fake*.
Apart from networks and optimisers in a step of training, arguments come back unchanged.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """What the expert pays: binary cross-entropy with the answers 1 for real and 0 for fake.

        − mean log σ(real) − mean log(1 − σ(fake))

    The *sum* of two means, stable: finite for logits of ±1000. It is 2 ln 2 for whoever answers 0 to everything.

    Parameters
    ----------
    real_logits, fake_logits : float tensors of any shapes, possibly of different lengths

    Returns
    -------
    float tensor of shape (), that can be differentiated

    References
    ----------
    Goodfellow et al. (2014), Generative adversarial nets, equation 1 and algorithm 1
    """
    ### BEGIN SOLUTION −log σ(a) = softplus(−a), −log(1 − σ(a)) = softplus(a)
    return softplus(-real_logits).mean() + softplus(fake_logits).mean()
    ### END SOLUTION


def generator_loss(fake_logits: Tensor) -> Tensor:
    """What the forger pays, in the form that does not saturate: − mean log σ(fake).

    He wants "real" to be said of his samples. The other form, mean log(1 − σ(fake)), has the same aim and no gradient
    where he needs one, while the expert is still sure. Stable: finite for logits of ±1000.

    Parameters
    ----------
    fake_logits : float tensor of any shape

    Returns
    -------
    float tensor of shape (), that can be differentiated

    References
    ----------
    Goodfellow et al. (2014), Generative adversarial nets, section 3, last paragraph
    """
    ### BEGIN SOLUTION
    return softplus(-fake_logits).mean()
    ### END SOLUTION


def gradient_penalty(discriminator: nn.Module, real: Tensor) -> Tensor:
    """How steep the discriminator is at the real samples.

        mean over the samples of ‖∂D(x)/∂x‖²

    A discriminator that is flat where the data are has nothing to push the generator away with once it has arrived.
    The penalty is differentiated by the weights of the discriminator: keep the graph of the gradient.

    Parameters
    ----------
    discriminator : from samples (b, d) to logits, (b, 1) or (b,); logit i depends on sample i only
    real : (b, d) float tensor, which need not require a gradient; its ``requires_grad`` and ``grad`` stay as they are

    Returns
    -------
    float tensor of shape (), that can be differentiated by the parameters of the discriminator;
        their ``grad`` stays as it was

    References
    ----------
    Mescheder, Geiger and Nowozin (2018), Which training methods for GANs do actually converge?, section 4.1: R₁
    """
    ### BEGIN SOLUTION torch.autograd.grad of the sum of the logits, with create_graph=True
    place = real.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(discriminator(place).sum(), place, create_graph=True)
    return gradient.square().sum(dim=1).mean()
    ### END SOLUTION


def discriminator_step(
    generator: nn.Module,
    discriminator: nn.Module,
    optimizer: torch.optim.Optimizer,
    real: Tensor,
    noise: Tensor,
    penalty: float = 0.0,
) -> float:
    """One step of the expert, while the forger stands still.

    The loss is

        discriminator_loss(D(real), D(G(noise))) + penalty/2 · gradient_penalty(D, real) ,

    the second part only where penalty > 0. No gradient reaches the generator: its parameters *and their* ``grad`` stay
    as they were. Gradients of earlier steps, and those that a step of the generator has left behind in the
    discriminator, do not count.

    Parameters
    ----------
    generator : from noise to samples
    discriminator : from samples to logits
    optimizer : of the parameters of the discriminator
    real : (b, d) float tensor
    noise : what the generator is given
    penalty : weight of the gradient penalty, 0 or more

    Returns
    -------
    float, the loss before the step

    References
    ----------
    Goodfellow et al. (2014), Generative adversarial nets, algorithm 1
    """
    ### BEGIN SOLUTION `with torch.no_grad():` for the forgeries, then the loss, zero_grad, backward, step
    with torch.no_grad():
        fake = generator(noise)
    loss = discriminator_loss(discriminator(real), discriminator(fake))
    if penalty > 0:
        loss = loss + penalty / 2 * gradient_penalty(discriminator, real)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


def generator_step(
    generator: nn.Module, discriminator: nn.Module, optimizer: torch.optim.Optimizer, noise: Tensor
) -> float:
    """One step of the forger, who asks the expert what to change.

    The loss is generator_loss(D(G(noise))). Its gradient goes *through* the discriminator, whose parameters stay as
    they are and go on requiring a gradient; what is left in their ``grad`` does not matter. Gradients of earlier steps
    do not count. The check that trains on a ring of eight heaps gives up after 90 seconds.

    Parameters
    ----------
    generator : from noise to samples
    discriminator : from samples to logits
    optimizer : of the parameters of the generator
    noise : what the generator is given

    Returns
    -------
    float, the loss before the step

    References
    ----------
    Goodfellow et al. (2014), Generative adversarial nets, algorithm 1
    """
    ### BEGIN SOLUTION nothing is detached here
    loss = generator_loss(discriminator(generator(noise)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


def mode_count(samples: Tensor, centres: Tensor, radius: float, minimum: int = 1) -> tuple[float, int]:
    """Which of the known heaps does a generator reach?

    A sample is good when its nearest centre is no further away than the radius, and belongs to that centre. A mode is
    found when at least ``minimum`` good samples belong to it.

    Parameters
    ----------
    samples : (n, d) float tensor
    centres : (k, d) float tensor
    radius : how near is near
    minimum : 1 or more

    Returns
    -------
    quality : float, share of the samples that are good
    modes : int, number of modes that are found

    References
    ----------
    Metz, Poole, Pfau and Sohl-Dickstein (2017), Unrolled generative adversarial networks, section 3.1, has the ring
    """
    ### BEGIN SOLUTION distances and numbers of the nearest centres; torch.bincount of the good ones' numbers
    distances, numbers = torch.cdist(samples, centres).min(dim=1)
    good = distances <= radius
    found = torch.bincount(numbers[good]) >= minimum
    return good.double().mean().item(), int(found.sum())
    ### END SOLUTION
