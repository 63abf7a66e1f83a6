"""Frames on the descriptor between the trusted side and the isolated process: a JSON head and raw buffers.

    4 bytes  length of the head
    4 bytes  number of buffers
    8 bytes  length of each buffer …
    the head as JSON, then the buffers one after the other

Every length is checked before memory is reserved for it.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable, Sequence
from typing import Any

from course.worker.values import Buffer, NotPlainError

MAX_HEAD = 64 * 2**20
MAX_BUFFERS = 200_000
MAX_BYTES = 512 * 2**20
_PREFIX = struct.Struct("!II")


def pack(head: Any, buffers: Sequence[Buffer]) -> list[Buffer]:
    """The pieces of a frame, ready for ``send``; buffers are not copied."""
    text = json.dumps(head, separators=(",", ":"), check_circular=False).encode("utf-8", "surrogatepass")
    sizes = struct.pack(f"!{len(buffers)}Q", *(len(b) for b in buffers))
    return [_PREFIX.pack(len(text), len(buffers)) + sizes + text, *(b for b in buffers if len(b))]


def send(sock: socket.socket, pieces: Sequence[Buffer], wait: Callable[[bool], None]) -> None:
    """Send all pieces through a non-blocking socket; ``wait(True)`` blocks until it can be written to."""
    pending = [memoryview(piece).cast("B") for piece in pieces]
    while pending:
        try:
            sent = sock.sendmsg(pending[:64])
        except BlockingIOError:
            wait(True)
            continue
        while pending and sent >= len(pending[0]):
            sent -= len(pending.pop(0))
        if sent:
            pending[0] = pending[0][sent:]


def receive(sock: socket.socket, wait: Callable[[bool], None]) -> tuple[Any, list[Buffer]]:
    """The head and the buffers of one frame; ``wait(False)`` blocks until there is something to read.

    Raises EOFError when the other side has closed, NotPlainError when what came is no frame.
    """
    head_size, count = _PREFIX.unpack(_exactly(sock, _PREFIX.size, wait))
    if head_size > MAX_HEAD or count > MAX_BUFFERS:
        raise NotPlainError("an answer is too large")
    sizes = struct.unpack(f"!{count}Q", _exactly(sock, 8 * count, wait))
    if sum(sizes) > MAX_BYTES:
        raise NotPlainError("an answer is too large")
    text = _exactly(sock, head_size, wait)
    buffers: list[Buffer] = [_exactly(sock, size, wait) for size in sizes]
    try:
        return json.loads(text.decode("utf-8", "surrogatepass")), buffers
    except (ValueError, RecursionError):
        raise NotPlainError("an answer is not in the exchange format") from None


def _exactly(sock: socket.socket, size: int, wait: Callable[[bool], None]) -> bytearray:
    data = bytearray(size)
    view = memoryview(data)
    got = 0
    while got < size:
        try:
            n = sock.recv_into(view[got:])
        except BlockingIOError:
            wait(False)
            continue
        if n == 0:
            raise EOFError("the other side has closed")
        got += n
    return data
