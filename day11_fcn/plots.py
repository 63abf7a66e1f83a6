"""The pictures of the day, drawn through your own functions (given).

Each function is one picture; the first line of its docstring is the caption. Those that take ``data`` can be drawn for
any image set: `python -m day11_fcn.train --data mnist --pictures FOLDER`.
"""

from functools import cache

import numpy as np
from matplotlib.figure import Figure

from course.data import load_images
from course.plots import BLUE, COLOURS, GREEN, GREY, PURPLE, RED, label, legend_below, panels, show_image
from day11_fcn.activations import ACTIVATIONS, activate, activate_backward, modern_activation, softmax
from day11_fcn.evaluation import (
    accuracy,
    confusion_matrix,
    most_confused,
    precision_recall_f1,
    worst_examples,
)
from day11_fcn.layers import Parameters, dense, gradient_error, initialise, initialise_layers
from day11_fcn.losses import (
    binary_cross_entropy,
    class_weights,
    cross_entropy,
    hinge,
    huber,
    one_hot,
    squared_error,
    weighted_cross_entropy,
)
from day11_fcn.networks import mlp, two_layer
from day11_fcn.preparation import Standardizer, Whitening, group_split, split
from day11_fcn.training import (
    History,
    Samples,
    experiment,
    fit,
    noisy_cosines,
    sgd_step,
    train_denoiser,
)

SEEDS = range(5)


def figure_activations() -> Figure:
    """Three activations and their derivatives: where the derivative is 0, nothing is learned."""
    x = np.linspace(-4, 4, 401)
    figure, (values, slopes) = panels(1, 2)
    for name, colour, line in zip(ACTIVATIONS, COLOURS, ("-", "--", "-."), strict=False):
        values.plot(x, activate(x, name), color=colour, linestyle=line, label=name)
        slopes.plot(x, activate_backward(x, np.ones_like(x), name), color=colour, linestyle=line, label=name)
    values.set_ylim(-1.2, 2.2)
    label(values, "x", "f(x)", "activation")
    label(slopes, "x", "f′(x)", "derivative")
    legend_below(figure, values)
    return figure


def figure_first_weights() -> Figure:
    """The spread of a signal on its way through 20 layers of 128 units, for four kinds of first weights."""
    rng = np.random.default_rng(0)
    kinds = {
        "tanh, σ = 0.01": ("tanh", lambda: rng.normal(scale=0.01, size=(128, 128))),
        "tanh, Glorot": ("tanh", lambda: initialise(128, 128, "glorot", rng)),
        "ReLU, Glorot": ("relu", lambda: initialise(128, 128, "glorot", rng)),
        "ReLU, He": ("relu", lambda: initialise(128, 128, "he", rng)),
    }
    figure, (ax,) = panels(size=(6.4, 4.0))
    for (name, (activation, weights)), colour, marker in zip(kinds.items(), COLOURS, "so^v", strict=False):
        x, spread = rng.normal(size=(500, 128)), []
        for _ in range(20):
            x = activate(dense(x, weights(), np.zeros(128)), activation)
            spread.append(x.std())
        ax.semilogy(range(1, 21), spread, color=colour, marker=marker, markersize=4, label=name)
    ax.set_ylim(1e-8, 10)
    ax.set_xticks(range(2, 21, 2))
    label(ax, "layer", "standard deviation of the outputs", legend=True)
    return figure


def figure_gradient_check() -> Figure:
    """Error of a right and of a wrong gradient against the step of the central difference."""
    rng = np.random.default_rng(0)
    parameters = initialise_layers([5, 8, 3], "tanh", rng)
    x, target = rng.normal(size=(20, 5)), rng.normal(size=(20, 3))
    (w1, b1), second = parameters
    gradient = two_layer(parameters, x, target)[1][0][0]

    def loss(w: np.ndarray) -> float:
        return two_layer([(w, b1), second], x, target)[0]

    steps = np.geomspace(1e-12, 1e-1, 34)
    figure, (ax,) = panels(size=(6.0, 4.0))
    cases = (("your gradient", gradient, BLUE, "o"), ("twice your gradient", 2 * gradient, RED, "s"))
    for name, checked, colour, marker in cases:
        errors = [gradient_error(loss, checked, w1, step) for step in steps]
        ax.loglog(steps, errors, color=colour, marker=marker, markersize=4, label=name)
    ax.axvline(1e-5, color=GREY, linestyle=":", label="h = 10⁻⁵")
    label(ax, "step h", "relative error", legend=True)
    return figure


def figure_preparation() -> Figure:
    """A cloud as it is measured, standardized and whitened, with new points from elsewhere (crosses)."""
    rng = np.random.default_rng(4)
    spread = np.array([[2.0, 0.9], [0.0, 0.35]])
    train, new = rng.normal(size=(300, 2)) @ spread + [6, 2], rng.normal(size=(12, 2)) @ spread + [9, 2]
    clouds = [("as measured", train, new)]
    for name, preparation in (("standardized", Standardizer(0.0)), ("whitened", Whitening(0.0))):
        preparation.fit(train)
        clouds.append((name, *(np.asarray(preparation.transform(x)) for x in (train, new))))
    figure, axes = panels(1, 3, size=(3.6, 3.4))
    for ax, (title, points, others) in zip(axes, clouds, strict=True):
        ax.plot(*points.T, ".", color=BLUE, markersize=4, label="training")
        ax.plot(*others.T, "x", color=RED, label="new")
        label(ax, "feature 0", "feature 1", title)
        ax.set_aspect("equal", adjustable="datalim")
    axes[0].legend(fontsize=9)
    return figure


def figure_denoising() -> Figure:
    """A network with 16 hidden units takes the noise out of cosines that it has not seen."""
    rng = np.random.default_rng(0)
    noisy, clean = noisy_cosines(200, 32, 0.5, rng)
    trained, losses = train_denoiser(initialise_layers([32, 16, 32], "tanh", rng), noisy, clean, 1.0, 400)
    new_noisy, new_clean = noisy_cosines(1, 32, 0.5, rng)
    figure, (curve, signal) = panels(1, 2, size=(5.0, 3.6))
    curve.semilogy(losses, color=BLUE, label="your network")
    curve.axhline(0.25, color=GREY, linestyle=":", label="variance of the noise")
    label(curve, "step", "mean squared error", "training", legend=True)
    signal.plot(new_noisy[0], "x", color=GREY, label="noisy")
    signal.plot(new_clean[0], color=GREEN, linestyle="--", label="clean")
    signal.plot(mlp(trained, new_noisy, "tanh")[0][0], color=RED, label="denoised")
    signal.set_ylim(-2.4, 3.4)
    label(signal, "time", "signal", "a new cosine")
    signal.legend(fontsize=9, ncols=3, loc="upper center")
    return figure


def figure_weight_images(data: str = "digits") -> Figure:
    """Softmax regression looks at a digit through ten templates: blue speaks for it, red against."""
    (train, validation, test), shape = _prepared(data, 0)
    rng = np.random.default_rng(0)
    start = initialise_layers([train[0].shape[1], 10], "tanh", rng)
    trained, _ = fit(start, train, validation, 0.1, 32, 20, rng)
    figure, axes = panels(2, 5, size=(1.7, 1.8))
    _show_weights(axes, trained[0][0].T, shape, [f"{digit}" for digit in range(10)])
    figure.suptitle(f"test accuracy {accuracy(mlp(trained, test[0])[0], test[1]):.1%}", fontsize=11)
    return figure


def figure_learning_curves(data: str = "digits") -> Figure:
    """Loss and accuracy of five seeds: line for the mean, band from the smallest to the largest."""
    runs = [_trained(data, seed) for seed in SEEDS]
    figure, (losses, accuracies) = panels(1, 2, size=(5.0, 3.7))
    shown = (
        (losses, "train_loss", "training", BLUE, "-"),
        (losses, "validation_loss", "validation", RED, "--"),
        (accuracies, "validation_accuracy", "validation", RED, "--"),
    )
    for ax, name, title, colour, line in shown:
        curves = np.array([history[name] for _, history, _ in runs])
        epochs = np.arange(1, curves.shape[1] + 1)
        ax.plot(epochs, curves.mean(axis=0), color=colour, linestyle=line, label=title)
        ax.fill_between(epochs, curves.min(axis=0), curves.max(axis=0), color=colour, alpha=0.2, linewidth=0)
    losses.set_yscale("log")
    label(losses, "epoch", "cross-entropy / nats", "loss", legend=True)
    tested = [test_accuracy for _, _, test_accuracy in runs]
    accuracies.axhline(np.mean(tested), color=GREEN, linestyle=":", label=f"test: {np.mean(tested):.1%}")
    accuracies.set_ylim(0.9, 1.0)
    label(accuracies, "epoch", "accuracy", "accuracy", legend=True)
    return figure


def figure_predictions(data: str = "digits") -> Figure:
    """Test digits with what the network says: eight as they come, and the sixteen that surprise it most."""
    (_, _, (x, labels)), shape = _prepared(data, 0)
    logits, _ = mlp(_trained(data, 0)[0], x)
    p, images = softmax(logits), _test_images(data, 0)
    chosen = [*range(8), *worst_examples(logits, labels, 16)]
    figure, axes = panels(3, 8, size=(1.25, 1.45))
    for ax, index in zip(axes, chosen, strict=True):
        answer = int(logits[index].argmax())
        show_image(ax, 1 - images[index].reshape(shape))
        right = answer == labels[index]
        ax.set_title(
            f"{answer} ({p[index, answer]:.0%})"
            if right
            else f"{answer} ({p[index, answer]:.0%}), is {labels[index]}",
            fontsize=8,
            color="black" if right else RED,
        )
    return figure


def figure_confusion(data: str = "digits") -> Figure:
    """Which digit is taken for which, over the test sets of five seeds: counts, and shares as colour."""
    counts = np.zeros((10, 10), dtype=int)
    for seed in SEEDS:
        (_, _, (x, labels)), _ = _prepared(data, seed)
        counts += confusion_matrix(labels, mlp(_trained(data, seed)[0], x)[0].argmax(axis=1), 10)
    shares = counts / counts.sum(axis=1, keepdims=True)
    figure, (ax,) = panels(size=(5.6, 4.8))
    picture = ax.imshow(np.where(shares > 0, shares, np.nan), cmap="Blues", vmin=0, vmax=0.05)
    for truth, answer in np.argwhere(counts > 0):
        colour = "white" if shares[truth, answer] > 0.03 else "black"
        ax.text(answer, truth, counts[truth, answer], ha="center", va="center", fontsize=8, color=colour)
    truth, answer = most_confused(counts)
    label(ax, "answer", "truth", f"most often: {truth} taken for {answer}")
    ax.grid(False)
    ax.set_xticks(range(10))
    ax.set_yticks(range(10))
    figure.colorbar(picture, ax=ax, label="share of the class (5 % and more in dark blue)")
    return figure


def figure_first_layer(data: str = "digits") -> Figure:
    """What 16 hidden units look at: the weights of a small first layer, before training and after."""
    sets, shape = _split_images(data, 0)
    before = initialise_layers([sets[0][0].shape[1], 16, 10], "relu", np.random.default_rng(0))
    after, _, test_accuracy = experiment(*sets, np.random.default_rng(0), hidden=(16,), rate=0.0)
    figure, axes = panels(4, 8, size=(1.1, 1.15))
    _show_weights(
        axes, np.vstack([before[0][0].T, after[0][0].T]), shape, [*_headed("before"), *_headed("after")]
    )
    figure.suptitle(f"16 units: test accuracy {test_accuracy:.1%}", fontsize=11)
    return figure


def figure_loss_surface() -> Figure:
    """A slice of the loss surface around the trained network, along two random directions."""
    (train, _, _), _ = _prepared("digits", 0)
    x, labels = train[0][:400], train[1][:400]
    parameters = _trained("digits", 0)[0]
    rng = np.random.default_rng(0)
    directions = [_direction(parameters, rng) for _ in range(2)]
    ticks = np.linspace(-1.5, 1.5, 31)
    losses = np.empty((len(ticks), len(ticks)))
    for i, a in enumerate(ticks):
        for j, b in enumerate(ticks):
            moved = sgd_step(sgd_step(parameters, directions[0], -b), directions[1], -a)
            losses[i, j] = cross_entropy(mlp(moved, x)[0], labels)
    figure, (flat,) = panels(size=(5.6, 4.4))
    filled = flat.contourf(ticks, ticks, np.log10(losses), levels=18, cmap="viridis")
    flat.plot(0, 0, "o", color=RED, label="trained network")
    label(flat, "along direction 1", "along direction 2", legend=True)
    figure.colorbar(filled, ax=flat, label="log₁₀ of the cross-entropy")
    return figure


def figure_losses() -> Figure:
    """Optional: what a mistake costs, for classification against the margin, for regression against the residual."""
    z, one, zero = np.linspace(-3, 3, 241), np.ones(1), np.zeros(1)
    figure, (classes, residuals) = panels(1, 2)
    classes.plot(z, z <= 0, color=GREY, label="0-1 loss")
    crossed = [binary_cross_entropy(np.array([v]), one)[0] / np.log(2) for v in z]
    classes.plot(z, crossed, color=BLUE, linestyle="--", label="cross-entropy / bits")
    classes.plot(z, [hinge(np.array([v]), one)[0] for v in z], color=RED, linestyle="-.", label="hinge")
    label(classes, "margin", "loss", "classification", legend=True)
    squares = [squared_error(np.array([v]), zero)[0] / 2 for v in z]
    residuals.plot(z, squares, color=BLUE, label="half the squared error")
    for delta, colour, line in ((1.0, RED, "--"), (0.2, PURPLE, "-.")):
        values = [huber(np.array([v]), zero, delta)[0] for v in z]
        residuals.plot(z, values, color=colour, linestyle=line, label=f"Huber, δ = {delta}")
    label(residuals, "residual", "loss", "regression", legend=True)
    return figure


def figure_modern_activations() -> Figure:
    """Optional: four later activations and their derivatives."""
    x = np.linspace(-4, 4, 400)
    figure, (values, slopes) = panels(1, 2)
    names = ("leaky_relu", "elu", "silu", "gelu")
    for name, colour, line in zip(names, COLOURS, ("-", "--", "-.", ":"), strict=False):
        y, derivative = modern_activation(x, name)
        values.plot(x, y, color=colour, linestyle=line, label=name)
        slopes.plot(x, derivative, color=colour, linestyle=line, label=name)
    values.set_ylim(-1.2, 2.2)
    label(values, "x", "f(x)", "activation", legend=True)
    label(slopes, "x", "f′(x)", "derivative", legend=True)
    return figure


def figure_imbalance() -> Figure:
    """Optional: recall of every digit when five of them are rare in training, without and with class weights."""
    (train, _, (x, labels)), _ = _prepared("digits", 0)
    kept = np.concatenate(
        [np.flatnonzero(train[1] == digit)[: 100 if digit < 5 else 5] for digit in range(10)]
    )
    rare = train[0][kept], train[1][kept]
    figure, (ax,) = panels(size=(6.6, 3.8))
    cases = (
        ("equal weights", np.ones(10), GREY, -0.2),
        ("class weights", class_weights(rare[1], 10), BLUE, 0.2),
    )
    for name, weights, colour, shift in cases:
        layer = [(np.zeros((x.shape[1], 10)), np.zeros(10))]
        for _ in range(60):
            _, gradient = weighted_cross_entropy(dense(rare[0], *layer[0]), rare[1], weights)
            layer = sgd_step(layer, [(rare[0].T @ gradient, gradient.sum(axis=0))], 0.1)
        answers = mlp(layer, x)[0].argmax(axis=1)
        _, recall, _ = precision_recall_f1(confusion_matrix(labels, answers, 10))
        ax.bar(
            np.arange(10) + shift, recall, width=0.38, color=colour, label=f"{name}: mean {recall.mean():.2f}"
        )
    ax.set_xticks(range(10))
    ax.set_ylim(0, 1.25)
    label(ax, "digit: 0 to 4 with 100 samples each, 5 to 9 with 5", "recall", legend=True)
    return figure


def figure_leakage() -> Figure:
    """Optional: ten samples of each of 40 patients with random diagnoses. Who is known is recognised."""
    scores = {"samples split at random": [], "patients kept together": []}
    for seed in range(10):
        rng = np.random.default_rng(seed)
        patients = np.repeat(np.arange(40), 10)
        x = rng.normal(size=(40, 20))[patients] + 0.3 * rng.normal(size=(400, 20))
        ill = rng.integers(0, 2, size=40)[patients]
        parts = (split(400, (0.7, 0.3), rng), group_split(patients, 0.3, rng))
        for name, (known, new) in zip(scores, parts, strict=True):
            distance = ((x[new][:, None] - x[known][None]) ** 2).sum(axis=2)
            scores[name].append(accuracy(one_hot(ill[known][distance.argmin(axis=1)], 2), ill[new]))
    figure, (ax,) = panels(size=(5.4, 3.6))
    for position, (values, colour) in enumerate(zip(scores.values(), (RED, BLUE), strict=True)):
        ax.bar(position, np.mean(values), color=colour, width=0.6)
        ax.plot(
            np.full(len(values), position), values, ".", color="black", label="a seed" if position else None
        )
    ax.axhline(0.5, color=GREY, linestyle=":", label="guessing")
    ax.set_xticks(range(2), scores)
    ax.set_ylim(0, 1.15)
    label(ax, "", "accuracy of the nearest neighbour", legend=True)
    return figure


@cache
def _split_images(data: str, seed: int) -> tuple[list[Samples], tuple[int, int]]:
    """Training, validation and test samples in random parts of 70, 10 and 20 %, and the shape of an image."""
    images, labels = load_images(data)
    x = images.reshape(len(images), -1)
    parts = split(len(x), (0.7, 0.1, 0.2), np.random.default_rng(seed))
    return [(x[part], labels[part]) for part in parts], images.shape[1:]


@cache
def _prepared(data: str, seed: int) -> tuple[list[Samples], tuple[int, int]]:
    """The same, standardized by the training samples."""
    sets, shape = _split_images(data, seed)
    standardizer = Standardizer()
    standardizer.fit(sets[0][0])
    return [(np.asarray(standardizer.transform(x)), labels) for x, labels in sets], shape


def _test_images(data: str, seed: int) -> np.ndarray:
    """The test images as they are to look at."""
    return _split_images(data, seed)[0][2][0]


@cache
def _trained(data: str, seed: int) -> tuple[Parameters, History, float]:
    """The outcome of your `experiment`: every picture shows the same networks."""
    return experiment(*_split_images(data, seed)[0], np.random.default_rng(seed))


def _headed(title: str) -> list[str]:
    """Titles of two rows of eight panels: one, at the beginning."""
    return [title, *[""] * 15]


def _show_weights(axes: list, weights: np.ndarray, shape: tuple[int, int], titles: list[str]) -> None:
    """One image of weights for each panel, red below 0 and blue above, all with one scale."""
    limit = np.abs(weights).max()
    for ax, row, title in zip(axes, weights, titles, strict=True):
        ax.imshow(row.reshape(shape), cmap="RdBu", vmin=-limit, vmax=limit)
        ax.set_title(title, fontsize=10)
        ax.set_xticks([])
        ax.set_yticks([])


def _direction(parameters: Parameters, rng: np.random.Generator) -> Parameters:
    """A random direction in which every unit is moved by the length of its own weights (Li et al. 2018)."""
    moved = []
    for w, b in parameters:
        step = rng.normal(size=w.shape)
        moved.append((step * np.linalg.norm(w, axis=0) / np.linalg.norm(step, axis=0), np.zeros_like(b)))
    return moved
