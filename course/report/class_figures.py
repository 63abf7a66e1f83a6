"""Figures of a class, gathered record by record: only sums, counts and one short row per student are kept, so that
5,000 submissions need a few megabytes. What is drawn with them stands in the templates.
"""

from __future__ import annotations

import math
import statistics
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from course.results.names import shown
from course.results.reading import (
    Adjustment,
    Record,
    Totals,
    incidents,
    is_missing,
    is_undecided,
    totals,
    was_handed_in,
)
from course.testing.results import is_untouched, verdict_of

MOST_INCIDENTS = 300
MOST_HOLDERS = 100  # of a misconception, that are named
FEW_STUDENTS = 30
NOT_STARTED = -1
KINDS = ("with notes", "something missing", "not readable", "late", "points by hand", "all points")


@dataclass
class TestFigures:
    """One test over the class. The rest of a student is the points of all other tests."""

    day: str
    exercise: str
    test: str
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    slowest: float = 0.0
    _rest: float = 0.0
    _rest_squared: float = 0.0
    _rest_of_passed: float = 0.0

    def add(self, test: dict[str, Any], rest: float) -> None:
        self.outcomes[verdict_of(test)] += 1
        seconds = test.get("seconds") or 0.0
        self.seconds += seconds
        self.slowest = max(self.slowest, seconds)
        self._rest += rest
        self._rest_squared += rest * rest
        if test["outcome"] == "passed":
            self._rest_of_passed += rest

    @property
    def students(self) -> int:
        return self.outcomes.total()

    @property
    def few(self) -> bool:
        """Whether its discrimination says little because few handed in; who did not hand in is no part of it."""
        return self.students < FEW_STUDENTS

    @property
    def share(self) -> float:
        """Who passed, from 0 to 1."""
        return self.outcomes["passed"] / self.students

    @property
    def mean_seconds(self) -> float:
        return self.seconds / self.students

    @property
    def discrimination(self) -> float | None:
        """Point-biserial correlation between passing this test and the points in all other tests; None where
        everybody or nobody passed, or all have the same points.
        """
        n, passed = self.students, self.outcomes["passed"]
        variance = self._rest_squared / n - (self._rest / n) ** 2
        if passed in (0, n) or variance < 1e-9:
            return None
        covariance = self._rest_of_passed / n - (passed / n) * (self._rest / n)
        return float(covariance / math.sqrt(variance * (passed / n) * (1 - passed / n)))


@dataclass
class ExerciseFigures:
    """One exercise over the class."""

    day: str
    exercise: str
    max_score: float
    students: int = 0
    done: int = 0
    shares: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)

    def add(self, exercise: dict[str, Any]) -> None:
        share = share_of(exercise)
        self.students += 1
        self.done += share == 1
        self.shares += share
        self.outcomes.update(verdict_of(test) for test in exercise["tests"])

    @property
    def share(self) -> float:
        """Points earned on average, from 0 to 1; 0 where nobody handed in."""
        return self.shares / max(self.students, 1)

    @property
    def share_done(self) -> float:
        """Who has all points of it."""
        return self.done / max(self.students, 1)


@dataclass
class DayFigures:
    """One day over the class: the shares of the points of those who handed in, and how many others there are."""

    day: str
    shares: array[float] = field(default_factory=lambda: array("d"))
    missing: int = 0
    unreadable: int = 0

    def add(self, day: dict[str, Any]) -> int | None:
        """Take in a day of one student: the share in tenths, NOT_STARTED for nothing handed in, None where it could not
        be read or judged.
        """
        if is_missing(day):
            self.missing += 1
            return NOT_STARTED
        if not was_handed_in(day) or is_undecided(day):
            self.unreadable += 1
            return None
        share = day["score"] / day["max_score"] if day["max_score"] else 1.0
        self.shares.append(share)
        return tenths(share)

    @property
    def mean(self) -> float | None:
        return statistics.fmean(self.shares) if self.shares else None

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """What a quarter, half and three quarters of those who handed in are below of; of one, three times the same."""
        if len(self.shares) < 2:
            return (self.mean or 0.0,) * 3
        first, second, third = statistics.quantiles(self.shares, n=4, method="inclusive")
        return first, second, third


def share_of(exercise: dict[str, Any]) -> float:
    """Points of those there are, from 0 to 1; of an exercise without points, the tests passed."""
    if exercise["max_score"]:
        return float(exercise["score"] / exercise["max_score"])
    tests = exercise["tests"]
    passed = [test for test in tests if test["outcome"] == "passed"]
    return len(passed) / max(len(tests), 1)


def tenths(share: float) -> int:
    """A share in whole tenths: 0 only for nothing, 10 only for all."""
    return 0 if share == 0 else max(1, math.floor(10 * share + 1e-9))


def _kinds(record: Record, sums: Totals, days: Sequence[int | None], *, noted: bool) -> Iterator[str]:
    """What a member of staff may want to see alone."""
    holds = (
        noted,
        NOT_STARTED in days,
        None in days,
        sums.late > 0,
        bool(sums.manual or sums.rubric),
        sums.total >= sums.max_score,
    )
    yield from (kind for kind, it_is in zip(KINDS, holds, strict=True) if it_is)
    person = record.get("person", {})
    yield from (f"{word} {shown(person[word])}" for word in ("section", "team") if person.get(word))


def _share_shown(day: dict[str, Any], exercise: dict[str, Any]) -> int | None:
    """The share of an exercise in tenths; NOT_STARTED where nothing was written or handed in, None where it could not
    be read or judged.
    """
    if is_missing(day):
        return NOT_STARTED
    if not was_handed_in(day) or is_undecided(day):
        return None
    if all(test["outcome"] == "not_gradable" or is_untouched(test) for test in exercise["tests"]):
        return NOT_STARTED
    return tenths(share_of(exercise))


@dataclass(frozen=True, slots=True)
class StudentRow:
    """One line of the heat map: ``shares`` by exercise in tenths or NOT_STARTED, ``points`` as earned; None where
    not graded. ``days`` are the shares by day, and without anything ``handed_in`` there is no work to learn from.
    ``kinds`` says in words among whom the student can be looked for.
    """

    student: str
    sums: Totals
    shares: tuple[int | None, ...]
    points: tuple[float | None, ...]
    incidents: int
    days: tuple[int | None, ...] = ()
    handed_in: bool = True
    kinds: tuple[str, ...] = ()


@dataclass
class ClassFigures:
    """The whole class."""

    exercises: dict[tuple[str, str], ExerciseFigures] = field(default_factory=dict)
    tests: dict[tuple[str, str, str], TestFigures] = field(default_factory=dict)
    by_day: dict[str, DayFigures] = field(default_factory=dict)
    misconceptions: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    holders: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)  # the first of them
    isolation: Counter[tuple[str, ...]] = field(default_factory=Counter)
    seeds: Counter[int] = field(default_factory=Counter)
    suites: dict[str, Counter[str]] = field(default_factory=dict)  # by day
    versions: Counter[tuple[tuple[str, str], ...]] = field(default_factory=Counter)
    limits: dict[str, Any] = field(default_factory=dict)
    incident_kinds: Counter[str] = field(default_factory=Counter)
    incidents: list[tuple[str, str, str]] = field(default_factory=list)
    late: int = 0
    seconds: array[float] = field(default_factory=lambda: array("d"))
    rows: list[StudentRow] = field(default_factory=list)

    def add(self, record: Record, adjustments: Sequence[Adjustment]) -> None:
        """Take in one record; it is not kept."""
        shares: dict[tuple[str, str], tuple[int | None, float]] = {}
        of_days: dict[str, int | None] = {}
        for day in record["days"]:
            of_days[day["day"]] = self.by_day.setdefault(day["day"], DayFigures(day["day"])).add(day)
            for exercise in day["exercises"]:
                key = (day["day"], exercise["exercise"])
                figures = self.exercises.setdefault(key, ExerciseFigures(*key, exercise["max_score"]))
                shares[key] = (_share_shown(day, exercise), exercise["score"])
                if was_handed_in(day):  # of what is not there nothing can be learnt
                    figures.add(exercise)
                    self._add_tests(record["student"], key, exercise, record["score"])
        self._add_run(record)
        found = list(incidents(record))
        self.incident_kinds.update(kind for kind, _ in found)
        room = MOST_INCIDENTS - len(self.incidents)
        self.incidents += [(record["student"], kind, says) for kind, says in found[:room]]
        sums = totals(record, adjustments)
        self.late += sums.late > 0
        ordered = [shares.get(key) for key in self.exercises]
        self.rows.append(
            StudentRow(
                record["student"],
                sums,
                tuple(one[0] if one else None for one in ordered),
                tuple(one[1] if one else None for one in ordered),
                len(found),
                tuple(of_days.get(day) for day in self.by_day),
                any(map(was_handed_in, record["days"])),
                tuple(_kinds(record, sums, list(of_days.values()), noted=bool(found))),
            )
        )

    def _add_tests(self, student: str, key: tuple[str, str], exercise: dict[str, Any], score: float) -> None:
        named = set()
        for test in exercise["tests"]:
            figures = self.tests.setdefault((*key, test["test"]), TestFigures(*key, test["test"]))
            figures.add(test, score - test["points"])
            if test.get("misconception"):
                named.add(test["misconception"])
        for name in sorted(named):
            self.misconceptions[*key, name] += 1
            holders = self.holders.setdefault((*key, name), [])
            holders += [student] if len(holders) < MOST_HOLDERS else []

    def _add_run(self, record: Record) -> None:
        self.isolation[tuple(record.get("isolation", ()))] += 1
        self.seeds[record["seed"]] += 1
        for day in record["days"]:
            suite = day.get("suite", record.get("suite", ""))
            self.suites.setdefault(day["day"], Counter())[suite] += 1
        self.versions[tuple(sorted(record.get("versions", {}).items()))] += 1
        self.limits = record.get("limits", self.limits)
        self.seconds.append(record.get("seconds") or 0.0)

    @property
    def students(self) -> int:
        return len(self.rows)

    @property
    def kinds(self) -> list[str]:
        """All that students can be looked for by: what became of their work first, then sections and teams."""
        found = {kind for row in self.rows for kind in row.kinds}
        return [kind for kind in KINDS if kind in found] + sorted(found.difference(KINDS))

    @property
    def max_score(self) -> float:
        return max((row.sums.max_score for row in self.rows), default=0)

    @property
    def median(self) -> float:
        return statistics.median(row.sums.total for row in self.rows)

    @property
    def mean(self) -> float:
        return statistics.fmean(row.sums.total for row in self.rows)

    @property
    def handed_in(self) -> int:
        """Who handed in anything that could be read."""
        return sum(row.handed_in for row in self.rows)

    @property
    def mean_of_handed_in(self) -> float:
        """The mean of those who handed in."""
        return statistics.fmean([row.sums.total for row in self.rows if row.handed_in] or [0.0])

    @property
    def complete(self) -> int:
        """Who has everything."""
        return sum(row.sums.total >= row.sums.max_score for row in self.rows)

    @property
    def days(self) -> list[tuple[str, int]]:
        """The days with the number of their exercises."""
        return list(Counter(day for day, _ in self.exercises).items())

    def hardest(self) -> list[TestFigures]:
        """All tests, those that fewest passed first."""
        return sorted(self.tests.values(), key=lambda test: test.share)

    def slowest(self, count: int = 10) -> list[TestFigures]:
        """The tests that took longest on average."""
        return sorted(self.tests.values(), key=lambda test: -test.mean_seconds)[:count]

    def bands(self, count: int) -> Iterator[tuple[str, list[float | None], float]]:
        """The class in ``count`` groups of like size, best first: a name, the mean share of every exercise, the
        mean of the points.
        """
        ranked = sorted(self.rows, key=lambda row: -row.sums.total)
        size = len(ranked) / count
        for number in range(count):
            first, end = round(number * size), round((number + 1) * size)
            group = ranked[first:end]
            if group:
                points = statistics.fmean(row.sums.total for row in group)
                shares = [_mean_share(group, at) for at in range(len(self.exercises))]
                yield f"{first + 1} to {end}", shares, points


def _mean_share(group: Sequence[StudentRow], at: int) -> float | None:
    found = [row.shares[at] for row in group if at < len(row.shares)]
    known = [max(share, 0) for share in found if share is not None]
    return statistics.fmean(known) / 10 if known else None
