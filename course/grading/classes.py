"""Grading a class: what is new or has changed is graded, here or on a cluster, and written down one submission
at a time, whole or not at all. Started again, a run goes on where it was stopped and ends with the same files.
"""

from __future__ import annotations

import json
import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from course.catalog import Course, Day, Selection
from course.catalog.selecting import find_day
from course.files import sweep
from course.grading.exports import export
from course.grading.intake import Intake, Submission
from course.grading.local import grade_locally
from course.grading.provenance import tool_hash
from course.grading.records import RecordWriter, suite_hash, write_json
from course.grading.results import Record, read_record, tests_of
from course.grading.settling import LateRule
from course.grading.station import Station

if TYPE_CHECKING:
    from course.grading.store import Store


LARGEST_SEED = 2**53  # what every reader of JSON can hold; too many to be tried out


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
    """The whole class; the results themselves stand in the folder ``out``."""

    out: Path
    seed: int
    students: Sequence[str]
    isolation: tuple[str, ...] = ()
    faults: int = 0

    @property
    def complete(self) -> bool:
        return self.faults == 0

    def lines(self) -> Iterator[Graded]:
        """The table of the class, one line at a time, in the order of the students' names."""
        for student in self.students:
            yield _line(read_record(result_path(self.out, student)))


class View(Protocol):
    """Who is told of the progress."""

    def started(self, total: int, already: int) -> None: ...

    def graded(self, one: Graded) -> None: ...


@dataclass(frozen=True)
class Manner:
    """How a class is graded; none of it changes a verdict.

    ``scheduler`` is the address of a Dask cluster, ``store_url`` SQLAlchemy's of a database, ``again`` grades
    what has not changed too. ``off`` and ``warm`` are for comparison: see Station.
    """

    jobs: int | None = None
    scheduler: str | None = None
    store_url: str | None = None
    again: bool = False
    off: tuple[str, ...] = ()
    warm: bool = True


def grade_class(
    course: Course,
    submissions: Path,
    out: Path,
    *,
    days: Sequence[str] = (),
    seed: int | None = None,
    view: View,
    manner: Manner | None = None,
) -> ClassOutcome:
    """Grade every submission and write ``<student>.json``, ``results.sqlite`` and ``grades.csv`` into ``out``.

    Raises CourseError for submissions that cannot be read or results that cannot be written; nothing is
    lost then.
    """
    manner = manner or Manner()
    chosen = [find_day(course, word) for word in days] or list(course.days)
    # The manifest is fixed before student code is touched.
    selections = [Selection(day, day.exercises) for day in chosen]
    intake = Intake(course, submissions, chosen)
    suite = suite_hash(course, chosen)
    sweep(out)
    seed = _settle_seed(out, seed, chosen, submissions)
    book = _Book(course, submissions, out, seed, suite, chosen, view)
    graders = _Graders(course, selections, lambda: RecordWriter(course, selections, seed, suite), manner)
    if not all(map(book.holds, intake.students)):
        graders.start()
    with graders, _open_store(out, manner.store_url) as store:
        waiting = _Waiting(intake, book, store, again=manner.again)
        view.started(len(intake), len(waiting.current))
        if len(waiting.current) < len(intake):
            for record in graders.grade(waiting):
                book.write(record, store)
        adjustments = store.adjustments_by_student()
    export(out, "csv", adjustments=adjustments)
    return ClassOutcome(out, seed, intake.students, book.isolation, book.faults)


def _open_store(out: Path, url: str | None) -> Store:
    """SQLAlchemy takes a fifth of a second to import: meanwhile the other process of the station gets warm."""
    from course.grading.store import Store

    return Store(out, url)


class _Graders:
    """A cluster, or a station here, which may be started before it is known what there is to grade."""

    def __init__(
        self,
        course: Course,
        selections: Sequence[Selection],
        make_writer: Callable[[], RecordWriter],
        manner: Manner,
    ) -> None:
        self._course, self._selections, self._make_writer = course, selections, make_writer
        self._manner = manner
        self._station: Station | None = None

    def start(self) -> None:
        """Begin to warm up, if it is to happen here."""
        if self._manner.scheduler is None and self._station is None:
            off, warm = self._manner.off, self._manner.warm
            self._station = Station(self._course, self._selections, self._make_writer(), off=off, warm=warm)

    def grade(self, waiting: Iterable[Submission]) -> Iterator[bytes | Record]:
        """The records as they come."""
        if self._manner.scheduler is not None:
            from course.grading.cluster import grade_on_cluster

            writer, address = self._make_writer(), self._manner.scheduler
            yield from grade_on_cluster(self._course, self._selections, writer, waiting, address)
            return
        self.start()
        assert self._station is not None
        with self._station as station:
            yield from grade_locally(station, waiting, self._manner.jobs or os.cpu_count() or 1)

    def __enter__(self) -> _Graders:
        return self

    def __exit__(self, *_: object) -> None:
        if self._station is not None:
            self._station.close()


class _Book:
    """Where results are written down as they come, and what is remembered of them for the end."""

    def __init__(
        self,
        course: Course,
        submissions: Path,
        out: Path,
        seed: int,
        suite: str,
        days: Sequence[Day],
        view: View,
    ) -> None:
        self._out, self._seed, self._suite, self._view = out, seed, suite, view
        self._days = [day.name for day in days]
        self._late = LateRule(course, submissions)
        self.isolation: tuple[str, ...] = ()
        self.faults = 0

    def write(self, given: bytes | Record, store: Store) -> None:
        """One transaction per submission: the file first, then the store."""
        record: Record = json.loads(given) if isinstance(given, bytes) else given
        record = self._late.apply(record)
        write_json(result_path(self._out, record["student"]), record)
        store.save(record)
        line = _line(record)
        self._remember(record, line)
        self._view.graded(line)

    def holds(self, student: str) -> bool:
        """Whether there is a result, of whatever age."""
        return result_path(self._out, student).is_file()

    def current(self, submission: Submission) -> Record | None:
        """The result that the same work, suite, tool and seed would give again; None when there is none."""
        try:
            text = result_path(self._out, submission.student).read_text(encoding="utf-8")
            record: Record = json.loads(text)
            same = (
                record["suite"] == self._suite
                and record["tool"] == tool_hash()
                and record["seed"] == self._seed
                and [day["day"] for day in record["days"]] == self._days
                and record["submission"] == submission.hash
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if not same or any(test["outcome"] == "grader_fault" for _, _, test in tests_of(record)):
            return None
        return record

    def keep(self, record: Record, store: Store) -> None:
        """A result that stands; only what depends on due dates and extensions may have changed."""
        settled = self._late.apply(record)
        if settled != record:
            write_json(result_path(self._out, record["student"]), settled)
        store.save(settled)
        self._remember(settled, _line(settled))

    def _remember(self, record: Record, line: Graded) -> None:
        self.isolation = self.isolation or tuple(record["isolation"])
        self.faults += line.fault


class _Waiting:
    """The submissions without a current result, read one at a time."""

    def __init__(self, intake: Intake, book: _Book, store: Store, *, again: bool) -> None:
        self._intake = intake
        self.current: set[str] = set()
        for student in intake.students if not again else ():
            if not book.holds(student):
                continue
            record = book.current(intake.read(student))
            if record is not None:
                book.keep(record, store)
                self.current.add(student)

    def __iter__(self) -> Iterator[Submission]:
        for student in self._intake.students:
            if student not in self.current:
                yield self._intake.read(student)


def _settle_seed(out: Path, seed: int | None, days: Sequence[Day], submissions: Path) -> int:
    """The seed of this run of record: given, or kept from the run that is continued, or drawn."""
    path = out / "run.json"
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    if seed is None:
        seed = int(kept.get("seed", secrets.randbelow(LARGEST_SEED)))
    write_json(
        path,
        {"seed": seed, "days": [day.name for day in days], "submissions": str(submissions.resolve())},
    )
    return seed


def result_path(out: Path, student: str) -> Path:
    return out / f"{student}.json"


def _line(record: Record) -> Graded:
    tests = [test for _, _, test in tests_of(record)]
    outcomes = Counter(test["outcome"] for test in tests)
    named = Counter(test["misconception"] for test in tests if test["misconception"])
    words = [record["note"]] if record.get("note") else []
    words += ["tampering noted"] if record.get("tamper") else []
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
