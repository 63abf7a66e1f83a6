"""Small networks and random inputs that several tests of a day draw. Imported by tests only: it needs PyTorch."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import torch
from torch import nn

Model = TypeVar("Model", bound=nn.Module)


def draw(rng: np.random.Generator, *shape: int) -> torch.Tensor:
    """A tensor of normal numbers in double precision."""
    return torch.tensor(rng.normal(size=shape))


def draw_classes(rng: np.random.Generator, n: int, classes: int) -> torch.Tensor:
    """n classes, none of them missing when there is room, in random order."""
    return torch.tensor(rng.permutation(np.arange(n) % classes))


def fill(model: Model, rng: np.random.Generator) -> Model:
    """The model in double precision, with random parameters of a sensible size."""
    with torch.no_grad():
        for p in model.double().parameters():
            p.copy_(draw(rng, *p.shape) / np.sqrt(p[0].numel()))
    return model


def smooth_net(rng: np.random.Generator, shape: tuple[int, ...], classes: int) -> nn.Sequential:
    """A network of tanh, with dropout that must be off, in training mode."""
    layers = [
        nn.Flatten(),
        nn.Linear(int(np.prod(shape)), 9),
        nn.Tanh(),
        nn.Dropout(0.5),
        nn.Linear(9, classes),
    ]
    return fill(nn.Sequential(*layers), rng).train()
