"""Each test of a small day is weak in its own way, and the submission that passes it is found; one of them is sound."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from course.catalog import Course, Selection, load_course
from course.testing import running
from course.verify.cheats import Nothing
from course.verify.evidence import Evidence, Undeserved
from course.verify.jobs import Jobs
from course.verify.judging import undeserved_points
from course.verify.roots import Sources
from course.verify.stage import Stage
from course.verify.trials import Trier
from tests.course.conftest import write

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="course verify forks its process")

SOLUTION = '''
"""Numbers."""

from collections.abc import Iterator

import numpy as np


def halves(x: np.ndarray) -> np.ndarray:
    """Half of every number; ValueError for nothing."""
    ### BEGIN SOLUTION
    if not x.size:
        raise ValueError("nothing")
    return x / 2
    ### END SOLUTION


def is_small(x: float) -> bool:
    """Whether it is below 1."""
    ### BEGIN SOLUTION
    return x < 1
    ### END SOLUTION


def parts(x: np.ndarray) -> Iterator[np.ndarray]:
    """One number after the other."""
    ### BEGIN SOLUTION
    yield from halves(x)
    ### END SOLUTION


class Descent:
    """Goes down."""

    def __init__(self, start: np.ndarray) -> None:
        self.place = start.copy()

    def step(self, gradient: np.ndarray) -> None:
        """Change the place."""
        ### BEGIN SOLUTION
        self.place -= gradient
        ### END SOLUTION
'''

TESTS = """
import numpy as np

from course.testing import (
    assert_between, assert_close, assert_equal, assert_raises, assert_shape, assert_that, in_place, points, training,
)


@points(1)
def test_halves_refuses_nothing(student, rng):
    with assert_raises(ValueError):
        student.halves(np.zeros(0))


@points(1)
def test_halves_has_a_shape(student, rng):
    assert_shape(student.halves(rng.normal(size=(2, 3))), (2, 3))


@points(1)
def test_halves_is_of_nothing_else(student, rng):
    assert_close(student.halves(np.zeros(3)), np.zeros(3))


@points(1)
def test_halves_of_what_may_be_changed(student, rng):
    x = rng.normal(size=4)
    result = student.halves(in_place(x))
    assert_close(result, x / 2)


@points(1)
def test_halves_as_exact_as_it_says(student, rng):
    x = rng.normal(size=4)
    result = np.asarray(student.halves(x))
    assert_that(np.all(np.abs(result - x / 2) < 1000 * np.finfo(result.dtype).eps), "it is off")


@points(1)
def test_halves_is_about_as_large_as_before(student, rng):
    x = 1 + 0.1 * rng.normal(size=4)
    assert_between(np.mean(student.halves(x)), 0.3, 2)


@points(1)
@training
def test_halves_after_a_long_time(student, rng):
    assert_equal(student.is_small(2.0), False)


@points(1)
def test_halves_of_random_numbers(student, rng):
    x = rng.normal(size=4)
    assert_close(student.halves(x), x / 2)


@points(1)
def test_is_small_of_one_number(student, rng):
    assert_equal(student.is_small(rng.uniform(0, 1)), True)


@points(1)
def test_parts_are_many(student, rng):
    assert_equal(sum(1 for _ in student.parts(rng.normal(size=5))), 5)


@points(1)
def test_parts_one_after_the_other(student, rng):
    x = rng.normal(size=3)
    assert_close([part for part in student.parts(x)], x / 2)


def walk(module, start, gradient):
    descent = module.Descent(start)
    descent.step(gradient)
    return descent.place


@points(1)
def test_descent_step_goes_somewhere(student, rng):
    start = rng.normal(size=3)
    assert_that(np.any(student.run(walk, start, rng.normal(size=3)) != start), "nothing moves")


def has_a_place(module, start):
    return hasattr(module.Descent(start), "place")


@points(1)
def test_descent_step_has_a_place(student, rng):
    assert_that(student.run(has_a_place, rng.normal(size=3)), "there is no place")


@points(1)
def test_descent_step_goes_down(student, rng):
    start, gradient = rng.normal(size=3), rng.normal(size=3)
    assert_close(student.run(walk, start, gradient), start - gradient)
"""

EXERCISE = """
[[exercise]]
name = "numbers.{}"
title = "Numbers"
sheet = "numbers"
hints = ["Think.", "Write."]
"""

COURSE = """
[course]
title = "Small"
seed = 5

[[day]]
name = "day01_numbers"
title = "Numbers"
part = 1
imports = ["numpy"]
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    write(tmp_path / "course.toml", COURSE)
    write(tmp_path / "solutions/day01_numbers/numbers.py", SOLUTION)
    write(tmp_path / "tests/day01_numbers/test_numbers.py", TESTS)
    names = ("halves", "is_small", "parts", "Descent.step")
    write(tmp_path / "tests/day01_numbers/exercises.toml", "".join(map(EXERCISE.format, names)))
    return load_course(tmp_path)


def passed(course: Course) -> dict[str, list[str]]:
    """By test, what the submissions do that pass it."""
    (day,) = course.days
    evidence = Evidence(Selection(day, day.exercises), Sources.read(course, day), [])
    jobs = Jobs(evidence, Trier(course, day), [course.seed])
    found: dict[str, list[str]] = {}
    for exercise in day.exercises:
        for check, cheat in jobs.cheat(exercise):
            found.setdefault(check, []).append(cheat)
    return found


def test_whoever_passes_a_weak_test_is_found(course: Course) -> None:
    found = passed(course)
    hollow = "in the shape of the right answer"
    assert found["test_halves_refuses_nothing"][0] == "raises ValueError"
    assert f"returns zeros {hollow}" in found["test_halves_refuses_nothing"]
    assert f"returns random numbers {hollow}" in found["test_halves_has_a_shape"]
    assert f"returns zeros {hollow}" in found["test_halves_is_of_nothing_else"]
    assert found["test_halves_of_what_may_be_changed"] == [
        "writes zeros into its arguments and returns zeros"
    ]
    assert f"returns zeros in float16 {hollow}" in found["test_halves_as_exact_as_it_says"]
    assert (
        "returns the mean of the first array, one number" in found["test_halves_is_about_as_large_as_before"]
    )
    assert f"returns zeros {hollow}" not in found["test_halves_is_about_as_large_as_before"]
    assert found["test_is_small_of_one_number"] == [
        f"returns {fill} {hollow}"
        for fill in ("ones", "the mean of the first array", "the first array", "random numbers")
    ] + [name for name in found["test_is_small_of_one_number"] if " in bool " in name]
    assert f"returns ones {hollow}" in found["test_parts_are_many"]
    assert f"returns ones {hollow}" in found["test_descent_step_goes_somewhere"]


def test_whoever_passes_a_sound_test_knows_something(course: Course) -> None:
    sound = {"test_halves_of_random_numbers", "test_parts_one_after_the_other", "test_descent_step_goes_down"}
    assert not sound & passed(course).keys()


def test_what_is_put_in_the_place_of_an_object_is_met_by_tests_of_classes_only(course: Course) -> None:
    found = passed(course)
    weak = found["test_descent_step_has_a_place"]
    assert "puts a tensor in the place of objects" not in weak
    assert "puts one whose methods return zeros in the place of objects" in weak
    assert not [one for test, names in found.items() if "halves" in test for one in names if "puts" in one]


def test_infinity_and_nan_pass_whatever_only_asks_for_something_else(course: Course) -> None:
    somewhere = passed(course)["test_descent_step_goes_somewhere"]
    assert "returns NaN in the shape of the right answer" in somewhere
    assert "returns infinity in the shape of the right answer" in somewhere


def test_a_worker_that_tells_the_seed_is_found(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(running, "worker_seed", running.check_seed)
    assert torch.initial_seed  # there, so that the session seeds it as well
    found = passed(course)
    assert found["test_halves_of_random_numbers"] == [
        "plays the visible tests to itself with the seeds of its generators"
    ]


def test_a_training_test_meets_nobody_who_needs_the_solution(course: Course) -> None:
    found = passed(course).get("test_halves_after_a_long_time", [])
    assert not [cheat for cheat in found if "right answer" in cheat]


def test_a_test_is_one_finding_however_many_pass_it(course: Course) -> None:
    (day,) = course.days
    evidence = Evidence(Selection(day, day.exercises), Sources.read(course, day), [])
    evidence.undeserved += [
        Undeserved("test_halves", "returns None"),
        Undeserved("test_halves", "raises ValueError"),
    ]
    (finding,) = undeserved_points(evidence)
    assert (finding.kind, finding.where) == ("undeserved points", "test_halves")
    assert finding.says.startswith("is passed by a submission that returns None (and 1 more)")


def test_nobody_plays_when_the_job_is_done(course: Course) -> None:
    stage, space = Stage(), {"halves": lambda x: x / 2}
    stage.enter(space, ["halves"])
    with stage.played_by(Nothing("")):
        assert space["halves"](3.0) == ""
    assert space["halves"](3.0) == 1.5
