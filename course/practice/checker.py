"""The process that checks for ``course watch``: tests and packages are imported once, a save then costs a fork, the
import of the student's module and the checks of one exercise.

It reads requests and writes verdicts, a line of JSON each. A request that comes while another is at work ends that one,
so nobody waits for the verdict on a text that is there no more. ``practice/asking.py`` is the other end.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import IO, TYPE_CHECKING, Any

from course.catalog import Course, Day, Exercise, Selection, load_course
from course.catalog.needs import waits
from course.errors import CourseError
from course.practice.progress import Placed, record_progress
from course.practice.verdicts import Verdict
from course.reached import done_in_files
from course.signals import leave_requests_to_parent
from course.testing.running import LinkMaker, Runner
from course.threads import settle_threads
from course.worker.near.local import LocalLink

if TYPE_CHECKING:  # needs a system that can fork
    from course.worker.near.handle import Link
    from course.worker.near.warm import WarmProcess

AGAIN = 0.3  # seconds after which a check that goes on is told once more to end
LOUDER = getattr(signal, "SIGUSR1", signal.SIGINT)


class WarmChecker:
    """Checks one exercise at a time in processes that are warm for its day, and for those among ``days`` that need no
    more than it: going on to one of these waits for nothing.
    """

    def __init__(self, course: Course, days: Sequence[Day] = ()) -> None:
        self._course = course
        self._days = days
        self._runner = Runner(course, course.seed, patience=1)  # somebody waits for the verdict
        self._zygote: WarmProcess | None = None
        self._link: Link | None = None
        self._warm_for: list[Day] = []

    def is_warm(self, day: Day) -> bool:
        """Whether a check of this day begins at once."""
        return day in self._warm_for

    def check(self, task: Placed, alone: Callable[[], AbstractContextManager[None]] = nullcontext) -> Verdict:
        """The verdict on an exercise as it is on the disk now; it is kept as progress.

        The student's code runs inside ``alone``, which may raise to end it.
        """
        self.warm(task)
        root, started = self._course.root, time.perf_counter()
        complete = done_in_files(root, [task.day])
        try:
            with alone():
                selection = Selection(task.day, (task.exercise,))
                result = self._runner.run([selection], root, self._open, complete=complete)
        except KeyboardInterrupt:
            if self._link is not None:
                with suppress(OSError):  # it may have been closed in part
                    self._link.close()
            raise
        seconds = time.perf_counter() - started
        not_recorded = record_progress(root, result)
        return Verdict.of(task, result.days[0].exercises[0], seconds, not_recorded)

    def warm(self, task: Placed) -> None:
        """Import what a check of this exercise needs, unless that is done."""
        if not self.is_warm(task.day):
            self._start(task.day)
        self._import_tests(task.day, task.exercise)

    def wait(self) -> None:
        """Until the process for the student's code has imported what it needs."""
        if self._zygote is not None:
            self._zygote.layers  # noqa: B018  # known once it is warm

    def warm_rest(self, day: Day, is_wanted: Callable[[], bool]) -> None:
        """Import the other tests of the day, until something better ``is_wanted``."""
        for exercise in day.exercises:
            if is_wanted():
                return
            if not waits(self._course, day, exercise):
                self._import_tests(day, exercise)

    def _start(self, day: Day) -> None:
        self.close()
        alike = [one for one in self._days if one != day and set(one.imports) <= set(day.imports)]
        days = [day, *alike]
        if hasattr(os, "fork"):  # else the code runs in this process, imported afresh each time
            from course.worker.near.warm import WarmProcess

            self._zygote = WarmProcess.for_days(self._course, days)
        self._warm_for = days

    def _import_tests(self, day: Day, exercise: Exercise) -> None:
        for check in exercise.checks:
            self._runner.suite.function(day, check)

    @property
    def _open(self) -> LinkMaker:
        def opened(day: str) -> Link:
            course = self._course
            if self._zygote is not None:
                self._link = self._zygote.open(course.root, day)
            else:
                self._link = LocalLink(course.root, (day, *course.day(day).needs), course.limits)
            return self._link

        return opened

    def close(self) -> None:
        if self._zygote is not None:
            self._zygote.close()
            self._zygote = None


class CancelledError(KeyboardInterrupt):
    """Something newer is wanted; what lets Ctrl-C through lets this through."""


class Desk:
    """The newest request, read by a thread of its own; it interrupts the main thread while that is ``at_work``."""

    def __init__(self, lines: IO[str]) -> None:
        self._lines = lines
        self._news = threading.Condition()
        self._wanted: dict[str, Any] | None = None
        self._ended = False
        self._working = False
        signal.signal(LOUDER, self._interrupt)
        threading.Thread(target=self._read, daemon=True).start()

    def next(self) -> dict[str, Any] | None:
        """Wait for a request; None when there will be no more."""
        with self._news:
            while self._wanted is None and not self._ended:
                self._news.wait()
            wanted, self._wanted = self._wanted, None
            return None if self._ended else wanted

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Raise CancelledError inside the block as soon as there is a newer request, or no more of them."""
        self._working = True
        try:
            if self.has_news():
                raise CancelledError
            yield
        finally:
            self._working = False

    def has_news(self) -> bool:
        """Whether there is a newer request, or there will be none."""
        return self._ended or self._wanted is not None

    def _read(self) -> None:
        for line in self._lines:
            with self._news:
                self._wanted = json.loads(line)
                self._news.notify()
            self._hurry()
        with self._news:
            self._ended = True
            self._news.notify()
        self._hurry()

    def _hurry(self) -> None:
        """Until the main thread has heard it, or has taken the request."""
        told = -AGAIN
        while self._working and self.has_news():
            if time.monotonic() - told >= AGAIN:
                told = time.monotonic()
                if hasattr(signal, "pthread_kill"):
                    signal.pthread_kill(threading.main_thread().ident or 0, LOUDER)
                else:
                    signal.raise_signal(LOUDER)
            time.sleep(0.01)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._working and self.has_news() and not _is_importing(frame):
            raise CancelledError


def _is_importing(frame: FrameType | None) -> bool:
    """Whether a package is half imported, which cannot be tried again."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def serve(root: Path, requests: IO[str], answers: IO[str]) -> None:
    """Answer until there are no more requests.

    A request is ``{"number": 3, "day": "day03_linalg", "exercise": "regression.ridge", "days": [...]}``; what is said
    of it is ``{"number": 3}`` with ``"state"`` (``starting`` or ``checking``), then with ``"verdict"``, or with
    ``"error"`` when the course itself is at fault. A request for no exercise ends the one before.
    """
    desk = Desk(requests)

    def say(number: int, **news: Any) -> None:
        answers.write(json.dumps({"number": number, **news}) + "\n")
        answers.flush()

    checker: WarmChecker | None = None
    try:
        while (request := desk.next()) is not None:
            number = request["number"]
            if request["exercise"] is None:
                say(number, state="checking")
                continue
            try:
                if checker is None:
                    course = load_course(root)
                    days = [day for day in course.units if day.name in request["days"]]
                    checker = WarmChecker(course, days)
                task = _task(course, request["day"], request["exercise"])
                if not checker.is_warm(task.day):
                    say(number, state="starting")
                checker.warm(task)
                with desk.at_work():
                    checker.wait()
                say(number, state="checking")
                say(number, verdict=asdict(checker.check(task, desk.at_work)))
                checker.warm_rest(task.day, desk.has_news)
            except CancelledError:
                continue
            except CourseError as error:
                say(number, error=str(error), status=error.status)
    finally:
        if checker is not None:
            checker.close()


def _task(course: Course, day_name: str, name: str) -> Placed:
    day = course.day(day_name)
    return Placed(day, next(one for one in day.exercises if one.name == name))


def main() -> None:
    """Standard input and output are the connection; what is printed by whatever is imported goes nowhere."""
    leave_requests_to_parent()
    settle_threads()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    with closing(requests), suppress(BrokenPipeError):
        serve(Path(sys.argv[1]), requests, answers)


if __name__ == "__main__":
    main()
