"""The pictures of the day, drawn through your own functions (given).

Each function is one picture; the first line of its docstring is the caption. Nothing is computed here that an
exercise asks for, so a wrong function shows as a wrong picture.
"""

import numpy as np
import torch
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.data import load_challenger
from course.plots import BLUE, COLOURS, GREEN, GREY, ORANGE, RED, SKY, label, legend_below, panels
from day02_optimization.autodiff import autodiff_gradient, slopes_at
from day02_optimization.challenger import fit_logistic, negative_log_likelihood, probability
from day02_optimization.derivatives import (
    central_difference,
    convergence_order,
    forward_difference,
    numerical_gradient,
    sigmoid,
    sigmoid_derivative,
)
from day02_optimization.descent import (
    find_stable_rate,
    gradient_descent,
    largest_stable_rate,
    momentum_descent,
)
from day02_optimization.line import to_original_units
from day02_optimization.playground import make_points, polynomial_features, train_classifier
from day02_optimization.slider import draw as draw_line
from day02_optimization.surfaces import (
    bumpy_paraboloid,
    bumpy_paraboloid_gradient,
    parabola,
    parabola_derivative,
    paraboloid,
    paraboloid_gradient,
    rosenbrock,
    rosenbrock_gradient,
)

VALLEY = np.array([1.0, 20.0])
"""Curvatures of the narrow valley ½ x₀² + 10 x₁²."""


def figure_step_size() -> Figure:
    """The error of a difference against its step: truncation falls with h, rounding grows as h shrinks."""
    h = 10.0 ** np.arange(-15, 0.01, 0.25)
    figure, (ax,) = panels(size=(6.4, 4.2))
    methods = (
        ("forward", forward_difference, BLUE, "o", 1e-6),
        ("central", central_difference, RED, "s", 1e-4),
    )
    for name, method, colour, marker, smallest in methods:
        errors = np.array([abs(method(np.sin, 1.0, step) - np.cos(1.0)) for step in h])
        clean = (h >= smallest) & (h <= 0.1)  # where truncation rules
        order = convergence_order(h[clean], errors[clean])
        text = f"{name}, order {order:.2f}"
        ax.loglog(h, errors, color=colour, marker=marker, markersize=4, linewidth=0.8, label=text)
    ax.loglog(h, np.finfo(float).eps / h, color=GREY, linestyle=":", label="rounding, ε / h")
    ax.set_ylim(1e-13, 3)
    label(ax, "step h", "error of sin'(1)", legend=True)
    return figure


def figure_sigmoid() -> Figure:
    """The sigmoid and its derivative, by formula and by central differences."""
    z = np.linspace(-8, 8, 161)
    figure, (ax,) = panels(size=(6.0, 3.6))
    ax.plot(z, sigmoid(z), color=BLUE, label="σ(z)")
    ax.plot(z, sigmoid_derivative(z), color=RED, label="σ'(z) by your formula")
    ax.plot(
        z[::8], central_difference(sigmoid, z[::8]), "o", color=RED, mfc="none", label="σ'(z) by differences"
    )
    label(ax, "z", "value", legend=True)
    return figure


def figure_gradients() -> Figure:
    """Four landscapes; the arrows are numerical gradients, the dots at their tips your formulas."""
    figure, axes = panels(1, 4, size=(3.6, 3.5))
    x = np.linspace(-1, 7, 81)
    at = np.array([0.5, 2.0, 4.0, 6.0])
    axes[0].plot(x, parabola(x), color=GREY)
    for point, slope in zip(at, np.asarray(parabola_derivative(at)), strict=True):
        near = point + np.array([-0.6, 0.6])
        axes[0].plot(near, parabola(point) + slope * (near - point), color=BLUE, linewidth=2)
    axes[0].plot(at, parabola(at), "o", color=RED, markersize=4)
    label(axes[0], "x", "f(x)", "parabola and tangents")

    surfaces = (
        ("paraboloid", paraboloid, paraboloid_gradient, 1.6, 0.14),
        ("bumpy paraboloid", bumpy_paraboloid, bumpy_paraboloid_gradient, 1.2, 0.03),
        ("Rosenbrock, log scale", lambda x: np.log10(rosenbrock(x) + 1e-2), None, 1.6, 0.0),
    )
    points = np.array([(a, b) for a in (-0.9, -0.3, 0.35, 0.9) for b in (-0.8, -0.2, 0.4, 0.9)])
    for ax, (name, f, gradient, extent, scale) in zip(axes[1:], surfaces, strict=True):
        _contour(ax, f, (-extent, extent), (-extent, extent))
        if gradient is None:  # a gradient of several hundred has no room: its direction is drawn
            f, gradient, scale = rosenbrock, rosenbrock_gradient, None
        for point in points:
            arrow, tip = numerical_gradient(f, point), np.asarray(gradient(point))
            length = scale if scale is not None else 0.22 / np.linalg.norm(arrow)
            head = {"head_width": 0.06, "length_includes_head": True, "color": BLUE, "linewidth": 0.8}
            ax.arrow(*point, *(length * arrow), **head)
            ax.plot(*(point + length * tip), ".", color=RED, markersize=4)
        label(ax, "x₀", "x₁", name)
    return figure


def figure_descent() -> Figure:
    """Gradient descent on the bumpy paraboloid: where you arrive depends on where you start."""
    starts = ((1.02, 1.15), (-1.05, 0.32), (0.95, -0.75), (0.02, 0.3))
    paths = [gradient_descent(bumpy_paraboloid_gradient, np.array(start), 0.008, 150) for start in starts]
    figure, (flat, right) = panels(1, 2, size=(5.0, 4.4))
    right.remove()
    solid = figure.add_subplot(1, 2, 2, projection="3d", computed_zorder=False)
    _contour(flat, bumpy_paraboloid, (-1.6, 1.6), (-1.6, 1.6))
    ticks = np.linspace(-1.6, 1.6, 81)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1)
    solid.plot_surface(
        grid[..., 0], grid[..., 1], bumpy_paraboloid(grid), cmap="Greys_r", alpha=0.75, linewidth=0
    )
    for path, colour in zip(map(np.asarray, paths), COLOURS, strict=False):
        flat.plot(*path.T, color=colour, marker=".", markersize=4)
        flat.plot(*path[-1], "o", color=colour, label=f"ends at {bumpy_paraboloid(path[-1]):.2f}")
        solid.plot(*path.T, bumpy_paraboloid(path) + 0.1, color=colour, linewidth=2.5)
    label(flat, "x₀", "x₁", "paths on the contour lines", legend=True)
    solid.set(xlabel="x₀", ylabel="x₁", zlabel="f(x)")
    solid.set_title("the same on the surface", fontsize=11)
    solid.view_init(62, -62)
    return figure


def figure_momentum() -> Figure:
    """A narrow valley: plain descent zigzags or creeps, momentum adds the steps up that agree."""
    start, rate, steps = np.array([10.0, 1.0]), 0.09, 100
    named = (
        ("plain", gradient_descent(_valley_gradient, start, rate, steps), BLUE, "o"),
        ("momentum 0.7", momentum_descent(_valley_gradient, start, rate, 0.7, steps), RED, "s"),
    )
    figure, (ax, curve) = panels(2, 1, size=(8.0, 2.9))
    _contour(ax, _valley, (-3, 11), (-1.6, 1.6))
    for name, path, colour, marker in named:
        path = np.asarray(path)
        ax.plot(*path[:40].T, color=colour, marker=marker, markersize=3, linewidth=1, label=name)
        curve.semilogy(_valley(path), color=colour, label=name)
    label(ax, "x₀", "x₁", "the first 40 steps")
    ax.set_aspect("equal")  # else neither the valley nor the angle of a step is what it looks like
    label(curve, "step", "f(x) = ½ x₀² + 10 x₁²", f"learning rate {rate}", legend=True)
    return figure


def animation_momentum() -> FuncAnimation:
    """Plain descent and momentum, step by step, in Rosenbrock's banana valley."""
    start, rate, steps = np.array([-1.2, 1.4]), 1e-3, 300
    paths = (
        ("plain", np.asarray(gradient_descent(rosenbrock_gradient, start, rate, steps)), BLUE),
        ("momentum 0.9", np.asarray(momentum_descent(rosenbrock_gradient, start, rate, 0.9, steps)), RED),
    )
    figure, (ax,) = panels(size=(5.6, 4.4))
    _contour(ax, lambda x: np.log10(rosenbrock(x) + 1e-2), (-1.7, 1.7), (-0.7, 2.2))
    ax.plot(1, 1, "*", color=GREEN, markersize=13, label="minimum")
    lines = [ax.plot([], [], color=colour, label=name)[0] for name, _, colour in paths]
    balls = [ax.plot([], [], "o", color=colour)[0] for _, _, colour in paths]
    label(ax, "x₀", "x₁", "step 0")
    ax.legend(loc="lower left", fontsize=9)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # arranged once, not anew for every frame

    def show(step: int) -> None:
        for line, ball, (_, path, _) in zip(lines, balls, paths, strict=True):
            line.set_data(*path[: step + 1].T)
            ball.set_data(*path[step : step + 1].T)
        ax.set_title(f"step {step}", fontsize=11)

    frames = [*range(0, 20, 2), *range(20, 100, 5), *range(100, steps + 1, 20)]
    return FuncAnimation(figure, show, frames=frames, interval=120)


def figure_learning_rate() -> Figure:
    """How large a step? Too small creeps, larger zigzags, and above 2 / L everything is lost."""
    figure, (ax, curve) = panels(1, 2, size=(5.2, 3.9))
    x = np.linspace(-2, 8, 121)
    ax.plot(x, parabola(x), color=GREY)
    for rate, colour, marker in ((0.05, BLUE, "o"), (0.93, GREEN, "s"), (1.03, RED, "^")):
        path = np.asarray(gradient_descent(parabola_derivative, np.array([6.5]), rate, 12))[:, 0]
        text = f"η = {rate}"
        ax.plot(path, parabola(path), color=colour, marker=marker, markersize=4, linewidth=1, label=text)
    label(ax, "x", "(x − 3)² + 1", "curvature 2: the limit is η = 1")
    ax.set(xlim=(-2, 8), ylim=(0, 26))
    ax.legend(loc="lower left", fontsize=9)  # below the parabola

    start = np.array([10.0, 1.0])
    rates = np.linspace(0.002, 0.108, 160)
    ends = [np.asarray(gradient_descent(_valley_gradient, start, rate, 100))[-1] for rate in rates]
    curve.semilogy(rates, [np.linalg.norm(end) for end in ends], color=BLUE)
    limit = largest_stable_rate(np.diag(VALLEY))
    found = find_stable_rate(_valley_gradient, start, 10 * limit)
    curve.axvline(limit, color=RED, linestyle="--", label=f"2 / L = {limit:.4f}")
    curve.axvline(found, color=ORANGE, linestyle=":", linewidth=2.5, label=f"found by trying: {found:.4f}")
    label(
        curve,
        "learning rate η",
        "distance after 100 steps",
        "narrow valley, curvatures 1 and 20",
        legend=True,
    )
    return figure


def figure_kink() -> Figure:
    """At a kink the slopes from left and right differ, and PyTorch returns a number of its own."""
    cases = (
        ("relu(x)", torch.relu),
        ("|x|", torch.abs),
        ("max(2x, −x)", lambda x: torch.maximum(2 * x, -x)),
        ("softplus(4x) / 4", lambda x: torch.nn.functional.softplus(4 * x) / 4),
    )
    x = np.linspace(-1, 1, 201)
    figure, axes = panels(1, 4, size=(3.2, 3.3))
    for ax, (name, f) in zip(axes, cases, strict=True):
        ax.plot(x, f(torch.tensor(x)).numpy(), color=GREY, linewidth=3)
        at = f(torch.tensor(0.0, dtype=torch.float64)).item()
        left, right, automatic = slopes_at(f, 0.0)
        sides = ((left, BLUE, "-", "left", (-0.7, 0)), (right, RED, "-", "right", (0, 0.7)))
        for slope, colour, style, side, ends in (*sides, (automatic, GREEN, "--", "PyTorch", (-0.7, 0.7))):
            span = np.array(ends)
            ax.plot(span, at + slope * span, color=colour, linestyle=style, label=f"{side}: {slope:.3g}")
        label(ax, "x", "f(x)", name)
        ax.set(ylim=(-0.6, 1.6))
        ax.legend(fontsize=8, loc="upper center")
    return figure


def figure_automatic() -> Figure:
    """The same path three ways: gradient by formula, by differences, and by automatic differentiation."""
    start, rate, steps = np.array([-1.2, 1.4]), 1e-3, 200

    def in_torch(x: torch.Tensor) -> torch.Tensor:
        return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2

    formula = np.asarray(gradient_descent(rosenbrock_gradient, start, rate, steps))
    named = (
        ("central differences", lambda x: numerical_gradient(rosenbrock, x), RED),
        ("automatic differentiation", lambda x: autodiff_gradient(in_torch, x), BLUE),
    )
    figure, (ax,) = panels(size=(6.2, 3.8))
    for name, gradient, colour in named:
        path = np.asarray(gradient_descent(gradient, start, rate, steps))
        apart = np.linalg.norm(path - formula, axis=1)
        ax.semilogy(np.maximum(apart, 1e-17), color=colour, label=name)  # 0 is drawn at the lower edge
    ax.set_ylim(5e-18, 1e-8)
    label(ax, "step", "distance from the path by formula", "Rosenbrock's valley", legend=True)
    return figure


def figure_line() -> Figure:
    """A line after 20 steps with three learning rates, and the way there: creeping, arriving, leaving."""
    figure, axes = panels(2, 3, size=(4.2, 3.4))
    for points, surface, rate in zip(axes[:3], axes[3:], (0.03, 0.3, 1.01), strict=True):
        draw_line(points, surface, rate, 20)
    return figure


def figure_likelihood() -> Figure:
    """The negative log-likelihood of the 23 flights over (w, b): a narrow valley, until standardised."""
    temperature, distress = load_challenger()
    best = np.asarray(fit_logistic(temperature, distress))
    mean, scale = temperature.mean(), temperature.std()
    figure, (raw, scaled) = panels(1, 2, size=(5.0, 3.9))

    def surface(theta: np.ndarray) -> np.ndarray:
        rows = theta.reshape(-1, 2)
        values = [negative_log_likelihood(row, temperature, distress) for row in rows]
        return np.log10(np.array(values).reshape(theta.shape[:-1]))

    def standardised(theta: np.ndarray) -> np.ndarray:
        rows = [to_original_units(row, mean, scale) for row in theta.reshape(-1, 2)]
        return surface(np.array(rows).reshape(theta.shape))

    _contour(raw, surface, (-0.5, 0.0), (0, 30))
    raw.plot(*best, "*", color=RED, markersize=12, label="maximum likelihood")
    label(raw, "w / (1/°F)", "b", "over the temperature in °F", legend=True)
    _contour(scaled, standardised, (-5, 2), (-4, 3))
    scaled.plot(best[0] * scale, best[1] + best[0] * mean, "*", color=RED, markersize=12)
    label(scaled, "w over z", "b over z", "over the standardised temperature")
    return figure


def figure_o_rings() -> Figure:
    """23 flights, the fitted probability of O-ring distress with a bootstrap band, and the launch at 31 °F."""
    temperature, distress = load_challenger()
    theta = fit_logistic(temperature, distress)
    x = np.linspace(28, 84, 113)
    rng = np.random.default_rng(0)
    curves = []
    while len(curves) < 300:
        rows = rng.integers(0, len(temperature), size=len(temperature))
        if 0 < distress[rows].sum() < len(rows):  # a resample without any distress has no best curve
            resampled = fit_logistic(temperature[rows], distress[rows], learning_rate=4.0, steps=200)
            curves.append(probability(resampled, x))
    low, high = np.quantile(curves, [0.05, 0.95], axis=0)

    figure, (ax,) = panels(size=(7.2, 4.3))
    ax.fill_between(x, low, high, color=SKY, alpha=0.4, linewidth=0, label="90% of 300 bootstrap fits")
    ax.plot(x, probability(theta, x), color=BLUE, label="maximum likelihood")
    height = distress + 0.025 * _stacked(temperature, distress) * np.where(distress, -1, 1)
    ax.plot(temperature, height, "o", color=GREY, mec="black", markersize=6, label="23 flights")
    ax.axvline(31, color=RED, linestyle="--")
    ax.plot(31, probability(theta, 31.0), "o", color=RED, label=f"31 °F: p = {probability(theta, 31.0):.4f}")
    ax.axvspan(28, temperature.min(), color="0.95", zorder=0)
    ax.text(42, 0.55, "no flight\nhas been here", ha="center", color=GREY)
    label(ax, "joint temperature at launch / °F", "probability of O-ring distress")
    ax.legend(loc=(0.08, 0.06), fontsize=9)
    ax.set_xlim(28, 84)
    return figure


def figure_boundary() -> Figure:
    """Optional: a ring and XOR, with features of degree 1, 2 and 4; accuracy on points not trained on."""
    figure, axes = panels(2, 3, size=(3.7, 3.4))
    ticks = np.linspace(-1, 1, 101)
    grid = np.array([(x0, x1) for x1 in ticks for x0 in ticks])
    cases = [(task, degree) for task in ("ring", "xor") for degree in (1, 2, 4)]
    for ax, (task, degree) in zip(axes, cases, strict=True):
        rng = np.random.default_rng(2)
        x, labels = make_points(task, 300, rng)
        unseen, answers = make_points(task, 2000, rng)
        weights = np.asarray(train_classifier(np.asarray(polynomial_features(x, degree)), labels, rng))
        p = sigmoid(np.asarray(polynomial_features(grid, degree)) @ weights).reshape(101, 101)
        ax.contourf(ticks, ticks, p, levels=[0, 0.5, 1], colors=[SKY, ORANGE], alpha=0.4)
        for value, colour, marker in ((0, BLUE, "o"), (1, RED, "^")):
            ax.scatter(*x[labels == value].T, s=10, color=colour, marker=marker, label=f"label {value}")
        right = np.mean((np.asarray(polynomial_features(unseen, degree)) @ weights > 0) == answers)
        label(ax, "x₀", "x₁", f"{task}, degree {degree}: {right:.0%} right")
    legend_below(figure, axes[0])
    return figure


def _valley(x: np.ndarray) -> np.ndarray:
    return np.sum(VALLEY * x**2, axis=-1) / 2


def _valley_gradient(x: np.ndarray) -> np.ndarray:
    return VALLEY * x


def _contour(ax: Axes, f, x_range: tuple[float, float], y_range: tuple[float, float]) -> None:
    """Filled grey contours of a function of points of shape (…, 2): light is low."""
    x, y = np.linspace(*x_range, 81), np.linspace(*y_range, 81)
    values = f(np.stack(np.meshgrid(x, y), axis=-1))
    ax.contourf(x, y, values, levels=24, cmap="Greys", alpha=0.6)


def _stacked(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How many earlier points have the same x and y: to draw them above each other."""
    pairs = list(zip(x.tolist(), y.tolist(), strict=True))
    return np.array([pairs[:i].count(pair) for i, pair in enumerate(pairs)])
