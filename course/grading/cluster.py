"""Grading on a Dask cluster: the same submissions, seeds and records as on one machine.

Every worker starts one station (``server.py``) when it first needs it and keeps it warm. What a lost worker had is
given to another by the scheduler; what takes longer than all limits together is given up, tried once more and then
recorded as a fault of the grader.
"""

from __future__ import annotations

import contextlib
import pickle
import select
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from distributed import Client, Future, WorkerPlugin, as_completed, get_worker

from course.catalog import Course, Selection
from course.errors import CourseError
from course.grading.frames import read_frame, write_frame
from course.grading.intake import Submission
from course.grading.records import RecordWriter
from course.grading.results import Record
from course.grading.server import READY, Task

NAME = "course-station"
ANSWER_SECONDS = 15
START_SECONDS = 120
AHEAD = 4  # submissions in flight per worker, so that none waits for the network


class StragglerError(Exception):
    """A station gave no record in time, or died."""


class StationPlugin(WorkerPlugin):  # type: ignore[misc]  # which is not typed
    """Holds the station of one worker."""

    name = NAME

    def __init__(self, task: Task, seconds: float) -> None:
        self._task, self._seconds = task, seconds
        self._process: subprocess.Popen[bytes] | None = None

    def setup(self, worker: Any) -> None:
        self._lock = threading.Lock()  # a worker with several threads still has one station

    def teardown(self, worker: Any) -> None:
        self._end()

    def grade(self, submission: Submission) -> bytes:
        """The record of a submission as JSON. Raises StragglerError, or CourseError when there is no station."""
        with self._lock:
            process = self._process or self._start()
            assert process.stdin is not None
            try:
                write_frame(process.stdin, pickle.dumps(submission))
                return self._answer(process, self._seconds)
            except (StragglerError, BrokenPipeError):
                self._end()
                raise StragglerError(submission.student) from None

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "course.grading.server"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        write_frame(self._process.stdin, pickle.dumps(self._task))
        said = self._answer(self._process, START_SECONDS)
        if said != READY:
            self._end()
            raise CourseError(said.decode("utf-8", "replace"))
        return self._process

    def _answer(self, process: subprocess.Popen[bytes], seconds: float) -> bytes:
        assert process.stdout is not None
        if not select.select([process.stdout], [], [], seconds)[0]:
            raise StragglerError
        frame = read_frame(process.stdout)
        if frame is None:
            raise StragglerError
        return frame

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                with contextlib.suppress(OSError):
                    stream.close()  # type: ignore[union-attr]  # both were asked for
            self._process = None


def _grade(submission: Submission) -> bytes:
    plugin: StationPlugin = get_worker().plugins[NAME]
    return plugin.grade(submission)


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
        task = Task(str(course.root), days, writer.seed, writer.suite)
        client.register_plugin(StationPlugin(task, _longest(course, selections)))
        yield from _gather(client, submissions, AHEAD * workers, writer)


def _longest(course: Course, selections: Sequence[Selection]) -> float:
    """Seconds after which every limit of every check must have struck, with room for a busy machine."""
    limits = course.limits
    checks = [check for s in selections for exercise in s.exercises for check in exercise.checks]
    return 60 + 5 * sum(limits.training_seconds if c.training else limits.test_seconds for c in checks)


def _gather(
    client: Client, submissions: Iterable[Submission], ahead: int, writer: RecordWriter
) -> Iterator[bytes | Record]:
    waiting = iter(submissions)
    sent: dict[str, Submission] = {}

    def send() -> Iterator[Future]:
        submission = next(waiting, None)
        if submission is not None:
            future = client.submit(_grade, submission, pure=False, retries=1)
            sent[future.key] = submission
            yield future

    pool = as_completed([future for _ in range(ahead) for future in send()])
    for future in pool:
        submission = sent.pop(future.key)
        error = future.exception()
        if isinstance(error, CourseError):
            raise error
        if error is None:
            yield future.result()
        else:
            why = f"Not checked: no worker finished it ({type(error).__name__})."
            yield writer.without_running(submission, "grader_fault", why)
        future.release()
        for new in send():
            pool.add(new)
