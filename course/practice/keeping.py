"""What a message shows only in part, kept whole: every array of a failed check in ``.course/values``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from course.catalog import Day, Exercise
from course.testing.assertions import CheckFailed
from course.testing.calls import values_of
from course.testing.results import CheckResult


def keep_values(
    root: Path, day: Day, exercise: Exercise, result: CheckResult
) -> tuple[Path, list[str]] | None:
    """Write the arrays of the call that a message shows, and those that were compared, into one file for `np.load`.

    Returns the file and the names in it; None where there is no array.
    """
    values = {} if result.call is None else values_of(result.call)
    if isinstance(result.error, CheckFailed):
        values |= dict(result.error.values)
    if not values:
        return None
    path = root / ".course" / "values" / f"{day.number}.{exercise.qualname}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **values)  # type: ignore[arg-type]
    return path, list(values)
