"""What coming late costs: a pure function of the due time, the time of submission and the policy.

It reads no clock and no file, and nothing that a student could bend: commit dates and file times never come
in. Where the time of submission comes from stands in ``course/results/submission_times.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from course.catalog import LatePolicy

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Handed:
    """When one day's work was handed in, and who says so; ``time`` None where nobody does."""

    time: datetime | None = None
    source: str = ""


@dataclass(frozen=True)
class Lateness:
    """The decision on one day of one student, with the reason as a person reads it."""

    due: datetime
    handed: Handed
    percent: float
    points: float
    reason: str

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
        }


def how_late(
    score: float,
    due: datetime | None,
    handed: Handed,
    policy: LatePolicy | None,
    extension: datetime | None = None,
) -> Lateness | None:
    """What is taken off the ``score`` of a day; None where nothing is due or no policy is written.

    Parameters
    ----------
    score : points earned by the checks; the percentage is taken of these
    extension : the student's own due time, when it is later
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
    words = f"{duration(late)} late{said}"
    if late <= timedelta(minutes=policy.grace_minutes):
        grace = duration(timedelta(minutes=policy.grace_minutes))
        return Lateness(until, handed, 0, 0, f"{words}, within {grace} of grace: no penalty")
    if policy.closed_after_days is not None and late > policy.closed_after_days * DAY:
        closed = f"{words}, not accepted after {duration(policy.closed_after_days * DAY)}"
        return Lateness(until, handed, 100, score, f"{closed}: 100 % of {number(score)} points")
    days = math.ceil(late / DAY)
    percent = min(days * policy.percent_per_day, policy.cap_percent)
    points = round(score * percent / 100, 2)
    if days > 1:
        words += f", {days} started days"
    if percent < days * policy.percent_per_day:
        words += f", at most {number(policy.cap_percent)} %"
    return Lateness(until, handed, percent, points, f"{words}: {number(percent)} % of {number(score)} points")


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
