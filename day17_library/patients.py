"""Eight sick trainings and a healthy one (given): small networks on the digits, and the records that they leave."""

from itertools import pairwise
from typing import Any

import numpy as np

from course.data import load_digits
from day17_library.diagnosis import dead_units
from day17_library.engine import Tensor, as_tensor
from day17_library.layers import Dropout, Linear
from day17_library.losses import cross_entropy
from day17_library.modules import Module
from day17_library.optimisers import SGD

SICKNESSES = (
    "zero init",
    "exploding depth",
    "missing zero_grad",
    "rate too large",
    "dead units",
    "eval mode forgotten",
    "leak of test statistics",
    "labels shifted",
)


class Patient(Module):
    """Dense layers with ReLU between them, and dropout before the last one."""

    def __init__(self, sizes: list[int], rng: np.random.Generator) -> None:
        self.layers = [Linear(m, n, rng) for m, n in pairwise(sizes)]
        self.dropout = Dropout(0.2, rng)
        self.hidden: list[np.ndarray] = []

    def forward(self, x: np.ndarray) -> Tensor:
        """Logits; the outputs of the hidden layers stay in ``hidden``."""
        y, self.hidden = as_tensor(x), []
        for layer in self.layers[:-1]:
            y = layer(y).relu()
            self.hidden.append(y.data)
        return self.layers[-1](self.dropout(y))


def _infect(model: Patient, sickness: str, rng: np.random.Generator) -> None:
    """What is wrong from the beginning."""
    for layer in model.layers:
        if sickness == "zero init":
            layer.weight.data = np.zeros_like(layer.weight.data)
        if sickness == "exploding depth":
            layer.weight.data = 1.6 * layer.weight.data
    if sickness == "dead units":
        for layer in model.layers[:-1]:
            layer.bias.data = np.where(rng.random(layer.bias.data.shape) < 0.8, -30.0, layer.bias.data)


def _norm(arrays: list[np.ndarray]) -> float:
    with np.errstate(all="ignore"):
        return float(np.sqrt(sum(np.sum(np.square(array)) for array in arrays)))


def admit(sickness: str = "", seed: int = 0, steps: int = 120) -> dict[str, Any]:
    """Train a network that has this sickness, or none, and give its record, as `clinic` describes it."""
    rng = np.random.default_rng(seed)
    images, labels = load_digits()
    order = rng.permutation(len(labels))
    x, y = 4 * images.reshape(-1, 64)[order], labels[order]
    record: dict[str, Any] = {"mean_train": x[500:].mean(axis=0), "mean_all": x.mean(axis=0), "classes": 10}
    record["mean_used"] = record["mean_all" if sickness == "leak of test statistics" else "mean_train"]
    x = x - record["mean_used"]
    answers = (y + 1) % 10 if sickness == "labels shifted" else y
    model = Patient([64, *([32] * (9 if sickness == "exploding depth" else 2)), 10], rng)
    _infect(model, sickness, rng)
    rate = {"rate too large": 30.0, "exploding depth": 1e-4}.get(sickness, 0.05)
    optimiser = SGD(model.parameters(), rate)
    columns: dict[str, list[float]] = {"losses": [], "batch_gradients": [], "used_gradients": []}
    with np.errstate(all="ignore"):
        for step in range(steps):
            batch = 500 + rng.integers(len(y) - 500, size=32)
            old = [np.array(p.grad) for p in optimiser.parameters]
            if sickness != "missing zero_grad":
                optimiser.zero_grad()
                old = [np.zeros_like(array) for array in old]
            loss = cross_entropy(model(x[batch]), answers[batch])
            loss.backward()
            grads = [p.grad for p in optimiser.parameters]
            columns["losses"].append(float(loss.data))
            columns["used_gradients"].append(_norm(grads))
            columns["batch_gradients"].append(
                _norm([new - before for new, before in zip(grads, old, strict=True)])
            )
            if step == 0:
                record["first_gradients"] = [_norm([layer.weight.grad]) for layer in model.layers]
                record["spreads"] = [float(np.std(hidden)) for hidden in model.hidden]
            optimiser.step()
        if sickness != "eval mode forgotten":
            model.eval()
        record["twice"] = [float(cross_entropy(model(x[:500]), y[:500]).data) for _ in range(2)]
        found = np.argmax(model(x[:500]).data, axis=1)
    confusion = np.zeros((10, 10), dtype=int)
    np.add.at(confusion, (y[:500], found), 1)
    record["dead"] = [float(np.mean(dead_units(hidden))) for hidden in model.hidden]
    return {**record, **columns, "confusion": confusion}
