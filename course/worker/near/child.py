"""One forked process, seen from the trusted side: its socket, its output, its end.

It may be dead, slow, flooding or lying; every wait has an end on this side's clock.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import select
import signal
import socket
import tempfile
import time
from collections.abc import Mapping, Sequence
from typing import Any

from course.errors import CourseError
from course.worker.ending import FILES_DO_NOT_FIT, signal_name
from course.worker.near.clock import Clock
from course.worker.near.local import exit_message, flood_problem
from course.worker.near.warm import FORK_SECONDS, WarmProcess, WarmProcessGoneError
from course.worker.outcomes import StudentProblem
from course.worker.values import Buffer
from course.worker.wire import receive, send

BUFFER = 4 * 2**20
END_SECONDS = 10
DEATH_SECONDS = 0.5  # between the end of a connection and the news of the end of its process
_DO_NOT_FIT = (
    "The files of the day do not fit into the place where they are checked; leave out data, "
    "and all that no exercise needs."
)


class Child:
    """One forked process: its socket, its output, its end."""

    def __init__(self, zygote: WarmProcess, request: dict[str, Any], files: Mapping[str, bytes]) -> None:
        self.dead = False
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        for sock in (mine, theirs):
            for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, option, BUFFER)
        output_read, output_write = os.pipe()
        self._report, report_write = os.pipe()
        handed_over = [output_write, report_write, _file_in_memory(files)]
        zygote.fork(request, [theirs.fileno(), *handed_over])
        theirs.close()
        for descriptor in handed_over:
            os.close(descriptor)
        self._sock = mine
        self.output = PipeOutput(output_read, zygote.limits.output_kib * 1024)
        self._report_text = b""
        self._zygote, self.warm = zygote, zygote.number
        self.number = self._number()
        self.isolation = self._greeting()
        mine.setblocking(False)
        self._poll = select.poll()
        self._poll.register(self.output.descriptor, select.POLLIN)
        self._poll.register(mine, select.POLLIN)
        self._output_open = True
        self._writing = False  # what is waited for on the socket

    def _number(self) -> int:
        try:
            return int(self._read_report(1, FORK_SECONDS)[0])
        except TimeoutError:
            self._close()
            raise self._zygote.silent() from None
        except ValueError:  # it has ended
            self._close()
            raise WarmProcessGoneError from None

    def _greeting(self) -> tuple[str, ...]:
        self._sock.settimeout(30)
        try:
            text = b""
            while len(text) < 256 and (piece := self._sock.recv(256 - len(text))):
                text += piece
            return tuple(json.loads(text))
        except (OSError, ValueError):
            code = self._exit_code()
            self._close()
            if code == FILES_DO_NOT_FIT:
                raise StudentProblem("not_gradable", _DO_NOT_FIT) from None
            raise CourseError(
                "An isolated process could not be set up; run again with `--isolated` and look at the messages above."
            ) from None

    def exchange(self, pieces: Sequence[Buffer], clock: Clock) -> tuple[Buffer, list[Buffer]]:
        """Send one request and wait for its answer. Raises StudentProblem when there will be none."""

        def sent(writing: bool) -> None:
            self._wait(writing, clock)

        def received(writing: bool) -> None:
            self._wait(writing, clock)
            clock.begin_frame()

        try:
            send(self._sock, pieces, sent)
            answer = receive(self._sock, received)
        except (EOFError, ConnectionError):
            self.dead = True
            raise self._death() from None
        return answer

    def _wait(self, writing: bool, clock: Clock) -> None:
        sock, output = self._sock.fileno(), self.output.descriptor
        if writing != self._writing:
            self._poll.modify(sock, select.POLLOUT if writing else select.POLLIN)
            self._writing = writing
        while True:
            if clock.until_look() <= 0:
                clock.look()
            ready = False
            for descriptor, event in self._poll.poll(max(clock.until_look(), 0.0) * 1000):
                if descriptor == sock:
                    ready = True
                else:
                    self.output.read()
                    if event & select.POLLHUP and self._output_open:
                        self._poll.unregister(output)
                        self._output_open = False
            if ready:
                return

    def _death(self) -> StudentProblem:
        """What became of a process whose socket is closed. One that has closed it and lives on is ended: it would
        keep this side waiting for its end. Raises WarmProcessGoneError when the warm process is not there to say: what
        it has forked ends with it.
        """
        lives_on = not self._has_ended()
        if lives_on:
            self._signal()
        code = self._exit_code()
        if lives_on and code == -signal.SIGKILL:
            return StudentProblem("error", exit_message("it closed its connection to the check"))
        if code == -signal.SIGXCPU:
            return StudentProblem(
                "timeout", "Your code has used up the processor time of a whole submission."
            )
        if code == -signal.SIGKILL:
            return StudentProblem(
                "memory", "Your code was killed by the system, most likely for the memory it used."
            )
        if code < 0:
            return StudentProblem("error", exit_message(f"killed by {signal_name(-code)}"))
        return StudentProblem("error", exit_message(f"exit status {code}"))

    def _exit_code(self) -> int:
        """What the warm process reports of its child. Raises WarmProcessGoneError."""
        try:
            return int(self._read_report(2, END_SECONDS)[1])
        except TimeoutError:
            raise self._zygote.silent() from None
        except ValueError:
            raise WarmProcessGoneError from None

    def _has_ended(self) -> bool:
        try:
            self._read_report(2, DEATH_SECONDS)
        except TimeoutError:
            return False
        return True

    def _read_report(self, lines: int, seconds: float) -> list[bytes]:
        """At least so many, unless the warm process ends before. Raises TimeoutError."""
        poll = select.poll()
        poll.register(self._report, select.POLLIN)
        until = time.monotonic() + seconds
        while self._report_text.count(b"\n") < lines:
            if not poll.poll(max(0, (until - time.monotonic()) * 1000)):
                raise TimeoutError
            data = os.read(self._report, 4096)
            if not data:
                break
            self._report_text += data
        return self._report_text.split(b"\n")

    def _signal(self) -> None:
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(self.number, signal.SIGKILL)

    def kill(self) -> None:
        """End the process and everything in its group."""
        if not self.dead:
            self._signal()
        self._close()

    def _close(self) -> None:
        self._sock.close()
        for descriptor in (self._report, self.output.descriptor):
            os.close(descriptor)


class PipeOutput:
    """What student code prints: the head is kept, the amount is counted."""

    def __init__(self, descriptor: int, limit: int) -> None:
        os.set_blocking(descriptor, False)
        self.descriptor = descriptor
        self._limit = limit
        self._head = b""
        self._size = 0

    def read(self) -> None:
        """Take what is there. Raises StudentProblem when it is too much."""
        with contextlib.suppress(BlockingIOError):
            while data := os.read(self.descriptor, 65536):
                self._size += len(data)
                if len(self._head) < 4000:
                    self._head += data[: 4000 - len(self._head)]
                if self._size > self._limit:
                    raise flood_problem(self._limit // 1024)

    def clear(self) -> None:
        self.read_quietly()
        self._head, self._size = b"", 0

    def read_quietly(self) -> None:
        with contextlib.suppress(StudentProblem, OSError):
            self.read()

    @property
    def text(self) -> str:
        self.read_quietly()
        return self._head.decode("utf-8", "replace")


def _file_in_memory(files: Mapping[str, bytes]) -> int:
    """A descriptor at whose start the files stand."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("submission")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    with open(descriptor, "wb", closefd=False) as file:
        pickle.dump(dict(files), file)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
