"""What changed between two results of a student: which days, why, and which checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from course.results.lateness import number
from course.results.reading import Record, verdicts

# What may make a day end otherwise, in the order in which it is named.
CAUSES = {
    "files": "other work",
    "submission": "other work",  # in older records: where everything passes it leaves comments out
    "suite": "other tests",
    "seed": "another seed",
    "tool": "another version of the grader",
    "limits": "other limits",
    "versions": "other versions of packages",
}
_OF_THE_DAY_ONLY = ("files", "submission", "suite")


@dataclass(frozen=True)
class CheckChange:
    """A check that ends otherwise; empty where it was not there."""

    exercise: str
    test: str
    before: str
    after: str
    points: int

    @property
    def words(self) -> str:
        return f"{self.exercise} {self.test}: {self.before or 'not there'} → {self.after or 'not there'}"


@dataclass(frozen=True)
class DayChange:
    """A day of which a student has another result; ``before`` is None for the first one, ``after`` where it is gone.

    ``late`` is by how much more coming late costs than before; ``causes`` says what else is not the same.
    """

    day: str
    before: float | None
    after: float | None
    max_score: float
    late: float
    causes: tuple[str, ...]
    checks: tuple[CheckChange, ...]

    @property
    def gain(self) -> float:
        """Points more than before, lateness counted."""
        return round((self.after or 0) - (self.before or 0) - self.late, 2)

    @property
    def words(self) -> str:
        """The day, the points, what changed about coming late, and the causes, on one line."""
        if self.before is None:
            said = f"{self.day}: {number(self.after or 0)} of {number(self.max_score)}"
        elif self.after is None:
            said = f"{self.day}: is in no course any more"
        elif self.before == self.after:
            said = f"{self.day}: {number(self.after)} as before"
        else:
            said = f"{self.day}: {number(self.before)} → {number(self.after)}"
        said += f", {number(self.late)} more for coming late" if self.late > 0 else ""
        said += f", {number(-self.late)} less for coming late" if self.late < 0 else ""
        return said + (f" ({', '.join(self.causes)})" if self.causes else "")


def changes(old: Record | None, new: Record) -> list[DayChange]:
    """The days that are not the same in two results, in the order of the new one; ``old`` None for the first one."""
    before = {day["day"]: day for day in old["days"]} if old is not None else {}
    found = []
    for day in new["days"]:
        change = _change(old or {}, before.pop(day["day"], None), new, day)
        found += [change] if change is not None else []
    for day in before.values():
        found.append(DayChange(day["day"], day["score"], None, day["max_score"], -_late(day), (), ()))
    return found


def _change(
    old: Record, before: dict[str, Any] | None, new: Record, after: dict[str, Any]
) -> DayChange | None:
    if before is None:
        return DayChange(after["day"], None, after["score"], after["max_score"], _late(after), (), ())
    told_by = "files" if "files" in before and "files" in after else "submission"
    names = [name for name in CAUSES if name not in ("files", "submission") or name == told_by]
    causes = tuple(CAUSES[name] for name in names if _of(old, before, name) != _of(new, after, name))
    checks = _checks(before, after)
    late = round(_late(after) - _late(before), 2)
    if not (causes or checks or late):
        return None
    return DayChange(after["day"], before["score"], after["score"], after["max_score"], late, causes, checks)


def _of(record: Record, day: Mapping[str, Any], name: str) -> Any:
    """What a day was computed from: its own word, or that of its record."""
    return day.get(name) if name in _OF_THE_DAY_ONLY else day.get(name, record.get(name))


def _late(day: Mapping[str, Any]) -> float:
    return float(day.get("late", {}).get("points", 0))


def _checks(before: dict[str, Any], after: dict[str, Any]) -> tuple[CheckChange, ...]:
    was, now = verdicts(before), verdicts(after)
    found = []
    for key in [*now, *(key for key in was if key not in now)]:
        (old, points_then), (new, points_now) = was.get(key, ("", 0)), now.get(key, ("", 0))
        if old != new or points_then != points_now:
            found.append(CheckChange(*key, old, new, points_now - points_then))
    return tuple(found)
