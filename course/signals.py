"""Requests to end a command (Ctrl-C, SIGTERM, a terminal that is closed), heard by the command itself.

What a program finds when it starts depends on who started it: below ``nohup make test &`` Ctrl-C is ignored, and with
it every test and command that is ended so. A request becomes an exception, so that whatever is open is closed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

REQUESTS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
ONE_REQUEST = 1.0  # seconds in which what comes after a first one is the same request
AGAIN = 0.02


class RequestToEndError(KeyboardInterrupt):
    """Somebody wants this process to end; what catches Ctrl-C catches it. ``status`` is the exit status for it."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number
        self.status = 128 + number


@contextmanager
def hear_requests_to_end() -> Iterator[None]:
    """Inside the block a request is raised in the main thread, whatever was inherited.

    Only a SIGHUP that is ignored stays so: that is what ``nohup`` is asked for.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ears = _Ears()
    before = {number: signal.getsignal(number) for number in REQUESTS}
    for number, handler in before.items():
        if not (number == getattr(signal, "SIGHUP", 0) and handler == signal.SIG_IGN):
            signal.signal(number, ears.hear)
    unraisable, sys.unraisablehook = sys.unraisablehook, ears.swallowed
    try:
        yield
    finally:
        sys.unraisablehook = unraisable
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


class _Ears:
    def __init__(self) -> None:
        self._owner = os.getpid()
        self._heard = -ONE_REQUEST
        self._unraisable = sys.unraisablehook

    def hear(self, number: int, frame: Any) -> None:
        """The handler of all requests."""
        if os.getpid() != self._owner:  # a fork, which must not unwind what its parent has opened
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        elif time.monotonic() - self._heard >= ONE_REQUEST:
            self._heard = time.monotonic()
            raise RequestToEndError(number)

    def swallowed(self, what: Any) -> None:
        """It was raised where Python lets no exception out, as in the callbacks at the end of every import: again."""
        if isinstance(what.exc_value, RequestToEndError):
            self._heard = -ONE_REQUEST
            threading.Thread(target=_request, args=(what.exc_value.number,), daemon=True).start()
        else:
            self._unraisable(what)


def _request(number: int) -> None:
    time.sleep(AGAIN)
    os.kill(os.getpid(), number)


def leave_requests_to_parent() -> None:
    """In a fork or a program of ours: what goes to the whole group is the parent's to hear, who then ends this one."""
    for number in REQUESTS:
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.SIG_IGN)
