"""`course watch`: a save is followed by its verdict, keys lead on, and nothing student code does ends it."""

from __future__ import annotations

import os
import select
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from course.catalog import Course, Day, Selection, load_course
from course.catalog import select as select_exercises
from course.errors import CourseError
from course.practice.asking import BackgroundChecker, State
from course.practice.checker import WarmChecker
from course.practice.keys import CLOSED, keys_in
from course.practice.progress import Placed, read_progress
from course.practice.verdicts import Verdict
from course.practice.watching import Saves, watched_exercises
from course.release.skeletons import differences, write
from course.report.watch import NOTHING, Watch
from course.report.watch_screen import Screen
from course.worker.near.warm import WarmProcess
from tests.course.conftest import LONGEST, SOLUTION
from tests.course.test_release_student import course
from tests.course.test_terminals import WINDOWS

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


class AtOnce:
    """Has the verdict as soon as it is asked for it."""

    state: State = "checking"

    def __init__(self, checker: WarmChecker) -> None:
        self._checker = checker
        self._verdict: Verdict | None = None

    def ask(self, task: Placed, days: Sequence[str]) -> None:
        self._verdict = self._checker.check(task)

    def look(self) -> Verdict | None:
        verdict, self._verdict = self._verdict, None
        return verdict


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
    Watch(clone, tasks, AtOnce(checker), Screen(out, keys=keys)).run(_events(clone, events))
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
    assert "n next · h hint · e explain · l list · ? keys · q quit" in screen


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
    screen = follow("h", "h", "l", "l", "n", NOTHING, "q", "n")
    assert "1. add" in screen
    assert "2. add all" in screen
    assert "day01/sums.total  <- you are here" in screen
    assert screen.index("day01/sums.total  <- you are here") < screen.index("(sums.Counter.step)")
    assert screen.count("checking day01/Counter.step") == 1


def test_what_was_done_before_is_not_asked_again(clone: Course, follow: Callable[..., str]) -> None:
    follow(solved(clone, "total"))
    assert "(sums.total)" not in follow()


def test_everything_done(follow: Callable[..., str]) -> None:
    screen = follow(SOLUTION, "n", NOTHING, "n", NOTHING)
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
        labels = [checker.check(task).label for task in (*first, first[0])]
    assert labels == ["not_implemented"] * 4
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
        ready, _, _ = select.select([descriptor], [], [], LONGEST)
        data = os.read(descriptor, 4096) if ready else b""
        assert data, f"no {wanted!r} in {seen!r}"
        seen += data.decode("utf-8", "replace")
    return seen


def test_without_a_terminal_every_save_gives_a_verdict(clone: Course) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "course", "watch"],
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
        _, errors = process.communicate(timeout=LONGEST)
    assert "\x1b[" not in first + second
    assert "n next" not in first
    assert (process.returncode, errors) == (0, b"")


class Terminal:
    """`course watch` in a terminal of 30 lines and 100 columns."""

    def __init__(self, clone: Course, *words: str, kind: str = "xterm") -> None:
        pty = pytest.importorskip("pty")
        self.clone = clone
        self.ours, self.theirs = pty.openpty()
        self.resize(30, 100)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "course", "watch", *words],
            cwd=clone.root,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", "TERM": kind},
            stdin=self.theirs,
            stdout=self.theirs,
            stderr=self.theirs,
        )

    def resize(self, lines: int, columns: int) -> None:
        import fcntl
        import termios

        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def press(self, keys: str, wanted: str) -> str:
        """Type these keys; what is drawn until ``wanted`` stands there."""
        os.write(self.ours, keys.encode())
        return read_until(self.ours, wanted)

    def save(self, text: str, wanted: str) -> str:
        """The same for a save."""
        save(self.clone.root / WORK, text)
        return read_until(self.ours, wanted)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)


@pytest.fixture
def terminal(clone: Course) -> Iterator[Terminal]:
    with closing(Terminal(clone)) as one:
        yield one


@pytest.mark.slow
def test_a_student_at_a_terminal(clone: Course, terminal: Terminal) -> None:
    termios = pytest.importorskip("termios")
    before = termios.tcgetattr(terminal.theirs)
    assert read_until(terminal.ours, "starting").startswith("starting")  # before anything is imported
    assert "the next exercise that is open" in terminal.press(
        "?", "undo the last reset"
    )  # nothing is checked yet
    read_until(terminal.ours, "to do")
    assert "undo the last reset" in terminal.press("é", "undo the last reset")  # a key that is not known
    assert "1. add" in terminal.press("h", "more hints")
    assert "Total" in terminal.press("e", "e back")
    terminal.press("e", "to do")
    page = terminal.press("l", "sums.Counter.step")
    assert "day01 · Tiny: 0 of 2 done" in page
    terminal.press("/", "filter: _")
    terminal.press("counter", "filter: counter_")
    terminal.press("\r", "up/down move")
    terminal.press("\r", "Counter (sums.Counter.step)")
    terminal.press("p", "(sums.total)")
    terminal.press("l\x1b[B\r", "(sums.Counter.step)")
    terminal.resize(12, 48)
    read_until(terminal.ours, "\x1b[2J")
    terminal.resize(30, 100)
    terminal.save(solved(clone, "step"), "Next: sums.total")
    terminal.press("r", "Next: sums.total")
    terminal.press("x", "x once more")
    terminal.press("x", "to do")
    assert "return self.value" not in skeleton(clone)
    terminal.press("u", "2/2 points")
    assert "return self.value" in skeleton(clone)
    terminal.press("u", "There is no reset to take back")
    os.write(terminal.ours, b"q")
    assert terminal.process.wait(timeout=LONGEST) == 0
    assert termios.tcgetattr(terminal.theirs)[3] == before[3]


def test_ctrl_c_leaves_a_new_line_for_the_shell(terminal: Terminal) -> None:
    read_until(terminal.ours, "q quit")
    terminal.process.send_signal(2)
    assert terminal.process.wait(timeout=30) == 0
    assert os.read(terminal.ours, 4096).endswith(b"\r\n")


def test_a_terminal_that_cannot_be_cleared_has_one_verdict_after_the_other(clone: Course) -> None:
    with closing(Terminal(clone, kind="dumb")) as terminal:
        seen = read_until(terminal.ours, "q quit\r\n")
        seen += terminal.press("n", "q quit\r\n")
    assert "\x1b" not in seen
    assert "(sums.total)" in seen
    assert "\nday01_tiny · Counter (sums.Counter.step)" in seen.replace("\r", "")


ENDLESS = SOLUTION.replace("return float(np", "while True: pass\n    return float(np")


@pytest.mark.slow
def test_a_save_or_a_key_ends_a_check_that_runs(clone: Course) -> None:
    settings = clone.root / "course.toml"
    text = settings.read_text(encoding="utf-8")
    limits = text.replace("test_seconds = 3", "test_seconds = 300").replace(
        "call_seconds = 2", "call_seconds = 300"
    )
    settings.write_text(limits, encoding="utf-8")
    with closing(Terminal(clone)) as terminal:
        read_until(terminal.ours, "to do")
        terminal.save(ENDLESS, "checking day01/total")
        terminal.save(SOLUTION, "3/3 points")
        terminal.save(ENDLESS, "checking day01/total")
        terminal.press("n", "2/2 points")


@pytest.mark.slow
def test_an_endless_loop_has_its_verdict_within_what_is_shown(terminal: Terminal) -> None:
    read_until(terminal.ours, "to do")
    seen = terminal.save(ENDLESS, "No answer within 2 s")
    assert "(an answer may take 2 s)" in seen
    assert seen.count("Not asked") == 0
    assert terminal.save(SOLUTION, "3/3 points")


@pytest.mark.slow
def test_pictures_are_drawn_beside_the_work(clone: Course, terminal: Terminal) -> None:
    read_until(terminal.ours, "to do")
    assert "drawing the pictures of day01" in terminal.press("d", "day01_tiny has no plots.py")


def first_verdict(checker: BackgroundChecker) -> Verdict:
    until = time.monotonic() + 120
    while (verdict := checker.look()) is None:
        assert time.monotonic() < until, "no verdict has come"
        time.sleep(0.01)
    return verdict


def test_a_process_that_is_gone_is_said(clone: Course) -> None:
    task = watched_exercises(select_exercises(clone, ()))[0]
    with closing(BackgroundChecker(clone.root)) as checker:
        checker.ask(task, [task.day.name])
        checker._first.process.kill()
        checker._first.process.wait()
        with pytest.raises(CourseError, match="has ended"):
            first_verdict(checker)


@pytest.fixture
def with_slow_day(clone: Course) -> Course:
    """The clone with a day that needs PyTorch; importing its tests makes the file ``begun`` and waits for ``go``."""
    for place in ("", "tests", "solutions"):
        shutil.copytree(clone.root / place / "day01_tiny", clone.root / place / "day02_tiny")
    catalogue = clone.root / "course.toml"
    text = catalogue.read_text(encoding="utf-8")
    entry = text[text.index("[[day]]") :].replace("day01", "day02").replace('["numpy"]', '["numpy", "torch"]')
    catalogue.write_text(text + entry, encoding="utf-8")
    checks = clone.root / "tests/day02_tiny/test_sums.py"
    wait = f"""import pathlib, time
pathlib.Path({str(clone.root / "begun")!r}).touch()
while not pathlib.Path({str(clone.root / "go")!r}).exists(): time.sleep(0.01)
"""
    checks.write_text(wait + checks.read_text(encoding="utf-8"), encoding="utf-8")
    return load_course(clone.root)


def test_a_day_without_pytorch_does_not_wait_for_it(with_slow_day: Course) -> None:
    pytest.importorskip("torch")
    root = with_slow_day.root
    save(root / WORK, SOLUTION)
    tasks = [Placed(day, day.exercises[0]) for day in with_slow_day.days]
    days = [day.name for day in with_slow_day.days]
    with closing(BackgroundChecker(root)) as checker:
        checker.ask(tasks[1], days)
        while not (root / "begun").exists():
            checker.look()
            time.sleep(0.01)
        checker.ask(tasks[0], days)
        first = first_verdict(checker)
        checker.ask(tasks[1], days)
        (root / "go").touch()
        second = first_verdict(checker)
        assert not checker.trouble()
    assert (first.exercise, first.label) == (tasks[0].name, "passed")
    assert (second.exercise, second.label) == (tasks[1].name, "not_implemented")


@pytest.mark.slow
def test_where_there_is_no_fork_a_check_ends_too(clone: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows: the student's code runs in the process that checks, and catches everything."""
    begun = clone.root / "begun"
    once = f"from time import sleep; open({str(begun)!r}, 'w').close()"
    loop = f"{once}\n    while True:\n        try:\n            while True: sleep(1)\n"
    stubborn = f"{loop}        except BaseException: pass\n    return float(np"
    (clone.root / WORK).write_text(SOLUTION.replace("return float(np", stubborn), encoding="utf-8")
    without = f"{WINDOWS}\ndel signal.pthread_kill\nfrom course.practice.checker import main; main()"
    real = subprocess.Popen

    def started(words: list[str], **settings: Any) -> Any:
        return real([*words[:-3], "-c", without, words[-1]], **settings)

    monkeypatch.setattr("course.practice.asking.subprocess.Popen", started)
    monkeypatch.setattr("course.practice.asking.STUBBORN", 0.5)
    first, second = watched_exercises(select_exercises(clone, ()))
    with closing(BackgroundChecker(clone.root)) as checker:
        checker.ask(first, [first.day.name])
        while not begun.exists():
            time.sleep(0.01)
        checker.ask(second, [second.day.name])
        assert first_verdict(checker).exercise == second.name


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ("nq", ["n", "q"]),
        ("\x1b[A\x1b[6~", ["up", "page down"]),
        ("\x1bOB", ["down"]),
        ("\x1b", ["escape"]),
        ("\x1b[1;5C\x1b[", ["?", "?"]),
        ("é\r\x7f\x01", ["é", "enter", "backspace", "?"]),
        ("\x04", [CLOSED]),
    ],
)
def test_what_a_terminal_sends_is_read_as_keys(sent: str, keys: list[str]) -> None:
    assert keys_in(sent) == keys


def test_a_record_that_cannot_be_written_costs_no_verdict(clone: Course, follow: Callable[..., str]) -> None:
    (clone.root / ".course").write_text("a file where the folder should be", encoding="utf-8")
    screen = follow(SOLUTION)
    assert "3/3 points" in screen
    assert "It was not recorded for `course status`:" in screen


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
