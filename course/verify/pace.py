"""How far a run has come, and how long the rest will take.

A mutant takes milliseconds and a training test seconds, so jobs are not just counted: each is announced with the
seconds it should take, and how wrong that is shows in those of the same phase that have ended.
"""

from __future__ import annotations

from collections import Counter

from course.verify.evidence import Phase


class Pace:
    """Hears of every job before and after, ``at_once`` of which run at a time."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._waiting: dict[Phase, float] = {}  # seconds announced for what has not ended
        self._announced: dict[Phase, float] = {}  # and for what has
        self._taken: dict[Phase, float] = {}
        self._jobs: Counter[str] = Counter()

    def expect(self, phase: Phase, cost: float) -> None:
        """A job will be run, of about ``cost`` seconds."""
        self._jobs["expected"] += 1
        _add(self._waiting, phase, cost)

    def note(self, phase: Phase, cost: float, seconds: float) -> None:
        """One for which ``cost`` seconds were expected has ended, after ``seconds`` of the clock."""
        self._jobs["ended"] += 1
        _add(self._waiting, phase, -cost)
        _add(self._announced, phase, cost)
        _add(self._taken, phase, seconds)

    @property
    def expected(self) -> int:
        return self._jobs["expected"]

    @property
    def ended(self) -> int:
        return self._jobs["ended"]

    @property
    def left(self) -> float | None:
        """Seconds until the end; None as long as nothing has ended."""
        if not self.ended:
            return None
        overall = sum(self._taken.values()) / sum(self._announced.values())
        seconds = 0.0
        for phase, cost in self._waiting.items():
            known = self._announced.get(phase)
            seconds += cost * (self._taken[phase] / known if known else overall)
        return max(seconds, 0.0) / self._at_once


def _add(sums: dict[Phase, float], phase: Phase, seconds: float) -> None:
    sums[phase] = sums.get(phase, 0.0) + seconds
