"""`course forget`: nothing of a student is left in the term, and nobody else's is touched."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from course.catalog import Course
from course.cli import main
from course.errors import CourseError
from course.report.html_report import write_report
from tests.course.class_records import record, write_record
from tests.course.conftest import write

pytest.importorskip("sqlalchemy", reason="the store needs SQLAlchemy (the extra 'instructor')")

from course.results.adjusting import give_points
from course.results.appeals import answer, ask, list_appeals
from course.results.book import check_book
from course.results.exports import export
from course.results.forgetting import forget
from course.results.store import Store
from course.results.tables import metadata
from tests.course.test_store import postgres  # noqa: F401

SECRET = b"whom-nobody-remembers"


@pytest.fixture
def out(tiny: Course, tmp_path: Path) -> Path:
    """A class of three with two versions of each, points, questions, pages, exports and tables."""
    folder, name = tmp_path / "results", SECRET.decode()
    for student in (name, "ada", f"{name}2"):
        write_record(folder, record(student, "fpp", note=f"{student} wrote late at night"))
        with Store(folder) as store:
            store.start_run(7, ["day01_tiny"])
            store.save(record(student, "fpf"))
            store.save(record(student, "fpp", note=f"{student} wrote late at night"))
            store.end_run()
        give_points(tiny, folder, student, "day01/total", 1, f"for {student}", "grace")
        appeal = ask(tiny, folder, student, "day01", f"I am {student}.", student)
        answer(folder, appeal.number, f"So you are, {student}.", "grace")
    write_report(tiny, folder, folder / "report", None, Console(quiet=True))
    for format_name in ("canvas", "junit", "csv"):
        export(folder, format_name)
    write(folder / f"pictures/{name}/one.png", name)
    write(folder / "feedback/student-abc.html", name)
    write(folder / "pseudonyms.csv", f'student,pseudonym\n"{name}",student-abc\n"ada",student-def\n')
    write(folder / "mailed.csv", f"student,digest,to,when\n{name},1,{name}@example.org,now\nada,2,ada,now\n")
    return folder


def test_nothing_is_left_of_a_student_and_everything_of_the_others(out: Path) -> None:
    name = SECRET.decode()
    forget(out, f"{name}2")
    with Store(out) as store:
        before = {student: store.versions(student) for student in ("ada",)}
    forget(out, name)
    left = [path for path in out.rglob("*") if path.is_file() and SECRET in path.read_bytes()]
    assert left == []
    assert [path for path in out.rglob("*") if name in path.name] == []
    assert not (out / "feedback/student-abc.html").exists()
    with Store(out) as store:
        assert store.students() == ["ada"]
        assert {student: store.versions(student) for student in ("ada",)} == before
        assert [one.comment for one in store.adjustments()] == ["for ada"]
    assert [(one.student, one.answers[0].says) for one in list_appeals(out)] == [("ada", "So you are, ada.")]
    assert [row["student"] for row in csv.DictReader((out / "grades.csv").open())] == ["ada"]
    assert (out / "mailed.csv").read_text().splitlines() == ["student,digest,to,when", "ada,2,ada,now"]
    assert (out / "report/students/ada.html").is_file()
    assert check_book(out) == []


def test_a_name_that_begins_alike_is_another_student(out: Path) -> None:
    forget(out, SECRET.decode())
    assert (out / f"{SECRET.decode()}2.json").is_file()
    with Store(out) as store:
        assert store.students() == ["ada", f"{SECRET.decode()}2"]


def test_the_command_asks_and_names_what_it_does_not_touch(out: Path) -> None:
    no = CliRunner().invoke(main, ["forget", str(out), "ada"], input="n\n")
    assert no.exit_code == 1
    assert no.output.endswith("Nothing was deleted.\n")
    assert (out / "ada.json").is_file()
    yes = CliRunner().invoke(main, ["forget", str(out), "ada"], input="y\n")
    assert yes.exit_code == 0, yes.output
    assert "Deleted: ada.json" in yes.output
    assert "the roster" in yes.output
    again = CliRunner().invoke(main, ["forget", str(out), "ada", "--yes"])
    assert again.exit_code != 0


def test_nobody_is_forgotten_while_somebody_grades(out: Path) -> None:
    code = "import sys; from course.files import alone_in; from pathlib import Path\n"
    code += "with alone_in(Path(sys.argv[1]), otherwise='x'): print('in', flush=True); input()"
    words = [sys.executable, "-c", code, str(out)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as grading:
        assert grading.stdout is not None
        assert grading.stdout.readline() == "in\n"
        with pytest.raises(CourseError, match="wait for its end, then forget"):
            forget(out, "ada")
        grading.communicate("\n")
    assert (out / "ada.json").is_file()


def test_every_table_that_names_a_student_is_thought_of() -> None:
    """Who adds one adds it to `course forget`."""
    known = {"submissions", "days", "adjustments", "reviews", "appeals"}
    assert {table.name for table in metadata.sorted_tables if "student" in table.c} == known
    hanging = {
        key.parent.table.name
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in known
    }
    assert hanging == {"answers", "incidents", "parts", "tests", "exercises"}


def test_a_student_is_forgotten_in_postgresql_too(tiny: Course, tmp_path: Path, postgres: str) -> None:  # noqa: F811
    folder = tmp_path / "results"
    for student in ("ada", "bob"):
        write_record(folder, record(student, "fpp", note="late"))
        with Store(folder, postgres) as store:
            store.save(record(student, "fpp", note="late"))
        give_points(tiny, folder, student, "day01/total", 1, "right idea", "grace", postgres)
        appeal = ask(tiny, folder, student, "day01", "Why?", student, postgres)
        answer(folder, appeal.number, "So.", "grace", postgres)
    forget(folder, "ada", postgres)
    with Store(folder, postgres) as store:
        assert store.students() == ["bob"]
        assert [one.student for one in store.adjustments()] == ["bob"]
    assert [one.student for one in list_appeals(folder, store_url=postgres)] == ["bob"]
