"""The pictures of the day, drawn through your own functions (given).

Each function is one picture; the first line of its docstring is the caption. Nothing is computed here that an
exercise asks for, so a wrong function shows as a wrong picture. Those that take ``data`` can be drawn for any image
set: `python -m day12_cnn.train --data mnist --pictures FOLDER`.
"""

from functools import cache

import numpy as np
import torch
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import nn

from course.data import load_digits, load_photograph
from course.plots import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, label, panels, show_image
from day12_cnn.architecture import LENET, Layer, Shape, receptive_field, summary
from day12_cnn.convolution import im2col
from day12_cnn.correlation import convolve, correlate, image_gradient, match_template, output_size
from day12_cnn.images import split_images
from day12_cnn.lenet import Arrays, forward, initial_parameters, train
from day12_cnn.networks import DigitNet, LeNet, ResidualBlock, feature_maps, fit, predict
from day12_cnn.normalization import batch_norm
from day12_cnn.pooling import avg_pool2d, max_pool2d, max_pool2d_backward

SEEDS = range(3)


def figure_arithmetic() -> Figure:
    """What a kernel of three sees at its first position (blue) and its second (orange); open squares are padding."""
    settings = (
        ("stride 1", 1, 0, 1),
        ("stride 2", 2, 0, 1),
        ("padding 1, stride 2", 2, 1, 1),
        ("padding 1, dilation 2", 1, 1, 2),
    )
    figure, axes = panels(1, 4, size=(3.0, 3.7))
    number = np.arange(1, 50).reshape(1, 1, 7, 7)
    for ax, (name, stride, padding, dilation) in zip(axes, settings, strict=True):
        columns = im2col(number, (3, 3), (stride, stride), (padding, padding), (dilation, dilation))[0]
        size = output_size(7, 3, stride, padding, dilation)
        for row in range(-padding, 7 + padding):
            for column in range(-padding, 7 + padding):
                inside = 0 <= row < 7 and 0 <= column < 7
                ax.add_patch(_cell(row, column, "0.9" if inside else "white", ":" if not inside else "-"))
        for position, colour, shrink in ((0, BLUE, 0.12), (1, ORANGE, 0.26)):
            for entry, pixel in enumerate(columns[:, position]):
                row, column = divmod(int(pixel) - 1, 7)
                if pixel == 0:  # padding, which does not say from where; row and column of the kernel do
                    u, v = divmod(entry, 3)
                    row, column = u * dilation - padding, v * dilation - padding + position * stride
                side = 1 - 2 * shrink
                place = (column + shrink, row + shrink)
                face = colour if pixel else "none"
                ax.add_patch(Rectangle(place, side, side, facecolor=face, edgecolor=colour, linewidth=1.8))
        ax.set(xlim=(-1.1, 8.1), ylim=(8.1, -1.1), aspect="equal")
        ax.set_title(f"{name}:\n7×7 becomes {size}×{size}", fontsize=11)
        ax.axis("off")
    return figure


def figure_filters() -> Figure:
    """Six answers of small kernels to one photograph."""
    image = _photograph()
    sharpen = np.array([[0.0, -1.0, 0.0], [-1.0, 5.0, -1.0], [0.0, -1.0, 0.0]])
    to_the_right, downwards = image_gradient(image)
    limit = 0.35
    figure, axes = panels(2, 3, size=(4.2, 2.9))
    show_image(axes[0], image, f"original: {image.shape[0]} × {image.shape[1]} pixels")
    show_image(axes[1], convolve(image, np.full((7, 7), 1 / 49), "same"), "mean of 7×7 pixels, mode same")
    show_image(axes[2], correlate(image, sharpen), "sharpened by 3×3")
    show_image(axes[3], to_the_right, "gradient to the right", -limit, limit)
    show_image(axes[4], downwards, "gradient downwards", -limit, limit)
    show_image(axes[5], 1 - np.hypot(to_the_right, downwards) / limit, "strength of the edge (dark)")
    return figure


def figure_template() -> Figure:
    """Looking for a piece of the roof (yellow: large): plain correlation finds the sky, the coefficient the roof."""
    image = _photograph()
    row, column, side = 44, 93, 24
    template = 0.3 + 0.5 * image[row : row + side, column : column + side]
    maps = correlate(image, template), match_template(image, template)
    figure, axes = panels(2, 2, size=(4.8, 3.4))
    show_image(axes[0], image, f"the template: what is in the frame ({row}, {column}), paler")
    axes[0].add_patch(Rectangle((column, row), side, side, fill=False, edgecolor=RED, linewidth=2))
    show_image(axes[1], template, "the template alone")
    for ax, values, name in zip(axes[2:], maps, ("correlation", "normalised"), strict=True):
        shown = ax.imshow(values, cmap="viridis", vmin=min(0.0, values.min()), vmax=values.max())
        best = np.unravel_index(values.argmax(), values.shape)
        ax.plot(
            best[1],
            best[0],
            "o",
            markersize=11,
            fillstyle="none",
            color=RED,
            markeredgewidth=2,
            clip_on=False,
        )
        label(ax, "column of the window", "row", f"{name}: largest at ({best[0]}, {best[1]})")
        ax.grid(visible=False)
        figure.colorbar(shown, ax=ax, shrink=0.8)
    return figure


def animation_convolution() -> FuncAnimation:
    """A kernel moves over a digit; position by position the picture on the right fills up."""
    images, _ = load_digits()
    image, kernel = images[3], np.outer([1.0, 2.0, 1.0], [-1.0, 0.0, 1.0]) / 8
    result = np.asarray(correlate(image, kernel))
    figure, (left, right) = panels(1, 2, size=(3.6, 3.7))
    show_image(left, 1 - image, "a digit and the kernel's window")
    show_image(right, np.full(result.shape, np.nan), "gradient to the right", -0.5, 0.5)
    frame = Rectangle((-0.5, -0.5), 3, 3, fill=False, edgecolor=RED, linewidth=3)
    left.add_patch(frame)

    def draw(position: int) -> None:
        row, column = divmod(position, result.shape[1])
        frame.set_xy((column - 0.5, row - 0.5))
        shown = np.where(np.arange(result.size).reshape(result.shape) <= position, result, np.nan)
        right.images[0].set_data(shown)

    return FuncAnimation(figure, draw, frames=result.size, interval=120)


def figure_pooling() -> Figure:
    """Maximum and mean of 2×2 windows of a digit, and the pixels to which a gradient of one goes back."""
    images, _ = load_digits()
    x, window = images[np.newaxis, :1], (2, 2)
    largest, mean = max_pool2d(x, window, window), avg_pool2d(x, window, window)
    back = max_pool2d_backward(np.ones(largest.shape), x, window, window)
    figure, axes = panels(1, 4, size=(2.9, 3.2))
    shown = ((x, "a digit, 8×8"), (largest, "maximum, 4×4"), (mean, "mean, 4×4"), (back, "who won"))
    for ax, (pixels, name) in zip(axes, shown, strict=True):
        show_image(ax, 1 - np.asarray(pixels)[0, 0], name)
    for line in (1.5, 3.5, 5.5):
        for ax in (axes[0], axes[3]):
            ax.axhline(line, color=SKY, linewidth=1)
            ax.axvline(line, color=SKY, linewidth=1)
    return figure


def figure_batch_norm() -> Figure:
    """Three channels before and after batch normalisation, and how the running mean follows the batches."""
    rng = np.random.default_rng(0)
    centres, widths = np.array([-4.0, 1.0, 6.0]), np.array([0.5, 2.0, 1.0])
    mean, var, path = np.zeros(3), np.ones(3), []
    for _ in range(60):
        x = centres + widths * rng.normal(size=(200, 3))
        y, mean, var = batch_norm(x, np.ones(3), np.zeros(3), mean, var, True)
        path.append(mean)
    figure, (before, after, running) = panels(1, 3, size=(4.2, 3.5))
    for channel, colour in enumerate((BLUE, ORANGE, GREEN)):
        before.hist(x[:, channel], bins=np.linspace(-6, 10, 49), color=colour, alpha=0.7)
        after.hist(np.asarray(y)[:, channel], bins=np.linspace(-4, 4, 33), color=colour, alpha=0.5)
        running.axhline(centres[channel], color=colour, linestyle=":")
        running.plot(np.array(path)[:, channel], color=colour, label=f"channel {channel}")
    label(before, "value", "count", "a batch of 200")
    label(after, "value", "count", "after batch normalisation")
    label(running, "batch", "running mean", "momentum 0.1; dotted: true mean")
    running.legend(fontsize=9, loc=(0.62, 0.14))
    return figure


def figure_parameters() -> Figure:
    """Where the parameters are: a LeNet, and dense layers that put out as many numbers as each of its layers."""
    figure, axes = panels(1, 2, size=(5.6, 3.9))
    for ax, side in zip(axes, (8, 32), strict=True):
        shape: Shape = (1, side, side)
        widths = [int(np.prod(size)) for size, parameters in summary(LENET, shape) if parameters]
        dense: list[Layer] = [("flatten",), *(("dense", width) for width in widths)]
        totals, start = [], 0
        for layers, colour in ((LENET, BLUE), (dense, ORANGE)):
            rows = [
                (layer[0], size, parameters)
                for layer, (size, parameters) in zip(layers, summary(layers, shape), strict=True)
                if parameters
            ]
            for place, (kind, size, parameters) in enumerate(rows, start):
                ax.barh(place, parameters, color=colour)
                ax.text(parameters, place, f" {kind} → {'×'.join(map(str, size))}", va="center", fontsize=9)
            totals.append(sum(parameters for _, _, parameters in rows))
            start += len(rows) + 1
        ax.set_xscale("log")
        ax.set(xlim=(100, 3e10), yticks=[1.5, 6.5], yticklabels=["LeNet", "dense"])
        ax.invert_yaxis()
        label(ax, "parameters", "", f"{side}×{side} pixels: {totals[0]:,} against {totals[1]:,}")
    return figure


def figure_receptive_field() -> Figure:
    """The receptive field against depth: 3×3 convolutions alone, and with poolings in between."""
    conv: Layer = ("conv", 8, (3, 3), (1, 1), (1, 1))
    pool: Layer = ("max_pool", (2, 2), (2, 2))
    stacks = {
        "3×3 convolutions": [conv] * 12,
        "5×5 convolutions": [("conv", 8, (5, 5), (1, 1), (2, 2))] * 12,
        "two 3×3, one pooling, and so on": [conv, conv, pool] * 4,
    }
    figure, (ax,) = panels(size=(6.0, 4.0))
    for (name, layers), colour, marker in zip(stacks.items(), (BLUE, GREEN, RED), "os^", strict=True):
        depths = range(len(layers) + 1)
        sizes = [receptive_field(layers[:depth])[0] for depth in depths]
        ax.plot(depths, sizes, color=colour, marker=marker, markersize=5, label=name)
    label(ax, "layers", "pixels seen along one axis", legend=True)
    return figure


def figure_training(data: str = "digits", epochs: int = 10) -> Figure:
    """Your LeNet in NumPy learns to read: loss of three seeds (band: smallest to largest), and what it gets wrong."""
    _, _, images, labels = split_images(data)
    runs = [_trained_lenet(data, seed, epochs) for seed in SEEDS]
    confusion = np.zeros((10, 10), dtype=int)
    for parameters, _ in runs:
        np.add.at(confusion, (labels, np.asarray(forward(parameters, images)["logits"]).argmax(axis=1)), 1)
    figure, (curve, table) = panels(1, 2, size=(4.8, 4.2))
    _draw_losses(curve, [losses for _, losses in runs], BLUE)
    curve.set_title("two convolutions, two dense layers, by hand", fontsize=11)
    _draw_confusion(table, confusion)
    right = np.trace(confusion) / confusion.sum()
    table.set_title(f"{right:.1%} of {len(labels)} unseen digits, three times", fontsize=11)
    return figure


def figure_feature_maps(data: str = "digits", epochs: int = 10) -> Figure:
    """A 3 through eight filters of each convolution, blue above 0 and red below (in PyTorch, by your NumPy weights)."""
    parameters, _ = _trained_lenet(data, 0, epochs)
    _, _, images, labels = split_images(data)
    model = LeNet(images.shape[-1])
    model.load_state_dict({name: torch.tensor(value) for name, value in parameters.items()})
    index = int(np.flatnonzero(labels == 3)[0])
    maps = feature_maps(model, torch.tensor(images[index : index + 1], dtype=torch.float32))
    rows = {
        "filter": parameters["conv1.weight"][:8, 0],
        "conv1": np.asarray(maps["conv1"][0][:8]),
        "conv2": np.asarray(maps["conv2"][0][:8]),
    }
    figure, axes = panels(3, 9, size=(1.15, 1.3))
    for ax in axes:
        ax.axis("off")
    show_image(axes[9], -images[index, 0], "digit", -images.max(), -images.min())
    for row, (name, pictures) in enumerate(rows.items()):
        limit = np.abs(pictures).max()
        for number, picture in enumerate(pictures):
            ax = axes[9 * row + 1 + number]
            ax.imshow(picture, cmap="RdBu", vmin=-limit, vmax=limit)
            ax.set_title(f"{name} {number}")
    for ax in axes:
        ax.title.set_fontsize(8)
    return figure


def figure_gradient_flow() -> Figure:
    """How much of the gradient arrives at the input of a deep network: plain layers fade, residual blocks do not."""
    depths = (1, 2, 4, 8, 16, 32)
    networks = {
        "convolutions and ReLU": lambda: [nn.Conv2d(8, 8, 3, padding=1), nn.ReLU()],
        "your residual blocks": lambda: [ResidualBlock(8, 8)],
    }
    figure, (ax,) = panels(size=(6.0, 4.0))
    for (name, make), colour, marker in zip(networks.items(), (RED, BLUE), "s^", strict=True):
        sizes = []
        for depth in depths:
            torch.manual_seed(0)
            model = nn.Sequential(*(layer for _ in range(depth) for layer in make()))
            x = torch.randn(16, 8, 8, 8, requires_grad=True)
            weights = torch.randn(16, 8, 8, 8)  # a plain sum would cancel in a normalisation
            (model(x) * weights).sum().backward()
            sizes.append(x.grad.abs().mean().item())
        ax.loglog(depths, np.maximum(sizes, 1e-20), color=colour, marker=marker, label=name)
    ax.set_xticks(depths, [str(depth) for depth in depths])
    label(ax, "layers or blocks", "mean |gradient| at the input", legend=True)
    return figure


def figure_digit_net() -> Figure:
    """Your own network: loss of three seeds (band: smallest to largest), and digits that it still gets wrong."""
    train_images, train_labels, test_images, test_labels = (torch.tensor(a) for a in split_images())
    train_images, test_images = train_images.float(), test_images.float()
    runs, answers = [], []
    for seed in SEEDS:
        torch.manual_seed(seed)
        model = DigitNet()
        runs.append(fit(model, train_images, train_labels, seed=seed))
        answers.append(predict(model, test_images))
    right = np.mean([(answer == test_labels).double().mean().item() for answer in answers])
    wrong = torch.nonzero(answers[0] != test_labels)[:, 0][:6].tolist()

    figure, (curve, tiles) = panels(1, 2, size=(4.6, 3.9))
    _draw_losses(curve, runs, PURPLE)
    curve.set_title("ten epochs of Adam", fontsize=11)
    mosaic = np.full((21, 30), test_images.min().item())
    for place, index in enumerate(wrong):
        row, column = divmod(place, 3)
        mosaic[10 * row + 1 : 10 * row + 9, 10 * column + 1 : 10 * column + 9] = test_images[index, 0]
        words = f"{test_labels[index]}, not {answers[0][index]}"
        tiles.text(10 * column + 4.5, 10 * row + 9.6, words, ha="center", va="center", fontsize=8, color=RED)
    show_image(tiles, -mosaic, f"{right:.1%} of 500 right; wrong, for example", -mosaic.max(), -mosaic.min())
    return figure


@cache
def _trained_lenet(data: str, seed: int, epochs: int) -> tuple[Arrays, list[float]]:
    """Parameters and losses of the LeNet in NumPy, trained once for all pictures."""
    images, labels, _, _ = split_images(data)
    return train(initial_parameters(seed, images.shape[-1]), images, labels, epochs, seed=seed)


def _draw_losses(ax: Axes, runs: list[list[float]], colour: str) -> None:
    """Training loss of several seeds: line for the mean, band from the smallest to the largest."""
    losses = np.array(runs)
    epochs = np.arange(1, losses.shape[1] + 1)
    ax.semilogy(epochs, losses.mean(axis=0), color=colour, marker="o", label=f"mean of {len(runs)} seeds")
    ax.fill_between(epochs, losses.min(axis=0), losses.max(axis=0), color=colour, alpha=0.2, linewidth=0)
    label(ax, "epoch", "cross-entropy, training / nats", legend=True)


def _photograph() -> np.ndarray:
    """The photograph in grey, every two by two pixels averaged."""
    grey = load_photograph().mean(axis=2)[:426]
    return grey.reshape(213, 2, 320, 2).mean(axis=(1, 3))


def _cell(row: int, column: int, colour: str, line: str) -> Rectangle:
    """One pixel of a grid."""
    return Rectangle((column, row), 1, 1, facecolor=colour, edgecolor=GREY, linestyle=line, linewidth=0.8)


def _draw_confusion(ax: Axes, confusion: np.ndarray) -> None:
    """A confusion matrix with its numbers; the diagonal is left pale."""
    errors = np.where(np.eye(len(confusion), dtype=bool), 0, confusion)
    ax.imshow(errors, cmap="Reds", vmin=0, vmax=max(4, errors.max()))
    for (row, column), count in np.ndenumerate(confusion):
        if count:
            ax.text(column, row, str(count), ha="center", va="center", fontsize=8)
    ax.set(xticks=range(10), yticks=range(10), xlabel="predicted", ylabel="true digit")
