"""The screen of ``course verify``: a bar while it runs, a summary per day, then everything that is to be mended."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from course.report.terminal import console, progress_bar
from course.verify.findings import DayReport, Finding, Report
from course.verify.mutants import MutantResult


class VerifyView:
    """Hears of every job while they run; shows the report at the end."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._progress = progress_bar(out, "proving")
        self._task = self._progress.add_task("", total=None)
        self._progress.start()

    def moved(self, label: str, ended: int, expected: int) -> None:
        if label:
            self._progress.update(self._task, completed=ended, total=expected, description=label)
        self._progress.refresh()

    def judged(self, report: DayReport) -> None:
        if not self._out.is_terminal:
            self._out.print(f"{report.day}: {_verdict(report)}")

    def stop(self) -> None:
        self._progress.stop()

    def finish(self, report: Report) -> None:
        self.stop()
        for day in report.days:
            self._show_day(day)
        for day in report.days:
            self._show_findings(day)
            self._show_survivors(day)
        bad = [day.day for day in report.days if not day.good]
        says = f"To mend: {', '.join(bad)}." if bad else "Everything holds."
        self._out.print(Text(f"\n{says}", style="bold red" if bad else "bold green"))
        self._out.print(f"{len(report.days)} day(s), {report.seeds} seeds, {report.seconds:.0f} s.")

    def _show_day(self, day: DayReport) -> None:
        style = "bold green" if day.good else "bold red"
        self._out.print(Text(f"\n{day.day}: {_verdict(day)}", style=style))
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, style="dim")
        table.add_column(overflow="fold")
        for label, text in _rows(day):
            table.add_row(f"  {label}", text)
        self._out.print(table)

    def _show_findings(self, day: DayReport) -> None:
        if day.findings:
            self._out.print(Text(f"\n{day.day}: to mend", style="bold"))
        for finding in day.findings:
            self._show_finding(finding)

    def _show_finding(self, finding: Finding) -> None:
        self._out.print(Text.assemble("  ", (finding.kind, "red"), "  ", finding.where), soft_wrap=True)
        self._out.print(Padding(Text(finding.says), (0, 0, 0, 4)))

    def _show_survivors(self, day: DayReport) -> None:
        if day.survivors:
            self._out.print(Text(f"\n{day.day}: mutants that no test noticed", style="bold"))
        for result in day.survivors:
            self._show_survivor(day, result)

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
    yield "suite", f"{day.exercises} exercises, {day.checks} tests, {day.seeds} seeds"
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


def _factor(factor: float) -> str:
    return "∞" if math.isinf(factor) else f"{factor:.3g}×"


@contextmanager
def show_verify() -> Iterator[VerifyView]:
    view = VerifyView(console())
    try:
        yield view
    finally:
        view.stop()
