"""Trials: checks run against one root under one seed, with what they asked, took and compared.

The same function runs in a fork, in a cold process and next to an isolated one, so that their trials can
be held against each other.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, cast

from course.catalog import Check, Course, Day, Exercise
from course.testing.answers import Answer
from course.testing.assertions import comparison_listener
from course.testing.fingerprints import Fingerprint, fingerprint
from course.testing.results import CheckResult
from course.testing.running import Runner, Sitting, Suite, scan_exercise
from course.testing.scanning import RefusedCall, look_ahead
from course.worker.near.handle import Call, Handle, Link, Transcript
from course.worker.near.local import LocalLink
from course.worker.outcomes import Outcome

OpenLink = Callable[[], Link]
Task = tuple[Exercise, Check]
Findings = Mapping[str, RefusedCall | None]


@dataclass(frozen=True)
class Comparison:
    """One ``assert_close``: the line where it stands, and how far off a value was at most (1 is the edge)."""

    line: int
    deviation: float


@dataclass(frozen=True)
class Trial:
    """One check, once: the first line of what a student would read, and what it asked where that is compared."""

    exercise: str
    check: str
    seed: int
    outcome: Outcome
    message: str
    seconds: float
    misconception: str | None
    comparisons: tuple[Comparison, ...]
    questions: Fingerprint = ()
    again: tuple[Outcome, ...] = ()
    close_only: bool = False  # it failed, and only because values were too far from those expected

    @property
    def passed(self) -> bool:
        return self.outcome == "passed"

    def repeated(self, trials: Sequence[Trial]) -> Trial:
        """This trial, knowing how the same check ended when it was run again by itself."""
        return replace(self, again=tuple(trial.outcome for trial in trials))

    @property
    def headline(self) -> str:
        return self.message or self.outcome

    def to_plain(self) -> dict[str, Any]:
        return {
            **{name: getattr(self, name) for name in _PLAIN},
            "questions": [[kind, list(numbers)] for kind, numbers in self.questions],
            "comparisons": [[c.line, c.deviation] for c in self.comparisons],
            "again": list(self.again),
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Trial:
        return cls(
            **{name: plain[name] for name in _PLAIN},
            questions=tuple((kind, tuple(numbers)) for kind, numbers in plain["questions"]),
            comparisons=tuple(Comparison(line, deviation) for line, deviation in plain["comparisons"]),
            again=tuple(plain["again"]),
        )


_PLAIN = ("exercise", "check", "seed", "outcome", "message", "seconds", "misconception", "close_only")


class Trier:
    """Runs checks of one day. The test functions are imported once and shared by every seed and fork."""

    def __init__(self, course: Course, day: Day, suite: Suite | None = None) -> None:
        self.course = course
        self.day = day
        self.suite = suite or Suite(course)
        self._days = [day.name for day in course.days]

    def warm(self) -> None:
        """Import the tests and read the answers now, so that forks of this process need not; see what is refused."""
        self.suite.answers(self.day)
        for exercise in self.day.exercises:
            for check in exercise.checks:
                self.suite.function(self.day, check)
            look_ahead(exercise.refused)

    def runner(self, seed: int) -> Runner:
        """A runner of this day's checks that shares the imported tests."""
        return Runner(self.course, seed, self.suite)

    def link(self, root: Path) -> LocalLink:
        """A fresh session in this process."""
        return LocalLink(root, self._days, self.course.limits)

    def limited(self, seconds: float, memory_mib: int) -> Trier:
        """The same with other limits for every check."""
        limits = replace(
            self.course.limits,
            test_seconds=seconds,
            call_seconds=seconds,
            training_seconds=seconds,
            memory_mib=memory_mib,
        )
        return Trier(replace(self.course, limits=limits), self.day, self.suite)

    def scan(self, root: Path, tasks: Sequence[Task]) -> Findings:
        """The refused calls in the sources of ``root``, by exercise."""
        exercises = {exercise.name: exercise for exercise, _ in tasks}
        return {name: scan_exercise(root, self.day, exercise) for name, exercise in exercises.items()}

    def try_all(
        self,
        root: Path,
        tasks: Sequence[Task],
        seed: int,
        open_link: OpenLink | None = None,
        *,
        asking: bool = False,
        lenient: bool = False,
        findings: Findings | None = None,
        to_first_failure: bool = False,
    ) -> list[Trial]:
        """Every check in turn, in one session per module as a student's run has.

        ``findings`` are the refused calls in the sources of ``root``, for callers that come back with other seeds;
        ``asking`` keeps the questions of each test; ``lenient`` goes on behind an ``assert_close`` that does not
        hold, to see how far off the answer is in the whole test; ``to_first_failure`` leaves out the checks behind it.
        """
        links: dict[str, Link] = {}
        findings = findings if findings is not None else self.scan(root, tasks)
        runner = self.runner(seed)
        trials: list[Trial] = []
        try:
            for exercise, check in tasks:
                if exercise.module not in links:
                    links[exercise.module] = (open_link or (lambda: self.link(root)))()
                link, finding = links[exercise.module], findings[exercise.name]
                trial, transcript = self.try_one(runner, exercise, check, link, finding, lenient=lenient)
                trials.append(replace(trial, questions=questions(transcript)) if asking else trial)
                if to_first_failure and not trial.passed:
                    break
        finally:
            for link in links.values():
                link.close()
        return trials

    def try_alone(self, root: Path, task: Task, seed: int) -> Trial:
        """One check in a session of its own."""
        return self.try_all(root, [task], seed)[0]

    def try_one(
        self,
        runner: Runner,
        exercise: Exercise,
        check: Check,
        link: Link,
        finding: RefusedCall | None = None,
        *,
        explain: bool = False,
        lenient: bool = False,
        passed: Sequence[Check] = (),
    ) -> tuple[Trial, Transcript]:
        """One check in a session that is open, after those of the exercise that ``passed``."""
        deviations: dict[int, float] = {}  # the largest, by line
        function = self.suite.function(self.day, check)
        sitting = Sitting.of(self.day, exercise, check, link, passed)

        def listen(deviation: float) -> bool:
            line = _line_in_the_test()
            deviations[line] = max(deviations.get(line, 0.0), deviation)
            return lenient

        heard = comparison_listener.set(listen)
        started = time.process_time()
        try:
            result = runner.run_check(function, sitting, finding, explain=explain, words=explain)
        finally:
            comparison_listener.reset(heard)
        seconds = time.process_time() - started
        comparisons = tuple(Comparison(line, deviation) for line, deviation in deviations.items())
        return _trial(exercise, runner.seed, result, seconds, comparisons), sitting.student.transcript


def _trial(
    exercise: Exercise,
    seed: int,
    result: CheckResult,
    seconds: float,
    comparisons: tuple[Comparison, ...],
) -> Trial:
    overlooked = result.outcome == "passed" and any(comparison.deviation > 1 for comparison in comparisons)
    return Trial(
        exercise=exercise.name,
        check=result.check.name,
        seed=seed,
        outcome="failed" if overlooked else result.outcome,
        message="a value is too far from the one expected"
        if overlooked
        else result.message.partition("\n")[0],
        seconds=seconds,
        misconception=result.misconception,
        comparisons=comparisons,
        close_only=overlooked,
    )


def _line_in_the_test() -> int:
    """The line of the test file in which the assertion stands that is at work."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and not _is_test_file(frame.f_code.co_filename):
        frame = frame.f_back
    return frame.f_lineno if frame is not None else 0


@cache
def _is_test_file(name: str) -> bool:
    return Path(name).name.startswith("test_")


def questions(transcript: Transcript) -> Fingerprint:
    """What a test asked, call by call, summarised as ``fingerprint`` summarises what came back.

    One seed must always ask the same: a verdict can only be replayed when the questions can.
    """
    asked = Transcript()
    for call in transcript.calls:
        words = [call.label, *call.args, *call.kwargs, *call.kwargs.values()]
        asked.add(Call(call.label, (), {}, result=_comparable(words)))
    return fingerprint(asked)


def _comparable(value: Any) -> Any:
    """Data as it is; functions, models and handles by the name of their type, which every process agrees on."""
    if isinstance(value, Handle):
        return "handle"
    if isinstance(value, (list, tuple)):
        return tuple(_comparable(part) for part in value)
    if isinstance(value, dict):
        return {str(key): _comparable(part) for key, part in value.items()}
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes)):
        return value
    return value if hasattr(value, "dtype") and hasattr(value, "shape") else type(value).__name__


def tasks_of(exercises: Sequence[Exercise], *, training: bool | None = None) -> list[Task]:
    """Every check of these exercises; only training tests, or only others, when ``training`` says so."""
    return [
        (exercise, check)
        for exercise in exercises
        for check in exercise.checks
        if training is None or check.training == training
    ]


def plain(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Trials on their way through a pipe."""
    return [trial.to_plain() for trial in trials]


def from_plain(values: Any) -> list[Trial]:
    """Trials as they come out of a pipe."""
    return [Trial.from_plain(value) for value in values]


def answers_of(answers: Sequence[Answer], exercise: Exercise, kind: str) -> list[Answer]:
    """The misconceptions or the variants of one exercise."""
    return cast("list[Answer]", [a for a in answers if a.exercise == exercise.name and a.kind == kind])
