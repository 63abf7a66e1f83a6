"""What an error about shapes is about, in the student's own names: which lengths do not meet, which index is too large.

Shapes are worked out from the names in the expression that failed; nothing of the student's is called for it.
"""

from __future__ import annotations

import ast
import itertools
import linecache
import sys
from collections.abc import Iterator, Mapping
from types import FrameType, TracebackType
from typing import Any

import numpy as np

Shape = tuple[int, ...]
_PRODUCTS = ("dot", "matmul", "mm", "bmm")
_ENTRY_BY_ENTRY = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.Mod, ast.FloorDiv)
_KEEPING = (
    "exp",
    "log",
    "sqrt",
    "abs",
    "tanh",
    "sin",
    "cos",
    "sign",
    "square",
    "sigmoid",
    "relu",
    "copy",
    "clone",
)
_LONGEST = 40  # characters of an expression that is quoted


def misfit(traceback: TracebackType) -> str:
    """What does not fit in the expression that failed; empty where it cannot be told."""
    try:
        node = _failed(traceback)
        return _Reader(traceback.tb_frame).say(node) if node is not None else ""
    except Exception:  # a sentence less; nobody's verdict hangs on it
        return ""


def is_array(value: Any) -> bool:
    """Whether it is an array itself, whose shape can be read without running a student's code."""
    torch = sys.modules.get("torch")
    kinds = (np.ndarray,) if torch is None else (np.ndarray, torch.Tensor, torch.nn.Parameter)
    return type(value) in kinds


def parts_in_one(value: Any) -> str:
    """What a function of a library has given as several results in one, such as np.linalg.svd; empty for all else."""
    kind = type(value)
    if not issubclass(kind, tuple) or not kind.__module__.startswith(("numpy.linalg", "torch.return_types")):
        return ""
    shapes = [str(tuple(part.shape)) for part in value if is_array(part)]
    return f"{len(value)} parts in one {kind.__name__}: {', '.join(shapes)}"


def _failed(traceback: TracebackType) -> ast.expr | None:
    """The expression that was being computed, from the positions that Python keeps of it."""
    code = traceback.tb_frame.f_code
    positions = next(itertools.islice(code.co_positions(), traceback.tb_lasti // 2, None))
    first, last, begin, end = positions
    if first is None or last is None or begin is None or end is None:
        return None
    lines = [line.encode() for line in linecache.getlines(code.co_filename)[first - 1 : last]]
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][begin:]
    statement = ast.parse(
        f"({b''.join(lines).decode().strip()}\n)" if last > first else b"".join(lines).decode()
    ).body[0]
    match statement:
        case ast.Expr(value):
            return value
        case ast.AugAssign(target, op, value):
            return ast.BinOp(target, op, value)
        case ast.Assign([target], _):
            return target
    return None


class _Reader:
    """Shapes and numbers of expressions, as the names of a frame stand for them."""

    def __init__(self, frame: FrameType) -> None:
        self._names: Mapping[str, Any] = {**frame.f_globals, **frame.f_locals}

    def say(self, node: ast.expr) -> str:
        match node:
            case ast.BinOp(left, ast.MatMult(), right):
                return self._product(left, right)
            case ast.BinOp(left, op, right) if isinstance(op, _ENTRY_BY_ENTRY):
                return self._entry_by_entry(left, right, times=isinstance(op, ast.Mult))
            case ast.Call(ast.Attribute(_, name), [left, right, *_]) if name in _PRODUCTS:
                return self._product(left, right)
            case ast.Call(ast.Attribute(left, name), [right]) if name in _PRODUCTS:
                return self._product(left, right)
            case ast.Subscript(value, place):
                return self._index(value, place)
        return ""

    def _product(self, left: ast.expr, right: ast.expr) -> str:
        a, b = self.shape(left), self.shape(right)
        inner = b[-2] if len(b) > 1 else b[0]
        if a[-1] == inner:
            return ""
        said = f"{self._both(left, right)}: the {a[-1]} must meet a {a[-1]}, not the {inner}"
        return f"{said}{self._other_ways(left, right)}"

    def _other_ways(self, left: ast.expr, right: ast.expr) -> str:
        """What else would fit, or that nothing does, of two factors that do not."""
        a, b = self.shape(left), self.shape(right)
        for side, shape in ((left, a), (right, b)):
            if isinstance(side, ast.Attribute) and side.attr == "T" and len(shape) > 2:
                return f"; .T reverses all {len(shape)} axes"
        if len(a) != 2 or len(b) != 2:
            return ""
        if a == b:
            return "; entry by entry, with *, they fit"
        if a[0] == b[1]:
            return "; in the other order they fit"
        if a[1] == b[1]:
            return f"; with the transpose of {_text(right)} they fit"
        if a[0] == b[0]:
            return f"; with the transpose of {_text(left)} they fit"
        return "; transposed they do not fit either"

    def _entry_by_entry(self, left: ast.expr, right: ast.expr, *, times: bool) -> str:
        a, b = self.shape(left), self.shape(right)
        pairs = zip(reversed(a), reversed(b), strict=False)
        m, n = next((m, n) for m, n in pairs if m != n and 1 not in (m, n))
        said = f"{self._both(left, right)}: counted from the right, a {m} stands over a {n}"
        matrices = times and len(a) > 1 and len(b) > 1 and a[-1] == b[-2]
        over = self._over_the_end(left) or self._over_the_end(right)
        if over:
            return f"{said}; {over}"
        if (
            len(a) == len(b) > 1
            and sorted(a) == sorted(b)
            and not _transposed(left)
            and not _transposed(right)
        ):
            return f"{said}; the lengths are the same, in another order"
        return f"{said}; as matrices, with @, they fit" if matrices else said

    def _over_the_end(self, node: ast.expr) -> str:
        """Of a slice of an array that asks for more than there is."""
        if not isinstance(node, ast.Subscript):
            return ""
        held, index = self.value(node.value), self._indices(node.slice)
        if not is_array(held) or any(one is None or one is Ellipsis for one in index):
            return ""
        for axis, (one, length) in enumerate(zip(index, held.shape, strict=False)):
            if isinstance(one, slice) and one.stop is not None and one.stop > length:
                return f"the slice of {_text(node.value)} ends at {one.stop} along axis {axis}, which has only {length}"
        return ""

    def _indices(self, place: ast.expr) -> tuple[Any, ...]:
        """What stands in brackets: numbers, slices of numbers, None and …; raises LookupError for anything else."""
        return tuple(
            self._one_index(one) for one in (place.elts if isinstance(place, ast.Tuple) else [place])
        )

    def _one_index(self, one: ast.expr) -> Any:
        if isinstance(one, ast.Slice):
            ends = (one.lower, one.upper, one.step)
            return slice(*(None if end is None else self._number(end) for end in ends))
        value = self.value(one)
        if value is None or value is Ellipsis or type(value) in (int, slice):
            return value
        raise LookupError

    def _both(self, left: ast.expr, right: ast.expr) -> str:
        a, b = (f"{_text(side)} has shape {self.shape(side)}" for side in (left, right))
        return f"{a}, {b.replace(' has shape', '', 1)}"

    def _index(self, value: ast.expr, place: ast.expr) -> str:
        held = self.value(value)
        if not is_array(held) and type(held) not in (list, tuple):
            return ""
        shape = tuple(held.shape) if is_array(held) else (len(held),)
        has = f"{_text(value)} has " + (f"shape {shape}" if is_array(held) else f"length {shape[0]}")
        places = place.elts if isinstance(place, ast.Tuple) else [place]
        if len(places) > len(shape):
            return f"{has}, and {len(places)} indices stand in the brackets"
        for axis, (one, length) in enumerate(zip(places, shape, strict=False)):
            index = None if isinstance(one, ast.Slice) else self.value(one)
            if isinstance(index, (int, np.integer)) and not -length <= index < length:
                along = f" along axis {axis}" if len(shape) > 1 else ""
                is_now = (
                    f"{_text(one)} is {index}"
                    if not isinstance(one, ast.Constant)
                    else f"{index} is asked for"
                )
                return f"{has}:{along} indices go from 0 to {length - 1}, and {is_now}"
        return ""

    def shape(self, node: ast.expr) -> Shape:
        """Raises LookupError, TypeError or ValueError where it cannot be told."""
        match node:
            case ast.BinOp(left, ast.MatMult(), right):
                return self._of_product(self.shape(left), self.shape(right))
            case ast.BinOp(left, op, right) if isinstance(op, _ENTRY_BY_ENTRY):
                return np.broadcast_shapes(self.shape(left), self.shape(right))
            case ast.UnaryOp(ast.USub(), inner):
                return self.shape(inner)
            case ast.Call(ast.Attribute(ast.Name("np" | "numpy" | "torch"), name), [inner]) if (
                name in _KEEPING
            ):
                return self.shape(inner)
        value = self.value(node)
        if is_array(value):
            return tuple(value.shape)
        if type(value) in (int, float, bool, complex, np.float64):
            return ()
        raise LookupError

    @staticmethod
    def _of_product(a: Shape, b: Shape) -> Shape:
        return (*a[:-1], b[-1]) if len(b) > 1 else a[:-1]

    def value(self, node: ast.expr) -> Any:
        """What a name, an attribute or a number stands for. Raises LookupError for anything else."""
        match node:
            case ast.Constant(value):
                return value
            case ast.UnaryOp(ast.USub(), inner):
                return -self._number(inner)
            case ast.BinOp(left, ast.Add(), right):
                return self._number(left) + self._number(right)
            case ast.BinOp(left, ast.Sub(), right):
                return self._number(left) - self._number(right)
            case ast.Call(ast.Name("len"), [inner]):
                held = self.value(inner)
                return len(held) if type(held) in (list, tuple, str, np.ndarray) else None
            case ast.Name(name):
                return self._names[name]
            case ast.BinOp(left, ast.Mult(), right):
                return self._number(left) * self._number(right)
            case ast.Subscript(inner, place):
                return self._part(self.value(inner), place)
            case ast.Attribute(inner, "T"):
                held = self.value(inner)
                return np.broadcast_to(0, tuple(reversed(held.shape))) if is_array(held) else None
            case ast.Attribute(inner, name):
                return next(part[name] for part in _parts(self.value(inner)) if name in part)
        raise LookupError

    def _part(self, held: Any, place: ast.expr) -> Any:
        """What stands in a dict under a key, or something of the shape of a part of an array."""
        if type(held) is dict and isinstance(place, ast.Constant):
            return held[place.value]
        index = self._indices(place)
        if is_array(held):
            return np.broadcast_to(0, tuple(held.shape))[index]
        if type(held) in (list, tuple) and len(index) == 1 and type(index[0]) is int:
            return held[index[0]]
        raise LookupError

    def _number(self, node: ast.expr) -> int:
        value = self.value(node)
        if type(value) is not int:
            raise LookupError
        return value


def _transposed(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "T"


def _parts(held: Any) -> Iterator[Mapping[str, Any]]:
    """What an object holds itself, and the parameters of a module of PyTorch; no code of its class is run."""
    own = object.__getattribute__(held, "__dict__")
    yield own
    yield own.get("_parameters", {})
    yield own.get("_buffers", {})


def _text(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
