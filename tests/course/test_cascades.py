"""Whose mistake is it? Exercises that use another one which is not right yet."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from course.catalog import Course, Selection, load_course
from course.catalog.model import Helpers
from course.errors import CourseError
from course.grading.records import suite_hashes
from course.release.skeletons import skeleton
from course.testing.cascades import in_process
from course.testing.results import CheckResult, RunResult
from course.testing.running import Runner
from course.testing.uses import DayCode, asked_by, definition_of, used_by, with_definition
from course.verify.cascading import Chains
from course.verify.roots import Sources
from course.verify.trials import Trier
from course.worker.near.local import LocalLink
from course.worker.near.warm import WarmProcess
from tests.course.conftest import write

DAY = "day01_chain"

COURSE_TOML = f"""
[course]
title = "A chain"
seed = 1

[limits]
test_seconds = 2
call_seconds = 1

[[day]]
name = "{DAY}"
title = "Chain"
part = 1
imports = ["numpy"]
"""

STEPS = '''
"""Steps."""

import numpy as np


def shift(x):
    """x with mean 0."""
    ### BEGIN SOLUTION
    return x - np.mean(x)
    ### END SOLUTION


class Scale:
    """A factor."""

    def __init__(self, factor):
        self.factor = factor

    def apply(self, x):
        """The factor times x."""
        ### BEGIN SOLUTION
        return self.factor * x
        ### END SOLUTION
'''

CHAIN = f'''
"""The chain."""

import numpy as np

from {DAY} import steps
from {DAY}.steps import shift


def _spread(x):
    return np.sqrt(np.mean(shift(x) ** 2))


def standard(x):
    """x with mean 0 and spread 1."""
    ### BEGIN SOLUTION
    return steps.Scale(1 / _spread(x)).apply(shift(x))
    ### END SOLUTION


def twice(x):
    """Twice the standard form."""
    ### BEGIN SOLUTION
    return 2 * standard(x)
    ### END SOLUTION
'''

NAMES = ["steps.shift", "steps.Scale.apply", "chain.standard", "chain.twice"]
EXERCISES = "".join(
    f'[[exercise]]\nname = "{name}"\ntitle = "T"\nsheet = "s"\nhints = ["a", "b", "c"]\n\n' for name in NAMES
)

TEST_STEPS = """
from course.testing import assert_close, points


@points(1)
def test_shift_of_vectors(student, rng):
    x = rng.normal(2.0, 1.0, size=4)
    assert_close(student.shift(x), x - x.mean())


@points(1)
def test_scale_apply_to_vectors(student, rng):
    x = rng.normal(2.0, 1.0, size=4)
    assert_close(student.Scale(3.0).apply(x), 3 * x)
"""

TEST_CHAIN = """
from course.testing import assert_close, hidden, points


@points(2)
def test_standard_of_vectors(student, rng):
    x = rng.normal(2.0, 3.0, size=5)
    assert_close(student.standard(x), (x - x.mean()) / x.std())


@hidden
@points(1)
def test_standard_of_long_vectors(student, rng):
    x = rng.normal(2.0, 3.0, size=50)
    assert_close(student.standard(x), (x - x.mean()) / x.std())


@points(1)
def test_twice_of_vectors(student, rng):
    x = rng.normal(2.0, 3.0, size=5)
    assert_close(student.twice(x), 2 * (x - x.mean()) / x.std())
"""

ANSWERS_CHAIN = """
from course.testing import misconception


@misconception("standard", "The mean is still there.")
def with_mean(x):
    return x / x.std()
"""


def chain_course(root: Path) -> Course:
    write(root / "course.toml", COURSE_TOML)
    write(root / f"solutions/{DAY}/steps.py", STEPS)
    write(root / f"solutions/{DAY}/chain.py", CHAIN)
    write(root / f"tests/{DAY}/exercises.toml", EXERCISES)
    write(root / f"tests/{DAY}/test_steps.py", TEST_STEPS)
    write(root / f"tests/{DAY}/test_chain.py", TEST_CHAIN)
    write(root / f"tests/{DAY}/answers_chain.py", ANSWERS_CHAIN)
    return load_course(root)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return chain_course(tmp_path_factory.mktemp("cascades") / "course")


WRONG_SHIFT = {"steps": STEPS.replace("x - np.mean(x)", "x + np.mean(x)")}
RIGHT = {"steps": STEPS, "chain": CHAIN}


def run(
    course: Course,
    root: Path,
    texts: Mapping[str, str],
    *,
    again: bool = True,
    exercises: tuple[str, ...] = (),
    complete: Mapping[str, bool] | None = None,
    evidence: bool = True,
) -> RunResult:
    for module, text in {**RIGHT, **texts}.items():
        write(root / DAY / f"{module}.py", text)
    day = course.days[0]
    chosen = tuple(one for one in day.exercises if not exercises or one.name in exercises)
    return Runner(course, 5).run(
        [Selection(day, chosen)],
        root,
        lambda name: LocalLink(root, [name], course.limits),
        evidence=evidence,
        reopen=partial(in_process, course) if again else None,
        complete=complete,
    )


def by_name(result: RunResult) -> dict[str, CheckResult]:
    return {one.check.name.removeprefix("test_"): one for one in result.all_checks}


@pytest.mark.parametrize("words", [(), ("-k", "standard or shift")])
def test_pytest_says_as_well_whom_to_mend_first(tmp_path: Path, words: tuple[str, ...]) -> None:
    course = chain_course(tmp_path)
    write(tmp_path / "conftest.py", 'pytest_plugins = ["course.testing.plugin"]\n')
    for module, text in {**RIGHT, **WRONG_SHIFT}.items():
        write(tmp_path / DAY / f"{module}.py", text)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
    done = subprocess.run(command, cwd=course.root, capture_output=True, encoding="utf-8", check=False)
    assert "\n`standard` uses `shift`, which is not right yet: mend that one first.\n" in done.stdout
    assert ("`twice` uses" in done.stdout) == (not words)


def test_what_stands_on_a_wrong_helper_is_called_right(course: Course, tmp_path: Path) -> None:
    found = by_name(run(course, tmp_path, WRONG_SHIFT))
    assert found["shift_of_vectors"].given_helpers is None
    standard = found["standard_of_vectors"]
    assert (standard.outcome, standard.given_helpers, standard.points) == ("failed", "passed", 0)
    assert standard.message.startswith("`standard` is right on a right `shift`; mend `shift` first.\n\n")
    assert standard.brief.split("\n")[0] == "`standard` is right on a right `shift`; mend `shift` first."
    assert "called" in standard.message
    assert "called" not in standard.brief
    assert "--full" in standard.brief
    assert found["twice_of_vectors"].message.startswith("`twice` is right on a right `shift`;")
    assert found["scale_apply_to_vectors"].outcome == "passed"


def test_no_misconception_is_named_for_what_is_right(course: Course, tmp_path: Path) -> None:
    nothing = {"steps": STEPS.replace("x - np.mean(x)", "x")}
    chain = {"chain": CHAIN.replace("np.sqrt(np.mean(shift(x) ** 2))", "np.std(x)")}
    alone = by_name(run(course, tmp_path / "alone", {**nothing, **chain}, again=False))
    assert alone["standard_of_vectors"].misconception == "with_mean"
    judged = by_name(run(course, tmp_path / "judged", {**nothing, **chain}))["standard_of_vectors"]
    assert judged.misconception is None
    assert "The mean is still there." not in judged.message


def test_a_mistake_of_its_own_stays_its_own(course: Course, tmp_path: Path) -> None:
    wrong = {**WRONG_SHIFT, "chain": CHAIN.replace("1 / _spread", "_spread")}
    found = by_name(run(course, tmp_path, wrong))
    standard = found["standard_of_vectors"]
    assert (standard.given_helpers, standard.cascade) == ("failed", "")
    assert "shift" not in standard.message
    twice = found["twice_of_vectors"]
    assert twice.cascade == "`twice` is right on right versions of `shift` and `standard`; mend these first."


def test_a_hidden_check_says_only_what_to_mend_first(course: Course, tmp_path: Path) -> None:
    hidden = by_name(run(course, tmp_path, WRONG_SHIFT))["standard_of_long_vectors"]
    assert hidden.public_message == (
        "A hidden check of this exercise ended with: failed. "
        "`standard` is right on a right `shift`; mend `shift` first."
    )


def test_what_calls_a_stub_is_not_called_unwritten(course: Course, tmp_path: Path) -> None:
    stub = {"steps": STEPS.replace("return x - np.mean(x)", "raise NotImplementedError")}
    judged = by_name(run(course, tmp_path / "judged", stub))
    assert judged["shift_of_vectors"].message == "shift is not written yet."
    standard = judged["standard_of_vectors"]
    assert (standard.outcome, standard.given_helpers) == ("not_implemented", "passed")
    assert standard.message == "`standard` is right on a right `shift`; write `shift` first."
    told = by_name(run(course, tmp_path / "told", stub, again=False))
    assert told["standard_of_vectors"].message == (
        "`standard` uses `shift`, which is not written yet: write that one first."
    )
    nothing = {**stub, "chain": CHAIN.replace("return 2 * standard(x)", "raise NotImplementedError")}
    assert by_name(run(course, tmp_path / "n", nothing))["twice_of_vectors"].message == (
        "twice is not written yet."
    )


def test_a_clone_points_to_what_is_to_be_mended_first(course: Course, tmp_path: Path) -> None:
    found = by_name(run(course, tmp_path, WRONG_SHIFT, again=False))
    sentence = "`standard` uses `shift`, which is not right yet: mend that one first."
    assert found["standard_of_vectors"].message.endswith(f"\n{sentence}")
    assert found["standard_of_vectors"].brief.endswith(f"\n{sentence}")
    assert found["twice_of_vectors"].cascade.startswith("`twice` uses `shift`, which")
    assert found["shift_of_vectors"].cascade == ""


def test_what_is_asked_alone_is_told_of_the_last_check(course: Course, tmp_path: Path) -> None:
    known = {f"{DAY}/steps.shift": False, f"{DAY}/steps.Scale.apply": True}
    alone = run(course, tmp_path, WRONG_SHIFT, again=False, exercises=("chain.standard",), complete=known)
    assert by_name(alone)["standard_of_vectors"].message.endswith(
        "`standard` uses `shift`, which was not right when last checked: check that one first."
    )
    unknown = run(course, tmp_path, WRONG_SHIFT, again=False, exercises=("chain.standard",))
    assert by_name(unknown)["standard_of_vectors"].cascade == ""


def test_records_hold_no_values_of_a_right_answer(course: Course, tmp_path: Path) -> None:
    plain = run(course, tmp_path, WRONG_SHIFT, evidence=False).to_plain(public=True)
    tests = {test["test"]: test for exercise in plain["days"][0]["exercises"] for test in exercise["tests"]}
    standard = tests["test_standard_of_vectors"]
    assert standard["given_helpers"] == "passed"
    assert standard["message"] == (
        "`standard` is right on a right `shift`; mend `shift` first.\n"
        f"  read          {DAY}/README.md, section 's'"
    )
    assert "given_helpers" not in tests["test_shift_of_vectors"]


LUCKY = {
    "steps": STEPS.replace("x - np.mean(x)", "x"),
    "chain": CHAIN.replace(
        "steps.Scale(1 / _spread(x)).apply(shift(x))", "(shift(x) - 2 * shift(x).mean() + x.mean()) / x.std()"
    ),
}
"""Right with a shift that does nothing, wrong with a right one."""


@pytest.mark.parametrize(
    ("helpers", "score_of_wrong", "score_of_lucky"), [("own", 1, 5), ("given", 5, 1), ("better", 5, 5)]
)
def test_staff_choose_whose_helpers_count(
    course: Course, tmp_path: Path, helpers: Helpers, score_of_wrong: int, score_of_lucky: int
) -> None:
    chosen = dataclasses.replace(course, helpers=helpers)
    assert run(chosen, tmp_path / "wrong", WRONG_SHIFT).score == score_of_wrong
    lucky = run(chosen, tmp_path / "lucky", LUCKY)
    assert lucky.score == score_of_lucky
    if helpers == "given":
        assert by_name(lucky)["standard_of_vectors"].message.startswith(
            "It passes with your own `shift` only"
        )


def test_the_choice_is_read_and_decides_what_is_graded_again(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "course"
    chain_course(root)
    toml = (root / "course.toml").read_text(encoding="utf-8")
    (root / "course.toml").write_text(toml.replace("seed = 1", 'seed = 1\nhelpers = "better"'), "utf-8")
    better = load_course(root)
    assert better.helpers == "better"
    assert suite_hashes(better, better.days) != suite_hashes(course, course.days)
    (root / "course.toml").write_text(toml.replace("seed = 1", 'seed = 1\nhelpers = "best"'), "utf-8")
    with pytest.raises(CourseError, match="helpers is 'best'; write one of 'own', 'given', 'better'"):
        load_course(root)


def test_nothing_is_run_again_when_nobody_else_can_be_to_blame(course: Course, tmp_path: Path) -> None:
    def never(*_: object) -> closing[LocalLink]:
        raise AssertionError("judged again")

    write(tmp_path / DAY / "steps.py", STEPS)
    write(tmp_path / DAY / "chain.py", CHAIN.replace("2 * standard", "3 * standard"))
    day = course.days[0]
    result = Runner(course, 5).run(
        [Selection(day, day.exercises)],
        tmp_path,
        lambda name: LocalLink(tmp_path, [name], course.limits),
        reopen=never,
    )
    assert by_name(result)["twice_of_vectors"].outcome == "failed"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="isolated checks need fork")
def test_nothing_that_the_second_run_says_comes_out(course: Course, tmp_path: Path) -> None:
    """A student's code that reads the solution's helper there, and prints, returns and raises it."""
    thief = """

    def twice(x):
        from pathlib import Path
        source = Path(steps.__file__).read_text()
        print("seen", source)
        raise ValueError("seen " + source)
    """
    texts = {"steps": WRONG_SHIFT["steps"], "chain": CHAIN + textwrap.dedent(thief) + "    shift(x)\n"}
    for module, text in texts.items():
        write(tmp_path / DAY / f"{module}.py", text)
    day = course.days[0]
    with WarmProcess.for_days(course, [day]) as zygote:
        result = Runner(course, 5).run(
            [Selection(day, day.exercises)],
            tmp_path,
            lambda name: zygote.open(tmp_path, name),
            evidence=False,
            reopen=lambda files, name: closing(zygote.open(files, name)),
        )
    found = by_name(result)
    assert found["standard_of_vectors"].given_helpers == "passed"
    assert found["twice_of_vectors"].given_helpers == "error"
    assert "x + np.mean(x)" in found["twice_of_vectors"].message  # the student's own
    assert "x - np.mean(x)" not in str(result.to_plain())
    assert not any("x - np.mean(x)" in one.output for one in result.all_checks)


@pytest.mark.parametrize(
    "steps",
    [
        "def shift(x:\n",
        STEPS.replace("\n", "\r\n").replace("x - np.mean(x)", "x + np.mean(x)"),
        STEPS.replace("import numpy as np\n", "").replace("x - np.mean(x)", "x"),
        STEPS.replace("def shift", "def other"),
        STEPS + "\n\ndef shift(x):\n    return x",
        STEPS + "\n\nshift = abs\n",
    ],
    ids=["unreadable", "CRLF", "imports gone", "not there", "written twice", "another name"],
)
def test_right_definitions_find_their_place(course: Course, tmp_path: Path, steps: str) -> None:
    standard = by_name(run(course, tmp_path, {"steps": steps}))["standard_of_vectors"]
    assert standard.outcome != "passed"
    assert standard.given_helpers == "passed"


def test_uses_are_followed_through_given_code_modules_and_classes(course: Course) -> None:
    day = course.days[0]
    code = DayCode(day, RIGHT)
    assert used_by(day, "chain.standard", code) == ["steps.shift", "steps.Scale.apply"]
    assert used_by(day, "chain.twice", code) == ["steps.shift", "steps.Scale.apply", "chain.standard"]
    assert used_by(day, "steps.shift", code) == []


def test_what_comes_later_on_the_sheet_is_no_helper(course: Course) -> None:
    day = course.days[0]
    text = STEPS.replace("return x - np.mean(x)", f"from {DAY}.chain import twice\n    return twice(x)")
    code = DayCode(day, {"steps": text, "chain": CHAIN})
    assert code.named("steps.shift") == {"chain.twice"}
    assert used_by(day, "steps.shift", code) == []


def test_a_name_of_the_functions_own_is_no_use(course: Course) -> None:
    day = course.days[0]
    text = CHAIN.replace("return 2 * standard(x)", "standard = 2\n    return standard * x")
    assert used_by(day, "chain.twice", DayCode(day, {"steps": STEPS, "chain": text})) == []


def test_a_method_is_put_in_its_class_with_its_decorators() -> None:
    text = "class A:\n  @property\n  def f(self):\n    return 1\n\n  def g(self):\n    return 2\n"
    method = definition_of("class A:\n    @property\n    def f(self):\n        return 3\n", "A.f")
    assert method == "@property\ndef f(self):\n    return 3\n"
    put = with_definition(text, "A.f", method)
    assert put == text.replace("    return 1", "      return 3")


def _skeletons_but(course: Course, day_name: str, name: str, code: DayCode) -> dict[str, str]:
    """What a student starts with, in which one exercise is written."""
    day = course.day(day_name)
    texts = {module: skeleton(text, day, module) for module, text in code.texts.items()}
    module, _, qualname = name.partition(".")
    definition = definition_of(code.texts[module], qualname)
    assert definition is not None
    return {**texts, module: with_definition(texts[module], qualname, definition)}


def chains(course: Course) -> Chains:
    day = course.days[0]
    trier = Trier(course, day)
    return Chains(Sources.read(course, day), trier, trier.suite.answers(day), course.seed)


def test_verify_finds_a_right_exercise_that_is_blamed(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    twice = course.days[0].exercises[-1]
    assert chains(course).used_by(twice) == ["steps.shift", "steps.Scale.apply", "chain.standard"]
    assert chains(course).blamed(twice) == []
    monkeypatch.setattr("course.testing.cascades.with_definition", lambda text, *_: text)
    assert chains(course).blamed(twice) == [
        "with the misconception with_mean of chain.standard, test_twice_of_vectors ends with 'failed', "
        "and on right helpers: failed.",
        "with nothing else of the day written, test_twice_of_vectors ends with 'not_implemented', "
        "and on right helpers: not_implemented.",
    ]


ASKED = """
def test_scale(student):
    check(student, [student.Scale(2).value for _ in range(2)])

def check(student, x):
    student.shift(x)
"""


def test_what_a_check_uses_beside_its_exercise_is_a_helper_too(course: Course) -> None:
    space: dict[str, Any] = {"__name__": "test_steps"}
    exec(ASKED, space)
    day = course.days[0]
    assert asked_by(day, day.exercises[1], [space["test_scale"]]) == ["steps.shift"]
    assert asked_by(day, day.exercises[0], [space["test_scale"]]) == []


def test_special_methods_of_a_class_are_used_without_being_named(course: Course) -> None:
    day = course.days[0]
    more = "\n    def __add__(self, other):\n        return shift(other)\n"
    assert DayCode(day, {"steps": STEPS + more}).named("steps.Scale.apply") == {"steps.shift"}


def test_an_exercise_alone_is_right_on_right_helpers(course: Course, tmp_path: Path) -> None:
    code = DayCode(course.days[0], RIGHT)
    found = by_name(run(course, tmp_path, _skeletons_but(course, DAY, "chain.twice", code)))
    assert found["twice_of_vectors"].given_helpers == "passed"
    assert found["twice_of_vectors"].message == (
        "`twice` is right on right versions of `shift`, `Scale.apply` and `standard`; write these first."
    )
