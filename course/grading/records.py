"""Records: what is written down of one submission, and the hashes that say from what it was computed."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any

from course import __version__
from course.catalog import Course, Day, Selection
from course.files import write_atomically
from course.grading.intake import Submission
from course.grading.merging import of_days, over_days
from course.grading.provenance import provenance
from course.packages import is_missing
from course.results.names import shortened
from course.results.reading import Record
from course.testing.results import CheckResult, DayResult, ExerciseResult, RunResult
from course.worker.outcomes import Outcome


def write_json(path: Path, plain: Any) -> None:
    """Write JSON atomically, in lines for people. Raises CourseError when the disk does not allow it."""
    write_atomically(path, _in_lines(plain, "") + "\n")


def _in_lines(plain: Any, indent: str) -> str:
    """JSON with a line for each part that has no parts of its own: a test is one line. ``json.dumps`` with its own
    ``indent`` is written in Python and takes five times as long.
    """
    parts = plain.values() if type(plain) is dict else plain if type(plain) is list else ()
    if not any(type(part) in (dict, list) for part in parts):
        return _JSON.encode(plain)
    more = indent + " "
    if type(plain) is dict:
        lines = [f"{more}{_key(str(key))}: {_in_lines(part, more)}" for key, part in plain.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    return "[\n" + ",\n".join(more + _in_lines(part, more) for part in plain) + f"\n{indent}]"


_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_key = lru_cache(maxsize=1000)(_JSON.encode)  # a few dozen words, thousands of times


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
            "exercises": [(exercise.name, exercise.refused) for exercise in day.exercises],
            "tests": _hash_of(course.root, course.tests(day).rglob("*.py")),
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
            day |= {"submission": work, "suite": self._suites[day["day"]]}
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
            day = DayResult(selection.day)
            for exercise in selection.exercises:
                checks = [CheckResult(check, outcome, why) for check in exercise.checks]
                day.exercises.append(ExerciseResult(exercise, checks))
            result.days.append(day)
        return self.record(submission, result, (), 0.0)


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
