"""How long does `course collect` take for a class?

    python benchmarks/collecting.py [--students 200] [--jobs 8]

A repository for each student on file:// (half of them) and behind git's own server program on http, with 30 commits,
a few of them unreachable, empty or late; then the same once more, when everything is here.

Prints Markdown.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from course.catalog import load_course
from course.forks.collecting import collect
from course.forks.git import Bounds
from course.forks.roster import Row
from tests.course.repositories import new_fork, push, served

ROOT = Path(__file__).resolve().parents[1]
AT = datetime(2025, 12, 1, tzinfo=UTC)


def write_forks(folder: Path, students: int) -> list[str]:
    """The names of the repositories: one with work in time and 29 commits after, one empty, one with late work only,
    and copies of the first.
    """
    work = {
        f"day03_linalg/{name}.py": (ROOT / "day03_linalg" / f"{name}.py").read_bytes() for name in MODULES
    }
    model = new_fork(folder / "s000.git")
    push(model, work, "2025-11-01T00:00:00+00:00")
    for number in range(29):
        push(model, work | {"notes.py": f"# {number}"}, "2025-12-05T00:00:00+00:00")
    for number in range(1, students):
        place = folder / f"s{number:03}.git"
        if number % 50 == 1:
            new_fork(place)
        elif number % 50 == 2:
            push(new_fork(place), work, "2025-12-05T00:00:00+00:00")
        elif number % 50 != 3:  # the fourth of fifty is not there
            shutil.copytree(model, place)
    return [f"s{number:03}.git" for number in range(students)]


MODULES = [path.stem for path in sorted((ROOT / "solutions/day03_linalg").glob("*.py"))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=8)
    said = parser.parse_args()
    course = load_course(ROOT)
    with tempfile.TemporaryDirectory() as place, served(Path(place)) as web:
        names = write_forks(Path(place), said.students)
        roster = [
            Row(name.removesuffix(".git"), f"{web}/{name}" if number % 2 else f"file://{place}/{name}")
            for number, name in enumerate(names)
        ]
        print("| | seconds | taken | nothing | failed |\n|---|---|---|---|---|")
        for what in ("first", "once more"):
            started = time.perf_counter()
            lines = collect(course, roster, AT, Path(place) / "out", bounds=Bounds(), jobs=said.jobs)
            count = Counter(line.status for line in lines)
            seconds = time.perf_counter() - started
            print(f"| {what} | {seconds:.1f} | {count['taken']} | {count['nothing']} | {count['failed']} |")


if __name__ == "__main__":
    main()
