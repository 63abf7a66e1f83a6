"""Plain data: what comes back from student code by value, and the strict format it has on the way.

A value becomes a tree of JSON types plus a list of raw buffers for the bulk (arrays, tensors, bytes).
Nothing in it can carry code: decoding builds numbers, strings, arrays, tensors and containers, and
checks every size against the bytes that really came. What is not plain data is handed to ``escape`` by
the encoder and to ``resolve`` by the decoder, and stays opaque.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

Tree = Any
Buffer = memoryview | bytes | bytearray

MAX_DEPTH = 60
MAX_ITEMS = 2_000_000
SMALL = 2**15  # bytes of an array; copying them costs less than taking a view
ARRAY_KINDS = "biufcUS"
TENSOR_DTYPES = (
    "bool", "uint8", "int8", "int16", "int32", "int64",
    "float16", "bfloat16", "float32", "float64", "complex64", "complex128",
)  # fmt: skip


class NotPlainError(Exception):
    """The value, or the bytes that came for one, are outside the exchange format."""


_JSON = json.JSONEncoder(separators=(",", ":"), check_circular=False)
_read_json = json.JSONDecoder().raw_decode  # without room for blanks around it


def write_tree(tree: Tree) -> bytes:
    """The tree as text. Raises ValueError or RecursionError for what JSON cannot hold."""
    return _JSON.encode(tree).encode("ascii")


def read_tree(data: Buffer) -> Tree:
    """The tree of a text that may come from a hostile process. Raises NotPlainError."""
    try:
        text = str(data, "ascii")
        tree, end = _read_json(text)
    except (ValueError, RecursionError):
        raise NotPlainError("an answer is not in the exchange format") from None
    if end != len(text):
        raise NotPlainError("an answer is not in the exchange format")
    return tree


class Encoder:
    """Turns one value after another into trees that share one list of buffers."""

    def __init__(self, escape: Callable[[Any], Tree]) -> None:
        self._escape = escape
        self._items = 0
        self.buffers: list[Buffer] = []

    def encode(self, value: Any, depth: int = 0) -> Tree:
        """The tree of ``value``. Raises NotPlainError when it is too deep or too large."""
        self._items += 1
        if depth > MAX_DEPTH or self._items > MAX_ITEMS:
            raise NotPlainError("a value is nested too deeply or has too many parts to be handed over")
        kind = type(value)
        if value is None or kind in (bool, str):
            return value
        if kind is int:
            return value if abs(value) < 2**1023 else ["i", hex(value)]
        if kind is float:
            return value
        if kind is complex:
            return ["c", value.real, value.imag]
        if kind is np.ndarray and value.dtype.kind in ARRAY_KINDS:
            return ["a", value.dtype.str, list(value.shape), self._buffer(array_bytes(value))]
        if kind in (bytes, bytearray):
            return ["b", self._buffer(bytes(value))]
        if isinstance(value, np.generic) and value.dtype.kind in ARRAY_KINDS:
            return ["s", value.dtype.str, self._buffer(value.tobytes())]
        if (
            isinstance(value, np.ndarray)
            and value.dtype.kind in ARRAY_KINDS
            and not isinstance(value, np.ma.MaskedArray)
        ):
            return self.encode(np.asarray(value), depth)
        if isinstance(value, tuple):
            return ["t", [self.encode(part, depth + 1) for part in tuple.__iter__(value)]]
        if kind is list:
            return ["l", [self.encode(part, depth + 1) for part in value]]
        if isinstance(value, dict):
            return [
                "d",
                [[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in dict.items(value)],
            ]
        if kind in (set, frozenset):
            return ["e", [self.encode(part, depth + 1) for part in value]]
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.Tensor) and is_plain_tensor(value, torch):
            return self._tensor(value, torch)
        return self._escape(value)

    def _buffer(self, data: Buffer) -> int:
        self.buffers.append(data)
        return len(self.buffers) - 1

    def _tensor(self, tensor: Any, torch: Any) -> Tree:
        dtype, shape, requires_grad, data = tensor_bytes(tensor, torch)
        return ["T", dtype, shape, requires_grad, self._buffer(data)]


def array_bytes(array: np.ndarray) -> Buffer:
    """The numbers in C order; a large array in C order is not copied."""
    if array.nbytes < SMALL:
        return array.tobytes()
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def array_from(dtype: str, shape: Sequence[int], data: Buffer) -> np.ndarray:
    """An array with memory of its own. Raises ValueError when the sizes do not fit."""
    kind = np.dtype(dtype)
    return np.frombuffer(_own(data), kind).reshape(shape) if kind.itemsize else np.zeros(shape, kind)


def is_plain_tensor(tensor: Any, torch: Any) -> bool:
    """Whether it can be handed over by value."""
    return (
        tensor.device.type == "cpu"
        and tensor.layout is torch.strided
        and str(tensor.dtype).removeprefix("torch.") in TENSOR_DTYPES
    )


def tensor_bytes(tensor: Any, torch: Any) -> tuple[str, list[int], bool, Buffer]:
    """What ``tensor_from`` needs: dtype, shape, whether it requires a gradient, the numbers in C order."""
    flat = tensor.detach().resolve_conj().resolve_neg().contiguous().reshape(-1)
    data = array_bytes(flat.view(torch.uint8).numpy()) if flat.numel() else b""
    dtype = str(tensor.dtype).removeprefix("torch.")
    return dtype, list(tensor.shape), bool(tensor.requires_grad), data


def tensor_from(dtype: str, shape: list[int], requires_grad: bool, data: Buffer) -> Any:
    """A leaf tensor with memory of its own. Raises ValueError or RuntimeError when the sizes do not fit."""
    import torch

    own, kind = _own(data), getattr(torch, dtype)
    flat = torch.frombuffer(own, dtype=kind) if own else torch.empty(0, dtype=kind)
    tensor = flat.reshape(shape)
    return tensor.requires_grad_() if requires_grad else tensor


class Decoder:
    """Rebuilds values from trees and buffers that may come from a hostile process."""

    def __init__(self, buffers: Sequence[Buffer], resolve: Callable[[list[Any]], Any]) -> None:
        self._buffers = buffers
        self._resolve = resolve

    def decode(self, tree: Tree, depth: int = 0) -> Any:
        """The value of ``tree``. Raises NotPlainError for anything malformed."""
        if depth > 2 * MAX_DEPTH + 4:
            raise NotPlainError("a value is nested too deeply")
        if tree is None or type(tree) in (bool, int, float, str):
            return tree
        if type(tree) is not list or not tree or type(tree[0]) is not str:
            raise NotPlainError("a value has an unknown form")
        decode = _DECODERS.get(tree[0])
        try:
            return decode(self, depth + 1, *tree[1:]) if decode else self._resolve(tree)
        except NotPlainError:
            raise
        except (TypeError, ValueError, OverflowError, IndexError, RuntimeError, MemoryError) as error:
            raise NotPlainError(f"a value is malformed ({type(error).__name__})") from None

    def _bytes(self, index: int) -> Buffer:
        if type(index) is not int or not 0 <= index < len(self._buffers):
            raise NotPlainError("a value refers to bytes that did not come")
        return self._buffers[index]

    def _integer(self, depth: int, digits: str) -> int:
        return int(digits, 16)

    def _complex(self, depth: int, real: float, imag: float) -> complex:
        return complex(float(real), float(imag))

    def _raw(self, depth: int, index: int) -> bytes:
        return bytes(self._bytes(index))

    def _scalar(self, depth: int, dtype: str, index: int) -> Any:
        return np.frombuffer(self._bytes(index), dtype=_checked_dtype(dtype), count=1)[0]

    def _array(self, depth: int, dtype: str, shape: list[int], index: int) -> np.ndarray:
        return array_from(_checked_dtype(dtype), _shape(shape), self._bytes(index))

    def _tensor(self, depth: int, dtype: str, shape: list[int], requires_grad: bool, index: int) -> Any:
        if dtype not in TENSOR_DTYPES:
            raise NotPlainError("a tensor has a dtype outside the exchange format")
        return tensor_from(dtype, list(_shape(shape)), requires_grad is True, self._bytes(index))

    def _tuple(self, depth: int, parts: list[Tree]) -> tuple[Any, ...]:
        return tuple(self.decode(part, depth) for part in parts)

    def _list(self, depth: int, parts: list[Tree]) -> list[Any]:
        return [self.decode(part, depth) for part in parts]

    def _dict(self, depth: int, parts: list[list[Tree]]) -> dict[Any, Any]:
        return {self.decode(key, depth): self.decode(value, depth) for key, value in parts}

    def _set(self, depth: int, parts: list[Tree]) -> set[Any]:
        return {self.decode(part, depth) for part in parts}


_DECODERS: dict[str, Callable[..., Any]] = {
    "i": Decoder._integer,
    "c": Decoder._complex,
    "b": Decoder._raw,
    "s": Decoder._scalar,
    "a": Decoder._array,
    "T": Decoder._tensor,
    "t": Decoder._tuple,
    "l": Decoder._list,
    "d": Decoder._dict,
    "e": Decoder._set,
}


def _own(data: Buffer) -> bytearray:
    """Bytes that may be written to: those that came from a socket as they are, a copy of anything else."""
    return data if type(data) is bytearray else bytearray(data)


def _checked_dtype(text: str) -> str:
    if type(text) is not str or len(text) > 12 or not _is_array_dtype(text):
        raise NotPlainError("an array has a dtype outside the exchange format")
    return text


@lru_cache(maxsize=64)
def _is_array_dtype(text: str) -> bool:
    dtype = np.dtype(text)
    return dtype.kind in ARRAY_KINDS and not dtype.names


def _shape(shape: Any) -> tuple[int, ...]:
    if type(shape) is not list or len(shape) > 32 or any(type(n) is not int or n < 0 for n in shape):
        raise NotPlainError("an array has a malformed shape")
    return tuple(shape)
