"""Assertions that teach: they fail for wrong values, pass for every right style, and say what a student needs."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from course import testing
from course.catalog.model import Limits
from course.report.terminal import fold
from course.testing import (
    assert_between,
    assert_close,
    assert_converges,
    assert_decreasing,
    assert_dtype,
    assert_equal,
    assert_finite,
    assert_object,
    assert_parts,
    assert_raises,
    assert_shape,
    assert_that,
    assert_unchanged,
    assertions,
)
from course.testing.assertions import CheckFailed, current_transcript
from course.testing.describing import show
from course.worker.near.handle import Call, Student, Transcript
from course.worker.near.local import LocalLink
from course.worker.outcomes import StudentProblem
from tests.course.conftest import ROOT

X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


@pytest.mark.parametrize(
    "value",
    [
        X,
        X.tolist(),
        X.astype(np.float32),
        X.astype(int),
        torch.tensor(X),
        torch.tensor(X, requires_grad=True),
        torch.tensor(X.T.copy()).T,
        np.asfortranarray(X),
        tuple(map(tuple, X)),
    ],
    ids=["array", "list", "float32", "int", "tensor", "grad", "transposed", "fortran", "tuple"],
)
def test_every_style_of_the_right_values_passes(value: object) -> None:
    assert_close(value, X)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("result", "The result is wrong."),
        ("list of losses, each before its step", "The list of losses, each before its step, is wrong."),
        ("bias, as it was,", "The bias, as it was, is wrong."),
        ("path of (slope, intercept)", "The path of (slope, intercept) is wrong."),
        ("value for x = 1, y = -2", "The value for x = 1, y = -2 is wrong."),
        ("product ⟨x, y⟩", "The product ⟨x, y⟩ is wrong."),
    ],
)
def test_what_is_put_into_a_name_ends_with_a_comma(name: str, sentence: str) -> None:
    with pytest.raises(CheckFailed) as failed:
        assert_close(1.0, 2.0, name=name)
    assert failed.value.headline == sentence


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (X[None], "an axis of length 1 too many"),
        (X[:, :2] * 0, "a cause of values"),
        (X[:, :2], "the last one is missing"),
    ],
    ids=["recognised", "not recognised", "a pattern"],
)
def test_a_cause_of_values_is_not_said_of_a_shape_that_tells_more(value: np.ndarray, says: str) -> None:
    with pytest.raises(CheckFailed) as failed:
        assert_close(value, X, cause="a cause of values")
    assert says in str(failed.value)
    assert ("a cause of values" in str(failed.value)) == (says == "a cause of values")


@pytest.mark.parametrize("value", [2.5, np.float64(2.5), np.float32(2.5), np.array(2.5), torch.tensor(2.5)])
def test_every_style_of_a_number_passes(value: object) -> None:
    assert_close(value, 2.5)


@pytest.mark.parametrize(
    ("value", "outcome", "says"),
    [
        (X + 0.1, "failed", "off by the same 0.1"),
        (-X, "failed", "the sign is the wrong way round"),
        (2 * X, "failed", "2 times what is expected"),
        (X.T, "failed", "rows and columns are exchanged"),
        (X[:, None], "failed", "an axis of length 1 too many"),
        ((X,), "failed", "a tuple came back, whose one part has this shape"),
        ((X, X), "failed", "2 parts came back, and the first has this shape"),
        (X.sum(axis=0), "failed", "should have stayed"),
        (np.where(X > 5, np.nan, X), "failed", r"is not finite at \[1, 2\]"),
        (np.where(X > 5, 7.0, X), "failed", r"6 at \[1, 2\]"),
        (X > 2, "wrong_type", "truth values"),
        (None, "wrong_type", "is a return missing"),
        ("text", "wrong_type", "not made of numbers"),
        ([[1, 2], [3]], "wrong_type", "not made of numbers"),
    ],
)
def test_a_wrong_value_is_told_why(value: object, outcome: str, says: str) -> None:
    with pytest.raises(CheckFailed) as caught:
        assert_close(value, X)
    assert caught.value.outcome == outcome
    assert re.search(says, str(caught.value))


@pytest.mark.parametrize(
    ("got", "want", "says"),
    [
        ([np.nan, 1.0], [0.0, 1.0], "logarithm of zero"),
        ([-np.inf, 1.0], [0.0, 1.0], "an infinity that masks too much"),
        ([-np.inf, 1.0], [0.0, -np.inf], "an infinity belongs there as well, but in other entries"),
    ],
)
def test_an_infinity_may_have_been_written_on_purpose(got: list[float], want: list[float], says: str) -> None:
    with pytest.raises(CheckFailed, match=says):
        assert_close(got, want)


def test_all_values_are_shown_where_one_can_see_how_they_differ() -> None:
    for got, want, shown in (([1.0, 1e-13], [1.0, 1e-60], False), ([1.0, 0.25], [1.0, 0.5], True)):
        with pytest.raises(CheckFailed) as raised:
            assert_close(got, want, atol=0)
        assert ("all came back" in str(raised.value)) is shown
        assert f"{got[1]:g} at [1]" in str(raised.value)


def test_single_precision_is_compared_as_such_but_not_more_loosely() -> None:
    expected = np.linspace(0.1, 1.0, 7)
    assert_close(expected.astype(np.float32), expected, rtol=1e-12, atol=0)
    with pytest.raises(CheckFailed):
        assert_close((1.001 * expected).astype(np.float32), expected)


SHAPES: list[tuple[int, ...]] = [(), (1,), (7,), (3, 4), (2, 1, 3)]
FILLS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "zeros": np.zeros_like,
    "ones": np.ones_like,
    "mean": lambda x: np.full_like(x, x.mean()),
    "sign": np.sign,
    "negative": np.negative,
    "other numbers": lambda x: np.random.default_rng(5).normal(size=x.shape),
}


@pytest.mark.parametrize(
    "dtype", ["float64", "float32", "float16", "int64", "bool", "complex128", "bfloat16"]
)
@pytest.mark.parametrize("fill", FILLS)
def test_what_knows_nothing_never_passes_for_its_dtype(fill: str, dtype: str) -> None:
    rng = np.random.default_rng(3)
    for shape in SHAPES:
        for scale in (1e-6, 1.0, 1e6):
            expected = scale * rng.normal(size=shape)
            value: Any = FILLS[fill](expected)
            same_in_double = np.allclose(value, expected, rtol=1e-6, atol=1e-8)
            with np.errstate(over="ignore"):
                value = torch.tensor(value).bfloat16() if dtype == "bfloat16" else value.astype(dtype)
            if same_in_double:  # the mean of one number, zeros for what is nearly zero
                continue
            with pytest.raises(CheckFailed):
                assert_close(value, expected)


@pytest.mark.parametrize("expected", [[1000.0, 1000.05], [1.0, -1.00005, 1.00003], [3.0, 3.0001]])
def test_single_precision_does_not_hide_differences_of_nearly_equal_numbers(expected: list[float]) -> None:
    want = np.array(expected)
    assert_close(want.astype(np.float32), want)
    for empty in (np.full_like(want, want.mean()), np.sign(want)):
        with pytest.raises(CheckFailed):
            assert_close(empty.astype(np.float32), want)


def test_a_tolerance_above_a_hundredth_is_a_mistake_of_the_test() -> None:
    assert_close(1.009, 1.0, rtol=1e-2)
    with pytest.raises(ValueError, match="too wide"):
        assert_close(1.0, 1.0, rtol=0.02)


HALF = [
    X.astype(np.float16),
    torch.tensor(X).half(),
    torch.tensor(X).bfloat16(),
    [list(map(np.float16, r)) for r in X],
]


@pytest.mark.parametrize("value", HALF, ids=["array", "tensor", "bfloat16", "list"])
def test_half_precision_is_the_wrong_dtype_unless_asked_for(value: Any) -> None:
    transcript = Transcript()
    token = current_transcript.set(transcript)
    try:
        for argument in (X, X.astype(np.float32), [1, 2]):
            transcript.add(Call("scale", (argument,), {}, result=value))
            with pytest.raises(CheckFailed, match="half precision") as caught:
                assert_close(value, X)
            assert caught.value.outcome == "wrong_type"
        for half in (X.astype(np.float16), torch.tensor(X).bfloat16(), [X.astype(np.float16)]):
            transcript.add(Call("scale", (), {"x": half}, result=value))
            assert_close(value, X)
            with pytest.raises(CheckFailed):
                assert_close(np.zeros_like(X, dtype=np.float16), X)
    finally:
        current_transcript.reset(token)


def test_half_precision_passes_no_other_assertion_either() -> None:
    for assertion in (
        lambda: assert_between(np.float16(0.5), 0, 1),
        lambda: assert_converges(np.zeros((3, 2), np.float16), to=[0, 0]),
        lambda: assert_decreasing(np.zeros(3, np.float16)),
        lambda: assert_finite(np.zeros(3, np.float16)),
        lambda: assert_shape(np.zeros(3, np.float16), (3,)),
    ):
        with pytest.raises(CheckFailed, match="half precision"):
            assertion()


def test_replacing_numpys_comparison_afterwards_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(np, "isclose", lambda *args, **kwargs: np.array(True))
    monkeypatch.setattr(np, "allclose", lambda *args, **kwargs: True)
    with pytest.raises(CheckFailed):
        assert_close(X + 1, X)


def test_expected_infinities_and_nans_must_stand_where_they_are_expected() -> None:
    assert_close([np.inf, np.nan, 1.0], [np.inf, np.nan, 1.0], nan=True)
    with pytest.raises(CheckFailed):
        assert_close([np.inf, 1.0], [-np.inf, 1.0])
    with pytest.raises(CheckFailed):
        assert_close([0.0, 1.0], [np.nan, 1.0], nan=True)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (3, 3),
        (np.int64(3), 3),
        (np.array([3], dtype=np.uint8), np.array([3])),
        (np.array([]), np.array([], dtype=int)),
        (torch.tensor(3), 3),
        (True, True),
        (np.bool_(False), False),
        ("a", "a"),
        (None, None),
        ([1, "a"], (1, "a")),
        (np.array([1, 2]), [1, 2]),
        ({"a": [1]}, {"a": [1]}),
    ],
)
def test_equal_things_are_equal(actual: object, expected: object) -> None:
    assert_equal(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (4, 3),
        (True, 1),
        (1, True),
        ("b", "a"),
        (None, 0),
        ([1], [1, 2]),
        ({"a": 1}, {"b": 1}),
        (3.5, 3),
        (3.0, 3),  # where integers are asked for, integers must come back
        (np.float64(3), 3),
        (torch.tensor(3.0), 3),
        (np.array([3.0]), np.array([3])),
        ([3.0], np.array([3])),
        ([1, 3.0], [1, 3]),
        (np.array([True]), np.array([1])),
        ("1", 1),
    ],
)
def test_different_things_are_different(actual: object, expected: object) -> None:
    with pytest.raises(CheckFailed):
        assert_equal(actual, expected)


def test_floats_where_integers_are_asked_for_are_told_so() -> None:
    for actual, expected in [(3.0, 3), ([3.0], [3]), (np.array([3.0]), np.array([3]))]:
        with pytest.raises(CheckFailed, match="of the wrong kind") as caught:
            assert_equal(actual, expected, cause="off by one")
        assert "integers are asked for" in caught.value.cause


CHANGES = """
def add(a): a += 1
def sort(a): a.sort()
def spoil(a): a[0] = float("nan")
def there_and_back(a): a += 1e5; a -= 2e5; a += 1e5
def spoil_part(parts): parts[1][0] = 7
def read(*values): return [v.sum() for v in values if not isinstance(v, list)]
"""


@pytest.fixture
def student(tmp_path: Path) -> Iterator[Student]:
    (tmp_path / "day01_tiny").mkdir()
    (tmp_path / "day01_tiny/work.py").write_text(CHANGES, encoding="utf-8")
    link = LocalLink(tmp_path, ["day01_tiny"], Limits())
    student = Student(link, "day01_tiny.work")
    token = current_transcript.set(student.transcript)
    yield student
    current_transcript.reset(token)
    link.close()


@pytest.mark.parametrize("change", ["add", "sort", "spoil"])
def test_a_changed_argument_is_noticed(student: Student, change: str) -> None:
    array = np.array([3.0, 1.0, 2.0])
    with pytest.raises(CheckFailed, match="changed its input"), assert_unchanged(array):
        getattr(student, change)(array)
    assert np.array_equal(array, [3.0, 1.0, 2.0])
    getattr(student, change)(array)
    with pytest.raises(CheckFailed, match="changed its input"), assert_unchanged(array):
        getattr(student, change)(array)  # no matter that it did so before


def test_a_changed_argument_is_told_first_whatever_fails(student: Student) -> None:
    student.add(np.array([3.0, 1.0, 2.0]))
    with pytest.raises(CheckFailed) as caught:
        assert_close(np.ones(3), np.zeros(3), cause="a guess")
    label, text = caught.value.details[0]
    assert label == "changed"
    assert text.startswith("an argument, float64 array of shape (3,), is not as it was")
    assert caught.value.cause == ""


def test_tensors_with_gradients_are_told_from_other_things_without_numbers() -> None:
    losses = [torch.ones((), requires_grad=True), torch.ones((), requires_grad=True)]
    with pytest.raises(CheckFailed) as caught:
        assert_close(losses, [1.0, 1.0])
    assert "loss.item()" in caught.value.cause
    with pytest.raises(CheckFailed) as caught:
        assert_close([1.0, "a"], [1.0, 1.0])
    assert caught.value.cause == ""


def test_what_rounding_has_left_of_an_argument_is_told_as_that(student: Student) -> None:
    array = np.array([0.1, 0.2, 0.3])
    with pytest.raises(CheckFailed, match="added and taken away again"), assert_unchanged(array):
        student.there_and_back(array)
    with pytest.raises(CheckFailed, match="an in-place operation"), assert_unchanged(array):
        student.add(array)


def test_a_changed_part_of_an_argument_is_noticed(student: Student) -> None:
    parts = [np.ones(2), np.ones(2)]
    with assert_unchanged(parts[0]):
        student.spoil_part(parts)
    with pytest.raises(CheckFailed, match="number 2"), assert_unchanged(parts[0], parts):
        student.spoil_part(parts)


def test_an_unchanged_argument_passes_even_with_nan(student: Student) -> None:
    values = np.array([np.nan, 1.0]), [1, 2], torch.ones(2)
    student.add(values[0])
    with assert_unchanged(*values):
        student.read(*values)


def test_the_raised_error_must_be_the_named_one() -> None:
    with assert_raises(ValueError):
        raise StudentProblem("error", "ValueError: no", "", ("ValueError", "Exception", "BaseException"))
    with pytest.raises(CheckFailed, match="No error is raised"), assert_raises(ValueError):
        pass
    with pytest.raises(CheckFailed, match="wrong error"), assert_raises(ValueError):
        raise StudentProblem("error", "KeyError", "", ("KeyError", "LookupError"))


def test_an_unwritten_stub_never_counts_as_the_expected_error() -> None:
    with pytest.raises(StudentProblem), assert_raises(NotImplementedError, RuntimeError, Exception):
        raise StudentProblem("not_implemented", "", "", ("NotImplementedError", "RuntimeError", "Exception"))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: assert_shape(X, (3, 2)),
        lambda: assert_dtype(X, np.float32),
        lambda: assert_finite([1.0, np.inf]),
        lambda: assert_finite(None),
        lambda: assert_parts((1, 2, 3), 2),
        lambda: assert_parts(None, 2),
        lambda: assert_parts(X.T, 2),
        lambda: assert_parts(torch.tensor(2.0), 2),
        lambda: assert_parts("ab", 2),
        lambda: assert_between(1.2, 0, 1),
        lambda: assert_between(np.nan, 0, 1),
        lambda: assert_between([0.5, 0.6], 0, 1),
        lambda: assert_decreasing([3, 2, 2.5]),
        lambda: assert_decreasing([3, np.nan, 1]),
        lambda: assert_converges(np.ones((5, 2)), to=[1.0, 1.1]),
        lambda: assert_converges(np.full((5, 2), np.nan), to=[1.0, 1.0]),
        lambda: assert_converges(np.ones(5), to=[1.0, 1.0]),
        lambda: assert_that(False, "Something does not hold."),
    ],
)
def test_every_assertion_can_fail(wrong: Callable[[], object]) -> None:
    with pytest.raises(CheckFailed):
        wrong()


def names_that_fail(source: str) -> set[str]:
    """What is called where CheckFailed is expected: under ``pytest.raises``, or in the table of wrong calls."""
    expected = [
        node
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.With) and "raises(CheckFailed" in ast.unparse(node.items[0]))
        or isinstance(node, ast.Lambda)
    ]
    return {part.id for node in expected for part in ast.walk(node) if isinstance(part, ast.Name)}


def test_every_assertion_is_exported_documented_and_has_a_failing_case() -> None:
    written = {name for name in vars(assertions) if name.startswith("assert_")}
    failing = names_that_fail(Path(__file__).read_text(encoding="utf-8"))
    documented = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
    assert written == {name for name in testing.__all__ if name.startswith("assert_")}
    assert written - failing == set()
    for name in (*written, "compare_by", "in_place"):
        assert re.search(rf"^\| `(with )?{name}\(.*` \| \S", documented, re.MULTILINE), name


def test_every_assertion_can_pass() -> None:
    assert_shape(X, (2, 3))
    assert_dtype(torch.ones(2), torch.float32)
    assert_finite(X)
    assert assert_parts([1, 2], 2) == (1, 2)
    for two_rows in (X, torch.from_numpy(X)):  # two parts are two parts
        first, second = assert_parts(two_rows, 2)
        assert_close(first, X[0])
        assert_close(second, X[1])
    assert_between(np.float32(0.5), 0, 1)
    assert_decreasing([3, 2, 2.05], slack=0.1)
    assert_converges(np.linspace(0, 1, 5)[:, None] * [1.0, 2.0], to=[1.0, 2.0])
    assert_that(True, "Something does not hold.")


def test_no_blank_of_a_text_is_lost() -> None:
    with pytest.raises(CheckFailed) as caught:
        assert_equal("Hello, Ludwig!", "Hello,  Ludwig!", name="greeting")
    message = str(caught.value)
    assert "expected      'Hello,  Ludwig!'" in message
    assert "differ        from character 7 on: ' Ludwig!' is expected, 'Ludwig!' came back" in message
    shown = show("a" + 90 * " \t" + "b")
    assert shown == repr("a" + 90 * " \t" + "b")[:200] + " …"


@pytest.mark.parametrize("blanks", range(1, 12))
@pytest.mark.parametrize("width", [40, 52, 53, 54, 55, 80])
def test_a_narrow_screen_takes_no_blank_from_a_value(blanks: int, width: int) -> None:
    value = "'" + "word" + " " * blanks + "word,\tand more words than fit'"
    folded = fold(f"  {'expected':<13} {value}", width)
    assert max(map(len, folded.splitlines())) <= width
    pieces = [line[16:] for line in folded.splitlines()]
    assert re.fullmatch(" ?".join(map(re.escape, pieces)), value)
    assert blanks == 1 or " " * blanks in "".join(pieces)


def test_nan_is_expected_only_where_the_test_says_so() -> None:
    wild = np.array([np.nan, 1.0])
    with pytest.raises(CheckFailed, match="holds NaN"):
        assert_close(wild, wild)
    assert_close(wild, wild, nan=True)


def test_plain_data_is_no_object_of_a_class() -> None:
    for value in (1j, 2.0, np.array(1j), torch.tensor(1j), None, (1, 2)):
        with pytest.raises(CheckFailed, match="no object of your class"):
            assert_object(value)


@pytest.mark.parametrize(
    ("actual", "expected", "says"),
    [
        (
            [1, 2, 3, 4, 5, 6, 7, 9, 9],
            list(range(1, 10)),
            "[5:9]: [6, 7, 8, 9] is expected, [6, 7, 9, 9] came back",
        ),
        ({"b": [3] * 9}, {"b": [3] * 8 + [4]}, "['b'][6:10]: [3, 3, 4] is expected, [3, 3, 3] came back"),
        ([((1, 2), 3), ((1, 2), 4)], [((1, 2), 3), ((1, 5), 4)], "at [1][0][1]: 5 is expected, 2 came back"),
        ({"x": {"it's": [1]}}, {"x": {"it's": [2]}}, """at ['x']["it's"][0]: 2 is expected, 1 came back"""),
        ({"a": np.arange(6)}, {"a": np.arange(6)[::-1]}, "the order is reversed"),
        ([1, 2], [1, 2, 3], "3 parts are expected, 2 came back; the first 2 agree"),
        ([2, 1], [1, 2, 3], "3 parts are expected, 2 came back; they differ from the first on"),
        ([1, [1, 2]], [1, [1, 2, 3]], "3 parts are expected, 2 came back; the first 2 agree"),
        ({range(2): [1] * 9}, {range(2): [1] * 8 + [0]}, "wrong at [range(0, 2)][8]"),
    ],
)
def test_equality_shows_the_place_where_two_differ(actual: Any, expected: Any, says: str) -> None:
    with pytest.raises(CheckFailed) as caught:
        assert_equal(actual, expected)
    assert says in str(caught.value)
