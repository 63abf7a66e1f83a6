"""Grading a class: every submission in a fork of the warm trusted process, its code in a fork of the warm
untrusted one.

The trusted process has imported the tests and knows the fingerprints of the misconceptions before the
first fork. Results are written whole as each submission ends; started again, a run goes on where it was
stopped and ends with the same files.
"""

from __future__ import annotations

import csv
import io
import json
import os
import platform
import secrets
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from course import __version__
from course.catalog import Course, Day, Selection
from course.catalog.selecting import find_day
from course.errors import CourseError
from course.files import write_atomically
from course.grading.intake import Submission, find_submissions
from course.grading.records import folder_hash, suite_hash, write_json
from course.testing.results import CheckResult, DayResult, ExerciseResult, RunResult
from course.testing.running import Runner
from course.worker.isolated import IsolatedLink, Zygote
from course.worker.outcomes import Outcome

ATTEMPTS = 2


@dataclass(frozen=True)
class Graded:
    """One line of the class table."""

    student: str
    score: int
    max_score: int
    remark: str
    fault: bool


@dataclass
class ClassOutcome:
    """The whole class."""

    out: Path
    seed: int
    isolation: tuple[str, ...] = ()
    graded: list[Graded] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return not any(one.fault for one in self.graded)


class View(Protocol):
    """Who is told of the progress."""

    def started(self, total: int, already: int) -> None: ...

    def graded(self, one: Graded) -> None: ...


def grade_class(
    course: Course,
    submissions: Path,
    out: Path,
    *,
    days: Sequence[str] = (),
    jobs: int | None = None,
    seed: int | None = None,
    view: View,
) -> ClassOutcome:
    """Grade every submission and write ``<student>.json`` and ``grades.csv`` into ``out``.

    Raises CourseError for submissions that cannot be read or results that cannot be written; nothing is
    lost then.
    """
    with tempfile.TemporaryDirectory(prefix="course-class-") as workspace:
        return _grade_class(course, submissions, out, Path(workspace), days, jobs, seed, view)


def _grade_class(
    course: Course,
    submissions: Path,
    out: Path,
    workspace: Path,
    days: Sequence[str],
    jobs: int | None,
    seed: int | None,
    view: View,
) -> ClassOutcome:
    chosen = [find_day(course, word) for word in days] or list(course.days)
    selections = [
        Selection(day, day.exercises) for day in chosen
    ]  # the manifest: fixed before student code is touched
    found = find_submissions(submissions, chosen, workspace)
    suite = suite_hash(course, chosen)
    seed = _settle_seed(out, seed, chosen)
    waiting = [one for one in found if not _is_current(out, one, suite, seed, chosen)]
    view.started(len(found), len(found) - len(waiting))
    outcome = ClassOutcome(out, seed)
    if waiting:
        run = _ClassRun(course, selections, out, seed, suite, view)
        run.grade(waiting, jobs or os.cpu_count() or 1)
    for one in found:
        record = json.loads(_result_path(out, one).read_text(encoding="utf-8"))
        outcome.graded.append(_line(record))
        outcome.isolation = tuple(record["isolation"])
    _write_table(out, found, chosen)
    return outcome


def _settle_seed(out: Path, seed: int | None, days: Sequence[Day]) -> int:
    """The seed of this run of record: given, or kept from the run that is continued, or drawn."""
    path = out / "run.json"
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    if seed is None:
        seed = int(kept.get("seed", secrets.randbelow(2**31)))
    write_json(path, {"seed": seed, "days": [day.name for day in days]})
    return seed


def _result_path(out: Path, submission: Submission) -> Path:
    return out / f"{submission.student}.json"


def _is_current(out: Path, submission: Submission, suite: str, seed: int, days: Sequence[Day]) -> bool:
    """Whether a result is there that the same work, suite and seed would give again."""
    try:
        record = json.loads(_result_path(out, submission).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    same = record.get("suite") == suite and record.get("seed") == seed
    graded_days = [day["day"] for day in record.get("days", ())]
    faults = any(
        t["outcome"] == "grader_fault"
        for d in record.get("days", ())
        for e in d["exercises"]
        for t in e["tests"]
    )
    return (
        same
        and not faults
        and graded_days == [day.name for day in days]
        and record.get("submission") == folder_hash(submission.folder, days)
    )


class _ClassRun:
    def __init__(
        self, course: Course, selections: Sequence[Selection], out: Path, seed: int, suite: str, view: View
    ) -> None:
        self._course = course
        self._selections = selections
        self._out = out
        self._seed = seed
        self._suite = suite
        self._view = view
        self._runner = Runner(course, seed)

    def grade(self, waiting: Sequence[Submission], jobs: int) -> None:
        days = [day.name for day in self._course.days]
        imports = [name for selection in self._selections for name in selection.day.imports]
        with Zygote(days, imports, self._course.limits) as zygote:
            self._runner.warm(self._selections)
            assert zygote.layers
            self._schedule(list(waiting), jobs, zygote)

    def _schedule(self, waiting: list[Submission], jobs: int, zygote: Zygote) -> None:
        attempts: Counter[str] = Counter()
        running: dict[int, Submission] = {}
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    submission = waiting.pop(0)
                    attempts[submission.student] += 1
                    running[self._fork(submission, zygote)] = submission
                number, status = os.wait()
                ended = running.pop(number, None)
                if ended is None:
                    continue
                code = os.waitstatus_to_exitcode(status)
                if code == 2:
                    raise CourseError(
                        f"Results cannot be written to {self._out}; free some space or choose another folder, "
                        "then repeat."
                    )
                if code != 0 and attempts[ended.student] < ATTEMPTS:
                    waiting.append(ended)
                    continue
                if code != 0:
                    self._write(
                        ended,
                        self._all_checks(
                            "grader_fault", f"Not checked: the grading process ended with status {code}."
                        ),
                        (),
                        0.0,
                    )
                self._view.graded(
                    _line(json.loads(_result_path(self._out, ended).read_text(encoding="utf-8")))
                )
        finally:
            for number in running:
                os.kill(number, 9)
                os.waitpid(number, 0)

    def _fork(self, submission: Submission, zygote: Zygote) -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        number = os.fork()
        if number:
            return number
        status = 70
        try:
            self._grade_one(submission, zygote)
            status = 0
        except CourseError:
            status = 2
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def _grade_one(self, submission: Submission, zygote: Zygote) -> None:
        started = time.monotonic()
        if submission.refused:
            why = submission.note
            self._write(submission, self._all_checks("rejected", f"Not checked: {why}."), (), 0.0)
            return
        links: list[IsolatedLink] = []

        def open_link(day: str) -> IsolatedLink:
            links.append(zygote.open(submission.folder, day))
            return links[-1]

        result = self._runner.run(self._selections, submission.folder, open_link)
        isolation = next((link.isolation for link in links if link.isolation), zygote.layers)
        self._write(submission, result, isolation, time.monotonic() - started)

    def _write(
        self, submission: Submission, result: RunResult, isolation: tuple[str, ...], seconds: float
    ) -> None:
        record: dict[str, Any] = {
            "student": submission.student,
            **result.to_plain(public=True),
            "isolation": list(isolation),
            "versions": versions(),
            "suite": self._suite,
            "submission": folder_hash(submission.folder, [s.day for s in self._selections]),
            "seconds": round(seconds, 3),
        }
        if submission.note:
            record["note"] = submission.note
        write_json(_result_path(self._out, submission), record)

    def _all_checks(self, outcome: Outcome, why: str) -> RunResult:
        """The whole manifest with one verdict, where nothing could be run."""
        result = RunResult(self._seed)
        for selection in self._selections:
            day = DayResult(selection.day)
            for exercise in selection.exercises:
                checks = [CheckResult(check, outcome, why) for check in exercise.checks]
                day.exercises.append(ExerciseResult(exercise, checks))
            result.days.append(day)
        return result


def versions() -> dict[str, str]:
    """What the verdicts were computed with: the same for every submission, whatever it imported."""
    packages = {name: metadata.version(name) for name in ("numpy", "scipy", "torch")}
    return {"course": __version__, "python": platform.python_version(), **packages}


def _line(record: dict[str, Any]) -> Graded:
    tests = [test for day in record["days"] for exercise in day["exercises"] for test in exercise["tests"]]
    outcomes = Counter(test["outcome"] for test in tests)
    named = Counter(test["misconception"] for test in tests if test["misconception"])
    words = [record["note"]] if record.get("note") else []
    words += [name for name, _ in named.most_common(2)]
    words += [
        f"{count} {outcome}"
        for outcome, count in outcomes.most_common()
        if outcome not in ("passed", "failed")
    ][:2]
    return Graded(
        record["student"],
        record["score"],
        record["max_score"],
        ", ".join(words),
        outcomes.get("grader_fault", 0) > 0,
    )


def _write_table(out: Path, found: Sequence[Submission], days: Sequence[Day]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["student", *(day.name for day in days), "score", "max_score"])
    for submission in found:
        record = json.loads(_result_path(out, submission).read_text(encoding="utf-8"))
        scores = [day["score"] for day in record["days"]]
        writer.writerow([_plain_cell(record["student"]), *scores, record["score"], record["max_score"]])
    write_atomically(out / "grades.csv", text.getvalue())


def _plain_cell(text: str) -> str:
    """A name that a spreadsheet will not take for a formula."""
    return f"'{text}" if text[:1] in "=+-@" else text
