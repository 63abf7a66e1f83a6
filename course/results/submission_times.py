"""When something was handed in, told only by those a student cannot bend, and who has an extension.

In this order: ``submitted.csv`` beside the submissions, which the continuous integration writes when it
receives a push; nbgrader's ``submitted/<student>/<assignment>/timestamp.txt``. Anything else, such as the date of
a commit or of a file, is the student's to choose and never read.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from course.catalog import Course
from course.catalog.deadlines import as_time, read_zone
from course.catalog.selecting import find_day
from course.errors import CourseError, UsageError
from course.results.class_folder import SUBMITTED, class_folder
from course.results.lateness import Handed
from course.results.roster import Roster

TABLE = "submitted.csv"
TIMESTAMP = "timestamp.txt"


class SubmissionTimes:
    """The times of a class: the table is read once, timestamps when they are asked for."""

    def __init__(self, course: Course, submissions: Path, roster: Roster | None = None) -> None:
        table = submissions / TABLE
        self._table: dict[tuple[str, str], Handed] = {}
        self._roster = roster
        for (said, day), moment, row in _read_table(course, table, "submitted") if table.is_file() else ():
            for student in (roster.owners(said) if roster is not None else []) or [said]:
                known = self._table.get((student, day))
                if known is None or known.time is None or moment >= known.time:
                    self._table[student, day] = Handed(moment, TABLE, row.get("commit", "").strip())
        # Only in nbgrader's own layout is the file nbgrader's; in a clone it would be the student's.
        students = class_folder(submissions, course)
        self._nbgrader = students if students.name == SUBMITTED else None

    @property
    def students(self) -> set[str]:
        """Everybody in the table."""
        return {student for student, _ in self._table}

    def of(self, student: str, day: str) -> Handed:
        """When ``student``, or else somebody of the team, handed in ``day``; of several pushes the last counts."""
        team = self._roster.team_of(student) if self._roster is not None and student in self._roster else []
        for one in (student, *team):
            if (one, day) in self._table:
                return self._table[one, day]
        if self._nbgrader is not None:
            stamp = _read_timestamp(self._nbgrader / student / day / TIMESTAMP)
            if stamp is not None:
                return Handed(stamp, TIMESTAMP)
        return Handed()


def read_extensions(course: Course) -> dict[tuple[str, str], datetime]:
    """Later due times by student and day, from the table named in ``[late]``; empty when there is none."""
    if course.late is None:
        return {}
    path = course.root / course.late.extensions
    found: dict[tuple[str, str], datetime] = {}
    for key, moment, _ in _read_table(course, path, "due") if path.is_file() else ():
        found[key] = max(moment, found.get(key, moment))
    return found


def _read_table(
    course: Course, path: Path, column: str
) -> Iterator[tuple[tuple[str, str], datetime, dict[str, str]]]:
    """By line, the student and the day, the time in this column, and the whole row."""
    for line, row in _rows(path, ("student", "day", column)):
        try:
            day = find_day(course, row["day"].strip()).name
            moment = as_time(row[column], course.zone)
        except UsageError as unknown:
            raise CourseError(f"{path.name}, line {line}: {unknown}") from None
        except ValueError:
            raise CourseError(
                f"{path.name}, line {line}: {row[column]!r} is no time; write it as 2026-10-12T18:00:00+02:00."
            ) from None
        yield (row["student"], day), moment, row


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="")
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise CourseError(
                    f"{path.name} has no column {missing[0]!r}; its first line must be {','.join(columns)}."
                )
            for row in reader:
                yield reader.line_num, row
    except (UnicodeDecodeError, csv.Error):
        raise CourseError(f"{path.name} is no CSV file in UTF-8; save it as one.") from None


def _read_timestamp(path: Path) -> datetime | None:
    """nbgrader's ``2026-10-12 17:59:03.123456 UTC``, in UTC where it names no zone, as nbgrader reads it; None
    when there is none or it cannot be read.
    """
    if path.is_symlink() or not path.is_file():
        return None
    try:
        words = path.read_text(encoding="utf-8")[:80].split()
        clock, zone = " ".join(words[:2]), "".join(words[2:])
        if zone.startswith(("+", "-")):
            return as_time(clock + zone, UTC)
        return as_time(clock, read_zone(zone or "UTC"))
    except (OSError, ValueError, CourseError):
        return None
