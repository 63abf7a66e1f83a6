"""Results in the form that other programs read: one small module per format. None of them computes a grade.

A format is given the records one by one, each with what people added by hand, and writes them to a file (or, for
Gradescope, a folder of files), so a class of any size fits in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.errors import UsageError
from course.results.exports import canvas, gradebook, gradescope, junit, moodle
from course.results.reading import Adjustment, Record, Rows, read_records


@dataclass(frozen=True)
class Format:
    """How results are written for one reader, and the name of the file in the folder of results."""

    write: Callable[[Rows, Path], None]
    file: str
    reader: str


FORMATS = {
    "csv": Format(gradebook.write, "grades.csv", "spreadsheets"),
    "junit": Format(junit.write, "junit.xml", "continuous integration and test viewers"),
    "gradescope": Format(gradescope.write, "gradescope", "Gradescope, one results.json per student"),
    "canvas": Format(canvas.write, "canvas.csv", "Canvas, Grades, Import"),
    "moodle": Format(moodle.write, "moodle.csv", "Moodle, Grades, Import, CSV file"),
}


def export(
    out: Path, name: str, target: Path | None = None, adjustments: dict[str, list[Adjustment]] | None = None
) -> Path:
    """Write the results in ``out`` in the format ``name``; the place that was written.

    Raises UsageError for an unknown format, CourseError when there are no results or they cannot be written.
    """
    if name not in FORMATS:
        raise UsageError(f"There is no format {name!r}; there is: {', '.join(FORMATS)}.")
    given = adjustments or {}
    target = target or out / FORMATS[name].file

    def rows() -> Iterator[tuple[Record, Sequence[Adjustment]]]:
        for record in read_records(out):
            yield record, given.get(record["student"], [])

    FORMATS[name].write(rows, target)
    return target
