"""What a student hands in is found wherever it lies and whatever it is called, when it can be meant one way only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import py7zr
import pytest
from click.testing import CliRunner, Result

from course.catalog import Course, load_course
from course.cli import main
from course.files import alone_in
from course.grading.claims import Claims
from course.grading.intake import Intake, Submission
from tests.course.conftest import SOLUTION, write_tiny_course
from tests.course.test_archives import make_archive, make_zip
from tests.course.test_changed_days import second_day
from tests.course.test_grading import hand_in

DAY = "day01_tiny"
FILE = f"{DAY}/sums.py"
WORK = SOLUTION.encode()
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")


@pytest.fixture
def two(tmp_path: Path) -> Course:
    """A course of two days that have a module of the same name."""
    root = write_tiny_course(tmp_path / "course")
    second_day(root)
    return load_course(root)


def read(course: Course, place: Path, files: dict[str, bytes], *days: str) -> Submission:
    """What the intake makes of one student's folder."""
    for name, data in files.items():
        (place / "in/ada" / name).parent.mkdir(parents=True, exist_ok=True)
        (place / "in/ada" / name).write_bytes(data)
    chosen = [day for day in course.days if not days or day.name in days]
    with Intake(course, place / "in", chosen) as intake:
        return intake.read("ada")


@pytest.mark.parametrize(
    "name",
    [
        "day01_tiny/sums.py",
        "work/day01_tiny/sums.py",
        "a/b/c/day01_tiny/sums.py",
        "day01_tiny/src/sums.py",
        "Day01_tiny/sums.py",
        "day1/sums.py",
        "Day 1/sums.py",
        "DAY-01 (final)/sums.py",
        "day01_tiny-main/sums.py",
        "day01_tiny/Sums.py",
        "day01_tiny/sums.PY",
        "day01_tiny/sums (1).py",
        "day01_tiny/sums copy.py",
        "Day1/src/Sums (2).PY",
    ],
)
@pytest.mark.parametrize("kind", ["folder", ".zip", ".tar.xz", "zip in a folder"])
def test_work_is_found(two: Course, tmp_path: Path, name: str, kind: str) -> None:
    if kind == "folder":
        submission = read(two, tmp_path, {name: WORK})
    elif kind == "zip in a folder":
        submission = read(
            two, tmp_path, {"work.zip": make_zip(tmp_path / "w.zip", {name: WORK}).read_bytes()}
        )
    else:
        (tmp_path / "in").mkdir()
        make_archive(tmp_path / f"in/ada{kind}", {name: WORK})
        submission = next(iter(Intake(two, tmp_path / "in", two.days)))
    assert submission.files == {FILE: WORK}, submission.note
    assert ("was read as" in submission.note) == (not name.endswith(FILE)), submission.note


@pytest.mark.parametrize("name", ["sums.py", "src/sums.py", "Sums (1).py", "homework.ipynb"])
def test_a_bare_file_belongs_to_the_day_that_is_graded(two: Course, tmp_path: Path, name: str) -> None:
    alone = read(two, tmp_path, {name: WORK}, DAY)
    found = f"{DAY}/{DAY}.ipynb" if name.endswith(".ipynb") else FILE
    assert found in alone.files or f"{found} is no notebook" in alone.note
    both = read(two, tmp_path, {})
    assert both.files == {}
    assert f"{name} belongs to no exercise" in both.note  # of which day?


def test_a_bare_file_that_only_one_day_can_have_is_its(two: Course, tmp_path: Path) -> None:
    (two.root / "tests/day02_tiny/exercises.toml").write_text(
        (two.root / "tests/day02_tiny/exercises.toml").read_text(encoding="utf-8").replace("sums.", "adds."),
        encoding="utf-8",
    )
    for place in ("tests/day02_tiny/test_sums.py", "solutions/day02_tiny/sums.py"):
        path = two.root / place
        path.rename(path.with_name(path.name.replace("sums", "adds")))
    assert read(load_course(two.root), tmp_path, {"sums.py": WORK}).files == {FILE: WORK}


@pytest.mark.parametrize("name", [FILE, "Day1/own.py", f"{DAY}.ipynb", "a/day01_tiny/old/own.py"])
def test_work_of_a_day_that_is_not_graded_now_is_no_mistake(two: Course, tmp_path: Path, name: str) -> None:
    other = read(two, tmp_path, {name: WORK}, "day02_tiny")
    assert (other.files, other.note) == ({}, "")


def test_what_belongs_to_no_day_is_named_whichever_is_graded(two: Course, tmp_path: Path) -> None:
    submission = read(two, tmp_path, {"draft.py": WORK}, "day02_tiny")
    assert submission.note == (
        "no known file in it, such as day02_tiny/sums.py; draft.py belongs to no exercise"
    )


def test_an_archive_stands_for_a_folder_of_its_name(two: Course, tmp_path: Path) -> None:
    packed = make_zip(tmp_path / "w.zip", {"sums.py": WORK}).read_bytes()
    assert read(two, tmp_path, {"upload/day01_tiny.zip": packed, "Day2.zip": packed}).files == {
        FILE: WORK,
        "day02_tiny/sums.py": WORK,
    }


def test_the_best_of_several_is_taken_and_the_others_are_named(two: Course, tmp_path: Path) -> None:
    files = {
        "backup/day01_tiny/sums.py": b"old",
        "day01_tiny/sums (1).py": b"older",
        "Day1/sums.py": b"oldest",
        FILE: WORK,
    }
    submission = read(two, tmp_path, files, DAY)
    assert submission.files == {FILE: WORK}
    assert "day01_tiny/sums (1).py was not read: day01_tiny/sums.py was" in submission.note


def test_a_clone_is_not_searched_for_what_is_called_alike(two: Course, tmp_path: Path) -> None:
    files = {
        "tests/day01_tiny/sums.py": b"1",
        "solutions/day01_tiny/sums.py": b"2",
        ".git/day01_tiny/sums.py": b"3",
        "__MACOSX/day01_tiny/sums.py": b"4",
        ".venv/lib/python3.11/site-packages/day01_tiny/sums.py": b"5",
    }
    assert read(two, tmp_path, files).files == {}


def test_files_beside_the_known_ones_come_along_from_a_days_folder_alone(two: Course, tmp_path: Path) -> None:
    files = {
        "Day1/sums.py": WORK,
        "Day1/mine.py": b"x = 1\n",
        "other.py": b"",
        "day01_tiny/deep/mine.py": b"",
    }
    assert set(read(two, tmp_path, files, DAY).files) == {FILE, f"{DAY}/mine.py"}


def test_links_are_not_followed_into(two: Course, tmp_path: Path) -> None:
    (tmp_path / "elsewhere/day01_tiny").mkdir(parents=True)
    (tmp_path / "elsewhere" / FILE).write_bytes(WORK)
    (tmp_path / "in/ada").mkdir(parents=True)
    os.symlink(tmp_path / "elsewhere", tmp_path / "in/ada/work")
    os.symlink(tmp_path / "elsewhere" / FILE, tmp_path / "in/ada/sums.py")
    assert read(two, tmp_path, {}, DAY).files == {}


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 12345\n"


@pytest.mark.parametrize("name", ["day01_tiny/sums.py", "day01_tiny/day01_tiny.ipynb"])
def test_a_pointer_of_lfs_is_named_for_what_it_is(two: Course, tmp_path: Path, name: str) -> None:
    submission = read(two, tmp_path, {name: POINTER})
    assert submission.files == {}
    assert f"{name} is a pointer of Git LFS, and the file itself is not here" in submission.note


def test_a_rar_is_named_for_what_it_is(two: Course, tmp_path: Path) -> None:
    submission = read(two, tmp_path, {"work.rar": b"Rar!\x1a\x07\x00"})
    assert submission.refused
    assert "RAR archive" in submission.note
    assert ".zip" in submission.note


def test_names_that_could_be_anything_are_nobodys(two: Course) -> None:
    claims: Claims[None] = Claims(two.days, two.days)
    for path in (("day3", "sums.py"), ("day11", "sums.py"), ("today1", "sums.py"), (DAY, "sums2", "x.py")):
        assert claims.of(path) is None


def test_a_notebook_with_large_outputs_is_read(two: Course, tmp_path: Path) -> None:
    from course.notebooks.reading import parse_notebook

    picture = "A" * (20 * 2**20)
    book = (
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "metadata": {},'
        f'"source": "x = 1", "outputs": [{{"data": {{"image/png": "{picture}"}}}}]}}]}}'
    ).encode()
    assert parse_notebook(book).cells[0].text == "x = 1"
    submission = read(two, tmp_path, {f"{DAY}/{DAY}.ipynb": book})
    assert "larger" not in submission.note
    assert FILE in submission.files


def test_7z_links_are_refused(tmp_path: Path, two: Course) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "target").mkdir()
    os.symlink("/etc/passwd", tmp_path / "target/sums.py")
    with py7zr.SevenZipFile(tmp_path / "in/ada.7z", "w") as bundle:
        bundle.write(tmp_path / "target/sums.py", FILE)
    submission = next(iter(Intake(two, tmp_path / "in", two.days)))
    assert submission.refused
    assert "is a link" in submission.note


def grade(course: Course, folder: Path, out: Path) -> Result:
    """The command, as an instructor types it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(course.root)
        return CliRunner().invoke(main, ["grade", str(folder), "--out", str(out), "--seed", "1"])


@forks
def test_nothing_in_the_folder_of_a_class_is_passed_over_in_silence(tiny: Course, tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "ada", SOLUTION)
    (tmp_path / "in/bob.py").write_text(SOLUTION, encoding="utf-8")
    (tmp_path / "in/notes.pdf").write_bytes(b"%PDF")
    os.symlink(tmp_path, tmp_path / "in/cy")
    for name in (".DS_Store", "submitted.csv", "extensions.csv"):
        (tmp_path / "in" / name).write_text(
            "student,day,submitted\n" if "sub" in name else "student,day,due\n", encoding="utf-8"
        )
    said = grade(tiny, tmp_path / "in", tmp_path / "out")
    assert said.exit_code == 3, said.output
    assert "Passed over: bob.py is a bare file: put it into a folder with the student's" in said.output
    assert "Passed over: notes.pdf is no folder and no archive." in said.output
    assert "Passed over: cy is a link" in said.output
    assert said.output.count("Passed over") == 3
    for name in ("bob.py", "notes.pdf", "cy"):
        (tmp_path / "in" / name).unlink()
    assert grade(tiny, tmp_path / "in", tmp_path / "out").exit_code == 0


@forks
def test_the_folder_of_results_is_nobodys(tiny: Course, tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "ada", SOLUTION)
    for _ in range(2):
        said = grade(tiny, tmp_path / "in", tmp_path / "in/results")
        assert said.exit_code == 0
        assert "1 submission, seed 1" in said.output


@pytest.mark.parametrize("within", ["", "submitted"])
def test_results_are_not_written_among_the_hand_ins(tiny: Course, tmp_path: Path, within: str) -> None:
    hand_in(tmp_path / "in" / within, "ada", SOLUTION)
    said = grade(tiny, tmp_path / "in", tmp_path / "in" / within)
    assert said.exit_code == 2
    assert "is the folder of the hand-ins; give the results another one with --out." in said.output
    assert [path.name for path in (tmp_path / "in" / within).iterdir()] == ["ada"]


def test_one_students_folder_is_no_class(tiny: Course, tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "ada", SOLUTION)
    said = grade(tiny, tmp_path / "in/ada", tmp_path / "out")
    assert said.exit_code != 0
    assert "it is one student's" in said.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("seed", ["-1", str(2**63), "1.5"])
def test_a_seed_that_no_database_takes_is_refused(tiny: Course, tmp_path: Path, seed: str) -> None:
    said = CliRunner().invoke(main, ["grade", str(tmp_path), "--out", str(tmp_path / "out"), "--seed", seed])
    assert said.exit_code == 2
    assert "Invalid value for '--seed'" in said.output


@forks
def test_two_graders_do_not_write_into_one_folder(tiny: Course, tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "ada", SOLUTION)
    with alone_in(tmp_path / "out", "nobody says this"):
        command = [
            sys.executable,
            "-m",
            "course",
            "grade",
            str(tmp_path / "in"),
            "--out",
            str(tmp_path / "out"),
        ]
        done = subprocess.run(command, cwd=tiny.root, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "Another `course grade` is writing into" in done.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [".lock"]
    assert grade(tiny, tmp_path / "in", tmp_path / "out").exit_code == 0


@forks
def test_another_class_does_not_get_into_the_same_results(tiny: Course, tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "ada", SOLUTION)
    assert grade(tiny, tmp_path / "in", tmp_path / "out").exit_code == 0
    hand_in(tmp_path / "other", "bob", SOLUTION)
    said = grade(tiny, tmp_path / "other", tmp_path / "out")
    assert said.exit_code == 1
    assert "the results of another class" in said.output
    hand_in(tmp_path / "other", "ada", SOLUTION)  # the same class, downloaded again
    assert grade(tiny, tmp_path / "other", tmp_path / "out").exit_code == 0


@forks
def test_a_row_of_nobody_is_named(tiny: Course, tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "ada", SOLUTION)
    rows = "student,day,submitted\nada,day01,2026-10-01T10:00:00Z\nadda,day01,2026-10-01T10:00:00Z\n"
    (tmp_path / "in/submitted.csv").write_text(rows, encoding="utf-8")
    said = grade(tiny, tmp_path / "in", tmp_path / "out")
    assert said.exit_code == 3
    assert "the row of adda in submitted.csv is nobody's" in said.output
    assert "row of ada in" not in said.output


def test_the_intake_says_what_it_would_take(
    two: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(two.root)
    hand_in(tmp_path / "in", "ada", SOLUTION)
    (tmp_path / "in/bob/Day2").mkdir(parents=True)
    (tmp_path / "in/bob/Day2/sums (1).py").write_text(SOLUTION, encoding="utf-8")
    (tmp_path / "in/李").mkdir()
    said = CliRunner().invoke(main, ["intake", str(tmp_path / "in")])
    assert said.exit_code == 3
    lines = said.output.splitlines()
    assert lines[0].split() == ["ada", "day01", "1/1"]
    assert "Day2/sums (1).py was read as day02_tiny/sums.py" in " ".join(lines[1:3])
    assert "nothing that can be graded" in said.output
    assert "3 hand-ins, 1 without anything that can be graded." in said.output
    (tmp_path / "in/李").rmdir()
    assert CliRunner().invoke(main, ["intake", str(tmp_path / "in")]).exit_code == 0
    assert (
        CliRunner().invoke(main, ["intake", str(tmp_path / "in"), "--day", "1"]).exit_code == 3
    )  # bob has none
