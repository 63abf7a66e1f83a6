"""Grading on this machine: a few lanes side by side, each record handed on as soon as it is there."""

from __future__ import annotations

import os
import select
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from course.grading.intake import Submission
from course.grading.station import WARM_PROCESS_GONE, Lane, Station
from course.results.reading import Record
from course.worker.near.warm import REVIVALS

ATTEMPTS = 2
TICK = 0.5  # seconds between two looks at the clocks of the lanes


def grade_locally(
    station: Station, submissions: Iterable[Submission], jobs: int, processors: Sequence[int] | None = None
) -> Iterator[bytes | Record]:
    """The records, as JSON text, in the order in which they are finished.

    ``processors`` are those to which the lanes keep, one each; by default all, when there are as many as ``jobs``.
    Submissions are read one by one as lanes become free; a single lane hands on its record first, so that whoever
    gives the submissions may wait for it. One on which a lane dies is tried again, and ends as a
    fault of the grader when that lane dies too.
    """
    run = _Run(station, iter(submissions), jobs, own_processors(jobs) if processors is None else processors)
    try:
        for _ in range(jobs):
            run.next_one(None)
        while run.busy:
            lanes = [one.lane for one in run.busy.values()]
            for lane in select.select(lanes, [], [], TICK)[0]:
                yield from run.finished(lane)
            run.end_silent()
    finally:
        run.end()


@dataclass
class _Busy:
    lane: Lane
    submission: Submission
    attempt: int


class _Run:
    def __init__(
        self, station: Station, waiting: Iterator[Submission], jobs: int, processors: Sequence[int]
    ) -> None:
        self._station = station
        self._waiting = waiting
        self._ahead = jobs > 1
        self._processors = processors
        self.busy: dict[int, _Busy] = {}

    def next_one(self, lane: Lane | None) -> None:
        """Give a lane, or a new one, the next submission; without one it is closed."""
        submission = next(self._waiting, None)
        if submission is not None:
            self._give(lane, submission, 1)
        elif lane is not None:
            lane.close()

    def _give(self, lane: Lane | None, submission: Submission, attempt: int) -> None:
        if lane is not None and lane.worn:
            lane.close()
            lane = None
        others = [one.lane for one in self.busy.values()]
        lane = lane or self._station.open_lane(others, self._processors)
        lane.give(submission)
        self.busy[lane.number] = _Busy(lane, submission, attempt)

    def finished(self, lane: Lane) -> Iterator[bytes | Record]:
        """The record of a lane that has something to say; it goes on with the next submission."""
        one = self.busy.pop(lane.number)
        data = lane.take()
        if data is not None:
            self._station.has_answered()
        if data is not None and self._ahead:
            self.next_one(lane)
            yield data
            return
        if data is not None:
            try:
                yield data
            except GeneratorExit:
                lane.close(kill=True)
                raise
            self.next_one(lane)
            return
        code = lane.close()
        allowed = ATTEMPTS
        if code == WARM_PROCESS_GONE:  # hardly this submission's doing
            self._station.revive(lane)
            allowed = REVIVALS
        if one.attempt < allowed:
            self._give(None, one.submission, one.attempt + 1)
            return
        self.next_one(None)
        why = f"Not checked: the grading process ended with status {code}."
        yield self._station.writer.without_running(one.submission, "grader_fault", why)

    def end_silent(self) -> None:
        """End lanes that no longer go on: their submissions are tried again like those of lanes that died."""
        for one in list(self.busy.values()):
            if one.lane.overdue:
                one.lane.end_silent()

    def end(self) -> None:
        """Stop what is still running."""
        for one in self.busy.values():
            one.lane.close(kill=True)
        self.busy.clear()


def own_processors(jobs: int) -> list[int]:
    """A processor for each lane, when there are as many; none where others may want them, or the system cannot."""
    usable = usable_processors()
    return usable if len(usable) == jobs else []


def usable_processors() -> list[int]:
    """The numbers of the processors that this process may use; none where the system does not bind to them."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
