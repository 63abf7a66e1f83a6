"""What grading one submission takes on this machine: a class of a real day, graded once, and what became of it.

Times are processor seconds of one lane with all that belongs to it, so that they hold on a busy machine too.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import psutil
from plain_shell import ENVIRONMENT
from small_assignment import ROOT, Assignment, hand_in, small_course

from course.catalog import Course, load_course
from course.files import write_json
from course.grading.intake import Intake
from course.results.reading import read_record
from course.results.store import Store


@dataclass(frozen=True)
class Measured:
    """What grading one submission takes on one worker, in seconds each, and what its record weighs, in bytes."""

    services: np.ndarray
    record_bytes: float
    row_bytes: float
    submission_bytes: float
    write_seconds: float
    start_seconds: float = math.nan
    memory: float = math.nan  # of a station, in bytes
    look_seconds: float = math.nan


@dataclass(frozen=True)
class Graded:
    """Processor seconds and the most memory, in bytes, of ``course grade`` and all its processes together."""

    cpu: float
    memory: float


def measure(day: str, size: int) -> Measured:
    """Grade a class of the whole day once."""
    exercises = tuple(exercise.name for exercise in load_course(ROOT).day(day).exercises)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        course = small_course(day, folder / "course", exercises).course
        hand_in(Assignment(course, day), folder / "few", 2)
        hand_in(Assignment(course, day), folder / "class", size)
        few = grade(course.root, folder / "few", folder / "few_out", day)
        many = grade(course.root, folder / "class", folder / "out", day)
        each = (many.cpu - few.cpu) / (size - 2)
        found = read_class(folder / "out")
        # The spread is that of `seconds`. The mean is processor time, which holds on a busy machine too, and holds
        # what `seconds` does not: reading the submission, its frames, the file and the transaction of its record.
        services = found.services * each / found.services.mean()
        start = max(0.0, many.cpu - size * each)
        return replace(
            found,
            services=services,
            start_seconds=start,
            memory=many.memory,
            look_seconds=look_seconds(course, folder / "class", folder / "out"),
        )


def grade(course_root: Path, handed_in: Path, out: Path, day: str) -> Graded:
    """Run ``course grade`` with one lane."""
    command = [sys.executable, "-m", "course", "grade", str(handed_in), "--out", str(out), "--day", day]
    before, memory = resource.getrusage(resource.RUSAGE_CHILDREN), 0.0
    process = subprocess.Popen(
        [*command, "--jobs", "1", "--seed", "7"],
        cwd=course_root,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
    )
    while True:
        try:
            status = process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            memory = max(memory, memory_of(process.pid))
            continue
        if status:
            raise SystemExit(f"{' '.join(command)} ended with status {status}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return Graded(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, memory)


def memory_of(number: int) -> float:
    """Bytes of a process and all below it; pages that forks share are counted once (proportional set size)."""
    total = 0.0
    with contextlib.suppress(psutil.NoSuchProcess):
        parent = psutil.Process(number)
        for process in (parent, *parent.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                total += process.memory_full_info().pss
    return total


def read_class(out: Path) -> Measured:
    """From the records of a class; what ``course grade`` does around a record is then its writing only."""
    handed_in = Path(json.loads((out / "run.json").read_text(encoding="utf-8"))["submissions"])
    records = [path for path in out.glob("*.json") if path.name != "run.json"]
    seconds = [json.loads(path.read_text(encoding="utf-8"))["seconds"] for path in records]
    writing = write_seconds(records)
    return Measured(
        np.array(seconds) + writing,
        statistics.mean(path.stat().st_size for path in records),
        sum(path.stat().st_size for path in out.glob("results.sqlite*")) / len(records),
        sum(path.stat().st_size for path in handed_in.rglob("*.py")) / len(records),
        writing,
    )


def look_seconds(course: Course, handed_in: Path, out: Path) -> float:
    """What it takes to see that a submission is graded already: read, hash, compare with record and store."""
    intake = Intake(course, handed_in, course.days)
    took = []
    with intake, Store(out) as store:
        for student in intake.students:
            started = time.perf_counter()
            record = read_record(out / f"{student}.json")
            submission = intake.read(student)
            assert all(day["submission"] == submission.hash(day["day"]) for day in record["days"])
            store.save(record)
            took.append(time.perf_counter() - started)
    return statistics.median(took)


def write_seconds(records: Sequence[Path]) -> float:
    """What the one writer needs for a record: its file, and its transaction in SQLite."""
    plain = [json.loads(path.read_text(encoding="utf-8")) for path in records]
    with tempfile.TemporaryDirectory() as out, Store(Path(out)) as store:
        took = []
        for record in plain:
            started = time.perf_counter()
            write_json(Path(out) / f"{record['student']}.json", record)
            store.save(record)
            took.append(time.perf_counter() - started)
    return statistics.median(took)


def scheduler_rate(tasks: int = 2000) -> float:
    """Tasks of one submission that a Dask scheduler hands out and takes back in a second, when grading takes none."""
    from distributed import Client, LocalCluster, as_completed

    work = os.urandom(20 * 1024)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as dask,
        Client(dask) as client,
    ):
        send = lambda: client.submit(len, work, pure=False)  # noqa: E731
        started = time.perf_counter()
        pool = as_completed([send() for _ in range(8)])
        for done, future in enumerate(pool, start=9):
            future.release()
            if done <= tasks:
                pool.add(send())
        return tasks / (time.perf_counter() - started)
