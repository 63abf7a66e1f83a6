"""What a student has reached, kept by name in ``.course/progress.json``: nothing is lost when days are
reordered.

``course check``, ``watch`` and pytest write it, whoever starts that. It is a convenience of the
student's own machine; that it cannot be written never costs a verdict.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypedDict, cast

from course.catalog import Day, Exercise
from course.catalog.blocks import TOP, is_part_of, split_blocks
from course.errors import CourseError
from course.files import alone_in, write_atomically

PLACE = ".course/progress.json"
IN_NOTEBOOK = (
    "notebook "  # before the name of an exercise whose verdict is about a notebook, and before its digest
)
PATIENCE = 2.0  # seconds for another process that is writing the record
_BUSY = f"another process is writing {PLACE}; check again."
PAUSE = 1800.0
"""Seconds between two checks after which nobody was at work."""


class Progress(TypedDict):
    """By exercise, such as ``day03_linalg/regression.ridge``."""

    scores: dict[str, list[int]]  # points of the last verdict, and the most there are
    done: dict[str, bool]  # whether all checks passed: points do not tell for what is optional
    hints: dict[str, int]  # how many were shown
    checks: dict[str, dict[str, list[int]]]  # points and 1 for passed, of each check on the text as it was
    texts: dict[str, str]  # the digest of what the verdict is about
    checked: dict[str, str]  # when
    finished: dict[str, str]  # when it was done first
    seconds: dict[str, float]  # spent at work on it


@dataclass(frozen=True)
class Checked:
    """What was found on one exercise, for each check that has run: its points, and whether it passed."""

    day: Day
    exercise: Exercise
    results: Mapping[str, tuple[int, bool]]

    @property
    def name(self) -> str:
        return name_of(self.day, self.exercise)


def name_of(day: Day, exercise: Exercise) -> str:
    """The name under which an exercise is kept."""
    return f"{day.name}/{exercise.name}"


def read_progress(root: Path) -> Progress:
    """What is known; whatever of the file is damaged is left out.

    An exercise may be written in a file and in a notebook; each has a verdict of its own, and the better one counts.
    """
    progress = _read(root)[0]
    for name in [name for name in progress["scores"] if name.startswith(IN_NOTEBOOK)]:
        _take_the_better(progress, name.removeprefix(IN_NOTEBOOK), name)
    return progress


def _take_the_better(progress: Progress, name: str, in_notebook: str) -> None:
    """Let one verdict stand under the name of the exercise, and none under that of its notebook."""

    def worth(key: str) -> tuple[bool, int]:
        return progress["done"].get(key, False), progress["scores"].get(key, [-1])[0]

    counts = worth(in_notebook) > worth(name)
    for part in ("scores", "done", "checks", "texts"):
        verdicts = cast("dict[str, dict[str, Any]]", progress)[part]
        verdict = verdicts.pop(in_notebook, None)
        if counts and verdict is not None:
            verdicts[name] = verdict


def done_in_files(root: Path, days: Sequence[Day]) -> dict[str, bool]:
    """Whether all checks of an exercise passed, or one failed, on its file as it stands, whatever a notebook has of it.

    Nothing is known of one that was changed since, or was checked in part and is right so far.
    """
    progress = _read(root)[0]
    known = {}
    for day in days:
        texts = DayTexts(root, day)
        for exercise in day.exercises:
            name = name_of(day, exercise)
            done = progress["done"].get(name, False)
            failed = any(not passed for _, passed in progress["checks"].get(name, {}).values())
            if (done or failed) and not is_older(texts, day, exercise, progress):
                known[name] = done
    return known


def damage(root: Path) -> str:
    """A sentence about a record that cannot be read; empty when there is nothing to say."""
    return _read(root)[1]


def _read(root: Path) -> tuple[Progress, str]:
    kept: Any = {}
    whole = True
    try:
        kept = json.loads((root / PLACE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        pass
    except (OSError, ValueError, RecursionError):
        whole = False
    if not isinstance(kept, dict):
        kept, whole = {}, False
    progress: dict[str, Any] = {}
    for part, is_good in _PARTS.items():
        found = kept.get(part, {})
        entries = found if isinstance(found, dict) else {}
        progress[part] = {name: value for name, value in entries.items() if is_good(value)}
        whole = whole and len(progress[part]) == len(found if isinstance(found, dict) else {"": found})
    said = f"The record {PLACE} is damaged; `course check` makes anew what is missing in it."
    return cast("Progress", progress), "" if whole else said


def _are_numbers(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(one) is int for one in value)


def _is_time(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


_PARTS: dict[str, Callable[[Any], bool]] = {
    "scores": _are_numbers,
    "done": lambda value: isinstance(value, bool),
    "hints": lambda value: type(value) is int and value >= 0,
    "checks": lambda value: isinstance(value, dict) and all(map(_are_numbers, value.values())),
    "texts": lambda value: isinstance(value, str),
    "checked": _is_time,
    "finished": _is_time,
    "seconds": lambda value: type(value) in (int, float) and 0 <= value < 1e9,
}


def record(root: Path, found: Sequence[Checked], notebook: Path | None = None) -> str:
    """Keep the verdicts on these exercises of the folder ``root``; the sentence to be said when that cannot be done.

    Checks of an exercise may come one by one, as from the list of tests of an editor: those on the same text make up
    one verdict. Verdicts on a ``notebook`` are about the modules that were made of it, below that folder.
    """
    texts = {one.day.name: DayTexts(notebook or root, one.day) for one in found}
    mark = IN_NOTEBOOK if notebook is not None else ""
    digests = {one.name: mark + texts[one.day.name].digest(one.exercise) for one in found}

    def add(progress: Progress) -> None:
        now = datetime.now(UTC)
        _add_time(progress, digests, mark, now)
        for one in found:
            if one.results:
                _add(progress, one, mark + one.name, digests[one.name])
                _note_time(progress, one.name, mark + one.name, now.isoformat(timespec="seconds"))

    return _change(root, add)


def _add(progress: Progress, one: Checked, name: str, digest: str) -> None:
    """Keep a verdict under ``name``."""
    same = progress["texts"].get(name) == digest
    known = {check.name for check in one.exercise.checks}
    before = progress["checks"].get(name, {}) if same else {}
    new = {check: [points, int(passed)] for check, (points, passed) in one.results.items()}
    checks = {check: kept for check, kept in {**before, **new}.items() if check in known}
    progress["checks"][name] = checks
    progress["texts"][name] = digest
    progress["scores"][name] = [sum(points for points, _ in checks.values()), one.exercise.max_score]
    progress["done"][name] = checks.keys() == known and all(passed for _, passed in checks.values())


def _note_time(progress: Progress, name: str, kept_under: str, now: str) -> None:
    progress["checked"][name] = now
    if progress["done"][kept_under]:
        progress["finished"].setdefault(name, now)


def _add_time(progress: Progress, digests: Mapping[str, str], mark: str, now: datetime) -> None:
    """The time since the last verdict, unless that was a pause, goes to what has been changed since."""
    last = max(map(datetime.fromisoformat, progress["checked"].values()), default=now)
    gap = (now - last).total_seconds()
    before = progress["texts"]
    changed = [name for name, digest in digests.items() if before.get(mark + name, digest) != digest]
    worked_on = changed or (list(digests) if len(digests) == 1 else [])
    if 0 < gap <= PAUSE:
        for name in worked_on:
            progress["seconds"][name] = round(progress["seconds"].get(name, 0) + gap / len(worked_on), 1)


def next_hint(root: Path, day: str, exercise: Exercise, level: int | None) -> int:
    """How many hints to show now; remembers it for the next time."""
    name = f"{day}/{exercise.name}"
    shown = level if level is not None else read_progress(root)["hints"].get(name, 0) + 1
    shown = min(shown, len(exercise.hints))
    _change(root, lambda progress: progress["hints"].update({name: shown}))
    return shown


def _change(root: Path, change: Callable[[Progress], None]) -> str:
    """Read the record, ``change`` it and write it, while nobody else does: a notebook, an editor and `course watch` may
    be at work at the same time. The sentence to be said when that cannot be done.
    """
    try:
        with alone_in((root / PLACE).parent, _BUSY, patience=PATIENCE):
            progress = _read(root)[0]
            change(progress)
            write_atomically(root / PLACE, json.dumps(progress, indent=1, sort_keys=True) + "\n")
    except CourseError as error:
        return f"It was not recorded for `course status`: {error}"
    return ""


class DayTexts:
    """The modules of a day as they are on the disk, to tell whether a verdict is about this text."""

    def __init__(self, root: Path, day: Day) -> None:
        self._day = day
        self._folder = root / day.name

    def digest(self, exercise: Exercise) -> str:
        """Recognises what a verdict on an exercise is about: its own lines, those of its module that are no other
        exercise, and whatever these name in the modules that they import.
        """
        modules = self._with_imports(exercise.module)
        owner = exercise.qualname.rpartition(".")[0]
        own = [exercise.qualname, *([owner] if owner else [])]
        names = [(module, block) for module in modules for block in self._blocks.get(module, {})]
        free = {
            (module, block)
            for module, block in names
            if not self._is_exercise(module, block)
            or (module == exercise.module and any(is_part_of(block, name) for name in own))
        }
        return self._hash(self._with_named(free, names))

    def _with_imports(self, module: str) -> list[str]:
        reached = [module]
        for name in reached:
            words = self._words(self._blocks.get(name, {}).get(TOP, ""))
            reached += [other for other in self._blocks if other in words and other not in reached]
        return reached

    def _with_named(
        self, start: Collection[tuple[str, str]], names: Sequence[tuple[str, str]]
    ) -> set[tuple[str, str]]:
        chosen, waiting = set(start), list(start)
        while waiting:
            module, block = waiting.pop()
            words = self._words(self._blocks[module][block])
            more = [name for name in names if name not in chosen and name[1].rpartition(".")[2] in words]
            chosen.update(more)
            waiting += more
        return chosen

    def _is_exercise(self, module: str, block: str) -> bool:
        return any(e.module == module and is_part_of(block, e.qualname) for e in self._day.exercises)

    def _hash(self, chosen: Collection[tuple[str, str]]) -> str:
        whole = hashlib.blake2b(digest_size=8)
        for module, block in sorted(chosen):
            text = self._blocks[module][block].replace("\r\n", "\n").strip()
            whole.update(f"{module}.{block}\0{text}\0".encode("utf-8", "surrogateescape"))
        return whole.hexdigest()

    @staticmethod
    def _words(text: str) -> frozenset[str]:
        return frozenset(re.findall(r"\w+", text))

    @cached_property
    def _blocks(self) -> dict[str, dict[str, str]]:
        texts = {}
        for path in sorted(self._folder.glob("*.py")):
            try:
                texts[path.stem] = path.read_bytes().decode("utf-8", "surrogateescape")
            except OSError:
                continue
        return {module: split_blocks(text) for module, text in texts.items()}


def is_older(texts: DayTexts, day: Day, exercise: Exercise, progress: Progress) -> bool:
    """Whether the text has changed since the last verdict on it. Of a notebook that cannot be said."""
    digest = progress["texts"].get(name_of(day, exercise), IN_NOTEBOOK)
    return not digest.startswith(IN_NOTEBOOK) and digest != texts.digest(exercise)
