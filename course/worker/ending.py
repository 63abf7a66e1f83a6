"""Ending processes of our own: none is waited for without a clock, and a silent one says where it stood."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import time

STACK_SECONDS = 1.0
FILES_DO_NOT_FIT = 73  # exit status of an isolated process that could not lay out the files it was given


def signal_name(number: int) -> str:
    """``SIGSEGV`` of 11; the number where it has no name, as the real-time signals."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def tell_stack_when_asked() -> None:
    """From now on this process writes its stack to the standard error when it gets SIGUSR1, whatever it hangs in."""
    if hasattr(faulthandler, "register"):  # not on Windows, where nothing is forked
        faulthandler.register(signal.SIGUSR1, file=2, all_threads=True)


def end_silent(number: int) -> None:
    """Let a process of ours that no longer answers write its stack, then end it."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, signal.SIGUSR1)
        time.sleep(STACK_SECONDS)
        os.kill(number, signal.SIGKILL)


def wait_for_end(number: int, seconds: float) -> int:
    """The exit status of a child, which is killed when it has not ended after this time."""
    until = time.monotonic() + seconds
    pause = 0.001
    while time.monotonic() < until:
        ended, status = os.waitpid(number, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(pause)
        pause = min(2 * pause, 0.05)
    os.kill(number, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
