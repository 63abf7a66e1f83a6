"""One repository: its commit at a time, and the files of it in which work may be.

Where the server has told when it received what, the last push by then counts. Elsewhere the newest commit that says of
itself that it is from before; whoever reads the result is told that its author chose that time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from course.forks.git import Bounds, NotFetchedError, git, weight
from course.forks.pushes import Push, until
from course.grading.archives import MAX_DEPTH, MAX_ENTRIES, MAX_NOTEBOOK, largest
from course.grading.claims import is_passed_by, is_work
from course.grading.intake import STEERING

DEPTHS = (1, 50, 1000)  # then all
MOST_BYTES = 128 * 2**20  # of one hand-in
MOST_PUSHES = 100  # that are looked at to find out when a day was last changed
TIP = "refs/collected/tip"
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
BY_ITSELF = "by the commit's own date, which its author chose"


@dataclass(frozen=True)
class Taken:
    """What was in a repository at a time; ``commit`` is empty where there was nothing.

    ``pushed`` is the server's time of the push, None where it has not told; ``days`` are the times at which each day's
    folder became what it is, by the server.
    """

    branch: str = ""
    commit: str = ""
    committed: datetime | None = None
    pushed: datetime | None = None
    days: tuple[tuple[str, datetime], ...] = ()
    files: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()


def take(
    address: str,
    mirror: Path,
    at: datetime,
    bounds: Bounds,
    *,
    branch: str = "",
    pushes: Sequence[Push] | None = None,
    days: Sequence[str] = (),
) -> Taken:
    """What was in the repository ``address`` at a time, through ``mirror``, a bare repository here that is kept.

    Raises NotFetchedError with the reason, in a few words.
    """
    branch, notes = _branch(address, branch, bounds)
    if not branch:
        return Taken(notes=tuple(notes))
    if not (mirror / "HEAD").is_file():
        git(["init", "--bare", "--quiet", "--template=", str(mirror)], bounds)
    fork = _Fork(address, mirror, branch, bounds)
    if pushes is not None:
        chosen, pushed, dated = _last_push(fork, until(pushes, at), days, notes)
    else:
        chosen, pushed, dated = _last_commit(fork, at), None, ()
        notes.append(BY_ITSELF)
    if not chosen:
        return Taken(branch, notes=("nothing was there by then",))
    files, left = _files(mirror, chosen, bounds)
    committed = _dates(fork, chosen)[0][1]
    return Taken(branch, chosen, committed, pushed, dated, files, (*notes, *left))


@dataclass(frozen=True)
class _Fork:
    address: str
    mirror: Path
    branch: str
    bounds: Bounds

    def fetch(self, *what: str, depth: int | None) -> None:
        """Bring objects, without large ones where the server can leave them out."""
        words = ["fetch", "--quiet", "--no-tags", "--force", "--no-recurse-submodules"]
        words += ["--no-auto-maintenance", "--no-write-fetch-head", f"--filter=blob:limit={MAX_NOTEBOOK + 1}"]
        how = [f"--depth={depth}"] if depth else ["--unshallow"] if self.shallow else []
        try:
            self._git(*words, *how, "--", self.address, *what)
        except NotFetchedError as why:
            if "shallow" not in str(why):
                raise
            self._git(
                *words, "--", self.address, *what
            )  # a plain folder behind a web server gives all or nothing
        if weight(self.mirror) > self.bounds.mib * 2**20:
            raise NotFetchedError(f"larger than {self.bounds.mib} MiB")

    @property
    def shallow(self) -> bool:
        return (self.mirror / "shallow").is_file()

    def has(self, commit: str) -> bool:
        try:
            self._git("cat-file", "-e", f"{commit}^{{commit}}")
        except NotFetchedError:
            return False
        return True

    def tree(self, commit: str, folder: str) -> str:
        """The hash of a folder at a commit; empty where there is none."""
        try:
            return self._git("rev-parse", "--verify", "--quiet", f"{commit}:{folder}").decode().strip()
        except NotFetchedError:
            return ""

    def _git(self, *words: str) -> bytes:
        return git(words, self.bounds, self.mirror)


def _branch(address: str, wanted: str, bounds: Bounds) -> tuple[str, list[str]]:
    """The branch that counts: the one asked for, else the server's default one, else the only one. Empty where the
    repository is.
    """
    if address.startswith("-"):
        raise NotFetchedError("that is no address")
    said = git(["ls-remote", "--symref", "--", address, "HEAD", "refs/heads/*"], bounds).decode(
        "utf-8", "replace"
    )
    default, tips = "", {}
    for line in said.splitlines():
        value, _, name = line.partition("\t")
        if name == "HEAD" and value.startswith("ref: refs/heads/"):
            default = value.removeprefix("ref: refs/heads/")
        elif name == "HEAD":
            tips[""] = value
        else:
            tips[name.removeprefix("refs/heads/")] = value
    head = tips.pop("", "")
    if not tips:
        return "", ["the repository is empty"]
    listed = ", ".join(sorted(tips)[:5])
    if wanted:
        if wanted not in tips:
            raise NotFetchedError(f"it has no branch {wanted}; it has {listed}")
        return wanted, []
    if default in tips:
        return default, []
    same = [name for name, tip in sorted(tips.items()) if tip == head]
    if len(tips) == 1 or same:
        only = same[0] if same else next(iter(tips))
        return only, [] if same else [f"its default branch is gone, {only} was taken"]
    raise NotFetchedError(f"its default branch is gone; name one in the column branch: {listed}")


def _last_commit(fork: _Fork, at: datetime) -> str:
    """The newest commit on the way back from the tip that says it was made by then; empty where none does."""
    for depth in (*DEPTHS, None):
        fork.fetch(f"+refs/heads/{fork.branch}:{TIP}", depth=depth)
        for commit, made in _dates(fork, TIP):
            if made <= at:
                return commit
        if not fork.shallow:
            return ""
    return ""


def _dates(fork: _Fork, start: str) -> list[tuple[str, datetime]]:
    """The commits on the way back from one, each with its own date; the first parents only, as pushes leave them."""
    said = git(["log", "--first-parent", "--format=%H %ct", start, "--"], fork.bounds, fork.mirror).decode()
    found = []
    for line in said.splitlines():
        commit, _, seconds = line.partition(" ")
        try:
            found.append((commit, datetime.fromtimestamp(int(seconds), UTC)))
        except (ValueError, OverflowError, OSError):  # a date that nobody can have meant
            found.append((commit, datetime.max.replace(tzinfo=UTC)))
    return found


def _last_push(
    fork: _Fork, pushes: Sequence[Push], days: Sequence[str], notes: list[str]
) -> tuple[str, datetime | None, tuple[tuple[str, datetime], ...]]:
    """The tip after the last push, when that was, and when each day became what it is in it. ``pushes`` begin with the
    last one.
    """
    pushes = [push for push in pushes if _COMMIT.fullmatch(push.commit)][:MOST_PUSHES]
    known = list(_fetched(fork, pushes))
    if not pushes:
        return "", None, ()
    if not known:
        raise NotFetchedError(f"the server no longer has {pushes[0].commit[:7]}, which was pushed last")
    if known[0] != pushes[0]:
        notes.append(
            f"{pushes[0].commit[:7]}, pushed last, is gone from the server; the push before was taken"
        )
    last = known[0]
    dated = [(day, _since(fork, known, day)) for day in days if fork.tree(last.commit, day)]
    return last.commit, last.time, tuple(dated)


def _fetched(fork: _Fork, pushes: Sequence[Push]) -> Iterator[Push]:
    """Those whose commit is here or comes when it is asked for; what a forced push left behind may not."""
    for push in pushes:
        if not fork.has(push.commit):
            try:
                fork.fetch(push.commit, depth=1)
            except NotFetchedError:
                continue
            if not fork.has(push.commit):
                continue
        yield push


def _since(fork: _Fork, pushes: Sequence[Push], day: str) -> datetime:
    """Since when a day's folder is what it is after the last push."""
    final, since = fork.tree(pushes[0].commit, day), pushes[0].time
    for push in pushes[1:]:
        if fork.tree(push.commit, day) != final:
            break
        since = push.time
    return since


def _files(mirror: Path, commit: str, bounds: Bounds) -> tuple[tuple[tuple[str, bytes], ...], list[str]]:
    """The files in which work may be, as bytes, and what was left out."""
    wanted: dict[str, str] = {}
    left: list[str] = []
    listed = git(["ls-tree", "-r", "-z", "--full-tree", commit], bounds, mirror)
    for entry in listed.split(b"\0"):
        about, _, raw = entry.partition(b"\t")
        mode, _, blob = about.decode("ascii", "replace").partition(" blob ")
        name = raw.decode("utf-8", "surrogateescape")
        if not name or not _is_wanted(name):
            continue
        if mode not in ("100644", "100755", "100664"):
            left.append(f"{name} is no ordinary file and was left out")
        elif len(wanted) >= MAX_ENTRIES:
            raise NotFetchedError("more files than a hand-in can have")
        else:
            wanted[name] = blob
    sizes = _sizes(mirror, wanted.values(), bounds)
    for name in [name for name, blob in wanted.items() if sizes.get(blob, largest(name) + 1) > largest(name)]:
        left.append(f"{name} is larger than {largest(name) >> 20} MiB and was left out")
        del wanted[name]
    if sum(sizes[blob] for blob in wanted.values()) > MOST_BYTES:
        raise NotFetchedError(f"its files have more than {MOST_BYTES >> 20} MiB")
    contents = _contents(mirror, list(wanted.values()), bounds)
    return tuple(zip(wanted, contents, strict=True)), left


def _is_wanted(name: str) -> bool:
    """Whether a file is one that the grader reads, and has a name that leads nowhere else."""
    parts = PurePosixPath(name).parts
    last = parts[-1]
    odd = len(parts) > MAX_DEPTH or name != "/".join(parts) or any(set(part) & set("\\\0:") for part in parts)
    if odd or {"..", "."} & set(parts) or any(part.casefold().startswith(".git") for part in parts):
        return False
    if parts[0] == "tests":  # of which the grader says whether they are the course's
        return last.endswith(".py")
    if any(map(is_passed_by, parts[:-1])):
        return False
    return is_work(last) or last in STEERING or last.endswith(".pth")


def _sizes(mirror: Path, blobs: Iterable[str], bounds: Bounds) -> dict[str, int]:
    """The sizes of those that are here: large ones were not brought."""
    given = "".join(f"{blob}\n" for blob in blobs).encode()
    found = {}
    for line in git(["cat-file", "--batch-check"], bounds, mirror, given).decode().splitlines():
        words = line.split()
        if len(words) == 3 and words[1] == "blob":
            found[words[0]] = int(words[2])
    return found


def _contents(mirror: Path, blobs: Sequence[str], bounds: Bounds) -> Iterator[bytes]:
    """The content of each; all of them together are known to be small enough."""
    said = git(["cat-file", "--batch"], bounds, mirror, "".join(f"{blob}\n" for blob in blobs).encode())
    place = 0
    for _ in blobs:
        end = said.index(b"\n", place)
        size = int(said[place:end].split()[2])
        yield said[end + 1 : end + 1 + size]
        place = end + size + 2
