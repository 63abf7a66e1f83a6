"""A record put together from days that were graded at different times.

Each day names the hashes of its files and of its suite. What the record says of the whole run (seed, versions, …) is
that of the last one; where a day that was kept differs, it says so itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from course.results.reading import Record, is_undecided, tests_of

OF_A_RUN = ("seed", "isolation", "versions", "tool", "limits")


def over_days(hashes: Mapping[str, str]) -> str:
    """One hash of what has a hash for each day."""
    return hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()


def computed_with(record: Record, day: Mapping[str, Any], name: str) -> Any:
    """What a day was computed with, such as the seed: its own word, or the record's; None when neither says."""
    return day.get(name, record.get(name))


def of_days(record: Record, days: Sequence[dict[str, Any]]) -> Record:
    """The record with these days, and what is summed up over them."""
    return {
        **record,
        "score": sum(day["score"] for day in days),
        "max_score": sum(day["max_score"] for day in days),
        "days": list(days),
        **{name: over_days({d["day"]: d.get(name, "") for d in days}) for name in ("suite", "submission")},
    }


def without_faults(old: Record, new: Record) -> Record:
    """The new record without days that could not be graded this time and have a verdict in the old one, which stands;
    its note says so.
    """
    decided = {day["day"] for day in old["days"] if not is_undecided(day)}
    lost = [day for day in new["days"] if is_undecided(day) and day["day"] in decided]
    if not lost:
        return new
    names = ", ".join(day["day"] for day in lost)
    why = next(
        t["message"] for d in lost for _, _, t in tests_of({"days": [d]}) if t["outcome"] == "grader_fault"
    )
    said = f"{names} could not be graded again, the earlier result stands: {why}"
    notes = "; ".join(part for part in (new.get("note", ""), said) if part)
    return {**new, "note": notes, "days": [day for day in new["days"] if day not in lost]}


def merged(old: Record, new: Record, order: Sequence[str]) -> Record:
    """The new record with those days of the old one that it does not have, in this order of days; what is in no course
    any more goes.
    """
    graded = {day["day"] for day in new["days"]}
    kept = [_kept(old, day, new) for day in old["days"] if day["day"] in order and day["day"] not in graded]
    return of_days(new, sorted([*new["days"], *kept], key=lambda day: order.index(day["day"])))


def _kept(old: Record, day: Mapping[str, Any], new: Record) -> dict[str, Any]:
    own = {name: computed_with(old, day, name) for name in OF_A_RUN}
    differing = {name: value for name, value in own.items() if value is not None and value != new.get(name)}
    return {name: value for name, value in day.items() if name not in OF_A_RUN} | differing


def by_run(record: Record) -> list[Record]:
    """The record taken apart again: one for the days of each run, with nothing of a run in its days."""
    parts: dict[str, list[Mapping[str, Any]]] = {}
    for day in record["days"]:
        parts.setdefault(json.dumps([computed_with(record, day, name) for name in OF_A_RUN]), []).append(day)
    if len(parts) == 1 and not any(name in day for day in record["days"] for name in OF_A_RUN):
        return [record]
    found = []
    for days in parts.values():
        run = {
            name: value for name in OF_A_RUN if (value := computed_with(record, days[0], name)) is not None
        }
        bare = [{key: value for key, value in day.items() if key not in OF_A_RUN} for day in days]
        found.append(of_days({**record, **run}, bare))
    return found
