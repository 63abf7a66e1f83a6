"""Where a verdict comes from: what a record must name so that it can be computed again, and how two records
differ in it.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import course as engine
from course.catalog import Course
from course.results.reading import Record

NAMED = ("seed", "submission", "suite", "tool", "versions", "limits", "isolation")


def provenance(course: Course) -> dict[str, Any]:
    """What a record says about the run beside seed, suite, submission, versions and isolation."""
    return {"tool": tool_hash(), "limits": asdict(course.limits)}


@cache
def tool_hash() -> str:
    """One hash of the engine that runs, wherever it is installed."""
    root = Path(engine.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def differences(before: Record, after: Record) -> list[str]:
    """A sentence for everything that decided the verdicts and is not the same in both records.

    What the older record does not name is not compared.
    """
    return [said for name in NAMED if name in before for said in _difference(name, before, after)]


def _difference(name: str, before: Record, after: Record) -> list[str]:
    old, new = before[name], after.get(name)
    if old == new:
        return []
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted(old.keys() | new.keys())
        return [
            f"{name} of {key}: {old.get(key, 'none')} then, {new.get(key, 'none')} now"
            for key in keys
            if old.get(key) != new.get(key)
        ]
    return [f"{name}: {_short(old)} then, {_short(new)} now"]


def _short(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    text = str(value)
    return f"{text[:12]}…" if len(text) == 64 else text
