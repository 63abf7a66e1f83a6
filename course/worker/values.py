"""Plain data: what crosses between a test and student code by value, and the strict format it has on the
way.

A value becomes a tree of JSON types plus a list of raw buffers for the bulk (arrays, tensors, bytes).
Nothing in it can carry code: decoding builds numbers, strings, arrays, tensors and containers, and
checks every size against the bytes that really came. What is not plain data is handed to ``escape`` by
the encoder and to ``resolve`` by the decoder: opaque handles in both directions, and, only on the way
*to* student code, functions and models of the test.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Tree = Any
Buffer = memoryview | bytes | bytearray

MAX_DEPTH = 60
MAX_ITEMS = 2_000_000
ARRAY_KINDS = "biufcUS"
TENSOR_DTYPES = (
    "bool", "uint8", "int8", "int16", "int32", "int64",
    "float16", "bfloat16", "float32", "float64", "complex64", "complex128",
)  # fmt: skip


class NotPlainError(Exception):
    """The value, or the bytes that came for one, are outside the exchange format."""


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
        if kind in (bytes, bytearray):
            return ["b", self._buffer(bytes(value))]
        if isinstance(value, np.generic) and value.dtype.kind in ARRAY_KINDS:
            return ["s", value.dtype.str, self._buffer(value.tobytes())]
        if (
            isinstance(value, np.ndarray)
            and value.dtype.kind in ARRAY_KINDS
            and not isinstance(value, np.ma.MaskedArray)
        ):
            return self._array(np.asarray(value))
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
        if torch is not None and isinstance(value, torch.Tensor) and _is_plain_tensor(value, torch):
            return self._tensor(value, torch)
        return self._escape(value)

    def _buffer(self, data: Buffer) -> int:
        self.buffers.append(data)
        return len(self.buffers) - 1

    def _array(self, array: np.ndarray) -> Tree:
        contiguous = np.ascontiguousarray(array)
        data: Buffer = contiguous.reshape(-1).view(np.uint8).data if array.nbytes else b""
        return ["a", array.dtype.str, list(array.shape), self._buffer(data)]

    def _tensor(self, tensor: Any, torch: Any) -> Tree:
        flat = tensor.detach().resolve_conj().resolve_neg().contiguous().reshape(-1)
        data = memoryview(flat.view(torch.uint8).numpy()) if flat.numel() else b""
        dtype = str(tensor.dtype).removeprefix("torch.")
        return ["T", dtype, list(tensor.shape), bool(tensor.requires_grad), self._buffer(data)]


def _is_plain_tensor(tensor: Any, torch: Any) -> bool:
    return (
        tensor.device.type == "cpu"
        and tensor.layout is torch.strided
        and str(tensor.dtype).removeprefix("torch.") in TENSOR_DTYPES
    )


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
        return np.frombuffer(self._bytes(index), dtype=_array_dtype(dtype), count=1)[0]

    def _array(self, depth: int, dtype: str, shape: list[int], index: int) -> np.ndarray:
        data, kind = self._bytes(index), _array_dtype(dtype)
        if kind.itemsize == 0:
            return np.zeros(_shape(shape), dtype=kind)
        return np.frombuffer(_own(data), dtype=kind).reshape(_shape(shape))

    def _tensor(self, depth: int, dtype: str, shape: list[int], requires_grad: bool, index: int) -> Any:
        import torch

        if dtype not in TENSOR_DTYPES:
            raise NotPlainError("a tensor has a dtype outside the exchange format")
        data, kind = _own(self._bytes(index)), getattr(torch, dtype)
        flat = torch.frombuffer(data, dtype=kind) if data else torch.empty(0, dtype=kind)
        tensor = flat.reshape(_shape(shape))
        return tensor.requires_grad_(requires_grad) if requires_grad is True else tensor

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


def _array_dtype(text: str) -> np.dtype[Any]:
    if type(text) is not str or len(text) > 12:
        raise NotPlainError("an array has a dtype outside the exchange format")
    dtype = np.dtype(text)
    if dtype.kind not in ARRAY_KINDS or dtype.names:
        raise NotPlainError("an array has a dtype outside the exchange format")
    return dtype


def _shape(shape: Any) -> tuple[int, ...]:
    if type(shape) is not list or len(shape) > 32 or any(type(n) is not int or n < 0 for n in shape):
        raise NotPlainError("an array has a malformed shape")
    return tuple(shape)
