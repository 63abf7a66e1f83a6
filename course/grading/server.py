"""A grading station behind a socket, for a worker of a cluster: a Dask worker has many threads and must not fork.

The first frame that comes says what is graded, the first one that goes answers "ready" or why not; then submissions
come and records go. Both ends are trusted; student code holds neither.
"""

from __future__ import annotations

import json
import pickle
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedRWPair
from pathlib import Path

from course.catalog import Selection, load_course
from course.errors import CourseError
from course.grading.frames import read_frame, write_frame
from course.grading.intake import Submission
from course.grading.lanes import grade_locally
from course.grading.merging import over_days
from course.grading.records import RecordWriter, suite_hashes
from course.grading.station import Station
from course.signals import leave_requests_to_parent
from course.threads import settle_threads
from course.worker.ending import tell_stack_when_asked

READY = b"ready"


@dataclass(frozen=True)
class Setup:
    """What a station is to grade with; the hash tells whether it has the same suite. It keeps to a ``processor``
    where it has one for itself.
    """

    root: str
    days: tuple[str, ...]
    seed: int
    suite: str
    processor: int | None = None


def main() -> None:
    """Serve until the other end of the socket closes, whose number is the first argument."""
    leave_requests_to_parent()
    settle_threads()
    tell_stack_when_asked()
    stream = socket.socket(fileno=int(sys.argv[1])).makefile("rwb")
    setup: Setup = pickle.loads(read_frame(stream) or b"")
    try:
        course = load_course(Path(setup.root))
        selections = [Selection(day, day.graded) for day in map(course.day, setup.days)]
        suites = suite_hashes(course, [selection.day for selection in selections])
        if over_days(suites) != setup.suite:
            raise CourseError(
                "A worker has another version of the course; bring all machines to the same commit."
            )
        writer = RecordWriter(course, selections, setup.seed, suites)
        with Station(course, selections, writer) as station:
            write_frame(stream, READY)
            own = None if setup.processor is None else [setup.processor]
            for record in grade_locally(station, _submissions(stream), jobs=1, processors=own):
                data = record if isinstance(record, bytes) else json.dumps(record).encode()
                write_frame(stream, data)
    except CourseError as error:
        write_frame(stream, str(error).encode())


def _submissions(stream: BufferedRWPair) -> Iterator[Submission]:
    while (frame := read_frame(stream)) is not None:
        yield pickle.loads(frame)


if __name__ == "__main__":
    main()
