"""The first hours of a student, in a terminal: from a fresh release through day 1 and half of day 3.

The newcomer does what the screen says and nothing else: the next exercise, its file and its command are read from
there. What was seen stands in ``newcomer.txt``, to be read by people; ``python -m tests.course.test_newcomer`` writes
it anew.
"""

from __future__ import annotations

import ast
import os
import re
import select
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from subprocess import Popen

import pytest

from course.catalog import Course, Day, Exercise
from course.catalog import select as chosen
from course.release.student import build_release
from course.testing.answers import Answer, read_answers, with_answer
from tests.course.conftest import COURSE

TRANSCRIPT = Path(__file__).with_name("newcomer.txt")
DAYS = ("day01_intro", "day03_linalg")
LAST = "regression.rescale"  # with which half of day 3 is done
WRONG = {
    "first_steps.hello": "prints_instead_of_returning",
    "complex_numbers.Complex.angle": "arc_tangent_of_the_quotient",
    "arrays.centre_columns": "",
    "matrices.matrix_vector": "sum_over_rows",
    "regression.vandermonde": "",
}
"""What is tried first in some exercises: a misconception, or the first one that there is."""
SLIP = "first_steps.versions"  # in which a bracket is forgotten
STEP = re.compile(r"Next: (?:write |mend )?(\S+) in (\S+?\.py)(?::\d+)?, then `(course check \S+)`")
HINT = re.compile(r"`(course hint \S+)`")
SHELL = """
import sys
from course.cli import main
for line in sys.stdin:
    try:
        main(line.split()[1:])
    except SystemExit:
        pass
    print("\\0", end="", flush=True)
"""


class Terminal:
    """A pseudo-terminal of eighty columns, in which commands of the course are typed."""

    def __init__(self, folder: Path) -> None:
        import pty
        import termios

        mine, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (40, 80))
        settings = termios.tcgetattr(theirs)
        settings[3] &= ~termios.ECHO
        termios.tcsetattr(theirs, termios.TCSANOW, settings)
        environment = {"HOME": str(folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm"}
        words = [sys.executable, "-c", SHELL]
        self._process = Popen(words, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        self._mine = mine
        self.seen: list[str] = []

    def type(self, command: str) -> str:
        """What the screen shows then, as plain text. Raises TimeoutError when it does not end."""
        os.write(self._mine, f"{command}\n".encode())
        said, until = b"", time.monotonic() + 300
        while not said.endswith(b"\0"):
            if time.monotonic() > until or not select.select([self._mine], [], [], 300)[0]:
                raise TimeoutError(said.decode())
            said += os.read(self._mine, 65536)
        text = _plain(said.decode().rstrip("\0"))
        self.seen.append(f"$ {command}\n{text}\n")
        return text

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._mine)


def _plain(said: str) -> str:
    """Without colours, and without the bar of a check, which is drawn over."""
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said).replace("\r\n", "\n").split("\n")
    kept = [line.rpartition("\r")[2].rstrip() for line in lines]
    return "\n".join(line for line in kept if not line.startswith("checking ")).strip("\n")


def flat(text: str) -> str:
    """On one line, however it was folded."""
    return " ".join(text.split())


class Newcomer:
    """Writes answers into the files that the screen names."""

    def __init__(self, course: Course, folder: Path, terminal: Terminal) -> None:
        self._course, self._folder, self._terminal = course, folder, terminal

    def walk(self, last: str) -> list[str]:
        """From exercise to exercise until the last one is done; their names, in the order in which they came."""
        done: list[str] = []
        screen = self._terminal.type("course status")
        while last not in done:
            step = STEP.search(flat(screen))
            assert step, f"the screen does not say what is next:\n{screen}"
            _, file, command = step.groups()
            day, exercise = self._meant(command)
            assert file == f"{day.name}/{exercise.module}.py"
            assert exercise.name not in done, f"it is still asked for:\n{screen}"
            self._try_something_else(day, exercise, self._folder / file, command)
            self._write(self._folder / file, self._right(day, exercise))
            screen = self._terminal.type(command)
            done.append(exercise.name)
        return done

    def _meant(self, command: str) -> tuple[Day, Exercise]:
        selection = chosen(self._course, [command.split()[-1]])[0]
        return selection.day, selection.exercises[0]

    def _try_something_else(self, day: Day, exercise: Exercise, file: Path, command: str) -> None:
        if exercise.name == SLIP:
            before = file.read_text(encoding="utf-8")
            file.write_text(before + "\nslip = (1,\n", encoding="utf-8")
            assert "was never closed" in flat(self._terminal.type(command))
            file.write_text(before, encoding="utf-8")
        if exercise.name in WRONG:
            answer = next(
                one
                for one in read_answers(self._course, day)
                if one.exercise == exercise.name and WRONG[exercise.name] in (one.name, "")
            )
            self._write(file, answer)
            screen = self._terminal.type(command)
            assert flat(answer.says)[:60] in flat(screen)
            hint = HINT.search(flat(screen))
            assert hint
            self._terminal.type(hint[1])

    def _right(self, day: Day, exercise: Exercise) -> Answer:
        source = self._course.sources(day)[exercise.module]
        scope, name = ast.parse(source).body, ""
        for name in exercise.qualname.split("."):
            node = next(one for one in scope if getattr(one, "name", "") == name)
            scope = getattr(node, "body", [])
        lines = source.splitlines()[node.lineno - 1 : node.end_lineno]
        text = "\n".join(line[node.col_offset :] for line in lines if "### " not in line)
        return Answer("variant", exercise.name, name, "", text, (), "")

    @staticmethod
    def _write(file: Path, answer: Answer) -> None:
        file.write_text(with_answer(file.read_text(encoding="utf-8"), answer), encoding="utf-8")


def walk(place: Path) -> tuple[list[str], str]:
    """The exercises that were done, and everything that was seen."""
    days = [COURSE.day(name) for name in DAYS]
    for name, content in build_release(COURSE, days, "1.0", lambda _: None).items():
        file = place / "clone" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    with closing(Terminal(place / "clone")) as terminal:
        done = Newcomer(COURSE, place / "clone", terminal).walk(LAST)
        return done, "\n".join(terminal.seen)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], str]:
    pytest.importorskip("termios", reason="a pseudo-terminal needs Linux or macOS")
    return walk(tmp_path_factory.mktemp("newcomer"))


def test_the_screen_leads_from_exercise_to_exercise(walked: tuple[list[str], str]) -> None:
    done, _ = walked
    asked = [e for name in DAYS for e in COURSE.day(name).exercises if not e.optional]
    names = [e.name for e in asked if any(not check.hidden for check in e.checks)]
    assert done == names[: names.index(LAST) + 1]


def test_what_is_seen_is_what_was_read(walked: tuple[list[str], str]) -> None:
    _, seen = walked
    again = "read what the screens say now, then `python -m tests.course.test_newcomer`"
    assert seen == TRANSCRIPT.read_text(encoding="utf-8"), again


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        TRANSCRIPT.write_text(walk(Path(folder))[1], encoding="utf-8")
