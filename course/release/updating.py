"""``course update``: a student's clone takes a new release and keeps what the student has written.

First everything is planned without touching a file, then a copy is kept, then the plan is carried out, the
release's own record last. Stopped half-way, it can be repeated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from course.catalog import load_course
from course.errors import CourseError
from course.files import replacing
from course.notebooks.carrying import notebook_ahead
from course.release.backup import Backup, back_up
from course.release.manifest import PLACE, Manifest, digest, read_manifest
from course.release.merging import Merge, merge

SIDE = ".new"  # behind the name of a file: the whole new text, where something is disputed
Kind = Literal["merged", "added", "replaced", "removed", "left", "side"]


@dataclass(frozen=True)
class Change:
    """What happens to one file: ``content`` None takes it away, ``merge`` tells of its blocks.

    ``edited`` says that the student had changed a file that the release replaces.
    """

    place: str
    kind: Kind
    content: bytes | None = None
    merge: Merge | None = None
    edited: bool = False


@dataclass
class Update:
    """A planned update; ``backup`` is there once it has been carried out.

    ``notebooks`` are those of days that change: an update leaves them as they are.
    """

    old: Manifest
    new: Manifest
    changes: list[Change] = field(default_factory=list)
    notebooks: list[str] = field(default_factory=list)
    backup: Backup | None = None

    @property
    def touched(self) -> list[Change]:
        return [change for change in self.changes if change.kind != "left"]


def plan_update(root: Path, release: Path) -> Update:
    """What taking the release in the folder ``release`` would change below ``root``.

    Raises CourseError when either is no student release, when they are of different courses, and for anything that
    is in the way.
    """
    old, new = read_manifest(root), read_manifest(release)
    if old is None:
        raise CourseError(
            f"{PLACE} is missing, so the old text is not known; bring it back with `git checkout -- {PLACE}`."
        )
    if new is None:
        raise CourseError(f"{release} is no student release: it has no {PLACE}. Nothing was changed.")
    if old.course != new.course:
        raise CourseError(
            f"That is a release of {new.course!r}, and this is {old.course!r}. Nothing was changed."
        )
    update = Update(old, new)
    for place in sorted(old.files.keys() | new.files.keys()):
        update.changes += _plan_file(root, release, place, old, new)
    record = (release / PLACE).read_bytes()
    if update.touched or digest(record) != digest((root / PLACE).read_bytes()):
        update.changes.append(Change(PLACE, "replaced", record))
    shown = [Path(change.place) for change in update.touched if change.place.endswith(".py")]
    changed = {part for path in shown for part in path.parts[:-1]}
    days = {Path(place).parts[0] for place in new.work} & changed
    found = [path for day in sorted(days) for path in sorted((root / day).glob("*.ipynb"))]
    if found:
        _refuse_notebooks_ahead(root, days)
    update.notebooks = [str(path.relative_to(root)) for path in found]
    return update


def _refuse_notebooks_ahead(root: Path, days: Collection[str]) -> None:
    """Raise CourseError when answers are in a notebook only, where the new text would not come to them."""
    try:
        course = load_course(root)
        looked_at = [day for day in course.units if day.name in days]
        ahead = [path for day in looked_at if (path := notebook_ahead(course, day)) is not None]
    except CourseError:  # of a clone that is damaged, which the update mends
        return
    if ahead:
        name = ahead[0].relative_to(root)
        raise CourseError(
            f"More is written in {name} than in the modules beside it; carry it over with "
            f"`course convert {name}`, then update again. Nothing was changed."
        )


def _plan_file(root: Path, release: Path, place: str, old: Manifest, new: Manifest) -> Iterator[Change]:
    mine = _read(root, place)
    if place not in new.files:
        if mine is not None:
            untouched = digest(mine) == old.files[place]
            yield Change(place, "removed") if untouched else Change(place, "left", edited=True)
        return
    wanted = _read(release, place)
    if wanted is None or digest(wanted) != new.files[place]:
        raise CourseError(f"The new release is damaged: {place} is not as it was made; fetch it again.")
    if mine is None:
        yield Change(place, "added", wanted)
    elif place in new.work:
        yield from _plan_work(place, old.work.get(place, ""), mine, wanted)
    elif digest(mine) != digest(wanted):
        edited = digest(mine) != old.files.get(place)
        yield Change(place, "replaced", wanted, edited=edited)


def _plan_work(place: str, old: str, mine: bytes, wanted: bytes) -> Iterator[Change]:
    """A file that students write in. Bytes that are no text stay as they are."""
    merged = merge(old, _decode(mine), _decode(wanted))
    content = merged.text.encode("utf-8", "surrogateescape")
    kind: Kind = "left" if content == mine else "merged"
    if kind == "merged" or merged.kept or merged.disputed:
        yield Change(place, kind, content, merged)
    if merged.disputed:
        yield Change(place + SIDE, "side", wanted)


def _decode(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def _read(root: Path, place: str) -> bytes | None:
    """The content of a file, None when there is none. Raises CourseError for what is in the way."""
    path = root / place
    if not path.resolve().is_relative_to(root.resolve()):
        raise CourseError(
            f"{place} leads out of the folder by a link; take the link away. Nothing was changed."
        )
    blocked = path.is_dir() or any(p.is_file() for p in path.parents if p.is_relative_to(root))
    if blocked:
        raise CourseError(f"Something else is in the place of {place}; move it away. Nothing was changed.")
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def carry_out(root: Path, update: Update) -> None:
    """Keep a copy, then write. Whatever is stopped in between leaves whole files, and can be repeated."""
    touched = update.touched
    if not touched:
        return
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    update.backup = back_up(root, [change.place for change in touched], stamp)
    for change in touched:
        path = root / change.place
        if change.content is None:
            path.unlink(missing_ok=True)
            continue
        with replacing(path) as file:
            file.buffer.write(change.content)
