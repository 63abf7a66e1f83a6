"""Checking what was pushed: the job of ``course ci``, on any host.

The course is the one this command belongs to, a release that the work has no part in. Of the work only the modules of
the days, and a project's report and results, are read, as plain files, into a folder of their own: nothing else that
lies in the repository steers anything.
"""

from __future__ import annotations

import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from course.catalog import Course, Day, Selection
from course.errors import CourseError
from course.practice.checking import Done, check_folder
from course.testing.results import RunResult

MAX_FILE = 2**20
MAX_FILES = 100  # of a day
WALLS = ("namespaces", "landlock")
"""One of these must stand between the code and what a runner keeps in its environment and files."""


def check_pushed(
    course: Course,
    work: Path,
    since: str = "",
    *,
    given: Mapping[str, str],
    done: Done = lambda *_: None,
    started: Callable[[Sequence[Selection]], None] = lambda _: None,
) -> RunResult | None:
    """Check, isolated, the days in ``work`` that were begun and have changed since a commit; None when there is none.

    ``given`` has the text of each module as students got it; what it does not have counts as begun. ``since`` may be
    empty, or a commit that is not there, as at the first push of a branch: then every day that was begun is checked.
    """
    if not work.is_dir():
        raise CourseError(f"There is no folder {work}; say with --work where the repository lies.")
    with _staged(course, work, given) as (folder, begun):
        changed = changed_paths(work, since)
        days = [
            day for day in begun if changed is None or any(one.startswith(f"{day.name}/") for one in changed)
        ]
        if not days:
            return None
        return check_folder(
            course,
            [day.name for day in days],
            folder,
            isolated=True,
            seed=None,
            done=done,
            started=started,
            walls=WALLS,
        )


@contextmanager
def _staged(course: Course, work: Path, given: Mapping[str, str]) -> Iterator[tuple[Path, list[Day]]]:
    """A folder with copies of the days' modules, and the days in which something was written."""
    with tempfile.TemporaryDirectory(prefix="course-ci-") as place:
        begun = []
        for day in course.units:
            found = [*_modules(work / day.name), *_texts(work / day.name, day)]
            texts = {f"{day.name}/{path.name}": path.read_bytes() for path in found}
            for name, content in texts.items():
                target = Path(place) / name
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(content)
            if any(_differs(content, given.get(name)) for name, content in texts.items()):
                begun.append(day)
        yield Path(place), begun


def _modules(folder: Path) -> Iterator[Path]:
    """The modules in a day's folder; links and what is too large for one are no modules."""
    if folder.is_symlink() or not folder.is_dir():
        return
    yield from filter(_is_ordinary, sorted(folder.glob("*.py"))[:MAX_FILES])


def _texts(folder: Path, day: Day) -> Iterator[Path]:
    """What a project hands in beside its modules."""
    if folder.is_dir() and not folder.is_symlink():
        yield from (path for name in day.texts if _is_ordinary(path := folder / name))


def _is_ordinary(path: Path) -> bool:
    try:
        about = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(about.st_mode) and about.st_size <= MAX_FILE


def _differs(content: bytes, given: str | None) -> bool:
    return given is None or content.replace(b"\r\n", b"\n") != given.encode()


def changed_paths(work: Path, since: str) -> list[str] | None:
    """What has changed in a repository since a commit; None where that cannot be told."""
    if not since.strip("0") or shutil.which("git") is None:
        return None
    words = [
        "git",
        "-C",
        str(work),
        "-c",
        "core.fsmonitor=false",
        "diff",
        "--name-only",
        "--no-ext-diff",
        "--no-renames",
    ]
    words += ["-z", "--end-of-options", since, "HEAD", "--"]
    done = subprocess.run(words, capture_output=True, check=False)
    if done.returncode:
        return None
    return [name.decode("utf-8", "replace") for name in done.stdout.split(b"\0") if name]
