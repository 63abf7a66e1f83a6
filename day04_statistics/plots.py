"""The pictures of the day, drawn through your own functions (given).

Each function is one picture; the first line of its docstring is the caption. Nothing is computed here that an
exercise asks for, so a wrong function shows as a wrong picture.
"""

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from course.data import DEPARTMENTS, IRIS_SPECIES, load_admissions, load_iris, load_stock, make_two_clusters
from course.plots import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, label, legend_below, panels
from day04_statistics.clustering import cluster, k_means, k_means_plus_plus
from day04_statistics.gaussian import (
    fit_gaussian,
    gaussian_log_density,
    kl_gaussians,
    normal_cdf,
    normal_pdf,
    sample_gaussian,
)
from day04_statistics.mixture import e_step, fit_mixture
from day04_statistics.moments import class_statistics, correlation, covariance, describe
from day04_statistics.probability import bayes, conditional, entropy, kl_divergence
from day04_statistics.sampling import (
    bootstrap,
    box_muller,
    sample_discrete,
    sample_exponential,
    standardised_means,
)
from day04_statistics.series import autocorrelation, autocorrelation_fft, log_returns

GLUCOSE = "glucose area / (mg/dl · h)"
INSULIN = "insulin area / (µU/ml · h)"


def figure_divisor() -> Figure:
    """Variance of many small samples: divided by n it is too small on average, divided by n − 1 it is right."""
    rng = np.random.default_rng(0)
    sizes = np.arange(2, 16)
    figure, (ax,) = panels(size=(6.4, 4.0))
    for ddof, colour, marker in ((0, RED, "s"), (1, BLUE, "o")):
        means = [describe(describe(rng.normal(7, 2, size=(n, 4000)), ddof)[1])[0] for n in sizes]
        ax.plot(sizes, means, color=colour, marker=marker, markersize=4, label=f"ddof = {ddof}")
    ax.axhline(4, color=GREY, linestyle=":", label="of the distribution")
    label(ax, "size n of a sample", "variance, mean over 4000 samples", legend=True)
    return figure


def figure_correlation() -> Figure:
    """Four measurements of 150 irises: correlations of all, and of one species alone."""
    measurements, species = load_iris()
    counts, _ = class_statistics(measurements, species, 3)
    names = ("sepal l.", "sepal w.", "petal l.", "petal w.")
    groups = ((measurements, f"all {counts.sum()}"), (measurements[species == 1], f"{counts[1]} versicolor"))
    figure, axes = panels(1, 2, size=(4.2, 3.7))
    for ax, (x, title) in zip(axes, groups, strict=True):
        r = correlation(x)
        image = ax.imshow(r, cmap="RdBu_r", vmin=-1, vmax=1)
        for i, j in np.ndindex(4, 4):
            colour = "white" if abs(r[i, j]) > 0.6 else "black"
            ax.text(j, i, f"{r[i, j]:.2f}", ha="center", va="center", fontsize=9, color=colour)
        ax.set_xticks(range(4), names, fontsize=9)
        ax.set_yticks(range(4), names, fontsize=9)
        ax.set_title(title, fontsize=11)
    figure.colorbar(image, ax=axes, label="correlation")
    return figure


def figure_autocorrelation() -> Figure:
    """NASDAQ month by month against white noise: closes remember, returns do not, their size does a little."""
    returns = log_returns(load_stock("^IXIC").values)
    closes = np.log(load_stock("^IXIC").values)
    noise = np.random.default_rng(2).normal(size=len(returns))
    lags = np.arange(25)
    figure, axes = panels(1, 3, size=(4.0, 3.4))
    named = (
        (closes, "logarithm of the closes"),
        (returns, "returns"),
        (np.abs(returns), "size of the returns"),
    )
    for ax, (series, title) in zip(axes, named, strict=True):
        band = 1.96 / np.sqrt(len(series))
        ax.axhspan(-band, band, color=SKY, alpha=0.3, label="95 % of white noise")
        ax.plot(lags, autocorrelation(noise, 24), ".", color=GREY, label="white noise")
        ax.plot(lags, autocorrelation(series, 24), "o", color=BLUE, markersize=4, label="by sums")
        ax.plot(lags, autocorrelation_fft(series, 24), color=RED, linewidth=1, label="by FFT")
        ax.set_ylim(-0.25, 1.05)
        label(ax, "lag / months", "autocorrelation", title)
    legend_below(figure, axes[1])
    return figure


def figure_admissions() -> Figure:
    """Berkeley 1973: women are admitted less often in all, but not department by department."""
    counts = load_admissions()
    overall = conditional(counts.sum(axis=0), given=0)[:, 0]
    admitted = np.array([conditional(department, given=0)[:, 0] for department in counts])
    applied = conditional(counts.sum(axis=2).T, given=0)
    figure, (left, right) = panels(1, 2, size=(5.0, 3.7))
    for sex, (name, colour, hatch) in enumerate((("men", BLUE, ""), ("women", ORANGE, "///"))):
        shift = 0.4 * sex - 0.2
        style = {"color": colour, "hatch": hatch, "edgecolor": "white", "label": name}
        left.bar(np.arange(7) + shift, 100 * np.append(overall[sex], admitted[:, sex]), 0.38, **style)
        right.bar(np.arange(6) + shift, 100 * applied[sex], 0.38, **style)
    left.set_xticks(range(7), ["all", *DEPARTMENTS])
    right.set_xticks(range(6), DEPARTMENTS)
    label(left, "department", "P(admitted | sex, department) / %", "who is admitted", legend=True)
    label(right, "department", "P(department | sex) / %", "where they apply", legend=True)
    return figure


def figure_bayes() -> Figure:
    """A good test of a rare disease: how likely one is ill after a positive and after a negative result."""
    rates = np.geomspace(1e-4, 0.5, 60)
    likelihood = np.array([[0.95, 0.05], [0.05, 0.95]])
    after = np.array([bayes(np.array([rate, 1 - rate]), likelihood)[0] for rate in rates])
    figure, (ax,) = panels(size=(6.0, 3.8))
    ax.loglog(rates, after[:, 0], color=RED, label="after a positive test")
    ax.loglog(rates, rates, color=GREY, linestyle=":", label="before")
    ax.loglog(rates, after[:, 1], color=BLUE, linestyle="--", label="after a negative test")
    label(ax, "share of the ill among those tested", "probability to be ill", legend=True)
    return figure


def figure_information() -> Figure:
    """Entropy of a coin, and what it costs to take one coin for another, in both directions."""
    heads = np.linspace(0.0, 1.0, 201)
    coins = np.column_stack([heads, 1 - heads])
    loaded = np.broadcast_to([0.7, 0.3], coins.shape)
    figure, (left, right) = panels(1, 2)
    left.plot(heads, entropy(coins), color=BLUE)
    left.axhline(np.log(2), color=GREY, linestyle=":", label="ln 2")
    label(left, "probability of heads", "entropy / nats", "uncertainty", legend=True)
    right.plot(heads, kl_divergence(coins, loaded), color=BLUE, label="KL(coin ‖ 70 % heads)")
    inside = slice(1, -1)  # at both ends the other direction is infinite
    right.plot(
        heads[inside],
        kl_divergence(loaded, coins)[inside],
        color=RED,
        linestyle="--",
        label="KL(70 % heads ‖ coin)",
    )
    right.set_ylim(0, 2)
    label(right, "probability of heads", "divergence / nats", "not symmetric", legend=True)
    return figure


def figure_normal() -> Figure:
    """Density and distribution function of normal distributions, away from μ = 0 and σ = 1."""
    x = np.linspace(-6.0, 12.0, 400)
    figure, (density, distribution) = panels(1, 2)
    for (mu, sigma), colour, line in zip(
        ((0.0, 1.0), (4.0, 0.5), (4.0, 2.5)), (GREY, BLUE, RED), (":", "-", "--"), strict=True
    ):
        style = {"color": colour, "linestyle": line, "label": f"μ = {mu:g}, σ = {sigma:g}"}
        density.plot(x, normal_pdf(x, mu, sigma), **style)
        distribution.plot(x, normal_cdf(x, mu, sigma), **style)
    label(density, "x", "density p(x)", legend=True)
    label(distribution, "x", "probability F(x) to be below x", legend=True)
    return figure


def figure_density() -> Figure:
    """Heat map of a density in two dimensions, fitted to the healthy: with its covariance, and without."""
    areas, groups = make_two_clusters()
    x = areas[groups == 0]
    mean, full = fit_gaussian(x)
    glucose, insulin = np.linspace(200, 520, 120), np.linspace(0, 380, 120)
    grid = np.stack(np.meshgrid(glucose, insulin), axis=-1).reshape(-1, 2)
    matrices = {"full covariance": full, "variances only": np.diag(np.diag(full))}
    heights = [np.exp(gaussian_log_density(grid, mean, c)) for c in matrices.values()]
    figure, axes = panels(1, 2, size=(4.6, 3.8))
    for ax, (title, c), height in zip(axes, matrices.items(), heights, strict=True):
        image = ax.pcolormesh(
            glucose, insulin, 1e6 * height.reshape(120, 120), cmap="magma", vmax=1e6 * np.max(heights)
        )
        ax.plot(*x.T, ".", color="white", markersize=3, alpha=0.7)
        _draw_ellipses(ax, mean, c, SKY)
        ax.set_ylim(0, 380)
        score = gaussian_log_density(x, mean, c).mean()
        label(ax, GLUCOSE, INSULIN, f"{title}: log-likelihood {score:.2f} per point")
    figure.colorbar(image, ax=axes, label="density / 10⁻⁶")
    return figure


def figure_sampling() -> Figure:
    """From uniform numbers to others: histograms of your samples and the law they should follow."""
    rng = np.random.default_rng(5)
    n = 20_000
    figure, (left, middle, right) = panels(1, 3, size=(4.0, 3.4))
    waits, t = sample_exponential(rng.random(n), 0.5), np.linspace(0, 12, 200)
    left.hist(waits, bins=60, range=(0, 12), density=True, color=SKY, label="sample")
    left.plot(t, 0.5 * np.exp(-0.5 * t), color=RED, label="λ e^(−λt), λ = 0.5/min")
    label(left, "waiting time / min", "density / (1/min)", "inverse transform", legend=True)
    z1, z2 = box_muller(1 - rng.random(n), rng.random(n))
    z = np.linspace(-4, 4, 200)
    middle.hist(np.append(z1, z2), bins=60, range=(-4, 4), density=True, color=SKY, label="sample")
    middle.plot(z, normal_pdf(z, 0.0, 1.0), color=RED, label="normal density")
    label(middle, "z", "density", "Box and Muller")
    middle.legend(fontsize=8, loc="upper left")
    weights = np.array([1.0, 0.0, 4.0, 2.0, 3.0])
    counts = np.bincount(sample_discrete(rng.random(n), weights), minlength=5)
    right.bar(range(5), counts / n, color=SKY, label="sample")
    right.hlines(
        weights / weights.sum(), np.arange(5) - 0.5, np.arange(5) + 0.5, color=RED, label="weights / sum"
    )
    label(right, "category", "share", "discrete")
    right.legend(fontsize=8, loc="upper left")
    return figure


def figure_central_limit() -> Figure:
    """Means of waiting times, standardised: with 1 of them, 4 and 30 the histogram turns into a bell."""
    rng = np.random.default_rng(6)
    z = np.linspace(-4, 5, 300)
    figure, axes = panels(1, 3, size=(4.0, 3.2))
    for ax, n in zip(axes, (1, 4, 30), strict=True):
        samples = sample_exponential(rng.random((20_000, n)), 2.0)
        means = standardised_means(samples, 0.5, 0.5)
        ax.hist(means, bins=70, range=(-4, 5), density=True, color=SKY, label="means")
        ax.plot(z, normal_pdf(z, 0.0, 1.0), color=RED, label="normal density")
        label(ax, "standardised mean", "density", f"n = {n}")
        ax.legend(fontsize=8)
    return figure


def figure_bootstrap() -> Figure:
    """How sure is a correlation from 50 flowers? 4000 bootstrap replicates and their 95 % interval."""
    measurements, species = load_iris()
    pairs = measurements[species == 2][:, :2]
    indices = np.random.default_rng(7).integers(len(pairs), size=(4000, len(pairs)))
    low, high, replicates = bootstrap(pairs, lambda sample: correlation(sample)[0, 1], 0.95, indices)
    estimate = correlation(pairs)[0, 1]
    figure, (cloud, histogram) = panels(1, 2, size=(4.6, 3.6))
    cloud.plot(*pairs.T, "o", color=BLUE, markersize=4)
    label(cloud, "sepal length / cm", "sepal width / cm", "50 irises (virginica)")
    histogram.hist(replicates, bins=50, density=True, color=SKY)
    histogram.axvspan(low, high, color=GREEN, alpha=0.15, label=f"95 %: {low:.2f} to {high:.2f}")
    histogram.axvline(estimate, color=RED, label=f"of the sample: {estimate:.2f}")
    label(histogram, "correlation", "density", "replicates", legend=True)
    return figure


def animation_em() -> FuncAnimation:
    """EM step by step: two clouds find their ellipses, and the log-likelihood only ever rises."""
    x, _ = make_two_clusters()
    start = np.array([0.5, 0.5]), np.array([[500.0, 60.0], [700.0, 250.0]]), np.stack([covariance(x)] * 2)
    steps = 20
    *_, history = fit_mixture(x, *start, steps)
    figure, (cloud, curve) = panels(1, 2, size=(4.8, 3.8))

    def draw(step: int) -> None:
        *parameters, _ = fit_mixture(x, *start, step)
        cloud.clear()
        curve.clear()
        _draw_mixture(cloud, x, *parameters)
        label(cloud, GLUCOSE, INSULIN, f"step {step}")
        cloud.set(xlim=(150, 1750), ylim=(-20, 370))
        curve.plot(history, color=GREY, linewidth=1)
        curve.plot(step, history[step], "o", color=GREEN)
        label(curve, "step", "log-likelihood", "never falls")

    return FuncAnimation(figure, draw, frames=steps + 1, interval=400)


def figure_starts() -> Figure:
    """EM on the irises from eight starts: every curve rises, not all of them to the same height."""
    x, _ = load_iris()
    rng = np.random.default_rng(3)
    figure, (ax,) = panels(size=(6.4, 4.0))
    for colour in (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, GREY, "black"):
        means = k_means_plus_plus(x, rng.random(3))
        *_, history = fit_mixture(x, np.full(3, 1 / 3), means, np.stack([covariance(x)] * 3), 120)
        ax.semilogx(np.arange(1, 121), history[1:], color=colour, linewidth=1.4)
    ax.set_ylim(-300, -170)
    ax.set_xticks([1, 3, 10, 30, 100], ["1", "3", "10", "30", "100"])
    label(ax, "step", "log-likelihood")
    return figure


def figure_iris() -> Figure:
    """Three species, found without labels: k-means cuts straight, EM follows the tilt of the clouds."""
    x, species = load_iris()
    labels, centres, _ = cluster(x, 3, np.random.default_rng(0))
    within = np.stack([fit_gaussian(x[labels == c])[1] for c in range(3)])
    weights = np.bincount(labels) / len(x)
    *parameters, _ = fit_mixture(x, weights, centres, within, 100)
    responsibilities, _ = e_step(x, *parameters)
    found = (("species", species), ("k-means", labels), ("EM", np.argmax(responsibilities, axis=1)))
    figure, axes = panels(1, 3, size=(4.0, 3.5))
    for ax, (title, groups) in zip(axes, found, strict=True):
        table = np.zeros((3, 3), dtype=int)
        np.add.at(table, (species, groups), 1)
        wrong = len(x) - table.max(axis=0).sum()
        for row, colour, marker in zip(range(3), (BLUE, RED, GREEN), "os^", strict=True):
            group = groups == table[row].argmax()
            ax.scatter(x[group, 2], x[group, 3], s=14, color=colour, marker=marker, label=IRIS_SPECIES[row])
        title = title if title == "species" else f"{title}: {wrong} in the wrong group"
        label(ax, "petal length / cm", "petal width / cm", title)
    axes[0].legend(fontsize=8)
    return figure


def figure_limit() -> Figure:
    """k-means as the limit of EM: the narrower the components, the harder the border between them."""
    centres = np.array([[0.0], [4.0]])
    x = np.linspace(-1.0, 5.0, 400)[:, np.newaxis]
    labels, _, _ = k_means(x, centres, steps=0)
    figure, (ax,) = panels(size=(6.4, 3.8))
    for variance, colour in zip((4.0, 1.0, 0.2, 0.02), (SKY, BLUE, PURPLE, RED), strict=True):
        responsibilities, _ = e_step(x, np.array([0.3, 0.7]), centres, np.full((2, 1, 1), variance))
        ax.plot(x[:, 0], responsibilities[:, 1], color=colour, label=f"EM, variance {variance:g}")
    ax.plot(x[:, 0], labels, color="black", linestyle=":", label="k-means")
    ax.plot(centres[:, 0], [0, 0], "^", color=GREY, label="centres")
    label(ax, "x", "share of the right component", "weights 0.3 and 0.7", legend=True)
    return figure


def figure_samples() -> Figure:
    """Optional: points drawn from two fitted normal distributions, and how far these are from each other."""
    areas, groups = make_two_clusters()
    fits = [fit_gaussian(areas[groups == group]) for group in (0, 1)]
    rng = np.random.default_rng(8)
    figure, (real, drawn) = panels(1, 2)
    for group, (name, colour, marker) in enumerate((("healthy", BLUE, "o"), ("diabetes", RED, "^"))):
        points = sample_gaussian(rng.normal(size=(np.sum(groups == group), 2)), *fits[group])
        real.scatter(*areas[groups == group].T, s=12, color=colour, marker=marker, label=name)
        drawn.scatter(*points.T, s=12, color=colour, marker=marker, label=name)
    forth, back = kl_gaussians(*fits[0], *fits[1]), kl_gaussians(*fits[1], *fits[0])
    label(real, GLUCOSE, INSULIN, "the data", legend=True)
    label(drawn, GLUCOSE, INSULIN, f"drawn anew; KL {forth:.1f} one way, {back:.0f} nats the other")
    drawn.sharex(real)
    drawn.sharey(real)
    return figure


def _draw_ellipses(ax: Axes, mean: np.ndarray, c: np.ndarray, colour: str) -> None:
    """The curves one and two standard deviations away from the mean."""
    values, vectors = np.linalg.eigh(c)
    angle = np.linspace(0, 2 * np.pi, 200)
    circle = np.stack([np.cos(angle), np.sin(angle)])
    for radius in (1, 2):
        ax.plot(*(mean[:, np.newaxis] + radius * (vectors * np.sqrt(values)) @ circle), color=colour)


def _draw_mixture(
    ax: Axes, x: np.ndarray, weights: np.ndarray, means: np.ndarray, covariances: np.ndarray
) -> None:
    """Points coloured by their responsibilities, and the ellipses of both components."""
    responsibilities, _ = e_step(x, weights, means, covariances)
    ax.scatter(*x.T, s=12, color=responsibilities @ np.array([to_rgb(BLUE), to_rgb(RED)]))
    for mean, c, colour in zip(means, covariances, (BLUE, RED), strict=True):
        _draw_ellipses(ax, mean, c, colour)
        ax.plot(*mean, "X", color=colour, markeredgecolor="white", markersize=9)
