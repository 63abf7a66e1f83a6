"""A machine without PyTorch: what needs it is named in one sentence, everything else works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from course.catalog import Course, Selection, needs
from course.packages import INSTALL, PACKAGES, is_missing
from tests.course.conftest import ROOT, write
from tests.course.test_watch import read_until

AWAY = """
import sys


class Away:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "torchvision"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Away())
"""
SENTENCE = "PyTorch, which is not installed here; `pip install --editable"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The days, their tests and solutions, in a folder of their own; and, beside, what takes PyTorch away."""
    root = tmp_path_factory.mktemp("clone")
    for name in ("course.toml", "conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    (root / "tests").mkdir()
    for day in ("day01_intro", "day02_optimization", "day03_linalg", "day04_statistics", "day11_fcn"):
        for place in (day, f"tests/{day}", f"solutions/{day}"):
            shutil.copytree(ROOT / place, root / place, ignore=shutil.ignore_patterns("__pycache__"))
    text = (
        (ROOT / "course.toml").read_text(encoding="utf-8").partition("[[project]]")[0]
    )  # whose days are not here
    lines = text.split("[[day]]")
    kept = [part for part in lines if not re.search('name = "day[12][0-9]', part) or "day11" in part]
    (root / "course.toml").write_text("[[day]]".join(kept), encoding="utf-8")
    write(root / "away/sitecustomize.py", AWAY)
    return root


def environment(root: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(root / "away"), "PYTHONIOENCODING": "utf-8", "COLUMNS": "200"}


def run(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=root,
        env=environment(root),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )


def test_a_day_that_needs_it_in_part_is_checked_without_that_part(root: Path) -> None:
    done = run(root, "course", "check", "day02", "--solutions")
    assert done.returncode == 1
    assert (
        "day02/autodiff.autodiff_gradient, day02/autodiff.slopes_at cannot be checked without " in done.stdout
    )
    assert done.stdout.count(SENTENCE) == 1
    assert "56 of 56 points" in done.stdout
    assert "All points earned" not in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("what", ["day02/autodiff_gradient", "day11/softmax"])
@pytest.mark.parametrize("command", ["check", "watch"])
def test_what_cannot_be_checked_without_it_is_one_sentence(root: Path, command: str, what: str) -> None:
    done = run(root, "course", command, what)
    assert (done.returncode, done.stdout.removeprefix("starting…\n")) == (1, "")
    assert done.stderr.startswith(f"course: {what.partition('/')[0]}/")
    assert SENTENCE in done.stderr
    assert done.stderr.count("\n") == 1


def test_of_many_exercises_it_is_said_how_many(root: Path) -> None:
    done = run(root, "course", "check", "day11", "--solutions")
    assert " exercises of day11 cannot be checked without PyTorch" in done.stdout
    assert done.stdout.count(SENTENCE) == 1


@pytest.mark.parametrize("day", ["day01_intro", "day03_linalg", "day04_statistics"])
def test_days_that_do_not_need_it_are_as_ever(root: Path, day: str) -> None:
    done = run(root, "pytest", "--solutions", "-q", f"tests/{day}")
    assert done.returncode == 0, done.stdout
    assert "PyTorch" not in done.stdout
    assert "skipped" not in done.stdout


def test_pytest_runs_the_others_of_the_day(root: Path) -> None:
    done = run(root, "pytest", "--solutions", "-q", "tests/day02_optimization")
    assert done.returncode == 0, done.stdout
    assert "Left out: 1 file of tests, for want of PyTorch" in done.stdout
    assert "56/56  points" in done.stdout


def test_pytest_of_nothing_else_says_why(root: Path) -> None:
    done = run(root, "pytest", "--solutions", "-q", "tests/day02_optimization/test_autodiff.py")
    assert done.returncode == 5
    assert done.stdout.count(SENTENCE) == 1
    assert "Traceback" not in done.stdout


def test_a_function_that_imports_it_says_so(root: Path) -> None:
    done = run(root, "course", "plot", "day02")
    assert done.returncode == 1
    assert "Your code imports " + SENTENCE in done.stderr


@pytest.mark.parametrize("words", [("hint", "day02/autodiff_gradient"), ("status",), ("convert", "day02")])
def test_commands_that_run_nothing_do_not_mind(root: Path, words: tuple[str, ...]) -> None:
    done = run(root, "course", *words)
    assert done.returncode == 0, done.stderr
    assert "PyTorch, which" not in done.stdout


def test_a_day_is_watched_without_what_needs_it(root: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "course", "watch", "day02"],
        cwd=root,
        env=environment(root),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        seen = read_until(process.stdout.fileno(), SENTENCE)
    finally:
        process.terminate()
        process.communicate(timeout=60)
    assert SENTENCE in seen


def test_where_it_is_nothing_waits(real: Course) -> None:
    selections = [Selection(day, day.exercises) for day in real.days]
    assert needs.set_apart(real, selections) == (selections, "")
    assert not is_missing("torch")
    assert not is_missing("no_package_of_the_course")


def test_the_command_names_an_extra_that_pip_knows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = INSTALL.partition("[")[2].partition("]")[0]
    assert {requirement.partition(">")[0] for requirement in project["optional-dependencies"][extra]} >= set(
        PACKAGES
    )


def test_pins_are_within_the_ranges_and_name_no_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        Requirement(text)
        for texts in (project["dependencies"], *project["optional-dependencies"].values())
        for text in texts
    ]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9.]+", line) for line in lines)
    pins = dict(line.split("==") for line in lines)
    for requirement in wanted:
        if requirement.name != project["name"]:
            assert pins[requirement.name] in requirement.specifier, requirement
