"""Records: what is written down of one submission, and the hashes that say from what it was computed."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from course import __version__
from course.catalog import Course, Day, Selection
from course.files import write_atomically
from course.grading.intake import Submission
from course.grading.provenance import provenance
from course.grading.results import Record
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


def suite_hash(course: Course, days: Iterable[Day]) -> str:
    """One hash of everything that decides a verdict: tests, limits, what is imported, and the checking code itself.

    Titles and due dates of ``course.toml`` decide none: when they change, nothing is graded again.
    """
    days = list(days)
    folders = [course.root / "course", *(course.tests(day) for day in days)]
    files = [f for folder in folders for f in folder.rglob("*") if f.suffix in (".py", ".toml")]
    catalogue = {
        "limits": asdict(course.limits),
        "imports": {day.name: day.imports for day in days},
        "days": [day.name for day in course.days],
    }
    digest = hashlib.sha256(json.dumps(catalogue, sort_keys=True).encode() + b"\0")
    for file in sorted(files):
        digest.update(str(file.relative_to(course.root)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


class RecordWriter:
    """Makes the records of one run: what all of them say about the run is computed once."""

    def __init__(self, course: Course, selections: Sequence[Selection], seed: int, suite: str) -> None:
        self.seed = seed
        self.suite = suite
        self._selections = selections
        self._common = {"versions": versions(), "suite": suite, **provenance(course)}

    def record(
        self, submission: Submission, result: RunResult, isolation: Sequence[str], seconds: float
    ) -> Record:
        """The record of a submission whose checks have run."""
        record: dict[str, Any] = {
            "student": submission.student,
            **result.to_plain(public=True),
            "isolation": list(isolation),
            **self._common,
            "submission": submission.hash,
            "seconds": round(seconds, 3),
        }
        if submission.note:
            record["note"] = submission.note
        if submission.tamper:
            record["tamper"] = list(submission.tamper)
        return record

    def without_running(self, submission: Submission, outcome: Outcome, why: str) -> Record:
        """The whole manifest with one verdict, where nothing could be run."""
        result = RunResult(self.seed)
        for selection in self._selections:
            day = DayResult(selection.day)
            for exercise in selection.exercises:
                checks = [CheckResult(check, outcome, why) for check in exercise.checks]
                day.exercises.append(ExerciseResult(exercise, checks))
            result.days.append(day)
        return self.record(submission, result, (), 0.0)


def versions() -> dict[str, str]:
    """What the verdicts were computed with: the same for every submission, whatever it imported."""
    packages = {name: metadata.version(name) for name in ("numpy", "scipy", "torch")}
    return {"course": __version__, "python": platform.python_version(), **packages}
