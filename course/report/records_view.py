"""The screens of ``course adjust``, ``appeal`` and ``replay``, and what ``course report --pictures`` has drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from course.report.terminal import console, fold, show_passed_over, shown_path
from course.results.class_folder import stem_of
from course.results.names import one_line, shown

if TYPE_CHECKING:
    from course.catalog import Day
    from course.grading.intake import Intake, Submission
    from course.grading.picturing import Pictured
    from course.grading.replaying import Replay
    from course.results.reading import Adjustment, Appeal


def show_intake(intake: Intake) -> bool:
    """A line for each hand-in as it is read: the days that were found, and what staff should know. Whether all is in
    order.
    """
    screen = console()
    wide = max(map(cell_len, map(shown, intake.students)))
    empty = absent = 0
    for submission in intake:
        place = intake.place(submission.student)
        absent += place is None
        found = [text for day in intake.days if (text := _taken(submission, day))]
        empty += not found and place is not None
        line = Text(f"{shown(submission.student)}{' ' * (wide - cell_len(shown(submission.student)))}  ")
        lacks = "nothing handed in" if place is None else "nothing that can be graded"
        line.append(", ".join(found) or lacks, style="" if found else "red")
        if place is not None and submission.student not in (place.name, stem_of(place.name)):
            line.append(f"  from {shown(place.name)}")
        if submission.note:
            line.append(f"  {shown(submission.note)}", style="yellow")
        screen.print(line)
    count = len(intake) - absent
    missing = f" {absent} of the roster handed in nothing." if absent else ""
    screen.print(
        f"{count} hand-in{'s' * (count != 1)}, {empty or 'none'} without anything that can be graded.{missing}",
        style="bold",
    )
    show_passed_over(screen, intake.passed_over)
    return not empty and not intake.passed_over


def _taken(submission: Submission, day: Day) -> str:
    """How much of a day is there; empty for nothing."""
    there = sum(f"{day.name}/{module}.py" in submission.files for module in day.modules)
    return f"{day.number} {there}/{len(day.modules)}" if there else ""


def show_adjustments(out: Path, given: Sequence[Adjustment]) -> None:
    """What was given by hand, and what somebody should look at again."""
    from course.results.adjusting import find_record, warning

    screen = console()
    if not given:
        screen.print("Nothing was given by hand.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("", justify="right")
    for name in ("student", "for"):
        table.add_column(name, overflow="fold")
    table.add_column("points", justify="right")
    table.add_column("comment", overflow="fold")
    table.add_column("by", overflow="fold")
    for one in given:
        table.add_row(
            str(one.number),
            Text(shown(one.student)),
            one.where,
            f"{one.points:g}/{one.possible:g}" if one.criterion else f"{one.points:+g}" if one.points else "",
            Text(one_line(f"{one.level}. {one.comment}" if one.criterion else one.comment)),
            Text(f"{shown(one.author)}, {one.made_at[:10]}"),
        )
    screen.print(table)
    for one in (one for one in given if not one.criterion):
        said = warning(find_record(out, one.student), one)
        if said:
            screen.print(Text(f"Look at number {one.number} again: {said}.", style="yellow"))


def show_appeals(out: Path, appeals: Sequence[Appeal]) -> None:
    """Questions with their answers, the open ones last, where they are seen."""
    screen = console()
    for one in sorted(appeals, key=lambda one: not one.answers):
        head = f"{one.number}  {shown(one.student)}  {one.where}  {one.made_at[:10]}"
        screen.print(
            Text(head if one.answers else f"{head}  open", style="" if one.answers else "bold yellow")
        )
        screen.print(Text(fold(f"   {one_line(one.says)}", screen.width)))
        for answer in one.answers:
            said = f"   {shown(answer.author)}, {answer.made_at[:10]}: {one_line(answer.says)}"
            screen.print(Text(fold(said, screen.width), style="green"))
    open_ones = sum(not one.answers for one in appeals)
    if not appeals:
        screen.print("Nobody has asked anything.")
    elif open_ones:
        answering = f"`course appeal {shown_path(out)} --answer NUMBER --text '…'`"
        screen.print(Text(f"{open_ones} open; answer with {answering}."))
    else:
        screen.print("All are answered.")


def show_replay(result: Replay) -> None:
    """Equal or not, every difference, and what the verdicts were computed from."""
    screen = console()
    for sentence in result.verdicts:
        screen.print(Text(sentence, style="red"))
    same = result.tests - len(result.verdicts)
    if result.equal:
        screen.print(
            Text(f"{shown(result.student)}: all {result.tests} verdicts are equal.", style="bold green")
        )
    else:
        screen.print(
            Text(f"{shown(result.student)}: {same} of {result.tests} verdicts are equal.", style="bold red")
        )
    if result.provenance:
        screen.print("Not the same as then:")
        for sentence in result.provenance:
            screen.print(Text(f"  {sentence}"))
    else:
        screen.print("Submission, tests, versions and isolation are the same as then.")


def show_pictured(pictured: Pictured) -> None:
    """How many pictures of how many students, and whose were not drawn."""
    screen = console()
    students = f"{pictured.students} student{'s' * (pictured.students != 1)}"
    pictures = f"{pictured.pictures} picture{'s' * (pictured.pictures != 1)}"
    screen.print(f"Drawn: {pictures} of {students}; {pictured.kept} unchanged since the last time.")
    if pictured.elsewhere:
        screen.print(
            f"Not drawn: {pictured.elsewhere}, whose work is not there as it was graded; run `course grade` again."
        )
