"""Grading on this machine: a few submissions at the same time, each record handed on as soon as it is there."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Iterable, Iterator

from course.grading.intake import Submission
from course.grading.results import Record
from course.grading.station import Job, Station

ATTEMPTS = 2


def grade_locally(station: Station, submissions: Iterable[Submission], jobs: int) -> Iterator[bytes | Record]:
    """The records, as JSON text, in the order in which they are finished.

    Submissions are read one by one as processes become free. One whose process dies is tried again, and ends as
    a fault of the grader when that dies too.
    """
    waiting = iter(submissions)
    running: dict[int, _Running] = {}
    poll = select.poll()
    try:
        while True:
            while len(running) < jobs and (submission := next(waiting, None)) is not None:
                _start(station, submission, 1, running, poll)
            if not running:
                return
            for pipe, _ in poll.poll():
                one = running[pipe]
                data = os.read(pipe, 2**20)
                if data:
                    one.pieces.append(data)
                    continue
                poll.unregister(pipe)
                code = running.pop(pipe).end()
                if code == 0:
                    yield b"".join(one.pieces)
                elif one.attempt < ATTEMPTS:
                    _start(station, one.job.submission, one.attempt + 1, running, poll)
                else:
                    why = f"Not checked: the grading process ended with status {code}."
                    yield station.writer.without_running(one.job.submission, "grader_fault", why)
    finally:
        for one in running.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(one.job.number, signal.SIGKILL)
            one.end()


def _start(
    station: Station,
    submission: Submission,
    attempt: int,
    running: dict[int, _Running],
    poll: select.poll,
) -> None:
    job = station.start(submission)
    running[job.pipe] = _Running(job, attempt)
    poll.register(job.pipe, select.POLLIN)


class _Running:
    def __init__(self, job: Job, attempt: int) -> None:
        self.job = job
        self.attempt = attempt
        self.pieces: list[bytes] = []

    def end(self) -> int:
        """Wait for the process; its exit status."""
        os.close(self.job.pipe)
        return os.waitstatus_to_exitcode(os.waitpid(self.job.number, 0)[1])
