"""A grading station: one warm trusted and one warm untrusted process, which are forked.

The trusted one, the process that holds the station, has imported the tests and knows the fingerprints of the
misconceptions before the first fork. Its forks, the lanes, grade one submission after the other and are replaced
after a while; they never run student code. The untrusted process is forked for every submission and day.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import socket
import sys
import time
import traceback
from collections.abc import Sequence
from io import BufferedRWPair
from types import TracebackType

from course.catalog import Course, Selection
from course.grading.frames import read_frame, write_frame
from course.grading.intake import Submission
from course.grading.records import RecordWriter
from course.grading.results import Record
from course.testing.running import Runner
from course.worker.isolated import IsolatedLink, Zygote
from course.worker.sandbox import die_with_parent
from course.worker.session import reset_process_state

LANE_LENGTH = 200  # submissions, after which a lane is replaced: what it may have piled up goes with it


class Lane:
    """A trusted fork of the station, seen from the station."""

    def __init__(self, number: int, sock: socket.socket, processor: int | None) -> None:
        self.number = number
        self.processor = processor
        self._sock = sock
        self._stream: BufferedRWPair = sock.makefile("rwb")
        self._given = 0

    def fileno(self) -> int:
        return self._sock.fileno()

    @property
    def worn(self) -> bool:
        return self._given >= LANE_LENGTH

    def give(self, submission: Submission) -> None:
        """Let it grade; the record is to be taken before the next one is given."""
        self._given += 1
        write_frame(self._stream, pickle.dumps(submission))

    def take(self) -> bytes | None:
        """The record as JSON; None when the process has ended instead."""
        return read_frame(self._stream)

    def close(self, *, kill: bool = False) -> int:
        """End it; its exit status."""
        if kill:
            os.kill(self.number, 9)
        self._stream.close()
        self._sock.close()
        return os.waitstatus_to_exitcode(os.waitpid(self.number, 0)[1])


class Station:
    """To be used in a ``with`` block; the process must have one thread when a lane is opened."""

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
        self.writer = writer
        self._selections = selections
        self._runner = Runner(course, writer.seed)
        days = [selection.day for selection in selections] if warm else []
        self._zygote = Zygote.for_days(course, days, many=True, off=off)

    def __enter__(self) -> Station:
        self._runner.warm(self._selections)  # while the other process imports
        assert self._zygote.layers
        gc.collect()
        gc.freeze()  # so that a collection in a fork does not touch, and copy, what is shared
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the untrusted process, whether or not it was needed; a second time does nothing."""
        self._zygote.close()

    def open_lane(self, others: Sequence[Lane] = (), processors: Sequence[int] = ()) -> Lane:
        """A fork of this process that grades; it must not hold the ends of the ``others``.

        With ``processors``, one for each lane, it keeps to one of them with the submissions that it grades: they
        take turns, and waking somebody on another processor costs more than the question.
        """
        sys.stdout.flush()
        sys.stderr.flush()
        mine, theirs = socket.socketpair()
        processor = next(iter({*processors} - {lane.processor for lane in others}), None)
        number = os.fork()
        if number == 0:
            die_with_parent()
            if processor is not None:
                self._zygote.processor = processor
                os.sched_setaffinity(0, {processor})
            for descriptor in (mine.fileno(), *(lane.fileno() for lane in others)):
                os.close(descriptor)
            self._serve_and_exit(theirs)
        theirs.close()
        return Lane(number, mine, processor)

    def _serve_and_exit(self, sock: socket.socket) -> None:
        status = 70
        try:
            stream: BufferedRWPair = sock.makefile("rwb")
            while (frame := read_frame(stream)) is not None:
                reset_process_state(self.writer.seed)
                record = self.grade(pickle.loads(frame))
                text = json.dumps(record, ensure_ascii=False, allow_nan=False)
                write_frame(stream, text.encode("utf-8", "surrogatepass"))
            status = 0
        except ConnectionError:
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
