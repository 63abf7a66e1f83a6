"""Only what changed is graded again, a student's day at a time."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from course.catalog import Course, load_course
from course.grading import classes
from course.grading.classes import Manner, grade_class
from course.grading.intake import Submission, without_comments
from course.grading.lanes import grade_locally
from course.grading.merging import by_run, merged, over_days
from course.grading.records import suite_hashes
from course.grading.replaying import replay
from course.grading.station import Station
from course.results.reading import Record
from course.results.store import Store
from tests.course.class_records import record
from tests.course.conftest import SOLUTION, write_tiny_course
from tests.course.test_grading import Quiet, read

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")
DAYS = ("day01_tiny", "day02_tiny")
STUDENTS = ("ada", "bob", "cy")
WRONG = SOLUTION.replace("self.value += by", "self.value = by")


def second_day(root: Path) -> None:
    """The tiny course's day once more, under the name of the next."""
    for part in ("solutions", "tests", "."):
        shutil.copytree(root / part / DAYS[0], root / part / DAYS[1])
    text = (root / "course.toml").read_text(encoding="utf-8")
    head, day = text.split("[[day]]")
    more = day.replace(DAYS[0], DAYS[1]).replace("Tiny", "Tiny again")
    (root / "course.toml").write_text(f"{head}[[day]]{day}\n[[day]]{more}", encoding="utf-8")


def hand_in(folder: Path, student: str, day: str, text: str) -> None:
    (folder / student / day).mkdir(parents=True, exist_ok=True)
    (folder / student / day / "sums.py").write_text(text, encoding="utf-8")


class Class:
    """A course of two days, a class of three, and what every run has graded."""

    def __init__(self, place: Path) -> None:
        self.root, self.folder, self.out = place / "tiny", place / "in", place / "out"

    def write(self) -> Class:
        second_day(write_tiny_course(self.root))
        for student in STUDENTS:
            for day in DAYS:
                hand_in(self.folder, student, day, SOLUTION)
        return self

    def grade(self, *days: str, **how: Any) -> dict[str, list[str]]:
        """By student, the days that were graded in this run."""
        graded: dict[str, list[str]] = {}

        def noting(station: Station, waiting: Iterable[Submission], *more: Any) -> Iterator[bytes | Record]:
            def noted() -> Iterator[Submission]:
                for submission in waiting:
                    graded[submission.student] = list(submission.days or days or DAYS)
                    yield submission

            yield from grade_locally(station, noted(), *more)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(classes, "grade_locally", noting)
            grade_class(load_course(self.root), self.folder, self.out, days=days, view=Quiet(), **how)
        return graded

    def change(self, place: str, before: str, after: str) -> None:
        path = self.root / place
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after), encoding="utf-8")


def everybody(*days: str) -> dict[str, list[str]]:
    return {student: list(days) for student in STUDENTS}


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the class stands, with a copy beside it as it is when everything has been graded."""
    place = tmp_path_factory.mktemp("changed") / "class"
    made = Class(place).write()
    assert made.grade(seed=3) == everybody(*DAYS)
    assert made.grade() == {}
    shutil.copytree(place, place.with_name("copy"))
    return place


@pytest.fixture
def given(pristine: Path) -> Class:
    """Graded once, and put back for every test."""
    shutil.rmtree(pristine)
    shutil.copytree(pristine.with_name("copy"), pristine)
    return Class(pristine)


def test_a_change_has_one_day_of_one_student_graded_again(given: Class) -> None:
    hand_in(given.folder, "bob", DAYS[1], SOLUTION + "\nmore = 1\n")
    assert given.grade() == {"bob": [DAYS[1]]}
    assert given.grade() == {}


def test_a_comment_changes_nothing_where_everything_passes(given: Class) -> None:
    hand_in(given.folder, "bob", DAYS[1], "# above\n\n" + SOLUTION + "\n# a comment\n")
    assert given.grade() == {}


def test_a_comment_may_change_the_line_that_a_message_names(given: Class) -> None:
    hand_in(given.folder, "bob", DAYS[1], WRONG)
    assert given.grade() == {"bob": [DAYS[1]]}
    hand_in(given.folder, "bob", DAYS[1], "# above\n" + WRONG)
    assert given.grade() == {"bob": [DAYS[1]]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"x = 1\n", b"# a\n\nx = 1  # b"),
        (b"if x:\n    y\n\nz\n", b"if x:  # a\r\n    # b\r\n    y\r\n# c\r\nz"),
        (b"x = [\n1,\n2]", b"x = [  # '\n1,  # \"\n\n2]"),
    ],
)
def test_sources_that_differ_in_comments_and_blank_lines_are_the_same_code(one: bytes, other: bytes) -> None:
    assert without_comments(one) == without_comments(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"x = '# a'", b"x = '# b'"),
        (b"x = r'\\\\'; y = '# a'", b"x = r'\\\\'; y = '# b'"),
        (b'x = """\n# a\n"""', b'x = """\n# b\n"""'),
        (b'x = """\n\n"""', b'x = """\n"""'),
        (b"x = f'{y['#a']}'", b"x = f'{y['#b']}'"),
        (b"if x:\n    y\n    z", b"if x:\n    y\nz"),
        (b"# coding: latin-1\nx = 1", b"x = 1"),
        (b"x = 1\\\n  + 2", b"x = 1\n  + 2"),
    ],
)
def test_sources_that_differ_otherwise_are_not(one: bytes, other: bytes) -> None:
    assert without_comments(one) != without_comments(other)


def test_the_parts_are_put_together(given: Class) -> None:
    hand_in(given.folder, "bob", DAYS[0], WRONG)
    given.grade()
    bob = read(given.out, "bob")
    assert [day["day"] for day in bob["days"]] == list(DAYS)
    assert [day["score"] for day in bob["days"]] == [3, 5]
    assert (bob["score"], bob["max_score"]) == (8, 10)
    for name in ("suite", "submission"):
        assert bob[name] == over_days({day["day"]: day[name] for day in bob["days"]})
    with Store(given.out) as store:
        assert store.record("bob") == bob
    hand_in(given.folder, "bob", DAYS[0], SOLUTION)
    given.grade()
    same = read(given.out, "ada") | {"student": "bob"}
    assert without_seconds(read(given.out, "bob")) == without_seconds(same)


def without_seconds(one: Record) -> Record:
    plain: Record = json.loads(json.dumps(one))
    plain.pop("seconds")
    for day in plain["days"]:
        for exercise in day["exercises"]:
            for test in exercise["tests"]:
                del test["seconds"]
    return plain


@pytest.mark.parametrize(
    ("place", "before", "after"),
    [
        ("tests/day02_tiny/exercises.toml", 'title = "Total"', 'title = "Sum"'),
        ("tests/day02_tiny/exercises.toml", '"add all"', '"add them all"'),
        ("tests/day02_tiny/exercises.toml", 'sheet = "total"', 'sheet = "the-total"'),
        ("course.toml", 'title = "Tiny again"', 'title = "Tiny again"\ndue = 2026-10-12'),
        ("course.toml", 'title = "Tiny again"', 'title = "Another title"'),
    ],
)
def test_what_decides_no_verdict_has_nothing_graded_again(
    given: Class, place: str, before: str, after: str
) -> None:
    given.change(place, before, after)
    assert given.grade() == {}


@pytest.mark.parametrize(
    ("place", "before", "after"),
    [
        ("tests/day02_tiny/test_sums.py", "1e3 +", "1e4 +"),
        ("tests/day02_tiny/test_sums.py", "@points(2)", "@points(3)"),
        ("tests/day02_tiny/answers_sums.py", "This is the mean.", "That is the mean."),
        ("tests/day02_tiny/exercises.toml", '"numpy.sum", ".sum"', '"numpy.sum"'),
    ],
)
def test_a_changed_test_has_its_day_graded_again(given: Class, place: str, before: str, after: str) -> None:
    given.change(place, before, after)
    assert given.grade() == everybody(DAYS[1])


def test_other_limits_have_everything_graded_again(given: Class) -> None:
    given.change("course.toml", "[limits]", "[limits]\nprocesses = 50")
    assert given.grade() == everybody(*DAYS)


def test_a_later_due_date_is_written_into_days_that_are_kept(given: Class) -> None:
    given.change("course.toml", "[limits]", "[late]\npercent_per_day = 10\n\n[limits]")
    given.change("course.toml", "[[day]]", "[[day]]\ndue = 2026-10-12")
    lines = "".join(f"{student},day01,2026-10-13T12:00:00\n" for student in STUDENTS)
    (given.folder / "submitted.csv").write_text(f"student,day,submitted\n{lines}", encoding="utf-8")
    assert given.grade() == {}
    assert [day["late"]["points"] for day in read(given.out, "ada")["days"]] == [0.5, 0]


def test_a_fault_is_graded_again_and_nothing_beside_it(given: Class) -> None:
    plain = read(given.out, "cy")
    plain["days"][0]["exercises"][0]["tests"][0] |= {"outcome": "grader_fault", "points": 0}
    with Store(given.out) as store:
        store.save(plain)
    assert given.grade() == {"cy": [DAYS[0]]}
    assert read(given.out, "cy")["score"] == 10


def test_a_record_without_hashes_of_days_is_graded_again_once(given: Class) -> None:
    plain = read(given.out, "cy")
    for day in plain["days"]:
        del day["suite"], day["submission"]
    with Store(given.out) as store:
        store.save(plain)
    assert given.grade() == {"cy": list(DAYS)}
    assert given.grade() == {}


def test_asked_for_everything_is_graded_again(given: Class) -> None:
    assert given.grade(manner=Manner(again=True)) == everybody(*DAYS)


def test_only_what_the_changed_days_need_is_warmed(given: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(given.folder, "bob", DAYS[1], WRONG)
    stations: list[Any] = []
    made = Station.__init__

    def noted(self: Station, course: Course, selections: Any, *args: Any, **how: Any) -> None:
        stations.append(([selection.day.name for selection in selections], how["many"]))
        made(self, course, selections, *args, **how)

    monkeypatch.setattr(Station, "__init__", noted)
    assert given.grade() == {"bob": [DAYS[1]]}
    assert stations == [([DAYS[1]], False)]


def test_one_day_at_a_time_fills_the_same_record(tmp_path: Path) -> None:
    given = Class(tmp_path).write()
    given.grade(DAYS[0], seed=3)
    assert given.grade(DAYS[1]) == everybody(DAYS[1])
    apart = without_seconds(read(given.out, "ada"))
    shutil.rmtree(given.out)
    given.grade(seed=3)
    assert apart == without_seconds(read(given.out, "ada"))


def test_days_of_two_runs_say_what_each_was_computed_with(tmp_path: Path) -> None:
    given = Class(tmp_path).write()
    hand_in(given.folder, "ada", DAYS[0], WRONG)
    given.grade(DAYS[0], seed=3)
    given.grade(DAYS[1], seed=4)
    ada = read(given.out, "ada")
    assert (ada["seed"], ada["score"]) == (4, 8)
    assert [day.get("seed") for day in ada["days"]] == [3, None]
    assert [part["seed"] for part in by_run(ada)] == [3, 4]
    result = replay(load_course(given.root), given.out / "ada.json")
    assert (result.tests, result.verdicts, result.provenance) == (6, [], [])
    assert given.grade() == everybody(DAYS[0])
    assert [day.get("seed") for day in read(given.out, "ada")["days"]] == [None, None]


def test_notes_of_days_that_were_not_looked_at_stay(tmp_path: Path) -> None:
    given = Class(tmp_path).write()
    (given.folder / "ada" / DAYS[0] / "conftest.py").write_text("x = 1\n", encoding="utf-8")
    given.grade(DAYS[0])
    given.grade(DAYS[1])
    assert read(given.out, "ada")["tamper"] == ["day01_tiny/conftest.py is not the course's and was ignored"]
    (given.folder / "ada" / DAYS[0] / "conftest.py").unlink()
    given.grade()
    assert "tamper" not in read(given.out, "ada")


def test_one_day_after_the_other_leaves_no_note_that_is_not_true(tmp_path: Path) -> None:
    given = Class(tmp_path)
    second_day(write_tiny_course(given.root))
    hand_in(given.folder, "ada", DAYS[0], SOLUTION)
    hand_in(given.folder, "bob", DAYS[1], SOLUTION)
    (given.folder / "cy").mkdir()
    given.grade("day01")
    assert "no known file in it" in read(given.out, "cy")["note"]
    hand_in(given.folder, "cy", DAYS[1], SOLUTION)
    given.grade("day02")
    assert {name: read(given.out, name).get("note", "") for name in ("ada", "bob", "cy")} == {
        "ada": "",
        "bob": "",
        "cy": "",
    }


def test_a_refused_archive_takes_no_result_away(given: Class) -> None:
    shutil.rmtree(given.folder / "bob")
    (given.folder / "bob.zip").write_bytes(b"no archive")
    assert given.grade() == {}
    assert read(given.out, "bob")["score"] == 10
    assert "bob.zip was refused" in read(given.out, "bob")["note"]


def test_a_refused_archive_is_graded_when_it_is_mended(given: Class) -> None:
    (given.folder / "dan.zip").write_bytes(b"no archive")
    assert given.grade() == {"dan": list(DAYS)}
    assert read(given.out, "dan")["score"] == 0
    assert given.grade() == {}
    (given.folder / "dan.zip").unlink()
    hand_in(given.folder, "dan", DAYS[0], SOLUTION)
    assert given.grade() == {"dan": list(DAYS)}
    assert read(given.out, "dan")["score"] == 5


def test_another_day_in_a_folder_of_its_own_leaves_the_first_as_it_is(given: Class, tmp_path: Path) -> None:
    """Times, too: the second folder says nothing of when the first day was handed in."""
    given.change("course.toml", "[limits]", "[late]\npercent_per_day = 10\n\n[limits]")
    given.change("course.toml", "[[day]]", "[[day]]\ndue = 2026-10-12")
    shutil.rmtree(given.out)
    first, second = Class(given.root.parent), Class(given.root.parent)
    first.folder, second.folder = tmp_path / "of day 1", tmp_path / "of day 2"
    for student in STUDENTS:
        hand_in(first.folder, student, DAYS[0], WRONG)
    (first.folder / "submitted.csv").write_text(
        "student,day,submitted,commit\nada,day01,2026-10-13T12:00:00,c0ffee\n", encoding="utf-8"
    )
    hand_in(second.folder, "ada", DAYS[1], SOLUTION)
    first.grade(DAYS[0], seed=3)
    before = read(given.out, "ada")["days"][0]
    assert before["handed_in"]["commit"] == "c0ffee"
    assert before["late"]["points"] == 0.3
    for how in ({}, {"seed": 4}, {"manner": Manner(again=True)}):
        second.grade(**how)
        now = read(given.out, "ada")["days"]
        assert [day["score"] for day in now] == [3, 5]
        assert now[0]["exercises"] == before["exercises"]
        assert (now[0]["late"], now[0]["handed_in"]) == (before["late"], before["handed_in"])
        assert read(given.out, "bob")["score"] == 3
    assert len((given.out / "grades.csv").read_text(encoding="utf-8").splitlines()) == 1 + len(STUDENTS)
    with Store(given.out) as store:
        # graded again with the same seed in the same milliseconds, a result is no new version
        assert [version.run for version in store.versions("ada")] in ([1, 2, 3], [1, 2, 3, 4])
        assert store.record("ada", 1)["days"] == [before]
        assert [run.results for run in store.runs()][:3] == [3, 1, 1]


def test_another_seed_keeps_what_was_before(given: Class) -> None:
    before = read(given.out, "ada")
    assert given.grade(seed=99) == everybody(*DAYS)
    with Store(given.out) as store:
        assert store.record("ada", 1) == before
        assert [version.record["seed"] for version in store.versions("ada")] == [3, 99]


def test_a_file_that_is_not_as_in_the_store_is_written_again(given: Class) -> None:
    before = (given.out / "bob.json").read_bytes()
    (given.out / "bob.json").write_text('{"student": "bob", "days": [], "seed": 3}', encoding="utf-8")
    (given.out / "cy.json").unlink()
    assert given.grade() == {}
    assert json.loads((given.out / "bob.json").read_bytes()) == json.loads(before)
    assert read(given.out, "cy")["score"] == 10


def test_results_whose_store_is_gone_are_taken_into_a_new_one(given: Class) -> None:
    for path in given.out.glob("results.sqlite*"):
        path.unlink()
    assert given.grade() == {}
    with Store(given.out) as store:
        assert store.record("bob") == read(given.out, "bob")


def test_merging_drops_days_that_the_course_no_longer_has() -> None:
    old, new = record("ada"), record("ada", "fff")
    old["days"][0]["day"] = "day00_gone"
    assert merged(old, new, ["day01_tiny"])["days"] == new["days"]
    new["days"] = []
    assert merged(old, new, ["day00_gone"])["score"] == 5


def test_the_suite_of_a_day_knows_nothing_of_the_others(tmp_path: Path) -> None:
    course = load_course(write_tiny_course(tmp_path / "tiny"))
    before = suite_hashes(course, course.days)
    second_day(course.root)
    course = load_course(course.root)
    after = suite_hashes(course, course.days)
    assert after[DAYS[0]] == before[DAYS[0]]
    assert after[DAYS[1]] != after[DAYS[0]]
