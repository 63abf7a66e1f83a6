"""What a release keeps on file: fingerprints of misconceptions, by which a student's clone names a mistake without
having its code, and the text of the skeletons.

``tests/<day>/fingerprints.json`` holds, for every public check, what each misconception returns under the
default seed. A release writes it, :class:`~course.testing.fingerprints.Explainer` reads it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from course.catalog import Course, Day
from course.testing.answers import Answer
from course.testing.fingerprints import Fingerprint, Known

FILE = "fingerprints.json"
RELEASE = ".course/release.json"  # written by course.release.manifest
DIGITS = 10  # of each number: more than the comparison needs


def to_json(seed: int, checks: Mapping[str, Known]) -> str:
    """The file's text, a line per misconception."""
    blocks = []
    for name, known in checks.items():
        rows = [
            {"name": a.name, "given": a.given, "says": a.says, "gives": _to_plain(gives)}
            for a, gives in known
        ]
        lines = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in rows)
        blocks.append(f" {json.dumps(name)}: [\n  {lines}]")
    return f'{{"seed": {seed}, "checks": {{\n' + ",\n".join(blocks) + "\n}}\n"


def read_recorded(path: Path, seed: int) -> dict[str, Known]:
    """Check → misconceptions with their fingerprints; empty for another seed or without a file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["seed"] != seed:
            return {}
        return {
            check: [(_answer(row), _from_plain(row["gives"])) for row in rows]
            for check, rows in content["checks"].items()
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def skeleton_source(course: Course, day: Day, module: str) -> str:
    """A source with the signatures that students were given: the solutions, or what the release was made of. Empty
    where neither is there.
    """
    place = f"{day.name}/{module}.py"
    try:
        if course.solutions.is_dir():
            return (course.solutions / place).read_text(encoding="utf-8")
        return str(json.loads((course.root / RELEASE).read_text(encoding="utf-8"))["work"][place])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _answer(row: dict[str, Any]) -> Answer:
    given = row.get("given", "")
    return Answer("misconception", "", row["name"], row["says"], source="", imports=(), where="", given=given)


def _to_plain(fingerprint: Fingerprint) -> list[Any]:
    return [[kind, *(float(f"{n:.{DIGITS}g}") for n in numbers)] for kind, numbers in fingerprint]


def _from_plain(plain: list[Any]) -> Fingerprint:
    return tuple((str(entry[0]), tuple(float(n) for n in entry[1:])) for entry in plain)
