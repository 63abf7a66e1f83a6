"""The CSV file that Canvas imports in Grades: a column per day, with the points that count.

Columns as Canvas exports them; a student is found by ``SIS Login ID``, which is the name of the folder handed in.
The second line holds the points possible. Source: ``lib/gradebook_importer.rb`` of instructure/canvas-lms and "How
do I import grades in the Gradebook?" in the Canvas guides.
"""

from __future__ import annotations

import csv
from pathlib import Path

from course.files import replacing
from course.results.exports.cells import points_cell, text_cell
from course.results.reading import Rows, counted_days, day_totals, is_undecided

STUDENT_COLUMNS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
POINTS_POSSIBLE = "Points Possible"


def write(rows: Rows, target: Path) -> None:
    """Write the table; the records are read twice, the first time for its columns."""
    days: dict[str, float] = {}
    for record, adjustments in rows():
        for day in counted_days(record, adjustments):  # of rubrics what is filled in counts
            possible = day_totals(day, adjustments).max_score
            days[day["day"]] = max(days.get(day["day"], 0), possible)
    with replacing(target) as file:
        table = csv.writer(file, lineterminator="\r\n")
        table.writerow([*STUDENT_COLUMNS, *days])
        line = [points_cell(points) for points in days.values()]
        table.writerow([f"    {POINTS_POSSIBLE}", "", "", "", "", *line])
        for record, adjustments in rows():
            # Canvas takes a line whose first cell holds these words for the line of maximal points.
            person = record.get("person", {})
            name = person.get("name", record["student"]).replace(POINTS_POSSIBLE, "Points-Possible")
            decided = [day for day in counted_days(record, adjustments) if not is_undecided(day)]
            points = {day["day"]: points_cell(day_totals(day, adjustments).total) for day in decided}
            login = text_cell(record["student"])
            section = text_cell(person.get("section", ""))
            table.writerow([text_cell(name), "", "", login, section, *(points.get(day, "") for day in days)])
