"""Frames on the descriptor between the trusted side and the isolated process: a head and raw buffers.

    4 bytes  length of the head
    4 bytes  number of buffers
    8 bytes  length of each buffer …
    the head, then the buffers one after the other

Every length is checked before memory is reserved for it.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Sequence

from course.worker.values import MAX_BUFFERS, MAX_BYTES, MAX_TEXT, Buffer, NotPlainError

MAX_QUESTION = 64 * 2**20  # bytes of the head of what a test asks, which is trusted
FIRST_READ = 2**13
_PREFIX = struct.Struct("!II")


def pack(head: bytes, buffers: Sequence[Buffer]) -> list[Buffer]:
    """The pieces of a frame, ready for ``send``; buffers are not copied."""
    prefix = _PREFIX.pack(len(head), len(buffers))
    if not buffers:
        return [prefix + head]
    sizes = struct.pack(f"!{len(buffers)}Q", *map(len, buffers))
    return [prefix + sizes + head, *(b for b in buffers if len(b))]


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


def receive(
    sock: socket.socket, wait: Callable[[bool], None], max_head: int = MAX_TEXT
) -> tuple[bytearray, list[Buffer]]:
    """The head and the buffers of one frame; ``wait(False)`` blocks until there is something to read.

    One frame is under way at a time, so whatever comes behind it was not sent by the serving loop. A small frame is
    read at once: a system call costs as much as decoding it.

    Raises EOFError when the other side has closed, NotPlainError when what came is no frame.
    """
    begun = bytearray(FIRST_READ)
    got = _some(sock, memoryview(begun), wait)
    while got < _PREFIX.size or got < _PREFIX.size + 8 * _PREFIX.unpack_from(begun)[1]:
        if got >= _PREFIX.size and _PREFIX.unpack_from(begun)[1] > MAX_BUFFERS:
            raise NotPlainError("an answer is too large")
        if got == len(begun):
            begun.extend(bytes(8 * MAX_BUFFERS + FIRST_READ - got))
        got += _some(sock, memoryview(begun)[got:], wait)
    head_size, count = _PREFIX.unpack_from(begun)
    sizes = struct.unpack_from(f"!{count}Q", begun, _PREFIX.size)
    if head_size > max_head or count > MAX_BUFFERS or sum(sizes) > MAX_BYTES:
        raise NotPlainError("an answer is too large")
    at = _PREFIX.size + 8 * count
    pieces: list[bytearray] = []
    for size in (head_size, *sizes):
        piece, here = bytearray(size), max(min(got - at, size), 0)
        piece[:here] = begun[at : at + here]
        at += size
        _fill(sock, memoryview(piece)[here:], wait)
        pieces.append(piece)
    if got > at:
        raise NotPlainError("an answer came twice")
    return pieces[0], [*pieces[1:]]


def _fill(sock: socket.socket, view: memoryview, wait: Callable[[bool], None]) -> None:
    while view:
        view = view[_some(sock, view, wait) :]


def _some(sock: socket.socket, view: memoryview, wait: Callable[[bool], None]) -> int:
    """Read what there is, at least one byte."""
    wait(False)
    while True:
        try:
            count = sock.recv_into(view)
        except BlockingIOError:
            wait(False)
            continue
        if count == 0:
            raise EOFError("the other side has closed")
        return count
