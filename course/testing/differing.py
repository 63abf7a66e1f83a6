"""Where a value first differs from the expected one, and in what, part by part: the comparison of ``assert_equal``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from course.testing.describing import as_array, is_tensor
from course.worker.near.handle import Handle

Difference = tuple[str, str]  # where, and in what: kind, value, or no integers
_array_equal = np.array_equal  # bound now: in process, a submission may replace it in NumPy later


def difference(actual: Any, expected: Any, where: str = "") -> Difference | None:
    """Where the two first differ, and in what: kind, value, or no integers; None when they are equal."""
    compare = next((how for kind, how in _COMPARISONS if isinstance(expected, kind)), _of_its_type)
    return (_arrays if is_tensor(expected) else compare)(actual, expected, where)


def _arrays(actual: Any, expected: Any, where: str) -> Difference | None:
    try:
        if isinstance(actual, (Handle, str, dict)) or actual is None:
            return where, "kind"
        got, want = as_array(actual), as_array(expected)
    except (TypeError, ValueError, RuntimeError):
        return where, "kind"
    if got.shape != want.shape or not bool(_array_equal(got, want)):
        return where, "value"
    if want.dtype.kind == "b" and got.dtype.kind != "b" and got.size:
        return where, "kind"
    are_floats = want.dtype.kind in "iu" and got.dtype.kind in "fcb" and got.size
    return (where, "no integers") if are_floats else None


def _truth_values(actual: Any, expected: Any, where: str) -> Difference | None:
    actual = _without_dimensions(actual)
    if not isinstance(actual, (bool, np.bool_)):
        return where, "kind"
    return None if bool(actual) == bool(expected) else (where, "value")


def _integers(actual: Any, expected: Any, where: str) -> Difference | None:
    actual = _without_dimensions(actual)
    if isinstance(actual, (float, np.floating)) and float(actual) == int(expected):
        return where, "no integers"
    if isinstance(actual, (bool, np.bool_)) or not isinstance(actual, (int, np.integer)):
        return where, "kind"
    return None if int(actual) == int(expected) else (where, "value")


def _without_dimensions(actual: Any) -> Any:
    """The number or truth value in an array without dimensions."""
    is_array = is_tensor(actual) or isinstance(actual, np.ndarray)
    return as_array(actual)[()] if is_array and actual.ndim == 0 else actual


def _sequences(actual: Any, expected: Any, where: str) -> Difference | None:
    if isinstance(actual, np.ndarray) or is_tensor(actual):
        if actual.ndim and len(actual) != len(expected):  # and not made a list first, which may be enormous
            return where, "value"
        actual = as_array(actual).tolist()
    if not isinstance(actual, (list, tuple)):
        return where, "kind"
    if len(actual) != len(expected):
        return where, "value"
    return _first((actual[at], expected[at], f"{where}[{at}]") for at in range(len(expected)))


def _dicts(actual: Any, expected: Any, where: str) -> Difference | None:
    if not isinstance(actual, dict):
        return where, "kind"
    if actual.keys() != expected.keys():
        return where, "value"
    return _first((actual[key], expected[key], f"{where}[{key!r}]") for key in expected)


def _first(parts: Iterable[tuple[Any, Any, str]]) -> Difference | None:
    return next((found for part in parts if (found := difference(*part)) is not None), None)


def _of_its_type(actual: Any, expected: Any, where: str) -> Difference | None:
    if type(actual) is not type(expected):
        return where, "kind"
    return None if actual == expected else (where, "value")


_COMPARISONS: tuple[tuple[Any, Callable[[Any, Any, str], Difference | None]], ...] = (
    (np.ndarray, _arrays),
    ((bool, np.bool_), _truth_values),  # before integers, which a bool is as well
    ((int, np.integer), _integers),
    ((list, tuple), _sequences),
    (dict, _dicts),
)
