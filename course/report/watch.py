"""``course watch``: from save to verdict, and from one exercise to the next.

The loop: what a save and a key do. What a save is about stands in ``practice/watching.py``, how it is checked in
``practice/asking.py``, what is on the screen in ``report/watch_screen.py``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from typing import IO, Protocol

import click
from rich.console import Console

from course.catalog import Course, Day, select
from course.catalog.needs import set_apart
from course.errors import CourseError, UsageError
from course.packages import PACKAGES
from course.practice.asking import BackgroundChecker, State
from course.practice.keys import CLOSED, Wait, single_keys
from course.practice.progress import Placed, next_hint
from course.practice.resetting import reset, undo
from course.practice.verdicts import Verdict
from course.practice.watching import Saves, done_before, watched_exercises
from course.release.given_out import given_out
from course.report.explaining import read_section, show_markdown
from course.report.terminal import console, show_hints
from course.report.watch_screen import (
    KEYS,
    LIST_KEYS,
    Draw,
    ListPage,
    Screen,
    Waiting,
    after_pass,
    draw_keys,
    draw_task,
)

GLANCE = 0.03  # seconds between two looks at the files
BUSY_GLANCE = 0.01  # while a verdict is on its way
PATIENCE = 0.12  # seconds for which the last verdict stays on the screen: most are there by then
NOTHING = ""  # no key was pressed: time for a look
QUIT = ("q", CLOSED)


class Checker(Protocol):
    """What finds verdicts, one at a time."""

    @property
    def state(self) -> State: ...

    def ask(self, task: Placed, days: Sequence[str]) -> None: ...

    def look(self) -> Verdict | None: ...


def watch(course: Course, words: Sequence[str]) -> None:
    """Check on every save until the student has had enough. Raises UsageError when there is nothing to watch."""
    with suppress(KeyboardInterrupt):  # from here on there is a process that ends with this one
        checker = BackgroundChecker(course.root)  # begins to import at once
        try:
            _watch(course, words, checker)
        finally:
            checker.close()
            if said := checker.trouble():
                click.echo(said, err=True)


def _watch(course: Course, words: Sequence[str], checker: BackgroundChecker) -> None:
    with single_keys() as wait:
        selections, not_checked = set_apart(course, select(course, words))
        tasks = watched_exercises(selections)
        if not tasks:
            raise UsageError("There is nothing to watch: these exercises have hidden checks only.")
        screen = Screen(console(), keys=wait is not None)
        with closing(Watch(course, tasks, checker, screen, not_checked)) as watching:
            try:
                watching.run(_events(wait, watching))
            finally:  # after Ctrl-C too
                screen.leave()


def _events(wait: Wait | None, watching: Watch) -> Iterator[str]:
    """A key as soon as it is pressed, nothing at every glance without one."""
    while True:
        seconds = BUSY_GLANCE if watching.is_waiting else GLANCE
        if wait is None:
            time.sleep(seconds)
            yield NOTHING
        else:
            yield wait(seconds)


class Watch:
    """Where the student is: the current exercise, the names of those that are done, and what is on the screen."""

    def __init__(
        self, course: Course, tasks: Sequence[Placed], checker: Checker, screen: Screen, notice: str = ""
    ) -> None:
        self._course = course
        self._tasks = tasks
        self._checker = checker
        self._screen = screen
        self._saves = Saves(course.root, tasks)
        self._done = done_before(course, tasks)
        self._current = self._next(None) or tasks[0]
        self._verdict: Verdict | None = None
        self._asked = 0.0  # when, on the clock of time.monotonic(); 0 when nothing is awaited
        self._since = 0.0  # it is in the state that it is in
        self._waited: tuple[State, int] | None = None  # what the screen says of the wait, and its second
        self._below: Draw | None = None  # what a key has brought below the verdict
        self._then = notice  # a sentence at the end
        self._list: ListPage | None = None
        self._sheet = False  # its section is on the screen, alone
        self._sure = ""  # the key that is to be pressed once more
        self._drawing: Drawing | None = None
        self._keys: dict[str, Callable[[], None]] = {
            "n": self._go_on,
            "p": self._go_back,
            "r": self._check,
            "h": self._hint,
            "e": self._explain,
            "d": self._plot,
            "l": self._open_list,
            "x": self._reset,
            "u": self._undo,
        }

    @property
    def is_waiting(self) -> bool:
        """Whether a verdict is on its way."""
        return self._asked != 0

    def run(self, events: Iterator[str]) -> None:
        """Follow keys and saves until q, or until there are no more events."""
        self._check()
        self._look()
        for event in events:
            if event == NOTHING:
                if self._follow():
                    self._check(quietly=True)
                self._look()
            elif self._list is not None and self._list.typing and event != CLOSED:
                self._type(self._list, event)
            elif event in QUIT:
                return
            elif self._list is not None:
                self._in_list(self._list, event)
            else:
                self._press(event)

    def close(self) -> None:
        """End what was begun for this screen."""
        if self._drawing is not None:
            self._drawing.end()

    def _follow(self) -> bool:
        """Go to the exercise that was saved; False when none was."""
        saved = self._saves.look()
        if saved is None:
            return False
        about = saved.edited or saved.beside
        if self._current not in about:
            self._current = next((task for task in about if task.name not in self._done), about[0])
            self._verdict = None
        return True

    def _check(self, *, quietly: bool = False) -> None:
        """Ask for a verdict. ``quietly`` the last one stays on the screen for the moment that most checks take."""
        self._then = "" if self._verdict is not None else self._then
        self._below, self._list, self._sheet, self._sure = None, None, False, ""
        self._asked, self._waited = time.monotonic(), None
        self._checker.ask(self._current, list(dict.fromkeys(task.day.name for task in self._tasks)))
        if not quietly or self._verdict is None:
            self._verdict = None
            self._show_waiting()

    def _look(self) -> None:
        """What has come meanwhile: a verdict, pictures, another size of the terminal; else how long it takes."""
        verdict = self._checker.look() if self.is_waiting else None
        if verdict is not None:
            self._hear(verdict)
        elif self.is_waiting and time.monotonic() - self._asked >= PATIENCE:
            self._verdict = None
            self._show_waiting()
        if self._drawing is not None and (said := self._drawing.finished()) is not None:
            self._drawing = None
            self._show_below(lambda out: out.print(said))
        self._screen.follow_size()

    def _hear(self, verdict: Verdict) -> None:
        self._asked, self._verdict = 0.0, verdict
        (self._done.add if verdict.good else self._done.discard)(verdict.exercise)
        if verdict.good:
            optional = [t for t in self._tasks if t.exercise.optional and t.name not in self._done]
            hidden = sum(task.exercise.hidden_points for task in self._tasks)
            self._then = after_pass(self._course, self._next(self._current), optional, hidden)
        if self._list is not None or self._sheet:
            self._screen.refresh()
        else:
            self._show()

    def _show_waiting(self) -> None:
        """What is waited for: once, when that changes, and each second."""
        if self._waited is None or self._waited[0] != self._checker.state:
            self._since = time.monotonic()
        shown = (self._checker.state, int(time.monotonic() - self._since))
        if shown == self._waited or self._list is not None or self._sheet:
            return
        first, self._waited = self._waited is None, shown
        self._screen.wait(self._page(), KEYS, str(self._waiting()), first=first)

    def _show(self) -> None:
        self._screen.show(self._page(), KEYS)

    def _page(self) -> Draw:
        """The exercise, what a key has brought, and what is next."""
        waiting = self._waiting() if self.is_waiting and self._verdict is None else None
        done = f"{len(self._done)} of {len(self._tasks)} exercises done"
        task = draw_task(self._course, self._current, self._verdict, waiting, done)
        below, then = self._below, self._then

        def draw(out: Console) -> None:
            task(out)
            if below is not None:
                out.print()
                below(out)
            if then:
                out.print(then)

        return draw

    def _waiting(self) -> Waiting:
        limits = self._course.limits
        training = any(check.training for check in self._current.exercise.checks)
        limit = limits.training_seconds if training else limits.call_seconds
        seconds, day = time.monotonic() - self._since, self._current.day
        return Waiting(self._checker.state, seconds, limit, _slow_packages(day), self._current.typed)

    def _show_below(self, draw: Draw) -> None:
        self._below = draw
        if self._list is None and not self._sheet:
            self._show()

    def _press(self, key: str) -> None:
        sure, self._sure = self._sure, ""
        if self._sheet and key in ("escape", "e"):
            self._sheet = False
            self._show()
        elif key in _SCROLLED:
            self._screen.scroll(_SCROLLED[key] * (1 if key in ("up", "down") else self._screen.room - 2))
        elif key == "x" and sure != "x":
            self._sure = "x"
            self._sheet = False
            self._say(
                f"x once more puts the stub of {self._current.exercise.name} back; what you wrote is kept, u undoes it."
            )
        else:
            if key != "e":
                self._sheet = False
            self._keys.get(key, self._show_keys)()

    def _say(self, text: str) -> None:
        self._show_below(lambda out: out.print(text))

    def _show_keys(self) -> None:
        self._show_below(draw_keys)

    def _go_on(self) -> None:
        self._go_to(self._next(self._current) or self._current)

    def _go_back(self) -> None:
        self._go_to(self._tasks[self._tasks.index(self._current) - 1])

    def _go_to(self, task: Placed) -> None:
        self._current, self._verdict, self._then = task, None, ""
        self._check()

    def _hint(self) -> None:
        task = self._current
        level = next_hint(self._course.root, task.day.name, task.exercise, None)
        self._show_below(lambda out: show_hints(task.exercise, level, out))

    def _explain(self) -> None:
        task = self._current
        try:
            text = read_section(self._course, task.day, task.exercise)
        except CourseError as error:
            self._say(str(error))
            return
        self._sheet = True
        self._screen.show(lambda out: show_markdown(out, text), "e back · n next · h hint · q quit")

    def _plot(self) -> None:
        if self._drawing is None:
            self._drawing = Drawing(self._current.day)
            self._say(f"drawing the pictures of {self._current.day.number}…")

    def _reset(self) -> None:
        self._put_back(lambda: self._reset_task(self._current))

    def _undo(self) -> None:
        self._put_back(lambda: undo(self._course).task)

    def _reset_task(self, task: Placed) -> Placed:
        return reset(self._course, task, given_out(self._course, task.day, task.exercise.module)).task

    def _put_back(self, change: Callable[[], Placed]) -> None:
        try:
            task = change()
        except CourseError as error:
            self._say(str(error))
            return
        if task in self._tasks:
            self._go_to(task)
        else:
            self._say(f"{task.typed} is as it was before.")

    def _open_list(self) -> None:
        self._list = ListPage(self._tasks, self._done, self._current)
        self._show_list(self._list)

    def _show_list(self, page: ListPage) -> None:
        footer = "type words · enter done · escape clear" if page.typing else LIST_KEYS
        self._screen.show(lambda out: page.draw(out, self._screen.room - 2), footer)

    def _in_list(self, page: ListPage, key: str) -> None:
        if key in ("l", "escape"):
            self._list = None
            self._show()
            return
        if key == "enter" and page.chosen is not None:
            self._list = None
            self._go_to(page.chosen)
            return
        if key == "/":
            page.typing = True
        elif key in _MOVES:
            page.move(_MOVES[key] * (1 if key in ("up", "down", "k", "j") else self._screen.room - 2))
        elif key in ("left", "right"):
            page.move_day(1 if key == "right" else -1)
        self._show_list(page)

    def _type(self, page: ListPage, key: str) -> None:
        if key in ("enter", "escape"):
            page.typing = False
            page.filter(page.words if key == "enter" else "")
        elif key == "backspace":
            page.filter(page.words[:-1])
        elif key in ("up", "down"):
            page.move(_MOVES[key])
        elif len(key) == 1:
            page.filter(page.words + key)
        self._show_list(page)

    def _next(self, after: Placed | None) -> Placed | None:
        """The first exercise behind this one that is not done, from the start again at the end.

        Optional ones are for those who edit them.
        """
        start = 0 if after is None else self._tasks.index(after) + 1
        for task in [*self._tasks[start:], *self._tasks[:start]]:
            if task != after and task.name not in self._done and not task.exercise.optional:
                return task
        return None


_SCROLLED = {"up": -1, "down": 1, "page up": -1, "page down": 1, " ": 1, "home": -1000, "end": 1000}
_MOVES = {"up": -1, "down": 1, "k": -1, "j": 1, "page up": -1, "page down": 1, "home": -1000, "end": 1000}


def _slow_packages(day: Day) -> str:
    """What takes its time to start, by the name that people know."""
    return next((PACKAGES[name] for name in day.imports if name in PACKAGES), "NumPy")


class Drawing:
    """``course plot`` in a process of its own, while saves are followed."""

    def __init__(self, day: Day) -> None:
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the process
        words = [sys.executable, "-P", "-X", "utf8", "-m", "course", "plot", day.number]
        self._process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=self._said, stderr=subprocess.STDOUT
        )

    def finished(self) -> str | None:
        """What it has said once it has ended; None before."""
        if self._process.poll() is None:
            return None
        self._said.seek(0)
        return self._said.read().decode("utf-8", "replace").strip()

    def end(self) -> None:
        self._process.terminate()
        self._process.wait()
