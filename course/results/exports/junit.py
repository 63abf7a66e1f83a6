"""A test suite of JUnit XML per student, for continuous integration and test viewers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from course.results.junit_xml import Suite, write_suites
from course.results.reading import Adjustment, Record, Rows, tests_of, totals


def write(rows: Rows, target: Path) -> None:
    """Write the file, student by student."""
    write_suites((_suite(record, adjustments) for record, adjustments in rows()), target)


def _suite(record: Record, adjustments: Sequence[Adjustment]) -> Suite:
    sums = totals(record, adjustments)
    properties = {
        "seed": record["seed"],
        "suite": record.get("suite", ""),
        "submission": record.get("submission", ""),
        "score": sums.score,
        "total": sums.total,
        "max_score": sums.max_score,
    }
    return Suite(record["student"], properties, list(tests_of(record)))
