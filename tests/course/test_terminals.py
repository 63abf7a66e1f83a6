"""Any terminal, any system: no command ends in an error of an encoding, and students need no fork."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from course.catalog import Course, load_course
from course.cli import main, students
from course.signs import fitting
from course.testing.answers import read_answers
from tests.course.conftest import ANSWERS, EXERCISES, SHEET, SOLUTION, write, write_releasable_course
from tests.course.test_picturing import PLOTS

ENCODINGS = ("cp1252", "cp437", "ascii", "utf-8")
SIGNS = "α − β → ∑ √2 ≤ x² · “é” ⊙ 日"
COMMANDS = {
    "check": [
        ["check"],
        ["check", "total", "--full"],
        ["check", "--summary", "out.md", "--json", "out.json"],
    ],
    "status": [["status"], ["status", "day01"]],
    "list": [["list"]],
    "next": [["next"]],
    "hint": [["hint", "total", "--level", "3"]],
    "explain": [["explain", "total"]],
    "plot": [["plot", "day01"]],
    "convert": [["convert", "day01"]],
    "update": [["update", ".", "--dry-run"]],
    "watch": [],  # follows keys and saves: below, and in test_watch.py
}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A tiny course whose every text has signs that few encodings have, with a wrong answer in it."""
    from course.release import skeletons

    root = write_releasable_course(tmp_path / "clone")
    write(root / "solutions/day01_tiny/sums.py", SOLUTION.replace("Sum of all entries", f"Sum: {SIGNS}"))
    write(root / "tests/day01_tiny/exercises.toml", EXERCISES.replace('"add"', f'"{SIGNS}"'))
    write(root / "tests/day01_tiny/answers_sums.py", ANSWERS.replace("This is the mean.", f"{SIGNS}:"))
    write(root / "day01_tiny/README.md", SHEET.replace("## Total", f"## Total\n\n{SIGNS}, $\\sum_i x_i$"))
    write(root / "day01_tiny/plots.py", PLOTS)
    course = load_course(root)
    skeletons.write(course, skeletons.differences(course), force=True)
    work = root / "day01_tiny/sums.py"
    first, _, rest = work.read_text(encoding="utf-8").partition("    # TODO")
    wrong = (
        f"{first}    print('{SIGNS}')\n    return float(np.mean(x))\n\n\nclass{rest.partition('class')[2]}"
    )
    work.write_text(wrong, encoding="utf-8")
    return root


def students_commands() -> set[str]:
    return {name for name, one in main.commands.items() if one.callback.__module__ == students.__name__}  # type: ignore[union-attr]


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_command_of_students_in_any_encoding(
    clone: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    """Strict streams, as `> file` and PYTHONIOENCODING give them; an error would leave a traceback as exception."""
    monkeypatch.chdir(clone)
    said = b""
    for words in [one for name in sorted(students_commands()) for one in COMMANDS.get(name, [[name]])]:
        streams = [TextIOWrapper(BytesIO(), encoding=encoding, errors="strict") for _ in range(2)]
        monkeypatch.setattr(sys, "stdout", streams[0])
        monkeypatch.setattr(sys, "stderr", streams[1])
        with pytest.raises(SystemExit):
            main([*words, "--help"])
        with contextlib.suppress(SystemExit):
            main(words)
        for stream in streams:
            stream.flush()
            said += stream.buffer.getvalue()  # type: ignore[attr-defined]
    text = said.decode(encoding)
    assert "\\u" not in text
    assert ("sqrt2" in text) == (encoding in ("cp1252", "ascii"))


def test_every_text_of_the_course_has_a_spelling(real: Course) -> None:
    """Hints, titles and sentences about mistakes: no question mark stands where a sign was."""
    for day in real.days:
        texts = [text for one in day.exercises for text in (one.title, *one.hints)]
        texts += [answer.says for answer in read_answers(real, day)]
        for text in texts:
            for encoding in ENCODINGS:
                assert fitting(text, encoding).count("?") == text.count("?"), text


@pytest.mark.slow
def test_pytest_in_a_terminal_without_these_signs(clone: Path) -> None:
    done = python(clone, "-m", "pytest", "-p", "no:cacheprovider", "day01_tiny", PYTHONIOENCODING="ascii")
    assert "alpha - beta -> sum sqrt2 <= x^2" in done.stdout
    assert "\\n" not in done.stdout
    assert "0/5   points" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "words", "checked"),
    [
        (".", ["day01_tiny"], "0/5 "),
        ("day01_tiny", [], "0/5 "),
        ("day01_tiny", ["-k", "total"], "0/3 "),
        (".", ["day01_tiny/sums.py"], "0/5 "),
        (".", ["day01_tiny/plots.py"], "0/5 "),
        ("day01_tiny", ["sums.py", "-k", "step"], "0/2 "),
    ],
)
def test_pytest_on_the_folder_of_a_day_checks_the_day(
    clone: Path, folder: str, words: list[str], checked: str
) -> None:
    done = python(clone / folder, "-m", "pytest", "-p", "no:cacheprovider", *words)
    assert f"{checked}  points" in done.stdout, done.stdout


WINDOWS = """
import os, signal, sys
for name in ("fork", "sched_setaffinity", "sched_getaffinity", "setsid", "killpg", "getuid", "memfd_create", "pipe2"):
    delattr(os, name) if hasattr(os, name) else None
for name in ("SIGALRM", "SIGHUP", "SIGKILL", "SIGUSR1", "SIGCHLD", "SIGWINCH", "setitimer", "pthread_sigmask"):
    delattr(signal, name) if hasattr(signal, name) else None
for name in ("resource", "fcntl", "termios", "pwd", "grp"):
    sys.modules[name] = None
import course.worker.memory
course.worker.memory.address_space = lambda: None  # there is no /proc
import course.worker.near.local
course.worker.near.local.address_space = lambda: None
"""
"""What Windows does not have, taken away."""

HERE = """
from io import StringIO
from course.cli import main
for line in ("check", "status", "hint total", "plot day01", "check --isolated", "grade . --out out"):
    try:
        main(line.split())
    except SystemExit as end:
        print(">>", line, end.code)
"""


@pytest.mark.slow
def test_students_need_no_fork(clone: Path) -> None:
    """Windows: what they have works, and what needs another system says so in a sentence."""
    done = python(clone, "-c", WINDOWS + HERE)
    assert "Traceback" not in done.stderr
    assert "Only the first row" not in done.stdout
    assert "The sum is not divided by the number of entries." in done.stdout
    assert [line for line in done.stdout.splitlines() if line.startswith(">>")] == [
        ">> check 1",
        ">> status 0",
        ">> hint total 0",
        ">> plot day01 1",
        ">> check --isolated 1",
        ">> grade . --out out 1",
    ]
    assert done.stderr.count("need") == 2


@pytest.mark.slow
def test_pytest_needs_no_fork(clone: Path) -> None:
    program = "import pytest; sys.exit(pytest.main(['-p', 'no:cacheprovider', '-p', 'no:faulthandler', 'day01_tiny']))"
    done = python(clone, "-c", WINDOWS + program)
    assert "The sum is not divided by the number of entries." in done.stdout, done.stdout + done.stderr


def python(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={"HOME": str(folder), "PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8", **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
