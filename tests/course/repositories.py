"""Repositories of a class, made here, and two ways to reach them over the network of this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_NOBODY = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    **{
        f"GIT_{role}_{what}": "ada@example.invalid"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    },
}


def git(folder: Path, *words: str, when: str = "2025-11-30T12:00:00+00:00", given: bytes = b"") -> str:
    """git with nothing of the person who runs the tests."""
    dates = {f"GIT_{role}_DATE": when for role in ("AUTHOR", "COMMITTER")}
    done = subprocess.run(
        ["git", "-C", str(folder), *words],
        env={**os.environ, **_NOBODY, **dates},
        input=given,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()


def new_fork(place: Path, *, branch: str = "main", bare: bool = True) -> Path:
    """An empty repository that may be asked for any commit, as those of GitHub and GitLab."""
    place.mkdir(parents=True)
    git(place, "init", "--quiet", "--template=", f"--initial-branch={branch}", *(["--bare"] if bare else []))
    git(place, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(place, "config", "uploadpack.allowFilter", "true")
    return place


def push(
    fork: Path,
    files: Mapping[str, bytes | str],
    when: str,
    *,
    branch: str = "main",
    parent: str | None = "tip",
) -> str:
    """A commit with these files on a branch; with ``parent`` None one without a past, as after a forced push."""
    index = {"GIT_INDEX_FILE": str(fork / "index.test")}
    entries = []
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        blob = git(fork, "hash-object", "-w", "--stdin", given=data)
        entries.append(f"100644 {blob}\t{name}\0")
    return commit_entries(fork, entries, when, branch=branch, parent=parent, environment=index)


def commit_entries(
    fork: Path,
    entries: list[str],
    when: str,
    *,
    branch: str = "main",
    parent: str | None = "tip",
    environment: Mapping[str, str] | None = None,
) -> str:
    """The same for entries of an index as git writes them: links, submodules."""
    (fork / "index.test").unlink(missing_ok=True)
    subprocess.run(
        ["git", "-C", str(fork), "update-index", "-z", "--add", "--index-info"],
        env={**os.environ, **_NOBODY, "GIT_INDEX_FILE": str(fork / "index.test"), **(environment or {})},
        input="".join(entries).encode(),
        check=True,
    )
    tree = subprocess.run(
        ["git", "-C", str(fork), "write-tree", "--missing-ok"],
        env={**os.environ, **_NOBODY, "GIT_INDEX_FILE": str(fork / "index.test")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    (fork / "index.test").unlink()
    tip = subprocess.run(
        ["git", "-C", str(fork), "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    before = ["-p", tip] if parent and tip else []
    commit = git(fork, "commit-tree", tree, *before, "-m", "work", when=when)
    git(fork, "update-ref", f"refs/heads/{branch}", commit)
    return commit


@contextmanager
def served(folder: Path, *, dumb: bool = False) -> Iterator[str]:
    """The address below which the repositories of a folder are reached: by git's own program for web servers, or as
    plain files.
    """

    class Smart(_Backend):
        root = folder

    class Dumb(SimpleHTTPRequestHandler):
        def __init__(self, *words: object) -> None:
            super().__init__(*words, directory=str(folder))  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            """Nothing on the screen of the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Dumb if dumb else Smart)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Backend(BaseHTTPRequestHandler):
    """``git http-backend`` behind a web server, which has to hand over what CGI asks for."""

    root: Path

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _answer(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        about = {
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "somebody",  # who may push
        }
        said = subprocess.run(
            ["git", "http-backend"],
            env={**os.environ, **_NOBODY, **about},
            input=body,
            capture_output=True,
            check=False,
        ).stdout
        head, _, content = said.partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.send_response(int(lines.pop("Status", "200").split()[0]))
        for name, value in lines.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing on the screen of the tests."""


GIT = shutil.which("git")
