"""Grading on a Dask cluster over loopback: the same records as on one machine, whatever happens to a worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from course.catalog import Course
from course.errors import CourseError
from course.grading.classes import Graded, Manner, grade_class
from tests.course.conftest import SOLUTION
from tests.course.test_grading import Quiet, _without_times, hand_in
from tests.course.test_odd_class import sparse_tar

distributed = pytest.importorskip("distributed", reason="the cluster needs Dask (extra: instructor)")
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    settings = {"distributed.worker.daemon": False, "distributed.comm.retry.count": 2}
    import dask

    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as cluster,
    ):
        yield cluster


def hand_in_class(folder: Path, size: int) -> None:
    for number in range(size):
        wrong = SOLUTION.replace("self.value += by", "self.value = by")
        hand_in(folder, f"student{number:02}", (wrong if number % 3 else SOLUTION) + f"\n# {number}\n")
    hand_in(folder, "leaves", "import os\nos._exit(0)\n")


def test_a_cluster_gives_the_same_records_as_one_machine(tiny: Course, tmp_path: Path, cluster: Any) -> None:
    hand_in_class(tmp_path / "in", 10)
    on_cluster = Manner(scheduler=cluster.scheduler_address)
    outcome = grade_class(tiny, tmp_path / "in", tmp_path / "far", seed=5, view=Quiet(), manner=on_cluster)
    grade_class(tiny, tmp_path / "in", tmp_path / "near", seed=5, view=Quiet())
    assert outcome.complete
    assert _without_times(tmp_path / "far") == _without_times(tmp_path / "near")


def test_the_commands_of_the_documentation_start_a_cluster(tiny: Course, tmp_path: Path) -> None:
    """A scheduler and two workers as docs/cluster.md starts them, with whatever settings Dask has by itself."""
    hand_in_class(tmp_path / "in", 4)
    dask, place = str(Path(sys.executable).parent / "dask"), tmp_path / "scheduler.json"
    scheduler = [dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    workers = [dask, "worker", "--nworkers", "2", "--nthreads", "1", "--no-dashboard"]
    words = [
        sys.executable,
        "-m",
        "course",
        "grade",
        str(tmp_path / "in"),
        "--out",
        str(tmp_path / "out"),
    ]
    started = []
    with (tmp_path / "log").open("wb") as log:
        try:
            for command in (scheduler, workers):
                command += ["--scheduler-file", str(place)]
                started.append(subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log))
            until = time.monotonic() + 60
            while not place.is_file() and time.monotonic() < until:
                time.sleep(0.1)
            address = json.loads(place.read_text())["address"]
            with distributed.Client(address, set_as_default=False) as client:
                client.wait_for_workers(2, timeout=60)
            words += ["--scheduler", address]
            done = subprocess.run(words, cwd=tiny.root, capture_output=True, text=True, check=False)
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait(60)
    assert done.returncode == 0, done.stderr + (tmp_path / "log").read_text()
    scores = {path.stem: json.loads(path.read_text())["score"] for path in (tmp_path / "out").glob("s*.json")}
    assert scores == {"student00": 5, "student01": 3, "student02": 3, "student03": 5}


class _Killer(Quiet):
    """Kills a worker as soon as the first results are there."""

    def __init__(self, cluster: Any) -> None:
        super().__init__()
        self._cluster = cluster
        self.killed = 0

    def graded(self, one: Graded) -> None:
        super().graded(one)
        if not self.killed:
            nanny = next(iter(self._cluster.workers.values()))
            self.killed = nanny.pid
            os.kill(nanny.pid, signal.SIGKILL)


def test_what_a_lost_worker_had_is_graded_by_another(tiny: Course, tmp_path: Path, cluster: Any) -> None:
    hand_in_class(tmp_path / "in", 12)
    view = _Killer(cluster)
    manner = Manner(scheduler=cluster.scheduler_address)
    outcome = grade_class(tiny, tmp_path / "in", tmp_path / "out", seed=5, view=view, manner=manner)
    assert view.killed
    assert outcome.complete
    assert sorted(view.students) == sorted(outcome.students)
    grade_class(tiny, tmp_path / "in", tmp_path / "near", seed=5, view=Quiet())
    assert _without_times(tmp_path / "out") == _without_times(tmp_path / "near")


def test_no_scheduler_is_one_sentence_and_loses_nothing(
    tiny: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in_class(tmp_path / "in", 1)
    manner = Manner(scheduler="tcp://127.0.0.1:9")
    monkeypatch.setattr("course.grading.cluster.ANSWER_SECONDS", 1)
    with pytest.raises(CourseError, match=r"No Dask scheduler answers .*start one with `dask scheduler`"):
        grade_class(tiny, tmp_path / "in", tmp_path / "out", seed=5, view=Quiet(), manner=manner)
    assert not list((tmp_path / "out").glob("student*.json"))


def test_a_worker_with_another_suite_is_refused(
    tiny: Course, tmp_path: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in_class(tmp_path / "in", 1)
    manner = Manner(scheduler=cluster.scheduler_address)
    monkeypatch.setattr("course.grading.classes.suite_hashes", lambda *_: {"day01_tiny": "another"})
    with pytest.raises(CourseError, match="another version of the course"):
        grade_class(tiny, tmp_path / "in", tmp_path / "out", seed=5, view=Quiet(), manner=manner)


def test_odd_hand_ins_are_their_own_affair_there_too(tiny: Course, tmp_path: Path, cluster: Any) -> None:
    for student in ("ada", "Ada", "line\nbreak", "x" * 250, os.fsdecode(b"\xff\xfebad")):
        hand_in(tmp_path / "in", student, SOLUTION)
    (tmp_path / "in/sparse.tar.gz").write_bytes(sparse_tar())
    on_cluster = Manner(scheduler=cluster.scheduler_address)
    for folder, manner in (("far", on_cluster), ("near", Manner())):
        outcome = grade_class(tiny, tmp_path / "in", tmp_path / folder, seed=5, view=Quiet(), manner=manner)
        assert [one.score for one in outcome.lines()].count(5) == 5
    assert _without_times(tmp_path / "far") == _without_times(tmp_path / "near")
    hand_in(tmp_path / "in", "Ada", SOLUTION + "\nmore = 1\n")
    view = Quiet()
    grade_class(tiny, tmp_path / "in", tmp_path / "far", view=view, manner=on_cluster)
    assert view.students == ["Ada"]
