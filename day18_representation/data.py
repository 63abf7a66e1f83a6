"""What is learned from, beside digits: scenes in which a digit hides, and a small language about animals (given)."""

import numpy as np
import torch
from torch import Tensor

SIDE = 16
"""Rows and columns of a scene."""

FAMILIES = {
    "cow": ("calf", "moos", "meadow"),
    "dog": ("puppy", "barks", "kennel"),
    "cat": ("kitten", "purrs", "sofa"),
    "horse": ("foal", "neighs", "stable"),
    "sheep": ("lamb", "bleats", "hill"),
    "duck": ("duckling", "quacks", "pond"),
    "pig": ("piglet", "grunts", "sty"),
    "bear": ("cub", "growls", "forest"),
}
"""An animal, its young, what both do, and where."""

GROWN, YOUNG, PLACES = ("big", "old", "strong"), ("little", "young", "clumsy"), ("near", "in", "behind")


def make_scenes(digits: Tensor, chance: torch.Generator, fragments: int = 2) -> Tensor:
    """Each digit somewhere on a larger sheet, with pieces of other digits around it: (n, 64) to (n, 16, 16).

    Asked twice, it gives two views of the same digits: elsewhere, and among other pieces.
    """
    n, rows = len(digits), torch.arange(len(digits))[:, None, None]
    scenes = torch.zeros(n, SIDE, SIDE)

    def paste(patches: Tensor) -> None:
        size = patches.shape[1]
        corner = torch.randint(SIDE - size + 1, (2, n, 1), generator=chance) + torch.arange(size)
        place = rows, corner[0][:, :, None], corner[1][:, None, :]
        scenes[place] = torch.maximum(scenes[place], patches)

    squares = digits.reshape(-1, 8, 8)
    for _ in range(fragments):
        whose = torch.randint(n, (n, 1, 1), generator=chance)
        corner = torch.randint(5, (2, n, 1), generator=chance) + torch.arange(4)
        paste(squares[whose, corner[0][:, :, None], corner[1][:, None, :]])
    paste(squares)
    return scenes


def make_stories(count: int, seed: int = 0) -> list[list[str]]:
    """Sentences such as "the little puppy barks near the kennel": a language of which all analogies are known.

    Whether an animal is young shows in its adjective only, its family in what it does and where.
    """
    rng = np.random.default_rng(seed)
    stories = []
    for _ in range(count):
        animal = list(FAMILIES)[rng.integers(len(FAMILIES))]
        child, does, home = FAMILIES[animal]
        is_young = rng.integers(2) == 1
        adjective = (YOUNG if is_young else GROWN)[rng.integers(3)]
        who = ["the", adjective, child if is_young else animal, does]
        place = PLACES[rng.integers(3)]
        stories.append([*who, place, "the", home] if rng.integers(2) else ["in", "the", home, *who])
    return stories


def vocabulary(stories: list[list[str]]) -> list[str]:
    """All words, in alphabetical order; the number of a word is its place."""
    return sorted({word for story in stories for word in story})


def choose_few(labels: Tensor, k: int, seed: int) -> Tensor:
    """k rows of each label, drawn at random: (k · classes,) int64."""
    chance = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(labels), generator=chance)
    return torch.cat([order[labels[order] == label][:k] for label in labels.unique()])
