"""Recording what each misconception returns in the public checks, so that a student's clone can name it."""

from __future__ import annotations

import linecache
import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from course.catalog import Course, Day, Exercise, Selection
from course.errors import CourseError
from course.testing.answers import Answer, with_answer, write_modules
from course.testing.fingerprints import Fingerprint, fingerprint
from course.testing.recorded import to_json
from course.testing.running import Runner
from course.worker.far.refusals import kept
from course.worker.near.folders import folders_in_memory
from course.worker.near.forks import Ended, ForkPool
from course.worker.near.local import LocalLink

_TELLING = ("failed", "wrong_type", "error")  # not time or memory, which another machine would change
_LONGEST = 3600.0  # seconds for the misconceptions of a module, on a busy machine


def record(
    course: Course, days: Sequence[Day], runner: Runner, done: Callable[[Day], None] = lambda _: None
) -> dict[str, str]:
    """By day the text of ``tests/<day>/fingerprints.json``; ``done`` hears of each day when it is complete.

    A misconception is on file for the checks that it fails; where it passes, what it returns would be right. The
    modules are tried in forks of this process, as many at a time as there are processors, where it can fork.
    """
    parts = [_Part(course, day, module, runner) for day in days for module in day.modules]
    if hasattr(os, "fork"):
        runner.warm([Selection(day, day.exercises) for day in days])
    texts = {day.name: _text(day, runner, {}) for day in days if not day.modules}
    found: dict[str, dict[str, _Returned]] = {day.name: {} for day in days}

    def keep(part: _Part, returned: _Returned) -> None:
        day = part.day
        found[day.name][part.module] = returned
        if len(found[day.name]) == len(day.modules):
            texts[day.name] = _text(day, runner, found.pop(day.name))
            done(day)

    if hasattr(os, "fork"):
        with folders_in_memory():
            _in_forks(parts, keep)
    else:
        for part in parts:
            keep(part, part.returned())
    return texts


_Returned = dict[int, list[tuple[str, Fingerprint]]]
"""What came back in the checks that are failed, by the number of the misconception."""


def _in_forks(parts: Sequence[_Part], keep: Callable[[_Part, _Returned], None]) -> None:
    pool = ForkPool(os.cpu_count() or 1)

    def ended(part: _Part, end: Ended) -> None:
        if end.problem:
            raise CourseError(
                f"{part.day.name}/{part.module}.py: recording its misconceptions ended with {end.problem}."
            )
        keep(part, {number: _from_plain(rows) for number, rows in end.value})

    for part in parts:
        pool.submit(part.module, part.to_plain, _LONGEST, partial(ended, part))
    pool.run()


def _from_plain(rows: Sequence[Any]) -> list[tuple[str, Fingerprint]]:
    return [(check, tuple((kind, tuple(numbers)) for kind, numbers in gives)) for check, gives in rows]


def _text(day: Day, runner: Runner, returned: dict[str, _Returned]) -> str:
    """The file of a day, whose misconceptions stand in the order in which they were written."""
    checks: dict[str, list[tuple[Answer, Fingerprint]]] = {}
    for number, answer in enumerate(runner.suite.answers(day)):
        for check, gives in returned[answer.module].get(number, ()):
            checks.setdefault(check, []).append((answer, gives))
    return to_json(runner.seed, checks)


class _Part:
    """The misconceptions about one module of a day."""

    def __init__(self, course: Course, day: Day, module: str, runner: Runner) -> None:
        self.day, self.module = day, module
        self._course, self._runner = course, runner

    def to_plain(self) -> list[tuple[int, list[tuple[str, Fingerprint]]]]:
        """What came back, in numbers and lists."""
        return list(self.returned().items())

    def returned(self) -> _Returned:
        """Each misconception in the public checks of its exercise, in the place of the solution.

        One folder serves them all, so that what stays the same is read by Python once.
        """
        found: _Returned = {}
        day = self.day
        exercises = {exercise.name: exercise for exercise in day.exercises}
        texts = self._course.sources(day)
        refused = [name for exercise in day.exercises for name in exercise.refused]
        with tempfile.TemporaryDirectory(prefix="course-") as place, kept(refused):
            root = Path(place).resolve()
            write_modules(root, day, texts)
            for number, answer in enumerate(self._runner.suite.answers(day)):
                if answer.kind == "misconception" and answer.module == self.module:
                    write_modules(root, day, {self.module: with_answer(texts[self.module], answer)})
                    linecache.cache.pop(str(root / day.name / f"{self.module}.py"), None)
                    found[number] = self._of(root, exercises[answer.exercise])
        return found

    def _open(self, root: Path) -> LocalLink:
        return LocalLink(root, [day.name for day in self._course.units], self._course.limits)

    def _of(self, root: Path, exercise: Exercise) -> list[tuple[str, Fingerprint]]:
        """What came back in each check of which something is to be told."""
        found = []
        with closing(self._open(root)) as link:
            for check in exercise.checks:
                if check.hidden or check.training:
                    continue
                try:
                    outcome, transcript = self._runner.answers(link, self.day, exercise, check)
                except MemoryError:
                    continue
                if outcome in _TELLING and transcript.calls:
                    found.append((check.name, fingerprint(transcript)))
        return found
