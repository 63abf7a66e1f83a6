"""``course demo``: a sample class is made, graded in isolation and shown, with the commands that do the
same for a real one.
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
from pathlib import Path

from rich.text import Text

from course.catalog import Course
from course.errors import CourseError
from course.grading.classes import grade_class
from course.release.sample_class import sample_class
from course.report.terminal import console, fold, show_class

DAY = "day03_linalg"
# Short limits, so that endless loops do not make the demonstration long.
SECONDS = 2.0
MEMORY_MIB = 512


def run_demo(course: Course, out: Path | None) -> None:
    """Make and grade the sample class; it is kept in ``out`` when a folder is given, else thrown away."""
    if out is None:
        with tempfile.TemporaryDirectory(prefix="course-demo-") as folder:
            _demo(course, Path(folder))
        return
    if out.exists() and any(out.iterdir()):
        raise CourseError(f"{out} is not empty; give --out a new folder.")
    out.mkdir(parents=True, exist_ok=True)
    _demo(course, out)


def _demo(course: Course, folder: Path) -> None:
    screen = console()
    limits = dataclasses.replace(
        course.limits, test_seconds=SECONDS, call_seconds=SECONDS, memory_mib=MEMORY_MIB
    )
    course = dataclasses.replace(course, limits=limits)
    day = course.day(DAY)
    samples = sample_class(course, day)
    for sample in samples:
        sample.write(folder / "class", day)
    screen.print(Text(f"A class of {len(samples)} hands in {day.name}.", style="bold"))
    for sample in samples:
        screen.print(f"  {sample.name}: {sample.shows}")
    screen.print(Text("\nGraded in isolation:", style="bold"))
    with show_class() as view:
        outcome = grade_class(course, folder / "class", folder / "results", days=[day.name], view=view)
        view.finish(outcome)
    shown = next(sample.name for sample in samples if sample.name.startswith("misconception"))
    screen.print(Text(f"\nWhat the student {shown!r} is told:", style="bold"))
    record = json.loads((folder / "results" / f"{shown}.json").read_text(encoding="utf-8"))
    for exercise in record["days"][0]["exercises"]:
        failed = next(
            (
                test
                for test in exercise["tests"]
                if test["outcome"] != "passed" and "hidden" not in test["message"]
            ),
            None,
        )
        if failed is not None:
            screen.print(
                f"\n{exercise['exercise']} · {failed['test']}: {exercise['score']} of {exercise['max_score']} points"
            )
            screen.print(Text(fold(failed["message"], screen.width)))
    screen.print(Text("\nThe commands", style="bold"))
    for command, what in (
        ("course demo --out DIR", "made this class and keeps it"),
        (
            f"course grade DIR/class --out DIR/results --day {day.number}",
            "graded it; for a real class give its folder",
        ),
        (
            "course report DIR/results",
            "writes pages for staff and students; open DIR/results/report/index.html",
        ),
        (
            f"course check {day.number}",
            "is what a student runs on the own work; plain `pytest` gives the same verdicts",
        ),
        (f"course check {day.number} --solutions", "checks the solutions"),
        (f"course plot {day.number} --solutions", "draws the day's pictures"),
    ):
        screen.print(f"  {command}\n      {what}")
