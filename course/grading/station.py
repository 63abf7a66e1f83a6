"""A grading station: one warm trusted and one warm untrusted process, of which every submission gets a fork.

The trusted one has imported the tests and knows the fingerprints of the misconceptions before the first fork;
it is the process that holds the station. The record of a submission comes back through a pipe, so that a fork
that dies loses nothing but itself.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

from course.catalog import Course, Selection
from course.grading.intake import Submission
from course.grading.records import RecordWriter
from course.grading.results import Record
from course.testing.running import Runner
from course.worker.isolated import IsolatedLink, Zygote
from course.worker.sandbox import die_with_parent


@dataclass(frozen=True)
class Job:
    """A submission being graded: the number of its process and the end of the pipe its record comes from."""

    submission: Submission
    number: int
    pipe: int


class Station:
    """To be used in a ``with`` block; the process must have one thread when a job is started."""

    def __init__(
        self,
        course: Course,
        selections: Sequence[Selection],
        writer: RecordWriter,
        *,
        off: Sequence[str] = (),
        warm: bool = True,
    ) -> None:
        """``off`` names layers of isolation to leave out, ``warm=False`` imports nothing before the forks: both
        for comparison.
        """
        self._selections = selections
        self.writer = writer
        self._runner = Runner(course, writer.seed)
        imports = [name for selection in selections for name in selection.day.imports]
        refused = [name for selection in selections for e in selection.exercises for name in e.refused]
        if not warm:
            imports, refused = [], []
        days = [day.name for day in course.days]
        self._zygote = Zygote(days, imports, course.limits, refused=refused, off=off)

    def __enter__(self) -> Station:
        self._runner.warm(self._selections)  # while the other process imports
        assert self._zygote.layers
        gc.collect()
        gc.freeze()  # so that a collection in a fork does not touch, and copy, what is shared
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zygote.close()

    def start(self, submission: Submission) -> Job:
        """Begin to grade in a fork of both processes."""
        sys.stdout.flush()
        sys.stderr.flush()
        read, write = os.pipe()
        number = os.fork()
        if number == 0:
            die_with_parent()
            os.close(read)
            self._grade_and_exit(submission, write)
        os.close(write)
        return Job(submission, number, read)

    def _grade_and_exit(self, submission: Submission, pipe: int) -> None:
        status = 70
        try:
            data = json.dumps(self.grade(submission), ensure_ascii=False, allow_nan=False).encode()
            with open(pipe, "wb") as file:
                file.write(data)
            status = 0
        except BrokenPipeError:
            pass  # the grader has gone, and this process with it
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def grade(self, submission: Submission) -> Record:
        """Grade in this process (the student's code in a fork of the other one)."""
        if submission.refused:
            return self.writer.without_running(submission, "rejected", f"Not checked: {submission.note}.")
        started = time.monotonic()
        links: list[IsolatedLink] = []

        def open_link(day: str) -> IsolatedLink:
            links.append(self._zygote.open(submission.files, day))
            return links[-1]

        result = self._runner.run(self._selections, submission.files, open_link)
        isolation = next((link.isolation for link in links if link.isolation), self._zygote.layers)
        return self.writer.record(submission, result, isolation, time.monotonic() - started)
