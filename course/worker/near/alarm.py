"""The clock of a check whose student code runs in this process, and what it has seen when the time is up.

An alarm rings several times a second. Each time it charges what the code has used, processor time while it runs and
wall time while it sleeps, as the clock of an isolated process does, and notes in which of the student's functions
it rang. So a busy machine turns no pass into a timeout, and a timeout says where the time went.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from course.worker.near.clock import HARD_CAP, turns_of
from course.worker.outcomes import Interruption, StudentProblem, seconds_text, timeout_problem

TICK = 0.2
ASLEEP = 0.01  # where the system does not say who waits: less than this share of a tick is no work but sleep
WORTH_NAMING = 0.5  # of the time must have gone into one function
BUSY = 1.5  # times as long on the wall as was charged
LEAST_SHARE = 0.2  # of the limit, that a busy machine is not blamed for


class TimeUpError(Interruption):
    """Raised by the alarm."""


class Alarm:
    """Seconds that the student code of one check has used so far, and in which functions."""

    def __init__(self, root: Path) -> None:
        self._own = f"{root}{os.sep}"
        self.used = 0.0
        self._wall = 0.0
        self._in: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def limit(self, seconds: float, may_be_cut_at: Callable[[FrameType | None], bool]) -> Iterator[None]:
        """Raise TimeUpError inside the block when it has used so many seconds, where it may be cut.

        Where there are no alarms (Windows, other threads) only what was used is counted.
        """
        until = self.used + seconds
        started = wall = time.monotonic()
        processor, queued = time.process_time(), seconds_queued()
        finished = False

        def charge(frame: FrameType | None) -> None:
            nonlocal wall, processor, queued
            now, ran, waited = time.monotonic(), time.process_time(), seconds_queued()
            in_queue = None if waited is None or queued is None else waited - queued
            charged = charged_seconds(now - wall, ran - processor, in_queue)
            self.used += charged
            self._wall += now - wall
            wall, processor, queued = now, ran, waited
            if frame is not None:
                self._in[self._place(frame)] += charged

        def ring(signum: int, frame: FrameType | None) -> None:
            if finished:
                return
            charge(frame)
            is_up = self.used >= until or wall - started >= HARD_CAP * seconds
            if is_up and may_be_cut_at(frame):
                raise TimeUpError  # again at the next ring: a loop may catch everything

        alarms = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
        if alarms:
            before = signal.signal(signal.SIGALRM, ring)
            tick = min(TICK, seconds / 4)
            signal.setitimer(signal.ITIMER_REAL, tick, tick)
        try:
            yield
        finally:
            finished = True
            if alarms:
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, before)
            charge(None)

    def _place(self, frame: FrameType | None) -> str:
        """The innermost of the student's functions that is at work; empty when it is none of theirs."""
        while frame is not None:
            if frame.f_code.co_filename.startswith(self._own):
                name = frame.f_code.co_qualname
                return f"the top of {Path(frame.f_code.co_filename).name}" if name == "<module>" else name
            frame = frame.f_back
        return ""

    def problem(self, limit: float) -> StudentProblem:
        """What a student is told when the time is up; ``limit`` is the one that the check announces."""
        place, seconds = max(self._in.items(), key=lambda item: item[1], default=("", 0.0))
        waited = self._wall if self._wall > BUSY * max(self.used, limit * LEAST_SHARE) else 0.0
        if place and seconds >= WORTH_NAMING * self.used:
            return timeout_problem(
                limit, f"{seconds_text(seconds)} of {seconds_text(self.used)} s in {place}", waited
            )
        return timeout_problem(limit, waited=waited)


def charged_seconds(wall: float, processor: float, queued: float | None = None) -> float:
    """What counts of a stretch of time: processor time of code that runs, all of a sleep, and nothing of what it was
    ``queued`` for a processor. Where the system does not say that (None), it is guessed.
    """
    if queued is not None:
        return max(0.0, wall - queued, min(processor, wall))
    return wall if processor < ASLEEP * wall else min(processor, wall)


def seconds_queued() -> float | None:
    """Seconds that this thread has waited for a processor; None where the system does not say."""
    turns = turns_of("thread-self")
    return None if turns is None else turns[1]
