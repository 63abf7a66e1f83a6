"""What a student's own record says on the screen: ``course status``, ``list`` and ``next``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from course.catalog import Course, Day, Exercise, Selection
from course.catalog.model import REPORT, RESULTS
from course.practice.progress import Placed, next_task, where
from course.practice.resetting import PutBack
from course.projects.handing_in import as_text, missing_below
from course.projects.template import TEMPLATE
from course.reached import PLACE, DayTexts, Progress, damage, is_older, name_of
from course.release.manifest import Manifest, digest, read_manifest
from course.report.terminal import bar, console

OLDER = "*"
"""Stands behind a verdict that is older than the file."""


@dataclass(frozen=True)
class _Row:
    """What is known of one exercise."""

    day: Day
    exercise: Exercise
    score: int
    seconds: float
    done: bool
    checked: bool
    older: bool

    @property
    def said(self) -> str:
        if not self.exercise.checks:
            return "when graded"
        if not self.checked:
            return "not checked yet"
        return ("done" if self.done else "open") + self.mark

    @property
    def mark(self) -> str:
        return f" {OLDER}" if self.older else ""

    @property
    def points(self) -> str:
        if self.exercise.optional:
            return "optional"
        return f"{self.score}/{self.exercise.max_score}" if self.exercise.checks else "-"


def _rows(course: Course, day: Day, exercises: Sequence[Exercise], progress: Progress) -> list[_Row]:
    texts = DayTexts(course.root, day)
    rows = []
    for exercise in exercises:
        name = name_of(day, exercise)
        score, _ = progress["scores"].get(name, (0, 0))
        rows.append(
            _Row(
                day,
                exercise,
                min(score, exercise.max_score),
                progress["seconds"].get(name, 0.0),
                progress["done"].get(name, False),
                name in progress["scores"],
                is_older(texts, day, exercise, progress),
            )
        )
    return rows


def begun_projects(course: Course, progress: Progress) -> list[Day]:
    """Those of which anything was checked, or is not as it was given out: a team chooses one, and the rest stay."""
    manifest = read_manifest(course.root)
    return [one for one in course.projects if _is_begun(course.root, one, progress, manifest)]


def _is_begun(root: Path, project: Day, progress: Progress, manifest: Manifest | None) -> bool:
    if any(name_of(project, exercise) in progress["scores"] for exercise in project.exercises):
        return True
    folder = root / project.name
    if (folder / RESULTS).is_file() or not folder.is_dir():
        return folder.is_dir()
    given = manifest.work if manifest is not None else {f"{project.name}/{REPORT}": TEMPLATE}
    places = [place for place in given if place.startswith(f"{project.name}/") and (root / place).is_file()]
    return any(as_text((root / place).read_bytes()) != given[place].replace("\r\n", "\n") for place in places)


def show_status(course: Course, progress: Progress, selections: Sequence[Selection] = ()) -> None:
    """The days of the course with what the last checks said, or the exercises of those that are chosen."""
    out = console()
    if selections:
        older = [_show_day(course, one, progress) for one in selections]
        chosen = [one.day for one in selections if one.day.is_project]
    else:
        out.print(Text(course.title, style="bold"))
        older = _show_days(course, progress)
        chosen = begun_projects(course, progress)
        _show_projects(course, chosen, progress)
    for project in chosen:
        _show_missing(project, missing_below(course.root, project))
    behind = [day for day in older if day]
    if behind:
        typed = f"course check {behind[0]}"
        out.print(f"{OLDER} The file has changed since that was checked; `{typed}` looks again.")
    if selections and chosen:  # of the days only what counts in the project
        only = [name_of(one.day, exercise) for one in selections for exercise in one.exercises]
        show_next(course, next_task([one.day for one in selections], progress, only))
        return
    days = [selection.day for selection in selections] or [*course.days, *chosen]
    show_next(course, next_task(days, progress))


def show_trouble(course: Course) -> None:
    """Say that the record is damaged, or that there is none of work that is."""
    said = damage(course.root)
    if not said and not (course.root / PLACE).exists() and _is_written(course.root):
        said = "There is no record of your checks, though files are written; `course check` makes it anew."
    if said:
        console().print(Text(said, style="yellow"))


def _is_written(root: Path) -> bool:
    """Whether a file of a student's clone is not as it was released."""
    manifest = read_manifest(root)
    return manifest is not None and any(
        (root / place).is_file() and digest((root / place).read_bytes()) != manifest.files[place]
        for place in manifest.work
    )


def _show_days(course: Course, progress: Progress) -> list[str]:
    """A line for each day; the numbers of those with verdicts that are older than the files."""
    out = console()
    older = []
    table = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(3 if out.width >= WIDE else 2):
        table.add_column(overflow="fold")
    table.add_column(justify="right")
    total = 0
    for day in course.days:
        rows = _rows(course, day, day.exercises, progress)
        got = sum(row.score for row in rows)
        total += got
        mark = ""
        if any(row.older for row in rows):
            older.append(day.number)
            mark = f" {OLDER}"
        unseen = "not checked yet" if out.width >= WIDE else "not yet"
        seen = f"{got} of {day.max_score}{mark}" if any(row.checked for row in rows) else unseen
        name = [day.name, day.title] if out.width >= WIDE else [day.name]
        table.add_row("  " + bar(got, day.max_score or 1, out), *name, seen)
    out.print(table)
    out.print(f"  {total} of {sum(day.max_score for day in course.days)} points{_more(course.days)}")
    return older


def _show_projects(course: Course, begun: Sequence[Day], progress: Progress) -> None:
    """A line for each project: the points of all that counts in it, as far as it was checked."""
    out = console()
    table = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(3 if out.width >= WIDE else 2):
        table.add_column(overflow="fold")
    table.add_column(justify="right")
    for project in course.projects:
        rows = [
            row
            for day in (*(one for one in course.days if one.name in project.needs), project)
            for row in _rows(course, day, _counted(day, project), progress)
        ]
        got, most = sum(row.score for row in rows), sum(row.exercise.max_score for row in rows)
        mark = f" {OLDER}" if any(row.older for row in rows) else ""
        seen = f"{got} of {most}{mark}" if project in begun else "not begun"
        name = [project.number, project.title] if out.width >= WIDE else [project.number]
        table.add_row("  " + bar(got, most or 1, out), *name, seen)
    if course.projects:
        out.print(Text("\nProjects", style="bold"))
        out.print(table)


def _counted(day: Day, project: Day) -> list[Exercise]:
    """The exercises of a day, or of the project itself, that count in it."""
    if day is project:
        return list(project.exercises)
    names = {one.name for one in project.counted if one.home == day.name}
    return [one for one in day.exercises if one.name in names]


def _show_missing(project: Day, sentences: Sequence[str]) -> None:
    out = console()
    if not sentences:
        out.print(
            Text(f"\n{project.number}: report and results are there. One of your team hands it in, for all.")
        )
        return
    out.print(Text(f"\n{project.number} is not complete:"))
    for sentence in sentences:
        out.print(Padding(Text(sentence), (0, 0, 0, 2)))


WIDE = 70  # columns, from which on a day's title has room beside its name


def _more(days: Sequence[Day]) -> str:
    hidden = sum(day.hidden_points for day in days)
    return f"; hidden checks give {hidden} more when your work is graded" if hidden else ""


def _show_day(course: Course, selection: Selection, progress: Progress) -> str:
    """The exercises of a day, and its number where a verdict is older than the file."""
    out, day = console(), selection.day
    rows = _rows(course, day, selection.exercises, progress)
    out.print(Text(f"{day.name} · {day.title}", style="bold"))
    coming = next_task([day], progress)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    table.add_column(overflow="fold")
    if out.width >= WIDE:
        table.add_column()
    table.add_column(no_wrap=True, justify="right")
    for row in rows:
        style = "green" if row.done else "dim" if not row.exercise.checks else ""
        here = "> " if coming == Placed(day, row.exercise) else "  "
        minutes = f"{_minutes(row.seconds)} min" if row.seconds else ""
        told = [row.exercise.name, row.said] if out.width >= WIDE else [row.exercise.qualname + row.mark]
        cells = [Text(cell, style=style) for cell in told]
        table.add_row(here + bar(row.done, 1, out, cells=1), row.points, *cells, minutes)
    out.print(table)
    got, most = sum(row.score for row in rows), sum(row.exercise.max_score for row in rows)
    seconds = sum(row.seconds for row in rows)
    at_work = f"; {_minutes(seconds)} minutes at work" if seconds else ""
    out.print(f"  {got} of {most} points{at_work}{_more([day])}")
    return day.number if any(row.older for row in rows) else ""


def _minutes(seconds: float) -> int:
    return max(round(seconds / 60), 1)


def show_list(course: Course, selections: Sequence[Selection], progress: Progress) -> None:
    """A line for each exercise: what a person types for it, its points, its title."""
    out = console()
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True, justify="right")
    wide = out.width >= WIDE
    if wide:
        table.add_column(overflow="fold")
    for selection in selections:
        for row in _rows(course, selection.day, selection.exercises, progress):
            cells = [bar(row.done, 1, out, cells=1), Placed(row.day, row.exercise).typed, row.points]
            table.add_row(*map(Text, cells), *([Text(row.exercise.title)] if wide else []))
    out.print(table)


def show_next(course: Course, task: Placed | None) -> None:
    """What to do now, in one or two lines."""
    out = console()
    if task is None:
        out.print("Everything that can be checked here is done. `course plot DAY` draws with your functions.")
        return
    stuck = f" Stuck? `course explain {task.typed}`, then `course hint {task.typed}`."
    out.print(Text(f"{task.step(where(course.root, task))}{stuck}"))


def show_task(course: Course, task: Placed | None) -> None:
    """The exercise that is next, with what there is about it."""
    out = console()
    if task is None:
        show_next(course, task)
        return
    exercise = task.exercise
    most = exercise.max_score
    points = "optional" if exercise.optional else f"{most} point{'s' * (most != 1)}"
    out.print(Text(f"{task.day.name} · {exercise.title} ({exercise.name}), {points}", style="bold"))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("write it in", Text(where(course.root, task)))
    table.add_row("the sheet", Text(f"course explain {task.typed}"))
    table.add_row("check it", Text(f"course check {task.typed}"))
    table.add_row("a hint", Text(f"course hint {task.typed}"))
    out.print(table)


def show_put_back(course: Course, done: PutBack) -> None:
    """What became of an exercise whose stub was asked for."""
    out, task = console(), done.task
    if done.backup is None:
        out.print(f"{task.exercise.qualname} is as it was given out; nothing was changed.")
        return
    out.print(f"The stub of {task.exercise.qualname} is back in {where(course.root, task)}.")
    kept = done.backup.relative_to(course.root).as_posix()
    out.print(Text(f"The file as it was is kept in {kept}; `course undo` brings the exercise back."))


def show_taken_back(course: Course, done: PutBack) -> None:
    """What became of an exercise whose reset was taken back."""
    out, task = console(), done.task
    out.print(f"{task.exercise.qualname} is again what you wrote, in {where(course.root, task)}.")
    out.print(Text(f"Next: `course check {task.typed}`."))
