"""`course grade` against other graders: the same submissions, checks, seed and points, on the small assignments.

python benchmarks/graders.py [--days DAY…] [--few N] [--many M] [--rounds R] [--otter PYTHON] [--without GRADER]…

Ours gets M submissions and all layers of isolation; the others get the first N of them and none. Commands that grade
a whole class are timed with two sizes, so that their start can be told from the cost of a submission. Every grader
must give every submission the same points, or there are no figures. Ratios are taken within one round, then the
median; prints Markdown. Otter is installed into a throw-away environment, or used from the one of ``--otter``.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from against_nbgrader import ENVIRONMENT, hand_in_notebooks
from otter_assignment import API, OtterError, install_otter, otter_notebook, otter_zip
from small_assignment import Assignment, hand_in, small_course

from course.notebooks.gradebooks import open_api
from course.release.nbgrader import release_nbgrader

START = 2  # submissions in the smaller class of a command that grades a whole class
TUNED = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
OURS = "`course grade --jobs 2`, every layer"


@dataclass(frozen=True)
class Measured:
    """Seconds per submission: wall with the start of the command and without it, processor without it; and the
    points of every student.
    """

    whole: float
    each: float
    cpu: float
    points: dict[str, float]


@dataclass(frozen=True)
class Work:
    """One assignment as every grader wants it; ``students`` are those that the slow graders get."""

    assignment: Assignment
    folder: Path
    students: Sequence[str]
    many: int

    @property
    def day(self) -> str:
        return self.assignment.day


Grader = Callable[[Work], Measured]


def prepare(day: str, folder: Path, few: int, many: int) -> Work:
    """The class as modules, as notebooks in an nbgrader course, and as notebooks for Otter."""
    assignment = small_course(day, folder / "course")
    course = assignment.course
    hand_in(assignment, folder / "modules", many)
    students = sorted(path.name for path in (folder / "modules").iterdir())
    for student in students[:START]:
        shutil.copytree(folder / "modules" / student, folder / "start" / student)
    release_nbgrader(course, course.days, folder / "nbgrader")
    hand_in_notebooks(course, folder / "nbgrader" / "submitted", few)
    (folder / "otter").mkdir()
    for student in students[:few]:
        text = otter_notebook(course.days[0], folder / "modules" / student / day)
        (folder / "otter" / f"{student}.ipynb").write_text(text, encoding="utf-8")
    return Work(assignment, folder, students[:few], many)


@dataclass(frozen=True)
class Took:
    """Wall and processor seconds of a command with all that it started, and what it said."""

    wall: float
    cpu: float
    said: str


def run(command: Sequence[str | Path], folder: Path, good: tuple[int, ...] = (0,), **more: str) -> Took:
    """Run a command with one thread per process."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env={**ENVIRONMENT, **more}, capture_output=True, text=True, check=False
    )
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in good:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return Took(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout)


def of_a_class(few: Took, fewer: int, took: Took, many: int, points: dict[str, float]) -> Measured:
    """A command that grades a whole class, from two sizes of it."""
    more = many - fewer
    return Measured(took.wall / many, (took.wall - few.wall) / more, (took.cpu - few.cpu) / more, points)


def of_each(took: Sequence[Took], points: dict[str, float]) -> Measured:
    """A command per submission: its start belongs to it."""
    wall = statistics.median(one.wall for one in took)
    return Measured(wall, wall, statistics.median(one.cpu for one in took), points)


def ours(work: Work) -> Measured:
    seed = str(work.assignment.course.seed)
    with tempfile.TemporaryDirectory() as out:
        took = []
        for name in ("start", "modules"):
            words = ["grade", work.folder / name, "--out", Path(out) / name, "--seed", seed, "--jobs", "2"]
            took.append(run([sys.executable, "-m", "course", *words], work.assignment.course.root))
        records = {student: Path(out) / "modules" / f"{student}.json" for student in work.students}
        points = {s: json.loads(path.read_text(encoding="utf-8"))["score"] for s, path in records.items()}
    return of_a_class(took[0], START, took[1], work.many, points)


def nbgrader(work: Work) -> Measured:
    place = work.folder / "nbgrader"
    shutil.rmtree(place / "autograded", ignore_errors=True)
    command = [sys.executable, "-m", "nbgrader", "autograde", work.day, "--force"]
    first = f"--CourseDirectory.student_id=student0000[0-{START - 1}]"
    few, took = run([*command, first], place), run(command, place)
    with open_api(place) as api, api.gradebook as gradebook:
        points = {one.student_id: one.score for one in gradebook.assignment_submissions(work.day)}
    return of_a_class(few, START, took, len(work.students), points)


def cold_pytest(work: Work) -> Measured:
    """A process per submission, one thread, no plugins but the course's, nothing written to a cache."""
    took, points = [], {}
    for student in work.students:
        command = [sys.executable, "-m", "pytest", "-q", "-rA", "--tb=short", "-p", "no:cacheprovider"]
        where = [f"tests/{work.day}", "--submission", work.folder / "modules" / student]
        took.append(run([*command, *where], work.assignment.course.root, good=(0, 1), **TUNED))
        passed = set(re.findall(r"^PASSED \S+::(\w+)", took[-1].said, re.MULTILINE))
        checks = [check for e in work.assignment.course.days[0].exercises for check in e.checks]
        points[student] = sum(check.points for check in checks if check.name in passed)
    return of_each(took, points)


def otter_command(python: Path) -> Grader:
    def grade(work: Work) -> Measured:
        archive = otter_zip(work.assignment.course, python, work.folder)
        took, points = [], {}
        for student in work.students:
            with tempfile.TemporaryDirectory() as out:
                words = ["run", "-a", archive, "-o", out, "--no-logo", f"{student}.ipynb"]
                took.append(run([python, "-m", "otter", *words], work.folder / "otter"))
                tests = json.loads((Path(out) / "results.json").read_text(encoding="utf-8"))["tests"]
            points[student] = sum(test.get("score", 0) for test in tests)
        return of_each(took, points)

    return grade


def otter_api(python: Path) -> Grader:
    def grade(work: Work) -> Measured:
        archive = otter_zip(work.assignment.course, python, work.folder)
        files = [f"{student}.ipynb" for student in work.students]
        took = run([python, "-c", API, archive, *files], work.folder / "otter")
        lines = [json.loads(line[6:]) for line in took.said.splitlines() if line.startswith("OTTER ")]
        each = statistics.median(seconds for seconds, _ in lines)
        points = dict(zip(work.students, (total for _, total in lines), strict=True))
        return Measured(took.wall / len(files), each, took.cpu / len(files), points)

    return grade


def one_round(work: Work, graders: dict[str, Grader]) -> dict[str, Measured]:
    """Every grader once; ends the program when one gives other points than `course grade`."""
    found = {name: grade(work) for name, grade in graders.items()}
    for name, one in found.items():
        other = {s: p for s, p in one.points.items() if p != found[OURS].points[s]}
        if other or len(one.points) != len(work.students):
            expected = {student: found[OURS].points[student] for student in other}
            raise SystemExit(f"{name} gives other points on {work.day}: {other} instead of {expected}")
    return found


def rows(day: str, work: Work, rounds: list[dict[str, Measured]]) -> list[str]:
    lines = []
    for name in rounds[0]:
        count = work.many if name == OURS else len(work.students)
        values = []
        for field in ("whole", "each", "cpu"):
            seconds = statistics.median(getattr(found[name], field) for found in rounds)
            ratio = statistics.median(
                getattr(found[name], field) / getattr(found[OURS], field) for found in rounds
            )
            values += [_seconds(seconds), "" if name == OURS else f"**{ratio:.0f} ×**"]
        lines.append(f"| {day} | {name} | {count} | " + " | ".join(values) + " |")
    return lines


def _seconds(value: float) -> str:
    return f"{1000 * value:.1f} ms" if value < 0.1 else f"{value:.2f} s"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", nargs="+", default=["day03_linalg", "day12_cnn"])
    parser.add_argument("--few", type=int, default=10)
    parser.add_argument("--many", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--otter", type=Path, help="the Python of an environment that has otter-grader")
    parser.add_argument("--without", choices=["nbgrader", "pytest", "otter"], action="append", default=[])
    words = parser.parse_args()
    if not START < words.few <= words.many:
        parser.error(f"--few must be more than {START} and at most --many")
    graders: dict[str, Grader] = {OURS: ours}
    if "nbgrader" not in words.without:
        graders["`nbgrader autograde`"] = nbgrader
    if "pytest" not in words.without:
        graders["`pytest` per submission, tuned"] = cold_pytest
    with tempfile.TemporaryDirectory() as environment:
        if "otter" not in words.without:
            try:
                python = words.otter or install_otter(Path(environment))
                graders |= {"Otter, API": otter_api(python), "`otter run`": otter_command(python)}
            except OtterError as why:
                print(f"Without Otter: {why}\n", flush=True)
        print(
            "| day | grader | submissions | with the start | ratio | without it | ratio | processor | ratio |"
        )
        print("|---" * 9 + "|", flush=True)
        for day in words.days:
            with tempfile.TemporaryDirectory() as folder:
                work = prepare(day, Path(folder), words.few, words.many)
                rounds = [one_round(work, graders) for _ in range(words.rounds)]
                print("\n".join(rows(day, work, rounds)), flush=True)


if __name__ == "__main__":
    main()
