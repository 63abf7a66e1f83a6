"""What the detectors of this day see: bars, digits in a crowd, made-up identities, and streets of digits (given)."""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from course.data import load_digits, split_digits

CELL = 12
ROWS, COLUMNS = 2, 4


def make_bars(n: int, chance: torch.Generator, side: int = 20) -> tuple[Tensor, Tensor]:
    """Pictures with three bars somewhere, (n, side, side), and whether they stand (1) or lie (0), (n,), float32."""
    x = 0.3 * torch.randn(n, side, side, generator=chance)
    y = torch.randint(2, (n,), generator=chance)
    for picture, standing in zip(x, y.tolist(), strict=True):
        for _ in range(3):
            row, column = torch.randint(side - 6, (2,), generator=chance).tolist()
            if standing:
                picture[row : row + 6, column] += 1
            else:
                picture[row, column : column + 6] += 1
    return x, y.float()


def make_identities(
    n: int, chance: torch.Generator, people: int = 8, side: int = 24
) -> tuple[Tensor, Tensor]:
    """Drawn faces of people who do not exist, (n, 1, side, side), and who it is, (n,): nobody's picture was taken.

    Somebody is six numbers: width and height of the head, distance, size and height of the eyes, width of the mouth. On
    every picture the face lies elsewhere, is turned a little, and stands in another light.
    """
    known = torch.Generator().manual_seed(11)
    somebody = torch.rand(people, 6, generator=known)
    y = torch.randint(people, (n,), generator=chance)
    grid = torch.linspace(-1, 1, side)
    v, u = torch.meshgrid(grid, grid, indexing="ij")
    x = torch.empty(n, 1, side, side)
    for i, who in enumerate(y.tolist()):
        a = somebody[who]
        angle, dx, dy = (torch.rand(3, generator=chance) - 0.5) * torch.tensor([0.8, 0.7, 0.7])
        c, s = math.cos(angle), math.sin(angle)
        p, q = c * (u - dx) + s * (v - dy), -s * (u - dx) + c * (v - dy)
        head = _ellipse(p, q, 0.45 + 0.25 * a[0], 0.55 + 0.25 * a[1])
        gap, size, height = 0.15 + 0.2 * a[2], 0.05 + 0.09 * a[3], -0.3 + 0.25 * a[4]
        eyes = _ellipse(p - gap, q - height, size, size) + _ellipse(p + gap, q - height, size, size)
        mouth = _ellipse(p, q - 0.3, 0.1 + 0.25 * a[5], 0.06)
        light = 0.5 + 0.3 * torch.rand(1, generator=chance) * p
        x[i, 0] = head * (0.7 + light) - eyes - mouth + 0.15 * torch.randn(side, side, generator=chance)
    return x, y


def _ellipse(p: Tensor, q: Tensor, width: Tensor | float, height: Tensor | float) -> Tensor:
    """1 inside, 0 outside, soft at the edge."""
    return torch.sigmoid(12 * (1 - (p / width) ** 2 - (q / height) ** 2))


class Crowd(NamedTuple):
    """Digits among pieces of other digits: many of 0 to 4, few of 5 to 9, and new ones of 5 to 9 to judge with."""

    x_many: Tensor
    y_many: Tensor
    x_few: Tensor
    y_few: Tensor
    x_test: Tensor
    y_test: Tensor


def crowded_digits(shots: int = 10, seed: int = 0, side: int = 20) -> Crowd:
    """Pictures (n, 1, side, side), float32; labels 0 to 4 stand for the digits 0 to 4, or 5 to 9."""
    images, labels = load_digits()
    order = np.random.default_rng(seed).permutation(len(images))
    x, y = torch.tensor(images[order], dtype=torch.float32), torch.tensor(labels[order])
    chance = torch.Generator().manual_seed(seed)
    low, high = x[y < 5], x[y >= 5]
    few = torch.cat([(y[y >= 5] == k).nonzero()[:shots, 0] for k in range(5, 10)])
    rest = torch.ones(len(high), dtype=torch.bool)
    rest[few] = False
    wanted = y[y >= 5] - 5
    return Crowd(
        _crowd(low.repeat(3, 1, 1), x, chance, side),
        y[y < 5].repeat(3),
        _crowd(high[few], x, chance, side),
        wanted[few],
        _crowd(high[rest], x, chance, side),
        wanted[rest],
    )


def _crowd(digits: Tensor, pieces: Tensor, chance: torch.Generator, side: int) -> Tensor:
    """Each digit somewhere on a larger sheet, on which five quarters of other digits lie already."""
    canvas = torch.zeros(len(digits), 1, side, side)
    for sheet, digit in zip(canvas, digits, strict=True):
        for _ in range(5):
            which = pieces[int(torch.randint(len(pieces), (1,), generator=chance))]
            i, j = torch.randint(5, (2,), generator=chance).tolist()
            row, column = torch.randint(side - 4, (2,), generator=chance).tolist()
            place = sheet[0, row : row + 4, column : column + 4]
            place.copy_(torch.maximum(place, which[i : i + 4, j : j + 4]))
        row, column = torch.randint(side - 7, (2,), generator=chance).tolist()
        place = sheet[0, row : row + 8, column : column + 8]
        place.copy_(torch.maximum(place, digit))
    return canvas


class Streets(NamedTuple):
    """Pictures (n, 1, 24, 48), and for each of them its boxes (k, 4) as (x, y, width, height) and labels (k,)."""

    x: Tensor
    boxes: list[Tensor]
    labels: list[Tensor]


def make_streets(n: int, chance: torch.Generator, images: Tensor, labels: Tensor) -> Streets:
    """Streets of eight houses, none to four of which have a number: a digit of 8 to 12 pixels, inside of its cell."""
    x = 0.1 * torch.rand(n, 1, CELL * ROWS, CELL * COLUMNS, generator=chance)
    boxes, names = [], []
    for picture in x:
        cells = torch.randperm(ROWS * COLUMNS, generator=chance)[
            : int(torch.randint(5, (1,), generator=chance))
        ]
        placed, named = [], []
        for cell in cells.tolist():
            which = int(torch.randint(len(images), (1,), generator=chance))
            size = int(torch.randint(8, CELL + 1, (1,), generator=chance))
            free = CELL - size + 1
            top = cell // COLUMNS * CELL + int(torch.randint(free, (1,), generator=chance))
            left = cell % COLUMNS * CELL + int(torch.randint(free, (1,), generator=chance))
            digit = torch.nn.functional.interpolate(images[which][None, None], (size, size), mode="bilinear")[
                0, 0
            ]
            place = picture[0, top : top + size, left : left + size]
            place.copy_(torch.maximum(place, digit))
            placed.append([left + size / 2, top + size / 2, size, size])
            named.append(int(labels[which]))
        boxes.append(torch.tensor(placed).reshape(-1, 4))
        names.append(torch.tensor(named, dtype=torch.int64))
    return Streets(x, boxes, names)


def street_digits(seed: int = 0) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Digits to paint streets with: 1,297 for those to learn from, 500 for new ones; each (n, 8, 8) and labels (n,)."""
    parts = split_digits(seed)
    return (parts.x_train.reshape(-1, 8, 8), parts.y_train), (parts.x_test.reshape(-1, 8, 8), parts.y_test)
