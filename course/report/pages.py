"""What the pages of a report share: the templates with their words and colours, and the names of the course."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from functools import cache
from itertools import chain
from pathlib import Path

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from course.catalog import Course
from course.catalog.rubrics import read_rubrics
from course.errors import CourseError
from course.grading.picturing import DayPictures
from course.report.class_figures import TestFigures, tenths
from course.report.terminal import LABELS
from course.results.lateness import duration, number
from course.results.names import shown, written
from course.testing.answers import read_answers

KINDS = {
    "passed": ("passed",),
    "failed": ("failed", "refused", "wrong_type"),
    "broken": ("error", "timeout", "memory", "output", "grader_fault"),
    "todo": ("not_implemented", "not_gradable", "rejected"),
}
"""The four colours of outcomes."""


class CourseNames:
    """What the course calls its days, exercises, misconceptions and pictures, its rubrics, and which of its tests are
    hidden.
    """

    def __init__(self, course: Course) -> None:
        self.course = course
        self.rubrics = read_rubrics(course)
        titles = {name: one.title for name, one in self.rubrics.items()}  # projects have one as well
        self.days = titles | {day.name: day.title for day in course.units}
        self.exercises: dict[tuple[str, str], str] = {}
        self.hidden: set[tuple[str, str]] = set()
        self.misconceptions: dict[tuple[str, str, str], str] = {}
        self.pictures = {day.name: DayPictures(course, day).by_file for day in course.units}
        for day in course.units:
            try:
                for exercise in day.graded:
                    self.exercises[day.name, exercise.name] = exercise.title
                    self.hidden |= {(day.name, check.name) for check in exercise.checks if check.hidden}
                for answer in chain(
                    *(read_answers(course, one) for one in (day, *map(course.day, day.needs)))
                ):
                    self.misconceptions[day.name, answer.exercise, answer.name] = answer.says
            except CourseError:  # a damaged day costs its titles, not the report
                continue

    def criterion(self, rubric: str, name: str) -> str:
        """What a criterion is called; its name where the rubric has it no longer."""
        known = self.rubrics.get(rubric)
        titles = {one.name: one.title for one in known.criteria} if known else {}
        return titles.get(name, name)


@cache
def environment() -> Environment:
    made = Environment(
        loader=PackageLoader("course.report", "templates"),
        autoescape=True,
        trim_blocks=True,
        finalize=written,
    )
    script = _own_text("report.js")
    made.filters["shown"] = shown
    made.filters["printable"] = _printable
    made.globals |= {
        "style": Markup(_own_text("style.css")),
        "script": Markup(script),
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "labels": LABELS,
        "number": number,
        "percent": lambda share: f"{100 * share:.0f} %",
        "duration": lambda seconds: duration(timedelta(seconds=float(seconds))),
        "short": lambda day, exercise: f"{day.partition('_')[0]}/{exercise.partition('.')[2] or exercise}",
        "heat": lambda share: "hx" if share is None else f"h{tenths(share)}",
        "grouped": _grouped,
        "otherwise": _otherwise,
    }
    return made


def _printable(text: str) -> str:
    """The lines of a text, each with nothing in it that moves or hides what stands around it."""
    return "\n".join(shown(line.expandtabs(8)) for line in text.split("\n"))


def _own_text(name: str) -> str:
    return (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")


def _grouped(outcomes: dict[str, int]) -> list[tuple[str, int]]:
    """The outcomes in the four colours of the page."""
    sums = [(kind, sum(outcomes.get(one, 0) for one in members)) for kind, members in KINDS.items()]
    return [(kind, count) for kind, count in sums if count]


def _otherwise(test: TestFigures) -> str:
    for outcome, count in test.outcomes.most_common():
        if outcome != "passed":
            return f"{LABELS.get(outcome, outcome)} ({count})"
    return ""
