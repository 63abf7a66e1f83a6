"""What a person typed, turned into days and exercises: ``day03``,
``day03_linalg/regression.pseudo_inverse``.
"""

from __future__ import annotations

import difflib
import re
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

    A word is a day (``day03_linalg``, ``day03``, ``day3``, ``3``), a module of one (``day03_linalg/regression.py``) or
    an exercise (``day03/regression.pseudo_inverse``, ``day03/pseudo_inverse``); a module or an exercise that only one
    day has may stand alone. Raises UsageError, with the nearest name, for an unknown one.
    """
    if not words:
        return [Selection(day, day.exercises) for day in course.days]
    chosen: dict[str, list[Exercise]] = {}
    for word in words:
        day, meant = _meant(course, _plain(word))
        chosen.setdefault(day.name, []).extend(meant)
    return [
        Selection(day, tuple(e for e in day.exercises if e in chosen[day.name]))
        for day in course.days
        if day.name in chosen
    ]


def _plain(word: str) -> str:
    """A word without what the completion of a shell puts around it."""
    return word.replace("\\", "/").removeprefix("./").strip("/")


def _meant(course: Course, word: str) -> tuple[Day, Sequence[Exercise]]:
    day_word, _, part = word.partition("/")
    if part:
        day = find_day(course, day_word)
        exact = [e for e in day.exercises if part in (e.name, e.qualname)]
        return day, exact[:1] or _in_class(day, part) or _in_module(day, part) or [find_exercise(day, part)]
    day_alone = _day_of(course, word)
    if day_alone is not None:
        return day_alone, day_alone.exercises
    found = [(day, some) for day in course.days if (some := _called(day, word))]
    if len(found) > 1:
        names = [_full_name(day, some, word) for day, some in found]
        kind = "module" if any(_in_module(day, word) for day, _ in found) else "exercise"
        raise UsageError(f"{word!r} is the name of more than one {kind}; say {' or '.join(names)}.")
    if not found:
        raise _no_day(course, word)
    day, some = found[0]
    if len(some) > 1 and not _in_module(day, word) and not _in_class(day, word):
        names = [_full_name(day, [one], word) for one in some]
        raise UsageError(f"{word!r} is the name of more than one exercise; say {' or '.join(names)}.")
    return day, some


def _called(day: Day, word: str) -> Sequence[Exercise]:
    """The exercises of a day that a word alone may mean: one of that name, or those of a class or a module."""
    try:
        named = [e for e in day.exercises if word in (e.name, e.qualname)]
        return named or _in_class(day, word) or _in_module(day, word)
    except CourseError:  # a day that is damaged is no obstacle to looking in the others
        return []


def _in_class(day: Day, word: str) -> Sequence[Exercise]:
    """The exercises that are methods of the class ``Adam`` or ``optimizers.Adam``."""
    methods = [e for e in day.exercises if "." in e.qualname]
    return [e for e in methods if word in (e.name.rpartition(".")[0], e.qualname.rpartition(".")[0])]


def _in_module(day: Day, word: str) -> Sequence[Exercise]:
    """The exercises of the module ``matrices.py`` or ``matrices``; none when there is no such module."""
    return [e for e in day.exercises if word in (e.module, f"{e.module}.py")]


def _full_name(day: Day, some: Sequence[Exercise], word: str) -> str:
    return f"{day.number}/{word if _in_module(day, word) else some[0].name}"


def find_day(course: Course, word: str) -> Day:
    """The day a person means: ``day03_linalg``, ``day03``, ``day3``, ``3``; raises UsageError with the nearest name."""
    day = _day_of(course, word)
    if day is None:
        raise _no_day(course, word)
    return day


def _day_of(course: Course, word: str) -> Day | None:
    number = _number(word)
    for day in course.days:
        if word in (day.name, day.number) or (number is not None and number == _number(day.number)):
            return day
    return None


def _number(word: str) -> int | None:
    spelt = re.fullmatch(r"(?:day)?[ _-]?(\d{1,4})", word, re.IGNORECASE)
    return int(spelt[1]) if spelt else None


def _no_day(course: Course, word: str) -> UsageError:
    number = _number(word)
    for name in course.left_out:
        day = name.partition("_")[0]
        if word in (name, day) or (number is not None and number == _number(day)):
            return UsageError(f"{name} is a draft; set COURSE_DRAFTS=1 while you write it.")
    if number is not None and len(course.days) > 1:  # day 5 is nearer to day 4 than to day 15
        below = [day.name for day in course.days if (_number(day.number) or 0) < number][-1:]
        above = [day.name for day in course.days if (_number(day.number) or 0) > number][:1]
        return UsageError(f"There is no day {word!r}; near it: {' and '.join([*below, *above])}.")
    return UsageError(f"There is no day {word!r}{_did_you_mean(word, [d.name for d in course.days])}")


def find_exercise(day: Day, word: str) -> Exercise:
    """The exercise of ``day`` a person means; raises UsageError with the nearest names."""
    for exercise in day.exercises:
        if word in (exercise.name, exercise.qualname):
            return exercise
    near = " or ".join(repr(name) for name in _near(day, word))
    said = f"; did you mean {near}?" if near else _did_you_mean(word, [e.qualname for e in day.exercises])
    raise UsageError(f"{day.name} has no exercise {word!r}{said}")


def _near(day: Day, word: str) -> list[str]:
    """The exercises whose names are nearest to a word, at most three; a method may be called without its class."""
    likeness: dict[str, float] = {}
    for exercise in day.exercises:
        spelt = (exercise.qualname, exercise.qualname.rpartition(".")[2], exercise.name)
        ratios = [difflib.SequenceMatcher(None, word, one).ratio() for one in spelt]
        best = max(ratios)
        likeness[exercise.name if ratios.index(best) == 2 else exercise.qualname] = best
    best = max(likeness.values(), default=0.0)
    names = [name for name, ratio in likeness.items() if ratio > max(0.6, best - 0.1)]
    return sorted(names, key=lambda name: -likeness[name])[:3]


def _did_you_mean(word: str, names: Sequence[str]) -> str:
    """The nearest name; all of them when none is near."""
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.4)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; there is: {', '.join(names)}." if names else "."
