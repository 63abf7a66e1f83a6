"""Grading on a Dask cluster: the same submissions, seeds and records as on one machine.

Every worker starts one station (``server.py``) when it first needs it and keeps it warm. Dask needs some ten
milliseconds of processor for a setup, as much as half a NumPy submission, so a setup is about half a second of grading.
What a lost worker had is given to another by the scheduler; what takes longer than all limits together is given up,
tried once more by itself and then recorded as a fault of the grader.
"""

from __future__ import annotations

import pickle
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from distributed import Client, Future, WorkerPlugin, get_worker, wait

from course.catalog import Course, Selection
from course.errors import CourseError
from course.grading.frames import read_frame, write_frame
from course.grading.intake import Submission
from course.grading.lanes import usable_processors
from course.grading.records import RecordWriter
from course.grading.server import READY, Setup
from course.results.reading import Record
from course.worker.ending import end_silent

NAME = "course-station"
ANSWER_SECONDS = 15
START_SECONDS = 120
AHEAD = 3  # tasks in flight per worker, so that none waits for the network
TASK_SECONDS = 0.5
LONGEST_TASK = 16
ATTEMPTS = 2


class StragglerError(Exception):
    """A station gave no record in time, or died."""


class StationPlugin(WorkerPlugin):  # type: ignore[misc]  # which is not typed
    """Holds the station of one worker."""

    name = NAME

    def __init__(self, setup: Setup, processors: Mapping[str, int], seconds: float) -> None:
        self._setup, self._processors, self._seconds = setup, processors, seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._sock: socket.socket | None = None

    def setup(self, worker: Any) -> None:
        self._lock = threading.Lock()  # a worker with several threads still has one station
        self._setup = replace(self._setup, processor=self._processors.get(worker.address))

    def teardown(self, worker: Any) -> None:
        self._end()

    def grade(self, submissions: Sequence[Submission]) -> tuple[list[bytes | None], float]:
        """The records as JSON, None where the station gave up or died; and the seconds that grading took.

        Raises CourseError when there is no station.
        """
        with self._lock:
            started = time.monotonic()
            records: list[bytes | None] = []
            for submission in submissions:
                try:
                    if self._process is None:
                        self._start()
                        started = time.monotonic()
                    records.append(self._ask(submission))
                except (StragglerError, OSError):
                    self._end()
                    records.append(None)
            return records, time.monotonic() - started

    def _ask(self, submission: Submission) -> bytes:
        return self._answer(pickle.dumps(submission), self._seconds)

    def _start(self) -> None:
        self._sock, theirs = socket.socketpair()
        command = [sys.executable, "-m", "course.grading.server", str(theirs.fileno())]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=2, pass_fds=[theirs.fileno()]
        )
        theirs.close()
        said = self._answer(pickle.dumps(self._setup), START_SECONDS)
        if said != READY:
            self._end()
            raise CourseError(said.decode("utf-8", "replace"))

    def _answer(self, question: bytes, seconds: float) -> bytes:
        """What the station says to this. Raises OSError when it says nothing for so long, StragglerError at its end."""
        assert self._sock is not None
        self._sock.settimeout(seconds)
        with self._sock.makefile("rwb") as stream:
            write_frame(stream, question)
            frame = read_frame(stream)
        if frame is None:
            raise StragglerError
        return frame

    def _end(self) -> None:
        if self._process is not None and self._sock is not None:
            if self._process.poll() is None:
                end_silent(self._process.pid)
            self._process.wait()
            self._sock.close()
            self._process = self._sock = None


def _grade(submissions: Sequence[Submission]) -> tuple[list[bytes | None], float]:
    plugin: StationPlugin = get_worker().plugins[NAME]
    return plugin.grade(submissions)


def grade_on_cluster(
    course: Course,
    selections: Sequence[Selection],
    writer: RecordWriter,
    submissions: Iterable[Submission],
    address: str,
) -> Iterator[bytes | Record]:
    """The records in the order in which they are finished.

    Raises CourseError when no scheduler answers at ``address``, it has no worker, or a worker has another suite.
    """
    try:
        client = Client(address, timeout=ANSWER_SECONDS, name="course grade")
    except (OSError, ValueError) as error:
        raise CourseError(
            f"No Dask scheduler answers at {address} ({type(error).__name__}); start one with `dask scheduler`, "
            "and workers with `dask worker ADDRESS --nthreads 1`."
        ) from None
    with client:
        workers = len(client.scheduler_info()["workers"])
        if workers == 0:
            raise CourseError(
                f"The scheduler at {address} has no worker; start one with `dask worker {address}`."
            )
        days = tuple(selection.day.name for selection in selections)
        setup = Setup(str(course.root), days, writer.seed, writer.suite)
        longest = _longest(course, selections)
        client.register_plugin(StationPlugin(setup, _processors(client), longest))
        silence = longest + START_SECONDS + 300  # a lost worker is noticed by the scheduler after so long
        yield from _Run(client, iter(submissions), AHEAD * workers, writer, silence).records()


def _processors(client: Client) -> dict[str, int]:
    """By address: a processor for each worker of a machine, when it has as many; then questions wake nobody on
    another one.
    """
    machines: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for address, usable in client.run(usable_processors).items():
        machines.setdefault((urlsplit(address).hostname or "", tuple(usable)), []).append(address)
    return {
        address: processor
        for (_, usable), addresses in machines.items()
        if len(addresses) == len(usable)
        for address, processor in zip(addresses, usable, strict=True)
    }


def _longest(course: Course, selections: Sequence[Selection]) -> float:
    """Seconds after which every limit of every check must have struck, with room for a busy machine."""
    limits = course.limits
    checks = [check for s in selections for exercise in s.exercises for check in exercise.checks]
    return 60 + 5 * sum(limits.training_seconds if c.training else limits.test_seconds for c in checks)


@dataclass(frozen=True)
class _Batch:
    """What one setup grades."""

    submissions: tuple[Submission, ...]
    attempt: int = 1


class _Run:
    """Keeps ``ahead`` tasks in flight; a setup holds as many submissions as take ``TASK_SECONDS``."""

    def __init__(
        self,
        client: Client,
        waiting: Iterator[Submission],
        ahead: int,
        writer: RecordWriter,
        silence: float,
    ) -> None:
        self._client = client
        self._waiting = waiting
        self._ahead = ahead
        self._writer = writer
        self._size = 1  # until the first has told how long it takes
        self._again: deque[_Batch] = deque()
        self._silence = silence
        self._sent: dict[Future, _Batch] = {}

    def records(self) -> Iterator[bytes | Record]:
        self._fill()
        while self._sent:
            for future in self._ended():
                yield from self._take(self._sent.pop(future), future)
            self._fill()

    def _ended(self) -> Iterable[Future]:
        """Wait for tasks that have ended. Raises CourseError when the cluster has been silent for too long."""
        try:
            done, _ = wait(list(self._sent), timeout=self._silence, return_when="FIRST_COMPLETED")
        except TimeoutError:
            raise CourseError(
                f"The cluster has finished nothing for {self._silence / 60:.0f} minutes; look after its scheduler and "
                "workers, then start again: what is graded is kept."
            ) from None
        return list(done)

    def _fill(self) -> None:
        while len(self._sent) < self._ahead:
            batch = self._next()
            if batch is None:
                return
            self._sent[self._client.submit(_grade, batch.submissions, pure=False)] = batch

    def _next(self) -> _Batch | None:
        if self._again:
            return self._again.popleft()
        submissions = tuple(islice(self._waiting, self._size))
        return _Batch(submissions) if submissions else None

    def _take(self, batch: _Batch, future: Future) -> Iterator[bytes | Record]:
        error = future.exception()
        if isinstance(error, CourseError):
            raise error
        lost = [None] * len(batch.submissions)
        records, seconds = future.result() if error is None else (lost, 0.0)
        future.release()
        if seconds:
            self._size = min(max(1, round(TASK_SECONDS * len(records) / seconds)), LONGEST_TASK)
        for submission, record in zip(batch.submissions, records, strict=True):
            if record is not None:
                yield record
            elif batch.attempt < ATTEMPTS:
                self._again.append(_Batch((submission,), batch.attempt + 1))
            else:
                why = f"Not checked: no worker finished it ({type(error or StragglerError()).__name__})."
                yield self._writer.without_running(submission, "grader_fault", why)
