"""Projects: exercises of days that count, an experiment whose figures are computed again, a report people judge."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from course.catalog import Course, load_course, select
from course.catalog.rubrics import OF_PROJECTS, read_rubrics
from course.catalog.selecting import find_day
from course.errors import CourseError, UsageError
from course.grading.classes import Manner, grade_class
from course.grading.intake import Intake
from course.practice.checking import check_folder
from course.projects.handing_in import Results, missing, read_results, wrong_with_methods
from course.projects.template import TEMPLATE
from course.release import skeletons
from course.release.student import build_release
from course.results.reading import Record, is_missing
from course.review.handed_in import HandedIn
from course.testing.assertions import CheckFailed
from course.testing.handed_in import assert_holds, assert_reproduced, chosen, named_methods
from tests.course.conftest import SOLUTION, write, write_releasable_course
from tests.course.test_cli import run
from tests.course.test_grading import Quiet, read

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")

NAME = "project_guess"
ENTRY = """
[[project]]
name = "project_guess"
title = "Guessing"
exercises = ["day01/sums.total"]
"""
EXPERIMENT = '''
"""The experiment. A check that trains gives up after 90 seconds."""

import numpy as np

from day01_tiny.sums import total

METHODS = ("nothing", "mean")


def fit(x: np.ndarray, method: str, seed: int) -> float:
    """What comes next, float. Everything that is drawn is drawn from ``seed``."""
    ### BEGIN SOLUTION
    noise = float(np.random.default_rng(seed).normal(scale=1e-3))
    return (total(x) / len(x) if method == "mean" else 0.0) + noise
    ### END SOLUTION
'''
EXERCISES = """
[[exercise]]
name = "experiment.fit"
title = "Guess"
sheet = "guess"
hints = ["what came before?", "its mean", "total, and the length"]
"""
TESTS = """
import numpy as np

from course.testing import assert_close, points, training
from course.testing.handed_in import assert_reproduced, chosen, drawn, given_module, handed_in_results


@points(1)
def test_fit_with_mean_is_near_it(student, rng):
    x = rng.normal(size=7)
    assert_close(student.fit(x, "mean", 3), x.mean(), atol=0.01)


@training
@points(2)
def test_fit_gives_the_figures_of_the_results(student, rng):
    results = handed_in_results(student, __file__)
    seed = drawn(results, "mean", rng)
    known, new = given_module(__file__, "project_guess.data").load(chosen(results, __file__), seed)
    again = {"error": abs(float(student.fit(known, "mean", seed)) - new)}
    assert_reproduced(results, "mean", seed, again, {"error": 0.01})
"""
DATA = '''
"""What to guess (given)."""

import numpy as np

DATA = ("high",)


def load(name, seed):
    """Some numbers, and the one that comes next."""
    x = 5 + np.random.default_rng(seed).normal(size=9)
    return x[:8], float(x[8])
'''
SHEET = """
# Guessing

<!-- points -->
<!-- /points -->

## Guess
"""
RUBRIC = """
title = "Report"
[[criterion]]
name = "method"
[[criterion.level]]
name = "complete"
points = 4
"""
WORDS = " ".join(["word"] * 20)


def write_project(root: Path) -> Path:
    write_releasable_course(root)
    with (root / "course.toml").open("a", encoding="utf-8") as file:
        file.write(ENTRY)
    write(root / "solutions" / NAME / "experiment.py", EXPERIMENT)
    write(root / "tests" / NAME / "exercises.toml", EXERCISES)
    write(root / "tests" / NAME / "test_experiment.py", TESTS)
    write(root / NAME / "data.py", DATA)
    write(root / NAME / "README.md", SHEET)
    write(root / "tests" / OF_PROJECTS, RUBRIC)
    write(root / "docs/projects/good.md", "# A good one\n")
    course = load_course(root)
    skeletons.write(course, skeletons.differences(course), force=False)
    return root


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return load_course(write_project(tmp_path / "course"))


def report(ticked: str = "x") -> str:
    """A report with something under every heading."""
    lines = []
    for line in TEMPLATE.splitlines():
        lines.append(line.replace("- [ ]", f"- [{ticked}]"))
        lines += [WORDS] if line.startswith("## ") and line != "## Checklist" else []
    return "\n".join(lines)


def results(*, claimed: dict[int, float] | None = None) -> str:
    """What the measuring program would have written of the solution, or what somebody claims."""
    space: dict[str, Any] = {}
    exec(DATA, space)
    figures = {}
    for seed in range(3):
        known, new = space["load"]("high", seed)
        figures[str(seed)] = {"error": abs(float(known.mean()) - new)}
    told = {str(seed): {"error": value} for seed, value in (claimed or {}).items()}
    return json.dumps({"data": "high", "methods": {"nothing": figures, "mean": {**figures, **told}}})


def hand_in(folder: Path, student: str, **changed: str | None) -> Path:
    """A hand-in with everything; what is changed to None is left out."""
    files: dict[str, str | None] = {
        "day01_tiny/sums.py": SOLUTION,
        f"{NAME}/experiment.py": EXPERIMENT,
        f"{NAME}/report.md": report(),
        f"{NAME}/results.json": results(),
    }
    for place, text in files.items():
        text = changed.get(Path(place).stem, text)
        if text is not None:
            write(folder / student / place, text)
    return folder / student


def outcomes(record: Record) -> dict[str, tuple[str, str]]:
    (day,) = record["days"]
    return {t["test"]: (t["outcome"], t["message"]) for e in day["exercises"] for t in e["tests"]}


def test_a_project_is_a_day_with_exercises_of_other_days(course: Course) -> None:
    project = find_day(course, "project/guess")
    assert project.number == "project/guess"
    assert (project,) == course.projects
    assert [(one.name, one.home) for one in project.graded] == [
        ("sums.total", "day01_tiny"),
        ("experiment.fit", ""),
    ]
    chosen = select(course, ["project/guess"])
    assert [(one.day.name, [e.name for e in one.exercises]) for one in chosen] == [
        ("day01_tiny", ["sums.total"]),
        (NAME, ["experiment.fit"]),
    ]
    assert select(course, ["project/guess/fit"])[0].exercises == project.exercises
    with pytest.raises(UsageError, match=r"no project .project/gess.; did you mean .project/guess."):
        find_day(course, "project/gess")


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("day01/sums.total", "day01/sums.totl", "counts day01/sums.totl, which is no exercise"),
        ("day01/sums.total", "day07/sums.total", "counts day07/sums.total; write its exercises as"),
        ('["day01/sums.total"]', "[]", "counts no exercise"),
        ('"project_guess"', '"project_Two Words"', "is called otherwise than its folder may be"),
    ],
)
def test_an_entry_that_cannot_be_meant_is_refused(
    course: Course, before: str, after: str, sentence: str
) -> None:
    path = course.root / "course.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    with pytest.raises(CourseError, match=sentence):
        _ = load_course(course.root).projects[0].graded


def test_a_project_goes_with_its_days(course: Course) -> None:
    shutil.copytree(course.root / "tests/day01_tiny", course.root / "tests/day02_tiny")
    path = course.root / "course.toml"
    text = path.read_text(encoding="utf-8").replace(
        "[[project]]", '[[day]]\nname = "day02_tiny"\ntitle = "2"\npart = 1\n\n[[project]]'
    )
    path.write_text(text.replace("[course]\n", '[course]\ndays = ["day02"]\n'), encoding="utf-8")
    assert [day.name for day in load_course(course.root).units] == ["day02_tiny"]


def test_what_is_missing_is_said_in_sentences(course: Course) -> None:
    project = course.projects[0]
    done = {"report.md": report().encode(), "results.json": results().encode()}
    assert missing(project, done) == []
    assert len(missing(project, {})) == 2
    assert missing(project, {**done, "report.md": TEMPLATE.encode()})[0].startswith(
        "report.md: fewer than 20 words stand under 'Question', "
    )
    (boxes,) = missing(project, {**done, "report.md": report(" ").encode()})
    assert "7 of 7 boxes are not ticked" in boxes
    cut = report().replace("## Failure cases", "## Failures")
    assert missing(project, {**done, "report.md": cut.encode()}) == [
        "report.md has no section 'Failure cases'."
    ]
    for picture in ("![loss](loss.png)", '<img width="60%" src="loss.png">'):
        drawn = report().replace("## Failure", f"{picture}\n\n## Failure")
        (said,) = missing(project, {**done, "report.md": drawn.encode()})
        assert said.startswith("report.md shows 'loss.png', and pictures are not handed in")
    one = json.loads(results())
    del one["methods"]["nothing"], one["methods"]["mean"]["2"]
    assert missing(project, {**done, "results.json": json.dumps(one).encode()}) == [
        "results.json has one method; a baseline to compare it with is missing.",
        "results.json: 'mean' was measured with 2 of at least 3 seeds.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"data": 3, "methods": {}}',
        '{"data": "high", "methods": {}}',
        '{"data": "high", "methods": {"mean": {}}}',
        '{"data": "high", "methods": {"mean": {"-1": {"error": 1}}}}',
        '{"data": "high", "methods": {"mean": {"1": {"error": "1"}}}}',
        '{"data": "high", "methods": {"mean": {"1": {"error": NaN}}}}',
        '{"data": "high", "methods": {"mean": {"1": {"error": true}}}}',
        '{"data": "high", "methods": {"mean": {"1": {"error": 1' + "0" * 400 + "}}}}",
        '{"data": "high", "methods": {"mean": {"1": {"error": 1e999}}}}',
        '{"data": "high", "methods": {"mean": {"1": 0.5}}}',
        '{"data": "high", "methods": {"mean": [0.5]}}',
        '{"data": "high", "methods": {"mean ": {"1": {"error": 1}}}}',
        '{"data": "high", "methods": {"\\ud800": {"1": {"error": 1}}}}',
        '{"data": "high", "methods": {"mean": {"\\u0663": {"error": 1}}}}',
        '{"data": "\\u202e", "methods": {"mean": {"1": {"error": 1}}}}',
        "[" * 100_000,
    ],
)
def test_results_that_are_none_are_refused_in_one_sentence(course: Course, text: str) -> None:
    with pytest.raises(
        CourseError, match=r"^results\.json[ :][^\n]*`python -m project_guess\.measure` writes it"
    ):
        read_results(text.encode(), course.projects[0])


@pytest.mark.parametrize("name", ["n-gram (3)", "lr=0.1", "β = ½", "own/2", "GRU, 128 units", "<b>"])
def test_a_method_may_have_any_name_that_can_be_seen(course: Course, name: str) -> None:
    assert wrong_with_methods((name, "own")) == ""
    text = json.dumps({"data": "high", "methods": {name: {"0": {"error (m)": 1}}}})
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert list(read_results(text.encode(encoding), course.projects[0]).methods) == [name]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ("baseline", "METHODS must be a tuple of strings"),
        ({"baseline": 1, "own": 2}, "METHODS must be a tuple of strings"),
        (None, "METHODS must be a tuple of strings"),
        (("baseline",), "METHODS must name a baseline and at least one more method"),
        (["own", "own"], "METHODS has 'own' twice"),
        (("baseline", "a\nb"), "METHODS has 'a\\\\nb'; a name has 1 to 60 characters that can be seen"),
        (tuple(map(str, range(21))), "METHODS names 21 methods; 20 are the most"),
    ],
)
def test_methods_that_cannot_be_measured_are_refused_in_a_sentence(
    course: Course, names: object, sentence: str
) -> None:
    """By the program that measures, before it trains anything, and by the checks."""
    assert re.match(sentence, wrong_with_methods(names))
    student = SimpleNamespace(METHODS=names)
    with pytest.raises(CheckFailed, match=sentence):
        named_methods(student)  # type: ignore[arg-type]


def test_the_data_that_was_chosen_is_one_that_the_course_knows(course: Course) -> None:
    test = str(course.root / "tests" / NAME / "test_experiment.py")
    assert chosen(Results("high", {}), test) == "high"
    with pytest.raises(CheckFailed, match=r"is of 'low'; the data to choose from is 'high'\."):
        chosen(Results("low", {}), test)


def claims(*figures: float) -> Results:
    return Results("high", {"own": {seed: {"error": figure} for seed, figure in enumerate(figures)}})


def test_a_figure_that_cannot_be_had_again_is_refused() -> None:
    assert_reproduced(claims(0.5), "own", 0, {"error": 0.59}, {"error": 0.1})
    for again in (0.61, 0.39, float("nan")):
        with pytest.raises(CheckFailed, match="figure 'error' of 'own' with seed 0 cannot be reproduced"):
            assert_reproduced(claims(0.5), "own", 0, {"error": again}, {"error": 0.1})
    with pytest.raises(CheckFailed, match="has no figure 'accuracy' for 'own' with seed 0"):
        assert_reproduced(claims(0.5), "own", 0, {"accuracy": 0.5}, {"accuracy": 0.1})


def test_on_other_data_a_figure_may_be_worse_by_a_margin_and_its_spread() -> None:
    """Of the claims 0.4, 0.5 and 0.6 the mean is 0.5 and three standard deviations are 0.245."""
    some = claims(0.4, 0.5, 0.6)
    assert_holds(some, "own", "error", 0.5 - 0.34, 0.1, on="other data")
    assert_holds(some, "own", "error", 0.99, 0.1, on="other data")
    assert_holds(some, "own", "error", 0.5 + 0.34, 0.1, on="other data", low=True)
    assert_holds(some, "own", "error", 0.01, 0.1, on="other data", low=True)
    for again, low, where in ((0.15, False, "below"), (0.85, True, "above"), (float("nan"), False, "below")):
        with pytest.raises(
            CheckFailed, match=f"On other data the figure 'error' of 'own' is .*, far {where} what"
        ):
            assert_holds(some, "own", "error", again, 0.1, on="other data", low=low)
    with pytest.raises(CheckFailed, match="has no method 'other'; there is: 'own'"):
        assert_holds(some, "other", "error", 0.5, 0.1, on="other data")
    with pytest.raises(CheckFailed, match="has no figure 'accuracy' for 'own' with seed 0"):
        assert_holds(some, "own", "accuracy", 0.5, 0.1, on="other data")


def test_check_tells_a_student_what_is_missing(course: Course) -> None:
    release = course.root.parent / "release"
    for place, content in build_release(course, course.units, "1").items():
        path = release / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    clone = load_course(release)
    hand_in(release.parent, "release", results=None, report=TEMPLATE)
    result = check_folder(clone, ["project/guess"], clone.root, isolated=False, seed=None)
    assert [(day.day.name, day.score) for day in result.days] == [("day01_tiny", 2), (NAME, 1)]
    assert [one.partition(" ")[0] for one in result.missing["project/guess"]] == [
        "report.md:",
        "report.md:",
        "results.json",
    ]
    said = run(release, "check", "project/guess")
    assert said.returncode == 1
    assert "project/guess is not complete:" in said.stdout
    assert "`python -m project_guess.measure` writes it" in said.stdout
    hand_in(release.parent, "release")
    said = run(release, "check", "project/guess")
    assert (said.returncode, said.stderr) == (0, ""), said.stdout
    assert "project/guess is complete" in said.stdout


@needs_fork
def test_figures_are_computed_again(course: Course, tmp_path: Path) -> None:
    """And what could not be had again stands beside what was computed."""
    hand_in(tmp_path / "in", "ann")
    hand_in(tmp_path / "in", "bob", results=results(claimed={0: 0.001, 1: 0.001, 2: 0.001}))
    hand_in(tmp_path / "in", "cy", sums=SOLUTION.replace("result += entry", "result = entry"), results=None)
    grade_class(course, tmp_path / "in", tmp_path / "out", days=["project/guess"], view=Quiet())
    ann, bob, cy = (read(tmp_path / "out", student) for student in ("ann", "bob", "cy"))
    assert (ann["score"], ann["max_score"], ann.get("note")) == (6, 6, None)
    outcome, message = outcomes(bob)["test_fit_gives_the_figures_of_the_results"]
    assert outcome == "failed"
    assert "in results    0.001" in message
    assert "computed" in message
    assert bob["score"] == 4
    assert "results.json is not there" in cy["note"]


@needs_fork
def test_what_counts_is_judged_in_the_hand_in_of_the_project(course: Course, tmp_path: Path) -> None:
    """The result of the day itself is another one, and stays."""
    wrong = SOLUTION.replace("self.value += by", "self.value = by")
    write(tmp_path / "day/ann/day01_tiny/sums.py", wrong)
    grade_class(course, tmp_path / "day", tmp_path / "out", days=["day01"], view=Quiet())
    before = read(tmp_path / "out", "ann")["days"]
    hand_in(tmp_path / "in", "ann")
    grade_class(course, tmp_path / "in", tmp_path / "out", days=["project/guess"], view=Quiet())
    now = read(tmp_path / "out", "ann")["days"]
    assert [day["day"] for day in now] == ["day01_tiny", NAME]
    assert now[0]["exercises"] == before[0]["exercises"]
    assert [one["exercise"] for one in now[1]["exercises"]] == ["sums.total", "experiment.fit"]
    write(tmp_path / "in/ann/day01_tiny/sums.py", SOLUTION.replace("def total", "def totl"))
    grade_class(course, tmp_path / "in", tmp_path / "out", days=["project/guess"], view=Quiet())
    again = read(tmp_path / "out", "ann")["days"][1]
    assert again["score"] == 0, "a change in a module that it needs has it graded again"


@needs_fork
def test_a_report_reaches_whoever_marks_it(course: Course, tmp_path: Path) -> None:
    said = report().replace("## Baseline", "<!-- of our own -->\n\n## Baseline")
    hand_in(tmp_path / "in", "ann", report=said.replace("\n", "\r\n"))
    grade_class(course, tmp_path / "in", tmp_path / "out", days=["project/guess"], view=Quiet())
    (day,) = read(tmp_path / "out", "ann")["days"]
    reader = HandedIn(course, tmp_path / "out")
    try:
        work = reader.work("ann", NAME, day["submission"])
    finally:
        reader.close()
    assert set(work.texts) == {"report.md", "results.json"}
    assert WORDS in work.texts["report.md"]
    assert "<!-- of our own -->" in work.texts["report.md"]
    assert "What do you want to know, and why" not in work.texts["report.md"], "a note of the template"
    assert {"experiment", "sums", "data"} <= set(work.modules)
    assert work.warning == ""
    assert read_rubrics(course)[NAME].max_points == 4


@needs_fork
def test_a_damaged_project_is_no_obstacle_to_grading_a_day(course: Course, tmp_path: Path) -> None:
    (course.root / "tests" / NAME / "exercises.toml").unlink()
    hand_in(tmp_path / "in", "ann")
    grade_class(load_course(course.root), tmp_path / "in", tmp_path / "out", days=["day01"], view=Quiet())
    assert read(tmp_path / "out", "ann")["score"] == 5


@needs_fork
def test_who_handed_in_nothing_has_failed_nothing(course: Course, tmp_path: Path) -> None:
    """A check that first asks for results must not speak of them where no experiment is either."""
    hand_in(tmp_path / "in", "ann")
    write(tmp_path / "roster.csv", "id\nann\nbob\n")
    grade_class(
        course,
        tmp_path / "in",
        tmp_path / "out",
        days=["project/guess"],
        view=Quiet(),
        manner=Manner(roster=tmp_path / "roster.csv"),
    )
    (day,) = read(tmp_path / "out", "bob")["days"]
    assert is_missing(day)
    *_, bob = (tmp_path / "out/grades.csv").read_text(encoding="utf-8").splitlines()
    assert bob == "bob,0,0,6,project/guess"
    (day,) = read(tmp_path / "out", "ann")["days"]
    assert not is_missing(day)


@needs_fork
@pytest.mark.parametrize(
    "place",
    [
        "Report.md",
        "Project Guess/report (1).md",
        "guess/report.md",
        f"{NAME}/Report (final).md",
        f"{NAME}/report_team_curie.md",
    ],
)
def test_a_report_is_found_where_people_put_it(course: Course, tmp_path: Path, place: str) -> None:
    folder = hand_in(tmp_path / "in", "ann", report=None)
    write(folder / place, report())
    with Intake(course, tmp_path / "in", [course.projects[0]]) as intake:
        submission = intake.read("ann")
    assert submission.files[f"{NAME}/report.md"].startswith(b"# Title")
    assert "data.py" in {Path(name).name for name in submission.laid_out}, "what is given is there"


def test_a_release_has_all_that_a_team_needs(course: Course) -> None:
    files = build_release(course, course.units, "1")
    assert {
        f"{NAME}/report.md",
        f"{NAME}/data.py",
        f"{NAME}/experiment.py",
        f"tests/{OF_PROJECTS}",
        "docs/projects/good.md",
        "course/projects/measuring.py",
        "course/testing/handed_in.py",
    } <= files.keys()
    assert files[f"{NAME}/report.md"].decode() == TEMPLATE
    assert b"total(x)" not in files[f"{NAME}/experiment.py"]
    without = build_release(course, course.days, "1")
    assert not [
        one for one in without if one.startswith((NAME, f"tests/{NAME}", f"tests/{OF_PROJECTS}", "docs"))
    ]
    with pytest.raises(UsageError, match="project/guess stands on day01_tiny; release that too"):
        build_release(course, course.projects, "1")


@pytest.mark.parametrize("words", [("verify",), ("gallery",), ("release", "nbgrader", "x", "--day")])
def test_what_is_done_with_days_alone_says_so_of_a_project(course: Course, words: tuple[str, ...]) -> None:
    said = run(course.root, *words, "project/guess")
    assert (said.returncode, said.stderr.count("\n")) == (2, 1)
    assert "project/guess is a project, which" in said.stderr


MEASURE = '''
"""Measure (given)."""

import sys
from pathlib import Path

from course.projects.measuring import measure
from project_guess.data import DATA, load
from project_guess.experiment import METHODS, fit


def figures(data, method, seed):
    known, new = load(data, seed)
    return {"error": abs(float(fit(known, method, seed)) - new)}


if __name__ == "__main__":
    sys.exit(measure(__doc__, Path(__file__).parent, DATA, METHODS, figures))
'''
OF_ITS_OWN = EXPERIMENT.replace("total(x) / len(x) if", "mean_of(x) if")
MEAN_OF = '"""Of our own."""\n\nfrom day01_tiny.sums import total\n\n\ndef mean_of(x):\n    return total(x) / len(x)\n'
FROM_TABLE = """
def mean_of(x):
    from pathlib import Path
    place = Path(__file__).with_name("factor.txt")
    return float(x.mean()) * float(np.loadtxt(place))
"""
IN_OTHERS = """
def mean_of(x):
    import multiprocessing
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return float(pool.map(float, [x.mean()])[0])
"""


@pytest.fixture
def clone(course: Course) -> Path:
    """A student's release of the course, with a measuring program."""
    write(course.root / NAME / "measure.py", MEASURE)
    release = course.root.parent / "release"
    for place, content in build_release(course, course.units, "1").items():
        path = release / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return release


def everywhere(course: Course, clone: Path, tmp_path: Path) -> dict[str, tuple[bool, str]]:
    """By surface, whether the experiment works there, and what is said."""
    said = {}
    for name, words in (("check", ()), ("isolated", ("--isolated",))):
        done = run(clone, "check", "project/guess", *words)
        said[name] = (done.returncode == 0, done.stdout + done.stderr)
    environment = {**os.environ, "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, "-m", f"{NAME}.measure"],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    said["measure"] = (done.returncode == 0, done.stdout + done.stderr)
    for folder in (NAME, "day01_tiny"):
        shutil.copytree(clone / folder, tmp_path / "in/ann" / folder)
    grade_class(course, tmp_path / "in", tmp_path / "out", days=["project/guess"], view=Quiet())
    record = read(tmp_path / "out", "ann")
    said["grade"] = (record["score"] == record["max_score"], json.dumps(record))
    return said


ALL_WAYS = """
from project_guess import more
from project_guess.helpers import mean_of as one_way

from . import helpers
from .helpers import mean_of

assert mean_of is one_way is helpers.mean_of is more.mean_of
"""


@needs_fork
def test_modules_beside_an_experiment_work_on_every_surface(
    course: Course, clone: Path, tmp_path: Path
) -> None:
    """However they are imported, and whatever lies beside them that is not used."""
    hand_in(clone.parent, clone.name, experiment=OF_ITS_OWN.replace("METHODS =", f"{ALL_WAYS}\n\nMETHODS ="))
    for place, text in {
        "helpers.py": MEAN_OF,
        "more.py": "from .helpers import mean_of\n",
        "tries.ipynb": '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        "old/notes.txt": "Nobody reads this.",
    }.items():
        write(clone / NAME / place, text)
    for surface, (works, said) in everywhere(course, clone, tmp_path).items():
        assert works, (surface, said)


@needs_fork
@pytest.mark.parametrize(
    ("files", "line", "sentence", "said_otherwise"),
    [
        (
            {f"{NAME}/models/net.py": MEAN_OF},
            "from project_guess.models.net import mean_of",
            "folders in project_guess are not read",
            "folders in project_guess are not read",
        ),
        (
            {f"{NAME}/models/net.py": MEAN_OF, f"{NAME}/models/__init__.py": "from .net import mean_of\n"},
            "from . import models\n\nmean_of = models.mean_of",
            "folders in project_guess are not read",
            "folders in project_guess are not read",
        ),
        ({f"{NAME}/factor.txt": "1.0"}, FROM_TABLE, "no other file", "no other file"),
        (
            {"factor.txt": "1.0"},
            FROM_TABLE.replace("__file__).", "__file__).parent."),
            "no other file",
            "no other file",
        ),
        (
            {"day02_other/means.py": MEAN_OF},
            "from day02_other.means import mean_of",
            "graders have day01_tiny and project_guess; lay what is needed into project_guess",
            "day02_other does not come along where this is graded; lay what is needed beside this module",
        ),
        ({}, IN_OTHERS, "graders run one", "no other process can be started where work is graded"),
        (
            {"helpers.py": MEAN_OF},
            "from helpers import mean_of",
            "graders have day01_tiny and project_guess; lay what is needed into project_guess",
            "only the packages of the course are installed where work is graded",
        ),
    ],
)
def test_what_graders_do_not_have_is_refused_where_it_is_written(
    course: Course,
    clone: Path,
    tmp_path: Path,
    files: dict[str, str],
    line: str,
    sentence: str,
    said_otherwise: str,
) -> None:
    """On no surface it is taken, and each says so; above all before the hand-in."""
    hand_in(clone.parent, clone.name, experiment=OF_ITS_OWN.replace("METHODS =", f"{line}\n\nMETHODS ="))
    for place, text in files.items():
        write(clone / place, text)
    said = everywhere(course, clone, tmp_path)
    assert {surface: works for surface, (works, _) in said.items()} == dict.fromkeys(said, False)
    assert sentence in " ".join(said["measure"][1].split()), said["measure"][1]
    for surface in ("check", "isolated", "grade"):
        text = " ".join(said[surface][1].split())
        assert sentence in text or said_otherwise in text, said[surface]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("from helpers import mean_of", "it lies beside this one, so its name is project_guess.helpers."),
        (
            "from day01_tiny.summs import total",
            "there is no summs.py in day01_tiny, and folders in day01_tiny are",
        ),
        (
            "from . import halpers",
            "there is no halpers.py in project_guess, and folders in project_guess are",
        ),
        ("from tensorflow import mean_of", "only the packages of the course are installed"),
        (
            "open('nowhere.txt')",
            "'nowhere.txt'; where work is graded there are its modules, and no other file",
        ),
    ],
)
def test_what_is_not_found_is_told_where_it_would_be(
    course: Course, clone: Path, line: str, sentence: str
) -> None:
    hand_in(clone.parent, clone.name, experiment=EXPERIMENT.replace("METHODS =", f"{line}\n\nMETHODS ="))
    write(clone / NAME / "helpers.py", MEAN_OF)
    result = check_folder(load_course(clone), ["project/guess/fit"], clone, isolated=False, seed=None)
    failure = result.days[0].exercises[0].first_failure
    assert failure is not None
    assert sentence in failure.message


def test_libraries_caches_and_what_was_handed_in_may_be_read(
    course: Course, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what a team has laid somewhere itself is a file that graders will miss."""
    monkeypatch.setenv("HOME", str(clone.parent))
    for place in (
        ".cache/weights.npz",
        "release/.cache/a.txt",
        "release/venv/site-packages/b.txt",
        "mine.txt",
    ):
        write(clone.parent / place, "1")
    reads = """
def mean_of(x):
    import json
    import tempfile
    from pathlib import Path

    here = Path(__file__)
    home = here.parents[2]
    list(json.loads((here.parent / "results.json").read_text()))
    for place in (here, home / ".cache/weights.npz", home / "release/.cache/a.txt", np.__file__):
        Path(place).read_bytes()
    (home / "release/venv/site-packages/b.txt").read_text()
    with tempfile.TemporaryFile("w+") as file:
        file.write("1")
    here.with_name("written.txt").write_text("1")
    %s
    return x.mean()
"""
    named_only = ModuleType("torch._ops")
    named_only.__file__ = "_ops.py"
    monkeypatch.setitem(sys.modules, "torch._ops", named_only)
    monkeypatch.chdir(clone)
    for more, said in (("", 0), ("(home / 'mine.txt').read_text()", 1)):
        text = OF_ITS_OWN.replace("METHODS =", f"{reads % more}\n\nMETHODS =")
        hand_in(clone.parent, clone.name, experiment=text)
        result = check_folder(load_course(clone), ["project/guess/fit"], clone, isolated=False, seed=None)
        assert result.score == result.max_score
        assert len(result.missing["project/guess"]) == said


def test_status_shows_what_a_project_lacks_once_it_is_begun(clone: Path) -> None:
    new = run(clone, "status").stdout
    assert re.search(r"project/guess +Guessing +not begun", new)
    assert "is not complete" not in new
    assert "project/guess/fit" in run(clone, "list").stdout
    write(clone / NAME / "report.md", TEMPLATE.replace("**Team:**", "**Team:** Ada, Bo"))
    said = run(clone, "status").stdout
    assert re.search(r"project/guess +Guessing +0 of 5", said)
    assert "project/guess is not complete:\n  report.md: fewer than 20 words stand under" in said
    assert "results.json is not there; `python -m project_guess.measure` writes it." in said
    assert "Next: total in day01_tiny/sums.py" in run(clone, "status", "project/guess").stdout
    hand_in(clone.parent, clone.name, sums=SOLUTION.replace("self.value += by", "self.value = by"))
    assert run(clone, "check", "project/guess").returncode == 0
    assert "Next: Counter.step" in run(clone, "status").stdout
    assert "Everything that can be checked here is done" in run(clone, "status", "project/guess").stdout
    for words in ((), ("project/guess",)):
        whole = run(clone, "status", *words, COLUMNS="60", NO_COLOR="1").stdout
        assert max(map(len, whole.splitlines())) <= 60
        assert "report and results are there. One of your team hands it in" in " ".join(whole.split())
    assert re.search(r"project/guess +Guessing +5 of 5", run(clone, "status").stdout)


def test_a_project_that_is_begun_comes_after_the_days(clone: Path) -> None:
    write(clone / "day01_tiny/sums.py", SOLUTION)
    run(clone, "check", "day01")
    assert "Everything that can be checked here is done" in run(clone, "next").stdout
    write(clone / NAME / "data.py", DATA + "\n# begun\n")
    assert "write it in  project_guess/experiment.py" in run(clone, "next").stdout
    assert "Next: fit in project_guess/experiment.py" in run(clone, "status").stdout


@needs_fork
def test_a_push_is_told_what_the_project_lacks(clone: Path, tmp_path: Path) -> None:
    """The report alone makes a project one that was begun; a link is none."""
    assert run(clone, "ci", "--out", str(tmp_path / "before")).stdout.startswith("Nothing to check")
    write(clone / NAME / "report.md", report().replace("## Failure cases", "## Failures"))
    (clone / NAME / "results.json").symlink_to(clone / "course.toml")
    run(clone, "ci", "--out", str(tmp_path / "report"))
    text = (tmp_path / "report/summary.md").read_text(encoding="utf-8")
    lacking = text.partition("`project/guess` is not complete:\n\n<pre>")[2].partition("</pre>")[0]
    assert lacking.splitlines() == [
        "report.md has no section &#x27;Failure cases&#x27;.",
        "results.json is not there; `python -m project_guess.measure` writes it.",
    ]
    (clone / NAME / "results.json").unlink()
    hand_in(clone.parent, clone.name)
    assert run(clone, "ci", "--out", str(tmp_path / "report")).returncode == 0
    text = (tmp_path / "report/summary.md").read_text(encoding="utf-8")
    assert "`project/guess` is complete: report and results are there." in text
    assert "## 7 of 7 points" in text
