"""``.course/release.json``: what a student release is made of, kept in it so that an update knows the old text.

It holds the version, the digest of every file, the changelog, and the text of every file that students write in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from course.errors import CourseError

PLACE = ".course/release.json"
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """One release: ``files`` maps every path to its digest, ``work`` those that students write in to their
    text, ``changes`` lists version and text, newest first.
    """

    course: str
    version: str
    files: Mapping[str, str]
    work: Mapping[str, str]
    changes: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> str:
        plain = {
            "format": FORMAT,
            "course": self.course,
            "version": self.version,
            "changes": [list(change) for change in self.changes],
            "files": dict(sorted(self.files.items())),
            "work": dict(sorted(self.work.items())),
        }
        return json.dumps(plain, indent=1, ensure_ascii=False) + "\n"

    def changes_since(self, version: str) -> list[tuple[str, str]]:
        """What is new for somebody who has ``version``; of this version alone when that one is not listed."""
        versions = [name for name, _ in self.changes]
        if self.version not in versions:
            return []
        start = versions.index(self.version)
        end = versions.index(version) if version in versions else start + 1
        return list(self.changes[start:end])


def digest(content: bytes) -> str:
    """What a file's content is recognised by, whatever its line ends."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def read_manifest(root: Path) -> Manifest | None:
    """The manifest of the release in this folder; None when there is none.

    Raises CourseError for one that cannot be read, or that names a place outside the folder.
    """
    path = root / PLACE
    if not path.is_file():
        return None
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        if plain["format"] != FORMAT:
            raise CourseError(
                f"{path} was written by another generation of the course's tool; take that release by hand."
            )
        manifest = Manifest(
            _text(plain["course"]),
            _text(plain["version"]),
            {_place(name): _text(value) for name, value in plain["files"].items()},
            {_place(name): _text(value) for name, value in plain["work"].items()},
            tuple((_text(version), _text(text)) for version, text in plain["changes"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise CourseError(
            f"{path} cannot be read; bring it back with `git checkout -- {PLACE}` in that folder."
        ) from None
    return manifest


def version_in(text: str) -> str:
    """The version of the release whose record this is; empty for what is none."""
    try:
        return _text(json.loads(text)["version"])
    except (ValueError, KeyError, TypeError):
        return ""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


def _place(name: str) -> str:
    """A path inside the release, never one that leaves it or reaches into git's own folder."""
    parts = PurePosixPath(name).parts
    if not parts or "\\" in name or ":" in name or name.startswith("/") or {"..", ".git"} & set(parts):
        raise ValueError(f"no place inside a release: {name!r}")
    return name
