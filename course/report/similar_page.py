"""``course similar``: a page with the pairs of a day side by side, and a table of them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from course.files import write_atomically
from course.report.pages import environment
from course.results.exports.cells import text_cell
from course.results.names import shown
from course.similarity.comparing import Alike, Comparison, Pair
from course.similarity.tokens import Function

MOST_SHOWN = 40  # pairs side by side
MOST_FUNCTIONS = 6  # of a pair
WARNING = (
    "Likeness is a reason to look and to talk, no proof. Two people may have sat together, have read the same book, or "
    "have found the only short way. What was given, what the course holds for right and what many have is left out."
)


def write_similar(comparison: Comparison, course: str, out: Path) -> tuple[Path, Path]:
    """Write the page and, beside it, the table with all pairs; where they are."""
    page = environment().get_template("similar.html").render(
        course=course,
        day=comparison.day,
        students=comparison.students,
        pairs=[_pair(number, pair) for number, pair in enumerate(comparison.pairs, start=1)],
        clusters=[[shown(name) for name in members] for members in comparison.clusters],
        empty=[shown(name) for name in comparison.empty],
        warning=WARNING,
        most=MOST_SHOWN,
    )  # fmt: skip
    write_atomically(out, page)
    table = out.with_suffix(".csv")
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("left", "right", "share", "runs", "functions"))
    for pair in comparison.pairs:
        names = " ".join(one.left.name or one.left.module for one in pair.alike)
        rows.writerow(
            (text_cell(pair.left), text_cell(pair.right), f"{pair.share:.3f}", pair.runs, text_cell(names))
        )
    write_atomically(table, text.getvalue())
    return out, table


def _pair(number: int, pair: Pair) -> dict[str, Any]:
    alike = [_side_by_side(one) for one in pair.alike[:MOST_FUNCTIONS]] if number <= MOST_SHOWN else []
    return {
        "number": number,
        "left": shown(pair.left),
        "right": shown(pair.right),
        "share": pair.share,
        "runs": pair.runs,
        "functions": [one.left.name or one.left.module for one in pair.alike],
        "alike": alike,
        "more": max(0, len(pair.alike) - MOST_FUNCTIONS),
    }


def _side_by_side(one: Alike) -> dict[str, Any]:
    return {"left": _side(one.left, one.left_lines), "right": _side(one.right, one.right_lines)}


def _side(function: Function, marked: frozenset[int]) -> dict[str, Any]:
    lines = [
        (function.first + number, text, function.first + number in marked)
        for number, text in enumerate(function.source.splitlines())
    ]
    return {"place": f"{function.module}, {function.name or 'all of it'}", "lines": lines}
