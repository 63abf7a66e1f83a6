"""The text of a module as students were given it: from the record of their release, or from the source."""

from __future__ import annotations

import importlib

from course.catalog import Course, Day
from course.errors import CourseError
from course.release.manifest import PLACE, read_manifest


def given_out(course: Course, day: Day, module: str) -> str:
    """The module with every stub in it. Raises CourseError where that is not known."""
    place = f"{day.name}/{module}.py"
    manifest = read_manifest(course.root)
    if manifest is not None and place in manifest.work:
        return manifest.work[place]
    source = course.solutions / place
    if manifest is None and source.is_file():
        # Where the solutions are, so is what makes skeletons of them; a student's clone has neither.
        skeletons = importlib.import_module("course.release.skeletons")
        return str(skeletons.skeleton(source.read_text(encoding="utf-8"), day, module))
    raise CourseError(
        f"It is not known how {place} was given out; bring {PLACE} back with `git checkout -- {PLACE}`."
    )
