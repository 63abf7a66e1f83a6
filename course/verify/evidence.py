"""Evidence about a day: what its checks said to the skeleton, to the solution and to every answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Literal

from course.catalog import Day, Exercise, Selection
from course.testing.answers import Answer
from course.verify.roots import Sources
from course.verify.trials import Comparison, Trial
from course.worker.outcomes import Outcome

Phase = Literal[
    "solution",
    "training",
    "elsewhere",
    "isolated",
    "skeleton",
    "misconceptions",
    "variants",
    "names",
    "refused calls",
    "undeserved points",
    "many seeds",
    "given code",
    "cascades",
    "mutants",
]
"""What processor time is spent on; ``training`` is the solution in its training tests, ``elsewhere`` in processes
started anew.
"""


@dataclass(frozen=True)
class Naming:
    """What the student is told who makes a misconception: the test that fails first, and the name given."""

    answer: str
    label: str  # with the values of its parameters
    exercise: str
    seed: int
    check: str
    outcome: str
    named: str | None
    alike: tuple[str, ...]  # other misconceptions that answer just so on this test
    twins: tuple[str, ...]  # those that do so on every test

    def to_plain(self) -> dict[str, Any]:
        return {**self.__dict__, "alike": list(self.alike), "twins": list(self.twins)}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Naming:
        return cls(**{**plain, "alike": tuple(plain["alike"]), "twins": tuple(plain["twins"])})


@dataclass(frozen=True)
class RefusalTrial:
    """One spelling of one refused call, and how it was found (``source``, ``run``); empty when it was not."""

    exercise: str
    name: str
    spelling: str
    found: str


@dataclass(frozen=True)
class Undeserved:
    """A test that was passed by a submission that knows nothing."""

    check: str
    cheat: str


@dataclass(frozen=True)
class Drawn:
    """What the solution, or a variant, did in one check under many seeds more."""

    exercise: str
    answer: str  # the label of a variant; empty for the solution
    check: str
    tried: int
    failed: tuple[int, ...]  # the seeds
    headline: str  # of the first that failed
    again: tuple[Outcome, ...]  # how the same check ended then, with that seed and by itself
    comparisons: tuple[Comparison, ...] = ()  # the largest deviation by line, where the check passed

    @classmethod
    def of(cls, trials: Sequence[Trial], answer: str, again: Sequence[Outcome]) -> Drawn:
        """What these trials of one check say together."""
        failed = [trial for trial in trials if not trial.passed]
        deviations: dict[int, float] = {}
        for one in [one for trial in trials if trial.passed for one in trial.comparisons]:
            deviations[one.line] = max(deviations.get(one.line, 0.0), one.deviation)
        return cls(
            trials[0].exercise,
            answer,
            trials[0].check,
            len(trials),
            tuple(trial.seed for trial in failed),
            failed[0].headline if failed else "",
            tuple(again),
            tuple(Comparison(line, deviation) for line, deviation in deviations.items()),
        )

    def to_plain(self) -> dict[str, Any]:
        return {
            **self.__dict__,
            "failed": list(self.failed),
            "again": list(self.again),
            "comparisons": [[c.line, c.deviation] for c in self.comparisons],
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Drawn:
        comparisons = tuple(Comparison(line, deviation) for line, deviation in plain["comparisons"])
        lists = {"failed": tuple(plain["failed"]), "again": tuple(plain["again"])}
        return cls(**{**plain, **lists, "comparisons": comparisons})


@dataclass
class Evidence:
    """Everything that was tried on one day, or on some exercises of it."""

    selection: Selection
    sources: Sources
    answers: Sequence[Answer]
    skeleton: list[Trial] = field(default_factory=list)
    isolated_skeleton: list[Trial] = field(default_factory=list)
    stubbed: list[Trial] = field(default_factory=list)
    solution: list[Trial] = field(default_factory=list)
    elsewhere: dict[str, list[Trial]] = field(default_factory=dict)
    answered: dict[Answer, list[Trial]] = field(default_factory=dict)
    rounded: list[Trial] = field(default_factory=list)  # of the solution's answers in single precision
    drawn: list[Drawn] = field(default_factory=list)
    namings: list[Naming] = field(default_factory=list)
    refusals: list[RefusalTrial] = field(default_factory=list)
    undeserved: list[Undeserved] = field(default_factory=list)
    given: list[tuple[str, str]] = field(default_factory=list)  # what breaks in given code, and why
    cascades: list[tuple[str, str]] = field(default_factory=list)  # exercises blamed for others, and how
    broken: list[tuple[str, str]] = field(default_factory=list)  # jobs that gave no evidence, and why
    seconds_of: dict[Phase, float] = field(default_factory=dict)  # of the processor

    @property
    def day(self) -> Day:
        return self.selection.day

    @property
    def exercises(self) -> Sequence[Exercise]:
        """Those whose tests are proved."""
        return self.selection.exercises

    def spent(self, phase: Phase, seconds: float) -> None:
        """Note processor time."""
        self.seconds_of[phase] = self.seconds_of.get(phase, 0.0) + seconds

    def of(self, kind: str, exercise: str) -> dict[Answer, list[Trial]]:
        """The trials of the misconceptions or of the variants of one exercise."""
        return {a: t for a, t in self.answered.items() if a.kind == kind and a.exercise == exercise}

    def arrange(self) -> None:
        """Put what came in whatever order the jobs ended into that of the course: two runs print the same."""
        exercises = {exercise.name: place for place, exercise in enumerate(self.day.exercises)}
        checks = {c.name: place for place, c in enumerate(c for e in self.day.exercises for c in e.checks)}
        answers = {(answer.exercise, answer.label): place for place, answer in enumerate(self.answers)}
        for trials in (self.skeleton, self.stubbed, self.solution, self.rounded):
            trials.sort(key=lambda trial: (checks[trial.check], trial.seed))
        self.elsewhere = dict(sorted(self.elsewhere.items()))
        self.answered = {answer: self.answered[answer] for answer in self.answers if answer in self.answered}
        self.namings.sort(key=lambda naming: (answers[naming.exercise, naming.label], naming.seed))
        self.refusals.sort(key=lambda trial: exercises[trial.exercise])
        self.undeserved.sort(key=lambda undeserved: checks[undeserved.check])
        self.drawn.sort(
            key=lambda drawn: (checks[drawn.check], answers.get((drawn.exercise, drawn.answer), -1))
        )
        self.given.sort()
        self.cascades.sort(key=lambda cascade: exercises[cascade[0]])
        self.broken.sort()

    def seconds(self, check: str) -> float:
        """Processor seconds that a check takes with the solution."""
        return median([trial.seconds for trial in self.solution if trial.check == check] or [0.0])
