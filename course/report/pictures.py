"""The pictures of a day, drawn through the functions of whoever asks."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Protocol

from course.catalog import Course, Day
from course.errors import CourseError
from course.files import write_bytes_atomically
from course.places import find_file
from course.plots import draw, file_content, file_name
from course.worker.far.accelerators import hide_accelerators
from course.worker.far.importing import ModuleSpace
from course.worker.far.session import describe_exception


@dataclass
class Drawn:
    """How many pictures were drawn and how many could not be."""

    pictures: list[Path]
    skipped: int = 0

    @property
    def complete(self) -> bool:
        return self.skipped == 0


class PicturesView(Protocol):
    """Hears how the drawing goes."""

    def begun(self, name: str, number: int, total: int) -> None: ...

    def say(self, text: str) -> None: ...


def draw_day(course: Course, day: Day, root: Path, out: Path, view: PicturesView) -> Drawn:
    """Draw every figure and animation of the day's ``plots.py`` below ``root`` into ``out``.

    A picture whose exercise is not written yet, or raises, is left out with a sentence; the others are drawn.
    Raises CourseError when there is nothing to draw with.
    """
    import matplotlib

    matplotlib.use("Agg")
    if root == course.solutions:
        course.require_solutions()
    if find_file(root, f"{day.name}/plots.py") is None:
        raise CourseError(
            f"{day.name} has no plots.py; bring it back with `git checkout -- {day.name}/plots.py`."
        )
    hide_accelerators()
    space = ModuleSpace(root.resolve(), [d.name for d in course.days])
    drawn = Drawn([])
    try:
        module = space.import_module(f"{day.name}.plots")
    except Exception as error:
        problem = describe_exception(error, root.resolve())
        raise CourseError(f"The pictures need a module that cannot be imported. {problem}") from None
    out.mkdir(parents=True, exist_ok=True)
    pictures = pictures_of(module)
    for number, (name, function) in enumerate(pictures, start=1):
        view.begun(name.partition("_")[2], number, len(pictures))
        try:
            with space.active():
                pixels = draw(module, name)
        except CourseError as error:
            view.say(f"left out {name}: {error}")
            drawn.skipped += 1
        except Exception as error:
            problem = describe_exception(error, root.resolve())
            why = str(error) if problem.outcome == "not_implemented" else str(problem)
            view.say(f"left out {name}: {why}")
            drawn.skipped += 1
        else:
            path = out / file_name(name)
            write_bytes_atomically(path, file_content(name, pixels))
            caption = (inspect.getdoc(function) or name).splitlines()[0]
            view.say(f"drawn {path}: {caption}")
            drawn.pictures.append(path)
    return drawn


def pictures_of(module: ModuleType) -> list[tuple[str, FunctionType]]:
    """The functions of a ``plots.py`` that draw, in the order of the file."""
    found = [
        (name, value)
        for name, value in vars(module).items()
        if name.startswith(("figure_", "animation_"))
        and inspect.isfunction(value)
        and value.__module__ == module.__name__
    ]
    return sorted(found, key=lambda item: item[1].__code__.co_firstlineno)
