"""What a test asked of student code, as it could be typed: the call first, then what stands behind its names.

An attribute has no parentheses, an operator its sign, an object the call that made it, and what a check ran beside
the student's code says so.
"""

from __future__ import annotations

import dis
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from course.testing.describing import SMALL, as_array, describe, is_tensor, kind, show, spell
from course.worker.near.handle import FUNCTIONS, Call, Handle

WIDTH = 60  # of a value: below a call stand twenty blanks before it, on a terminal of eighty columns
SCREEN = 100  # characters of a line of a terminal, about
SHORT = 40  # characters of a value that stands between the parentheses
MOST = 60  # numbers of a value that is spelt out where there is room
USUAL = {"np": ("float64", "int64", "bool", "complex128"), "torch": ("float32", "int64", "bool")}
DEEP = 4  # objects made of objects made of objects; what lies deeper is shown by its class
SIGNS = {
    **{"add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**"},
    **{"matmul": "@", "and_": "&", "or_": "|", "xor": "^", "lt": "<", "le": "<=", "gt": ">", "ge": ">="},
    **{"eq": "==", "ne": "!=", "iadd": "+=", "isub": "-=", "imul": "*=", "itruediv": "/="},
}
BEFORE = {"neg": "-", "pos": "+", "invert": "~"}


def call_row(call: Call, lines: int | None = None) -> tuple[str, str]:
    """Label and text of a message's row about a call.

    ``lines`` is how much room there is below the call: the shortest inputs are shown first, and of those that no
    longer fit only what they are.
    """
    if call.verb != "run":
        return "called", describe_call(call, lines)
    head, *below = describe_call(call, lines).split("\n")
    asked = " and ".join(_asked(call))
    return "the check ran", "\n".join([f"{head}, which calls your {asked}" if asked else head, *below])


def describe_call(call: Call, lines: int | None = None) -> str:
    """The call as it could be typed, with its larger arguments and its objects spelt out below."""
    spelling = _Spelling()
    try:
        head = spelling.call(call)
        return "\n".join([head, *(textwrap.indent(text, "    ") for text in spelling.below(lines))])
    except Exception:  # an argument that cannot be written down: the check's verdict does not hang on it
        return f"{call.label}(…)"


def _asked(call: Call) -> tuple[str, ...]:
    """Names of the student's functions that a driver uses: those it reads from the module, or is told to look up."""
    code = call.of.__code__
    module, found, before = code.co_varnames[0], dict[str, None](), None
    for step in _steps(code):
        if step.opname in ("LOAD_ATTR", "LOAD_METHOD") and before == module:
            found[step.argval] = None
        before = step.argval
    told = [arg for arg in call.args if isinstance(arg, str)] if "getattr" in code.co_names else []
    return tuple(name for name in (*found, *told[:1]) if not name.startswith("_"))


def _steps(code: CodeType) -> Iterator[dis.Instruction]:
    """What a function does, functions and comprehensions in it included, where they stand."""
    for step in dis.get_instructions(code):
        yield step
        if isinstance(step.argval, CodeType):
            yield from _steps(step.argval)


class _Spelling:
    """The names that are in use in one message, and what stands behind them."""

    def __init__(self) -> None:
        self._objects: dict[int, str] = {}
        self._below: list[tuple[str, Any]] = []
        self._values = 0
        self._depth = 0

    def call(self, call: Call) -> str:
        if call.verb == "operator":
            return self._operation(call)
        label = call.label
        if isinstance(call.of, Handle) and call.of._type not in FUNCTIONS:
            label = self.object(call.of) + label.removeprefix(call.of._label)
        if call.verb == "get":
            return label
        if call.verb == "set":
            return f"{label} {self.value(call.args[0])}"
        named = [f"{name}={self.value(value, name)}" for name, value in call.kwargs.items()]
        return f"{label}({', '.join([*map(self.value, call.args), *named])})"

    def object(self, handle: Handle) -> str:
        """The name of an object; how it was made is written below."""
        origin = handle._origin
        if handle._number in self._objects:
            return self._objects[handle._number]
        if handle._type in FUNCTIONS:
            return str(handle._label)
        if origin is not None and origin.verb == "operator" and origin.label == "iter":
            return self.value(origin.args[0])
        if origin is None or self._depth == DEEP:
            return f"<{handle._type} object>"
        name = next(n for n in _numbered(handle._label) if n not in self._objects.values())
        self._objects[handle._number] = name
        self._depth += 1
        place = len(self._below)
        made = self.call(origin)
        self._below.insert(place, (name, _Code(made)))
        self._depth -= 1
        return name

    def value(self, value: Any, name: str = "") -> str:
        """A short value itself; the name of a longer one, which is written below."""
        if isinstance(value, Handle):
            return self.object(value)
        if isinstance(value, FunctionType) and not value.__name__.isidentifier():
            code = value.__code__
            return self._tell("f", f"the lambda in {Path(code.co_filename).name}, line {code.co_firstlineno}")
        if isinstance(value, np.random.Generator):
            return self._tell("rng", "a random generator of NumPy")
        if callable(value):
            called = getattr(value, "__name__", "")
            return called or self._tell(
                type(value).__name__.lower(), f"a {type(value).__name__} of the check"
            )
        if not isinstance(value, (np.ndarray, dict)) and not is_tensor(value):
            short = show(value)
            room = 30 if isinstance(value, (list, tuple)) else SHORT
            if len(short) <= room and "\n" not in short:
                return short
        if not name:
            self._values += 1
            name = f"x{self._values}"
        self._below.append((name, value))
        return name

    def _tell(self, name: str, what: str) -> str:
        """A name for what no code of one line makes."""
        taken = [name for name, _ in self._below]
        name = next(n for n in _numbered(name) if n not in taken)
        self._below.append((name, _Told(what)))
        return name

    def _operation(self, call: Call) -> str:
        words = [self.value(arg) for arg in call.args]
        match call.label, words:
            case ("getitem", [x, key]):
                return f"{x}[{key}]"
            case ("setitem", [x, key, value]):
                return f"{x}[{key}] = {value}"
            case ("contains", [x, item]):
                return f"{item} in {x}"
            case ("enter" | "exit", [x]):
                return f"with {x}:"
            case (name, [x]) if name in BEFORE:
                return f"{BEFORE[name]}{x}"
            case (name, [x, y]) if name in SIGNS:
                return f"{x} {SIGNS[name]} {y}"
        return f"{call.label}({', '.join(words)})"

    def named(self) -> list[tuple[str, Any]]:
        """The names that stand for values, with these."""
        return [(name, value) for name, value in self._below if not isinstance(value, (_Code, _Told))]

    def below(self, lines: int | None) -> Iterator[str]:
        """A text for each name, the longest ones cut down to what they are when there is no room for all."""
        most = MOST if lines is None else SMALL
        texts = [_definition(name, value, most) for name, value in self._below]
        heights = [sum(1 + len(line) // SCREEN for line in text.split("\n")) for text in texts]
        left = float("inf") if lines is None else lines - len(texts)
        for place in sorted(range(len(texts)), key=heights.__getitem__):
            left -= heights[place] - 1
            if left < 0 and heights[place] > 1:
                name, value = self._below[place]
                texts[place] = f"{name}: {_outline(value)}"
        yield from texts


class _Code(str):
    """The call that made an object."""


class _Told(str):
    """What something is, where no code says it."""


def _definition(name: str, value: Any, most: int) -> str:
    """The value behind a name: code where it has at most so many numbers, else what it is and how it begins."""
    if isinstance(value, _Code):
        return f"{name} = {value}"
    if isinstance(value, _Told):
        return f"{name}: {value}"
    if isinstance(value, (list, tuple, dict)) and _is_plain(value):
        return f"{name} = {spell(value)}"
    if _count(value) > most:
        return f"{name}: {describe(value)}"
    if isinstance(value, (list, tuple, dict)):
        return f"{name} = {_container_code(value)}"
    if isinstance(value, np.ndarray) or is_tensor(value):
        return _array_code(name, value)
    return f"{name} = {describe(value)}"


def _is_plain(value: Any) -> bool:
    """Whether it is made of a few numbers and words only, so that Python's own spelling of it is short."""
    if isinstance(value, (list, tuple)):
        return len(value) <= SMALL and all(map(_is_plain, value))
    if isinstance(value, dict):
        return _is_plain(list(value.items()))
    return (
        value is None
        or isinstance(value, (bool, int, float))
        or (isinstance(value, str) and len(value) < SMALL)
    )


def _count(value: Any) -> float:
    """How many numbers it is made of; infinitely many when there is more in it than code can say, as in a list that
    is too long whatever its parts are: nobody counts those of a list of fifty thousand.
    """
    if isinstance(value, np.ndarray):
        return value.size if value.dtype.kind in "biufc" else float("inf")
    if is_tensor(value):
        plain = not (value.is_sparse or value.is_nested or value.is_quantized)
        return value.numel() if plain else float("inf")
    if isinstance(value, (dict, list, tuple)) and len(value) > MOST:
        return float("inf")
    if isinstance(value, dict):
        return sum(map(_count, value.values())) if all(map(_is_plain, value)) else float("inf")
    if isinstance(value, (list, tuple)):
        return sum(map(_count, value))
    return 1 if _is_plain(value) else float("inf")


def _container_code(value: Any) -> str:
    """A dict, list or tuple with arrays in it as code, a line for each part."""
    if isinstance(value, dict):
        parts = [f"{spell(key)}: {_part_code(part)}" for key, part in value.items()]
    else:
        parts = [_part_code(part) for part in value]
    opened, closed = "{}" if isinstance(value, dict) else "[]" if isinstance(value, list) else "()"
    return "\n".join([opened, *(textwrap.indent(f"{part},", " " * 4) for part in parts), closed])


def _part_code(value: Any) -> str:
    if isinstance(value, (dict, list, tuple)) and not _is_plain(value):
        return _container_code(value)
    if isinstance(value, np.ndarray) or is_tensor(value):
        maker, text, dtype, _ = _array_words(value, len("    "))
        return f"{maker}({text}{dtype})"
    return spell(value)


def values_of(call: Call) -> dict[str, np.ndarray]:
    """The arrays behind the names that `describe_call` uses, each under the expression that gives it."""
    spelling = _Spelling()
    spelling.call(call)
    return {name: array for place, value in spelling.named() for name, array in arrays_in(place, value)}


def arrays_in(place: str, value: Any) -> Iterator[tuple[str, np.ndarray]]:
    """Every array that stands in a value, with the expression that leads to it from ``place``."""
    if isinstance(value, np.ndarray):
        yield place, value
    elif is_tensor(value):
        if _count(value) < float("inf"):  # no array is made of a sparse or a nested one
            yield place, as_array(value)
    elif isinstance(value, (dict, list, tuple)):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in pairs:
            yield from arrays_in(f"{place}[{key!r}]", part)


def _outline(value: Any) -> str:
    """What it is, without what it holds."""
    if isinstance(value, (list, tuple)):
        more = ", …" if len(value) > 6 else ""
        return f"{kind(value)}: {', '.join(map(kind, value[:6]))}{more}"
    return kind(value)


def _array_code(name: str, value: Any) -> str:
    """The array as code, its kind as a comment where a terminal does not break the line."""
    maker, text, dtype, what = _array_words(value, len("    "))
    short = f"{name} = {maker}({text}{dtype})  # {what}"
    if "\n" not in short and len(short) <= WIDTH:
        return short
    return f"{name} = {maker}(  # {what}\n    {text}{dtype})"


def _array_words(value: Any, indent: int) -> tuple[str, str, str, str]:
    """What makes it, of which numbers, in which dtype when that is not the usual one, and what it is."""
    array = as_array(value)
    dtype = str(value.dtype).removeprefix("torch.")
    library = "torch" if is_tensor(value) else "np"
    maker = "torch.tensor" if is_tensor(value) else "np.array"
    text = np.array2string(
        array,
        precision=5,
        separator=", ",
        prefix=" " * indent,
        max_line_width=WIDTH,
        threshold=max(array.size, 1),
    )
    text = re.sub(r"\b(nan|inf)\b", rf"{library}.\1", text)
    if not array.size:
        maker, text = f"{library}.zeros", str(array.shape)
    usual = dtype in USUAL[library]
    return maker, text, "" if usual else f", dtype={library}.{dtype}", f"{dtype}, shape {array.shape}"


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}{number}"
        number += 1
