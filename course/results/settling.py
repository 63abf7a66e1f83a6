"""Lateness written into results. It changes no verdict and may be repeated at any time, as when somebody gets an
extension after the class was graded.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from course.catalog import Course
from course.results.lateness import Handed, how_late
from course.results.reading import Record, is_missing
from course.results.roster import Person, Roster
from course.results.submission_times import SubmissionTimes, read_extensions

_NEVER = datetime.max.replace(tzinfo=UTC)


class LateRule:
    """Due dates, extensions and times of submission of one class, ready to be applied to any record."""

    def __init__(self, course: Course, submissions: Path, roster: Roster | None = None) -> None:
        self._course, self._roster = course, roster
        self._due = {day.name: day.due for day in course.units}
        self._times = SubmissionTimes(course, submissions, roster)
        self._extensions = read_extensions(course)

    def unknown(self, students: Collection[str]) -> list[str]:
        """Who is in the table of times, and is none of these students."""
        return sorted(self._times.students - set(students))

    def apply(self, record: Record) -> Record:
        """The record with an entry ``handed_in`` in every day of which that is known, and ``late`` in every day that is
        due; all else is as it was. Where nobody says now when a day was handed in, what was said before stands. Days of
        grace go to the days in the order in which they are due.
        """
        student = record["student"]
        person = self._roster.people.get(student) if self._roster is not None else None
        left = person.slip_days if person is not None else 0
        decisions: dict[str, dict[str, Any]] = {}
        for day in sorted(record["days"], key=lambda day: self._due.get(day["day"]) or _NEVER):
            name = day["day"]
            handed = self._times.of(student, name)
            if handed.time is None:
                handed = Handed.from_plain(day.get("handed_in", {}))
            nothing = handed.time is None and is_missing(day)
            decision = how_late(
                day["score"],
                None if nothing else self._due.get(name),
                handed,
                self._course.late,
                self._until(student, name, person),
                left,
            )
            left -= decision.slip_days if decision else 0
            said = {"handed_in": handed.to_plain(), "late": decision.to_plain() if decision else {}}
            decisions[name] = {key: value for key, value in said.items() if value}
        days = [
            {key: value for key, value in day.items() if key not in ("late", "handed_in")}
            | decisions[day["day"]]
            for day in record["days"]
        ]
        return {**record, "days": days}

    def _until(self, student: str, day: str, person: Person | None) -> datetime | None:
        """The latest extension that anything says."""
        said = [self._extensions.get((student, day)), person.extensions.get(day) if person else None]
        return max((moment for moment in said if moment is not None), default=None)


def of_the_same_work(old: Record, new: Record) -> Record:
    """The new record, whose days say when they were handed in as those of the old one do where the work is the same."""
    before = {(day["day"], day.get("submission")): day.get("handed_in") for day in old["days"]}
    days = []
    for day in new["days"]:
        known = before.get((day["day"], day.get("submission")))
        days.append({"handed_in": known, **day} if known else day)
    return {**new, "days": days}
