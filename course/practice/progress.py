"""What a student has reached, kept by name in ``.course/progress.json``: nothing is lost when days are
reordered.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.catalog import Exercise
from course.files import write_atomically

if TYPE_CHECKING:  # `course status` must start without NumPy
    from course.testing.results import RunResult

Progress = dict[str, Any]


def read_progress(root: Path) -> Progress:
    """The last verdict for each exercise and the hints shown; empty when there is none or it cannot be read."""
    try:
        progress = json.loads((root / ".course" / "progress.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        progress = {}
    return {"scores": {}, "done": {}, "hints": {}} | (progress if isinstance(progress, dict) else {})


def record_progress(root: Path, result: RunResult) -> None:
    progress = read_progress(root)
    for day in result.days:
        for exercise in day.exercises:
            name = f"{day.day.name}/{exercise.exercise.name}"
            progress["scores"][name] = [exercise.score, exercise.max_score]
            progress["done"][name] = exercise.first_failure is None  # points do not tell for what is optional
    _write(root, progress)


def next_hint(root: Path, day: str, exercise: Exercise, level: int | None) -> int:
    """How many hints to show now; remembers it for the next time."""
    progress = read_progress(root)
    name = f"{day}/{exercise.name}"
    shown = level if level is not None else int(progress["hints"].get(name, 0)) + 1
    shown = min(shown, len(exercise.hints))
    progress["hints"][name] = shown
    _write(root, progress)
    return shown


def _write(root: Path, progress: Progress) -> None:
    write_atomically(
        root / ".course" / "progress.json", json.dumps(progress, indent=1, sort_keys=True) + "\n"
    )
