"""The pictures of the day, drawn through your own functions (given).

Each function is one picture; the first line of its docstring is the caption. Nothing is computed here that an
exercise asks for, so a wrong function shows as a wrong picture.
"""

from itertools import product

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.data import Signal, load_digits, load_photograph, load_time_series, make_noisy_signal
from course.plots import (
    BLUE,
    COLOURS,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    label,
    legend_below,
    panels,
    show_image,
)
from day03_linalg.features import classify, expand_quadratic
from day03_linalg.matrices import determinant, inverse, matrix_vector, transpose
from day03_linalg.pca import pca, project, reconstruct
from day03_linalg.regression import (
    condition_number,
    evaluate_polynomial,
    fit_polynomial,
    normal_equations,
    rescale,
    select_degree,
    vandermonde,
)
from day03_linalg.spectrum import (
    compress,
    filtered_least_squares,
    low_rank,
    power_iteration,
    ridge,
    spectral_filter,
)

DEGREES = range(21)


def figure_unit_square() -> Figure:
    """A matrix moves the corners of the unit square, its inverse brings them back; the area is |det A|."""
    a = np.array([[1.4, 0.9], [-0.4, 1.2]])
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
    moved = np.array([matrix_vector(a, corner) for corner in corners])
    back = np.array([matrix_vector(inverse(a), corner) for corner in moved])
    figure, axes = panels(1, 3, size=(3.6, 2.9))
    named = (("unit square", corners), ("after A", moved), ("after A⁻¹A", back))
    for ax, (title, points), colour in zip(axes, named, COLOURS, strict=False):
        ax.fill(*transpose(points), color=colour, alpha=0.3)
        ax.plot(*transpose(points), color=colour, marker="o")
        label(ax, "x₀", "x₁", title)
        ax.set(xlim=(-0.5, 2.7), ylim=(-0.7, 1.7), aspect="equal")
    axes[1].text(1.15, 0.4, f"area {abs(determinant(a)):.2f}", ha="center")
    return figure


def figure_fits() -> Figure:
    """Too stiff, right, too flexible: three polynomials on the same noisy points."""
    signal = make_noisy_signal()
    figure, axes = panels(1, 3, size=(4.0, 3.5))
    for ax, degree, verdict in zip(axes, (2, 6, 20), ("underfitting", "good", "overfitting"), strict=True):
        coefficients = fit_polynomial(_seconds_to_unit(signal.t_train), signal.y_train, degree)
        _draw_fit(ax, signal, coefficients)
        label(ax, "time / s", "voltage / V", f"degree {degree}: {verdict}")
    axes[0].legend(fontsize=8, loc="lower right")
    return figure


def figure_degree() -> Figure:
    """The error on the training points always falls, the error on held-out points shows where to stop."""
    signal = make_noisy_signal()
    t_train, t_validation = _seconds_to_unit(signal.t_train), _seconds_to_unit(signal.t_validation)
    best, validation = select_degree(t_train, signal.y_train, t_validation, signal.y_validation, DEGREES)
    training = []
    for degree in DEGREES:
        coefficients = fit_polynomial(t_train, signal.y_train, degree)
        training.append(np.mean((evaluate_polynomial(coefficients, t_train) - signal.y_train) ** 2))
    figure, (ax,) = panels(size=(6.4, 4.0))
    ax.semilogy(DEGREES, training, color=BLUE, marker="o", markersize=4, label="training")
    ax.semilogy(DEGREES, validation, color=RED, marker="s", markersize=4, label="validation")
    ax.axhline(signal.noise**2, color=GREY, linestyle=":", label="variance of the noise")
    ax.axvline(best, color=GREEN, linestyle="--", label=f"chosen degree {best}")
    label(ax, "degree of the polynomial", "mean squared error / V²", legend=True)
    ax.set_xticks(range(0, 21, 2))
    return figure


def animation_degrees() -> FuncAnimation:
    """The fit from degree 0 to 20: it bends where it should, then where the noise tells it to."""
    signal = make_noisy_signal()
    t_train = _seconds_to_unit(signal.t_train)
    figure, (ax,) = panels(size=(6.0, 4.0))

    def draw(degree: int) -> None:
        ax.clear()
        _draw_fit(ax, signal, fit_polynomial(t_train, signal.y_train, degree))
        label(ax, "time / s", "voltage / V", f"degree {degree}")

    draw(0)
    legend_below(figure, ax)
    return FuncAnimation(figure, draw, frames=DEGREES, interval=500)


def figure_conditioning() -> Figure:
    """The same dates on three axes: counted from the year 1, from the first day, and mapped onto [−1, 1]."""
    days = np.arange(0.0, 3 * 365.25, 7.0)
    axes_of_time = {
        "days since the year 1": days + 730_000.0,
        "days since the first": days,
        "mapped onto [−1, 1]": rescale(days, days[0], days[-1]),
    }
    degrees = range(1, 16)
    figure, (ax,) = panels(size=(6.4, 4.0))
    for (name, x), colour, marker in zip(axes_of_time.items(), (RED, ORANGE, BLUE), "so^", strict=True):
        numbers = [condition_number(vandermonde(x, degree)) for degree in degrees]
        ax.semilogy(degrees, numbers, color=colour, marker=marker, markersize=4, label=name)
    ax.axhline(1 / np.finfo(np.float64).eps, color=GREY, linestyle=":", label="1 / rounding error")
    ax.set_ylim(1, 1e20)  # beyond the dotted line the computed number itself is rounding error
    label(ax, "degree of the polynomial", "condition number of the Vandermonde matrix", legend=True)
    return figure


def figure_extrapolation() -> Figure:
    """A line that fits well names the day on which nothing is left; degree 4 is more absurd still."""
    series = load_time_series()
    start, end = series.days[0], series.days[-1]
    unit = rescale(series.days, start, end)
    line = normal_equations(vandermonde(unit, 1), series.values)
    quartic = fit_polynomial(unit, series.values, 4)
    zero = start + (1 - line[0] / line[1]) * (end - start) / 2

    margin = 0.05 * (max(end, zero) - min(start, zero))
    days = np.linspace(min(start, zero) - margin, max(end, zero) + margin, 400)
    figure, (ax,) = panels(size=(7.2, 4.0))
    ax.plot(series.times, series.values, ".", color=GREY, markersize=5, label=series.name)
    for name, coefficients, colour, style in (("line", line, BLUE, "-"), ("degree 4", quartic, RED, "--")):
        values = evaluate_polynomial(coefficients, rescale(days, start, end))
        ax.plot(_dates(days), values, color=colour, linestyle=style, label=name)
    ax.axhline(0, color="black", linewidth=0.8)
    ax.plot(_dates(zero), 0, "o", color=BLUE, label=f"zero on {_dates(zero).astype('datetime64[D]')}")
    top = series.values.max()
    ax.set_ylim(-0.5 * top, 1.15 * top)
    label(ax, "date", f"value / {series.unit}", legend=True)
    return figure


def figure_regularisation() -> Figure:
    """Damping small singular values tames a polynomial of degree 20: too little, right, too much."""
    signal = make_noisy_signal()
    t_train, t_validation = _seconds_to_unit(signal.t_train), _seconds_to_unit(signal.t_validation)
    a, a_validation = vandermonde(t_train, 20), vandermonde(t_validation, 20)
    s = np.geomspace(1e-6, 1e1, 200)
    strengths = np.geomspace(1e-12, 1e2, 57)
    fitted = [filtered_least_squares(a, signal.y_train, epsilon) for epsilon in strengths]
    errors = [np.mean((a_validation @ coefficients - signal.y_validation) ** 2) for coefficients in fitted]
    best = strengths[int(np.argmin(errors))]
    shown = ((1e-10, RED, ":"), (best, GREEN, "-"), (1e1, PURPLE, "--"))

    figure, (filters, curve, fits) = panels(1, 3, size=(4.3, 3.8))
    for epsilon, colour, line in shown:
        name = f"ε = {epsilon:.0e}"
        filters.semilogx(s, spectral_filter(s, epsilon), color=colour, linestyle=line, label=name)
        curve.plot(epsilon, np.interp(np.log(epsilon), np.log(strengths), errors), "o", color=colour)
        coefficients = ridge(a, signal.y_train, epsilon)
        values = evaluate_polynomial(coefficients, _seconds_to_unit(signal.t))
        fits.plot(signal.t, values, color=colour, linestyle=line, label=name)
    label(filters, "singular value s", "filter factor f", "spectral filter")
    filters.legend(fontsize=9, loc=(0.56, 0.42))
    curve.loglog(strengths, errors, color=BLUE, zorder=1)
    label(curve, "ε", "validation error / V²", "which ε?")
    fits.plot(signal.t_train, signal.y_train, ".", color=GREY, label="training points")
    fits.set_ylim(*_voltage_range(signal))
    label(fits, "time / s", "voltage / V", "ridge, degree 20", legend=True)
    return figure


def figure_singular_values() -> Figure:
    """Singular values of a photograph fall fast: few of them carry nearly all of it."""
    image = load_photograph()
    figure, (spectrum, error) = panels(1, 2, size=(4.8, 3.7))
    for channel, name, colour, line in zip(
        range(3), ("red", "green", "blue"), (RED, GREEN, BLUE), ("-", "--", ":"), strict=True
    ):
        s = np.linalg.svd(image[:, :, channel], compute_uv=False)
        spectrum.semilogy(np.arange(len(s)), s, color=colour, linestyle=line, label=name)
    label(spectrum, "index $i$", "singular value $s_i$", "spectrum of each channel", legend=True)

    grey = image.mean(axis=2)
    s = np.linalg.svd(grey, compute_uv=False)
    ranks = np.array([1, 2, 5, 10, 20, 50, 100, 200, 400])
    measured = [np.linalg.norm(grey - low_rank(grey, rank)) / np.linalg.norm(grey) for rank in ranks]
    tail = np.sqrt(np.cumsum(s[::-1] ** 2)[::-1])
    error.loglog(np.arange(1, len(s)), tail[1:] / tail[0], color=GREY, label="Eckart and Young")
    error.loglog(ranks, measured, "o", color=BLUE, label="your low_rank")
    label(error, "rank $r$", r"$\Vert A-A_r\Vert\;/\;\Vert A\Vert$", "what is missing", legend=True)
    return figure


def figure_compression() -> Figure:
    """A photograph from 5, 20 and 50 singular values per channel, and the original."""
    image = load_photograph()
    height, width, _ = image.shape
    figure, axes = panels(2, 2, size=(4.6, 3.3))
    for ax, rank in zip(axes, (5, 20, 50), strict=False):
        share = rank * (height + width + 1) / (height * width)
        show_image(ax, compress(image, rank), f"rank {rank}: {share:.0%} of the numbers")
    show_image(axes[3], image, f"original: {height} × {width} pixels")
    return figure


def figure_power_iteration() -> Figure:
    """Power iteration: the error of the eigenvalue falls by (λ₂/λ₁)² with each step."""
    rng = np.random.default_rng(0)
    basis, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    start, steps = rng.normal(size=6), range(1, 31)
    figure, (ax,) = panels(size=(6.0, 4.0))
    for second, colour, marker in ((0.5, BLUE, "o"), (0.8, ORANGE, "s"), (0.95, RED, "^")):
        a = (basis * [1.0, second, 0.4, 0.3, 0.2, 0.1]) @ basis.T
        errors = [max(abs(power_iteration(a, start, n)[0] - 1.0), 1e-16) for n in steps]
        ax.semilogy(
            steps,
            errors,
            color=colour,
            marker=marker,
            markersize=4,
            label=f"λ₂/λ₁ = {second}",
        )
    label(ax, "step", "error of the eigenvalue", legend=True)
    return figure


def figure_principal_components() -> Figure:
    """Digits along their first two principal directions, and from 2, 8 and 32 of 64 numbers."""
    images, labels = load_digits()
    x = images.reshape(len(images), -1)
    figure, (cloud, rows) = panels(1, 2, size=(5.2, 4.6))
    mean, components, variances = pca(x, 2)
    z = project(x, mean, components)
    for digit, colour in zip((0, 1, 4, 6), (BLUE, ORANGE, RED, GREEN), strict=True):
        cloud.scatter(*z[labels == digit].T, s=12, color=colour, alpha=0.7, label=f"{digit}")
    share = variances.sum() / x.var(axis=0, ddof=1).sum()
    label(cloud, "first component", "second component", f"{share:.0%} of the variance", legend=True)

    strips = [images[:8]]
    for k in (32, 8, 2):
        mean, components, _ = pca(x, k)
        strips.append(reconstruct(project(x[:8], mean, components), mean, components).reshape(8, 8, 8))
    mosaic = np.vstack([np.hstack([np.pad(image, 1) for image in strip]) for strip in strips])
    show_image(rows, 1 - mosaic, "64, 32, 8 and 2 numbers per digit")
    rows.set_yticks([4.5, 14.5, 24.5, 34.5], ["64", "32", "8", "2"])
    return figure


def figure_boundary() -> Figure:
    """Optional: linear and quadratic features on a ring and on XOR, each with a linear classifier."""
    rng = np.random.default_rng(1)
    x = rng.uniform(-1, 1, size=(300, 2))
    tasks = {"ring": np.where(np.hypot(*x.T) < 0.75, 1, -1), "XOR": np.where(x[:, 0] * x[:, 1] > 0, 1, -1)}
    chosen = {"linear": [0, 1, 5], "quadratic": [0, 1, 2, 3, 4, 5]}
    ticks = np.linspace(-1, 1, 101)
    grid = np.array([(x0, x1) for x1 in ticks for x0 in ticks])
    figure, axes = panels(2, 2, size=(4.0, 3.6))
    for ax, (task, name) in zip(axes, product(tasks, chosen), strict=True):
        labels, columns = tasks[task], chosen[name]
        features = expand_quadratic(x)[:, columns]
        weights = ridge(features, labels, 1e-6)
        sides = classify(expand_quadratic(grid)[:, columns], weights).reshape(101, 101)
        ax.contourf(ticks, ticks, sides, levels=[-2, 0, 2], colors=[SKY, ORANGE], alpha=0.4)
        for side, colour, marker in ((-1, BLUE, "o"), (1, RED, "^")):
            ax.scatter(*x[labels == side].T, s=12, color=colour, marker=marker, label=f"label {side}")
        right = np.mean(classify(features, weights) == labels)
        label(ax, "x₀", "x₁", f"{task}, {name} features: {right:.0%} right")
    legend_below(figure, axes[0])
    return figure


def _dates(days: np.ndarray | float) -> np.ndarray:
    """Days since 1970-01-01 as dates, for axes and legends."""
    return (np.asarray(days) * 86_400).astype("datetime64[s]")


def _seconds_to_unit(t: np.ndarray) -> np.ndarray:
    """The time axis of the noisy signal, 0 to 3 s, mapped onto [−1, 1]."""
    return rescale(t, 0.0, 3.0)


def _voltage_range(signal: Signal) -> tuple[float, float]:
    """Limits of the voltage axis: the signal with room, whatever a fit does outside."""
    low, high = signal.y.min(), signal.y.max()
    return low - 0.4 * (high - low), high + 0.6 * (high - low)


def _draw_fit(ax: Axes, signal: Signal, coefficients: np.ndarray) -> None:
    """Points, true signal and fitted polynomial in one panel."""
    ax.plot(signal.t, signal.y, color=GREY, linestyle=":", label="without noise")
    ax.plot(signal.t_train, signal.y_train, ".", color=BLUE, label="training")
    ax.plot(signal.t_validation, signal.y_validation, "x", color=ORANGE, markersize=4, label="validation")
    ax.plot(signal.t, evaluate_polynomial(coefficients, _seconds_to_unit(signal.t)), color=RED, label="fit")
    ax.set_ylim(*_voltage_range(signal))
