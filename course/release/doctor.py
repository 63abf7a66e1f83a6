"""What keeps the course from working on a machine: everything is tried, and what is wrong comes with the next step."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import course
from course.catalog import find_root
from course.errors import CourseError
from course.packages import INSTALL, is_missing
from course.reached import damage
from course.release.manifest import Manifest, digest, read_manifest
from course.strays import LIBRARIES, said_of, standard_names, strays

NAME = "deep-learning-course"
REINSTALL = "pip install --editable ."
LEAST_FREE = 200  # MiB
FETCH_SECONDS = 10
IMPORT_SECONDS = 120
FEW = 3  # files that are named

State = Literal["good", "look", "mend"]


@dataclass(frozen=True)
class Finding:
    """``good``, worth a look, or to be mended; what was looked at, and a sentence with the next step."""

    state: State
    about: str
    said: str


def examine(here: Path) -> Iterator[Finding]:
    """Every finding, as it is made, for a command that was started in the folder ``here``."""
    yield from _python()
    try:
        root = find_root(here)
    except CourseError as error:
        yield Finding("mend", "folder", str(error))
        root = None
    yield from _environment(root)
    yield from _packages()
    yield from _torch()
    if root is not None:
        yield from _files(root, here)
        yield from _disk(root)
        yield from _release(root)
        if said := damage(root):
            yield Finding("look", "record", said)
    yield from _terminal()
    yield from _processors()


def _python() -> Iterator[Finding]:
    from packaging.specifiers import SpecifierSet

    version = ".".join(map(str, sys.version_info[:3]))
    wanted = importlib.metadata.metadata(NAME)["Requires-Python"]
    if version not in SpecifierSet(wanted):
        said = f"this is {version}, and the course needs {wanted}; make `.venv` anew with one of these."
        yield Finding("mend", "Python", said)
    else:
        yield Finding("good", "Python", f"{version}, {sys.executable}")


def _environment(root: Path | None) -> Iterator[Finding]:
    """Whether it is the environment of this folder that is at work, and its programs that the terminal finds."""
    own = None if root is None else root / ".venv"
    activate = (
        ".venv\\Scripts\\activate" if sys.platform == "win32" else "source .venv/bin/activate"
    )  # as the sheet of the first day says it
    if own is not None and own.is_dir() and own.resolve() != Path(sys.prefix).resolve():
        said = f"`course` was started from {sys.prefix}, not from the `.venv` of this folder; `{activate}`."
        yield Finding("mend", "environment", said)
        return
    engine = Path(course.__file__).resolve().parents[1]
    if root is not None and (root / "course").is_dir() and engine != root.resolve():
        said = f"the installed course is that of {engine}; in this folder, `{REINSTALL}`."
        yield Finding("mend", "environment", said)
        return
    found = shutil.which("python") or shutil.which("python3")
    if found is not None and not Path(found).absolute().is_relative_to(Path(sys.prefix).absolute()):
        said = f"it is not active: `python` and `pytest` in this terminal are others ({found}); `{activate}`."
        yield Finding("look", "environment", said)
    else:
        yield Finding("good", "environment", sys.prefix)


def _packages() -> Iterator[Finding]:
    """What the course requires, without what is optional."""
    from packaging.requirements import Requirement

    wrong = []
    for line in importlib.metadata.requires(NAME) or []:
        wanted = Requirement(line)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            there = importlib.metadata.version(wanted.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{wanted.name} is not installed")
            continue
        if there not in wanted.specifier:
            wrong.append(f"{wanted.name} is {there} and should be {wanted.specifier}")
    if wrong:
        yield Finding("mend", "packages", f"{'; '.join(wrong)}. `{REINSTALL}` brings what is right.")
    else:
        yield Finding("good", "packages", "all that the course requires")


def _torch() -> Iterator[Finding]:
    places = sorted(
        f"{one.version} in {Path(str(one.locate_file('')))}"
        for one in importlib.metadata.distributions(name="torch")
    )
    if len(places) > 1:
        said = (
            f"it is there more than once ({'; '.join(places)}); `pip uninstall torch` until none is left, then "
            f"`{INSTALL}`."
        )
        yield Finding("mend", "PyTorch", said)
        return
    if is_missing("torch"):
        said = f"it is not installed; two exercises of day 2 and all days from 11 on need it. `{INSTALL}`."
        yield Finding("look", "PyTorch", said)
        return
    started = time.perf_counter()
    words = [sys.executable, "-P", "-c", "import torch; print(torch.__version__)"]
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, errors="replace", timeout=IMPORT_SECONDS, check=False
        )
        said = (done.stderr.strip().splitlines() or ["without a word"])[-1] if done.returncode else ""
    except subprocess.TimeoutExpired:
        said = f"no answer within {IMPORT_SECONDS} s"
    if said:
        again = f"pip install --force-reinstall --editable {INSTALL.rpartition(' ')[2]}"
        yield Finding("mend", "PyTorch", f"it cannot be imported ({said}); `{again}`.")
    else:
        seconds = time.perf_counter() - started
        yield Finding("good", "PyTorch", f"{done.stdout.strip()}, imported in {seconds:.1f} s")


def _files(root: Path, here: Path) -> Iterator[Finding]:
    """Files that are imported in the place of a library."""
    days = [path for path in root.glob("day*_*") if path.is_dir()]
    looked = list(dict.fromkeys([root, here.resolve(), *sorted(days)]))
    found = [path for folder in looked for path in strays(folder, LIBRARIES | standard_names())]
    for path in found:
        breaks = path.stem in LIBRARIES and path.parent == root
        yield Finding("mend" if breaks else "look", "files", said_of(path, root))
    if not found:
        yield Finding("good", "files", "none has the name of a library")


def _disk(root: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(root).free // 2**20
    try:
        (root / ".course").mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=root / ".course") as file:
            file.write(b"\0" * 65536)
    except OSError as error:
        reason = (error.strerror or "error").lower()
        said = f".course cannot be written ({reason}), so no progress is kept; free some space or mend the permissions."
        yield Finding("mend", "disk", said)
        return
    if free < LEAST_FREE:
        yield Finding("look", "disk", f"only {free} MiB are free; pictures and packages need more.")
    else:
        yield Finding("good", "disk", f"{free // 1024} GiB free" if free >= 1024 else f"{free} MiB free")


def _release(root: Path) -> Iterator[Finding]:
    """Whether tests and engine are as they were released, and of the newest release."""
    try:
        manifest = read_manifest(root)
    except CourseError as error:
        yield Finding("mend", "release", str(error))
        return
    if manifest is None:
        yield Finding("good", "release", "none: this is the source of the course")
        return
    installed = importlib.metadata.version(NAME)
    if installed != manifest.version:
        said = f"this folder is {manifest.version}, what is installed {installed}; `{REINSTALL}`."
        yield Finding("mend", "release", said)
    changed = _changed(root, manifest)
    if changed:
        more = f" and {len(changed) - FEW} more" if len(changed) > FEW else ""
        said = (
            f"{', '.join(changed[:FEW])}{more} changed since the release, so verdicts here may not be those of "
            f"grading; `git checkout -- {' '.join(changed[:FEW])}` brings back what was committed."
        )
        yield Finding("look", "tests", said)
    newest = _newest(root)
    if newest not in ("", manifest.version):
        said = f"this is {manifest.version}, and {newest} is there; `course update` takes it and keeps your work."
        yield Finding("look", "release", said)
    elif installed == manifest.version and not changed:
        yield Finding("good", "release", f"{manifest.version}, tests and engine as they were released")


def _changed(root: Path, manifest: Manifest) -> list[str]:
    """What no student has to change and is not as it was: tests, engine, settings."""

    def is_changed(place: str) -> bool:
        try:
            return digest((root / place).read_bytes()) != manifest.files[place]
        except OSError:
            return True

    settings = ("conftest.py", "course.toml", "pyproject.toml")
    fixed = [one for one in manifest.files if one.startswith(("tests/", "course/")) or one in settings]
    return [place for place in sorted(fixed) if is_changed(place)]


def _newest(root: Path) -> str:
    """The version that the remote ``upstream`` has; empty where it cannot be asked."""
    from course.release.fetching import REMOTE
    from course.release.manifest import PLACE, version_in

    def git(*words: str) -> str:
        try:
            return subprocess.run(
                ["git", "-C", str(root), *words],
                capture_output=True,
                stdin=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=FETCH_SECONDS,
                check=True,
                env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
            ).stdout
        except (OSError, subprocess.SubprocessError):
            return ""

    if not git("remote", "get-url", "--", REMOTE):
        return ""
    git("fetch", "--quiet", "--depth", "1", "--no-tags", REMOTE, "HEAD")
    return version_in(git("show", f"FETCH_HEAD:{PLACE}"))


def _terminal() -> Iterator[Finding]:
    encoding = sys.stdout.encoding or "ascii"
    try:
        "α ∇ ■".encode(encoding)
    except (UnicodeError, LookupError):
        said = f"its encoding is {encoding}, so signs such as those of Greek letters are spelt in words; "
        yield Finding(
            "look", "terminal", said + "set PYTHONUTF8=1 (on Windows `chcp 65001` before) to see them."
        )
    else:
        yield Finding("good", "terminal", f"{encoding}, {shutil.get_terminal_size().columns} columns")


def _processors() -> Iterator[Finding]:
    """Checks use one thread each, whatever the shell says."""
    ours = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    several = f"{ours} processor{'s' * (ours != 1)}, one thread for each check"
    if load > 2 * ours:
        said = f"{several}; {load:.0f} programs want to run, so checks take longer: end what is not needed."
        yield Finding("look", "processors", said)
    else:
        yield Finding("good", "processors", several)
