"""Points and comments that people give: checked against the results, noted in the store, kept apart from what the
checks found.
"""

from __future__ import annotations

import difflib
import math
from pathlib import Path

from course.catalog import Course
from course.catalog.selecting import find_day, find_exercise
from course.errors import UsageError
from course.results.names import stem_in
from course.results.reading import Adjustment, Record, machine_score, read_record, record_files
from course.results.store import Store


def give_points(
    course: Course,
    out: Path,
    student: str,
    where: str,
    points: float,
    comment: str,
    author: str,
    store_url: str | None = None,
) -> Adjustment:
    """Add ``points`` (which may be negative) to ``day/exercise``, or to a whole day.

    Raises UsageError for a student, day or exercise that has no result.
    """
    if not math.isfinite(points):
        raise UsageError("Points are a number, such as 1, 0.5 or -2.")
    record = find_record(out, student)
    day_word, _, exercise_word = where.strip("/").partition("/")
    day = find_day(course, day_word)
    exercise = find_exercise(day, exercise_word).name if exercise_word else ""
    found = machine_score(record, day.name, exercise)
    if found is None:
        raise UsageError(f"{student} has no result for {where}; it was not graded in this run.")
    with Store(out, store_url) as store:
        return store.adjust(record["student"], day.name, exercise, points, comment, author, found[0])


def find_record(out: Path, student: str) -> Record:
    """The result of a student, who may also be called as the result file is, where the name itself is hard to type;
    raises UsageError with the nearest one where there is none.
    """
    files = {path.stem: path for path in record_files(out)}
    of_name = files.get(stem_in(out, student))
    if of_name is not None:
        return read_record(of_name)
    if student not in files:
        near = difflib.get_close_matches(student, files, n=1)
        raise UsageError(
            f"There is no result of {student!r} in {out}" + (f"; did you mean {near[0]!r}?" if near else ".")
        )
    return read_record(files[student])


def list_points(out: Path, student: str | None = None, store_url: str | None = None) -> list[Adjustment]:
    """What was given by hand, oldest first."""
    known = None if student is None else find_record(out, student)["student"]
    with Store(out, store_url) as store:
        return store.adjustments(known)


def take_back(out: Path, number: int, author: str, store_url: str | None = None) -> None:
    """Remove an adjustment; that it was there stays on record."""
    with Store(out, store_url) as store:
        store.remove_adjustment(number, author)


def warning(record: Record, one: Adjustment) -> str:
    """Why somebody should look at an adjustment of this record again; empty when nobody needs to.

    Points given by hand may repair a mistake of the checks; after a regrade that mends it they would count twice.
    """
    found = machine_score(record, one.day, one.exercise)
    if found is None:
        return "there is no result for it any more"
    score, maximum = found
    if score != one.score_then:
        return f"the checks gave {one.score_then:g} then and give {score:g} now"
    if score + one.points > maximum:
        return f"more than the {maximum:g} points there are"
    return ""
