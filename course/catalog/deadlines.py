"""What ``course.toml`` says about time: due dates, the late policy, the clock of the course. What it means for
one submission is decided in ``course/results/lateness.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from course.catalog.model import LatePolicy
from course.errors import CourseError

END_OF_DAY = time(23, 59, 59)


def read_zone(name: Any) -> tzinfo:
    """The clock for times that name none."""
    if name == "UTC":  # also where the system has no table of time zones, as on Windows
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, TypeError, ValueError, OSError):
        raise CourseError(
            f"course.toml: there is no time zone {name!r}; write one such as 'Europe/Berlin' or 'UTC'."
        ) from None


def read_due(said: Any, day: str, zone: tzinfo) -> datetime | None:
    """When a day is due; a date alone lasts to its end."""
    if said is None:
        return None
    try:
        return as_time(said, zone)
    except ValueError:
        raise CourseError(
            f"course.toml: {day} is due at {said!r}, which is no time; write 2026-10-12 or 2026-10-12T18:00:00."
        ) from None


def as_time(said: Any, zone: tzinfo) -> datetime:
    """A moment from a TOML value or ISO 8601 text. Raises ValueError when it is none.

    Text and values without an offset are in ``zone``; a date alone means the end of that day.
    """
    if isinstance(said, str):
        said = said.strip()
        said = date.fromisoformat(said) if len(said) == len("2026-10-12") else datetime.fromisoformat(said)
    if isinstance(said, datetime):
        return said if said.tzinfo else said.replace(tzinfo=zone)
    if isinstance(said, date):
        return datetime.combine(said, END_OF_DAY, zone)
    raise ValueError(said)


def read_late(table: Mapping[str, Any] | None) -> LatePolicy | None:
    """The ``[late]`` table; None when there is none, and then nobody loses points."""
    if table is None:
        return None
    known = {f.name for f in fields(LatePolicy)}
    for name, value in table.items():
        if name not in known:
            raise CourseError(
                f"course.toml: [late] has no setting named {name!r}; there is: {', '.join(sorted(known))}."
            )
        if name == "extensions":
            if not isinstance(value, str):
                raise CourseError("course.toml: [late] extensions must be the name of a CSV file.")
        elif isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            raise CourseError(f"course.toml: [late] {name} must be a number from 0 up, not {value!r}.")
    policy = LatePolicy(**table)
    if max(policy.percent_per_day, policy.cap_percent) > 100:
        raise CourseError("course.toml: [late] takes more than 100 percent; nobody can lose more than all.")
    return policy
