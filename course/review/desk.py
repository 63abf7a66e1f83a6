"""What a review works on: the class, its store, the hand-ins, who reviews. And what has been looked at of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from course.catalog import Course
from course.errors import UsageError
from course.report.pages import CourseNames
from course.results.exports import FORMATS, export
from course.results.reading import Review
from course.results.reviews import read_reviews
from course.results.store import Store
from course.review.handed_in import HandedIn
from course.review.listing import Entry, Listing


class Desk:
    """One person's review of the results in ``out``. Used by one request at a time; to be closed."""

    def __init__(
        self,
        course: Course,
        out: Path,
        author: str,
        store_url: str | None = None,
        submissions: Path | None = None,
    ) -> None:
        """Raises CourseError when there are no results, or the store cannot be used."""
        self.course, self.out, self.author = course, out, author
        self._store_url = store_url
        self.names = CourseNames(course)
        self.listing = Listing(out)
        self.listing.entries()  # says at once what is wrong
        self.handed_in = HandedIn(course, out, submissions)
        with self.store() as store:
            given = store.adjustments(removed=True)
        self.table_is_old = _is_older(
            out / FORMATS["csv"].file, [one.removed_at or one.made_at for one in given]
        )

    def store(self) -> Store:
        """The store of the class, to be used in a ``with`` block."""
        return Store(self.out, self._store_url)

    def entry(self, stem: str) -> Entry:
        """The student of an address. Raises UsageError where there is none."""
        for entry in self.listing.entries():
            if entry.stem == stem:
                return entry
        raise UsageError("There is no result of this student; go back to the list.")

    def write_table(self) -> None:
        """Write ``grades.csv`` as the decisions have made it. It reads the whole class, so it is not done for each."""
        self.table_is_old = False
        with self.store() as store:
            given = store.adjustments_by_student()
        export(self.out, "csv", adjustments=given)

    def close(self) -> None:
        """End what reads the hand-ins."""
        self.handed_in.close()


def _is_older(table: Path, moments: Iterable[str]) -> bool:
    """Whether something was decided after the table was written, as when a review was killed."""
    newest = max(map(datetime.fromisoformat, moments), default=None)
    return newest is not None and (not table.is_file() or table.stat().st_mtime < newest.timestamp())


@dataclass
class Looked:
    """What has been looked at of a day, in the work as it is now."""

    day: str
    _last: dict[tuple[str, str, str], Review] = field(default_factory=dict)

    @classmethod
    def of(cls, store: Store, day: str) -> Looked:
        """What the store knows of a day."""
        found = {(one.student, one.exercise, one.work): one for one in read_reviews(store, day)}
        return cls(day, found)

    def at(self, entry: Entry, exercise: str) -> Review | None:
        """Who has looked at an exercise last; None for nobody."""
        work = entry.days[self.day].work
        found = [self._last.get((entry.student, one, work)) for one in (exercise, "")]
        return max(filter(None, found), key=lambda one: one.made_at, default=None)

    def count(self, entry: Entry) -> int:
        """How many exercises of a student have been looked at."""
        return sum(self.at(entry, exercise) is not None for exercise in entry.days[self.day].exercises)

    def waits(self, entry: Entry, exercise: str = "") -> bool:
        """Whether there is work of the exercise, or of the day, that nobody has looked at."""
        day = entry.days[self.day]
        asked = [exercise] if exercise else list(day.exercises)
        return not day.missing and any(self.at(entry, one) is None for one in asked)


def of_day(entries: Sequence[Entry], day: str, exercise: str = "") -> list[Entry]:
    """Who has a result of the day, and of the exercise in it."""
    return [
        one for one in entries if day in one.days and (not exercise or exercise in one.days[day].exercises)
    ]
