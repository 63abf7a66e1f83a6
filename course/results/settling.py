"""Lateness written into results. It changes no verdict and may be repeated at any time, as when somebody gets an
extension after the class was graded.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from course.catalog import Course
from course.results.lateness import how_late
from course.results.reading import Record
from course.results.submission_times import SubmissionTimes, read_extensions


class LateRule:
    """Due dates, extensions and times of submission of one class, ready to be applied to any record."""

    def __init__(self, course: Course, submissions: Path) -> None:
        self._course = course
        self._due = {day.name: day.due for day in course.days}
        self._times = SubmissionTimes(course, submissions)
        self._extensions = read_extensions(course)

    def unknown(self, students: Collection[str]) -> list[str]:
        """Who is in the table of times, and is none of these students."""
        return sorted(self._times.students - set(students))

    def apply(self, record: Record) -> Record:
        """The record with a ``late`` entry in every day that is due; all else is as it was."""
        days = []
        for day in record["days"]:
            student, name = record["student"], day["day"]
            decision = how_late(
                day["score"],
                self._due.get(name),
                self._times.of(student, name),
                self._course.late,
                self._extensions.get((student, name)),
            )
            kept = {key: value for key, value in day.items() if key != "late"}
            days.append(kept | ({"late": decision.to_plain()} if decision else {}))
        return {**record, "days": days}
