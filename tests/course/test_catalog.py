"""The catalogue: what it reads, and the one sentence it says when something is not as it must be."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from course.catalog import Course, find_root, load_course, select
from course.catalog.model import snake_case
from course.errors import CourseError, UsageError
from course.release.settings import course_settings
from course.release.skeletons import differences, write
from tests.course.conftest import COURSE


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


def test_a_course_may_leave_days_and_parts_out(tmp_path: Path) -> None:
    text = (COURSE.root / "course.toml").read_text(encoding="utf-8")
    for words, kept in (
        ('["day12", "part 1"]', ["day01", "day02", "day03", "day04", "day12"]),
        ('["day13_optim"]', ["day13"]),
    ):
        chosen = text.replace("seed =", f"days = {words}\nseed =", 1)
        (tmp_path / "course.toml").write_text(chosen, encoding="utf-8")
        assert [day.number for day in load_course(tmp_path).days] == kept
        released = course_settings(chosen, [COURSE.day("day13_optim").name])
        assert "days" not in tomllib.loads(released)["course"]
        assert [day["name"] for day in tomllib.loads(released)["day"]] == ["day13_optim"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('days = ["day12", "part 9"]', "'part 9', which is no day and no part"),
        ("days = 3", "names 3, which is no day"),
        ("days = []", "days is empty; leave the line out"),
    ],
)
def test_days_that_cannot_be_meant_are_named(tmp_path: Path, line: str, sentence: str) -> None:
    text = (COURSE.root / "course.toml").read_text(encoding="utf-8")
    (tmp_path / "course.toml").write_text(text.replace("seed =", f"{line}\nseed =", 1), encoding="utf-8")
    with pytest.raises(CourseError, match=re.escape(sentence)):
        load_course(tmp_path)


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
        ("totl", "'day01/total'"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(tiny: Course, word: str, nearest: str) -> None:
    with pytest.raises(UsageError, match=f"did you mean {nearest}"):
        select(tiny, [word])


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("day01_tiny/sums.py:1", ["sums.total", "sums.Counter.step"]),
        ("day01_tiny/sums.py:9", ["sums.total"]),
        ("sums.py:9:5", ["sums.total"]),
        ("day01_tiny/sums.py:900", ["sums.Counter.step"]),
    ],
)
def test_a_place_as_editors_show_it_is_the_exercise_that_stands_there(
    tiny: Course, place: str, names: list[str]
) -> None:
    write(tiny, differences(tiny), force=False)
    assert [e.name for e in select(tiny, [place])[0].exercises] == names


@pytest.mark.parametrize("below", [None, 0, 3, -1])
def test_an_unknown_day_is_answered_with_those_near_in_number(below: int | None) -> None:
    days = [None, *COURSE.days, None]
    at = 0 if below is None else days.index(COURSE.days[below])
    near = [day for day in days[at : at + 2] if day is not None]
    number = int(near[-1].number[3:]) - 1 if below is None else int(near[0].number[3:]) + 1
    if any(f"day{number:02}_" in name for name in [*(day.name for day in COURSE.days), *COURSE.left_out]):
        return  # the days follow each other there, or the next one is being written
    with pytest.raises(UsageError, match=f"near it: {' and '.join(day.name for day in near)}"):
        select(COURSE, [f"day{number}"])


@pytest.mark.parametrize("word", ["day13/RMSProp", "RMSProp", "day13_optim/optimizers.RMSProp"])
def test_a_class_stands_for_its_methods(word: str) -> None:
    assert [e.name for e in select(COURSE, [word])[0].exercises] == ["optimizers.RMSProp.step"]


@pytest.mark.parametrize(
    ("word", "names"),
    [
        (
            "log_sum_exp",
            "more than one exercise; say day04/probability.log_sum_exp or day11/activations.log_sum_exp",
        ),
        ("Adam", "more than one exercise; say day13/optimizers.Adam.step or day17/optimisers.Adam.step"),
        ("images.py", "There is no day"),  # given: there is nothing to check
        ("networks.py", "more than one module; say day11/networks.py or day12/networks.py"),
    ],
)
def test_a_word_that_can_mean_several_is_answered_with_all(word: str, names: str) -> None:
    with pytest.raises(UsageError, match=re.escape(names)):
        select(COURSE, [word])


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
