"""The screen of ``course update``: what is new, what happened to every file with work in it, where the copy is."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from course.catalog.blocks import TOP
from course.release.merging import Merge
from course.release.updating import SIDE, Change, Update
from course.report.terminal import console, fold


def show_update(update: Update) -> None:
    """Say what was done, or what would be done when nothing has been written yet."""
    out = console()
    old, new = update.old.version, update.new.version
    if not update.touched:
        out.print(f"You have version {new} already; nothing was changed.")
        return
    out.print(
        Text(f"{'Updated' if update.backup else 'This would update'} from {old} to {new}.", style="bold")
    )
    _show_news(out, update)
    for change in update.changes:
        if change.merge is not None:
            _show_work(out, change, change.merge)
    _show_others(out, update.changes)
    for notebook in update.notebooks:
        said = f"{notebook} is as it was: `course convert {notebook.partition('_')[0]}` brings it up to date."
        out.print(Text(fold(said, out.width)))
    if update.backup is not None:
        _show_backup(out, update)


def _show_news(out: Console, update: Update) -> None:
    for version, text in update.new.changes_since(update.old.version):
        out.print(Text(f"\nNew in {version}", style="bold"))
        for line in re.sub(r"\n +", " ", text).splitlines():  # an item is a line, however it was folded
            out.print(Text("\n".join(textwrap.wrap(line, out.width, subsequent_indent="  "))))


def _show_work(out: Console, change: Change, merge: Merge) -> None:
    out.print(Text(f"\n{change.place}", style="bold"))
    side = f"{change.place.rpartition('/')[2]}{SIDE}"
    for names, said in (
        (merge.renewed, "new text, you had not touched it"),
        (merge.kept, "yours, the course has not changed it"),
        (merge.joined, "yours, with what the course changed around it"),
        (merge.disputed, f"yours; the course changed the same lines, see {side}"),
    ):
        if names:
            shown = ", ".join(name if name != TOP else "top of the file" for name in names)
            out.print(Text(fold(f"  {shown}: {said}", out.width)))


def _show_others(out: Console, changes: Sequence[Change]) -> None:
    plain = [change for change in changes if change.merge is None and not change.edited]
    out.print()
    for kind, said in (("added", "added"), ("replaced", "replaced"), ("removed", "taken away")):
        count = sum(change.kind == kind for change in plain)
        if count:
            out.print(
                f"{count} other file{'s' * (count != 1)} {said}: sheets, tests, the course's own tools."
            )
    for change in changes:
        if change.edited:
            said = "stays, though the course no longer has it" if change.kind == "left" else "replaced"
            out.print(Text(fold(f"{change.place}: you had changed it; {said}.", out.width)))


def _show_backup(out: Console, update: Update) -> None:
    assert update.backup is not None
    out.print(f"\nA copy of what was changed is in .course/backup/{update.backup.folder.name}.")
    if update.backup.ref is not None:
        out.print(f"Everything as it was is in git, under {update.backup.ref}.")
    steps = "look with `git diff`, run `course check`, commit"
    if any(change.place == "pyproject.toml" for change in update.touched):
        steps = f"`make setup`, for what is installed may have changed; {steps}"
    out.print(f"Next: {steps}.")
