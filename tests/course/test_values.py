"""The exchange format: what goes in comes out, and nothing that is not in the format gets through."""

from __future__ import annotations

import math
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course.worker import values
from course.worker.asking import read_question, write_question
from course.worker.near.handle import Handle, Transcript
from course.worker.requests import Request
from course.worker.values import MAX_DEPTH, MAX_TEXT, Decoder, Encoder, NotPlainError, read_tree, write_tree
from course.worker.wire import pack, receive, send


def _escape(value: Any) -> Any:
    return ["h", 7, type(value).__name__]


def _resolve(tree: list[Any]) -> Any:
    if tree[0] == "h":
        return ("handle", tree[1], tree[2])
    raise NotPlainError("unknown form")


def through(value: Any) -> Any:
    """A value sent over a real socket and rebuilt."""
    encoder = Encoder(_escape)
    tree = encoder.encode(value)
    left, right = socket.socketpair()
    with left, right, ThreadPoolExecutor(1) as pool:  # more than a socket holds
        pool.submit(send, left, pack(write_tree(tree), encoder.buffers), lambda writing: None)
        head, buffers = receive(right, lambda writing: None)
    return Decoder(buffers, _resolve).decode(read_tree(head))


def same(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, float) and math.isnan(a):
        return math.isnan(b)
    return bool(a == b)


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers(allow_nan=False)
    | st.text()
    | st.binary(max_size=50)
)
arrays = hnp.arrays(
    st.sampled_from(
        ["bool", "int8", "uint16", "int64", "float16", "float32", "float64", "complex128", "<U3", ">f8"]
    ),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
plain = st.recursive(
    scalars | arrays,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(plain)
def test_plain_data_arrives_as_it_left(value: Any) -> None:
    assert same(through(value), value)


@pytest.mark.parametrize(
    "array",
    [np.arange(12.0).reshape(3, 4)[:, ::-1], np.arange(6).reshape(2, 3).T, np.float32([[1], [2]])[::2]],
)
def test_memory_layout_does_not_matter(array: np.ndarray) -> None:
    assert np.array_equal(through(array), array)
    assert through(array).flags.writeable


@pytest.mark.parametrize(
    "dtype", [torch.float64, torch.float32, torch.bfloat16, torch.int64, torch.bool, torch.complex64]
)
@pytest.mark.parametrize("shape", [(), (0,), (2, 3), (1, 4, 1)])
def test_tensors_keep_shape_dtype_and_gradient_flag(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    tensor = torch.ones(shape, dtype=dtype)
    if dtype.is_floating_point:
        tensor.requires_grad_()
    result = through(tensor)
    assert result.dtype == dtype
    assert result.shape == tensor.shape
    assert result.requires_grad == tensor.requires_grad
    assert torch.equal(result, tensor)


@st.composite
def views(draw: st.DrawFn, dtype: str) -> np.ndarray:
    """An array that looks at another one: steps, turned axes, single entries, repeated and empty axes."""
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5))
    array = draw(hnp.arrays(np.int8, shape)).astype(dtype)
    if dtype == "complex128":
        array = array * (1 + 2j)
    steps = st.sampled_from([1, 2, 3] if draw(st.booleans()) else [1, -1, -2])
    for axis in range(array.ndim):
        start, step = draw(st.integers(0, 3)), draw(steps)
        array = np.moveaxis(np.moveaxis(array, axis, 0)[slice(start, None, step)], 0, axis)
    array = array.transpose(draw(st.permutations(range(array.ndim))))
    if draw(st.booleans()):
        array = np.broadcast_to(array, (draw(st.integers(0, 3)), *array.shape))
    return array


KINDS = ["bool", "uint8", "int64", "float16", "float32", "float64", "complex128"]


@pytest.mark.parametrize("small", [0, 2**15])  # bytes up to which an array is copied
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([*KINDS, "<U3", ">f8"]).flatmap(views))
def test_an_array_in_any_layout_arrives(
    monkeypatch: pytest.MonkeyPatch, small: int, array: np.ndarray
) -> None:
    monkeypatch.setattr(values, "SMALL", small)
    assert same(through(array), array.copy())


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(KINDS).flatmap(views), st.data())
def test_a_tensor_in_any_layout_arrives(array: np.ndarray, data: st.DataObject) -> None:
    base = torch.from_numpy(array.copy())
    shape = base.shape
    padded = torch.zeros([2 * n + 1 for n in shape], dtype=base.dtype)
    tensor = padded[tuple(slice(1, None, 2) for _ in shape)].copy_(
        base
    )  # a stride in every axis, of length 1 too
    if data.draw(st.booleans()) and tensor.dim() > 0:
        tensor = tensor.permute(data.draw(st.permutations(range(tensor.dim()))))
    if tensor.is_complex():
        turn = data.draw(st.sampled_from(["", "conj", "negative"]))
        tensor = tensor.conj() if turn == "conj" else tensor.conj().imag if turn == "negative" else tensor
    elif tensor.dtype == torch.float32 and data.draw(st.booleans()):
        tensor = tensor.to(torch.bfloat16)
    result = through(tensor)
    assert result.dtype == tensor.dtype
    assert result.shape == tensor.shape
    assert torch.equal(result, tensor.resolve_conj().resolve_neg())


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(10.0).reshape(1, 10)[:, 3],  # one logit of a batch of one
        torch.diagonal(torch.arange(9.0).reshape(3, 3), offset=2),
        torch.arange(6.0).expand(4, 6)[:1, 2:],
    ],
)
def test_a_single_entry_with_a_stride_arrives(tensor: torch.Tensor) -> None:
    assert torch.equal(through(tensor), tensor)
    assert torch.equal(asked(tensor).args[0], tensor)


def test_numpy_scalars_keep_their_type() -> None:
    result = through(np.float32(0.1))
    assert type(result) is np.float32
    assert result == np.float32(0.1)


@pytest.mark.parametrize(
    "value",
    [
        object(),
        lambda: 0,
        np.array([object()], dtype=object),
        np.ma.masked_array([1.0], mask=[True]),
        range(3),
        iter([]),
    ],
)
def test_everything_else_stays_behind_as_a_handle(value: Any) -> None:
    assert through(value) == ("handle", 7, type(value).__name__)


def test_a_value_that_contains_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(NotPlainError, match="nested too deeply"):
        Encoder(_escape).encode(loop)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(list("icbsatTldeh")),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=15,
)


@settings(max_examples=400, deadline=None)
@given(json_values, st.lists(st.binary(max_size=20), max_size=3))
def test_a_hostile_tree_is_plain_data_or_refused(tree: Any, buffers: list[bytes]) -> None:
    try:
        value = Decoder(buffers, _resolve).decode(tree)
    except NotPlainError:
        return
    assert same(through(value), value) or isinstance(value, (tuple, list, dict, set))


@pytest.mark.parametrize(
    "tree",
    [
        ["a", "|O", [1], 0],
        ["a", "<f8", [2**40], 0],
        ["a", "<f8", [-1], 0],
        ["a", "<f8", [3], 0],
        ["a", "<f8", [1], 9],
        ["a", "<f8", "ab", 0],
        ["a", "f8,f8", [1], 0],
        ["T", "float65", [1], False, 0],
        ["i", "12zz"],
        ["d", [[["l", []], 1]]],
        ["q", 1],
        [],
        {"a": 1},
    ],
)
def test_malformed_values_are_refused(tree: Any) -> None:
    with pytest.raises(NotPlainError):
        Decoder([b"12345678"], _resolve).decode(tree)


def test_deep_answers_are_refused() -> None:
    tree: Any = 1
    for _ in range(4 * MAX_DEPTH):
        tree = ["l", [tree]]
    with pytest.raises(NotPlainError, match="nested too deeply"):
        Decoder([], _resolve).decode(tree)


PRIME = 2**61 - 1  # all its multiples have the hash 0


def collisions(form: str, count: int) -> Any:
    keys = [["i", hex(PRIME * k)] for k in range(1, count + 1)]
    if form == "tuples":
        return ["e", [["t", [1, key]] for key in keys]]
    return ["d", [[key, 0] for key in keys]] if form == "dict" else ["e", keys]


@pytest.mark.parametrize(
    ("tree", "buffers"),
    [
        (["l", [["l", []]] * 250_000], []),  # 54 MB of these took 73 s and 1.5 GB
        (["l", [None] * 250_000], []),
        (collisions("set", 60_000), []),  # took 111 s
        (collisions("dict", 60_000), []),
        (collisions("tuples", 2_000), []),
        (["i", "0x" + "f" * 40_000], []),
        (["l", [["b", 0]] * 3], [b"x" * 100]),
        (["a", "<U0", [10**7], 0], [b""]),
    ],
    ids=["lists", "nones", "set", "dict", "tuples", "integer", "bytes many times", "empty strings"],
)
def test_answers_that_would_outgrow_the_grader_are_refused_quickly(tree: Any, buffers: list[bytes]) -> None:
    started = time.process_time()
    with pytest.raises(NotPlainError):
        Decoder(buffers, _resolve).decode(tree)
    assert time.process_time() - started < 2


def test_a_text_that_is_too_long_is_not_parsed() -> None:
    with pytest.raises(NotPlainError, match="too large"):
        read_tree(b"[" * (MAX_TEXT + 1))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: [0.0] * 10**6, "more than 200,000 parts"),
        (lambda: {i: i for i in range(10**6)}, "more than 200,000 parts"),
        (lambda: "x" * 10**8, "more than 200,000 parts"),
        (lambda: [math.pi * 10.0**k for k in range(-300, 300)] * 330, "more than 4 MiB"),
        (lambda: "\u20ac" * 10**6, "more than 4 MiB"),
        (lambda: 10**50_000, "more than 39,456 digits"),
        (lambda: [10**39_000] * 200, "more than 4 MiB"),
        (lambda: np.zeros(2**26 + 1), "more than 512 MiB"),
        (lambda: [np.zeros(2**25), np.zeros(2**25), np.zeros(1)], "more than 512 MiB"),
        (lambda: [np.zeros(2)] * 20_001, "more than 20,000 arrays"),
        (lambda: [[[[[]]]]] * 10**5, "more than 200,000 parts"),
    ],
)
def test_an_honest_value_that_is_too_large_hears_of_the_limit(make: Callable[[], Any], says: str) -> None:
    with pytest.raises(NotPlainError, match=says):
        write_tree(Encoder(_escape).encode(make()))


@pytest.mark.parametrize(
    "value",
    [
        list(np.random.default_rng(1).normal(size=100_000)),
        np.random.default_rng(1).normal(size=150_000).tolist(),
        {float(2**k): k for k in range(-500, 500)},
        set(range(-1000, 100_000)),
        10**39_000,
        -(10**5000),
        "\u20ac" * 10**5,
        [np.zeros(2)] * 19_000,
    ],
    ids=["scalars", "floats", "powers", "set", "integer", "negative", "text", "arrays"],
)
def test_an_honest_value_that_is_large_is_handed_over(value: Any) -> None:
    assert same(through(value), value)


@pytest.mark.parametrize(
    "frame",
    [
        struct.pack("!II", 2**31, 0),
        struct.pack("!II", 2, 2**31 - 1),
        struct.pack("!IIQ", 2, 1, 2**62) + b"{}",
    ],
)
def test_frames_that_lie_about_their_size_are_refused(frame: bytes) -> None:
    left, right = socket.socketpair()
    with left, right:
        left.send(frame)
        with pytest.raises(NotPlainError):
            receive(right, lambda writing: None)


@pytest.mark.parametrize("text", [b"{x}", b"\xff\xfe\xff\xff", b"[" * 100_000])
def test_heads_that_are_no_trees_are_refused(text: bytes) -> None:
    with pytest.raises(NotPlainError):
        read_tree(bytearray(text))


class _Shelf:
    """As much of a session as reading a question needs."""

    def object(self, number: int) -> Any:
        return f"object {number}"


def sent(*args: Any, **kwargs: Any) -> tuple[Request, Any, Any]:
    """A question sent over a real socket and read."""
    left, right = socket.socketpair()
    with left, right:
        question = write_question(
            Request("call", 3, "name", args, kwargs), (5, ("numpy.linalg.pinv",)), [1, 2]
        )
        send(left, pack(*question), lambda writing: None)
        shelf: Any = _Shelf()
        return read_question(*receive(right, lambda writing: None), shelf)


def asked(*args: Any, **kwargs: Any) -> Request:
    return sent(*args, **kwargs)[0]


@given(plain)
@settings(max_examples=60, deadline=None)
def test_questions_carry_plain_data_as_it_is(value: Any) -> None:
    request, begin, drop = sent(value, named=value)
    assert same(request.args[0], value)
    assert same(request.kwargs["named"], value)
    assert request[:3] == ("call", 3, "name")
    assert (begin, drop) == ((5, ("numpy.linalg.pinv",)), [1, 2])


@pytest.mark.parametrize("size", [3, 10_000])
def test_arrays_and_tensors_of_a_question_can_be_written_to(size: int) -> None:
    array = np.arange(size, dtype=np.float32)[::-1]
    tensor = torch.arange(size).to(torch.float32).requires_grad_()
    empty = torch.ones(0, 2, dtype=torch.bfloat16)
    there, t, e = asked(array, tensor, empty).args
    assert np.array_equal(there, array)
    assert there.flags.writeable
    assert torch.equal(t, tensor)
    assert t.requires_grad
    assert t.is_leaf
    assert e.shape == (0, 2)
    assert e.dtype is torch.bfloat16
    there[0] = t.detach()[0] = -1  # and nothing else is changed by it
    assert array[0] == size - 1
    assert tensor[0] == 0


def test_an_array_that_is_handed_over_twice_stays_one() -> None:
    array = np.ones(2)
    first, second, (third,) = asked(array, array, [array]).args
    assert first is second is third


def test_handles_arrive_as_the_objects_they_stand_for() -> None:
    handle = Handle(Mock(), Transcript(), 12, "Adam", "adam")
    assert asked([handle], by=handle).args == (["object 12"],)


def test_functions_and_classes_of_a_test_travel_by_value() -> None:
    factor = 3

    class Scaled:
        def __init__(self, value: float) -> None:
            self.value = factor * value

    thing, function, library = asked(Scaled(2.0), lambda x: x + factor, np.linalg.svd).args
    assert thing.value == 6
    assert function(1) == 4
    assert library is np.linalg.svd


def test_a_question_that_lies_in_a_cycle_can_be_collected() -> None:
    """As when the student's process ends while a large array is on its way to it: frames of an exception then hold the
    buffers. A view of a view ended the collecting process, see https://github.com/python/cpython/issues/77894.
    """
    code = """
import gc
import numpy as np
from course.worker.asking import write_question
from course.worker.requests import Request

for extra in ((), ([1],)):  # pickled in two ways
    _, beside = write_question(Request("call", 0, "f", (np.zeros(10**5), *extra), {}), None, ())
    assert [len(piece) for piece in beside] == [8 * 10**5]
    cycle = [*beside]
    cycle.append(cycle)
    del beside, cycle
    gc.collect()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
