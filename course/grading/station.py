"""A grading station: one warm trusted and one warm untrusted process, which are forked.

The trusted one, the process that holds the station, has imported the tests before the first fork. Its forks, the
lanes, grade one submission after the other and are replaced after a while; they never run student code. The untrusted
process is forked for every submission and day.
"""

from __future__ import annotations

import contextlib
import gc
import json
import mmap
import os
import pickle
import signal
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import closing
from io import BufferedRWPair
from types import TracebackType

from course.catalog import Check, Course, Selection
from course.grading.frames import read_frame, write_frame
from course.grading.intake import Submission
from course.grading.records import RecordWriter, not_checked, to_grade
from course.results.reading import Record
from course.signals import leave_requests_to_parent
from course.testing.running import Runner
from course.threads import settle_threads
from course.worker.ending import end_silent, tell_stack_when_asked, wait_for_end
from course.worker.far.sandbox import die_with_parent
from course.worker.far.session import reset_process_state
from course.worker.memory import bound_address_space
from course.worker.near.clock import HARD_CAP
from course.worker.near.link import IsolatedLink
from course.worker.near.warm import WarmProcess, WarmProcessGoneError
from course.worker.outcomes import Outcome

LANE_MEBIBYTES = 3072  # on top of what the warm process holds: six times the largest answer, for comparing it
LANE_LENGTH = 200  # submissions, after which a lane is replaced: what it may have piled up goes with it
SLACK_SECONDS = 60  # for what a lane does beside student code, on a busy machine
END_SECONDS = 10
WARM_PROCESS_GONE = 75  # exit status of a lane that needs the other warm process started again
_TIME = struct.Struct("d")


class Lane:
    """A trusted fork of the station, seen from the station.

    ``page`` is memory that both see: there the lane writes, before each check, until when it will have gone on.
    """

    def __init__(
        self, number: int, sock: socket.socket, page: mmap.mmap, processor: int | None, warm: int
    ) -> None:
        self.number = number
        self.processor = processor
        self.warm = warm  # number of the untrusted process that it asks for forks
        self._sock = sock
        sock.settimeout(SLACK_SECONDS)
        self._stream: BufferedRWPair = sock.makefile("rwb")
        self._page = page
        self._given = 0

    def fileno(self) -> int:
        return self._sock.fileno()

    @property
    def worn(self) -> bool:
        return self._given >= LANE_LENGTH

    def give(self, submission: Submission) -> None:
        """Let it grade; the record is to be taken before the next one is given."""
        self._given += 1
        _promise(self._page, SLACK_SECONDS)
        with contextlib.suppress(OSError):  # it has ended, or hangs: whoever waits for the record will see
            write_frame(self._stream, pickle.dumps(submission))

    @property
    def overdue(self) -> bool:
        """Whether it has not gone on for longer than any check may take."""
        return time.monotonic() > float(_TIME.unpack_from(self._page)[0])

    def take(self) -> bytes | None:
        """The record as JSON; None when the process has ended instead, or hangs in the middle."""
        try:
            return read_frame(self._stream)
        except OSError:
            return None

    def end_silent(self) -> None:
        """Have it write down where it hangs, and end it."""
        end_silent(self.number)

    def close(self, *, kill: bool = False) -> int:
        """End it; its exit status."""
        if kill:
            os.kill(self.number, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self._stream.close()
        self._sock.close()
        self._page.close()
        return wait_for_end(self.number, END_SECONDS)


def _promise(page: mmap.mmap, seconds: float) -> None:
    """Write down until when this process will have gone on; the clock is the same in all processes."""
    _TIME.pack_into(page, 0, time.monotonic() + seconds)


class Station:
    """To be used in a ``with`` block; the process must have one thread when a lane is opened."""

    def __init__(
        self,
        course: Course,
        selections: Sequence[Selection],
        writer: RecordWriter,
        *,
        many: bool = True,
        off: Sequence[str] = (),
        warm: bool = True,
    ) -> None:
        """``many`` submissions make it worth to spend half a second on cheaper forks. ``off`` names layers of isolation
        to leave out, ``warm=False`` imports nothing before the forks: both for comparison.
        """
        settle_threads()
        self.writer = writer
        self._limits = course.limits
        self._selections = selections
        self._runner = Runner(course, writer.seed)
        days = [selection.day for selection in selections] if warm else []
        self._zygote = WarmProcess.for_days(course, days, many=many, off=off)

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
        page = mmap.mmap(-1, mmap.PAGESIZE)
        processor = next(iter({*processors} - {lane.processor for lane in others}), None)
        number = os.fork()
        if number == 0:
            die_with_parent()
            bound_address_space(LANE_MEBIBYTES)
            if processor is not None:
                self._zygote.processor = processor
                os.sched_setaffinity(0, {processor})
            for descriptor in (mine.fileno(), *(lane.fileno() for lane in others)):
                os.close(descriptor)
            self._serve_and_exit(theirs, page)
        theirs.close()
        return Lane(number, mine, page, processor, self._zygote.number)

    def revive(self, lane: Lane) -> None:
        """Start the untrusted process again that this lane has lost. Raises CourseError when that does not help."""
        self._zygote.revive(lane.warm)
        assert self._zygote.layers

    def has_answered(self) -> None:
        """A record has come: both warm processes work."""
        self._zygote.has_answered()

    def _serve_and_exit(self, sock: socket.socket, page: mmap.mmap) -> None:
        status = 70
        try:
            leave_requests_to_parent()
            tell_stack_when_asked()
            stream: BufferedRWPair = sock.makefile("rwb")
            while (frame := read_frame(stream)) is not None:
                reset_process_state(self.writer.seed)
                record = self.grade(pickle.loads(frame), lambda seconds: _promise(page, seconds))
                text = json.dumps(record, ensure_ascii=False, allow_nan=False)
                write_frame(stream, text.encode("utf-8", "surrogatepass"))
            status = 0
        except ConnectionError:
            pass  # the grader has gone, and this process with it
        except WarmProcessGoneError:
            status = WARM_PROCESS_GONE
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def grade(self, submission: Submission, promise: Callable[[float], None] = lambda _: None) -> Record:
        """Grade in this process (the student's code in a fork of the other one); ``promise`` hears before each check
        after how many seconds it will be over.
        """
        if submission.unread:
            outcome: Outcome = "rejected" if submission.refused else "grader_fault"
            return self.writer.without_running(submission, outcome, f"Not checked: {submission.reason}.")
        started = time.monotonic()
        links: list[IsolatedLink] = []
        files = submission.laid_out

        def open_link(day: str) -> IsolatedLink:
            links.append(self._zygote.open(files, day))
            return links[-1]

        def begun(check: Check) -> None:
            seconds = self._limits.training_seconds if check.training else self._limits.test_seconds
            promise(HARD_CAP * seconds + SLACK_SECONDS)

        selections = to_grade(self._selections, submission)
        unreadable = submission.unreadable
        result = self._runner.run(
            [selection for selection in selections if selection.day.name not in unreadable],
            files,
            open_link,
            begun=begun,
            evidence=False,
            reopen=lambda files, day: closing(self._zygote.open(files, day)),
        )
        for at, selection in enumerate(selections):
            if why := unreadable.get(selection.day.name):
                result.days.insert(at, not_checked(selection, "rejected", f"Not checked: {why}."))
        isolation = next((link.isolation for link in links if link.isolation), self._zygote.layers)
        return self.writer.record(submission, result, isolation, time.monotonic() - started)
