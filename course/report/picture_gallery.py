"""``course gallery --pictures``: the pictures that the solutions draw, small, on one page.

Some of them train their networks first, so a day takes up to some minutes.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course.catalog import Course, Day
from course.files import write_atomically, write_bytes_atomically
from course.places import find_file
from course.plots import draw
from course.report.pictures import pictures_of
from course.threads import settle_threads
from course.worker.far.accelerators import hide_accelerators
from course.worker.far.importing import ModuleSpace

FOLDER = "docs/gallery"
PAGE = "docs/gallery.md"
WIDTH = 420  # pixels
COLOURS = 64
DPI = (
    65  # half of what `course plot` draws at: the frames of an animation are drawn in a quarter of the pixels
)


def write_pictures(course: Course, days: Sequence[Day]) -> Iterator[Path]:
    """Draw the pictures of days with the solutions, then write the page of all that are there."""
    import matplotlib

    matplotlib.use("Agg")
    settle_threads()  # whoever calls may have computed with several, and these networks are small
    hide_accelerators()
    for day in days:
        yield from _of_day(course, day)
    page = course.root / PAGE
    write_atomically(page, _page(course))
    yield page


def _of_day(course: Course, day: Day) -> Iterator[Path]:
    folder = course.root / FOLDER / day.name
    captions = dict(_captions(course, day))
    for path in set(folder.glob("*.png")) - {folder / file for file in captions}:
        path.unlink()  # of a picture that is drawn no more
    if not captions:
        return
    space = _space(course)
    module = space.import_module(f"{day.name}.plots")
    with space.active():
        for name, _ in pictures_of(module):
            path = folder / _file(name)
            write_bytes_atomically(path, small(draw(module, name, DPI)))
            yield path


def _space(course: Course) -> ModuleSpace:
    return ModuleSpace(course.solutions, [one.name for one in course.days])


def _file(name: str) -> str:
    kind, _, short = name.partition("_")
    return f"{short}_moving.png" if kind == "animation" else f"{short}.png"


def small(pixels: NDArray[np.uint8]) -> bytes:
    """A picture, or the last one of an animation, at the size of a thumbnail and in a few colours.

    Parameters
    ----------
    pixels : (frames, height, width, 3) array of red, green and blue
    """
    from PIL import Image

    image = Image.fromarray(pixels[-1]).convert("RGB")
    image.thumbnail((WIDTH, 2 * WIDTH))
    out = BytesIO()
    image.quantize(COLOURS).save(out, "png", optimize=True)
    return out.getvalue()


def _page(course: Course) -> str:
    parts = [
        "<!-- Made by `course gallery --pictures`. -->\n\n# The pictures of the course\n\n"
        "As the solutions draw them, small; of an animation the last picture. `course plot dayNN` draws them with "
        "your own functions.\n"
    ]
    for day in course.days:
        folder = course.root / FOLDER / day.name
        rows = [
            f"![{caption}](gallery/{day.name}/{file})\n\n{caption}\n"
            for file, caption in _captions(course, day)
            if (folder / file).is_file()
        ]
        if rows:
            parts += [f"## {day.title}\n", *rows]
    return "\n".join(parts)


def _captions(course: Course, day: Day) -> Iterator[tuple[str, str]]:
    """File and caption of each picture of a day, which may have none."""
    if find_file(course.solutions, f"{day.name}/plots.py") is None:
        return
    for name, function in pictures_of(_space(course).import_module(f"{day.name}.plots")):
        yield _file(name), (inspect.getdoc(function) or name).splitlines()[0]
