"""A training loop that is watched: a bar in a terminal, Ctrl-C after the step, and silence anywhere else."""

from __future__ import annotations

import contextlib
import io
import signal
import threading
from collections.abc import Iterator

import pytest

from course.progress import watched


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
