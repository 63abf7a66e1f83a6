"""Back to the stub of an exercise, and back from there: ``course reset`` and ``course undo``.

Only the lines of the exercise change. The whole file is kept before, so nothing that was written is ever lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from course.catalog import Course
from course.catalog.blocks import is_part_of, split_blocks
from course.errors import CourseError
from course.files import write_bytes_atomically
from course.practice.progress import Placed

BACKUPS = ".course/backup"
_NAME = re.compile(r"(\d{8}-\d{6}-\d{6})-(reset|undo)-(\w+)\.(.+)")


@dataclass(frozen=True)
class PutBack:
    """The exercise whose lines were replaced, and the file as it was before; None where nothing had to change."""

    task: Placed
    backup: Path | None


def reset(course: Course, task: Placed, stubs: str) -> PutBack:
    """Put the lines of an exercise back as they are in ``stubs``, the module as it was given out.

    Raises CourseError when the file cannot be read or written, or when it has no such lines any more.
    """
    return _put_back(course, task, stubs, "reset")


def undo(course: Course) -> PutBack:
    """Take the last reset back that was not taken back yet. Raises CourseError where there is none."""
    for folder in sorted((course.root / BACKUPS).glob("*-reset-*"), reverse=True):
        name = _NAME.fullmatch(folder.name)
        task = _task(course, name[3], name[4]) if name else None
        if task is not None:
            try:
                before = (folder / task.place).read_bytes()
            except OSError:
                continue
            done = _put_back(course, task, before.decode("utf-8", "surrogateescape"), "undo")
            folder.rename(folder.with_name(folder.name.replace("-reset-", "-undone-")))
            return done
    raise CourseError("There is no reset to take back; what was kept is in .course/backup.")


def _task(course: Course, number: str, name: str) -> Placed | None:
    found = [Placed(d, e) for d in course.units if d.number == number for e in d.exercises if e.name == name]
    return next(iter(found), None)


def _put_back(course: Course, task: Placed, wanted: str, kind: str) -> PutBack:
    path = course.root / task.place
    try:
        mine = path.read_bytes()
    except FileNotFoundError:
        mine = b""
    except OSError as error:
        raise CourseError(
            f"{task.place} cannot be read ({error.strerror}); mend that, then repeat."
        ) from None
    text = replaced(mine.decode("utf-8", "surrogateescape"), wanted, task.exercise.qualname)
    if text is None:
        raise CourseError(
            f"{task.exercise.qualname} is not in {task.place} any more, or not where it was; write its first line "
            "(`def` or `class`) again, then repeat."
        )
    new = text.encode("utf-8", "surrogateescape")
    if new == mine:
        return PutBack(task, None)
    backup = _keep(course.root, task, mine, kind)
    write_bytes_atomically(path, new)
    return PutBack(task, backup)


def _keep(root: Path, task: Placed, content: bytes, kind: str) -> Path:
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    folder = root / BACKUPS / f"{stamp}-{kind}-{task.day.number}.{task.exercise.name}"
    write_bytes_atomically(folder / task.place, content)
    return folder / task.place


def replaced(mine: str, wanted: str, name: str) -> str | None:
    """``mine`` with the function or class ``name`` as it is in ``wanted``; None where either has none.

    An empty text becomes all of ``wanted``. The end of a line stays what it is in ``mine``.
    """
    if not mine.strip():
        return wanted
    if mine.count("\r\n") * 2 > mine.count("\n"):
        wanted = wanted.replace("\r\n", "\n").replace("\n", "\r\n")
    blocks, new = split_blocks(mine), split_blocks(wanted)
    here = [block for block in blocks if is_part_of(block, name)]
    there = [text for block, text in new.items() if is_part_of(block, name)]
    if not here or not there:
        return None
    parts = []
    for block, text in blocks.items():
        if block == here[0]:
            parts += [_ended(text) for text in there]
        elif block not in here:
            parts.append(text)
    return "".join(parts)


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"
