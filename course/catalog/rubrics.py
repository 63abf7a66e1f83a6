"""Rubrics: what a person judges where no check can, such as a report. Criteria with levels, each with its points.

A rubric stands in ``tests/<name>/rubric.toml`` and belongs to the day, or to the project, of that name; projects
without one of their own have that of ``tests/project_rubric.toml``.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.catalog.model import Course
from course.errors import CourseError, UsageError

FILE = "rubric.toml"
OF_PROJECTS = "project_rubric.toml"
LONGEST_NAME = 100


@dataclass(frozen=True)
class Level:
    """How well a criterion may be met, and what that is worth."""

    name: str
    points: float
    says: str = ""


@dataclass(frozen=True)
class Criterion:
    """One thing that is judged; ``says`` is what to look at."""

    name: str
    title: str
    levels: tuple[Level, ...]
    says: str = ""

    @property
    def max_points(self) -> float:
        return max(level.points for level in self.levels)

    def level(self, name: str) -> Level:
        """The level of that name. Raises UsageError with those there are."""
        for level in self.levels:
            if level.name == name:
                return level
        names = ", ".join(repr(level.name) for level in self.levels)
        raise UsageError(f"The criterion {self.name!r} has no level {name!r}; there is: {names}.")


@dataclass(frozen=True)
class Rubric:
    """The criteria of a day or a project, in the order of the file."""

    name: str
    title: str
    criteria: tuple[Criterion, ...]

    @property
    def max_points(self) -> float:
        return sum(criterion.max_points for criterion in self.criteria)

    def criterion(self, name: str) -> Criterion:
        """The criterion of that name. Raises UsageError with those there are."""
        for criterion in self.criteria:
            if criterion.name == name:
                return criterion
        names = ", ".join(repr(criterion.name) for criterion in self.criteria)
        raise UsageError(f"The rubric of {self.name} has no criterion {name!r}; there is: {names}.")


def read_rubrics(course: Course) -> dict[str, Rubric]:
    """Every rubric of a course by the name of its day or project, in the order of the names; drafts that are left out
    have none. Raises CourseError for one that is not as it should be.
    """
    files = {path.parent.name: path for path in (course.root / "tests").glob(f"*/{FILE}")}
    shared = course.root / "tests" / OF_PROJECTS
    if shared.is_file():
        files = {day.name: shared for day in course.units if day.is_project} | files
    return {name: read_rubric(files[name], name) for name in sorted(files) if name not in course.left_out}


def read_rubric(path: Path, name: str) -> Rubric:
    """The rubric of that name from its file. Raises CourseError that says what is wrong in it."""
    where = "/".join(path.parts[path.parts.index("tests") :]) if "tests" in path.parts else path.name
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CourseError(f"{where} cannot be read: {error}.") from None
    criteria = tuple(_criterion(entry, where) for entry in _entries(content, "criterion", where))
    _refuse_twice([one.name for one in criteria], where, "criterion")
    return Rubric(name, _text(content, "title", where, name), criteria)


def _criterion(entry: Mapping[str, Any], where: str) -> Criterion:
    name = _name(entry, where, "criterion")
    where = f"{where}, criterion {name}"
    levels = tuple(_level(one, where) for one in _entries(entry, "level", where))
    _refuse_twice([one.name for one in levels], where, "level")
    return Criterion(name, _text(entry, "title", where, name), levels, _text(entry, "says", where))


def _level(entry: Mapping[str, Any], where: str) -> Level:
    name, points = _name(entry, where, "level"), entry.get("points")
    if isinstance(points, bool) or not isinstance(points, (int, float)) or not 0 <= points < math.inf:
        raise CourseError(f"{where}, level {name}: write points = n with a number that is not negative.")
    return Level(name, float(points), _text(entry, "says", where))


def _entries(content: Mapping[str, Any], kind: str, where: str) -> Sequence[Mapping[str, Any]]:
    entries = content.get(kind)
    if not isinstance(entries, list) or not entries or not all(isinstance(one, dict) for one in entries):
        full = "criterion" if kind == "criterion" else "criterion.level"
        raise CourseError(f"{where} lists no {kind}; add a [[{full}]] entry, docs/reviewing.md shows one.")
    return entries


def _name(entry: Mapping[str, Any], where: str, kind: str) -> str:
    name = entry.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise CourseError(f'{where}: a {kind} has no name; write name = "…", at most {LONGEST_NAME} signs.')
    return name


def _text(entry: Mapping[str, Any], key: str, where: str, otherwise: str = "") -> str:
    text = entry.get(key, otherwise)
    if not isinstance(text, str):
        raise CourseError(f'{where}: {key} is no text; write {key} = "…".')
    return text


def _refuse_twice(names: Sequence[str], where: str, kind: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise CourseError(f"{where}: the {kind} {name!r} stands there twice; give one another name.")
