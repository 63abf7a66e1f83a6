"""Plain data: what comes back from student code by value, and the strict format it has on the way.

A value becomes a tree of JSON types plus a list of raw buffers for the bulk (arrays, tensors, bytes).
Nothing in it can carry code: decoding builds numbers, strings, arrays, tensors and containers, and
checks every size against the bytes that really came, every part against the limits below. What is not plain data
is handed to ``escape`` by the encoder and to ``resolve`` by the decoder, and stays opaque.

The same limits hold when a value is written and when it is read: an honest value that is too large is told so by the
encoder, in words for its author; a hostile process has an encoder of its own.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

Tree = Any
Buffer = memoryview | bytes | bytearray

MAX_DEPTH = 60
MAX_ITEMS = 200_000  # numbers, strings and containers; an array is one, however large
MAX_TEXT = 4 * 2**20  # bytes of a tree that is written down
MAX_BYTES = 512 * 2**20  # of all arrays, tensors and bytes together
MAX_BUFFERS = 20_000  # arrays, tensors and bytes
MAX_BITS = 2**17  # of an integer
MAX_SAME_HASH = 40  # keys of a dict or members of a set with one hash: each is compared with all of them
PER_ITEM = 64  # characters of a string, or digits of a large integer, that count as one part
LARGE = 10_000  # parts, from which on it is worth looking how long the text becomes
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
    """The tree as text. Raises ValueError or RecursionError for what JSON cannot hold, NotPlainError when it becomes
    too long.
    """
    text = _JSON.encode(tree).encode("ascii")
    if len(text) > MAX_TEXT:
        raise NotPlainError(
            f"written down it takes more than {MAX_TEXT // 2**20} MiB; return NumPy arrays or tensors, which are not "
            "written down, or less text"
        )
    return text


def read_tree(data: Buffer) -> Tree:
    """The tree of a text that may come from a hostile process. Raises NotPlainError."""
    if len(data) > MAX_TEXT:
        raise NotPlainError("an answer is too large")
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
        self._bytes = 0
        self.buffers: list[Buffer] = []

    @property
    def is_large(self) -> bool:
        """Whether the text of what was encoded might be too long."""
        return self._items > LARGE

    def encode(self, value: Any, depth: int = 0) -> Tree:
        """The tree of ``value``. Raises NotPlainError when it is too deep or too large."""
        self._count(1)
        if depth > MAX_DEPTH:
            raise NotPlainError(f"it is nested too deeply, more than {MAX_DEPTH} levels")
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is str:
            self._count(len(value) // PER_ITEM)
            return value
        if kind is int:
            return value if abs(value) < 2**1023 else self._large_integer(value)
        if kind is float:
            return value
        if kind is complex:
            return ["c", value.real, value.imag]
        if kind is np.ndarray and value.dtype.kind in ARRAY_KINDS:
            return ["a", value.dtype.str, list(value.shape), self._buffer(array_bytes(value))]
        if kind in (bytes, bytearray):
            return ["b", self._buffer(bytes(value))]
        if isinstance(value, np.generic) and value.dtype.kind in ARRAY_KINDS:
            return self._scalar(value)
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
        if torch is not None and isinstance(value, torch.Tensor):
            if value.device.type != "cpu":
                raise NotPlainError(
                    f"it is on the device {str(value.device)!r}, and checks run on the CPU; leave the device out, or "
                    "take it only where torch.cuda.is_available() says so"
                )
            if is_plain_tensor(value, torch):
                return self._tensor(value, torch)
        return self._escape(value)

    def _count(self, parts: int) -> None:
        self._items += parts
        if self._items > MAX_ITEMS:
            raise NotPlainError(
                f"it has more than {MAX_ITEMS:,} parts (numbers, strings, lists); "
                "return a NumPy array or a tensor, which counts as one"
            )

    def _large_integer(self, value: int) -> Tree:
        if value.bit_length() > MAX_BITS:
            digits = int(MAX_BITS * math.log10(2))
            raise NotPlainError(f"it holds an integer of more than {digits:,} digits; is an exponent wrong?")
        self._count(value.bit_length() // (4 * PER_ITEM))
        return ["i", hex(value)]

    def _scalar(self, value: np.generic) -> Tree:
        digits = value.tobytes().hex()
        self._count(len(digits) // PER_ITEM)
        return ["s", value.dtype.str, digits]

    def _buffer(self, data: Buffer) -> int:
        self._bytes += len(data)
        if self._bytes > MAX_BYTES:
            raise NotPlainError(
                f"its arrays take more than {MAX_BYTES // 2**20} MiB; is an array too large by far?"
            )
        if len(self.buffers) >= MAX_BUFFERS:
            raise NotPlainError(f"it has more than {MAX_BUFFERS:,} arrays; stack them into one")
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
    if kind.itemsize:
        return np.frombuffer(_own(data), kind).reshape(shape)
    if math.prod(shape) > MAX_ITEMS:  # of empty strings, which need no bytes to come
        raise ValueError("too many empty strings")
    return np.zeros(shape, kind)


def is_plain_tensor(tensor: Any, torch: Any) -> bool:
    """Whether it can be handed over by value."""
    return (
        tensor.device.type == "cpu"
        and tensor.layout is torch.strided
        and str(tensor.dtype).removeprefix("torch.") in TENSOR_DTYPES
    )


def tensor_bytes(tensor: Any, torch: Any) -> tuple[str, list[int], bool, Buffer]:
    """What ``tensor_from`` needs: dtype, shape, whether it requires a gradient, the numbers in C order."""
    ordered = tensor.detach().resolve_conj().resolve_neg().contiguous()
    # An axis of length 1 may keep any stride there, which ``view`` does not take.
    flat = ordered.as_strided((ordered.numel(),), (1,))
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
        self._buffers: list[Buffer | None] = list(buffers)
        self._resolve = resolve
        self._items = 0

    def decode(self, tree: Tree, depth: int = 0) -> Any:
        """The value of ``tree``. Raises NotPlainError for anything malformed or too large."""
        self._items += 1
        if depth > MAX_DEPTH or self._items > MAX_ITEMS:
            raise NotPlainError("a value is nested too deeply or has too many parts")
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
        """The bytes of one value: nobody else gets them, so a few that came cannot become many."""
        if type(index) is not int or not 0 <= index < len(self._buffers):
            raise NotPlainError("a value refers to bytes that did not come")
        data, self._buffers[index] = self._buffers[index], None
        if data is None:
            raise NotPlainError("a value refers to bytes of another")
        return data

    def _integer(self, depth: int, digits: str) -> int:
        if len(digits) > MAX_BITS // 4 + 4:
            raise NotPlainError("an integer is too large")
        return int(digits, 16)

    def _complex(self, depth: int, real: float, imag: float) -> complex:
        return complex(float(real), float(imag))

    def _raw(self, depth: int, index: int) -> bytes:
        return bytes(self._bytes(index))

    def _scalar(self, depth: int, dtype: str, digits: str) -> Any:
        return np.frombuffer(bytes.fromhex(digits), dtype=_checked_dtype(dtype), count=1)[0]

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
        pairs = [(self.decode(key, depth), self.decode(value, depth)) for key, value in parts]
        _refuse_collisions(key for key, _ in pairs)
        return dict(pairs)

    def _set(self, depth: int, parts: list[Tree]) -> set[Any]:
        members = [self.decode(part, depth) for part in parts]
        _refuse_collisions(members)
        return set(members)


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


def _refuse_collisions(keys: Iterable[Any]) -> None:
    """Many keys with one hash (multiples of 2⁶¹ − 1, say) would each be compared with all before them."""
    common = Counter(map(hash, keys)).most_common(1)
    if common and common[0][1] > MAX_SAME_HASH:
        raise NotPlainError("too many keys have the same hash")


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
