"""An nbgrader course made from the single source: the instructor's notebooks, the students' notebooks, the gradebook.

nbgrader itself makes the students' version and fills the gradebook, through its own API, so what comes out is
what its users know. From there on the course lives in nbgrader: it is released, collected and graded with it, or
graded with `course grade` and shown in formgrader.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC
from pathlib import Path

from course.catalog import Course, Day
from course.errors import CourseError
from course.files import write_atomically
from course.notebooks.beside import SETTINGS
from course.notebooks.building import check_python, day_notebook
from course.notebooks.gradebooks import CONFIG, open_api, require_nbgrader
from course.packages import load_nbformat
from course.release.announcing import announced
from course.release.leaks import refuse_leaks
from course.release.recording import record
from course.release.repository import refuse_existing
from course.release.secrets import read_secrets
from course.release.settings import exercise_settings
from course.release.skeletons import check_places
from course.testing.recorded import FILE
from course.testing.running import Runner

_CONFIG = '''\
"""Settings of this nbgrader course. Made by `course release nbgrader`; yours from now on."""

c = get_config()  # noqa: F821  (nbgrader defines it)

c.CourseDirectory.course_id = "{course_id}"
# The task stands in the docstring; this is what replaces a solution.
c.ClearSolutions.code_stub = {{"python": 'raise NotImplementedError("not written yet")'}}
# Every check has its own time limit. This one is for a cell as a whole, such as a student's own experiment.
c.Execute.timeout = {timeout}
'''


def release_nbgrader(
    course: Course, days: Sequence[Day], target: Path, said: Callable[[Day], None] = lambda _: None
) -> None:
    """Make the course directory ``target`` with these days as assignments; ``said`` hears of each as it is done.

    Raises CourseError, with nothing written, when ``target`` is there already, a day cannot be a notebook, or
    nbgrader is missing or refuses.
    """
    require_nbgrader()
    refuse_existing(target)
    for day in days:
        _refuse_day_without_points(day)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as place:
        folder = Path(place) / target.name
        folder.mkdir()
        config = _CONFIG.format(course_id=course_id(course), timeout=_cell_seconds(course, days))
        (folder / CONFIG).write_text(config, encoding="utf-8")
        for day in days:
            _write_source(course, day, folder)
        for name, text in record(course, days, Runner(course, course.seed)).items():
            write_atomically(folder / "source" / name / FILE, text)
        _generate(course, days, folder, said)
        refuse_leaks(read_secrets(course), folder / "release")
        if target.is_dir():
            target.rmdir()  # an empty folder was accepted
        os.replace(folder, target)


def course_id(course: Course) -> str:
    """The name of the course in nbgrader: its title in letters that a folder may have."""
    return re.sub(r"[^a-z0-9]+", "-", course.title.lower()).strip("-")


def _refuse_day_without_points(day: Day) -> None:
    if not day.max_score:
        raise CourseError(
            f"{day.name} has no points; give its tests some with @points(n), then release again."
        )


def _cell_seconds(course: Course, days: Sequence[Day]) -> int:
    """What the longest graded cell may take when every check of it uses up its time."""
    limits = course.limits
    seconds = [
        sum(limits.training_seconds if check.training else limits.test_seconds for check in exercise.checks)
        for day in days
        for exercise in day.exercises
    ]
    return round(max(seconds)) + 30


def _write_source(course: Course, day: Day, folder: Path) -> None:
    nbformat = load_nbformat()
    check_places(course, day)
    texts = course.sources(day)
    check_python(texts, day)
    texts = {module: announced(text, day, module) for module, text in texts.items()}
    notebook = day_notebook(course, day, texts, locked=True)
    path = folder / "source" / day.name / f"{day.name}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    settings = (course.tests(day) / SETTINGS).read_text(encoding="utf-8")
    write_atomically(path.with_name(SETTINGS), exercise_settings(settings, day))


def _generate(course: Course, days: Sequence[Day], folder: Path, said: Callable[[Day], None]) -> None:
    """Let nbgrader make ``release/`` and ``gradebook.db``."""
    with open_api(folder) as api:
        for day in days:
            with api.gradebook as gradebook:
                due = day.due.astimezone(UTC).replace(tzinfo=None) if day.due else None
                gradebook.update_or_create_assignment(day.name, duedate=due)
            result = api.generate_assignment(day.name)
            if not result["success"]:
                why = (result.get("error") or result.get("log") or "").strip().splitlines()[-1:]
                raise CourseError(f"nbgrader could not make {day.name}: {' '.join(why)}")
            said(day)
