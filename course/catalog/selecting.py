"""What a person typed, turned into days and exercises: ``day03``,
``day03_linalg/regression.pseudo_inverse``.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from course.catalog.model import Course, Day, Exercise
from course.errors import CourseError, UsageError


@dataclass(frozen=True)
class Selection:
    """One day with the exercises of it that are meant."""

    day: Day
    exercises: tuple[Exercise, ...]


def select(course: Course, words: Sequence[str]) -> list[Selection]:
    """Days and exercises named by ``words``, in the order of the course; everything when there are no words.

    A word is a day (``day03_linalg``, ``day03``, ``day03_linalg/``) or a day and an exercise
    (``day03/regression.pseudo_inverse``, ``day03/pseudo_inverse``); a name that only one day has may stand alone.
    Raises UsageError, with the nearest name, for an unknown one.
    """
    if not words:
        return [Selection(day, day.exercises) for day in course.days]
    chosen: dict[str, list[Exercise]] = {}
    for word in words:
        day_word, _, exercise_word = (_full_name(course, word) or word).strip("/").partition("/")
        day = find_day(course, day_word)
        meant = [find_exercise(day, exercise_word)] if exercise_word else list(day.exercises)
        chosen.setdefault(day.name, []).extend(meant)
    return [
        Selection(day, tuple(e for e in day.exercises if e in chosen[day.name]))
        for day in course.days
        if day.name in chosen
    ]


def _full_name(course: Course, word: str) -> str | None:
    """``day/exercise`` for the name of an exercise alone; None for anything else.

    Raises UsageError when several days have an exercise of this name.
    """
    if "/" in word or any(word in (day.name, day.number) for day in course.days):
        return None
    found = []
    for day in course.days:
        try:
            found += [f"{day.number}/{e.name}" for e in day.exercises if word in (e.name, e.qualname)]
        except CourseError:  # a day that is damaged is no obstacle to looking in the others
            continue
    if len(found) > 1:
        raise UsageError(f"{word!r} is the name of more than one exercise; say {' or '.join(found)}.")
    return found[0] if found else None


def find_day(course: Course, word: str) -> Day:
    """The day a person means; raises UsageError with the nearest name."""
    for day in course.days:
        if word in (day.name, day.number):
            return day
    for name in course.left_out:
        if word in (name, name.partition("_")[0]):
            raise UsageError(f"{name} is a draft; set COURSE_DRAFTS=1 while you write it.")
    raise UsageError(f"There is no day {word!r}{_did_you_mean(word, [d.name for d in course.days])}")


def find_exercise(day: Day, word: str) -> Exercise:
    """The exercise of ``day`` a person means; raises UsageError with the nearest name."""
    for exercise in day.exercises:
        if word in (exercise.name, exercise.qualname):
            return exercise
    short = [e.qualname for e in day.exercises]
    full = [e.name for e in day.exercises]
    raise UsageError(f"{day.name} has no exercise {word!r}{_did_you_mean(word, short, also=full)}")


def _did_you_mean(word: str, names: Sequence[str], also: Sequence[str] = ()) -> str:
    """The nearest name; all ``names`` when none is near, and not what they are called ``also``."""
    near = difflib.get_close_matches(word, [*names, *also], n=1, cutoff=0.4)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; there is: {', '.join(names)}." if names else "."
