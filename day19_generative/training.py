"""The loops around your functions (given): three trainings, and the way from noise to a picture.

Every loop draws from a generator of its own, made from ``seed``. In a terminal a bar shows what is left, and Ctrl-C
ends the training, not the program.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from course.progress import watched
from day19_generative.diffusion import ancestral_step, denoising_loss
from day19_generative.gan import discriminator_step, generator_step
from day19_generative.networks import VAE, Denoiser
from day19_generative.vae import negative_elbo, reparameterise, warm_up


class Epoch(NamedTuple):
    """Means over an epoch, in nats per picture."""

    reconstruction: float
    kl: float


def train_vae(
    model: VAE,
    x: Tensor,
    labels: Tensor | None = None,
    epochs: int = 30,
    beta: float = 1.0,
    warming: float = 0.0,
    learning_rate: float = 3e-3,
    seed: int = 0,
) -> list[Epoch]:
    """Train with Adam in batches of 64; ``warming`` is the share of all steps over which beta rises."""
    chance = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    warm_steps = round(warming * epochs * -(-len(x) // 64))
    step, history = 0, []
    with watched(epochs) as progress:
        for _ in progress:
            sums = torch.zeros(2)
            for batch in torch.randperm(len(x), generator=chance).split(64):
                told = None if labels is None else labels[batch]
                mu, log_variance = model.encode(x[batch], told)
                noise = torch.randn(mu.shape, generator=chance)
                logits = model.decode(reparameterise(mu, log_variance, noise), told)
                price = warm_up(step, warm_steps, beta)
                loss, *parts = negative_elbo(logits, x[batch], mu, log_variance, price)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                sums += len(batch) * torch.stack([torch.as_tensor(part).detach() for part in parts])
                step += 1
            history.append(Epoch(*(sums / len(x)).tolist()))
    return history


@torch.no_grad()
def sample_vae(model: VAE, n: int, labels: Tensor | None = None, seed: int = 0) -> Tensor:
    """n pictures (n, inputs) out of z from N(0, 1): the probabilities of ink, nothing is drawn in the pixels."""
    z = torch.randn(n, model.latent, generator=torch.Generator().manual_seed(seed))
    return torch.sigmoid(model.decode(z, labels))


def train_gan(
    generator: nn.Module,
    discriminator: nn.Module,
    draw_real: Callable[[torch.Generator], Tensor],
    draw_noise: Callable[[torch.Generator], Tensor],
    steps: int,
    learning_rate: float = 3e-3,
    momentum: float = 0.5,
    penalty: float = 0.0,
    seed: int = 0,
    after: Callable[[int], None] = lambda step: None,
) -> None:
    """By turns a step of the discriminator and one of the generator, each with an Adam of its own.

    Parameters
    ----------
    draw_real, draw_noise : give a batch of real samples, and what the generator makes a batch of
    momentum : the first of Adam's two, β₁
    after : is called after each step with its number, from 1
    """
    chance = torch.Generator().manual_seed(seed)
    betas = (momentum, 0.99)
    of_generator = torch.optim.Adam(generator.parameters(), lr=learning_rate, betas=betas)
    of_discriminator = torch.optim.Adam(discriminator.parameters(), lr=learning_rate, betas=betas)
    with watched(steps, "step") as progress:
        for number in progress:
            real, noise = draw_real(chance), draw_noise(chance)
            discriminator_step(generator, discriminator, of_discriminator, real, noise, penalty)
            generator_step(generator, discriminator, of_generator, draw_noise(chance))
            after(number + 1)


def train_diffusion(
    model: Denoiser,
    x: Tensor,
    alpha_bar: Tensor,
    labels: Tensor | None = None,
    steps: int = 1000,
    batch_size: int = 128,
    learning_rate: float = 3e-3,
    forgetting: float = 0.1,
    seed: int = 0,
) -> list[float]:
    """Train with Adam, the learning rate falling to 0 along a cosine; the loss of each step comes back.

    Where there are labels, a share ``forgetting`` of them is replaced by "no label", so that one model learns both.
    """
    chance = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    losses = []
    with watched(steps, "step") as progress:
        for _ in progress:
            batch = torch.randint(len(x), (batch_size,), generator=chance)
            t = torch.randint(1, len(alpha_bar), (batch_size,), generator=chance)
            noise = torch.randn(batch_size, *x.shape[1:], generator=chance)
            told = None
            if labels is not None:
                forgotten = torch.rand(batch_size, generator=chance) < forgetting
                told = torch.where(forgotten, model.classes, labels[batch])
            loss = denoising_loss(model, x[batch], t, noise, alpha_bar, told)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
    return losses


@torch.no_grad()
def walk_back(
    predict: Callable[[Tensor, int], Tensor], start: Tensor, alpha_bar: Tensor, seed: int = 0
) -> list[Tensor]:
    """All stations of the way from noise to samples, through your `ancestral_step`.

    Parameters
    ----------
    predict : from x and the time to the noise in it
    start : float tensor from N(0, 1), at time T

    Returns
    -------
    list of T + 1 tensors of the shape of ``start``, from time T down to 0
    """
    chance = torch.Generator().manual_seed(seed)
    stations = [start]
    for t in range(len(alpha_bar) - 1, 0, -1):
        noise = torch.randn(start.shape, generator=chance)
        x = stations[-1]
        stations.append(torch.as_tensor(ancestral_step(x, t, predict(x, t), noise, alpha_bar)))
    return stations


def sample_diffusion(
    model: Denoiser, n: int, inputs: int, alpha_bar: Tensor, labels: Tensor | None = None, seed: int = 0
) -> Tensor:
    """n samples, (n, inputs), of a trained model."""

    def predict(x: Tensor, t: int) -> Tensor:
        times = torch.full((len(x),), t)
        return torch.as_tensor(model(x, times) if labels is None else model(x, times, labels))

    start = torch.randn(n, inputs, generator=torch.Generator().manual_seed(seed + 1))
    return walk_back(predict, start, alpha_bar, seed)[-1]
