"""How well and how fast does the reference MLP in NumPy learn the digits, and how does PyTorch compare, on one thread?

    python benchmarks/mlp_digits.py [--seeds 5] [--epochs 40] [--hidden 128]

Each seed draws its own split (70 % training, 10 % validation, 20 % test), first weights and order of the samples. Both
frameworks train the same network in the same way: standardised inputs, ReLU, dropout, mini-batches of 32, the state of
the smallest validation loss; the NumPy one in double precision, PyTorch's, a plain loop over slices of tensors, in
single. They take turns in the same run and are measured in processor time, so that whatever else the machine does
matters little. Prints a Markdown table: mean test accuracy, lowest, median seconds, targets. Exits with 1 when the
NumPy network misses a target (mean accuracy 97 %, 2 seconds).
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import side_by_side  # noqa: F401 settles one thread and finds the solutions; isort: skip

import numpy as np
import torch
from torch.nn import functional as F

from course.data import load_digits
from day11_fcn.preparation import Standardizer, split
from day11_fcn.torch_network import MLP
from day11_fcn.training import Samples, experiment

ACCURACY, SECONDS = 0.97, 2.0
LEARNING_RATE, BATCH_SIZE, RATE = 0.1, 32, 0.3


def three_sets(seed: int) -> list[Samples]:
    """Training, validation and test samples of this seed."""
    images, labels = load_digits()
    x = images.reshape(len(images), -1)
    return [(x[part], labels[part]) for part in split(len(x), (0.7, 0.1, 0.2), np.random.default_rng(seed))]


def train_numpy(sets: list[Samples], hidden: int, epochs: int, seed: int) -> float:
    """Test accuracy of the reference solution of day 11."""
    rng = np.random.default_rng(seed)
    settings = (hidden,), LEARNING_RATE, BATCH_SIZE, epochs, RATE
    return experiment(*sets, rng, *settings)[2]


def train_torch(sets: list[Samples], hidden: int, epochs: int, seed: int) -> float:
    """Test accuracy of the same network and protocol in PyTorch."""
    torch.manual_seed(seed)
    standardizer = Standardizer()
    standardizer.fit(sets[0][0])
    (x, labels), validation, test = (
        (torch.tensor(standardizer.transform(x), dtype=torch.float32), torch.tensor(labels))
        for x, labels in sets
    )
    model = MLP([x.shape[1], hidden, 10], RATE)
    optimizer = torch.optim.SGD(model.parameters(), LEARNING_RATE)
    best, state = float("inf"), model.state_dict()
    for _ in range(epochs):
        model.train()
        for batch in torch.randperm(len(x)).split(BATCH_SIZE):
            optimizer.zero_grad()
            F.cross_entropy(model(x[batch]), labels[batch]).backward()
            optimizer.step()
        loss = evaluate(model, *validation)[0]
        if loss < best:
            best, state = loss, {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(state)
    return evaluate(model, *test)[1]


@torch.no_grad()
def evaluate(model: torch.nn.Module, x: torch.Tensor, labels: torch.Tensor) -> tuple[float, float]:
    """Mean cross-entropy and accuracy, without dropout."""
    logits = model.eval()(x)
    return F.cross_entropy(logits, labels).item(), (logits.argmax(dim=1) == labels).double().mean().item()


def measure(seeds: int, hidden: int, epochs: int) -> dict[str, list[tuple[float, float]]]:
    """Test accuracy and seconds of every seed, for NumPy and for PyTorch."""
    frameworks: dict[str, Callable[..., float]] = {"NumPy": train_numpy, "PyTorch": train_torch}
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in frameworks}
    train_torch(three_sets(0), hidden, 1, 0)  # warms up
    for seed in range(seeds):
        sets = three_sets(seed)
        for name, train in frameworks.items():
            start = time.process_time()
            accuracy = train(sets, hidden, epochs, seed)
            results[name].append((accuracy, time.process_time() - start))
    return results


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("seeds", 5), ("epochs", 40), ("hidden", 128)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    torch.set_num_threads(1)
    results = measure(options.seeds, options.hidden, options.epochs)
    network = f"64–{options.hidden}–10, {options.epochs} epochs, {options.seeds} seeds"
    print(f"| {network} | mean accuracy | lowest | median s |\n|---|---|---|---|")
    for name, pairs in results.items():
        accuracies, seconds = zip(*pairs, strict=True)
        row = f"{statistics.mean(accuracies):.2%} | {min(accuracies):.2%} | {statistics.median(seconds):.2f}"
        print(f"| {name} | {row} |")
    print(f"| target | ≥ {ACCURACY:.0%} | | < {SECONDS:g} |")
    accuracies, seconds = zip(*results["NumPy"], strict=True)
    return int(statistics.mean(accuracies) < ACCURACY or statistics.median(seconds) >= SECONDS)


if __name__ == "__main__":
    sys.exit(main())
