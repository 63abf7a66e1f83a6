"""One look for the pictures of all days: panels, colours, labels. Nothing here knows data or exercises.

Figures are built with Matplotlib's object interface on the Agg canvas: no window, no global state, the
same in a script, a notebook, a thread and a test. Matplotlib is imported when the first picture is drawn.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction
from functools import wraps
from numbers import Number
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from matplotlib.animation import Animation
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLACK = "#000000"
ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
YELLOW = "#F0E442"
BLUE = "#0072B2"
RED = "#D55E00"
PURPLE = "#CC79A7"
GREY = "#7F7F7F"
COLOURS = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, BLACK)
"""Tell-apart colours for readers of every colour vision (M. Okabe and K. Ito, 2008), strongest first."""

PANEL = (4.6, 3.5)
"""Width and height of one panel in inches."""

DPI = 130
FRAMES_PER_SECOND = 12


def panels(
    rows: int = 1, columns: int = 1, size: tuple[float, float] = PANEL, projection: str | None = None
) -> tuple[Figure, list[Axes]]:
    """A figure with ``rows`` × ``columns`` panels, and the panels row by row.

    Parameters
    ----------
    size : width and height of one panel in inches
    projection : None for plane axes, ``"3d"`` for axes in space

    Returns
    -------
    figure, axes
        always a list of axes, also when there is one: ``figure, (left, right) = panels(1, 2)``
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(columns * size[0], rows * size[1]), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(rows, columns, squeeze=False, subplot_kw={"projection": projection})
    return figure, list(grid.flat)


def label(ax: Axes, x: str, y: str, title: str = "", legend: bool = False) -> None:
    """Name the axes (with units) and give the panel the look of the course."""
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    ax.set_title(title, fontsize=11)
    ax.grid(color="0.92", linewidth=0.8)
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        if side in ax.spines:
            ax.spines[side].set_visible(False)
    if legend:
        ax.legend(fontsize=9, framealpha=0.9)


def legend_below(figure: Figure, ax: Axes, columns: int = 4) -> None:
    """The legend of ``ax`` for the whole figure, below the panels, where it covers nothing."""
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=columns, fontsize=9)


def show_image(ax: Axes, image: ArrayLike, title: str = "", low: float = 0.0, high: float = 1.0) -> None:
    """An image without ticks.

    Parameters
    ----------
    image : (height, width) array, grey between ``low`` and ``high``, or (height, width, 3) array in [0, 1]
    """
    pixels = np.asarray(image)
    ax.imshow(pixels, cmap="gray", vmin=low, vmax=high)
    ax.set_title(title, fontsize=11)
    ax.set_xticks([])
    ax.set_yticks([])


def draw(
    module: ModuleType,
    name: str,
    dpi: float = DPI,
    most_frames: int | None = None,
    *,
    layout: bool = True,
) -> NDArray[np.uint8]:
    """What a picture function of a day's ``plots.py`` gives, as pixels; whatever it raises is raised.

    Exercises may answer in lists; to the picture their answers are arrays.

    Parameters
    ----------
    dpi : pixels per inch of the figure
    most_frames : of an animation only so many, from its beginning; None for all
    layout : whether labels are kept from overlapping, which takes half of the time of a figure

    Returns
    -------
    pixels : (frames, height, width, 3) array of red, green and blue, with one frame for a figure
    """
    try:
        with _answers_in_arrays(module):
            picture = getattr(module, name)()
            if name.startswith("animation_"):
                return _frames(picture, dpi, most_frames)
            if not layout:
                picture.set_layout_engine("none")
            return _pixels(picture, dpi)[None]
    finally:
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")


@contextmanager
def _answers_in_arrays(module: ModuleType) -> Iterator[None]:
    """Inside the block the functions that a ``plots.py`` has imported from its day give arrays for nested lists."""
    names, day = vars(module), f"{module.__name__.partition('.')[0]}."
    imported = {
        name: value
        for name, value in names.items()
        if isinstance(value, FunctionType)
        and value.__module__.startswith(day)
        and value.__module__ != module.__name__
    }
    names.update({name: _in_arrays(function) for name, function in imported.items()})
    try:
        yield
    finally:
        names.update(imported)


def _in_arrays(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def answer(*args: Any, **named: Any) -> Any:
        return arrays_of(function(*args, **named))

    return answer


def arrays_of(value: Any) -> Any:
    """The same with arrays in the place of nested lists of numbers; tuples, other lists and dicts part by part. A tuple
    of numbers is an array where it is a part itself.
    """
    return _in_array(value) if isinstance(value, list) else _part_by_part(value)


def _in_array(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and value and _is_nested_numbers(value):
        try:
            return np.array(value, dtype=float if _has_fractions(value) else None)
        except (TypeError, ValueError):  # rows of several lengths
            pass
    return _part_by_part(value)


def _part_by_part(value: Any) -> Any:
    if type(value) in (list, tuple):
        return type(value)(map(_in_array, value))
    if type(value) is dict:
        return {key: _in_array(part) for key, part in value.items()}
    return value


_PLAIN_NUMBERS = {bool, int, float, complex}


def _is_nested_numbers(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return _holds_plain_numbers(value) or all(map(_is_nested_numbers, value))
    return isinstance(value, (Number, np.bool_)) or getattr(value, "shape", None) == ()


def _has_fractions(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return not _holds_plain_numbers(value) and any(map(_has_fractions, value))
    return isinstance(value, Fraction)


def _holds_plain_numbers(row: Sequence[Any]) -> bool:
    """Whether no number of a row has to be looked at alone; an image in lists has a hundred thousand of them."""
    return set(map(type, row)) <= _PLAIN_NUMBERS


def file_name(name: str) -> str:
    """What the file of a picture function is called: ``fits.png`` of ``figure_fits``, ``walk.gif`` of
    ``animation_walk``.
    """
    kind, _, short = name.partition("_")
    return f"{short}.gif" if kind == "animation" else f"{short}.png"


def file_content(name: str, pixels: NDArray[np.uint8]) -> bytes:
    """The file of a picture function: PNG, or GIF that repeats, from what ``draw`` gave."""
    from PIL import Image

    first, *others = map(Image.fromarray, pixels)
    file = io.BytesIO()
    if file_name(name).endswith(".gif"):
        milliseconds = 1000 // FRAMES_PER_SECOND
        first.save(file, "gif", save_all=True, append_images=others, duration=milliseconds, loop=0)
    else:
        first.save(file, "png")
    return file.getvalue()


def _pixels(figure: Figure, dpi: float) -> NDArray[np.uint8]:
    canvas = _canvas(figure, dpi)
    canvas.draw()
    return _buffer(canvas)


class _EnoughFrames(Exception):
    """There are as many as were wanted."""


def _frames(animation: Animation, dpi: float, most: int | None) -> NDArray[np.uint8]:
    from matplotlib.animation import AbstractMovieWriter

    class Frames(AbstractMovieWriter):
        def setup(self, fig: Figure, outfile: Any, dpi: Any = None) -> None:
            self.canvas, self.kept = _canvas(fig, dpi), list[NDArray[np.uint8]]()

        def grab_frame(self, **savefig_kwargs: Any) -> None:
            if self.canvas.figure.stale:  # the animation has drawn it already where the canvas is Agg's
                self.canvas.draw()
            self.kept.append(_buffer(self.canvas))
            if len(self.kept) == most:
                raise _EnoughFrames

        def finish(self) -> None:
            pass

    writer = Frames()
    with suppress(_EnoughFrames):
        animation.save("", writer=writer, dpi=dpi)  # no file: the writer keeps the frames
    return np.stack(writer.kept)


def _canvas(figure: Figure, dpi: float) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(dpi)
    return figure.canvas if isinstance(figure.canvas, FigureCanvasAgg) else FigureCanvasAgg(figure)


def _buffer(canvas: Any) -> NDArray[np.uint8]:
    """The pixels of what was drawn last, without transparency."""
    return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()
