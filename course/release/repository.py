"""A release as a folder with a git repository, the same bytes each time it is made from the same source."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from course.errors import CourseError

_WHO = "The authors of the course"
_ADDRESS = "course@example.invalid"
_EPOCH = 315532800  # 1980, the first year that every archive format can hold


def source_date(root: Path) -> int:
    """When the source was last committed, so that a release carries no date of its own making."""
    return int(_ask_git(root, "log", "-1", "--format=%ct") or _EPOCH)


def refuse_dirty(root: Path) -> None:
    """Raise CourseError when the source has changes that are not committed; without git nobody can tell."""
    changed = _ask_git(root, "status", "--porcelain").splitlines()
    if changed:
        others = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise CourseError(
            f"The source has what is not committed: {changed[0][3:]}{others}; commit it, or repeat with "
            "--allow-dirty for a trial. Nothing was written."
        )


def _ask_git(root: Path, *words: str) -> str:
    """What git says of the source; nothing where there is no repository or no git."""
    if shutil.which("git") is None:
        return ""
    done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def refuse_existing(target: Path) -> None:
    """Raise CourseError when something is there already."""
    if target.is_file() or (target.is_dir() and any(target.iterdir())):
        raise CourseError(f"{target} exists and is not empty; give a new folder. Nothing was written.")


def write_repository(
    target: Path, files: Mapping[str, bytes], message: str, date: int, judge: Callable[[Path], None]
) -> str:
    """Write the files and commit them; the number of the commit.

    Everything happens beside ``target``, which appears once ``judge`` has let the finished folder pass.
    """
    refuse_existing(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        for place, content in sorted(files.items()):
            path = beside / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        commit = _commit(beside, message, date)
        judge(beside)
        beside.chmod(0o755)
        if target.exists():
            target.rmdir()
        beside.rename(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return commit


def _commit(folder: Path, message: str, date: int) -> str:
    def git(*words: str) -> str:
        return _git(folder, date, *words)

    git("init", "--quiet", "--template=", "--initial-branch=main")
    git("config", "core.logAllRefUpdates", "false")
    git("add", "--all", "--force")
    git("commit", "--quiet", f"--message={message}")
    git("config", "--unset", "core.logAllRefUpdates")
    (folder / ".git" / "COMMIT_EDITMSG").unlink(missing_ok=True)
    # The index of a commit knows when files were written; one that is read from the tree does not.
    (folder / ".git" / "index").unlink()
    git("read-tree", "HEAD")
    return git("rev-parse", "HEAD").strip()


def _git(folder: Path, date: int, *words: str) -> str:
    """git with nothing of the person who runs it: no configuration, name, hooks or clock."""
    stamp = f"{date} +0000"
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        **{f"GIT_{role}_NAME": _WHO for role in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{role}_EMAIL": _ADDRESS for role in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{role}_DATE": stamp for role in ("AUTHOR", "COMMITTER")},
    }
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise CourseError(
            "git is not installed; a release is a git repository. Install git and repeat."
        ) from None
    if done.returncode:
        raise CourseError(f"git {words[0]} failed for the release: {done.stderr.strip()}.")
    return done.stdout
