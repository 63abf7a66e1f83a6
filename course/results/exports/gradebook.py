"""``grades.csv``: a row per student with the points of every day.

``score`` is what the checks gave. Where somebody came late or points were given by hand, the columns ``late``,
``manual`` and ``total`` say what became of it.
"""

from __future__ import annotations

import csv
from pathlib import Path

from course.files import replacing
from course.results.exports.cells import points_cell, text_cell
from course.results.reading import Rows, Totals, is_undecided, totals


def write(rows: Rows, target: Path) -> None:
    """Write the table; the records are read twice, the first time for its columns."""
    days: dict[str, None] = {}
    settled = False
    for record, adjustments in rows():
        days.update(dict.fromkeys(day["day"] for day in record["days"]))
        settled = settled or bool(adjustments) or any(day.get("late") for day in record["days"])
    with replacing(target) as file:
        table = csv.writer(file, lineterminator="\n")
        more = ["late", "manual", "total"] if settled else []
        table.writerow(["student", *days, "score", "max_score", *more])
        for record, adjustments in rows():
            scores = {day["day"]: day["score"] for day in record["days"] if not is_undecided(day)}
            undecided = any(map(is_undecided, record["days"]))  # no grade yet: an empty cell, not 0
            row = [text_cell(record["student"]), *(scores.get(day, "") for day in days)]
            row += ["" if undecided else record["score"], record["max_score"]]
            sums = ["", "", ""] if undecided else _settled(totals(record, adjustments))
            table.writerow(row + (sums if settled else []))


def _settled(sums: Totals) -> list[str]:
    return [points_cell(value) for value in (sums.late, sums.manual, sums.total)]
