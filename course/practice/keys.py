"""Single keys from the terminal, without waiting for Return."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Wait = Callable[[float], str]  # seconds → the key pressed meanwhile, "" for none
CLOSED = "closed"  # the terminal is not there any more

_NAMES = {
    "\r": "enter",
    "\n": "enter",
    "\x1b": "escape",
    "\x7f": "backspace",
    "\b": "backspace",
    "\x04": CLOSED,
}
_SEQUENCES = {
    "A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end",
    "1~": "home", "4~": "end", "5~": "page up", "6~": "page down", "7~": "home", "8~": "end",
}  # fmt: skip
_OF_WINDOWS = {
    "H": "up",
    "P": "down",
    "M": "right",
    "K": "left",
    "G": "home",
    "O": "end",
    "I": "page up",
    "Q": "page down",
}


@contextmanager
def single_keys() -> Iterator[Wait | None]:
    """Read keys inside the block, letters as they are and others by name (``up``, ``enter``); None where there is no
    terminal to read from.
    """
    if not sys.stdin.isatty():
        yield None
    elif sys.platform == "win32":
        yield _windows_key
    else:
        import termios
        import tty

        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)
        waiting: deque[str] = deque()
        tty.setcbreak(terminal, termios.TCSANOW)  # what was typed before is not thrown away
        try:
            yield lambda seconds: _key(terminal, waiting, seconds)
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _key(terminal: int, waiting: deque[str], seconds: float) -> str:
    """The next key; what was typed faster than it is asked for is kept in ``waiting``."""
    import select

    if not waiting:
        ready, _, _ = select.select([terminal], [], [], seconds)
        if not ready:
            return ""
        try:
            data = os.read(terminal, 1024)
        except OSError:
            data = b""
        waiting.extend(keys_in(data.decode("utf-8", "replace")) if data else [CLOSED])
    return waiting.popleft() if waiting else ""


def keys_in(text: str) -> list[str]:
    """What a terminal has sent, as keys; one that is not known is a question mark, as is half of one."""
    keys = []
    while text:
        if text[0] == "\x1b" and text[1:2] in ("[", "O"):
            end = next((n for n, sign in enumerate(text[2:], start=3) if "@" <= sign <= "~"), len(text))
            keys.append(_SEQUENCES.get(text[2:end], "?"))
            text = text[end:]
            continue
        sign, text = text[0], text[1:]
        keys.append(_NAMES.get(sign, sign if sign.isprintable() else "?"))
    return keys


def _windows_key(seconds: float) -> str:
    import msvcrt

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if msvcrt.kbhit():  # type: ignore[attr-defined,unused-ignore]
            sign = str(msvcrt.getwch())  # type: ignore[attr-defined,unused-ignore]
            if sign in ("\0", "\xe0"):
                return _OF_WINDOWS.get(str(msvcrt.getwch()), "?")  # type: ignore[attr-defined,unused-ignore]
            return keys_in(sign)[0]
        time.sleep(0.01)
    return ""
