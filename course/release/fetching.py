"""Finding the new release: in a folder, an archive, or behind an address that git understands."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course.errors import CourseError, UsageError
from course.release.manifest import PLACE

REMOTE = "upstream"
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")


@contextmanager
def new_release(source: str | None, root: Path) -> Iterator[Path]:
    """The folder of the release that ``source`` names; the remote ``upstream`` when it names none.

    Raises UsageError when there is nothing to take it from, CourseError for what is no release.
    """
    address = source or _remote(root, REMOTE)
    if address is None:
        raise UsageError(
            "Say where the new version is: `course update FROM`, a folder, an archive or an address; or name the "
            f"address once with `git remote add {REMOTE} ADDRESS`."
        )
    path = Path(address)
    if (path / PLACE).is_file():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="course-update-") as place:
        folder = Path(place) / "new"
        if path.is_file() and path.name.endswith(_ARCHIVES):
            _unpack(path, folder)
        else:
            _clone(_remote(root, address) or address, folder)
        yield _top(folder, address)


def _top(folder: Path, address: str) -> Path:
    for place in (folder, *sorted(folder.iterdir())):
        if (place / PLACE).is_file():
            return place
    raise CourseError(f"{address} is no student release: it has no {PLACE}. Nothing was changed.")


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack an archive; places outside the folder, links to the outside and devices are refused."""
    folder.mkdir()
    try:
        if archive.name.endswith(".zip"):
            with zipfile.ZipFile(archive) as file:
                file.extractall(folder)
        else:
            with tarfile.open(archive) as file:
                for member in file:
                    _refuse_what_is_no_file_inside(member, folder)
                file.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.4 brought it
                file.extractall(folder)
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise CourseError(
            f"{archive} cannot be unpacked ({error}); fetch it again. Nothing was changed."
        ) from None


def _refuse_what_is_no_file_inside(member: tarfile.TarInfo, folder: Path) -> None:
    """A release holds files and folders; the first versions of Python 3.11 would unpack a link, and climb, unasked."""
    inside = (folder / member.name).resolve().is_relative_to(folder.resolve())
    if not inside or not (member.isfile() or member.isdir()):
        raise ValueError(f"{member.name} is no file inside it")


def _remote(root: Path, name: str) -> str | None:
    """The address of a remote of the student's clone; None when there is none of that name."""
    if shutil.which("git") is None:
        return None
    words = ["git", "-C", str(root), "remote", "get-url", "--", name]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def _clone(address: str, folder: Path) -> None:
    if shutil.which("git") is None:
        raise CourseError(
            f"There is no folder or archive {address}, and git is not installed. Nothing was changed."
        )
    words = ["git", "clone", "--quiet", "--depth", "1", "--", address, str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CourseError(
            f"{address} is no folder, no archive, and git cannot fetch it ({said}). Nothing was changed."
        )
