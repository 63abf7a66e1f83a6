"""The clock of one call, on the trusted side: it counts the seconds in which student code ran or slept.

A process that could run and waits for its turn is not charged, nor is the time by which this side was late itself,
so that a busy machine does not turn a pass into a timeout; one that is so busy that nothing can be said is no fault of
the student. Where the system does not say how long a process has
waited (outside Linux), all the time counts.
"""

from __future__ import annotations

import os
import time

from course.worker.outcomes import StudentProblem, timeout_problem

TICK = 0.1
HARD_CAP = (
    20  # times the seconds allowed: then a machine that lets code wait for its turn is too busy to judge it
)
FRAME_SECONDS = 10.0  # from the first byte of an answer to its last: half a gigabyte takes half a second


class Clock:
    """To be looked at once a tick, whatever happens in between: bytes that come in do not stop it."""

    def __init__(self, number: int, seconds: float, limit: float | None = None) -> None:
        self._number = number
        self._seconds = seconds
        self._limit = seconds if limit is None else limit  # as the student knows it
        self.tick = min(TICK, seconds / 4)
        self._started = self._looked = time.monotonic()
        self._turns: tuple[float, float] | None = None
        self._work: float | None = None
        self._charged = 0.0
        self._frame_until: float | None = None

    def used(self) -> float:
        return self._charged + min(time.monotonic() - self._looked, self.tick)

    def until_look(self) -> float:
        """Seconds until it must be looked at; not above 0 when that is now."""
        return self._looked + self.tick - time.monotonic()

    def begin_frame(self) -> None:
        """The first byte of the answer is here."""
        if self._frame_until is None:
            self._frame_until = self.used() + FRAME_SECONDS

    def look(self) -> None:
        """Charge what has passed. Raises StudentProblem when the time is up."""
        now = time.monotonic()
        wall, self._looked = now - self._looked, now
        ran, waited = self._since_last_turn()
        late = max(0.0, wall - self.tick - ran - waited)
        # Threads of its own may keep the main one waiting: what all of them ran counts.
        self._charged += max(wall - waited - late, min(self._since_last_work(), wall))
        if self._charged >= self._seconds:
            raise timeout_problem(self._limit)
        if now - self._started >= HARD_CAP * self._seconds:
            raise StudentProblem(
                "grader_fault",
                f"The machine was too busy: in {now - self._started:.0f} s your code could run for "
                f"{self._charged:.1f} s only; repeat the check when less is going on.",
            )
        if self._frame_until is not None and self._charged >= self._frame_until:
            raise StudentProblem(
                "timeout", f"Your code began an answer and did not finish it within {FRAME_SECONDS:g} s."
            )

    def _since_last_turn(self) -> tuple[float, float]:
        """Seconds that the main thread has run, and has waited to run, since this was asked last."""
        before, self._turns = self._turns, turns_of(self._number)
        if before is None or self._turns is None:
            return 0.0, 0.0
        return self._turns[0] - before[0], self._turns[1] - before[1]

    def _since_last_work(self) -> float:
        """Seconds of processor that all threads have used since this was asked last."""
        before, self._work = self._work, _work(self._number)
        return 0.0 if before is None or self._work is None else self._work - before


def _work(number: int) -> float | None:
    """Seconds of processor of a process, its threads together; None where the system does not say."""
    try:
        with open(f"/proc/{number}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def turns_of(number: int | str) -> tuple[float, float] | None:
    """Seconds that a process (``thread-self``: this thread) has run, and has waited for a processor; None where the
    system does not say.
    """
    try:
        with open(f"/proc/{number}/schedstat", "rb") as file:
            ran, waited, _ = file.read().split()
    except (OSError, ValueError):
        return None
    return int(ran) / 1e9, int(waited) / 1e9
