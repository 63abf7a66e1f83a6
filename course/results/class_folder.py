"""Where the hand-ins of a class lie, and which of the files there is one."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from course.catalog import Course
from course.errors import CourseError

SUFFIXES = (".zip", ".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".7z", ".rar")
SUBMITTED = "submitted"
_NBGRADERS = (SUBMITTED, "source", "release", "autograded", "feedback")  # folders of a course of nbgrader's


def refuse_one_students(folder: Path, course: Course) -> None:
    """Raise CourseError where a folder that should be a class's holds a day itself, and so is one student's."""
    days = [day.name for day in course.units]
    if folder.resolve() != course.root.resolve() and any(_is_a_day(folder / day) for day in days):
        raise CourseError(
            f"{folder} holds day folders itself, so it is one student's; give the folder that holds it, or a folder "
            f"of its own: `mkdir class && cp -r {folder} class/`."
        )


def _is_a_day(place: Path) -> bool:
    """Whether this is a day's folder and not that of a student with such a name, who has folders in it."""
    return place.is_dir() and any(place.glob("*.py"))


def class_folder(folder: Path, course: Course) -> Path:
    """The folder that holds one folder or archive per student: the given one, or nbgrader's ``submitted`` in it.

    A student may be called ``submitted`` too. So it is nbgrader's only where it holds no work of a day itself and no
    other student lies beside it: else one hand-in would take the place of the whole class. The course itself, which
    may lie there too, is nobody's.
    """
    inner, own, days = folder / SUBMITTED, course.root.resolve(), [day.name for day in course.units]
    if not inner.is_dir() or _holds_a_day(inner, days):
        return folder
    try:
        with os.scandir(folder) as beside:
            others = any(
                _is_a_students(entry, days)
                for entry in beside
                if entry.name not in _NBGRADERS and Path(entry.path).resolve() != own
            )
    except PermissionError:
        return folder  # whoever reads it says so
    return folder if others else inner


def _is_a_students(entry: os.DirEntry[str], days: Collection[str]) -> bool:
    return is_archive(entry.name) if entry.is_file() else _holds_a_day(Path(entry.path), days)


def _holds_a_day(folder: Path, days: Collection[str]) -> bool:
    return any(os.path.lexists(folder / day) for day in days)


def is_archive(name: str) -> bool:
    """Whether a file of this name is taken for an archive; Windows also writes ``.ZIP``."""
    return name.lower().endswith(SUFFIXES)


def stem_of(entry: str) -> str:
    """What a folder or an archive is called, the latter without its ending."""
    return stem(entry) if is_archive(entry) else entry


def stem(name: str) -> str:
    """The student's name: the archive's without its suffix, unless nothing would be left."""
    suffix = next(suffix for suffix in SUFFIXES if name.lower().endswith(suffix))
    rest = name[: -len(suffix)]
    return rest if rest.strip(".") else name
