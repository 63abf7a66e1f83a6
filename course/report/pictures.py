"""The pictures of a day, drawn through the functions of whoever asks."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from course.catalog import Course, Day
from course.errors import CourseError
from course.worker.importing import ModuleSpace
from course.worker.session import describe_exception

DPI = 130
FRAMES_PER_SECOND = 12


@dataclass
class Drawn:
    """How many pictures were drawn and how many could not be."""

    pictures: list[Path]
    skipped: int = 0

    @property
    def complete(self) -> bool:
        return self.skipped == 0


def draw_day(course: Course, day: Day, root: Path, out: Path, say: Callable[[str], None]) -> Drawn:
    """Draw every figure and animation of the day's ``plots.py`` below ``root`` into ``out``.

    A picture whose exercise is not written yet, or raises, is left out with a sentence; the others are drawn.
    Raises CourseError when there is nothing to draw with.
    """
    import matplotlib

    matplotlib.use("Agg")
    if root == course.solutions:
        course.require_solutions()
    if not (root / day.name / "plots.py").is_file():
        raise CourseError(
            f"{day.name} has no plots.py; bring it back with `git checkout -- {day.name}/plots.py`."
        )
    space = ModuleSpace(root.resolve(), [d.name for d in course.days])
    drawn = Drawn([])
    try:
        module = space.import_module(f"{day.name}.plots")
    except Exception as error:
        problem = describe_exception(error, root.resolve())
        raise CourseError(f"The pictures need a module that cannot be imported. {problem}") from None
    out.mkdir(parents=True, exist_ok=True)
    for name, function in _pictures(module):
        try:
            with space.active():
                path = _save(name, function(), out)
        except CourseError as error:
            say(f"left out {name}: {error}")
            drawn.skipped += 1
        except Exception as error:
            problem = describe_exception(error, root.resolve())
            why = str(error) if problem.outcome == "not_implemented" else str(problem)
            say(f"left out {name}: {why}")
            drawn.skipped += 1
        else:
            caption = (inspect.getdoc(function) or name).splitlines()[0]
            say(f"drawn {path}: {caption}")
            drawn.pictures.append(path)
    return drawn


def _pictures(module: ModuleType) -> list[tuple[str, Callable[[], Any]]]:
    found = [
        (name, value)
        for name, value in vars(module).items()
        if name.startswith(("figure_", "animation_"))
        and inspect.isfunction(value)
        and value.__module__ == module.__name__
    ]
    return sorted(found, key=lambda item: item[1].__code__.co_firstlineno)


def _save(name: str, picture: Any, out: Path) -> Path:
    import matplotlib.pyplot as plt

    kind, _, short = name.partition("_")
    if kind == "animation":
        path = out / f"{short}.gif"
        picture.save(path, writer="pillow", fps=FRAMES_PER_SECOND)
    else:
        path = out / f"{short}.png"
        picture.savefig(path, dpi=DPI)
    plt.close("all")
    return path
