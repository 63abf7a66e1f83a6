"""Three generators, the same digits, side by side: trained with your functions and judged with them (given).

    python -m day19_generative.finale
    python -m day19_generative.finale --seeds 3

About ten seconds for each seed. All three are told which digit to make, so that the same digits can be compared.
"""

import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from course.data import DigitSplit, split_digits
from course.progress import finale
from day19_generative.diffusion import cosine_schedule
from day19_generative.judging import mmd, nearest, precision_recall
from day19_generative.networks import VAE, Denoiser, Forger, expert, mlp, with_labels
from day19_generative.training import sample_diffusion, sample_vae, train_diffusion, train_gan, train_vae

Painter = Callable[[Tensor, int], Tensor]
"""From labels (n,) and a seed to digits (n, 64) in [0, 1]."""

NOISE_STEPS = 50
LARGEST_SHARE = 0.25
BANDWIDTH = 1.0


class Verdict(NamedTuple):
    """What the judges say of 500 digits."""

    precision: float
    recall: float
    mmd: float
    read: float
    """share that a classifier reads as what was ordered"""
    distance: float
    """median distance to the nearest training digit, over that of real new digits"""


def vae_painter(digits: DigitSplit, seed: int) -> Painter:
    """A conditional VAE; what it paints is the probability of ink."""
    torch.manual_seed(seed)
    model = VAE(classes=10)
    train_vae(model, digits.x_train, digits.y_train, epochs=40, seed=seed)
    return lambda labels, seed: sample_vae(model, len(labels), labels, seed)


def gan_painter(digits: DigitSplit, seed: int) -> Painter:
    """A conditional GAN: the discriminator sees the picture beside its label."""
    torch.manual_seed(seed)
    forger, critic = Forger(), expert(64 + 10, 128)
    real = with_labels(digits.x_train, digits.y_train, 10)

    def order(labels: Tensor, chance: torch.Generator) -> Tensor:
        return with_labels(torch.randn(len(labels), forger.latent, generator=chance), labels, 10)

    def draw_real(chance: torch.Generator) -> Tensor:
        return real[torch.randint(len(real), (64,), generator=chance)]

    def draw_noise(chance: torch.Generator) -> Tensor:
        return order(torch.randint(10, (64,), generator=chance), chance)

    train_gan(forger, critic, draw_real, draw_noise, 800, 2e-3, penalty=1.0, seed=seed)

    @torch.no_grad()
    def paint(labels: Tensor, seed: int) -> Tensor:
        return forger(order(labels, torch.Generator().manual_seed(seed)))[:, :64]

    return paint


def train_denoiser(digits: DigitSplit, seed: int) -> tuple[Denoiser, Tensor]:
    """A conditional model of the noise in digits between −1 and 1, and its schedule."""
    torch.manual_seed(seed)
    alpha_bar = torch.as_tensor(cosine_schedule(NOISE_STEPS, LARGEST_SHARE), dtype=torch.float32)
    model = Denoiser(64, 192, NOISE_STEPS, depth=2, classes=10)
    train_diffusion(model, 2 * digits.x_train - 1, alpha_bar, digits.y_train, 1500, 64, seed=seed)
    return model, alpha_bar


def painter_of(model: Denoiser, alpha_bar: Tensor) -> Painter:
    """A painter who takes all steps back, one by one."""

    def paint(labels: Tensor, seed: int) -> Tensor:
        return ((sample_diffusion(model, len(labels), 64, alpha_bar, labels, seed) + 1) / 2).clamp(0, 1)

    return paint


def diffusion_painter(digits: DigitSplit, seed: int) -> Painter:
    """Diffusion, with 50 steps back."""
    return painter_of(*train_denoiser(digits, seed))


PAINTERS = {"VAE": vae_painter, "GAN": gan_painter, "diffusion": diffusion_painter}


def train_reader(digits: DigitSplit) -> Callable[[Tensor], Tensor]:
    """A classifier of digits that was trained on real ones: from pictures to labels."""
    torch.manual_seed(0)
    model = mlp([64, 128, 10])
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(15):
        for batch in torch.randperm(len(digits.x_train)).split(32):
            optimizer.zero_grad()
            cross_entropy(model(digits.x_train[batch]), digits.y_train[batch]).backward()
            optimizer.step()
    return lambda x: model(x).argmax(dim=1)


def judge(painted: Tensor, labels: Tensor, digits: DigitSplit, read: Callable[[Tensor], Tensor]) -> Verdict:
    """What all judges say of painted digits that were ordered by labels."""
    precision, recall = precision_recall(digits.x_test, painted)
    discrepancy = float(mmd(digits.x_test, painted, BANDWIDTH))
    to_painted, to_real = (
        torch.as_tensor(nearest(x, digits.x_train)[0]).median() for x in (painted, digits.x_test)
    )
    right = (read(painted) == labels).double().mean().item()
    return Verdict(float(precision), float(recall), discrepancy, right, float(to_painted / to_real))


def tell(seeds: int) -> None:
    """What the judges say of each generator, for each seed."""
    torch.set_num_threads(1)
    digits = split_digits()
    read, labels = train_reader(digits), torch.arange(500) % 10
    print(f"{'':<10} precision  recall   MMD^2  read right  distance  training")
    for name, train in PAINTERS.items():
        for seed in range(seeds):
            begin = time.perf_counter()
            paint = train(digits, seed)
            seconds = time.perf_counter() - begin
            v = judge(paint(labels, seed), labels, digits, read)
            numbers = f"{v.precision:9.2f} {v.recall:7.2f} {v.mmd:7.3f} {v.read:11.0%} {v.distance:9.2f}"
            print(f"{name:<10} {numbers} {seconds:8.1f} s")


if __name__ == "__main__":
    sys.exit(finale(tell, __doc__))
