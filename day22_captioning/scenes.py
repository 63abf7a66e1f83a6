"""Scenes of two things in the dark, and all ways of saying what is there (given)."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

SIDE = 16
"""Height and width of a picture, in pixels."""
SHAPES = ("circle", "square", "triangle")
COLOURS = {
    "red": (0.85, 0.2, 0.2),
    "green": (0.2, 0.65, 0.3),
    "blue": (0.2, 0.35, 0.85),
    "yellow": (0.95, 0.8, 0.2),
}
OPPOSITE = {"left of": "right of", "above": "below"}
RADIUS = 2.6


class Scene(NamedTuple):
    """Two different things, the first of them left of the second, or above it."""

    first: tuple[str, str]
    """colour and shape"""
    relation: str
    second: tuple[str, str]


class Scenes(NamedTuple):
    """Pictures and what is said about them; entry i of everything belongs to picture i."""

    images: Tensor
    """(n, 3, 16, 16) float32 in [0, 1], the background is 0"""
    captions: list[str]
    """one sentence for each picture, drawn from the ways of saying it"""
    ways: list[list[str]]
    """all sentences that are right"""
    numbers: Tensor
    """(n,) int64: equal for pictures of which the same can be said"""


def ways_of_saying(scene: Scene) -> list[str]:
    """The sentences that are right: whichever thing comes first."""
    one, other = (f"a {colour} {shape}" for colour, shape in (scene.first, scene.second))
    return [f"{one} {scene.relation} {other}", f"{other} {OPPOSITE[scene.relation]} {one}"]


def number_of(scene: Scene) -> int:
    """A number for each scene, from 0: two scenes of which the same is said have the same."""
    number = list(OPPOSITE).index(scene.relation)
    for colour, shape in (scene.first, scene.second):
        number = (number * len(COLOURS) + list(COLOURS).index(colour)) * len(SHAPES) + SHAPES.index(shape)
    return number


def make_scenes(n: int, seed: int = 0) -> Scenes:
    """n scenes with everything drawn at random: things, places, and which of the sentences is said."""
    chance = torch.Generator().manual_seed(seed)
    scenes = [_draw_scene(chance) for _ in range(n)]
    images = torch.stack([_paint(scene, chance) for scene in scenes])
    ways = [ways_of_saying(scene) for scene in scenes]
    captions = [_one_of(sentences, chance) for sentences in ways]
    return Scenes(images, captions, ways, torch.tensor([number_of(scene) for scene in scenes]))


def _draw_scene(chance: torch.Generator) -> Scene:
    while True:
        first, second = ((_one_of(list(COLOURS), chance), _one_of(SHAPES, chance)) for _ in range(2))
        if first != second:
            return Scene(first, _one_of(list(OPPOSITE), chance), second)


def _paint(scene: Scene, chance: torch.Generator) -> Tensor:
    low, middle, high, other_middle = torch.rand(4, generator=chance).tolist()
    near, far = (3 + 2 * low, 6 + 4 * middle), (SIDE - 5 + 2 * high, 6 + 4 * other_middle)
    if scene.relation == "above":
        near, far = near[::-1], far[::-1]
    image = torch.zeros(3, SIDE, SIDE)
    for (colour, shape), (x, y) in ((scene.first, near), (scene.second, far)):
        ink = _ink(shape, x, y)
        image = image * (1 - ink) + torch.tensor(COLOURS[colour])[:, None, None] * ink
    return image


def _ink(shape: str, x: float, y: float) -> Tensor:
    """How much of each pixel the shape covers, with soft edges, (16, 16)."""
    down, right = torch.meshgrid(*[torch.arange(SIDE) + 0.5] * 2, indexing="ij")
    dx, dy = (right - x).abs(), down - y
    inside = {
        "circle": RADIUS - (dx**2 + dy**2).sqrt(),
        "square": 0.95 * RADIUS - torch.maximum(dx, dy.abs()),
        "triangle": torch.minimum(0.8 * RADIUS - dy, 0.45 * (dy + RADIUS) - 0.9 * dx),
    }[shape]
    return (inside + 0.5).clamp(0, 1)


def _one_of(things: Sequence[str], chance: torch.Generator) -> str:
    return things[int(torch.randint(len(things), (1,), generator=chance))]
