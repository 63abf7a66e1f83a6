"""The screens of ``course release``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.text import Text

from course.catalog import Day
from course.release.gates import Passed
from course.report.terminal import console, fold, progress_bar, shown_path

SHOWN = 8


class ReleaseView:
    """A bar over the days, then what was written."""

    def __init__(self, out: Console, days: Sequence[Day]) -> None:
        self._out = out
        self._days = days
        self._progress = progress_bar(out, "releasing")
        self._task = self._progress.add_task("", total=len(days))
        self._progress.start()
        self._progress.refresh()

    def done(self, day: Day) -> None:
        self._progress.update(self._task, advance=1, description=day.number)
        self._progress.refresh()

    def stop(self) -> None:
        self._progress.stop()

    def finish(self, target: Path, version: str, files: int, commit: str) -> None:
        self.stop()
        public = sum(c.points for d in self._days for e in d.exercises for c in e.checks if not c.hidden)
        total = sum(day.max_score for day in self._days)
        self._out.print(
            f"Written {shown_path(target)}: version {version}, {files} files, commit {commit[:12]}."
        )
        self._out.print(
            f"{self._counted_days()}, {public} of {total} points by public checks. Nothing secret was found in it."
        )

    def finish_nbgrader(self, target: Path) -> None:
        self.stop()
        place = shown_path(target)
        self._out.print(f"Written {place}: an nbgrader course of {self._counted_days()}.")
        self._out.print(
            f"Students get what is in release/. Next: cd {place}, then `jupyter lab` or `nbgrader --help`."
        )

    def _counted_days(self) -> str:
        return f"{len(self._days)} day{'s' * (len(self._days) != 1)}"


@contextmanager
def show_release(days: Sequence[Day]) -> Iterator[ReleaseView]:
    view = ReleaseView(console(), days)
    try:
        yield view
    finally:
        view.stop()


class GatesView:
    """A line per gate, and below it what keeps it shut."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._status = out.status("")
        self.good = True

    def started(self, gate: str) -> None:
        if self._out.is_terminal:
            self._status.update(gate)
            self._status.start()

    def passed(self, passed: Passed) -> None:
        self._status.stop()
        word, style = ("open", "green") if not passed.problems else ("shut", "red")
        self._out.print(Text.assemble((f"  {word}  ", style), passed.gate))
        for problem in passed.problems[:SHOWN]:
            self._out.print(Text(fold(f"        {problem}", self._out.width)))
        if len(passed.problems) > SHOWN:
            self._out.print(f"        … and {len(passed.problems) - SHOWN} more")
        self.good = self.good and not passed.problems

    def finish(self) -> None:
        self._out.print("All gates are open." if self.good else "Mend what keeps a gate shut, then repeat.")

    def stop(self) -> None:
        self._status.stop()


@contextmanager
def show_gates() -> Iterator[GatesView]:
    view = GatesView(console())
    try:
        yield view
    finally:
        view.stop()
