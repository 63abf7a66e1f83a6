"""How much of a submission is taken. What exercises are in always is; of other files only so many and so much that the
scratch folder of the isolated process holds them, so that no file beside right work costs its points.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from course.catalog import Day
from course.results.names import shortened, shown

MAX_STRANGERS = 200  # of a day: files that are no module of the course
LONGEST_NAME = 255  # bytes: what file systems allow
_SHOWN = 60


class Room:
    """What is left for strangers in one submission: bytes in all, a number of files in each day."""

    def __init__(self, days: Sequence[Day], mebibytes: int) -> None:
        self._known = {f"{day.name}/{name}" for day in days for name in known_names(day)}
        self._left = mebibytes * 2**20
        self._taken: Counter[str] = Counter()
        self._refused: dict[str, list[str]] = {}

    def takes(self, place: str, size: int) -> bool:
        """Whether a file such as ``day03_linalg/mine.py`` is to be taken; if so it counts."""
        if place in self._known:
            return True
        day, _, name = place.partition("/")
        if (
            self._taken[day] >= MAX_STRANGERS
            or size > self._left
            or len(name.encode("utf-8", "replace")) > LONGEST_NAME
        ):
            self._refused.setdefault(day, []).append(name)
            return False
        self._taken[day] += 1
        self._left -= size
        return True

    def notes(self) -> Iterator[str]:
        """What was not taken, a line for each day."""
        for day, names in self._refused.items():
            first = shortened(shown(names[0]), _SHOWN)
            more = f" and {len(names) - 1} more files were" if len(names) > 1 else " was"
            yield f"{day}/{first}{more} not read: too many, too large, or too long a name"


def known_names(day: Day) -> list[str]:
    """The files in which the exercises of a day can be, and what a project hands in beside them."""
    return [*day.texts, *(f"{module}.py" for module in day.modules), f"{day.name}.ipynb"]
