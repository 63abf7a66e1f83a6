"""Progress that is true: against all points, from every surface, about the text as it is, and never in the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from course.catalog import Course, load_course
from course.cli import main
from course.practice.progress import next_task
from course.reached import (
    PLACE,
    Checked,
    DayTexts,
    damage,
    done_in_files,
    is_older,
    read_progress,
    record,
)
from course.release.skeletons import differences, write
from tests.course.conftest import SOLUTION

TOTAL, STEP = "day01_tiny/sums.total", "day01_tiny/sums.Counter.step"


@pytest.fixture
def clone(tiny: Course, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tiny, differences(tiny), force=False)
    monkeypatch.chdir(tiny.root)
    return tiny.root


def solve(clone: Path, text: str = SOLUTION) -> None:
    (clone / "day01_tiny/sums.py").write_text(text, encoding="utf-8")


def say(*words: str) -> str:
    result = CliRunner().invoke(main, words, env={"COLUMNS": "100"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.output


def checked(course: Course, number: int, *passed: bool) -> Checked:
    day = course.days[0]
    exercise = day.exercises[number]
    results = {c.name: (c.points * good, good) for c, good in zip(exercise.checks, passed, strict=False)}
    return Checked(day, exercise, results)


def test_one_exercise_of_two_is_not_a_full_bar(clone: Path) -> None:
    solve(clone)
    assert "Next: Counter.step in day01_tiny/sums.py, then `course check" in say("check", "day01/total")
    shown = say("status")
    assert "3 of 5" in shown
    assert "■■■□□" in shown or "###.." in shown
    assert "Next: Counter.step in day01_tiny/sums.py:20" in shown
    assert "> " in say("status", "day01")
    assert "5 of 5" in say("check")
    assert "5 of 5" in say("status")


def test_pytest_keeps_progress_as_course_check_does(clone: Path) -> None:
    solve(clone)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:terminal"]
    subprocess.run([*command, "-k", "several_shapes"], cwd=clone, check=True)
    progress = read_progress(clone)
    assert progress["scores"][TOTAL] == [2, 3]  # one of two checks, as a click in an editor runs it
    assert not progress["done"][TOTAL]
    subprocess.run([*command, "-k", "large_numbers"], cwd=clone, check=True)
    progress = read_progress(clone)
    assert progress["scores"][TOTAL] == [3, 3]
    assert progress["done"] == {TOTAL: True}
    subprocess.run([*command, "--solutions"], cwd=clone, check=True)
    assert STEP not in read_progress(clone)["done"]


def test_a_verdict_older_than_the_text_is_marked_and_that_of_another_exercise_is_not(clone: Path) -> None:
    solve(clone)
    say("check")
    assert "*" not in say("status")
    solve(clone, SOLUTION.replace("self.value += by", "self.value += 2 * by"))
    course, progress = load_course(clone), read_progress(clone)
    day = course.days[0]
    texts = DayTexts(clone, day)
    assert [is_older(texts, day, exercise, progress) for exercise in day.exercises] == [False, True]
    assert "5 of 5 *" in say("status")
    assert "* The file has changed since that was checked; `course check day01` looks again." in say("status")


def test_nobody_is_sent_to_what_was_changed_since_it_was_wrong(clone: Path) -> None:
    course = load_course(clone)
    solve(clone, SOLUTION.replace("self.value += by", "self.value += 2 * by"))
    say("check")
    assert done_in_files(clone, course.days) == {TOTAL: True, STEP: False}
    solve(clone)
    assert done_in_files(clone, course.days) == {TOTAL: True}


def test_of_what_was_checked_in_part_only_a_failure_is_known(clone: Path) -> None:
    course = load_course(clone)
    record(clone, [checked(course, 0, True)])
    assert done_in_files(clone, course.days) == {}
    record(clone, [checked(course, 0, True, False)])
    assert done_in_files(clone, course.days) == {TOTAL: False}


def test_a_helper_counts_as_the_text_of_what_uses_it(clone: Path) -> None:
    helped = SOLUTION.replace("def total(", "def add(").replace("np.add.reduce(np.ravel(x))", "x.size")
    helped += "\n\ndef total(x):\n    return add(x)\n"
    solve(clone, helped)
    course = load_course(clone)
    day = course.days[0]
    total = DayTexts(clone, day).digest(day.exercises[0])
    solve(clone, helped.replace("x.size", "x.size + 1"))
    assert DayTexts(clone, day).digest(day.exercises[0]) != total


def test_checks_of_another_text_are_no_part_of_the_verdict(clone: Path) -> None:
    course = load_course(clone)
    record(clone, [checked(course, 0, True)])
    solve(clone)
    record(clone, [checked(course, 0, False)])
    progress = read_progress(clone)
    assert progress["scores"][TOTAL] == [0, 3]
    assert len(progress["checks"][TOTAL]) == 1


@pytest.mark.parametrize("text", ["{", "[]", '{"scores": {"a": 3}, "done": 1}', "\0" * 9, "[" * 100_000])
def test_a_damaged_record_is_said_and_made_anew(clone: Path, text: str) -> None:
    solve(clone)
    (clone / ".course").mkdir()
    (clone / PLACE).write_text(text, encoding="utf-8")
    assert "is damaged; `course check` makes anew" in say("status")
    assert "is damaged; `course check` makes anew" in say("check")
    assert damage(clone) == ""
    assert "5 of 5" in say("status")


def test_what_is_whole_in_a_damaged_record_is_kept(clone: Path) -> None:
    record(clone, [checked(load_course(clone), 1, True)])
    plain = json.loads((clone / PLACE).read_text(encoding="utf-8"))
    plain["scores"][TOTAL] = "three"
    (clone / PLACE).write_text(json.dumps(plain), encoding="utf-8")
    assert damage(clone)
    assert read_progress(clone)["done"] == {STEP: True}


def test_a_record_that_cannot_be_written_costs_no_verdict(clone: Path) -> None:
    solve(clone)
    (clone / ".course").write_text("a file where the folder should be", encoding="utf-8")
    shown = say("check", "day01")
    assert "5 of 5 points" in shown
    assert "It was not recorded for `course status`:" in " ".join(shown.split())
    assert "1. add" in say("hint", "total")
    solve(clone, SOLUTION.replace("float(np.add", "1 + float(np.add"))
    assert "Every digit could not be kept: " in say("check", "day01", "--full")
    solve(clone)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    done = subprocess.run(
        command, cwd=clone, capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "200"}
    )
    assert "It was not recorded" in done.stdout


def test_writers_at_the_same_time_lose_nothing_of_each_other(clone: Path) -> None:
    code = (
        "import sys; from dataclasses import replace; from pathlib import Path; "
        "from course.catalog import load_course; from course.reached import Checked, record; "
        "root = Path.cwd(); day = load_course(root).days[0]; exercise = day.exercises[0]; "
        "passed = {exercise.checks[0].name: (2, True)}; print(flush=True); input(); "
        "names = [f'sums.{sys.argv[1]}{n}' for n in range(100)]; "
        "sys.exit(any([record(root, [Checked(day, replace(exercise, name=name), passed)]) for name in names]))"
    )
    start = partial(subprocess.Popen, cwd=clone, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    both = [start([sys.executable, "-c", code, number]) for number in "ab"]
    for one in both:
        assert one.stdout is not None
        one.stdout.readline()
    for one in both:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    for one in both:
        one.communicate()
    assert [one.returncode for one in both] == [0, 0]
    assert len(read_progress(clone)["scores"]) == 200


def test_time_at_work_goes_to_what_was_changed_and_a_pause_to_nothing(clone: Path) -> None:
    course = load_course(clone)

    def go_back(minutes: float) -> None:
        plain = json.loads((clone / PLACE).read_text(encoding="utf-8"))
        then = datetime.now(UTC) - timedelta(minutes=minutes)
        plain["checked"] = dict.fromkeys(plain["checked"], then.isoformat())
        (clone / PLACE).write_text(json.dumps(plain), encoding="utf-8")

    both = [checked(course, 0, True, True), checked(course, 1, False)]
    record(clone, both)
    assert read_progress(clone)["seconds"] == {}
    go_back(10)
    solve(clone, (clone / "day01_tiny/sums.py").read_text(encoding="utf-8").replace("raise", "return", 1))
    record(clone, both)
    assert read_progress(clone)["seconds"] == {TOTAL: pytest.approx(600, abs=30)}
    assert "10 min" in say("status", "day01")
    go_back(300)
    record(clone, [checked(course, 1, True)])
    assert STEP not in read_progress(clone)["seconds"]


def test_next_goes_on_from_the_last_one_and_optional_ones_come_last(clone: Path) -> None:
    course = load_course(clone)
    day = course.days[0]
    first = next_task([day], read_progress(clone))
    assert first is not None
    assert first.typed == "day01/total"
    record(clone, [checked(course, 0, True, True)])
    second = next_task([day], read_progress(clone))
    assert second is not None
    assert second.typed == "day01/Counter.step"
    shown = say("next")
    assert "course check day01/Counter.step" in shown
    assert "day01_tiny/sums.py:" in shown
    record(clone, [checked(course, 1, True)])
    assert next_task([day], read_progress(clone)) is None
    assert "Everything that can be checked here is done." in say("next")


def test_list_gives_the_names_that_commands_take(clone: Path) -> None:
    rows = say("list").splitlines()
    assert ["day01/total" in rows[0], "day01/Counter.step" in rows[1]] == [True, True]
    assert "Counter.step" not in say("list", "day01/total")
