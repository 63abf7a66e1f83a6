"""``course watch``: from save to verdict, and from one exercise to the next.

The loop and its screen. What a save is about and how it is checked stands in ``practice/watching.py``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress

from rich.console import Console
from rich.text import Text

from course.catalog import Course, select
from course.errors import UsageError
from course.practice.keys import Wait, single_keys
from course.practice.progress import Placed, next_hint, where
from course.practice.watching import Saves, WarmChecker, done_before, watched_exercises
from course.report.terminal import LABELS, STYLES, bar, console, is_wrong, show_failure, show_hints
from course.testing.needs import set_apart
from course.testing.results import ExerciseResult

GLANCE = 0.03  # seconds between two looks at the files
NOTHING = ""  # no key was pressed: time for a look
QUIT = "q"


def watch(course: Course, words: Sequence[str]) -> None:
    """Check on every save until the student has had enough. Raises UsageError when there is nothing to watch."""
    selections, not_checked = set_apart(course, select(course, words))
    tasks = watched_exercises(selections)
    if not tasks:
        raise UsageError("There is nothing to watch: these exercises have hidden checks only.")
    if not_checked:
        console().print(Text(not_checked, style="yellow"))
    checker = WarmChecker(course, [selection.day for selection in selections])
    with suppress(KeyboardInterrupt), closing(checker), single_keys() as wait:
        screen = Screen(course, console(), keys=wait is not None)
        Watch(course, tasks, checker, screen).run(_events(wait))


def _events(wait: Wait | None) -> Iterator[str]:
    """A key as soon as it is pressed, nothing at every glance without one."""
    while True:
        if wait is None:
            time.sleep(GLANCE)
            yield NOTHING
        else:
            yield wait(GLANCE)


class Screen:
    """What is shown: one exercise at a time on a terminal, one verdict after the other without one."""

    def __init__(self, course: Course, out: Console, *, keys: bool) -> None:
        self._course = course
        self._out = out
        self._keys = keys

    def verdict(self, task: Placed, result: ExerciseResult, seconds: float, done: int, of: int) -> None:
        """The report on one exercise."""
        out = self._out
        if out.is_terminal and self._keys:
            out.clear()
        out.print(Text(f"\n{task.day.name} · {task.exercise.title} ({task.exercise.name})", style="bold"))
        failure = result.first_failure
        verdict = failure.verdict if failure else "passed"
        passed = sum(check.outcome == "passed" for check in result.checks)
        style = STYLES.get(verdict, "red")
        points = "optional" if task.exercise.optional else f"{result.score}/{result.max_score} points"
        out.print(
            Text.assemble(
                ("  " + bar(passed, len(result.checks), out), style),
                f"  {points}  ",
                (LABELS[verdict], style),
                (f"  {seconds:.2f} s, {done} of {of} exercises done", "dim"),
            )
        )
        show_failure(out, result)
        if verdict == "not_implemented" and not is_wrong(result):
            out.print(
                f"Write it in {where(self._course.root, task)}; the sheet is {task.day.name}/README.md."
            )

    def passed(self, then: Placed | None, optional: Sequence[Placed], hidden: int) -> None:
        """What comes after an exercise that is done; ``optional`` are those that are open and earn nothing, ``hidden``
        the points of checks that are not here.
        """
        earned = f"All points earned that are checked here, {hidden} more when it is graded" if hidden else ""
        if then is not None:
            self._out.print(f"Next: {then.exercise.name} in {where(self._course.root, then)}.")
        elif optional:
            names = ", ".join(task.exercise.name for task in optional)
            self._out.print(f"{earned or 'All points earned'}; what is optional is still open: {names}.")
        else:
            done = earned or "Everything is done"
            self._out.print(f"{done}. `course plot` draws the pictures with your functions.")

    def keys(self) -> None:
        if self._keys:
            self._out.print(Text("\nn next · h hint · l list · q quit", style="dim"))

    def hints(self, task: Placed, level: int) -> None:
        self._out.print()
        show_hints(task.exercise, level, self._out)

    def list(self, tasks: Sequence[Placed], done: set[str], current: Placed) -> None:
        """Every exercise that is watched, with a mark for those that are done."""
        self._out.print()
        for task in tasks:
            mark = bar(task.name in done, 1, self._out, cells=1)
            here = "  <- you are here" if task == current else ""
            style = "green" if task.name in done else ""
            self._out.print(Text(f"  {mark}  {task.day.number}/{task.exercise.name}{here}", style=style))


class Watch:
    """Where the student is: the current exercise, and the names of those that are done."""

    def __init__(self, course: Course, tasks: Sequence[Placed], checker: WarmChecker, screen: Screen) -> None:
        self._course = course
        self._tasks = tasks
        self._checker = checker
        self._screen = screen
        self._saves = Saves(course.root, tasks)
        self._done = done_before(course, tasks)
        self._current = self._next(None) or tasks[0]

    def run(self, events: Iterator[str]) -> None:
        """Follow keys and saves until q, or until there are no more events."""
        self._check()
        for event in events:
            if event == QUIT:
                return
            if event == "n":
                self._current = self._next(self._current) or self._current
                self._check()
            elif event == "h":
                level = next_hint(self._course.root, self._current.day.name, self._current.exercise, None)
                self._screen.hints(self._current, level)
                self._screen.keys()
            elif event == "l":
                self._screen.list(self._tasks, self._done, self._current)
                self._screen.keys()
            elif event == NOTHING and self._follow():
                self._check()

    def _follow(self) -> bool:
        """Go to the exercise that was saved; False when none was."""
        saved = self._saves.look()
        if saved is None:
            return False
        about = saved.edited or saved.beside
        if self._current not in about:
            self._current = next((task for task in about if task.name not in self._done), about[0])
        return True

    def _check(self) -> None:
        started = time.perf_counter()
        result = self._checker.check(self._current)
        seconds = time.perf_counter() - started
        good = result.first_failure is None
        (self._done.add if good else self._done.discard)(self._current.name)
        self._screen.verdict(self._current, result, seconds, len(self._done), len(self._tasks))
        if good:
            optional = [t for t in self._tasks if t.exercise.optional and t.name not in self._done]
            hidden = sum(task.exercise.hidden_points for task in self._tasks)
            self._screen.passed(self._next(self._current), optional, hidden)
        self._screen.keys()

    def _next(self, after: Placed | None) -> Placed | None:
        """The first exercise behind this one that is not done, from the start again at the end.

        Optional ones are for those who edit them.
        """
        start = 0 if after is None else self._tasks.index(after) + 1
        for task in [*self._tasks[start:], *self._tasks[:start]]:
            if task != after and task.name not in self._done and not task.exercise.optional:
                return task
        return None
