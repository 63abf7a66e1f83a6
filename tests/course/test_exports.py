"""Exports, each read by the reader it is for, or by the rules its reader documents."""

from __future__ import annotations

import csv
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from course.catalog import Course
from course.cli import main
from course.errors import CourseError, UsageError
from course.files import write_json
from course.results.exports import FORMATS, export
from course.results.names import file_stem
from course.results.reading import Adjustment
from tests.course.class_records import record, write_record
from tests.course.conftest import ROOT
from tests.course.test_cli import run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="such names cannot be files on Windows")
HOSTILE = '=HYPERLINK("x") <b>&amp;<!--'
GIVEN = {"ada": [Adjustment(1, "ada", "day01_tiny", "sums.total", 1, "=good <i>idea</i>", "me", "", 0)]}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    late = record("ada", "fpp")
    late["days"][0]["late"] = {"points": 0.3, "reason": "2 h 10 min late: 10 % of 3 points"}
    late["days"][0]["exercises"][0]["tests"][0] |= {
        "message": "]]> <script>alert(1)</script> \0\x1b[31m \ud800 'quoted' \"too\"",
        "misconception": "mean",
    }
    late["days"][0]["exercises"][0]["tests"][1]["hidden"] = True
    write_record(folder, late)
    write_record(folder, record(HOSTILE, "nte"))
    write_record(folder, record("zoë", "ppp"))
    (folder / "run.json").write_text('{"seed": 7}', encoding="utf-8")
    return folder


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_everybody_and_nothing_half(out: Path, name: str) -> None:
    written = export(out, name)
    assert written == out / FORMATS[name].file
    assert written.exists()
    assert not [path for path in out.rglob(".*") if path.is_file()]


def test_the_table_keeps_its_form_when_nothing_was_settled(tmp_path: Path) -> None:
    write_record(tmp_path, record("ada", "ppp"))
    assert rows(export(tmp_path, "csv")) == [
        ["student", "day01_tiny", "score", "max_score"],
        ["ada", "5", "5", "5"],
    ]


def test_the_table_says_what_became_of_the_score(out: Path) -> None:
    head, hostile, ada, zoe = rows(export(out, "csv", adjustments=GIVEN))
    assert head == ["student", "day01_tiny", "score", "max_score", "late", "manual", "total"]
    assert hostile[0] == "'" + HOSTILE
    assert ada == ["ada", "3", "3", "5", "0.3", "1", "3.7"]
    assert zoe[-1] == "5"


@pytest.mark.parametrize("name", ["csv", "canvas", "moodle"])
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(tmp_path: Path, name: str, start: str) -> None:
    write_record(tmp_path, record(f"{start}1+1", "ppp"))
    comment = [Adjustment(1, f"{start}1+1", "day01_tiny", "", 1, "=1", "me", "", 0)]
    written = export(tmp_path, name, adjustments={f"{start}1+1": comment})
    for row in rows(written)[1:]:
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_junit_is_read_by_junitparser(out: Path) -> None:
    junitparser: Any = pytest.importorskip("junitparser", reason="the reader junitparser is not installed")
    document = junitparser.JUnitXml.fromfile(str(export(out, "junit")))
    suites = {suite.name: suite for suite in document}
    assert list(suites) == [HOSTILE, "ada", "zoë"]
    assert [(s.tests, s.failures, s.errors, s.skipped) for s in suites.values()] == [
        (3, 1, 2, 0),
        (3, 1, 0, 0),
        (3, 0, 0, 0),
    ]
    for suite in suites.values():
        stated = (suite.tests, suite.failures, suite.errors)
        suite.update_statistics()  # counts the elements themselves
        assert (suite.tests, suite.failures, suite.errors) == stated
    case = next(iter(suites["ada"]))
    assert (case.classname, case.name) == ("day01_tiny.sums.total", "test_total_several_shapes")
    assert case.result[0].type == "failed"
    assert "<script>alert(1)</script> \ufffd\ufffd[31m \ufffd" in case.result[0].text
    assert {p.name: p.value for p in suites["ada"].properties()}["total"] == "2.7"


GRADESCOPE_KEYS = {
    "score",
    "execution_time",
    "output",
    "output_format",
    "stdout_visibility",
    "extra_data",
    "tests",
}
GRADESCOPE_TEST = {
    "name": str,
    "score": int,
    "max_score": int,
    "status": str,
    "output": str,
    "output_format": str,
    "tags": list,
    "visibility": str,
}


def test_gradescope_finds_what_it_documents(out: Path) -> None:
    folder = export(out, "gradescope", adjustments=GIVEN)
    assert sorted(path.name for path in folder.iterdir()) == [file_stem(HOSTILE), "ada", "zoë"]
    plain = json.loads((folder / "ada/results.json").read_text(encoding="utf-8"))
    assert set(plain) == GRADESCOPE_KEYS
    assert plain["score"] == 3.7
    assert "2 h 10 min late: 10 % of 3 points" in plain["output"]
    assert plain["stdout_visibility"] == "hidden"
    assert plain["extra_data"]["seed"] == 7
    for test in plain["tests"]:
        assert {name: type(value) for name, value in test.items()} == GRADESCOPE_TEST
        assert test["status"] in ("passed", "failed")
        assert test["output_format"] == "text"
        assert test["visibility"] == "visible"
    assert [test["score"] for test in plain["tests"]] == [0, 1, 2]
    assert [test["name"].endswith("hidden check") for test in plain["tests"]] == [False, True, False]
    assert plain["tests"][0]["tags"] == ["failed", "mean"]


def canvas_reads(path: Path) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Points possible and points by login, by the rules of Canvas's gradebook_importer.rb."""
    table = rows(path)
    header = table[0]
    assert len(header) > 3
    assert "Student" in header[0]
    assert "ID" in header[1]
    assert "SIS User ID" in header[2]
    assert "SIS Login ID" in header[3]
    assert "Section" in header[4]
    possible: dict[str, str] = {}
    students: dict[str, dict[str, str]] = {}
    for row in table[1:]:
        cells = dict(zip(header[5:], row[5:], strict=True))
        if "Points Possible" in row[0]:
            possible = cells
        else:
            students[row[3]] = cells
    return possible, students


def test_canvas_reads_points_possible_and_what_counts(out: Path) -> None:
    write_record(out, record("Points Possible", "ppp"))
    possible, students = canvas_reads(export(out, "canvas", adjustments=GIVEN))
    assert possible == {"day01_tiny": "5"}
    assert {name: cells["day01_tiny"] for name, cells in students.items()} == {
        "'" + HOSTILE: "0",
        "Points Possible": "5",
        "ada": "3.7",
        "zoë": "5",
    }


def test_moodle_gets_a_grade_and_a_feedback_per_day(out: Path) -> None:
    head, hostile, ada, zoe = rows(export(out, "moodle", adjustments=GIVEN))
    assert head == ["username", "day01_tiny", "day01_tiny feedback"]
    assert [float(row[1]) for row in (hostile, ada, zoe)] == [0, 3.7, 5]
    assert ada[2] == (
        "3 of 5 points by the checks. 2 h 10 min late: 10 % of 3 points. "
        "+1 points: =good &lt;i&gt;idea&lt;/i&gt;"
    )


def test_days_that_not_everybody_has_stay_empty(out: Path) -> None:
    more = record("zoë", "ppp")
    more["days"].append({**more["days"][0], "day": "day02_more"})
    write_record(out, more)
    assert rows(export(out, "csv"))[2][:3] == ["ada", "3", ""]
    assert rows(export(out, "moodle"))[2][3] == "-"
    assert canvas_reads(export(out, "canvas"))[1]["ada"]["day02_more"] == ""


def test_an_unknown_format_names_those_there_are(out: Path) -> None:
    with pytest.raises(UsageError, match="there is: csv, junit, gradescope, canvas, moodle"):
        export(out, "excel")


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_named_by_the_help_and_by_the_documents(name: str) -> None:
    said = CliRunner().invoke(main, ["export", "--help"]).output
    assert re.search(rf"^  {name} .*{re.escape(FORMATS[name].file)}", said, re.MULTILINE)
    assert f"| `{name}` | `{FORMATS[name].file}` |" in (ROOT / "docs" / "results.md").read_text("utf-8")


def test_a_folder_without_results_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="There are no results in"):
        export(tmp_path, "csv")


@pytest.mark.parametrize("text", ["{", "[]", '{"student": "ada"}'])
def test_a_damaged_result_stops_the_export_and_keeps_the_old_file(out: Path, text: str) -> None:
    export(out, "csv")
    before = (out / "grades.csv").read_text(encoding="utf-8")
    (out / "zoë.json").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=r"zoë\.json is no result file"):
        export(out, "csv")
    assert (out / "grades.csv").read_text(encoding="utf-8") == before


def test_the_command_writes_where_it_is_told(tiny: Course, out: Path, tmp_path: Path) -> None:
    said = run(tiny.root, "export", str(out), "--format", "canvas", "--out", str(tmp_path / "c.csv"))
    assert (said.returncode, said.stdout.strip()) == (0, f"Written: {tmp_path / 'c.csv'}")
    assert len(rows(tmp_path / "c.csv")) == 5


def test_half_a_surrogate_pair_is_no_obstacle(tmp_path: Path) -> None:
    write_json(tmp_path / "x.json", {"message": "\ud800 and ☃"})
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8")) == {"message": "\ud800 and ☃"}
