"""A term in one folder: its history, comparisons of runs, store and files side by side, and twenty kills."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from course.catalog import Course, load_course
from course.errors import CourseError, UsageError
from course.grading.intake import Submission
from course.grading.records import RecordWriter
from course.results.reading import Record
from course.worker.outcomes import Outcome
from tests.course.class_records import record, write_record
from tests.course.conftest import SOLUTION
from tests.course.test_cli import run
from tests.course.test_grading import Quiet, read

pytest.importorskip("sqlalchemy", reason="the store needs SQLAlchemy (the extra 'instructor')")

from sqlalchemy import Engine, event

from course.grading import classes
from course.grading.classes import Manner, grade_class
from course.results.adjusting import give_points, take_back
from course.results.appeals import answer, ask
from course.results.book import check_book, compare, history
from course.results.changes import changes
from course.results.store import Store
from tests.course.test_changed_days import DAYS, WRONG, Class, hand_in

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")


class Idle:
    """A station that runs nothing."""

    def __init__(self, course: Course, selections: object, writer: RecordWriter, **_: object) -> None:
        self.writer = writer

    def __enter__(self) -> Idle:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    close = __exit__


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every check of whatever is handed in fails, unseen: these tests are about what becomes of the records."""

    def failed(station: Idle, waiting: Iterable[Submission], *_: object) -> Iterator[Record]:
        for submission in waiting:
            outcome: Outcome = "failed" if submission.files else "not_gradable"
            yield station.writer.without_running(submission, outcome, "")

    monkeypatch.setattr(classes, "Station", Idle)
    monkeypatch.setattr(classes, "grade_locally", failed)


def grade(given: Class, **how: Any) -> None:
    grade_class(load_course(given.root), given.folder, given.out, view=Quiet(), **how)


def of_day(day: str, outcomes: str, **more: Any) -> dict[str, Any]:
    return record("ada", outcomes)["days"][0] | {"day": day, "submission": "b", "suite": "a", **more}


def with_days(*days: dict[str, Any], **more: Any) -> Record:
    return record("ada") | {"days": list(days), **more}


def test_a_change_says_the_day_the_cause_and_the_checks() -> None:
    old = with_days(of_day("day01", "fpf"), of_day("day02", "ppp"), of_day("day03", "ppp"))
    new = with_days(
        of_day("day01", "pfp", suite="c", late={"points": 0.5}),
        of_day("day02", "ppp", seed=9),
        of_day("day03", "ppp"),
        of_day("day04", "pff"),
    )
    first, second, fourth = changes(old, new)
    assert (first.day, first.before, first.after, first.late, first.gain) == ("day01", 1, 4, 0.5, 2.5)
    assert first.causes == ("other tests",)
    assert [(check.before, check.after, check.points) for check in first.checks] == [
        ("failed", "passed", 2),
        ("passed", "failed", -1),
        ("failed", "passed", 2),
    ]
    assert (second.causes, second.checks, second.gain) == (("another seed",), (), 0)
    assert (fourth.day, fourth.before, fourth.after, fourth.causes) == ("day04", None, 2, ())


def test_the_same_work_is_told_from_other_work_whatever_its_hash_leaves_out() -> None:
    old = with_days(of_day("day01", "fpp", submission="with comments", files="f"))
    new = with_days(of_day("day01", "ppp", submission="without", files="f", suite="c"))
    other = with_days(of_day("day01", "ppp", submission="without", files="g"))
    assert changes(old, new)[0].causes == ("other tests",)
    assert changes(old, other)[0].causes == ("other work",)


def test_a_day_or_a_check_that_is_gone_is_said() -> None:
    old = with_days(of_day("day01", "ppp"), of_day("day02", "ppp"))
    new = json.loads(json.dumps(with_days(of_day("day01", "ppp"))))
    gone = new["days"][0]["exercises"][1]["tests"].pop()
    new["days"][0]["score"] -= gone["points"]
    first, second = changes(old, new)
    assert [check.words for check in first.checks] == [
        "sums.Counter.step test_counter_step_accumulates: passed → not there"
    ]
    assert (second.day, second.after, second.gain) == ("day02", None, -5)


@pytest.fixture(scope="module")
def term(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """Two days by two runs; then a test of day 1 is mended and bob hands in again."""
    given = Class(tmp_path_factory.mktemp("term")).write()
    hand_in(given.folder, "bob", DAYS[0], WRONG)
    given.grade(DAYS[0], seed=3)
    given.grade(DAYS[1])
    course = load_course(given.root)
    give_points(course, given.out, "bob", "day01/Counter.step", 1, "right idea", "tutor")
    give_points(course, given.out, "bob", "day02", -1, "too much", "tutor")
    take_back(given.out, 2, "lecturer")
    question = ask(course, given.out, "bob", "day01/Counter.step", "Why is it wrong?\nIt runs.", "tutor")
    answer(given.out, question.number, "It forgets.", "lecturer")
    given.change(f"tests/{DAYS[0]}/test_sums.py", "def test_total_of_large", "def test_total_of_very_large")
    hand_in(given.folder, "bob", DAYS[0], SOLUTION)
    given.grade(DAYS[0])
    return given


def test_the_history_of_a_student_says_what_each_run_changed(term: Class) -> None:
    with Store(term.out) as store:
        told = history(store, "bob")
    assert [(number, [day.day for day in days]) for number, _, days in told] == [
        (1, [DAYS[0]]),
        (2, [DAYS[1]]),
        (3, [DAYS[0]]),
    ]
    last = told[-1][2][0]
    assert (last.before, last.after, last.causes) == (3, 5, ("other work", "other tests"))
    said = run(term.root, "history", str(term.out), "bob").stdout
    assert "bob: 3 results" in said
    assert "day01_tiny: 3 → 5 (other work, other tests)" in " ".join(said.split())
    assert "sums.Counter.step test_counter_step_accumulates: failed → passed" in " ".join(said.split())
    assert "number 1: +1 for day01_tiny/sums.Counter.step by tutor: right idea" in " ".join(said.split())
    assert "question 1 about day01_tiny/sums.Counter.step: Why is it wrong? It runs." in " ".join(
        said.split()
    )
    assert "question 1 answered by lecturer: It forgets." in said
    assert "number 2 taken back by lecturer" in said


def test_two_runs_are_compared(term: Class) -> None:
    with Store(term.out) as store:
        found = compare(store, 2, 3)
        assert (found.of_all, found.gained, found.lost) == (3, ["bob"], [])
        assert found.gain("bob") == 2
        assert [(one.student, one.points) for one in found.by_hand] == [("bob", 1)]
        assert [one.number for one in found.questions] == [1]
        assert (compare(store, 1, 2).by_hand, compare(store, 1, 2).questions) == ([], [])
        counts = found.by_check()
        assert counts[DAYS[0], "sums.Counter.step", "test_counter_step_accumulates"] == (1, 0)
        assert compare(store, 3, 2).lost == ["bob"]
        assert compare(store, 1, 1).students == {}
        with pytest.raises(
            UsageError, match=r"no run 9; `course history .*out` lists those there are: 1 to 3"
        ):
            compare(store, 1, 9)
    said = run(term.root, "compare", str(term.out), "2", "3")
    assert said.returncode == 0
    assert said.stdout.startswith("Run 2 → run 3: 1 gained, 0 lost, 2 changed without a gain, 0 as before.")
    assert "bob  +2" in said.stdout
    told = " ".join(said.stdout.partition("By hand meanwhile")[2].split())
    assert "bob +1 for day01_tiny/sums.Counter.step by tutor" in told
    assert "bob question 1 about day01_tiny/sums.Counter.step, answered" in told
    assert "ada" not in said.stdout
    assert "1 gained, 0 lost: day01_tiny/sums.Counter.step" in said.stdout
    assert max(map(len, said.stdout.splitlines())) <= 80


def test_runs_and_exports_are_listed(term: Class) -> None:
    assert run(term.root, "export", str(term.out), "--format", "moodle").returncode == 0
    said = " ".join(run(term.root, "history", str(term.out)).stdout.split())
    assert re.search(r"1 3 \d{4}-\d\d-\d\d \d\d:\d\d day01", said)
    assert "after run 3: moodle into" in said


def test_grading_says_that_results_have_changed(term: Class, tmp_path: Path) -> None:
    shutil.copytree(term.out, tmp_path / "out")
    words = ["--out", str(tmp_path / "out"), "--day", DAYS[0]]
    hand_in(term.folder, "bob", DAYS[0], WRONG)
    said = run(term.root, "grade", str(term.folder), *words).stdout
    hand_in(term.folder, "bob", DAYS[0], SOLUTION)
    assert "1 had another result before, which is kept" in said
    assert re.search(r"`course compare\s+\S+/out\s+3\s+4`", said)


def test_a_run_says_all_on_the_screen_and_in_a_log(term: Class, tmp_path: Path) -> None:
    shutil.copytree(term.out, tmp_path / "out")
    log = tmp_path / "log.jsonl"
    words = ["grade", str(term.folder), "--out", str(tmp_path / "out"), "--verbose", "--log"]
    hand_in(term.folder, "bob", DAYS[0], WRONG)
    said = run(term.root, *words, str(log)).stdout
    hand_in(term.folder, "bob", DAYS[0], SOLUTION)
    assert "1/3 bob" not in said
    assert "3/3 bob: 8 of 10" in said
    assert "    day01_tiny: 5 → 3 (other work)\n" in said
    failed = run(
        term.root, "grade", str(tmp_path / "nowhere"), "--out", str(tmp_path / "o"), "--log", str(log)
    )
    assert failed.returncode == 1
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [line["event"] for line in lines] == ["begun", "started", "graded", "ended", "begun", "stopped"]
    assert lines[2] | {"time": ""} == {
        "time": "",
        "event": "graded",
        "student": "bob",
        "score": 8,
        "max_score": 10,
        "remark": "",
        "fault": False,
        "changed": ["day01_tiny: 5 → 3 (other work)"],
    }
    assert (lines[3]["run"], lines[3]["replaced"]) == (4, 1)
    assert lines[5]["says"].startswith("There is no folder")
    refused = run(term.root, *words, str(tmp_path))
    assert refused.returncode == 2
    refused = run(term.root, *words, str(tmp_path / "no/folder/log"))
    assert refused.stderr.endswith("(no such file or directory); give another place with --log.\n")


@pytest.fixture
def out(term: Class, tmp_path: Path) -> Path:
    shutil.copytree(term.out, tmp_path / "out")
    return tmp_path / "out"


def test_a_sound_book_has_nothing_to_say(out: Path, term: Class) -> None:
    assert check_book(out) == []
    said = run(term.root, "book", "check", str(out))
    assert (said.returncode, said.stdout) == (
        0,
        "Store and files say the same, and every result is as it was saved.\n",
    )


def test_what_differs_is_said_and_mended(out: Path, term: Class) -> None:
    before = read(out, "ada")
    (out / "ada.json").write_text(json.dumps(before | {"score": 99}), encoding="utf-8")
    (out / "bob.json").unlink()
    (out / "cy.json").write_text("half", encoding="utf-8")
    write_record(out, record("dan", "ppf"))
    said = run(term.root, "book", "check", str(out))
    assert said.returncode == 1
    for sentence in (
        "dan.json is not in the store.",
        "ada.json is not as in the store.",
        "there is no file of bob.",
        "cy.json cannot be read.",
    ):
        assert sentence in said.stdout
    assert f"`coursebookcheck{out}--mend`" in "".join(said.stdout.split())
    assert run(term.root, "book", "check", str(out), "--mend").returncode == 0
    assert check_book(out) == []
    assert read(out, "ada") == before
    (out / "grades.csv").write_text("nothing", encoding="utf-8")
    assert [one.says for one in check_book(out)] == ["grades.csv is not what the results give"]
    assert check_book(out, mend=True)[0].mended
    assert "dan,3," in (out / "grades.csv").read_text(encoding="utf-8")
    with Store(out) as store:
        assert store.record("dan") == record("dan", "ppf")


def test_a_row_that_is_not_as_it_was_saved_is_found(out: Path) -> None:
    with sqlite3.connect(out / "results.sqlite") as connection:
        connection.execute("update days set score = 4 where student = 'bob' and score = 3")
    connection.close()
    found = [one.says for one in check_book(out) if "as it was saved" in one.says]
    assert [says.partition(" is not")[0] for says in found] == [
        "the result of bob in run 1",
        "the result of bob in run 2",
    ]


@pytest.mark.usefixtures("unchecked")
def test_who_loses_the_settings_keeps_the_seed(tmp_path: Path) -> None:
    given = Class(tmp_path).write()
    grade(given)
    before = read(given.out, "ada")
    (given.out / "run.json").unlink()
    grade(given)
    assert read(given.out, "ada") == before
    with Store(given.out) as store:
        assert len(store.versions("ada")) == 1


@pytest.mark.usefixtures("unchecked")
def test_a_lost_folder_comes_back_from_its_database(tmp_path: Path) -> None:
    url, given = f"sqlite:///{tmp_path / 'all.sqlite'}", Class(tmp_path).write()
    grade(given, manner=Manner(store_url=url))
    before = {path.name: json.loads(path.read_bytes()) for path in given.out.glob("[abc]*.json")}
    assert len(before) == 3
    shutil.rmtree(given.out)
    with pytest.raises(CourseError, match="another folder"):
        grade(given, manner=Manner(store_url=url))
    shutil.rmtree(given.out)
    assert all(one.mended for one in check_book(given.out, url, mend=True))
    assert {path.name: json.loads(path.read_bytes()) for path in given.out.glob("[abc]*.json")} == before
    assert check_book(given.out) == []
    grade(given)  # with the seed of the store, so that nothing changes
    assert {path.name: json.loads(path.read_bytes()) for path in given.out.glob("[abc]*.json")} == before
    given.out = tmp_path / "other/out"
    grade(given)
    with pytest.raises(CourseError, match="another term"):
        check_book(given.out, url, mend=True)


def state(out: Path) -> dict[str, list[str]]:
    """By student, the hashes of all results there ever were."""
    with Store(out) as store:
        return {student: [one.digest for one in store.versions(student)] for student in store.students()}


def killed_run(given: Class, step: int, **how: Any) -> bool:
    """Grade in a process that is killed at the so-manieth statement or file; whether it came that far."""
    number = os.fork()
    if number == 0:
        steps = iter(range(1, step))

        def kill(*_: object) -> None:
            if next(steps, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "after_cursor_execute", kill)
        write_json = classes.write_json

        def write(path: Path, plain: Any) -> None:
            kill()
            write_json(path, plain)

        classes.write_json = write
        grade(given, **how)
        os._exit(0)
    return os.waitpid(number, 0)[1] == signal.SIGKILL


@pytest.mark.slow
@pytest.mark.usefixtures("unchecked")
def test_a_term_that_is_killed_twenty_times_loses_nothing(tmp_path: Path) -> None:
    chance = random.Random(18)
    given = Class(tmp_path).write()
    grade(given, seed=5)
    before, kills = state(given.out), 0
    while kills < 20:
        work = f"{SOLUTION}\nnumber = {chance.random()}\n"
        hand_in(given.folder, chance.choice(["ada", "bob", "cy", "dan"]), chance.choice(DAYS), work)
        how = {"days": [chance.choice(DAYS)], "seed": chance.choice([3, 4])}
        kills += killed_run(given, chance.randint(1, 80), **how)
        after = state(given.out)
        for student, versions in before.items():
            assert after[student][: len(versions)] == versions
        before = after
    grade(given, seed=5)
    assert check_book(given.out) == []
    after = state(given.out)
    assert all(after[student][: len(versions)] == versions for student, versions in before.items())
    assert sum(map(len, after.values())) > 20
    with Store(given.out) as store:
        runs = store.runs()
    assert [run.number for run in runs] == list(range(1, len(runs) + 1))
    assert sum(run.ended_at is None for run in runs) > 10
    assert [day["day"] for day in read(given.out, "ada")["days"]] == list(DAYS)
