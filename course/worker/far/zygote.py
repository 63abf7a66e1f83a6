"""The warm untrusted process: it has imported NumPy (and PyTorch), has never seen tests or solutions, and
forks on demand.

It listens on one socket. Each request carries four descriptors: the socket of the new process, the
pipe for what it prints, a pipe on which this process reports the number of the child and, later, how it
ended, and a file in memory that holds the student's files. When the holder of the report pipe goes away
the child is killed; when the listening socket closes everything ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import gc
import importlib
import json
import os
import pickle
import select
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from course.catalog.model import Limits
from course.errors import CourseError
from course.worker.ending import tell_stack_when_asked
from course.worker.far import namespaces, sandbox
from course.worker.far.ownership import learn
from course.worker.far.pages import gather_pages
from course.worker.far.refusals import prepare
from course.worker.far.rehearsal import rehearse
from course.worker.far.serving import serve
from course.worker.far.session import reset_process_state
from course.worker.memory import without_collecting

MAX_REQUEST = 65536
WORKER, FILES = 3, 4  # descriptors of a child
_PR_SET_CHILD_SUBREAPER = 36


def main(control_number: int, words: str) -> None:
    """Warm up, say so, then fork for every request until the other side closes."""
    settings = json.loads(words)
    tell_stack_when_asked()
    control = socket.socket(fileno=control_number)
    while os.open(os.devnull, os.O_RDONLY) < FILES:
        pass  # a child puts its descriptors there: no other may have these numbers
    try:
        with undisturbed():
            capabilities = sandbox.probe(settings["off"])
    except CourseError as error:
        sys.exit(str(error))
    if "namespaces" in capabilities.layers:
        namespaces.enter()
    children = adopt_orphans()
    warm(settings["imports"], settings["refused"])
    if settings["many"]:
        gc.collect()
        gather_pages()
    gc.freeze()  # so that a collection in a fork does not touch, and copy, what is shared
    with undisturbed():
        capabilities = sandbox.settle(capabilities)
    # The folder of the engine is another one now, which cannot be listed from inside the walls: so it is listed here.
    PathFinder.find_spec("course.plots", sys.modules["course"].__path__)
    try:
        control.send(json.dumps({"layers": capabilities.layers}).encode())
    except ConnectionError:
        return  # we are not wanted any more
    Zygote(control, settings, capabilities, children).listen()


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """A request to end waits for the end of the block, which makes folders and takes them away; so it does in what the
    block forks and waits for. Anywhere else it ends this process at once, even while it loads a library.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def warm(imports: Sequence[str], refused: Sequence[str] = ()) -> None:
    """Import what submissions will need and put up the guards of refused calls, with one thread; run what is slow
    the first time.
    """
    with without_collecting():
        for name in (*imports, "numpy.ma", "cloudpickle", "course.data"):
            with contextlib.suppress(ImportError):  # a package of another day; its own modules will say so
                importlib.import_module(name)
        for name in refused:
            prepare(name)
    learn("course")  # what stands here when a guard is met is not the student's

    torch: Any = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
        x = torch.ones(1, 1, 4, 4, requires_grad=True)
        torch.nn.functional.conv2d(x, torch.ones(1, 1, 2, 2)).sum().backward()
        with torch.profiler.record_function("warm"):  # as every step of an optimiser does
            pass
        torch.linalg.svd(torch.eye(2))
    with undisturbed():
        rehearse()
    reset_process_state(0)


_FOR_CONTENT = ("course.data", "course.plots", "course.progress", "course.errors")


def forget_engine() -> None:
    """Take away the names by which student code would find the engine in its process: what is in use stays in use,
    and only what content may import can be imported.
    """
    package: Any = sys.modules["course"]
    for name in [name for name in sys.modules if name.startswith("course.")]:
        if not name.startswith(_FOR_CONTENT):
            del sys.modules[name]
            vars(package).pop(name.removeprefix("course."), None)
    sys.modules["__main__"] = ModuleType("__main__")  # was this one


def adopt_orphans() -> int | None:
    """Become the parent of whatever outlives its own, where the system can do that; a list of one's children."""
    if sys.platform != "linux" or ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        return None
    with contextlib.suppress(OSError):
        return os.open(f"/proc/self/task/{os.getpid()}/children", os.O_RDONLY | os.O_CLOEXEC)
    return None


class Zygote:
    def __init__(
        self,
        control: socket.socket,
        settings: dict[str, Any],
        capabilities: sandbox.Capabilities,
        children: int | None,
    ) -> None:
        self._control = control
        self._days: list[str] = settings["days"]
        self._limits = Limits(**settings["limits"])
        self._capabilities = capabilities
        self._children = children
        self._reports: dict[int, int] = {}  # process number → report pipe
        self._forks = 0

    def listen(self) -> None:
        wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) if hasattr(os, "pipe2") else os.pipe()
        os.set_blocking(wake_read, False)
        os.set_blocking(wake_write, False)
        signal.set_wakeup_fd(wake_write)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while True:
            poll = select.poll()
            poll.register(self._control, select.POLLIN)
            poll.register(wake_read, select.POLLIN)
            for report in self._reports.values():
                poll.register(report, 0)  # only: the reader went away
            for number, event in poll.poll():
                if number == wake_read:
                    with contextlib.suppress(BlockingIOError):
                        os.read(wake_read, 4096)
                elif number == self._control.fileno():
                    if not self._accept():
                        self._kill_all()
                        return
                elif event & (select.POLLERR | select.POLLHUP):
                    self._kill_of(number)
            self._reap()

    def _accept(self) -> bool:
        try:
            message, descriptors, _, _ = socket.recv_fds(self._control, MAX_REQUEST, 4)
        except ConnectionResetError:  # the other end was closed with something on its way to it
            return False
        if not message:
            return False
        request = json.loads(message)
        worker, output, report, files = descriptors
        self._forks += 1
        number = os.fork()
        if number == 0:
            self._become_worker(request, worker, output, files)
        os.write(report, f"{number}\n".encode())
        self._reports[number] = report
        for descriptor in (worker, output, files):
            os.close(descriptor)
        return True

    def _become_worker(self, request: dict[str, Any], worker: int, output: int, files: int) -> NoReturn:
        status = 70
        try:
            status = self._work(request, worker, output, files)
        finally:
            os._exit(status)

    def _work(self, request: dict[str, Any], worker: int, output: int, files: int) -> int:
        if request["processor"] is not None:
            os.sched_setaffinity(0, {request["processor"]})
        os.setsid()
        faulthandler.unregister(signal.SIGUSR1)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        null = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((null, 0), (output, 1), (output, 2), (worker, WORKER), (files, FILES)):
            os.dup2(source, target, inheritable=False)
        kept = self._capabilities.kept or FILES + 1
        os.closerange(FILES + 1, kept)
        os.closerange(kept + 1, 4096)
        with open(FILES, "rb") as file:
            given = pickle.load(file)  # from the trusted side
        folder = Path(request["folder"]) if request["folder"] else None
        user = namespaces.FIRST_USER + self._forks % namespaces.USERS
        cell = sandbox.Cell(given, folder, request["cpu_seconds"], user)
        scratch = sandbox.enter(cell, self._limits, self._capabilities)
        os.closerange(FILES, kept + 1)
        sock = socket.socket(fileno=WORKER)
        sock.send(json.dumps(self._capabilities.layers).encode().ljust(256))
        forget_engine()
        serve(sock, scratch, self._days, request["first_number"])
        return 0

    def _reap(self) -> None:
        while self._reports:
            try:
                number, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if number == 0:
                return
            report = self._reports.pop(number, None)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(number, signal.SIGKILL)  # what it may have started
            if report is not None:
                with contextlib.suppress(OSError):
                    os.write(report, f"{os.waitstatus_to_exitcode(status)}\n".encode())
                os.close(report)
            self._kill_orphans()

    def _kill_orphans(self) -> None:
        """End what a submission has started and left behind; it has become ours with its parent's end."""
        if self._children is None:
            return
        for word in os.pread(self._children, 65536, 0).split():
            if int(word) not in self._reports:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(int(word), signal.SIGKILL)

    def _kill_of(self, report: int) -> None:
        for number, pipe in self._reports.items():
            if pipe == report:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(number, signal.SIGKILL)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)

    def _kill_all(self) -> None:
        for report in list(self._reports.values()):
            self._kill_of(report)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
