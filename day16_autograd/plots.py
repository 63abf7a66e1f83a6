"""The pictures of the day, drawn through your own engines (given): each function is one picture."""

from functools import cache
from typing import Any

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.data import load_digits
from course.plots import BLUE, GREEN, GREY, RED, label, panels, show_image
from day16_autograd.checking import gradient_check
from day16_autograd.functions import cross_entropy, einsum, logsumexp, softmax
from day16_autograd.networks import (
    ScalarMLP,
    TensorMLP,
    digits_experiment,
    log_loss,
    make_moons,
    moons_experiment,
)
from day16_autograd.scalar import Value, topological_order
from day16_autograd.tensor import Tensor


def _layout(order: list[Any]) -> dict[int, tuple[float, float]]:
    """A place for every node: to the right of all its parents, and spread over its column."""
    depth: dict[int, int] = {}
    for node in order:
        depth[id(node)] = 1 + max((depth[id(parent)] for parent in node.parents), default=-1)
    first_use: dict[int, int] = {}
    for node in order:  # a leaf stands one column before what uses it first
        for parent in node.parents:
            if not parent.parents:
                first_use[id(parent)] = min(first_use.get(id(parent), 10**6), depth[id(node)] - 1)
    columns: dict[int, list[Any]] = {}
    for node in order:
        columns.setdefault(first_use.get(id(node), depth[id(node)]), []).append(node)
    return {
        id(node): (column, (i + 0.5) / len(nodes))
        for column, nodes in columns.items()
        for i, node in enumerate(nodes)
    }


def _edges(ax: Axes, order: list[Any], places: dict[int, tuple[float, float]], **style: Any) -> None:
    for node in order:
        for parent in node.parents:
            (x0, y0), (x1, y1) = places[id(parent)], places[id(node)]
            ax.plot([x0, x1], [y0, y1], zorder=1, **style)


def figure_graph_of_a_network() -> Figure:
    """All numbers of a network that has looked at one point: blue would lower the loss if it grew, red raise it."""
    rng = np.random.default_rng(3)
    model = ScalarMLP([2, 6, 6, 1], rng)
    x, signs = make_moons(1, 0.1, rng)
    loss = log_loss(model, x, signs)
    loss.backward()
    order = topological_order(loss)
    places = _layout(order)
    figure, (ax,) = panels(size=(10.0, 5.6))
    _edges(ax, order, places, color="0.85", linewidth=0.5)
    grads = np.array([node.grad for node in order])
    strength = np.sign(grads) * np.log1p(np.abs(grads) / 0.01)
    limit = float(np.max(np.abs(strength)))
    xs, ys = np.array([places[id(node)] for node in order]).T
    dots = ax.scatter(
        xs, ys, c=strength, cmap="RdBu_r", vmin=-limit, vmax=limit, s=26, edgecolors="0.4", linewidths=0.4
    )
    dots.set_zorder(2)
    ticks = np.array([-1, -0.1, 0, 0.1, 1])
    bar = figure.colorbar(dots, ax=ax, shrink=0.8, label="∂ loss / ∂ node")
    bar.set_ticks(np.sign(ticks) * np.log1p(np.abs(ticks) / 0.01), labels=[f"{t:g}" for t in ticks])
    label(ax, "step of the computation", "", f"{len(order)} nodes, one walk back")
    ax.set_yticks([])
    ax.grid(visible=False)
    return figure


def animation_gradient_flow() -> FuncAnimation:
    """A neuron on its way back: the node whose turn it is hands its gradient to its parents."""
    a, b = Value(0.8, operation="x₁"), Value(-0.5, operation="x₂")
    v, w, bias = Value(0.9, operation="w₁"), Value(1.4, operation="w₂"), Value(0.3, operation="b")
    root = (a * v + b * w + bias).tanh() * a
    root.backward()
    order = topological_order(root)
    places = _layout(order)
    figure, (ax,) = panels(size=(8.0, 4.4))
    _edges(ax, order, places, color=GREY, linewidth=1.0)
    texts, dots = [], []
    for node in order:
        x, y = places[id(node)]
        dots.append(ax.scatter([x], [y], s=520, color="white", edgecolors=GREY, zorder=2))
        ax.text(x, y, node.operation, ha="center", va="center", fontsize=9, zorder=3)
        texts.append(ax.text(x, y - 0.085, "", ha="center", va="top", fontsize=8))
    label(ax, "step of the computation", "")
    ax.set_yticks([])
    ax.set_xlim(-0.6, max(x for x, _ in places.values()) + 0.6)
    ax.set_ylim(-0.12, 1.05)
    ax.grid(visible=False)
    count = len(order)

    def draw(frame: int) -> None:
        done = min(frame // 3, count)
        for i, node in enumerate(order):
            turn = count - 1 - i
            dots[i].set_edgecolor(RED if turn == done else GREEN if turn < done else GREY)
            dots[i].set_linewidth(2.5 if turn <= done else 1.0)
            shown = f"{node.data:.2f}" + (f"\n∂: {node.grad:.2f}" if turn <= done else "")
            texts[i].set_text(shown)
        ax.set_title(
            "forward: all numbers are known" if frame < 3 else f"backward: node {done} of {count}",
            fontsize=11,
        )

    return FuncAnimation(figure, draw, frames=3 * count + 12, interval=80)


def figure_gradient_errors() -> Figure:
    """Gradient checking of every operation of your engine: all bars must end far below the line."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    row, weights = rng.normal(size=(1, 4)), Tensor(rng.normal(size=(3, 4)))
    labels = np.array([2, 0, 3])
    operations = {
        "x + row": (lambda a, b: ((a + b) * weights).sum(), [x, row]),
        "x · row": (lambda a, b: ((a * b) * weights).sum(), [x, row]),
        "x / (1 + row²)": (lambda a, b: (a / (b * b + 1.0)).sum(), [x, row]),
        "tanh": (lambda a: (a.tanh() * weights).sum(), [x]),
        "exp": (lambda a: (a.exp() * weights).sum(), [x]),
        "sum over an axis": (lambda a: (a.sum(0) ** 2).sum(), [x]),
        "transpose": (lambda a: (a.transpose() ** 3).sum(), [x]),
        "x[[1, 1, 0]]": (lambda a: (a[np.array([1, 1, 0])] * weights).sum(), [x]),
        "x @ y": (lambda a, b: ((a @ b).tanh()).sum(), [x, y]),
        "log-sum-exp": (lambda a: (logsumexp(a, axis=0) ** 2).sum(), [x]),
        "softmax": (lambda a: (softmax(a, axis=0) * weights).sum(), [x]),
        "cross-entropy": (lambda a: cross_entropy(a, labels), [x]),
    }
    errors = {name: max(gradient_check(f, arrays)) for name, (f, arrays) in operations.items()}
    figure, (ax,) = panels(size=(7.2, 4.6))
    ax.barh(list(errors), np.maximum(list(errors.values()), 1e-16), color=BLUE)
    ax.axvline(1e-6, color=RED, linestyle="--", label="something is wrong")
    ax.set_xscale("log")
    ax.set_xlim(1e-13, 1)
    ax.invert_yaxis()
    label(ax, "error against central differences", "", legend=True)
    return figure


@cache
def _moons() -> tuple[ScalarMLP, np.ndarray, np.ndarray, list[float]]:
    return moons_experiment(seed=1)


def _outputs(model: ScalarMLP, x: np.ndarray) -> np.ndarray:
    """The outputs of the network for many points at once, without a graph."""
    for number, layer in enumerate(model.layers, start=1):
        w = np.array([[weight.data for weight in weights] for weights, _ in layer])
        x = x @ w.T + np.array([bias.data for _, bias in layer])
        x = np.tanh(x) if number < len(model.layers) else x
    return x[..., 0]


def figure_moons() -> Figure:
    """Two moons, told apart by a network of single numbers: probability of the upper one, and the boundary."""
    model, x, signs, losses = _moons()
    xs, ys = np.meshgrid(np.linspace(-2.2, 2.2, 160), np.linspace(-1.4, 1.4, 120))
    outputs = _outputs(model, np.stack([xs, ys], axis=-1))
    figure, (left, right) = panels(1, 2, size=(5.4, 4.0))
    field = left.contourf(xs, ys, 1 / (1 + np.exp(-outputs)), levels=np.linspace(0, 1, 21), cmap="RdBu")
    left.contour(xs, ys, outputs, levels=[0.0], colors="black", linewidths=1.5)
    for sign, colour, name in ((1, BLUE, "upper moon"), (-1, RED, "lower moon")):
        chosen = x[signs == sign]
        left.scatter(*chosen.T, color=colour, edgecolors="white", linewidths=0.6, s=28, label=name)
    figure.colorbar(field, ax=left, ticks=[0, 0.5, 1], label="probability of the upper moon")
    label(left, "x₁", "x₂", legend=True)
    right.plot(np.arange(1, len(losses) + 1), losses, color=BLUE, marker="o", markersize=4)
    right.set_ylim(bottom=0)
    label(right, "epoch", "mean loss", "log(1 + exp(−sign · output))")
    right.xaxis.get_major_locator().set_params(integer=True)
    return figure


@cache
def _digits() -> tuple[TensorMLP, list[float], float]:
    return digits_experiment(seed=0)


def figure_digits() -> Figure:
    """The network of day 11 without a gradient by hand: its losses, and where it looks to see a 3."""
    model, losses, accuracy = _digits()
    images, labels = load_digits()
    three = images[np.flatnonzero(labels == 3)[0]]
    pixels = Tensor(three.reshape(1, 64))
    y = pixels
    for weight, bias in model.layers[:-1]:
        y = (y @ weight + bias).relu()
    weight, bias = model.layers[-1]
    (y @ weight + bias)[0, 3].backward()
    figure, (left, middle, right) = panels(1, 3, size=(3.6, 3.3))
    left.semilogy(np.arange(1, len(losses) + 1), losses, color=BLUE, marker="o", markersize=4)
    label(left, "epoch", "cross-entropy", f"accuracy on 500 new digits: {accuracy:.1%}")
    left.xaxis.get_major_locator().set_params(integer=True)
    show_image(middle, three, "a 3")
    gradient = np.reshape(pixels.grad, (8, 8))
    limit = float(np.max(np.abs(gradient)))
    right.imshow(gradient, cmap="RdBu_r", vmin=-limit, vmax=limit)
    right.set_title("∂ logit of 3 / ∂ pixel", fontsize=11)
    right.set_xticks([])
    right.set_yticks([])
    return figure


def figure_attention() -> Figure:
    """The scores of attention as an einsum, and the gradient that arrives at the keys (for the fast)."""
    rng = np.random.default_rng(2)
    queries, keys = Tensor(rng.normal(size=(6, 8))), Tensor(rng.normal(size=(9, 8)))
    weights = softmax(einsum("qd,kd->qk", queries, keys) * 8**-0.5, axis=1)
    weights.backward(np.eye(6, 9))
    figure, (left, right) = panels(1, 2)
    for ax, array, name in (
        (left, weights.data, "softmax(q kᵀ / √d)"),
        (right, keys.grad, "gradient of the keys"),
    ):
        limit = float(np.max(np.abs(array)))
        image = ax.imshow(array, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto")
        figure.colorbar(image, ax=ax)
        ax.set_title(name, fontsize=11)
    left.set_xlabel("key")
    left.set_ylabel("query")
    right.set_xlabel("component")
    right.set_ylabel("key")
    return figure
