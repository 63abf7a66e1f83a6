"""`course verify` finds what is planted: each day of a small course has one defect, and the first has none."""

from __future__ import annotations

import ast
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner

from course.catalog import Check, Course, Day, Selection, load_course, select
from course.cli import main
from course.errors import CourseError, UsageError
from course.release.drafts import new_exercise
from course.report import verify_view
from course.report.terminal import console
from course.report.verify_view import VerifyView
from course.signals import RequestToEndError
from course.testing.answers import Answer
from course.testing.assertions import assert_close, comparison_listener
from course.testing.scanning import find_refused
from course.verify.changes import changed_days
from course.verify.cold import ENVIRONMENTS
from course.verify.completeness import heading_anchors
from course.verify.equivalents import Key, read_equivalents
from course.verify.evidence import Drawn, Evidence
from course.verify.findings import NEXT, DayReport, Kind, Report
from course.verify.judging import accepted_misconceptions, faults_in, unseen_misconceptions
from course.verify.margins import Margins
from course.verify.mutants import Mutant, MutantResult, mutants_of
from course.verify.mutation import MutantRuns, callers_of, weak_suites
from course.verify.pace import Pace
from course.verify.promises import promises_single_precision
from course.verify.proving import Options, verify
from course.verify.refusing import spellings
from course.verify.roots import Sources
from course.verify.trials import Trial, Trier
from course.worker.near import folders
from course.worker.near.folders import folders_in_memory
from course.worker.near.forks import Ended, ForkPool
from course.worker.outcomes import Outcome
from tests.course.conftest import ROOT, write

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="course verify forks its process")

SOLUTION = '''
"""Straight lines."""

import numpy as np


def affine(x: np.ndarray, slope: float, offset: float) -> np.ndarray:
    """The values of a straight line: slope · x + offset."""
    ### BEGIN SOLUTION
    return slope * np.asarray(x, dtype=float) + offset
    ### END SOLUTION
'''

EXERCISES = """
[[exercise]]
name = "lines.affine"
title = "Straight line"
sheet = "straight-lines"
refused = ["numpy.polyval"]
hints = ["Multiply first.", "Then add the offset."]
"""

SHEET = """
# A day

<!-- points -->
<!-- /points -->

## Straight lines
"""

HEAD = """
import numpy as np

from course.testing import assert_close, assert_that, misconception, points, variant

"""

SOUND_TESTS = """
@points(1)
def test_affine_of_several_points(student, rng):
    for n in (4, 1):
        x, (slope, offset) = rng.normal(size=n), rng.uniform(2, 5, size=2)
        assert_close(student.affine(x, slope, offset), np.polyval([slope, offset], x))


@points(1)
def test_affine_of_integers(student, rng):
    x = rng.integers(2, 9, size=3)
    assert_close(student.affine(x, 0.5, 3), 0.5 * x + 3)
"""

WRONG = """
@misconception("affine", "The offset is missing.")
def no_offset(x, slope, offset):
    return slope * np.asarray(x)


@misconception("affine", "The offset is added before the slope is multiplied.")
def offset_first(x, slope, offset):
    return slope * (np.asarray(x) + offset)


@misconception("affine", "The slope is missing.")
def no_slope(x, slope, offset):
    return np.asarray(x) + offset
"""

RIGHT = """
@variant("affine")
def point_by_point(x, slope, offset):
    return [slope * float(value) + offset for value in x]


@variant("affine")
def offset_first_but_right(x, slope, offset):
    return offset + np.asarray(x, dtype=float) * slope
"""

EQUIVALENT = """
[[mutant]]
exercise = "lines.affine"
before = "return slope * np.asarray(x, dtype=float) + offset"
after = "return slope * np.asarray(x) + offset"
reason = "the slopes are floats, and so is their product with integers"
"""

PLANTED: dict[str, dict[str, str]] = {
    "day01_sound": {"equivalent": EQUIVALENT},
    "day02_weak": {
        "tests": """
@points(1)
def test_affine_through_the_origin(student, rng):
    x = rng.normal(size=4)
    assert_close(student.affine(x, 1.0, 0.0), x)
"""
    },
    "day03_reference": {
        "tests": SOUND_TESTS.replace("np.polyval([slope, offset], x)", "np.polyval([offset, slope], x)")
    },
    "day04_flaky": {
        "tests": """
CALLS = []


@points(1)
def test_affine_every_other_time(student, rng):
    CALLS.append(1)
    x = rng.normal(size=3)
    assert_close(student.affine(x, 2.0, 3.0), 2 * x + 3 + len(CALLS) % 2)


@points(1)
def test_affine_of_inputs_that_cannot_be_repeated(student, rng):
    x = np.random.default_rng().normal(size=3) + 5
    assert_close(student.affine(x, 2.0, 3.0), 2 * x + 3)


@points(1)
def test_affine_of_the_hash_of_a_text(student, rng):
    x = np.array([0.1, 0.5, hash("a text") % 1000])
    assert_close(student.affine(x, 2.0, 3.0), 2 * x + 3)
"""
    },
    "day05_tolerance": {
        "tests": """
@points(1)
def test_affine_too_tight(student, rng):
    x = rng.uniform(1, 2, size=4)
    assert_close(student.affine(x, 2.0, 3.0), 2 * x + 3, rtol=1e-9, atol=0)


@points(1)
def test_affine_too_loose(student, rng):
    x = rng.uniform(1, 2, size=4)
    assert_close(student.affine(x, 2.0, 3.0), 2 * x + 3, rtol=0, atol=0.4)
""",
        "wrong": WRONG
        + """
@misconception("affine", "The offset is taken twice, by a fraction.")
def a_little_more(x, slope, offset):
    return slope * np.asarray(x) + 1.2 * offset
""",
        "right": RIGHT.replace(
            "return offset + np.asarray(x, dtype=float) * slope",
            "return (offset + np.asarray(x, dtype=float) * slope) * (1 + 4e-10)",
        ),
    },
    "day06_twins": {
        "wrong": WRONG
        + """
@misconception("affine", "Nothing is added.")
def nothing_added(x, slope, offset):
    return [slope * value for value in x]
"""
    },
    "day07_lax": {
        "tests": SOUND_TESTS
        + """
@points(1)
def test_affine_of_nothing(student, rng):
    assert_that(True, "holds whatever the student writes")
""",
        "exercises": EXERCISES.replace("straight-lines", "curves").replace("polyval", "polyvall"),
        "right": "",
    },
    "day08_wrong": {"solution": SOLUTION.replace("+ offset\n", "- offset\n"), "equivalent": EQUIVALENT},
    "day09_precise": {
        "tests": SOUND_TESTS
        + """
@points(1)
def test_affine_without_its_offset(student, rng):
    x = rng.uniform(1, 2, size=4)
    assert_close(student.affine(x, 2.0, 3.0) - np.full(4, 3.0), 2 * x, rtol=1e-9, atol=0)
""",
        "right": RIGHT.replace("return [", "return np.array([").replace(
            "for value in x]", "for value in x])"
        ),
        "sheet": SHEET + "\nResults may be arrays or lists, in double or single\nprecision.\n",
    },
    "day10_unlucky": {
        "tests": SOUND_TESTS
        + """
@points(1)
def test_affine_by_logarithms(student, rng):
    x = 1 + abs(rng.normal(size=3))
    assert_close(student.affine(x, 2.0, 3.0), 2 * np.log(np.exp(180 * x)) / 180 + 3)


@points(1)
def test_affine_where_digits_cancel(student, rng):
    x = rng.uniform(1, 2, size=2)
    assert_close(student.affine(x, 2.0, -2 * x[0]), 2 * (x - x[0]), rtol=1e-9, atol=1e-18)


@points(1)
def test_affine_seldom_near_the_edge(student, rng):
    x = rng.uniform(1, 2, size=2)
    assert_close(student.affine(x, 2.0, 3.0), 2 * x + 3 + 4e-6 * (x[0] > 1.96))
""",
        "right": RIGHT.replace(
            "return offset + np.asarray(x, dtype=float) * slope",
            "return (offset + np.asarray(x, dtype=float) * slope) * (1 + 1e-8 * (np.ravel(x)[0] > 1.985))",
        ),
    },
}


def write_planted_course(root: Path) -> Course:
    """A course with one day per defect."""
    toml = '[course]\ntitle = "Planted"\nseed = 5\n'
    for day, parts in PLANTED.items():
        toml += f'\n[[day]]\nname = "{day}"\ntitle = "Lines"\npart = 1\nimports = ["numpy"]\n'
        write(root / f"solutions/{day}/lines.py", parts.get("solution", SOLUTION))
        write(root / f"tests/{day}/exercises.toml", parts.get("exercises", EXERCISES))
        write(root / f"tests/{day}/test_lines.py", HEAD + parts.get("tests", SOUND_TESTS))
        write(
            root / f"tests/{day}/answers_lines.py",
            HEAD + parts.get("wrong", WRONG) + parts.get("right", RIGHT),
        )
        write(root / f"{day}/README.md", parts.get("sheet", SHEET))
        if "equivalent" in parts:
            write(root / f"tests/{day}/equivalent_mutants.toml", parts["equivalent"])
    write(root / "course.toml", toml)
    return load_course(root)


def whole(day: Day) -> Selection:
    return Selection(day, day.exercises)


DOUBLE = '''

def double(x: np.ndarray) -> np.ndarray:
    """Twice the values."""
    ### BEGIN SOLUTION
    return 2.0 * x
    ### END SOLUTION
'''

DOUBLE_TESTS = """

@points(1)
def test_double_of_several_points(student, rng):
    x = rng.normal(size=3)
    assert_close(student.double(x), x + x)
"""

DOUBLE_ANSWERS = """

@misconception("double", "Three times.")
def three_times(x):
    return 3 * x


@misconception("double", "The square.")
def squared(x):
    return x**2


@misconception("double", "Nothing is done.")
def nothing(x):
    return x


@variant("double")
def by_adding(x):
    return x + x


@variant("double")
def by_a_list(x):
    return [2 * float(value) for value in x]
"""


@pytest.fixture
def two(tmp_path: Path) -> Course:
    """A day with two exercises and a recorded mutant of the first."""
    exercise = EXERCISES.replace("lines.affine", "lines.double").replace('"numpy.polyval"', "")
    write(
        tmp_path / "course.toml",
        '[course]\ntitle = "Two"\nseed = 5\n\n[[day]]\nname = "day01_two"\ntitle = "Two"\n'
        'part = 1\nimports = ["numpy"]\n',
    )
    write(tmp_path / "solutions/day01_two/lines.py", SOLUTION + DOUBLE)
    write(tmp_path / "tests/day01_two/exercises.toml", EXERCISES + exercise)
    write(tmp_path / "tests/day01_two/test_lines.py", HEAD + SOUND_TESTS + DOUBLE_TESTS)
    write(tmp_path / "tests/day01_two/answers_lines.py", HEAD + WRONG + RIGHT + DOUBLE_ANSWERS)
    write(tmp_path / "tests/day01_two/equivalent_mutants.toml", EQUIVALENT)
    write(tmp_path / "day01_two/README.md", SHEET)
    return load_course(tmp_path)


class SilentView:
    def __init__(self) -> None:
        self.days: list[str] = []
        self.steps: list[tuple[int, int, float | None]] = []

    def moved(self, label: str, pace: Pace) -> None:
        self.steps.append((pace.ended, pace.expected, pace.left))

    def judged(self, report: DayReport) -> None:
        self.days.append(report.day)


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return write_planted_course(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="session")
def run(planted: Course) -> tuple[Report, SilentView]:
    view = SilentView()
    return verify(planted, select(planted, ()), Options(seeds=4), view), view


@pytest.fixture
def found(run: tuple[Report, SilentView]) -> Any:
    def of(day: str) -> list[tuple[str, str, str]]:
        report = next(report for report in run[0].days if report.day == day)
        return [(finding.kind, finding.where, finding.says) for finding in report.findings]

    return of


def kinds(findings: list[tuple[str, str, str]]) -> set[str]:
    return {kind for kind, _, _ in findings}


def test_a_sound_day_has_no_findings(run: tuple[Report, SilentView], found: Any) -> None:
    report = run[0].days[0]
    assert found("day01_sound") == []
    assert report.good
    assert report.score == 1.0
    assert report.fates["equivalent"] == 1
    assert report.fates["assertion"] >= 8
    assert (report.misconceptions, report.variants, report.checks) == (3, 2, 2)
    assert report.refusals >= 10
    assert report.margins.to_right > 1000
    assert report.margins.to_wrong > 1000


def test_a_weak_test_is_found(run: tuple[Report, SilentView], found: Any) -> None:
    findings = found("day02_weak")
    accepted = [
        where for kind, where, says in findings if kind == "misconception" and "under 4 of 4 seeds" in says
    ]
    assert accepted == ["lines.affine: no_offset", "lines.affine: offset_first", "lines.affine: no_slope"]
    assert "mutation score" in kinds(findings)
    survivors = {result.mutant.after for result in run[0].days[1].survivors}
    assert "return slope * np.asarray(x, dtype=float) - offset" in survivors


def test_findings_stand_in_the_order_of_the_course_however_jobs_end(planted: Course) -> None:
    (selection,) = select(planted, ("day02_weak",))
    names = ("no_offset", "offset_first", "no_slope")
    answers = [Answer("misconception", "lines.affine", name, "says", "", (), "") for name in names]
    trial = Trial("lines.affine", "test_affine_of_several_points", 5, "passed", "", 0.0, None, ())
    evidence = Evidence(selection, Sources.read(planted, selection.day), answers)
    for answer in reversed(answers):
        evidence.answered[answer] = [trial]
    evidence.arrange()
    assert [finding.where for finding in accepted_misconceptions(evidence)] == [
        f"lines.affine: {name}" for name in names
    ]


def test_a_mistake_that_only_a_hidden_test_sees_is_found(planted: Course) -> None:
    (whole,) = select(planted, ("day01_sound",))
    exercise = whole.exercises[0]
    late, early = (
        replace(check, hidden=hidden) for check, hidden in zip(exercise.checks, (True, False), strict=False)
    )
    exercise = replace(exercise, checks=(late, early))
    selection = Selection(whole.day, (exercise,))
    answer = Answer("misconception", exercise.name, "no_offset", "says", "", (), "")

    def found(*failing: Check) -> list[str]:
        evidence = Evidence(selection, Sources.read(planted, whole.day), [answer])
        evidence.answered[answer] = [
            Trial(exercise.name, c.name, seed, "failed" if c in failing else "passed", "", 0.0, None, ())
            for seed in (5, 6)
            for c in exercise.checks
        ]
        return [finding.says for finding in unseen_misconceptions(evidence)]

    (says,) = found(late)
    assert says == f"fails {late.name} alone, which is hidden: its author reads at home that all is done."
    assert found(early) == found(late, early) == found() == []


def test_a_wrong_reference_is_found_and_suspected(found: Any) -> None:
    solution = [(where, says) for kind, where, says in found("day03_reference") if kind == "solution"]
    assert [where for where, _ in solution] == ["test_affine_of_several_points"]
    assert "fails under 4 of 4 seeds (5, 6, 7, …): The result is wrong." in solution[0][1]
    assert "All variants fail it too: the expected value of the test is likely to be wrong." in solution[0][1]
    assert not any(kind == "variant" for kind, _, _ in found("day03_reference"))


def test_a_wrong_solution_is_told_from_a_wrong_reference(found: Any) -> None:
    says = [says for kind, _, says in found("day08_wrong") if kind == "solution"]
    assert len(says) == 2
    assert all("All variants pass it: the solution is likely to be wrong." in text for text in says)


def test_chance_is_found(found: Any) -> None:
    flaky = {where: says for kind, where, says in found("day04_flaky") if kind == "flaky test"}
    assert "one seed, two verdicts" in flaky["test_affine_every_other_time"]
    assert "asks other questions" in flaky["test_affine_of_inputs_that_cannot_be_repeated"]
    assert "asks other questions" in flaky["test_affine_of_the_hash_of_a_text"]


def test_a_draw_that_seldom_breaks_a_reference_is_found(
    run: tuple[Report, SilentView], planted: Course, found: Any
) -> None:
    ((where, says),) = [
        (where, says) for kind, where, says in found("day10_unlucky") if kind == "unlucky draw"
    ]
    assert where == "test_affine_by_logarithms"
    match = re.fullmatch(
        r"the solution fails under (\d+) of (\d+) seeds more \((\d+)(?:, \d+)*(?:, …)?\): (.+)", says
    )
    assert match is not None
    failed, tried, first = map(int, match.groups()[:3])
    assert 0 < failed < tried // 10
    assert first > 8  # those up to it were tried as the others are
    assert match[4] == "The result is wrong."
    assert not kinds(found("day10_unlucky")) & {"solution", "variant", "flaky test"}
    (tight,) = [says for kind, _, says in found("day10_unlucky") if kind == "tolerance" and "seldom" in says]
    assert tight.startswith(
        "too tight in test_affine_seldom_near_the_edge: the solution (more seeds) comes within a factor 1."
    )
    assert 0 < run[0].days[0].draws <= 2 * 400


def test_variants_meet_many_seeds_when_it_is_said_how_many(planted: Course) -> None:
    def says_of(draws: int) -> tuple[int, list[str]]:
        options = Options(seeds=4, mutants=False, draws=draws)
        (day,) = verify(planted, select(planted, ("day10_unlucky",)), options, SilentView()).days
        return day.draws, [finding.says for finding in day.findings if finding.kind == "unlucky draw"]

    assert says_of(0) == (0, [])
    draws, says = says_of(300)
    assert draws == 300 * 5 * 3  # seeds, tests, right answers
    starts = [re.sub(r"\d+", "n", text.partition(" seeds more")[0]) for text in says]
    assert "the solution fails under n of n" in starts
    assert "the variant offset_first_but_right fails under n of n" in starts


def test_a_draw_with_two_verdicts_is_chance(planted: Course) -> None:
    day = planted.day("day01_sound")
    check = day.exercises[0].checks[0].name
    evidence = Evidence(whole(day), Sources.read(planted, day), [])
    failing = Drawn("lines.affine", "", check, 100, (40, 41), "said", ("failed", "failed"))
    evidence.drawn = [failing]
    assert [finding.kind for finding in faults_in(evidence, Margins())] == ["unlucky draw"]
    evidence.drawn = [replace(failing, again=("passed", "failed"))]
    assert [finding.kind for finding in faults_in(evidence, Margins())] == ["flaky test"]
    evidence.solution = [trial(check, 5, "failed")]
    assert [finding.kind for finding in faults_in(evidence, Margins())] == ["solution"]
    evidence.solution, evidence.drawn = [], [replace(failing, failed=(), again=())]
    assert list(faults_in(evidence, Margins())) == []


def trial(check: str, seed: int, outcome: Outcome = "passed") -> Trial:
    return Trial("lines.affine", check, seed, outcome, "said", 0.1, None, ())


def test_a_solution_that_fails_in_isolation_does_not_hide_a_variant(planted: Course) -> None:
    day = planted.day("day01_sound")
    check = day.exercises[0].checks[0].name
    variant = Answer("variant", "lines.affine", "a_variant", "", "", (), "")
    evidence = Evidence(whole(day), Sources.read(planted, day), [variant])
    evidence.solution = [trial(check, 5)]
    evidence.elsewhere["isolated"] = [trial(check, 5, "error")]
    evidence.answered[variant] = [trial(check, 5, "failed")]
    assert [finding.kind for finding in faults_in(evidence, Margins())] == ["solution", "variant"]
    evidence.solution = [trial(check, 5, "failed")]
    assert [finding.kind for finding in faults_in(evidence, Margins())] == ["solution"]


def test_tolerances_too_near_to_right_or_wrong_are_found(planted: Course, found: Any) -> None:
    says = {where: says for kind, where, says in found("day05_tolerance") if kind == "tolerance"}
    lines = planted.tests(planted.day("day05_tolerance")).joinpath("test_lines.py").read_text().splitlines()
    tight = next(number for number, line in enumerate(lines, start=1) if "rtol=1e-9" in line)
    loose = next(number for number, line in enumerate(lines, start=1) if "atol=0.4" in line)
    file = "tests/day05_tolerance/test_lines.py"
    assert says[f"{file}:{tight}"].startswith(
        "too tight in test_affine_too_tight: offset_first_but_right comes within a factor 2.5 of the tolerance"
    )
    assert says[f"{file}:{loose}"].startswith(
        "too loose in test_affine_too_loose: a_little_more is only 1.5 times the tolerance away"
    )


def test_a_check_that_wants_more_than_single_precision_is_found_where_it_is_promised(
    planted: Course, found: Any
) -> None:
    assert [day.name for day in planted.days if promises_single_precision(planted, day)] == ["day09_precise"]
    ((where, says),) = [(where, says) for kind, where, says in found("day09_precise") if kind == "variant"]
    assert where == "lines.affine: in single precision"
    assert "fails so in test_affine_without_its_offset under 4 of 4 seeds" in says


def test_two_misconceptions_that_are_one_are_found(found: Any) -> None:
    findings = found("day06_twins")
    assert "naming" not in kinds(findings)  # said once, as what it is
    (says,) = [says for kind, _, says in findings if kind == "indistinguishable"]
    assert says.startswith("no_offset and nothing_added give the same answers in every test")


def test_what_an_exercise_lacks_is_found(found: Any) -> None:
    findings = found("day07_lax")
    assert ("skeleton", "test_affine_of_nothing", "the untouched skeleton passes this test.") in findings
    catalogue = [says for kind, _, says in findings if kind == "catalogue"]
    assert catalogue == [
        "names the section 'curves', but no heading of the sheet has that anchor.",
        "has 0 variant(s); at least 2 are wanted.",
    ]
    refused = [says for kind, _, says in findings if kind == "refused call"]
    assert refused == ["numpy.polyvall is not refused: no installed package has that name."]


def test_every_kind_of_finding_has_a_next_step_and_a_line_in_the_documents() -> None:
    documented = (ROOT / "docs" / "verify.md").read_text(encoding="utf-8")
    assert NEXT.keys() == set(get_args(Kind))
    assert [kind for kind in get_args(Kind) if f"`{kind}`" not in documented] == []


def test_an_unfinished_exercise_is_one_finding_and_the_others_are_proved(two: Course) -> None:
    new_exercise(two, "day01/lines.mean")
    course = load_course(two.root)
    report = verify(course, select(course, ()), Options(seeds=2, mutants=False), SilentView())
    (day,) = report.days
    assert [(finding.kind, finding.where) for finding in day.findings] == [("unfinished", "lines.mean")]
    assert day.exercises == 2
    assert report.to_plain()["days"][0]["findings"][0]["next"].startswith(
        "write what stands behind each FILL"
    )


def test_progress_ends_where_it_was_said_to_end(run: tuple[Report, SilentView]) -> None:
    report, view = run
    assert sorted(view.days) == [day.day for day in report.days]
    assert view.steps[-1][0] == view.steps[-1][1]
    assert view.steps[-1][2] == pytest.approx(0, abs=1e-9)
    assert all(ended <= expected for ended, expected, _ in view.steps)


def test_the_report_is_json(run: tuple[Report, SilentView]) -> None:
    plain = json.loads(json.dumps(run[0].to_plain(), allow_nan=False))
    day = plain["days"][1]
    assert (plain["good"], day["good"], plain["days"][0]["good"]) == (False, False, True)
    assert day["mutants"]["survived"] == len(day["mutants"]["survivors"])
    assert day["mutants"]["survivors"][0].keys() == {"exercise", "line", "operator", "before", "after"}


def test_the_screen_is_readable_without_colour_on_sixty_columns(
    run: tuple[Report, SilentView], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    view = VerifyView(console())
    view.moved("a job", Pace(2))
    view.finish(run[0])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "day01_sound: holds" in shown
    assert shown.count("next: ") == sum(len(day.findings) + bool(day.survivors) for day in run[0].days)
    assert "solutions/day02_weak/lines.py:9  lines.affine  operator\n" in shown
    assert "    + return slope * np.asarray(x, dtype=float) - offset\n" in shown
    words = [
        line
        for line in shown.splitlines()
        if not line.startswith(("    -", "    +", "  solutions/", "  solution"))
    ]
    assert max(len(line.rstrip()) for line in words if "tests/" not in line) <= 60


def test_costs_are_told_by_phase(run: tuple[Report, SilentView], capsys: pytest.CaptureFixture[str]) -> None:
    report = run[0]
    phases = {
        "solution",
        "elsewhere",
        "isolated",
        "skeleton",
        "misconceptions",
        "variants",
        "names",
        "undeserved points",
        "many seeds",
        "mutants",
    }
    assert phases <= report.seconds_of.keys() <= phases | {"refused calls"}
    assert report.processor_seconds > sum(report.seconds_of.values()) > 0
    assert json.loads(json.dumps(report.to_plain()))["days"][0]["seconds_of"].keys() >= phases
    VerifyView(console()).finish(report)
    shown = capsys.readouterr().out
    assert "processor time" in shown
    assert "misconceptions  " in shown


def test_a_log_hears_of_days_and_minutes_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [100.0]
    monkeypatch.setattr(verify_view.time, "monotonic", lambda: clock[0])
    view, pace = VerifyView(console()), Pace(2)
    for _ in range(5):
        pace.expect("mutants", 1.0)
    pace.note("mutants", 1.0, 60.0)
    view.moved("a job", pace)
    assert capsys.readouterr().out == ""
    clock[0] += verify_view.EVERY
    view.moved("", pace)
    view.moved("", pace)
    view.judged(DayReport("day01_sound"))
    assert capsys.readouterr().out == "1 of 5 jobs done, about 2 min left\nday01_sound: holds\n"


def test_one_exercise_may_be_proved_alone(two: Course) -> None:
    (selection,) = select(two, ["day01/double"])
    report = verify(two, [selection], Options(seeds=2), SilentView()).days[0]
    assert [finding.says for finding in report.findings] == []
    assert (report.exercises, report.checks, report.misconceptions) == (1, 1, 3)
    assert {result.mutant.exercise for result in report.mutants} == {"lines.double"}
    whole_day = verify(two, select(two, ["day01"]), Options(seeds=2), SilentView()).days[0]
    of_double = [result for result in whole_day.mutants if result.mutant.exercise == "lines.double"]
    assert sorted(map(str, report.mutants)) == sorted(map(str, of_double))


def invoke(planted: Course, *words: str) -> Any:
    here = os.getcwd()
    os.chdir(planted.root)
    try:
        return CliRunner().invoke(main, ["verify", *words])
    finally:
        os.chdir(here)


def test_the_command_ends_with_zero_one_or_two(planted: Course, tmp_path: Path) -> None:
    sound = invoke(planted, "day01", "--seeds", "2", "--no-mutants", "--json", str(tmp_path / "report.json"))
    assert sound.exit_code == 0, sound.output
    assert json.loads((tmp_path / "report.json").read_text())["good"] is True
    assert invoke(planted, "day06", "--seeds", "2", "--no-mutants").exit_code == 1
    unknown = invoke(planted, "day77")
    assert (unknown.exit_code, "There is no day 'day77'" in unknown.output) == (2, True)
    assert invoke(planted, "--seeds", "1").exit_code == 2


def test_changed_days_are_those_with_changed_files(tmp_path: Path) -> None:
    course = write_planted_course(tmp_path)

    def git(*words: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    git("add", ".")
    git("commit", "-m", "begin")
    assert changed_days(course, course.days, "main") == []
    git("checkout", "-b", "branch")
    write(tmp_path / "tests/day03_reference/test_lines.py", "# changed\n")
    git("commit", "-am", "change")
    write(tmp_path / "day05_tolerance/new.py", "# not yet committed\n")
    write(tmp_path / "README.md", "not in a day\n")
    names = [day.name for day in changed_days(course, course.days, "main")]
    assert names == ["day03_reference", "day05_tolerance"]
    with pytest.raises(UsageError, match="git cannot compare"):
        changed_days(course, course.days, "no-such-branch")


# The pool of forks


def _children() -> set[str]:
    """Numbers of this process's children, where the system tells."""
    listed = Path(f"/proc/self/task/{os.getpid()}/children")
    return set(listed.read_text(encoding="ascii").split()) if listed.is_file() else set()


def pooled(*jobs: Any, seconds: float = 20.0) -> list[Ended]:
    pool, ends, before = ForkPool(2), dict[int, Ended](), _children()
    for number, job in enumerate(jobs):
        pool.submit("a job", job, seconds, lambda end, n=number: ends.update({n: end}))
    pool.run()
    assert _children() <= before  # nothing is left to wait for
    return [ends[number] for number in range(len(jobs))]


def test_a_job_gives_its_value_whatever_its_size() -> None:
    one, many = pooled(lambda: {"a": [1.5, None, float("inf")]}, lambda: list(range(200_000)))
    assert one.value == {"a": [1.5, None, float("inf")]}
    assert many.value == list(range(200_000))


def is_gone(number: int) -> bool:
    """Whether a process has ended; one that waits for its parent to notice has, too."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(number)], capture_output=True, text=True, check=False
        )
        if not state.stdout.strip() or state.stdout.startswith("Z"):
            return True
        time.sleep(0.01)
    return False


def test_a_job_that_hangs_is_a_timeout_and_leaves_nothing(tmp_path: Path) -> None:
    def hang() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:
            (tmp_path / "number").write_text(str(os.getpid()))
        while True:
            time.sleep(1)

    started = time.monotonic()
    (end,) = pooled(hang, seconds=1.5)
    assert end.problem == "timeout"
    assert time.monotonic() - started < 60  # a job that hangs on is seen by this, on a busy machine too
    assert is_gone(int((tmp_path / "number").read_text()))


def test_a_job_that_dies_says_how() -> None:
    def kill() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def leave() -> None:
        os._exit(3)

    def complain() -> None:
        raise CourseError("There is no such file.")

    ends = pooled(kill, leave, complain, lambda: 7)
    assert [end.problem for end in ends] == ["SIGKILL", "exit status 3", "There is no such file.", ""]
    assert ends[3].value == 7


def test_a_fault_of_the_tool_is_raised_with_its_traceback() -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        pooled(lambda: 1 / 0)


def test_what_hears_of_an_end_may_submit_more() -> None:
    pool, seen = ForkPool(2), list[int]()

    def then(end: Ended) -> None:
        seen.append(end.value)
        if end.value < 3:
            pool.submit("next", lambda: end.value + 1, 10, then)

    pool.submit("first", lambda: 0, 10, then)
    pool.run()
    assert seen == [0, 1, 2, 3]


def test_the_lowest_rank_starts_first_and_chores_are_done_meanwhile() -> None:
    pool, ends = ForkPool(1), list[str]()

    def submit(name: str, *rank: float) -> None:
        pool.submit(name, lambda: name, 10, lambda end: ends.append(end.value), rank)

    submit("first, since nothing else waits", 3)
    pool.meanwhile(lambda: submit("last", 2, -1.0))
    pool.meanwhile(lambda: submit("long", 1, -5.0))
    pool.meanwhile(lambda: submit("short", 1, -0.1))
    pool.run()
    assert ends == ["first, since nothing else waits", "long", "short", "last"]


def test_what_is_left_takes_as_long_as_what_has_ended_of_its_kind() -> None:
    pace = Pace(2)
    for _ in range(100):
        pace.expect("mutants", 0.1)
    for _ in range(2):
        pace.expect("training", 3.0)
    assert (pace.ended, pace.expected, pace.left) == (0, 102, None)
    pace.note("training", 3.0, 6.0)  # twice as long as announced
    assert pace.left == pytest.approx((6 + 20) / 2)
    pace.note("mutants", 0.1, 0.1)
    assert pace.left == pytest.approx((6 + 9.9) / 2)


def test_a_request_to_end_leaves_no_folder_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MEMORY", tmp_path)

    def work() -> None:
        with folders_in_memory():
            Path(tempfile.mkdtemp()).joinpath("a file").touch()
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(RequestToEndError) as ended:
        work()
    assert ended.value.status == 143
    assert not list(tmp_path.iterdir())
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_temporary_folders_are_made_where_there_is_room_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tempfile.gettempdir()
    monkeypatch.setattr(folders, "MEMORY", tmp_path)
    with folders_in_memory():
        left_behind = Path(tempfile.mkdtemp())
        assert tmp_path in left_behind.parents
    assert (tempfile.gettempdir(), list(tmp_path.iterdir())) == (before, [])
    for nowhere in (tmp_path / "missing", tmp_path):
        monkeypatch.setattr(folders, "MEMORY", nowhere)
        monkeypatch.setattr(folders, "ROOM", 2**80)
        with folders_in_memory():
            assert tempfile.gettempdir() == before


# Mutants


def mutants(course: Course, day_name: str, source: str) -> Iterator[Mutant]:
    day = course.day(day_name)
    body = source.replace("\n", "\n    ")
    text = SOLUTION.replace("return slope * np.asarray(x, dtype=float) + offset", body)
    yield from mutants_of(Sources(day, {"lines": text}), day.exercises[0])


@pytest.mark.parametrize(
    ("source", "after"),
    [
        ("return np.mean(x, axis=0, keepdims=True)", "return np.mean(x, axis=1, keepdims=True)"),
        ("return np.mean(x, axis=0, keepdims=True)", "return np.mean(x, axis=0, keepdims=False)"),
        ("return np.mean(x, axis=0, keepdims=True)", "return np.mean(x, axis=0)"),
        ("return x.mean(axis=(0, 2))", "return x.mean(axis=(2,))"),
        ("return torch.sum(x, dim=-1)", "return torch.sum(x, dim=0)"),
        ("return np.var(x, ddof=1)", "return np.var(x, ddof=0)"),
        ("return np.var(x, ddof=1)", "return np.std(x, ddof=1)"),
        ("return x.T @ x", "return x @ x"),
        ("return x @ slope", "return slope @ x"),
        ("return x - slope", "return slope - x"),
        ("return x - slope", "return x"),
        ("return x - slope", "return -(x - slope)"),
        ("return -x", "return x"),
        ("return x / (slope + 1e-8)", "return x / (slope + 0.0)"),
        ("return x / (slope + 1e-8)", "return x / (slope + 0.0001)"),
        ("return x.detach()", "return x"),
        ("return x[:slope]", "return x[:slope + 1]"),
        ("return x[:, None]", "return x[None, :]"),
        ("return np.einsum('ij->ij', x)", "return np.einsum('ij->ji', x)"),
        ("return np.sqrt(x)", "return x"),
        ("return np.where(x > 0, x, slope)", "return np.where(x > 0, slope, x)"),
        ("return np.where(x > 0, x, slope)", "return np.where(x >= 0, x, slope)"),
        ("return np.argmax(x)", "return np.argmin(x)"),
        ("return x, slope", "return (slope, x)"),
        ("return slope * x", "return offset * x"),
        ("return slope * x", "return slope * (0 * x)"),
        ("self.a = 0\nself.b = 0\nreturn self.a", "return self.b"),
        ("return x.astype(np.float64)", "return x.astype(np.float32)"),
        ("return x if slope and offset else -x", "return x if slope or offset else -x"),
        ("for i in range(slope):\n    x = x + i\nreturn x", "for i in range(slope - 1):"),
        ("for i in range(slope):\n    x = x + i\nreturn x", "for i in range(slope): (loop once)"),
        ("if slope < 0:\n    raise ValueError(slope)\nreturn x", "(removed)"),
        ("if slope < 0:\n    raise ValueError(slope)\nreturn x", "raise RuntimeError(slope)"),
        ("return x.reshape((slope, offset))", "return x.reshape((offset, slope))"),
        ("return x.transpose(0, 2, 1)", "return x.transpose(0, 1, 2)"),
        ("x = x - slope\nreturn x", "x -= slope"),
        ("x += slope\nreturn x", "x -= slope"),
        ("x += slope\nreturn x", "x = slope"),
        ("x += slope\nreturn x", "(removed)"),
        ("x = x + slope\nslope = slope + x\nreturn slope", "slope = slope + x; x = x + slope"),
        ("x.zero_grad()\nx.backward()\nreturn x", "x.backward(); x.zero_grad()"),
        ("with torch.no_grad():\n    x = x + 1\nreturn x", "x = x + 1"),
    ],
)
def test_a_slip_of_the_hand_is_made(planted: Course, source: str, after: str) -> None:
    assert after in {mutant.after for mutant in mutants(planted, "day01_sound", source)}


def test_mutants_are_whole_modules_that_differ_in_one_place(planted: Course) -> None:
    made = list(mutants(planted, "day01_sound", "y = slope * x\nreturn y + offset"))
    assert len({mutant.source for mutant in made}) == len(made) >= 10
    for mutant in made:
        assert ast.get_docstring(ast.parse(mutant.source)) == "Straight lines."
        assert mutant.before.startswith("y = slope * x" if mutant.line == 10 else "return y + offset")
    assert {mutant.line for mutant in made} == {10, 11}


def test_only_what_students_write_is_mutated(planted: Course) -> None:
    day = planted.day("day01_sound")
    text = SOLUTION.replace("    ### BEGIN SOLUTION", "    x = x + 100\n    ### BEGIN SOLUTION")
    made = mutants_of(Sources(day, {"lines": text}), day.exercises[0])
    assert made
    assert all("x + 100" in mutant.source for mutant in made)


def test_texts_and_messages_are_left_alone(planted: Course) -> None:
    source = "print(slope + 1)\nif slope < 0:\n    raise ValueError(f'{slope + 1}')\nreturn x"
    assert not any(
        "slope + 2" in m.source or "slope - 1" in m.source for m in mutants(planted, "day01_sound", source)
    )


def test_the_exercises_that_call_a_mutant_are_known(planted: Course) -> None:
    text = (
        SOLUTION + "\n\ndef given(x):\n    return affine(x, 1, 2)\n\n\ndef other(x):\n    return given(x)\n"
    )
    day = planted.day("day01_sound")
    first = day.exercises[0]
    caller = type(first)("lines.other", "", "", (), (), False, ())
    stranger = type(first)("lines.given_not", "", "", (), (), False, ())
    text += "\n\ndef given_not(x):\n    return x\n"
    fake = type(day)(day.name, "", 1, (), None, lambda _: (first, caller, stranger))
    assert callers_of(fake, Sources(fake, {"lines": text}), first) == [caller]


def test_a_mutant_without_an_end_is_killed_by_the_clock(planted: Course) -> None:
    day = planted.day("day01_sound")
    trier = Trier(planted, day)
    evidence = Evidence(whole(day), Sources.read(planted, day), ())
    runs = MutantRuns(evidence, trier, 5, {})
    runs.settle_limits()
    endless = SOLUTION.replace("    return slope", "    while True:\n        pass\n    return slope")
    mutant = Mutant("lines.affine", "lines", 9, "none", "", "", endless)
    started = time.monotonic()
    (end,) = pooled(lambda: runs.run([mutant]), seconds=runs.seconds([mutant]))
    assert end.value == [["timeout", "test_affine_of_several_points"]]
    assert time.monotonic() - started < 60


def test_a_mutant_that_dies_of_another_ones_traces_is_run_again(planted: Course) -> None:
    day = planted.day("day01_sound")
    evidence = Evidence(whole(day), Sources.read(planted, day), ())
    runs = MutantRuns(evidence, Trier(planted, day), 5, {})
    runs.settle_limits()

    def mutant(body: str) -> Mutant:
        source = SOLUTION.replace("    return slope", f"    {body}\n    return slope")
        return Mutant("lines.affine", "lines", 9, "none", "", body, source)

    spoiling, harmless, wrong = map(mutant, ("np.asarray = np.zeros_like", "pass", "offset = offset + 1"))
    batch = [wrong, spoiling, harmless, wrong]
    (end,) = pooled(lambda: runs.run(batch))
    # The second has spoilt the process for itself as well.
    assert end.value == [["assertion", "test_affine_of_several_points"]]
    assert runs.take(batch, end) == [[spoiling, harmless, wrong]]
    (end,) = pooled(lambda: runs.run(batch[1:]))
    assert runs.take(batch[1:], end) == [[harmless, wrong]]  # what is first can be believed, the next no more
    (end,) = pooled(lambda: runs.run(batch[2:]))
    assert runs.take(batch[2:], end) == []
    assert [result.fate for result in runs.results] == ["assertion", "exception", "survived", "assertion"]
    assert runs.take(batch, Ended(problem="SIGKILL")) == [[mutant] for mutant in batch]


def test_training_tests_are_run_last_and_not_on_mutants_that_are_known(planted: Course) -> None:
    day = planted.day("day01_sound")
    (exercise,) = day.exercises
    slow, quick = exercise.checks
    trained = replace(exercise, checks=(replace(slow, training=True), quick))
    fake = replace(day, read_exercises=lambda _: (trained,))
    evidence = Evidence(whole(fake), Sources.read(planted, fake), ())

    def fate(instead: str, known: Mapping[Key, str]) -> list[str]:
        source = SOLUTION.replace("+ offset", instead)
        runs = MutantRuns(evidence, Trier(planted, fake), 5, known)
        runs.settle_limits()
        (verdict,) = runs.run([Mutant("lines.affine", "lines", 9, "none", "before", "after", source)])
        return verdict

    quick_tests_pass = "+ (offset if slope == 0.5 else 0)"
    assert fate("+ 0", {}) == ["assertion", quick.name]
    assert fate(quick_tests_pass, {}) == ["assertion", slow.name]
    assert fate(quick_tests_pass, {("lines.affine", "before", "after"): "a reason"}) == ["survived", ""]


def test_training_tests_are_run_in_one_environment(planted: Course) -> None:
    day = planted.day("day01_sound")
    slow, quick = day.exercises[0].checks
    trained = replace(day.exercises[0], checks=(replace(slow, training=True), quick))
    selection = Selection(day, (trained,))
    found = [[check.name for _, check in environment.tasks(selection)] for environment in ENVIRONMENTS]
    assert found == [[slow.name, quick.name], [quick.name]]


def test_entries_of_equivalent_mutants_must_stay_true(planted: Course) -> None:
    mutant = Mutant("lines.affine", "lines", 9, "sign", "return x", "return -x", "")
    report = DayReport("day01_sound", mutants=[MutantResult(mutant, "assertion", "test_affine_of_integers")])
    gone = ("lines.affine", "return x", "return x + 1")
    says = [finding.says for finding in weak_suites(report, {mutant.key: "no reason", gone: "no reason"})]
    assert says == [
        "lines.affine: 'return -x' is killed by test_affine_of_integers; remove the entry.",
        "lines.affine: no mutant reads 'return x + 1' any more; remove the entry.",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "[[mutant]]\nexercise = 'a.b'\nbefore = 'x'\nafter = 'y'\n",
            "needs exercise, before, after and reason",
        ),
        ("[[mutant]]\nexercise = 'a.b'\nbefore = 'x'\nafter = []\nreason = 'r'\n", "needs exercise"),
        ("[[mutants]]\n", "holds"),
        ("[[mutant\n", "not valid TOML"),
        (2 * "[[mutant]]\nexercise = 'a.b'\nbefore = 'x'\nafter = 'y'\nreason = 'r'\n", "stands there twice"),
    ],
)
def test_a_list_of_equivalent_mutants_that_cannot_be_used_is_refused(
    planted: Course, tmp_path: Path, text: str, problem: str
) -> None:
    course = type(planted)(tmp_path, "", 1, planted.limits, planted.days)
    write(tmp_path / "tests/day01_sound/equivalent_mutants.toml", text)
    with pytest.raises(CourseError, match=problem):
        read_equivalents(course, whole(planted.days[0]))


def test_one_reason_may_stand_for_several_mutants(planted: Course, tmp_path: Path) -> None:
    course = type(planted)(tmp_path, "", 1, planted.limits, planted.days)
    entry = "[[mutant]]\nexercise = 'a.b'\nbefore = 'x'\nafter = ['y', 'z']\nreason = 'r'\n"
    write(tmp_path / "tests/day01_sound/equivalent_mutants.toml", entry)
    assert read_equivalents(course, whole(planted.days[0])) == {
        ("a.b", "x", "y"): "r",
        ("a.b", "x", "z"): "r",
    }


# The parts


@pytest.mark.parametrize(
    "name", ["numpy.linalg.pinv", "numpy.dot", "scipy.linalg.pinv", ".T", ".dot", "@", "**"]
)
def test_refused_calls_are_spelt_in_at_least_five_ways_that_python_can_read(name: str) -> None:
    made = spellings(name)
    assert len({spelling.shown for spelling in made}) == len(made) >= 5
    for spelling in made:
        body = "\n".join(f"    {line}" for line in spelling.body.splitlines())
        ast.parse(f"{spelling.top}\ndef probe():\n{body}\n")


@pytest.mark.parametrize(
    ("refused", "body"),
    [
        (".dot", "return getattr(x, 'dot')(x)"),
        ("@", "import operator\n    return operator.matmul(x, x)"),
        ("@", "return x.__matmul__(x)"),
        ("@", "from operator import imatmul as g\n    return g(x, x)"),
    ],
)
def test_detours_around_methods_and_operators_are_found(refused: str, body: str) -> None:
    assert find_refused(f"def f(x):\n    {body}\n".encode(), "f", [refused]) is not None


def test_a_helper_method_is_part_of_the_method_that_uses_it() -> None:
    source = (
        "class A:\n    def f(self, x):\n        return self.g(x)\n    def g(self, x):\n        return x.T\n"
    )
    assert find_refused(source.encode(), "A.f", [".T"]) is not None
    assert find_refused(source.replace("self.g(x)", "x").encode(), "A.f", [".T"]) is None


def test_headings_have_the_anchors_of_github() -> None:
    text = "# Day 3 · SVD\n```\n# no heading\n```\n## The [SVD](x.md) & more!\n## Twice\n## Twice\n"
    assert heading_anchors(text) == {"day-3--svd", "the-svd--more", "twice", "twice-1"}


@pytest.mark.parametrize(
    ("actual", "expected", "deviation"),
    [
        ([1.0, 2.1], [1.0, 2.0], 5.0),
        ([1.0], [1.0], 0.0),
        ([float("inf")], [float("inf")], 0.0),
        (3j, 3j + 0.01, 1.0),
    ],
)
def test_comparisons_are_measured_in_tolerances(actual: Any, expected: Any, deviation: float) -> None:
    heard: list[float] = []

    def listen(value: float) -> bool:
        heard.append(value)
        return True

    token = comparison_listener.set(listen)
    try:
        assert_close(actual, expected, rtol=0, atol=0.02 if deviation > 1 else 0.01)
    finally:
        comparison_listener.reset(token)
    assert heard == [pytest.approx(deviation)]
