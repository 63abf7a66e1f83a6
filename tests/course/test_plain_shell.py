"""The main jobs as users start them: a shell that exports nothing, the defaults, every day.

The other tests run in a process that has settled its threads; here every command is a process of its own, and its
environment holds HOME, PATH and LANG, or what a shell for numerical work may export besides.
"""

from __future__ import annotations

import csv
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from course.catalog import Day, Exercise, load_course
from tests.course.conftest import ROOT

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")
COURSE = load_course(ROOT)
COMMAND = Path(sys.executable).with_name("course")
LONGEST = 240  # seconds for a command on a busy machine; one that hangs is seen by this
NUMERICAL = {
    "OMP_NUM_THREADS": "8",
    "MKL_NUM_THREADS": "8",
    "OPENBLAS_NUM_THREADS": "8",
    "OMP_DYNAMIC": "TRUE",
    "OMP_PROC_BIND": "spread",
    "KMP_AFFINITY": "granularity=fine,compact,1,0",
    "KMP_BLOCKTIME": "infinite",
    "MKL_DYNAMIC": "FALSE",
    "GOMP_SPINCOUNT": "1000000",
}

every_day = pytest.mark.parametrize("day", COURSE.days, ids=lambda day: str(day.name))


def clone(target: Path, *, complete: bool) -> Path:
    """What a clone holds of the content; ``complete`` puts the solutions in place of the skeletons."""
    shutil.copy(ROOT / "course.toml", target)
    shutil.copytree(ROOT / "solutions", target / "solutions", ignore=shutil.ignore_patterns("__pycache__"))
    for day in COURSE.days:
        shutil.copytree(ROOT / "tests" / day.name, target / "tests" / day.name)
        hand_in(target, day, complete=complete)
    return target


def points(exercise: Exercise) -> int:
    return sum(check.points for check in exercise.checks)


def hand_in(target: Path, day: Day, *, complete: bool) -> None:
    shutil.copytree(ROOT / day.name, target / day.name)
    if complete:
        shutil.copytree(ROOT / "solutions" / day.name, target / day.name, dirs_exist_ok=True)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clone(tmp_path_factory.mktemp("clone"), complete=True)


def environment(home: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **more}


def course(root: Path, home: Path, *words: object, **more: str) -> str:
    """What the command prints; it must end well, and in time."""
    done = subprocess.run(
        [COMMAND, *map(str, words)],
        cwd=root,
        env=environment(home, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr, done.stderr
    return done.stdout


def hand_in_class(folder: Path, *days: Day) -> Path:
    for day in days:
        hand_in(folder / "ada", day, complete=True)
        hand_in(folder / "zoe", day, complete=False)
    return folder


def assert_graded(out: Path, *days: Day) -> None:
    """The complete work has every point and the untouched one none, check by check."""
    most = sum(points(exercise) for day in days for exercise in day.exercises)
    rows = {row["student"]: row for row in csv.DictReader((out / "grades.csv").open(encoding="utf-8"))}
    assert sorted(rows) == ["ada", "zoe"]
    for student, score, outcome in (("ada", most, "passed"), ("zoe", 0, "not_implemented")):
        record: dict[str, Any] = json.loads((out / f"{student}.json").read_text(encoding="utf-8"))
        tests = [t for d in record["days"] for e in d["exercises"] for t in e["tests"]]
        assert {test["outcome"] for test in tests} == {outcome}
        assert (record["score"], record["max_score"]) == (score, most)


TOGETHER = (COURSE.day("day03_linalg"), COURSE.day("day12_cnn"))  # one class of two days
CLASSES = [TOGETHER, *((day,) for day in COURSE.days if day not in TOGETHER)]


@pytest.fixture(scope="module")
def graded(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[tuple[Day, ...]], Path]:
    """The results of a class that has handed in these days; each is graded once."""

    @cache
    def grade(days: tuple[Day, ...]) -> Path:
        folder = tmp_path_factory.mktemp("class")
        chosen = [word for day in days for word in ("--day", day.number)]
        course(root, folder, "grade", hand_in_class(folder / "in", *days), "--out", folder / "out", *chosen)
        return folder / "out"

    return grade


@pytest.mark.parametrize("days", CLASSES, ids=lambda days: "-".join(day.number for day in days))
def test_a_class_is_graded_and_its_verdicts_can_be_replayed(
    root: Path, tmp_path: Path, graded: Callable[[tuple[Day, ...]], Path], days: tuple[Day, ...]
) -> None:
    assert_graded(graded(days), *days)
    course(root, tmp_path, "replay", graded(days) / "ada.json")


def test_a_whole_class_is_reported_with_pictures(
    root: Path, tmp_path: Path, graded: Callable[[tuple[Day, ...]], Path]
) -> None:
    out = graded(TOGETHER)
    course(root, tmp_path, "report", out, "--pictures")
    drawn = {path.name.partition("-")[0] for path in (out / "pictures/ada").glob("*.png")}
    assert drawn == {day.name for day in TOGETHER}


def test_a_shell_for_numerical_work_changes_nothing(root: Path, tmp_path: Path) -> None:
    day = COURSE.day("day12_cnn")
    handed_in = hand_in_class(tmp_path / "in", day)
    course(root, tmp_path, "grade", handed_in, "--out", tmp_path / "out", "--day", "day12", **NUMERICAL)
    assert_graded(tmp_path / "out", day)


def test_every_day_is_checked_in_isolation(root: Path, tmp_path: Path) -> None:
    course(root, tmp_path, "check", "--isolated", "--json", tmp_path / "result.json")
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert [day["day"] for day in result["days"]] == [day.name for day in COURSE.days]
    assert result["score"] == result["max_score"] > 0


@every_day
def test_a_save_is_answered_while_a_day_is_watched(tmp_path: Path, day: Day) -> None:
    (tmp_path / "clone").mkdir()
    root = clone(tmp_path / "clone", complete=False)
    exercise = next(exercise for exercise in day.exercises if points(exercise))
    work = f"{day.name}/{exercise.module}.py"
    process = subprocess.Popen(
        [COMMAND, "watch", day.number],
        cwd=root,
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        read_until(process.stdout.fileno(), "0/")
        shutil.copy(root / "solutions" / work, root / work)
        read_until(process.stdout.fileno(), f"{points(exercise)}/{points(exercise)} points")
    finally:
        process.kill()
        process.communicate()


def read_until(descriptor: int, wanted: str) -> None:
    """Raises AssertionError when it does not come in time."""
    until = time.monotonic() + LONGEST
    seen = ""
    while wanted not in seen:
        ready, _, _ = select.select([descriptor], [], [], max(0, until - time.monotonic()))
        data = os.read(descriptor, 4096) if ready else b""
        assert data, f"no {wanted!r} in {seen!r}"
        seen += data.decode("utf-8", "replace")
