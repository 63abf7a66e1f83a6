"""Frames between processes of the grader: eight bytes of length, then the data. Both ends are trusted.

They go through sockets, so that no end waits for the other for ever: set a time limit on the socket.
"""

from __future__ import annotations

import struct
from io import BufferedIOBase
from typing import IO

_LENGTH = struct.Struct("!Q")


def write_frame(stream: IO[bytes] | BufferedIOBase, data: bytes) -> None:
    """Send one frame now."""
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: IO[bytes] | BufferedIOBase) -> bytes | None:
    """The next frame; None at the end, or when the other process ended in the middle of one."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(head)
    data = stream.read(size)
    return data if len(data) == size else None
