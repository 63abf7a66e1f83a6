"""The texts to choose from (given)."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from course.data import load_text
from day21_language.data import SPEECH, make_names, make_talk

DATA = ("docstrings", "talk", "names")
"""``docstrings``: technical English, from NumPy. ``talk``: what the parrot of day 21 hears all day, such as "today koko
feeds rio . rio is fed by koko .", a line each. ``names``: names of parrots, a line each."""
ALPHABET = "\n" + "".join(map(chr, range(32, 127)))
"""The place of a character in it is the id: the end of a line, and what can be seen of ASCII."""
SIZE = len(ALPHABET)  # 96
LENGTH = 128
"""Characters of a row that are to be guessed."""
ROWS = 128  # at most
KNOWN = 200_000  # characters to learn from, at most
NEW = 0.15  # share of docstrings, of lines, of names that rows are cut from


class Split(NamedTuple):
    """A text to learn from, and rows of a text that has no docstring, line or name in common with it."""

    known: Tensor
    """(n,) int64, ids of the characters, one after the other"""
    new: Tensor
    """(rows, 129) int64: the first character of each row is given, 128 are to be guessed"""


def ids_of(text: str) -> Tensor:
    """The ids of a text, (n,) int64. Raises ValueError for a character that is not in ``ALPHABET``."""
    return torch.tensor([ALPHABET.index(character) for character in text])


def text_of(ids: Tensor) -> str:
    """The text of ids (n,)."""
    return "".join(ALPHABET[number] for number in ids.tolist())


def load(name: str, seed: int) -> Split:
    """The text of that name, cut in two as the seed says.

    Raises ValueError for a name that is not in ``DATA``.
    """
    if name not in DATA:
        raise ValueError(f"there is no text {name!r}; choose one of {', '.join(DATA)}")
    rng = np.random.default_rng(1000 + seed)
    parts = _parts(name, rng)
    between = "\n\n\n" if name == "docstrings" else "\n"
    order = rng.permutation(len(parts))
    cut = int(NEW * len(parts))
    new, known = (between.join(parts[i] for i in some) + "\n" for some in (order[:cut], order[cut:]))
    rows = ids_of(new).unfold(0, LENGTH + 1, LENGTH)
    drawn = np.sort(rng.permutation(len(rows))[:ROWS])
    return Split(ids_of(known[:KNOWN]), rows[drawn])


def _parts(name: str, rng: np.random.Generator) -> list[str]:
    """What stays together, each once: docstrings, lines, names."""
    if name == "docstrings":
        return load_text().rstrip("\n").split("\n\n\n")
    if name == "names":
        return sorted(set(make_names(6000, rng)))
    return sorted({" ".join(SPEECH.decode(row[1:-1])) for row in make_talk(3000, rng)})
