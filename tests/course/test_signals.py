"""Requests to end: heard by every command, whatever it has inherited, and nothing of it stays."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course.catalog import Course
from course.release.skeletons import differences, write
from course.signals import RequestToEndError, hear_requests_to_end, leave_requests_to_parent
from tests.course.conftest import LONGEST, SOLUTION
from tests.course.test_grading import hand_in

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="grading and verifying need fork")

SLOW = SOLUTION.replace("return float(", "for _ in range(10**7):\n        pass\n    return float(")
COMMANDS = {
    "watch": ("watch",),
    "grade": ("grade", "in", "--out", "out", "--jobs", "2"),
    "check": ("check", "--solutions"),
    "verify": ("verify", "--jobs", "2"),
    "release": ("release", "--check"),
}


@pytest.fixture
def slow(releasable: Course) -> Course:
    """A course whose work takes seconds, with a class that has handed in."""
    write(releasable, differences(releasable), force=False)
    (releasable.solutions / "day01_tiny/sums.py").write_text(SLOW, encoding="utf-8")
    for number in range(20):
        hand_in(releasable.root / "in", f"student{number:02}", f"{SLOW}\n# {number}\n")
    return releasable


@pytest.fixture(autouse=True)
def _terminal() -> Iterator[None]:
    """A SIGHUP that is ignored stays so, and below ``nohup make test &`` it is."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def _ignore() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def start(
    course: Course, words: tuple[str, ...], before: Callable[[], None] = _ignore
) -> subprocess.Popen[bytes]:
    """A command as a shell starts it in the background: in a group of its own, deaf to Ctrl-C."""
    return subprocess.Popen(
        [sys.executable, "-m", "course", *words],
        cwd=course.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=before,
    )


def wait_until_it_works(process: subprocess.Popen[bytes], *, alone: bool) -> None:
    """Until it hears requests and has started another process; one that works alone, has computed for a while."""
    until = time.monotonic() + LONGEST
    while time.monotonic() < until and process.poll() is None:
        at_work = _seconds(process.pid) > 0.3 if alone else len(in_session(process.pid)) > 1
        if at_work and _hears(process.pid):
            return
        time.sleep(0.01)


def _hears(number: int) -> bool:
    status = Path(f"/proc/{number}/status").read_text()
    caught = int(next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt")), 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)


def _seconds(number: int) -> float:
    fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def in_session(number: int) -> list[int]:
    """The processes of a session that are still there."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(session) == number and state != "Z":
            found.append(int(folder.name))
    return found


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize(
    ("command", "number"),
    [
        *((command, signal.SIGINT) for command in COMMANDS),
        ("check", signal.SIGTERM),
        ("grade", signal.SIGHUP),
    ],
    ids=str,
)
def test_a_command_started_in_the_background_ends_in_order(
    slow: Course, command: str, number: signal.Signals
) -> None:
    process = start(slow, COMMANDS[command])
    wait_until_it_works(process, alone=command in ("check", "release"))
    assert process.poll() is None
    os.killpg(process.pid, number)
    _, said = process.communicate(timeout=LONGEST)
    if command == "watch":
        assert (process.returncode, said) == (0, b"")
    else:
        assert process.returncode == 128 + number
        assert said.decode() == f"course: stopped by {number.name} before it was done.\n"
    until = time.monotonic() + LONGEST
    while in_session(process.pid) and time.monotonic() < until:
        time.sleep(0.01)
    assert not in_session(process.pid)


def test_a_request_that_python_swallows_is_made_again() -> None:
    class Thing: ...

    def wait() -> None:
        thing = Thing()
        watched = weakref.ref(
            thing, lambda _: signal.raise_signal(signal.SIGTERM)
        )  # nothing is raised from there
        del thing
        assert watched() is None
        select.select([], [], [], 60)

    with pytest.raises(RequestToEndError, match="SIGTERM"), hear_requests_to_end():
        wait()


def test_a_request_that_code_swallows_is_made_again() -> None:
    caught = []

    def wait() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt:
            caught.append(True)
        select.select([], [], [], 60)

    with pytest.raises(RequestToEndError, match="SIGTERM"), hear_requests_to_end():
        wait()
    assert caught == [True]


def test_what_takes_long_to_close_is_not_asked_again() -> None:
    closed = []

    def wait() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            select.select([], [], [], 0.5)
            closed.append(True)

    with pytest.raises(RequestToEndError), hear_requests_to_end():
        wait()
    assert closed == [True]


def test_what_comes_right_after_a_request_is_the_same_one() -> None:
    cleaned = []

    def end() -> None:
        try:
            signal.raise_signal(signal.SIGHUP)
        finally:
            signal.raise_signal(signal.SIGTERM)
            cleaned.append(True)

    with pytest.raises(RequestToEndError) as ended, hear_requests_to_end():
        end()
    assert (ended.value.status, cleaned) == (129, [True])


def test_outside_of_the_block_everything_is_as_it_was() -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before, hook = [signal.getsignal(number) for number in numbers], sys.unraisablehook
    with hear_requests_to_end():
        assert [signal.getsignal(number) for number in numbers] != before
    assert [signal.getsignal(number) for number in numbers] == before
    assert sys.unraisablehook == hook


def test_what_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with hear_requests_to_end():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_thread_hears_nothing() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen = []

    def listen() -> None:
        with hear_requests_to_end():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert seen == [before]


@pytest.mark.parametrize(
    ("number", "ends"), [(signal.SIGINT, False), (signal.SIGHUP, False), (signal.SIGTERM, True)]
)
def test_a_process_of_ours_leaves_them_to_its_parent(number: int, ends: bool) -> None:
    child = os.fork()
    if child == 0:
        leave_requests_to_parent()
        signal.raise_signal(number)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == (number if ends else 0)


def test_a_fork_does_not_unwind_what_its_parent_has_opened() -> None:
    with hear_requests_to_end():
        child = os.fork()
        if child == 0:
            try:
                signal.raise_signal(signal.SIGTERM)
            finally:
                os._exit(0)
        assert os.waitpid(child, 0)[1] == signal.SIGTERM
