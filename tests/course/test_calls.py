"""What a message shows of a call can be typed: the call itself, and what stands behind its names."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from course.catalog import Limits
from course.testing.assertions import CheckFailed
from course.testing.calls import call_row, describe_call, values_of
from course.testing.describing import show
from course.worker.near.handle import Call, Student
from course.worker.near.local import LocalLink

MODULE = """
import numpy as np

class Number:
    def __init__(self, real, imag=0.0):
        self.real, self.imag = real, imag

    def multiply(self, other):
        return Number(self.real * other.real - self.imag * other.imag, self.real * other.imag + self.imag * other.real)

    def __mul__(self, other):
        return self.multiply(other)

    def __neg__(self):
        return Number(-self.real, -self.imag)

    def __getitem__(self, part):
        return [self.real, self.imag][part]

    def __len__(self):
        return 2

def shares(x):
    return x[1:]

def numbers(n):
    yield from range(n)

def apply(f, x, scale=1.0):
    return scale * f(x)
"""


@pytest.fixture
def student(tmp_path: Path) -> Iterator[Student]:
    (tmp_path / "day01_tiny").mkdir()
    (tmp_path / "day01_tiny/things.py").write_text(MODULE, encoding="utf-8")
    link = LocalLink(tmp_path, ["day01_tiny"], Limits())
    yield Student(link, "day01_tiny.things")
    link.close()


def views(module: Any, x: np.ndarray) -> bool:
    return bool(np.shares_memory(module.shares(x), x))


def named(module: Any, name: str, x: np.ndarray) -> Any:
    return getattr(module, name)(x)


def nested(module: Any, x: np.ndarray) -> Any:
    def again() -> list[Any]:
        return [module.shares(part) for part in [x]]

    return again()


def last(student: Student) -> Call:
    return student.transcript.calls[-1]


Asking = Callable[[Student], Any]


@pytest.mark.parametrize(
    ("ask", "shown"),
    [
        (lambda s: s.Number(2.0, 1.5).imag, ["number.imag", "number = Number(2.0, 1.5)"]),
        (
            lambda s: s.Number(2.0).multiply(s.Number(0.5, imag=3.0)).real,
            [
                "number.real",
                "number = number2.multiply(number3)",
                "number2 = Number(2.0)",
                "number3 = Number(0.5, imag=3.0)",
            ],
        ),
        (
            lambda s: len(s.Number(2.0) * s.Number(3.0)),
            ["len(number)", "number = number2 * number3", "number2 = Number(2.0)", "number3 = Number(3.0)"],
        ),
        (lambda s: (-s.Number(2.0))[1], ["number[1]", "number = -number2", "number2 = Number(2.0)"]),
        (lambda s: next(iter(s.numbers(3))), ["next(generator)", "generator = numbers(3)"]),
        (
            lambda s: s.shares(np.array([[1.5, 2.25]])),
            ["shares(x1)", "x1 = np.array([[1.5 , 2.25]])  # float64, shape (1, 2)"],
        ),
        (
            lambda s: s.shares(torch.tensor([1.0, 2.5])),
            ["shares(x1)", "x1 = torch.tensor([1. , 2.5])  # float32, shape (2,)"],
        ),
        (
            lambda s: s.shares(np.float32([np.nan, 2.5])),
            ["shares(x1)", "x1 = np.array(  # float32, shape (2,)", "[np.nan, 2.5], dtype=np.float32)"],
        ),
        (
            lambda s: s.shares(np.array([True, False])),
            ["shares(x1)", "x1 = np.array([ True, False])  # bool, shape (2,)"],
        ),
        (lambda s: s.apply(abs, 2.0, scale=3.0), ["apply(abs, 2.0, scale=3.0)"]),
    ],
)
def test_a_call_can_be_typed(student: Student, ask: Asking, shown: list[str]) -> None:
    ask(student)
    assert [line.strip() for line in describe_call(last(student)).splitlines()] == shown
    ast.parse(shown[0])
    ast.parse("\n".join(shown[1:]))


def test_a_dict_of_tensors_can_be_typed_and_read() -> None:
    weights = {"w": torch.arange(4.0).reshape(2, 2) / 8, "b": [np.zeros(0), {"n": 3}]}
    text = describe_call(Call("f", (weights,), {})).partition("\n")[2]
    found: dict[str, Any] = {}
    exec(textwrap.dedent(text), {"np": np, "torch": torch}, found)
    assert torch.equal(found["x1"]["w"], weights["w"])  # type: ignore[arg-type]
    assert found["x1"]["b"][1] == {"n": 3}
    large = {"weight": torch.ones(30, 4), "bias": torch.zeros(2)}
    assert show(large).splitlines() == [
        "'weight'  float32 tensor of shape (30, 4)",
        "'bias'    float32 tensor of shape (2,): [0. 0.]",
    ]


def test_what_is_too_large_to_be_typed_does_not_look_as_if_it_could() -> None:
    text = describe_call(Call("f", (np.arange(61.0), np.arange(60.0)), {}))
    assert "x1: float64 array of shape (61,)" in text
    assert "x2 = np.array(" in text
    assert "59." in text
    brief = describe_call(Call("f", (np.arange(25.0),), {}), lines=8)
    assert "x1: float64 array of shape (25,)" in brief
    parts = describe_call(Call("f", ({"a": [[]] * 60, "b": [[]] * 60}, {"a": [[]] * 61}), {}))
    assert "x1 = {" in parts
    assert "x2: dict of 1" in parts


def test_every_array_of_a_call_has_an_expression() -> None:
    call = Call("f", (np.arange(3), [np.arange(4), {"w": torch.ones(2)}], 2.0), {"start": np.zeros(2)})
    assert list(values_of(call)) == ["start", "x1", "x2[0]", "x2[1]['w']"]


def test_a_function_without_a_name_says_where_it_stands(student: Student) -> None:
    student.apply(lambda x: x, 2.0)
    head, below = describe_call(last(student)).splitlines()
    assert head == "apply(f, 2.0)"
    assert below.strip().startswith("f: the lambda in test_calls.py, line ")


def test_a_generator_has_no_address(student: Student) -> None:
    student.apply(id, np.random.default_rng(1))
    assert describe_call(last(student)) == "apply(id, rng)\n    rng: a random generator of NumPy"


@pytest.mark.parametrize(
    ("driver", "args", "says"),
    [
        (views, (), "views(x1), which calls your shares"),
        (named, ("shares",), "named('shares', x1), which calls your shares"),
        (nested, (), "nested(x1), which calls your shares"),
    ],
)
def test_what_a_check_ran_is_not_taken_for_the_students(
    student: Student, driver: Callable[..., Any], args: tuple[str, ...], says: str
) -> None:
    student.run(driver, *args, np.arange(3.0))
    label, text = call_row(last(student))
    assert (label, text.splitlines()[0]) == ("the check ran", says)


def test_in_brief_the_shortest_inputs_are_shown() -> None:
    large, small, long = np.arange(60.0).reshape(2, 3, 10), np.arange(3), [np.arange(9.0) + 0.5] * 40
    call = Call("f", (large, small, long), {})
    brief = describe_call(call, lines=4).splitlines()
    assert brief == [
        "f(x1, x2, x3)",
        "    x1: float64 array of shape (2, 3, 10)",
        "    x2 = np.array([0, 1, 2])  # int64, shape (3,)",
        "    x3: list of 40: " + ", ".join(["float64 array of shape (9,)"] * 6) + ", …",
    ]
    assert len(describe_call(call).splitlines()) > len(brief)


def test_objects_made_of_objects_end_somewhere(student: Student) -> None:
    number = student.Number(1.0)
    for _ in range(400):
        number = number * number
    assert number.real == 1.0
    assert "<Number object>" in describe_call(last(student))


def test_a_long_message_is_cut_and_says_so() -> None:
    failure = CheckFailed("The result is wrong.", (("all expected", "line\n" * 9),), call=Call("f", (), {}))
    assert failure.text(full=False) == "The result is wrong.\n  called        f()"
    assert str(failure).count("line") == 9
