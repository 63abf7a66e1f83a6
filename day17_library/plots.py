"""The pictures of the day, drawn through your own library (given): each function is one picture."""

from functools import cache

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure

from course.data import load_digits
from course.plots import BLUE, COLOURS, GREEN, GREY, ORANGE, RED, label, legend_below, panels, show_image
from day17_library.attention import causal_mask
from day17_library.diagnosis import effective_rank
from day17_library.engine import Tensor, as_tensor, softmax
from day17_library.layers import Linear, gelu, silu
from day17_library.losses import cross_entropy
from day17_library.networks import (
    LENGTH,
    DigitNet,
    SmallTransformer,
    Trained,
    make_text,
    split_digits,
    train_digits,
    train_transformer,
)
from day17_library.optimisers import warmup_stable_decay
from day17_library.patients import SICKNESSES, admit


def _deep(
    factor: float, depth: int, rng: np.random.Generator
) -> tuple[list[np.ndarray], list[np.ndarray], float]:
    """Outputs and gradients of all hidden layers of a network of ReLU that was just made, and its loss."""
    images, labels = load_digits()
    y = as_tensor(4 * images[:300].reshape(-1, 64) - 1.2)
    layers = [Linear(m, n, rng) for m, n in zip([64] * depth, [64] * (depth - 1) + [10], strict=True)]
    hidden: list[Tensor] = []
    for layer in layers[:-1]:
        layer.weight.data = factor * layer.weight.data
        y = layer(y).relu()
        hidden.append(y)
    loss = cross_entropy(layers[-1](y), labels[:300])
    loss.backward()
    return [h.data for h in hidden], [np.asarray(h.grad) for h in hidden], float(loss.data)


def figure_depth() -> Figure:
    """Twenty layers, with the weights of He and with somewhat smaller and larger ones."""
    figure, (left, right, last) = panels(1, 3, size=(4.0, 3.3))
    for factor, colour in ((0.8, RED), (1.0, BLUE), (1.25, GREEN)):
        outputs, gradients, _ = _deep(factor, 21, np.random.default_rng(4))
        numbers = np.arange(1, 21)
        name = f"{factor:g} √(2 / inputs)"
        left.semilogy(
            numbers, [np.std(y) for y in outputs], color=colour, marker="o", markersize=3, label=name
        )
        right.semilogy(
            numbers, [np.std(g) for g in gradients], color=colour, marker="o", markersize=3, label=name
        )
    last.plot(
        np.arange(1, 21), [float(effective_rank(y)) for y in outputs], color=GREY, marker="o", markersize=3
    )
    last.set_ylim(bottom=0)
    names = ("spread of the outputs", "spread of the gradients", "effective rank, of 64")
    for ax, what in zip((left, right, last), names, strict=True):
        label(ax, "layer", what)
        ax.xaxis.get_major_locator().set_params(integer=True)
    legend_below(figure, left, 3)
    return figure


def figure_histograms() -> Figure:
    """Outputs and gradients of six layers right after the beginning, for three ways to draw the weights."""
    figure, axes = panels(2, 3, size=(3.4, 2.6))
    for column, factor in enumerate((0.5, 1.0, 2.0)):
        outputs, gradients, loss = _deep(factor, 7, np.random.default_rng(5))
        for row, (arrays, what) in enumerate(((outputs, "output"), (gradients, "gradient"))):
            ax = axes[3 * row + column]
            for number, (array, colour) in enumerate(zip(arrays, COLOURS, strict=False), start=1):
                values = np.log10(np.abs(array[np.abs(array) > 1e-9]))
                counts, edges = np.histogram(values, bins=60, density=True)
                ax.plot((edges[1:] + edges[:-1]) / 2, counts, color=colour, label=f"layer {number}")
            title = f"weights {factor:g} √(2 / inputs)\nfirst loss {loss:.3g}, ln 10 is 2.3"
            label(ax, f"log10 |{what}|", "density" if column == 0 else "", title if row == 0 else "")
    legend_below(figure, axes[0], 6)
    return figure


def figure_activations() -> Figure:
    """ReLU and its smooth relatives, and what the engine says about their slopes."""
    x = np.linspace(-4, 4, 401)
    figure, (left, right) = panels(1, 2)
    functions = {"ReLU": lambda t: t.relu(), "GELU": gelu, "SiLU": silu}
    for (name, f), colour in zip(functions.items(), (GREY, BLUE, RED), strict=True):
        leaf = Tensor(x)
        y = f(leaf)
        y.backward(np.ones_like(x))
        left.plot(x, y.data, color=colour, label=name)
        right.plot(x, leaf.grad, color=colour, label=name)
    label(left, "x", "value", legend=True)
    label(right, "x", "slope", legend=True)
    return figure


def figure_schedule() -> Figure:
    """A learning rate that rises, stays and falls; and a training that has been made longer."""
    figure, (ax,) = panels(size=(6.0, 3.4))
    for steps, colour in ((200, BLUE), (300, ORANGE)):
        rates = [warmup_stable_decay(step, 3e-3, 20, steps, 60) for step in range(steps)]
        ax.plot(
            np.arange(steps),
            rates,
            color=colour,
            label=f"{steps} steps",
            linestyle="-" if steps == 200 else "--",
        )
    label(ax, "step", "learning rate", legend=True)
    ax.set_ylim(bottom=0)
    return figure


def figure_clinic() -> Figure:
    """The losses of a healthy training and of eight sick ones: which can be told by their curve?"""
    figure, axes = panels(3, 3, size=(3.0, 2.2))
    healthy = np.asarray(admit(seed=1)["losses"])
    for ax, name in zip(axes, ("", *SICKNESSES), strict=True):
        losses = np.asarray(admit(name, seed=1)["losses"]) if name else healthy
        ax.semilogy(healthy, color="0.8", linewidth=1)
        ax.semilogy(losses, color=RED if name else GREEN, linewidth=1.2)
        ax.axhline(np.log(10), color="black", linestyle=":", linewidth=1)
        label(ax, "step", "loss", name or "healthy (grey: the same)")
        ax.set_ylim(0.1, 1000)
    return figure


@cache
def _digits() -> Trained:
    return train_digits(0, epochs=4)


def figure_digits() -> Figure:
    """The convolutional network: its eight kernels, its losses, and digits that it gets wrong."""
    trained = _digits()
    model = trained.model
    assert isinstance(model, DigitNet)
    digits = split_digits(np.random.default_rng(0))
    model.eval()
    answers = np.argmax(model(digits.x_test).data, axis=1)
    wrong = np.flatnonzero(answers != digits.y_test)[:8]
    figure, axes = panels(3, 8, size=(1.25, 1.35))
    kernels = model.convolutions[0].weight.data[:, 0]
    limit = float(np.max(np.abs(kernels)))
    for ax, kernel in zip(axes[:8], kernels, strict=True):
        ax.imshow(kernel, cmap="RdBu_r", vmin=-limit, vmax=limit)
        ax.set_xticks([])
        ax.set_yticks([])
    maps = model.convolutions[0](digits.x_test[:1]).relu().data[0]
    for ax, image in zip(axes[8:16], maps, strict=True):
        show_image(ax, image, high=float(np.max(maps)))
    for ax in axes[16:]:
        ax.axis("off")
    for ax, i in zip(axes[16:], wrong, strict=False):
        ax.axis("on")
        show_image(ax, digits.x_test[i, 0], f"{digits.y_test[i]} read as {answers[i]}")
        ax.title.set_fontsize(8)
    for row, name in ((0, "kernels"), (8, "what they see"), (16, "errors")):
        axes[row].set_ylabel(name, fontsize=9)
    figure.suptitle(f"{trained.score:.1%} of 500 new digits after {len(trained.losses)} epochs", fontsize=11)
    return figure


@cache
def _transformer() -> Trained:
    return train_transformer(0)


def figure_attention() -> Figure:
    """What the four heads of the second block look at: a sentence, every letter and where it looks."""
    model = _transformer().model
    assert isinstance(model, SmallTransformer)
    model.eval()
    text = make_text(np.random.default_rng(0))
    numbers = text.test[:1, :LENGTH]
    x = model.letters(numbers) + model.places(np.arange(LENGTH))
    first, second = model.blocks
    x = second.before_attention(first(x, causal_mask(LENGTH)))
    heads, width = second.attention.heads, x.shape[-1] // second.attention.heads
    q, k = (
        layer(x).reshape(LENGTH, heads, width).transpose(1, 0, 2)
        for layer in (second.attention.query, second.attention.key)
    )
    scores = (q @ k.transpose(0, 2, 1)).data * width**-0.5
    weights = softmax(Tensor(np.where(causal_mask(LENGTH), scores, -1e9))).data
    letters = [text.letters[n].replace("\n", "¶").replace(" ", "·") for n in numbers[0]]
    figure, axes = panels(2, 2, size=(4.4, 4.2))
    for number, (ax, head) in enumerate(zip(axes, weights, strict=True), start=1):
        ax.imshow(head, cmap="Blues", vmin=0, vmax=1)
        ax.set_xticks(range(LENGTH), letters, fontsize=6)
        ax.set_yticks(range(LENGTH), letters, fontsize=6)
        ax.set_title(f"head {number}", fontsize=11)
        ax.set_xlabel("looks at")
        ax.set_ylabel("letter")
    return figure


def animation_kernels() -> FuncAnimation:
    """The kernels of the first convolution while they learn, and the loss of each batch."""
    from day17_library.optimisers import AdamW
    from day17_library.training import DataLoader, train_epoch

    rng = np.random.default_rng(1)
    digits = split_digits(rng)
    model = DigitNet(rng).to(np.float32)
    optimiser = AdamW(model.parameters(), 3e-3)
    kernels, losses = [], []
    for batch in [
        pair for _ in range(2) for pair in DataLoader(digits.x_train, digits.y_train, batch_size=32, rng=rng)
    ]:
        loss = train_epoch(model, [batch], lambda x, y: cross_entropy(model(x), y), optimiser)  # type: ignore[arg-type]
        losses.append(float(loss))
        kernels.append(np.array(model.convolutions[0].weight.data[:, 0]))
    figure, axes = panels(2, 5, size=(1.5, 1.6))
    limit = float(np.max(np.abs(kernels)))
    images = [ax.imshow(kernels[0][0], cmap="RdBu_r", vmin=-limit, vmax=limit) for ax in axes[:4] + axes[5:9]]
    for ax in axes[:4] + axes[5:9]:
        ax.set_xticks([])
        ax.set_yticks([])
    (curve,) = axes[4].plot([], [], color=BLUE)
    label(axes[4], "batch", "loss")
    axes[4].set_xlim(0, len(losses))
    axes[4].set_ylim(0, 3)
    axes[9].axis("off")
    text = axes[9].text(0.5, 0.5, "", ha="center", va="center", transform=axes[9].transAxes)

    def draw(frame: int) -> None:
        step = 4 * frame
        for image, kernel in zip(images, kernels[step], strict=True):
            image.set_data(kernel)
        curve.set_data(np.arange(step + 1), losses[: step + 1])
        text.set_text(f"batch {step + 1}\nloss {losses[step]:.2f}")

    return FuncAnimation(figure, draw, frames=len(losses) // 4)
