"""Two networks and two data sets for the finale (given): thousands of numbers, and five arrays.

Neither network has a line about gradients. `ScalarMLP` is made of `scalar.Value`, `TensorMLP` of `tensor.Tensor`.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from course.data import load_digits
from day16_autograd.functions import cross_entropy
from day16_autograd.scalar import Value
from day16_autograd.tensor import Tensor
from day16_autograd.training import train


class ScalarMLP:
    """A multilayer perceptron of numbers: tanh in the hidden layers, nothing after the last.

    Parameters
    ----------
    sizes : number of inputs, of units in each layer
    rng : the generator for the first weights; biases begin at 0
    """

    def __init__(self, sizes: Sequence[int], rng: np.random.Generator) -> None:
        self.layers = [
            [
                (
                    [Value(float(w), operation="w") for w in rng.normal(size=m) / np.sqrt(m)],
                    Value(0.0, operation="b"),
                )
                for _ in range(n)
            ]
            for m, n in pairwise(sizes)
        ]

    def parameters(self) -> list[Value]:
        """All weights and biases."""
        return [p for layer in self.layers for weights, bias in layer for p in (*weights, bias)]

    def __call__(self, x: Sequence[float]) -> Value:
        """The first output for one sample: a positive number says +1, a negative one −1."""
        values = [Value(float(number), operation="x") for number in x]
        for number, layer in enumerate(self.layers, start=1):
            outputs = []
            for weights, total in layer:
                for weight, value in zip(weights, values, strict=True):
                    total = total + weight * value
                outputs.append(total.tanh() if number < len(self.layers) else total)
            values = outputs
        return values[0]


class TensorMLP:
    """A multilayer perceptron of arrays: ReLU in the hidden layers, nothing after the last.

    Parameters
    ----------
    sizes : number of inputs, of units in each layer
    rng : the generator for the first weights; biases begin at 0
    """

    def __init__(self, sizes: Sequence[int], rng: np.random.Generator, dtype: type = np.float64) -> None:
        self.layers = [
            (
                Tensor((rng.normal(size=(m, n)) * np.sqrt(2 / m)).astype(dtype), operation="w"),
                Tensor(np.zeros(n, dtype), operation="b"),
            )
            for m, n in pairwise(sizes)
        ]

    def parameters(self) -> list[Tensor]:
        """All weights and biases."""
        return [p for pair in self.layers for p in pair]

    def __call__(self, x: np.ndarray) -> Tensor:
        """The logits (n, classes) for samples (n, inputs)."""
        y = Tensor(x, operation="x")
        for weight, bias in self.layers[:-1]:
            y = (y @ weight + bias).relu()
        weight, bias = self.layers[-1]
        return y @ weight + bias


def make_moons(n: int, noise: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two half circles that reach into each other.

    Returns
    -------
    x : (n, 2) float array, centred
    signs : (n,) array of 1.0 and -1.0, the upper and the lower moon
    """
    signs = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
    angle = rng.uniform(0, np.pi, size=n)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    x = np.where(signs[:, None] > 0, upper, lower) - np.array([0.5, 0.25])
    return x + noise * rng.normal(size=(n, 2)), signs


def log_loss(model: ScalarMLP, x: np.ndarray, signs: np.ndarray) -> Value:
    """Mean of log(1 + exp(−sign · output)) over samples."""
    total = Value(0.0)
    for sample, sign in zip(x, signs, strict=True):
        total = total + ((model(sample) * -float(sign)).exp() + 1.0).log()
    return total / len(x)


def moons_experiment(seed: int, epochs: int = 40) -> tuple[ScalarMLP, np.ndarray, np.ndarray, list[float]]:
    """Train 2-12-1 on 100 points, one number at a time; the model, the points, their signs and the losses."""
    rng = np.random.default_rng(seed)
    x, signs = make_moons(100, 0.1, rng)
    model = ScalarMLP([2, 12, 1], rng)
    losses = train(lambda i: log_loss(model, x[i], signs[i]), model.parameters(), len(x), 5, epochs, 1.0, rng)
    return model, x, signs, losses


def digits_experiment(seed: int, epochs: int = 20) -> tuple[TensorMLP, list[float], float]:
    """Train 64-64-10 on 1,297 digits; the model, the losses, and the accuracy on the 500 others."""
    rng = np.random.default_rng(seed)
    images, labels = load_digits()
    x, order = images.reshape(-1, 64), rng.permutation(len(labels))
    fit, held_out = order[500:], order[:500]
    model = TensorMLP([64, 64, 10], rng)

    def loss_of(batch: np.ndarray) -> Tensor:
        return cross_entropy(model(x[fit[batch]]), labels[fit[batch]])

    losses = train(loss_of, model.parameters(), len(fit), 32, epochs, 0.2, rng)
    right = model(x[held_out]).data.argmax(axis=1) == labels[held_out]
    return model, losses, float(np.mean(right))
