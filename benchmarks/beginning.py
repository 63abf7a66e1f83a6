"""How soon does `course grade` say something, and how much does it do again when little has changed?

    python benchmarks/beginning.py [--rounds 5] [--only first changed]

first    by day: seconds until a line stands there, and until the result of a class of one (the untouched skeleton, all
         checks), from a plain shell; and until the first verdict of `course watch`
changed  one student with the solutions of all days: seconds for everything, for nothing new, and after a comment or
         a line of code was added to one file of one day

Medians; prints Markdown.
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
from pathlib import Path

from plain_shell import ENVIRONMENT
from small_assignment import ROOT

from course.catalog import Course, Day, load_course
from course.places import module_files

COMMAND = Path(sys.executable).parent / "course"


def until(words: list[str], *signs: str) -> list[float]:
    """Seconds until a line with each of the signs has come, in this order. `course watch` is then ended."""
    times: list[float] = []
    started = time.perf_counter()
    with subprocess.Popen(
        [COMMAND, *words], cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if len(times) < len(signs) and signs[len(times)] in line:
                times.append(time.perf_counter() - started)
            if len(times) == len(signs) and words[0] == "watch":
                running.terminate()
                break
    return times


def hand_in(folder: Path, source: Path, *days: Day) -> Path:
    """A class of one."""
    for day in days:
        (folder / "ada" / day.name).mkdir(parents=True)
        for path in module_files(source, day.name).values():
            shutil.copy(path, folder / "ada" / day.name)
    return folder


def first(course: Course, rounds: int) -> None:
    print("| day | a line stands there | result of a class of one | `course watch` |\n|---|---|---|---|")
    for day in course.days:
        rows = []
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as name:
                place = Path(name)
                words = ["grade", str(hand_in(place / "in", course.root, day)), "--out", str(place / "out")]
                grading = until([*words, "--day", day.number], "Grading", "1/1 ada")
                rows.append([*grading, *until(["watch", day.number], "exercises done")])
        line, result, watch = (statistics.median(column) for column in zip(*rows, strict=True))
        print(f"| {day.name} | {line:.2f} s | {result:.1f} s | {watch:.1f} s |", flush=True)


def changed(course: Course, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        handed_in = hand_in(place / "in", course.solutions, *course.days)
        words = ["grade", str(handed_in), "--out", str(place / "out")]
        everything = until(words, "Results:")[0]
        nothing = statistics.median(until(words, "Results:")[0] for _ in range(rounds))
        print(f"All days of one student: {everything:.1f} s. Nothing new: {nothing:.1f} s.\n")
        print("| one file of | a comment more | a line of code more |\n|---|---|---|", flush=True)
        for day in course.days:
            file = handed_in / "ada" / day.name / f"{day.modules[0]}.py"
            times: list[float] = []
            for line in ("# a comment, number {}", "_more = {}"):
                rows = []
                for number in range(rounds):
                    with file.open("a", encoding="utf-8") as source:
                        source.write(line.format(number) + "\n")
                    rows.append(until(words, "Results:")[0])
                times.append(statistics.median(rows))
            print(f"| {day.name} | {times[0]:.1f} s | {times[1]:.1f} s |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=["first", "changed"], default=["first", "changed"])
    words = parser.parse_args()
    course = load_course(ROOT)
    if "first" in words.only:
        first(course, words.rounds)
    if "changed" in words.only:
        changed(course, words.rounds)
    print(
        f"\nLoad at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; medians of {words.rounds} rounds."
    )


if __name__ == "__main__":
    main()
