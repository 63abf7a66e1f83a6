"""Work that is there and cannot be read: neither nothing handed in nor a reason to stop reading the rest."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from course.catalog import load_course
from course.grading.classes import grade_class
from course.grading.intake import LFS
from course.results.exports import export
from tests.course.conftest import SOLUTION, write, write_tiny_course
from tests.course.test_changed_days import DAYS, hand_in, second_day
from tests.course.test_grading import Quiet, read

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")
DAY = DAYS[0]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"ned.ipynb": "{"}, "the notebook file is no notebook"),
        ({"a.ipynb": "{", "b.ipynb": "{"}, "there are several notebooks; keep one and call it"),
        ({"sums.py": f"{LFS.decode()}v1\n"}, "what is in its place is a pointer of Git LFS"),
    ],
    ids=["cut", "two", "pointer"],
)
def test_what_cannot_be_read_is_not_nothing_handed_in(
    tmp_path: Path, files: dict[str, str], said: str
) -> None:
    second_day(write_tiny_course(tmp_path / "tiny"))
    course = load_course(tmp_path / "tiny")
    for name, text in files.items():
        write(tmp_path / "in/ned" / DAY / name, text)
    hand_in(tmp_path / "in", "ned", DAYS[1], SOLUTION)
    grade_class(course, tmp_path / "in", tmp_path / "out", view=Quiet())
    first, second = read(tmp_path / "out", "ned")["days"]
    tests = [test for exercise in first["exercises"] for test in exercise["tests"]]
    assert [(test["outcome"], test["points"]) for test in tests] == [("rejected", 0)] * 3
    assert all(test["message"].startswith(f"Not checked: {said}") for test in tests if not test.get("hidden"))
    assert second["score"] == second["max_score"]
    assert f"0 of 5 points by the checks. Not checked: {said}" in moodles_cell(tmp_path / "out")
    (row,) = csv.DictReader((tmp_path / "out/grades.csv").open(encoding="utf-8"))
    assert row.get("missing", "") == ""


def moodles_cell(out: Path) -> str:
    (row,) = csv.DictReader(export(out, "moodle").open(encoding="utf-8"))
    return row[f"{DAY} feedback"]


def test_modules_beside_a_broken_notebook_are_graded(tmp_path: Path) -> None:
    write(tmp_path / "in/ned" / DAY / f"{DAY}.ipynb", "{")
    write(tmp_path / "in/ned" / DAY / "sums.py", SOLUTION)
    course = load_course(write_tiny_course(tmp_path / "tiny"))
    grade_class(course, tmp_path / "in", tmp_path / "out", view=Quiet())
    assert read(tmp_path / "out", "ned")["score"] == 5
