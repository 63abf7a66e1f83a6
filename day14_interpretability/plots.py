"""The pictures of the day, drawn through your own functions (given).

Each function is one picture; the first line of its docstring is the caption. Nothing is computed here that an
exercise asks for, so a wrong function shows as a wrong picture. Red speaks for the class, blue against it.
"""

from functools import cache

import numpy as np
import torch
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from course.plots import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, label, panels, show_image
from day14_interpretability.attacks import fgsm, pgd
from day14_interpretability.dreams import maximise_activation
from day14_interpretability.gradients import (
    class_scores,
    gradient_times_input,
    input_gradient,
    saliency,
    smoothgrad,
    weight_images,
)
from day14_interpretability.images import Split, real_and_synthetic, split_digits
from day14_interpretability.integrated import completeness_error, constant_baseline, integrated_gradients
from day14_interpretability.maps import class_activation_map, grad_cam, guided_gradient, occlusion
from day14_interpretability.networks import DigitNet, dense_net, linear_net, train
from day14_interpretability.sanity import randomise_layers, saliency_change
from day14_interpretability.spectra import radial_spectrum, train_detector

TILE = (1.35, 1.5)
"""Width and height of a panel with one digit, in inches."""


def figure_weights() -> Figure:
    """A linear classifier: the mean digit of each class (above) and the weights of its logit (below)."""
    digits = split_digits()
    torch.manual_seed(0)
    model = linear_net()
    train(model, digits.x_train, digits.y_train)
    dense = model[1]
    images, _ = weight_images(dense.weight.detach(), dense.bias.detach(), (8, 8), digits.mean, digits.std)
    figure, axes = panels(2, 10, size=TILE)
    for k in range(10):
        _show_digit(axes[k], digits.x_train[digits.y_train == k].mean(dim=0), digits, f"mean {k}")
        _show_signed(axes[10 + k], images[k], f"weights {k}")
    return figure


def figure_attributions() -> Figure:
    """Two digits read rightly and two wrongly; every map asks about the class that its title names."""
    model, digits, answers = _trained()
    wrong = torch.nonzero(answers != digits.y_test)[:2, 0]
    right = [_first(digits.y_test == answers, digits.y_test == k) for k in (5, 8)]
    chosen = torch.tensor([*right, *wrong])
    x, y, answer = digits.x_test[chosen], digits.y_test[chosen], answers[chosen]
    paper = _paper(digits)
    maps = {
        "saliency": saliency(model, x, answer),
        "SmoothGrad": smoothgrad(model, x, answer),
        "gradient × input": gradient_times_input(model, x, answer),
        "integrated": integrated_gradients(model, x, answer, paper),
    }
    truly = integrated_gradients(model, x, y, paper)
    figure, axes = panels(4, 6, size=(1.75, 1.85))
    for i in range(4):
        row = axes[6 * i : 6 * i + 6]
        verdict = "right" if answer[i] == y[i] else "wrong"
        _show_digit(row[0], x[i], digits, f"a {y[i]}, read as {answer[i]} ({verdict})")
        for ax, (name, values) in zip(row[1:5], maps.items(), strict=True):
            if name == "saliency":
                ax.imshow(values[i], cmap="magma")
                _bare(ax, f"{name}: {answer[i]}")
            else:
                _show_signed(ax, values[i], f"{name}: {answer[i]}")
        _show_signed(row[5], truly[i], f"integrated: {y[i]}")
    return figure


def figure_completeness() -> Figure:
    """The score on the way from paper to a digit, and how fast the error of completeness falls."""
    model, digits, _ = _trained()
    paper = _paper(digits)
    x, y = digits.x_test[:20], digits.y_test[:20]
    figure, (way, error) = panels(1, 2)
    alphas = torch.linspace(0, 1, 101)
    for k, colour in zip((2, 3, 6, 8), (BLUE, RED, GREEN, PURPLE), strict=True):
        image = digits.x_test[_first(digits.y_test == k)]
        path = paper + alphas[:, None, None, None] * (image - paper)
        with torch.no_grad():
            scores = class_scores(model, path, torch.full((101,), k))
        way.plot(alphas, scores, color=colour, label=f"a {k}")
    label(way, "α: 0 is paper, 1 is the digit", "score of the right class", legend=True)
    steps = [1, 2, 4, 8, 16, 32, 64, 128]
    errors = []
    for n in steps:
        contributions = integrated_gradients(model, x, y, paper, n)
        errors.append(completeness_error(model, x, y, paper, contributions).mean().item())
    error.loglog(steps, errors, "o-", color=BLUE, label="mean of 20 digits")
    error.loglog(steps, errors[0] / np.array(steps), ":", color=GREY, label="1 / steps")
    error.loglog(steps, errors[0] / np.array(steps) ** 2.0, "--", color=GREY, label="1 / steps²")
    error.set_xticks(steps, [str(n) for n in steps])
    label(error, "steps of the midpoint rule", "error of completeness", legend=True)
    return figure


def figure_baselines() -> Figure:
    """One digit explained against three baselines: another question each time, and another answer."""
    model, digits, _ = _trained()
    index = _first(digits.y_test == 3)
    x, y = digits.x_test[index : index + 1], digits.y_test[index : index + 1]
    baselines = {
        "paper": _paper(digits),
        "grey (zeros of the network)": torch.zeros(1, 8, 8),
        "ink": constant_baseline(1.0, digits.mean, digits.std, (1, 8, 8)),
    }
    figure, axes = panels(2, 4, size=(2.3, 2.4))
    _show_digit(axes[0], x[0], digits, "a 3")
    axes[4].axis("off")
    for ax, below, (name, baseline) in zip(axes[1:4], axes[5:], baselines.items(), strict=True):
        _show_digit(ax, baseline, digits, name)
        _show_signed(below, integrated_gradients(model, x, y, baseline)[0], "integrated gradients")
    return figure


def animation_path() -> FuncAnimation:
    """From paper to a digit: the image, the gradient there, and what has been added up so far."""
    model, digits, _ = _trained()
    index = _first(digits.y_test == 5)
    x, y = digits.x_test[index : index + 1], digits.y_test[index : index + 1]
    paper, steps = _paper(digits), 30
    alphas = (torch.arange(steps) + 0.5) / steps
    path = paper + alphas[:, None, None, None] * (x - paper)
    gradients = input_gradient(model, path, y.repeat(steps))
    parts = [integrated_gradients(model, image[None], y, paper)[0, 0] for image in path]
    figure, (left, middle, right) = panels(1, 3, size=(2.7, 2.9))
    _show_digit(left, path[0], digits, "α = 0.02")
    _show_signed(middle, gradients[-1], "gradient of the score of 5", float(gradients.abs().max()))
    _show_signed(right, parts[-1], "integrated so far", float(parts[-1].abs().max()))

    def draw(step: int) -> None:
        left.images[0].set_data(1 - (path[step, 0] * digits.std + digits.mean))
        left.set_title(f"α = {alphas[step]:.2f}", fontsize=8)
        middle.images[0].set_data(gradients[step, 0])
        right.images[0].set_data(parts[step])

    return FuncAnimation(figure, draw, frames=steps, interval=120)


def figure_places() -> Figure:
    """Where the network looks for the right class: squares of paper, feature maps, guided gradients."""
    model, digits, _ = _trained()
    chosen = torch.tensor([_first(digits.y_test == k) for k in (2, 4, 7, 9)])
    x, y = digits.x_test[chosen], digits.y_test[chosen]
    with torch.no_grad():
        features = model.features(x)
    fill = float(_paper(digits)[0, 0, 0])
    signed = {
        "occlusion by 3×3": occlusion(model, x, y, 3, fill=fill),
        "CAM": class_activation_map(features, model.classifier.weight.detach(), y),
        "guided gradient": guided_gradient(model, x, y)[:, 0],
        "gradient": input_gradient(model, x, y)[:, 0],
    }
    heat = grad_cam(model, model.features, x, y)
    figure, axes = panels(4, 6, size=(1.75, 1.85))
    for i in range(4):
        row = axes[6 * i : 6 * i + 6]
        _show_digit(row[0], x[i], digits, f"a {y[i]}")
        for place, (name, values) in zip((1, 2, 4, 5), signed.items(), strict=True):
            _show_signed(row[place], values[i], name)
        row[1].images[0].set_extent((0.5, 6.5, 6.5, 0.5))  # the centres of squares of three pixels
        row[1].set(xlim=(-0.5, 7.5), ylim=(7.5, -0.5))
        row[3].imshow(heat[i], cmap="magma", vmin=0)
        _bare(row[3], "Grad-CAM")
    return figure


def figure_dreams() -> Figure:
    """Dreamt digits 0 to 9, the best of eight starts: dense layers, the same with a penalty, and convolutions."""
    model, digits, _ = _trained()
    torch.manual_seed(0)
    dense = dense_net()
    train(dense, digits.x_train, digits.y_train)
    low, high = _range(digits)
    starts = low + (high - low) * torch.rand(8, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    figure, axes = panels(3, 10, size=TILE)
    settings = ((dense, 0.0, 0.0), (dense, 0.15, 0.2), (model, 0.15, 0.2))
    for row, (network, l2, smoothness) in enumerate(settings):
        for k in range(10):
            images, _ = maximise_activation(network, k, starts, 150, 0.1, l2, smoothness, low, high)
            with torch.no_grad():
                probability = network(images[:1]).softmax(dim=1)[0, k]
            _show_digit(axes[10 * row + k], images[0], digits, f"{k}: {probability:.1%}")
    return figure


def figure_adversarial() -> Figure:
    """Digits before and after an attack by a tenth of full ink, the difference, and their saliency maps."""
    model, digits, answers = _trained()
    low, high = _range(digits)
    epsilon = 0.1 / digits.std
    x, y = digits.x_test, digits.y_test
    attacked = pgd(model, x, y, epsilon, epsilon / 4, 10, low, high)
    with torch.no_grad():
        now = model(attacked).argmax(dim=1)
    chosen = torch.tensor([_first(answers == y, now != y, y == k) for k in (3, 7, 9)])
    before, after = (saliency(model, images[chosen], y[chosen]) for images in (x, attacked))
    figure, axes = panels(3, 5, size=(1.95, 2.05))
    for i, index in enumerate(chosen.tolist()):
        row = axes[5 * i : 5 * i + 5]
        _show_digit(row[0], x[index], digits, f"read as {answers[index]}")
        _show_signed(row[1], (attacked - x)[index], "the difference, enlarged")
        _show_digit(row[2], attacked[index], digits, f"read as {now[index]}")
        for ax, values, name in ((row[3], before, "before"), (row[4], after, "after")):
            ax.imshow(values[i], cmap="magma", vmin=0)
            _bare(ax, f"saliency of {y[index]} {name}")
    return figure


def figure_robustness() -> Figure:
    """Accuracy and saliency against epsilon: attacks compared with noise of the same size."""
    model, digits, _ = _trained()
    low, high = _range(digits)
    x, y = digits.x_test[:300], digits.y_test[:300]
    signs = torch.where(torch.rand(x.shape, generator=torch.Generator().manual_seed(0)) < 0.5, -1.0, 1.0)
    epsilons = np.linspace(0, 0.25, 11)
    curves: dict[str, list[tuple[float, float]]] = {"random signs": [], "FGSM": [], "PGD, 10 steps": []}
    for epsilon in epsilons / digits.std:
        images = (
            (x + epsilon * signs).clamp(low, high),
            fgsm(model, x, y, epsilon, low, high),
            pgd(model, x, y, epsilon, epsilon / 4, 10, low, high),
        )
        for curve, changed in zip(curves.values(), images, strict=True):
            with torch.no_grad():
                accuracy = (model(changed).argmax(dim=1) == y).double().mean().item()
            likeness = saliency_change(model, x[:100], changed[:100], y[:100])
            curve.append((accuracy, float(np.mean(np.asarray(likeness)))))
    figure, axes = panels(1, 2)
    for (name, curve), colour, marker in zip(curves.items(), (GREY, ORANGE, RED), "os^", strict=True):
        for ax, values in zip(axes, np.array(curve).T, strict=True):
            ax.plot(epsilons, values, color=colour, marker=marker, markersize=5, label=name)
    label(axes[0], "epsilon, as a fraction of full ink", "accuracy on 300 digits", legend=True)
    label(
        axes[1], "epsilon, as a fraction of full ink", "rank correlation with before, 100 digits", legend=True
    )
    return figure


def figure_sanity() -> Figure:
    """How much of a map survives when the network is destroyed, layer by layer from the last to the first."""
    model, digits, _ = _trained()
    x, y = digits.x_test[:60], digits.y_test[:60]
    paper = _paper(digits)
    methods = {
        "gradient": input_gradient,
        "saliency": saliency,
        "guided gradient": guided_gradient,
        "saliency × ink": lambda net, images, classes: (
            (images - paper)[:, 0] * saliency(net, images, classes)
        ),
        "the image itself": lambda net, images, classes: images,
    }
    figure, (ax,) = panels(size=(6.4, 4.0))
    for (name, explain), colour, marker in zip(
        methods.items(), (BLUE, GREEN, PURPLE, ORANGE, GREY), "os^vD", strict=True
    ):
        runs = [randomise_layers(model, x, y, explain, seed) for seed in range(5)]
        layers = ["intact", *runs[0]]
        values = np.array([[1.0, *run.values()] for run in runs])
        ax.errorbar(
            range(len(layers)),
            values.mean(axis=0),
            values.std(axis=0),
            color=colour,
            marker=marker,
            capsize=3,
            label=name,
        )
    ax.axhline(0, color="0.7", linewidth=1)
    ax.set_xticks(range(len(layers)), layers)
    label(ax, "destroyed up to this layer", "rank correlation with the intact map", legend=True)
    return figure


def figure_spectra() -> Figure:
    """Real and up-sampled patches, their spectra, and the weights of a linear classifier of spectra."""
    known, unseen = real_and_synthetic()
    features = radial_spectrum(known.images)
    weight, bias = train_detector(features, known.labels)
    guesses = radial_spectrum(unseen.images) @ weight + bias > 0
    accuracy = np.mean(guesses == unseen.labels)
    figure, (tiles, curves, bars) = panels(1, 3, size=(4.3, 3.7))
    rows = [np.hstack(known.images[known.labels == kind][4:7]) for kind in (0, 1)]
    show_image(tiles, np.vstack(rows), "real (above), up-sampled (below)")
    for kind, name, colour in ((0, "real", BLUE), (1, "up-sampled", RED)):
        mean, std = (statistic(features[known.labels == kind], axis=0) for statistic in (np.mean, np.std))
        curves.plot(mean, color=colour, label=name)
        curves.fill_between(range(len(mean)), mean - std, mean + std, color=colour, alpha=0.2, linewidth=0)
    label(curves, "waves per patch", "log₁₀ of power", "mean ± standard deviation", legend=True)
    bars.bar(range(len(weight)), weight, color=[RED if w > 0 else BLUE for w in weight])
    bars.set_xticks(range(0, len(weight), 4))
    label(bars, "waves per patch", "weight", f"detector: {accuracy:.1%} of 400 unseen patches")
    return figure


@cache
def _trained() -> tuple[DigitNet, Split, Tensor]:
    """The convolutional network, trained once for all pictures; the digits; its answers for the test digits."""
    digits = split_digits()
    torch.manual_seed(0)
    model = DigitNet()
    train(model, digits.x_train, digits.y_train)
    model.eval()
    with torch.no_grad():
        return model, digits, model(digits.x_test).argmax(dim=1)


def _first(*conditions: Tensor) -> int:
    """The index of the first image for which all conditions hold."""
    return int(torch.nonzero(torch.stack(conditions).all(dim=0))[0])


def _paper(digits: Split) -> Tensor:
    """An empty sheet as the network sees it."""
    return constant_baseline(0.0, digits.mean, digits.std, (1, 8, 8))


def _range(digits: Split) -> tuple[float, float]:
    """Paper and ink on the scale of the network."""
    return (0 - digits.mean) / digits.std, (1 - digits.mean) / digits.std


def _show_digit(ax: Axes, image: Tensor, digits: Split, title: str) -> None:
    """A standardised image, dark ink on white paper."""
    show_image(ax, 1 - (image[0] * digits.std + digits.mean), title)
    ax.title.set_fontsize(8)


def _show_signed(ax: Axes, values: Tensor, title: str, limit: float | None = None) -> None:
    """A map with signs: red for, blue against, white for nothing."""
    pixels = np.asarray(values).squeeze()
    limit = limit or max(float(np.abs(pixels).max()), 1e-12)
    ax.imshow(pixels, cmap="RdBu_r", vmin=-limit, vmax=limit)
    _bare(ax, title)


def _bare(ax: Axes, title: str) -> None:
    """A small title and no ticks."""
    ax.set_title(title, fontsize=8)
    ax.set_xticks([])
    ax.set_yticks([])
