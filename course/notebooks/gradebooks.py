"""nbgrader's own API on a course directory, opened without its chatter."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course.errors import CourseError
from course.packages import load_nbformat

CONFIG = "nbgrader_config.py"


def require_nbgrader() -> None:
    """Raises CourseError when nbgrader is not installed."""
    if importlib.util.find_spec("nbgrader") is None:
        raise CourseError(
            'nbgrader is not installed; run `pip install --editable ".[instructor]"`, then repeat.'
        )


@contextlib.contextmanager
def open_api(folder: Path) -> Iterator[Any]:
    """An ``NbGraderAPI`` for the course directory ``folder``, with the settings of its ``nbgrader_config.py``.

    Raises CourseError when nbgrader is missing or the folder is no nbgrader course.
    """
    require_nbgrader()
    if not (folder / CONFIG).is_file():
        raise CourseError(
            f"{folder} is no nbgrader course: it has no {CONFIG}; make one with `course release nbgrader`."
        )
    load_nbformat()
    from nbgrader.apps import NbGraderAPI
    from traitlets.config.loader import PyFileConfigLoader

    config = PyFileConfigLoader(CONFIG, path=str(folder.resolve())).load_config()
    config.CourseDirectory.root = str(folder.resolve())
    config.NbGraderAPI.log_level = logging.ERROR
    log = logging.getLogger("traitlets")
    before, path = log.level, os.environ.get("PATH", os.defpath)
    # nbgrader starts programs by their names, also where the environment was not activated.
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), path])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield NbGraderAPI(config=config)
    finally:
        os.environ["PATH"] = path
        log.setLevel(before)
