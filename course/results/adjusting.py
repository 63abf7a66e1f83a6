"""Points and comments that people give: checked against the results, noted in the store, kept apart from what the
checks found.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from course.catalog import Course
from course.catalog.rubrics import Rubric
from course.catalog.selecting import find_day, find_exercise
from course.errors import UsageError
from course.results.lateness import number
from course.results.names import shown, stem_in
from course.results.reading import Adjustment, Record, machine_score, read_record, record_files
from course.results.store import Store

MOST_POINTS = 10_000  # that are given or taken at once, also where it is forced


def give_points(
    course: Course,
    out: Path,
    student: str,
    where: str,
    points: float,
    comment: str,
    author: str,
    store_url: str | None = None,
    *,
    force: bool = False,
) -> Adjustment:
    """Add ``points`` (which may be negative) to ``day/exercise``, or to a whole day.

    Raises UsageError for a student, day or exercise that has no result, for more points than any course has, and,
    unless it is forced, for points without a comment, above the maximum or below nothing.
    """
    record = find_record(out, student)
    day, exercise, _ = find_where(course, record, where)
    with Store(out, store_url) as store, store.at_once():
        return note_points(store, record, day, exercise, points, comment, author, force=force)


def note_points(
    store: Store,
    record: Record,
    day: str,
    exercise: str,
    points: float,
    comment: str,
    author: str,
    *,
    force: bool = False,
    by: str = "--force",
) -> Adjustment:
    """The same in a store that is open, in a block written at once, for a place that the record has; ``by`` says how it
    is forced there.
    """
    if not math.isfinite(points):
        raise UsageError("Points are a number, such as 1, 0.5 or -2.")
    if abs(points) > MOST_POINTS:
        raise UsageError(f"Points by hand are at most {MOST_POINTS}, more or fewer; {points:+g} is a slip.")
    if not force:
        _refuse(record, day, exercise, points, comment, store.adjustments(record["student"]), by)
    found = machine_score(record, day, exercise)
    assert found is not None
    return store.adjust(record["student"], day, exercise, points, comment, author, found[0])


def find_where(course: Course, record: Record, where: str) -> tuple[str, str, tuple[float, float]]:
    """Day and exercise (empty for the whole day) that a person means, and what the checks gave and could give there.

    Raises UsageError for a day or exercise that is unknown, or of which the student has no result.
    """
    day_word, _, exercise_word = where.strip("/").partition("/")
    day = find_day(course, day_word)
    exercise = find_exercise(day, exercise_word).name if exercise_word else ""
    found = machine_score(record, day.name, exercise)
    if found is None:
        raise UsageError(
            f"{shown(record['student'])} has no result for {where}; it was not graded in this run."
        )
    return day.name, exercise, found


def _refuse(
    record: Record, day: str, exercise: str, points: float, comment: str, given: Sequence[Adjustment], by: str
) -> None:
    """Raise UsageError for points that nobody may have meant: the student could not tell why, or has more than all or
    less than nothing.
    """
    if points and not comment.strip():
        raise UsageError(f"Points need a reason, which the student reads: add a comment, or force it ({by}).")
    there = [one for one in given if one.day == day and not one.criterion]
    for place, some in ((exercise, [one for one in there if one.exercise == exercise]), ("", there)):
        score, maximum = machine_score(record, day, place) or (0.0, 0.0)
        before = score + sum(one.points for one in some)
        has = (
            f"{shown(record['student'])} has {number(before)} of {number(maximum)} points for {place or day}"
        )
        if points > 0 and round(before + points, 6) > maximum:
            raise UsageError(
                f"{has}; {points:+g} would be more than there are. Give fewer, or force it ({by})."
            )
        if points < 0 and round(before + points, 6) < 0:
            raise UsageError(
                f"{has}; {points:+g} would be less than nothing. Take away fewer, or force it ({by})."
            )


def fill_in(
    store: Store, student: str, rubric: Rubric, levels: Mapping[str, tuple[str, str]], author: str
) -> list[Adjustment]:
    """Note levels and comments by criterion of a rubric, in a block written at once; what is new of them.

    A criterion that was filled in before, and otherwise, is taken back and noted anew, so that both stay on record.
    Raises UsageError for a criterion or a level that the rubric does not have.
    """
    there = {
        one.criterion: one for one in store.adjustments(student) if one.day == rubric.name and one.criterion
    }
    noted = []
    for name, (word, comment) in levels.items():
        criterion = rubric.criterion(name)
        level = criterion.level(word)
        before = there.get(name)
        said = (level.name, level.points, comment, criterion.max_points)
        if before is not None and (before.level, before.points, before.comment, before.possible) == said:
            continue
        if before is not None:
            store.remove_adjustment(before.number, author)
        noted.append(
            store.adjust(
                student, rubric.name, "", level.points, comment, author, 0.0,
                criterion=name, level=level.name, possible=criterion.max_points,
            )
        )  # fmt: skip
    return noted


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


def take_back(out: Path, one: int, author: str, store_url: str | None = None) -> None:
    """Remove the adjustment of that number; that it was there stays on record."""
    with Store(out, store_url) as store:
        store.remove_adjustment(one, author)


def warning(record: Record, one: Adjustment) -> str:
    """Why somebody should look at an adjustment of this record again; empty when nobody needs to.

    Points given by hand may repair a mistake of the checks; after a regrade that mends it they would count twice.
    """
    if one.criterion:
        return ""  # it stands beside the checks
    found = machine_score(record, one.day, one.exercise)
    if found is None:
        return "there is no result for it any more"
    score, maximum = found
    if score != one.score_then:
        return f"the checks gave {one.score_then:g} then and give {score:g} now"
    if score + one.points > maximum:
        return f"more than the {maximum:g} points there are"
    return ""
