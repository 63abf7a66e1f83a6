"""Whole days on every surface: pytest, `course grade` on modules and on notebooks, and the real `nbgrader autograde`
give every exercise the same points, for the solution and for a mixed submission.

All days take minutes, so `make test` takes the one that is CHOSEN and `make surfaces` (COURSE_SURFACES=all) every day.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from course.catalog import Day
from course.grading.classes import grade_class
from course.notebooks.gradebooks import open_api
from course.notebooks.outline import check_cell
from course.release.nbgrader import release_nbgrader
from tests.course.conftest import COURSE as REAL
from tests.course.conftest import ROOT
from tests.course.mixed_work import mixed_work, solution_work
from tests.course.notebooks import hand_in_notebook
from tests.course.test_grading import Quiet, read
from tests.course.test_surfaces import hand_in_modules

CHOSEN = "day16_autograd"  # training, classes that functions are annotated with, PyTorch in the tests
DAYS = [day for day in REAL.days if day.name == CHOSEN or os.environ.get("COURSE_SURFACES") == "all"]
COURSE = replace(REAL, days=tuple(DAYS))  # whose release does not look for the secrets of the others
STUDENTS = ("solution", "mixed")

Points = dict[str, dict[str, float]]  # of every exercise, by student


class Surfaces:
    """The days handed in by both students, as modules and as notebooks, and graded by `course grade`."""

    def __init__(self, folder: Path) -> None:
        self.modules, self.target = folder / "modules", folder / "nbgrader"
        self._out_modules, self._out_notebooks = folder / "out-modules", folder / "out-notebooks"
        release_nbgrader(COURSE, DAYS, self.target)
        for day in DAYS:
            for student, work in zip(STUDENTS, (solution_work, mixed_work), strict=True):
                files = work(COURSE, day)
                hand_in_modules(self.modules, student, day, files)
                hand_in_notebook(self.target / "submitted", student, COURSE, day, files)
        for handed_in, out in ((self.modules, self._out_modules), (self.target, self._out_notebooks)):
            names = [day.name for day in DAYS]
            grade_class(COURSE, handed_in, out, days=names, seed=COURSE.seed, view=Quiet())

    def by_course_grade_on_modules(self, day: Day) -> Points:
        return {student: _of_record(self._out_modules, student, day) for student in STUDENTS}

    def by_course_grade_on_notebooks(self, day: Day) -> Points:
        return {student: _of_record(self._out_notebooks, student, day) for student in STUDENTS}

    def by_nbgrader(self, day: Day) -> Points:
        with open_api(self.target) as api:
            for student in STUDENTS:
                result = api.autograde(day.name, student)
                assert result["success"], result
        with open_api(self.target) as api, api.gradebook as gradebook:
            return {
                student: {
                    exercise.name: gradebook.find_grade(
                        check_cell(exercise), day.name, day.name, student
                    ).score
                    for exercise in day.exercises
                }
                for student in STUDENTS
            }

    def by_pytest(self, day: Day) -> Points:
        return {student: _of_pytest(self.modules / student, day) for student in STUDENTS}


def _of_record(out: Path, student: str, day: Day) -> dict[str, float]:
    entry = next(entry for entry in read(out, student)["days"] if entry["day"] == day.name)
    return {exercise["exercise"]: exercise["score"] for exercise in entry["exercises"]}


def _of_pytest(submission: Path, day: Day) -> dict[str, float]:
    words = ["-q", "-p", "no:cacheprovider", f"--submission={submission}", f"tests/{day.name}"]
    command = [sys.executable, "-m", "pytest", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    row = rf"^ +(?:(\d+)/\d+|opt\.) +\d+ of \d+ +{day.number} (\S+)$"
    return {name: int(score or 0) for score, name in re.findall(row, done.stdout, re.MULTILINE)}


@pytest.fixture(scope="module")
def surfaces(tmp_path_factory: pytest.TempPathFactory) -> Surfaces:
    pytest.importorskip("nbgrader", reason='needs nbgrader: pip install --editable ".[instructor]"')
    if not hasattr(os, "fork"):
        pytest.skip("grading needs fork")
    return Surfaces(tmp_path_factory.mktemp("surfaces"))


@pytest.mark.parametrize("day", DAYS, ids=lambda day: str(day.name))
def test_a_day_scores_the_same_on_every_surface(surfaces: Surfaces, day: Day) -> None:
    expected = surfaces.by_course_grade_on_modules(day)
    assert surfaces.by_course_grade_on_notebooks(day) == expected
    assert surfaces.by_nbgrader(day) == expected
    assert surfaces.by_pytest(day) == expected
    assert sum(expected["solution"].values()) == day.max_score
    assert 0 < sum(expected["mixed"].values()) < day.max_score
