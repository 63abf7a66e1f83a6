"""Results in the form that other programs read: one small module per format. None of them computes a grade.

A format is given the records one by one, each with what people added by hand, and writes them to a file (or, for
Gradescope, a folder of files), so a class of any size fits in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.errors import UsageError
from course.results.exports import canvas, gradebook, gradescope, junit, moodle
from course.results.reading import Adjustment, Record, Rows, read_records


@dataclass(frozen=True)
class Format:
    """How results are written for one reader, the name of the file (or folder) in the folder of results, and for
    whom it is.
    """

    write: Callable[[Rows, Path], None]
    file: str
    reader: str


FORMATS = {
    "csv": Format(gradebook.write, "grades.csv", "spreadsheets"),
    "junit": Format(
        junit.write,
        "junit.xml",
        "continuous integration, test viewers; only a passed check is shown as passed",
    ),
    "gradescope": Format(
        gradescope.write,
        "gradescope",
        "Gradescope's autograder harness, which reads `<student>/results.json`",
    ),
    "canvas": Format(
        canvas.write,
        "canvas.csv",
        "Canvas, Grades, Import; students are found by SIS Login ID, a column per day",
    ),
    "moodle": Format(
        moodle.write,
        "moodle.csv",
        "Moodle, Grades, Import; map `username` to the user, and both the day and its feedback",
    ),
}
"""Every format of ``course export``. The help of the command and the table in docs/results.md are made from it."""


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


def export_and_note(out: Path, name: str, target: Path | None, store_url: str | None, author: str) -> Path:
    """The same, with what was given by hand; the store notes what was written, when, and by whom."""
    from course.results.store import Store, is_there

    if not is_there(out, store_url):
        return export(out, name, target)
    with Store(out, store_url) as store:
        written = export(out, name, target, store.adjustments_by_student())
        store.note_export(name, written, _hash(written), author)
    return written


def _hash(written: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(written.rglob("*")) if written.is_dir() else [written]:
        if file.is_file():
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
