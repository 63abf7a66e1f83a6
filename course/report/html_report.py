"""``course report``: a page for staff and one per student, each a single file that needs nothing else.

Records are read one by one, twice: once for the figures of the class, once for the pages of the students. Every word
that a student can influence is escaped by the templates; besides, a content security policy lets no script run but
the report's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console

from course.catalog import Course
from course.files import write_atomically
from course.report.class_figures import ClassFigures
from course.report.pages import CourseNames
from course.report.staff_page import staff_page
from course.report.student_page import student_page
from course.report.terminal import progress_bar
from course.results.adjusting import warning
from course.results.appeals import appeals_by_student
from course.results.names import shown
from course.results.reading import Adjustment, read_record, record_files
from course.results.store import adjustments_by_student


@dataclass(frozen=True)
class Written:
    """What was made."""

    index: Path
    students: int


def write_report(
    course: Course, out: Path, target: Path, store_url: str | None, screen: Console, pages: bool = True
) -> Written:
    """Write ``index.html`` into ``target``, and ``students/<name>.html`` unless ``pages`` is off.

    Raises CourseError when there are no results or they cannot be read or written.
    """
    files = record_files(out)
    adjustments, appeals = adjustments_by_student(out, store_url), appeals_by_student(out, store_url)
    names = CourseNames(course)
    figures = ClassFigures()
    files_of: dict[str, str] = {}
    warnings: list[tuple[Adjustment, str]] = []
    made = f"{datetime.now():%Y-%m-%d %H:%M}"
    with progress_bar(screen, "reporting") as progress:
        task = progress.add_task("", total=len(files) * (1 + pages))
        for path in files:
            record = read_record(path)
            given = adjustments.get(record["student"], [])
            figures.add(record, given)
            files_of[record["student"]] = path.stem
            warnings += [(one, warning(record, one)) for one in given]
            progress.update(task, advance=1, description="reading")
            progress.refresh()
        for path in files if pages else ():
            record = read_record(path)
            student = record["student"]
            given, asked = adjustments.get(student, []), appeals.get(student, [])
            page = student_page(names, out, record, given, figures, made, asked)
            write_atomically(target / "students" / f"{path.stem}.html", page)
            progress.update(task, advance=1, description=shown(student))
            progress.refresh()
    index = target / "index.html"
    questions = [one for student in files_of for one in appeals.get(student, [])]
    write_atomically(index, staff_page(names, figures, warnings, questions, files_of, made))
    return Written(index, figures.students)
