"""Who is in the class and what they have: a short entry for each, read again only where a result file has changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from course.errors import CourseError
from course.results.reading import Record, is_missing, read_record, record_files


@dataclass(frozen=True)
class DayEntry:
    """What the checks gave for a day, by exercise too, and what coming late costs; ``work`` is the hash of the files,
    ``missing`` true for none.
    """

    score: float
    max_score: float
    late: float
    work: str
    missing: bool
    exercises: dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Entry:
    """A student: ``stem`` is the name of the result file and stands in addresses, ``person`` and ``team`` are the names
    in the roster.
    """

    stem: str
    student: str
    person: str
    days: dict[str, DayEntry]
    team: str = ""


class Listing:
    """The entries of a class, in the order of the result files."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._read: dict[str, tuple[tuple[int, int], Entry]] = {}

    def entries(self) -> list[Entry]:
        """Everybody, as the files are now. Whose file cannot be read is left out; `course book check` names it.

        Raises CourseError when there are no results.
        """
        found = {}
        for path in record_files(self._out):
            try:
                state = path.stat()
                mark = (state.st_mtime_ns, state.st_size)
                before = self._read.get(path.stem)
                same = before is not None and before[0] == mark
                found[path.stem] = before if same and before else (mark, _entry(path.stem, read_record(path)))
            except (CourseError, OSError):
                continue
        self._read = found
        return [entry for _, entry in found.values()]

    def mates(self, entry: Entry, day: str) -> list[Entry]:
        """The others of the student's team who have handed in the very same work for a day."""
        mine = entry.days.get(day)
        if not entry.team or mine is None or mine.missing:
            return []
        return [
            other
            for other in self.entries()
            if (other.team, other.student != entry.student) == (entry.team, True)
            and (theirs := other.days.get(day)) is not None
            and theirs.work == mine.work
        ]

    def record(self, stem: str) -> Record:
        """The whole result of one entry."""
        return read_record(self._out / f"{stem}.json")


def _entry(stem: str, record: Record) -> Entry:
    days = {}
    for day in record["days"]:
        exercises = {one["exercise"]: (one["score"], one["max_score"]) for one in day["exercises"]}
        work = day.get("submission", record.get("submission", ""))
        late = day.get("late", {}).get("points", 0)
        days[day["day"]] = DayEntry(day["score"], day["max_score"], late, work, is_missing(day), exercises)
    person = record.get("person", {})
    return Entry(stem, record["student"], person.get("name", ""), days, person.get("team", ""))
