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
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest

from course.catalog import Day, Exercise
from course.release.skeletons import skeleton
from tests.course.conftest import COURSE, ROOT, SOLUTION, write, write_tiny_course
from tests.course.mixed_work import solution_work, untrained_work
from tests.course.notebooks import hand_in_notebook
from tests.course.test_grading import read
from tests.course.test_picturing import PLOTS
from tests.course.test_watch import save

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")
COMMAND = Path(sys.executable).with_name("course")
LONGEST = 600  # seconds for a command on a busy machine; one that hangs is seen by this
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

MODULES = ("ada", "zoe")  # everything is right, nothing is written
NOTEBOOKS = (
    {"bob": "ada", "zac": "zoe"} if find_spec("nbformat") else {}
)  # who has handed in the same in another form, but for what is trained: that would cost the most a second time


def clone(target: Path, *, complete: bool) -> Path:
    """What a clone holds of the content; ``complete`` puts the solutions in place of the skeletons."""
    shutil.copy(ROOT / "course.toml", target)
    shutil.copytree(ROOT / "solutions", target / "solutions", ignore=shutil.ignore_patterns("__pycache__"))
    for day in COURSE.days:
        shutil.copytree(ROOT / "tests" / day.name, target / "tests" / day.name)
        hand_in(target, day, solution_work(COURSE, day) if complete else {})
    return target


def is_trained(exercise: Exercise) -> bool:
    return any(check.training for check in exercise.checks)


def points(exercise: Exercise) -> int:
    return sum(check.points for check in exercise.checks)


def hand_in(target: Path, day: Day, files: Mapping[str, str]) -> None:
    """The day as it is given, with these files of a student's."""
    shutil.copytree(ROOT / day.name, target / day.name)
    for name, text in files.items():
        (target / day.name / name).write_text(text, encoding="utf-8")


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


SOME = ("day03_linalg", "day12_cnn", "day21_language")
"""NumPy alone, what PyTorch would divide among threads, and what is drawn: all days would cost as much as the class."""

Outcomes = dict[str, dict[str, list[str]]]  # of the checks, by day and exercise


def outcomes(out: Path, student: str) -> Outcomes:
    return {
        day["day"]: {
            exercise["exercise"]: [test["outcome"] for test in exercise["tests"]]
            for exercise in day["exercises"]
        }
        for day in read(out, student)["days"]
    }


def untrained(found: Outcomes) -> Outcomes:
    """What becomes of them when whatever a check trains is not begun."""
    return {
        day.name: {
            e.name: ["not_implemented"] * len(e.checks) if is_trained(e) else found[day.name][e.name]
            for e in day.exercises
        }
        for day in COURSE.days
    }


@pytest.fixture(scope="module")
def graded(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a class that has handed in every day. Graded in one command: PyTorch is imported once."""
    folder = tmp_path_factory.mktemp("class")
    for day in COURSE.days:
        for student, files in zip(MODULES, (solution_work(COURSE, day), {}), strict=True):
            hand_in(folder / "in" / student, day, files)
        for student, files in zip(NOTEBOOKS, (untrained_work(COURSE, day), skeletons(day)), strict=False):
            hand_in_notebook(folder / "in", student, COURSE, day, files)
    course(root, folder, "grade", folder / "in", "--out", folder / "out")
    return folder / "out"


def skeletons(day: Day) -> dict[str, str]:
    return {f"{module}.py": skeleton(text, day, module) for module, text in COURSE.sources(day).items()}


def test_a_class_is_graded(graded: Path) -> None:
    """The complete work has every point and the untouched one none, check by check."""
    most = sum(points(exercise) for day in COURSE.days for exercise in day.exercises)
    rows = {row["student"]: row for row in csv.DictReader((graded / "grades.csv").open(encoding="utf-8"))}
    assert sorted(rows) == sorted([*MODULES, *NOTEBOOKS])
    for student, score, outcome in (("ada", most, "passed"), ("zoe", 0, "not_implemented")):
        record = read(graded, student)
        assert [day["day"] for day in record["days"]] == [day.name for day in COURSE.days]
        assert outcomes(graded, student) == {
            day.name: {exercise.name: [outcome] * len(exercise.checks) for exercise in day.exercises}
            for day in COURSE.days
        }
        assert (record["score"], record["max_score"]) == (score, most)


@pytest.mark.parametrize("student", NOTEBOOKS)
def test_every_day_scores_the_same_as_a_notebook(graded: Path, student: str) -> None:
    assert outcomes(graded, student) == untrained(outcomes(graded, NOTEBOOKS[student]))


def test_a_whole_class_is_reported(root: Path, tmp_path: Path, graded: Path) -> None:
    course(root, tmp_path, "report", graded)
    for student in MODULES:
        page = (graded / "report/students" / f"{student}.html").read_text(encoding="utf-8")
        assert all(day.title in page for day in COURSE.days)


def test_a_class_is_reported_with_pictures(tmp_path: Path) -> None:
    """Of a small day that draws and has PyTorch warm: pictures of a real one take half a minute."""
    root = write_tiny_course(tmp_path / "tiny")
    write(root / "day01_tiny/plots.py", PLOTS)
    catalogue = root / "course.toml"
    catalogue.write_text(
        catalogue.read_text(encoding="utf-8").replace('["numpy"]', '["numpy", "torch"]'), encoding="utf-8"
    )
    write(tmp_path / "in/ada/day01_tiny/sums.py", SOLUTION)
    course(root, tmp_path, "grade", tmp_path / "in", "--out", tmp_path / "out")
    course(root, tmp_path, "report", tmp_path / "out", "--pictures")
    assert len(list((tmp_path / "out/pictures/ada").glob("*.png"))) == 2


def test_a_shell_for_numerical_work_changes_nothing(root: Path, tmp_path: Path, graded: Path) -> None:
    days = [COURSE.day(name) for name in SOME]
    for day in days:
        hand_in(tmp_path / "in/bea", day, untrained_work(COURSE, day))
    words = [word for day in days for word in ("--day", day.number)]
    course(root, tmp_path, "grade", tmp_path / "in", "--out", tmp_path / "out", *words, **NUMERICAL)
    expected = untrained(outcomes(graded, "ada"))
    assert outcomes(tmp_path / "out", "bea") == {name: expected[name] for name in SOME}


def test_verdicts_of_every_day_can_be_replayed(root: Path, tmp_path: Path, graded: Path) -> None:
    """In the very shell in which five days once hung."""
    pytest.importorskip("nbformat", reason="needs nbformat, which comes with Jupyter")
    bob = outcomes(graded, "bob").values()
    assert all(any("passed" in checks for checks in found.values()) for found in bob)
    course(root, tmp_path, "replay", graded / "bob.json")


def test_every_day_is_checked_in_isolation(root: Path, tmp_path: Path) -> None:
    """An exercise of every module; test_days.py has all of them isolated, without a command around them."""
    chosen = {
        (day.number, exercise.module): exercise
        for day in COURSE.days
        for exercise in day.exercises
        if points(exercise) and not is_trained(exercise)
    }
    words = [f"{number}/{exercise.name}" for (number, _), exercise in chosen.items()]
    course(root, tmp_path, "check", *words, "--isolated", "--json", tmp_path / "result.json")
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert [day["day"] for day in result["days"]] == [day.name for day in COURSE.days]
    assert [len(day["exercises"]) for day in result["days"]] == [
        sum(number == day.number for number, _ in chosen) for day in COURSE.days
    ]
    assert result["score"] == result["max_score"] == sum(map(points, chosen.values()))


def test_saves_are_answered_while_every_day_is_watched(tmp_path: Path) -> None:
    (tmp_path / "clone").mkdir()
    root = clone(tmp_path / "clone", complete=False)
    process = subprocess.Popen(
        [COMMAND, "watch"],
        cwd=root,
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        read_until(process.stdout.fileno(), "0/")
        for day in COURSE.days:
            exercise = next(exercise for exercise in day.exercises if points(exercise))
            work = f"{day.name}/{exercise.module}.py"
            save(root / work, (root / "solutions" / work).read_text(encoding="utf-8"))
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
