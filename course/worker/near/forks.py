"""Jobs in forks of this warm process, a few at a time, in the order of their ranks.

A job is a function; it runs in a child that has inherited every import, and what it returns comes back
as plain JSON through a pipe. A child that hangs, is killed or crashes is an answer like any other; an
exception of the tool itself is raised again here.
"""

from __future__ import annotations

import contextlib
import gc
import heapq
import itertools
import json
import os
import select
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from course.errors import CourseError
from course.signals import REQUESTS
from course.worker.ending import signal_name

TICK = 0.2
GARBAGE = 50_000
"""Objects made before a collection in a fork: what is frozen does not count, so the usual 700 would be all the time."""


@dataclass(frozen=True)
class Ended:
    """How a job ended: with a ``value``, or with the ``problem`` that there is none.

    A problem is ``timeout``, the name of a signal, an exit status, or the sentence of a CourseError. ``seconds``
    are those of the processor, ``wall`` those of the clock.
    """

    value: Any = None
    problem: str = ""
    seconds: float = 0.0
    wall: float = 0.0


Then = Callable[[Ended], None]
Rank = tuple[float, ...]


@dataclass(frozen=True, order=True)
class _Job:
    rank: Rank
    number: int
    label: str = field(compare=False)
    work: Callable[[], Any] = field(compare=False)
    seconds: float = field(compare=False)
    then: Then = field(compare=False)


@dataclass
class _Child:
    job: _Job
    number: int
    pipe: int
    started: float
    text: bytearray

    @property
    def overdue(self) -> bool:
        return time.monotonic() - self.started > self.job.seconds


class ForkPool:
    """Runs jobs, ``at_once`` at a time, the lowest rank first; what hears of an end may submit more.

    ``ticked`` is called with the label of a job that has ended, and now and then with an empty one.
    """

    def __init__(self, at_once: int, ticked: Callable[[str], None] = lambda _: None) -> None:
        if not hasattr(os, "fork"):
            raise CourseError(
                "This command forks its process, which this system cannot; use Linux, macOS or WSL."
            )
        self._at_once = at_once
        self._ticked = ticked
        self._numbers = itertools.count()
        self._waiting: list[_Job] = []
        self._chores: deque[Callable[[], None]] = deque()
        self._running: dict[int, _Child] = {}

    def submit(
        self, label: str, work: Callable[[], Any], seconds: float, then: Then, rank: Rank = ()
    ) -> None:
        """Put a job into the queue; ``seconds`` on the wall after which it is killed. Jobs of one rank start in the
        order in which they came.
        """
        heapq.heappush(self._waiting, _Job(rank, next(self._numbers), label, work, seconds, then))

    def meanwhile(self, chore: Callable[[], None]) -> None:
        """Something that this process does itself, which may submit jobs, while as many jobs run as can."""
        self._chores.append(chore)

    def run(self) -> None:
        """Until nothing waits and nothing runs. No child outlives this call, whatever ends it."""
        try:
            while self._waiting or self._running or self._chores:
                while self._waiting and len(self._running) < self._at_once:
                    self._start(heapq.heappop(self._waiting))
                if self._chores:
                    self._chores.popleft()()
                else:
                    self._attend()
        finally:
            for child in list(self._running.values()):
                self._bury(child)

    def _start(self, job: _Job) -> None:
        read, write = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        number = os.fork()
        if number == 0:
            os.close(read)
            _work(job, write)
        os.close(write)
        os.set_blocking(read, False)
        self._running[read] = _Child(job, number, read, time.monotonic(), bytearray())

    def _attend(self) -> None:
        """Wait for the first word of any child, or for the first deadline."""
        poll = select.poll()
        for pipe in self._running:
            poll.register(pipe, select.POLLIN)
        for pipe, _ in poll.poll(TICK * 1000):
            child = self._running[pipe]
            if self._read(child):
                self._end(child, _reply(child, *self._bury(child)))
        for child in [child for child in self._running.values() if child.overdue]:
            _, seconds = self._bury(child)
            self._end(child, Ended(problem="timeout", seconds=seconds))
        self._ticked("")

    def _read(self, child: _Child) -> bool:
        """Take what is there; true at the end of the pipe."""
        with contextlib.suppress(BlockingIOError):
            while data := os.read(child.pipe, 1 << 18):
                child.text += data
            return True
        return False

    def _end(self, child: _Child, ended: Ended) -> None:
        child.job.then(replace(ended, wall=time.monotonic() - child.started))
        self._ticked(child.job.label)

    def _bury(self, child: _Child) -> tuple[int, float]:
        """End the child and everything it started; its exit code and the processor seconds it took."""
        del self._running[child.pipe]
        os.close(child.pipe)
        if not child.overdue:
            _grace(child.number)
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(child.number, signal.SIGKILL)
        _, status, used = os.wait4(child.number, 0)
        return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime


def _grace(number: int) -> None:
    """A child that has closed its pipe is about to exit: let it, so that its exit code is its own."""
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        if os.waitid(os.P_PID, number, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return
        time.sleep(0.001)


def _work(job: _Job, pipe: int) -> NoReturn:
    status = 70
    try:
        os.setsid()
        for number in REQUESTS:
            signal.signal(number, signal.SIG_DFL)
        gc.set_threshold(GARBAGE)
        _silence()
        reply = json.dumps(_answer(job)).encode()
        while reply:
            reply = reply[os.write(pipe, reply) :]
        status = 0
    finally:
        os._exit(status)


def _answer(job: _Job) -> dict[str, Any]:
    try:
        return {"value": job.work()}
    except CourseError as error:
        return {"sentence": str(error)}
    except BaseException:
        return {"traceback": traceback.format_exc()}


def _silence() -> None:
    """What student code writes past Python's streams must not reach the terminal."""
    null = os.open(os.devnull, os.O_RDWR)
    for target in (0, 1, 2):
        os.dup2(null, target)
    os.close(null)


def _reply(child: _Child, code: int, seconds: float) -> Ended:
    try:
        reply = json.loads(child.text.decode())
    except ValueError:
        return Ended(problem=signal_name(-code) if code < 0 else f"exit status {code}", seconds=seconds)
    if "sentence" in reply:
        return Ended(problem=reply["sentence"], seconds=seconds)
    if "traceback" in reply:
        raise RuntimeError(f"the job {child.job.label!r} broke:\n{reply['traceback']}")
    return Ended(value=reply["value"], seconds=seconds)
