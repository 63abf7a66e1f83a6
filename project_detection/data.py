"""The streets to choose from (given)."""

from typing import NamedTuple

import torch

from day20_detection.data import Streets, make_streets, street_digits

DATA = ("day", "night")
"""``day``: streets as on day 20. ``night``: little light, much noise."""
KNOWN, NEW = 500, 200


class Split(NamedTuple):
    """Streets to learn from, and streets of digits that stand in none of them."""

    known: Streets
    new: Streets


def load(name: str, seed: int) -> Split:
    """The streets of that name that belong to a seed: 500 to learn from, 200 that the figures are of.

    Raises ValueError for a name that is not in ``DATA``.
    """
    if name not in DATA:
        raise ValueError(f"there are no streets {name!r}; choose one of {', '.join(DATA)}")
    chance = torch.Generator().manual_seed(1000 + seed)
    streets = [
        make_streets(n, chance, *part) for n, part in zip((KNOWN, NEW), street_digits(seed), strict=True)
    ]
    if name == "night":
        streets = [
            s._replace(x=(0.6 * s.x + 0.08 * torch.randn(s.x.shape, generator=chance)).clamp(0, 1))
            for s in streets
        ]
    return Split(*streets)
