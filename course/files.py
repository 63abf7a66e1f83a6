"""Writing files whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

from course.errors import CourseError

_HALF = ".half"


def sweep(folder: Path) -> None:
    """Remove what processes that have been killed were just writing into a folder."""
    for path in folder.glob(f".*{_HALF}"):
        number = path.name.split(".")[-3:][0]
        if number.isdecimal() and not _runs(int(number)):
            path.unlink(missing_ok=True)


@contextmanager
def alone_in(folder: Path, otherwise: str) -> Iterator[None]:
    """Keep other processes that ask for the same away from a folder, which is made where it is missing. Raises
    CourseError with the sentence ``otherwise`` where one of them is there. A process that is killed lets go.
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
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CourseError(otherwise) from None
        except OSError:  # a file system without locks
            pass
        yield


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
