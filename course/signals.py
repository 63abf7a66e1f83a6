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
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

REQUESTS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
ONE_REQUEST = 1.0  # seconds in which what comes after a first one is the same request
AGAIN = 0.1


class RequestToEndError(KeyboardInterrupt):
    """Somebody wants this process to end; what catches Ctrl-C catches it. ``status`` is the exit status for it."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
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
        ears.over = True
        sys.unraisablehook = unraisable
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


class _Ears:
    """Hears requests, and makes one again that came to nothing: Python and what is written in C let no exception out of
    some places, such as the callbacks at the end of every import.
    """

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._heard = -ONE_REQUEST
        self._raised: weakref.ref[RequestToEndError] | None = None
        self._unraisable = sys.unraisablehook
        self.over = False

    def hear(self, number: int, frame: Any) -> None:
        """The handler of all requests."""
        if os.getpid() != self._owner:  # a fork, which must not unwind what its parent has opened
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        elif time.monotonic() - self._heard >= ONE_REQUEST:
            self._heard = time.monotonic()
            if self._raised is None:
                threading.Thread(target=self._make_again, args=(number,), daemon=True).start()
            error = RequestToEndError(number)
            self._raised = weakref.ref(error)
            try:
                raise error
            finally:
                del error  # the traceback holds this frame: nobody but who handles it may keep it alive

    def _make_again(self, number: int) -> None:
        """While it is on its way somebody holds it. Gone, and the block not left, it was swallowed."""
        while not self.over:
            time.sleep(AGAIN)
            if not self.over and self._raised is not None and self._raised() is None:
                self._heard = -ONE_REQUEST
                os.kill(self._owner, number)

    def swallowed(self, what: Any) -> None:
        """In place of Python's message that an exception was ignored: it will be raised again."""
        if not isinstance(what.exc_value, RequestToEndError):
            self._unraisable(what)


def leave_requests_to_parent() -> None:
    """In a fork or a program of ours: what goes to the whole group is the parent's to hear, who then ends this one."""
    for number in REQUESTS:
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.SIG_IGN)
