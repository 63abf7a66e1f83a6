"""Records: what is written down of one submission, and the hashes that say from what it was computed."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any

from course import __version__
from course.catalog import Course, Day, Selection
from course.grading.intake import Submission
from course.grading.merging import of_days, over_days
from course.grading.provenance import provenance
from course.packages import is_missing
from course.results.names import shortened
from course.results.reading import Record
from course.testing.results import CheckResult, DayResult, ExerciseResult, RunResult
from course.worker.outcomes import Outcome


def suite_hashes(course: Course, days: Iterable[Day]) -> dict[str, str]:
    """By day, one hash of everything that decides a verdict: tests and what is refused, limits, what is imported, and
    the checking code itself.

    Titles, hints, sections of the sheet and due dates decide none: when they change, nothing is graded again.
    """
    engine = _hash_of(course.root, (course.root / "course").rglob("*.py"))
    hashes = {}
    for day in days:
        decides = {
            "engine": engine,
            "limits": asdict(course.limits),
            "imports": day.imports,
            "exercises": [(exercise.name, exercise.refused) for exercise in day.graded],
            "tests": _hash_of(
                course.root,
                chain(*(course.tests(one).rglob("*.py") for one in (day, *map(course.day, day.needs)))),
            ),
        }
        if course.helpers != "own":  # then points are given on the solution's helpers as well
            helpers = _hash_of(course.root, course.source_files(day).values())
            decides |= {"helpers": [course.helpers, helpers]}
        hashes[day.name] = hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()
    return hashes


def _hash_of(root: Path, files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


class RecordWriter:
    """Makes the records of one run: what all of them say about the run is computed once."""

    def __init__(
        self, course: Course, selections: Sequence[Selection], seed: int, suites: Mapping[str, str]
    ) -> None:
        """``suites`` has the hash of each day's suite."""
        self.seed = seed
        self.suite = over_days(suites)
        self._suites = suites
        self._selections = selections
        self._common = {"versions": versions(), "suite": "", **provenance(course)}

    def record(
        self, submission: Submission, result: RunResult, isolation: Sequence[str], seconds: float
    ) -> Record:
        """The record of a submission whose checks have run."""
        record: dict[str, Any] = {
            "student": submission.student,
            **result.to_plain(public=True),
            "isolation": list(isolation),
            **self._common,
            "submission": "",
            "seconds": round(seconds, 3),
        }
        for day in record["days"]:
            tests = list(chain.from_iterable(exercise["tests"] for exercise in day["exercises"]))
            work = submission.hash(day["day"], comments=any(map(_may_name_a_line, tests)))
            files = submission.hash(day["day"])
            day |= {"submission": work, "files": files, "suite": self._suites[day["day"]]}
            for test in tests:
                test["message"] = shortened(test["message"], LONGEST_MESSAGE)
                if "note" in test:
                    test["note"] = shortened(test["note"], LONGEST_NOTE)
        record = of_days(record, record["days"])
        return record | notes_of(submission)

    def without_running(self, submission: Submission, outcome: Outcome, why: str) -> Record:
        """The whole manifest with one verdict, where nothing could be run."""
        result = RunResult(self.seed)
        for selection in to_grade(self._selections, submission):
            result.days.append(not_checked(selection, outcome, why))
        return self.record(submission, result, (), 0.0)


def not_checked(selection: Selection, outcome: Outcome, why: str) -> DayResult:
    """A day with one verdict, where nothing could be run."""
    day = DayResult(selection.day)
    for exercise in selection.exercises:
        day.exercises.append(
            ExerciseResult(exercise, [CheckResult(c, outcome, why) for c in exercise.checks])
        )
    return day


def _may_name_a_line(test: Mapping[str, Any]) -> bool:
    """Whether a comment more in the source may change what is said of a check."""
    return bool(test["outcome"] != "passed" or "note" in test)


NOTES = ("note", "tamper")
# Characters of what is said in a record: it may quote what was handed in, and everything that reads results shows it.
LONGEST_MESSAGE = 20_000
LONGEST_NOTE = 2_000
LONGEST_TAMPER = 300
MOST_TAMPER = 20


def notes_of(submission: Submission) -> dict[str, Any]:
    """What staff should know about a submission; empty where there is nothing."""
    tamper = [shortened(one, LONGEST_TAMPER) for one in submission.tamper[:MOST_TAMPER]]
    if len(submission.tamper) > MOST_TAMPER:
        tamper.append(f"{len(submission.tamper) - MOST_TAMPER} more like these")
    said = {"note": shortened(submission.note, LONGEST_NOTE), "tamper": tamper}
    return {name: value for name, value in said.items() if value}


def to_grade(selections: Sequence[Selection], submission: Submission) -> list[Selection]:
    """What is to be checked of a submission: only days of which there is no current result."""
    days = submission.days
    return [selection for selection in selections if days is None or selection.day.name in days]


def versions() -> dict[str, str]:
    """What the verdicts were computed with: the same for every submission, whatever it imported."""
    packages = {name: metadata.version(name) for name in ("numpy", "scipy", "torch") if not is_missing(name)}
    return {"course": __version__, "python": platform.python_version(), **packages}
