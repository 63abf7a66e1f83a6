"""What a test asks, on its way to the student's process: pickled, because this direction is trusted.

Large arrays and tensors travel beside the pickle as they lie in memory, handles by number, functions, classes and
models of a test file by value. Nothing is ever unpickled on the way back: see ``values``.
"""

from __future__ import annotations

import copyreg
import io
import pickle
import sys
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

import numpy as np

from course.worker.far.ownership import trust
from course.worker.far.session import Session
from course.worker.near.handle import Handle
from course.worker.requests import Request
from course.worker.values import (
    ARRAY_KINDS,
    SMALL,
    Buffer,
    array_bytes,
    array_from,
    is_plain_tensor,
    tensor_bytes,
    tensor_from,
)

Begin = tuple[int, tuple[str, ...]]
"""The seed and the refused calls of a check that begins with a request."""


def write_question(request: Request, begin: Begin | None, drop: Sequence[int]) -> tuple[bytes, list[Buffer]]:
    """The pickle, and the buffers that go beside it. ``drop`` are the numbers that nobody holds any more."""
    file, beside = io.BytesIO(), list[Buffer]()
    plain = all(map(_is_plain, (*request.args, *request.kwargs.values())))
    writer = (pickle.Pickler if plain else _Writer)(
        file, pickle.HIGHEST_PROTOCOL, buffer_callback=lambda buffer: beside.append(buffer.raw())
    )
    if plain:
        writer.dispatch_table = {np.ndarray: _reduced}
    writer.dump((tuple(request), begin, drop))
    return file.getvalue(), beside


def _is_plain(value: Any) -> bool:
    kind = type(value)
    return value.dtype.kind in ARRAY_KINDS if kind is np.ndarray else kind in (int, float, str, bool)


def read_question(
    data: Buffer, buffers: list[Buffer], session: Session
) -> tuple[Request, Begin | None, list[int]]:
    """For the student's process only. What the test held as handles are the objects themselves."""
    reader = _Reader(io.BytesIO(data), buffers=buffers)
    reader.object = session.object
    request, begin, drop = reader.load()
    return Request._make(request), begin, drop


class _Writer(pickle.Pickler):
    """For questions with anything in them: its methods are asked about every part, half the cost of a small one."""

    def persistent_id(self, value: Any) -> int | None:
        return value._number if type(value) is Handle else None

    def reducer_override(self, value: Any) -> Any:
        kind = type(value)
        if kind is np.ndarray and value.dtype.kind in ARRAY_KINDS:
            return _reduced(value)
        torch = sys.modules.get("torch")
        if torch is not None and kind is torch.Tensor and is_plain_tensor(value, torch):
            dtype, shape, requires_grad, data = tensor_bytes(value, torch)
            return tensor_from, (dtype, shape, requires_grad, _bulk(data))
        if isinstance(value, (FunctionType, type)) and is_of_a_test(value):
            return of_a_test, (_by_value(value),)
        return NotImplemented


class _Reader(pickle.Unpickler):
    object: Callable[[int], Any]

    def persistent_load(self, number: int) -> Any:
        return self.object(number)

    def find_class(self, module: str, name: str) -> Any:
        ours = _OURS.get((module, name))  # which cannot be imported any more where student code runs
        return ours or super().find_class(module, name)


def of_a_test(pickled: bytes) -> Any:
    """A function or class of a test; where student code runs it counts as the test's."""
    value = pickle.loads(pickled)
    trust(value)
    return value


def _reduced(array: np.ndarray) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    return array_from, (array.dtype.str, array.shape, _bulk(array_bytes(array)))


_OURS: dict[tuple[str, str], Any] = {
    (_function.__module__, _function.__name__): _function
    for _function in (array_from, tensor_from, of_a_test)
}
for _code, _name in enumerate(_OURS, start=240):  # numbers for private use
    copyreg.add_extension(*_name, _code)


def _bulk(data: Buffer) -> Any:
    """What goes beside the pickle when it is large: the array itself, for before Python 3.12.7 a collection of garbage
    ends the process when it meets a view of a view.
    """
    if len(data) < SMALL:
        return data
    return pickle.PickleBuffer(data.obj if isinstance(data, memoryview) else data)


def is_of_a_test(value: FunctionType | type) -> bool:
    """Whether a function or class is written in a test file, and cannot be imported where there is none."""
    return str(value.__module__).startswith(("tests.", "__main__")) or "<" in value.__qualname__


def _by_value(value: Any) -> bytes:
    """A function or class that cannot be imported over there, with the functions of its file that it uses."""
    import cloudpickle

    module = value.__module__
    if module.startswith("tests.") and "test_" in module and module in sys.modules:
        cloudpickle.register_pickle_by_value(sys.modules[module])
    return bytes(cloudpickle.dumps(value))
