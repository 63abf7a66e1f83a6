"""A training loop that is watched: a bar in a terminal, Ctrl-C after the step, and silence anywhere else; and the
finale of a day as a command.
"""

from __future__ import annotations

import contextlib
import io
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.progress import finale, shortened, watched

ROOT = Path(__file__).resolve().parents[2]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def interrupts() -> Iterator[None]:
    """As in a program that somebody started, whatever started the tests."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def loop(stderr: io.StringIO, steps: int, interrupted: int | None = None, times: int = 1) -> list[int]:
    """The steps that were finished."""
    done = []
    with contextlib.redirect_stderr(stderr), watched(steps) as progress:
        for step in progress:
            for _ in range(times if step == interrupted else 0):
                signal.raise_signal(signal.SIGINT)
            progress.set_postfix(loss=f"{step}.5")
            done.append(step)
    return done


def test_in_a_terminal_there_is_a_bar_with_the_loss() -> None:
    terminal = Terminal()
    assert loop(terminal, 3) == [0, 1, 2]
    assert "3/3" in terminal.getvalue()
    assert "loss=2.5" in terminal.getvalue()


def test_ctrl_c_ends_the_loop_after_the_step_and_not_the_program() -> None:
    terminal = Terminal()
    assert loop(terminal, 5, 2) == [0, 1, 2]
    assert "Stopped; going on" in terminal.getvalue()


def test_a_second_ctrl_c_ends_the_program() -> None:
    with pytest.raises(KeyboardInterrupt):
        loop(Terminal(), 5, 2, times=2)


@pytest.mark.parametrize(("steps", "taken"), [(100, 10), (101, 11), (10, 2), (1, 1), (0, 0)])
def test_a_loop_that_is_shortened_ends_early_and_two_steps_are_taken_at_least(steps: int, taken: int) -> None:
    with shortened(0.1):
        assert loop(io.StringIO(), steps) == list(range(taken))
    assert len(loop(io.StringIO(), steps)) == steps


def test_without_a_terminal_nothing_is_printed_and_ctrl_c_is_what_it_always_is() -> None:
    file = io.StringIO()
    assert loop(file, 3) == [0, 1, 2]
    with pytest.raises(KeyboardInterrupt):
        loop(file, 3, 1)
    assert file.getvalue() == ""


def test_a_thread_which_hears_no_signals_has_a_bar_all_the_same() -> None:
    terminal, done = Terminal(), list[int]()
    thread = threading.Thread(target=lambda: done.extend(loop(terminal, 3)))
    thread.start()
    thread.join()
    assert done == [0, 1, 2]
    assert "3/3" in terminal.getvalue()


@pytest.mark.parametrize(("words", "seeds"), [((), 1), (("--seeds", "3"), 3)])
def test_a_finale_is_told_with_the_seeds_that_are_asked_for(
    words: tuple[str, ...], seeds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["finale", *words])
    told: list[int] = []
    assert finale(told.append, __doc__) == 0
    assert told == [seeds]


@pytest.mark.parametrize("asked", ["0", "-2", "many"])
def test_a_finale_without_a_number_of_seeds_is_wrong_usage(
    asked: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["finale", "--seeds", asked])
    with pytest.raises(SystemExit) as ended:
        finale(lambda seeds: pytest.fail("it was told"), __doc__)
    assert ended.value.code == 2
    assert "--seeds" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("script", sorted(ROOT.glob("day*/finale.py")), ids=lambda p: p.parent.name)
def test_a_finale_names_the_exercise_that_is_to_be_written_first(script: Path) -> None:
    command = [sys.executable, "-m", f"{script.parent.name}.finale"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    said = r"[\w.]+ is not written yet\. Write it first; `course status` says what is left\.\n"
    assert re.fullmatch(said, ended.stderr)
