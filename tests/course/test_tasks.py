"""Of a mistake that nobody foresaw a message quotes the task: its formula, what it returns, what it raises."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from course.testing.running import Runner, Sitting
from course.testing.tasks import MOST_LINES, formula_of, raised_by, returned_by
from course.worker.near.local import LocalLink
from tests.course.conftest import COURSE

SOURCE = '''
class Curve:
    """A curve.

    y(t) = a t² + b
    """

    def at(self, t):
        """Its height at one time."""

    def length(self):
        """Its length."""

def step(x):
    """One step downhill.

    Much is said about it first.

        x ← x − η g ,
        g = ∇f(x)

    And η is 1/2 here, so η = 1/2.

    Parameters
    ----------
    x : = is no formula here

    Returns
    -------
    (n,) float array
        the new point

    More is said below.

    Raises
    ------
    ValueError
        when x is empty
    """

def spread(x):
    """How far.

    Where all are equal it is σ = 0.

    The square of it is the variance.
    """

def crowd(x):
    """Count.

    Every point is counted once,
    in the order
    in which
    they come,
    one after
    the other.
    """

def bare(x):
    """The first entry."""
'''


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("step", "x ← x − η g ,\ng = ∇f(x)"),
        ("spread", "Where all are equal it is σ = 0."),
        ("Curve.at", "y(t) = a t² + b"),
        ("bare", "The first entry."),
        ("nothing", ""),
    ],
)
def test_the_formula_is_set_off_or_stands_in_a_paragraph_or_in_the_class(name: str, said: str) -> None:
    assert formula_of(SOURCE, name) == said


def test_what_is_quoted_is_short() -> None:
    quoted = formula_of(SOURCE, "crowd").split("\n")
    assert quoted[0] == "Every point is counted once,"
    assert len(quoted) == MOST_LINES + 1
    assert quoted[-1] == "…"


def test_sections_end_at_a_blank_line() -> None:
    assert returned_by(SOURCE, "step") == "(n,) float array\n    the new point"
    assert raised_by(SOURCE, "step") == "ValueError\n    when x is empty"
    assert (returned_by(SOURCE, "bare"), raised_by("def (", "bare")) == ("", "")


@pytest.fixture
def told(tmp_path: Path) -> Callable[[str, str, str], str]:
    """What is said to a student whose exercise is this, in a check."""
    runner = Runner(COURSE, COURSE.seed)

    def tell(name: str, check_name: str, body: str) -> str:
        day = next(day for day in COURSE.days if day.number == "day02")
        exercise = next(one for one in day.exercises if one.name == name)
        source = COURSE.sources(day)[exercise.module]
        text = source + "\n\n" + textwrap.dedent(body)
        (tmp_path / day.name).mkdir(exist_ok=True)
        for module, content in COURSE.sources(day).items():
            (tmp_path / day.name / f"{module}.py").write_text(content, encoding="utf-8")
        (tmp_path / day.name / f"{exercise.module}.py").write_text(text, encoding="utf-8")
        link = LocalLink(tmp_path, [day.name], COURSE.limits)
        check = next(one for one in exercise.checks if one.name == check_name)
        sitting = Sitting.of(day, exercise, check, link)
        try:
            result = runner.run_check(runner.suite.function(day, check), sitting)
        finally:
            link.close()
        assert result.outcome != "passed"
        return result.brief

    return tell


ORDER = "test_convergence_order_of_noisy_errors"
STEPS = "test_gradient_descent_takes_the_first_steps_exactly"


def test_wrong_numbers_are_told_the_formula(told: Callable[[str, str, str], str]) -> None:
    message = told(
        "derivatives.convergence_order", ORDER, "def convergence_order(steps, errors):\n    return 0.77"
    )
    assert "  the task says p = Σ (u_i − ū) v_i / Σ (u_i − ū)² ," in message
    assert message.index("the task says") < message.index("\n  read ")


def test_another_shape_is_told_what_comes_back(told: Callable[[str, str, str], str]) -> None:
    body = "def gradient_descent(*_):\n    return np.ones((7, 7))"
    message = told("descent.gradient_descent", STEPS, body)
    assert "  the task says (steps + 1, n) float array\n" in message
    assert "the path: row 0 is ``x0``" in message
    assert "x_{t+1}" not in message


def test_no_error_is_told_when_there_is_one(told: Callable[[str, str, str], str]) -> None:
    body = """
        real = largest_stable_rate
        def largest_stable_rate(hessian):
            with contextlib.suppress(ValueError):
                return real(hessian)
            return 0.5
        import contextlib
    """
    name = "test_largest_stable_rate_of_saddles_and_hills"
    assert "  the task says ValueError\n" in told("descent.largest_stable_rate", name, body)


def test_of_a_mistake_that_is_known_nothing_is_quoted(told: Callable[[str, str, str], str]) -> None:
    body = """
        def gradient_descent(grad, x0, learning_rate, steps):
            path = [x0]
            for _ in range(steps):
                path.append(path[-1] - learning_rate * grad(x0))
            return np.array(path)
    """
    message = told("descent.gradient_descent", STEPS, body)
    assert message.startswith("The gradient is always taken at the start.")
    assert "the task says" not in message
