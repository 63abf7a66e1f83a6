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
from course.results.settings import FILE as SETTINGS

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
    files = [path for path in files if path.name != SETTINGS]
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
        raise CourseError(
            f"{path} is no result file of `course grade`; `course book check {path.parent} --mend` writes it again."
        )
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


def was_handed_in(day: dict[str, Any]) -> bool:
    """Whether there was work of the day: an archive that is refused is none."""
    return any(outcome not in ("not_gradable", "rejected") for outcome, _ in verdicts(day).values())


def is_missing(day: dict[str, Any]) -> bool:
    """Whether nothing of the day was handed in."""
    outcomes = [outcome for outcome, _ in verdicts(day).values()]
    return bool(outcomes) and all(outcome == "not_gradable" for outcome in outcomes)


def refusal(day: dict[str, Any]) -> str:
    """Why nothing of the day could be read, for the student; empty where it could."""
    tests = [test for exercise in day["exercises"] for test in exercise["tests"]]
    refused = bool(tests) and all(test["outcome"] == "rejected" for test in tests)
    open_ones = (str(test["message"]) for test in tests if not test.get("hidden"))
    return next(open_ones, "") if refused else ""


def verdicts(day: dict[str, Any]) -> dict[tuple[str, str], tuple[str, int]]:
    """By exercise and test of a day, how it ended and what it earned."""
    return {
        (one["exercise"], test["test"]): (test["outcome"], test["points"])
        for one in day["exercises"]
        for test in one["tests"]
    }


@dataclass(frozen=True)
class Adjustment:
    """Points and a comment that a person gave for an exercise, or for a whole day (``exercise`` empty).

    ``score_then`` is what the checks had given for it at that time; ``removed_at`` says when it was taken back.
    With a ``criterion`` it is a line of a filled rubric: the level that was reached, its points, and the points that
    were ``possible``; ``day`` is then the name of the rubric, which may be that of a project.
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
    removed_at: str | None = None
    removed_by: str | None = None
    criterion: str = ""
    level: str = ""
    possible: float = 0.0

    @property
    def where(self) -> str:
        inner = self.exercise or self.criterion
        return f"{self.day}/{inner}" if inner else self.day

    @property
    def words(self) -> str:
        """Points and comment as a student reads them; a mere comment alone."""
        if not (self.criterion or self.points) and self.comment:
            return self.comment
        said = f"{self.points:+g} points"
        if self.criterion:
            said = f"{self.criterion}: {self.level}, {self.points:g} of {self.possible:g} points"
        return f"{said}: {self.comment}" if self.comment else said


@dataclass(frozen=True)
class Review:
    """That somebody has looked at an exercise of a student, or at the whole day (``exercise`` empty), as it was then:
    ``work`` is the hash of the files.
    """

    student: str
    day: str
    exercise: str
    work: str
    author: str
    made_at: str


@dataclass(frozen=True)
class Answer:
    """What a student was answered, by whom and when."""

    says: str
    author: str
    made_at: str


@dataclass(frozen=True)
class Appeal:
    """A question of a student about an exercise, or about a whole day; ``author`` is who wrote it down."""

    number: int
    student: str
    day: str
    exercise: str
    says: str
    author: str
    made_at: str
    answers: tuple[Answer, ...] = ()

    @property
    def where(self) -> str:
        return f"{self.day}/{self.exercise}" if self.exercise else self.day


@dataclass(frozen=True)
class Run:
    """One `course grade` into a term; ``ended_at`` is None where it was stopped, ``results`` counts what it changed."""

    number: int
    seed: int
    days: tuple[str, ...]
    submissions: str
    started_at: str
    ended_at: str | None
    results: int


@dataclass(frozen=True)
class Version:
    """What a student's record was from one run on."""

    run: int
    saved_at: str
    digest: str
    record: Record


@dataclass(frozen=True)
class Export:
    """A file that was written for another program, after which run, and by whom."""

    run_number: int
    format: str
    target: str
    digest: str
    made_at: str
    author: str


Rows = Callable[[], Iterable[tuple[Record, Sequence[Adjustment]]]]
"""A way to go through a class, as often as needed: every record with what people added to it."""


@dataclass(frozen=True)
class Totals:
    """What counts for a day or for everything; ``total`` is never below 0.

    A criterion of a rubric counts, with its points and in the maximum, from when it is filled in.
    """

    score: float
    late: float
    manual: float
    max_score: float
    rubric: float = 0.0

    @property
    def total(self) -> float:
        return max(0.0, round(self.score - self.late + self.manual + self.rubric, 2))


def day_totals(day: dict[str, Any], adjustments: Iterable[Adjustment]) -> Totals:
    """One day of a record, with the adjustments of that student."""
    given = [one for one in adjustments if one.day == day["day"]]
    return Totals(
        day["score"],
        day.get("late", {}).get("points", 0),
        sum(one.points for one in given if not one.criterion),
        day["max_score"] + sum(one.possible for one in given),
        sum(one.points for one in given if one.criterion),
    )


def totals(record: Record, adjustments: Iterable[Adjustment]) -> Totals:
    """All days of a record, with the adjustments of that student."""
    given = list(adjustments)
    days = [day_totals(day, given) for day in counted_days(record, given)]
    return Totals(
        sum(day.score for day in days),
        round(sum(day.late for day in days), 2),
        round(sum(day.manual for day in days), 2),
        sum(day.max_score for day in days),
        round(sum(day.rubric for day in days), 2),
    )


def counted_days(record: Record, adjustments: Iterable[Adjustment]) -> list[dict[str, Any]]:
    """The days of a record, and an empty one for each rubric that belongs to none of them, such as a project's."""
    there = {day["day"] for day in record["days"]}
    others = dict.fromkeys(one.day for one in adjustments if one.criterion and one.day not in there)
    return [
        *record["days"],
        *({"day": name, "score": 0, "max_score": 0, "exercises": []} for name in others),
    ]


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
