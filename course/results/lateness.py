"""What coming late costs: a pure function of the due time, the time of submission and the policy.

It reads no clock and no file, and nothing that a student could bend: commit dates and file times never come
in. Where the time of submission comes from stands in ``course/results/submission_times.py``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from course.catalog import LatePolicy

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Handed:
    """When one day's work was handed in, as which commit, and who says so; ``time`` None where nobody does."""

    time: datetime | None = None
    source: str = ""
    commit: str = ""

    def to_plain(self) -> dict[str, str]:
        """The entry ``handed_in`` of a day in the result file; empty where nothing is known."""
        if self.time is None:
            return {}
        return {"time": _instant(self.time), "source": self.source} | (
            {"commit": self.commit} if self.commit else {}
        )

    @classmethod
    def from_plain(cls, plain: Mapping[str, str]) -> Handed:
        """What :meth:`to_plain` wrote."""
        if "time" not in plain:
            return cls()
        return cls(datetime.fromisoformat(plain["time"]), plain.get("source", ""), plain.get("commit", ""))


@dataclass(frozen=True)
class Lateness:
    """The decision on one day of one student, with the reason as a person reads it."""

    due: datetime
    handed: Handed
    percent: float
    points: float
    reason: str
    slip_days: int = 0

    def to_plain(self) -> dict[str, Any]:
        """The entry ``late`` of a day in the result file."""
        submitted = self.handed.time
        return {
            "due": _instant(self.due),
            "submitted": _instant(submitted) if submitted else None,
            "source": self.handed.source,
            "percent": self.percent,
            "points": self.points,
            "reason": self.reason,
        } | ({"slip_days": self.slip_days} if self.slip_days else {})


def how_late(
    score: float,
    due: datetime | None,
    handed: Handed,
    policy: LatePolicy | None,
    extension: datetime | None = None,
    slip_days: int = 0,
) -> Lateness | None:
    """What is taken off the ``score`` of a day; None where nothing is due or no policy is written.

    Parameters
    ----------
    score : points earned by the checks; the percentage is taken of these
    extension : the student's own due time, when it is later
    slip_days : days of grace that are left for the term; as many as are needed are used, where they save points
    """
    if due is None or policy is None:
        return None
    extended = extension is not None and extension > due
    until = extension if extension is not None and extended else due
    said = " (extended)" if extended else ""
    if handed.time is None:
        return Lateness(until, handed, 0, 0, f"time of submission not known: no penalty{said}")
    late = handed.time - until
    if late <= timedelta(0):
        return Lateness(until, handed, 0, 0, f"in time{said}")
    without = _cost(score, late, policy)
    used = min(slip_days, math.ceil(late / DAY)) if without[1] else 0
    percent, points, cost = _cost(score, late - used * DAY, policy) if used else without
    if points == without[1]:
        used, (percent, points, cost) = 0, without  # days of grace would not help
    words = f"{duration(late)} late{said}"
    if used:
        words += f", {used} slip day{'s' * (used != 1)} used ({slip_days - used} left)"
    return Lateness(until, handed, percent, points, f"{words}{cost}", used)


def _cost(score: float, late: timedelta, policy: LatePolicy) -> tuple[float, float, str]:
    """Percent, points, and the words for both; ``late`` may be less than nothing, after days of grace."""
    if late <= timedelta(0):
        return 0, 0, ": no penalty"
    if late <= timedelta(minutes=policy.grace_minutes):
        grace = duration(timedelta(minutes=policy.grace_minutes))
        return 0, 0, f", within {grace} of grace: no penalty"
    if policy.closed_after_days is not None and late > policy.closed_after_days * DAY:
        closed = f", not accepted after {duration(policy.closed_after_days * DAY)}"
        return 100, score, f"{closed}: 100 % of {number(score)} points"
    days = math.ceil(late / DAY)
    percent = min(days * policy.percent_per_day, policy.cap_percent)
    words = f", {days} started days" if days > 1 else ""
    if percent < days * policy.percent_per_day:
        words += f", at most {number(policy.cap_percent)} %"
    return percent, round(score * percent / 100, 2), f"{words}: {number(percent)} % of {number(score)} points"


def duration(span: timedelta) -> str:
    """The two largest units of a span: ``2 h 10 min``, ``3 d``, ``40 s``."""
    seconds = int(span.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "less than 1 s"


def number(value: float) -> str:
    """A number of points or percent as it is written: ``4.5``, ``10``."""
    return f"{round(value, 2):g}" if abs(value) < 1e5 else f"{value:.0f}"


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
