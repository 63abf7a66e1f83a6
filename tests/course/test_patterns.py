"""What wrong numbers have in common with right ones is said when it is so, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course.catalog.model import Limits
from course.testing import assert_close, assert_parts, assert_raises, assert_shape
from course.testing.assertions import CheckFailed, current_transcript
from course.testing.patterns import value_pattern
from course.worker.near.handle import Student
from course.worker.near.local import LocalLink
from course.worker.outcomes import StudentProblem

X = np.array([[0.31, -1.27, 2.6], [0.77, 3.14, -0.58]])
V = np.array([0.31, 1.27, 2.61, 0.55])
WIDE = np.array([[0.31, -1.27, 2.6, 0.9], [0.77, 3.14, -0.58, 1.3]])
BEGUN = X * np.array([[1.0], [0.0]])
CUBE = np.random.default_rng(0).normal(size=(2, 3, 4))
EVEN = np.random.default_rng(1).normal(size=(2, 3, 3))
TALL = np.random.default_rng(2).normal(size=(6, 5))
SQUARE = np.random.default_rng(3).normal(size=(4, 4))
ROWS, COLUMNS = np.indices(TALL.shape)
NOISE = np.random.default_rng(4).uniform(1, 2, size=TALL.shape)


def said(actual: Any, expected: Any) -> str:
    with pytest.raises(CheckFailed) as caught:
        assert_close(actual, expected)
    return str(caught.value)


@pytest.mark.parametrize(
    ("actual", "expected", "says"),
    [
        (np.abs(X), X, "what should be negative is positive"),
        (X * np.sign(X[::-1]), X, "right apart from its sign"),
        (X[::-1], X, "the order is reversed along axis 0"),
        (X[:, ::-1], X, "the order is reversed along axis 1"),
        (V[::-1], V, "the order is reversed"),
        (V[[1, 0, 3, 2]], V, "in other places"),
        (BEGUN, X, "right as far as [0], and 0 from there on"),
        (V**2, V, "every entry is the square of"),
        (np.full(4, 2.61), V, "every entry is 2.61: is one value used in all places"),
        (np.zeros(4), V, "every entry is 0: is nothing written into the array"),
        ((V, [0, 1, 2, 3]), V, "2 parts came back, and the first has this shape"),
        (np.sqrt(V), V, "every entry is the square root of"),
        (1 / V, V, "every entry is 1 divided by"),
        (np.log(V), V, "every entry is the logarithm of"),
        (np.log10(V), V, "every entry is the logarithm to base 10 of"),
        (np.log2(26.03), 26.03, "this is the logarithm to base 2 of what is expected"),
        (X * [1.0, 0.0, 1.0], X, "only column 1 is wrong: it holds zeros, so is it never written?"),
        (1 - V, V, "every entry is 1 minus"),
        (X[-1], X, "only the last of the 2 entries along axis 0"),
        (V[1:], V, "right, but the first one is missing"),
        (X[:, :-1], X, "right, but the last one is missing along axis 1"),
        (np.append(V, 7.0), V, "right, but the last one is too many"),
        (np.append(V, [7.0, 8.0]), V, "the first 4 are right, but then 2 more follow"),
        (V[:2], V, "the first 2 are right, but the 2 after them are missing"),
        (np.repeat(V, 2), V, "only one in 2 along axis 0 belongs there: is a step or stride not taken?"),
        (np.kron(X, np.ones((3, 3))), X, "only one in 3 along axis 0 and 1 belongs there"),
        (np.append(9.0, V[:-1]), V, "one place too late"),
        (np.append(V[1:], 9.0), V, "one place too early"),
        (np.hstack([WIDE[:, :1], WIDE[:, :-1]]), WIDE, "one place too late along axis 1"),
        (np.maximum(X, 0), X, "what should be negative is 0"),
        (X - 1j * V[:3], X + 1j * V[:3], "the complex conjugate"),
        (np.trunc(V), V, "every entry is the integer part of"),
        (V, V + 2j * V[::-1], "the real part of what is expected"),
        (np.degrees(V), V, "degrees in the place of radians?"),
        (np.degrees(0.62), 0.62, "degrees in the place of radians?"),
        (np.log2(V), np.log(V), "np.log2 in the place of np.log?"),
        (X * [[2.0], [3.0]], X, "every row has a factor of its own"),
        (X + np.array([2.0, 3.0, 5.0]), X, "every column is off by a number of its own"),
        (X * [1.0, 1.0, 3.0], X, "only column 2 is wrong: every entry of it is 3 times what is expected"),
        (WIDE.T + np.outer([0, 1, 0, 0], [1.0, 2.0]), WIDE.T, "only row 1 is wrong"),
        (-0.62, 0.62, "the size is right, the sign is not"),
        (0.31, 0.62, "this is half what is expected"),
        (0.62**2, 0.62, "this is the square of what is expected"),
        (np.ones((2, 5, 3)), np.ones((3, 2, 5)), "the axes stand in another order"),
        (np.ones(15), np.ones((5, 3)), "as many entries as are wanted, in other axes"),
        (X.ravel(), X, "only a reshape to (2, 3) is missing"),
        (X.T, X, "this is the transpose of what is expected"),
        (CUBE.transpose(2, 0, 1), CUBE, "the axes stand in the order (2, 0, 1) of those that are expected"),
        (EVEN.transpose(0, 2, 1), EVEN, "the axes stand in the order (0, 2, 1)"),
        (
            CUBE.transpose(0, 2, 1).reshape(2, 3, 4),
            CUBE,
            "the right numbers with the axes in the order (0, 2, 1)",
        ),
        (X.T.reshape(2, 3), X, "does a reshape stand where a transpose is meant?"),
        (CUBE[:, [1, 2, 0]], CUBE, "along axis 1 are the right ones, but in the order [1, 2, 0]"),
        (
            np.pad(CUBE, ((0, 0), (1, 1), (2, 2))),
            CUBE,
            "too many there are 1 at each end of axis 1 and 2 at each end",
        ),
        (TALL[1:-1, 1:-1], TALL, "missing there are 1 at each end of axis 0 and 1 at each end of axis 1"),
        (
            np.minimum(X, 0.0) + np.maximum(X, 0),
            np.maximum(X, 0),
            "is a ReLU (or another max with 0) missing?",
        ),
    ],
)
def test_a_pattern_is_named(actual: Any, expected: Any, says: str) -> None:
    assert says in said(actual, expected)


REGIONS = [
    ((ROWS == 5) | (COLUMNS == 4), "the 10 wrong entries are those of the last row and the last column"),
    ((ROWS == 0) | (COLUMNS == 0), "the 10 wrong entries are those of the first row and the first column"),
    (
        (ROWS % 5 == 0) | (COLUMNS % 4 == 0),
        "the 18 wrong entries are all those on the border: first and last row and column",
    ),
    ((ROWS % 5 > 0) & (COLUMNS % 4 > 0), "the 12 wrong entries are all those inside, and none on the border"),
    (ROWS % 5 == 0, "the 10 wrong entries are the first and last row"),
    (ROWS > 0, "the 25 wrong entries are all but the first row"),
    (COLUMNS < 4, "the 24 wrong entries are all but the last column"),
    (COLUMNS % 2 == 1, "the 12 wrong entries are every second column, from the second on"),
    (ROWS % 2 == 0, "the 15 wrong entries are every second row, from the first on"),
    (TALL < 0, "all those that should be negative"),
    (TALL > 0, "all those that should be positive"),
]


@pytest.mark.parametrize(("wrong", "says"), REGIONS)
def test_where_the_wrong_entries_lie_is_said(wrong: np.ndarray, says: str) -> None:
    assert says in said(TALL + NOISE * wrong, TALL)
    for place in np.argwhere(wrong)[-1:]:  # one right entry among them, and it is no longer so
        spared = wrong.copy()
        spared[tuple(place)] = False
        assert says not in said(TALL + NOISE * spared, TALL)
    for place in np.argwhere(~wrong)[:1]:  # nor is it with a wrong one elsewhere
        more = wrong.copy()
        more[tuple(place)] = True
        assert says not in said(TALL + NOISE * more, TALL)


def test_where_they_lie_in_a_matrix_and_in_more_axes() -> None:
    for place, says in [
        (np.triu(np.ones((4, 4)), 1), "the 6 wrong entries are all those above the diagonal"),
        (np.tril(np.ones((4, 4)), -1), "the 6 wrong entries are all those below the diagonal"),
        (np.eye(4), "the 4 wrong entries are all those on the diagonal"),
        (1 - np.eye(4), "the 12 wrong entries are all those off the diagonal"),
        (np.triu(np.ones((4, 4))), "the 10 wrong entries are all those on the diagonal and above"),
        (np.tril(np.ones((4, 4))), "the 10 wrong entries are all those on the diagonal and below"),
    ]:
        assert says in said(SQUARE + NOISE[:4, :4] * place, SQUARE)
    noise = np.random.default_rng(5).uniform(1, 2, size=CUBE.shape)
    first, middle, border = np.zeros((3, *CUBE.shape))
    first[0], middle[:, 1], border[:, [0, -1]], border[..., [0, -1]] = 1, 1, 1, 1
    assert "the 12 wrong entries are the first along axis 0" in said(CUBE + noise * first, CUBE)
    assert "the 8 wrong entries are those at [:, 1]" in said(CUBE + noise * middle, CUBE)
    assert "the 20 wrong entries are all those on the border" in said(CUBE + noise * border, CUBE)
    vector = np.append(V, 0.9)
    assert "the one wrong entry is the last" in said(vector + np.array([0, 0, 0, 0, 2.3]), vector)


def test_what_stands_at_the_wrong_places_is_said_too() -> None:
    begun = TALL * (COLUMNS < 4) + 3e-310 * (COLUMNS == 4)
    assert "the last row and the last column, and 0 stands there: are they never written?" in said(
        begun * (ROWS < 5), TALL
    )
    border = np.where((ROWS % 5 == 0) | (COLUMNS % 4 == 0), 3 * TALL, TALL)
    assert "first and last row and column, each 3 times what is expected" in said(border, TALL)


def test_what_is_right_by_chance_does_not_hide_where_the_others_lie() -> None:
    right = TALL * (ROWS > 1)
    ends = (ROWS == 5) | (COLUMNS == 4)
    assert "the last row and the last column" in said(right * np.where(ends, 0.31 + NOISE, 1), right)


@contextmanager
def called(folder: Path, source: str) -> Iterator[Student]:
    """A student with this module, whose calls are remembered."""
    (folder / "day").mkdir()
    (folder / "day" / "m.py").write_text(source)
    student = Student(LocalLink(folder, ["day"], Limits()), "day.m")
    token = current_transcript.set(student.transcript)
    try:
        yield student
    finally:
        current_transcript.reset(token)


N = 11
LENGTHS = [
    (N, "is it a sum where a mean is meant?"),
    (1 / N, "is it a mean where a sum is meant"),
    (N / (N - 1), "that is 11/10, and there are 11 along an axis of the input"),
    (np.sqrt((N - 1) / N), "that is the root of 10/11, and there are 11 along an axis of the input"),
]
NUMBERS = [(0.3, "that is the 0.3 of the input"), (1 / 0.3, "that is 1 over the 0.3 of the input")]


@pytest.mark.parametrize(("factor", "says"), LENGTHS)
@pytest.mark.parametrize("right", [V, 0.62])
def test_a_factor_may_be_a_length_of_the_input(tmp_path: Path, factor: float, says: str, right: Any) -> None:
    with called(tmp_path, "def scaled(x, y, factor):\n    return factor.real * y\n") as student:
        assert says in said(student.scaled(np.ones((N, 2)), right, factor + 0j), right)
        assert "along an axis" not in said(student.scaled(np.ones((5, 7)), right, factor + 0j), right)


@pytest.mark.parametrize(("factor", "says"), NUMBERS)
@pytest.mark.parametrize("right", [V, 0.62])
def test_a_factor_may_be_a_number_of_the_input(tmp_path: Path, factor: float, says: str, right: Any) -> None:
    with called(tmp_path, "def scaled(y, factor, h):\n    return factor * y\n") as student:
        assert says in said(student.scaled(right, factor + 0.0j, 0.3).real, right)
        assert "of the input" not in said(student.scaled(right, factor + 0.0j, 0.7).real, right)


@pytest.mark.parametrize("right", [V, 0.62])
def test_a_distance_may_be_a_number_of_the_input(tmp_path: Path, right: Any) -> None:
    with called(tmp_path, "def shifted(y, by, h):\n    return y + by.real\n") as student:
        missing, twice = (said(student.shifted(right, by + 0j, 0.03), right) for by in (-0.03, 0.03))
        assert "off by -0.03, the 0.03 of the input: is it not added, or subtracted?" in missing
        assert "off by 0.03, the 0.03 of the input: is it not subtracted, or added twice?" in twice
        assert "of the input" not in said(student.shifted(right, 0.03 + 0j, 0.7), right)


def test_a_factor_may_be_a_number_of_entries_of_the_input(tmp_path: Path) -> None:
    with called(tmp_path, "def scaled(x, pair, y, factor):\n    return factor.real * y\n") as student:
        x = np.ones((5, 4, 6, 7))
        for factor, says in [
            (
                5 * 6 * 7,
                "210 is 5 · 6 · 7, what an array of the input has along axes 0, 2, 3, so is it a sum",
            ),
            (1 / 840, "840 is 5 · 4 · 6 · 7, what an array of the input has, so is it a mean"),
            (9, "9 is 3 · 3, of (3, 3) in the input, so is it a sum where a mean is meant?"),
        ]:
            assert says in said(student.scaled(x, (3, 3), V, factor + 0j), V)
        assert " is 5 · " not in said(student.scaled(np.ones((5, 3)), (3, 3), V, 210 + 0j), V)


def test_the_ratio_of_simple_fractions_is_no_sign_of_anything(tmp_path: Path) -> None:
    with called(tmp_path, "def half(x):\n    return 0.5\n") as student:
        assert "ddof" not in said(student.half(np.ones(3)), 1 / 3)


def test_where_the_input_is_negative_is_said(tmp_path: Path) -> None:
    with called(tmp_path, "def leaky(x, y):\n    return y + (x < 0) * y * y\n") as student:
        x = np.where(TALL > 0, -NOISE, NOISE)[::-1]
        assert "all those where the input is negative" in said(student.leaky(x, NOISE), NOISE)


def test_an_argument_that_comes_back_is_recognised(tmp_path: Path) -> None:
    with called(tmp_path, "def same(x, y):\n    return y.copy()\n") as student:
        handed = "this is number 2 of the arrays that were handed over, as it was"
        assert handed in said(student.same(np.ones(2), X), 3 * X)
        assert "handed over" not in said(student.same(X, np.ones((2, 3))), X)


def test_of_small_numbers_0_is_not_called_the_integer_part() -> None:
    assert "integer part" not in said(0.3e-9 * V, V / 9)


def test_of_equal_numbers_no_factor_is_said() -> None:
    assert "constant factor" not in said(np.full(3, -0.31), np.full(3, 0.77))
    assert "off by the same" not in said(np.full(3, -0.31), np.full(3, 0.77))


def test_a_factor_of_every_entry_is_also_one_of_those_that_should_be_0() -> None:
    expected = np.append(V, 0.0)
    assert "pattern       every entry is 0.73 times" in said(0.73 * expected, expected)
    assert "every entry that should not be 0 is 0.73 times" in said(np.append(0.73 * V, 0.4), expected)


def test_of_numbers_that_many_formulas_give_nothing_is_said() -> None:
    for actual, expected in [(4.0, 2.0), (1.0, 2.0), (0.0, 1.0), (-1.0, 1.0), ([0, 1, 0], [1, 0, 1])]:
        assert "what is expected" not in said(actual, expected)


def test_whatever_is_compared_has_a_pattern_or_none(rng: np.random.Generator) -> None:
    for got, want in [
        (np.empty((0, 2)),) * 2,
        (np.array([np.nan, 1]), np.ones(2)),
        (np.uint8([1, 2]), np.uint8([9, 3])),
    ]:
        assert value_pattern(got, want, 1e-6, 1e-8) == ""
    assert value_pattern(rng.normal(size=(3, 3)), rng.normal(size=(3, 3)), 1e-6, 1e-8) == ""


@pytest.fixture
def student(tmp_path: Path) -> Iterator[Student]:
    (tmp_path / "day01_tiny").mkdir()
    code = """
        def pair(x): return x.sum() + 0.25, x
        def error(x): return ValueError("no")
        def product(a, b): return a.T @ (a @ b)
    """
    text = "\n".join(line.strip() for line in code.strip().splitlines())
    (tmp_path / "day01_tiny/things.py").write_text(text, encoding="utf-8")
    link = LocalLink(tmp_path, ["day01_tiny"], Limits())
    student = Student(link, "day01_tiny.things")
    token = current_transcript.set(student.transcript)
    yield student
    current_transcript.reset(token)
    link.close()


def test_parts_in_another_order_are_noticed(student: Student) -> None:
    vector, number = assert_parts(student.pair(V), 2)
    question = "part [1] of what came back has this shape: are the parts in the order of the docstring?"
    assert question in said(vector, V)
    assert "what is expected here is part [0] of what came back" in said(number.sum(), V.sum() + 0.25)
    with pytest.raises(CheckFailed, match="has this shape"):
        assert_shape(vector, V.shape)


def test_an_error_that_is_returned_is_told_from_none(student: Student) -> None:
    with pytest.raises(CheckFailed, match="The error is returned, not raised"), assert_raises(ValueError):
        student.error(V)
    with pytest.raises(CheckFailed, match="No error is raised"), assert_raises(ValueError):
        student.pair(V)


def test_an_error_of_shapes_shows_the_shapes_of_its_line(student: Student) -> None:
    with pytest.raises(StudentProblem) as caught:
        student.product(X, V)
    assert (
        "shapes there: a has shape (2, 3), b (4,): the 3 must meet a 3, not the 4" in caught.value.traceback
    )
