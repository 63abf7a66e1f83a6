"""``results.json`` for Gradescope, a folder per student: what its autograder harness reads from
``/autograder/results``.

The tests carry the points of the checks; ``score`` at the top, which Gradescope puts above their sum, is what counts
after lateness and manual points. Students see the page, so hidden checks stand there without their names. Source:
"Autograder Specifications", docs/specs.md of gradescope/autograder_samples.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from course.files import write_atomically
from course.results.names import alike, file_stem
from course.results.reading import Adjustment, Record, Rows, is_undecided, tests_of, totals

PROVENANCE = ("seed", "suite", "submission", "tool", "versions", "limits", "isolation")


def write(rows: Rows, target: Path) -> None:
    """Write ``target/<student>/results.json`` for everybody whose work could be graded: without that file Gradescope
    says that the autograder failed, and gives no 0. The records are read twice, first for the names.
    """
    several = alike([record["student"] for record, _ in rows()])
    for record, adjustments in rows():
        if any(map(is_undecided, record["days"])):
            continue
        text = json.dumps(results(record, adjustments), indent=1, ensure_ascii=False)
        folder = file_stem(record["student"], alone=record["student"] not in several)
        write_atomically(target / folder / "results.json", text + "\n")


def results(record: Record, adjustments: Sequence[Adjustment]) -> dict[str, Any]:
    """The object that Gradescope documents. Output is plain text: nothing of it is read as HTML."""
    several = len(record["days"]) > 1
    tests = []
    for day, exercise, test in tests_of(record):
        name = "hidden check" if test.get("hidden") else test["test"]
        tests.append(
            {
                "name": f"{day}/{exercise} · {name}" if several else f"{exercise} · {name}",
                "score": test["points"],
                "max_score": test["max_points"],
                "status": "passed" if test["outcome"] == "passed" else "failed",
                "output": test["message"] or test["outcome"],
                "output_format": "text",
                "tags": [tag for tag in (test["outcome"], test["misconception"]) if tag],
                "visibility": "visible",
            }
        )
    said = [day["late"]["reason"] for day in record["days"] if day.get("late", {}).get("points")]
    said += [f"{one.day if one.criterion else one.where}: {one.words}" for one in adjustments]
    return {
        "score": totals(record, adjustments).total,
        "execution_time": record.get("seconds", 0),
        "output": "\n".join(said),
        "output_format": "text",
        "stdout_visibility": "hidden",
        "extra_data": {name: record[name] for name in PROVENANCE if name in record},
        "tests": tests,
    }
