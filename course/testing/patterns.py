"""What wrong numbers have in common with the right ones: seen, not guessed.

A pattern holds for every entry up to the tolerance of the comparison, so it can be stated; what it may come from is
asked. Of a few numbers that many formulas give, such as small integers, nothing is said.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

# Bound now: in process, a submission may replace them in NumPy later.
_isclose, _allclose = np.isclose, np.allclose

Close = Callable[[np.ndarray, np.ndarray], bool]


def _whole(want: np.ndarray) -> np.ndarray:
    """NumPy has no integer part of complex numbers."""
    if want.dtype.kind == "c":
        return np.asarray(np.trunc(want.real) + 1j * np.trunc(want.imag))
    return np.asarray(np.trunc(want))


FORMULAS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("the square of", np.square),
    ("the square root of", np.sqrt),
    ("1 divided by", np.reciprocal),
    ("the logarithm of", np.log),
    ("the logarithm to base 10 of", np.log10),
    ("the logarithm to base 2 of", np.log2),
    ("exp of", np.exp),
    ("1 minus", lambda x: 1 - x),
    ("the integer part of", _whole),
    ("the real part of", np.real),
)
FACTORS = {2.0: "twice", 0.5: "half", -2.0: "−2 times", -0.5: "−1/2 times"}
NAMED_FACTORS: tuple[tuple[float, str], ...] = (
    (180 / math.pi, "180/π: degrees in the place of radians?"),
    (math.pi / 180, "π/180: radians in the place of degrees?"),
    (1 / math.log(2), "1/ln 2: np.log2 in the place of np.log?"),
    (math.log(2), "ln 2: np.log in the place of np.log2?"),
    (1 / math.log(10), "1/ln 10: are np.log and np.log10 exchanged, or mixed?"),
    (math.log(10), "ln 10: are np.log and np.log10 exchanged, or mixed?"),
    (2 * math.pi, "2π"),
    (math.pi, "π"),
    (1 / (2 * math.pi), "1/2π"),
    (1 / math.pi, "1/π"),
)
STRIDES = (2, 3, 4)
MOST_PERMUTED = 12  # along an axis whose order is looked at
FEW = 4  # of fewer wrong or right entries it is no wonder that they have a sign in common
MOST_OF = 0.6  # of the entries in a region that are wrong; the others may be right by chance
UNWRITTEN = 1e-250  # np.empty gives what was there before, often as small as that


@dataclass(frozen=True)
class Given:
    """What was handed to the call: a factor may come of it, or it came back as it was."""

    lengths: frozenset[int] = frozenset()  # of arrays, along each axis
    products: tuple[
        tuple[int, str], ...
    ] = ()  # of several lengths, of all of an array, or of a pair; and what it is
    numbers: tuple[float, ...] = ()
    arrays: tuple[np.ndarray, ...] = ()


NOTHING = Given()


def value_pattern(got: np.ndarray, want: np.ndarray, rtol: float, atol: float, given: Given = NOTHING) -> str:
    """What all entries of two arrays of one shape have in common, with each other or with what was ``given``; empty
    when nothing is.
    """
    if "b" in (got.dtype.kind, want.dtype.kind) or not want.size:
        return ""
    if not np.isfinite(got).all() or not np.isfinite(want).all():
        return ""

    def close(a: np.ndarray, b: np.ndarray) -> bool:
        return bool(_allclose(a, b, rtol=rtol, atol=atol))

    with np.errstate(all="ignore"):
        if want.size == 1:
            return _of_one(got, want, close, given) if is_telling(want) else ""
        found = itertools.chain(
            _of_arguments(got, given, close),
            _of_signs(got, want, close),
            _of_places(got, want, close),
            _of_sizes(got, want, rtol, atol, close, given),
            _of_the_same_numbers(got, want, close),
            _of_regions(got, want, rtol, atol, given),
        )
        return next(found, "")


def is_telling(want: np.ndarray) -> bool:
    """Whether that many digits are no coincidence: not for small integers, nor for halves of them."""
    twice = 2 * want[np.isfinite(want)]
    return bool(np.any(np.abs(twice - np.round(twice.real)) > 1e-6))


def _is_simple(array: np.ndarray) -> bool:
    """Whether all of it are halves, thirds and the like, whose ratios are such again."""
    if array.dtype.kind == "c":
        return False
    return any(bool(_allclose(k * array, np.round(k * array), rtol=0, atol=1e-9)) for k in range(1, 13))


def _of_one(got: np.ndarray, want: np.ndarray, close: Close, given: Given) -> str:
    if close(got, -want):
        return "the size is right, the sign is not"
    for factor, word in FACTORS.items():
        if close(got, factor * want):
            return f"this is {word} what is expected"
    for factor, word in NAMED_FACTORS:
        if close(got, factor * want):
            return f"this is {factor:.6g} times what is expected, which is {word}"
    for factor, word in () if _is_simple(got) and _is_simple(want) else _factors_of(given):
        if close(got, factor * want):
            return f"this is {factor:.6g} times what is expected: {word}"
    if named := _named_distance(got, want, close, given):
        return f"this is off by {named}"
    return next(_of_formulas(got, want, close, "this is"), "")


def _of_signs(got: np.ndarray, want: np.ndarray, close: Close) -> Iterator[str]:
    if close(got, -want):
        yield "the sign is the wrong way round everywhere"
    elif close(got, np.abs(want)):
        yield "the sizes are right, but what should be negative is positive"
    elif "c" in (got.dtype.kind, want.dtype.kind):
        if close(got, np.conj(want)):
            yield "this is the complex conjugate of what is expected: one conj too many, or too few?"
    elif close(np.abs(got), np.abs(want)):
        yield "every entry is right apart from its sign"
    elif close(got, np.maximum(want, 0)) and np.any(want > 0):
        yield "what is positive is right, and what should be negative is 0"
    elif np.any(want > 0) and np.any(want == 0) and close(np.maximum(got, 0), want):
        yield "what is positive is right, and what should be 0 is negative: is a ReLU (or another max with 0) missing?"


def _of_places(got: np.ndarray, want: np.ndarray, close: Close) -> Iterator[str]:
    """The right entries in other places, or only the first ones of them."""
    if want.ndim == 2 and (exchanged := _exchanged(got, want, close)):
        yield exchanged
    for axis in range(want.ndim):
        if want.shape[axis] > 1 and close(got, np.flip(want, axis)):
            yield f"the order is reversed{f' along axis {axis}' if want.ndim > 1 else ''}"
    if want.ndim:
        yield from _of_rows(got, want, close)
    for axis in range(want.ndim):
        yield from _of_neighbours(np.moveaxis(got, axis, 0), np.moveaxis(want, axis, 0), axis, close)


def _of_the_same_numbers(got: np.ndarray, want: np.ndarray, close: Close) -> Iterator[str]:
    if want.size < 3 or got.dtype.kind == "c":
        return
    if not close(np.sort(got, axis=None), np.sort(want, axis=None)):
        return
    if not _is_constant(want):
        yield from _of_axes(got, want, close)
    order = _order(got, want, close) if want.ndim == 1 else []
    yield "the numbers are the right ones, but in other places" + (f": in the order {order}" if order else "")


def _order(got: np.ndarray, want: np.ndarray, close: Close) -> list[int]:
    """Which entry of the right ones stands where, along axis 0; empty where they are others, or many."""
    if not 2 < len(want) <= MOST_PERMUTED:
        return []
    order = [next((j for j, w in enumerate(want) if close(g, w)), -1) for g in got]
    return order if sorted(order) == list(range(len(want))) else []


def _of_axes(got: np.ndarray, want: np.ndarray, close: Close) -> Iterator[str]:
    """The right entries with axes exchanged, by a transpose or by a reshape in its place, or permuted along one."""
    if exchanged := _exchanged(got, want, close):
        yield exchanged
    for order in itertools.permutations(range(want.ndim)) if 1 < want.ndim <= 4 else ():
        if close(got.ravel(), want.transpose(order).ravel()):
            yield (
                f"read one after the other, these are the right numbers with the axes in the order {order}: does a "
                "reshape stand where a transpose is meant?"
            )
    for axis in range(want.ndim if want.ndim > 1 else 0):
        along = _order(np.moveaxis(got, axis, 0), np.moveaxis(want, axis, 0), close)
        if along:
            yield f"the entries along axis {axis} are the right ones, but in the order {along}"


def _exchanged(got: np.ndarray, want: np.ndarray, close: Close) -> str:
    """The right entries with the axes in another order."""
    for order in itertools.permutations(range(want.ndim)) if 1 < want.ndim <= 5 else ():
        turned = want.transpose(order)
        if got.shape == turned.shape and close(got, turned):
            if want.ndim == 2:
                return "this is the transpose of what is expected: one transpose too many, or too few?"
            return f"the axes stand in the order {order} of those that are expected: a transpose too many, or too few?"
    return ""


def _of_regions(got: np.ndarray, want: np.ndarray, rtol: float, atol: float, given: Given) -> Iterator[str]:
    """Where the wrong entries lie, if all of them lie in a part that can be named, and no right ones do."""
    wrong = ~_isclose(got, want, rtol=rtol, atol=atol)
    count = int(wrong.sum())
    if want.size < 5 or not 0 < count < want.size:
        return
    idle = ~wrong & _isclose(want, 0, atol=atol)  # right by chance where 0 is expected

    def is_all(place: Any) -> bool:
        if count < MOST_OF * place.sum():
            return False
        return bool(not (wrong & ~place).any() and not (place & ~wrong & ~idle).any() and not place.all())

    found = next((words for words, place in _regions(want, given, count) if is_all(place)), "")
    if found:
        these = "the one wrong entry is" if count == 1 else f"the {count} wrong entries are"
        yield f"{these} {found}{_of_what_stands_there(got[wrong], want[wrong])}"


def _of_what_stands_there(got: np.ndarray, want: np.ndarray) -> str:
    """What the wrong entries have in common."""
    if got.dtype.kind in "fiu" and np.abs(got).max() < UNWRITTEN:
        return ", and 0 stands there: are they never written? Does a loop or a slice end too early?"
    if len(want) > 2 and not _is_constant(want) and np.abs(want).min() > 1e-9:
        ratio = got / want
        if _allclose(ratio, ratio[0], rtol=1e-6, atol=0):
            return f", each {ratio[0]:.6g} times what is expected"
    return ""


def _regions(want: np.ndarray, given: Given, count: int) -> Iterator[tuple[str, Any]]:
    """Parts of an array that have a name, the small ones first."""
    places = np.indices(want.shape)
    for axis, n in enumerate(want.shape):
        if n > 1:
            yield _place(want, axis, "last"), places[axis] == n - 1
            yield _place(want, axis, "first"), places[axis] == 0
    if want.ndim == 2 and want.shape[0] == want.shape[1] > 2:
        rows, columns = places[0], places[1]
        yield "all those on the diagonal", rows == columns
        yield "all those above the diagonal", rows < columns
        yield "all those below the diagonal", rows > columns
        yield "all those off the diagonal", rows != columns
        yield "all those on the diagonal and above", rows <= columns
        yield "all those on the diagonal and below", rows >= columns
    if want.ndim > 1:
        yield from _of_an_image(want.shape[-2:], *places[-2:])
    for axis, n in enumerate(want.shape):
        if n > 2:
            yield _place(want, axis, "first and last"), (places[axis] == 0) | (places[axis] == n - 1)
            yield f"all but {_place(want, axis, 'first')}", places[axis] > 0
            yield f"all but {_place(want, axis, 'last')}", places[axis] < n - 1
            for k in range(1, min(n - 1, MOST_PERMUTED)):
                yield f"those at [{', '.join([*[':'] * axis, str(k)])}]", places[axis] == k
        if n > 3:
            for start, word in enumerate(("first", "second")):
                yield f"{_place(want, axis, 'every second')}, from the {word} on", places[axis] % 2 == start
    if min(count, want.size - count) < FEW or want.dtype.kind == "c":
        return
    yield "all those that should be negative", want < 0
    yield "all those that should be positive", want > 0
    yield "all those that should be 0", want == 0
    for array in given.arrays:
        if array.shape == want.shape and array.dtype.kind in "fi":
            yield "all those where the input is negative", array < 0
            yield "all those where the input is positive", array > 0
            yield "all those where the input is 0", array == 0


def _of_an_image(
    size: tuple[int, ...], rows: np.ndarray, columns: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """Parts of the last two axes."""
    height, width = size
    top, bottom, left, right = rows == 0, rows == height - 1, columns == 0, columns == width - 1
    if min(size) > 1:
        yield "those of the last row and the last column", bottom | right
        yield "those of the first row and the first column", top | left
    if min(size) > 2:
        yield "all those on the border: first and last row and column", top | bottom | left | right
        yield "all those inside, and none on the border", ~(top | bottom | left | right)


def _place(want: np.ndarray, axis: int, which: str) -> str:
    """The last row; the last along axis 1 of what has more than rows and columns."""
    if want.ndim == 1:
        return f"the {which}" if " " not in which else which
    name = ("row", "column")[axis] if want.ndim == 2 else ""
    article = "" if which.startswith("every") else "the "
    return f"{article}{which} {name}" if name else f"{article}{which} along axis {axis}"


def _of_rows(got: np.ndarray, want: np.ndarray, close: Close) -> Iterator[str]:
    right = [close(g, w) for g, w in itertools.islice(zip(got, want, strict=True), 1000)]
    begun = right.index(False) if False in right else 0
    if 0 < begun < len(want) and not np.any(got[begun:]) and np.all(np.any(want[begun:], axis=_inner(want))):
        yield (
            f"right as far as [{begun - 1}], and 0 from there on: does the loop end too early, "
            "or does a return or a break stand inside it?"
        )


def _of_neighbours(got: np.ndarray, want: np.ndarray, axis: int, close: Close) -> Iterator[str]:
    """Each entry where its neighbour belongs, whatever stands at the end that is left over."""
    if len(want) < 4 or _is_constant(want[1:-1]):
        return
    where = f" along axis {axis}" if want.ndim > 1 else ""
    if close(got[1:], want[:-1]):
        yield f"the entries are right, but stand one place too late{where}"
    elif close(got[:-1], want[1:]):
        yield f"the entries are right, but stand one place too early{where}"


def _inner(array: np.ndarray) -> tuple[int, ...]:
    return tuple(range(1, array.ndim))


def _of_arguments(got: np.ndarray, given: Given, close: Close) -> Iterator[str]:
    for place, array in enumerate(given.arrays):
        if array.shape == got.shape and not _is_constant(array) and close(got, array):
            which = (
                f"number {place + 1} of the arrays that were"
                if len(given.arrays) > 1
                else "the array that was"
            )
            yield f"this is {which} handed over, as it was: is the result another variable?"


def _named_distance(got: np.ndarray, want: np.ndarray, close: Close, given: Given) -> str:
    """The number of the input by which everything is too much or too little; empty where there is none."""
    for number in given.numbers:
        for sign, question in (
            (-1, "is it not added, or subtracted?"),
            (1, "is it not subtracted, or added twice?"),
        ):
            if close(got, want + sign * number):
                return f"{sign * number:.6g}, the {number:.6g} of the input: {question}"
    return ""


def _factors_of(given: Given) -> Iterator[tuple[float, str]]:
    """What comes of a number of the input that is forgotten or counts twice, of a sum in the place of a mean and the
    like; and the question to it.
    """
    for number in given.numbers:
        word = f"{number:.6g} of the input"
        yield number, f"that is the {word}: is a division by it missing, or is it a factor once too often?"
        yield (
            1 / number,
            f"that is 1 over the {word}: is it missing as a factor, or divided by once too often?",
        )
    counts = [(n, f"there are {n} along an axis of the input") for n in sorted(given.lengths)]
    counts += [(n, f"{n} is {word}") for n, word in given.products if n not in given.lengths]
    for n, there in counts:
        if n > 2:  # what is twice or half has many reasons
            there = f"{there}, so is it"
            yield float(n), f"{there} a sum where a mean is meant?"
            yield 1 / n, f"{there} a mean where a sum is meant, or divided by {n} twice?"
            if n <= FEW:  # small fractions have many reasons
                continue
            for word, factor in ((f"{n}/{n - 1}", n / (n - 1)), (f"{n - 1}/{n}", (n - 1) / n)):
                question = f"{n - 1} where {n} is meant, or the other way round (ddof)?"
                yield factor, f"that is {word}, and {there} divided by {question}"
                yield math.sqrt(factor), f"that is the root of {word}, and {there} divided by {question}"


def _of_sizes(
    got: np.ndarray, want: np.ndarray, rtol: float, atol: float, close: Close, given: Given
) -> Iterator[str]:
    if want.size > 1 and _is_constant(got) and not _is_constant(want):
        why = "is one value used in all places, such as the last of a loop"
        if not got.any():
            why = (
                "is nothing written into the array, everything cut off or left out, or is something taken away from "
                "itself (b = a is no copy)"
            )
        yield f"every entry is {got.flat[0]:.6g}: {why}?"
    if _is_constant(want):
        return  # then every factor and every distance is the same
    nonzero = np.abs(want) > 1e-12
    if nonzero.any():
        ratio = got[nonzero] / want[nonzero]
        if _allclose(ratio, 1.0, rtol=1e-6):
            yield "right wherever anything but 0 is expected"
        elif ratio.size > 1 and _allclose(ratio, ratio.flat[0], rtol=1e-6) and not _isclose(ratio.flat[0], 0):
            entry = (
                "every entry"
                if _allclose(got[~nonzero], 0, atol=atol)
                else "every entry that should not be 0"
            )
            yield f"{entry} is {ratio.flat[0]:.6g} times what is expected: {_named(ratio.flat[0], given)}"
    offset = got - want
    if _allclose(offset, offset.flat[0], rtol=1e-6, atol=atol):
        named = _named_distance(got, want, close, given)
        yield f"every entry is off by {named or f'the same {offset.flat[0]:.6g}'}"
    if is_telling(want):
        yield from _of_formulas(got, want, close, "every entry is")
        if want.ndim == 2 and min(want.shape) > 1:
            yield from _of_lines(got, want, atol)


def _named(factor: complex, given: Given) -> str:
    known = (*NAMED_FACTORS, *_factors_of(given))
    names = (word for value, word in known if _isclose(factor, value, rtol=1e-5))
    return next(names, "a constant factor")


def _of_lines(got: np.ndarray, want: np.ndarray, atol: float) -> Iterator[str]:
    """Of a matrix: the one row or column that is wrong, or a factor or a distance of its own for every one."""
    offset, ratio = got - want, got / want
    for axis, name in ((1, "row"), (0, "column")):
        wrong = np.flatnonzero(~_isclose(offset, 0, atol=atol).all(axis=axis))
        if wrong.size == 1 and want.shape[1 - axis] > 2:
            yield f"only {name} {wrong[0]} is wrong{_of_line(ratio.take(wrong[0], axis=1 - axis))}"
        if _allclose(ratio, ratio.mean(axis=axis, keepdims=True), rtol=1e-6, atol=0):
            yield f"every {name} has a factor of its own: is it divided by the sum, norm or std of something else?"
        if _allclose(offset, offset.mean(axis=axis, keepdims=True), rtol=1e-6, atol=atol):
            question = "is a bias, one number for each, missing, or the mean of something else subtracted?"
            yield f"every {name} is off by a number of its own: {question}"


def _of_line(ratio: np.ndarray) -> str:
    """The factor that the entries of the one wrong row or column have in common."""
    if not ratio.any():
        return ": it holds zeros, so is it never written?"
    if not _allclose(ratio, ratio[0], rtol=1e-6):
        return ""
    return f": every entry of it is {ratio[0]:.6g} times what is expected"


def _is_constant(array: np.ndarray) -> bool:
    return bool(np.all(array == array.flat[0]))


def _of_formulas(got: np.ndarray, want: np.ndarray, close: Close, subject: str) -> Iterator[str]:
    wide = want.astype(complex if want.dtype.kind == "c" else float)
    for words, formula in FORMULAS:
        right = formula(wide)
        if right.any() and close(got, right):  # of what is small the integer part is 0, and so is much else
            yield f"{subject} {words} what is expected"


def shape_pattern(got: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> str:
    """What an array of another shape has in common with what is expected: the right entries, and some more or less."""
    if got.ndim == want.ndim - 1 and got.shape == want.shape[1:] and len(want) > 1 and not _is_constant(want):
        for place, name in ((-1, "last"), (0, "first")):
            if _allclose(got, want[place], rtol=rtol, atol=atol):
                return f"this is only the {name} of the {len(want)} entries along axis 0"
    for axis in range(want.ndim if got.ndim == want.ndim else 0):
        a, b = np.moveaxis(got, axis, 0), np.moveaxis(want, axis, 0)
        if a.shape[1:] == b.shape[1:] and abs(len(a) - len(b)) == 1 and min(len(a), len(b)):
            word = _one_off(a, b, rtol, atol)
            if word:
                return word + (f" along axis {axis}" if want.ndim > 1 else "")
    if not is_telling(want):
        return ""
    if got.ndim == want.ndim:
        return (
            _of_margins(got, want, rtol, atol)
            or _of_strides(got, want, rtol, atol)
            or _of_beginnings(got, want, rtol, atol)
            or _exchanged(got, want, partial(_allclose, rtol=rtol, atol=atol))
        )
    as_long = _without_ones(got.shape) != _without_ones(want.shape) and got.size == want.size
    if as_long and _allclose(got.ravel(), want.ravel(), rtol=rtol, atol=atol):
        return (
            f"the numbers are the right ones, in the right order: only a reshape to {want.shape} is missing"
        )
    return ""


def _of_margins(got: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> str:
    """The right entries inside, and as many too many or too few at both ends of some axes."""
    more = [g - w for g, w in zip(got.shape, want.shape, strict=True)]
    if not any(more) or any(n % 2 for n in more) or min(more) < 0 < max(more) or not (got.size and want.size):
        return ""
    small, large, what = (want, got, "too many") if max(more) > 0 else (got, want, "missing")
    inside = tuple(slice(abs(n) // 2, size - abs(n) // 2) for n, size in zip(more, large.shape, strict=True))
    if small.size < 2 or not _allclose(large[inside], small, rtol=rtol, atol=atol):
        return ""
    told = " and ".join(f"{abs(n) // 2} at each end of axis {axis}" for axis, n in enumerate(more) if n)
    return f"the entries inside are right; {what} there are {told}: is it padding, or a border?"


def _of_strides(got: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> str:
    """Every so many-th entry, along each axis that has another length, is what is expected."""
    axes = [axis for axis in range(want.ndim) if got.shape[axis] != want.shape[axis]]
    for stride in STRIDES:
        places = tuple(slice(None, None, stride if axis in axes else None) for axis in range(want.ndim))
        if got[places].shape == want.shape and _allclose(got[places], want, rtol=rtol, atol=atol):
            along = " and ".join(map(str, axes))
            return f"only one in {stride} along axis {along} belongs there: is a step or stride not taken?"
    return ""


def _of_beginnings(got: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> str:
    """The right entries along axis 0 as far as the shorter of the two goes, two at least."""
    both = min(len(got), len(want)) if want.ndim else 0
    if (
        both < 2
        or got.shape[1:] != want.shape[1:]
        or not _allclose(got[:both], want[:both], rtol=rtol, atol=atol)
    ):
        return ""
    more, fewer = len(got) - both, len(want) - both
    rest = f"then {more} more follow" if more else f"the {fewer} after them are missing"
    return f"the first {both} are right, but {rest}: does a loop end too {'late' if more else 'early'}?"


def _one_off(a: np.ndarray, b: np.ndarray, rtol: float, atol: float) -> str:
    """The right entries, but one too many or too few at one end."""
    short, long, what = (a, b, "is missing") if len(a) < len(b) else (b, a, "is too many")
    for part, name in ((long[1:], "first"), (long[:-1], "last")):
        if _allclose(short, part, rtol=rtol, atol=atol):
            return f"the entries are right, but the {name} one {what}"
    return ""


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in shape if n != 1)


def shape_cause(got: tuple[int, ...], want: tuple[int, ...]) -> str:
    """What a shape is often the sign of: a guess."""
    if got == want[::-1] and len(want) > 1:
        return "rows and columns are exchanged: a transpose too many or too few"
    if _without_ones(got) == _without_ones(want):
        return "an axis of length 1 too many or too few (keepdims, reshape, [:, None])"
    if len(got) == len(want) and sorted(got) == sorted(want):
        return "the axes stand in another order: np.moveaxis, or the axis of np.stack"
    if math.prod(got) == math.prod(want) and len(got) != len(want):
        return "as many entries as are wanted, in other axes: a ravel or reshape too many, or one too few"
    if len(got) < len(want):
        return "a sum or mean over an axis that should have stayed"
    if len(got) > len(want):
        return "an axis that should have been summed over or indexed is still there"
    return ""
