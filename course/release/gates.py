"""The gates that a release passes before anybody gets it: ``course release --check``.

Each gate says what is wrong, in sentences; nothing is written outside a temporary folder.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from course.catalog import Course, Day, Exercise, Selection, load_course
from course.errors import CourseError
from course.release.changelog import read_changes
from course.release.leaks import find_leaks
from course.release.repository import source_date, write_repository
from course.release.secrets import read_secrets
from course.release.skeletons import differences
from course.release.student import build_release
from course.testing.answers import Answer, read_answers, write_answer
from course.testing.fingerprints import same
from course.testing.results import RunResult
from course.testing.running import Runner
from course.worker.near.local import LocalLink

LONGEST_RELEASE = 1800  # seconds, on a busy machine


@dataclass(frozen=True)
class Passed:
    """One gate and what it found wrong: nothing when it is open."""

    gate: str
    problems: tuple[str, ...] = ()


def check_release(
    course: Course,
    days: Sequence[Day],
    version: str,
    *,
    told: bool = False,
    started: Callable[[str], None] = lambda _: None,
) -> Iterator[Passed]:
    """Every gate, in order, as it is passed; with ``told`` the version must stand in the changelog."""

    def gate(name: str, look: Callable[[], Sequence[str]]) -> Passed:
        started(name)
        return Passed(name, tuple(look()))

    with tempfile.TemporaryDirectory(prefix="course-release-") as place:
        folder, again = Path(place) / "release", Path(place) / "again"
        yield gate("skeletons and points tables are in step", lambda: _out_of_step(course, days))
        if told:
            yield gate("the changelog tells of the version", lambda: _untold(course, version))
        yield gate("the release can be made", lambda: _make(course, days, version, folder))
        yield gate("nothing secret is in it", lambda: _leaking(course, folder))
        yield gate("made again it is the same", lambda: _changing(course, days, version, folder, again))
        if find_spec("nbgrader") is not None:
            yield gate(
                "the nbgrader course can be made", lambda: _nbgrader(course, days, Path(place) / "notebooks")
            )
        released = load_course(folder)
        yield gate("untouched, it earns nothing", lambda: _earned(released))
        yield gate("the solutions earn everything", lambda: _not_earned(course, released))
        yield gate("mistakes are named without their code", lambda: _not_named(course, released))


def _out_of_step(course: Course, days: Sequence[Day]) -> list[str]:
    found = differences(course, days)
    return [
        f"{d.path.relative_to(course.root)} is not what its source says; run `course sync`." for d in found
    ]


def _untold(course: Course, version: str) -> list[str]:
    versions = [name for name, _ in read_changes(course.root / "CHANGELOG.md")]
    return [] if version in versions else [f"CHANGELOG.md has no section `## {version}`; write what is new."]


def _make(course: Course, days: Sequence[Day], version: str, folder: Path) -> list[str]:
    files = build_release(course, days, version)
    write_repository(folder, files, f"Release {version}", source_date(course.root), lambda _: None)
    return []


def _leaking(course: Course, folder: Path) -> list[str]:
    return [str(leak) for leak in find_leaks(read_secrets(course), folder)]


def _nbgrader(course: Course, days: Sequence[Day], folder: Path) -> list[str]:
    from course.release.nbgrader import release_nbgrader

    try:
        release_nbgrader(course, days, folder)
    except CourseError as error:
        return [str(error)]
    return []


def _changing(course: Course, days: Sequence[Day], version: str, folder: Path, again: Path) -> list[str]:
    """What differs when another process, which orders its sets in another way, makes the release."""
    chosen = [word for day in days for word in ("--day", day.name)]
    words = ["release", "student", str(again), "--version", version, "--allow-dirty", *chosen]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "course", *words],
            cwd=course.root,
            env={**os.environ, "PYTHONHASHSEED": "random"},
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_RELEASE,
        )
    except subprocess.TimeoutExpired:
        return [f"A second release has not ended within {LONGEST_RELEASE} s."]
    if done.returncode:
        return [done.stderr.strip()]
    one, other = _digests(folder), _digests(again)
    differing = [place for place in one.keys() | other.keys() if one.get(place) != other.get(place)]
    differing.sort(key=lambda place: (place.startswith((".git/", ".course/")), place))  # the causes first
    return [f"{place} differs from run to run." for place in differing]


def _digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(files)}


def _run(
    released: Course, root: Path, day: Day, exercises: tuple[Exercise, ...], runner: Runner
) -> RunResult:
    days = [d.name for d in released.days]
    return runner.run([Selection(day, exercises)], root, lambda _: LocalLink(root, days, released.limits))


def _outcomes(released: Course, root: Path) -> Iterator[tuple[str, str]]:
    runner = Runner(released, released.seed)
    for day in released.days:
        for check in _run(released, root, day, day.exercises, runner).all_checks:
            yield f"tests/{day.name}, {check.check.name}", check.outcome


def _earned(released: Course) -> list[str]:
    found = _outcomes(released, released.root)
    return [f"{name} passes on the untouched skeleton." for name, outcome in found if outcome == "passed"]


def _not_earned(course: Course, released: Course) -> list[str]:
    found = _outcomes(released, course.solutions)
    return [f"{name} ends with {outcome} on the solution." for name, outcome in found if outcome != "passed"]


def _not_named(course: Course, released: Course) -> list[str]:
    """Misconceptions whose fingerprint on file is unique, but is not what they return today."""
    runner = Runner(released, released.seed)
    problems: list[str] = []
    for day in released.days:
        answers = read_answers(course, course.day(day.name))
        for exercise in day.exercises:
            for answer in answers:
                if answer.exercise == exercise.name and answer.kind == "misconception":
                    problems += _not_named_in(course, released, day, exercise, answer, runner)
    return problems


def _not_named_in(
    course: Course, released: Course, day: Day, exercise: Exercise, answer: Answer, runner: Runner
) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="course-") as place:
        write_answer(course, day, answer, Path(place))
        result = _run(released, Path(place), day, (exercise,), runner)
    for check in result.all_checks:
        recorded = runner.explainer.known(day, exercise, check.check)
        mine = [theirs for known, theirs in recorded if known.name == answer.name]
        others = [theirs for known, theirs in recorded if known.name != answer.name]
        alone = mine and not any(same(one, other) for one in mine for other in others)
        if alone and check.outcome != "passed" and check.misconception != answer.name:
            yield f"tests/{day.name}, {check.check.name}: the fingerprint of {answer.name} is stale."
