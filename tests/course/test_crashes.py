"""What is guessed of a crash stands under it, and only where the message is known."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from course.catalog import load_course
from course.testing.crashes import SIGNS, crash_cause
from course.testing.running import Runner, Sitting
from course.worker.near.local import LocalLink

A, T = np.ones((2, 3)), torch.ones(3)
UNKNOWN: Any = None
PAIR: Any = (A, A)
NESTED: Any = [[1]]


def message_of(crash: Callable[[], Any]) -> str:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        crash()
    return f"{type(caught.value).__name__}: {caught.value}"


def recursing() -> int:
    return recursing()


def unassigned(enter: bool = False) -> int:
    if enter:
        value = 1
    return value


CRASHES: list[tuple[Callable[[], Any], str]] = [
    (lambda: bool(A > 0), "one truth value"),
    (lambda: max(A), "one truth value"),
    (lambda: bool(T > 0), "one truth value"),
    (lambda: math.exp(A), "one number"),
    (lambda: float(T), "one number"),
    (lambda: A.item(), "one number"),
    (lambda: np.array([[1], [1, 2]]), "different shapes"),
    (lambda: np.linalg.norm([A, np.ones(4)]), "different shapes"),
    (lambda: PAIR * 0.5, "several results"),
    (lambda: PAIR - 1, "several results"),
    (lambda: PAIR.shape, "several results"),
    (lambda: UNKNOWN + 1, "without return"),
    (lambda: UNKNOWN[0], "without return"),
    (lambda: UNKNOWN.shape, "without return"),
    (lambda: A.sum - 1, "brackets"),
    (lambda: A.sum[0], "brackets"),
    (lambda: message_of - 1, "brackets"),
    (lambda: A(1), "round brackets"),
    (lambda: range(2.0), "//"),
    (lambda: A[1.0], "//"),
    (lambda: np.zeros(2.0), "//"),
    (lambda: NESTED[0, 0], "a[i][j]"),
    (lambda: [1][1:][0], "length − 1"),
    (lambda: A[2, 0], "length − 1"),
    (lambda: A.sum(axis=2), "fewer axes"),
    (lambda: T.sum(dim=2), "fewer axes"),
    (lambda: A[0, 0, 0], "fewer axes"),
    (lambda: A.sum()[0], "one number where an array"),
    (lambda: len(A.sum()), "one number where an array"),
    (lambda: dict.fromkeys([(a, b) for a, b, _ in [(1, 2)]]), "fewer names"),
    (unassigned, "not entered"),
    (recursing, "never reached"),
    (lambda: A + np.ones(4), "entry by entry"),
    (lambda: T + torch.ones(4), "entry by entry"),
    (lambda: A @ A, "inner lengths"),
    (lambda: torch.ones(2, 3) @ torch.ones(2, 3), "inner lengths"),
    (lambda: np.arange(3).__iadd__(0.5), "astype(float)"),
    (lambda: T.view(1, 3) @ torch.ones(3, 1).double(), "float64"),
    (lambda: torch.nn.functional.cross_entropy(torch.ones(2, 3), torch.ones(2)), "int64"),
    (lambda: torch.arange(3).mean(), "no mean"),
    (lambda: A.mean(dim=1), "called axis"),
    (lambda: math.log(0), "logarithm"),
    (lambda: T.sum().backward(), "way back"),
    (lambda: torch.ones(3, requires_grad=True).backward(), "one number"),
    (lambda: torch.ones(3, requires_grad=True).add_(1), "no_grad()"),
    (lambda: recursing(1), "`self`"),
]


@pytest.mark.parametrize(("crash", "says"), CRASHES)
def test_a_known_crash_has_a_guess(crash: Callable[[], Any], says: str) -> None:
    assert says in crash_cause(message_of(crash))


def test_a_backward_pass_that_is_made_twice_has_a_guess() -> None:
    x = torch.ones(3, requires_grad=True)
    loss = x.exp().sum()
    loss.backward()
    assert "anew" in crash_cause(message_of(loss.backward))


@pytest.mark.parametrize(
    "message",
    ["NameError: name 'nq' is not defined", "ValueError: p must be below 1, not 2", "KeyError: 'a'", ""],
)
def test_of_others_nothing_is_said(message: str) -> None:
    assert crash_cause(message) == ""


def test_every_sign_is_tried_here() -> None:
    tried = {crash_cause(message_of(crash)) for crash, _ in CRASHES}
    untried = [sign for sign, cause in SIGNS if cause not in tried]
    assert untried == [r"backward through the graph a second time"]


def test_the_guess_stands_below_the_line_that_failed(tmp_path: Path) -> None:
    course = load_course(Path(__file__).parents[2])
    day = next(day for day in course.days if day.number == "day02")
    (tmp_path / day.name).mkdir()
    code = "import math\ndef sigmoid(z):\n    return 1 / (1 + math.exp(-z))\n"
    (tmp_path / day.name / "derivatives.py").write_text(code)
    exercise = next(one for one in day.exercises if one.name == "derivatives.sigmoid")
    link = LocalLink(tmp_path, [day.name], course.limits)
    runner = Runner(course, course.seed)
    check = exercise.checks[0]
    result = runner.run_check(
        runner.suite.function(day, check), Sitting.of(day, exercise, check, link), explain=False
    )
    link.close()
    assert result.outcome == "error"
    before, _, after = result.message.partition("perhaps this?")
    assert "line 3, in sigmoid" in before
    assert "np.exp" in after
