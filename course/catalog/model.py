"""The nouns of the course: a course has days, a day has exercises, an exercise has checks with points."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import Literal

from course.errors import UsageError
from course.places import SOLUTIONS, module_files, module_texts

Helpers = Literal["own", "given", "better"]
"""Whether an exercise earns its points on the student's own helpers, on right ones, or on the better of the two."""


@dataclass(frozen=True)
class Limits:
    """What student code may use while one check runs in isolation; ``submission_seconds`` for all checks of a day."""

    test_seconds: float = 10.0
    call_seconds: float = 8.0
    training_seconds: float = 90.0
    submission_seconds: float = 300.0
    memory_mib: int = 2048
    output_kib: int = 1024
    scratch_mib: int = 50
    processes: int = 64


@dataclass(frozen=True)
class LatePolicy:
    """What a late submission loses; ``closed_after_days`` None means that it is always accepted."""

    grace_minutes: float = 0
    percent_per_day: float = 0
    cap_percent: float = 100
    closed_after_days: float | None = None
    extensions: str = "extensions.csv"


@dataclass(frozen=True)
class Check:
    """One test function of the shared suite."""

    name: str
    points: int
    module: str
    line: int
    hidden: bool = False
    training: bool = False


@dataclass(frozen=True)
class Exercise:
    """A function, class or method that a student writes, with the checks that belong to it.

    In a student release the hidden checks are not there; ``hidden_points`` says what they are worth. ``shown`` is the
    reason why sheet and hints may hold the solution nearly whole; empty where they may not. ``home`` is the day it
    belongs to where a project counts it, and empty everywhere else.
    """

    name: str
    title: str
    sheet: str
    refused: tuple[str, ...]
    hints: tuple[str, ...]
    optional: bool
    checks: tuple[Check, ...]
    hidden_points: int = 0
    topics: tuple[str, ...] = ()
    shown: str = ""
    home: str = ""

    @property
    def module(self) -> str:
        """The module of the day that holds it: ``regression`` of ``regression.pseudo_inverse``."""
        return self.name.partition(".")[0]

    @property
    def qualname(self) -> str:
        """Its name inside the module: ``pseudo_inverse`` or ``Complex.multiply``."""
        return self.name.partition(".")[2]

    @property
    def max_score(self) -> int:
        return sum(check.points for check in self.checks)


PROJECT = "project_"
"""How the folder of a project begins; people type ``project/detection`` for ``project_detection``."""
TEXTS = REPORT, RESULTS = ("report.md", "results.json")
"""What a project hands in beside its modules."""


def number_of(name: str) -> str:
    """How people type the name of a folder: ``day03``, ``project/detection``."""
    return name.replace("_", "/", 1) if name.startswith(PROJECT) else name.partition("_")[0]


@dataclass(frozen=True)
class Day:
    """One day, or one project: its exercises are read from the disk when they are first asked for.

    A project is a day with more: ``counts`` names exercises of days, such as ``day20/boxes.iou``, which are judged in
    what was handed in for it, and ``needs`` are these days, whose modules its own may import.
    """

    name: str
    title: str
    part: int
    imports: tuple[str, ...]
    due: datetime | None
    read_exercises: Callable[[str], tuple[Exercise, ...]] = field(repr=False, compare=False)
    draft: bool = False
    counts: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    read_counted: Callable[[], tuple[Exercise, ...]] = field(default=tuple, repr=False, compare=False)

    @cached_property
    def exercises(self) -> tuple[Exercise, ...]:
        return self.read_exercises(self.name)

    @cached_property
    def counted(self) -> tuple[Exercise, ...]:
        """Exercises of days that count in this project."""
        return self.read_counted()

    @property
    def graded(self) -> tuple[Exercise, ...]:
        """All exercises that are judged in what is handed in: of days that count, and its own."""
        return (*self.counted, *self.exercises)

    @property
    def is_project(self) -> bool:
        return self.name.startswith(PROJECT)

    @property
    def texts(self) -> tuple[str, ...]:
        """Files beside the modules that are handed in too."""
        return TEXTS if self.is_project else ()

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """Modules that hold exercises, in the order of the sheet."""
        return tuple(dict.fromkeys(exercise.module for exercise in self.exercises))

    @property
    def number(self) -> str:
        """The short name that people type: ``day03``, ``project/detection``."""
        return number_of(self.name)

    @property
    def max_score(self) -> int:
        return sum(exercise.max_score for exercise in self.exercises)

    @property
    def hidden_points(self) -> int:
        """What the checks that are not here are worth; 0 outside a student release."""
        return sum(exercise.hidden_points for exercise in self.exercises)


@dataclass(frozen=True)
class Course:
    """Everything ``course.toml`` says; ``left_out`` names the drafts that nobody asked for, ``repository`` the
    address of the student release, from which pushes are checked where ``checks_pushes`` holds.
    """

    root: Path
    title: str
    seed: int
    limits: Limits
    days: tuple[Day, ...]
    late: LatePolicy | None = None
    zone: tzinfo = UTC
    helpers: Helpers = "own"
    left_out: tuple[str, ...] = ()
    repository: str = ""
    checks_pushes: bool = True
    parts: Mapping[int, str] = field(default_factory=dict, compare=False)  # their titles
    projects: tuple[Day, ...] = ()

    @property
    def units(self) -> tuple[Day, ...]:
        """All that is handed in, checked and graded: the days, then the projects."""
        return (*self.days, *self.projects)

    def tests(self, day: Day) -> Path:
        return self.root / "tests" / day.name

    def sheet(self, day: Day) -> Path:
        return self.root / day.name / "README.md"

    @property
    def solutions(self) -> Path:
        return self.root / SOLUTIONS

    def sources(self, day: Day) -> dict[str, str]:
        """The text of every module of a day, by name: solutions and what is given, or all of a student's clone."""
        return module_texts(self.solutions, day.name)

    def source_files(self, day: Day) -> dict[str, Path]:
        """The files in which these texts stand."""
        return module_files(self.solutions, day.name)

    def require_solutions(self) -> None:
        """Raise UsageError in a student's clone, which has none."""
        if not self.solutions.is_dir():
            raise UsageError(
                "There are no solutions here, they stay with the teachers; leave out --solutions."
            )

    def day(self, name: str) -> Day:
        """The day, or the project, of that exact name."""
        return next(day for day in self.units if day.name == name)


def snake_case(qualname: str) -> str:
    """The words of a test name that stand for an exercise: ``LSTMCell`` → ``lstm_cell``,
    ``Complex.__eq__`` → ``complex_eq``.
    """
    words = []
    for part in qualname.split("."):
        part = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", part.strip("_"))
        words.append(re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", part).lower())
    return "_".join(words)
