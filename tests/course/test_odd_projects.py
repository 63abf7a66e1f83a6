"""A class of odd hand-ins of a project: of each it is said what is the matter, in a sentence, and nobody has less."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course.catalog import Course, load_course
from course.catalog.model import Day
from course.grading.classes import grade_class
from course.projects.handing_in import as_text, is_no_report, missing
from course.results.reading import Record
from course.review.handed_in import HandedIn
from course.testing.assertions import CheckFailed
from course.testing.handed_in import assert_kept, assert_reproduced, plain_strings
from course.testing.running import Runner, Sitting
from course.worker.near.local import LocalLink
from tests.course.conftest import COURSE, write
from tests.course.test_grading import Quiet, read
from tests.course.test_projects import (
    EXPERIMENT,
    NAME,
    TESTS,
    claims,
    hand_in,
    outcomes,
    report,
    results,
    write_project,
)

REFUSES = """
@points(1)
def test_fit_refuses_an_unknown_method(student, rng):
    with assert_raises(ValueError):
        student.fit(rng.normal(size=3), "odd", 3)
"""
STRICT = EXPERIMENT.replace(
    "    noise =", "    if method not in METHODS:\n        raise ValueError(method)\n    noise ="
)
POOL = "    import multiprocessing\n    multiprocessing.Pool(2).map(len, [[1]])\n    noise ="
FORK = "    import os\n    os._exit(0) if os.fork() == 0 else None\n    noise ="
NET = "    import urllib.request\n    urllib.request.urlopen('http://example.org')\n    noise ="
NOTEBOOK: dict[str, Any] = {"metadata": {}, "nbformat": 4, "nbformat_minor": 5}
FULL = 7  # points


def notebook(source: str) -> str:
    cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    return json.dumps({**NOTEBOOK, "cells": [cell]})


def hand_in_oddities(folder: Path) -> None:
    def one(student: str, **changed: str | None) -> Path:
        return hand_in(folder, student, **{"experiment": STRICT, **changed})

    one("good")
    one("twice", results=results().replace('"1": {', '"0": {', 1))
    one("cannot import", experiment="import nowhere\n" + STRICT)
    one("raises above", experiment=STRICT + "\nraise RuntimeError('half done')\n")
    one("starts processes", experiment=STRICT.replace("    noise =", POOL))
    one("forks", experiment=STRICT.replace("    noise =", FORK))
    one("asks the net", experiment=STRICT.replace("    noise =", NET))
    one("day alone", experiment=None, report=None, results=None)
    link = one("a link", experiment=None) / NAME / "experiment.py"
    link.symlink_to(folder / "good" / NAME / "experiment.py")
    write(one("another form", report=None) / NAME / "Report_final.pdf", "%PDF")
    with zipfile.ZipFile(folder / "zipped.zip", "w") as archive:
        for path in sorted((folder / "another form").rglob("*.*")):
            archive.write(path, path.relative_to(folder / "another form"))
        archive.write(folder / "another form" / NAME / "Report_final.pdf", f"{NAME}/report.docx")
    wide = one("wide") / NAME
    (wide / "report.md").write_bytes(report().encode("utf-16"))
    (wide / "results.json").write_bytes(results().encode("utf-16"))
    (one("one byte") / NAME / "report.md").write_bytes(report().replace("word", "wört").encode("cp1252"))
    large = one("large") / NAME / "report.md"
    large.write_text(report() + "word " * 300_000, encoding="utf-8")
    write(one("notebook", experiment=None) / NAME / "experiment.ipynb", notebook(STRICT))


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Path]:
    place = tmp_path_factory.mktemp("odd")
    root = write_project(place / "course")
    test = root / "tests" / NAME / "test_experiment.py"
    write(test, TESTS.replace("assert_close, points", "assert_close, assert_raises, points") + REFUSES)
    course = load_course(root)
    hand_in_oddities(place / "in")
    grade_class(course, place / "in", place / "out", days=["project/guess"], seed=3, view=Quiet())
    return course, place / "out"


def record(graded: tuple[Course, Path], student: str) -> Record:
    return read(graded[1], student)


pytestmark = pytest.mark.skipif(
    os.name != "posix" or os.uname().sysname != "Linux", reason="isolation and links of Linux"
)


@pytest.mark.parametrize(
    ("student", "points", "note"),
    [
        ("good", FULL, None),
        ("wide", FULL, None),
        ("one byte", FULL, None),
        ("notebook", FULL, None),
        (
            "day alone",
            3,
            "project/guess: experiment.py is not there; project/guess: report.md is not there; project/guess: "
            "results.json is not there",
        ),
        ("a link", 3, f"{NAME}/experiment.py is a link and was not read"),
        (
            "another form",
            FULL,
            f"{NAME}/Report_final.pdf was not read: a report is Markdown; project/guess: report.md is not there",
        ),
        (
            "zipped",
            FULL,
            f"{NAME}/Report_final.pdf was not read: a report is Markdown; {NAME}/report.docx was not read: a report is "
            "Markdown; project/guess: report.md is not there",
        ),
        ("large", FULL, f"{NAME}/report.md is larger than 1 MiB and was not read"),
        ("twice", 5, "project/guess: results.json says '0' twice in one place"),
    ],
)
def test_staff_read_what_is_the_matter(
    graded: tuple[Course, Path], student: str, points: int, note: str | None
) -> None:
    found = record(graded, student)
    assert (found["score"], found["max_score"], found.get("note")) == (points, FULL, note)


@pytest.mark.parametrize(
    ("student", "points", "sentence"),
    [
        ("cannot import", 3, "No module named 'nowhere'; only the packages of the course are installed"),
        ("raises above", 3, "RuntimeError: half done"),
        ("starts processes", 4, "no other process can be started where work is graded: do it in this one"),
        ("forks", 4, "no other process can be started where work is graded: do it in this one"),
        ("asks the net", 4, "there is no network where work is graded."),
        ("twice", 5, "says '0' twice in one place; `python -m project_guess.measure` writes it anew"),
        ("a link", 3, "project_guess/experiment.py is missing; it is needed for these checks."),
    ],
)
def test_the_team_reads_the_same_sentence_in_each_check(
    graded: tuple[Course, Path], student: str, points: int, sentence: str
) -> None:
    """Above all it does not read that a wrong error came, where the module could not even be imported."""
    found = record(graded, student)
    assert found["score"] == points
    wrong = [message for outcome, message in outcomes(found).values() if outcome != "passed"]
    assert wrong
    for message in wrong:
        assert sentence in message
        assert "takes these arguments for wrong ones" not in message


def test_a_report_is_read_on_the_review_page_however_it_was_kept(graded: tuple[Course, Path]) -> None:
    course, out = graded
    reader = HandedIn(course, out)
    try:
        for student, word in (("wide", "word"), ("one byte", "wört")):
            (day,) = record(graded, student)["days"]
            assert f"\n{word} {word} " in reader.work(student, NAME, day["submission"]).texts["report.md"]
    finally:
        reader.close()


@pytest.fixture(scope="module")
def project(graded: tuple[Course, Path]) -> Day:
    return graded[0].projects[0]


def test_a_box_is_ticked_wherever_its_line_is_broken(project: Day) -> None:
    written = report().replace("was trained on, and", "was trained\n  on (see below), and")
    done = {"report.md": written.encode("utf-8-sig"), "results.json": results().encode()}
    assert missing(project, done) == []
    (said,) = missing(project, {**done, "report.md": b"Of our own."})
    assert "has none of the sections of the template" in said


@pytest.mark.parametrize(
    ("figure", "sentence"),
    [
        ('"0.3"', "'error' is \"0.3\", no number"),
        ("[0.3]", "'error' is [0.3], no number"),
        ("null", "'error' is null, no number"),
        ("NaN", "'error' is not finite"),
        ("1e999", "'error' is not finite"),
        ("1e301", "'error' is too large for a figure"),
        ("1" + "0" * 400, "'error' is too large for a figure"),
    ],
)
def test_the_figure_that_is_none_is_named(project: Day, figure: str, sentence: str) -> None:
    text = f'{{"data": "high", "methods": {{"mean": {{"0": {{"error": {figure}}}}}}}}}'
    *_, said = missing(project, {"report.md": report().encode(), "results.json": text.encode()})
    assert said.startswith(f"results.json: 'mean' with seed '0': {sentence}"), said


def test_a_seed_is_written_in_one_way(project: Day) -> None:
    text = '{"data": "high", "methods": {"mean": {"0": {"error": 1}, "00": {"error": 2}}}}'
    *_, said = missing(project, {"report.md": report().encode(), "results.json": text.encode()})
    assert "'mean' with seed '00': that is no seed" in said


def test_a_figure_in_per_cent_is_known_as_one() -> None:
    for claimed, cause in (
        (34.0, "is that in per cent?"),
        (0.9, "was the code changed"),
        (90.0, "was the code"),
    ):
        with pytest.raises(CheckFailed) as failed:
            assert_reproduced(claims(claimed), "own", 0, {"error": 0.33}, {"error": 0.1})
        assert failed.value.cause.startswith(cause)


@pytest.mark.parametrize(
    ("said", "sentence", "shown", "cause"),
    [
        (None, "is no list of strings", "None", "is a `return` missing?"),
        ("a red square", "is no list of strings", "a red square", ""),
        (
            ["a", ["red", "square"]],
            "Number 1 of what `predict` gives is no string",
            "red",
            "makes one string of",
        ),
        (np.array([3, 4]), "Number 0 of what `predict` gives is no string", "3", ""),
        (["a"], "Of 2 pictures 1 answers come back", "", ""),
    ],
)
def test_what_is_no_list_of_strings_is_shown(said: object, sentence: str, shown: str, cause: str) -> None:
    with pytest.raises(CheckFailed) as failed:
        plain_strings(said, 2, "pictures")
    assert sentence in failed.value.headline
    assert shown in dict(failed.value.details).get("came back", "")
    assert cause in failed.value.cause


def test_strings_may_be_of_any_kind() -> None:
    for said in (["a", ""], ("a", ""), np.array(["a", ""]), [np.str_("a"), ""]):
        assert plain_strings(said, 2, "pictures") == ["a", ""]


def test_a_model_that_lies_in_the_module_is_told_from_a_wrong_one() -> None:
    assert_kept(True, "own")
    with pytest.raises(
        CheckFailed, match="A model of 'own' says something else once another one has been trained"
    ):
        assert_kept(False, "own")


@pytest.mark.parametrize("text", ["Wört", "日本", ""])
def test_text_is_read_in_each_encoding_that_editors_write(text: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert as_text(f"{text}\r\n".encode(encoding)) == f"{text}\n"
    assert as_text(b"\x81\xff") == "\ufffd\ufffd"


def test_reports_in_other_forms_are_known_by_their_names() -> None:
    assert all(map(is_no_report, ("report.pdf", "Report (1).docx", "report_team.odt", "REPORT.TXT")))
    assert not any(map(is_no_report, ("report.md", "reporter.pdf", "results.pdf", "report.py", "my.pdf")))


def test_no_module_of_the_course_is_taken_for_a_renamed_one(tmp_path: Path) -> None:
    """The given networks.py of a day sounds like words.py, and the exercise features.py like matrices.py."""
    runner = Runner(COURSE, 1)
    for name, module, beside, sentence in (
        ("day03_linalg", "matrices", "features", "matrices.py is missing; it is needed for these checks."),
        ("day03_linalg", "matrices", "matrices_", "is missing; did you rename it to 'matrices_.py'?"),
        ("day18_representation", "words", "networks", "words.py is missing; it is needed for these checks."),
    ):
        root = tmp_path / beside
        write(root / name / f"{beside}.py", "")
        day = COURSE.day(name)
        exercise = next(one for one in day.exercises if one.module == module)
        link = LocalLink(root, [name], COURSE.limits)
        check = exercise.checks[0]
        result = runner.run_check(
            lambda student: student.anything, Sitting.of(day, exercise, check, link), explain=False
        )
        link.close()
        assert sentence in result.message


def test_a_result_is_held_against_what_its_own_function_returns(tmp_path: Path) -> None:
    """In a check of `fit` it is `predict` that gives classes for probabilities."""
    text = """
METHODS = ("baseline", "own")

def fit(x, y, method, seed):
    return 0

def predict(model, x):
    return x[:, 0]
"""
    name = "project_backpropagation"
    write(tmp_path / name / "experiment.py", text)
    day, runner = COURSE.day(name), Runner(COURSE, 1)
    exercise = next(one for one in day.exercises if one.qualname == "fit")
    check = next(one for one in exercise.checks if one.name == "test_fit_draws_from_the_seed_alone")
    link = LocalLink(tmp_path, [name], COURSE.limits)
    sitting = Sitting.of(day, exercise, check, link)
    said = runner.run_check(runner.suite.function(day, check), sitting, explain=False).message
    link.close()
    assert "came back     shape (90,)" in said
    assert "the task says (n, C) float array" in said
    assert "a model of any kind" not in said


NEAREST = """
import torch

METHODS = ("baseline", "own")


def fit(images, captions, method, seed):
    return {"images": images.clone(), "captions": list(captions)}


def predict(model, images):
    far = torch.cdist(images.flatten(1), model["images"].flatten(1))
    return [%s for nearest in far.argmin(dim=1).tolist()]
"""


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("model['captions'][nearest]", ""),
        ("'  ' + model['captions'][nearest].replace(' ', '\\n')", ""),
        ("model['captions'][nearest].capitalize() + '.'", "are there capitals or full stops"),
        ("''", "does what it says depend on the picture?"),
    ],
)
def test_captions_are_right_word_for_word(tmp_path: Path, said: str, cause: str) -> None:
    """Whatever stands between the words."""
    name = "project_captioning"
    write(tmp_path / name / "experiment.py", NEAREST % said)
    day, runner = COURSE.day(name), Runner(COURSE, 1)
    exercise = next(one for one in day.exercises if one.qualname == "predict")
    check = next(one for one in exercise.checks if one.name == "test_predict_tells_two_scenes_apart")
    link = LocalLink(tmp_path, [name], COURSE.limits)
    sitting = Sitting.of(day, exercise, check, link)
    result = runner.run_check(runner.suite.function(day, check), sitting, explain=False)
    link.close()
    assert (result.outcome == "passed") == (cause == "")
    assert cause in result.message
