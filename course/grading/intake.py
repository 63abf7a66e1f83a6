"""What was handed in: one submission per student, as a folder or an archive, looked at but never trusted
and never changed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from course.catalog import Day
from course.errors import CourseError
from course.grading.archives import SUFFIXES, UnsafeArchiveError, stem, unpack

IGNORED = (".DS_Store", "__pycache__", ".ipynb_checkpoints")


@dataclass(frozen=True)
class Submission:
    """One student's folder. ``note`` says what a member of staff should know about it (may be empty).

    A ``refused`` one was unsafe to unpack: its checks end as rejected, and the note says why.
    """

    student: str
    folder: Path
    note: str = ""
    refused: bool = False


def find_submissions(folder: Path, days: Sequence[Day], workspace: Path) -> list[Submission]:
    """The submissions in ``folder``, in the order of the names. Raises CourseError when they cannot be
    read.

    The folder holds one folder (or ``.zip``, ``.tar.gz``) per student with day folders in it, as in a clone of the
    course; nbgrader's ``submitted/<student>/<assignment>`` has the same form when the assignments are called
    like the days. Archives are unpacked below ``workspace``.
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
    students = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
    archives = [
        entry for entry in entries if entry.is_file(follow_symlinks=False) and entry.name.endswith(SUFFIXES)
    ]
    if not students and not archives:
        raise CourseError(
            f"There is no submission in {folder}; it must hold one folder or archive per student."
        )
    _refuse_duplicates([entry.name for entry in students] + [stem(entry.name) for entry in archives])
    submissions = [_submission(entry.name, Path(entry.path), days) for entry in students]
    submissions += [_unpacked(Path(entry.path), days, workspace) for entry in archives]
    return sorted(submissions, key=lambda submission: submission.student)


def _unpacked(archive: Path, days: Sequence[Day], workspace: Path) -> Submission:
    student = stem(archive.name)
    target = workspace / student
    target.mkdir(parents=True)
    try:
        unpack(archive, [day.name for day in days], target)
    except UnsafeArchiveError as why:
        shutil.rmtree(target)
        target.mkdir()
        return Submission(student, target, f"{archive.name} was refused: {why}", refused=True)
    return _submission(student, target, days)


def _refuse_duplicates(names: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        key = name.casefold()
        if key in seen:
            raise CourseError(
                f"Two submissions have the same name but for its case, {seen[key]!r} and {name!r}; rename one of them."
            )
        seen[key] = name


def _submission(student: str, folder: Path, days: Sequence[Day]) -> Submission:
    if not os.access(folder, os.R_OK | os.X_OK):
        return Submission(student, folder, "the folder cannot be read")
    known = [
        day.name
        for day in days
        if any((folder / day.name / f"{module}.py").is_file() for module in day.modules)
    ]
    if not known:
        wanted = f"{days[0].name}/{days[0].modules[0]}.py"
        return Submission(student, folder, f"no known file in it, such as {wanted}")
    return Submission(student, folder)
