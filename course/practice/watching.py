"""Following a student at work: which exercise a save is about.

Files are looked at several times a second instead of asking the system for events: a day has a dozen of them, and it
works alike on every system, on network drives and in containers.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from course.catalog import Course, Selection
from course.catalog.blocks import is_part_of, split_blocks
from course.practice.progress import Placed, read_progress

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
        self._paths = {place: str(root / place) for place in self._places}
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
            found = os.stat(self._paths[place])
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _text(self, place: str) -> str:
        try:
            return (self._root / place).read_bytes().decode("utf-8", "replace")
        except OSError:
            return ""


def watched_exercises(selections: Sequence[Selection]) -> list[Placed]:
    """Every exercise of the selections that has a check to run, in the order of the sheets."""
    return [Placed(s.day, exercise) for s in selections for exercise in s.exercises if exercise.checks]


def done_before(course: Course, tasks: Sequence[Placed]) -> set[str]:
    """Names of the exercises that the last check found complete."""
    done = read_progress(course.root)["done"]
    return {task.name for task in tasks if done.get(task.name)}
