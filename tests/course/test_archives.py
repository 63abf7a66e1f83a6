"""Archives: the days' files come out, and nothing unsafe does anything outside."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import py7zr
import pytest

from course.catalog import Course
from course.grading.archives import MAX_ENTRIES, MAX_FILE, UnsafeArchiveError, look_into
from course.grading.claims import Claims
from course.grading.classes import Graded, grade_class
from course.grading.intake import Intake
from course.grading.room import MAX_STRANGERS
from course.results import reading
from course.results.class_folder import SUFFIXES
from tests.course.conftest import SOLUTION

DAYS = ["day01_tiny"]
FILE = "day01_tiny/sums.py"


def read_archive(archive: Path, course: Course) -> dict[str, bytes | None]:
    claims = Claims(course.days, course.days)
    with ExitStack() as stack:
        look_into(archive, claims, stack)
        return {place: found.read() for place, found in claims}


def make_zip(path: Path, files: dict[str, bytes], mode: int = 0o100644) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(info, data)
    return path


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def make_zip_of_pairs(path: Path, files: Sequence[tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w") as bundle, warnings.catch_warnings(action="ignore"):
        for name, data in files:
            bundle.writestr(name, data)
    return path


def make_tar(
    path: Path, files: dict[str, bytes], change: Callable[[tarfile.TarInfo], None] = lambda info: None
) -> Path:
    with tarfile.open(path, "w:gz") as bundle:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            change(info)
            bundle.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("prefix", ["", "course-main/", "a/b/"])
@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_only_the_days_python_files_come_out(tiny: Course, tmp_path: Path, prefix: str, kind: str) -> None:
    files = {
        prefix + name: b"x = 1\n"
        for name in (FILE, "day01_tiny/data.bin", "conftest.py", "day99/other.py", ".git/config")
    }
    archive = (make_zip if kind == "zip" else make_tar)(tmp_path / f"ada.{kind}", files)
    assert read_archive(archive, tiny) == {FILE: b"x = 1\n"}


def _link(info: tarfile.TarInfo) -> None:
    info.type, info.linkname, info.size = tarfile.SYMTYPE, "/etc/passwd", 0


def _hard_link(info: tarfile.TarInfo) -> None:
    info.type, info.linkname, info.size = tarfile.LNKTYPE, "/etc/passwd", 0


def _fifo(info: tarfile.TarInfo) -> None:
    info.type, info.size = tarfile.FIFOTYPE, 0


def _device(info: tarfile.TarInfo) -> None:
    info.type, info.size = tarfile.CHRTYPE, 0


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda p: make_zip(p / "a.zip", {"../day01_tiny/sums.py": b""}), "points outside"),
        (lambda p: make_zip(p / "a.zip", {"..\\day01_tiny\\sums.py": b""}), "points outside"),
        (lambda p: make_zip(p / "a.zip", {"/day01_tiny/sums.py": b""}), "points outside"),
        (lambda p: make_zip(p / "a.zip", {"C:/day01_tiny/sums.py": b""}), "points outside"),
        (lambda p: make_zip(p / "a.zip", {FILE: b"/etc/passwd"}, stat.S_IFLNK | 0o777), "is a link"),
        (lambda p: make_zip(p / "a.zip", {FILE: b""}, stat.S_IFIFO | 0o777), "no ordinary file"),
        (lambda p: make_zip(p / "a.zip", {FILE: bytes(MAX_FILE + 1)}), "larger than 1 MiB"),
        (lambda p: make_zip(p / "a.zip", {f"n{i}": b"" for i in range(MAX_ENTRIES + 1)}), "entries"),
        (lambda p: make_zip(p / "a.zip", {"d/" * 30 + "x.py": b""}), "nested too deeply"),
        (
            lambda p: make_zip(p / "a.zip", {"x" * 1001: b""}),
            "x'… is too long a name",
        ),
        (lambda p: make_zip_of_pairs(p / "a.zip", [(FILE, b"1"), (FILE, b"2")]), "has .* twice"),
        (lambda p: write(p / "a.zip", b"Rar!\x1a\x07"), "RAR archive"),
        (lambda p: make_tar(p / "a.tar.gz", {"../" + "x/" * 2**20: b""}), "is too long a name"),
        (lambda p: make_tar(p / "a.tar.gz", {"../day01_tiny/sums.py": b""}), "points outside"),
        (lambda p: make_tar(p / "a.tar.gz", {FILE: b""}, _link), "is a link"),
        (lambda p: make_tar(p / "a.tar.gz", {FILE: b""}, _hard_link), "is a link"),
        (lambda p: make_tar(p / "a.tar.gz", {FILE: b""}, _fifo), "no ordinary file"),
        (lambda p: make_tar(p / "a.tar.gz", {FILE: b""}, _device), "no ordinary file"),
        (lambda p: make_tar(p / "a.tar.gz", {FILE: bytes(MAX_FILE + 1)}), "larger than 1 MiB"),
    ],
)
def test_an_unsafe_archive_is_refused_by_name(
    tiny: Course, tmp_path: Path, make: Callable[[Path], Path], says: str
) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    archive = make(folder)
    with pytest.raises(UnsafeArchiveError, match=says) as refused:
        read_archive(archive, tiny)
    assert len(str(refused.value)) < 400
    assert {p.name for p in folder.iterdir()} == {archive.name}


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
@pytest.mark.parametrize("content", [b"", b"no archive at all", b"PK\x03\x04broken", b"\x1f\x8bbroken"])
def test_a_broken_archive_is_refused(tiny: Course, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnsafeArchiveError, match="cannot be read"):
        read_archive(tmp_path / name, tiny)


def test_a_bomb_ends_while_it_is_read(tiny: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.grading.archives._Counted.LIMIT", 2**20)
    with gzip.open(tmp_path / "a.tar.gz", "wb") as stream:
        info = tarfile.TarInfo("zeros.bin")
        info.size = 2**24
        stream.write(info.tobuf())
        stream.write(bytes(2**24))
    with pytest.raises(UnsafeArchiveError, match="unpacks to more than 1 MiB"):
        read_archive(tmp_path / "a.tar.gz", tiny)


def make_archive(path: Path, files: dict[str, bytes]) -> Path:
    """An archive of the kind that its name says."""
    if path.suffix == ".zip":
        return make_zip(path, files)
    if path.suffix == ".7z":
        with py7zr.SevenZipFile(path, "w") as bundle:
            for name, data in files.items():
                bundle.writestr(data, name)
        return path
    kind = {"gz": "gz", "tgz": "gz", "bz2": "bz2", "tbz2": "bz2", "xz": "xz", "txz": "xz"}
    packed = kind.get(path.name.rpartition(".")[2], "")
    with tarfile.open(path, f"w:{packed}") as bundle:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            bundle.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("ending", [suffix for suffix in SUFFIXES if suffix != ".rar"])
def test_every_usual_kind_of_archive_is_read(tiny: Course, tmp_path: Path, ending: str) -> None:
    files = {FILE: SOLUTION.encode(), "day01_tiny/mine.py": b"x = 1\n", "picture.png": bytes(100)}
    (tmp_path / "in").mkdir()
    archive = make_archive(tmp_path / f"in/ada{ending}", files)
    assert read_archive(archive, tiny) == {FILE: SOLUTION.encode(), "day01_tiny/mine.py": b"x = 1\n"}
    assert [one.student for one in Intake(tiny, tmp_path / "in", tiny.days)] == ["ada"]


def test_the_kind_is_told_from_the_content(tiny: Course, tmp_path: Path) -> None:
    make_archive(tmp_path / "a.tar.xz", {FILE: b"x = 1\n"}).rename(tmp_path / "ada.zip")
    assert read_archive(tmp_path / "ada.zip", tiny) == {FILE: b"x = 1\n"}


def test_a_bomb_of_7z_ends_while_it_is_read(
    tiny: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("course.grading.archives._Counted.LIMIT", 2**20)
    many = {f"day01_tiny/f{number}.py": bytes(2**19) for number in range(4)}
    with pytest.raises(UnsafeArchiveError, match="unpacks to more than 1 MiB"):
        read_archive(make_archive(tmp_path / "a.7z", many), tiny)


class Quiet:
    def started(self, total: int, already: int) -> None: ...

    def graded(self, one: Graded) -> None: ...


@pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")
def test_archives_are_graded_beside_folders(tiny: Course, tmp_path: Path) -> None:
    handed_in = tmp_path / "in"
    (handed_in / "bob/day01_tiny").mkdir(parents=True)
    (handed_in / "bob" / FILE).write_text(SOLUTION, encoding="utf-8")
    make_zip(handed_in / "ada.zip", {f"course-main/{FILE}": SOLUTION.encode()})
    make_tar(handed_in / "cy.tar.gz", {FILE: b""}, _link)
    outcome = grade_class(tiny, handed_in, tmp_path / "out", seed=1, view=Quiet())
    assert [(one.student, one.score) for one in list(outcome.lines())] == [("ada", 5), ("bob", 5), ("cy", 0)]
    assert "cy.tar.gz was refused: 'day01_tiny/sums.py' is a link" in list(outcome.lines())[2].remark
    assert "3 rejected" in list(outcome.lines())[2].remark


@pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")
def test_why_an_archive_was_refused_is_told_without_a_name(tiny: Course, tmp_path: Path) -> None:
    (tmp_path / "in/cyrus").mkdir(parents=True)
    make_tar(tmp_path / "in/cyrus.tar.gz", {FILE: b""}, _link)
    make_tar(tmp_path / "in/cyrus/work.tar.gz", {FILE: b""}, _link)
    grade_class(tiny, tmp_path / "in", tmp_path / "out", seed=1, view=Quiet())
    record = reading.read_record(tmp_path / "out/cyrus.json")
    assert "cyrus" in record["note"]  # for staff
    said = "Not checked: what was handed in was refused: 'day01_tiny/sums.py' is a link."
    hidden = "A hidden check of this exercise ended with: rejected."
    assert {test["message"] for _, _, test in reading.tests_of(record)} == {said, hidden}


MUCH: dict[str, dict[str, bytes]] = {
    "many": {f"{DAYS[0]}/f{number}.py": b"" for number in range(6 * MAX_STRANGERS)},
    "large": {f"{DAYS[0]}/x{number:02}.py": b"#" * (2**20 - 10) + b"\n" for number in range(60)},
    "long": {f"{DAYS[0]}/{'a' * 300}.py": b"x = 1"},
}


@pytest.mark.slow
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("kind", ["zip", "tar.gz", "folder"])
@pytest.mark.parametrize("much", MUCH)
def test_what_lies_beside_right_work_costs_no_point(
    tiny: Course, tmp_path: Path, much: str, kind: str, first: bool
) -> None:
    right = {FILE: SOLUTION.encode()}
    files = right | MUCH[much] if first else MUCH[much] | right
    if kind == "folder":
        (tmp_path / "in/ada" / DAYS[0]).mkdir(parents=True)
        for name, data in files.items():
            if len(name) < 255:
                (tmp_path / "in/ada" / name).write_bytes(data)
    else:
        (tmp_path / "in").mkdir()
        (make_zip if kind == "zip" else make_tar)(tmp_path / f"in/ada.{kind}", files)
    submission = next(iter(Intake(tiny, tmp_path / "in", tiny.days)))
    assert submission.files.get(FILE) == SOLUTION.encode(), submission.note
    assert len(submission.files) <= MAX_STRANGERS + 1
    assert sum(map(len, submission.files.values())) < tiny.limits.scratch_mib * 2**20
    assert ("not read: too many" in submission.note) == (kind != "folder" or much != "long")
    assert len(submission.note) < 400


@pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")
def test_right_work_among_too_much_is_graded(tiny: Course, tmp_path: Path) -> None:
    for number, (much, files) in enumerate(MUCH.items()):
        make = make_tar if number else make_zip
        (tmp_path / "in").mkdir(exist_ok=True)
        make(tmp_path / f"in/{much}.{'tar.gz' if number else 'zip'}", files | {FILE: SOLUTION.encode()})
    outcome = grade_class(tiny, tmp_path / "in", tmp_path / "out", seed=1, view=Quiet())
    assert [one.score for one in outcome.lines()] == [5, 5, 5]
