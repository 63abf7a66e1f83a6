"""A class of odd hand-ins: each is its own affair. Everybody gets a result, and every reader of results copes."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from course.catalog import Course, Selection, load_course
from course.errors import CourseError
from course.grading import classes
from course.grading.classes import ClassOutcome, Manner, grade_class
from course.grading.intake import Intake, Submission
from course.grading.records import RecordWriter
from course.grading.replaying import replay
from course.report.html_report import write_report
from course.report.terminal import ClassView, console
from course.results.adjusting import find_record, give_points, list_points
from course.results.exports import FORMATS, export
from course.results.reading import Record, read_records
from course.results.settling import LateRule
from course.results.store import Store, adjustments_by_student
from course.testing import running
from course.testing.results import RunResult
from tests.course.conftest import SOLUTION, write_tiny_course
from tests.course.test_grading import Quiet, hand_in, outcomes, read

pytestmark = pytest.mark.skipif(os.name != "posix" or os.uname().sysname != "Linux", reason="names of Linux")
DAY = "day01_tiny"
NOT_UTF8 = os.fsdecode(b"\xff\xfebad")
HONEST = [
    "ada",
    "Ada",
    "müller",
    "mu\u0308ller",
    "аda",  # with a Cyrillic letter
    "Ada Lovelace",
    "O'Brien; rm -rf x",
    "=1+1",
    NOT_UTF8,
    "x" * 250,
    "ü" * 120,
    "line\nbreak",
    "tab\there",
    "\x1b[2Jclear",
    "bell\a",
    "a:b",
    "a*b",
    "what?",
    "dot.",
    "blank ",
    "CON",
    "run",
    "Run",
    "-rf",
    ".hidden",
    "😀",
    "👩\u200d💻",
    "\u202egnp",
    "<b>bold",
    'quo"te',
    "back\\slash",
    "a~b",
    "%s%d{}",
]
REFUSED = ["sparse", "half"]  # archives
NOTHING = ["empty", "a link"]
OTHERS = ["zipped", "BIG", "twice"]  # archives that are read, and one beside a folder
STUDENTS = sorted([*HONEST, *REFUSED, *NOTHING, *OTHERS])


def sparse_tar() -> bytes:
    """What tarfile meets with a ValueError: it says that a map of holes follows, and none does."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz", format=tarfile.PAX_FORMAT) as bundle:
        info = tarfile.TarInfo(f"{DAY}/sums.py")
        info.pax_headers = {
            "GNU.sparse.major": "1",
            "GNU.sparse.minor": "0",
            "GNU.sparse.name": "x",
            "GNU.sparse.realsize": "1",
        }
        info.size = 3
        bundle.addfile(info, io.BytesIO(b"abc"))
    return data.getvalue()


def zip_of(text: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as bundle:
        bundle.writestr(f"{DAY}/sums.py", text)
    return data.getvalue()


def hand_in_oddities(folder: Path) -> None:
    """Forty submissions."""
    for student in HONEST:
        hand_in(folder, student, SOLUTION)
    (folder / "sparse.tar.gz").write_bytes(sparse_tar())
    (folder / "half.zip").write_bytes(zip_of(SOLUTION)[:60])
    (folder / "zipped.zip").write_bytes(zip_of(SOLUTION))
    (folder / "BIG.ZIP").write_bytes(zip_of(SOLUTION))
    hand_in(folder, "twice", SOLUTION)
    (folder / "twice.zip").write_bytes(zip_of("broken ("))
    (folder / "empty").mkdir()
    (folder / "a link").mkdir()
    (folder / "a link" / DAY).symlink_to(folder / "ada" / DAY)
    (folder / ".git").mkdir()
    (folder / "._zipped.zip").write_bytes(b"of macOS")
    (folder / "__MACOSX").mkdir()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the class in ``in`` and its results in ``out``."""
    place = tmp_path_factory.mktemp("odd")
    hand_in_oddities(place / "in")
    course = load_course(write_tiny_course(place / "tiny"))
    grade_class(course, place / "in", place / "out", seed=3, view=Quiet())
    return place


@pytest.fixture
def out(place: Path) -> Path:
    return place / "out"


def by_student(out: Path) -> dict[str, Record]:
    found = list(read_records(out))
    records = {record["student"]: record for record in found}
    assert len(records) == len(found)
    return records


def test_everybody_gets_a_result(out: Path) -> None:
    assert len(STUDENTS) == 40
    records = by_student(out)
    assert sorted(records) == STUDENTS
    for student in (*HONEST, *OTHERS):
        assert records[student]["score"] == 5, student
    for student in REFUSED:
        assert outcomes(records[student]) == ["rejected"] * 3
    for student in NOTHING:
        assert outcomes(records[student]) == ["not_gradable"] * 3
    assert records["sparse"]["note"] == "sparse.tar.gz was refused: it cannot be read (ValueError)"
    assert records["twice"]["note"] == "twice.zip lies beside twice, which was taken"
    for name in ("ada.json", "Ada Lovelace.json", "müller.json"):
        assert (out / name).is_file() == (name == "Ada Lovelace.json")  # the others have somebody alike


def test_the_table_has_a_line_for_each(out: Path) -> None:
    text = (out / "grades.csv").read_text(encoding="utf-8")
    assert text.count("\n") == 41
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 40
    assert all(row["student"].isprintable() and row["score"] in ("0", "5") for row in rows)


def test_started_again_nothing_is_graded_and_nothing_moves(tiny: Course, place: Path, out: Path) -> None:
    before = {path.name: path.read_bytes() for path in out.glob("*.json")}
    view = Quiet()
    grade_class(tiny, place / "in", out, view=view)
    assert (view.students, view.already) == ([], 40)
    assert {path.name: path.read_bytes() for path in out.glob("*.json")} == before


@pytest.mark.parametrize("name", FORMATS)
def test_every_export_holds_everybody(out: Path, name: str) -> None:
    written = export(out, name)
    if name == "gradescope":
        assert len(list(written.iterdir())) == 40
    else:
        text = written.read_text(encoding="utf-8")
        assert all(sign.isprintable() or sign in "\r\n" for sign in text)
        assert "\\x1b[2Jclear" in text


def test_the_store_holds_everybody_under_the_true_name(out: Path) -> None:
    with Store(out) as store:
        assert sorted(store.students()) == STUDENTS
        assert store.record(NOT_UTF8) == by_student(out)[NOT_UTF8]


def test_points_can_be_given_to_anybody(tiny: Course, out: Path) -> None:
    for student in STUDENTS:
        give_points(tiny, out, student, "day01", 0.5, "tidy", "me", force=True)  # some have all points
        assert find_record(out, student)["student"] == student
        assert [one.student for one in list_points(out, student)] == [student]
    assert sorted(adjustments_by_student(out)) == STUDENTS
    by_file = next(path.stem for path in out.glob("line_break~*.json"))
    assert find_record(out, by_file)["student"] == "line\nbreak"


def test_there_is_a_page_for_each_that_the_staff_page_links_to(
    tiny: Course, out: Path, tmp_path: Path
) -> None:
    from urllib.parse import unquote

    from tests.course.test_html_report import Elements

    index = write_report(tiny, out, tmp_path / "pages", None, console()).index
    hrefs = [str(a["href"]) for a in Elements(index).all("a")]
    linked = {unquote(href) for href in hrefs if href.startswith("students/")}
    assert len(linked) == 40
    assert all((tmp_path / "pages" / link).is_file() for link in linked)
    assert "\x1b" not in index.read_text(encoding="utf-8")
    assert "\\x1b[2Jclear" in Elements(index).text


@pytest.mark.parametrize("student", [NOT_UTF8, "x" * 250, "line\nbreak", "Ada", ".hidden", "zipped", "BIG"])
def test_anybody_can_be_graded_again_from_the_record(tiny: Course, out: Path, student: str) -> None:
    path = next(p for p in out.glob("*.json") if json.loads(p.read_text()).get("student") == student)
    result = replay(tiny, path)
    assert (result.student, result.verdicts, result.provenance) == (student, [], [])


def test_the_screen_shows_one_line_for_each(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    view = ClassView(console())
    view.started(40, 0)
    outcome = ClassOutcome(out, 3, STUDENTS)
    for one in outcome.lines():
        view.graded(one)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 40
    assert all(line.isprintable() for line in lines)
    view.finish(outcome)
    assert "\x1b" not in capsys.readouterr().out


def test_who_gets_a_namesake_keeps_the_result(tiny: Course, tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "ada", SOLUTION)
    grade_class(tiny, tmp_path / "in", tmp_path / "out", view=Quiet())
    assert (tmp_path / "out/ada.json").is_file()
    hand_in(tmp_path / "in", "ADA", SOLUTION)
    view = Quiet()
    grade_class(tiny, tmp_path / "in", tmp_path / "out", view=view)
    assert view.students == ["ADA"]
    assert sorted(by_student(tmp_path / "out")) == ["ADA", "ada"]
    assert not (tmp_path / "out/ada.json").exists()
    shutil.rmtree(tmp_path / "in/ADA")
    view = Quiet()
    grade_class(tiny, tmp_path / "in", tmp_path / "out", view=view)
    assert view.students == []
    assert (tmp_path / "out/ada.json").is_file()


def make_class(folder: Path) -> Path:
    for student in ("ada", "bob", "cy"):
        hand_in(folder, student, SOLUTION)
    return folder


class BrokenError(Exception):
    """A fault of ours."""


def test_a_folder_that_may_not_be_read_costs_nobody_else(
    tiny: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listdir = os.listdir

    def denied(path: Any = ".") -> list[str]:
        if str(path).endswith("bob"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return listdir(path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "listdir", denied)
        outcome = grade_class(tiny, make_class(tmp_path / "in"), tmp_path / "out", view=Quiet())
    records = by_student(tmp_path / "out")
    assert not outcome.complete
    assert outcomes(records["bob"]) == ["grader_fault"] * 3
    assert records["bob"]["note"] == "it cannot be read (permission denied)"
    assert (records["ada"]["score"], records["cy"]["score"]) == (5, 5)
    view = Quiet()
    assert grade_class(tiny, tmp_path / "in", tmp_path / "out", view=view).complete
    assert view.students == ["bob"]


def test_a_file_that_may_not_be_read_takes_no_points(
    tiny: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: Any) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", denied)
    submission = next(iter(Intake(tiny, make_class(tmp_path / "in"), tiny.days)))
    assert (submission.fault, submission.note) == (True, "it cannot be read (permission denied)")


Patch = pytest.MonkeyPatch


def raise_for(patch: Patch, owner: Any, name: str, is_bobs: Callable[..., bool]) -> None:
    """Let a function of ours raise where it is about Bob."""
    function = getattr(owner, name)

    def broken(*args: Any, **kwargs: Any) -> Any:
        if is_bobs(*args):
            raise BrokenError("in /srv/grader")
        return function(*args, **kwargs)

    patch.setattr(owner, name, broken)


def break_reading(patch: Patch) -> None:
    raise_for(patch, Intake, "_noted", lambda _, student, *__: student == "bob")


def break_scanning(patch: Patch) -> None:
    raise_for(patch, running, "look_for_refused", lambda files, *_: "# bob" in str(files))


def break_judging(patch: Patch) -> None:
    raise_for(patch, running.Runner, "run", lambda _, __, files, *___: "# bob" in str(files))


def break_records(patch: Patch) -> None:
    """JSON has no word for what is in the record."""
    record = RecordWriter.record

    def with_nan(self: RecordWriter, submission: Submission, result: RunResult, *rest: Any) -> Record:
        bobs = submission.student == "bob" and result.score
        return record(self, submission, result, *rest) | ({"odd": float("nan")} if bobs else {})

    patch.setattr(RecordWriter, "record", with_nan)


def break_settling(patch: Patch) -> None:
    raise_for(patch, LateRule, "apply", lambda _, record: record["student"] == "bob" and record["score"])


def break_saving(patch: Patch) -> None:
    raise_for(patch, Store, "save", lambda _, record: record["student"] == "bob" and record["score"])


@pytest.mark.parametrize(
    "breaks",
    [break_reading, break_scanning, break_judging, break_records, break_settling, break_saving],
)
def test_whatever_is_raised_about_one_is_its_own(
    tiny: Course, tmp_path: Path, monkeypatch: Patch, breaks: Callable[[Patch], None]
) -> None:
    folder = make_class(tmp_path / "in")
    hand_in(folder, "bob", SOLUTION + "\n# bob\n")
    with monkeypatch.context() as context:
        breaks(context)
        outcome = grade_class(tiny, folder, tmp_path / "out", view=Quiet(), manner=Manner(jobs=1))
    records = by_student(tmp_path / "out")
    assert outcomes(records["bob"]) == ["grader_fault"] * 3
    assert "/srv" not in json.dumps(records["bob"])
    assert (records["ada"]["score"], records["cy"]["score"]) == (5, 5)
    assert outcome.faults == 1
    assert len((tmp_path / "out/grades.csv").read_text(encoding="utf-8").splitlines()) == 4
    view = Quiet()
    assert grade_class(tiny, folder, tmp_path / "out", view=view).complete
    assert view.students == ["bob"]


def test_a_full_disk_stops_the_run_and_loses_nothing(
    tiny: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_json = classes.write_json

    def full(path: Path, plain: Any) -> None:
        if path.name == "bob.json":
            raise CourseError(f"{path} cannot be written (No space left on device); free some space.")
        write_json(path, plain)

    folder = make_class(tmp_path / "in")
    with monkeypatch.context() as context:
        context.setattr(classes, "write_json", full)
        with pytest.raises(CourseError, match=r"bob\.json cannot be written"):
            grade_class(tiny, folder, tmp_path / "out", view=Quiet(), manner=Manner(jobs=1))
    assert sorted(path.name for path in (tmp_path / "out").glob("*.json")) == ["ada.json", "run.json"]
    view = Quiet()
    grade_class(tiny, folder, tmp_path / "out", view=view, manner=Manner(jobs=1))
    assert (view.students, view.already) == (["cy"], 2)  # what could not be written stands in the store


def test_a_student_called_submitted_does_not_take_the_place_of_the_class(
    tiny: Course, tmp_path: Path
) -> None:
    hand_in(make_class(tmp_path / "in"), "submitted", "x = 1\n")
    hand_in(tmp_path / "in/submitted", "ada", "x = 1\n")
    intake = Intake(tiny, tmp_path / "in", tiny.days)
    assert intake.students == ["ada", "bob", "cy", "submitted"]
    assert "the folder submitted was taken for a student's" in intake.read("submitted").note


@pytest.mark.parametrize(
    "others", [[], ["source", "release", "autograded/ada", "feedback/ada"], ["data/raw"]]
)
def test_the_folder_of_nbgrader_is_the_class(tiny: Course, tmp_path: Path, others: list[str]) -> None:
    make_class(tmp_path / "in/submitted")
    for other in others:
        (tmp_path / "in" / other / (DAY if other != "data/raw" else "")).mkdir(parents=True)
    assert Intake(tiny, tmp_path / "in", tiny.days).students == ["ada", "bob", "cy"]


@pytest.mark.parametrize("beside", ["ada.zip", "BIG.TGZ", DAY])
def test_what_lies_beside_or_in_submitted_makes_it_a_students(
    tiny: Course, tmp_path: Path, beside: str
) -> None:
    make_class(tmp_path / "in/submitted")
    if beside == DAY:
        (tmp_path / "in/submitted" / DAY).symlink_to(tmp_path)
    else:
        (tmp_path / "in" / beside).write_bytes(zip_of(SOLUTION))
    assert "submitted" in Intake(tiny, tmp_path / "in", tiny.days).students


def test_a_test_file_that_python_cannot_hold_is_one_that_differs(tiny: Course, tmp_path: Path) -> None:
    folder = make_class(tmp_path / "in")
    (folder / "ada/tests" / DAY).mkdir(parents=True)
    (folder / "ada/tests" / DAY / "test_sums.py").write_text("~" * 20_000 + "1\n", encoding="utf-8")
    submission = Intake(tiny, folder, tiny.days).read("ada")
    assert submission.tamper == (f"tests/{DAY}/test_sums.py differs from the course's, which was used",)
    assert not submission.fault


def test_what_is_said_of_a_hand_in_has_an_end(tiny: Course) -> None:
    writer = RecordWriter(tiny, [Selection(day, day.exercises) for day in tiny.days], 1, {DAY: ""})
    long = "x" * 100_000
    submission = Submission("ada", note=long, tamper=(long,) * 1_000)
    record = writer.without_running(submission, "rejected", long)
    assert len(json.dumps(record)) < 80_000
    assert "(98000 characters more)" in record["note"]
    assert record["tamper"][-1] == "980 more like these"
    assert "(80000 characters more)" in record["days"][0]["exercises"][0]["tests"][0]["message"]


def test_a_fault_takes_no_result_away_and_is_no_grade(
    tiny: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(tmp_path / "in", "ada", SOLUTION)
    hand_in(tmp_path / "in", "bob", SOLUTION)
    grade_class(tiny, tmp_path / "in", tmp_path / "out", view=Quiet())
    before = read(tmp_path / "out", "ada")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("course.grading.station.Station.grade", broken)
    hand_in(tmp_path / "in", "ada", SOLUTION + "\nchanged = 1\n")
    hand_in(tmp_path / "in", "cyd", SOLUTION)
    outcome = grade_class(tiny, tmp_path / "in", tmp_path / "out", view=Quiet())
    assert not outcome.complete
    now = read(tmp_path / "out", "ada")
    assert now["score"] == before["score"] == before["max_score"]
    assert "the earlier result stands" in now["note"]
    grades = (tmp_path / "out/grades.csv").read_text(encoding="utf-8").splitlines()
    assert [line for line in grades if line.startswith("cyd")] == ["cyd,,,5"]
