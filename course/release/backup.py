"""A copy of a student's work before an update touches it: a git ref of everything, and a folder of what changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDER = ".course/backup"


@dataclass(frozen=True)
class Backup:
    """Where the copy is; ``ref`` is None where there is no git."""

    folder: Path
    ref: str | None


def back_up(root: Path, places: Iterable[str], stamp: str) -> Backup:
    """Copy the files at ``places`` to a folder of their own, and all that git would track to a ref."""
    folder = root / FOLDER / stamp
    for place in places:
        path = root / place
        if path.is_file():
            target = folder / place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    return Backup(folder, _back_up_to_git(root, f"refs/course/backup/{stamp}"))


def _back_up_to_git(root: Path, ref: str) -> str | None:
    """A commit of the folder as it is, changes and new files included; index, branch and files stay as they are."""
    if shutil.which("git") is None:
        return None
    with tempfile.TemporaryDirectory(prefix="course-index-") as place:
        who = {
            f"GIT_{role}_{part}": "course update"
            for role in ("AUTHOR", "COMMITTER")
            for part in ("NAME", "EMAIL")
        }
        environment = {**os.environ, "GIT_INDEX_FILE": str(Path(place) / "index"), **who}

        def git(*words: str) -> str | None:
            command = ["git", "-C", str(root), *words]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            return done.stdout.strip() if done.returncode == 0 else None

        head = git("rev-parse", "--verify", "--quiet", "HEAD")
        if head is not None:
            git("read-tree", "HEAD")
        if git("add", "--all") is None or (tree := git("write-tree")) is None:
            return None
        parents = ["-p", head] if head else []
        commit = git("commit-tree", tree, *parents, "-m", "As it was before course update")
        if commit is None or git("update-ref", ref, commit) is None:
            return None
    return ref
