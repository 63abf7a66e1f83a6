"""A student's work on a day as it really looks: some exercises right, some with a misconception, some not begun.

Made from the solutions and the answers beside the tests, so it grows with the day.
"""

from __future__ import annotations

from collections.abc import Sequence

from course.catalog import Course, Day, Exercise
from course.release.skeletons import find_regions
from course.testing.answers import read_answers, with_answer

NOISE = (
    "import sys, warnings",
    'print("working …")',
    'print("still working", file=sys.stderr)',
    'warnings.warn("just so", stacklevel=1)',
)
NOT_BEGUN = ('raise NotImplementedError("not written yet")',)


def solution_work(course: Course, day: Day) -> dict[str, str]:
    """The day's solutions, file by file."""
    return {f"{module}.py": text for module, text in course.sources(day).items()}


def mixed_work(course: Course, day: Day) -> dict[str, str]:
    """Of four exercises one is right, one has a misconception, one is right and noisy, one is not begun."""
    files = solution_work(course, day)
    wrong = {a.exercise: a for a in reversed(read_answers(course, day)) if a.kind == "misconception"}
    for number, exercise in enumerate(day.exercises):
        file = f"{exercise.module}.py"
        if number % 4 == 1 and exercise.name in wrong:
            files[file] = with_answer(files[file], wrong[exercise.name])
        elif number % 4 == 2:
            files[file] = _with_first_line(files[file], exercise, NOISE)
        elif number % 4 == 3:
            files[file] = _with_first_line(files[file], exercise, NOT_BEGUN)
    return files


def untrained_work(course: Course, day: Day) -> dict[str, str]:
    """The day's solutions, but of exercises that a check trains: those are not begun."""
    files = solution_work(course, day)
    for exercise in day.exercises:
        if any(check.training for check in exercise.checks):
            file = f"{exercise.module}.py"
            files[file] = _with_first_line(files[file], exercise, NOT_BEGUN)
    return files


def _with_first_line(source: str, exercise: Exercise, added: Sequence[str]) -> str:
    """The source with these lines at the head of every region of the exercise."""
    lines = source.splitlines()
    for region in reversed(find_regions(source, exercise.module)):
        if region.qualname == exercise.qualname or region.qualname.startswith(f"{exercise.qualname}."):
            marker = lines[region.first - 1]
            indent = marker[: len(marker) - len(marker.lstrip())]
            lines[region.first : region.first] = [indent + line for line in added]
    return "\n".join(lines) + "\n"
