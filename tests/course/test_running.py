"""Going through a day: who is asked when, and when nobody is asked any more."""

from __future__ import annotations

import dataclasses
import os
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.catalog import Course, Selection
from course.testing.results import RunResult
from course.testing.running import Runner
from course.worker.near.local import LocalLink
from course.worker.near.warm import WarmProcess
from tests.course.corpus import DAY, corpus_course


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return corpus_course(tmp_path_factory.mktemp("running") / "course")


@pytest.fixture(scope="module")
def zygote(course: Course) -> Iterator[WarmProcess | None]:
    if not hasattr(os, "fork"):
        yield None
        return
    with WarmProcess.for_days(course, course.days) as zygote:
        yield zygote


class _Ran:
    """A submission with the solution's ``net.py`` and a ``work.py`` that ends with ``source``; what was run of it."""

    def __init__(self, course: Course, root: Path, source: str, zygote: WarmProcess | None) -> None:
        (root / DAY).mkdir(parents=True)
        for module, text in course.sources(course.days[0]).items():
            more = textwrap.dedent(source) if module == "work" else ""
            (root / DAY / f"{module}.py").write_text(text + more, encoding="utf-8")
        self.order: list[str] = []
        self.result: RunResult = Runner(course, 3).run(
            [Selection(course.days[0], course.days[0].exercises)],
            root,
            lambda day: LocalLink(root, [day], course.limits) if zygote is None else zygote.open(root, day),
            begun=lambda check: self.order.append(check.name),
        )
        self.outcomes = {result.check.name: result.outcome for result in self.result.all_checks}
        self.messages = {result.check.name: result.message for result in self.result.all_checks}


@pytest.fixture(params=["in process", "isolated"])
def place(request: pytest.FixtureRequest, zygote: WarmProcess | None) -> WarmProcess | None:
    if request.param == "isolated" and zygote is None:
        pytest.skip("isolated checks need fork")
    return zygote if request.param == "isolated" else None


def test_hidden_checks_come_last_and_results_in_the_order_of_the_course(
    course: Course, place: WarmProcess | None, tmp_path: Path
) -> None:
    kept = """
    seen = []

    def mean(x):
        seen.append(x)
        return float(np.add.reduce(x) / len(x))

    def standardize(x):
        raise ValueError(str(seen))
    """
    ran = _Ran(course, tmp_path, kept, place)
    names = [check.name for exercise in course.days[0].exercises for check in exercise.checks]
    assert list(ran.outcomes) == names
    assert ran.order[-1] == "test_mean_far_from_zero"
    assert ran.order[:-1] == [name for name in names if name != "test_mean_far_from_zero"]
    assert ran.outcomes["test_mean_far_from_zero"] == "passed"
    assert "7313" not in ran.messages["test_standardize_of_vectors"]


ENDLESS = """
    def mean(*x):
        while True:
            pass

    standardize = slope = mean
    Account = mean
"""


def test_after_the_third_timeout_the_rest_of_a_module_is_not_asked(
    course: Course, place: WarmProcess | None, tmp_path: Path
) -> None:
    limits = dataclasses.replace(course.limits, test_seconds=0.4, call_seconds=0.3)
    ran = _Ran(dataclasses.replace(course, limits=limits), tmp_path, ENDLESS, place)
    of_work = {name: outcome for name, outcome in ran.outcomes.items() if "relu" not in name}
    assert set(of_work.values()) == {"timeout"}
    assert {ran.outcomes[name] for name in ran.outcomes if "relu" in name} == {"passed"}
    not_asked = [name for name, message in ran.messages.items() if message.startswith("Not asked: 3 checks")]
    assert not_asked == ["test_mean_far_from_zero", "test_account_deposit_twice"]
    assert ran.result.days[0].score == 2


def test_a_submission_has_a_limit_as_a_whole(
    course: Course, place: WarmProcess | None, tmp_path: Path
) -> None:
    slow = """
    import time

    def mean(x):
        time.sleep(0.2)
        return float(np.add.reduce(x) / len(x))
    """
    limits = dataclasses.replace(course.limits, submission_seconds=0.5)
    ran = _Ran(dataclasses.replace(course, limits=limits), tmp_path, slow, place)
    assert (
        ran.outcomes.pop("test_mean_of_vectors") == "passed"
    )  # three calls; a check that has begun is ended
    assert set(ran.outcomes.values()) == {"timeout"}
    assert "took the 0.5 s that a whole submission of day01 may take" in ran.messages["test_relu_of_matrices"]


def test_results_do_not_hold_on_to_what_came_back(course: Course, tmp_path: Path) -> None:
    root = tmp_path
    (root / DAY).mkdir()
    (root / DAY / "work.py").write_text("def mean(x):\n    return x\n", encoding="utf-8")
    result = Runner(course, 3).run(
        [Selection(course.days[0], course.days[0].exercises)],
        root,
        lambda day: LocalLink(root, [day], course.limits),
        evidence=False,
    )
    assert all(one.error is None and one.in_brief is None for one in result.all_checks)
    assert all(one.message for one in result.all_checks)
