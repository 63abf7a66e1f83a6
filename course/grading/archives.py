"""Reading ``.zip`` and ``.tar.gz`` submissions: only the files of the days are read, everything else stays
inside, and nothing is written to the disk.

Nothing is read before its name, kind and size are known to be harmless, and sizes are counted while
reading, whatever the archive claims. One unsafe entry refuses the whole archive, by name.
"""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any

MAX_ENTRIES = 20_000
MAX_FILE = 2**20
MAX_NOTEBOOK = 16 * 2**20  # with the pictures in its outputs
MAX_DEPTH = 12
MAX_PATH = 1000  # bytes of a whole name: all that honest systems make is shorter
_SHOWN = 100
TAKEN = (".py", ".ipynb")


class UnsafeArchiveError(Exception):
    """Why an archive is refused; names the entry."""


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
    return MAX_NOTEBOOK if name.endswith(".ipynb") else MAX_FILE


def read_archive(
    archive: Path, days: Sequence[str], takes: Callable[[str, int], bool] = lambda place, size: True
) -> dict[str, bytes]:
    """The days' files by relative name, as far as ``takes`` wants a file of this name and size. Raises
    UnsafeArchiveError.
    """
    try:
        return {place: _read(entry) for place, entry in _wanted(archive, days) if takes(place, entry.size)}
    except (UnsafeArchiveError, PermissionError):
        raise
    except (NotImplementedError, RuntimeError):  # an unknown compression, or a password
        raise UnsafeArchiveError("it is encrypted or compressed in an unusual way") from None
    except (
        Exception
    ) as error:  # what the libraries raise for a damaged or a forged one is not written down anywhere
        raise UnsafeArchiveError(f"it cannot be read ({type(error).__name__})") from None


def _wanted(archive: Path, days: Sequence[str]) -> Iterator[tuple[str, _Entry]]:
    """Entries of the form ``[folder/…/]<day>/<name>.py`` with their place; every entry is judged."""
    seen: dict[str, _Entry] = {}
    entries = _zip_entries(archive) if archive.name.lower().endswith(".zip") else _tar_entries(archive)
    for number, entry in enumerate(entries, start=1):
        if number > MAX_ENTRIES:
            raise UnsafeArchiveError(f"it has more than {MAX_ENTRIES} entries")
        parts = _safe_parts(entry)
        if entry.kind != "file" or len(parts) < 2 or parts[-2] not in days or not parts[-1].endswith(TAKEN):
            continue
        if entry.size > largest(entry.name):
            raise UnsafeArchiveError(f"{entry.shown} is larger than {largest(entry.name) >> 20} MiB")
        place = f"{parts[-2]}/{parts[-1]}"
        other = seen.setdefault(place.casefold(), entry)
        if other is not entry:
            raise UnsafeArchiveError(f"{other.shown} and {entry.shown} claim the same place")
        yield place, entry


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


def _zip_entries(archive: Path) -> Iterator[_Entry]:
    with zipfile.ZipFile(archive) as bundle:
        for info in bundle.infolist():
            mode = info.external_attr >> 16
            kind = "folder" if info.is_dir() else _kind_of(mode)
            yield _Entry(info.filename, kind, info.file_size, partial(bundle.open, info))


def _kind_of(mode: int) -> str:
    if mode == 0 or stat.S_ISREG(mode) or stat.S_IFMT(mode) == 0:
        return "file"
    return "a link" if stat.S_ISLNK(mode) else "no ordinary file"


def _tar_entries(archive: Path) -> Iterator[_Entry]:
    with gzip.open(archive) as stream:
        counted: Any = _Counted(stream)
        yield from _tar_stream(counted)


def _tar_stream(counted: Any) -> Iterator[_Entry]:
    with tarfile.open(fileobj=counted, mode="r|") as bundle:
        for info in bundle:
            kind = "file" if info.isfile() else "folder" if info.isdir() else "no ordinary file"
            if info.issym() or info.islnk():
                kind = "a link"
            # A stream can only be read while its entry is at hand, so the bytes are taken now.
            data = bundle.extractfile(info) if info.isfile() and info.size <= largest(info.name) else None
            held = (
                data.read(largest(info.name) + 1) if data is not None and info.name.endswith(TAKEN) else b""
            )
            yield _Entry(info.name, kind, info.size, partial(io.BytesIO, held))


class _Counted:
    """A decompressed stream that ends a bomb."""

    LIMIT = 512 * 2**20

    def __init__(self, stream: gzip.GzipFile) -> None:
        self._stream = stream
        self._count = 0

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._count += len(data)
        if self._count > self.LIMIT:
            raise UnsafeArchiveError(f"it unpacks to more than {self.LIMIT >> 20} MiB")
        return data


def _read(entry: _Entry) -> bytes:
    file = entry.open()
    if file is None:
        raise UnsafeArchiveError(f"{entry.shown} cannot be read")
    try:
        data = file.read(largest(entry.name) + 1)
    finally:
        file.close()
    if len(data) > largest(entry.name):
        raise UnsafeArchiveError(f"{entry.shown} is larger than it says")
    return data
