"""The screen of ``course watch``: a page at a time on a terminal, one verdict after the other without one.

What stands on the pages. Where the student is, and what a key does, is decided in ``report/watch.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.text import Text

from course.catalog import Course
from course.practice.asking import State
from course.practice.progress import Placed, where
from course.practice.verdicts import Verdict
from course.report.terminal import LABELS, STYLES, bar, show_message

Draw = Callable[[Console], None]

KEYS = "n next · h hint · e explain · l list · ? keys · q quit"
LIST_KEYS = "up/down move · enter go there · / filter · l back · q quit"
ALL_KEYS = {
    "n": "the next exercise that is open",
    "p": "the exercise before",
    "l": "list: move, filter, go anywhere",
    "r": "check again",
    "h": "a hint, one more each time",
    "e": "explain: the section of the sheet",
    "d": "draw the pictures of the day",
    "x": "reset: the stub again",
    "u": "undo the last reset",
    "q": "quit",
    "space, up, down": "what does not fit on the screen",
}


def draw_keys(out: Console) -> None:
    """What each key does."""
    for key, meaning in ALL_KEYS.items():
        out.print(Text(f"  {key:<15}  {meaning}"))


class Screen:
    """A page that is drawn again whenever it changes, or the terminal does."""

    def __init__(self, out: Console, *, keys: bool) -> None:
        self._out = out
        self._pages = keys and out.is_terminal and not out.is_dumb_terminal  # which cannot be cleared
        self._keys = keys
        self._draw: Draw | None = None
        self._footer = ""
        self._first = 0  # line on the screen
        self._most = 0
        self._size = out.size

    @property
    def room(self) -> int:
        """Lines of a page."""
        return max(self._out.height - 2, 3) if self._pages else 1000

    def show(self, draw: Draw, footer: str, *, top: bool = True) -> None:
        """A new page; with ``top`` from its first line."""
        self._draw, self._footer = draw, footer
        self._first = 0 if top else self._first
        if self._pages:
            self.refresh()
        else:
            draw(self._out)
            if self._keys:
                self._out.print(Text(f"\n{footer}", style="dim"))

    def wait(self, draw: Draw, footer: str, line: str, *, first: bool) -> None:
        """A page that says what is waited for; a line without pages, and only the ``first`` time."""
        if self._pages:
            self.show(draw, footer, top=first)
        elif first:
            self._out.print(Text(line, style="dim"))

    def refresh(self) -> None:
        """Draw the same page again; nothing without pages."""
        if not self._pages or self._draw is None:
            return
        out = self._out
        self._size = out.size
        with out.capture() as captured:
            self._draw(out)
        lines = captured.get().strip("\n").split("\n")
        with out.capture() as captured:
            out.print(Text(self._footer, style="dim"))
        footer = captured.get().rstrip("\n").split("\n")
        room = max(out.height - len(footer) - 2, 2)
        self._most = max(len(lines) - room, 0)
        self._first = min(self._first, self._most)
        shown = lines[self._first : self._first + room]
        if self._most:
            below = len(lines) - self._first - len(shown)
            footer[-1:] = [f"{footer[-1]} · {below} more: space" if below else f"{footer[-1]} · up"]
        with out:
            out.clear()
            out.out("\n".join([*shown, "", *footer]), highlight=False, end="")

    def scroll(self, lines: int) -> None:
        """Move what is seen of the page by so many lines."""
        self._first = max(min(self._first + lines, self._most), 0)
        self.refresh()

    def follow_size(self) -> None:
        """Draw anew when the terminal has another size now."""
        if self._pages and self._out.size != self._size:
            self.refresh()

    def leave(self) -> None:
        """A new line for the shell."""
        if self._pages:
            self._out.print()


@dataclass(frozen=True)
class Waiting:
    """A check that is on its way: since how many seconds, and how long an answer may take."""

    state: State
    seconds: float
    limit: float
    packages: str
    typed: str  # the exercise, as a person calls it

    def __str__(self) -> str:
        since = f" {self.seconds:.0f} s" if self.seconds >= 1 else ""
        if self.state == "starting":
            return f"starting {self.packages}…{since}"
        checking = f"checking {self.typed}…{since}"
        return f"{checking} (an answer may take {self.limit:g} s)" if since else checking


def draw_task(
    course: Course, task: Placed, verdict: Verdict | None, waiting: Waiting | None, done: str
) -> Draw:
    """The report on one exercise, or that it is on its way; ``done`` says how many are."""

    def draw(out: Console) -> None:
        out.print(Text(f"\n{task.day.name} · {task.exercise.title} ({task.exercise.name})", style="bold"))
        if waiting is not None:
            out.print(Text(f"  {bar(0, 1, out)}  {waiting}", style="dim"))
        elif verdict is not None:
            _draw_verdict(out, course, task, verdict, done)

    return draw


def _draw_verdict(out: Console, course: Course, task: Placed, verdict: Verdict, done: str) -> None:
    style = STYLES.get(verdict.label, "red")
    points = "optional" if task.exercise.optional else f"{verdict.score}/{verdict.max_score} points"
    out.print(
        Text.assemble(
            ("  " + bar(verdict.passed, verdict.checks, out), style),
            f"  {points}  ",
            (LABELS[verdict.label], style),
            (f"  {verdict.seconds:.2f} s, {done}", "dim"),
        )
    )
    if verdict.not_recorded:
        out.print(Text(verdict.not_recorded, style="yellow"))
    if verdict.begun:
        show_message(out, f"{task.exercise.name} · {verdict.check}", verdict.message, verdict.printed)
    if verdict.label == "not_implemented" and not verdict.begun:
        out.print(f"Write it in {where(course.root, task)}; the sheet is {task.day.name}/README.md.")


def after_pass(course: Course, then: Placed | None, optional: Sequence[Placed], hidden: int) -> str:
    """What comes after an exercise that is done; ``optional`` are those that are open and earn nothing, ``hidden``
    the points of checks that are not here.
    """
    earned = f"All points earned that are checked here, {hidden} more when it is graded" if hidden else ""
    if then is not None:
        return f"Next: {then.exercise.name} in {where(course.root, then)}."
    if optional:
        names = ", ".join(task.exercise.name for task in optional)
        return f"{earned or 'All points earned'}; what is optional is still open: {names}."
    return f"{earned or 'Everything is done'}. `course plot` draws the pictures with your functions."


@dataclass
class ListPage:
    """The watched exercises by day, those that a filter leaves, and the one under the cursor."""

    tasks: Sequence[Placed]
    done: set[str]
    current: Placed
    words: str = ""
    typing: bool = False
    cursor: int = field(init=False)

    def __post_init__(self) -> None:
        self.cursor = self.tasks.index(self.current)

    @property
    def found(self) -> list[Placed]:
        """What the filter leaves: tasks in whose day, name, title or state each of its words stands."""
        words = self.words.lower().split()
        return [task for task in self.tasks if all(word in self._text(task) for word in words)]

    def _text(self, task: Placed) -> str:
        state = "done" if task.name in self.done else "open"
        return f"{task.day.name} {task.day.title} {task.exercise.name} {task.exercise.title} {state}".lower()

    @property
    def chosen(self) -> Placed | None:
        """The exercise under the cursor; None when the filter leaves nothing."""
        found = self.found
        return found[min(self.cursor, len(found) - 1)] if found else None

    def move(self, by: int) -> None:
        self.cursor = max(min(self.cursor + by, len(self.found) - 1), 0)

    def move_day(self, by: int) -> None:
        """To the first exercise of the next day, or of the one before."""
        found = self.found
        if found:
            days = list(dict.fromkeys(task.day.name for task in found))
            here = days.index(found[min(self.cursor, len(found) - 1)].day.name)
            day = days[max(min(here + by, len(days) - 1), 0)]
            self.cursor = next(n for n, task in enumerate(found) if task.day.name == day)

    def filter(self, words: str) -> None:
        chosen = self.chosen
        self.words = words
        found = self.found
        self.cursor = found.index(chosen) if chosen in found else 0

    def draw(self, out: Console, room: int) -> None:
        """As many lines around the cursor as there is room for."""
        found, chosen = self.found, self.chosen
        head = [Text(f"filter: {self.words}{'_' if self.typing else ''}", style="bold")] * bool(
            self.words or self.typing
        )
        lines: list[Text] = []
        at = 0
        for number, task in enumerate(found):
            if number == 0 or found[number - 1].day != task.day:
                of_day = [one for one in self.tasks if one.day == task.day]
                done = sum(one.name in self.done for one in of_day)
                title = f"{task.day.number} · {task.day.title}: {done} of {len(of_day)} done"
                lines.append(Text(title, style="bold"))
            if task == chosen:
                at = len(lines)
            lines.append(self._line(task, out, chosen))
        room -= len(head)
        first = max(min(at - room // 2, len(lines) - room), 0)
        out.print()
        for line in [*head, *lines[first : first + room]] if found else [*head, Text("nothing of that name")]:
            out.print(line, no_wrap=True, overflow="ellipsis", crop=True)

    def _line(self, task: Placed, out: Console, chosen: Placed | None) -> Text:
        mark = bar(task.name in self.done, 1, out, cells=1)
        here = "  <- you are here" if task == self.current else ""
        pointer = ">" if task == chosen else " "
        style = "reverse" if task == chosen else "green" if task.name in self.done else ""
        return Text(f"{pointer} {mark}  {task.day.number}/{task.exercise.name}{here}", style=style)
