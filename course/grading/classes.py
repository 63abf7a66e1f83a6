"""Grading a class: what is new or has changed is graded, here or on a cluster, and written down one submission
at a time, whole or not at all. Started again, a run goes on where it was stopped and ends with the same files.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import traceback
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from course.catalog import Course, Day, Selection
from course.catalog.selecting import find_day
from course.errors import CourseError, UsageError
from course.files import alone_in, sweep, write_json
from course.grading.intake import NO_KNOWN_FILE, Intake, Submission
from course.grading.lanes import grade_locally
from course.grading.merging import computed_with, merged, without_faults
from course.grading.provenance import tool_hash
from course.grading.records import NOTES, RecordWriter, notes_of, suite_hashes
from course.grading.station import Station
from course.results import settings
from course.results.changes import changes
from course.results.class_folder import class_folder
from course.results.exports import export
from course.results.names import alike, file_stem, shown
from course.results.reading import (
    Record,
    is_missing,
    is_undecided,
    read_record,
    record_files,
    result_path,
    tests_of,
    verdicts,
    was_handed_in,
)
from course.results.roster import Roster, read_roster
from course.results.settling import LateRule, of_the_same_work
from course.results.submission_times import TABLE

if TYPE_CHECKING:
    from course.results.store import Store


LARGEST_SEED = 2**53  # what every reader of JSON can hold; too many to be tried out
MANY = 40  # submissions, from which on it pays to make each fork cheaper before the first one


@dataclass(frozen=True)
class Graded:
    """One line of the class table."""

    student: str
    score: int
    max_score: int
    remark: str
    fault: bool
    changed: tuple[str, ...] = ()
    """By day, what is not as it was before this run, in words."""


@dataclass
class ClassOutcome:
    """The whole class; the results themselves stand in the folder ``out``."""

    out: Path
    seed: int
    students: Sequence[str]
    isolation: tuple[str, ...] = ()
    faults: int = 0
    passed_over: Mapping[str, str] = field(default_factory=dict)
    """What lies among the hand-ins and is none, by name, and why."""
    run: int = 0
    """The number of this run in the term."""
    replaced: int = 0
    """How many had a result before of a day that ended otherwise in this run, or whose coming late costs otherwise."""
    late: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of work that was not graded again, by student, in words: days whose coming late costs otherwise than before."""

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
    what has not changed too, ``roster`` is the table of those in the class, and ``mix`` lets hand-ins of another class
    in. ``off`` and ``warm`` are for comparison: see Station.
    """

    jobs: int | None = None
    scheduler: str | None = None
    store_url: str | None = None
    again: bool = False
    roster: Path | None = None
    mix: bool = False
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
    # The manifest is fixed before student code is touched.
    chosen = [find_day(course, word) for word in days] or list(course.days)
    suites = suite_hashes(course, chosen)
    if out.resolve() in (submissions.resolve(), class_folder(submissions, course).resolve()):
        raise UsageError(f"{out} is the folder of the hand-ins; give the results another one with --out.")
    roster_file, roster = _roster(course, out, manner.roster)
    intake = Intake(course, submissions, chosen, out, roster)
    busy = f"Another `course grade` is writing into {out}; wait for its end, or give another --out."
    with alone_in(out, otherwise=busy):
        if not manner.mix:
            _refuse_another_class(out, submissions, intake.students)
            _refuse_another_roster(out, roster_file, roster)
        sweep(out)
        seed = _settle_settings(out, seed, chosen, submissions, manner.store_url, roster_file)
        book = _Book(course, submissions, out, seed, suites, intake.students, view, roster)
        graders = _Graders(course, suites, seed, manner)
        new = [student for student in intake.students if not book.holds(student)]
        if new:
            graders.start(suites, len(new))
        with intake, graders, _open_store(out, manner.store_url) as store:
            run = store.start_run(seed, [day.name for day in chosen], str(submissions.resolve()))
            waiting = _Waiting(intake, book, store, again=manner.again)
            view.started(len(intake), len(intake) - len(waiting))
            if waiting:
                writer = graders.start(waiting.days, len(waiting))
                for record in graders.grade(waiting):
                    book.write(record, store, writer)
            adjustments = store.adjustments_by_student()
            export(out, "csv", adjustments=adjustments)
            store.end_run()
    passed_over = {**intake.passed_over, **book.rows_of_nobody()}
    return ClassOutcome(
        out, seed, intake.students, book.isolation, book.faults, passed_over, run, book.replaced, book.late
    )


def _open_store(out: Path, url: str | None) -> Store:
    """SQLAlchemy takes a fifth of a second to import: meanwhile the other process of the station gets warm."""
    from course.results.store import Store

    return Store(out, url)


class _Graders:
    """A cluster, or a station here, which may be started before it is known what there is to grade."""

    def __init__(self, course: Course, suites: Mapping[str, str], seed: int, manner: Manner) -> None:
        self._course, self._suites, self._seed, self._manner = course, suites, seed, manner
        self._selections: list[Selection] = []
        self._writer: RecordWriter | None = None
        self._station: Station | None = None

    def start(self, days: Collection[str], students: int) -> RecordWriter:
        """Begin to warm up for so many students, if it is to happen here; a second time does nothing. What makes the
        records, whoever grades.
        """
        if self._writer is None:
            self._selections = [Selection(d, d.graded) for d in self._course.units if d.name in days]
            suites = {name: suite for name, suite in self._suites.items() if name in days}
            self._writer = RecordWriter(self._course, self._selections, self._seed, suites)
            if self._manner.scheduler is None:
                off, warm, many = self._manner.off, self._manner.warm, students >= MANY
                self._station = Station(
                    self._course, self._selections, self._writer, many=many, off=off, warm=warm
                )
        return self._writer

    def grade(self, waiting: Iterable[Submission]) -> Iterator[bytes | Record]:
        """The records as they come."""
        if self._station is not None:
            with self._station as station:
                yield from grade_locally(station, waiting, self._manner.jobs or os.cpu_count() or 1)
            return
        from course.grading.cluster import grade_on_cluster

        assert self._writer is not None
        assert self._manner.scheduler is not None
        yield from grade_on_cluster(
            self._course, self._selections, self._writer, waiting, self._manner.scheduler
        )

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
        suites: Mapping[str, str],
        students: Sequence[str],
        view: View,
        roster: Roster | None,
    ) -> None:
        self._roster = roster
        self._out, self._seed, self._suites, self._view = out, seed, suites, view
        self._order = [day.name for day in course.units]
        self._late = LateRule(course, submissions, roster)
        self._alike = alike(students)
        self._students = students
        self._silent: dict[str, set[str]] = {}  # by student, days of which there is nothing this time
        self.isolation: tuple[str, ...] = ()
        self.faults = self.replaced = 0
        self.late: dict[str, tuple[str, ...]] = {}
        for student in students:
            self._settle_name(student)

    def _path(self, student: str) -> Path:
        return self._out / f"{file_stem(student, alone=student not in self._alike)}.json"

    def _settle_name(self, student: str) -> None:
        """Give a result its name of today: another one was right before somebody came whose name is alike."""
        path = self._path(student)
        for stem in {student, file_stem(student, alone=False)} - {path.stem}:
            other = self._out / f"{stem}.json"
            if os.path.isfile(other) and _read(other, student) is not None:
                other.replace(path)

    def write(self, given: bytes | Record, store: Store, writer: RecordWriter) -> None:
        """Write down what was found. Where that cannot be written, this is: one odd record does not stop the others.

        Raises CourseError when nothing can be written at all, as on a full disk.
        """
        record: Record = json.loads(given) if isinstance(given, bytes) else given
        old = _read(self._path(record["student"]), record["student"])
        try:
            self._write(record, old, store)
        except CourseError:
            raise
        except Exception as error:
            student, days = record["student"], tuple(day["day"] for day in record["days"])
            print(f"course: the result of {shown(student)} cannot be written:", file=sys.stderr)
            traceback.print_exc()
            why = f"Not checked: the result could not be written ({type(error).__name__})."
            fault = writer.without_running(Submission(student, days=days), "grader_fault", why)
            self._write(fault, old, store)

    def _write(self, record: Record, old: Record | None, store: Store) -> None:
        """One transaction per submission: the store first, then the file, which is a view of it. ``old`` is what stood
        there before.
        """
        path = self._path(record["student"])
        fault = any(map(is_undecided, record["days"]))
        if old is not None:
            record = of_the_same_work(old, without_faults(old, record))
            record = self._with_notes(old, merged(old, record, self._order))
        record = self._late.apply(self._with_person(record))
        store.save(record)
        write_json(path, record)
        changed = changes(old, record)
        otherwise = old is not None and (_ends_otherwise(old, record) or any(day.late for day in changed))
        self.replaced += otherwise
        line = replace(_line(record), fault=fault, changed=tuple(day.words for day in changed))
        self._remember(record, line)
        self._view.graded(line)

    def rows_of_nobody(self) -> dict[str, str]:
        """Rows of the table of times that name no hand-in: a misspelt name would cost somebody the extension."""
        return {
            f"the row of {student} in {TABLE}": "nobody's: no hand-in has that name"
            for student in self._late.unknown(self._students)
        }

    def holds(self, student: str) -> bool:
        """Whether there is a result, of whatever age."""
        return self._path(student).is_file()

    def settle_view(self, student: str, store: Store, digests: Mapping[str, str]) -> None:
        """Have the file say what the store says: a run may have been killed between the two. What is in a file only,
        such as one of an older version, is taken into the store.
        """
        path, digest = self._path(student), digests.get(student)
        found = _read(path, student)
        if digest is None and found is not None:
            store.save(found)
        elif digest is not None and (found is None or store.digest_of(found) != digest):
            write_json(path, store.record(student))

    def missing(self, submission: Submission, *, again: bool = False) -> tuple[str, ...]:
        """The days without the result that the same work, suite, tool and seed would give again; with ``again`` all of
        which there is work.
        """
        record = _read(self._path(submission.student), submission.student)
        self._silent[submission.student] = set(filter(submission.is_silent, self._suites))
        days = record["days"] if record is not None else ()
        stands = {day["day"] for day in days if self._stands(record or {}, day, submission, again=again)}
        return tuple(name for name in self._suites if name not in stands)

    def _stands(self, record: Record, day: dict[str, Any], submission: Submission, *, again: bool) -> bool:
        name = day["day"]
        if submission.is_silent(name) and was_handed_in(day):
            return True  # there is nothing to put in its place
        return not again and (
            name in self._suites
            and day.get("suite") == self._suites[name]
            and submission.is_the_work(name, day.get("submission", ""))
            and computed_with(record, day, "tool") == tool_hash()
            and computed_with(record, day, "seed") == self._seed
            and not is_undecided(day)
        )

    def keep(self, submission: Submission, store: Store) -> None:
        """A result that stands; only due dates, extensions and what staff should know may have changed."""
        path = self._path(submission.student)
        record = read_record(path)
        bare = {name: value for name, value in record.items() if name not in NOTES}
        settled = self._with_person(self._with_notes(record, bare | notes_of(submission)))
        settled = self._late.apply(settled)
        store.save(settled)
        if settled != record:
            write_json(path, settled)
        if late := tuple(day.words for day in changes(record, settled) if day.late):
            self.late[submission.student] = late
            self.replaced += 1
        self._remember(settled, _line(settled))

    def _with_person(self, record: Record) -> Record:
        """With what the roster says of the student, where there is one."""
        if self._roster is None:
            return record
        return record | {"person": self._roster.people[record["student"]].to_plain()}

    def _with_notes(self, old: Record, record: Record) -> Record:
        """With the notes of another run, where there are days of it that were not looked at in this one."""
        looked_at = self._suites.keys() - self._silent.get(record["student"], set())
        if all(day["day"] in looked_at for day in old["days"]):
            return record
        notes = [part for one in (old, record) for part in one.get("note", "").split("; ") if part]
        if any(map(was_handed_in, record["days"])):  # what was empty then is not so any more
            notes = [part for part in notes if not part.startswith(NO_KNOWN_FILE)]
        tamper = [*old.get("tamper", ()), *record.get("tamper", ())]
        said = {"note": "; ".join(dict.fromkeys(notes)), "tamper": list(dict.fromkeys(tamper))}
        return record | {name: value for name, value in said.items() if value}

    def _remember(self, record: Record, line: Graded) -> None:
        self.isolation = self.isolation or tuple(record["isolation"])
        self.faults += line.fault


def _read(path: Path, student: str) -> Record | None:
    """The result of this student that stands in the file; None where there is none, or one that makes no sense."""
    try:
        record: Record = json.loads(path.read_text(encoding="utf-8"))
        sound = record["student"] == student and all(
            test["outcome"] and day["score"] <= day["max_score"]
            for day in record["days"]
            for exercise in day["exercises"]
            for test in exercise["tests"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return record if sound else None


class _Waiting:
    """The submissions of which there is something to grade, read one at a time."""

    def __init__(self, intake: Intake, book: _Book, store: Store, *, again: bool) -> None:
        self._intake = intake
        self._missing: dict[str, tuple[str, ...] | None] = {}  # by student; None for all days
        digests = store.digests()
        for student in intake.students:
            book.settle_view(student, store, digests)
            if not book.holds(student):
                self._missing[student] = None
                continue
            submission = intake.read(student)
            missing = book.missing(submission, again=again)
            if missing:
                self._missing[student] = missing
            else:
                book.keep(submission, store)

    def __len__(self) -> int:
        return len(self._missing)

    @property
    def days(self) -> set[str]:
        """All that are missing of anybody."""
        every = {day.name for day in self._intake.days}
        return set().union(*(every if days is None else days for days in self._missing.values()))

    def __iter__(self) -> Iterator[Submission]:
        for student, days in self._missing.items():
            yield replace(self._intake.read(student), days=days)


def _refuse_another_class(out: Path, submissions: Path, students: Sequence[str]) -> None:
    """Results of one class would stand among those of another: refused where the two have nobody in common."""
    before = settings.read_settings(out).get("submissions")
    if before in (None, str(submissions.resolve())) or not record_files(out):
        return
    if not any(result_path(out, student).is_file() for student in students):
        raise CourseError(
            f"{out} holds the results of another class ({before}), with nobody in common; give another --out, "
            "or --mix when both are one class."
        )


def _refuse_another_roster(out: Path, file: Path | None, roster: Roster | None) -> None:
    """A roster of another class would take the place of the term's: refused where most who have results are not on
    it.
    """
    if roster is None or file is None or settings.read_settings(out).get("roster") == str(file.resolve()):
        return
    results = sum(not path.name.startswith(".") for path in out.glob("*.json") if path.name != settings.FILE)
    known = sum(result_path(out, student).is_file() for student in roster.people)
    if 2 * known < results:
        raise CourseError(
            f"{out} holds the results of another class: of {results} students only {known or 'none'} "
            f"{'are' if known > 1 else 'is'} on {file.name}; give another --out, or --mix when both are one class."
        )


def _settle_settings(
    out: Path,
    seed: int | None,
    days: Sequence[Day],
    submissions: Path,
    store_url: str | None,
    roster: Path | None,
) -> int:
    """Write down what the next run needs to know. The seed of this one: given, or that of the run before, or drawn."""
    kept, url = settings.settled_store(out, store_url)
    if seed is None:
        seed = int(kept["seed"]) if "seed" in kept else _seed_of_store(out, url)
    plain = {
        **kept,
        "book": kept.get("book") or settings.new_token(),
        "seed": seed,
        "days": [day.name for day in days],
        "submissions": str(submissions.resolve()),
    }
    if url:
        plain["store"] = settings.without_password(url)
    if roster is not None:
        plain["roster"] = str(roster.resolve())
    write_json(out / settings.FILE, plain)
    return seed


def _seed_of_store(out: Path, url: str | None) -> int:
    """The seed of the last run in the store, where only ``run.json`` was lost; else a new one."""
    if url is not None or (out / settings.STORE).is_file():
        with _open_store(out, url) as store:
            runs = store.runs()
        if runs:
            return runs[-1].seed
    return secrets.randbelow(LARGEST_SEED)


def _roster(course: Course, out: Path, given: Path | None) -> tuple[Path | None, Roster | None]:
    """The roster that is given, or that of the run before."""
    kept = settings.read_settings(out).get("roster")
    path = given or (Path(kept) if kept else None)
    return path, None if path is None else read_roster(path, course)


def _ends_otherwise(old: Record, new: Record) -> bool:
    """Whether a day of the old record has other verdicts in the new one."""
    now = {day["day"]: verdicts(day) for day in new["days"]}
    return any(now.get(day["day"]) != verdicts(day) for day in old["days"])


def _line(record: Record) -> Graded:
    tests = [test for _, _, test in tests_of(record)]
    outcomes = Counter(test["outcome"] for test in tests)
    named = Counter(test["misconception"] for test in tests if test["misconception"])
    words = [record["note"]] if record.get("note") else []
    if all(map(is_missing, record["days"])) and "person" in record:
        words.append("nothing handed in")
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
