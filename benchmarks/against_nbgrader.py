"""`course grade` against `nbgrader autograde`: the same notebooks of the same class, to the same points.

python benchmarks/against_nbgrader.py [--day day03_linalg] [--size N] [--large M] [--rounds R]

nbgrader gets N submissions, `course grade` N and then M, so that the start of the command falls out of the cost of a
submission; writing the results into the gradebook is counted on its own. Prints Markdown; ratios are taken within
one round, then the median.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import plain_shell
from small_assignment import ROOT, Assignment, hand_in

from course.catalog import Course, load_course
from course.notebooks.converting import notebook_text
from course.notebooks.gradebooks import open_api
from course.release.nbgrader import release_nbgrader

ENVIRONMENT = {
    **plain_shell.ENVIRONMENT,
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--day", default="day03_linalg")
    parser.add_argument("--size", type=int, default=5)
    parser.add_argument("--large", type=int, default=45)
    parser.add_argument("--rounds", type=int, default=3)
    words = parser.parse_args()
    real = load_course(ROOT)
    course = dataclasses.replace(real, days=(real.day(words.day),))
    with tempfile.TemporaryDirectory() as place:
        small, large = Path(place) / "small", Path(place) / "large"
        release_nbgrader(course, course.days, small)
        hand_in_notebooks(course, large / "submitted", words.large)
        hand_in_notebooks(course, small / "submitted", words.size)
        rows = [one_round(course, small, large, words.size, words.large) for _ in range(words.rounds)]
    theirs, ours, whole, writing = (statistics.median(row[n] for row in rows) for n in range(4))
    ratio = statistics.median(row[0] / row[1] for row in rows)
    print(f"| {words.day}, {words.rounds} rounds | per submission |\n|---|---|")
    print(f"| `nbgrader autograde`, {words.size} notebooks, with the start of the command | {theirs:.2f} s |")
    print(f"| `course grade` (slope from {words.size} to {words.large} notebooks) | {1000 * ours:.0f} ms |")
    print(
        f"| `course grade`, {words.large} notebooks, with the start of the command | {1000 * whole:.0f} ms |"
    )
    print(f"| `course nbgrader-scores`, with the start of the command | {1000 * writing:.0f} ms |")
    print(f"| ratio of the first two | **{ratio:.0f}×** |")


def hand_in_notebooks(course: Course, folder: Path, size: int) -> None:
    """The class of the other benchmarks, every student's modules carried over into the notebook."""
    day = course.days[0]
    hand_in(Assignment(course, day.name), folder, size)
    for student in sorted(folder.iterdir()):
        files = {path.stem: path.read_bytes() for path in (student / day.name).glob("*.py")}
        shutil.rmtree(student / day.name)
        (student / day.name).mkdir()
        text = notebook_text(course, day, files)
        (student / day.name / f"{day.name}.ipynb").write_text(text, encoding="utf-8")


def one_round(
    course: Course, small: Path, large: Path, size: int, many: int
) -> tuple[float, float, float, float]:
    """Seconds per submission: nbgrader, the slope of `course grade`, all of `course grade`, writing the gradebook."""
    day = course.days[0]
    shutil.rmtree(small / "autograded", ignore_errors=True)
    theirs = seconds(["-m", "nbgrader", "autograde", day.name, "--force"], small)
    with open_api(small) as api, api.gradebook as gradebook:
        expected = {one.student_id: one.score for one in gradebook.assignment_submissions(day.name)}
    with tempfile.TemporaryDirectory() as out:
        few = seconds(grade(small, Path(out) / "few", course, day.name), ROOT)
        all_of_them = seconds(grade(large, Path(out) / "many", course, day.name), ROOT)
        writing = seconds(["-m", "course", "nbgrader-scores", str(Path(out) / "few"), str(small)], ROOT)
    with open_api(small) as api, api.gradebook as gradebook:
        found = {one.student_id: one.score for one in gradebook.assignment_submissions(day.name)}
    if found != expected:
        raise SystemExit(f"The two graders differ: {expected} and {found}")
    return theirs / size, (all_of_them - few) / (many - size), all_of_them / many, writing / size


def grade(folder: Path, out: Path, course: Course, day: str) -> list[str]:
    words = [str(folder), "--out", str(out), "--day", day, "--seed", str(course.seed)]
    return ["-m", "course", "grade", *words]


def seconds(words: list[str], folder: Path) -> float:
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} failed:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
