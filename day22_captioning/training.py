"""The loops around your functions (given): a captioner from a seed with its held-out figures, and two towers.

Every loop draws from a generator of its own, made from ``seed``. In a terminal a bar shows what is left, and Ctrl-C
ends the training, not the program.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from course.progress import watched
from day22_captioning.attention import AttentionNet
from day22_captioning.captioner import CaptionNet, caption_step, masked_cross_entropy
from day22_captioning.decoding import generate
from day22_captioning.judging import bleu
from day22_captioning.matching import matching_loss
from day22_captioning.networks import OneLookNet, Towers
from day22_captioning.scenes import Scenes, make_scenes
from day22_captioning.words import build_vocabulary, captions_to_matrix, matrix_to_captions

NETWORKS: dict[str, type[nn.Module]] = {
    "every step": CaptionNet,
    "attention": AttentionNet,
    "one look": OneLookNet,
}
SETTINGS = {"attention": {"epochs": 25, "learning_rate": 7e-3, "batch_size": 32}}
"""What is trained longer than the others, because it has to find out where to look."""
LENGTH = 10
"""Numbers in a row: START, eight words, END."""


def numbered(captions: Sequence[str], vocabulary: Sequence[str], length: int | None = LENGTH) -> Tensor:
    """What ``captions_to_matrix`` answers, as a tensor, whether that is a tensor, an array, lists or a list of rows."""
    return torch.as_tensor(np.asarray(captions_to_matrix(captions, vocabulary, length)))


class Figures(NamedTuple):
    """What a captioner is worth on scenes that it has not seen."""

    cross_entropy: float
    """in nats per word"""
    exact: float
    """share of the captions that are one of the right sentences, word for word"""
    bleu1: float
    bleu2: float


class Captioner(NamedTuple):
    """A trained model, its vocabulary, the loss of each epoch, and its figures on new scenes."""

    model: nn.Module
    vocabulary: list[str]
    losses: list[float]
    figures: Figures

    def say(self, images: Tensor) -> list[str]:
        """The most probable word each time."""
        return matrix_to_captions(torch.as_tensor(generate(self.model, images, LENGTH)), self.vocabulary)


def train_captioner(
    kind: str | Callable[[int], nn.Module] = "every step",
    seed: int = 0,
    scenes: int = 2000,
    epochs: int | None = None,
    learning_rate: float | None = None,
    batch_size: int | None = None,
    new: int = 500,
) -> Captioner:
    """A captioner from a seed: scenes are drawn, a network learns, and is judged on ``new`` other scenes.

    Adam with a learning rate that rises and falls (one cycle). The scenes depend on the seed as the network does.

    Parameters
    ----------
    kind : "every step", "attention", "one look", or a function from the size of the vocabulary to a network
    epochs, learning_rate, batch_size : None for those of the kind: 14, 0.015 and 64, but for attention
    """
    known, others = make_scenes(scenes, 2 * seed), make_scenes(new, 2 * seed + 1)
    vocabulary = build_vocabulary(known.captions)
    matrix = numbered(known.captions, vocabulary)
    torch.manual_seed(seed)
    model = (NETWORKS[kind] if isinstance(kind, str) else kind)(len(vocabulary))
    usual = {"epochs": 14, "learning_rate": 1.5e-2, "batch_size": 64} | SETTINGS.get(str(kind), {})
    losses = fit(
        model,
        known.images,
        matrix,
        epochs or int(usual["epochs"]),
        learning_rate or usual["learning_rate"],
        batch_size or int(usual["batch_size"]),
        seed,
    )
    return Captioner(model, vocabulary, losses, judge(model, vocabulary, others))


def fit(
    model: nn.Module,
    images: Tensor,
    matrix: Tensor,
    epochs: int,
    learning_rate: float = 1.5e-2,
    batch_size: int = 64,
    seed: int = 0,
) -> list[float]:
    """Train a captioner with your `caption_step`; the mean loss of each epoch comes back."""
    chance = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    steps = epochs * -(-len(images) // batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, learning_rate, total_steps=steps)
    losses = []
    with watched(epochs) as progress:
        for _ in progress:
            costs = []
            for batch in torch.randperm(len(images), generator=chance).split(batch_size):
                costs.append(float(caption_step(model, optimizer, images[batch], matrix[batch])))
                schedule.step()
            losses.append(sum(costs) / len(costs))
    return losses


def judge(model: nn.Module, vocabulary: list[str], scenes: Scenes) -> Figures:
    """Cross-entropy, exact sentences and BLEU of a captioner on some scenes."""
    matrix = numbered(scenes.captions, vocabulary)
    with torch.no_grad():
        cost = float(masked_cross_entropy(model(scenes.images, matrix[:, :-1]), matrix[:, 1:]))
    said = matrix_to_captions(torch.as_tensor(generate(model, scenes.images, LENGTH)), vocabulary)
    exact = sum(caption in ways for caption, ways in zip(said, scenes.ways, strict=True)) / len(said)
    return Figures(cost, exact, bleu(said, scenes.ways, 1), bleu(said, scenes.ways, 2))


def train_towers(
    scenes: Scenes,
    vocabulary: list[str],
    epochs: int = 12,
    temperature: float = 0.1,
    learning_rate: float = 5e-3,
    batch_size: int = 64,
    seed: int = 0,
) -> tuple[Towers, list[float]]:
    """Two towers, trained with your `matching_loss`; the mean loss of each epoch comes back too."""
    chance = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    towers = Towers(len(vocabulary))
    matrix = numbered(scenes.captions, vocabulary)
    optimizer = torch.optim.Adam(towers.parameters(), lr=learning_rate)
    steps = epochs * -(-len(matrix) // batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, learning_rate, total_steps=steps)
    losses = []
    with watched(epochs) as progress:
        for _ in progress:
            costs = []
            for batch in torch.randperm(len(matrix), generator=chance).split(batch_size):
                pictures = towers.encode_pictures(scenes.images[batch])
                sentences = towers.encode_sentences(matrix[batch])
                loss = matching_loss(pictures, sentences, temperature)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                costs.append(loss.item())
            losses.append(sum(costs) / len(costs))
    return towers, losses
