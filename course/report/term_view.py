"""The screens of ``course history``, ``course compare`` and ``course book check``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from course.catalog.model import number_of
from course.report.terminal import console, fold, shown_path
from course.results.names import one_line, shown

if TYPE_CHECKING:
    from course.results.book import Comparison, Finding
    from course.results.changes import DayChange
    from course.results.reading import Adjustment, Appeal, Export, Review, Run

MOST_CHECKS = 20  # of one day, that are listed
_NOT_OF_FILES = ("as it was saved", "stopped", "no result")  # findings that writing files again does not mend


def show_runs(runs: Sequence[Run], exports: Sequence[Export]) -> None:
    """Every run of the term, and what was exported after which."""
    out = console()
    if not runs:
        out.print("No run is noted yet; `course grade` notes each.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("run", "results"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("began", "days", "hand-ins"):
        table.add_column(name, overflow="fold")
    for run in runs:
        began = _time(run.started_at) + ("" if run.ended_at else ", stopped")
        table.add_row(str(run.number), str(run.results), began, _days(run.days), Text(shown(run.submissions)))
    out.print(table)
    for one in exports:
        said = f"{_time(one.made_at)}, after run {one.run_number}: {one.format} into {one.target}, by {one.author}"
        out.print(Text(fold(shown(said), out.width)))


def _days(days: Sequence[str]) -> str:
    short = [number_of(day) for day in days]
    return ", ".join(short) if len(short) <= 3 else f"{short[0]} to {short[-1]} ({len(short)})"


def _time(moment: str) -> str:
    return moment[:16].replace("T", " ")


def show_history(
    student: str,
    versions: Sequence[tuple[int, str, list[DayChange]]],
    given: Sequence[Adjustment],
    appeals: Sequence[Appeal] = (),
    reviews: Sequence[Review] = (),
) -> None:
    """What each run changed for a student, what was given by hand or taken back, asked and answered, and who has looked
    at what, in the order of time.
    """
    out = console()
    count = f"{len(versions)} result{'s' * (len(versions) != 1)}"
    out.print(Text(f"{shown(student)}: {count}", style="bold"))
    events = [(when, _version, (run, days)) for run, when, days in versions]
    told: list[tuple[str, Text]] = []
    for when, say, (run, days) in events:
        told += [(when, line) for line in say(run, when, days, out.width)]
    for one in given:
        said = f"{_decision(one)} by {shown(one.author)}: {one_line(one.comment)}"
        told.append(
            (one.made_at, Text(fold(f"{_time(one.made_at)}  number {one.number}: {said}", out.width)))
        )
        if one.removed_at:
            back = f"{_time(one.removed_at)}  number {one.number} taken back by {shown(one.removed_by or '')}"
            told.append((one.removed_at, Text(fold(back, out.width))))
    for asked in appeals:
        told += [(when, Text(fold(f"{_time(when)}  {said}", out.width))) for when, said in _talk(asked)]
    told += [(when, Text(fold(f"{_time(when)}  {said}", out.width))) for when, said in _looks(reviews)]
    for _, line in sorted(told, key=lambda one: one[0]):
        out.print(line)


def _decision(one: Adjustment) -> str:
    if one.criterion:
        return f"{one.level}, {one.points:g} of {one.possible:g}, for {one.where}"
    return f"{one.points:+g} for {one.where}" if one.points else f"a comment on {one.where}"


def _talk(asked: Appeal) -> Iterator[tuple[str, str]]:
    """When, and what: the question, and its answers."""
    yield asked.made_at, f"question {asked.number} about {asked.where}: {one_line(asked.says)}"
    for answer in asked.answers:
        yield (
            answer.made_at,
            f"question {asked.number} answered by {shown(answer.author)}: {one_line(answer.says)}",
        )


def _looks(reviews: Sequence[Review]) -> Iterator[tuple[str, str]]:
    """When, and what was looked at by whom: what one person looked at of a day in one go is one line."""
    for (day, author, _), some in groupby(reviews, key=lambda one: (one.day, one.author, one.made_at[:10])):
        ones = list(some)
        exercises = dict.fromkeys(one.exercise for one in ones)
        what = "all" if "" in exercises else f"{len(exercises)} exercise{'s' * (len(exercises) != 1)}"
        yield ones[-1].made_at, f"{shown(author)} has looked at {what} of {day}"


def _version(run: int, when: str, days: Sequence[DayChange], width: int) -> list[Text]:
    lines = [Text(f"{_time(when)}  run {run}" + ("" if days else ": notes only"))]
    for day in days:
        lines += _day(day, width)
    return lines


def _day(day: DayChange, width: int) -> list[Text]:
    style = "green" if day.before is not None and day.gain > 0 else "red" if day.gain < 0 else ""
    lines = [Text(fold(f"  {day.words}", width), style=style)]
    lines += [Text(fold(f"    {check.words}", width)) for check in day.checks[:MOST_CHECKS]]
    if len(day.checks) > MOST_CHECKS:
        lines.append(Text(f"    and {len(day.checks) - MOST_CHECKS} more checks"))
    return lines


def show_comparison(found: Comparison, first: int, second: int) -> None:
    """Who gained, who lost, by which checks; and the checks by how many."""
    out = console()
    others = found.of_all - len(found.students)
    same = len(found.students) - len(found.gained) - len(found.lost)
    said = f"Run {first} → run {second}: {len(found.gained)} gained, {len(found.lost)} lost, "
    said += f"{same} changed without a gain, {others} as before."
    out.print(Text(fold(said, out.width), style="bold"))
    for student, days in found.students.items():
        gain = found.gain(student)
        if not gain:
            continue
        out.print(Text(f"{shown(student)}  {gain:+g}", style="green" if gain > 0 else "red"))
        for day in days:
            for line in _day(day, out.width):
                out.print(line)
    _show_by_hand(found)
    checks = found.by_check()
    if checks:
        out.print(Text("By check", style="bold"))
    for (day_name, exercise, test), (more, less) in sorted(checks.items(), key=lambda one: -sum(one[1])):
        said = f"{more} gained, {less} lost: {day_name}/{exercise} {test}"
        out.print(Text(fold(f"  {said}", out.width)))


def _show_by_hand(found: Comparison) -> None:
    """What people decided meanwhile, which the points above leave out."""
    out = console()
    told = [f"{shown(one.student)}  {_decision(one)} by {shown(one.author)}" for one in found.by_hand]
    told += [
        f"{shown(one.student)}  question {one.number} about {one.where}, {'answered' if one.answers else 'open'}"
        for one in found.questions
    ]
    if told:
        out.print(Text("By hand meanwhile, not counted above", style="bold"))
    for line in told:
        out.print(Text(fold(f"  {line}", out.width)))


def show_findings(found: Sequence[Finding], folder: Path) -> None:
    """What is not as it should be in the results of a folder."""
    out = console()
    for one in found:
        out.print(Text(fold(f"{shown(one.says)}.", out.width), style="" if one.mended else "yellow"))
    left = sum(not one.mended for one in found)
    if not found:
        out.print("Store and files say the same, and every result is as it was saved.")
    elif left and any(
        "as it was saved" not in one.says and "stopped" not in one.says and "no result" not in one.says
        for one in found
    ):
        out.print(Text(f"`course book check {shown_path(folder)} --mend` writes the files again."))
