"""Following a student at work: which exercise a save is about, and its verdict from processes that are warm.

The tests and the packages of a day are imported once; a save then costs a fork, the import of the student's module
and the checks of one exercise. Files are looked at several times a second instead of asking the system for events:
a day has a dozen of them, and it works alike on every system, on network drives and in containers.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from course.catalog import Course, Day, Selection
from course.catalog.blocks import is_part_of, split_blocks
from course.practice.progress import Placed, read_progress, record_progress
from course.testing.needs import waits
from course.testing.results import ExerciseResult
from course.testing.running import LinkMaker, Runner
from course.worker.near.local import LocalLink

if TYPE_CHECKING:  # needs a system that can fork
    from course.worker.near.warm import WarmProcess

Signature = tuple[int, int, int]


@dataclass(frozen=True)
class Saved:
    """What a save was about: exercises whose own lines have changed, and the others in the same files."""

    edited: tuple[Placed, ...]
    beside: tuple[Placed, ...]


class Saves:
    """The files of the watched exercises, and what a save has changed in them."""

    def __init__(self, root: Path, tasks: Sequence[Placed]) -> None:
        self._root = root
        self._tasks = tasks
        self._places = list(dict.fromkeys(task.place for task in tasks))
        self._signatures = {place: self._signature(place) for place in self._places}
        self._pending: dict[str, Signature | None] = {}
        self._texts = {place: self._text(place) for place in self._places}

    def look(self) -> Saved | None:
        """What was saved since the last look; None for nothing.

        A file counts as saved once it is the same at two looks, for editors write it in pieces.
        """
        places = [place for place in self._places if self._is_saved(place)]
        if not places:
            return None
        edited = tuple(task for place in places for task in self._edited(place))
        return Saved(edited, tuple(t for t in self._tasks if t.place in places and t not in edited))

    def _is_saved(self, place: str) -> bool:
        signature = self._signature(place)
        if signature == self._signatures[place]:
            return False
        if place not in self._pending or self._pending[place] != signature:
            self._pending[place] = signature
            return False
        self._signatures[place] = self._pending.pop(place)
        return True

    def _edited(self, place: str) -> list[Placed]:
        text = self._text(place)
        before, after = split_blocks(self._texts[place]), split_blocks(text)
        self._texts[place] = text
        names = [name for name, text in after.items() if before.get(name) != text]
        tasks = [task for task in self._tasks if task.place == place]
        return [task for task in tasks if any(is_part_of(name, task.exercise.qualname) for name in names)]

    def _signature(self, place: str) -> Signature | None:
        try:
            found = os.stat(self._root / place)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _text(self, place: str) -> str:
        try:
            return (self._root / place).read_bytes().decode("utf-8", "replace")
        except OSError:
            return ""


class WarmChecker:
    """Checks one exercise at a time in processes that are warm for its day, and for those among ``days`` that need no
    more than it: going on to one of these waits for nothing.
    """

    def __init__(self, course: Course, days: Sequence[Day] = ()) -> None:
        self._course = course
        self._days = days
        self._runner = Runner(course, course.seed)
        self._zygote: WarmProcess | None = None
        self._warm_for: list[Day] = []

    def check(self, task: Placed) -> ExerciseResult:
        """The verdict on an exercise as it is on the disk now; it is kept as progress."""
        if task.day not in self._warm_for:
            self._warm(task.day)
        root = self._course.root
        complete = read_progress(root)["done"]
        selection = Selection(task.day, (task.exercise,))
        result = self._runner.run([selection], root, self._link_maker(task.day), complete=complete)
        record_progress(self._course.root, result)
        return result.days[0].exercises[0]

    def _warm(self, day: Day) -> None:
        self.close()
        alike = [one for one in self._days if one != day and set(one.imports) <= set(day.imports)]
        days = [day, *alike]
        if hasattr(os, "fork"):  # else the code runs in this process, imported afresh each time
            from course.worker.near.warm import WarmProcess

            self._zygote = WarmProcess.for_days(self._course, days)
        for exercise in [one for one in day.exercises if not waits(self._course, day, one)]:
            for check in exercise.checks:
                self._runner.suite.function(day, check)
        self._warm_for = days

    def _link_maker(self, day: Day) -> LinkMaker:
        course, zygote = self._course, self._zygote
        if zygote is not None:
            return lambda _: zygote.open(course.root, day.name)
        return lambda _: LocalLink(course.root, [d.name for d in course.days], course.limits)

    def close(self) -> None:
        if self._zygote is not None:
            self._zygote.close()
            self._zygote = None


def watched_exercises(selections: Sequence[Selection]) -> list[Placed]:
    """Every exercise of the selections that has a check to run, in the order of the sheets."""
    return [Placed(s.day, exercise) for s in selections for exercise in s.exercises if exercise.checks]


def done_before(course: Course, tasks: Sequence[Placed]) -> set[str]:
    """Names of the exercises that the last check found complete."""
    done = read_progress(course.root)["done"]
    return {task.name for task in tasks if done.get(task.name)}
