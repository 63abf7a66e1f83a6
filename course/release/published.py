"""Solutions that a release brings along, and when each opens: once the student's own is done, or after the due time.

They are packed so that nobody reads one by accident. That is no lock: who wants to unpack them can, so they are for
work whose points do not matter any more, or whose authors trust their students.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime

from course.catalog import Course, Day, Exercise
from course.catalog.blocks import is_part_of, split_blocks
from course.errors import CourseError
from course.practice.progress import Placed
from course.reached import DayTexts, is_older, read_progress

PLACE = ".course/published.json"
_MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")


def pack(course: Course, days: Sequence[Day]) -> str:
    """The file with the solution of every exercise of these days."""
    packed = {
        Placed(day, one).name: base64.b64encode(
            zlib.compress(solution_of(course, day, one).encode(), 9)
        ).decode()
        for day in days
        for one in day.exercises
    }
    return json.dumps(packed, indent=1, sort_keys=True) + "\n"


def solution_of(course: Course, day: Day, exercise: Exercise) -> str:
    """The function or class as its authors wrote it, without the marks of its region."""
    blocks = split_blocks(course.sources(day)[exercise.module])
    text = "".join(text for name, text in blocks.items() if is_part_of(name, exercise.qualname))
    lines = [line for line in text.splitlines() if not line.strip().startswith(_MARKERS)]
    return "\n".join(lines).strip("\n") + "\n"


def published(course: Course, task: Placed, now: datetime | None = None) -> str:
    """The solution of an exercise, where it is there and open. Raises CourseError otherwise, with what opens it."""
    packed = _read(course).get(task.name)
    if packed is None and not course.solutions.is_dir():
        raise CourseError(f"This release brings no solution of {task.typed}; ask your teachers for it.")
    due = task.day.due
    if not _is_done(course, task) and (due is None or due > (now or datetime.now(UTC))):
        later = "" if due is None else f", or after {due:%d %B %Y, %H:%M}"
        raise CourseError(
            f"The solution of {task.typed} opens when your own earns all its points{later}; next: "
            f"`course check {task.typed}`."
        )
    if packed is None:
        return solution_of(course, task.day, task.exercise)
    try:
        return zlib.decompress(base64.b64decode(packed)).decode()
    except (ValueError, zlib.error):
        raise CourseError(f"{PLACE} is damaged; bring it back with `git checkout -- {PLACE}`.") from None


def _read(course: Course) -> dict[str, str]:
    try:
        found = json.loads((course.root / PLACE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_done(course: Course, task: Placed) -> bool:
    """Whether the last check has found it right, as it is now."""
    progress = read_progress(course.root)
    texts = DayTexts(course.root, task.day)
    return progress["done"].get(task.name, False) and not is_older(texts, task.day, task.exercise, progress)
