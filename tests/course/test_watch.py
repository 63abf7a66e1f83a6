"""`course watch`: a save is followed by its verdict, keys lead on, and nothing student code does ends it."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from course.catalog import Course, Day, Selection, load_course
from course.catalog import select as select_exercises
from course.practice.progress import read_progress
from course.practice.watching import Saves, WarmChecker, watched_exercises
from course.release.skeletons import differences, write
from course.report.watch import NOTHING, Screen, Watch
from course.worker.near.warm import WarmProcess
from tests.course.conftest import SOLUTION
from tests.course.test_release_student import course

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="isolated checks need fork")

WORK = "day01_tiny/sums.py"
MEAN = SOLUTION.replace("float(np.add.reduce(np.ravel(x)))", "float(np.mean(x))")


@pytest.fixture
def clone(tiny: Course) -> Course:
    write(tiny, differences(tiny), force=False)
    return tiny


@pytest.fixture
def with_optional(clone: Course) -> Course:
    """The clone, its second exercise optional."""
    tests = clone.root / "tests/day01_tiny"
    exercises, checks = tests / "exercises.toml", tests / "test_sums.py"
    exercises.write_text(exercises.read_text(encoding="utf-8") + "optional = true\n", encoding="utf-8")
    text = checks.read_text(encoding="utf-8")
    checks.write_text("@points(0)".join(text.rsplit("@points(2)", 1)), encoding="utf-8")
    return load_course(clone.root)


@pytest.fixture
def follow(clone: Course) -> Iterator[Callable[..., str]]:
    """Run the loop on events: keys, and texts that are saved as the student's module. Returns the screen."""
    checker = WarmChecker(clone)
    yield partial(_follow, clone, checker)
    checker.close()


def _follow(
    clone: Course, checker: WarmChecker, *events: str, words: tuple[str, ...] = (), keys: bool = True
) -> str:
    out = Console(file=StringIO(), width=100, highlight=False)
    tasks = watched_exercises(select_exercises(clone, words))
    Watch(clone, tasks, checker, Screen(clone, out, keys=keys)).run(_events(clone, events))
    text = out.file
    assert isinstance(text, StringIO)
    return text.getvalue()


def _events(clone: Course, events: tuple[str, ...]) -> Iterator[str]:
    for event in events:
        if len(event) > 1:
            save(clone.root / WORK, event)
            yield NOTHING  # the first look sees a change, the second that it is complete
            yield NOTHING
        else:
            yield event


def save(path: Path, text: str) -> None:
    """As editors do: a new file in the place of the old one."""
    beside = path.with_name(".swap")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def skeleton(clone: Course) -> str:
    return (clone.root / WORK).read_text(encoding="utf-8")


def solved(clone: Course, name: str) -> str:
    """The skeleton with one stub written."""
    bodies = {
        "total": ('raise NotImplementedError("total is', "return float(np.add.reduce(np.ravel(x)))"),
        "step": ('raise NotImplementedError("Counter', "self.value += by\n        return self.value"),
    }
    start, body = bodies[name]
    lines = [
        line[: len(line) - len(line.lstrip())] + body if line.lstrip().startswith(start) else line
        for line in skeleton(clone).split("\n")
    ]
    return "\n".join(lines)


def test_it_begins_with_the_next_exercise(follow: Callable[..., str]) -> None:
    screen = follow()
    assert "day01_tiny · Total (sums.total)" in screen
    assert "to do" in screen
    assert "Write it in day01_tiny/sums.py:8; the sheet is day01_tiny/README.md." in screen
    assert "n next · h hint · l list · q quit" in screen


def test_a_save_gives_a_verdict_and_shows_what_is_next(clone: Course, follow: Callable[..., str]) -> None:
    screen = follow(MEAN, solved(clone, "total"))
    assert screen.index("This is the mean.") < screen.index("done  ")
    assert "3/3 points" in screen
    assert "Next: sums.Counter.step in day01_tiny/sums.py:" in screen
    assert read_progress(clone.root)["scores"]["day01_tiny/sums.total"] == [3, 3]


def test_it_follows_the_student_to_the_function_that_was_edited(
    clone: Course, follow: Callable[..., str]
) -> None:
    screen = follow(solved(clone, "step"))
    assert screen.index("(sums.total)") < screen.index("(sums.Counter.step)")
    assert "2/2 points" in screen


def test_without_a_change_nothing_is_checked(follow: Callable[..., str]) -> None:
    assert follow(NOTHING, NOTHING, NOTHING).count("exercises done") == 1


def test_the_keys(clone: Course, follow: Callable[..., str]) -> None:
    screen = follow("h", "h", "l", "n", "q", "n")
    assert "1. add" in screen
    assert "2. add all" in screen
    assert "day01/sums.total  <- you are here" in screen
    assert screen.count("exercises done") == 2
    assert "(sums.Counter.step)" in screen


def test_what_was_done_before_is_not_asked_again(clone: Course, follow: Callable[..., str]) -> None:
    follow(solved(clone, "total"))
    assert "(sums.total)" not in follow()


def test_everything_done(follow: Callable[..., str]) -> None:
    screen = follow(SOLUTION, "n", "n")
    assert "2 of 2 exercises done" in screen
    assert "Everything is done. `course plot`" in screen


def test_a_day_that_needs_no_more_than_the_last_one_is_warm_already(
    clone: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = clone.root / "course.toml"
    text = catalogue.read_text(encoding="utf-8")
    for number, imports in (("02", "[]"), ("03", '["numpy", "wave"]')):
        for place in ("", "tests", "solutions"):
            shutil.copytree(clone.root / place / "day01_tiny", clone.root / place / f"day{number}_tiny")
        entry = text[text.index("[[day]]") :].replace("day01", f"day{number}")
        with catalogue.open("a", encoding="utf-8") as file:
            file.write(entry.replace('["numpy"]', imports))
    course = load_course(clone.root)
    started: list[list[str]] = []
    for_days = WarmProcess.for_days

    def noted(course: Course, days: Sequence[Day]) -> WarmProcess:
        started.append([day.number for day in days])
        return for_days(course, days)

    monkeypatch.setattr(WarmProcess, "for_days", noted)
    first = [watched_exercises([Selection(day, day.exercises)])[0] for day in course.days]
    with closing(WarmChecker(course, course.days)) as checker:
        verdicts = [checker.check(task).first_failure for task in (*first, first[0])]
    assert all(verdict is not None and verdict.outcome == "not_implemented" for verdict in verdicts)
    assert started == [["day01", "day02"], ["day03", "day01", "day02"]]


def test_one_exercise_can_be_chosen(follow: Callable[..., str]) -> None:
    assert "0 of 1 exercises done" in follow(words=("day01/Counter.step",))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import os; os._exit(0)", "ended the program"),
        ("while True: pass", "No answer within"),
        ("return float(x", "Python cannot read this file"),
    ],
)
def test_student_code_cannot_end_it(body: str, said: str, clone: Course, follow: Callable[..., str]) -> None:
    screen = follow(SOLUTION.replace("return float(np.add.reduce(np.ravel(x)))", body), SOLUTION)
    assert said in screen
    assert "3/3 points" in screen


def test_a_file_that_is_being_written_is_left_for_the_next_look(clone: Course) -> None:
    saves = Saves(clone.root, watched_exercises(select_exercises(clone, ())))
    file = clone.root / WORK
    assert saves.look() is None
    file.write_text("", encoding="utf-8")
    assert saves.look() is None
    file.write_text(solved_text(), encoding="utf-8")
    assert saves.look() is None
    saved = saves.look()
    assert saved is not None
    assert [task.exercise.name for task in saved.edited] == ["sums.total", "sums.Counter.step"]
    assert saves.look() is None


def solved_text() -> str:
    return SOLUTION.lstrip()


def test_a_deleted_file_is_a_save_too(clone: Course) -> None:
    saves = Saves(clone.root, watched_exercises(select_exercises(clone, ())))
    (clone.root / WORK).unlink()
    assert saves.look() is None
    saved = saves.look()
    assert saved is not None
    assert len(saved.beside) == 2


def read_until(descriptor: int, wanted: str) -> str:
    """What comes until ``wanted`` has come."""
    seen = ""
    while wanted not in seen:
        ready, _, _ = select.select([descriptor], [], [], 60)
        data = os.read(descriptor, 4096) if ready else b""
        assert data, f"no {wanted!r} in {seen!r}"
        seen += data.decode("utf-8", "replace")
    return seen


def test_without_a_terminal_every_save_gives_a_verdict(clone: Course) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "course.cli", "watch"],
        cwd=clone.root,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    screen = process.stdout.fileno()
    try:
        first = read_until(screen, "the sheet is")
        save(clone.root / WORK, MEAN)
        second = read_until(screen, "This is the mean.")
        save(clone.root / WORK, SOLUTION)
        read_until(screen, "3/3 points")
    finally:
        process.send_signal(2)
        _, errors = process.communicate(timeout=30)
    assert "\x1b[" not in first + second
    assert "n next" not in first
    assert (process.returncode, errors) == (0, b"")


def test_on_a_terminal_keys_work_and_it_is_left_as_it_was(clone: Course) -> None:
    pty = pytest.importorskip("pty")
    termios = pytest.importorskip("termios")
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    process = subprocess.Popen(
        [sys.executable, "-m", "course.cli", "watch"],
        cwd=clone.root,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    try:
        for wanted, key in [("n next", b"h"), ("1. add", b"n"), ("Counter", b"q")]:
            read_until(ours, wanted)
            os.write(ours, key)
        assert process.wait(timeout=30) == 0
        assert termios.tcgetattr(theirs)[3] == before[3]
    finally:
        process.kill()
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize("word", ["day07", "day01/totals"])
def test_an_unknown_name_is_one_sentence(clone: Course, word: str) -> None:
    done = course(clone.root, "watch", word)
    assert done.returncode == 2
    assert "did you mean" in done.stderr


def test_what_is_optional_and_open_is_named(with_optional: Course) -> None:
    checker = WarmChecker(with_optional)
    try:
        screen = _follow(with_optional, checker, solved(with_optional, "total"))
        assert "All points earned; what is optional is still open: sums.Counter.step." in screen
        assert "Everything is done" in _follow(with_optional, checker, solved(with_optional, "step"))
        assert "2 of 2 exercises done" in _follow(with_optional, checker)
    finally:
        checker.close()
