"""The pictures of the day, drawn through your own functions (given).

Each function is one picture; the first line of its docstring is the caption. Nothing is computed here that an exercise
asks for, so a wrong function shows as a wrong picture.
"""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import torch
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import nn

from course.data import load_digits, load_eeg, make_trials
from course.plots import BLUE, COLOURS, GREEN, GREY, ORANGE, PURPLE, RED, label, legend_below, panels
from day13_optim.eeg import SignalNet, prepare
from day13_optim.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Optimizer, RMSProp
from day13_optim.regularization import Dropout, augment, clip_by_norm, penalty
from day13_optim.schedules import (
    Scheduled,
    cosine_annealing,
    one_cycle,
    range_test,
    step_decay,
    warmup_cosine,
)
from day13_optim.training import EarlyStopping, Samples, evaluate, parameters_of, train, train_epoch
from day13_optim.validation import cross_validate, k_fold

Maker = Callable[[list[np.ndarray]], Optimizer]

RACERS: dict[str, Maker] = {
    "SGD": lambda p: SGD(p, 0.018),
    "momentum": lambda p: Momentum(p, 0.006, 0.9),
    "Nesterov": lambda p: Momentum(p, 0.006, 0.9, nesterov=True),
    "AdaGrad": lambda p: AdaGrad(p, 0.4),
    "RMSProp": lambda p: RMSProp(p, 0.04, 0.9),
    "Adam": lambda p: Adam(p, 0.15),
    "AdamW": lambda p: AdamW(p, 0.15, weight_decay=0.1),
}


def _valley(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A long bent valley, fifty times steeper across than along; its lowest point is at (0, 0)."""
    return 0.5 * x**2 + 25.0 * (y - 0.15 * x**2) ** 2


def _valley_gradient(at: np.ndarray) -> np.ndarray:
    x, y = at
    across = 50.0 * (y - 0.15 * x**2)
    return np.array([x - 0.3 * x * across, across])


def _paths(steps: int) -> dict[str, np.ndarray]:
    """Where each optimiser goes in the valley, as (steps + 1, 2) arrays."""
    paths = {}
    for name, make in RACERS.items():
        at = np.array([-2.6, 1.8])
        optimizer = make([at])
        path = [at.copy()]
        for _ in range(steps):
            optimizer.step([_valley_gradient(at)])
            path.append(at.copy())
        paths[name] = np.array(path)
    return paths


def _draw_valley(ax: Axes) -> None:
    x, y = np.meshgrid(np.linspace(-3.2, 1.8, 300), np.linspace(-0.6, 2.3, 200))
    ax.contour(x, y, _valley(x, y), levels=np.geomspace(0.05, 60, 12), colors="0.8", linewidths=0.8)
    ax.plot(0, 0, "k*", markersize=10)
    ax.set(xlim=(-3.2, 1.8), ylim=(-0.6, 2.3), aspect="equal")


def figure_trajectories() -> Figure:
    """All optimisers in the same bent valley, from the same point; the star is the minimum."""
    paths = _paths(150)
    figure, (*planes, height) = panels(2, 4, size=(3.9, 2.9))
    for ax, (name, path), colour in zip(planes, paths.items(), COLOURS, strict=True):
        _draw_valley(ax)
        ax.plot(*path.T, color=colour, linewidth=1.3)
        ax.plot(*path[-1], "o", color=colour)
        label(ax, "θ₀", "θ₁", f"{name}: 150 steps")
        height.semilogy(np.maximum(_valley(*path.T), 1e-8), color=colour, linewidth=1.3, label=name)
    label(height, "step", "f(θ)", "height above the minimum")
    legend_below(figure, height, columns=7)
    return figure


def animation_trajectories() -> FuncAnimation:
    """The race of the optimisers, two steps per picture."""
    paths = _paths(120)
    figure, (ax,) = panels(size=(6.4, 4.4))
    _draw_valley(ax)
    lines = {
        name: ax.plot([], [], color=colour, marker="o", markevery=[-1], label=name)[0]
        for name, colour in zip(paths, COLOURS, strict=True)
    }
    label(ax, "θ₀", "θ₁", "step 0")
    legend_below(figure, ax)

    def draw(frame: int) -> None:
        step = 2 * frame
        for name, line in lines.items():
            line.set_data(*paths[name][: step + 1].T)
        ax.set_title(f"step {step}", fontsize=11)

    return FuncAnimation(figure, draw, frames=61, interval=80)


@cache
def _digits() -> tuple[Samples, Samples]:
    """Digits for training and for validation, as float32 rows."""
    images, labels = load_digits()
    order = np.random.default_rng(0).permutation(len(images))
    x = torch.tensor(images.reshape(len(images), -1)[order], dtype=torch.float32) - 0.3
    y = torch.tensor(labels[order])
    return (x[:1297], y[:1297]), (x[1297:], y[1297:])


def _mlp(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))


def figure_loss_curves() -> Figure:
    """The same network on the same digits with each optimiser: mean and range of three seeds."""
    training, validation = _digits()
    makers: dict[str, Maker] = {
        "SGD": lambda p: SGD(p, 0.1),
        "momentum": lambda p: Momentum(p, 0.1),
        "Nesterov": lambda p: Momentum(p, 0.1, nesterov=True),
        "AdaGrad": lambda p: AdaGrad(p, 0.03),
        "RMSProp": lambda p: RMSProp(p, 0.003),
        "Adam": lambda p: Adam(p, 0.003),
        "AdamW": lambda p: AdamW(p, 0.003, weight_decay=0.1),
    }
    figure, axes = panels(1, 2, size=(4.8, 3.7))
    for (name, make), colour in zip(makers.items(), COLOURS, strict=True):
        histories = []
        for seed in range(3):
            model = _mlp(seed)
            optimizer = make(parameters_of(model))
            histories.append(train(model, optimizer, training, validation, epochs=15, seed=seed))
        epochs = np.arange(1, 16)
        for ax, key in zip(axes, ("train_loss", "validation_loss"), strict=True):
            losses = np.array([history[key] for history in histories])
            ax.fill_between(
                epochs, losses.min(axis=0), losses.max(axis=0), color=colour, alpha=0.2, linewidth=0
            )
            ax.semilogy(epochs, losses.mean(axis=0), color=colour, label=name)
    label(axes[0], "epoch", "cross-entropy", "training")
    label(axes[1], "epoch", "cross-entropy", "validation")
    legend_below(figure, axes[0], columns=7)
    return figure


def figure_schedules() -> Figure:
    """Five ways to spend 100 steps."""
    schedules: dict[str, Callable[[int], float]] = {
        "step decay": lambda t: step_decay(t, 1.0, 25, 0.4),
        "exponential": lambda t: step_decay(t, 1.0, 1, 0.96),
        "cosine": lambda t: cosine_annealing(t, 1.0, 100),
        "warm-up and cosine": lambda t: warmup_cosine(t, 1.0, 15, 100),
        "one cycle": lambda t: one_cycle(t, 1.0, 100),
    }
    figure, (ax,) = panels(size=(6.6, 3.9))
    for (name, schedule), colour in zip(schedules.items(), COLOURS, strict=False):
        style = "steps-post" if name == "step decay" else "default"
        ax.plot([schedule(t) for t in range(100)], color=colour, drawstyle=style, label=name)
    label(ax, "step", "learning rate / its peak", legend=True)
    return figure


def figure_range_test() -> Figure:
    """One short run with a rising learning rate shows which ones are worth trying."""
    (x, y), _ = _digits()
    figure, (ax,) = panels(size=(6.4, 3.9))
    makers: tuple[tuple[str, Maker, str], ...] = (("SGD", SGD, BLUE), ("Adam", Adam, RED))
    for name, make, colour in makers:
        model = _mlp()
        optimizer = make(parameters_of(model))
        rows = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
        batches = iter(torch.cat([rows] * 5).split(64))

        def one_step(rate: float, optimizer=optimizer, batches=batches, model=model) -> float:
            optimizer.learning_rate = rate
            batch = next(batches)
            return train_epoch(model, optimizer, x[batch], y[batch], 64, torch.Generator())

        rates, losses = range_test(one_step, 1e-5, 30.0, 100)
        smooth = np.convolve(np.pad(losses, 2, mode="edge"), np.ones(5) / 5, mode="valid")
        best = rates[int(np.argmin(smooth))]
        ax.semilogx(rates, losses, color=colour, alpha=0.3)
        ax.semilogx(rates, smooth, color=colour, label=name)
        ax.axvline(best / 10, color=colour, linestyle=":", label=f"{name}: try {best / 10:.1g}")
    ax.set_ylim(0, 4)
    label(ax, "learning rate", "loss of one batch", legend=True)
    return figure


class _Clipped:
    """An optimiser that clips the gradients it is given, and notes how long they were."""

    def __init__(self, inner: Optimizer, max_norm: float) -> None:
        self.inner, self.max_norm = inner, max_norm
        self.learning_rate = inner.learning_rate
        self.norms: list[float] = []

    def step(self, grads: Sequence[np.ndarray]) -> None:
        clipped, norm = clip_by_norm(grads, self.max_norm)
        self.norms.append(norm)
        self.inner.step(clipped)


def figure_clipping() -> Figure:
    """A learning rate that is too bold: with clipping, long gradients no longer throw the network off its path."""
    (x, y), _ = _digits()
    figure, (length, loss) = panels(1, 2, size=(4.8, 3.6))
    for name, limit, colour in (("without clipping", np.inf, RED), ("clipped to 0.5", 0.5, BLUE)):
        model = _mlp()
        optimizer = _Clipped(Momentum(parameters_of(model), 0.8), limit)
        generator = torch.Generator().manual_seed(0)
        losses = [train_epoch(model, optimizer, x, y, 32, generator) for _ in range(8)]
        length.plot(optimizer.norms, color=colour, linewidth=0.8, label=name)
        loss.semilogy(np.arange(1, 9), losses, color=colour, marker="o", markersize=4, label=name)
    label(length, "step", "norm of the gradient, before clipping", legend=True)
    label(loss, "epoch", "cross-entropy, training", legend=True)
    return figure


def _few_noisy_digits() -> tuple[Samples, Samples]:
    """150 digits of which 30 % have a wrong label, and clean ones for validation."""
    (x, y), validation = _digits()
    rng = np.random.default_rng(1)
    labels = y[:150].clone()
    wrong = torch.tensor(rng.permutation(150)[:45])
    labels[wrong] = (labels[wrong] + torch.tensor(rng.integers(1, 10, size=45))) % 10
    return (x[:150], labels), validation


def figure_early_stopping() -> Figure:
    """150 digits, 30 % of them with a wrong label: the network first learns digits, then the mistakes."""
    training, validation = _few_noisy_digits()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 10))
    stopping = EarlyStopping(patience=150)
    history = train(
        model, Adam(parameters_of(model), 1e-3), training, validation, epochs=120, stopping=stopping
    )
    best = stopping.best_epoch
    figure, (loss, accuracy) = panels(1, 2, size=(4.8, 3.7))
    loss.plot(history["train_loss"], color=BLUE, label="training")
    loss.plot(history["validation_loss"], color=RED, label="validation")
    accuracy.plot(history["validation_accuracy"], color=RED)
    for ax in (loss, accuracy):
        ax.axvline(best, color=GREEN, linestyle="--", label=f"best epoch, {best}")
    accuracy.axhline(evaluate(model, *validation)[1], color=GREEN, linestyle=":", label="restored weights")
    label(loss, "epoch", "cross-entropy", legend=True)
    label(accuracy, "epoch", "accuracy on validation", legend=True)
    return figure


class _Penalised:
    """An optimiser that adds the gradient of a penalty to the one it is given."""

    def __init__(self, params: Sequence[np.ndarray], inner: Optimizer, l1: float, l2: float) -> None:
        self.params, self.inner, self.l1, self.l2 = params, inner, l1, l2
        self.learning_rate = inner.learning_rate

    def step(self, grads: Sequence[np.ndarray]) -> None:
        _, extra = penalty(self.params, self.l1, self.l2)
        self.inner.step([np.asarray(g) + np.asarray(e) for g, e in zip(grads, extra, strict=True)])


def figure_regularisers() -> Figure:
    """The same 150 digits with 45 wrong labels: overfitting, and what each remedy does about it."""
    (x, y), validation = _few_noisy_digits()
    rng = np.random.default_rng(0)
    images = x.numpy().reshape(-1, 8, 8) + 0.3  # rows as channels, columns as time: paper is 0
    copies = [augment(images, rng, max_shift=1, noise=0.1).reshape(-1, 64) - 0.3 for _ in range(7)]
    augmented = torch.cat([x, *(torch.tensor(copy) for copy in copies)]), y.repeat(8)

    def adam(params: list[np.ndarray]) -> Optimizer:
        return Adam(params, 1e-3)

    remedies: dict[str, tuple[Maker, float, Samples, int]] = {
        "nothing": (adam, 0.0, (x, y), 160),
        "L1 penalty": (lambda p: _Penalised(p, adam(p), 1e-3, 0.0), 0.0, (x, y), 160),
        "L2 penalty": (lambda p: _Penalised(p, adam(p), 0.0, 2e-2), 0.0, (x, y), 160),
        "AdamW": (lambda p: AdamW(p, 1e-3, weight_decay=2.0), 0.0, (x, y), 160),
        "dropout": (adam, 0.7, (x, y), 160),
        "augmentation": (adam, 0.0, augmented, 20),
    }
    figure, axes = panels(2, 3, size=(3.7, 2.9))
    for ax, (name, (make, p, training, epochs)) in zip(axes, remedies.items(), strict=True):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), Dropout(p), nn.Linear(256, 10))
        history = train(model, make(parameters_of(model)), training, validation, epochs)
        steps = np.arange(1, epochs + 1) * -(-len(training[0]) // 32)
        ax.plot(steps, history["train_loss"], color=BLUE, label="training")
        ax.plot(steps, history["validation_loss"], color=RED, label="validation")
        ax.set_ylim(0, 2.4)
        label(ax, "step", "cross-entropy", f"{name}: accuracy {history['validation_accuracy'][-1]:.2f}")
    axes[0].legend(fontsize=9)
    return figure


def figure_leakage() -> Figure:
    """Labels without a law, one per person: only folds that keep people together admit that nothing was learned."""
    rng = np.random.default_rng(0)
    people = np.repeat(np.arange(40), 8)
    x = rng.normal(size=(40, 12))[people] + 0.5 * rng.normal(size=(320, 12))
    y = rng.permutation(np.arange(40) % 2)[people]

    def nearest(x: np.ndarray, y: np.ndarray) -> Samples:
        return x, y

    def accuracy(known: Samples, x: np.ndarray, y: np.ndarray) -> float:
        distance = ((x[:, None, :] - known[0][None, :, :]) ** 2).sum(axis=2)
        return float((known[1][distance.argmin(axis=1)] == y).mean())

    named = {"samples shuffled": np.arange(320), "people kept together": people}
    figure, (ax,) = panels(size=(5.2, 3.6))
    for place, ((name, groups), colour) in enumerate(zip(named.items(), (RED, BLUE), strict=True)):
        scores = cross_validate(nearest, accuracy, x, y, k_fold(groups, 8, np.random.default_rng(1)))
        ax.bar(place, scores.mean(), width=0.5, color=colour, alpha=0.4)
        ax.plot(place + np.linspace(-0.15, 0.15, 8), scores, "o", color=colour, label=name)
    ax.axhline(0.5, color=GREY, linestyle=":", label="guessing")
    ax.set_xticks([0, 1], list(named))
    ax.set_ylim(0, 1.05)
    label(ax, "how the folds were made", "accuracy of the nearest neighbour", legend=True)
    return figure


def figure_signals() -> Figure:
    """A real EEG, and one trial of each class of the task: could you tell them apart?"""
    real, trials = load_eeg(), make_trials()
    figure, axes = panels(2, 2, size=(5.2, 3.1))
    time = np.arange(real.signals.shape[1]) / real.sampling_rate
    for row, signal in enumerate(real.signals):
        axes[0].plot(time, signal / signal.std() - 7 * row, color=COLOURS[row], linewidth=0.7)
    axes[0].set_yticks(-7 * np.arange(4), real.names)
    label(axes[0], "time / s", "channel", "real EEG (Matplotlib's sample)")

    time = np.arange(trials.signals.shape[2]) / trials.sampling_rate
    scale = trials.signals.std(axis=(0, 2), keepdims=True)
    centred = (trials.signals - trials.signals.mean(axis=(0, 2), keepdims=True)) / scale
    for ax, wanted in zip(axes[1:], range(3), strict=True):
        example = centred[np.flatnonzero(trials.labels == wanted)[4]]
        for row, signal in enumerate(example):
            ax.plot(time, signal - 5 * row, color=COLOURS[row], linewidth=1.0)
        ax.set_yticks(-5 * np.arange(4), trials.channels)
        label(ax, "time / s", "channel", f"task: {trials.classes[wanted]}")
    return figure


def figure_project() -> Figure:
    """The project: learning rate, losses and accuracy of one training on people, judged by other people."""
    split = prepare(seed=0)
    torch.manual_seed(0)
    model = SignalNet(dropout=0.2)
    epochs = 25
    steps = epochs * -(-len(split.training[0]) // 32)
    optimizer = Scheduled(AdamW(parameters_of(model)), lambda step: one_cycle(step, 0.01, steps))
    history = train(model, optimizer, split.training, split.validation, epochs, max_norm=1.0)
    figure, (rate, loss, accuracy) = panels(1, 3, size=(3.9, 3.4))
    rate.plot([optimizer.schedule(step) for step in range(steps)], color=PURPLE)
    label(rate, "step", "learning rate", "one cycle")
    loss.plot(history["train_loss"], color=BLUE, label="training")
    loss.plot(history["validation_loss"], color=RED, label="validation")
    label(loss, "epoch", "cross-entropy", "loss", legend=True)
    accuracy.plot(history["validation_accuracy"], color=RED, label="validation")
    accuracy.axhline(evaluate(model, *split.test)[1], color=ORANGE, linestyle="--", label="test, once")
    accuracy.axhline(1 / 3, color=GREY, linestyle=":", label="guessing")
    accuracy.set_ylim(0, 1.05)
    label(accuracy, "epoch", "accuracy", "people never seen before", legend=True)
    return figure
