"""Misconceptions with parameters, and such whose numbers are drawn at random."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from course.catalog import Course, load_course, select
from course.errors import CourseError
from course.testing.answers import read_answers
from course.testing.assertions import compare_by
from course.testing.results import CheckResult
from course.testing.running import Runner, Sitting
from course.verify.completeness import incomplete
from course.worker.near.local import LocalLink

SOLUTION = '''
import numpy as np


def log(p: np.ndarray) -> np.ndarray:
    """The natural logarithm."""
    ### BEGIN SOLUTION
    return np.log(p)
    ### END SOLUTION


def thin(x: np.ndarray, rate: float, rng: np.random.Generator) -> np.ndarray:
    """Set entries to 0 with probability rate."""
    ### BEGIN SOLUTION
    return np.where(rng.random(x.shape) < rate, 0.0, x)
    ### END SOLUTION
'''

TESTS = """
import numpy as np

from course.testing import assert_between, assert_close, compare_by, points


@points(1)
def test_log_of_several_points(student, rng):
    p = rng.uniform(1e-4, 1, size=5)
    assert_close(student.log(p), np.log(p), rtol=1e-9)


def zeros(result, x):
    return np.mean(np.asarray(result) == 0), np.max(np.abs(result)) / np.max(x)


@points(1)
def test_thin_drops_some(student, rng):
    x = rng.uniform(1, 2, size=4000)
    result = student.thin(x, 0.2, np.random.default_rng(int(rng.integers(2**32))))
    compare_by(zeros, result, x)
    assert_between(np.mean(np.asarray(result) == 0), 0.17, 0.23)
"""

UNCHANGED = TESTS.replace(
    "    assert_close(student.log(p)", "    with assert_unchanged(p):\n        assert_close(student.log(p)"
).replace("compare_by, points", "assert_unchanged, compare_by, points")

ANSWERS = '''
import numpy as np

from course.testing import misconception


@misconception("log", "A constant keeps the logarithm finite and falsifies it.", eps=(1e-12, 1e-8, 1e-6))
def with_a_constant(p, *, eps=1e-12):
    """é, before the default on purpose: positions are counted in bytes."""
    return np.log(p + eps)


@misconception("log", "To another base.", base=(2, 10, 10.0))
def another_base(p, é="é", base=2):
    return np.log(p) / np.log(base)


@misconception("log", "Right in every check, so it explains no failure.")
def harmless(p):
    return np.log(p)


@misconception("log", "Its argument is changed.")
def overwrites(p):
    result = np.log(p)
    p[:] = result
    return result


@misconception("thin", "Kept with probability rate; it is that of being dropped.")
def kept_for_dropped(x, rate, rng):
    return np.where(rng.random(x.shape) < rate, x, 0.0)


@misconception("thin", "Half of the entries are dropped whatever the rate.")
def always_half(x, rate, rng):
    return np.where(rng.random(x.shape) < 0.5, x, 0.0)
'''

EXERCISES = "".join(
    f'[[exercise]]\nname = "things.{name}"\ntitle = "Some"\nsheet = "s"\nrefused = []\nhints = ["a", "b"]\n\n'
    for name in ("log", "thin")
)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def make_course(root: Path, answers: str = ANSWERS) -> Course:
    write(
        root / "course.toml",
        '[course]\ntitle = "T"\nseed = 5\n\n[[day]]\nname = "day01_t"\ntitle = "T"\npart = 1\nimports = ["numpy"]\n',
    )
    write(root / "solutions/day01_t/things.py", SOLUTION)
    write(root / "tests/day01_t/test_things.py", TESTS)
    write(root / "tests/day01_t/answers_things.py", answers)
    write(root / "tests/day01_t/exercises.toml", EXERCISES)
    write(root / "day01_t/README.md", "# T\n\n## S\n")
    return load_course(root)


@pytest.fixture
def some(tmp_path: Path) -> Course:
    return make_course(tmp_path / "course")


def judge(course: Course, root: Path, name: str, solution: str) -> CheckResult:
    """The first check of an exercise, for somebody who has written this."""
    write(root / "day01_t/things.py", solution)
    day = course.days[0]
    exercise = next(e for e in day.exercises if e.qualname == name)
    runner = Runner(course, course.seed)
    with closing(LocalLink(root, [day.name], course.limits)) as link:
        sitting = Sitting.of(day, exercise, exercise.checks[0], link)
        return runner.run_check(runner.suite.function(day, exercise.checks[0]), sitting)


def test_a_parameter_makes_an_answer_for_each_value(some: Course) -> None:
    answers = [a for a in read_answers(some, some.days[0]) if a.exercise == "things.log"]
    assert [answer.label for answer in answers] == [
        "with_a_constant(eps=1e-12)",
        "with_a_constant(eps=1e-08)",
        "with_a_constant(eps=1e-06)",
        "another_base(base=2)",
        "another_base(base=10)",
        "another_base(base=10.0)",
        "harmless",
        "overwrites",
    ]
    assert "def with_a_constant(p, *, eps=1e-06):" in answers[2].source
    assert 'def another_base(p, é="é", base=10):' in answers[4].source
    assert len({answer.source for answer in answers}) == 8


@pytest.mark.parametrize("eps", ["1e-12", "1e-8", "1e-6"])
def test_every_value_is_named_alike(some: Course, tmp_path: Path, eps: str) -> None:
    solution = SOLUTION.replace("np.log(p)", f"np.log(p + {eps})")
    result = judge(some, tmp_path / "mine", "log", solution)
    if eps == "1e-12":  # less than the tolerance of this check
        assert result.outcome == "passed"
    else:
        assert result.misconception == "with_a_constant"


def test_two_values_that_answer_alike_do_not_silence_the_name(some: Course, tmp_path: Path) -> None:
    result = judge(some, tmp_path / "mine", "log", SOLUTION.replace("np.log(p)", "np.log10(p)"))
    assert result.misconception == "another_base"


REFUSING = """

@misconception("log", "Small arguments are refused.")
def refuses(p):
    if p.min() < 0.9:
        raise ValueError("too small")
    return np.log(p)
"""


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('raise ValueError("x must not be small")', "refuses"),
        ("raise ValueError", "refuses"),
        ("raise KeyError(p[0])", None),
        ("p + np.ones(9)", None),  # a ValueError too, but nobody has chosen its words
    ],
)
def test_an_exception_is_known_whatever_words_it_is_raised_in(
    tmp_path: Path, body: str, name: str | None
) -> None:
    course = make_course(tmp_path / "course", ANSWERS + REFUSING)
    result = judge(course, tmp_path / "mine", "log", SOLUTION.replace("return np.log(p)", body))
    assert (result.outcome, result.misconception) == ("error", name)


def test_beside_a_mistake_that_is_recognised_a_pattern_asks_nothing(tmp_path: Path) -> None:
    twice = '\n\n@misconception("log", "Taken in degrees.")\ndef in_degrees(p):\n    return np.degrees(np.log(p))\n'
    solution = SOLUTION.replace("np.log(p)", "np.degrees(np.log(p))")
    known = judge(make_course(tmp_path / "a", ANSWERS + twice), tmp_path / "mine", "log", solution).message
    unknown = judge(make_course(tmp_path / "b"), tmp_path / "mine", "log", solution).message
    assert "57.2958 times what is expected: 180/π: degrees in the place of radians?" in unknown
    assert "57.2958 times what is expected: 180/π\n" in known


ANOTHER = """

@points(1)
def test_log_of_one(student, rng):
    assert_close(student.log(np.ones(2)), np.zeros(2), atol=1e-7)


@points(1)
def test_log_of_one_half(student, rng):
    assert_close(student.log(np.array([0.5])), np.log(np.array([0.5])))
"""


@pytest.mark.parametrize(
    ("at_one", "outcomes", "name"),
    [
        ("0 * p", ["failed", "passed", "failed"], None),  # right at 1, where the mistake would not be
        ("1 + p", ["failed", "failed", "failed"], "off_by_one"),
    ],
)
def test_a_mistake_that_fails_a_passed_check_is_not_named(
    tmp_path: Path, at_one: str, outcomes: list[str], name: str | None
) -> None:
    more = """

@misconception("log", "One too many, everywhere.")
def off_by_one(p):
    return np.log(p) + 1 + p * 0 if p.size != 2 else 1 + p
"""
    course = make_course(tmp_path / "course", ANSWERS + more)
    write(course.root / "tests/day01_t/test_things.py", TESTS + ANOTHER)
    course = load_course(course.root)
    body = f"({at_one} if p.size == 2 else np.log(p) + 1)"
    write(tmp_path / "mine/day01_t/things.py", SOLUTION.replace("np.log(p)", body))
    runner = Runner(course, 5)
    names = [day.name for day in course.days]
    result = runner.run(
        select(course, ["log"]),
        tmp_path / "mine",
        lambda day: LocalLink(tmp_path / "mine", names, course.limits),
    )
    checks = result.all_checks
    assert [one.outcome for one in checks] == outcomes
    assert checks[-1].misconception == name


def test_values_of_one_mistake_fail_a_passed_check_each_for_itself(tmp_path: Path) -> None:
    more = """

@misconception("log", "One too many.", at_one=(0.0, 1.0))
def off_by_one(p, *, at_one=0.0):
    return np.log(p) + (at_one if p.size == 2 else 1)
"""
    course = make_course(tmp_path / "course", ANSWERS + more)
    write(course.root / "tests/day01_t/test_things.py", TESTS + ANOTHER)
    course = load_course(course.root)
    body = "(np.log(p) + (0 if p.size == 2 else 1))"
    write(tmp_path / "mine/day01_t/things.py", SOLUTION.replace("np.log(p)", body))
    runner, (selection,) = Runner(course, 5), select(course, ["log"])
    exercise = selection.exercises[0]
    known = runner.explainer.known(selection.day, exercise, exercise.checks[1])
    assert [answer.given for answer, _ in known if answer.name == "off_by_one"] == ["at_one=1.0"]
    result = runner.run(
        [selection], tmp_path / "mine", lambda day: LocalLink(tmp_path / "mine", [day], course.limits)
    )
    assert [one.misconception for one in result.all_checks] == ["off_by_one", None, "off_by_one"]


def test_values_count_as_one_misconception(some: Course) -> None:
    says = [f.says for f in incomplete(some, select(some, ())[0], read_answers(some, some.days[0]))]
    assert "has 2 misconception(s); at least 3 are wanted." in says


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("x * (rng.uniform(size=x.shape) < rate)", "kept_for_dropped"),
        ("x * rng.binomial(1, rate, size=x.shape)", "kept_for_dropped"),
        ("x * rng.permutation(np.arange(x.size) < rate * x.size)", "kept_for_dropped"),
        ("x * rng.integers(2, size=x.shape)", "always_half"),
        ("x * (rng.random(x.shape) < rate) / rate", None),  # the scale tells it from the first
    ],
)
def test_what_is_drawn_is_told_by_a_statistic(
    some: Course, tmp_path: Path, body: str, name: str | None
) -> None:
    solution = SOLUTION.replace("np.where(rng.random(x.shape) < rate, 0.0, x)", body)
    result = judge(some, tmp_path / "mine", "thin", solution)
    assert (result.outcome, result.misconception) == ("failed", name)


def test_a_statistic_that_cannot_be_had_leaves_the_verdict_to_the_assertions(
    some: Course, tmp_path: Path
) -> None:
    solution = SOLUTION.replace("np.where(rng.random(x.shape) < rate, 0.0, x)", '"zeros"')
    result = judge(some, tmp_path / "mine", "thin", solution)
    assert result.outcome == "failed"
    assert result.misconception is None
    compare_by(lambda: 1 / 0)  # outside of a check it does nothing


def test_what_passes_a_check_explains_no_failure_in_it(some: Course, tmp_path: Path) -> None:
    solution = SOLUTION.replace("return np.log(p)", "result = np.log(p); p[0] = 0.5; return result")
    write(some.root / "tests/day01_t/test_things.py", UNCHANGED)
    write(
        some.root / "tests/day01_t/answers_things.py", ANSWERS.replace("(1e-12, 1e-8, 1e-6)", "(1e-5, 1e-4)")
    )
    assert judge(some, tmp_path / "mine", "log", solution).misconception == "overwrites"


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("eps=(1e-12, 1e-8, 1e-6)", "eps=1e-8", "takes a tuple of two or more values"),
        ("eps=(1e-12, 1e-8, 1e-6)", "eps=(1e-8,)", "takes a tuple of two or more values"),
        ("eps=(1e-12, 1e-8, 1e-6)", "epsilon=(1e-8, 1e-6)", "no parameter epsilon with a default"),
        ("eps=(1e-12, 1e-8, 1e-6)", "eps=tuple('ab')", "takes 2 literal text"),
        ("def another_base", "def with_a_constant", "has two answers named with_a_constant"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_reported(
    tmp_path: Path, before: str, after: str, says: str
) -> None:
    broken = make_course(tmp_path, ANSWERS.replace(before, after))
    with pytest.raises(CourseError, match=says):
        read_answers(broken, broken.days[0])
