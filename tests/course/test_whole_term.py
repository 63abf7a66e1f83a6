"""A scripted term: three days, sixty students, teams, late ones, two collections of repositories and a download between
them, a killed run, a mended test and an appeal end with the book that arithmetic by hand gives.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from course.catalog import load_course
from course.cli import main
from course.grading.intake import Submission
from course.results.reading import Record
from course.worker.outcomes import Outcome
from tests.course.conftest import write, write_tiny_course
from tests.course.repositories import new_fork, push

pytest.importorskip("sqlalchemy", reason="the store needs SQLAlchemy (the extra 'instructor')")

from course.grading import classes
from course.grading.classes import Manner
from course.results.adjusting import give_points
from course.results.appeals import answer, ask, list_appeals
from course.results.book import check_book, compare, history
from course.results.store import Store
from tests.course.test_changed_days import Class
from tests.course.test_term import Idle, grade, killed_run

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")
DAYS = ("day01_tiny", "day02_tiny", "day03_tiny")
STUDENTS = range(60)
TEAMS = range(20)  # in pairs, with one repository for both; of what is uploaded, the even one brings it
MISSING = {(33, 0), (34, 0), (34, 1), (34, 2)}
MENDED = "mended"


def name(number: int) -> str:
    return f"s{number:02}"


def word(number: int, day: int) -> str:
    """What a student hands in: all points, none, or all as soon as a test is mended; nothing is empty."""
    if (number, day) in MISSING:
        return ""
    number = number - number % 2 if number in TEAMS else number
    if (number + day) % 7 == 0:
        return "wrong"
    return "almost" if day == 0 and number % 5 == 0 else "right"


def days_late(number: int, day: int) -> int:
    number = number - number % 2 if number in TEAMS else number
    return 2 if number % 6 == 0 and day < 2 else 0


def slip_days(number: int) -> int:
    return 3 if number % 4 == 0 else 0


def total(number: int) -> float:
    """What counts in the end, by hand."""
    left, points = slip_days(number), 0.0
    for day in range(3):
        earned = 5 if word(number, day) in ("right", "almost") else 0
        late = days_late(number, day)
        used = min(left, late) if earned else 0
        left -= used
        points += earned - earned * (late - used) / 10
    return points + (1 if number == 7 else 0)


def judge(station: Idle, waiting: Iterable[Submission], *_: object) -> Iterator[Record]:
    """Everything passes or fails, by the word that was handed in, and by whether the test of day 1 is mended."""
    for submission in waiting:
        text = b"".join(submission.files.values())
        suite = station.writer._selections[0].day.name
        mended = MENDED in (station.root / "tests" / suite / "test_sums.py").read_text(encoding="utf-8")
        outcome: Outcome = "not_gradable" if not text else "failed"
        if b"right" in text or (b"almost" in text and mended):
            outcome = "passed"
        yield station.writer.without_running(submission, outcome, "")


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Class:
    """The course, its roster, repositories with the first and the third day, and a download of the second."""
    given = Class(tmp_path)
    monkeypatch.setattr(classes, "Station", Idle)
    monkeypatch.setattr(classes, "grade_locally", judge)
    monkeypatch.setattr(Idle, "root", given.root, raising=False)
    monkeypatch.chdir(write_tiny_course(given.root))
    head, day = (given.root / "course.toml").read_text(encoding="utf-8").split("[[day]]")
    toml = f"{head}[late]\npercent_per_day = 10\n"
    for number, other in enumerate(DAYS):
        toml += f"\n[[day]]\ndue = 2025-10-{5 + 7 * number:02}T18:00:00{day.replace(DAYS[0], other)}"
        for part in ("solutions", "tests", ".") if number else ():
            shutil.copytree(given.root / part / DAYS[0], given.root / part / other)
    (given.root / "course.toml").write_text(toml, encoding="utf-8")
    rows, pushes = "", "student,commit,pushed\n"
    for number in STUDENTS:
        team = f"team {number // 2:02}" if number in TEAMS else ""
        place = tmp_path / "forks" / name(number - number % 2 if number in TEAMS else number)
        if not place.exists():
            commits = pushed(place, number)
        rows += f"{name(number)},Ada {number:02} Lovelace,{team},{slip_days(number)},{place}\n"
        pushes += "".join(f"{name(number)},{commit},{when}\n" for commit, when in commits)
    write(tmp_path / "roster.csv", f"id,name,team,slip_days,repository\n{rows}")
    write(tmp_path / "pushes.csv", pushes)
    downloaded(tmp_path / "of day 2", 1)
    return given


def handed_in_at(number: int, day: int) -> str:
    return f"2025-10-{5 + 7 * day + days_late(number, day):02}T17:00:00+00:00"


def pushed(place: Path, number: int) -> list[tuple[str, str]]:
    """A repository with the first and the third day, each pushed when it was done; commits claim an earlier time."""
    fork, files, commits = new_fork(place), {}, []
    for day in (0, 2):
        if said := word(number, day):
            files[f"{DAYS[day]}/sums.py"] = f"# {said}\n"
            commits.append((push(fork, files, "2025-10-01T08:00:00+00:00"), handed_in_at(number, day)))
    return commits


def downloaded(folder: Path, day: int) -> None:
    """Moodle's folders of a day."""
    times = "student,day,submitted\n"
    for number in STUDENTS:
        said = word(number, day)
        if not said or (number in TEAMS and number % 2):
            continue
        called = f"Ada {number:02} Lovelace_{1000 + number}_assignsubmission_file_"
        write(folder / called / DAYS[day] / "sums.py", f"# {said}\n")
        times += f"{called},{DAYS[day]},{handed_in_at(number, day)}\n"
    (folder / "submitted.csv").write_text(times, encoding="utf-8")


def collect(given: Class, tmp_path: Path, day: int) -> None:
    """What the repositories held three days after a day was due."""
    words = ["--roster", str(tmp_path / "roster.csv"), "--pushes", str(tmp_path / "pushes.csv")]
    words += ["--at", f"2025-10-{8 + 7 * day:02}T18:00", "--out", str(tmp_path / "collected")]
    done = CliRunner().invoke(main, ["collect", *words])
    assert done.exit_code == 0, done.output
    nothing = sum(not word(number, day) for number in STUDENTS)
    assert f"60 students: {60 - nothing} with work, {nothing} with none, 0 not read." in done.output
    given.folder = tmp_path / "collected"


@pytest.mark.slow
def test_a_term_ends_with_the_right_book(given: Class, tmp_path: Path) -> None:
    collect(given, tmp_path, 0)
    first = {"days": [DAYS[0]], "manner": Manner(roster=tmp_path / "roster.csv")}
    assert killed_run(given, 300, **first)
    grade(given, **first)
    given.folder = tmp_path / "of day 2"
    grade(given, days=[DAYS[1]])
    given.folder = tmp_path / "collected"  # where a test turns out to be wrong
    given.change(f"tests/{DAYS[0]}/test_sums.py", "import numpy as np", f"import numpy as np  # {MENDED}")
    grade(given, days=[DAYS[0]])
    course = load_course(given.root)
    appeal = ask(course, given.out, name(7), "day02", "Is an empty list no list?", name(7))
    give_points(course, given.out, name(7), "day02", 1, "her question was right", "lecturer")
    answer(given.out, appeal.number, "It is; a point more.", "lecturer")
    collect(given, tmp_path, 2)
    grade(given, days=[DAYS[2]], seed=9)

    rows = list(csv.DictReader((given.out / "grades.csv").open(encoding="utf-8")))
    assert {row["student"]: float(row["total"]) for row in rows} == {name(n): total(n) for n in STUDENTS}
    assert {row["student"]: row["missing"] for row in rows if row["missing"]} == {
        name(33): "day01",
        name(34): "day01 day02 day03",
    }
    assert check_book(given.out) == []
    (kept,) = list_appeals(given.out)
    assert (kept.student, kept.day, kept.says) == (name(7), DAYS[1], "Is an empty list no list?")
    assert [(one.says, one.author) for one in kept.answers] == [("It is; a point more.", "lecturer")]
    with Store(given.out) as store:
        runs = store.runs()
        assert [run.ended_at is None for run in runs] == [True, False, False, False, False]
        gained = {name(n) for n in STUDENTS if word(n, 0) == "almost"}
        found = compare(store, 3, 4)
        assert (set(found.gained), found.lost) == (gained, [])
        told = history(store, name(10))
    assert [day.day for _, _, days in told for day in days if day.before is None] == list(DAYS)
    assert [
        (day.before, day.after, day.causes) for _, _, days in told for day in days if day.before == 0
    ] == [(0, 5, ("other tests",))]
