"""``course progress``: how far a student is, in a table and in a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from course.catalog import Course, Day
from course.errors import UsageError
from course.files import write_bytes_atomically
from course.reached import Progress, name_of
from course.report.terminal import bar, console

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURES = (".png", ".svg", ".pdf", ".jpg")
WIDE = 70


@dataclass(frozen=True)
class _Travelled:
    """What the record says of a day."""

    day: Day
    points: int
    done: int
    exercises: int
    seconds: float


def _travelled(course: Course, progress: Progress) -> list[_Travelled]:
    rows = []
    for day in course.days:
        checked = [one for one in day.exercises if one.checks]
        names = [name_of(day, one) for one in checked]
        scores = [
            min(progress["scores"].get(name, [0])[0], one.max_score)
            for name, one in zip(names, checked, strict=True)
        ]
        done = sum(progress["done"].get(name, False) for name in names)
        seconds = sum(progress["seconds"].get(name, 0.0) for name in names)
        rows.append(_Travelled(day, sum(scores), done, len(checked), seconds))
    return rows


def show_travelled(course: Course, progress: Progress) -> None:
    """A line for each day, and the sum."""
    out = console()
    out.print(Text(course.title, style="bold"))
    rows = _travelled(course, progress)
    wide = out.width >= WIDE
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("", "day", "points", "exercises", "time"):
        table.add_column(
            heading, justify="left" if heading in ("", "day") else "right", no_wrap=heading != "day"
        )
    for row in rows:
        table.add_row(
            "  " + bar(row.points, row.day.max_score or 1, out, cells=10 if wide else 5),
            Text(f"{row.day.number} {row.day.title}" if wide else row.day.number),
            f"{row.points} of {row.day.max_score}",
            f"{row.done} of {row.exercises}",
            _time(row.seconds),
        )
    out.print(table)
    points, most = sum(row.points for row in rows), sum(row.day.max_score for row in rows)
    done, of = sum(row.done for row in rows), sum(row.exercises for row in rows)
    seconds = sum(row.seconds for row in rows)
    at_work = f", {_time(seconds)} at work" if seconds else ""
    out.print(f"  {points} of {most} points, {done} of {of} exercises{at_work}")
    if finished := _finished(progress):
        out.print(f"  the first on {min(finished):%d %B %Y}, the last on {max(finished):%d %B %Y}")


def _time(seconds: float) -> str:
    minutes = max(round(seconds / 60), 1) if seconds else 0
    return (
        f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min" if minutes else ""
    )


def _finished(progress: Progress) -> Counter[date]:
    """How many exercises were finished on which date, here."""
    return Counter(datetime.fromisoformat(one).astimezone().date() for one in progress["finished"].values())


def draw_travelled(course: Course, progress: Progress, path: Path) -> None:
    """Draw the points of each day, and the exercises that were finished by each date. Raises UsageError for a file that
    is no picture.
    """
    if path.suffix.lower() not in PICTURES:
        raise UsageError(
            f"{path} is no picture; call it {path.stem}.png, or one of {', '.join(PICTURES[1:])}."
        )
    from course.plots import DPI, panels

    rows = _travelled(course, progress)
    figure, (left, right) = panels(1, 2, size=(5.2, max(0.36 * len(rows) + 1.2, 3.2)))
    _draw_days(left, rows[::-1])
    done, of = sum(row.done for row in rows), sum(row.exercises for row in rows)
    _draw_dates(right, _finished(progress), f"{done} of {of} exercises")
    data = BytesIO()
    figure.savefig(data, format=path.suffix.lower().lstrip("."), dpi=DPI)
    write_bytes_atomically(path, data.getvalue())


def _draw_days(ax: Axes, rows: Sequence[_Travelled]) -> None:
    """A bar for each day, from below; behind it the time."""
    from course.plots import BLUE, GREY, label

    places = range(len(rows))
    ax.barh(places, [row.day.max_score for row in rows], color=GREY, alpha=0.25)
    ax.barh(places, [row.points for row in rows], color=BLUE)
    for place, row in zip(places, rows, strict=True):
        at = (row.day.max_score, place)
        ax.annotate(_time(row.seconds), at, (4, 0), textcoords="offset points", va="center", fontsize=9)
    points, most = sum(row.points for row in rows), sum(row.day.max_score for row in rows)
    label(ax, "points", "", f"{points} of {most} points")
    ax.grid(visible=False, axis="y")
    ax.set_yticks(places, [row.day.number for row in rows])
    ax.set_xlim(0, 1.25 * max(row.day.max_score for row in rows))


def _draw_dates(ax: Axes, finished: Mapping[date, int], title: str) -> None:
    """How many exercises were done by each date, up to today."""
    import matplotlib.dates
    from matplotlib.ticker import MaxNLocator

    from course.plots import BLUE, label

    dates: Any = matplotlib.dates  # without types
    label(ax, "", "exercises done", title)
    today = date.today()
    days = [*sorted(finished), max(today, *finished)] if finished else [today]
    counts = list(accumulate(finished.get(day, 0) for day in days[:-1]))
    ax.step(
        dates.date2num(days), [*counts, *counts[-1:]] or [0], "o-", where="post", color=BLUE, markersize=3
    )
    first = min(days) - timedelta(days=1)
    ax.set_xlim(dates.date2num(first), dates.date2num(max(days[-1], first + timedelta(days=7))))
    ax.set_ylim(0, 1.1 * max([*counts, 5]))
    locator = dates.AutoDateLocator(maxticks=6)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
