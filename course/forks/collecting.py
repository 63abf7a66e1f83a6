"""``course collect``: every student's work as it was at a due time, many at once, in a folder that can be graded.

The folder has one folder per student, ``collected.csv`` with what was taken from where, and ``submitted.csv`` with the
times that servers have told. Started again for the same time, only what did not come is tried again.
"""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from course.catalog import Course
from course.errors import CourseError
from course.files import alone_in, write_atomically
from course.forks.fetching import Taken, take
from course.forks.git import Bounds, NotFetchedError, StoppedError, require_git
from course.forks.pushes import Push, Pushes
from course.results.exports.cells import text_cell
from course.results.names import file_stem, shown
from course.results.roster import Person
from course.results.submission_times import TABLE as TIMES

TABLE = "collected.csv"
MIRRORS = ".mirrors"
_HALF = ".half-"
_ODD_TREES = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ)
TAKEN, NOTHING, FAILED = "taken", "nothing", "failed"


@dataclass(frozen=True)
class Collected:
    """One student's line. ``status`` is taken, nothing (there was no work by then) or failed (nobody knows)."""

    student: str
    repository: str
    branch: str
    at: str
    status: str
    commit: str = ""
    committed: str = ""
    pushed: str = ""
    files: int = 0
    note: str = ""


def collect(
    course: Course,
    roster: Sequence[Person],
    at: datetime,
    out: Path,
    *,
    pushes_of: Callable[[Person], Sequence[Push] | None] = lambda _: None,
    bounds: Bounds | None = None,
    jobs: int = 8,
    again: bool = False,
    told: Callable[[Collected], None] = lambda _: None,
) -> list[Collected]:
    """Bring what every repository of the roster held at a time into ``out``; a line for each, in the roster's order.

    ``pushes_of`` gives what a student's server says about times, None where it says nothing; it may raise
    NotFetchedError. Raises CourseError for a folder that cannot be written.
    """
    require_git()
    bounds = bounds or Bounds()
    busy = f"Another `course collect` is writing into {out}; wait for its end, or give another --out."
    with alone_in(out / MIRRORS, otherwise=busy):
        for path in out.glob(f"{_HALF}*"):
            shutil.rmtree(path, ignore_errors=True)
        book = _Book(out, at)
        kept = {
            person.id: line for person in roster if not again and (line := book.holds(person)) is not None
        }
        waiting = [person for person in roster if person.id not in kept]
        for line in kept.values():
            told(line)
        work = _Work(course, at, out, bounds, pushes_of)
        for line, dated in _at_once(work, waiting, jobs):
            book.write(line, dated)
            told(line)
        return [book.lines[person.id] for person in roster]


def _at_once(
    work: _Work, rows: Sequence[Person], jobs: int
) -> Iterator[tuple[Collected, tuple[tuple[str, datetime], ...]]]:
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        running: list[Future[tuple[Collected, tuple[tuple[str, datetime], ...]]]] = []
        try:
            running += [pool.submit(work.of, person) for person in rows]
            for one in as_completed(running):
                yield one.result()
        except BaseException:
            work.bounds.stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


@dataclass(frozen=True)
class _Work:
    """What is done for each student, in a thread of its own."""

    course: Course
    at: datetime
    out: Path
    bounds: Bounds
    pushes_of: Callable[[Person], Sequence[Push] | None]

    def of(self, person: Person) -> tuple[Collected, tuple[tuple[str, datetime], ...]]:
        try:
            taken = self._take(person)
            self._write(person.id, taken)
        except NotFetchedError as why:
            held = (self.out / person.id).is_dir()
            note = f"{why}; what was taken before stays" if held else str(why)
            return self._line(person, FAILED, note=note), ()
        except StoppedError:
            return self._line(person, FAILED, note="stopped before it was done"), ()
        line = self._line(
            person,
            TAKEN if taken.files else NOTHING,
            branch=taken.branch,
            commit=taken.commit,
            committed=_instant(taken.committed),
            pushed=_instant(taken.pushed),
            files=len(taken.files),
            note="; ".join((*taken.notes, *(() if taken.files or not taken.commit else ("no work in it",)))),
        )
        return line, taken.days

    def _take(self, person: Person) -> Taken:
        if file_stem(person.id) != person.id:
            raise NotFetchedError("no folder can have that name; change the id in the roster")
        if not person.repository:
            raise NotFetchedError("the roster names no repository")
        name = hashlib.sha256(person.repository.encode()).hexdigest()[:16]
        mirror = self.out / MIRRORS / f"{person.id}-{name}.git"
        days = [day.name for day in self.course.units]
        pushes = self.pushes_of(person)
        try:
            return take(
                person.repository,
                mirror,
                self.at,
                self.bounds,
                branch=person.branch,
                pushes=pushes,
                days=days,
            )
        except NotFetchedError:
            shutil.rmtree(mirror, ignore_errors=True)  # half of a repository, or one that is too large
            raise

    def _line(self, person: Person, status: str, *, branch: str = "", **more: Any) -> Collected:
        at = _instant(self.at)
        more["note"] = text_cell(shown(str(more.get("note", ""))))
        return Collected(person.id, person.repository, branch or person.branch, at, status, **more)

    def _write(self, student: str, taken: Taken) -> None:
        """The folder of a student, whole or as it was."""
        half, target = self.out / f"{_HALF}{student}", self.out / student
        half.mkdir()
        try:
            for name, content in taken.files:
                path = half / os.fsdecode(name.encode("utf-8", "surrogateescape"))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        except OSError as error:  # a tree that was made by hand can hold what no folder can
            if error.errno not in _ODD_TREES:
                raise
            shutil.rmtree(half, ignore_errors=True)
            raise NotFetchedError("it has names that no folder can have together") from None
        shutil.rmtree(target, ignore_errors=True)
        half.rename(target)


class _Book:
    """``collected.csv`` and ``submitted.csv``: written after each student, so that a killed run loses nothing."""

    def __init__(self, out: Path, at: datetime) -> None:
        self._out, self._at = out, _instant(at)
        self.lines = {line.student: line for line in read_collected(out)}
        self._times = _read_times(out / TIMES)

    def holds(self, person: Person) -> Collected | None:
        """The line of a student whose work of that time is here."""
        line = self.lines.get(person.id)
        same = line is not None and (line.at, line.repository) == (self._at, person.repository)
        if not same or line is None or line.status == FAILED or person.branch not in ("", line.branch):
            return None
        return line if (self._out / person.id).is_dir() else None

    def write(self, line: Collected, dated: Sequence[tuple[str, datetime]]) -> None:
        self.lines[line.student] = line
        if line.status != FAILED:
            self._times = {key: when for key, when in self._times.items() if key[0] != line.student}
            self._times |= {(line.student, day): _instant(when) for day, when in dated}
        rows = [(student, day, when) for (student, day), when in sorted(self._times.items())]
        if rows or (self._out / TIMES).is_file():
            write_atomically(self._out / TIMES, _table(("student", "day", "submitted"), rows))
        names = tuple(f.name for f in fields(Collected))
        write_atomically(
            self._out / TABLE, _table(names, [astuple(self.lines[s]) for s in sorted(self.lines)])
        )


def read_collected(out: Path) -> list[Collected]:
    """The lines of an earlier collection; none where there was none. Raises CourseError for a damaged table."""
    path = out / TABLE
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
        return [_line(row) for row in rows]
    except (UnicodeDecodeError, csv.Error, KeyError, ValueError, TypeError):
        raise CourseError(f"{path} cannot be read; delete it and collect again.") from None


def commits(out: Path) -> dict[str, str]:
    """Student → the commit of which an earlier collection took the work."""
    return {line.student: line.commit for line in read_collected(out) if line.commit}


def _line(row: dict[str, Any]) -> Collected:
    return Collected(**{f.name: row[f.name] for f in fields(Collected)} | {"files": int(row["files"])})


def _read_times(path: Path) -> dict[tuple[str, str], str]:
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {(row["student"], row["day"]): row["submitted"] for row in csv.DictReader(file, restval="")}


def _table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(names)
    table.writerows(rows)
    return text.getvalue()


def _instant(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else ""


def from_table(pushes: Pushes) -> Callable[[Person], Sequence[Push] | None]:
    """What a table of pushes says: nothing was pushed by whom it does not name."""
    return lambda person: pushes.get(person.id, ())
