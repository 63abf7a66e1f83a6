"""Cells of CSV files: text that a spreadsheet will not take for a formula, numbers as short as they are."""

from __future__ import annotations

from course.grading.lateness import number

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def text_cell(text: str) -> str:
    """Text with an apostrophe before what a spreadsheet would carry out (OWASP, "CSV Injection")."""
    return f"'{text}" if text.startswith(FORMULA) else text


def points_cell(points: float) -> str:
    """Points without a needless fraction."""
    return number(points)
