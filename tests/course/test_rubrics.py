"""Rubrics: read from their files, filled in line by line, counted from then on, never replaced."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from course.catalog import Course, select
from course.catalog.rubrics import Rubric, read_rubrics
from course.errors import CourseError, UsageError
from course.verify.completeness import incomplete
from tests.course.class_records import record, write_record
from tests.course.conftest import write
from tests.course.test_cli import run

pytest.importorskip("sqlalchemy", reason="rubrics are filled in in the store (the extra 'instructor')")

from course.results.adjusting import fill_in
from course.results.book import check_book
from course.results.exports import export_and_note
from course.results.reading import Adjustment, totals
from course.results.store import Store

REPORT = """
title = "Report"

[[criterion]]
name = "method"
title = "Method"
says = "Could somebody do it again?"
[[criterion.level]]
name = "complete"
points = 4
says = "Every setting is named."
[[criterion.level]]
name = "missing"
points = 0

[[criterion]]
name = "failures"
title = "Failure cases"
[[criterion.level]]
name = "shown"
points = 2.5
[[criterion.level]]
name = "none"
points = 0
"""


@pytest.fixture
def rubrics(tiny: Course) -> dict[str, Rubric]:
    """One of a day, and one of a project."""
    for name in ("day01_tiny", "detection"):
        write(tiny.root / "tests" / name / "rubric.toml", REPORT)
    return read_rubrics(tiny)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    for plain in (record("ada", "fpp"), record("bob", "ppp")):
        write_record(folder, plain)
        with Store(folder) as store:
            store.save(plain)
    return folder


def mark(out: Path, rubric: Rubric, author: str = "grace", **levels: str) -> list[Adjustment]:
    with Store(out) as store, store.at_once():
        given = {name: (level, f"why {level}") for name, level in levels.items()}
        return fill_in(store, "ada", rubric, given, author)


def test_a_rubric_is_read_with_its_criteria_and_levels(rubrics: dict[str, Rubric]) -> None:
    assert list(rubrics) == ["day01_tiny", "detection"]
    one = rubrics["detection"]
    assert (one.title, one.max_points) == ("Report", 6.5)
    assert [(c.name, c.max_points) for c in one.criteria] == [("method", 4), ("failures", 2.5)]
    assert one.criterion("method").level("complete").says == "Every setting is named."


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("points = 4", "points = -4", "criterion method, level complete: write points = n"),
        ("points = 4", "points = true", "criterion method, level complete: write points = n"),
        ("points = 4", "points = inf", "criterion method, level complete: write points = n"),
        ('name = "failures"', 'name = "method"', "the criterion 'method' stands there twice"),
        ('name = "missing"', 'name = "complete"', "the level 'complete' stands there twice"),
        ('name = "shown"', 'name = ""', "a level has no name"),
        ("[[criterion]]", "[[criteria]]", "lists no criterion"),
        ("[[criterion.level]]", "[[criterion.step]]", "lists no level"),
        ('title = "Report"', "title = 3", "title is no text"),
        ('title = "Report"', "title = ", "cannot be read"),
    ],
)
def test_what_is_wrong_in_a_rubric_is_one_sentence(tiny: Course, old: str, new: str, sentence: str) -> None:
    write(tiny.root / "tests/day01_tiny/rubric.toml", REPORT.replace(old, new))
    with pytest.raises(CourseError, match=sentence) as said:
        read_rubrics(tiny)
    assert "tests/day01_tiny/rubric.toml" in str(said.value)


def test_a_rubric_that_cannot_be_used_is_a_finding(tiny: Course) -> None:
    (chosen,) = select(tiny, [])
    write(tiny.root / "tests/day01_tiny/rubric.toml", REPORT)
    before = list(incomplete(tiny, chosen, ()))
    write(tiny.root / "tests/day01_tiny/rubric.toml", REPORT.replace("points = 4", ""))
    (new,) = [one for one in incomplete(tiny, chosen, ()) if one not in before]
    assert new.says.startswith(
        "has a rubric that cannot be used: tests/day01_tiny/rubric.toml, criterion method"
    )


def test_what_is_filled_in_counts_from_then_on(out: Path, rubrics: dict[str, Rubric]) -> None:
    mark(out, rubrics["day01_tiny"], method="complete")
    with Store(out) as store:
        sums = totals(record("ada", "fpp"), store.adjustments("ada"))
    assert (sums.score, sums.manual, sums.rubric, sums.total, sums.max_score) == (3, 0, 4, 7, 9)


def test_a_project_without_a_day_counts_as_well(out: Path, rubrics: dict[str, Rubric]) -> None:
    mark(out, rubrics["detection"], method="complete", failures="none")
    with Store(out) as store:
        sums = totals(record("ada", "fpp"), store.adjustments("ada"))
    assert (sums.rubric, sums.total, sums.max_score) == (4, 7, 11.5)


def test_another_level_is_added_and_the_first_stays_on_record(out: Path, rubrics: dict[str, Rubric]) -> None:
    (first,) = mark(out, rubrics["detection"], method="complete")
    assert mark(out, rubrics["detection"], "alan", method="complete") == []  # nothing new is said
    (second,) = mark(out, rubrics["detection"], "alan", method="missing")
    with Store(out) as store:
        assert store.adjustments("ada") == [second]
        old, new = store.adjustments("ada", removed=True)
    assert (old.number, old.points, old.removed_by) == (first.number, 4, "alan")
    assert (new.points, new.possible, new.level, new.removed_at) == (0, 4, "missing", None)


@pytest.mark.parametrize(
    ("levels", "sentence"),
    [
        ({"methods": "complete"}, "no criterion 'methods'; there is: 'method', 'failures'"),
        ({"method": "great"}, "no level 'great'; there is: 'complete', 'missing'"),
    ],
)
def test_what_the_rubric_does_not_have_is_refused_with_all_of_it(
    out: Path, rubrics: dict[str, Rubric], levels: dict[str, str], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        mark(out, rubrics["detection"], failures="shown", **levels)
    with Store(out) as store:
        assert store.adjustments() == []


def test_exports_have_it(out: Path, rubrics: dict[str, Rubric]) -> None:
    mark(out, rubrics["day01_tiny"], method="complete")
    mark(out, rubrics["detection"], failures="shown")

    def table(name: str) -> list[dict[str, str]]:
        written = export_and_note(out, name, None, None, "me")
        return list(csv.DictReader(written.read_text(encoding="utf-8").splitlines()))

    ada, bob = table("csv")
    assert {name: ada[name] for name in ("score", "max_score", "rubric", "total", "possible")} == {
        "score": "3", "max_score": "5", "rubric": "6.5", "total": "9.5", "possible": "11.5",
    }  # fmt: skip
    assert (bob["rubric"], bob["total"], bob["possible"]) == ("0", "5", "5")
    possible, ada, bob = table("canvas")
    assert (possible["day01_tiny"], possible["detection"]) == ("9", "2.5")
    assert (ada["day01_tiny"], ada["detection"]) == ("7", "2.5")
    assert (bob["day01_tiny"], bob["detection"]) == ("5", "")
    ada, bob = table("moodle")
    assert (ada["day01_tiny"], ada["detection"]) == ("7", "2.5")
    assert "method: complete, 4 of 4 points: why complete" in ada["day01_tiny feedback"]
    assert ada["detection feedback"] == "failures: shown, 2.5 of 2.5 points: why shown"
    assert bob["detection"] == "-"
    written = export_and_note(out, "gradescope", None, None, "me")
    results = json.loads((written / "ada/results.json").read_text(encoding="utf-8"))
    assert results["score"] == 9.5
    assert "detection: failures: shown, 2.5 of 2.5 points: why shown" in results["output"]


def test_pages_screens_and_the_book_have_it(tiny: Course, out: Path, rubrics: dict[str, Rubric]) -> None:
    mark(out, rubrics["detection"], failures="shown")
    said = run(tiny.root, "adjust", str(out)).stdout
    assert "2.5/2.5" in said
    assert "shown. why shown" in " ".join(said.split())
    assert "shown, 2.5 of 2.5, for detection/failures by grace" in run(
        tiny.root, "history", str(out), "ada"
    ).stdout.replace("\n", "")
    assert run(tiny.root, "report", str(out)).returncode == 0
    student = (out / "report/students/ada.html").read_text(encoding="utf-8")
    assert "<b>Failure cases</b>: shown, 2.5 of 2.5 points. why shown" in student
    assert "Report" in student
    staff = (out / "report/index.html").read_text(encoding="utf-8")
    section = staff.partition('<section id="rubrics">')[2].partition("</section>")[0]
    assert "<b>Failure cases</b>" in section
    assert "2.5/2.5" in section
    assert "shown 1" in section
    assert run(tiny.root, "publish", str(out), "--as", "files").returncode == 0
    told = (out / "feedback/ada.md").read_text(encoding="utf-8")
    assert "failures: shown, 2.5 of 2.5 points: why shown" in told
    (finding,) = check_book(out)
    assert finding.says == "grades.csv is not what the results give"
    assert check_book(out, mend=True)[0].mended
    assert check_book(out) == []


def test_a_student_release_has_the_rubric_of_its_days(releasable: Course) -> None:
    from course.release.student import build_release

    write(releasable.root / "tests/day01_tiny/rubric.toml", REPORT)
    files = build_release(releasable, releasable.days, "1.0")
    assert files["tests/day01_tiny/rubric.toml"].decode() == REPORT.lstrip("\n")
