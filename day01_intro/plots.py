"""The pictures of the day, drawn through your own functions (given).

Each function is one picture; the first line of its docstring is the caption. Nothing is computed here that an
exercise asks for, so a wrong function shows as a wrong picture.
"""

from collections.abc import Callable, Sequence
from functools import partial
from timeit import repeat

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.plots import BLACK, BLUE, GREEN, GREY, ORANGE, RED, label, panels
from day01_intro.arrays import centre_columns, crop, fraction_above, pairwise_distances
from day01_intro.complex_numbers import Complex
from day01_intro.fractals import complex_grid, julia, julia_loops, mandelbrot
from day01_intro.graphs import graph_to_text
from day01_intro.multiplication import matmul_broadcast, matmul_loops

DOUADY = -0.123 + 0.745j
"""The constant of Douady's rabbit."""


def figure_multiplication() -> Figure:
    """Multiplying two numbers multiplies their distances from 0 and adds their angles."""
    figure, axes = panels(1, 2, size=(4.6, 4.3))
    a, b = Complex(1.5, 0.5), Complex(0.5, 1.2)
    named = (("a", a, BLUE), ("b", b, GREEN), ("a·b", a.multiply(b), RED))
    for (name, z, colour), arc in zip(named, (0.5, 0.7, 0.9), strict=True):
        degrees = np.degrees(z.angle())
        text = f"{name}: r = {z.radius():.3f}, φ = {degrees:.1f}°"
        axes[0].plot([0, z.real], [0, z.imag], color=colour, marker="o", markevery=[1], label=text)
        turn = np.linspace(0, z.angle(), 50)
        axes[0].plot(arc * np.cos(turn), arc * np.sin(turn), color=colour, linewidth=1)
    label(axes[0], "real part", "imaginary part", "radii are multiplied, angles added", legend=True)
    axes[0].set(xlim=(-0.4, 2.4), ylim=(-0.2, 2.6), aspect="equal")

    factor, z = Complex.from_polar(0.97, np.pi / 12), Complex(1.0)
    spiral = [z]
    for _ in range(60):
        z = z.multiply(factor)
        spiral.append(z)
    axes[1].plot([z.real for z in spiral], [z.imag for z in spiral], color=BLUE, marker="o", markersize=3)
    label(axes[1], "real part", "imaginary part", "1, q, q², q³, … with r = 0.97, φ = 15°")
    axes[1].set(xlim=(-1.1, 1.1), ylim=(-1.1, 1.1), aspect="equal")
    return figure


def figure_matrix_product() -> Figure:
    """A and B, and each entry of A·B from one row and one column; what loops and broadcasting disagree on is 0."""
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(5, 8)), rng.normal(size=(8, 6))
    product = np.asarray(matmul_loops(a, b))
    difference = np.abs(product - matmul_broadcast(a, b)).max()
    figure, axes = panels(1, 3, size=(3.5, 3.3))
    titles = ("A (5 × 8)", "B (8 × 6)", f"A·B (5 × 6), difference {difference:.0e}")
    for ax, matrix, title in zip(axes, (a, b, product), titles, strict=True):
        largest = np.abs(matrix).max()
        colours = ax.imshow(matrix, cmap="RdBu", vmin=-largest, vmax=largest)
        ax.set(xlabel="column", ylabel="row", xticks=range(matrix.shape[1]), yticks=range(matrix.shape[0]))
        ax.set_title(title, fontsize=11)
        figure.colorbar(colours, ax=ax, shrink=0.7)
    axes[0].axhspan(0.5, 1.5, fill=False, edgecolor=BLACK, linewidth=2)
    axes[1].axvspan(3.5, 4.5, fill=False, edgecolor=BLACK, linewidth=2)
    axes[2].plot([3.5, 4.5, 4.5, 3.5, 3.5], [0.5, 0.5, 1.5, 1.5, 0.5], color=BLACK, linewidth=2)
    return figure


def figure_points() -> Figure:
    """A cloud before and after centring, and how far all its points are from each other."""
    rng = np.random.default_rng(5)
    groups = [rng.normal(size=(15, 2)) * 0.5 + centre for centre in ((2.0, 3.0), (4.5, 2.0), (4.0, 4.5))]
    x = np.concatenate(groups)
    centred = np.asarray(centre_columns(x))
    figure, (cloud, table) = panels(1, 2, size=(4.8, 4.0))
    for points, colour, name in ((x, GREY, "as given"), (centred, BLUE, "centred")):
        right = np.asarray(fraction_above(points.T, 0.0))
        cloud.scatter(*points.T, s=16, color=colour, label=f"{name}: {right[0]:.0%} right of 0")
    cloud.axhline(0, color=BLACK, linewidth=0.8)
    cloud.axvline(0, color=BLACK, linewidth=0.8)
    label(cloud, "x₀", "x₁", "broadcasting moves every row", legend=True)
    cloud.set_aspect("equal")
    colours = table.imshow(pairwise_distances(x, x), cmap="viridis")
    table.set(xlabel="number of the point", ylabel="number of the point")
    table.set_title("three groups of 15", fontsize=11)
    figure.colorbar(colours, ax=table, label="distance")
    return figure


def figure_julia() -> Figure:
    """Escape times under z² + c for c = −0.123 + 0.745 i: a rabbit, its ears, and their ears."""
    low, high, limit = -1.6 - 1.2j, 1.6 + 1.2j, 120
    grid = np.asarray(complex_grid(low, high, 480, 640))
    counts = np.asarray(julia(grid, DOUADY, limit))
    figure, axes = panels(1, 2, size=(5.6, 3.9))
    _draw_counts(figure, axes[0], counts, (low, high), "480 × 640 points")
    top, left, height, width = 300, 250, 90, 120
    corners = grid[top, left], grid[top + height - 1, left + width - 1]
    axes[0].plot(*_frame(*corners), color=RED, linewidth=1.2)
    part = np.asarray(crop(counts, top, left, height, width))
    _draw_counts(figure, axes[1], part, corners, "the red frame, by crop")
    return figure


def animation_julia_walk() -> FuncAnimation:
    """The constant c walks round a circle, and the Julia set breaks apart and grows together again."""
    low, high, limit = -1.6 - 1.2j, 1.6 + 1.2j, 60
    grid = np.asarray(complex_grid(low, high, 150, 200))
    figure, (ax,) = panels(size=(5.0, 3.9))

    def draw(frame: int) -> None:
        ax.clear()
        c = 0.7885 * np.exp(2j * np.pi * frame / 48)
        ax.imshow(np.log1p(julia(grid, c, limit)), cmap="magma", origin="lower", extent=_extent(low, high))
        label(ax, "real part", "imaginary part", f"c = {c.real:+.2f} {c.imag:+.2f} i")
        ax.grid(False)

    return FuncAnimation(figure, draw, frames=48, interval=120)


def figure_timing() -> Figure:
    """The same work with Python loops and with whole arrays: time against size, both axes logarithmic."""
    figure, (fractal, matrices) = panels(1, 2, size=(4.8, 4.0))
    sides = np.array([4, 8, 16, 32, 64])
    grids = [np.asarray(complex_grid(-1.6 - 1.2j, 1.6 + 1.2j, side, side)) for side in sides]
    points = [(grid, DOUADY, 40) for grid in grids]
    _draw_times(fractal, "loops", julia_loops, sides**2, points, RED, "o")
    _draw_times(fractal, "whole arrays", julia, sides**2, points, BLUE, "s")
    label(fractal, "number of points", "time / s", "Julia set, limit 40", legend=True)

    rng = np.random.default_rng(1)
    sizes = np.array([2, 4, 8, 16, 32, 64])
    pairs = [(rng.normal(size=(n, n)), rng.normal(size=(n, n))) for n in sizes]
    _draw_times(matrices, "loops", matmul_loops, sizes, pairs, RED, "o")
    _draw_times(matrices, "broadcasting", matmul_broadcast, sizes, pairs, BLUE, "s")
    _draw_times(matrices, "NumPy's @", np.matmul, sizes, pairs, GREEN, "^")
    label(matrices, "rows and columns n", "time / s", "product of two n × n matrices", legend=True)
    matrices.set_xticks(sizes, [str(n) for n in sizes])
    matrices.minorticks_off()
    return figure


def figure_mandelbrot() -> Figure:
    """Optional: the Mandelbrot set is the map of all Julia sets; the dot is the rabbit's constant."""
    low, high = -2.1 - 1.25j, 0.7 + 1.25j
    counts = np.asarray(mandelbrot(np.asarray(complex_grid(low, high, 500, 560)), 120))
    figure, (ax,) = panels(size=(6.0, 4.8))
    _draw_counts(figure, ax, counts, (low, high), "z₀ = 0, c is the point")
    ax.plot(DOUADY.real, DOUADY.imag, "o", color=GREEN, markersize=6, label="c of the rabbit")
    ax.legend(fontsize=9, loc="lower right")
    return figure


def figure_graph() -> Figure:
    """Optional: the formula of a neuron as a graph, drawn from your text."""
    neuron = ("sigmoid", ("add", ("multiply", "w₀", "x₀"), ("multiply", "w₁", "x₁"), "b"))
    lines = graph_to_text(neuron).splitlines()
    depths = [(len(line) - len(line.lstrip())) // 2 for line in lines]
    figure, (text, tree) = panels(1, 2, size=(4.2, 3.6))
    text.text(
        0.1, 0.95, "\n".join(lines), family="monospace", fontsize=11, va="top", transform=text.transAxes
    )
    text.set_title("your text", fontsize=11)
    text.axis("off")
    x = _places(depths)
    for i, (line, depth) in enumerate(zip(lines, depths, strict=True)):
        if depth > 0:
            parent = max(j for j in range(i) if depths[j] == depth - 1)
            tree.plot([x[i], x[parent]], [-depth, 1 - depth], color=GREY, zorder=1)
        leaf = i + 1 == len(lines) or depths[i + 1] <= depth
        box = {"boxstyle": "round", "facecolor": "white", "edgecolor": ORANGE if leaf else BLUE}
        tree.text(x[i], -depth, line.strip(), ha="center", va="center", bbox=box)
    tree.set(xlim=(-0.6, max(x) + 0.6), ylim=(-max(depths) - 0.4, 0.4))
    tree.set_title("the graph it stands for", fontsize=11)
    tree.axis("off")
    return figure


def _places(depths: list[int]) -> list[float]:
    """Horizontal places of nodes given in the order of the text: leaves side by side, parents above their middle."""
    places = [0.0] * len(depths)
    leaves = [i for i in range(len(depths)) if i + 1 == len(depths) or depths[i + 1] <= depths[i]]
    for place, i in enumerate(leaves):
        places[i] = float(place)
    for i in reversed([i for i in range(len(depths)) if i not in leaves]):
        end = next((j for j in range(i + 1, len(depths)) if depths[j] <= depths[i]), len(depths))
        places[i] = float(np.mean([places[j] for j in range(i + 1, end) if depths[j] == depths[i] + 1]))
    return places


def _extent(low: complex, high: complex) -> tuple[float, float, float, float]:
    """Left, right, bottom, top of a rectangle of the plane, as imshow wants them."""
    return low.real, high.real, low.imag, high.imag


def _frame(low: complex, high: complex) -> tuple[list[float], list[float]]:
    """The outline of a rectangle of the plane."""
    return (
        [low.real, high.real, high.real, low.real, low.real],
        [low.imag, low.imag, high.imag, high.imag, low.imag],
    )


def _draw_counts(
    figure: Figure, ax: Axes, counts: np.ndarray, corners: tuple[complex, complex], title: str
) -> None:
    """Escape times as colours; the first row lies at the bottom, as in the plane."""
    shown = ax.imshow(counts, cmap="magma", norm="log", origin="lower", extent=_extent(*corners), vmin=1)
    label(ax, "real part", "imaginary part", title)
    ax.grid(False)
    figure.colorbar(shown, ax=ax, label="escape time / steps", shrink=0.85)


def _draw_times(
    ax: Axes,
    name: str,
    function: Callable[..., object],
    sizes: np.ndarray,
    inputs: Sequence[tuple[object, ...]],
    colour: str,
    marker: str,
) -> None:
    """Time of one call for each of the inputs: the best of three, the one least disturbed."""
    seconds = [min(repeat(partial(function, *arguments), number=1, repeat=3)) for arguments in inputs]
    ax.loglog(sizes, seconds, color=colour, marker=marker, label=name)
