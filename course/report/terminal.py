"""Terminal screens: calm, right without colour, readable on a narrow terminal and in a log file."""

from __future__ import annotations

import itertools
import re
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from course.results.lateness import duration
from course.results.names import shown
from course.worker.outcomes import LABELS as LABELS

if TYPE_CHECKING:  # `course status` must start without NumPy
    from course.catalog import Course, Day, Exercise, Selection
    from course.grading.classes import ClassOutcome, Graded
    from course.testing.results import CheckResult, DayResult, ExerciseResult, RunResult

STYLES: dict[str, str] = {"passed": "green", "not_implemented": "dim", "grader_fault": "magenta"}


def console() -> Console:
    """Standard output as it is: colour only where there is a terminal and NO_COLOR is not set.

    Text is never markup: ``a[i, j]`` in a hint and ``:100:`` in a message stand there as they were written.
    """
    return Console(highlight=False, soft_wrap=False, markup=False, emoji=False)


def fold(text: str, width: int) -> str:
    """Break long lines of a message so that they go on below where their text began.

    One blank is given up for a break, as in any text; of a run of blanks, which belongs to a value, none is.
    """
    lines = []
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        if len(line) <= width:
            lines.append(line)
            continue
        hang = min(16 if indent == 2 else indent, width // 2)
        first, *rest = textwrap.wrap(
            line,
            width,
            subsequent_indent=" " * hang,
            break_on_hyphens=False,
            expand_tabs=False,
            replace_whitespace=False,
            drop_whitespace=False,
        )
        lines += [first, *(re.sub(rf"^( {{{hang}}}) (?=\S)", r"\1", piece) for piece in rest)]
    return "\n".join(lines)


def bar(done: float, total: float, out: Console, cells: int = 5) -> str:
    """A bar of a few cells; the signs depend on what the terminal can show."""
    full, empty = ("■", "□") if out.encoding.lower().startswith("utf") else ("#", ".")
    filled = cells if total == 0 or done >= total else int(cells * done / total)
    return full * filled + empty * (cells - filled)


def progress_bar(out: Console, what: str, estimate: ProgressColumn | None = None) -> Progress:
    """A bar with an estimate that draws itself only when it is told to, and not at all without a terminal.

    ``estimate`` takes the place of the usual one, for which all steps must be alike.
    """
    return Progress(
        TextColumn(what, markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        estimate or TimeRemainingColumn(compact=True),
        TextColumn("{task.description}", markup=False),
        console=out,
        transient=True,
        auto_refresh=False,  # no thread: processes are forked meanwhile
        disable=not out.is_terminal,
    )


class CheckView:
    """The screen of ``course check``."""

    def __init__(self, course: Course, out: Console, *, full: bool = False, own: bool = True) -> None:
        self._course = course
        self._out = out
        self._full = full
        self._own = own  # the student's work, of which progress is kept
        self._progress = progress_bar(out, "checking")
        self._task = self._progress.add_task("", total=None)

    def started(self, selections: Sequence[Selection]) -> None:
        total = sum(len(exercise.checks) for selection in selections for exercise in selection.exercises)
        self._progress.start()
        self._progress.update(self._task, total=total)

    def done(self, day: Day, exercise: Exercise, result: CheckResult) -> None:
        self._progress.update(self._task, advance=1, description=exercise.qualname)
        self._progress.refresh()

    def stop(self) -> None:
        self._progress.stop()

    def finish(self, result: RunResult) -> None:
        self.stop()
        for day in result.days:
            self._show_day(day)
        unreadable = set()  # a file is unreadable to all of its exercises, and said to be so once
        for day in result.days:
            for exercise in day.exercises:
                why = _unreadable(exercise)
                if why not in unreadable:
                    show_failure(self._out, exercise, full=self._full)
                unreadable.update([why] if why else [])
                if self._full:
                    self._keep(day.day, exercise)
        self._show_next(result)

    def _then(self) -> str:
        """What comes after the exercises that have been checked; empty when everything is done."""
        from course.practice.progress import next_task, read_progress

        task = next_task(self._course.days, read_progress(self._course.root)) if self._own else None
        if task is None or task.exercise.optional:
            return ""
        return task.step(task.place)

    def _keep(self, day: Day, exercise: ExerciseResult) -> None:
        """Say where every digit of what was shown is."""
        from course.practice.keeping import keep_values

        failure = exercise.first_failure
        if failure is None or not exercise.is_wrong:
            return
        try:
            kept = keep_values(self._course.root, day, exercise.exercise, failure)
        except OSError as error:  # the verdict is worth more than its digits
            self._out.print(
                Text(f"Every digit could not be kept: {(error.strerror or 'error').lower()}.", style="yellow")
            )
            return
        if kept is not None:
            file, names = kept
            place = f'np.load("{file.relative_to(self._course.root).as_posix()}")["{names[0]}"]'
            text = f"  {'every digit':<13} {names[0]} = {place}; so with {', '.join(names[1:])}"
            self._out.print(Text(fold(text if names[1:] else text.partition(";")[0], self._out.width)))

    def _show_day(self, day: DayResult) -> None:
        out = self._out
        out.print(Text(f"\n{day.day.name} · {day.day.title}", style="bold"))
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, justify="right")
        table.add_column(overflow="fold")
        table.add_column()
        for exercise in day.exercises:
            failure = exercise.first_failure
            verdict = failure.verdict if failure else "passed"
            passed = sum(check.outcome == "passed" for check in exercise.checks)
            optional = exercise.exercise.optional
            if not exercise.checks:  # in a student's clone, where hidden checks are not
                table.add_row("  " + bar(0, 1, out), "-", exercise.exercise.name, "when graded", style="dim")
                continue
            table.add_row(
                Text("  " + bar(passed, len(exercise.checks), out), style=STYLES.get(verdict, "red")),
                "optional" if optional else f"{exercise.score}/{exercise.max_score}",
                exercise.exercise.name,
                Text(LABELS[verdict], style=STYLES.get(verdict, "red")),
            )
        out.print(table)
        hidden = sum(exercise.exercise.hidden_points for exercise in day.exercises)
        more = f"; hidden checks give {hidden} more when your work is graded" if hidden else ""
        out.print(f"  {day.score} of {day.max_score} points{more}")

    def _show_next(self, result: RunResult) -> None:
        out = self._out
        out.print(Text(f"\n{result.score} of {result.max_score} points (seed {result.seed})", style="bold"))
        for sentence in (result.not_checked, result.not_recorded):
            if sentence:
                out.print(Text(sentence, style="yellow"))
        for project, sentences in result.missing.items():
            out.print(
                Text(
                    f"\n{project} is {'not complete:' if sentences else 'complete: report and results are there.'}"
                )
            )
            for sentence in sentences:
                out.print(Padding(Text(sentence), (0, 0, 0, 2)))
        left = [
            (day.day, one) for day in result.days for one in day.exercises if one.first_failure is not None
        ]
        left.sort(key=_least_urgent)
        if not left and result.not_checked:
            out.print("Of what was checked, all points earned.")
            return
        if not left:
            then = self._then() or "`course plot` draws the pictures with your functions."
            if any(result.missing.values()):
                then = "Next: what is missing, as it stands above."
            elif result.missing:
                then = "One of your team hands it in, for all."
            out.print(Text(f"{_all_earned(result)}. {then}"))
            return
        day, one = left[0]
        if one.exercise.optional:
            state = "wrong" if one.is_wrong else "open"
            out.print(f"{_all_earned(result)}; what is optional is still {state}.")
        name, short = one.exercise.qualname, f"{day.number}/{one.exercise.qualname}"
        file = f"{day.name}/{one.exercise.module}.py"
        verb = "mend" if one.is_wrong else "write"
        stuck = f"Stuck? `course explain {short}`, then `course hint {short}`."
        out.print(f"Next: {verb} {name} in {file}, then `course check {short}`. {stuck}")


def _all_earned(result: RunResult) -> str:
    """What is said when nothing that was checked is open: no more than is known."""
    hidden = sum(one.exercise.hidden_points for day in result.days for one in day.exercises)
    if hidden:
        return f"All points earned that are checked here; hidden checks give {hidden} more when it is graded"
    whole = all(len(day.exercises) == len(day.day.exercises) for day in result.days)
    return "All points earned" if whole else "All points earned of what was checked"


def _least_urgent(left: tuple[Day, ExerciseResult]) -> tuple[bool, bool, bool]:
    """Points come first, then what was begun, whose message stands above; what waits for another exercise is last."""
    optional, failure = left[1].exercise.optional, left[1].first_failure
    return optional, failure is not None and failure.cascade != "", not left[1].is_wrong


def _unreadable(exercise: ExerciseResult) -> str:
    """The sentence about the file of an exercise that Python cannot read; empty when it can."""
    failure = exercise.first_failure
    said = failure.message.partition("\n")[0] if failure is not None else ""
    return said if "Python cannot read this file" in said else ""


def show_failure(out: Console, exercise: ExerciseResult, *, full: bool = False) -> None:
    """The first failing check of an exercise; nothing for one that is done or not begun."""
    failure = exercise.first_failure
    if failure is None or not exercise.is_wrong:
        return
    heading = f"{exercise.exercise.name} · {failure.check.name}"
    show_message(out, heading, failure.message if full else failure.brief, failure.output)


def show_message(out: Console, heading: str, message: str, printed: str) -> None:
    """What is said of a failed check, and what the student's code printed meanwhile."""
    out.print()
    out.print(Text(heading, style="bold"))
    text, _, rest = message.partition("\n")
    out.print(Text(text, style="yellow"))
    if rest:
        out.print(Text(fold(rest, out.width)))
    if printed.strip():
        lines = printed.strip().splitlines()
        out.print(Text(f"  {'printed':<13} " + ("\n" + " " * 16).join(lines[:8]), style="dim"))


@contextmanager
def show_check(course: Course, *, full: bool = False, own: bool = True) -> Iterator[CheckView]:
    view = CheckView(course, console(), full=full, own=own)
    try:
        yield view
    finally:
        view.stop()


def show_hints(exercise: Exercise, level: int, out: Console | None = None) -> None:
    """The hints up to ``level``."""
    out = out or console()
    out.print(Text(f"{exercise.title} ({exercise.name})", style="bold"))
    for number, text in enumerate(exercise.hints[:level], start=1):
        out.print(f"{number}. {text}")
    left = len(exercise.hints) - level
    out.print(
        f"{left} more hint{'s' * (left != 1)}: ask again."
        if left
        else "That was the last hint; the sheet has the derivation."
    )


MAX_LINES = 100
MOST_PASSED_OVER = 20  # that are named
REFRESH = 0.1
"""Seconds between two pictures of a bar: drawing one takes a tenth of the time to grade a submission."""


def show_passed_over(out: Console, passed_over: Mapping[str, str]) -> None:
    """What lies among the hand-ins and is none."""
    for name, why in itertools.islice(passed_over.items(), MOST_PASSED_OVER):
        out.print(Text(f"Passed over: {shown(name)} is {why}."))
    if len(passed_over) > MOST_PASSED_OVER:
        out.print(f"And {len(passed_over) - MOST_PASSED_OVER} more that are no hand-ins.")


class ClassView:
    """The screen of ``course grade``: a bar with an estimate, or a line per submission where there is no
    terminal. ``verbose`` shows every line, and below it what is not as it was before.
    """

    def __init__(self, out: Console, *, verbose: bool = False) -> None:
        self._out, self._verbose = out, verbose
        self._progress = progress_bar(out, "grading")
        self._task = self._progress.add_task("", total=None)
        self._total = 0
        self._count = 0
        self._already = 0
        self._began = 0.0  # on the clock of time.monotonic(), as the next one
        self._shown = 0.0  # when the bar was last drawn

    def started(self, total: int, already: int) -> None:
        self._total, self._count, self._already = total, already, already
        self._began = time.monotonic()
        if already:
            self._out.print(f"{already} of {total} submissions were graded before; their verdicts stand.")
        self._progress.start()
        description = "warming up" if already < total else ""
        self._progress.update(self._task, total=total, completed=already, description=description)
        self._progress.refresh()

    def graded(self, one: Graded) -> None:
        self._count += 1
        if self._verbose or not self._out.is_terminal:
            line = f"{self._count}/{self._total} {shown(one.student)}: {one.score} of {one.max_score}"
            self._out.out(line + ("" if self._out.is_terminal else self._left()), highlight=False)
        for said in filter(None, (*one.changed, one.remark)) if self._verbose else ():
            self._out.print(Text(fold(f"    {shown(said)}", self._out.width)))
        if not self._out.is_terminal:
            return
        self._progress.update(self._task, completed=self._count, description=shown(one.student))
        if time.monotonic() >= self._shown + REFRESH:
            self._shown = time.monotonic()
            self._progress.refresh()

    def _left(self) -> str:
        """How long the rest will take, for a log; the bar of a terminal says it itself."""
        seconds = (time.monotonic() - self._began) / (self._count - self._already)
        left = timedelta(seconds=round(seconds * (self._total - self._count)))
        return f", about {duration(left)} left" if left else ""

    def stop(self) -> None:
        self._progress.stop()

    def finish(self, outcome: ClassOutcome) -> None:
        self.stop()
        out = self._out
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column("student", overflow="fold")
        table.add_column("points", justify="right", no_wrap=True)
        table.add_column("")
        table.add_column("what stands out", overflow="fold")
        lines = outcome.lines()
        if len(outcome.students) > MAX_LINES:
            lines = (one for one in lines if one.fault or one.remark)
        for one in itertools.islice(lines, MAX_LINES):
            table.add_row(
                Text(shown(one.student)),
                f"{one.score}/{one.max_score}",
                bar(one.score, one.max_score, out),
                Text(shown(one.remark)),
            )
        out.print(table)
        layers = ", ".join(outcome.isolation) or "none"
        if len(outcome.students) > MAX_LINES:
            out.print(f"(Of a large class only the first {MAX_LINES} that stand out are shown.)")
        count = len(outcome.students)
        out.print(f"{count} submission{'s' * (count != 1)}, seed {outcome.seed}, isolation: {layers}.")
        out.print(f"Results: {shown_path(outcome.out)}/grades.csv and one JSON file per student.")
        for student, days in itertools.islice(outcome.late.items(), MAX_LINES):
            out.print(Text(f"Coming late costs {shown(student)} otherwise than before: {'; '.join(days)}."))
        if outcome.replaced and outcome.run > 1:
            which = f"course compare {shown_path(outcome.out)} {outcome.run - 1} {outcome.run}"
            out.print(
                f"{outcome.replaced} had another result before, which is kept; `{which}` says what changed."
            )
        show_passed_over(out, outcome.passed_over)
        if not outcome.complete:
            out.print(
                f"{outcome.faults} submission{'s' * (outcome.faults != 1)} could not be checked through no fault of "
                "the student (grader_fault); "
                "run the command again."
            )


def shown_path(path: Path) -> str:
    """A path as a person would type it here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


@contextmanager
def show_class(*, verbose: bool = False) -> Iterator[ClassView]:
    view = ClassView(console(), verbose=verbose)
    try:
        yield view
    finally:
        view.stop()


class DrawingView:
    """The screen of ``course plot``: a line per picture, and on a terminal the one that is being drawn."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._progress = progress_bar(out, "drawing")
        self._task = self._progress.add_task("", total=None)
        self._progress.start()

    def begun(self, name: str, number: int, total: int) -> None:
        self._progress.update(self._task, total=total, completed=number - 1, description=name)
        self._progress.refresh()

    def say(self, text: str) -> None:
        self._out.print(Text(text), soft_wrap=True)

    def stop(self) -> None:
        self._progress.stop()


@contextmanager
def show_drawing() -> Iterator[DrawingView]:
    view = DrawingView(console())
    try:
        yield view
    finally:
        view.stop()


class WritingView:
    """A bar with an estimate for a command that goes through a class and says the rest itself."""

    def __init__(self, out: Console, what: str) -> None:
        self._progress = progress_bar(out, what)
        self._task = self._progress.add_task("", total=None)

    def started(self, total: int) -> None:
        self._progress.start()
        self._progress.update(self._task, total=total)

    def done(self, student: str) -> None:
        self._progress.update(self._task, advance=1, description=shown(student))
        self._progress.refresh()

    def stop(self) -> None:
        self._progress.stop()


@contextmanager
def show_writing(what: str) -> Iterator[WritingView]:
    view = WritingView(console(), what)
    try:
        yield view
    finally:
        view.stop()
