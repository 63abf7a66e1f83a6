"""A grading station behind a pipe, for a worker of a cluster: a Dask worker has many threads and must not fork.

Frames on the standard input and output: eight bytes of length, then the data. The first frame in says what is
graded, the first one out answers "ready" or why not; then submissions go in and records come out. Both ends
are trusted; student code holds neither.
"""

from __future__ import annotations

import json
import os
import pickle
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from course.catalog import Selection, load_course
from course.errors import CourseError
from course.grading.intake import Submission
from course.grading.local import grade_locally
from course.grading.records import RecordWriter, suite_hash
from course.grading.station import Station

READY = b"ready"
_LENGTH = struct.Struct("!Q")


@dataclass(frozen=True)
class Task:
    """What a station is to grade with; the hash tells whether it has the same suite."""

    root: str
    days: tuple[str, ...]
    seed: int
    suite: str


def write_frame(stream: IO[bytes], data: bytes) -> None:
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next frame; None at the end."""
    head = stream.read(_LENGTH.size)
    return stream.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else None


def main() -> None:
    """Serve until the input ends."""
    frames_out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not disturb the frames
    task: Task = pickle.loads(read_frame(sys.stdin.buffer) or b"")
    try:
        course = load_course(Path(task.root))
        selections = [Selection(day, day.exercises) for day in map(course.day, task.days)]
        if suite_hash(course, [selection.day for selection in selections]) != task.suite:
            raise CourseError(
                "A worker has another version of the course; bring all machines to the same commit."
            )
        writer = RecordWriter(course, selections, task.seed, task.suite)
        with Station(course, selections, writer) as station:
            write_frame(frames_out, READY)
            for record in grade_locally(station, _submissions(), jobs=1):
                data = record if isinstance(record, bytes) else json.dumps(record).encode()
                write_frame(frames_out, data)
    except CourseError as error:
        write_frame(frames_out, str(error).encode())


def _submissions() -> Iterator[Submission]:
    while (frame := read_frame(sys.stdin.buffer)) is not None:
        yield pickle.loads(frame)


if __name__ == "__main__":
    main()
