"""A tiny course in a temporary folder: one day, two exercises, small enough to read in one look."""

from __future__ import annotations

import os
import textwrap
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from course.catalog import Course, load_course
from course.release import skeletons

ROOT = Path(__file__).resolve().parents[2]
COURSE = load_course(ROOT)  # of this repository; its days are read when they are first asked for, and once
LONGEST = 300  # seconds for what takes one or two, on a busy machine; whoever hangs is seen by this

LONG = (
    "plain_shell leaks submissions surfaces_of_days verify days release_student surfaces picturing class_repository "
    "cluster convert reviewing changed_days terminals update jupyter isolated sample_class odd_class without_torch "
    "watch ci newcomer plugin clocks replay undeserved publishing"
)
"""Files that `make quick` leaves out: real days, browsers, encodings, whole releases, proofs of tests. In this order
they begin, the longest first: a long one at the end would leave the other processors idle.
"""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: a tenth of the time a test waits, for another process, a clock or the
    disk.
    """
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return there + 1


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="leave out what takes long: for every save")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: left out by --quick")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    left_out = [f"test_{name}.py" for name in LONG.split()]
    return True if config.getoption("quick") and collection_path.name in left_out else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    order = {f"test_{name}.py": number for number, name in enumerate(LONG.split())}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))
    if config.getoption("quick"):
        slow = [item for item in items if item.get_closest_marker("slow")]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """What was not run, and why: nothing is left out in silence."""
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", ())
        if isinstance(report.longrepr, tuple)
    )
    for reason, number in sorted(reasons.items()):
        terminalreporter.write_line(f"skipped: {number}, {reason}")
    if config.getoption("quick"):
        terminalreporter.write_line(
            f"Left out by --quick: tests marked slow, and the files {', '.join(LONG.split())}. `make test` runs all."
        )


COURSE_TOML = """
[course]
title = "A tiny course"
seed = 1

[limits]
test_seconds = 3
call_seconds = 2
memory_mib = 512
output_kib = 64

[[day]]
name = "day01_tiny"
title = "Tiny"
part = 1
imports = ["numpy"]
"""

SOLUTION = '''
"""Sums."""

import numpy as np


def total(x: np.ndarray) -> float:
    """Sum of all entries."""
    ### BEGIN SOLUTION
    return float(np.add.reduce(np.ravel(x)))
    ### END SOLUTION


class Counter:
    """Counts."""

    def __init__(self, start: int = 0) -> None:
        self.value = start

    def step(self, by: int) -> int:
        """Go on by ``by`` and return the new value."""
        ### BEGIN SOLUTION
        self.value += by
        return self.value
        ### END SOLUTION
'''

EXERCISES = """
[[exercise]]
name = "sums.total"
title = "Total"
sheet = "total"
refused = ["numpy.sum", ".sum"]
hints = ["add", "add all", "a loop"]

[[exercise]]
name = "sums.Counter.step"
title = "Counter"
sheet = "counter"
hints = ["remember", "self.value", "+="]
"""

TESTS = """
import numpy as np

from course.testing import assert_close, assert_equal, assert_unchanged, hidden, points


@points(2)
def test_total_of_several_shapes(student, rng):
    for shape in [(3,), (2, 4), (1, 1)]:
        x = rng.normal(size=shape)
        with assert_unchanged(x):
            result = student.total(x)
        assert_close(result, x.sum())


@hidden
@points(1)
def test_total_of_large_numbers(student, rng):
    x = 1e3 + rng.normal(size=7)
    assert_close(student.total(x), x.sum())


@points(2)
def test_counter_step_accumulates(student, rng):
    start, first, second = (int(n) for n in rng.integers(2, 9, size=3))
    counter = student.Counter(start)
    assert_equal(counter.step(first), start + first)
    assert_equal(counter.step(second), start + first + second)
"""

ANSWERS = """
import numpy as np

from course.testing import misconception, variant


@misconception("total", "This is the mean. The sum is not divided by the number of entries.")
def mean(x):
    return float(np.mean(x))


@misconception("total", "Only the first row is added up.")
def first_row(x):
    return float(np.add.reduce(np.atleast_2d(x)[0]))


@misconception("Counter.step", "The step is forgotten: the value must be kept in self.value.")
def forgets(self, by):
    return self.value + by


@variant("total")
def loop(x):
    result = 0.0
    for entry in np.ravel(x):
        result += entry
    return result
"""

SHEET = """
# Tiny

<!-- points -->
<!-- /points -->

## Total

## Counter
"""


PYTEST_INI = """
[pytest]
addopts = --import-mode=importlib -p no:hypothesispytest
testpaths = tests/day*
"""


def write(path: Path, text: str) -> Path:
    """Write a file with its folders, without the leading newline of a triple-quoted text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    return path


def write_tiny_course(root: Path) -> Path:
    """Make the tiny course below ``root``."""
    write(root / "course.toml", COURSE_TOML)
    write(root / "solutions/day01_tiny/sums.py", SOLUTION)
    write(root / "tests/day01_tiny/exercises.toml", EXERCISES)
    write(root / "tests/day01_tiny/test_sums.py", TESTS)
    write(root / "tests/day01_tiny/answers_sums.py", ANSWERS)
    write(root / "day01_tiny/README.md", SHEET)
    write(root / "conftest.py", 'pytest_plugins = ["course.testing.plugin"]\n')
    write(root / "pytest.ini", PYTEST_INI)
    return root


@pytest.fixture
def tiny(tmp_path: Path) -> Course:
    """The tiny course, catalogue loaded."""
    return load_course(write_tiny_course(tmp_path / "tiny"))


@pytest.fixture(scope="session")
def real() -> Course:
    """The course of this repository."""
    return COURSE


PROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "tiny-course"
version = "0"
requires-python = ">=3.11"
dependencies = ["numpy", "pytest"]

[project.optional-dependencies]
student = ["ruff"]
torch = ["torch"]
author = ["hypothesis"]

[project.scripts]
course = "course.cli:main"

[tool.setuptools.packages.find]
include = ["course", "course.*"]

[tool.pytest.ini_options]
testpaths = ["tests/day*"]
addopts = "--import-mode=importlib -p no:hypothesispytest"

[tool.mypy]
strict = true
"""

CHANGELOG = """
# Changelog

## 1.1

- The total is explained better.

## 1.0

- The first release.
"""


def write_releasable_course(root: Path) -> Path:
    """The tiny course with what a release takes over from its root."""
    write_tiny_course(root)
    (root / "pytest.ini").unlink()
    write(root / "pyproject.toml", PROJECT)
    write(root / "CHANGELOG.md", CHANGELOG)
    write(root / "LICENSE", "MIT\n")
    write(root / "constraints.txt", "numpy==2.4.6\n")
    return root


@pytest.fixture
def releasable(tmp_path: Path) -> Course:
    """A course that can be released; its skeletons are in step."""
    course = load_course(write_releasable_course(tmp_path / "source"))
    skeletons.write(course, skeletons.differences(course), force=False)
    return course
