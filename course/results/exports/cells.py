"""Cells of CSV files: text that a spreadsheet will not take for a formula, numbers as short as they are."""

from __future__ import annotations

from course.results.lateness import number
from course.results.names import shown

FORMULA = ("=", "+", "-", "@")


def text_cell(text: str) -> str:
    """Text on one line, with an apostrophe before what a spreadsheet would carry out (OWASP, "CSV Injection")."""
    text = shown(text)
    return f"'{text}" if text.startswith(FORMULA) else text


def points_cell(points: float) -> str:
    """Points without a needless fraction."""
    return number(points)
