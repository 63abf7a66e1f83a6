"""The folder with your own data, named by the environment variable ``COURSE_DATA``, never required; and the cache."""

import os
from pathlib import Path

from course.errors import CourseError


def data_folder() -> Path | None:
    """The folder that ``COURSE_DATA`` names, or None when the variable is not set.

    Raises
    ------
    CourseError
        when the variable names something that is not a folder
    """
    name = os.environ.get("COURSE_DATA", "")
    if not name:
        return None
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise CourseError(f"COURSE_DATA is {name!r}, which is not a folder; correct it or unset it.")
    return folder


def cache_folder() -> Path:
    """Where downloads and trained networks are kept: below ``XDG_CACHE_HOME``, or ``.cache`` in the home folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "deep-learning-course"
