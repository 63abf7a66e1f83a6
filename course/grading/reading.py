"""Reading hand-ins in a process of its own, so that one that is costly to read, or ends whoever reads it, is its own
affair: it has a clock and a limit of memory, and is started again for the next.

It is forked once and reads one after the other: a fork for each would cost more than most take to read.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import select
import signal
import socket
import stat
import sys
import traceback
from collections.abc import Callable
from io import BufferedRWPair
from typing import Generic, TypeVar

from course.grading.frames import read_frame, write_frame
from course.signals import leave_requests_to_parent
from course.worker.ending import end_silent, tell_stack_when_asked, wait_for_end
from course.worker.far.sandbox import die_with_parent
from course.worker.memory import address_space, bound_address_space
from course.worker.near.clock import Clock
from course.worker.outcomes import StudentProblem

READ_SECONDS = 20.0  # of running or sleeping, for one hand-in: the largest honest archive takes five
MEBIBYTES = 2048  # the syntax tree of the largest notebook that holds text only takes half of it
WORN_MEBIBYTES = 512  # kept of what was read, from which on the next one gets a new process
FRAME_SECONDS = 60  # for an answer that has begun
END_SECONDS = 10


T = TypeVar("T")


class NotReadError(Exception):
    """Why there is nothing of a hand-in, in words that fit into brackets."""


class Reader(Generic[T]):
    """Calls ``read`` with names in a fork of this process; what it gives must be plain enough to be pickled."""

    def __init__(self, read: Callable[[str], T]) -> None:
        self._read = read
        self._number = 0  # of the process; 0 when there is none
        self._sock: socket.socket | None = None

    def start(self) -> None:
        """Fork now, while this process is small and has one thread; a second time does nothing."""
        if self._number:
            return
        sys.stdout.flush()
        sys.stderr.flush()
        self._sock, theirs = socket.socketpair()
        self._sock.settimeout(FRAME_SECONDS)
        self._number = os.fork()
        if self._number == 0:
            die_with_parent()
            self._serve_and_exit(theirs)
        theirs.close()

    def read(self, name: str) -> T:
        """What is read under this name. Raises NotReadError when the process does not come back with it."""
        if not hasattr(os, "fork"):
            return self._read(name)
        self.start()
        assert self._sock is not None
        try:
            with self._sock.makefile("rwb") as stream:
                write_frame(stream, pickle.dumps(name))
                self._wait(self._sock)
                frame = read_frame(stream)
        except StudentProblem:  # of the clock
            end_silent(self._number)
            self.close()
            raise NotReadError(f"not within {READ_SECONDS:g} s") from None
        except OSError:
            frame = None
        if frame is None:
            self.close()
            raise NotReadError("it ends the process that reads it")
        found: T
        found, worn = pickle.loads(frame)
        if worn:
            self.close()
        return found

    def _wait(self, sock: socket.socket) -> None:
        clock = Clock(self._number, READ_SECONDS)
        while not select.select([sock], [], [], max(clock.until_look(), 0.0))[0]:
            clock.look()

    def close(self) -> None:
        """End the process, if there is one."""
        if not self._number or self._sock is None:
            return
        self._sock.close()
        # It may not see the end of the socket: a lane, forked after it, holds this end too.
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._number, signal.SIGKILL)
        number, self._number, self._sock = self._number, 0, None
        wait_for_end(number, END_SECONDS)

    def _serve_and_exit(self, sock: socket.socket) -> None:
        status = 70
        try:
            leave_requests_to_parent()
            gc.freeze()  # sockets among the garbage of the grader would close numbers that are given anew here
            _close_other_sockets(sock.fileno())
            tell_stack_when_asked()
            bound_address_space(MEBIBYTES)
            self._serve(sock.makefile("rwb"))
            status = 0
        except ConnectionError:
            pass  # the grader has gone
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def _serve(self, stream: BufferedRWPair) -> None:
        least = address_space() or 0
        while (frame := read_frame(stream)) is not None:
            found = self._read(pickle.loads(frame))
            worn = (address_space() or 0) - least > WORN_MEBIBYTES * 2**20
            write_frame(stream, pickle.dumps((found, worn)))


def _close_other_sockets(own: int) -> None:
    """A lane ends when the grader closes its socket, which must not live on here."""
    for number in map(int, os.listdir("/dev/fd")):
        with contextlib.suppress(OSError):  # the listing itself is closed by now
            if number != own and stat.S_ISSOCK(os.fstat(number).st_mode):
                os.close(number)
