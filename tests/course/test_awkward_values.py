"""Whatever comes back from student code can be compared and described: the verdict is a verdict, never our exception.

``return 10 ** 5000`` made a fault of the grader of all 52 checks of a day: Python does not write so many digits.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course.testing import assertions
from course.testing.assertions import CheckFailed, current_transcript
from course.testing.calls import describe_call
from course.testing.describing import describe, kind, show
from course.testing.fingerprints import fingerprint, same
from course.worker.near.handle import Call, Handle, Transcript
from course.worker.outcomes import StudentProblem
from course.worker.values import TENSOR_DTYPES

HUGE = 10**5000
LONGEST_MESSAGE = 30_000


def _handle(type_name: str = "Adam") -> Handle:
    """An object that stayed with student code and raises at whatever it is asked."""
    link = Mock()
    link.request.side_effect = StudentProblem("error", "TypeError: no", types=("TypeError", "Exception"))
    return Handle(link, Transcript(), 7, type_name, "adam")


def _nest(value: Any, depth: int) -> Any:
    for _ in range(depth):
        value = [value]
    return value


def _loop() -> list[Any]:
    loop: list[Any] = []
    loop.append(loop)
    return loop


def _tensors() -> dict[str, Any]:
    found: dict[str, Any] = {
        f"tensor of {name}": torch.ones(2, 3, dtype=getattr(torch, name)) for name in TENSOR_DTYPES
    }
    for name in ("float8_e4m3fn", "float8_e5m2", "uint16", "uint64", "complex32"):
        if hasattr(torch, name):
            found[f"tensor of {name}"] = torch.ones(2, 3).to(getattr(torch, name))
    return found | {
        "sparse tensor": torch.eye(3).to_sparse(),
        "quantised tensor": torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8),
        "meta tensor": torch.ones(3, device="meta"),
        "tensor with a gradient": torch.ones(3, requires_grad=True),
        "conjugate": torch.ones(3, dtype=torch.complex64).conj(),
        "empty tensor": torch.ones(0, 3),
    }


def _arrays() -> dict[str, Any]:
    codes = "?bhilqBHILQefdgFDG"
    return {f"array of {code}": np.ones((2, 3), code) for code in codes} | {
        "texts": np.array(["a\ud800", "b\x1b[2J" * 5000]),
        "bytes": np.array([b"a", b"bc"]),
        "empty texts": np.zeros(3, "U0"),
        "dates": np.array(["2024-01-01"], "M8[D]"),
        "structured": np.zeros(3, [("a", "f8"), ("b", "i4", (2,))]),
        "records": np.rec.array([(1, 2.0)]),
        "objects": np.array([HUGE, None], dtype=object),
        "masked": np.ma.masked_array([1.0, 2.0], mask=[True, False]),
        "no dimension": np.array(1.5),
        "nothing": np.zeros((0, 3)),
        "nothing of an enormous shape": np.zeros((0, 2**40)),
        "ten dimensions": np.ones((2,) * 10),
        "twenty dimensions": np.ones((2,) * 20),  # a million entries, and each is at an edge
        "sixty dimensions": np.ones((1,) * 60),
        "large": np.ones((1000, 1000)),
        "nan": np.full(3, np.nan),
        "infinite": np.array([np.inf, -np.inf, 1e308]),
        "tiny": np.array([5e-324, 1e308]),
        "complex nan": np.array([complex(np.nan, np.inf)] * 3),
    }


AWKWARD: dict[str, Any] = {
    "None": None,
    "True": True,
    "huge": HUGE,
    "negative huge": -HUGE,
    "nan": math.nan,
    "inf": -math.inf,
    "complex": complex(math.nan, -math.inf),
    "text": "a" * 100_000,
    "empty text": "",
    "half a pair": "\ud800 and \udfff",
    "control characters": "\x00\x1b[2J\r\x7f\u202e\u2028",
    "bytes": b"\xff" * 1000,
    "list of huge": [HUGE, -HUGE],
    "tuple of all": (HUGE, "\ud800", None, math.nan, [1], {2}),
    "dict of huge": {HUGE: HUGE, -HUGE: [HUGE], "\ud800": 1},
    "dict of tuples": {(1, (2, HUGE)): {}, None: 1, math.nan: 2, b"x": 3, 1.5: 4, True: 5},
    "set of huge": {HUGE, "a", None},
    "frozen set": frozenset({HUGE}),
    "many numbers": list(range(100_000)),
    "many lists": [[i, str(i)] for i in range(50_000)],
    "deep": _nest(HUGE, 60),
    "very deep": _nest(1.0, 900),
    "wide and deep": _nest([list(range(7))] * 7, 20),
    "ragged": [[1, 2], [3], "x", None],
    "loop": _loop(),
    "list of arrays": [np.ones(3), np.ones((2, 2))],
    "list of tensors": [torch.ones(2, requires_grad=True), torch.ones(3)],
    "scalar": np.float16(1),
    "long double": np.longdouble("1e4000"),
    "text scalar": np.str_("\ud800"),
    "bytes scalar": np.bytes_(b"\xff"),
    "date": np.datetime64("2024-01-01"),
    "void": np.void(b"abc"),
    "handle": _handle(),
    "handle of an odd class": _handle("A\ud800\x1b[2J"),
    "list of handles": [_handle(), 1.0],
    "object": object(),
    "range": range(3),
    "function": print,
    **_arrays(),
}
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    AWKWARD |= _tensors()

EXPECTED: tuple[Any, ...] = (
    1,
    True,
    2.5,
    "text",
    None,
    [1, 2],
    (1, [2.0, "x"]),
    {"a": 1},
    np.arange(6.0).reshape(2, 3),
    np.arange(3),
    np.array([True, False, True]),
    np.array(3.0),
    torch.arange(3.0),
)

ASSERTIONS: dict[str, Callable[[Any], Any]] = {
    **{
        f"assert_equal to {kind(expected)} {number}": lambda x, e=expected: assertions.assert_equal(x, e)
        for number, expected in enumerate(EXPECTED)
    },
    **{
        f"assert_close to {kind(expected)} {number}": lambda x, e=expected: assertions.assert_close(x, e)
        for number, expected in enumerate(EXPECTED)
        if isinstance(expected, (np.ndarray, torch.Tensor, float))
    },
    "assert_shape": lambda x: assertions.assert_shape(x, (2, 3)),
    "assert_dtype": lambda x: assertions.assert_dtype(x, np.float64),
    "assert_finite": assertions.assert_finite,
    "assert_parts": lambda x: assertions.assert_parts(x, 2),
    "assert_converges": lambda x: assertions.assert_converges(x, to=np.zeros(3)),
    "assert_decreasing": assertions.assert_decreasing,
    "assert_between": lambda x: assertions.assert_between(x, 0.0, 0.5),
    "assert_that": lambda x: assertions.assert_that(x, "It does not hold."),
    "assert_raises": lambda x: _nothing_is_raised(),
}


def _nothing_is_raised() -> None:
    with assertions.assert_raises(ValueError):
        pass


def _judged(value: Any, check: Callable[[Any], Any]) -> CheckFailed | StudentProblem | None:
    """What an assertion says of a value that came back from a call with the same value."""
    transcript = Transcript()
    call = Call("f", (value, [value]), {"x": value}, result=value)
    transcript.add(call)
    token = current_transcript.set(transcript)
    try:
        check(value)
    except (CheckFailed, StudentProblem) as problem:
        return problem
    finally:
        current_transcript.reset(token)
    return None


def _assert_readable(text: str) -> None:
    assert 0 < len(text) < LONGEST_MESSAGE
    json.dumps(text, ensure_ascii=False, allow_nan=False).encode("utf-8", "surrogatepass")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", AWKWARD)
def test_every_assertion_gives_a_verdict_about_any_value(name: str) -> None:
    for check in ASSERTIONS.values():
        problem = _judged(AWKWARD[name], check)
        if isinstance(problem, CheckFailed):
            assert problem.outcome in ("failed", "wrong_type")
            _assert_readable(problem.text(full=True))
            _assert_readable(problem.text(full=False))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", AWKWARD)
def test_any_value_can_be_described(name: str) -> None:
    value = AWKWARD[name]
    for text in (kind(value), show(value), describe(value), show([value]), show({1: value}), kind([value])):
        _assert_readable(text)
    _assert_readable(describe_call(Call("f", (value, (value,)), {"x": value}, result=value)))
    _assert_readable(describe_call(Call("f", ({"a": value},), {}, result=value), 3))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in AWKWARD if name != "loop"])
def test_any_answer_has_a_fingerprint(name: str) -> None:
    transcript = Transcript()
    transcript.add(Call("f", (), {}, result=AWKWARD[name]))
    transcript.add(Call("f", (), {}, result=[AWKWARD[name]]))
    transcript.add(Call("f", (), {}, problem=StudentProblem("error", "\ud800", types=("\ud800",))))
    made = fingerprint(transcript)
    assert len(made) >= 3
    assert isinstance(same(made, made), bool)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (HUGE, "100000… (an integer of about 5,001 digits)"),
        (-HUGE, "-100000… (an integer of about 5,001 digits)"),
        ([HUGE, 1], "[100000… (an integer of about 5,001 digits), 1]"),
        ({"a": HUGE}, "{'a': 100000… (an integer of about 5,001 digits)}"),
        ({HUGE}, "{100000… (an integer of about 5,001 digits)}"),
        (12345, "12345"),
        ({"a": 1}, "{'a': 1}"),
        ({1, 2}, "{1, 2}"),
        ({k: k for k in range(100)}, "{" + ", ".join(f"{k}: {k}" for k in range(36)) + ", …}"),
        ({"a": _handle()}, "{'a': <Adam object>}"),
    ],
    ids=[
        "huge",
        "negative",
        "list",
        "dict",
        "set",
        "integer",
        "short dict",
        "short set",
        "long dict",
        "handle",
    ],  # pytest would write them down
)
def test_large_integers_are_shown_by_how_they_begin(value: Any, shown: str) -> None:
    assert show(value) == shown


def test_an_integer_that_cannot_be_written_down_is_compared_exactly() -> None:
    assertions.assert_equal(HUGE, HUGE)
    with pytest.raises(CheckFailed, match="wrong"):
        assertions.assert_equal(HUGE + 1, HUGE)


numbers = st.integers() | st.integers(min_value=-(10**4400), max_value=10**4400) | st.floats() | st.booleans()
texts = st.text() | st.text(st.characters(categories=["Cs", "Cc"])) | st.binary(max_size=20)
arrays = hnp.arrays(
    hnp.scalar_dtypes() | hnp.array_dtypes(max_size=2), hnp.array_shapes(min_dims=0, max_side=3, min_side=0)
)
leaves = st.none() | numbers | st.complex_numbers() | texts | arrays
keys = st.none() | numbers | texts
anything = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=8)
        | st.tuples(inner, inner)
        | st.dictionaries(keys, inner, max_size=8)
        | st.sets(keys, max_size=4)
    ),
    max_leaves=20,
)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@settings(max_examples=150, deadline=None)
@given(anything)
def test_whatever_is_generated_gets_a_verdict_that_can_be_read(value: Any) -> None:
    _assert_readable(describe(value))
    fingerprint_of = Transcript()
    fingerprint_of.add(Call("f", (value,), {}, result=value))
    fingerprint(fingerprint_of)
    for check in ASSERTIONS.values():
        problem = _judged(value, check)
        if isinstance(problem, CheckFailed):
            _assert_readable(problem.text(full=True))
