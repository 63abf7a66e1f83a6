"""Checks in processes of their own, as ``course watch`` asks for them: nobody waits here, neither for PyTorch nor for
an endless loop. ``practice/checker.py`` is the other end.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Literal

from course.catalog import Day
from course.errors import CourseError
from course.packages import PACKAGES
from course.practice.progress import Placed
from course.practice.verdicts import Verdict

STUBBORN = 5.0  # seconds after which a check that does not end when it is told to is ended with its process
END_SECONDS = 10.0
State = Literal["starting", "checking"]


class BackgroundChecker:
    """At most one check at a time: to ask for the next one cancels it.

    While one process imports PyTorch, what needs none of it is checked in a second one.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._number = 0
        self._first = self._at = CheckerProcess(root)
        self._second: CheckerProcess | None = None

    @property
    def state(self) -> State:
        """Of the process that was asked last."""
        return self._at.state

    def ask(self, task: Placed, days: Sequence[str]) -> None:
        """Check this exercise, and no other any more; ``days`` are those that may come next."""
        before, self._at = self._at, self._process_for(task.day)
        self._number += 1
        if before is not self._at:
            before.leave(self._number)
        self._at.ask(self._number, task, days)

    def _process_for(self, day: Day) -> CheckerProcess:
        if _is_slow(day):
            return self._first
        if self._second is None and self._first.is_starting_slowly:
            self._second = CheckerProcess(self._root)
        return self._second or self._first

    def look(self) -> Verdict | None:
        """The verdict when it has come. Raises CourseError when the course is at fault."""
        for process in self._processes:
            for news in process.look():
                if process is self._at and news["number"] == self._number:
                    if "error" in news:
                        raise CourseError(news["error"])
                    return Verdict(**news["verdict"])
        return None

    @property
    def _processes(self) -> list[CheckerProcess]:
        return [self._first, *([self._second] if self._second is not None else [])]

    def trouble(self) -> str:
        """What the processes have said of faults of their own."""
        return "".join(process.trouble() for process in self._processes if process.state == "checking")

    def close(self) -> None:
        """End the processes and whatever they run."""
        for process in self._processes:
            process.close()


class CheckerProcess:
    """One process that checks, started at once; it has heard of a request or is idle."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._request: dict[str, Any] = {}
        self._is_slow = False
        self._deadline = 0.0
        self.state: State = "starting"
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the process
        self._start()

    def _start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-X", "utf8", "-m", "course.practice.checker", str(self._root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        reader = threading.Thread(
            target=_read, args=(self.process.stdout, self._answers), daemon=True, name="verdicts"
        )
        reader.start()

    @property
    def is_starting_slowly(self) -> bool:
        """Whether it imports what only some days need, and that takes its time."""
        return self._is_slow and self.state == "starting"

    def ask(self, number: int, task: Placed, days: Sequence[str]) -> None:
        """Check this exercise; a check that runs is told to end."""
        if _is_slow(task.day) and not self._is_slow:
            self._is_slow, self.state = True, "starting"
        self._send(
            {"number": number, "day": task.day.name, "exercise": task.exercise.name, "days": list(days)}
        )

    def leave(self, number: int) -> None:
        """Tell a check that runs to end; nothing else is wanted."""
        self._send({"number": number, "exercise": None})

    def _send(self, request: dict[str, Any]) -> None:
        if self._request.get("exercise") is not None:
            self._deadline = time.monotonic() + STUBBORN
        self._request = request
        self._write()

    def _write(self) -> None:
        stream = self.process.stdin
        assert stream is not None
        with suppress(OSError):  # it has ended, which is heard of at the next look
            stream.write(json.dumps(self._request).encode() + b"\n")
            stream.flush()

    def look(self) -> Iterator[dict[str, Any]]:
        """The verdicts and errors that have come. Raises CourseError when the process has ended."""
        with suppress(queue.Empty):
            while True:
                line = self._answers.get_nowait()
                if not line:
                    raise CourseError(self._why_it_ended())
                news = json.loads(line)
                self.state = news.get("state", self.state)
                if news["number"] == self._request.get("number"):
                    self._deadline = 0.0
                    if "state" not in news:
                        self._request = {}
                        yield news
        if self._deadline and time.monotonic() > self._deadline and self.state == "checking":
            self._end()
            self._deadline, self.state = 0.0, "starting"
            self._start()
            self._write()

    def _why_it_ended(self) -> str:
        said = self.trouble().strip().splitlines()[-1:] or ["without a word"]
        return f"The process that checks has ended ({said[0]}); start `course watch` again."

    def trouble(self) -> str:
        """What the process has said of faults of its own."""
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")

    def _end(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """End the process and whatever it runs."""
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(END_SECONDS if self.state == "checking" else 0.2)
        except subprocess.TimeoutExpired:
            self._end()


def _is_slow(day: Day) -> bool:
    """Whether the imports of a day take seconds."""
    return not PACKAGES.keys().isdisjoint(day.imports)


def _read(stream: IO[bytes], answers: queue.SimpleQueue[bytes]) -> None:
    for line in stream:
        answers.put(line)
    answers.put(b"")
