"""How fast is the reference tensor engine next to PyTorch eager, and to an engine of single numbers, on one thread?

    python benchmarks/autograd.py [--batch 32] [--hidden 64] [--repeats 5] [--steps 100]

The network is that of the finale of the day about automatic differentiation: 64 inputs, ReLU units, 10 logits, mean
cross-entropy on real digits, in single precision. A step is all of it: the graph is built, walked back, and the
parameters moved. The engine of single numbers is the scalar engine of the same day, which is built like micrograd: a
Python object for every number. All three are measured in the same run, in turns, in processor time, and medians are
compared; after a first step from the same weights all three must hold the same network, or the run fails. Prints a
Markdown table. Exits with 1 when a target is missed: at most 3 times PyTorch's time, at least 100 times as fast as
single numbers.
"""

import argparse
import statistics
import sys
from collections.abc import Callable, Sequence

from side_by_side import seconds  # isort: skip

import numpy as np
import torch
from torch.nn import functional as F

from course.data import load_digits
from day16_autograd.functions import cross_entropy
from day16_autograd.networks import TensorMLP
from day16_autograd.scalar import Value
from day16_autograd.training import descend

LEARNING_RATE, PYTORCH, SCALAR = 0.1, 3.0, 100.0
Step = Callable[[], float]


def tensor_step(model: TensorMLP, x: np.ndarray, labels: np.ndarray) -> Step:
    """A step of the tensor engine, which returns the loss before it."""

    def step() -> float:
        loss = cross_entropy(model(x), labels)
        descend(loss, model.parameters(), LEARNING_RATE)
        return float(loss.data)

    return step


def torch_step(
    arrays: Sequence[np.ndarray], x: np.ndarray, labels: np.ndarray
) -> tuple[Step, list[torch.Tensor]]:
    """The same in PyTorch, with its optimiser; and its parameters."""
    w1, b1, w2, b2 = parameters = [torch.tensor(array, requires_grad=True) for array in arrays]
    optimizer = torch.optim.SGD(parameters, LEARNING_RATE)
    inputs, targets = torch.tensor(x), torch.tensor(labels)

    def step() -> float:
        optimizer.zero_grad()
        loss = F.cross_entropy(torch.relu(inputs @ w1 + b1) @ w2 + b2, targets)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step, parameters


def scalar_layer(values: list[Value], weights: list[list[Value]], biases: list[Value]) -> list[Value]:
    """One output for each bias."""
    outputs = []
    for column, total in enumerate(biases):
        for row, value in enumerate(values):
            total = total + value * weights[row][column]
        outputs.append(total)
    return outputs


def scalar_step(arrays: Sequence[np.ndarray], x: np.ndarray, labels: np.ndarray) -> tuple[Step, list[Value]]:
    """The same with a Value for every number; and its parameters, in the order of the arrays."""
    w1, b1, w2, b2 = (
        [[Value(float(n)) for n in row] for row in a] if a.ndim == 2 else [Value(float(n)) for n in a]
        for a in arrays
    )
    parameters = [*(v for row in w1 for v in row), *b1, *(v for row in w2 for v in row), *b2]

    def step() -> float:
        loss = Value(0.0)
        for sample, label in zip(x, labels, strict=True):
            inputs = [Value(float(n)) for n in sample]
            logits = scalar_layer([h.relu() for h in scalar_layer(inputs, w1, b1)], w2, b2)
            total = Value(0.0)
            for logit in logits:
                total = total + logit.exp()
            loss = loss + (total.log() + logits[label] * -1)
        loss = loss * (1 / len(x))
        descend(loss, parameters, LEARNING_RATE)
        return loss.data

    return step, parameters


def measure(batch: int, hidden: int, repeats: int, steps: int) -> dict[str, float]:
    """Median processor seconds of a step of each engine."""
    rng = np.random.default_rng(0)
    images, labels = load_digits()
    x, labels = images[:batch].reshape(batch, 64).astype(np.float32), labels[:batch]
    model = TensorMLP([64, hidden, 10], rng, np.float32)
    arrays = [p.data.copy() for p in model.parameters()]
    ours, (theirs, tensors) = tensor_step(model, x, labels), torch_step(arrays, x, labels)
    single, values = scalar_step(arrays, x, labels)
    losses = [ours(), theirs(), single()]
    same_weights(model, tensors, values, losses)
    times: dict[str, list[float]] = {"tensor engine": [], "PyTorch eager": [], "single numbers": []}
    for _ in range(repeats):
        times["tensor engine"].append(seconds(lambda: [ours() for _ in range(steps)]) / steps)
        times["PyTorch eager"].append(seconds(lambda: [theirs() for _ in range(steps)]) / steps)
        times["single numbers"].append(seconds(single))
    return {name: statistics.median(column) for name, column in times.items()}


def same_weights(
    model: TensorMLP, tensors: list[torch.Tensor], values: list[Value], losses: list[float]
) -> None:
    """After a step all three hold the same network, up to single precision."""
    ours = np.concatenate([p.data.ravel() for p in model.parameters()])
    theirs = np.concatenate([t.detach().numpy().ravel() for t in tensors])
    single = np.array([value.data for value in values])
    for other in (theirs, single):
        np.testing.assert_allclose(ours, other, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(losses, losses[0], rtol=1e-5)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("batch", 32), ("hidden", 64), ("repeats", 5), ("steps", 100)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    torch.set_num_threads(1)
    times = measure(options.batch, options.hidden, options.repeats, options.steps)
    tensor, pytorch, scalar = times.values()
    print(f"| MLP 64-{options.hidden}-10, batch {options.batch} | step / ms | tensor engine | target |")
    print("|---|---|---|---|")
    print(f"| tensor engine | {1000 * tensor:.3f} | | |")
    print(f"| PyTorch eager | {1000 * pytorch:.3f} | {tensor / pytorch:.2f} × its time | ≤ {PYTORCH:g} × |")
    print(f"| single numbers | {1000 * scalar:.0f} | {scalar / tensor:.0f} × as fast | ≥ {SCALAR:g} × |")
    return int(tensor > PYTORCH * pytorch or scalar < SCALAR * tensor)


if __name__ == "__main__":
    sys.exit(main())
