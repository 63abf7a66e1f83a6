"""``grades.csv``: a row per student with the points of every day.

``score`` is what the checks gave. Where somebody came late or points were given by hand, the columns ``late``,
``manual`` and ``total`` say what became of it; where a rubric was filled in, ``rubric`` has its points and ``possible``
the maximum with them. Of a class with a roster ``name``, ``team`` and ``section`` stand there as far as it says them,
and ``missing`` names the days of which nothing was handed in.
"""

from __future__ import annotations

import csv
from pathlib import Path

from course.catalog.model import number_of
from course.files import replacing
from course.results.exports.cells import points_cell, text_cell
from course.results.reading import Rows, Totals, is_missing, is_undecided, totals

OF_A_PERSON = ("name", "team", "section")
SETTLED = ["late", "manual", "rubric", "total", "possible"]
OF_RUBRICS = ("rubric", "possible")


def write(rows: Rows, target: Path) -> None:
    """Write the table; the records are read twice, the first time for its columns."""
    days: dict[str, None] = {}
    settled = roster = rubric = False
    people: dict[str, None] = {}
    for record, adjustments in rows():
        roster = roster or "person" in record
        people.update(dict.fromkeys(name for name in OF_A_PERSON if record.get("person", {}).get(name)))
        days.update(dict.fromkeys(day["day"] for day in record["days"]))
        rubric = rubric or any(one.criterion for one in adjustments)
        settled = settled or bool(adjustments) or any(day.get("late") for day in record["days"])
    with replacing(target) as file:
        table = csv.writer(file, lineterminator="\n")
        more = [name for name in SETTLED if settled and (rubric or name not in OF_RUBRICS)]
        missing = ["missing"] if roster else []
        table.writerow(["student", *people, *days, "score", "max_score", *more, *missing])
        for record, adjustments in rows():
            scores = {day["day"]: day["score"] for day in record["days"] if not is_undecided(day)}
            undecided = any(map(is_undecided, record["days"]))  # no grade yet: an empty cell, not 0
            person = [text_cell(record.get("person", {}).get(name, "")) for name in people]
            row = [text_cell(record["student"]), *person, *(scores.get(day, "") for day in days)]
            row += ["" if undecided else record["score"], record["max_score"]]
            sums = totals(record, adjustments)
            known = {"possible": sums.max_score} | ({} if undecided else _settled(sums))
            nothing = " ".join(number_of(day["day"]) for day in record["days"] if is_missing(day))
            row += [points_cell(known[name]) if name in known else "" for name in more]
            table.writerow(row + ([nothing] if roster else []))


def _settled(sums: Totals) -> dict[str, float]:
    return {"late": sums.late, "manual": sums.manual, "rubric": sums.rubric, "total": sums.total}
