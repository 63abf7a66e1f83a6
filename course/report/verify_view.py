"""The screen of ``course verify``: a bar while it runs, a summary per day, then everything that is to be mended."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.padding import Padding
from rich.progress import TextColumn
from rich.table import Table
from rich.text import Text

from course.report.terminal import console, progress_bar
from course.verify.findings import NEXT, DayReport, Finding, Report
from course.verify.mutants import MutantResult
from course.verify.pace import Pace

NEXT_AFTER_SURVIVORS = (
    "write a test on whose input the two lines differ, take out of the solution what it need not do, or record the "
    "mutant in equivalent_mutants.toml with a reason."
)
EVERY = 60.0
"""Seconds between two lines of progress where there is no terminal."""


class VerifyView:
    """Hears of every job while they run; shows the report at the end."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._progress = progress_bar(
            out, "proving", TextColumn("{task.fields[left]}", style="cyan", markup=False)
        )
        self._task = self._progress.add_task("", total=None, left="")
        self._said = time.monotonic()
        self._progress.start()

    def moved(self, label: str, pace: Pace) -> None:
        if self._out.is_terminal:
            if label:
                ended, total = pace.ended, pace.expected
                self._progress.update(
                    self._task, completed=ended, total=total, description=label, left=_left(pace)
                )
            self._progress.refresh()
        elif time.monotonic() - self._said >= EVERY:
            self._say(f"{pace.ended} of {pace.expected} jobs done, {_left(pace)}")

    def judged(self, report: DayReport) -> None:
        if not self._out.is_terminal:
            self._say(f"{report.day}: {_verdict(report)}")

    def _say(self, line: str) -> None:
        """A line that is seen at once, in a log as well."""
        self._said = time.monotonic()
        self._out.print(line)
        self._out.file.flush()

    def stop(self) -> None:
        self._progress.stop()

    def finish(self, report: Report) -> None:
        self.stop()
        for day in report.days:
            self._show_day(day)
        self._show_costs(report)
        for day in report.days:
            self._show_findings(day)
            self._show_survivors(day)
        bad = [day.day for day in report.days if not day.good]
        says = f"To mend: {', '.join(bad)}." if bad else "Everything holds."
        self._out.print(Text(f"\n{says}", style="bold red" if bad else "bold green"))
        days = "1 day" if len(report.days) == 1 else f"{len(report.days)} days"
        self._out.print(
            f"{days}, {report.seeds} seeds, {report.seconds:.0f} s; "
            f"{report.processor_seconds:.0f} s of processor time."
        )

    def _show_day(self, day: DayReport) -> None:
        style = "bold green" if day.good else "bold red"
        self._out.print(Text(f"\n{day.day}: {_verdict(day)}", style=style))
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, style="dim")
        table.add_column(overflow="fold")
        for label, text in _rows(day):
            table.add_row(f"  {label}", text)
        self._out.print(table)

    def _show_costs(self, report: Report) -> None:
        """Where the time went, the most expensive first."""
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column("processor time")
        table.add_column("s", justify="right", no_wrap=True)
        table.add_column("", justify="right", no_wrap=True)
        table.add_column("most on")
        jobs = 0.0
        for phase, seconds in report.seconds_of.items():
            most = max(report.days, key=lambda day: day.seconds_of.get(phase, 0.0))
            share = f"{seconds / report.processor_seconds:.0%}" if report.processor_seconds else ""
            table.add_row(phase, f"{seconds:.0f}", share, most.day)
            jobs += seconds
        table.add_row("forks, imports, isolated code", f"{max(report.processor_seconds - jobs, 0):.0f}")
        self._out.print()
        self._out.print(table)

    def _show_findings(self, day: DayReport) -> None:
        if day.findings:
            self._out.print(Text(f"\n{day.day}: to mend", style="bold"))
        for finding in day.findings:
            self._show_finding(finding)

    def _show_finding(self, finding: Finding) -> None:
        self._out.print(Text.assemble("  ", (finding.kind, "red"), "  ", finding.where), soft_wrap=True)
        self._out.print(Padding(Text(finding.says), (0, 0, 0, 4)))
        self._out.print(Padding(Text(f"next: {NEXT[finding.kind]}", style="dim"), (0, 0, 0, 4)))

    def _show_survivors(self, day: DayReport) -> None:
        if day.survivors:
            self._out.print(Text(f"\n{day.day}: mutants that no test noticed", style="bold"))
        for result in day.survivors:
            self._show_survivor(day, result)
        if day.survivors:
            self._out.print(Padding(Text(f"next: {NEXT_AFTER_SURVIVORS}", style="dim"), (0, 0, 0, 4)))

    def _show_survivor(self, day: DayReport, result: MutantResult) -> None:
        mutant = result.mutant
        where = (
            f"  solutions/{day.day}/{mutant.module}.py:{mutant.line}  {mutant.exercise}  {mutant.operator}"
        )
        self._out.print(Text(where), soft_wrap=True)
        self._out.print(Text(f"    - {mutant.before}", style="dim"), soft_wrap=True)
        self._out.print(Text(f"    + {mutant.after}"), soft_wrap=True)


def _verdict(day: DayReport) -> str:
    return "holds" if day.good else f"{len(day.findings)} finding(s)"


def _rows(day: DayReport) -> Iterator[tuple[str, str]]:
    if not day.checks:
        return
    more = f", {day.draws:,} runs more" if day.draws else ""
    yield "suite", f"{day.exercises} exercises, {day.checks} tests, {day.seeds} seeds{more}"
    yield "answers", f"{day.misconceptions} misconceptions, {day.variants} variants"
    if day.refusals:
        yield "refused", f"{day.refusals} spellings of refused calls"
    margins = day.margins
    yield (
        "margins",
        f"{_factor(margins.to_right)} to right answers, {_factor(margins.to_wrong)} to wrong ones",
    )
    yield "slowest", f"{day.slowest[1]:.2g} s, {day.slowest[0]}"
    if day.score is not None and day.score_without_exceptions is not None:
        fates = day.fates
        killed = f"{fates['assertion']} by assertion, {fates['exception']} by exception, {fates['timeout']} by time"
        yield (
            "mutants",
            f"{len(day.mutants)}: killed {killed}; {fates['equivalent']} equivalent, {fates['survived']} survived",
        )
        yield "score", f"{day.score:.1%}; without exceptions {day.score_without_exceptions:.1%}"
    yield "took", f"{day.seconds:.0f} s of processor time"


def _left(pace: Pace) -> str:
    """``about 3 min left``, in words that do not change every second."""
    seconds = pace.left
    if seconds is None:
        return ""
    return f"about {math.ceil(seconds / 60)} min left" if seconds >= 60 else "less than a minute left"


def _factor(factor: float) -> str:
    return "∞" if math.isinf(factor) else f"{factor:.3g}×"


@contextmanager
def show_verify() -> Iterator[VerifyView]:
    view = VerifyView(console())
    try:
        yield view
    finally:
        view.stop()
