"""The screen of ``course collect``: a line for each repository, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from shlex import quote

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from course.forks.collecting import FAILED, NOTHING, TAKEN, Collected
from course.forks.fetching import BY_ITSELF
from course.report.terminal import console, progress_bar
from course.results.names import shown
from course.results.roster import Person

_STYLES = {TAKEN: "green", NOTHING: "yellow", FAILED: "red"}


class CollectingView:
    """Told of each repository as it is done, in whatever order they come."""

    def __init__(self, out: Console, roster: Sequence[Person], folder: Path) -> None:
        self._out, self._folder = out, folder
        self._wide = min(24, max(cell_len(shown(person.id)) for person in roster))
        self.progress = progress_bar(out, "collecting")
        self._task = self.progress.add_task("", total=len(roster))

    def told(self, line: Collected) -> None:
        self.progress.update(self._task, advance=1)
        self.progress.refresh()
        name = shown(line.student)
        text = Text(f"{name}{' ' * (self._wide - cell_len(name))}  ")
        text.append(f"{line.status:7}", style=_STYLES[line.status])
        if line.commit:
            files = f"{line.files} file{'s' * (line.files != 1)}"
            text.append(f"  {line.commit[:7]}  {files}, {_when(line)}")
        notes = "; ".join(note for note in line.note.split("; ") if note and note != BY_ITSELF)
        if notes:
            text.append(f"  {notes}", style="yellow")
        self._out.print(text)

    def finish(self, lines: Sequence[Collected], *, graded: bool = False) -> bool:
        """The sums, and the next step unless it comes by itself; whether everybody's repository was read."""
        count = Counter(line.status for line in lines)
        self._out.print(
            f"{len(lines)} students: {count[TAKEN]} with work, {count[NOTHING]} with none, {count[FAILED]} not read.",
            style="bold",
        )
        own = sum(line.status == TAKEN and not line.pushed for line in lines)
        if own:
            self._out.print(
                f"Of {own} the time is that of the commit, which its author chose: no server has told when it was "
                "pushed."
            )
        if count[FAILED]:
            self._out.print("Repeat the command for those that were not read; the others stay as they are.")
        if count[TAKEN] and not graded:
            self._out.print(f"Next: course grade {quote(str(self._folder))} --out results")
        return not count[FAILED]


def _when(line: Collected) -> str:
    said = "pushed" if line.pushed else "committed"
    moment = (line.pushed or line.committed)[:16].replace("T", " ")
    return f"{said} {moment} UTC" if moment else ""


@contextmanager
def show_collecting(roster: Sequence[Person], at: datetime, folder: Path) -> Iterator[CollectingView]:
    out = console()
    out.print(f"Collecting what {len(roster)} repositories held at {at:%Y-%m-%d %H:%M %Z} …")
    view = CollectingView(out, roster, folder)
    try:
        with view.progress:
            yield view
    finally:
        view.progress.stop()
