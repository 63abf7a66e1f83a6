"""Student code in an isolated process, seen from the trusted side.

The other end may be dead, slow, flooding or lying. Nothing it sends is believed beyond being plain
data, every wait has an end on this side's clock, and when it is killed the next check gets a new one.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from course.catalog.model import Course, Day, Limits
from course.errors import CourseError
from course.threads import thread_variables
from course.worker.arguments import mutable_parts
from course.worker.asking import Question, write_question
from course.worker.clock import Clock
from course.worker.ending import end_silent
from course.worker.handle import Known, Reference
from course.worker.local import exit_message, flood_problem
from course.worker.outcomes import Budget, StudentProblem, timeout_problem
from course.worker.session import Verb
from course.worker.values import Buffer, Decoder, NotPlainError, read_tree
from course.worker.wire import pack, receive, send

BUFFER = 4 * 2**20
START_SECONDS = 180  # for the warm process to import PyTorch on a busy machine
FORK_SECONDS = 30
END_SECONDS = 10
REVIVALS = 5  # of the warm process, without anything having come of it
DEATH_SECONDS = 0.5  # between the end of a connection and the news of the end of its process
MAX_FILES = 200
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
    return imports, [name for day in days for exercise in day.exercises for name in exercise.refused]


class WarmProcessGoneError(BaseException):
    """The warm process has ended or no longer answers. Not an Exception, for no check is to blame."""


class Zygote:
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
    ) -> None:
        """``many`` forks are expected: half a second is spent on making each of them cheaper."""
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
                "course.worker.zygote",
                str(theirs.fileno()),
                json.dumps(self._settings),
            ],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            cwd="/",
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
    ) -> Zygote:
        """Warm for these days of a course: what their submissions import and what their exercises refuse is there
        before the first fork, so that no import counts on a student's clock.
        """
        imports, refused = to_warm(days)
        names = [day.name for day in course.days]
        return cls(
            names, imports, course.limits, refused=refused, many=many, off=off, environment=environment
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
        """A way to the modules of one day, each time in a fresh process and scratch folder; ``root`` is the folder
        that holds the day's folder, or has its files in memory.
        """
        return IsolatedLink(self, root, day)

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
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Zygote:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class IsolatedLink:
    """A session in a process of its own, started when it is first needed and again after it had to be
    killed.
    """

    def __init__(self, zygote: Zygote, root: Path | Mapping[str, bytes], day: str) -> None:
        self._zygote = zygote
        self._limits = zygote.limits
        if isinstance(root, Path):
            self._files = read_day(root, day)
        else:
            self._files = {name: data for name, data in root.items() if name.startswith(f"{day}/")}
        self._folder: Path | None = None
        self._worker: _Worker | None = None
        self._generation = 0
        self._begin: tuple[int, tuple[str, ...]] | None = None  # not yet sent
        self._begun: tuple[int, tuple[str, ...]] | None = None
        self._drop: list[int] = []
        self._budget = Budget(self._limits.test_seconds, self._limits.call_seconds)
        self._left = self._budget.test_seconds
        self._ended: StudentProblem | None = None
        self._spoilt = False
        self._modules = 0  # that this process has imported
        self.failed_imports: dict[str, StudentProblem] = {}
        self.known = Known()
        self.changed: list[tuple[Any, Any]] = []
        self.spent = 0.0
        self.isolation: tuple[str, ...] = ()

    def begin(self, seed: int, refused: tuple[str, ...], budget: Budget) -> None:
        if self._spoilt:
            self._stop()
        self._begin = self._begun = (seed, refused)
        self._budget, self._left = budget, budget.test_seconds
        self._ended = None
        if self._worker is not None:
            self._worker.output.clear()

    def request(
        self, verb: Verb, target: int | None, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        self.changed.clear()
        if self._ended is None and self._budget.is_spent(self._left):
            self._ended = timeout_problem(self._budget.test_seconds)
        if self._ended is not None:
            raise self._ended
        if verb != "import" or not self._modules:
            return self._request(verb, target, name, args, kwargs)
        try:
            return self._request(verb, target, name, args, kwargs)
        except StudentProblem as problem:
            if problem.outcome not in ("error", "not_gradable", "memory") or self._ended is not None:
                raise
        # Another module of the day may be at fault (files deleted, memory used up): once more without it.
        self._stop()
        self._begin = self._begun
        return self._request(verb, target, name, args, kwargs)

    def _request(
        self, verb: Verb, target: int | None, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        worker = self._worker or self._start()
        question = write_question(Question(verb, target, name, args, kwargs, self._begin, self._drop))
        self._begin, self._drop = None, []
        seconds = max(min(self._left, self._budget.call_seconds), 0.01)
        clock = Clock(worker.number, seconds, self._budget.limit(self._left))
        try:
            answer, buffers = worker.exchange(pack(*question), clock)
            value = _open_answer(read_tree(answer), buffers, mutable_parts(args, kwargs), self.changed)
        except StudentProblem as problem:
            self._spoilt = self._spoilt or _spoils(problem)
            if problem.outcome in ("timeout", "output") or worker.dead:
                self._ended = problem
                self._stop()
            raise
        except WarmProcessGoneError:
            self._stop()
            self._zygote.revive(worker.warm)
            self._ended = StudentProblem(
                "grader_fault", "The process behind yours was ended from outside; repeat the check."
            )
            raise self._ended from None
        except NotPlainError as error:
            self._stop()
            self._ended = StudentProblem(
                "error", f"Your code disturbed the connection to the check: {error}."
            )
            raise self._ended from None
        except MemoryError:
            self._stop()
            self._ended = StudentProblem(
                "memory", "What your code returned takes too much memory to be checked."
            )
            raise self._ended from None
        finally:
            used = clock.used()
            self._left -= used
            self.spent += used
        self._modules += verb == "import"
        return value

    @property
    def output(self) -> Any:
        return self._worker.output if self._worker is not None else None

    def forget(self, number: int) -> None:
        if number // _GENERATION == self._generation and number not in self.known:
            self._drop.append(number)

    def close(self) -> None:
        self._stop()

    def _start(self) -> _Worker:
        self._generation += 1
        self._drop.clear()
        if "namespaces" not in self._zygote.layers:  # which bring a folder of their own
            self._folder = Path(tempfile.mkdtemp(prefix="course-", dir=_scratch_parent()))
        request = {
            "folder": str(self._folder or ""),
            "cpu_seconds": 20 * self._limits.training_seconds,
            "first_number": self._generation * _GENERATION,
            "processor": self._zygote.processor,
        }
        self._worker = self._fork(request)
        self.isolation = self._worker.isolation
        return self._worker

    def _fork(self, request: dict[str, Any]) -> _Worker:
        while True:
            warm = self._zygote.number
            try:
                worker = _Worker(self._zygote, request, self._files)
            except WarmProcessGoneError:
                self._zygote.revive(warm)
                continue
            self._zygote.has_answered()
            return worker

    def _stop(self) -> None:
        self._spoilt, self._modules = False, 0
        self.known.clear()
        if self._worker is not None:
            self._worker.kill()
            self._worker = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


_GENERATION = 10**9
_OF_RESOURCES = ("memory", "thread", "resource", "file")


def _spoils(problem: StudentProblem) -> bool:
    """Whether the process may lack something from now on (memory, descriptors, threads) or tried to end: other
    exercises get a new one, so that they keep their verdicts.
    """
    if problem.outcome == "memory" or "OSError" in problem.types:
        return True
    if problem.types[:1] == ("RuntimeError",):  # "can't start new thread" and PyTorch's words for the like
        return any(word in problem.message for word in _OF_RESOURCES)
    return bool(problem.types) and "Exception" not in problem.types


def _scratch_parent() -> str | None:
    return os.environ.get("COURSE_SCRATCH") or None


def read_day(root: Path, day: str) -> dict[str, bytes]:
    """What may be looked at: the Python files of the day, no links, none larger than a megabyte, not too many."""
    found: dict[str, bytes] = {}
    for path in sorted((root / day).glob("*.py")):
        if (
            len(found) < MAX_FILES
            and path.is_file()
            and not path.is_symlink()
            and path.stat().st_size <= 2**20
        ):
            found[f"{day}/{path.name}"] = path.read_bytes()
    return found


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


def _open_answer(tree: Any, buffers: list[Buffer], parts: list[Any], changed: list[tuple[Any, Any]]) -> Any:
    """What came back; ``changed`` is given what became of the copies of our ``parts``."""
    if type(tree) is not dict:
        raise NotPlainError("an answer is not in the exchange format")
    decoder = Decoder(buffers, _resolve)
    changes = tree.get("changed", [])
    if type(changes) is not list:
        raise NotPlainError("an answer is not in the exchange format")
    following = 0  # each part once, in order
    for change in changes:
        match change:
            case [int(index), value] if type(index) is int and following <= index < len(parts):
                changed.append((parts[index], decoder.decode(value)))
                following = index + 1
            case _:
                raise NotPlainError("an answer is not in the exchange format")
    if "error" in tree:
        raise StudentProblem.from_plain(tree["error"])
    if "ok" not in tree:
        raise NotPlainError("an answer is not in the exchange format")
    return decoder.decode(tree["ok"])


def _resolve(tree: list[Any]) -> Reference:
    if len(tree) == 3 and tree[0] == "h" and type(tree[1]) is int and type(tree[2]) is str:
        return Reference(tree[1], tree[2][:100])
    raise NotPlainError("an answer has an unknown form")


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


class _Worker:
    """One forked process: its socket, its output, its end."""

    def __init__(self, zygote: Zygote, request: dict[str, Any], files: Mapping[str, bytes]) -> None:
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
            self._exit_code()
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
            return timeout_problem(0)
        if code == -signal.SIGKILL:
            return StudentProblem(
                "memory", "Your code was killed by the system, most likely for the memory it used."
            )
        if code < 0:
            return StudentProblem("error", exit_message(f"killed by {signal.Signals(-code).name}"))
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
