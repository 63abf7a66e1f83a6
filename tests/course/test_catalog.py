"""The catalogue: what it reads, and the one sentence it says when something is not as it must be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from course.catalog import Course, find_root, load_course, select
from course.catalog.model import snake_case
from course.errors import CourseError, UsageError
from tests.course.conftest import ROOT


def test_exercises_have_their_checks_points_and_marks(tiny: Course) -> None:
    total, counter = tiny.days[0].exercises
    assert [check.name for check in total.checks] == [
        "test_total_of_several_shapes",
        "test_total_of_large_numbers",
    ]
    assert [check.points for check in total.checks] == [2, 1]
    assert [check.hidden for check in total.checks] == [False, True]
    assert counter.checks[0].name == "test_counter_step_accumulates"
    assert tiny.days[0].max_score == 5


@pytest.mark.parametrize(
    ("qualname", "snake"),
    [
        ("pseudo_inverse", "pseudo_inverse"),
        ("Adam", "adam"),
        ("LSTMCell", "lstm_cell"),
        ("Complex.multiply", "complex_multiply"),
        ("Complex.__eq__", "complex_eq"),
        ("Conv2d.forward", "conv2d_forward"),
    ],
)
def test_test_names_follow_from_exercise_names(qualname: str, snake: str) -> None:
    assert snake_case(qualname) == snake


@pytest.mark.parametrize(
    "word",
    [
        "day01_tiny",
        "day01",
        "day01_tiny/",
        "day1",
        "1",
        "01",
        "Day1",
        "day 1",
        "./day01_tiny",
        ".\\day01_tiny\\",
    ],
)
def test_a_day_is_found_by_its_name_and_number(tiny: Course, word: str) -> None:
    assert len(select(tiny, [word])[0].exercises) == 2


@pytest.mark.parametrize("word", ["day01_tiny/sums.py", "day1/sums.py", "day01/sums", "sums.py", "sums"])
def test_a_module_stands_for_its_exercises(tiny: Course, word: str) -> None:
    assert select(tiny, [word])[0].exercises == tiny.days[0].exercises


@pytest.mark.parametrize(
    "word", ["day01/total", "day01_tiny/sums.total", "day1/total", "total", "sums.total"]
)
def test_an_exercise_is_found_with_and_without_its_module(tiny: Course, word: str) -> None:
    assert [e.name for e in select(tiny, [word])[0].exercises] == ["sums.total"]


@pytest.mark.parametrize(
    ("word", "nearest"),
    [
        ("day1_tiny", "'day01_tiny'"),
        ("day01/totl", "'total'"),
        ("day01/sums.totl", "'sums.total'"),
        ("day01/step", "'Counter.step'"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(tiny: Course, word: str, nearest: str) -> None:
    with pytest.raises(UsageError, match=f"did you mean {nearest}"):
        select(tiny, [word])


@pytest.mark.parametrize("below", [None, 0, 3, -1])
def test_an_unknown_day_is_answered_with_those_near_in_number(below: int | None) -> None:
    course = load_course(ROOT)
    days = [None, *course.days, None]
    at = 0 if below is None else days.index(course.days[below])
    near = [day for day in days[at : at + 2] if day is not None]
    number = int(near[-1].number[3:]) - 1 if below is None else int(near[0].number[3:]) + 1
    if any(int(day.number[3:]) == number for day in course.days):
        return  # the days follow each other there
    with pytest.raises(UsageError, match=f"near it: {' and '.join(day.name for day in near)}"):
        select(course, [f"day{number}"])


@pytest.mark.parametrize("word", ["day13/Adam", "Adam", "day13_optim/optimizers.Adam"])
def test_a_class_stands_for_its_methods(word: str) -> None:
    assert [e.name for e in select(load_course(ROOT), [word])[0].exercises] == ["optimizers.Adam.step"]


@pytest.mark.parametrize(
    ("word", "names"),
    [
        (
            "log_sum_exp",
            "more than one exercise; say day04/probability.log_sum_exp or day11/activations.log_sum_exp",
        ),
        ("images.py", "There is no day"),  # given: there is nothing to check
        ("networks.py", "more than one module; say day11/networks.py or day12/networks.py"),
    ],
)
def test_a_word_that_can_mean_several_is_answered_with_all(word: str, names: str) -> None:
    with pytest.raises(UsageError, match=re.escape(names)):
        select(load_course(ROOT), [word])


def test_no_course_toml_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no course\.toml"):
        find_root(tmp_path)


def _damage(tiny: Course, file: str, old: str, new: str) -> Course:
    path = tiny.root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return load_course(tiny.root)


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("tests/day01_tiny/test_sums.py", "@points(2)\n", "", "has no points; write @points"),
        ("tests/day01_tiny/test_sums.py", "@points", "@weight", "has no test with points"),
        (
            "tests/day01_tiny/test_sums.py",
            "test_total_of_large",
            "test_mean_of_large",
            "belongs to no exercise",
        ),
        ("tests/day01_tiny/test_sums.py", "(student, rng)", "(student, tmp_path)", "and nothing else"),
        ("tests/day01_tiny/test_sums.py", "import numpy as np", "import numpy as", "test_sums.py:1"),
        ("tests/day01_tiny/exercises.toml", 'sheet = "total"\n', "", "lacks the entry 'sheet'"),
        ("tests/day01_tiny/exercises.toml", "[[exercise]]", "[[exercise]", "is not valid TOML"),
        ("tests/day01_tiny/exercises.toml", "Counter.step", "Counter.stride", "belongs to no exercise"),
    ],
)
def test_a_damaged_catalogue_is_one_sentence(
    tiny: Course, file: str, old: str, new: str, sentence: str
) -> None:
    course = _damage(tiny, file, old, new)
    with pytest.raises(CourseError) as caught:
        _ = course.days[0].exercises
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_deleted_test_folder_says_how_to_restore_it(tiny: Course) -> None:
    for file in (tiny.root / "tests/day01_tiny").iterdir():
        file.unlink()
    with pytest.raises(CourseError, match="git checkout -- tests/day01_tiny"):
        _ = load_course(tiny.root).days[0].exercises


def test_an_unknown_limit_is_named(tiny: Course) -> None:
    with pytest.raises(CourseError, match="no setting named 'test_second'"):
        _damage(tiny, "course.toml", "test_seconds", "test_second")


def test_a_draft_is_left_out_until_asked_for(tiny: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSE_DRAFTS", raising=False)
    course = _damage(tiny, "course.toml", "part = 1", "part = 1\ndraft = true")
    assert course.days == ()
    monkeypatch.setenv("COURSE_DRAFTS", "1")
    assert [day.name for day in load_course(tiny.root).days] == ["day01_tiny"]
