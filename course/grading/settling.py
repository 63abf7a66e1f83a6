"""The last step of grading a class: lateness is written into the results, the store takes them over, and the
table of the class is made. It changes no verdict and may be repeated at any time.
"""

from __future__ import annotations

from pathlib import Path

from course.catalog import Course
from course.grading.exports import export
from course.grading.lateness import judge
from course.grading.records import write_json
from course.grading.results import Record, read_record, record_files
from course.grading.store import Store
from course.grading.submission_times import SubmissionTimes, read_extensions


class LateRule:
    """Due dates, extensions and times of submission of one class, ready to be applied to any record."""

    def __init__(self, course: Course, submissions: Path) -> None:
        self._course = course
        self._due = {day.name: day.due for day in course.days}
        self._times = SubmissionTimes(course, submissions)
        self._extensions = read_extensions(course)

    def apply(self, record: Record) -> Record:
        """The record with a ``late`` entry in every day that is due; all else is as it was."""
        days = []
        for day in record["days"]:
            student, name = record["student"], day["day"]
            decision = judge(
                day["score"],
                self._due.get(name),
                self._times.of(student, name),
                self._course.late,
                self._extensions.get((student, name)),
            )
            kept = {key: value for key, value in day.items() if key != "late"}
            days.append(kept | ({"late": decision.to_plain()} if decision else {}))
        return {**record, "days": days}


def settle(course: Course, submissions: Path, out: Path, store_url: str | None = None) -> None:
    """Bring results, store and table of a class up to date.

    Raises CourseError when a table of times cannot be read or something cannot be written.
    """
    rule = LateRule(course, submissions)
    with Store(out, store_url) as store:
        for path in record_files(out):
            record = read_record(path)
            settled = rule.apply(record)
            if settled != record:
                write_json(path, settled)
            store.save(settled)
        adjustments = store.adjustments_by_student()
    export(out, "csv", adjustments=adjustments)
