"""git for repositories that nobody has looked at: objects come in as data, and nothing of them is carried out.

No hook, filter, submodule, LFS download, attribute or configuration of the repository has an effect, for there is never
a work tree. Each command has a clock and a bound on the bytes that it may bring. What the person who runs it has set
up for the network (credentials, proxies, SSH) is used, but nothing is asked for.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from course.errors import CourseError

_LOOKS = 0.05  # seconds between two looks at a running command
_WEIGHS = 0.5  # seconds between two looks at the size of a folder
LONGEST_OUTPUT = 64 * 2**20
SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.attributesFile": os.devnull,
    "fetch.recurseSubmodules": "false",
    "submodule.recurse": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "transfer.bundleURI": "false",
    "credential.interactive": "false",
}


class NotFetchedError(Exception):
    """Why a repository could not be read, in a few words."""


class StoppedError(Exception):
    """Somebody wants the whole collection to end."""


@dataclass(frozen=True)
class Bounds:
    """What one repository may cost: seconds for each command, bytes on the disk. ``stop`` ends all that run."""

    seconds: float = 120
    mib: int = 256
    stop: threading.Event = field(default_factory=threading.Event)


def require_git() -> None:
    """Raises CourseError where git is not installed."""
    if shutil.which("git") is None:
        raise CourseError("git is not installed; install it, then repeat.")


def git(words: Sequence[str], bounds: Bounds, folder: Path | None = None, given: bytes = b"") -> bytes:
    """What git prints. ``folder`` is a repository, which may grow to the bound; ``given`` is its input.

    Raises NotFetchedError when it fails, takes too long or brings too much.
    """
    settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    place = [] if folder is None else ["--git-dir", str(folder)]
    with (
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as said,
        tempfile.TemporaryFile() as fed,
    ):
        fed.write(given)
        fed.seek(0)
        process = subprocess.Popen(
            ["git", *settings, *place, *words],
            stdin=fed,
            stdout=out,
            stderr=said,
            env=_environment(),
            start_new_session=True,  # git's own helpers end with it
        )
        try:
            _watch(process, bounds, folder, lambda: os.fstat(out.fileno()).st_size)
        finally:
            _end(process)
        out.seek(0)
        said.seek(0)
        if process.returncode:
            raise NotFetchedError(reason(said.read(2**16).decode("utf-8", "replace")))
        return out.read()


def _environment() -> dict[str, str]:
    """Nobody is asked for a password, and only the usual ways over the network are taken."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY")
    }
    return kept | {
        "GIT_TERMINAL_PROMPT": "0",
        "GCM_INTERACTIVE": "never",
        "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
        "GIT_SSH_COMMAND": f"{kept.get('GIT_SSH_COMMAND') or _ssh()} -oBatchMode=yes",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
    }


@cache
def _ssh() -> str:
    """What the person has chosen for SSH: the variable would take its place."""
    asked = subprocess.run(["git", "config", "core.sshCommand"], capture_output=True, text=True, check=False)
    return asked.stdout.strip() or "ssh"


def _watch(
    process: subprocess.Popen[bytes], bounds: Bounds, folder: Path | None, printed: Callable[[], int]
) -> None:
    end = time.monotonic() + bounds.seconds
    weighed = time.monotonic()
    while True:
        try:
            process.wait(_LOOKS)
            return
        except subprocess.TimeoutExpired:
            now = time.monotonic()
        if bounds.stop.is_set():
            raise StoppedError
        if now > end:
            raise NotFetchedError(f"no end after {bounds.seconds:g} s")
        if printed() > LONGEST_OUTPUT:
            raise NotFetchedError("more files than a hand-in can have")
        if folder is not None and now - weighed > _WEIGHS:
            weighed = now
            if weight(folder) > bounds.mib * 2**20:
                raise NotFetchedError(f"larger than {bounds.mib} MiB")


def weight(folder: Path) -> int:
    """Bytes of all files in a folder that may be changing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
            except OSError:
                continue
    return total


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


_MEANINGS = {
    "not found": "there is no such repository, or you may not read it",
    "does not appear to be a git repository": "there is no such repository, or you may not read it",
    "does not exist": "there is no such repository, or you may not read it",
    "authentication failed": "it wants a login: set up git's credentials for this host",
    "could not read username": "it wants a login: set up git's credentials for this host",
    "permission denied": "it wants a login: set up git's credentials for this host",
    "could not resolve host": "the host is not known",
    "connection refused": "the host does not answer",
    "couldn't connect": "the host does not answer",
    "failed to connect": "the host does not answer",
    "timed out": "the host does not answer",
    "transport '": "git has no such way over the network",
}


def reason(said: str) -> str:
    """What git complains of, in a few words on one line."""
    low = said.lower()
    for sign, meaning in _MEANINGS.items():
        if sign in low:
            return meaning
    lines = [line for line in said.splitlines() if line.startswith(("fatal:", "error:", "remote:"))]
    first = lines[0].partition(": ")[2] if lines else (said.strip().splitlines() or ["git failed"])[0]
    return "".join(sign if sign.isprintable() else "?" for sign in first)[:200]
