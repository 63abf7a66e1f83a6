"""Reading archives that were handed in: only the files of the days are read, everything else stays inside, and nothing
is written to the disk.

What an archive is, its first bytes say, whatever its name ends with. Nothing is read before its name, kind and size are
known to be harmless, and sizes are counted while reading, whatever the archive claims. One unsafe entry refuses the
whole archive, by name.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any

from course.grading.claims import Claims, is_work
from course.projects.handing_in import is_no_report

MAX_ENTRIES = 20_000
MAX_FILE = 2**20
MAX_NOTEBOOK = 64 * 2**20  # with the pictures in its outputs
MAX_DEPTH = 12
MAX_PATH = 1000  # bytes of a whole name: all that honest systems make is shorter
_SHOWN = 100


class UnsafeArchiveError(Exception):
    """Why an archive is refused; names the entry."""


@dataclass(frozen=True)
class Found:
    """A file that may be read: its size, as far as is known, and how; ``read`` gives None for what turns out not to
    be there.
    """

    size: int
    read: Callable[[], bytes | None]


@dataclass(frozen=True)
class _Entry:
    name: str
    kind: str  # "file", "folder", or what else it is
    size: int
    open: Callable[[], IO[bytes] | None]

    @property
    def shown(self) -> str:
        """The name as it stands in a message, where it has little room."""
        return repr(self.name) if len(self.name) <= _SHOWN else f"{self.name[:_SHOWN]!r}…"


def largest(name: str) -> int:
    """Bytes that a file of this name may have."""
    return MAX_NOTEBOOK if name.lower().endswith(".ipynb") else MAX_FILE


def look_into(archive: Path, claims: Claims[Found], stack: ExitStack, inside: tuple[str, ...] = ()) -> None:
    """Tell ``claims`` of every file in an archive, which stays open until ``stack`` is left. ``inside`` is the path of
    a folder in its place. Raises UnsafeArchiveError.
    """
    seen: set[tuple[str, ...]] = set()
    with _telling_damage():
        for number, entry in enumerate(_entries(archive, stack), start=1):
            if number > MAX_ENTRIES:
                raise UnsafeArchiveError(f"it has more than {MAX_ENTRIES} entries")
            parts = _safe_parts(entry)
            if entry.kind != "file" or not parts or not is_work(parts[-1]):
                if parts and is_no_report(parts[-1]):  # of which it is said that it is not read
                    claims.add((*inside, *parts), Found(0, lambda: None))
                continue
            if parts in seen:
                raise UnsafeArchiveError(f"it has {entry.shown} twice")
            seen.add(parts)
            taken = claims.add((*inside, *parts), Found(entry.size, partial(_read, entry)))
            if taken and entry.size > largest(entry.name):
                raise UnsafeArchiveError(f"{entry.shown} is larger than {largest(entry.name) >> 20} MiB")


@contextmanager
def _telling_damage() -> Iterator[None]:
    """What the libraries raise for a damaged or a forged archive is written down nowhere."""
    try:
        yield
    except (UnsafeArchiveError, PermissionError):
        raise
    except (NotImplementedError, RuntimeError):  # an unknown compression, or a password
        raise UnsafeArchiveError("it is encrypted or compressed in an unusual way") from None
    except Exception as error:
        raise UnsafeArchiveError(f"it cannot be read ({type(error).__name__})") from None


def _safe_parts(entry: _Entry) -> tuple[str, ...]:
    if len(entry.name.encode("utf-8", "replace")) > MAX_PATH:
        raise UnsafeArchiveError(f"{entry.shown} is too long a name")
    path = PurePosixPath(entry.name.replace("\\", "/"))
    if (
        path.is_absolute()
        or ".." in path.parts
        or (path.parts and ":" in path.parts[0])
        or "\0" in entry.name
    ):
        raise UnsafeArchiveError(f"{entry.shown} points outside the archive")
    if entry.kind not in ("file", "folder"):
        raise UnsafeArchiveError(f"{entry.shown} is {entry.kind}")
    if len(path.parts) > MAX_DEPTH:
        raise UnsafeArchiveError(f"{entry.shown} is nested too deeply")
    return path.parts


# Kinds of archives


def _entries(archive: Path, stack: ExitStack) -> Iterator[_Entry]:
    with archive.open("rb") as file:
        start = file.read(512)
    for sign, entries in _KINDS.items():
        if start.startswith(sign):
            return entries(archive, stack)
    if start.startswith(b"Rar!"):
        raise UnsafeArchiveError("it is a RAR archive, which nobody may read without its maker; ask for .zip")
    if start[257:262] == b"ustar":
        return _tar_entries(archive, stack)
    raise UnsafeArchiveError(
        "it cannot be read (it is none of .zip, .tar, .tar.gz, .tar.bz2, .tar.xz and .7z)"
    )


def _zip_entries(archive: Path, stack: ExitStack) -> Iterator[_Entry]:
    bundle = stack.enter_context(zipfile.ZipFile(archive))
    for info in bundle.infolist():
        kind = "folder" if info.is_dir() else _kind_of(info.external_attr >> 16)
        yield _Entry(info.filename, kind, info.file_size, partial(bundle.open, info))


def _kind_of(mode: int) -> str:
    if mode == 0 or stat.S_ISREG(mode) or stat.S_IFMT(mode) == 0:
        return "file"
    return "a link" if stat.S_ISLNK(mode) else "no ordinary file"


def _tar_entries(archive: Path, stack: ExitStack, open_stream: Any = open) -> Iterator[_Entry]:
    stream = stack.enter_context(open_stream(archive, "rb"))
    counted: Any = _Counted(stream)
    with tarfile.open(fileobj=counted, mode="r|") as bundle:
        for info in bundle:
            kind = "file" if info.isfile() else "folder" if info.isdir() else "no ordinary file"
            if info.issym() or info.islnk():
                kind = "a link"
            # A stream can only be read while its entry is at hand, so the bytes are taken now.
            data = bundle.extractfile(info) if info.isfile() and info.size <= largest(info.name) else None
            held = data.read(largest(info.name) + 1) if data is not None and is_work(info.name) else b""
            yield _Entry(info.name, kind, info.size, partial(io.BytesIO, held))


def _seven_entries(archive: Path, stack: ExitStack) -> Iterator[_Entry]:
    try:
        import py7zr
    except ImportError:
        raise UnsafeArchiveError(
            "it is a 7z archive, for which the grader needs py7zr: `pip install py7zr`, then grade again"
        ) from None
    bundle = stack.enter_context(py7zr.SevenZipFile(archive))
    if bundle.needs_password():
        raise NotImplementedError
    room = _Room()
    wanted = []
    for file in bundle.files:
        kind = "folder" if file.is_directory else "no ordinary file" if file.is_socket else "file"
        if file.is_symlink or file.is_junction:
            kind = "a link"
        if kind == "file" and is_work(file.filename):
            wanted.append(file.filename)
        read = partial(room.unpacked, bundle, wanted, file.filename)
        yield _Entry(file.filename, kind, file.uncompressed or 0, read)


class _Room:
    """The files of a 7z archive in memory: it is one stream, so all that are wanted are unpacked at once."""

    def __init__(self) -> None:
        self._held: dict[str, io.BytesIO] | None = None
        self._left = _Counted.LIMIT

    def unpacked(self, bundle: Any, wanted: list[str], name: str) -> IO[bytes] | None:
        if self._held is None:
            self._held = {}
            bundle.extract(targets=wanted, factory=self)
        held = self._held.get(name)
        return None if held is None else io.BytesIO(held.getvalue())

    def create(self, name: str) -> Any:
        """Called by py7zr for each file that it unpacks."""
        assert self._held is not None
        self._held[name] = _Bounded(self)
        return self._held[name]

    def take(self, size: int) -> None:
        """So many bytes more. Raises UnsafeArchiveError when that is too much."""
        self._left -= size
        if self._left < 0:
            raise UnsafeArchiveError(f"it unpacks to more than {_Counted.LIMIT >> 20} MiB")


class _Bounded(io.BytesIO):
    """A file in memory that ends a bomb."""

    def __init__(self, room: _Room) -> None:
        super().__init__()
        self._room = room

    def write(self, data: Any) -> int:
        self._room.take(len(data))
        return super().write(data)

    def size(self) -> int:
        """Asked by py7zr."""
        return self.getbuffer().nbytes

    def close(self) -> None:
        """The content is still to be read."""


_KINDS: dict[bytes, Callable[[Path, ExitStack], Iterator[_Entry]]] = {
    b"PK": _zip_entries,
    b"\x1f\x8b": partial(_tar_entries, open_stream=gzip.open),
    b"BZh": partial(_tar_entries, open_stream=bz2.open),
    b"\xfd7zXZ\0": partial(_tar_entries, open_stream=lzma.open),
    b"7z\xbc\xaf\x27\x1c": _seven_entries,
}


class _Counted:
    """A decompressed stream that ends a bomb."""

    LIMIT = 512 * 2**20

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._count = 0

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._count += len(data)
        if self._count > self.LIMIT:
            raise UnsafeArchiveError(f"it unpacks to more than {self.LIMIT >> 20} MiB")
        return data


def _read(entry: _Entry) -> bytes:
    with _telling_damage():
        file = entry.open()
        if file is None:
            raise UnsafeArchiveError(f"{entry.shown} cannot be read")
        with file:
            data = file.read(largest(entry.name) + 1)
    if len(data) > largest(entry.name):
        raise UnsafeArchiveError(f"{entry.shown} is larger than it says")
    return data
