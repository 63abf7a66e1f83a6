"""What the forgers learn from, beside digits: eight heaps on a ring, a spiral, a photograph and a pattern (given)."""

import math

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from course.data import load_photograph

RING_RADIUS = 2.0
RING_SPREAD = 0.1
HEAPS = 8


def ring_centres() -> Tensor:
    """The middles of the eight heaps, (8, 2)."""
    angles = 2 * math.pi * torch.arange(HEAPS) / HEAPS
    return RING_RADIUS * torch.stack([angles.cos(), angles.sin()], dim=1)


def make_ring(n: int, chance: torch.Generator) -> Tensor:
    """n points, (n, 2), each near one of eight centres on a circle."""
    heaps = torch.randint(HEAPS, (n,), generator=chance)
    return ring_centres()[heaps] + RING_SPREAD * torch.randn(n, 2, generator=chance)


def make_spiral(n: int, chance: torch.Generator) -> Tensor:
    """n points, (n, 2), along a spiral of one and a half turns, with a little noise."""
    turn = torch.rand(n, generator=chance)
    angle, radius = 3 * math.pi * turn, 0.3 + 1.4 * turn[:, None]
    points = radius * torch.stack([angle.cos(), angle.sin()], dim=1)
    return points + 0.03 * torch.randn(n, 2, generator=chance)


def load_content(height: int = 96) -> Tensor:
    """The photograph, smaller: a (3, h, w) float32 tensor in [0, 1]."""
    image = torch.tensor(load_photograph().transpose(2, 0, 1), dtype=torch.float32)
    width = round(height * image.shape[2] / image.shape[1])
    return interpolate(image[None], size=(height, width), mode="area")[0]


def make_style(side: int = 96) -> Tensor:
    """A pattern of coloured waves, a (3, side, side) float32 tensor in [0, 1]."""
    y, x = torch.meshgrid(*[torch.linspace(0, 1, side)] * 2, indexing="ij")
    bend = 2.2 * torch.sin(7 * x + 2 * torch.sin(5 * y))
    waves = torch.sin(2 * math.pi * (9 * y + bend))
    red = 0.55 + 0.45 * waves
    green = 0.45 + 0.35 * torch.sin(2 * math.pi * (4.5 * y + 0.5 * bend) + 1.0)
    blue = 0.5 - 0.4 * waves
    return torch.stack([red, green, blue]).clamp(0, 1)
