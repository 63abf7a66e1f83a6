"""Assertions that teach: shapes and kinds before values, the first place that differs, the likely cause.

Every one says what was called with which input (the running check knows), what was expected and what
came back. One rule decides what counts as right: **a value counts as what NumPy makes of it.** Lists
count as arrays, NumPy scalars and arrays without dimensions as numbers, tensors as arrays of their
values (with or without gradient, in any memory layout); results in float32 are compared at the precision
they have. A shape (n, 1) is not (n,), and a truth value is no number. Half precision is the wrong dtype where
nothing that was handed over was in half precision: three digits are no answer to a question asked with sixteen.
"""

from __future__ import annotations

import ast
import contextvars
import itertools
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from course.testing.calls import call_row
from course.testing.describing import as_array, describe, is_tensor, kind, show
from course.testing.differing import difference
from course.testing.patterns import Given, is_telling, shape_cause, shape_pattern, value_pattern
from course.worker.arguments import mutable_parts
from course.worker.near.handle import Call, Handle, InPlace, Transcript
from course.worker.outcomes import Outcome, StudentProblem

SEEN = 5  # the last index of a list that is shown as it is
MOST_PARTS = 8  # of a result that are compared with each other
ROOM = 8  # lines of a brief message for the inputs of a call; a value gets half

# Bound now: in process, a submission may replace them in NumPy later.
_isclose, _allclose, _array_equal = np.isclose, np.allclose, np.array_equal

WIDEST = 1e-2
"""The largest relative tolerance there is: what is wider tells right from wrong no more."""
_HALF = ("float16", "bfloat16")
About = Literal["values", "shape", "error", ""]
_CHANGED = "Your code changed its input."

# What the running check has asked of the student so far; set by the runner.
current_transcript: contextvars.ContextVar[Transcript | None] = contextvars.ContextVar(
    "transcript", default=None
)

# Whether somebody will read what wrong numbers have in common with the right ones; set by the runner.
looks_for_patterns: contextvars.ContextVar[bool] = contextvars.ContextVar("looks_for_patterns", default=True)

# Hears how far each assert_close was from its expected value, where 1 is the edge of the tolerance in effect, and
# says whether to go on although it is too far; set by `course verify`.
comparison_listener: contextvars.ContextVar[Callable[[float], bool] | None] = contextvars.ContextVar(
    "comparison_listener", default=None
)


@dataclass(eq=False)
class CheckFailed(AssertionError):
    """What is wrong, in the order in which a student needs it.

    With ``kind_only`` the values are right and only what they are made of is not: floats where integers are asked for.
    ``about`` says which part of the task a message may quote: of its values, its shape or kind, an error, or none.
    """

    headline: str
    details: tuple[tuple[str, str], ...] = ()
    cause: str = ""
    outcome: Outcome = "failed"
    call: Call | None = None
    kind_only: bool = False
    about: About = ""
    values: tuple[tuple[str, np.ndarray], ...] = ()  # what was compared, for whoever wants every digit

    def __str__(self) -> str:
        return self.text()

    def text(self, *, full: bool = True) -> str:
        """The whole message, or so much of it that it can be read in one look."""
        rows = [] if self.call is None else [call_row(self.call, None if full else ROOM)]
        rows += [row for row in self.details if full or row[1].count("\n") <= ROOM // 2]
        if self.cause:
            rows.append(("perhaps this?", self.cause))
        return "\n".join([self.headline, *(message_row(label, text) for label, text in rows)])

    @property
    def quotes(self) -> About:
        """Which part of the task explains it; none where the input was changed, and all may come of that."""
        return "" if any(label == "changed" for label, _ in self.details) else self.about

    def without_guesses(self) -> CheckFailed:
        """The same, where it is known what went wrong: what is seen stays, and nothing is asked."""
        details = tuple((label, _without_question(label, text)) for label, text in self.details)
        return replace(self, cause="", details=details)


def _without_question(label: str, text: str) -> str:
    """What a row of a message states, without what a pattern asks at its end."""
    return re.sub(r": [^:]*\?$", "", text) if label == "pattern" else text


def message_row(label: str, text: str) -> str:
    """One row of a message: a label, and beside it as many lines as it takes."""
    first, *rest = text.split("\n")
    return "\n".join([f"  {label:<13} {first}", *(f"{'':16}{line}" for line in rest)])


def _the(name: str) -> str:
    """The beginning of a sentence about ``name``, with the comma that ends what is put in after one: "The list of
    losses, each before its step, is wrong."
    """
    outside = re.sub(r"\([^()]*\)|\[[^\[\]]*\]|⟨[^⟨⟩]*⟩", "", name)
    outside = re.sub(r", (?=\S+ = )", " ", outside)  # x = 1, y = 2
    return f"The {name}," if ", " in outside and not name.endswith(",") else f"The {name}"


def _fail(
    value: Any,
    headline: str,
    *details: tuple[str, str],
    cause: str = "",
    outcome: Outcome = "failed",
    about: About = "values",
) -> CheckFailed:
    transcript = current_transcript.get()
    call = transcript.find(value) if transcript is not None else None
    changes = transcript.changes() if transcript is not None and headline != _CHANGED else []
    if changes:  # seen, and likely what all the rest comes of: no guess beside it
        what = f"an argument, {kind(changes[0].mine)}, is not as it was: does your code write into it? Work on a copy"
        rows = [("changed", what)]
        return CheckFailed(headline, (*rows, *details), "", outcome, call)
    return CheckFailed(headline, details, cause, outcome, call, about=about)


def compare_by(statistic: Callable[..., Any], *values: Any, slack: float = 0.05) -> None:
    """Lets misconceptions be told by ``statistic(*values)``, one or more numbers, instead of by every number of the
    last result: what is drawn at random comes out differently for everybody who makes the same mistake.

    Two answers are alike when no number differs by more than ``slack``. Nothing is asserted. Where the values allow no
    statistic, the assertions that follow say so.
    """
    transcript = current_transcript.get()
    if transcript is None:
        return
    try:
        with np.errstate(all="ignore"):
            numbers = np.atleast_1d(np.asarray(statistic(*values), dtype=float)).ravel()
    except Exception:  # whatever the student's values do in it
        return
    if np.isfinite(numbers).all():
        transcript.tell_by(numbers.tolist(), slack)


def assert_close(
    actual: Any,
    expected: Any,
    rtol: float = 1e-6,
    atol: float = 1e-8,
    name: str = "result",
    cause: str = "",
    *,
    nan: bool = False,
) -> None:
    """``actual`` has the shape of ``expected`` and every entry is within ``atol + rtol · |expected|``.

    Lists count as arrays, NumPy scalars as numbers, tensors as arrays. float32 results are compared at float32
    precision, unless zeros, the mean, the signs or the negative would pass for it. Half precision (float16, bfloat16)
    is a wrong dtype, here and in every assertion about numbers, unless an argument of the call was half. NaN and
    infinity must stand where they are expected; that NaN is, the test says with ``nan=True``, for an expected value
    that is computed from what came back would take over the NaN in it. ``rtol`` is at most 0.01.
    """
    if rtol > WIDEST:
        raise ValueError(f"a relative tolerance of {rtol:g} is too wide; {WIDEST:g} is the widest.")
    want = as_array(expected)
    got = _numbers(actual, want, name)
    if got.shape != want.shape:
        pattern = shape_pattern(got, want, rtol, atol)
        raise _wrong_shape(actual, got, want.shape, name, pattern=pattern, about_values=cause)
    if np.isnan(want).any() and not nan:
        raise _fail(
            actual,
            f"{_the(name)} cannot be compared: what is expected of it holds NaN (not a number).",
            cause="the expected value is computed from what your code gave before; is there a NaN in it?",
        )
    rtol, atol = _tolerance(got, want, rtol, atol)
    listener = comparison_listener.get()
    close = _plainly_close(got, want, rtol, atol)
    if close and listener is None:
        return
    wild = ~np.isfinite(got) & np.isfinite(want)
    if wild.any():
        at = _first(wild)
        raise _fail(
            actual,
            f"{_the(name)} is not finite{_at(at)}.",
            ("expected", _number(want[at])),
            ("came back", _number(got[at])),
            cause=cause or _cause_of_infinity(got[wild], want),
        )
    if listener is not None and listener(_deviation(got, want, rtol, atol)):
        return
    if close:
        return
    wrong = ~_isclose(got, want, rtol=rtol, atol=atol, equal_nan=True)
    if not wrong.any():
        return
    if not looks_for_patterns.get():
        raise _fail(actual, f"{_the(name)} is wrong.")
    at = _first(wrong)
    rows = [("expected", f"{_number(want[at])}{_at(at)}"), ("came back", f"{_number(got[at])}{_at(at)}")]
    if want.size > 1:
        with np.errstate(all="ignore"):
            largest = np.nanmax(np.abs(np.asarray(got, dtype=complex) - want)) if wrong.any() else 0.0
        rows.append(("differ", f"{int(wrong.sum())} of {want.size} entries, by up to {largest:.3g}"))
        if want.size <= 60:
            wanted, came_back = describe(want), describe(got)
            if wanted != came_back:  # 1e-60 and 1e-13 look alike beside a 1
                rows += [("all expected", wanted), ("all came back", came_back)]
    exchanged = _exchanged(actual, want, rtol, atol)
    pattern = exchanged or value_pattern(got, want, rtol, atol, _given(actual))
    if exchanged or "?" in pattern:  # what is seen leaves no room for another guess
        cause = ""
    if pattern:
        rows.append(("pattern", pattern))
    failed = _fail(actual, f"{_the(name)} is wrong.", *rows, cause=cause)
    raise replace(failed, values=(("expected", want), ("came_back", got)))


def _plainly_close(got: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> bool:
    """Whether all is finite, floating-point and close, which is nearly always so and a tenth of the work to see."""
    if not _plain(got, want):
        return False
    with np.errstate(all="ignore"):
        allowed = atol + rtol * abs(want)
        return bool((abs(got - want) <= allowed).all() and (allowed < np.inf).all())


def _plain(got: np.ndarray, want: np.ndarray) -> bool:
    """Whether their difference is one of floating-point numbers, which does not wrap around."""
    return want.dtype.kind in "fc" and got.dtype.kind in "iufc"


def _numbers(actual: Any, want: np.ndarray, name: str) -> np.ndarray:
    expected = "a number" if want.ndim == 0 else f"an array of shape {want.shape}"
    if actual is None:
        raise _fail(
            actual,
            f"{_the(name)} is None.",
            ("expected", expected),
            cause="is a return missing?",
            outcome="wrong_type",
            about="",
        )
    try:
        if isinstance(actual, (Handle, str, bytes, dict, set)):
            raise TypeError
        got = as_array(actual)
    except (TypeError, ValueError, RuntimeError):
        raise _fail(
            actual,
            f"{_the(name)} is not made of numbers.",
            ("expected", expected),
            ("came back", describe(actual)),
            cause=_one_by_one(actual) or _with_gradients(actual),
            outcome="wrong_type",
            about="shape",
        ) from None
    half = _half(actual)
    if half and not _asked_in_half(actual):
        raise _fail(
            actual,
            f"{_the(name)} is in half precision.",
            ("expected", f"{expected} in float64 or float32"),
            ("came back", half),
            cause="a dtype of 16 bits, which holds three digits",
            outcome="wrong_type",
            about="",
        )
    if got.dtype.kind == "b" and want.dtype.kind != "b":
        raise _fail(
            actual,
            f"{_the(name)} holds truth values.",
            ("expected", f"{expected} of {want.dtype}"),
            ("came back", describe(actual)),
            cause="a comparison where a number was meant",
            outcome="wrong_type",
            about="shape",
        )
    return got


def _one_by_one(actual: Any) -> str:
    """What to do about an object that gives its items only one after the other; empty for any other."""
    lazy = isinstance(actual, Handle) and re.match(
        r"<(?:\w+\.)?(generator|map|zip|filter|accumulate)\b", describe(actual)
    )
    return f"a {lazy[1]} gives its items one by one: put list(…) around it" if lazy else ""


def _with_gradients(actual: Any) -> str:
    """What to do about a list of tensors of which NumPy makes no numbers; empty where none requires a gradient."""
    parts = list(actual) if isinstance(actual, (list, tuple)) else []
    parts += [
        inner for part in parts if isinstance(part, (list, tuple)) for inner in part
    ]  # no deeper: no end else
    found = any(is_tensor(part) and part.requires_grad for part in parts)
    return (
        "tensors that require gradients, where numbers are meant: loss.item() is the number" if found else ""
    )


def _half(value: Any) -> str:
    """The half precision in which ``value`` or a part of it is; empty when none is."""
    if isinstance(value, (list, tuple)):
        return next(filter(None, map(_half, value)), "")
    if isinstance(value, dict):
        return _half(list(value.values()))
    dtype = str(getattr(value, "dtype", "")).removeprefix("torch.")
    return dtype if dtype in _HALF else ""


def _given(actual: Any) -> Given:
    """What was handed to the call from which ``actual`` came."""
    transcript = current_transcript.get()
    call = transcript.find(actual) if transcript is not None else None
    parts = [] if call is None or call.verb not in ("call", "run") else [*call.args, *call.kwargs.values()]
    arrays = [as_array(part) for part in parts if isinstance(part, np.ndarray) or is_tensor(part)]
    lengths = frozenset(n for array in arrays for n in array.shape)
    products = [product for array in arrays for product in _products(array.shape)]
    pairs = [part for part in parts if isinstance(part, tuple) and 1 < len(part) < 4]
    pairs = [pair for pair in pairs if all(type(n) is int for n in pair)]
    products = [
        (math.prod(pair), f"{' · '.join(map(str, pair))}, of {pair} in the input") for pair in pairs
    ] + products
    if (
        call is not None and call.verb == "run"
    ):  # what is handed to a check's own function may be anything but factors
        parts = []
    kinds = (int, float, np.integer, np.floating)
    numbers = [float(part) for part in parts if isinstance(part, kinds) and not isinstance(part, bool)]
    # 1 is no factor, and ½ and 2 have many reasons
    telling = [x for x in numbers if np.isfinite(x) and abs(x) not in (0, 0.5, 1, 2)]
    seen = arrays if parts else []
    numeric = tuple(array for array in seen if array.dtype.kind in "iufc")
    return Given(lengths, tuple(products), tuple(telling), numeric)


def _products(shape: tuple[int, ...]) -> Iterator[tuple[int, str]]:
    """How many entries an array has, altogether and over some of its axes, and in words."""
    for count in range(len(shape), 1, -1):
        for axes in itertools.combinations(range(len(shape)), count):
            lengths = [shape[axis] for axis in axes]
            if sum(n > 1 for n in lengths) > 1:
                along = "" if count == len(shape) else f" along axes {', '.join(map(str, axes))}"
                product = " · ".join(map(str, lengths))
                yield math.prod(lengths), f"{product}, what an array of the input has{along}"


def _asked_in_half(actual: Any) -> bool:
    """Whether something was in half precision that was handed to the call from which ``actual`` came."""
    transcript = current_transcript.get()
    call = transcript.find(actual) if transcript is not None else None
    return call is not None and bool(_half([*call.args, *call.kwargs.values()]))


def _tolerance(got: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> tuple[float, float]:
    """Widen the tolerance to what the precision of the result can hold.

    Not where this alone would let an answer pass that knows nothing: entries that differ by less than that are
    to be told apart, or the expected value could be replaced by its mean.
    """
    if got.dtype.kind not in "fc" or want.size == 0:
        return rtol, atol
    eps = float(np.finfo(got.dtype).eps)
    if eps < 1e-10:
        return rtol, atol
    finite = np.where(np.isfinite(want), want, 0).astype(complex if want.dtype.kind == "c" else float)
    scale = float(abs(finite).max())
    wide = max(rtol, min(1000 * eps, WIDEST)), max(atol, min(300 * eps, WIDEST) * scale)
    for empty in (0 * finite, finite.mean(), np.sign(finite), -finite):
        off = abs(empty - finite)
        if _within(off, finite, *wide) and not _within(off, finite, rtol, atol):
            return rtol, atol
    return wide


def _within(off: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> bool:
    return bool((off <= atol + rtol * abs(want)).all())


def _deviation(got: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> float:
    """The largest |got − want| / (atol + rtol · |want|)."""
    with np.errstate(all="ignore"):
        plain = (
            float((abs(got - want) / (atol + rtol * abs(want))).max(initial=0.0))
            if _plain(got, want)
            else np.nan
        )
    if np.isfinite(plain):
        return plain
    kind = complex if "c" in (got.dtype.kind, want.dtype.kind) else float
    got, want = got.astype(kind), want.astype(kind)
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    with np.errstate(all="ignore"):
        deviations = np.where(same, 0.0, np.abs(got - want) / (atol + rtol * np.abs(want)))
    return float(np.max(np.where(np.isnan(deviations), np.inf, deviations), initial=0.0))


def _elsewhere(actual: Any, fits: Callable[[np.ndarray], bool]) -> str:
    """Where the one other part of the same result stands that ``fits`` here; empty when there is none."""
    transcript = current_transcript.get()
    call = transcript.find(actual) if transcript is not None else None
    if call is None or call.verb == "run":  # then the parts are the test's own
        return ""
    parts = call.result if isinstance(call.result, (tuple, list)) else ()
    if not 2 <= len(parts) <= MOST_PARTS:
        return ""
    others = [place for place, part in enumerate(parts) if part is not actual and _is_numeric(part)]
    places = [place for place in others if fits(as_array(parts[place]))]
    return f"part [{places[0]}] of what came back" if len(places) == 1 else ""


def _exchanged(actual: Any, want: np.ndarray, rtol: float, atol: float) -> str:
    """What to say when another part of the same result is what is expected here."""
    if not want.size or not is_telling(want):
        return ""
    place = _elsewhere(
        actual, lambda part: part.shape == want.shape and _allclose(part, want, rtol=rtol, atol=atol)
    )
    return f"what is expected here is {place}: mind the order of the parts" if place else ""


def _wrong_shape(
    actual: Any,
    got: np.ndarray,
    shape: tuple[int, ...],
    name: str,
    cause: str = "",
    *,
    pattern: str = "",
    about_values: str = "",
) -> CheckFailed:
    """The failure of an array that has another shape than ``shape``.

    ``cause`` is one of the shape. One ``about_values`` is said where the shape itself tells nothing.
    """
    place = _elsewhere(actual, lambda part: part.shape == shape)
    if place:
        cause = f"{place} has this shape: are the parts in the order of the docstring?"
    rows = [("expected", f"shape {shape}"), ("came back", f"shape {got.shape}")]
    rows += [("pattern", pattern)] if pattern else []
    several = _first_of_several(actual, shape)
    guess = "" if pattern else several or shape_cause(got.shape, shape) or about_values
    headline = f"{_the(name)} has the wrong shape."
    return _fail(actual, headline, *rows, cause=cause or guess, about="shape")


_ONE_IN_A_TUPLE = (
    "a tuple came back, whose one part has this shape: is [0] missing (torch.autograd.grad gives a tuple), "
    "or is there a comma at the end of a line?"
)


def _first_of_several(actual: Any, shape: tuple[int, ...]) -> str:
    """A question where one or several parts came back, and the first of them has the shape that is asked for."""
    if not isinstance(actual, (tuple, list)) or not actual or not _is_numeric(actual[0]):
        return ""
    if as_array(actual[0]).shape != shape:
        return ""
    if len(actual) == 1:
        return _ONE_IN_A_TUPLE if isinstance(actual, tuple) else ""
    return f"{len(actual)} parts came back, and the first has this shape: is it alone asked for (max gives places too)?"


def assert_equal(actual: Any, expected: Any, name: str = "result", cause: str = "") -> None:
    """``actual`` is exactly ``expected``: the same kind of thing and the same value, part by part.

    For integers, strings, truth values, None, and tuples, lists and dicts of them. An integer may come as a
    NumPy integer of any width, a truth value as a NumPy one; integer arrays are compared entry by entry. **Where
    integers are asked for, integers must come back**: 3.0 is not 3, and neither is an array of floats, so the
    docstring of the exercise says "int", "integer" or the dtype. Where it says "number" or "float", use assert_close.
    """
    try:
        found = difference(actual, expected)
    except (TypeError, ValueError, RuntimeError, OverflowError):  # an array of something else than numbers
        found = "", "kind"
    if found is None:
        return
    where, problem = found
    wrong_kind = problem != "value"
    floats = problem == "no integers"
    if floats:
        cause = "integers are asked for: count with dtype=int, divide with //, round with int(…)"
    tell = _with_kind if wrong_kind else describe
    failed = _fail(
        actual,
        f"{_the(name)} is {'of the wrong kind' if wrong_kind else 'wrong'}{' at ' + where if where else ''}.",
        ("expected", tell(expected)),
        ("came back", tell(actual)),
        *_first_difference(actual, expected, where),
        cause=cause or ("is a return missing?" if actual is None else ""),
        outcome="wrong_type" if wrong_kind and not where else "failed",
        about="shape" if wrong_kind and actual is not None else "values",
    )
    raise replace(failed, kind_only=floats)


def _with_kind(value: Any) -> str:
    """The value, and what it is where that is not to be seen: 11 may be an integer of Python or of NumPy."""
    name = type(value).__name__ if isinstance(value, (bool, int, float, complex)) else ""
    name = f"numpy.{value.dtype}" if isinstance(value, np.generic) else name
    return f"{describe(value)} ({name})" if name else describe(value)


def _first_difference(actual: Any, expected: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Where two texts begin to differ, which the eye misses when it is a blank or far from the beginning; what stands
    at the first place where lists or dicts differ, and near it where this is far from the beginning; where two arrays
    differ, and what their entries have in common.
    """
    if where:
        with suppress(
            ValueError, SyntaxError, LookupError, TypeError
        ):  # keys that cannot be read: a row less
            yield from list(_at_the_place(actual, expected, where))
        return
    if isinstance(actual, (list, tuple)) and isinstance(expected, (list, tuple)):
        yield from _lengths(actual, expected)
    if _is_table(actual) and _is_table(expected):
        yield from _array_difference(as_array(actual), as_array(expected))
    if not (isinstance(actual, str) and isinstance(expected, str)):
        return
    pairs = enumerate(zip(actual, expected, strict=False))
    same = next((at for at, (a, e) in pairs if a != e), min(len(actual), len(expected)))
    theirs, mine = (repr(text[same : same + 20]) if text[same:] else "the end" for text in (expected, actual))
    yield "differ", f"from character {same} on: {theirs} is expected, {mine} came back"


def _at_the_place(actual: Any, expected: Any, where: str) -> Iterator[tuple[str, str]]:
    """What stands at a place such as ``[0]['w'][3]``, where it is not seen at once, and beside it."""
    mine, theirs = actual, expected
    keys: list[str] = []
    for key in map(
        ast.literal_eval, re.findall(r"\[('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^\[\]]*)\]", where)
    ):
        if isinstance(key, int) and key > SEEN and isinstance(theirs, (list, tuple)):
            here = slice(key - 2, key + 2)
            near = "".join(f"[{one}]" for one in keys) + f"[{here.start}:{here.stop}]"
            yield (
                "near",
                f"{near}: {show(list(theirs[here]))} is expected, {show(list(mine[here]))} came back",
            )
        mine, theirs, keys = mine[key], theirs[key], [*keys, repr(key)]
    if len(keys) > 1 or (isinstance(theirs, (list, tuple, dict)) and len(theirs) > SEEN):
        yield "differ", f"at {where}: {_line_of(theirs)} is expected, {_line_of(mine)} came back"
    if isinstance(mine, (list, tuple)) and isinstance(theirs, (list, tuple)):
        yield from _lengths(mine, theirs)
    if _is_table(mine) and _is_table(theirs):
        yield from _array_difference(as_array(mine), as_array(theirs))


def _line_of(value: Any) -> str:
    return describe(value).replace("\n", " ")


def _lengths(actual: Sequence[Any], expected: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Of two lists of other lengths: by how much, and where they part."""
    if len(actual) == len(expected):
        return
    pairs = enumerate(zip(actual, expected, strict=False))
    at = next((at for at, (a, e) in pairs if difference(a, e) is not None), min(len(actual), len(expected)))
    parted = f"the first {at} agree" if at else "they differ from the first on"
    yield "differ", f"{len(expected)} parts are expected, {len(actual)} came back; {parted}"


def _is_table(value: Any) -> bool:
    """Whether it is an array with more than one entry."""
    return (
        (isinstance(value, np.ndarray) or is_tensor(value))
        and _is_numeric(value)
        and as_array(value).size > 1
    )


def _array_difference(got: np.ndarray, want: np.ndarray) -> Iterator[tuple[str, str]]:
    if got.shape != want.shape:
        yield "differ", f"in shape: {want.shape} is expected, {got.shape} came back"
        pattern = shape_pattern(got, want, 0.0, 0.0)
    else:
        wrong = got != want
        at = _first(wrong) if wrong.any() else ()
        if at:
            here = f"{want[at]} is expected, {got[at]} came back{_at(at)}"
            yield "differ", f"{int(wrong.sum())} of {want.size} entries: {here}"
        pattern = value_pattern(got, want, 0.0, 0.0) if at else ""
    if pattern:
        yield "pattern", pattern


def assert_shape(actual: Any, shape: tuple[int, ...], name: str = "result", cause: str = "") -> None:
    """``actual`` is an array (or what NumPy makes one of) of this shape."""
    got = (
        _numbers(actual, np.empty(shape, dtype=np.float64), name)
        if not _is_bool_array(actual)
        else as_array(actual)
    )
    if got.shape != tuple(shape):
        raise _wrong_shape(actual, got, tuple(shape), name, cause)


def _is_bool_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == np.bool_


def assert_dtype(actual: Any, dtype: Any, name: str = "result", cause: str = "") -> None:
    """``actual`` is an array or tensor of this dtype (for the few exercises whose point is the dtype)."""
    wanted = (
        str(np.dtype(dtype)) if not str(dtype).startswith("torch.") else str(dtype).removeprefix("torch.")
    )
    got = kind(actual) if isinstance(actual, Handle) else _dtype_of(actual)
    if got != wanted:
        raise _fail(
            actual,
            f"{_the(name)} has the wrong dtype.",
            ("expected", wanted),
            ("came back", got),
            cause=cause,
            about="shape",
        )


def _dtype_of(value: Any) -> str:
    return str(getattr(value, "dtype", type(value).__name__)).removeprefix("torch.")


def assert_object(actual: Any, name: str = "result", cause: str = "") -> None:
    """``actual`` is an object of a class of the student's, not plain data, with which the test itself would compute."""
    if not isinstance(actual, Handle):
        raise _fail(
            actual,
            f"{_the(name)} is no object of your class.",
            ("expected", "an object of the class that the exercise asks for"),
            ("came back", describe(actual)),
            cause=_no_object(actual) or cause,
            outcome="wrong_type",
            about="shape",
        )


def _no_object(actual: Any) -> str:
    """The question for what is plainly no object, in the place of one for numbers."""
    if actual is None:
        return "is a return missing?"
    return (
        "the parts are there: hand them to the class, which makes an object of them"
        if isinstance(actual, (tuple, list))
        else ""
    )


def assert_finite(actual: Any, name: str = "result", cause: str = "") -> None:
    """No NaN and no infinity in ``actual``."""
    got = _numbers(actual, as_array(actual) if _is_numeric(actual) else np.empty(0), name)
    bad = ~np.isfinite(got)
    if bad.any():
        at = _first(bad)
        raise _fail(
            actual,
            f"{_the(name)} is not finite{_at(at)}.",
            ("expected", "finite numbers"),
            ("came back", f"{_number(got[at])}{_at(at)}; {int(bad.sum())} of {got.size} are not finite"),
            cause=cause or _cause_of_infinity(got[bad], np.zeros(1)),
        )


def _cause_of_infinity(found: np.ndarray, want: np.ndarray) -> str:
    """What made these numbers, none of which is finite; infinities may also have been written, to mask something."""
    if np.isnan(found).any():
        return "a division by zero, an overflow of exp, or the logarithm of zero"
    if np.isinf(want).any():
        return "an infinity belongs there as well, but in other entries"
    return "a division by zero, an overflow of exp, the logarithm of zero, or an infinity that masks too much"


def _is_numeric(value: Any) -> bool:
    if isinstance(value, Handle):
        return False
    try:
        as_array(value)
    except (TypeError, ValueError, RuntimeError):
        return False
    return True


def assert_parts(actual: Any, count: int, name: str = "result") -> tuple[Any, ...]:
    """``actual`` is made of ``count`` parts, which are returned for unpacking.

    A tuple or a list has parts, and so has an array or a tensor: the rows along its first axis. So
    ``loss, grad = assert_parts(student.loss_and_grad(x), 2)`` is safe.
    """
    rows = (is_tensor(actual) or isinstance(actual, np.ndarray)) and actual.ndim > 0
    if not (rows or isinstance(actual, (tuple, list))) or len(actual) != count:
        raise _fail(
            actual,
            f"{_the(name)} must have {count} parts.",
            ("expected", f"a tuple of {count}"),
            ("came back", describe(actual)),
            cause="is a return missing?" if actual is None else "",
            outcome="wrong_type",
            about="" if actual is None else "shape",
        )
    return tuple(actual)


def _is_rounded(was: Any, now: Any) -> bool:
    """Whether two arrays differ by no more than what is lost where a number is added and taken away again."""
    a, b = (as_array(value) if is_tensor(value) else value for value in (was, now))
    if not all(isinstance(array, np.ndarray) and array.dtype.kind == "f" for array in (a, b)):
        return False
    return a.shape == b.shape and np.allclose(a, b, rtol=1e-6, atol=1e-12, equal_nan=True)


@contextmanager
def assert_unchanged(*values: Any) -> Iterator[None]:
    """Calls in the block leave their copies of these arrays, tensors, lists and dicts as they were.

    The objects of a test never change by a call; what became of the copies is in the transcript.
    """
    transcript = current_transcript.get()
    before = 0 if transcript is None else max((change.number for change in transcript.changes()), default=0)
    yield
    changes = [] if transcript is None else transcript.changes(since=before)
    for number, value in enumerate(values, start=1):
        parts = mutable_parts((value,), {})
        for was, now, _ in changes:
            if any(was is part for part in parts):
                cause = "an in-place operation (+=, out=, sort(), x[...] = …) on an argument; work on a copy"
                if _is_rounded(was, now):
                    cause = "added and taken away again (+= h, -= h), a number is rounded; work on a copy"
                raise _fail(
                    None,
                    _CHANGED,
                    ("argument", f"number {number} of those that must stay as they are: {kind(value)}"),
                    ("before", show(was)),
                    ("after", show(now)),
                    cause=cause,
                    about="",
                )


def in_place(argument: Any) -> Any:
    """An argument that a call is meant to change, such as ``student.descend(in_place(parameters), gradients)``: what
    became of its copy is done to the test's own object too. Of every other argument nothing comes back.
    """
    return InPlace(argument)


@contextmanager
def assert_raises(*exceptions: type[BaseException], cause: str = "") -> Iterator[None]:
    """The student's code raises one of ``exceptions`` (or a subclass of one) inside the block."""
    wanted = " or ".join(e.__name__ for e in exceptions)
    try:
        yield
    except StudentProblem as problem:
        if problem.outcome in ("not_implemented", "timeout", "memory", "output") or not problem.types:
            raise
        if _is_importing():  # nothing was asked yet
            raise
        if any(e.__name__ in problem.types for e in exceptions):
            return
        raise _fail(
            None,
            "The wrong error is raised.",
            ("expected", f"{wanted}, by raise {exceptions[0].__name__}(…), before another error comes"),
            ("came back", str(problem)),
            cause=cause,
            about="error",
        ) from None
    result = _last_result()
    if _is_error(result):
        raise _fail(
            None,
            "The error is returned, not raised.",
            ("expected", f"raise {wanted}(…)"),
            ("came back", describe(result)),
            about="",
        )
    raise _fail(
        None,
        "No error is raised.",
        ("expected", f"{wanted}, by raise {exceptions[0].__name__}(…)"),
        ("came back", describe(result)),
        cause=cause or "a missing check of the arguments",
        about="error",
    )


def _last_result() -> Any:
    transcript = current_transcript.get()
    return transcript.calls[-1].result if transcript is not None and transcript.calls else None


def _is_importing() -> bool:
    transcript = current_transcript.get()
    return transcript is not None and transcript.is_importing


def _is_error(value: Any) -> bool:
    """Whether it is an exception, or the class of one, that was returned."""
    return isinstance(value, Handle) and value._type.endswith(("Error", "Exception"))


def assert_converges(path: Any, to: Any, tol: float = 1e-3, name: str = "path", cause: str = "") -> None:
    """The last row of ``path`` (steps, …) is within ``tol`` of ``to`` in every entry."""
    target = as_array(to)
    rows = _numbers(path, np.empty((1, *target.shape)), name)
    if rows.ndim != target.ndim + 1 or rows.shape[1:] != target.shape or not len(rows):
        raise _fail(
            path,
            f"{_the(name)} has the wrong shape.",
            ("expected", f"(steps, {', '.join(map(str, target.shape))})".replace(", )", ")")),
            ("came back", f"shape {rows.shape}"),
            about="shape",
        )
    distance = float(np.max(np.abs(rows[-1] - target), initial=0.0))
    if not distance <= tol:
        raise _fail(
            path,
            f"{_the(name)} does not arrive.",
            ("expected", f"within {tol:g} of {show(target)} after {len(rows) - 1} steps"),
            ("came back", f"{show(rows[-1])}, at a distance of {distance:.3g}"),
            cause=cause,
        )


def assert_decreasing(values: Any, slack: float = 0.0, name: str = "sequence", cause: str = "") -> None:
    """No value is above the one before it by more than ``slack``."""
    got = _numbers(values, np.empty(2), name)
    rises = np.flatnonzero(~(got[1:] <= got[:-1] + slack)) if got.ndim == 1 else np.array([0])
    if got.ndim != 1:
        headline = f"{_the(name)} must be one-dimensional."
        raise _fail(values, headline, ("came back", kind(values)), about="shape")
    if rises.size:
        i = int(rises[0])
        raise _fail(
            values,
            f"{_the(name)} rises.",
            ("expected", "each value at most the one before"),
            ("came back", f"{got[i]:.6g} at [{i}], then {got[i + 1]:.6g} at [{i + 1}]"),
            cause=cause,
        )


def assert_between(value: Any, low: float, high: float, name: str = "result", cause: str = "") -> None:
    """``value`` is a number with ``low <= value <= high``."""
    got = _numbers(value, np.empty(()), name)
    if got.shape != ():
        headline = f"{_the(name)} must be one number."
        row = ("came back", describe(value))
        raise _fail(value, headline, row, outcome="wrong_type", about="shape")
    if got.dtype.kind == "c":
        raise _fail(value, f"{_the(name)} is complex.", ("came back", describe(value)), outcome="wrong_type")
    if not low <= float(got) <= high:
        raise _fail(
            value,
            f"{_the(name)} is out of range.",
            ("expected", f"from {low:.6g} to {high:.6g}"),
            ("came back", f"{float(got):.6g}"),
            cause=cause,
        )


def assert_that(condition: Any, headline: str, cause: str = "") -> None:
    """An invariant holds; ``headline`` says, in a sentence for the student, what does not."""
    try:
        holds = not isinstance(condition, Handle) and bool(condition)
    except (TypeError, ValueError, RuntimeError):  # an array has no truth value
        holds = False
    if not holds:
        raise _fail(None, headline, cause=cause, about="" if cause else "values")


def _first(mask: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argwhere(mask)[0])


def _at(index: Sequence[int]) -> str:
    return f" at [{', '.join(map(str, index))}]" if index else ""


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, (float, np.floating, int, np.integer)) else str(value)
