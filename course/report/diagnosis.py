"""``course doctor`` on the screen: what is good in a line, what is not with the next step."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from course.release.doctor import Finding
from course.report.terminal import console

_STYLES = {"good": "green", "look": "yellow", "mend": "red"}


def show_diagnosis(findings: Iterable[Finding]) -> bool:
    """Print every finding as it comes; whether nothing has to be mended."""
    out = console()
    bad = 0
    for one in findings:
        bad += one.state == "mend"
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, width=4)
        table.add_column(overflow="fold")
        table.add_row(Text(one.state, style=_STYLES[one.state]), Text(f"{one.about}: {one.said}"))
        out.print(table)
    out.print()
    several = f"{bad} things have" if bad > 1 else "One thing has"
    out.print(f"{several} to be mended." if bad else "The course can work here.")
    return not bad
