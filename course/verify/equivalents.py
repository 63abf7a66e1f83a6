"""Mutants that no test can kill, recorded with a reason in ``tests/<day>/equivalent_mutants.toml``.

    [[mutant]]
    exercise = "regression.pseudo_inverse"
    before = "large = s > rcond * s.max()"
    after = "large = s >= rcond * s.max()"
    reason = "differs only where a singular value equals the bound exactly"

``after`` may be a list: several mutants of one statement with one reason. An entry is known by its texts, not by its
line, so it stays valid when the file moves.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from course.catalog import Course, Day, Selection
from course.errors import CourseError

FILE = "equivalent_mutants.toml"
Key = tuple[str, str, str]


def read_equivalents(course: Course, selection: Selection) -> Mapping[Key, str]:
    """The recorded mutants with their reasons, without those of exercises of the day that are not selected.

    Raises CourseError for a file that cannot be used.
    """
    others = {exercise.name for exercise in selection.day.exercises if exercise not in selection.exercises}
    known = _read(course, selection.day)
    return {key: reason for key, reason in known.items() if key[0] not in others}


def _read(course: Course, day: Day) -> Mapping[Key, str]:
    path = course.tests(day) / FILE
    where = f"tests/{day.name}/{FILE}"
    if not path.is_file():
        return {}
    found: dict[Key, str] = {}
    for number, entry in enumerate(_entries(path, where), start=1):
        afters = entry.get("after")
        afters = afters if isinstance(afters, list) else [afters]
        words = [*(entry.get(name) for name in ("exercise", "before", "reason")), *afters]
        if (
            not all(isinstance(word, str) and word.strip() for word in words)
            or len(words) < 4
            or len(entry) != 4
        ):
            raise CourseError(
                f"{where}: entry {number} needs exercise, before, after and reason, and nothing else."
            )
        exercise, before, reason, *texts = map(str, words)
        for after in texts:
            if (exercise, before, after) in found:
                raise CourseError(f"{where}: {exercise}: {after!r} stands there twice (entry {number}).")
            found[exercise, before, after] = reason
    return found


def _entries(path: Path, where: str) -> list[dict[str, object]]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{where} is not valid TOML: {error}.") from None
    entries = content.get("mutant", [])
    if not isinstance(entries, list) or content.keys() - {"mutant"}:
        raise CourseError(f"{where} holds [[mutant]] entries and nothing else.")
    return entries
