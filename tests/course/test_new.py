"""`course new`: frames that every program can read, that nobody takes for finished, and that overwrite nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from course.catalog import Course, load_course, select
from course.cli import main
from course.release.drafts import MARK, new_day, new_exercise
from course.release.skeletons import differences, write
from course.testing.answers import read_answers
from course.testing.running import Runner
from course.verify.completeness import unfinished
from course.worker.near.local import LocalLink


def files_of(root: Path) -> dict[Path, str]:
    return {
        path: path.read_text(encoding="utf-8")
        for path in root.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


@pytest.fixture
def drafts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DRAFTS", "1")


@pytest.mark.parametrize(
    "name",
    [
        "sums.mean",
        "sums.Median",
        "sums.Counter.back",
        "sums.Timer.step",
        "sums.Counter.__add__",
        "other.mean",
    ],
)
def test_a_frame_is_in_the_catalogue_and_fails_usefully_until_it_is_written(tiny: Course, name: str) -> None:
    before = files_of(tiny.root)
    new_exercise(tiny, f"day01/{name}")
    course = load_course(tiny.root)
    write(course, differences(course), force=False)
    (selection,) = select(course, [f"day01/{name}"])
    (exercise,) = selection.exercises
    assert (len(exercise.hints), exercise.max_score) == (3, 1)
    kinds = [a.kind for a in read_answers(course, selection.day) if a.exercise == name]
    assert kinds == ["misconception"] * 3 + ["variant"] * 2
    for place in (course.root, course.solutions):
        result = Runner(course, 1).run(
            [selection], place, lambda _, p=place: LocalLink(p, ["day01_tiny"], course.limits)
        )
        assert [check.outcome for check in result.all_checks] == ["not_implemented"]
    kept = "".join(files_of(tiny.root).values())
    assert all(line in kept for text in before.values() for line in text.splitlines() if "import" not in line)


def test_a_test_that_compares_nothing_fails_a_right_solution_and_says_so(tiny: Course) -> None:
    new_exercise(tiny, "day01/sums.mean")
    source = tiny.solutions / "day01_tiny/sums.py"
    source.write_text(
        source.read_text().replace('raise NotImplementedError("FILL(sums.mean): the solution")', "return x")
    )
    course = load_course(tiny.root)
    result = Runner(course, 1).run(
        select(course, ["day01/mean"]),
        course.solutions,
        lambda _: LocalLink(course.solutions, ["day01_tiny"], course.limits),
    )
    (check,) = result.all_checks
    assert check.outcome == "failed"
    assert "compares nothing yet" in check.message


def test_a_frame_is_well_formed_python(tiny: Course) -> None:
    for name in ("sums.mean", "sums.Median", "sums.Counter.back", "other.a_rather_long_name_of_a_function"):
        new_exercise(load_course(tiny.root), f"day01/{name}")
    files = [str(path) for path in tiny.root.rglob("*.py") if MARK.search(path.read_text())]
    options = ["--config", str(Path(__file__).parents[2] / "pyproject.toml")]
    for command in (
        ["check", "--ignore", "F401"],
        ["format", "--check"],
    ):  # the tiny course has such an import
        subprocess.run([sys.executable, "-m", "ruff", *command, *options, *files], check=True)


def test_an_exercise_stands_behind_those_of_its_module(tiny: Course) -> None:
    new_exercise(tiny, "day01/other.mean")
    new_exercise(load_course(tiny.root), "day01/sums.product")
    (day,) = load_course(tiny.root).days
    assert [e.name for e in day.exercises] == [
        "sums.total",
        "sums.Counter.step",
        "sums.product",
        "other.mean",
    ]
    headings = [line for line in tiny.sheet(day).read_text().splitlines() if line.startswith("## ")]
    assert headings == ["## Total", "## Counter", "## Product", "## Mean"]


def test_a_new_day_is_a_draft_that_may_be_empty(tiny: Course, drafts: None) -> None:
    written = new_day(tiny, "day03_last")
    assert any("a day of part 1, as the one before it" in step for step in written.next_steps)
    new_day(load_course(tiny.root), "day02_next_topic")
    course = load_course(tiny.root)
    assert [day.name for day in course.days] == ["day01_tiny", "day02_next_topic", "day03_last"]
    day = course.day("day02_next_topic")
    assert (day.draft, day.title, day.exercises) == (True, "Next topic", ())
    write(course, differences(course), force=False)
    (selection,) = select(course, ["day02"])
    found = [finding.says for finding in unfinished(course, selection)]
    assert "`course new day02/module.function`" in found[0]
    assert "day02_next_topic/plots.py:1; day02_next_topic/README.md:3" in found[1]


def test_what_is_marked_is_listed_until_it_is_written(tiny: Course, drafts: None) -> None:
    new_day(tiny, "day02_next")
    new_exercise(load_course(tiny.root), "day02/first.step")
    course = load_course(tiny.root)
    marked = [p for p in tiny.root.rglob("*") if p.is_file() and MARK.search(p.read_text())]
    (selection,) = select(course, ["day02"])
    says = " ".join(finding.says for finding in unfinished(course, selection))
    assert all(str(path.relative_to(tiny.root)) in says for path in marked)
    for path in marked:
        path.write_text(MARK.sub("", path.read_text()))
    assert not list(unfinished(course, selection))


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("day01_other", "day01 is taken by day01_tiny"),
        ("day1_other", "no name of a day"),
        ("Day02_other", "no name of a day"),
        ("day02", "no name of a day"),
        ("day02_x/sums.mean", "write it first: `course new day02_x`"),
        ("day09/sums.mean", "There is no day 'day09'"),
        ("day01/mean", "`course new day01/module.mean`"),
        ("day01/", "no name of a day"),
        ("day01/sums.total", "has an exercise sums.total"),
        ("day01/sums.Total", "has an exercise sums.total"),
        ("day01/sums.Counter", "has a Counter"),
        ("day01/sums.total_of_several", "would become a test of"),
        ("day01/sums.for", "no name of an exercise"),
        ("day01/sums.two words", "no name of an exercise"),
        ("day01/../x.y", "no name of an exercise"),
        ("day01/plots.mean", "given code"),
    ],
)
def test_a_name_that_cannot_be_is_one_sentence_and_writes_nothing(
    tiny: Course, monkeypatch: pytest.MonkeyPatch, word: str, sentence: str
) -> None:
    monkeypatch.chdir(tiny.root)
    before = files_of(tiny.root)
    result = CliRunner().invoke(main, ["new", word])
    assert result.exit_code == 2
    assert sentence in result.output
    assert result.output.count("\n") == 1
    assert files_of(tiny.root) == before


def test_a_folder_that_is_there_is_not_written_into(tiny: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    (tiny.root / "day02_next").mkdir()
    monkeypatch.chdir(tiny.root)
    result = CliRunner().invoke(main, ["new", "day02_next"])
    assert (result.exit_code, "move it away first" in result.output) == (2, True)


def test_the_command_says_what_it_wrote_and_what_comes_next(
    tiny: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny.root)
    monkeypatch.delenv("COURSE_DRAFTS", raising=False)
    day, exercise = (
        CliRunner().invoke(main, ["new", word]).output for word in ("day02_next", "day02/first.step")
    )
    assert "added to  course.toml" in day
    assert "course new day02/module.function" in day
    assert "new       solutions/day02_next/first.py" in exercise
    for step in (
        "COURSE_DRAFTS=1",
        "course sync day02",
        "pytest --solutions tests/day02_next",
        "verify day02/step",
    ):
        assert step in exercise
    said = CliRunner().invoke(main, ["sync"]).output
    assert "left out day02_next: a draft; set COURSE_DRAFTS=1" in said
    assert "is a draft; set COURSE_DRAFTS=1" in CliRunner().invoke(main, ["sync", "day02"]).output
