"""Replay: the same verdicts from the same work, and every difference by name."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from course.catalog import Course, load_course
from course.errors import CourseError, UsageError
from course.grading.classes import grade_class
from course.grading.provenance import differences
from course.grading.replaying import replay
from tests.course.class_records import record, write_record
from tests.course.conftest import SOLUTION
from tests.course.test_cli import run
from tests.course.test_grading import Quiet, hand_in

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")
MEAN = SOLUTION.replace("float(np.add.reduce(np.ravel(x)))", "float(np.mean(x))")


@pytest.fixture
def graded(tiny: Course, tmp_path: Path) -> Path:
    """The result of a student with one misconception."""
    hand_in(tmp_path / "in", "ada", MEAN)
    grade_class(tiny, tmp_path / "in", tmp_path / "out", seed=3, view=Quiet())
    return tmp_path / "out/ada.json"


@needs_fork
@pytest.mark.parametrize("place", ["in", "in/ada"])
def test_the_same_work_gives_the_same_verdicts(
    tiny: Course, graded: Path, tmp_path: Path, place: str
) -> None:
    result = replay(tiny, graded, tmp_path / place)
    assert (result.student, result.tests) == ("ada", 3)
    assert (result.equal, result.verdicts, result.provenance) == (True, [], [])


@needs_fork
def test_an_archive_is_replayed_too(tiny: Course, tmp_path: Path) -> None:
    archive = tmp_path / "in/ada.zip"
    archive.parent.mkdir()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("clone/day01_tiny/sums.py", MEAN)
    grade_class(tiny, archive.parent, tmp_path / "out", view=Quiet())
    for place in (archive, archive.parent):
        assert replay(tiny, tmp_path / "out/ada.json", place).provenance == []


@needs_fork
def test_other_work_is_named_verdict_by_verdict(tiny: Course, graded: Path, tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "ada", SOLUTION.replace("self.value += by", "self.value = 0"))
    result = replay(tiny, graded, tmp_path / "in")
    assert not result.equal
    assert result.verdicts == [
        "day01_tiny/sums.total · test_total_of_several_shapes: failed (mean), 0 of 2 points then, "
        "passed, 2 of 2 points now",
        "day01_tiny/sums.total · test_total_of_large_numbers: failed (mean), 0 of 1 points then, "
        "passed, 1 of 1 points now",
        "day01_tiny/sums.Counter.step · test_counter_step_accumulates: passed, 2 of 2 points then, "
        "failed, 0 of 2 points now",
    ]
    assert [said.partition(":")[0] for said in result.provenance] == ["submission"]


@needs_fork
def test_a_changed_suite_and_other_versions_are_named(tiny: Course, graded: Path, tmp_path: Path) -> None:
    plain = json.loads(graded.read_text(encoding="utf-8"))
    plain["versions"]["numpy"] = "1.0"
    graded.write_text(json.dumps(plain), encoding="utf-8")
    tests = tiny.root / "tests/day01_tiny/test_sums.py"
    text = tests.read_text(encoding="utf-8").replace("test_total_of_large_numbers", "test_total_of_big_ones")
    tests.write_text(text, encoding="utf-8")
    result = replay(load_course(tiny.root), graded, tmp_path / "in")
    assert [said.partition(": ")[2] for said in result.verdicts] == [
        "failed (mean), 0 of 1 points then, the test is gone now",
        "a new test, failed (mean), 0 of 1 points now",
    ]
    assert len([said for said in result.provenance if said.startswith("suite: ")]) == 1
    assert len([said for said in result.provenance if said.startswith("versions of numpy: 1.0 then")]) == 1


@needs_fork
def test_the_limits_of_the_record_are_used(tiny: Course, tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "ada", SOLUTION)
    grade_class(tiny, tmp_path / "in", tmp_path / "out", seed=3, view=Quiet())
    path = tmp_path / "out/ada.json"
    plain = json.loads(path.read_text(encoding="utf-8"))
    plain["limits"] = {"test_seconds": 1.5, "a limit of long ago": 3}
    path.write_text(json.dumps(plain), encoding="utf-8")
    said = replay(tiny, path, tmp_path / "in").provenance
    assert [one for one in said if "test_seconds" in one] == []


@needs_fork
def test_the_command_ends_with_1_when_a_verdict_differs(tiny: Course, graded: Path, tmp_path: Path) -> None:
    same = run(tiny.root, "replay", str(graded), "--submission", str(tmp_path / "in"))
    assert same.returncode == 0
    assert "all 3 verdicts are equal" in same.stdout
    hand_in(tmp_path / "in", "ada", SOLUTION)
    other = run(tiny.root, "replay", str(graded), "--submission", str(tmp_path / "in"))
    assert other.returncode == 1
    assert "1 of 3 verdicts are equal" in other.stdout


def test_a_record_that_is_none_is_one_sentence(tiny: Course, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="There is no result file"):
        replay(tiny, tmp_path / "ada.json", tmp_path)
    (tmp_path / "bob.json").write_text("{}", encoding="utf-8")
    with pytest.raises(CourseError, match="is no result file"):
        replay(tiny, tmp_path / "bob.json", tmp_path)


def test_work_that_is_not_there_is_one_sentence(tiny: Course, tmp_path: Path) -> None:
    path = write_record(tmp_path / "out", record("ada"))
    with pytest.raises(UsageError, match="course replay RECORD --submission FOLDER"):
        replay(tiny, path)
    (tmp_path / "in").mkdir()
    with pytest.raises(CourseError, match="There is no submission at"):
        replay(tiny, path, tmp_path / "in")


def test_who_handed_in_nothing_has_nothing_to_replay(tiny: Course, tmp_path: Path) -> None:
    plain = record("nobody", "nnn")
    for exercise in plain["days"][0]["exercises"]:
        for test in exercise["tests"]:
            test["outcome"] = "not_gradable"
    path = write_record(tmp_path / "out", plain)
    (tmp_path / "in").mkdir()
    noted = {"seed": 7, "submissions": str(tmp_path / "in")}
    (tmp_path / "out/run.json").write_text(json.dumps(noted), encoding="utf-8")
    with pytest.raises(CourseError, match=r"^nobody handed in nothing, so there is nothing to grade again"):
        replay(tiny, path)


def test_the_folder_that_the_run_noted_is_tried(tiny: Course, tmp_path: Path) -> None:
    path = write_record(tmp_path / "out", record("ada"))
    noted = {"seed": 7, "submissions": str(tmp_path / "moved away")}
    (tmp_path / "out/run.json").write_text(json.dumps(noted), encoding="utf-8")
    with pytest.raises(CourseError, match=r"There is no submission at .*moved away"):
        replay(tiny, path)


def test_what_an_older_record_does_not_name_is_not_compared() -> None:
    before, after = record("ada"), record("ada", tool="t" * 64, limits={"memory_mib": 1})
    assert differences(before, after) == []
    assert differences(after, record("ada", tool="u" * 64, limits={"memory_mib": 2})) == [
        "tool: tttttttttttt… then, uuuuuuuuuuuu… now",
        "limits of memory_mib: 1 then, 2 now",
    ]
