"""Student code in an isolated process: the link that a test's handles go through.

Nothing that comes back is believed beyond being plain data, and when a process had to be killed the next check gets a
new one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from course.catalog.model import PROJECT, TEXTS
from course.places import find_file, module_files
from course.worker.arguments import mutable_parts
from course.worker.asking import write_question
from course.worker.near.child import Child
from course.worker.near.clock import Clock
from course.worker.near.handle import HeldNames, Reference
from course.worker.near.warm import WarmProcess, WarmProcessGoneError
from course.worker.outcomes import Budget, StudentProblem, timeout_problem
from course.worker.requests import Request
from course.worker.values import Buffer, Decoder, NotPlainError, read_tree
from course.worker.wire import pack

MAX_FILES = 200


class IsolatedLink:
    """A session in a process of its own, started when it is first needed and again after it had to be
    killed.
    """

    def __init__(self, zygote: WarmProcess, root: Path | Mapping[str, bytes], days: Sequence[str]) -> None:
        self._zygote = zygote
        self._limits = zygote.limits
        self._files: dict[str, bytes] = {}
        for day in days:
            if isinstance(root, Path):
                self._files |= read_day(root, day)
            else:
                self._files |= {name: data for name, data in root.items() if name.startswith(f"{day}/")}
        self._folder: Path | None = None
        self._worker: Child | None = None
        self._generation = 0
        self._begin: tuple[int, tuple[str, ...]] | None = None  # not yet sent
        self._begun: tuple[int, tuple[str, ...]] | None = None
        self._drop: list[int] = []
        self._budget = Budget(self._limits.test_seconds, self._limits.call_seconds)
        self._left = self._budget.test_seconds
        self._ended: StudentProblem | None = None
        self._unfit: StudentProblem | None = None  # why there will never be a process
        self._spoilt = False
        self._modules = 0  # that this process has imported
        self.failed_imports: dict[str, StudentProblem] = {}
        self.known = HeldNames()
        self.changed: list[tuple[Any, Any]] = []
        self.spent = 0.0
        self.isolation: tuple[str, ...] = ()

    def text(self, place: str) -> bytes | None:
        return self._files.get(place)

    def begin(self, seed: int, refused: tuple[str, ...], budget: Budget) -> None:
        if self._spoilt:
            self._stop()
        self._begin = self._begun = (seed, refused)
        self._budget, self._left = budget, budget.test_seconds
        self._ended = self._unfit
        if self._worker is not None:
            self._worker.output.clear()

    def request(self, request: Request) -> Any:
        self.changed.clear()
        if self._ended is None and self._budget.is_spent(self._left):
            self._ended = timeout_problem(self._budget.test_seconds)
        if self._ended is not None:
            raise self._ended
        if request.verb != "import" or not self._modules:
            return self._request(request)
        try:
            return self._request(request)
        except StudentProblem as problem:
            if problem.outcome not in ("error", "not_gradable", "memory") or self._ended is not None:
                raise
        # Another module of the day may be at fault (files deleted, memory used up): once more without it.
        self._stop()
        self._begin = self._begun
        return self._request(request)

    def _request(self, request: Request) -> Any:
        worker = self._worker or self._start()
        question = write_question(request, self._begin, self._drop)
        self._begin, self._drop = None, []
        seconds = max(min(self._left, self._budget.call_seconds), 0.01)
        clock = Clock(worker.number, seconds, self._budget.limit(self._left))
        try:
            answer, buffers = worker.exchange(pack(*question), clock)
            value = _open_answer(
                read_tree(answer), buffers, mutable_parts(request.args, request.kwargs), self.changed
            )
        except StudentProblem as problem:
            self._spoilt = self._spoilt or _spoils(problem)
            if problem.outcome in ("timeout", "output", "grader_fault") or worker.dead:
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
        except Exception:  # a fault of ours: whatever it was, the next check gets a new process
            self._stop()
            raise
        finally:
            used = clock.used()
            self._left -= used
            self.spent += used
        self._modules += request.verb == "import"
        return value

    @property
    def output(self) -> Any:
        return self._worker.output if self._worker is not None else None

    def forget(self, number: int) -> None:
        if number // _GENERATION == self._generation and number not in self.known:
            self._drop.append(number)

    def close(self) -> None:
        self._stop()

    def _start(self) -> Child:
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

    def _fork(self, request: dict[str, Any]) -> Child:
        while True:
            warm = self._zygote.number
            try:
                worker = Child(self._zygote, request, self._files)
            except WarmProcessGoneError:
                self._zygote.revive(warm)
                continue
            except StudentProblem as problem:
                self._unfit = self._ended = problem
                raise
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
    """What may be looked at: the Python files of the day, and what else a project hands in; no links, none larger than
    a megabyte, not too many.
    """
    found: dict[str, bytes] = {}
    texts = [path for name in TEXTS if day.startswith(PROJECT) and (path := find_file(root, f"{day}/{name}"))]
    for path in [*module_files(root, day).values(), *texts]:
        if (
            len(found) < MAX_FILES
            and path.is_file()
            and not path.is_symlink()
            and path.stat().st_size <= 2**20
        ):
            found[f"{day}/{path.name}"] = path.read_bytes()
    return found


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
