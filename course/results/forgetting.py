"""Taking a student out of a term for good: out of the store, with all there ever was, and out of what was made of it.

What lies elsewhere (hand-ins, roster, what was collected or sent, copies) is not touched, and is named.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, delete, select

from course.files import alone_in, write_atomically
from course.results import tables
from course.results.adjusting import find_record
from course.results.exports import FORMATS, export
from course.results.names import file_stem
from course.results.reading import record_files
from course.results.store import Store

ELSEWHERE = (
    "hand-ins, also those of `course collect` and its folder .mirrors",
    "the roster: as long as it names the student, the next `course grade` writes a result again",
    "results of team mates, whose note says who handed in",
    "what was sent, logs of runs, copies of the store and of this folder",
)
_PAGES = (
    "pictures/{stem}",
    "report/students/{stem}.html",
    "feedback/{stem}.html",
    "feedback/{stem}.md",
    "letters/{stem}.eml",
    "{stem}.json",  # the last: with it a run that was killed can be repeated
)
_OF_ALL = ("report/index.html", "moodle-feedback.zip")


def forget(out: Path, student: str, store_url: str | None = None) -> list[str]:
    """Delete everything of a student from the term in ``out``, and what names of all students were written into; what
    was deleted, in words. ``grades.csv`` is written again.

    Raises UsageError for a student without a result, CourseError while somebody grades.
    """
    busy = f"A `course grade` is writing into {out}; wait for its end, then forget."
    with alone_in(out, otherwise=busy):
        record = find_record(out, student)
        name: str = record["student"]
        with Store(out, store_url) as store:
            with store.writing() as connection:
                rows = _delete_rows(connection, store.class_name, name)
            store.compact()
            done = [f"{rows} rows of the store"]
            done += _delete_files(out, name)
            if any(record_files(out)):
                export(out, "csv", adjustments=store.adjustments_by_student())
        return done


def _delete_rows(connection: Connection, class_name: str, student: str) -> int:
    """Every row of a student, what hangs on others first."""
    mine = {
        table.name: select(table.c[key]).where(table.c.class_name == class_name, table.c.student == student)
        for table, key in ((tables.submissions, "id"), (tables.days, "id"), (tables.appeals, "number"))
    }
    hanging = (
        (tables.answers.c.appeal, "appeals"),
        (tables.incidents.c.submission_id, "submissions"),
        (tables.parts.c.submission_id, "submissions"),
        (tables.tests.c.day_id, "days"),
        (tables.exercises.c.day_id, "days"),
    )
    count = 0
    for column, of in hanging:
        count += connection.execute(delete(column.table).where(column.in_(mine[of]))).rowcount
    for table in (tables.appeals, tables.reviews, tables.adjustments, tables.days, tables.submissions):
        own = delete(table).where(table.c.class_name == class_name, table.c.student == student)
        count += connection.execute(own).rowcount
    return count


def _delete_files(out: Path, student: str) -> Iterator[str]:
    """The student's own files, the views that name everybody, and the student's rows of tables."""
    stems = {student, file_stem(student), file_stem(student, alone=False), *_pseudonyms(out, student)}
    made = [*_OF_ALL, *(one.file for one in FORMATS.values() if one.file != "grades.csv")]
    made += [place.format(stem=stem) for place in _PAGES for stem in sorted(stems)]
    for path in sorted(out.glob("*.csv")):
        if _without(path, student):
            yield f"the student's rows of {path.name}"
    for place in made:
        path = out / place
        if not path.resolve().is_relative_to(out.resolve()):
            continue  # of a name that leads elsewhere
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
            yield f"{place}/"
        elif path.is_file():
            path.unlink()
            yield place


def _pseudonyms(out: Path, student: str) -> list[str]:
    return [row[1] for row in _rows(out / "pseudonyms.csv") if row[:1] == [student] and len(row) > 1]


def _without(path: Path, student: str) -> bool:
    """Take a student's rows out of a table that has a column for it; whether there were any."""
    rows = _rows(path)
    if not rows or "student" not in rows[0]:
        return False
    at = rows[0].index("student")
    kept = [row for row in rows if row[at : at + 1] != [student]]
    if len(kept) == len(rows):
        return False
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(kept)
    write_atomically(path, text.getvalue())
    return True


def _rows(path: Path) -> list[list[str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))
