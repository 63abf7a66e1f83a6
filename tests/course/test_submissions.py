"""The corpus (tests/submissions), graded as a class: every verdict, and what holds for every submission."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from course.catalog import Course
from course.errors import CourseError
from course.grading.classes import Manner, grade_class
from course.worker.far.sandbox import LAYERS
from tests.course.corpus import DAY, MARK, Case, corpus_course, read_cases, write_case
from tests.course.notebooks import hand_in_notebook

if not hasattr(os, "fork"):
    pytest.skip("grading needs fork", allow_module_level=True)

CASES = read_cases()
CANARY = "CANARY-4711"
UP_TO_THE_CLOCK = (
    "endless-everywhere",
    "slow-everywhere",
    "uninterruptible-call",
)  # all that a submission may take; the clock is no layer
ENDED_BY_THE_CLOCK = {"endless-import", "too-slow"}
"""In the runs that compare, endless-loop-that-catches-everything and ignores-signals stand for these: each takes all
the seconds that a call has, whatever the order and the layers.
"""
HIDDEN = ("HIDDEN_SHIFT", "73131", "7313")


class _Silent:
    def started(self, total: int, already: int) -> None: ...

    def graded(self, one: Any) -> None: ...


@dataclass(frozen=True)
class Graded:
    """What one run over the corpus left on the disk, and what it left behind otherwise."""

    course: Course
    out: Path
    seconds: float
    left: dict[str, Any]

    def record(self, case: Case) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.out / f"{case.name}.json").read_text(encoding="utf-8"))
        return found

    @property
    def layers(self) -> frozenset[str]:
        return frozenset(json.loads((self.out / "fake.json").read_text())["isolation"])


def _state() -> dict[str, Any]:
    """What could be left behind: processes, descriptors, files in the shared places."""
    gc.collect()
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    places = [tempfile.gettempdir(), *(p for p in ("/tmp", "/dev/shm", "/var/tmp") if Path(p).is_dir())]
    names = {f"{p}/{n}" for p in places for n in os.listdir(p) if p == places[0] or n.startswith(MARK)}
    return {
        "children": children.read_text().split() if children.exists() else [],
        "descriptors": sorted(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else [],
        "files": names,
    }


def _grade(tmp: Path, cases: Sequence[Case], manner: Manner) -> Graded:
    course = corpus_course(tmp / "course")
    handed_in, out = tmp / "handed in", tmp / "out"
    handed_in.mkdir()
    for case in cases:
        write_case(case, course, handed_in)
    with pytest.MonkeyPatch.context() as patch:
        (tmp / "temporary").mkdir()
        patch.setattr(tempfile, "tempdir", str(tmp / "temporary"))
        before, started = _state(), time.monotonic()
        grade_class(course, handed_in, out, seed=77, view=_Silent(), manner=manner)
        seconds, after = time.monotonic() - started, _state()
    left = {name: set(after[name]) - set(before[name]) for name in after}
    return Graded(course, out, seconds, left)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graded]:
    """The whole corpus, warm, two at a time, with every layer this machine has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_CANARY", CANARY)
        yield _grade(tmp_path_factory.mktemp("corpus"), CASES, Manner(jobs=2))


def checks(record: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """(exercise, test, result) of a record, in its order."""
    return [
        (exercise["exercise"], test["test"], test)
        for day in record["days"]
        for exercise in day["exercises"]
        for test in exercise["tests"]
    ]


def wrong_verdicts(case: Case, record: dict[str, Any], off: frozenset[str] = frozenset()) -> list[str]:
    return [
        f"{case.family}/{case.name} {test}: {result['outcome']}, not {expected}: {result['message']}"
        for exercise, test, result in checks(record)
        if (expected := case.expected(exercise, off)) is not None and result["outcome"] not in expected
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.family}/{case.name}")
def test_every_case_gets_its_verdict(corpus: Graded, case: Case) -> None:
    record = corpus.record(case)
    needed = case.keys.get("needs")
    if needed is not None and needed not in record["isolation"]:
        pytest.skip(f"this machine has no {needed}")
    assert not wrong_verdicts(case, record)
    messages = " ".join(result["message"] for _, _, result in checks(record))
    assert case.keys.get("says_student", "") in messages
    notes = [record.get("note", ""), *(test.get("note", "") for _, _, test in checks(record))]
    assert case.keys.get("note", "") in "\n".join(notes)
    assert case.keys.get("tamper", "") in " ".join(record.get("tamper", []))
    assert bool(record.get("tamper")) == ("tamper" in case.keys)


def test_i1_and_i3_every_check_of_the_manifest_appears_once_and_only_passes_earn(corpus: Graded) -> None:
    day = corpus.course.days[0]
    manifest = [(exercise.name, check.name) for exercise in day.exercises for check in exercise.checks]
    for case in CASES:
        record = corpus.record(case)
        assert [(exercise, test) for exercise, test, _ in checks(record)] == manifest, case
        for _, _, result in checks(record):
            earned = result["max_points"] if result["outcome"] == "passed" else 0
            assert result["points"] == earned, case
        assert record["score"] == sum(result["points"] for _, _, result in checks(record))


def test_i2_the_run_ends_in_time_with_a_file_for_everybody(corpus: Graded) -> None:
    assert corpus.seconds < 600  # on a machine with other work; one that hangs is seen by this
    written = {path.stem for path in corpus.out.glob("*.json")} - {"run"}
    assert written == {case.name for case in CASES}


def test_i4_nothing_of_the_submissions_remains(corpus: Graded) -> None:
    assert not corpus.left["children"]
    assert not corpus.left["files"]
    assert len(corpus.left["descriptors"]) == 0


def test_i5_no_secret_is_shown_to_a_student(corpus: Graded) -> None:
    root = str(corpus.course.root)
    for case in CASES:
        for _, test, result in checks(corpus.record(case)):
            shown = result["message"]
            assert CANARY not in shown, case
            assert root not in shown, case
            assert str(corpus.out.parent) not in shown, case
            secrets = HIDDEN if test == "test_mean_far_from_zero" else HIDDEN[:2]
            assert not any(secret in shown for secret in secrets), (case, shown)


def test_accidents_cost_the_same_in_a_notebook(corpus: Graded, tmp_path: Path) -> None:
    pytest.importorskip("nbformat", reason="needs nbformat, which comes with Jupyter")
    day, converted = corpus.course.days[0], list[Case]()
    for case in CASES:
        if case.family != "accidents" or case.keys.get("made") is not None:
            continue
        write_case(case, corpus.course, tmp_path / "modules")
        paths = (tmp_path / "modules" / case.name / DAY).glob("*.py")
        files = {path.name: path.read_bytes() for path in paths}
        with contextlib.suppress(CourseError, UnicodeError):  # what is no text has no way into a notebook
            texts = {name: data.decode("utf-8") for name, data in files.items()}
            hand_in_notebook(tmp_path / "notebooks", case.name, corpus.course, day, texts)
            converted.append(case)
    out = tmp_path / "out"
    grade_class(corpus.course, tmp_path / "notebooks", out, seed=77, view=_Silent(), manner=Manner(jobs=2))
    assert len(converted) > 30
    again = Graded(corpus.course, out, 0.0, {})
    assert [
        case.name for case in converted if points(again.record(case)) != points(corpus.record(case))
    ] == []


def points(record: dict[str, Any]) -> dict[str, int]:
    return {test: result["points"] for _, test, result in checks(record)}


def test_i6_the_same_verdicts_alone_and_in_another_order(corpus: Graded, tmp_path: Path) -> None:
    cases = [case for case in CASES if not case.is_attack and case.family != "files"]
    some = [case for case in cases if case.name not in ENDED_BY_THE_CLOCK]
    again = _grade(tmp_path, some[::-1], Manner(jobs=1))
    for case in some:
        assert verdicts(again.record(case)) == verdicts(corpus.record(case)), case


def verdicts(record: dict[str, Any]) -> dict[str, str]:
    return {test: result["outcome"] for _, test, result in checks(record)}


def test_i6_the_same_verdicts_in_a_cold_process(corpus: Graded, tmp_path: Path) -> None:
    """Without anything imported before the fork: what is warm is only faster.

    Importing PyTorch takes more memory than the corpus allows a submission, so its checks are left out; and with them
    the case whose last check has to meet the process of the first, which a PyTorch check has ended by then.
    """
    some = [
        case
        for case in CASES
        if case.family in ("accidents", "tampering")
        and "made" not in case.keys
        and case.name not in {"module-cache", *ENDED_BY_THE_CLOCK}
    ]
    cold = _grade(tmp_path, some, Manner(jobs=2, warm=False))
    for case in some:
        if "torch" not in str(case.keys):
            assert _of_numpy(cold.record(case)) == _of_numpy(corpus.record(case)), case.name


def _of_numpy(record: dict[str, Any]) -> dict[str, str]:
    return {test: outcome for test, outcome in verdicts(record).items() if "relu" not in test}


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if layer not in ("process", "rlimits")])
def test_without_a_layer_the_others_hold_and_it_is_not_claimed(tmp_path: Path, layer: str) -> None:
    cases = [case for case in CASES if case.is_attack and case.name not in UP_TO_THE_CLOCK]
    attacks = [case for case in cases if case.keys.get("needs") != layer]
    weaker = _grade(tmp_path, attacks, Manner(jobs=2, off=(layer,)))
    wrong = []
    for case in attacks:
        record = weaker.record(case)
        assert layer not in record["isolation"]
        missing = frozenset(LAYERS) - frozenset(record["isolation"])
        wrong += wrong_verdicts(case, record, missing)
    assert not wrong
    assert not weaker.left["children"]
    assert not weaker.left["files"]


def test_without_any_layer_but_limits_the_record_claims_none(tmp_path: Path) -> None:
    off = ("namespaces", "user", "landlock", "seccomp")
    accidents = [case for case in CASES if case.family == "accidents" and "made" not in case.keys]
    cases = [case for case in accidents if case.name not in ENDED_BY_THE_CLOCK]
    bare = _grade(tmp_path, cases, Manner(jobs=2, off=off))
    for case in cases:
        record = bare.record(case)
        assert record["isolation"] == ["process", "rlimits"]
        assert not wrong_verdicts(case, record, frozenset(off)), case


def test_a_case_stands_for_every_family_and_day(corpus: Graded) -> None:
    assert len(CASES) >= 90
    assert {day.name for day in corpus.course.days} == {DAY}
