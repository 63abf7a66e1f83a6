"""Answers that know nothing: whole days made by machine, none of which may pass any test.

A test that a constant passes gives points for nothing. So every test meets submissions that refuse everything, that
return nothing, zeros, the mean of what they were given or random numbers, that overwrite their arguments, or that try
to foresee what is expected. The most dangerous have the right shape: the solution answers, and something else is put
in the place of every number.
"""

from __future__ import annotations

import copy
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from course.testing.describing import as_array, is_tensor
from course.verify.foresight import Foresight
from course.verify.stage import Cheat, Question, copied, is_number, leaves

Fill = Literal[
    "zeros", "ones", "the mean of the first array", "the first array", "random numbers", "infinity", "NaN"
]
FILLS: tuple[Fill, ...] = get_args(Fill)
DTYPES = ("float32", "float16", "int64", "bool", "complex128", "float64")
ERRORS = (ValueError, TypeError, IndexError, ZeroDivisionError)
"""Not NotImplementedError: that is the untouched skeleton, which has a phase of its own."""
NOTHING: tuple[Any, ...] = (None, [], "", {})


def cheats(test: Callable[..., None], turn: int, *, training: bool, objects: bool = False) -> list[Cheat]:
    """All whom a test meets; neighbouring tests differ in their ``turn``. A test of a class, one of ``objects``, meets
    those who put something else in their place.

    Every fill comes in the dtype of the right answer and in another one, which take turns: a dtype matters through
    the tolerance only, and no tolerance lets one fill pass and not another (`tests/course/test_assertions.py`). A
    training test does not meet those for whom the solution would have to train.
    """
    at_once: list[Cheat] = [
        *map(Refuse, ERRORS),
        *map(Nothing, NOTHING),
        *(Flat(fill) for fill in FILLS if fill not in ("the first array", "random numbers")),
        *(Flat(fill, like_first=True) for fill in FILLS if fill != "the mean of the first array"),
        *(INSTEAD if objects else ()),
        Foresight(test),
    ]
    if training:
        return at_once
    exchanged = turn // len(DTYPES) % 2 == 0 and "torch" in sys.modules
    turns = [DTYPES[(turn + number) % len(DTYPES)] for number in range(len(FILLS))]
    return [
        *at_once,
        Overwrite(),
        *map(Hollow, FILLS),
        Hollow("zeros", "float32"),
        Hollow("zeros", "float16"),
        *(Hollow(fill, dtype, exchanged) for fill, dtype in zip(FILLS, turns, strict=True)),
    ]


@dataclass(frozen=True)
class Refuse:
    """Raises an error whatever it is asked."""

    error: type[Exception]

    def __str__(self) -> str:
        return f"raises {self.error.__name__}"

    def answer(self, question: Question) -> Any:
        raise self.error("no")


@dataclass(frozen=True)
class Nothing:
    """Returns something empty."""

    value: Any

    def __str__(self) -> str:
        return f"returns {self.value!r}"

    def answer(self, question: Question) -> Any:
        return None if question.name == "__init__" else copy.copy(self.value)


@dataclass(frozen=True)
class Flat:
    """Returns one number, or an array as large as the first one that it was given."""

    fill: Fill
    like_first: bool = False

    def __str__(self) -> str:
        return f"returns {self.fill}, {'as many as the first array has' if self.like_first else 'one number'}"

    def answer(self, question: Question) -> Any:
        if question.name == "__init__":
            return None
        first = _first(question)
        shape = first.shape if self.like_first else ()
        return _values(self.fill, shape, first)[()]


@dataclass(frozen=True)
class Hollow:
    """The right answer with all its numbers replaced; of a method that answers nothing, what it has changed.

    In the dtype of the right answer, or in another one, and perhaps of the other library.
    """

    fill: Fill
    dtype: str = ""
    other_library: bool = False

    def __str__(self) -> str:
        dtype = f" in {self.dtype}" if self.dtype else ""
        library = ", arrays for tensors and tensors for arrays" if self.other_library else ""
        return f"returns {self.fill}{dtype} in the shape of the right answer{library}"

    def answer(self, question: Question) -> Any:
        first, owner = _first(question), question.owner
        before = {} if question.name == "__init__" else copied(_attributes(owner))
        answer = question.truth()
        if answer is None:
            self._replace_changes(owner, before, first)
        return self._emptied(answer, first)

    def _emptied(self, value: Any, first: np.ndarray) -> Any:
        if is_number(value):
            return self._filled(value, first)
        if isinstance(value, str):
            return "" if self.fill == "zeros" else "a" * len(value)
        if isinstance(value, bytes):
            return b"" if self.fill == "zeros" else b"a" * len(value)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*(self._emptied(part, first) for part in value))
        if isinstance(value, (list, tuple)):
            return type(value)(self._emptied(part, first) for part in value)
        if isinstance(value, dict):
            return {key: self._emptied(part, first) for key, part in value.items()}
        if isinstance(value, Iterator):
            return (self._emptied(part, first) for part in value)
        if inspect.isfunction(value):
            return lambda *args, **kwargs: self._emptied(value(*args, **kwargs), first)
        if _attributes(value):
            value = value if _is_network(value) else copy.copy(value)
            self._replace_changes(value, {}, first)
        return value

    def _filled(self, value: Any, first: np.ndarray) -> Any:
        like = as_array(value)
        dtype = self.dtype or str(like.dtype)
        filled = _values(self.fill, like.shape, first, dtype)
        if is_tensor(value) == self.other_library:
            return filled if like.shape or is_tensor(value) else filled[()].item()
        import torch

        tensor = torch.as_tensor(filled)
        learns = getattr(value, "requires_grad", False) and tensor.is_floating_point()
        return tensor.requires_grad_(learns)

    def _replace_changes(self, owner: Any, before: Mapping[str, Any], first: np.ndarray) -> None:
        """Put the fill in the place of what ``owner`` holds and has not held ``before``."""
        if _is_network(owner):
            for parameter in owner.parameters():
                _write(parameter, _values(self.fill, tuple(parameter.shape), first))
            return
        for name, value in _attributes(owner).items():
            if isinstance(value, (list, tuple)):
                for was, now in zip(before.get(name, value), value, strict=False):
                    if _is_array(now) and (was is now or not _same(was, now)):
                        _write(now, _values(self.fill, tuple(now.shape), first))
            elif (_is_array(value) or isinstance(value, (float, complex))) and not _same(
                before.get(name), value
            ):
                setattr(owner, name, self._filled(value, first))


@dataclass(frozen=True)
class Instead:
    """Puts something else in the place of every object of a student's class, and of what is returned: plain data, or an
    object that has every method.
    """

    what: str
    make: Callable[[tuple[Any, ...]], Any]

    def __str__(self) -> str:
        return f"puts {self.what} in the place of objects"

    def answer(self, question: Question) -> Any:
        return self.make(question.given)


class Obliging:
    """An object with every method there is; each of them returns the same, or what it was given."""

    def __init__(self, given: tuple[Any, ...] | None = None) -> None:
        self._given = given

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._given is None:
            return args[0] if args else 0.0
        return np.zeros_like(as_array(self._given[0])) if self._given else 0.0


def _number(given: tuple[Any, ...]) -> complex:
    """Python's own number, made of the numbers that were given."""
    numbers = [one for one in given if isinstance(one, (int, float))]
    return complex(*numbers[:2])


def _array(given: tuple[Any, ...]) -> np.ndarray:
    return np.array(as_array(next(filter(is_number, leaves(given)), 0.0)))


def _tensor(given: tuple[Any, ...]) -> Any:
    torch = sys.modules.get("torch")
    return _array(given) if torch is None else torch.as_tensor(_array(given))


INSTEAD = (
    Instead("a number of Python's", _number),
    Instead("an array", _array),
    Instead("a tensor", _tensor),
    Instead(
        "one whose methods return zeros", lambda given: Obliging(tuple(filter(is_number, leaves(given))))
    ),
    Instead("one whose methods return their argument", lambda given: Obliging()),
)


@dataclass(frozen=True)
class Overwrite:
    """Writes zeros into whatever it is given, so that what is computed from it afterwards is zero as well."""

    def __str__(self) -> str:
        return "writes zeros into its arguments and returns zeros"

    def answer(self, question: Question) -> Any:
        answer = Hollow("zeros").answer(question)
        _erase(list(question.given))
        return answer


def _erase(values: list[Any] | dict[Any, Any]) -> None:
    for key in values if isinstance(values, dict) else range(len(values)):
        value = values[key]
        if _is_array(value):
            _write(value, np.zeros(tuple(value.shape)))
        elif isinstance(value, (list, dict)):
            _erase(value)
        elif isinstance(value, tuple):
            _erase(list(value))
        elif isinstance(value, (int, float)):
            values[key] = 0


def _write(target: Any, values: np.ndarray) -> None:
    """Into the very memory of an array or tensor, if it can be written into."""
    if isinstance(target, np.ndarray):
        if target.flags.writeable:
            target[...] = values.astype(target.dtype)
        return
    import torch

    with torch.no_grad():
        target.copy_(torch.as_tensor(values))


def _first(question: Question) -> np.ndarray:
    """The first array that was given, or the first number, or 1."""
    given = [leaf for leaf in leaves(question.given) if is_number(leaf)]
    arrays = [leaf for leaf in given if _is_array(leaf) and 0 not in leaf.shape]
    return as_array(next(iter([*arrays, *given]), 1.0))


def _values(fill: Fill, shape: tuple[int, ...], first: np.ndarray, dtype: str = "float64") -> np.ndarray:
    match fill:
        case "zeros":
            values = np.zeros(shape)
        case "ones":
            values = np.ones(shape)
        case "the mean of the first array":
            values = np.full(shape, first.mean() if first.size else 0.0)
        case "the first array":
            values = np.resize(first, shape)
        case "random numbers":
            values = np.random.normal(size=shape)
        case "infinity" | "NaN":
            values = np.full(shape, np.inf if fill == "infinity" else np.nan)
            dtype = dtype if dtype.startswith(("float", "complex")) else "float64"  # no integer is infinite
    with np.errstate(all="ignore"):
        return np.asarray(values if dtype.startswith("complex") else values.real).astype(dtype)


def _is_array(value: Any) -> bool:
    return is_number(value) and hasattr(value, "ndim") and not isinstance(value, np.generic)


def _is_network(value: Any) -> bool:
    return hasattr(value, "named_parameters")


def _attributes(value: Any) -> dict[str, Any]:
    """Those of an object of a class of the course."""
    return vars(value) if type(value).__module__.startswith("day") else {}


def _same(was: Any, now: Any) -> bool:
    return np.array_equal(as_array(was), as_array(now)) if is_number(was) else False
