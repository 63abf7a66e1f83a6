"""Which days have changed, for continuous integration."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from course.catalog import Course, Day
from course.errors import CourseError, UsageError


def changed_days(course: Course, days: Sequence[Day], revision: str) -> list[Day]:
    """The days with a file changed, committed or not, since the merge base with ``revision``.

    Raises UsageError for a revision that git does not know.
    """
    base = _git(course, "merge-base", "HEAD", revision).strip()
    changed = _git(course, "diff", "--name-only", "--relative", base).splitlines()
    changed += _git(course, "ls-files", "--others", "--exclude-standard").splitlines()
    touched = {part for name in changed for part in name.split("/")[:-1]}
    return [day for day in days if day.name in touched]


def _git(course: Course, *words: str) -> str:
    try:
        ended = subprocess.run(["git", *words], cwd=course.root, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise CourseError("--changed needs git; install it, or name the days instead.") from None
    if ended.returncode != 0:
        said = (ended.stderr.strip().splitlines() or ["no common history"])[-1]
        raise UsageError(
            f"git cannot compare with that revision ({said}); fetch it first, or name the days instead."
        )
    return ended.stdout
