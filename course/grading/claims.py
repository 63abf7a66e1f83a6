"""For which place of a day a file of a hand-in is meant, told from its path alone.

The course asks for ``day03_linalg/matrices.py``. People also hand in ``Day3/matrices.py``, ``src/matrices (1).py`` or
the bare file. What can be meant in one way only is taken, the best of several, and staff read how.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from course.catalog import Day
from course.catalog.model import PROJECT
from course.errors import CourseError
from course.grading.room import known_names
from course.projects.handing_in import is_no_report
from course.results.names import shortened, shown

TAKEN = (".py", ".ipynb")
IGNORED = (
    ".DS_Store",
    "__MACOSX",
    "__pycache__",
    ".ipynb_checkpoints",
)  # of systems and tools, never of a student
# Folders of a clone in which files lie that are called like a student's, or have the names of days.
_OTHERS = frozenset({"tests", "solutions", "site-packages", "node_modules"})
_DAY = re.compile(r"day[\W_]*0*(\d+)(?!\d)", re.IGNORECASE)
_COPY = re.compile(r"(.+?)(?:[\s_-]*\(\d+\)|[\s_-]+(?:copy|kopie))?", re.IGNORECASE | re.DOTALL)
_TEXT = re.compile(
    r"(report|results)(?![^\W\d_]).*\.(md|json)$", re.IGNORECASE
)  # what projects hand in beside modules
_SHOWN = 60

T = TypeVar("T")


def is_work(name: str) -> bool:
    """Whether a file of this name may hold what students write, however its ending is spelt."""
    return name.lower().endswith(TAKEN) or _TEXT.match(name) is not None


def is_passed_by(folder: str) -> bool:
    """Whether nothing is looked for in a folder of this name, wherever it lies in a hand-in."""
    return folder.startswith(".") or folder in _OTHERS or folder in IGNORED


@dataclass(frozen=True, order=True)
class Claim:
    """The smaller, the better: how far the folder is from the one asked for, whether the name is the one asked for,
    and how deep the file lies.
    """

    folder: int
    renamed: bool
    depth: int
    place: str

    @property
    def exact(self) -> bool:
        return not self.folder and not self.renamed


class Claims(Generic[T]):
    """The files of one hand-in that are meant for the days, each with what is needed to read it."""

    def __init__(self, days: Sequence[Day], course: Sequence[Day]) -> None:
        """``days`` are those that are graded, ``course`` all there are: a file beside its folder may be another's."""
        self._days = {day.name: day for day in days}
        self._numbers = {day.number.removeprefix("day").lstrip("0"): day.name for day in course}
        self._known = {day.name: set(_names_of(day, must=day.name in self._days)) for day in course}
        self._is_one = len(self._days.keys() - {name for day in days for name in day.needs}) == 1
        self._files: dict[str, list[tuple[Claim, str, T]]] = {}  # place → the files that are meant for it
        self._strays: list[str] = []
        self._unread: list[str] = []
        self._asks_for_reports = any(day.is_project for day in days)
        self.of_other_days = False
        """Whether there is work of a day of the course that is not graded now."""

    @property
    def days(self) -> Sequence[str]:
        """The names of the days for which files are looked for."""
        return list(self._days)

    def add(self, path: Sequence[str], content: T) -> bool:
        """One more file, by the parts of its path in the hand-in; ``content`` is kept for whoever reads it. Whether it
        is meant for a place.
        """
        said = "/".join(path)
        claim = self.of(path)
        if claim is not None:
            self._files.setdefault(claim.place.casefold(), []).append((claim, said, content))
        elif self._asks_for_reports and is_no_report(path[-1]):
            self._unread.append(said)
        elif is_work(path[-1]) and not any(map(is_passed_by, path)):
            if self._is_of_another_day(path):
                self.of_other_days = True
            else:
                self._strays.append(said)
        return claim is not None

    def of(self, path: Sequence[str]) -> Claim | None:
        """The place for which a file is meant; None when that is none, or could be several."""
        *folders, name = path
        if not is_work(name) or any(map(is_passed_by, folders)):
            return None
        for steps, folder in enumerate(reversed(folders)):
            day = self._day(folder)
            if day is None:
                continue
            found = self._known_as(name, day)
            if found is None and steps == 0 and name.lower().endswith(TAKEN):
                found = name  # beside the known files: these may import it
            if found is None or day not in self._days:
                return None
            distance = 2 if steps else int(folder != day)
            return Claim(distance, found != name, len(path), f"{day}/{found}")
        return self._homeless(name, len(path))

    def _homeless(self, name: str, depth: int) -> Claim | None:
        """A file in no folder of a day: meant for the day that is graded, or the only one that has such a module."""
        pool = list(self._days if self._is_one else self._known)
        homes = [(day, found) for day in pool if (found := self._known_as(name, day)) is not None]
        if not homes and name.lower().endswith(".ipynb"):
            named = self._day(name)
            pool = [named] if named else pool
            homes = [(day, f"{day}.ipynb") for day in pool]
        if len(homes) != 1 or homes[0][0] not in self._days:
            return None
        return Claim(3, homes[0][1] != name, depth, "/".join(homes[0]))

    def _is_of_another_day(self, path: Sequence[str]) -> bool:
        """Whether a file that is meant for no place is work of days that are not graded now, which is no mistake."""
        *folders, name = path
        named = filter(None, map(self._day, reversed(folders)))
        innermost = next(named, None) or (self._day(name) if name.lower().endswith(".ipynb") else None)
        if innermost is not None:
            return innermost not in self._days
        homes = {day for day in self._known if self._known_as(name, day) is not None}
        return bool(homes) and homes.isdisjoint(self._days)

    def _day(self, folder: str) -> str | None:
        if folder in self._known:
            return folder
        spelt = _DAY.match(folder)
        if spelt:
            return self._numbers.get(spelt[1])
        plain = re.sub(r"[\W_]+", "_", folder).casefold()
        return plain if plain in self._known and plain.startswith(PROJECT) else None

    def _known_as(self, name: str, day: str) -> str | None:
        """What a file is called in the course: ``matrices.py`` for ``Matrices (1).PY``."""
        known = self._known[day]
        if name in known:
            return name
        stem, _, ending = name.rpartition(".")
        plain = f"{_COPY.fullmatch(stem)[1]}.{ending}".casefold() if stem else ""  # type: ignore[index]
        text = _TEXT.match(name)
        if text is not None:  # "report_final.md": whatever comes behind the word says which one it is
            plain = f"{text[1]}.{text[2]}".casefold()
        return next((one for one in sorted(known) if one.casefold() == plain), None)

    def __iter__(self) -> Iterator[tuple[str, T]]:
        """Places with what was kept of the best file for each, known files first."""
        chosen = [(claim.place, content) for claim, _, content in map(_best, self._files.values())]
        yield from sorted(chosen, key=lambda one: (not self._is_known(one[0]), one[0]))

    def complete(self) -> bool:
        """Whether each day has its notebook or all its modules."""
        return all(self._is_complete(day) for day in self._days.values())

    def _is_complete(self, day: Day) -> bool:
        *modules, notebook = (f"{day.name}/{name}".casefold() for name in known_names(day))
        return notebook in self._files or all(module in self._files for module in modules)

    def any_known(self) -> bool:
        """Whether there is a file in which an exercise can be."""
        return any(self._is_known(_best(files)[0].place) for files in self._files.values())

    def _is_known(self, place: str) -> bool:
        day, _, name = place.partition("/")
        return name in self._known[day]

    def notes(self) -> list[str]:
        """What was taken from another place than the one asked for, and what was not taken."""
        moved, others = [], []
        for files in self._files.values():
            best = _best(files)
            place = best[0].place
            moved += [] if best[0].exact else [f"{_cut(best[1])} was read as {place}"]
            others += [
                f"{_cut(one[1])} was not read: {_cut(best[1])} was" for one in files if one is not best
            ]
        strays = [] if self.any_known() else [f"{_cut(said)} belongs to no exercise" for said in self._strays]
        unread = [f"{_cut(said)} was not read: a report is Markdown" for said in self._unread]
        return [*_first(moved), *_first(others), *_first(unread), *_first(strays)]


def _names_of(day: Day, *, must: bool) -> list[str]:
    """The files of a day; none where its catalogue is damaged and nothing of it ``must`` be read."""
    try:
        return known_names(day)
    except CourseError:
        if must:
            raise
        return []


def _best(files: Sequence[tuple[Claim, str, T]]) -> tuple[Claim, str, T]:
    return min(files, key=lambda one: one[:2])


def _cut(name: str) -> str:
    return shortened(shown(name), _SHOWN)


def _first(rows: list[str], most: int = 3) -> list[str]:
    return rows if len(rows) <= most else [*rows[:most], f"and {len(rows) - most} more like these"]
