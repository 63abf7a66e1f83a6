"""The screen of ``course publish``: a line for each student, and how many were reached."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from course.publishing.publishing import Published
from course.report.terminal import console
from course.results.names import shown


class PublishingView:
    """Told of each student as the page is on its way."""

    def __init__(self) -> None:
        self._out = console()

    def told(self, line: Published) -> None:
        text = Text(f"{shown(line.student)}  ")
        if line.why_not:
            text.append(f"not reached: {shown(line.why_not)}", style="red")
        else:
            text.append(shown(line.where), style="dim" if line.before else "green")
        self._out.print(text)

    def finish(self, lines: Sequence[Published]) -> bool:
        """The sums; whether everybody was reached."""
        missed = sum(bool(line.why_not) for line in lines)
        before = sum(line.before for line in lines)
        said = (
            f"{len(lines)} students: {len(lines) - missed - before} reached, {before} before, {missed} not."
        )
        self._out.print(said, style="bold")
        if missed:
            self._out.print("Mend what the lines say and repeat; nobody gets the same twice.")
        return not missed
