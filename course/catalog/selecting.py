"""What a person typed, turned into days and exercises: ``day03``,
``day03_linalg/regression.pseudo_inverse``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from course.catalog.blocks import line_of_block
from course.catalog.model import PROJECT, Course, Day, Exercise
from course.errors import CourseError, UsageError


@dataclass(frozen=True)
class Selection:
    """One day with the exercises of it that are meant; where a project is graded, with those that count in it."""

    day: Day
    exercises: tuple[Exercise, ...]

    def by_home(self, course: Course) -> list[Selection]:
        """The same, each exercise with the day it belongs to."""
        homes = dict.fromkeys(exercise.home for exercise in self.exercises)
        return [
            Selection(
                course.day(home) if home else self.day,
                tuple(exercise for exercise in self.exercises if exercise.home == home),
            )
            for home in homes
        ]


def select(course: Course, words: Sequence[str]) -> list[Selection]:
    """Days and exercises named by ``words``, in the order of the course; all days when there are no words.

    A word is a day (``day03_linalg``, ``day03``, ``day3``, ``3``), a module of one (``day03_linalg/regression.py``;
    with a line, as editors show it, what stands there: ``day03_linalg/regression.py:31``) or an exercise
    (``day03/regression.pseudo_inverse``, ``day03/pseudo_inverse``); a module or an exercise that only one day has may
    stand alone. ``project/detection`` is a project, and the exercises of days that count in it. Raises UsageError, with
    the nearest name, for an unknown one.
    """
    if not words:
        return [Selection(day, day.exercises) for day in course.days]
    chosen: dict[str, list[Exercise]] = {}
    for word in words:
        day, meant = _meant(course, _plain(word))
        chosen.setdefault(day.name, []).extend(meant)
        if meant == day.exercises:
            for one in day.counted:
                chosen.setdefault(one.home, []).append(replace(one, home=""))
    return [
        Selection(day, tuple(e for e in day.exercises if e in chosen[day.name]))
        for day in course.units
        if day.name in chosen
    ]


def _plain(word: str) -> str:
    """A word without what the completion of a shell puts around it; a project as one word, as its folder is called."""
    word = word.replace("\\", "/").removeprefix("./").strip("/")
    return word.replace("/", "_", 1) if word.startswith("project/") else word


def _meant(course: Course, word: str) -> tuple[Day, Sequence[Exercise]]:
    placed = re.fullmatch(r"(.+\.py):(\d+)(?::\d+)?", word)
    if placed:
        day, some = _meant(course, placed[1])
        return day, _at_line(course, day, some, int(placed[2]))
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
        raise _nothing_called(course, word)
    day, some = found[0]
    if len(some) > 1 and not _in_module(day, word) and not _in_class(day, word):
        names = [_full_name(day, [one], word) for one in some]
        raise UsageError(f"{word!r} is the name of more than one exercise; say {' or '.join(names)}.")
    return day, some


def _at_line(course: Course, day: Day, exercises: Sequence[Exercise], line: int) -> Sequence[Exercise]:
    """That one of the exercises of a module in which this line of its file stands; all where that cannot be told."""
    try:
        text = (course.root / day.name / f"{exercises[0].module}.py").read_bytes().decode("utf-8", "replace")
    except OSError:
        return exercises
    begins = {one.name: line_of_block(text, one.qualname) for one in exercises}
    above = [one for one in exercises if 0 < (begins[one.name] or 0) <= line]
    return [max(above, key=lambda one: begins[one.name] or 0)] if above else exercises


def _nothing_called(course: Course, word: str) -> UsageError:
    """Of a word that stands alone: the nearest exercise where one is near, else the nearest day."""
    names: dict[str, str] = {}
    for day in course.days:
        with suppress(CourseError):  # a day that is damaged is no obstacle to looking in the others
            names |= {one.qualname: f"{day.number}/{one.qualname}" for one in reversed(day.exercises)}
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.7)
    if not near or word.startswith("day") or _number(word) is not None:
        return _no_day(course, word)
    return UsageError(f"There is no day and no exercise {word!r}; did you mean {names[near[0]]!r}?")


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
    day = _day_of(course, _plain(word))
    if day is None:
        raise _no_day(course, word)
    return day


def refuse_projects(days: Sequence[Day], why: str) -> None:
    """Raise UsageError where a project is among these: for what is done with days alone."""
    for day in days:
        if day.is_project:
            raise UsageError(f"{day.number} is a project, which {why}; docs/projects.md says how they work.")


def _day_of(course: Course, word: str) -> Day | None:
    number = _number(word)
    for day in course.units:
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
    numbered = {day.name: at for day in course.days if (at := _number(day.number)) is not None}
    if number is not None and len(numbered) > 1:  # day 5 is nearer to day 4 than to day 15
        below = [name for name, at in numbered.items() if at < number][-1:]
        above = [name for name, at in numbered.items() if at > number][:1]
        return UsageError(f"There is no day {word!r}; near it: {' and '.join([*below, *above])}.")
    kind = "project" if word.startswith((PROJECT, "project/")) else "day"
    known = [day.number if day.is_project else day.name for day in course.units]
    return UsageError(f"There is no {kind} {word!r}{_did_you_mean(word, known)}")


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
