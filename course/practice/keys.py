"""Single keys from the terminal, without waiting for Return."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Wait = Callable[[float], str]  # seconds → the key pressed meanwhile, "" for none
END = "q"  # what a closed terminal is taken for


@contextmanager
def single_keys() -> Iterator[Wait | None]:
    """Read keys inside the block; None where there is no terminal to read from."""
    if not sys.stdin.isatty():
        yield None
    elif sys.platform == "win32":
        yield _windows_key
    else:
        import termios
        import tty

        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)
        tty.setcbreak(terminal)
        try:
            yield lambda seconds: _key(terminal, seconds)
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _key(terminal: int, seconds: float) -> str:
    import select

    ready, _, _ = select.select([terminal], [], [], seconds)
    if not ready:
        return ""
    try:
        return os.read(terminal, 1).decode("ascii", "ignore") or END
    except OSError:
        return END


def _windows_key(seconds: float) -> str:
    import msvcrt

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if msvcrt.kbhit():  # type: ignore[attr-defined,unused-ignore]
            return str(msvcrt.getwch())  # type: ignore[attr-defined,unused-ignore]
        time.sleep(0.01)
    return ""
