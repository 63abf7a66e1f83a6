"""How fast is the library of day 17 next to PyTorch, and how good are its networks and its doctor?

    python benchmarks/library.py [--seeds 10] [--repeats 5] [--steps 20] [--only speed|quality|clinic]

Speed: a step (forward, backward, optimiser) of the convolutional network and of the transformer of the finale, in
single precision, on one thread, next to the same networks written with `torch.nn` and `torch.optim`. Both start from
the same weights and see the same batch; in the first step they must have the same loss, or the run fails. They are
measured in turns, in processor time, and medians are compared. Quality: the finale's two trainings, over seeds.
Clinic: how often each real sick training is called by its name. Prints Markdown tables. Exits with 1 when a step
takes more than 5 times PyTorch's time, when a network is worse than the bounds of the tests, or a patient is not
recognised.
"""

import argparse
import statistics
import sys
import time

from side_by_side import compare  # isort: skip

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from day17_library.clinic import diagnose
from day17_library.losses import cross_entropy
from day17_library.modules import Module
from day17_library.networks import (
    LENGTH,
    DigitNet,
    SmallTransformer,
    make_text,
    split_digits,
    train_digits,
    train_transformer,
)
from day17_library.optimisers import AdamW
from day17_library.patients import SICKNESSES, admit

TARGET = 5.0


class TorchDigitNet(nn.Module):
    """`DigitNet` with PyTorch's layers; dropout is off, for both, so that losses can be compared."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(64, 10),
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.body(x)


class TorchBlock(nn.Module):
    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        self.before_attention, self.before_network = nn.LayerNorm(features), nn.LayerNorm(features)
        self.query, self.key, self.value, self.output = (nn.Linear(features, features) for _ in range(4))
        self.network = nn.Sequential(
            nn.Linear(features, 2 * features), nn.GELU(), nn.Linear(2 * features, features)
        )
        self.heads = heads

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        n, t, d = x.shape
        y = self.before_attention(x)
        q, k, v = (
            f(y).view(n, t, self.heads, -1).transpose(1, 2) for f in (self.query, self.key, self.value)
        )
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(n, t, d)
        x = x + self.output(mixed)
        return x + self.network(self.before_network(x))


class TorchTransformer(nn.Module):
    """`SmallTransformer` with PyTorch's layers."""

    def __init__(self, letters: int, length: int, features: int = 48, heads: int = 4, depth: int = 2) -> None:
        super().__init__()
        self.letters, self.places = nn.Embedding(letters, features), nn.Embedding(length, features)
        self.blocks = nn.Sequential(*(TorchBlock(features, heads) for _ in range(depth)))
        self.norm, self.last = nn.LayerNorm(features), nn.Linear(features, letters)

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        x = self.letters(numbers) + self.places(torch.arange(numbers.shape[1]))
        return self.last(self.norm(self.blocks(x)))


def ordered(model: nn.Module) -> list[tuple[nn.Parameter, bool]]:
    """PyTorch's parameters in the order of the library's, and whether a matrix is the other way round."""
    pairs = []
    if isinstance(model, TorchDigitNet):
        layers = [model.body[i] for i in (0, 4, 1, 5, 9)]
    else:
        layers = [model.letters, model.places]
        for block in model.blocks:
            attention = (block.query, block.key, block.value, block.output)
            layers += [
                block.before_attention,
                block.before_network,
                *attention,
                block.network[0],
                block.network[2],
            ]
        layers += [model.norm, model.last]
    for layer in layers:
        pairs.append((layer.weight, isinstance(layer, nn.Linear)))
        if getattr(layer, "bias", None) is not None:
            pairs.append((layer.bias, False))
    return pairs


def steps_of(ours: Module, theirs: nn.Module, x: np.ndarray, y: np.ndarray) -> tuple:
    """A step of the library's network and one of PyTorch's, from the same weights, on the same batch."""
    with torch.no_grad():
        for p, (q, turned) in zip(ours.parameters(), ordered(theirs), strict=True):
            q.copy_(torch.tensor(p.data.T if turned else p.data))
    optimiser = AdamW(ours.parameters(), 1e-3)
    inputs, labels = torch.tensor(x), torch.tensor(y)
    adam = torch.optim.AdamW(theirs.parameters(), 1e-3)

    def ours_step() -> float:
        optimiser.zero_grad()
        loss = cross_entropy(ours(x), y)
        loss.backward()
        optimiser.step()
        return float(loss.data)

    def theirs_step() -> float:
        adam.zero_grad()
        logits = theirs(inputs)
        loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), labels.reshape(-1))
        loss.backward()
        adam.step()
        return loss.item()

    np.testing.assert_allclose(ours_step(), theirs_step(), rtol=1e-4)
    return ours_step, theirs_step


def speed(repeats: int, steps: int) -> bool:
    """Both networks next to PyTorch."""
    rng = np.random.default_rng(0)
    digits, text = split_digits(rng), make_text(rng)
    net = DigitNet(rng).to(np.float32)
    net.dropout.p = 0.0
    pairs = {
        "convolutional network, a step of 32 digits": steps_of(
            net, TorchDigitNet(), digits.x_train[:32], digits.y_train[:32]
        ),
        "transformer, a step of 16 × 32 letters": steps_of(
            SmallTransformer(len(text.letters), LENGTH, rng).to(np.float32),
            TorchTransformer(len(text.letters), LENGTH),
            text.train[:16, :-1],
            text.train[:16, 1:],
        ),
    }
    runs = {
        name: tuple(lambda step=step: [step() for _ in range(steps)] for step in pair)
        for name, pair in pairs.items()
    }
    return not compare(f"{steps} steps", runs, dict.fromkeys(runs, TARGET), repeats, 1)


def quality(seeds: int) -> bool:
    """The trainings of the finale over seeds."""
    print("| trained with the library | median | lowest | highest | s |\n|---|---|---|---|---|")
    held = True
    for name, train, good in (
        ("digits, accuracy", train_digits, lambda score: score > 0.9),
        ("text, bits per letter", train_transformer, lambda score: score < 1.5),
    ):
        begin = time.process_time()
        scores = [train(seed).score for seed in range(seeds)]
        seconds = (time.process_time() - begin) / seeds
        middle = statistics.median(scores)
        print(f"| {name} | {middle:.3f} | {min(scores):.3f} | {max(scores):.3f} | {seconds:.1f} |")
        held &= all(map(good, scores))
    print()
    return held


def clinic(seeds: int) -> bool:
    """How often each patient is called by its name."""
    print("| patient | recognised |\n|---|---|")
    held = True
    for name in ("no finding", *SICKNESSES):
        right = sum(diagnose(admit(name, seed)) == name for seed in range(seeds))
        print(f"| {name} | {right} of {seeds} |")
        held &= right == seeds
    print()
    return held


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("seeds", 10), ("repeats", 5), ("steps", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--only", choices=("speed", "quality", "clinic"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    tables = {
        "speed": lambda: speed(options.repeats, options.steps),
        "quality": lambda: quality(options.seeds),
        "clinic": lambda: clinic(options.seeds),
    }
    held = [table() for name, table in tables.items() if options.only in (None, name)]
    return int(not all(held))


if __name__ == "__main__":
    sys.exit(main())
