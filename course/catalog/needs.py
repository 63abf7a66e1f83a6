"""Which exercises need a package that is not installed here, and what is said of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from course.catalog import Course, Day, Exercise, Selection
from course.errors import CourseError
from course.packages import advice, is_missing

FEW = 3  # exercises that are named; of more, how many


@cache
def missing_package(tests: Path) -> str:
    """The package that a file of tests imports and that is not here; empty when there is none."""
    return next((name for name in _imported(tests) if is_missing(name)), "")


def _imported(path: Path) -> Iterator[str]:
    """The packages that are imported when this file is."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def set_apart(course: Course, selections: Sequence[Selection]) -> tuple[list[Selection], str]:
    """What can be checked here, and a sentence about the rest (empty when there is none). Raises CourseError when
    nothing can.
    """
    here, rest = list[Selection](), list[str]()
    for selection in selections:
        kept = tuple(e for e in selection.exercises if not waits(course, selection.day, e))
        left = [e for e in selection.exercises if e not in kept]
        if kept:
            here.append(Selection(selection.day, kept))
        if left:
            rest.append(_named(selection.day, left))
    if not rest:
        return list(selections), ""
    sentence = f"{', '.join(rest)} cannot be checked without {advice('torch')}."
    if not here:
        raise CourseError(sentence)
    return here, sentence


def _named(day: Day, exercises: Sequence[Exercise]) -> str:
    if len(exercises) == len(day.exercises):
        return day.number
    if len(exercises) > FEW:
        return f"{len(exercises)} exercises of {day.number}"
    return ", ".join(f"{day.number}/{exercise.name}" for exercise in exercises)


def waits(course: Course, day: Day, exercise: Exercise) -> bool:
    """Whether its tests import what is not here."""
    return any(
        missing_package(course.tests(day) / f"test_{module}.py")
        for module in {check.module for check in exercise.checks}
    )
