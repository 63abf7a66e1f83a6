"""Coming late: what it costs and why, from times that no student can bend."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from course.catalog import Course, LatePolicy, load_course
from course.errors import CourseError
from course.grading.classes import grade_class
from course.results.lateness import Handed, Lateness, how_late
from course.results.settling import LateRule
from course.results.submission_times import SubmissionTimes, read_extensions
from tests.course.class_records import record
from tests.course.conftest import COURSE_TOML, SOLUTION
from tests.course.test_grading import Quiet, hand_in

DUE = datetime(2026, 10, 12, 18, 0, tzinfo=UTC)
POLICY = LatePolicy(grace_minutes=15, percent_per_day=10, cap_percent=50, closed_after_days=7)


def decided(late: timedelta, policy: LatePolicy = POLICY, **more: Any) -> Lateness:
    decision = how_late(40, DUE, Handed(DUE + late, "submitted.csv"), policy, **more)
    assert decision is not None
    return decision


@pytest.mark.parametrize(
    ("late", "points", "reason"),
    [
        (timedelta(hours=-1), 0, "in time"),
        (timedelta(0), 0, "in time"),
        (timedelta(seconds=1), 0, "1 s late, within 15 min of grace: no penalty"),
        (timedelta(minutes=15), 0, "15 min late, within 15 min of grace: no penalty"),
        (timedelta(minutes=15, seconds=1), 4, "15 min 1 s late: 10 % of 40 points"),
        (timedelta(hours=2, minutes=10), 4, "2 h 10 min late: 10 % of 40 points"),
        (timedelta(days=1), 4, "1 d late: 10 % of 40 points"),
        (timedelta(days=1, seconds=1), 8, "1 d 1 s late, 2 started days: 20 % of 40 points"),
        (
            timedelta(days=6, hours=3),
            20,
            "6 d 3 h late, 7 started days, at most 50 %: 50 % of 40 points",
        ),
        (timedelta(days=7), 20, "7 d late, 7 started days, at most 50 %: 50 % of 40 points"),
        (timedelta(days=7, seconds=1), 40, "7 d 1 s late, not accepted after 7 d: 100 % of 40 points"),
    ],
)
def test_what_is_taken_off_and_why(late: timedelta, points: float, reason: str) -> None:
    decision = decided(late)
    assert (decision.points, decision.reason) == (points, reason)


def test_fractions_are_rounded_to_hundredths() -> None:
    policy = LatePolicy(percent_per_day=7.5)
    decision = how_late(43, DUE, Handed(DUE + timedelta(hours=1), "x"), policy)
    assert decision is not None
    assert decision.points == 3.23
    assert decision.reason == "1 h late: 7.5 % of 43 points"


def test_an_unknown_time_costs_nothing_and_says_so() -> None:
    decision = how_late(40, DUE, Handed(), POLICY)
    assert decision is not None
    assert (decision.points, decision.reason) == (0, "time of submission not known: no penalty")
    assert decision.to_plain()["submitted"] is None


def test_an_extension_moves_the_due_time_but_never_forward() -> None:
    assert decided(timedelta(days=2), extension=DUE + timedelta(days=2)).reason == "in time (extended)"
    later = decided(timedelta(days=2, hours=1), extension=DUE + timedelta(days=2))
    assert later.reason == "1 h late (extended): 10 % of 40 points"
    assert decided(timedelta(hours=1), extension=DUE - timedelta(days=1)).points == 4


def test_times_of_different_zones_are_compared_as_moments() -> None:
    berlin = timezone(timedelta(hours=2))
    assert how_late(40, DUE, Handed(datetime(2026, 10, 12, 20, 0, tzinfo=berlin), "x"), POLICY).points == 0  # type: ignore[union-attr]


@pytest.mark.parametrize(("due", "policy"), [(None, POLICY), (DUE, None)])
def test_without_a_due_time_or_a_policy_nothing_is_decided(
    due: datetime | None, policy: LatePolicy | None
) -> None:
    assert how_late(40, due, Handed(), policy) is None


def with_late(tiny: Course, late: str, due: str = "2026-10-12T18:00:00", head: str = "") -> Course:
    text = COURSE_TOML.replace("seed = 1", f"seed = 1\n{head}") + f"due = {due}\n{late}\n"
    (tiny.root / "course.toml").write_text(text, encoding="utf-8")
    return load_course(tiny.root)


@pytest.mark.parametrize(
    ("due", "head", "moment"),
    [
        ("2026-10-12", "", "2026-10-12T23:59:59+00:00"),
        ('"2026-10-12"', "", "2026-10-12T23:59:59+00:00"),
        ("2026-10-12T18:00:00", 'timezone = "Europe/Berlin"', "2026-10-12T18:00:00+02:00"),
        ("2026-10-12T18:00:00-05:00", 'timezone = "Europe/Berlin"', "2026-10-12T18:00:00-05:00"),
    ],
)
def test_due_times_are_read(tiny: Course, due: str, head: str, moment: str) -> None:
    due_time = with_late(tiny, "", due, head).days[0].due
    assert due_time is not None
    assert due_time.isoformat() == moment


@pytest.mark.parametrize(
    ("late", "due", "head", "sentence"),
    [
        ("", '"Monday"', "", "day01_tiny is due at 'Monday', which is no time"),
        ("", "7", "", "which is no time"),
        ("", "2026-10-12", 'timezone = "Berlin"', "no time zone 'Berlin'"),
        (
            "[late]\ngrace = 3",
            "2026-10-12",
            "",
            r"\[late\] has no setting named 'grace'; there is: cap_percent",
        ),
        ("[late]\npercent_per_day = -1", "2026-10-12", "", "must be a number from 0 up, not -1"),
        ("[late]\npercent_per_day = true", "2026-10-12", "", "must be a number"),
        ("[late]\ncap_percent = 120", "2026-10-12", "", "more than 100 percent"),
        ("[late]\nextensions = 3", "2026-10-12", "", "the name of a CSV file"),
    ],
)
def test_a_mistake_in_course_toml_is_one_sentence(
    tiny: Course, late: str, due: str, head: str, sentence: str
) -> None:
    with pytest.raises(CourseError, match=sentence):
        with_late(tiny, late, due, head)


LATE = "[late]\npercent_per_day = 10"


def test_the_last_push_of_the_table_counts(tiny: Course, tmp_path: Path) -> None:
    course = with_late(tiny, LATE)
    table = "student,day,submitted\nada,day01,2026-10-12T19:00:00Z\nada,day01_tiny,2026-10-12T17:00:00Z\n"
    (tmp_path / "submitted.csv").write_text(table, encoding="utf-8")
    handed = SubmissionTimes(course, tmp_path).of("ada", "day01_tiny")
    assert handed == Handed(datetime(2026, 10, 12, 19, 0, tzinfo=UTC), "submitted.csv")
    assert SubmissionTimes(course, tmp_path).of("bob", "day01_tiny") == Handed()


@pytest.mark.parametrize(
    ("stamp", "hour"),
    [
        ("2026-10-12 17:59:03.123456 UTC", 17),
        ("2026-10-12 17:59:03.123456 Europe/Berlin", 15),
        ("2026-10-12 17:59:03.123456 +0100", 16),
        ("2026-10-12 17:59:03", 17),
    ],
)
def test_nbgraders_timestamp_is_read_in_its_layout(
    tiny: Course, tmp_path: Path, stamp: str, hour: int
) -> None:
    course = with_late(tiny, LATE, head='timezone = "Asia/Tokyo"')
    folder = tmp_path / "submitted/ada/day01_tiny"
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text(stamp, encoding="utf-8")
    for place in (tmp_path, tmp_path / "submitted"):
        handed = SubmissionTimes(course, place).of("ada", "day01_tiny")
        assert handed.source == "timestamp.txt"
        assert handed.time is not None
        assert handed.time.astimezone(UTC).hour == hour


def test_a_timestamp_in_a_clone_is_the_students_and_not_read(tiny: Course, tmp_path: Path) -> None:
    course = with_late(tiny, LATE)
    folder = tmp_path / "class/ada/day01_tiny"
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text("2020-01-01 00:00:00 UTC", encoding="utf-8")
    (tmp_path / "class/ada/submitted.csv").write_text("student,day,submitted\nada,day01,2020-01-01\n")
    assert SubmissionTimes(course, tmp_path / "class").of("ada", "day01_tiny") == Handed()


def test_a_student_called_submitted_says_nothing_of_the_others_times(tiny: Course, tmp_path: Path) -> None:
    (tmp_path / "class/ada/day01_tiny").mkdir(parents=True)
    folder = tmp_path / "class/submitted/ada/day01_tiny"
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text("2020-01-01 00:00:00 UTC", encoding="utf-8")
    assert SubmissionTimes(with_late(tiny, LATE), tmp_path / "class").of("ada", "day01_tiny") == Handed()


@pytest.mark.parametrize("stamp", ["yesterday", "", "2026-10-12 17:59:03 Atlantis/Main", "\x00" * 200])
def test_a_timestamp_that_cannot_be_read_is_no_time(tiny: Course, tmp_path: Path, stamp: str) -> None:
    course = with_late(tiny, LATE)
    folder = tmp_path / "submitted/ada/day01_tiny"
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text(stamp, encoding="utf-8")
    assert SubmissionTimes(course, tmp_path).of("ada", "day01_tiny") == Handed()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,day\nada,day01\n", "submitted.csv has no column 'student'; its first line must be"),
        ("student,day,submitted\nada,day7,2026-10-12\n", "submitted.csv, line 2: There is no day 'day7'"),
        ("student,day,submitted\nada,day01,noon\n", "submitted.csv, line 2: 'noon' is no time"),
    ],
)
def test_a_mistake_in_a_table_names_the_line(tiny: Course, tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "submitted.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=sentence):
        SubmissionTimes(with_late(tiny, LATE), tmp_path)


def test_extensions_are_read_beside_course_toml(tiny: Course) -> None:
    course = with_late(tiny, LATE)
    assert read_extensions(course) == {}
    (tiny.root / "extensions.csv").write_text(
        "student,day,due,reason\nada,day01,2026-10-14,illness\n", encoding="utf-8"
    )
    assert read_extensions(course) == {("ada", "day01_tiny"): datetime(2026, 10, 14, 23, 59, 59, tzinfo=UTC)}


def late_of(out: Path, student: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / f"{student}.json").read_text(encoding="utf-8"))["days"][0]
    return found["late"]  # type: ignore[no-any-return]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")
def test_grading_writes_the_reason_and_keeps_the_verdicts(tiny: Course, tmp_path: Path) -> None:
    course = with_late(tiny, LATE)
    submissions, out = tmp_path / "in", tmp_path / "out"
    for student in ("ada", "bob", "cara"):
        hand_in(submissions, student, SOLUTION)
    table = "student,day,submitted\nada,day01,2026-10-12T20:10:00Z\nbob,day01,2026-10-12T17:00:00Z\n"
    (submissions / "submitted.csv").write_text(table, encoding="utf-8")

    grade_class(course, submissions, out, view=Quiet())

    assert late_of(out, "ada") == {
        "due": "2026-10-12T18:00:00+00:00",
        "submitted": "2026-10-12T20:10:00+00:00",
        "source": "submitted.csv",
        "percent": 10,
        "points": 0.5,
        "reason": "2 h 10 min late: 10 % of 5 points",
    }
    assert late_of(out, "bob")["reason"] == "in time"
    assert late_of(out, "cara")["reason"] == "time of submission not known: no penalty"
    assert [json.loads(path.read_text())["score"] for path in sorted(out.glob("[abc]*.json"))] == [5, 5, 5]
    rows = (out / "grades.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "student,day01_tiny,score,max_score,late,manual,total"
    assert rows[1] == "ada,5,5,5,0.5,0,4.5"

    (tiny.root / "extensions.csv").write_text("student,day,due\nada,day01,2026-10-13\n", encoding="utf-8")
    view = Quiet()
    grade_class(course, submissions, out, view=view)
    assert view.students == []  # nothing was graded again
    assert late_of(out, "ada")["reason"] == "in time (extended)"

    ended = grade_class(with_late(tiny, LATE, "2026-10-12T16:00:00"), submissions, out, view=view)
    assert view.students == []  # a due date decides no verdict
    assert ended.late["bob"] == ("day01_tiny: 5 as before, 0.5 more for coming late",)
    assert ended.replaced == len(ended.late) == 1
    assert late_of(out, "bob")["reason"] == "1 h late: 10 % of 5 points"


def test_all_but_lateness_stays_as_it_was(tiny: Course, tmp_path: Path) -> None:
    rule = LateRule(with_late(tiny, LATE), tmp_path)
    settled = rule.apply(record("ada", "fpt", note="kept", something="new"))
    assert rule.apply(settled) == settled
    del settled["days"][0]["late"]
    assert settled == record("ada", "fpt", note="kept", something="new")
    assert "late" not in LateRule(tiny, tmp_path).apply(record("ada"))["days"][0]


def test_a_back_dated_commit_and_old_files_have_no_effect(tiny: Course, tmp_path: Path) -> None:
    course = with_late(tiny, LATE)
    work = tmp_path / "in/ada"
    (work / "day01_tiny").mkdir(parents=True)
    (work / "day01_tiny/sums.py").write_text(SOLUTION, encoding="utf-8")
    table = "student,day,submitted\nada,day01,2026-10-12T20:10:00Z\n"
    (tmp_path / "in/submitted.csv").write_text(table, encoding="utf-8")
    before = LateRule(course, tmp_path / "in").apply(record("ada"))

    old = "2020-01-01T00:00:00Z"
    dates = {**os.environ, "GIT_AUTHOR_DATE": old, "GIT_COMMITTER_DATE": old}
    who = ["-c", "user.name=ada", "-c", "user.email=ada@example.org"]
    for words in (["init", "--quiet"], ["add", "."], [*who, "commit", "--quiet", "-m", "in time, honestly"]):
        subprocess.run(["git", *words], cwd=work, env=dates, check=True)
    for path in (work, work / "day01_tiny", work / "day01_tiny/sums.py"):
        os.utime(path, (0, 0))

    after = LateRule(course, tmp_path / "in").apply(record("ada"))
    assert after == before
    assert after["days"][0]["late"]["points"] == 0.5
