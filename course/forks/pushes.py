"""When a server received what, as it says itself: the author of a commit has no influence on it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from course.catalog.deadlines import as_time
from course.errors import CourseError


@dataclass(frozen=True, order=True)
class Push:
    """One push to the branch that counts: ``commit`` is its tip from then on."""

    time: datetime
    commit: str


Pushes = Mapping[str, Sequence[Push]]
"""The pushes of each student whose server has told."""


def read_pushes(path: Path, zone: tzinfo) -> Pushes:
    """A table ``student,commit,pushed``, for servers without an interface known here, such as a hook's log.

    Raises CourseError for one that cannot be read.
    """
    found: dict[str, list[Push]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in (table := csv.DictReader(file, restval="")):
                push = Push(as_time(row["pushed"], zone), row["commit"].strip().lower())
                found.setdefault(row["student"], []).append(push)
    except FileNotFoundError:
        raise CourseError(f"There is no {path}; write one with the columns student,commit,pushed.") from None
    except KeyError as missing:
        raise CourseError(
            f"{path.name} has no column {missing}; its first line must be student,commit,pushed."
        ) from None
    except (UnicodeDecodeError, csv.Error):
        raise CourseError(f"{path.name} is no CSV file in UTF-8; save it as one.") from None
    except ValueError:
        raise CourseError(
            f"{path.name}, line {table.line_num}: {row['pushed']!r} is no time; write it as 2026-12-01T23:59:00+01:00."
        ) from None
    return {student: sorted(pushes) for student, pushes in found.items()}


def until(pushes: Iterable[Push], at: datetime) -> list[Push]:
    """Those at a time or before, the last one first."""
    return sorted((push for push in pushes if push.time <= at), reverse=True)
