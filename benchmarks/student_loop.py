"""How long a student waits at `course watch`, in a pseudo-terminal, from a plain shell.

Usage: python benchmarks/student_loop.py [--saves 30] [--rounds 5]

first sign     from the start to the first letter on the screen
first verdict  from the start to the verdict on the exercise that is next; behind it the seconds of processor that
               this takes, all processes together, which tell more on a busy machine
save           from a save to its verdict on the screen, every other one wrong
cancel         an endless loop is at work; from a key that goes to another exercise to the verdict on that one
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pty
import resource
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMAND = Path(sys.executable).with_name("course")
SHELL = {name: os.environ[name] for name in ("HOME", "PATH", "LANG") if name in os.environ}
VERDICT = "exercises done"


@dataclass(frozen=True)
class Case:
    """An exercise, the end of a line of its solution, and what stands there when it is wrong, or without end."""

    day: str
    module: str
    exercise: str
    right: str
    wrong: str
    endless: str

    def text(self, end: str, number: int) -> str:
        """The module with this end of the line, told apart by a comment."""
        text = (ROOT / "solutions" / self.day / f"{self.module}.py").read_text(encoding="utf-8")
        assert self.right in text, f"{self.right!r} is not in the solution any more"
        return text.replace(f"{self.right}\n", f"{end}  # {number}\n", 1)


FOR_EVER = "all(True for _ in iter(int, 1))"
CASES = {
    "NumPy": Case(
        "day03_linalg",
        "regression",
        "vandermonde",
        "np.arange(degree + 1)",
        "np.arange(degree)",
        f"np.arange(degree + {FOR_EVER})",
    ),
    "PyTorch": Case(
        "day13_optim",
        "optimizers",
        "SGD.step",
        "p -= self.learning_rate * g",
        "p -= 2 * self.learning_rate * g",
        f"p -= {FOR_EVER} * g",
    ),
}


class Watching:
    """`course watch` in a terminal of its own, in a copy of one day."""

    def __init__(self, folder: Path, *words: str) -> None:
        self._ours, theirs = pty.openpty()
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            [COMMAND, "watch", *words],
            cwd=folder,
            env=SHELL | {"TERM": "xterm"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)

    def until(self, sign: str) -> float:
        """The moment at which ``sign`` has been drawn."""
        seen = ""
        while sign not in seen:
            if not select.select([self._ours], [], [], 120)[0]:
                raise TimeoutError(f"no {sign!r} in {seen!r}")
            seen += os.read(self._ours, 65536).decode("utf-8", "replace")
        return time.perf_counter()

    def press(self, key: str) -> float:
        os.write(self._ours, key.encode())
        return time.perf_counter()

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()
        os.close(self._ours)


@contextlib.contextmanager
def copy_of(case: Case) -> Iterator[Path]:
    """A folder of the course with one day, the solution in its place."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shutil.copy(ROOT / "course.toml", folder)
        for part in (case.day, f"tests/{case.day}"):
            shutil.copytree(ROOT / part, folder / part)
        yield folder


def begin(case: Case, rounds: int) -> tuple[list[float], list[float], float]:
    """Seconds to the first sign, and to the first verdict; seconds of processor for one start."""
    signs, verdicts = [], []
    before = processor_seconds()
    with copy_of(case) as folder:
        for _ in range(rounds):
            with contextlib.closing(Watching(folder, case.day)) as watching:
                signs.append(watching.until("…") - watching.started)
                verdicts.append(watching.until(VERDICT) - watching.started)
    return signs, verdicts, (processor_seconds() - before) / rounds


def processor_seconds() -> float:
    """Of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def save(folder: Path, case: Case, text: str) -> float:
    """As editors do: a new file in the place of the old one."""
    path = folder / case.day / f"{case.module}.py"
    beside = path.with_name(".swap")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
    return time.perf_counter()


def saves(case: Case, number: int) -> list[float]:
    """Seconds from a save to its verdict."""
    times = []
    with copy_of(case) as folder, watching_one(folder, case) as watching:
        for at in range(number + 2):
            began = save(folder, case, case.text(case.right if at % 2 else case.wrong, at))
            times.append(watching.until(VERDICT) - began)
    return times[2:]  # the first wrong one has the misconceptions put through the checks


def cancels(case: Case, rounds: int) -> list[float]:
    """Seconds from a key to the verdict on another exercise, while an endless loop is at work."""
    times = []
    with copy_of(case) as folder, watching_one(folder, case, case.day) as watching:
        for at in range(rounds):
            save(folder, case, case.text(case.right, at))
            watching.until(VERDICT)
            save(folder, case, case.text(case.endless, at))
            watching.until(f"/{case.exercise}…")
            time.sleep(0.5)
            began = watching.press("p")
            times.append(watching.until(VERDICT) - began)
    return times


@contextlib.contextmanager
def watching_one(folder: Path, case: Case, words: str = "") -> Iterator[Watching]:
    """The first verdict is on the screen."""
    with contextlib.closing(
        Watching(folder, words or f"{case.day}/{case.module}.{case.exercise}")
    ) as watching:
        watching.until(VERDICT)
        yield watching


def row(what: str, times: Sequence[float], asked: str = "") -> None:
    ordered = sorted(times)
    p90 = ordered[min(round(0.9 * len(ordered)), len(ordered) - 1)]
    print(f"| {what} | {statistics.median(times):.3f} s | {p90:.3f} s | {len(times)} | {asked} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--saves", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=5)
    words = parser.parse_args()
    print("| | median | p90 | times | asked |\n|---|---|---|---|---|")
    for name, asked in (("NumPy", "1 s"), ("PyTorch", "4 s")):
        case = CASES[name]
        signs, verdicts, used = begin(case, words.rounds)
        row(f"start to first sign, {case.day}", signs, "0.2 s")
        row(f"start to first verdict, {case.day} ({used:.1f} s of processor)", verdicts, asked)
        row(f"save to verdict, {name}", saves(case, words.saves))
        row(f"cancel to the next verdict, {name}", cancels(case, words.rounds))
    print(f"\nLoad at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")


if __name__ == "__main__":
    main()
