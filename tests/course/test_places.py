"""What is given stands in the day folder alone, and serves the solutions as it serves a student."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from course.catalog import Course
from course.places import module_files
from course.worker.near.handle import Link, Student
from course.worker.near.local import LocalLink
from course.worker.near.warm import WarmProcess
from course.worker.outcomes import Budget, StudentProblem
from tests.course.conftest import write

DAY = "day01_tiny"
GIVEN = """
import numpy as np

from day01_tiny.sums import total


def twice(x):
    return 2 * total(x)


def of_library(x):
    return float(np.sum(x))


def broken(x):
    raise ValueError("in what is given")
"""


@pytest.fixture(params=["local", "isolated"])
def link(request: pytest.FixtureRequest, tiny: Course, monkeypatch: pytest.MonkeyPatch) -> Iterator[Link]:
    monkeypatch.syspath_prepend(tiny.root)  # as `python -m pytest` does, and its files are libraries then
    write(tiny.root / DAY / "given.py", GIVEN)
    write(tiny.root / DAY / "sums.py", "raise RuntimeError('the skeleton, and no solution')\n")
    if request.param == "local":
        with closing(LocalLink(tiny.solutions, [DAY], tiny.limits)) as local:
            yield local
    else:
        with (
            WarmProcess.for_days(tiny, tiny.days) as warm,
            closing(warm.open(tiny.solutions, DAY)) as isolated,
        ):
            yield isolated


def given(link: Link, *refused: str) -> Student:
    link.begin(1, refused, Budget(3, 2))
    return Student(link, f"{DAY}.given")


def test_given_code_of_the_day_folder_works_on_the_solutions(link: Link) -> None:
    assert given(link).twice([1.0, 2.0]) == 6.0


def test_given_code_is_the_students_when_it_comes_to_refused_calls(link: Link) -> None:
    with pytest.raises(StudentProblem, match="does the work") as caught:
        given(link, "numpy.sum").of_library([1.0, 2.0])
    assert "of_library" in caught.value.traceback


def test_a_failure_in_given_code_is_shown_with_its_line(link: Link) -> None:
    with pytest.raises(StudentProblem, match="in what is given") as caught:
        given(link).broken(1)
    assert f"{DAY}/given.py, line 15, in broken" in caught.value.traceback


def test_a_submission_has_its_own_modules_only(tiny: Course, tmp_path: Path) -> None:
    write(tiny.root / DAY / "given.py", GIVEN)
    write(tiny.root / "handed_in" / DAY / "sums.py", "x = 1\n")
    assert list(module_files(tiny.root / "handed_in", DAY)) == ["sums"]
    link = LocalLink(tiny.root / "handed_in", [DAY], tiny.limits)
    with closing(link), pytest.raises(StudentProblem, match=rf"{DAY}/given\.py is missing"):
        given(link).twice([1.0])


def test_a_name_that_is_in_both_is_the_solutions(tiny: Course) -> None:
    write(tiny.root / DAY / "sums.py", "x = 1\n")
    assert module_files(tiny.solutions, DAY) == {"sums": tiny.solutions / DAY / "sums.py"}
    assert module_files(tiny.root, DAY) == {"sums": tiny.root / DAY / "sums.py"}
