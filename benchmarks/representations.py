"""How good is what was learned without labels, and how far does it vary from seed to seed?

    python benchmarks/representations.py [--seeds 10] [--only rebuilding|scenes|map|words]

The networks, scenes, maps and judges are those of the day about representations. Each seed draws its own split,
weights, order, scenes and stories. Prints Markdown tables: median, lowest and highest. Exits with 1 when one of the
sheet's claims does not hold in every seed: matrices reach the bound and do not pass it, hidden layers do; codes of an
autoencoder are no better than pixels for finding digits, on plain sheets and among clutter, and those of two views
are; t-SNE keeps neighbours better than two principal axes; the window decides how neighbouring words are alike.
"""

import argparse
import math
import statistics
import sys
from collections.abc import Callable, Sequence

import side_by_side  # noqa: F401 settles one thread and finds the solutions; isort: skip

import torch
from torch import Tensor

from course.data import split_digits
from day18_representation.autoencoders import corrupt
from day18_representation.codes import paired_gain, precision_at_k
from day18_representation.data import FAMILIES, make_scenes, make_stories
from day18_representation.finale import CODERS, few_labels, judge
from day18_representation.linear import least_error, linear_loss, subspace_angle
from day18_representation.networks import Autoencoder, ConvAutoencoder
from day18_representation.training import train_autoencoder, train_linear, train_words
from day18_representation.tsne import (
    descend,
    joint_probabilities,
    map_probabilities,
    row_probabilities,
    trustworthiness,
)
from day18_representation.words import analogy, neighbours

Columns = dict[str, list[float]]
"""What was measured, one number for each seed."""


def measured(seeds: int, measure: Callable[[int], dict[str, float]]) -> Columns:
    """A Markdown table of what a measurement finds: median, lowest and highest; and the numbers."""
    found = [measure(seed) for seed in range(seeds)]
    columns = {name: [numbers[name] for numbers in found] for name in found[0]}
    print("| what | median (lowest to highest) |\n|---|---|")
    for name, values in columns.items():
        print(f"| {name} | {spread(values)} |")
    print()
    return columns


def spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


@torch.no_grad()
def error(model: torch.nn.Module, seen: Tensor, wanted: Tensor) -> float:
    return (model(seen) - wanted).square().mean().item()


def principal_plane(x: Tensor, k: int) -> Tensor:
    """An orthonormal basis of the k strongest directions, (d, k)."""
    x = x.double()
    return torch.linalg.svd(x - x.mean(dim=0), full_matrices=False).Vh[:k].T


def rebuilding(seed: int) -> dict[str, float]:
    """Eight numbers for a digit: matrices and hidden layers; and looking through noise with sixteen."""
    digits = split_digits(seed)
    x, new = digits.x_train, digits.x_test
    found = {}
    for tied in (False, True):
        encoder, decoder, _ = train_linear(x, 8, tied, seed=seed)
        name = f"{'tied' if tied else 'two'} matrices"
        found[f"{name}, in parts of the bound"] = float(linear_loss(x, encoder, decoder)) / least_error(x, 8)
        angle = subspace_angle(decoder.T.double(), principal_plane(x, 8))
        found[f"{name}, degrees from the principal plane"] = math.degrees(angle)
    bound = least_error(new, 8)
    for name, build, epochs, rate in (
        ("dense layers, new digits, in parts of their bound", Autoencoder, 25, 5e-3),
        ("convolutions, the same", lambda: ConvAutoencoder(maps=12), 20, 1e-2),
    ):
        torch.manual_seed(seed)
        model = build()
        train_autoencoder(model, x, epochs, learning_rate=rate, seed=seed)
        found[name] = error(model, new, new) / bound
    chance = torch.Generator().manual_seed(seed)
    noisy = corrupt(new, torch.randn(new.shape, generator=chance), 0.5)
    found["noise of deviation 0.5: error before"] = (noisy - new).square().mean().item()
    for name, sigma in (("plain autoencoder", 0.0), ("denoising autoencoder", 0.5)):
        torch.manual_seed(seed)
        model = Autoencoder(code=16)
        train_autoencoder(model, x, 25, sigma, seed=seed)
        found[f"after the {name}"] = error(model, noisy, new)
    return found


def scenes(seed: int) -> dict[str, float]:
    """Five labels of each digit, and five neighbours: digits on plain sheets, and scenes of four coders."""
    digits, found = split_digits(seed), {}
    torch.manual_seed(seed)
    model = Autoencoder()
    train_autoencoder(model, digits.x_train, 25, learning_rate=5e-3, seed=seed)
    codes = model.encode(digits.x_test).detach()
    few = {"pixels": digits.x_test, "autoencoder": codes}
    for name, z in few.items():
        found[f"digits, {name}: neighbours"] = precision_at_k(z, digits.y_test, 5)
        found[f"digits, {name}: 5 labels"] = few_labels(z, digits.y_test, seed).mean().item()
    gain = paired_gain(*(few_labels(z, digits.y_test, seed) for z in (codes, digits.x_test)))
    found["digits: gain of the codes"] = gain[0]
    views = make_scenes(digits.x_test, torch.Generator().manual_seed(1000 + seed))
    for name, learn in CODERS.items():
        v = judge(learn(digits, seed)(views), views.flatten(1), digits.y_test, seed)
        found[f"scenes, {name}: neighbours"] = v.precision
        found[f"scenes, {name}: 5 labels"] = v.few
        found[f"scenes, {name}: on the map"] = v.purity
        found[f"scenes, {name}: gain"] = v.gain
    return found


def the_map(seed: int) -> dict[str, float]:
    """Four hundred digits: t-SNE with and without early exaggeration, and two principal axes."""
    digits = split_digits(seed)
    x, labels = digits.x_train[:400].double(), digits.y_train[:400]
    p = joint_probabilities(row_probabilities(torch.cdist(x, x).square(), 20.0))
    start = 0.01 * torch.randn(400, 2, generator=torch.Generator().manual_seed(seed)).double()
    centred = x - x.mean(dim=0)
    maps = {
        "t-SNE": descend(p, start, 300, 200.0),
        "t-SNE, no exaggeration": descend(p, start, 300, 200.0, early=0),
        "two principal axes": centred @ torch.linalg.svd(centred, full_matrices=False).Vh[:2].T,
        "pixels": x,
    }
    found = {}
    for name, y in maps.items():
        found[f"{name}: 6 neighbours"] = precision_at_k(y, labels, 6)
        if name != "pixels":
            found[f"{name}: trustworthiness"] = trustworthiness(x, y, 6)
        if name.startswith("t-SNE"):
            found[f"{name}: KL"] = float(torch.xlogy(p, p / map_probabilities(y).clamp(min=1e-30)).sum())
    return found


def words(seed: int) -> dict[str, float]:
    """Analogies, with and without the words of the question among the answers, and the kind of neighbours."""
    found = {}
    family = {word: parent for parent, others in FAMILIES.items() for word in (parent, *others)}
    pairs = {parent: child for parent, (child, *_) in FAMILIES.items()}
    animals = {*pairs, *pairs.values()}
    for name, window, cbow in (
        ("skip-gram, window 1", 1, False),
        ("skip-gram, window 2", 2, False),
        ("skip-gram, window 4", 4, False),
        ("CBOW, window 2", 2, True),
        ("CBOW, window 3", 3, True),
    ):
        vectors, vocabulary = train_words(make_stories(2000, seed), window, cbow=cbow, seed=seed)
        place = {word: i for i, word in enumerate(vocabulary)}
        asked = [(a, b) for a in pairs for b in pairs if a != b]
        for exclude in (True, False):
            answers = [analogy(vectors, place[a], place[pairs[a]], place[b], exclude) for a, b in asked]
            right = [vocabulary[i] == pairs[b] for i, (_, b) in zip(answers, asked, strict=True)]
            how = "analogies" if exclude else "analogies, all words allowed"
            found[f"{name}: {how}"] = statistics.mean(right)
        near = [(a, vocabulary[i]) for a in animals for i in neighbours(vectors, place[a], 3)]
        found[f"{name}: neighbours that are animals"] = statistics.mean(b in animals for _, b in near)
        same = [family.get(b) == family[a] for a, b in near]
        found[f"{name}: neighbours of the family"] = statistics.mean(same)
    return found


def rebuilding_holds(c: Columns) -> bool:
    matrices = c["two matrices, in parts of the bound"] + c["tied matrices, in parts of the bound"]
    layers = c["dense layers, new digits, in parts of their bound"]
    noise = zip(c["after the denoising autoencoder"], c["after the plain autoencoder"], strict=True)
    return (
        0.9999 < min(matrices) <= max(matrices) < 1.02 and max(layers) < 0.95 and all(a < b for a, b in noise)
    )


def scenes_hold(c: Columns) -> bool:
    nothing = c["digits: gain of the codes"] + c["scenes, autoencoder: gain"]
    return max(nothing) < 0.01 and min(c["scenes, contrastive eye: gain"]) > 0.2


def the_map_holds(c: Columns) -> bool:
    pairs = zip(c["t-SNE: 6 neighbours"], c["two principal axes: 6 neighbours"], strict=True)
    return all(a > b + 0.2 for a, b in pairs)


def words_hold(c: Columns) -> bool:
    near, far = (c[f"skip-gram, window {w}: neighbours that are animals"] for w in (1, 4))
    right = c["skip-gram, window 2: analogies"]
    return min(near) > 0.9 > 0.5 > max(far) and min(right) > 0.9


TABLES = {
    "rebuilding": (rebuilding, rebuilding_holds),
    "scenes": (scenes, scenes_hold),
    "map": (the_map, the_map_holds),
    "words": (words, words_hold),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--only", choices=TABLES)
    options = parser.parse_args()
    held = []
    for name, (measure, holds) in TABLES.items():
        if options.only in (None, name):
            held.append(holds(measured(options.seeds, measure)))
    return int(not all(held))


if __name__ == "__main__":
    sys.exit(main())
