"""Reading results back: the result files of a class one by one, so that a class of any size fits, and what
counts in the end: the checks' points, less what coming late costs, and what people added.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.errors import CourseError
from course.results.names import stem_in

Record = dict[str, Any]


def result_path(out: Path, student: str) -> Path:
    """The result file of a student, whether or not it is there."""
    return out / f"{stem_in(out, student)}.json"


def record_files(out: Path) -> list[Path]:
    """The result files of a class, in the order of their names. Their stems name everything else that is written
    about a student.

    Raises CourseError when there are none.
    """
    files = sorted(path for path in out.glob("*.json") if not path.name.startswith("."))
    files = [path for path in files if path.name != "run.json"]
    if not files:
        raise CourseError(
            f"There are no results in {out}; make them with `course grade SUBMISSIONS --out {out}`."
        )
    return files


def read_record(path: Path) -> Record:
    """One result file. Raises CourseError when it is none."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(f"There is no result file {path}; results are written by `course grade`.") from None
    except (OSError, ValueError):
        record = None
    if not isinstance(record, dict) or not {"student", "days", "seed"} <= record.keys():
        raise CourseError(f"{path} is no result file of `course grade`; delete it and grade again.")
    return record


def read_records(out: Path) -> Iterator[Record]:
    """Every result of a class, one at a time."""
    for path in record_files(out):
        yield read_record(path)


def tests_of(record: Record) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Day, exercise and entry of every test of a record."""
    for day in record["days"]:
        for exercise in day["exercises"]:
            for test in exercise["tests"]:
                yield day["day"], exercise["exercise"], test


def is_undecided(day: dict[str, Any]) -> bool:
    """Whether a fault of the grader is among its verdicts: then its points are no grade."""
    return any(test["outcome"] == "grader_fault" for one in day["exercises"] for test in one["tests"])


@dataclass(frozen=True)
class Adjustment:
    """Points and a comment that a person gave for an exercise, or for a whole day (``exercise`` empty).

    ``score_then`` is what the checks had given for it at that time.
    """

    number: int
    student: str
    day: str
    exercise: str
    points: float
    comment: str
    author: str
    made_at: str
    score_then: float

    @property
    def where(self) -> str:
        return f"{self.day}/{self.exercise}" if self.exercise else self.day


Rows = Callable[[], Iterable[tuple[Record, Sequence[Adjustment]]]]
"""A way to go through a class, as often as needed: every record with what people added to it."""


@dataclass(frozen=True)
class Totals:
    """What counts for a day or for everything; ``total`` is never below 0."""

    score: float
    late: float
    manual: float
    max_score: float

    @property
    def total(self) -> float:
        return max(0.0, round(self.score - self.late + self.manual, 2))


def day_totals(day: dict[str, Any], adjustments: Iterable[Adjustment]) -> Totals:
    """One day of a record, with the adjustments of that student."""
    manual = sum(one.points for one in adjustments if one.day == day["day"])
    return Totals(day["score"], day.get("late", {}).get("points", 0), manual, day["max_score"])


def totals(record: Record, adjustments: Iterable[Adjustment]) -> Totals:
    """All days of a record, with the adjustments of that student."""
    given = list(adjustments)
    days = [day_totals(day, given) for day in record["days"]]
    return Totals(
        sum(day.score for day in days),
        round(sum(day.late for day in days), 2),
        round(sum(day.manual for day in days), 2),
        sum(day.max_score for day in days),
    )


def machine_score(record: Record, day: str, exercise: str) -> tuple[float, float] | None:
    """Points and maximum of an exercise, or of the day when ``exercise`` is empty; None when it is not there."""
    for one in record["days"]:
        if one["day"] != day:
            continue
        if not exercise:
            return one["score"], one["max_score"]
        for other in one["exercises"]:
            if other["exercise"] == exercise:
                return other["score"], other["max_score"]
    return None


def incidents(record: Record) -> Iterator[tuple[str, str]]:
    """What staff should know about a submission: the kind (tamper, rejected, note, grader_fault), and a sentence."""
    for said in record.get("tamper", ()):
        yield "tamper", said
    refused = any(test["outcome"] == "rejected" for _, _, test in tests_of(record))
    if record.get("note"):
        yield "rejected" if refused else "note", record["note"]
    for day, exercise, test in tests_of(record):
        where = f"{day}/{exercise}, {test['test']}"
        if test.get("note"):
            yield "note", f"{where}: {test['note']}"
        if test["outcome"] == "grader_fault":
            yield "grader_fault", f"{where}: {test['message']}"
