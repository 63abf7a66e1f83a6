"""Writing files whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any

from course.errors import CourseError

_HALF = ".half"


def sweep(folder: Path) -> None:
    """Remove what processes that have been killed were just writing into a folder."""
    for path in folder.glob(f".*{_HALF}"):
        number = path.name.split(".")[-3:][0]
        if number.isdecimal() and not _runs(int(number)):
            path.unlink(missing_ok=True)


@contextmanager
def alone_in(folder: Path, otherwise: str, *, patience: float = 0.0) -> Iterator[None]:
    """Keep other processes that ask for the same away from a folder, which is made where it is missing. Raises
    CourseError with the sentence ``otherwise`` where one of them is still there after ``patience`` seconds. A process
    that is killed lets go.
    """
    try:
        import fcntl
    except ImportError:  # Windows: there is no grading
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("a")
    except OSError:  # whoever writes there says why it cannot
        yield
        return
    with lock:
        until = time.monotonic() + patience
        while not _is_locked(fcntl, lock):
            if time.monotonic() >= until:
                raise CourseError(otherwise)
            time.sleep(0.01)
        yield


def _is_locked(fcntl: Any, lock: IO[str]) -> bool:
    """Lock the file unless another process holds it. On a file system without locks everybody is alone."""
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def _runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except OSError as error:  # such as: it runs, but belongs to somebody else
        return not isinstance(error, ProcessLookupError)
    return True


def write_atomically(path: Path, text: str) -> None:
    """Write a whole file or leave the old one. Raises CourseError when the disk or the permissions do not
    allow it.
    """
    with replacing(path) as file:
        file.write(text)


def write_bytes_atomically(path: Path, data: bytes) -> None:
    """The same for what is no text."""
    with _taking_the_place_of(path) as handle, os.fdopen(handle, "wb") as file:
        file.write(data)


def write_json(path: Path, plain: Any) -> None:
    """Write JSON atomically, in lines for people. Raises CourseError when the disk does not allow it."""
    write_atomically(path, _in_lines(plain, "") + "\n")


def _in_lines(plain: Any, indent: str) -> str:
    """JSON with a line for each part that has no parts of its own: a test is one line. ``json.dumps`` with its own
    ``indent`` is written in Python and takes five times as long.
    """
    parts = plain.values() if type(plain) is dict else plain if type(plain) is list else ()
    if not any(type(part) in (dict, list) for part in parts):
        return _JSON.encode(plain)
    more = indent + " "
    if type(plain) is dict:
        lines = [f"{more}{_key(str(key))}: {_in_lines(part, more)}" for key, part in plain.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    return "[\n" + ",\n".join(more + _in_lines(part, more) for part in plain) + f"\n{indent}]"


_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_key = lru_cache(maxsize=1000)(_JSON.encode)  # a few dozen words, thousands of times


@contextmanager
def replacing(path: Path) -> Iterator[TextIOWrapper]:
    """A file to write a long text into piece by piece; it takes the place of ``path`` when the block ends well.

    Raises CourseError when the disk or the permissions do not allow it.
    """
    with (
        _taking_the_place_of(path) as handle,
        # Half a surrogate pair, which student code may return, is written as an escape: in JSON the same text.
        os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file,
    ):
        yield file


@contextmanager
def _taking_the_place_of(path: Path) -> Iterator[int]:
    """The descriptor of a file beside ``path``, to be closed in the block."""
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.{os.getpid()}.", suffix=_HALF)
        try:
            yield handle
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise CourseError(
            f"{path} cannot be written ({error.strerror}); free some space or choose another folder."
        ) from None
