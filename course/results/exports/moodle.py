"""The CSV file that Moodle imports in Grades: the points of every day that count, and a feedback beside them.

Map ``username`` (the name of the folder handed in) to the user, each day to its grade item, and ``… feedback`` to
the feedback for it; Moodle wants both mapped, or the grades of the item are lost. Source: "Grade import" in the
Moodle docs, and ``grade/import/csv/classes/load_data.php`` of moodle/moodle.
"""

from __future__ import annotations

import csv
import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from course.files import replacing
from course.results.exports.cells import points_cell, text_cell
from course.results.lateness import number
from course.results.reading import (
    Adjustment,
    Rows,
    counted_days,
    day_totals,
    is_missing,
    is_undecided,
    refusal,
)


def write(rows: Rows, target: Path) -> None:
    """Write the table; the records are read twice, the first time for its columns."""
    days: dict[str, None] = {}
    for record, adjustments in rows():
        days.update(dict.fromkeys(day["day"] for day in counted_days(record, adjustments)))
    with replacing(target) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["username", *(cell for day in days for cell in (day, f"{day} feedback"))])
        for record, adjustments in rows():
            decided = [day for day in counted_days(record, adjustments) if not is_undecided(day)]
            given = {day["day"]: _cells(day, adjustments) for day in decided}
            cells = [cell for day in days for cell in given.get(day, ("-", ""))]
            table.writerow([text_cell(record["student"]), *cells])


def _cells(day: dict[str, Any], adjustments: Sequence[Adjustment]) -> tuple[str, str]:
    """The grade and the feedback, which Moodle shows as HTML."""
    sums = day_totals(day, adjustments)
    said = (
        [f"{number(sums.score)} of {number(day['max_score'])} points by the checks."]
        if day["exercises"]
        else []
    )
    if is_missing(day):
        said = ["Nothing was handed in."]
    if why := refusal(day):
        said.append(why)
    if sums.late:
        said.append(f"{day['late']['reason']}.")
    said += [one.words for one in adjustments if one.day == day["day"]]
    return points_cell(sums.total), text_cell(html.escape(" ".join(" ".join(said).split())))
