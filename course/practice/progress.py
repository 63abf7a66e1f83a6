"""What comes next for a student, and the verdicts of a run as progress."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from course.catalog import Day, Exercise
from course.catalog.blocks import line_of_block
from course.reached import Checked, Progress, name_of, next_hint, read_progress, record

if TYPE_CHECKING:  # `course status` must start without NumPy
    from course.testing.results import RunResult

__all__ = ["Task", "next_hint", "next_task", "read_progress", "record_progress", "where"]


@dataclass(frozen=True)
class Task:
    """One exercise of one day."""

    day: Day
    exercise: Exercise

    @property
    def typed(self) -> str:
        """What a person types for it."""
        alone = sum(other.qualname == self.exercise.qualname for other in self.day.exercises) == 1
        return f"{self.day.number}/{self.exercise.qualname if alone else self.exercise.name}"


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


def next_task(days: Sequence[Day], progress: Progress) -> Task | None:
    """What to do next on these days: the first exercise that is open behind the one that was checked last, then from
    the start.

    Optional ones come when nothing else is open; those whose checks are all hidden are nobody's next.
    """
    tasks = [Task(day, exercise) for day in days for exercise in day.exercises if exercise.checks]
    open_ones = [task for task in _from_last(tasks, progress) if not _is_done(task, progress)]
    return next((task for task in open_ones if not task.exercise.optional), next(iter(open_ones), None))


def _from_last(tasks: list[Task], progress: Progress) -> Iterator[Task]:
    checked = progress["checked"]
    names = [name_of(task.day, task.exercise) for task in tasks]
    times = [checked.get(name, "") for name in names]
    latest = max(times, default="")
    start = times.index(latest) if latest else 0
    yield from tasks[start:]
    yield from tasks[:start]


def _is_done(task: Task, progress: Progress) -> bool:
    return progress["done"].get(name_of(task.day, task.exercise), False)


def where(root: Path, task: Task) -> str:
    """File and line of an exercise, as editors and terminals understand it."""
    place = f"{task.day.name}/{task.exercise.module}.py"
    try:
        text = (root / place).read_bytes().decode("utf-8", "replace")
    except OSError:
        return place
    line = line_of_block(text, task.exercise.qualname)
    return place if line is None else f"{place}:{line}"
