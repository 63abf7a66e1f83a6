"""What was handed in: one submission per student, looked at but never trusted and never changed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from course.catalog import Day
from course.errors import CourseError

ARCHIVES = (".zip", ".tar.gz", ".tgz")
IGNORED = (".DS_Store", "__pycache__", ".ipynb_checkpoints")


@dataclass(frozen=True)
class Submission:
    """One student's folder. ``note`` says what a member of staff should know about it (may be empty)."""

    student: str
    folder: Path
    note: str = ""


def find_submissions(folder: Path, days: Sequence[Day]) -> list[Submission]:
    """The submissions in ``folder``, in the order of the names. Raises CourseError when they cannot be read.

    The folder holds one folder per student with day folders in it, as in a clone of the course; nbgrader's
    ``submitted/<student>/<assignment>`` has the same form when the assignments are called like the days.
    """
    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder}; give the folder that holds one folder per student.")
    if (folder / "submitted").is_dir():
        folder = folder / "submitted"
    try:
        found = [
            entry
            for entry in os.scandir(folder)
            if not entry.name.startswith(".") and entry.name not in IGNORED
        ]
    except PermissionError:
        raise CourseError(f"The folder {folder} cannot be read; ask for the permission to read it.") from None
    entries = sorted(found, key=lambda entry: entry.name)
    archives = [entry.name for entry in entries if entry.name.endswith(ARCHIVES)]
    if archives:
        raise CourseError(
            f"{archives[0]} is an archive, which is not unpacked yet; unpack it into a folder of the student's name."
        )
    students = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
    if not students:
        raise CourseError(f"There is no submission in {folder}; it must hold one folder per student.")
    _refuse_duplicates([entry.name for entry in students])
    return [_submission(Path(entry.path), days) for entry in students]


def _refuse_duplicates(names: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        key = name.casefold()
        if key in seen:
            raise CourseError(
                f"Two submissions have the same name but for its case, {seen[key]!r} and {name!r}; rename one of them."
            )
        seen[key] = name


def _submission(folder: Path, days: Sequence[Day]) -> Submission:
    if not os.access(folder, os.R_OK | os.X_OK):
        return Submission(folder.name, folder, "the folder cannot be read")
    known = [
        day.name
        for day in days
        if any((folder / day.name / f"{module}.py").is_file() for module in day.modules)
    ]
    if not known:
        wanted = f"{days[0].name}/{days[0].modules[0]}.py"
        return Submission(folder.name, folder, f"no known file in it, such as {wanted}")
    return Submission(folder.name, folder)
