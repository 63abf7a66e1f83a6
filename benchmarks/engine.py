"""Speed of the engine: suite, commands, isolated calls. Ratios are taken within one run; medians; prints Markdown.

python benchmarks/engine.py [--rounds N]
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from course.catalog import load_course
from course.worker.near.handle import Student
from course.worker.near.warm import WarmProcess
from course.worker.outcomes import Budget

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
DAY = "day03_linalg"


def timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def command(*words: str) -> None:
    """A whole command, cold, from the root of the course."""
    subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def commands(rounds: int) -> list[tuple[str, float, str]]:
    """Cold commands, interleaved so that all see the same load."""
    pytest = [str(BIN / "pytest"), "-q", "--solutions", f"tests/{DAY}"]
    course = str(BIN / "course")
    table: dict[str, tuple[list[str], str]] = {
        "cold `pytest --solutions`, day 3": (pytest, "< 4 s"),
        "`course check day03 --solutions`": ([course, "check", "day03", "--solutions"], "< 1.25 × pytest"),
        "`course check day03 --solutions --isolated`": (
            [course, "check", "day03", "--solutions", "--isolated"],
            "",
        ),
        "`course --help`": ([course, "--help"], "< 0.25 s"),
        "`course status`": ([course, "status"], "< 0.25 s"),
    }
    times: dict[str, list[float]] = {name: [] for name in table}
    for _ in range(rounds):
        for name, (words, _) in table.items():
            times[name].append(timed(lambda words=words: command(*words)))
    return [(name, statistics.median(times[name]), table[name][1]) for name in table]


def calls(rounds: int) -> list[tuple[str, float, str]]:
    """Round trips to a warm isolated process."""
    course = load_course(ROOT)
    with tempfile.TemporaryDirectory() as folder, WarmProcess([DAY], ["numpy"], course.limits) as zygote:
        module = Path(folder) / DAY / "echo.py"
        module.parent.mkdir()
        module.write_text("def echo(x):\n    return x\n", encoding="utf-8")
        link = zygote.open(Path(folder), DAY)
        link.begin(1, (), Budget(60, 60))
        student = Student(link, f"{DAY}.echo")
        small, large = np.ones(3), np.ones(2**20)
        student.echo(large)
        trips = [timed(lambda: student.echo(small)) for _ in range(200 * rounds)]
        big = [timed(lambda: student.echo(large)) for _ in range(10 * rounds)]
        link.close()

        def fresh() -> None:
            other = zygote.open(Path(folder), DAY)
            other.begin(1, (), Budget(60, 60))
            Student(other, f"{DAY}.echo").echo(small)
            other.close()

        starts = [timed(fresh) for _ in range(20 * rounds)]
    return [
        ("isolated call, 3 numbers there and back", statistics.median(trips), "< 0.3 ms"),
        ("isolated call, 8 MB float64 there and back", statistics.median(big), "< 25 ms"),
        ("fork, walls, import, one call, end", statistics.median(starts), ""),
    ]


def saves(rounds: int) -> list[tuple[str, float, str]]:
    """From a save to the line of `course watch` that holds the verdict, in a copy of the day."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shutil.copy(ROOT / "course.toml", folder)
        for part in (DAY, f"tests/{DAY}"):
            shutil.copytree(ROOT / part, folder / part)
        file = folder / DAY / "regression.py"
        right = (ROOT / "solutions" / DAY / "regression.py").read_text(encoding="utf-8")
        wrong = right.replace("np.arange(degree + 1)", "np.arange(degree)")
        words = [str(BIN / "course"), "watch", "day03/regression.vandermonde"]
        with subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, encoding="utf-8") as watching:
            screen = watching.stdout
            assert screen is not None

            def verdict() -> None:
                while "exercises done" not in next(screen):
                    pass

            def save(text: str) -> None:
                file.write_text(text, encoding="utf-8")
                verdict()

            verdict()
            times = [
                timed(lambda text=text: save(text)) for _ in range(2 * rounds) for text in (wrong, right)
            ]
            watching.terminate()
    return [("`course watch`, save to verdict, NumPy exercise", statistics.median(times), "< 0.3 s")]


def show(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{1000 * seconds:.2f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    rows = commands(rounds) + calls(rounds) + saves(rounds)
    print(
        f"\nLoad at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; medians of {rounds} rounds.\n"
    )
    print("| what | median | target |\n|---|---|---|")
    for name, seconds, target in rows:
        print(f"| {name} | {show(seconds)} | {target} |")
    by_name = {name: seconds for name, seconds, _ in rows}
    ratio = by_name["`course check day03 --solutions`"] / by_name["cold `pytest --solutions`, day 3"]
    print(f"| check / pytest, same run | {ratio:.2f} × | < 1.25 × |")


if __name__ == "__main__":
    main()
