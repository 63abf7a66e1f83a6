"""How good are the tests? The figures of `course verify` as Markdown tables, a row per day: results, then costs.

    python benchmarks/verify.py [REPORT.json | DAY ...]

Reads a report written by `course verify --json REPORT.json`, or runs the command for the given days (all without any).
Exits with 1 when something is to be mended.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HEAD = """\
| day | tests | misconceptions | variants | mutants | by assertion | by exception | by time | equivalent | survived \
| score | without exceptions | margin to right | margin to wrong | processor s |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"""


def report_of(words: list[str]) -> dict[str, Any]:
    """The report in a file, or that of a run."""
    if len(words) == 1 and words[0].endswith(".json"):
        report: dict[str, Any] = json.loads(Path(words[0]).read_text(encoding="utf-8"))
        return report
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.json"
        command = [sys.executable, "-m", "course", "verify", *words, "--json", str(file)]
        ended = subprocess.run(command, stdout=sys.stderr, check=False)
        if not file.is_file():
            sys.exit(ended.returncode)
        return report_of([str(file)])


def row(day: dict[str, Any]) -> str:
    """One day as a row of the table."""
    mutants, margins = day["mutants"], day["margins"]
    cells = [
        day["day"],
        day["checks"],
        day["misconceptions"],
        day["variants"],
        mutants["total"],
        *(mutants[fate] for fate in ("assertion", "exception", "timeout", "equivalent", "survived")),
        share(mutants["score"]),
        share(mutants["score_without_exceptions"]),
        factor(margins["to_right"]),
        factor(margins["to_wrong"]),
        f"{day['seconds']:.0f}",
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


def costs(report: dict[str, Any]) -> str:
    """Processor seconds, a row per day and a column per phase."""
    totals: dict[str, float] = {}
    for day in report["days"]:
        for phase, seconds in day["seconds_of"].items():
            totals[phase] = totals.get(phase, 0.0) + seconds
    phases = sorted(totals, key=lambda phase: -totals[phase])
    rows = [["day", *phases, "all"], ["---", *["--:" for _ in phases], "--:"]]
    rows += [cost_row(day["day"], day["seconds_of"], phases) for day in report["days"]]
    rows.append(cost_row("all days", totals, phases))
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def cost_row(name: str, seconds_of: dict[str, float], phases: list[str]) -> list[str]:
    """One row of the table of costs."""
    cells = [seconds_of.get(phase, 0.0) for phase in phases]
    return [name, *(f"{seconds:.0f}" for seconds in [*cells, sum(cells)])]


def share(value: float | None) -> str:
    """A score in percent."""
    return "–" if value is None else f"{100 * value:.1f} %"


def factor(value: float | None) -> str:
    """A margin; None says that nothing came near."""
    return "∞" if value is None else f"{value:.3g}×"


def main() -> None:
    """Print the tables and what is to be mended."""
    report = report_of(sys.argv[1:])
    print(HEAD)
    for day in report["days"]:
        print(row(day))
    print(f"\nProcessor seconds:\n\n{costs(report)}")
    print(
        f"\n{report['seeds']} seeds, {report['seconds']:.0f} s on the wall, {report['processor_seconds']:.0f} s of "
        "processor with imports, forks and isolated processes."
    )
    bad = [day["day"] for day in report["days"] if not day["good"]]
    print(f"To mend: {', '.join(bad)}." if bad else "Everything holds.")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
