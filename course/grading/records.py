"""Results on disk: written whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from course.catalog import Course, Day
from course.files import write_atomically


def write_json(path: Path, plain: Any) -> None:
    """Write JSON atomically. Raises CourseError when the disk does not allow it."""
    write_atomically(path, json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def suite_hash(course: Course, days: Iterable[Day]) -> str:
    """One hash of everything that decides a verdict: catalogue, tests and the checking code itself."""
    folders = [course.root / "course", *(course.tests(day) for day in days)]
    files = [
        course.root / "course.toml",
        *(f for folder in folders for f in folder.rglob("*") if f.suffix in (".py", ".toml")),
    ]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(str(file.relative_to(course.root)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def folder_hash(folder: Path, days: Iterable[Day]) -> str:
    """One hash of the files of a submission that are looked at."""
    digest = hashlib.sha256()
    for day in days:
        for file in sorted((folder / day.name).glob("*.py")):
            if file.is_file() and not file.is_symlink():
                digest.update(f"{day.name}/{file.name}".encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()
