"""Student code in this process: for a student at work, an IDE, a debugger.

Calls go to the very module, so breakpoints and tracebacks are as in any Python program; results take
the same road through the exchange format as from an isolated process, so that a test sees the same
values either way. Where the platform has them, an alarm and a memory limit turn an endless loop or an
enormous array into a verdict; under a debugger both are off.
"""

from __future__ import annotations

import contextlib
import copy
import io
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType, FunctionType
from typing import Any, TextIO

import numpy as np

from course.catalog.model import Limits
from course.places import find_file
from course.worker.arguments import Watch, is_tensor, mutable_parts
from course.worker.asking import is_of_a_test
from course.worker.far.importing import forget_orphans
from course.worker.far.ownership import trust
from course.worker.far.session import Session
from course.worker.memory import address_space
from course.worker.near.alarm import Alarm, TimeUpError
from course.worker.near.handle import Handle, HeldNames, Reference
from course.worker.outcomes import Budget, Interruption, StudentProblem, cannot_be_sent, timeout_problem
from course.worker.requests import Request
from course.worker.values import ARRAY_KINDS, Decoder, Encoder, NotPlainError, write_tree


class _EarlyExitError(Interruption):
    """Raised in place of ``os._exit``, which would take the whole test run with it."""


class LocalLink:
    """A session in this process.

    With ``echo`` what student code prints also goes where it would go without us (pytest captures it), and standard
    input is left alone, so that ``breakpoint()`` works.
    """

    def __init__(self, root: Path, days: Sequence[str], limits: Limits, *, echo: bool = False) -> None:
        self._session = Session(root.resolve(), days)
        self._limits = limits
        self._echo = echo
        self._budget = Budget(limits.test_seconds, limits.call_seconds)
        self._alarm = Alarm(self._session.root)
        self.output = BoundedOutput(limits.output_kib * 1024)
        self.failed_imports: dict[str, StudentProblem] = {}
        self.known = HeldNames()
        self.changed: list[tuple[Any, Any]] = []
        self.spent = 0.0

    def text(self, place: str) -> bytes | None:
        file = find_file(self._session.space.root, place)
        return file.read_bytes() if file is not None and file.stat().st_size <= 2**20 else None

    def begin(self, seed: int, refused: tuple[str, ...], budget: Budget) -> None:
        self._session.begin(seed, refused)
        self._budget = budget
        self._alarm = Alarm(self._session.root)
        self.output.clear()

    def request(self, request: Request) -> Any:
        self.changed.clear()
        if self._budget.is_spent(self._left) and not _debugging():
            raise timeout_problem(self._budget.test_seconds)
        memo: dict[int, Any] = {}
        args = _copied(request.args, self._session, memo)
        kwargs = _copied(request.kwargs, self._session, memo)
        watch = Watch(args, kwargs)
        try:
            with self._bounds():
                result = self._session.perform(request._replace(args=args, kwargs=kwargs))
        except StudentProblem as problem:
            if problem.outcome in ("memory", "output"):  # which may strike in the midst of an import
                forget_orphans()
            raise
        finally:
            mine = mutable_parts(request.args, request.kwargs)
            self.changed += [
                (mine[place], _copied(part, self._session, {})) for place, part in watch.changes()
            ]
        encoder = Encoder(lambda value: ["h", *self._session.keep(value)])
        try:
            tree = encoder.encode(result)
            if encoder.is_large:
                write_tree(tree)  # to see, as an isolated process does, that it is not too long
            return Decoder(encoder.buffers, _resolve).decode(tree)
        except NotPlainError as error:
            raise cannot_be_sent(str(error)) from None

    def forget(self, number: int) -> None:
        if number not in self.known:
            self._session.drop([number])

    def close(self) -> None:
        self._session.refusals.uninstall()

    @property
    def _left(self) -> float:
        return self._budget.test_seconds - self._alarm.used

    def _may_be_cut_at(self, frame: FrameType | None) -> bool:
        return self._session.may_be_cut_at(frame) and not _debugging()

    @contextlib.contextmanager
    def _bounds(self) -> Iterator[None]:
        if _debugging():
            yield
            return
        left, before = self._left, self._alarm.used
        try:
            with (
                self._alarm.limit(max(min(left, self._budget.call_seconds), 0.001), self._may_be_cut_at),
                _memory(self._limits.memory_mib),
                _no_exit(),
                self.output.collecting(self._echo),
            ):
                yield
        except TimeUpError:
            raise self._alarm.problem(self._budget.limit(left)) from None
        except _EarlyExitError as error:
            raise StudentProblem("error", exit_message(str(error))) from None
        except _FloodError:
            raise flood_problem(self._limits.output_kib) from None
        finally:
            self.spent += self._alarm.used - before


def _debugging() -> bool:
    """A debugger or a coverage tool is at work: an alarm would only be in its way.

    A notebook's kernel has a debugger loaded from the start; it counts once somebody is connected to it.
    """
    pydevd = sys.modules.get("pydevd")
    debugger = getattr(pydevd, "get_global_debugger", lambda: pydevd)
    return sys.gettrace() is not None or debugger() is not None


def flood_problem(kib: int) -> StudentProblem:
    return StudentProblem(
        "output", f"Your code printed more than {kib} KiB during one check; is there a print in a loop?"
    )


def exit_message(status: str) -> str:
    return f"Your code ended the program ({status}) before it gave an answer."


def _copied(value: Any, session: Session, memo: dict[int, Any]) -> Any:
    """What a call gets: copies, as another process would, with what was shared still shared (``memo`` knows by
    identity), and the objects themselves that handles stand for.
    """
    kind = type(value)
    if kind is Handle:
        return session.object(value._number)
    if id(value) in memo:
        return memo[id(value)]
    made: Any
    if kind is tuple:
        made = tuple(_copied(part, session, memo) for part in value)
    elif kind is list:
        made = [_copied(part, session, memo) for part in value]
    elif kind is dict:
        made = {key: _copied(part, session, memo) for key, part in value.items()}
    elif kind is np.ndarray and value.dtype.kind in ARRAY_KINDS:
        made = value.copy()
    elif is_tensor(value):
        made = value.detach().clone().contiguous().requires_grad_(value.requires_grad)
    else:
        mine = value if isinstance(value, (FunctionType, type)) else kind
        if is_of_a_test(mine):
            trust(mine)
        try:
            made = copy.deepcopy(value, memo)
        except Exception:  # such as an open file: it goes as it is
            made = value
    memo[id(value)] = made
    return made


def _resolve(tree: list[Any]) -> Reference:
    return Reference(tree[1], tree[2])


@contextlib.contextmanager
def _memory(mib: int) -> Iterator[None]:
    used = address_space()
    if used is None:
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = used + mib * 2**20
    if (hard != resource.RLIM_INFINITY and wanted > hard) or (
        soft != resource.RLIM_INFINITY and wanted > soft
    ):
        yield
        return
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@contextlib.contextmanager
def _no_exit() -> Iterator[None]:
    before = os._exit

    def early_exit(status: int = 0) -> None:
        raise _EarlyExitError(f"os._exit({status})")

    os._exit = early_exit  # type: ignore[assignment]
    try:
        yield
    finally:
        os._exit = before


class _FloodError(Interruption):
    """Student code printed too much."""


class BoundedOutput(io.TextIOBase):
    """Keeps the head of what is printed and raises once there is far too much."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts: list[str] = []
        self._size = 0
        self._through: TextIO | None = None

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._size += len(text)
        if self._size <= 4000:
            self._parts.append(text)
        if self._size > self._limit:
            raise _FloodError
        if self._through is not None:
            self._through.write(text)
        return len(text)

    def clear(self) -> None:
        self._parts.clear()
        self._size = 0

    @property
    def text(self) -> str:
        return "".join(self._parts)

    @contextlib.contextmanager
    def collecting(self, echo: bool) -> Iterator[None]:
        """Take standard output and error inside the block; with ``echo`` also pass them on."""
        stream: Any = self
        stdin = sys.stdin
        self._through = sys.stdout if echo else None
        try:
            with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
                if not echo:
                    sys.stdin = io.StringIO()
                yield
        finally:
            sys.stdin = stdin
