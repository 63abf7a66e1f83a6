"""Points and comments by hand: kept apart, listed, taken back, and still there after a regrade."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from course.catalog import Course
from course.errors import CourseError, UsageError
from course.results.reading import Adjustment, day_totals, read_record, totals
from tests.course.class_records import record, write_record
from tests.course.test_cli import run
from tests.course.test_grading import Quiet, hand_in

pytest.importorskip("sqlalchemy", reason="adjustments are kept in the store (the extra 'instructor')")

from course.grading.classes import grade_class
from course.results.adjusting import find_record, give_points, list_points, take_back, warning
from course.results.store import Store, adjustments_by_student
from tests.course.conftest import SOLUTION


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    write_record(folder, record("ada", "fpp"))
    write_record(folder, record("bob", "ppp"))
    return folder


def test_points_are_noted_with_who_when_and_the_score_of_the_time(tiny: Course, out: Path) -> None:
    one = give_points(tiny, out, "ada", "day01/total", 1.5, "right idea", "grace")
    assert (one.student, one.day, one.exercise) == ("ada", "day01_tiny", "sums.total")
    assert (one.points, one.comment, one.author, one.score_then) == (1.5, "right idea", "grace", 1)
    assert one.made_at.endswith("+00:00")
    assert list_points(out) == [one]
    assert list_points(out, "bob") == []


def test_totals_show_both(tiny: Course, out: Path) -> None:
    given = [give_points(tiny, out, "ada", "day01", -0.5, "untidy", "me")]
    given.append(give_points(tiny, out, "ada", "day01/total", 2, "right idea", "me"))
    sums = totals(find_record(out, "ada"), given)
    assert (sums.score, sums.late, sums.manual, sums.total, sums.max_score) == (3, 0, 1.5, 4.5, 5)


def test_a_total_is_never_below_nothing() -> None:
    day = {"day": "d", "score": 1, "max_score": 5, "late": {"points": 0.5}}
    taken = Adjustment(1, "ada", "d", "", -9, "copied", "me", "", 1)
    other = Adjustment(2, "ada", "another", "", 9, "", "me", "", 1)
    assert day_totals(day, [taken, other]).total == 0


def test_the_store_is_not_touched_by_a_regrade(tiny: Course, tmp_path: Path) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("grading needs fork")
    hand_in(tmp_path / "in", "ada", SOLUTION.replace("self.value += by", "pass"))
    out = tmp_path / "out"
    grade_class(tiny, tmp_path / "in", out, seed=3, view=Quiet())
    one = give_points(tiny, out, "ada", "day01/Counter.step", 1, "nearly", "me")
    assert warning(find_record(out, "ada"), one) == ""
    hand_in(tmp_path / "in", "ada", SOLUTION)
    grade_class(tiny, tmp_path / "in", out, seed=3, view=Quiet())
    assert adjustments_by_student(out) == {"ada": [one]}
    assert find_record(out, "ada")["score"] == 5
    assert warning(find_record(out, "ada"), one) == "the checks gave 0 then and give 2 now"


def test_more_than_the_maximum_is_said(tiny: Course, out: Path) -> None:
    one = give_points(tiny, out, "bob", "day01/total", 1, "", "me", force=True)
    assert warning(find_record(out, "bob"), one) == "more than the 3 points there are"


def test_a_comment_alone_says_nothing_of_points(tiny: Course, out: Path) -> None:
    assert give_points(tiny, out, "ada", "day01/total", 0, "look at axis", "me").words == "look at axis"
    assert give_points(tiny, out, "ada", "day01/total", -1, "copied", "me").words == "-1 points: copied"
    for words in (["adjust", str(out)], ["history", str(out), "ada"]):
        said = run(tiny.root, *words).stdout
        assert "look at axis" in said
        assert "+0" not in said


def test_what_is_taken_back_no_longer_counts(tiny: Course, out: Path) -> None:
    one = give_points(tiny, out, "ada", "day01", 1, "neat", "me")
    two = give_points(tiny, out, "ada", "day01", 1, "and short", "me")
    take_back(out, one.number, "me")
    assert list_points(out) == [two]
    with pytest.raises(CourseError, match=f"There is no adjustment {one.number}"):
        take_back(out, one.number, "me")


@pytest.mark.parametrize(
    ("where", "points", "comment", "sentence"),
    [
        (
            "day01/total",
            2.5,
            "all of it",
            "ada has 1 of 3 points for sums.total; +2.5 would be more than there are",
        ),
        (
            "day01",
            2.5,
            "all of it",
            "ada has 3 of 5 points for day01_tiny; +2.5 would be more than there are",
        ),
        ("day01/total", 1, " \n", "Points need a reason"),
        ("day01/total", -1, "", "Points need a reason"),
        (
            "day01/total",
            -1000,
            "a slip",
            "ada has 1 of 3 points for sums.total; -1000 would be less than nothing. Take away fewer",
        ),
        ("day01", -3.5, "a slip", "ada has 3 of 5 points for day01_tiny; -3.5 would be less than nothing"),
    ],
)
def test_what_nobody_may_have_meant_is_refused_unless_forced(
    tiny: Course, out: Path, where: str, points: float, comment: str, sentence: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)):
        give_points(tiny, out, "ada", where, points, comment, "me")
    assert list_points(out) == []
    one = give_points(tiny, out, "ada", where, points, comment, "me", force=True)
    assert list_points(out) == [one]


def test_no_force_writes_three_hundred_digits(tiny: Course, out: Path) -> None:
    for points in (1e300, -1e300):
        with pytest.raises(UsageError, match="at most 10000, more or fewer"):
            give_points(tiny, out, "ada", "day01/total", points, "why", "me", force=True)
    assert list_points(out) == []


def test_what_others_gave_counts_against_the_maximum(tiny: Course, out: Path) -> None:
    give_points(tiny, out, "ada", "day01/total", 1, "right idea", "grace")
    give_points(tiny, out, "ada", "day01/total", 1, "and right shape", "alan")
    with pytest.raises(UsageError, match="has 3 of 3 points"):
        give_points(tiny, out, "ada", "day01/total", 0.5, "neat", "grace")
    with pytest.raises(UsageError, match="has 5 of 5 points for day01_tiny"):
        give_points(tiny, out, "ada", "day01", 0.5, "neat", "grace")
    give_points(tiny, out, "ada", "day01/total", -1, "not so right", "alan")
    give_points(tiny, out, "ada", "day01/total", 1, "but right", "grace")


@pytest.mark.parametrize(
    ("student", "where", "points", "sentence"),
    [
        ("adda", "day01", 1, "did you mean 'ada'"),
        ("ada", "day2", 1, "There is no day 'day2'"),
        ("ada", "day01/totl", 1, "did you mean 'total'"),
        ("ada", "day01", float("nan"), "Points are a number"),
    ],
)
def test_what_has_no_result_is_refused(
    tiny: Course, out: Path, student: str, where: str, points: float, sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        give_points(tiny, out, student, where, points, "why", "me")
    assert list_points(out) == []


def test_the_command_gives_lists_and_takes_back(tiny: Course, out: Path) -> None:
    root, folder = tiny.root, str(out)
    refused = run(root, "adjust", folder, "ada", "day01/total", "--points", "2")
    assert refused.returncode == 2
    assert "Points need a reason" in refused.stderr
    assert run(root, "adjust", folder, "ada", "day01/total", "--points", "2", "--force").returncode == 0
    assert "Nothing was given" in run(root, "adjust", folder, "--remove", "1").stdout
    said = run(root, "adjust", folder, "ada", "day01/total", "--points", "-1", "--comment", "[red]no[/red]")
    assert said.returncode == 0
    assert "sums.total" in said.stdout
    assert "-1" in said.stdout
    assert "[red]no[/red]" in said.stdout
    assert "ada,3,3,5,0,-1,2" in (out / "grades.csv").read_text(encoding="utf-8")
    assert "Nothing was given" in run(root, "adjust", folder, "--remove", "2").stdout
    gone = run(root, "adjust", folder, "--remove", "99")
    assert gone.returncode == 2
    assert f"`course adjust {folder}` lists those there are" in gone.stderr
    assert (out / "grades.csv").read_text(encoding="utf-8").splitlines()[1] == "ada,3,3,5"


def test_a_comment_does_nothing_to_a_terminal(tiny: Course, out: Path) -> None:
    plain = read_record(out / "ada.json")
    with Store(out) as store:
        store.start_run(7, ["day01_tiny"], "in\x1b[2J")
        store.save(plain)
    give_points(tiny, out, "ada", "day01", 1, "neat\x1b[31m\nand \u202eshort", "me\x1b[2J")
    for words in (["adjust", str(out)], ["history", str(out), "ada"], ["history", str(out)]):
        said = run(tiny.root, *words)
        assert said.returncode == 0
        assert [sign for sign in "\x1b\u202e" if sign in said.stdout] == []
    words = " ".join(run(tiny.root, "history", str(out), "ada").stdout.split())
    assert r"by me\x1b[2J: neat\x1b[31m and \u202eshort" in words


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["ada", "day01"], "Say how many points"),
        (["--points", "2"], "Say for whom and what"),
        (["ada", "--points", "2"], "Say for whom and what"),
    ],
)
def test_half_a_command_is_answered_with_a_whole_one(
    tiny: Course, out: Path, words: list[str], sentence: str
) -> None:
    said = run(tiny.root, "adjust", str(out), *words)
    assert said.returncode == 2
    assert sentence in said.stderr
