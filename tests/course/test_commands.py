"""The smaller commands of students: back to the stub and back again, how far, completion."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from course.cli import main
from course.practice.resetting import replaced
from course.reached import PLACE as RECORD
from course.release.manifest import PLACE, Manifest
from tests.course.conftest import SOLUTION, write
from tests.course.test_reached import clone, say, solve

__all__ = ["clone"]

WORK = "day01_tiny/sums.py"


def test_a_reset_brings_the_stub_and_undo_what_was_written(clone: Path) -> None:
    solve(clone, SOLUTION + "\nmine = 1  # below\n")
    said = say("reset", "total")
    assert "The stub of total is back in day01_tiny/sums.py:7." in said
    text = (clone / WORK).read_text(encoding="utf-8")
    assert 'raise NotImplementedError("total is not written yet")' in text
    assert "self.value += by" in text  # another exercise stays
    (kept,) = (clone / ".course/backup").rglob("sums.py")
    assert kept.read_text(encoding="utf-8") == SOLUTION + "\nmine = 1  # below\n"
    assert kept.relative_to(clone).as_posix() in said.replace("\n", "")
    (clone / WORK).write_text(text.replace("self.value += by", "self.value -= by"), encoding="utf-8")
    assert "total is again what you wrote" in say("undo")
    text = (clone / WORK).read_text(encoding="utf-8")
    assert "np.add.reduce" in text
    assert "self.value -= by" in text  # what was written since then stays too
    assert "There is no reset to take back" in say("undo")


def test_resets_are_taken_back_one_by_one(clone: Path) -> None:
    solve(clone)
    assert "Counter.step" in say("reset", "Counter.step") + say("reset", "total")
    assert "total is again" in say("undo")
    assert "Counter.step is again" in say("undo")
    assert (clone / WORK).read_text(encoding="utf-8").strip() == SOLUTION.strip()


def test_what_is_a_stub_already_is_left(clone: Path) -> None:
    before = (clone / WORK).read_bytes()
    assert "nothing was changed" in say("reset", "total")
    assert (clone / WORK).read_bytes() == before
    assert not (clone / ".course/backup").exists()


def test_a_function_that_is_gone_is_said(clone: Path) -> None:
    solve(clone, "x = 1\n")
    assert "total is not in day01_tiny/sums.py any more" in say("reset", "total")
    assert (clone / WORK).read_text(encoding="utf-8") == "x = 1\n"
    (clone / WORK).unlink()
    say("reset", "total")
    assert "class Counter" in (clone / WORK).read_text(encoding="utf-8")


def test_a_student_release_knows_its_stubs(clone: Path) -> None:
    shutil.rmtree(clone / "solutions")
    stub = (clone / WORK).read_text(encoding="utf-8")
    solve(clone)
    assert "It is not known how day01_tiny/sums.py was given out" in say("reset", "total")
    write(clone / PLACE, Manifest("Tiny", "1.0", {}, {WORK: stub}).to_json())
    assert "The stub of total is back" in say("reset", "total")


def test_a_reset_keeps_the_ends_of_lines() -> None:
    mine = "def f():\r\n    return 1\r\n\r\n\r\ndef g():\r\n    return 2"
    stub = "def f():\n    raise NotImplementedError\n\n\ndef g():\n    raise NotImplementedError\n"
    assert replaced(mine, stub, "f") == mine.replace("return 1", "raise NotImplementedError")
    assert replaced(mine, stub, "g") == mine.replace("return 2", "raise NotImplementedError\r\n")
    assert replaced(mine, stub, "h") is None


def test_progress_counts_days_exercises_points_and_time(clone: Path) -> None:
    solve(clone)
    say("check", "total")
    record = json.loads((clone / RECORD).read_text(encoding="utf-8"))
    record["seconds"] = {"day01_tiny/sums.total": 4000}
    record["finished"] = {"day01_tiny/sums.total": "2026-03-04T12:00:00+00:00"}
    (clone / RECORD).write_text(json.dumps(record), encoding="utf-8")
    said = say("progress")
    assert "3 of 5 points, 1 of 2 exercises, 1 h 07 min at work" in said
    assert "the first on 04 March 2026" in said


@pytest.mark.slow
@pytest.mark.parametrize(("name", "begins"), [("p.png", b"\x89PNG"), ("deep/p.svg", b"<?xml")])
def test_progress_is_drawn(clone: Path, name: str, begins: bytes) -> None:
    assert f"drawn {Path(name)}" in say("progress", "--output", name)
    assert (clone / name).read_bytes().startswith(begins)


def test_what_is_no_picture_is_refused(clone: Path) -> None:
    assert "p.doc is no picture; call it p.png" in say("progress", "--output", "p.doc")


def test_completion_reads_one_day_only(clone: Path) -> None:
    def complete(line: str) -> list[str]:
        words = line.split(" ")
        variables = {
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(words) - 1),
            "_COURSE_COMPLETE": "bash_complete",
        }
        found = CliRunner().invoke(main, [], prog_name="course", env=variables).output
        return [one.partition(",")[2] for one in found.split()]

    assert "watch" in complete("course w")
    assert complete("course check d") == ["day01"]
    assert complete("course plot day0") == ["day01"]
    assert complete("course hint day01/t") == ["day01/total"]
    assert complete("course hint day01/") == ["day01/total", "day01/Counter.step"]
    assert complete("course check 1/C") == ["1/Counter.step"]
    assert complete("course check day07/") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_every_shell_has_its_script(shell: str) -> None:
    said = CliRunner().invoke(main, ["completion", shell]).output
    assert f"{shell}_complete" in said
    if shutil.which(shell):
        done = subprocess.run([shell, "-n"], input=said, text=True, check=False, capture_output=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_powershell_gives_the_word_apart(monkeypatch: pytest.MonkeyPatch, clone: Path) -> None:
    for line, word, wanted in [
        ("course plot day0", "day0", "day01\tTiny\n"),
        ("course plot ", "", "day01\tTiny\n"),
    ]:
        words = {"COMP_WORDS": line, "COMP_WORD": word, "_COURSE_COMPLETE": "powershell_complete"}
        assert CliRunner().invoke(main, [], prog_name="course", env=words).output == wanted
