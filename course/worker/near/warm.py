"""The warm untrusted process, seen from the trusted side: started once per run, forked for every submission, and
started again should it end or fall silent.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.catalog.model import Course, Day, Limits
from course.errors import CourseError
from course.threads import thread_variables
from course.worker.ending import end_silent

if TYPE_CHECKING:
    from course.worker.near.link import IsolatedLink

START_SECONDS = 180  # for importing PyTorch on a busy machine
FORK_SECONDS = 30
END_SECONDS = 20  # its folders are taken away first, and on a busy machine that takes seconds
REVIVALS = 5  # without anything having come of it
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "Agg",
    **thread_variables(1),
}


def to_warm(days: Sequence[Day]) -> tuple[list[str], list[str]]:
    """What ``warm`` is given for these days: what submissions import, and what the exercises refuse."""
    imports = [name for day in days for name in day.imports]
    return imports, [name for day in days for exercise in day.graded for name in exercise.refused]


class WarmProcessGoneError(BaseException):
    """The warm process has ended or no longer answers. Not an Exception, for no check is to blame."""


class WarmProcess:
    """The warm untrusted process, started once per run, and again should it end; every submission gets a fork
    of it.
    """

    def __init__(
        self,
        days: Sequence[str],
        imports: Sequence[str],
        limits: Limits,
        *,
        refused: Sequence[str] = (),
        many: bool = False,
        off: Sequence[str] = (),
        environment: dict[str, str] | None = None,
        needs: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """``many`` forks are expected: half a second is spent on making each of them cheaper. ``needs`` names by day
        the others whose modules its own may import.
        """
        if not hasattr(os, "fork") or not hasattr(socket, "send_fds"):
            raise CourseError(
                "Isolated checks need Linux or macOS; on this system run them without --isolated."
            )
        self.limits = limits
        self.processor: int | None = None  # to which the forks keep
        self._settings = {
            "days": list(days),
            "imports": list(dict.fromkeys(imports)),
            "refused": sorted(set(refused)),
            "limits": asdict(limits),
            "many": many,
            "off": list(off),
        }
        self._needs = needs or {}
        self._environment = {**ENVIRONMENT, "TMPDIR": tempfile.gettempdir(), **(environment or {})}
        self._owner = os.getpid()
        self._revivals = 0
        self._start()

    def _start(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-s",
                "-P",
                "-B",
                "-X",
                "utf8",
                "-m",
                "course.worker.far.zygote",
                str(theirs.fileno()),
                json.dumps(self._settings),
            ],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            cwd="/",
            process_group=0,  # Ctrl-C is for this process, which then closes that one
        )
        theirs.close()
        self._layers: tuple[str, ...] | None = None

    @classmethod
    def for_days(
        cls,
        course: Course,
        days: Sequence[Day],
        *,
        many: bool = False,
        off: Sequence[str] = (),
        environment: dict[str, str] | None = None,
    ) -> WarmProcess:
        """Warm for these days of a course: what their submissions import and what their exercises refuse is there
        before the first fork, so that no import counts on a student's clock.
        """
        imports, refused = to_warm(days)
        return cls(
            [day.name for day in course.units],
            imports,
            course.limits,
            refused=refused,
            many=many,
            off=off,
            environment=environment,
            needs={day.name: day.needs for day in course.units},
        )

    @property
    def number(self) -> int:
        """Of the process, which is another one after it was revived."""
        return self._process.pid

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers this machine can put up; waits until the process is warm."""
        if self._layers is None:
            self._control.settimeout(START_SECONDS)
            try:
                message = self._control.recv(4096)
            except TimeoutError:
                end_silent(self._process.pid)
                message = b""
            if not message:
                raise CourseError(
                    "The isolated process did not start; run `course check --isolated` again to see its messages above."
                )
            self._layers = tuple(json.loads(message)["layers"])
        return self._layers

    def open(self, root: Path | Mapping[str, bytes], day: str) -> IsolatedLink:
        """A way to the modules of one day, and of those it needs, each time in a fresh process and scratch folder;
        ``root`` is the folder that holds the day's folder, or has its files in memory.
        """
        from course.worker.near.link import IsolatedLink  # which is made of forks of this process

        return IsolatedLink(self, root, (day, *self._needs.get(day, ())))

    def fork(self, request: dict[str, Any], descriptors: list[int]) -> None:
        """Ask for a process. Raises WarmProcessGoneError."""
        assert self.layers
        self._control.settimeout(FORK_SECONDS)
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
        except TimeoutError:
            raise self.silent() from None
        except OSError:
            raise WarmProcessGoneError from None

    def silent(self) -> WarmProcessGoneError:
        """End it, since it no longer answers; what is then to be raised."""
        end_silent(self.number)
        return WarmProcessGoneError()

    def revive(self, number: int) -> None:
        """Start the process again, unless the one of this ``number`` has been replaced already.

        Raises WarmProcessGoneError in a fork of the process that started it, whose task it is, and CourseError when it
        was of no use the last times.
        """
        if os.getpid() != self._owner:
            raise WarmProcessGoneError
        if number != self.number:
            return
        self._control.close()
        self._wait_for_end()
        self._revivals += 1
        if self._revivals > REVIVALS:
            raise CourseError(
                "The process that runs students' code ended again and again; look at the messages above, free some "
                "memory, and start again: what is graded is kept."
            )
        self._layers = None
        self._start()

    def has_answered(self) -> None:
        """Something came of it: revivals are counted anew."""
        self._revivals = 0

    def close(self) -> None:
        """End the process; a second time does nothing."""
        self._control.close()
        if self._layers is None:
            self._process.terminate()  # nobody has waited for it to be warm
        self._wait_for_end()

    def _wait_for_end(self) -> None:
        try:
            self._process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> WarmProcess:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
