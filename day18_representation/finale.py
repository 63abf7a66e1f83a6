"""The map of the digits that nobody labelled: 500 scenes, four ways to look at them, your maps and judges (given).

    python -m day18_representation.finale
    python -m day18_representation.finale --seeds 3

About ten seconds for each seed. No label is used before the judges come.
"""

import sys
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from course.data import DigitSplit, split_digits
from course.progress import finale
from day18_representation.codes import few_label_accuracy, paired_gain, precision_at_k
from day18_representation.data import SIDE, choose_few, make_scenes
from day18_representation.networks import Autoencoder, Eye
from day18_representation.training import train_autoencoder, train_eye
from day18_representation.tsne import descend, joint_probabilities, row_probabilities

Coder = Callable[[Tensor], Tensor]
"""From scenes (n, 16, 16) to codes (n, k)."""

DRAWS = 10
"""How many times five labels of each digit are drawn."""


class Verdict(NamedTuple):
    """What is said of the codes of 500 scenes."""

    precision: float
    """share of the five nearest others that hide the same digit"""
    few: float
    """accuracy with five labels of each digit"""
    gain: float
    """of that over pixels, under the same labels"""
    error: float
    """standard error of the gain"""
    purity: float
    """share of the six nearest others on the map that hide the same digit"""


def pixels(digits: DigitSplit, seed: int) -> Coder:
    """What everybody has without learning anything."""
    return lambda scenes: scenes.flatten(1)


def autoencoder(digits: DigitSplit, seed: int) -> Coder:
    """Sixteen numbers from which the scene can be painted again."""
    scenes = make_scenes(digits.x_train, torch.Generator().manual_seed(seed)).flatten(1)
    torch.manual_seed(seed)
    model = Autoencoder(SIDE * SIDE, code=16)
    train_autoencoder(model, scenes, epochs=10, seed=seed)
    return lambda scenes: model.encode(scenes.flatten(1)).detach()


def untrained(digits: DigitSplit, seed: int) -> Coder:
    """An eye that has learned nothing: what the shape of the network does alone."""
    torch.manual_seed(seed)
    model = Eye()
    return lambda scenes: model.encode(scenes).detach()


def contrastive(digits: DigitSplit, seed: int) -> Coder:
    """An eye that has learned to find the other view."""
    model, _ = train_eye(digits.x_train, seed=seed)
    return lambda scenes: model.encode(scenes).detach()


CODERS = {
    "pixels": pixels,
    "autoencoder": autoencoder,
    "untrained eye": untrained,
    "contrastive eye": contrastive,
}


def draw_map(codes: Tensor, seed: int = 0, perplexity: float = 20.0) -> Tensor:
    """t-SNE with your functions, from a random beginning: (n, d) to (n, 2)."""
    codes = codes.double()
    codes = codes / codes.std()
    start = 0.01 * torch.randn(len(codes), 2, generator=torch.Generator().manual_seed(seed)).double()
    rows = torch.as_tensor(row_probabilities(torch.cdist(codes, codes).square(), perplexity))
    p = torch.as_tensor(joint_probabilities(rows.double()))
    return torch.as_tensor(descend(p.double(), start, 300, len(codes) / 2))


def few_labels(codes: Tensor, labels: Tensor, seed: int) -> Tensor:
    """Accuracies with five labels of each digit, for ten draws that depend on the seed alone."""
    draws = [choose_few(labels, 5, DRAWS * seed + number) for number in range(DRAWS)]
    return torch.tensor([float(few_label_accuracy(codes, labels, chosen)) for chosen in draws])


def judge(codes: Tensor, old: Tensor, labels: Tensor, seed: int) -> Verdict:
    """All judges of codes and their map; ``old`` are the codes that they are compared with."""
    accuracies, before = few_labels(codes, labels, seed), few_labels(old, labels, seed)
    gain, error = paired_gain(accuracies, before)
    return Verdict(
        float(precision_at_k(codes, labels, 5)),
        accuracies.mean().item(),
        float(gain),
        float(error),
        float(precision_at_k(draw_map(codes, seed), labels, 6)),
    )


def tell(seeds: int) -> None:
    """What the judges say of each way to look, for each seed."""
    torch.set_num_threads(1)
    print(f"{'':<16} neighbours  on the map  5 labels  gain")
    for seed in range(seeds):
        digits = split_digits(seed)
        scenes = make_scenes(digits.x_test, torch.Generator().manual_seed(1000 + seed))
        for name, learn in CODERS.items():
            codes = learn(digits, seed)(scenes)
            v = judge(codes, scenes.flatten(1), digits.y_test, seed)
            numbers = f"{v.precision:10.0%} {v.purity:11.0%} {v.few:9.0%}"
            print(f"{name:<16} {numbers}  {v.gain:+.3f} +- {v.error:.3f}")


if __name__ == "__main__":
    sys.exit(finale(tell, __doc__))
