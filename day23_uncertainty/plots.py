"""The pictures of the day, drawn through your own functions (given).

Each function is one picture; the first line of its docstring is the caption. What is trained for them takes a second
or two each, and is kept for the next picture.
"""

from functools import cache

import numpy as np
import torch
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure
from torch import Tensor, nn

from course.plots import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, RED, label, panels, show_image
from day23_uncertainty.bayes import fit_variational, log_evidence, posterior, predictive
from day23_uncertainty.calibration import calibration_error, fit_temperature, reliability
from day23_uncertainty.committee import combine, mc_probabilities, predictive_entropy
from day23_uncertainty.conformal import conformal_interval, prediction_sets
from day23_uncertainty.data import (
    Digits,
    bumps,
    known_and_unknown,
    make_gap,
    make_growing_noise,
    spread_of,
    tired_digits,
)
from day23_uncertainty.finale import SHARE, logits_of, score_strangeness, train_committee
from day23_uncertainty.spread import coverage, normal_interval, softplus
from day23_uncertainty.training import train_digits, train_spread
from day23_uncertainty.unknown import auroc, refuse, risk_coverage

NOISE = 0.1
PRIOR = 1.0


def figure_spread() -> Figure:
    """A network that says how far off it may be: wide where the noise is, narrow where there is little."""
    x, y = make_growing_noise(600, torch.Generator().manual_seed(0))
    places = torch.linspace(-5, 5, 200)[:, None]
    mean, std = _forecast(places)
    figure, (left, right) = panels(1, 2)
    left.scatter(x[:, 0], y, s=5, color=GREY)
    left.plot(places[:, 0], mean, color=BLUE, label="mean")
    lower, upper = normal_interval(mean, std, 0.9)
    left.fill_between(places[:, 0], lower, upper, color=BLUE, alpha=0.2, label="90 % interval")
    label(left, "x", "y", legend=True)
    right.plot(places[:, 0], std, color=BLUE, label="said by the network")
    right.plot(places[:, 0], spread_of(places[:, 0]), color=BLACK, linestyle="--", label="of the noise")
    label(right, "x", "standard deviation", legend=True)
    return figure


def figure_coverage() -> Figure:
    """How many new values lie in intervals of each level: on the diagonal, the forecast is honest."""
    x, y = make_growing_noise(2000, torch.Generator().manual_seed(1))
    mean, std = _forecast(x)
    one = torch.full_like(std, float((y - mean).std()))
    levels = np.linspace(0.05, 0.95, 19)
    figure, (left, right) = panels(1, 2)
    far = x[:, 0].abs() > 3
    for ax, chosen, title in ((left, ~far, "values with |x| < 3"), (right, far, "values with |x| > 3")):
        for spread, colour, name in ((std, BLUE, "a spread for each x"), (one, RED, "one spread for all")):
            shares = [
                coverage(y[chosen], *normal_interval(mean[chosen], spread[chosen], float(level)))
                for level in levels
            ]
            ax.plot(levels, shares, marker=".", color=colour, label=name)
        ax.plot([0, 1], [0, 1], color=GREY, linestyle=":")
        label(ax, "level of the interval", "share of values inside", title, legend=True)
        ax.set_aspect("equal")
    return figure


def figure_bayes() -> Figure:
    """Where nothing was seen, the exact posterior opens up; that of independent weights does not."""
    x, y = make_gap(30, torch.Generator().manual_seed(0))
    places = torch.linspace(-1.3, 1.6, 240, dtype=torch.float64)
    mean, covariance = (torch.as_tensor(part) for part in posterior(bumps(x), y, PRIOR, NOISE))
    q_mean, q_std = (torch.as_tensor(part) for part in fit_variational(bumps(x), y, PRIOR, NOISE))
    figure, axes = panels(1, 2)
    settings = (("exact", mean, covariance, BLUE), ("variational", q_mean, torch.diag(q_std**2), RED))
    for ax, (title, centre, table, colour) in zip(axes, settings, strict=True):
        middle, std = (torch.as_tensor(part) for part in predictive(bumps(places), centre, table, NOISE))
        ax.fill_between(
            places,
            middle - 2 * std,
            middle + 2 * std,
            color=colour,
            alpha=0.2,
            label="± 2 standard deviations",
        )
        ax.plot(places, middle, color=colour, label="mean")
        ax.plot(places, torch.sin(4 * places), color=BLACK, linestyle="--", linewidth=1, label="truth")
        ax.scatter(x, y, s=14, color=BLACK, zorder=3)
        label(ax, "x", "y", title)
        ax.set_ylim(-2.6, 2.6)
    axes[0].legend(fontsize=8, loc="lower left")
    return figure


def figure_draws() -> Figure:
    """Curves drawn from the posterior: they agree where there are points, and do not where there are none."""
    x, y = make_gap(30, torch.Generator().manual_seed(0))
    places = torch.linspace(-1.3, 1.6, 240, dtype=torch.float64)
    chance = torch.Generator().manual_seed(0)
    figure, axes = panels(1, 3, size=(3.9, 3.3))
    for ax, n in zip(axes, (2, 8, 30), strict=True):
        mean, covariance = (torch.as_tensor(part) for part in posterior(bumps(x[:n]), y[:n], PRIOR, NOISE))
        root = torch.linalg.cholesky(covariance + 1e-12 * torch.eye(len(mean), dtype=torch.float64))
        for _ in range(25):
            w = mean + root @ torch.randn(len(mean), generator=chance, dtype=torch.float64)
            ax.plot(places, bumps(places) @ w, color=BLUE, linewidth=0.7, alpha=0.5)
        ax.scatter(x[:n], y[:n], s=16, color=BLACK, zorder=3)
        label(ax, "x", "y", f"after {n} points")
        ax.set_ylim(-3, 3)
    return figure


def figure_evidence() -> Figure:
    """Optional: how many bumps? The evidence has a best number, without any data put aside."""
    x, y = make_gap(30, torch.Generator().manual_seed(0))
    counts = [4, 5, 6, 7, 8, 9, 12, 16, 24, 32]
    figure, (ax,) = panels()
    ax.plot(counts, [log_evidence(bumps(x, k), y, PRIOR, NOISE) for k in counts], marker="o", color=GREEN)
    label(ax, "number of bumps", "ln evidence / nats")
    ax.set_xscale("log")
    ax.set_xticks(counts, map(str, counts))
    ax.minorticks_off()
    ax.set_ylim(-20, 12)
    return figure


def figure_reliability() -> Figure:
    """What a confidence is worth after a tired labeller, before and after one number (in bars: how many answers)."""
    digits, model = _tired()
    said, known = logits_of([model], digits.x_test)[0], logits_of([model], digits.x_calibration)[0]
    temperature = float(fit_temperature(known, digits.y_calibration))
    right = said.argmax(dim=1) == digits.y_test
    figure, axes = panels(1, 2)
    for ax, t in zip(axes, (1.0, temperature), strict=True):
        confidence = (said / t).softmax(dim=1).max(dim=1).values
        counts, mean, accuracy = (np.asarray(part) for part in reliability(confidence, right, 10))
        edges = (np.arange(10) + 0.5) / 10
        ax.bar(edges, accuracy, width=0.09, color=BLUE, alpha=0.8, label="share that is right")
        filled = counts > 0
        for place, many in zip(edges[filled], counts[filled], strict=True):
            ax.text(place, 0.02, str(many), fontsize=7, color="white", ha="center")
        ax.plot(mean[filled], mean[filled], color=RED, marker="o", label="confidence")
        error = calibration_error(confidence, right, 10)
        label(ax, "confidence", "share that is right", f"T = {t:.2f}: calibration error {error:.3f}")
        ax.set(xlim=(0, 1), ylim=(0, 1))
    axes[1].legend(fontsize=8, loc="upper left")
    return figure


def figure_committee() -> Figure:
    """Five networks that learnt from the same tired labeller: each alone, and together."""
    digits = tired_digits()
    models = [train_digits(digits.x_train, digits.y_train, dropout=0.0, seed=k, classes=10) for k in range(5)]
    said = logits_of(models, digits.x_test)
    figure, (left, right) = panels(1, 2)
    shares, errors = [], []
    for m in range(1, 6):
        p = torch.as_tensor(combine(said[:m]))
        correct = p.argmax(dim=1) == digits.y_test
        shares.append(correct.double().mean().item())
        errors.append(calibration_error(p.max(dim=1).values, correct, 10))
    alone = [(one.argmax(dim=1) == digits.y_test).double().mean().item() for one in said]
    left.plot(range(1, 6), shares, marker="o", color=BLUE, label="together")
    left.scatter(range(1, 6), alone, color=GREY, label="each alone")
    label(left, "members", "share that is right", legend=True)
    left.set_ylim(0.7, 0.9)
    right.plot(range(1, 6), errors, marker="o", color=PURPLE)
    label(right, "members", "calibration error")
    right.set_ylim(0)
    for ax in (left, right):
        ax.set_xticks(range(1, 6))
    return figure


def figure_sets() -> Figure:
    """Sets that hold the right digit nine times out of ten: one digit where it is easy, many where it is not."""
    digits, model = _tired()
    p = logits_of([model], digits.x_test)[0].softmax(dim=1)
    known = logits_of([model], digits.x_calibration)[0].softmax(dim=1)
    sets = np.asarray(prediction_sets(p, known, digits.y_calibration, 0.1))
    sizes = sets.sum(axis=1)
    figure, axes = panels(2, 6, size=(1.7, 2.1))
    wanted = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    taken: set[int] = set()
    for ax, size in zip(axes, wanted, strict=True):
        near = np.abs(sizes - size) + 100 * np.isin(np.arange(len(sizes)), list(taken))
        place = int(near.argmin())
        taken.add(place)
        names = " ".join(map(str, np.flatnonzero(sets[place]))) or "none"
        hit = "" if sets[place, digits.y_test[place]] else f"\n(it is {int(digits.y_test[place])})"
        show_image(ax, 1 - digits.x_test[place].reshape(8, 8).numpy(), f"{{{names}}}{hit}")
    return figure


def figure_guarantee() -> Figure:
    """A forecast whose spread is wrong by a factor, and its intervals after 300 calibration samples."""
    chance = torch.Generator().manual_seed(3)
    x, y = make_growing_noise(300, chance)
    new, truth = make_growing_noise(2000, chance)
    factors = [0.25, 0.5, 1.0, 2.0, 4.0]
    shares: dict[str, list[float]] = {"as the model says": [], "conformal": []}
    for factor in factors:
        (mean, std), (new_mean, new_std) = _forecast(x), _forecast(new)
        shares["as the model says"].append(coverage(truth, *normal_interval(new_mean, factor * new_std, 0.9)))
        ends = conformal_interval((y, mean, factor * std), new_mean, factor * new_std, 0.1)
        shares["conformal"].append(coverage(truth, *(torch.as_tensor(end) for end in ends)))
    figure, (ax,) = panels()
    for (name, row), colour in zip(shares.items(), (RED, BLUE), strict=True):
        ax.semilogx(factors, row, marker="o", color=colour, label=name)
    ax.axhline(0.9, color=GREY, linestyle=":")
    label(ax, "factor by which the spread is wrong", "share of new values inside", legend=True)
    ax.set_xticks(factors, map(str, factors))
    ax.minorticks_off()
    ax.set_ylim(0, 1.02)
    return figure


def figure_strangers() -> Figure:
    """Entropy of digits that were learnt and of digits that never were, by one network, dropout and a committee."""
    models, digits, unknown = _committee()
    known, strange = score_strangeness(models, digits.x_test), score_strangeness(models, unknown)
    figure, axes = panels(1, 3, size=(3.9, 3.3))
    names = ("one network, entropy", "dropout, entropy of the mean", "committee, entropy")
    bins = np.linspace(0, np.log(5), 26)
    for ax, name in zip(axes, names, strict=True):
        ax.hist(np.asarray(known[name]), bins, density=True, color=BLUE, alpha=0.6, label="0 to 4")
        ax.hist(np.asarray(strange[name]), bins, density=True, color=RED, alpha=0.6, label="5 to 9")
        label(
            ax, "entropy / nats", "density", f"{name}\nAUROC {float(auroc(known[name], strange[name])):.3f}"
        )
        ax.set_yscale("log")
    axes[0].legend(fontsize=8)
    return figure


def figure_answers() -> Figure:
    """Networks that have learnt 0 to 4 read two rows of those, and two of 5 to 9: a digit, or "I don't know"."""
    models, digits, unknown = _committee()
    entropies = [
        torch.as_tensor(predictive_entropy(torch.as_tensor(combine(logits_of(models, x)))))
        for x in (digits.x_test, digits.x_calibration, unknown)
    ]
    figure, axes = panels(4, 8, size=(1.2, 1.45))
    shown = (
        (digits.x_test, digits.y_test, entropies[0], axes[:16]),
        (unknown, None, entropies[2], axes[16:]),
    )
    for x, labels, entropy, row in shown:
        said = torch.as_tensor(combine(logits_of(models, x[: len(row)]))).argmax(dim=1)
        refused = np.asarray(refuse(entropy, entropies[1], SHARE))
        for place, ax in enumerate(row):
            answer = int(said[place])
            right = labels is not None and answer == int(labels[place])
            words = "I don't know" if refused[place] else f"a {answer}"
            show_image(ax, 1 - x[place].reshape(8, 8).numpy(), words)
            good = refused[place] if labels is None else right and not refused[place]
            ax.title.set_color(GREEN if good else ORANGE if refused[place] else RED)
    return figure


def figure_refusing() -> Figure:
    """The price of an answer: share of wrong ones when only the surest are given."""
    digits, model = _tired()
    dropout = train_dropout()
    figure, (ax,) = panels()
    settings = (
        ("one pass", logits_of([model], digits.x_test)[0].softmax(dim=1), BLUE),
        ("trained with dropout, one pass", logits_of([dropout], digits.x_test)[0].softmax(dim=1), GREEN),
        (
            "the same, 40 passes with dropout",
            torch.as_tensor(mc_probabilities(dropout, digits.x_test, 40)).mean(dim=0),
            ORANGE,
        ),
    )
    for name, p, colour in settings:
        wrong = p.argmax(dim=1) != digits.y_test
        score = _all_different(torch.as_tensor(predictive_entropy(p)))
        share, risk = (np.asarray(part) for part in risk_coverage(score, wrong))
        ax.plot(share, risk, color=colour, label=name)
    label(ax, "share that is answered", "share of wrong answers", legend=True)
    ax.set(xlim=(0, 1), ylim=(0, None))
    return figure


def train_dropout() -> nn.Module:
    """A network with dropout that learnt from the tired labeller."""
    digits = tired_digits()
    return train_digits(digits.x_train, digits.y_train, classes=10)


def animation_posterior() -> FuncAnimation:
    """Point after point: the band of the forecast closes where something was seen."""
    x, y = make_gap(30, torch.Generator().manual_seed(0))
    places = torch.linspace(-1.3, 1.6, 160, dtype=torch.float64)
    figure, (ax,) = panels(size=(6.0, 4.0))

    def draw(n: int) -> list[object]:
        ax.clear()
        mean, covariance = (torch.as_tensor(part) for part in posterior(bumps(x[:n]), y[:n], PRIOR, NOISE))
        middle, std = (torch.as_tensor(part) for part in predictive(bumps(places), mean, covariance, NOISE))
        ax.fill_between(places, middle - 2 * std, middle + 2 * std, color=BLUE, alpha=0.2)
        ax.plot(places, middle, color=BLUE)
        ax.plot(places, torch.sin(4 * places), color=BLACK, linestyle="--", linewidth=1)
        ax.scatter(x[:n], y[:n], s=16, color=BLACK, zorder=3)
        label(ax, "x", "y", f"{n} points")
        ax.set(xlim=(-1.3, 1.6), ylim=(-4, 4))
        return []

    return FuncAnimation(figure, draw, frames=31, interval=250)  # type: ignore[arg-type]


@cache
def _spread_model() -> nn.Module:
    model, _ = train_spread(*make_growing_noise(600, torch.Generator().manual_seed(0)))
    return model


def _forecast(x: Tensor) -> tuple[Tensor, Tensor]:
    mean, raw = _spread_model()(x).detach().unbind(dim=1)
    return mean, torch.as_tensor(softplus(raw))


@cache
def _tired() -> tuple[Digits, nn.Module]:
    digits = tired_digits()
    return digits, train_digits(digits.x_train, digits.y_train, dropout=0.0, classes=10)


@cache
def _committee() -> tuple[list[nn.Module], Digits, Tensor]:
    digits, unknown = known_and_unknown()
    return train_committee(digits, 0, members=3), digits, unknown


def _all_different(score: Tensor) -> Tensor:
    """Equal scores in the order in which they stand."""
    score = torch.as_tensor(score).double()
    return score.argsort(stable=True).argsort().double()
