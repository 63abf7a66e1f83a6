"""The scenes to choose from (given)."""

from typing import NamedTuple

import torch
from torch import Tensor

from day22_captioning.scenes import Scenes, make_scenes

DATA = ("bright", "dusk", "habits")
"""``bright``: scenes as on day 22. ``dusk``: little light, much noise. ``habits``: of the things to learn from, most
circles are red, most squares are blue and most triangles are green; of the new ones each has every colour as often."""
KNOWN, NEW = 1500, 300
HABITS = {("circle", "red"), ("square", "blue"), ("triangle", "green")}
STRANGE = 0.1  # chance of a scene to stay, for each of its things that is not of the colour of its habit


class Split(NamedTuple):
    """Scenes to learn from, and other scenes: pictures, one caption of each, and all that are right."""

    known: Scenes
    new: Scenes


def load(name: str, seed: int) -> Split:
    """The scenes of that name that belong to a seed: 1,500 to learn from, 300 that the figures are of.

    Raises ValueError for a name that is not in ``DATA``.
    """
    if name not in DATA:
        raise ValueError(f"there are no scenes {name!r}; choose one of {', '.join(DATA)}")
    chance = torch.Generator().manual_seed(1000 + seed)
    one, other = torch.randint(2**40, (2,), generator=chance).tolist()
    known = _with_habits(one, chance) if name == "habits" else make_scenes(KNOWN, one)
    new = make_scenes(NEW, other)
    if name == "dusk":
        known, new = (_darkened(scenes, chance) for scenes in (known, new))
    return Split(known, new)


def _darkened(scenes: Scenes, chance: torch.Generator) -> Scenes:
    images = 0.4 * scenes.images + 0.06 * torch.randn(scenes.images.shape, generator=chance)
    return scenes._replace(images=images.clamp(0, 1))


def _with_habits(seed: int, chance: torch.Generator) -> Scenes:
    scenes = make_scenes(17_500, seed)
    strange = torch.tensor([sum((s, c) not in HABITS for c, s in _things(own[0])) for own in scenes.ways])
    stay = torch.rand(len(strange), generator=chance) < STRANGE**strange
    rows = stay.nonzero()[:KNOWN, 0].tolist()
    captions, ways = ([said[i] for i in rows] for said in (scenes.captions, scenes.ways))
    return Scenes(scenes.images[rows], captions, ways, scenes.numbers[rows])


def _things(caption: str) -> list[tuple[str, str]]:
    """Colour and shape of the two things: "a red circle left of a blue square" tells (red, circle), (blue, square)."""
    words = caption.split()
    return [(words[1], words[2]), (words[-2], words[-1])]
