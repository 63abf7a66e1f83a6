"""The leak gate: looks through everything a release is made of, its git history included, for what is secret.

It reads files and git objects only; nothing of the release is imported or run.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from course.errors import CourseError
from course.release.secrets import Secrets

_CACHES = {"__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"}
_CACHED = {".pyc", ".pyo"}
_PICTURES = {".png", ".jpg", ".jpeg", ".gif"}
_PRIVATE = re.compile(r"(answers_.*|equivalent_mutants)\.\w+|grades\.csv|gradebook\.db")
_STRING_END = re.compile(r'(?<!\\)"(?=\s*[\]},:])')
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{40,}={0,2}\s*")


@dataclass(frozen=True)
class Leak:
    """Where something stands that must not leave, and what it is."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def find_leaks(secrets: Secrets, folder: Path) -> list[Leak]:
    """Every leak in the files below ``folder`` and, when it is a git repository, in any of its objects."""
    leaks: dict[Leak, None] = {}
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if path.is_symlink():
            leaks[Leak(str(place), "a link, which may point anywhere")] = None
        elif path.is_file() and place.parts[:2] not in ((".git", "objects"), (".git", "index")):
            leaks |= dict.fromkeys(_look(secrets, place.as_posix(), path.read_bytes(), place.as_posix()))
    if (folder / ".git").exists():
        for name, content in _git_objects(folder):
            leaks |= dict.fromkeys(_look(secrets, name, content, f"git history, {name}"))
    return list(leaks)


def refuse_leaks(secrets: Secrets, folder: Path) -> None:
    """Raise CourseError, naming the first leaks, when there is one."""
    leaks = find_leaks(secrets, folder)
    if leaks:
        shown = "; ".join(map(str, leaks[:3])) + ("; …" if len(leaks) > 3 else "")
        raise CourseError(
            f"The release would give away what is not for students ({shown}); "
            "nothing was written. Take them out of the source, or mark the test that shows them @hidden."
        )


def _look(secrets: Secrets, name: str, content: bytes, where: str) -> Iterator[Leak]:
    place = PurePosixPath(name)
    if place.suffix in _CACHED or _CACHES & set(place.parts):
        yield Leak(where, "a cache, which holds what was run")
        return
    if "solutions" in place.parts or _PRIVATE.fullmatch(place.name):
        yield Leak(where, "a file of the instructors")
    if b"\0" in content and place.suffix not in _PICTURES:
        yield Leak(where, "a binary file of a kind that no release needs")
    for text in _texts(place.suffix, content):
        for what, shown in secrets.find_in(text).items():
            yield Leak(where, f"{what} ({shown})")


def _texts(suffix: str, content: bytes) -> Iterator[str]:
    """What can be read in a file: its text, and for JSON and notebooks every string in it, decoded."""
    text = content.decode("utf-8", "replace") if b"\0" not in content else content.decode("latin-1")
    if suffix not in (".json", ".ipynb"):
        yield text
    else:
        yield _STRING_END.sub('" § ', text)  # the brackets behind a string are no part of it
        try:
            plain = json.loads(text)
        except ValueError:
            return
        yield from _strings(plain)


def _strings(plain: Any) -> Iterator[str]:
    if isinstance(plain, str):
        yield plain
        if _BASE64.fullmatch(plain):
            try:
                yield base64.b64decode("".join(plain.split()), validate=True).decode("utf-8", "replace")
            except binascii.Error:
                return
    elif isinstance(plain, list):
        if plain and all(isinstance(part, str) for part in plain):
            yield from _strings("".join(plain))  # a notebook keeps a text as a list of lines
        else:
            for part in plain:
                yield from _strings(part)
    elif isinstance(plain, dict):
        for key, value in plain.items():
            yield key
            yield from _strings(value)


def _git_objects(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every blob and message that the repository holds, reachable or not, with its path where it has one."""
    listed = _git(folder, ["rev-list", "--all", "--reflog", "--objects"]).decode("utf-8", "replace")
    names = dict(line.split(" ", 1) for line in listed.splitlines() if " " in line)
    every = _git(folder, ["cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)"])
    kinds = [line.partition(" ") for line in every.decode().splitlines()]
    wanted = [(number, kind) for number, _, kind in kinds if kind != "tree"]
    numbers = "".join(f"{number}\n" for number, _ in wanted).encode()
    output = _git(folder, ["cat-file", "--batch"], numbers)
    at = 0
    for number, kind in wanted:
        head_end = output.index(b"\n", at)
        size = int(output[at:head_end].split()[2])
        content = output[head_end + 1 : head_end + 1 + size]
        at = head_end + 1 + size + 1
        yield names.get(number) or f"{kind} {number[:12]}", content


def _git(folder: Path, words: Sequence[str], given: bytes = b"") -> bytes:
    done = subprocess.run(["git", "-C", str(folder), *words], input=given, capture_output=True, check=False)
    if done.returncode:
        raise CourseError(
            f"git cannot read the history of {folder}: {done.stderr.decode(errors='replace').strip()}."
        )
    return done.stdout
