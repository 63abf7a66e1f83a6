"""The sample class: every submission gets the same verdicts in process and isolated, and the ones it deserves."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.catalog import Course, Selection
from course.release.sample_class import Sample, sample_class
from course.testing.results import RunResult
from course.testing.running import Runner
from course.worker.near.local import LocalLink
from course.worker.near.warm import WarmProcess

DAY = "day03_linalg"
NAMES = [
    "untouched", "complete", "partial", "syntax-error", "crash-at-import", "endless-loop", "memory-hog", "early-exit",
    "replaced-assertion", "equal-to-everything", "chatterbox",
]  # fmt: skip


@pytest.fixture(scope="module")
def course(real: Course) -> Course:
    return dataclasses.replace(
        real, limits=dataclasses.replace(real.limits, test_seconds=2, call_seconds=1.5, memory_mib=256)
    )


@pytest.fixture(scope="module")
def samples(course: Course) -> dict[str, Sample]:
    return {sample.name: sample for sample in sample_class(course, course.day(DAY))}


@pytest.fixture(scope="module")
def zygote(course: Course) -> Iterator[WarmProcess]:
    with WarmProcess.for_days(course, [course.day(DAY)]) as zygote:
        yield zygote


@pytest.fixture(scope="module")
def runner(course: Course) -> Runner:
    return Runner(course, seed=7)


def _verdicts(result: RunResult) -> dict[str, str]:
    return {check.check.name: check.outcome for check in result.all_checks}


def test_the_class_has_at_least_twelve_of_every_kind(samples: dict[str, Sample]) -> None:
    assert len(samples) >= 12
    assert set(NAMES) <= set(samples)
    assert sum(name.startswith("misconception") for name in samples) >= 3
    assert sum(name.startswith("variant") for name in samples) >= 2


def _all_names(course: Course) -> list[str]:
    return [sample.name for sample in sample_class(course, course.day(DAY))]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" in metafunc.fixturenames:
        from tests.course.conftest import COURSE

        metafunc.parametrize("name", _all_names(COURSE))


def test_both_places_give_the_same_verdicts(
    course: Course, samples: dict[str, Sample], zygote: WarmProcess, runner: Runner, tmp_path: Path, name: str
) -> None:
    day = course.day(DAY)
    samples[name].write(tmp_path, day)
    root = tmp_path / name
    selections = [Selection(day, day.exercises)]
    inside = runner.run(selections, root, lambda _: LocalLink(root, [DAY], course.limits))
    outside = runner.run(selections, root, lambda day_name: zygote.open(root, day_name))
    assert _verdicts(inside) == _verdicts(outside)
    assert [c.misconception for c in inside.all_checks] == [c.misconception for c in outside.all_checks]
    _deserves(name, outside, day.max_score)


def _deserves(name: str, result: RunResult, best: int) -> None:
    """The verdicts that this submission must get."""
    outcomes = Counter(check.outcome for check in result.all_checks)
    if name in ("complete", "chatterbox") or name.startswith("variant"):
        assert result.score == best
    elif name == "untouched":
        assert set(outcomes) == {"not_implemented"}
    elif name == "partial":
        assert 0 < result.score < best
    else:
        assert (
            best * 0.75 < result.score < best
        )  # one exercise or module spoilt, the others keep their points
    expected = {
        "syntax-error": "error",
        "crash-at-import": "error",
        "early-exit": "error",
        "endless-loop": "timeout",
        "memory-hog": "memory",
        "equal-to-everything": "wrong_type",
        "replaced-assertion": "wrong_type",
    }
    if name in expected:
        assert outcomes[expected[name]] >= 1
    if name.startswith("misconception"):
        named = {check.misconception for check in result.all_checks if check.misconception}
        assert named == {name.removeprefix("misconception-").replace("-", "_")}
