"""pytest as people use it: plain, by name, with a debugger, isolated."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from course.catalog import Course, load_course
from course.release.drafts import new_day
from course.release.skeletons import differences, write
from tests.course.conftest import SOLUTION


@pytest.fixture
def clone(tiny: Course) -> Path:
    write(tiny, differences(tiny), force=False)
    return tiny.root


def run(root: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
        cwd=root,
        input=stdin,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_plain_pytest_checks_the_day_folders(clone: Path) -> None:
    result = run(clone)
    assert result.returncode == 1
    assert "course: checking your day folders in this process, seed 1" in result.stdout
    assert "to do: total is not written yet." in result.stdout
    assert "0/5   points, seed 1" in result.stdout
    assert "3 failed" in result.stdout
    assert "Traceback" not in result.stdout


@pytest.mark.parametrize(
    "options",
    [
        ["--solutions"],
        pytest.param(
            ["--solutions", "--isolated"],
            marks=pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
        ),
    ],
)
def test_the_solutions_pass(clone: Path, options: list[str]) -> None:
    result = run(clone, *options)
    assert result.returncode == 0, result.stdout
    assert "checking the solutions" in result.stdout
    assert "5/5   points" in result.stdout


def test_a_name_selects_an_exercise(clone: Path) -> None:
    result = run(clone, "--solutions", "-k", "counter_step")
    assert "1 passed, 2 deselected" in result.stdout


def test_a_draft_that_is_asked_for_by_name_says_what_it_is(clone: Path) -> None:
    new_day(load_course(clone), "day02_next")
    result = run(clone, "tests/day02_next")
    assert "day02_next is a draft; set COURSE_DRAFTS=1 while you write it." in result.stderr
    assert run(clone, "--solutions").returncode == 0


def test_the_seed_changes_the_inputs_and_is_printed(clone: Path) -> None:
    (clone / "day01_tiny/sums.py").write_text(
        SOLUTION.replace("float(np.add.reduce", "float(1 + np.add.reduce"), encoding="utf-8"
    )
    first, second = run(clone, "--seed", "5").stdout, run(clone, "--seed", "6").stdout
    assert "seed 5" in first
    assert [line for line in first.splitlines() if "expected" in line] != [
        line for line in second.splitlines() if "expected" in line
    ]


def test_a_failure_teaches_without_a_traceback(clone: Path) -> None:
    (clone / "day01_tiny/sums.py").write_text(
        SOLUTION.replace("np.add.reduce(np.ravel(x))", "np.mean(x)"), encoding="utf-8"
    )
    text = run(clone).stdout
    assert "failed: This is the mean." in text
    assert "called        total(x1)" in text
    assert "plugin.py" not in text


def test_the_debugger_stops_in_the_students_code(clone: Path) -> None:
    broken = SOLUTION.replace(
        "return float(np.add.reduce(np.ravel(x)))", "nothing = None\n    return nothing + 1"
    )
    (clone / "day01_tiny/sums.py").write_text(broken, encoding="utf-8")
    result = run(clone, "--pdb", "-k", "several_shapes", stdin="p nothing\nwhere\nq\n")
    assert "sums.py" in result.stdout
    assert "-> return nothing + 1" in result.stdout


def test_a_breakpoint_works(clone: Path) -> None:
    stopping = SOLUTION.replace(
        "return float(np.add.reduce(np.ravel(x)))", "breakpoint()\n    return float(x.size)"
    )
    (clone / "day01_tiny/sums.py").write_text(stopping, encoding="utf-8")
    result = run(clone, "-s", "-k", "large_numbers", stdin="p x.size\nq\n")
    assert "\n(Pdb) 7" in result.stdout


def test_prints_are_shown_with_a_failure(clone: Path) -> None:
    chatty = SOLUTION.replace("return float(np.add", 'print("my note")\n    return 1 + float(np.add')
    (clone / "day01_tiny/sums.py").write_text(chatty, encoding="utf-8")
    assert "my note" in run(clone, "-k", "several_shapes").stdout


def test_a_refused_call_is_explained(clone: Path) -> None:
    (clone / "day01_tiny/sums.py").write_text(
        SOLUTION.replace("np.add.reduce(np.ravel(x))", "x.sum()"), encoding="utf-8"
    )
    said = run(clone).stdout
    assert "sum() does the work that this exercise asks you to write" in said
    assert re.search(r"refused: day01_tiny/sums.py, line \d+ makes a call that is refused here", said)
    assert "wrong" not in said


def test_points_in_a_broken_test_file_are_wrong_usage(clone: Path) -> None:
    tests = clone / "tests/day01_tiny/test_sums.py"
    tests.write_text(tests.read_text(encoding="utf-8").replace("@points(2)\n", "", 1), encoding="utf-8")
    result = run(clone)
    assert result.returncode == 4
    assert "has no points; write @points(n)" in result.stderr + result.stdout
