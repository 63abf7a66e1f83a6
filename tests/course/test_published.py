"""Solutions in a release: packed, no leak, and open when the student's own is done or the day is due."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from course.catalog import Course, load_course
from course.cli import main
from course.errors import CourseError
from course.practice.progress import Placed
from course.release.leaks import find_leaks
from course.release.manifest import read_manifest
from course.release.published import PLACE, published, solution_of
from course.release.secrets import read_secrets
from course.release.student import build_release
from tests.course.conftest import SOLUTION, write
from tests.course.test_reached import say

pytestmark = pytest.mark.slow  # releases are made

TOTAL = '''\
def total(x: np.ndarray) -> float:
    """Sum of all entries."""
    return float(np.add.reduce(np.ravel(x)))
'''


@pytest.fixture
def clone(releasable: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A release with solutions, as students have it."""
    root = tmp_path / "clone"
    for place, content in build_release(releasable, releasable.days, "1.0", solved=releasable.days).items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_bytes(content)
    monkeypatch.chdir(root)
    return root


def test_a_solution_opens_when_the_own_one_is_right(clone: Path) -> None:
    work = clone / "day01_tiny/sums.py"
    stub = work.read_text(encoding="utf-8")
    shut = "opens when your own earns all its points; next: `course check day01/total`."
    assert shut in say("solution", "total")
    work.write_text(SOLUTION.replace("return float(", "return 1 + float("), encoding="utf-8")
    say("check", "total")
    assert shut in say("solution", "total")
    work.write_text(SOLUTION, encoding="utf-8")
    assert shut in say("solution", "total")  # it is not checked
    say("check", "total")
    assert say("solution", "total") == TOTAL
    assert "opens when" in say("solution", "Counter.step")
    work.write_text(stub, encoding="utf-8")
    assert shut in say("solution", "total")  # what passed is another text


def test_a_solution_opens_when_the_day_is_due(clone: Path) -> None:
    text = (clone / "course.toml").read_text(encoding="utf-8")
    write(clone / "course.toml", text.replace("part = 1", "part = 1\ndue = 2027-03-03"))
    course = load_course(clone)
    task = Placed(course.days[0], course.days[0].exercises[0])
    with pytest.raises(
        CourseError, match=r"or after 03 March 2027, 23:59; next: `course check day01/total`\."
    ):
        published(course, task, datetime(2027, 3, 3, 20, tzinfo=UTC))
    assert published(course, task, datetime(2027, 3, 4, 2, tzinfo=UTC)) == TOTAL


def test_it_is_packed_and_part_of_the_release(clone: Path, releasable: Course) -> None:
    assert "np.add.reduce" not in (clone / PLACE).read_text(encoding="utf-8")
    assert find_leaks(read_secrets(releasable), clone) == []
    manifest = read_manifest(clone)
    assert manifest is not None
    assert PLACE in manifest.files


def test_a_method_comes_alone_and_without_marks(releasable: Course) -> None:
    day = releasable.days[0]
    text = solution_of(releasable, day, day.exercises[1])
    assert text.startswith("    def step(self, by: int) -> int:")
    assert "SOLUTION" not in text
    assert "__init__" not in text


def test_without_the_option_there_is_none(clone: Path, releasable: Course) -> None:
    assert PLACE not in build_release(releasable, releasable.days, "1.0")
    (clone / PLACE).unlink()
    assert "This release brings no solution of day01/total" in say("solution", "total")
    write(clone / PLACE, json.dumps({"day01_tiny/sums.total": "no base64"}))
    (clone / "day01_tiny/sums.py").write_text(SOLUTION, encoding="utf-8")
    say("check", "total")
    assert f"{PLACE} is damaged" in say("solution", "total")


def test_the_option_names_days_of_the_release(releasable: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(releasable.root)
    result = CliRunner().invoke(main, ["release", "student", "out", "--solutions", "day07"])
    assert (result.exit_code, "There is no day 'day07'" in result.output) == (2, True)
    done = CliRunner().invoke(main, ["release", "student", "out", "--solutions", "day01", "--allow-dirty"])
    assert done.exit_code == 0, done.output
    assert (releasable.root / "out" / PLACE).is_file()
