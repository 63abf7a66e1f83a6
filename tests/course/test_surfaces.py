"""One score on every surface: pytest, `course grade` on modules and on notebooks, `nbgrader autograde`.

The sample class of the tiny day is judged everywhere. Accidents of the corpus (test_submissions.py) and real days
(test_plain_shell.py) are judged in the two ways of `course grade`, real days in nbgrader in test_surfaces_of_days.py.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from course.catalog import Course, Day, load_course
from course.errors import CourseError
from course.grading.classes import grade_class
from course.notebooks.gradebooks import open_api
from course.release.nbgrader import release_nbgrader
from course.release.sample_class import sample_class
from course.release.skeletons import differences, write
from course.results.feedback import feedback_page
from course.results.nbgrader_scores import write_scores
from tests.course.conftest import write_tiny_course
from tests.course.notebooks import hand_in_notebook
from tests.course.test_grading import Quiet, outcomes, read

nbformat = pytest.importorskip("nbformat", reason="needs nbformat, which comes with Jupyter")
pytest.importorskip("nbgrader", reason='needs nbgrader: pip install --editable ".[instructor]"')
if not hasattr(os, "fork"):
    pytest.skip("grading needs fork", allow_module_level=True)

Files = Mapping[str, str]
TELLING = (
    "complete", "partial", "syntax-error", "crash-at-import", "endless-loop", "early-exit", "chatterbox",
)  # fmt: skip
SEED = 1  # the one of the tiny course: a notebook in nbgrader knows no other


def hand_in_modules(folder: Path, student: str, day: Day, files: Files) -> None:
    target = folder / student / day.name
    target.mkdir(parents=True)
    for name, text in files.items():
        (target / name).write_text(text, encoding="utf-8")


def gradebook_scores(target: Path, day: Day) -> dict[str, float]:
    with open_api(target) as api, api.gradebook as gradebook:
        return {one.student_id: one.score for one in gradebook.assignment_submissions(day.name)}


def _impatient(root: Path) -> Course:
    """The course in which an endless loop costs half a second, each of the many times that it is met."""
    catalogue = root / "course.toml"
    text = catalogue.read_text(encoding="utf-8")
    text = text.replace("test_seconds = 3\ncall_seconds = 2\n", "test_seconds = 1\ncall_seconds = 0.5\n")
    catalogue.write_text(text, encoding="utf-8")
    return load_course(root)


class TinyClass:
    """The sample class of the tiny course, as modules and as notebooks in an nbgrader course."""

    def __init__(self, folder: Path) -> None:
        self.course = _impatient(write_tiny_course(folder / "tiny"))
        write(self.course, differences(self.course), force=False)
        self.day = self.course.days[0]
        self.modules, self.target = folder / "modules", folder / "nbgrader"
        self.samples = {sample.name: sample.files for sample in sample_class(self.course, self.day)}
        release_nbgrader(self.course, [self.day], self.target)
        for name, files in self.samples.items():
            hand_in_modules(self.modules, name, self.day, files)
            hand_in_notebook(self.target / "submitted", name, self.course, self.day, files)
        grade_class(self.course, self.modules, folder / "out-modules", seed=SEED, view=Quiet())
        grade_class(self.course, self.target, folder / "out-notebooks", seed=SEED, view=Quiet())
        self.out_modules, self.out_notebooks = folder / "out-modules", folder / "out-notebooks"

    def scores(self, out: Path) -> dict[str, int]:
        return {name: read(out, name)["score"] for name in self.samples}


@pytest.fixture(scope="module")
def tiny_class(tmp_path_factory: pytest.TempPathFactory) -> TinyClass:
    return TinyClass(tmp_path_factory.mktemp("surfaces"))


def test_modules_and_notebooks_get_the_same_verdicts(tiny_class: TinyClass) -> None:
    for name in tiny_class.samples:
        on_module = outcomes(read(tiny_class.out_modules, name))
        assert outcomes(read(tiny_class.out_notebooks, name)) == on_module, name
    scores = tiny_class.scores(tiny_class.out_notebooks)
    assert scores["complete"] == scores["chatterbox"] == 5
    assert scores["untouched"] == 0
    assert 0 < scores["endless-loop"] < 5


def test_pytest_gives_the_same_points(tiny_class: TinyClass) -> None:
    found = {}
    for name in TELLING:
        command = [sys.executable, "-m", "pytest", "-q", f"--submission={tiny_class.modules / name}"]
        done = subprocess.run(
            command, cwd=tiny_class.course.root, capture_output=True, text=True, check=False
        )
        match = re.search(r"^ *(\d+)/5 +points", done.stdout, re.MULTILINE)
        assert match, done.stdout
        found[name] = int(match.group(1))
    scores = tiny_class.scores(tiny_class.out_modules)
    assert found == {name: scores[name] for name in TELLING}


def test_nbgrader_gives_the_same_points(tiny_class: TinyClass) -> None:
    with open_api(tiny_class.target) as api:
        for name in TELLING:
            result = api.autograde(tiny_class.day.name, name)
            assert result["success"], result
    scores = tiny_class.scores(tiny_class.out_modules)
    assert gradebook_scores(tiny_class.target, tiny_class.day) == {name: scores[name] for name in TELLING}


def test_results_go_into_the_gradebook(tiny_class: TinyClass) -> None:
    written = write_scores(tiny_class.course, tiny_class.out_notebooks, tiny_class.target)
    assert written.submissions == len(tiny_class.samples)
    assert gradebook_scores(tiny_class.target, tiny_class.day) == tiny_class.scores(tiny_class.out_notebooks)
    place = f"partial/{tiny_class.day.name}/{tiny_class.day.name}"
    notebook = json.loads((tiny_class.target / f"autograded/{place}.ipynb").read_text(encoding="utf-8"))
    page = (tiny_class.target / f"feedback/{place}.html").read_text(encoding="utf-8")
    assert any(cell.get("outputs") for cell in notebook["cells"])
    for text in (page, json.dumps(notebook)):
        assert "test_total_of_several_shapes" in text
        assert "1e3 + rng" not in text  # what a hidden check does


def test_formgrader_gets_verdicts_and_no_outputs_of_students(tiny_class: TinyClass, tmp_path: Path) -> None:
    day = tiny_class.day.name
    released = json.loads((tiny_class.target / f"release/{day}/{day}.ipynb").read_text(encoding="utf-8"))
    script = [{"output_type": "display_data", "metadata": {}, "data": {"text/html": "<script>"}}]
    for cell in released["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = script
    own = {
        "cell_type": "code",
        "id": "own",
        "source": "mine",
        "metadata": {"nbgrader": {}},
        "outputs": script,
    }
    released["cells"].insert(1, own)
    path = tiny_class.target / f"submitted/untouched/{day}/{day}.ipynb"
    before = path.read_text(encoding="utf-8")
    path.write_text(json.dumps(released), encoding="utf-8")
    write_scores(tiny_class.course, tiny_class.out_notebooks, tiny_class.target)
    path.write_text(before, encoding="utf-8")
    text = (tiny_class.target / f"autograded/untouched/{day}/{day}.ipynb").read_text(encoding="utf-8")
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert "mine" in text
    assert "<script>" not in text
    assert "not_implemented" in text


def test_an_optional_exercise_is_called_so_and_complete_when_its_checks_passed(tiny_class: TinyClass) -> None:
    for student, is_complete in (("complete", True), ("untouched", False)):
        record: dict[str, Any] = read(tiny_class.out_notebooks, student)
        entry = record["days"][0]
        entry["exercises"] = [entry["exercises"][0] | {"score": 0, "max_score": 0}]
        page = feedback_page(tiny_class.day, record, entry, {})
        assert "0/0" not in page
        assert ('class="points best">optional<' in page) is is_complete


def test_what_people_graded_stays(tiny_class: TinyClass) -> None:
    day, check = tiny_class.day.name, "sums-total-checks"
    with open_api(tiny_class.target) as api, api.gradebook as gradebook:
        gradebook.update_or_create_student("complete")
        gradebook.update_or_create_submission(day, "complete")
        grade = gradebook.find_grade(check, day, day, "complete")
        grade.manual_score, grade.extra_credit = 1.0, 0.5
        gradebook.db.commit()
    write_scores(tiny_class.course, tiny_class.out_notebooks, tiny_class.target)
    with open_api(tiny_class.target) as api, api.gradebook as gradebook:
        grade = gradebook.find_grade(check, day, day, "complete")
        assert (grade.auto_score, grade.manual_score, grade.extra_credit) == (3.0, 1.0, 0.5)
        assert grade.needs_manual_grade
        grade.manual_score, grade.extra_credit = None, None
        gradebook.db.commit()


@pytest.mark.parametrize(("version", "passes"), [("source", True), ("release", False)])
def test_validate_passes_on_the_solution_and_fails_on_the_release(
    tiny_class: TinyClass, version: str, passes: bool
) -> None:
    assert _validate(tiny_class.target, version, tiny_class.day) is passes


def _validate(target: Path, version: str, day: Day) -> bool:
    command = [sys.executable, "-m", "nbgrader", "validate", f"{day.name}.ipynb"]
    folder = target / version / day.name
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return "Success! Your notebook passes all the tests." in done.stdout


def test_the_release_gives_nothing_away(tiny_class: TinyClass) -> None:
    text = (tiny_class.target / "release/day01_tiny/day01_tiny.ipynb").read_text(encoding="utf-8")
    for secret in ("np.add.reduce", "test_total_of_large_numbers", "BEGIN HIDDEN", "BEGIN SOLUTION"):
        assert secret not in text
    assert "not written yet" in text


# Bad input


@pytest.fixture
def ready(tiny: Course) -> Course:
    write(tiny, differences(tiny), force=False)
    return tiny


def test_a_folder_that_is_not_empty_is_refused(ready: Course, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "file").touch()
    with pytest.raises(CourseError, match="exists and is not empty"):
        release_nbgrader(ready, ready.days, tmp_path / "there")
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["file"]


def test_a_day_without_points_is_refused(ready: Course, tmp_path: Path) -> None:
    tests = ready.tests(ready.days[0]) / "test_sums.py"
    text = re.sub(r"@points\(\d\)", "@points(0)", tests.read_text(encoding="utf-8"))
    tests.write_text(text, encoding="utf-8")
    course = load_course(ready.root)
    with pytest.raises(CourseError, match="day01_tiny has no points"):
        release_nbgrader(course, course.days, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_without_nbgrader_it_says_what_to_install(
    ready: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name, package=None: None)
    with pytest.raises(CourseError, match="nbgrader is not installed"):
        release_nbgrader(ready, ready.days, tmp_path / "new")


def test_a_leak_stops_the_release(ready: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.notebooks.checks.BEGIN_HIDDEN", "# a marker that nbgrader does not know")
    monkeypatch.setattr("course.notebooks.checks.END_HIDDEN", "# nor this one")
    with pytest.raises(CourseError, match="would give away"):
        release_nbgrader(ready, ready.days, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_scores_need_an_nbgrader_course(tiny_class: TinyClass, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="is no nbgrader course"):
        write_scores(tiny_class.course, tiny_class.out_notebooks, tmp_path)


def test_scores_for_another_release_are_refused(tiny_class: TinyClass, tmp_path: Path) -> None:
    record: dict[str, Any] = read(tiny_class.out_notebooks, "complete")
    record["days"][0]["exercises"][0]["exercise"] = "sums.renamed"
    (tmp_path / "complete.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(CourseError, match="made from another release"):
        write_scores(tiny_class.course, tmp_path, tiny_class.target)
