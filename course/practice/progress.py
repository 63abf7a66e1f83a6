"""What comes next for a student, and the verdicts of a run as progress."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from course.catalog import Day, Exercise
from course.catalog.blocks import line_of_block
from course.reached import Checked, Progress, name_of, next_hint, read_progress, record

if TYPE_CHECKING:  # `course status` must start without NumPy
    from course.testing.results import RunResult

__all__ = ["Placed", "next_hint", "next_task", "read_progress", "record_progress", "where"]


@dataclass(frozen=True)
class Placed:
    """One exercise of one day."""

    day: Day
    exercise: Exercise

    @property
    def name(self) -> str:
        """The name under which its progress is kept."""
        return name_of(self.day, self.exercise)

    @property
    def place(self) -> str:
        """The file it is written in, from the root of the course."""
        return f"{self.day.name}/{self.exercise.module}.py"

    @property
    def typed(self) -> str:
        """What a person types for it."""
        alone = sum(other.qualname == self.exercise.qualname for other in self.day.exercises) == 1
        return f"{self.day.number}/{self.exercise.qualname if alone else self.exercise.name}"

    def step(self, place: str) -> str:
        """That it is next, in words; ``place`` is its file, perhaps with the line."""
        return f"Next: {self.exercise.qualname} in {place}, then `course check {self.typed}`."


def record_progress(root: Path, result: RunResult) -> str:
    """Keep the verdicts of a run; the sentence to be said when that cannot be done."""
    return record(
        root,
        [
            Checked(
                day.day,
                one.exercise,
                {check.check.name: (check.points, check.outcome == "passed") for check in one.checks},
            )
            for day in result.days
            for one in day.exercises
        ],
    )


def next_task(days: Sequence[Day], progress: Progress, only: Collection[str] | None = None) -> Placed | None:
    """What to do next on these days: the first exercise that is open behind the one that was checked last, then from
    the start.

    Optional ones come when nothing else is open; those whose checks are all hidden are nobody's next. ``only`` are the
    names, as progress keeps them, of those that are meant, if not all.
    """
    tasks = [Placed(day, exercise) for day in days for exercise in day.exercises if exercise.checks]
    tasks = [task for task in tasks if only is None or task.name in only]
    open_ones = [task for task in _from_last(tasks, progress) if not _is_done(task, progress)]
    return next((task for task in open_ones if not task.exercise.optional), next(iter(open_ones), None))


def _from_last(tasks: list[Placed], progress: Progress) -> Iterator[Placed]:
    checked = progress["checked"]
    times = [checked.get(task.name, "") for task in tasks]
    latest = max(times, default="")
    start = times.index(latest) if latest else 0
    yield from tasks[start:]
    yield from tasks[:start]


def _is_done(task: Placed, progress: Progress) -> bool:
    return progress["done"].get(task.name, False)


def where(root: Path, task: Placed) -> str:
    """File and line of an exercise, as editors and terminals understand it."""
    try:
        text = (root / task.place).read_bytes().decode("utf-8", "replace")
    except OSError:
        return task.place
    line = line_of_block(text, task.exercise.qualname)
    return task.place if line is None else f"{task.place}:{line}"
