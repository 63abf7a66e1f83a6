"""What a run of checks found, in the form that is written as JSON (the contract is in docs/results.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from course.catalog import Check, Day, Exercise
from course.catalog.model import Helpers
from course.worker.near.handle import Call
from course.worker.outcomes import Outcome


@dataclass(frozen=True)
class CheckResult:
    """One check: its verdict and what the student is told."""

    check: Check
    outcome: Outcome
    message: str = ""
    misconception: str | None = None
    seconds: float = 0.0
    output: str = ""
    note: str = ""
    refused: bool = False  # the answer makes a call that the exercise refuses
    given_helpers: Outcome | None = None  # the verdict with right helpers, where it was judged again
    helpers: Helpers = "own"  # which of the two counts
    cascade: str = ""  # a sentence that says which exercise is to be mended first
    error: BaseException | None = field(default=None, compare=False, repr=False)
    in_brief: Callable[[], str] | None = field(default=None, compare=False, repr=False)
    call: Call | None = field(default=None, compare=False, repr=False)  # the one that the message shows

    def without_evidence(self) -> CheckResult:
        """The same, without holding on to what the student's code gave."""
        return replace(self, error=None, in_brief=None, call=None)

    @property
    def points(self) -> int:
        return self.check.points if self._earned else 0

    @property
    def _earned(self) -> bool:
        """Whether it counts as passed: on the student's own helpers, on right ones, or on either."""
        if self.given_helpers is None or self.helpers == "own":
            return self.outcome == "passed"
        verdicts = (self.given_helpers,) if self.helpers == "given" else (self.outcome, self.given_helpers)
        return "passed" in verdicts

    def noting(self, note: str) -> CheckResult:
        """The same with one more note for staff; an empty one changes nothing."""
        return replace(self, note=f"{note} {self.note}".rstrip()) if note else self

    @property
    def verdict(self) -> str:
        """The outcome as people are told it: to use a refused call is not to be wrong."""
        return "refused" if self.refused else self.outcome

    @property
    def brief(self) -> str:
        """The message as a terminal shows it first: without what takes more than a look to read."""
        return self.in_brief() if self.in_brief is not None else self.message

    @property
    def public_message(self) -> str:
        """What a student may read: of a hidden check only the class of the mistake and whose it is, no input and no
        value.
        """
        if not self.check.hidden or self.outcome in ("passed", "not_implemented"):
            return self.message
        return f"A hidden check of this exercise ended with: {self.verdict}. {self.cascade}".rstrip()

    def to_plain(self, *, public: bool = False) -> dict[str, Any]:
        plain: dict[str, Any] = {
            "test": self.check.name,
            "outcome": self.outcome,
            "points": self.points,
            "max_points": self.check.points,
            "message": self.public_message if public else self.message,
            "misconception": self.misconception,
            "seconds": round(self.seconds, 4),
        }
        if self.check.hidden:
            plain["hidden"] = True
            if public:  # a submission could tell by its pace what it was given
                plain["seconds"] = 0.0
        if self.refused:
            plain["refused"] = True
        if self.given_helpers is not None:
            plain["given_helpers"] = self.given_helpers
        return plain | ({"note": self.note} if self.note else {})


def verdict_of(test: Mapping[str, Any]) -> str:
    """What `CheckResult.verdict` was, from the test's entry in a record."""
    return "refused" if test.get("refused") else str(test["outcome"])


def is_untouched(test: Mapping[str, Any]) -> bool:
    """Whether a test's entry in a record tells of a stub: not of an answer that only calls one."""
    return test["outcome"] == "not_implemented" and "given_helpers" not in test


@dataclass
class ExerciseResult:
    """The checks of one exercise."""

    exercise: Exercise
    checks: list[CheckResult] = field(default_factory=list)

    @property
    def score(self) -> int:
        return sum(check.points for check in self.checks)

    @property
    def max_score(self) -> int:
        return sum(check.check.points for check in self.checks)

    @property
    def first_failure(self) -> CheckResult | None:
        return next((check for check in self.checks if check.outcome != "passed"), None)

    @property
    def is_wrong(self) -> bool:
        """Whether it was begun and is not right, or stands on another that is not."""
        failure = self.first_failure
        return failure is not None and (failure.outcome != "not_implemented" or failure.cascade != "")

    def to_plain(self, *, public: bool = False) -> dict[str, Any]:
        return {
            "exercise": self.exercise.name,
            "score": self.score,
            "max_score": self.max_score,
            "tests": [check.to_plain(public=public) for check in self.checks],
        }


@dataclass
class DayResult:
    """The exercises of one day that were asked for."""

    day: Day
    exercises: list[ExerciseResult] = field(default_factory=list)

    @property
    def score(self) -> int:
        return sum(exercise.score for exercise in self.exercises)

    @property
    def max_score(self) -> int:
        return sum(exercise.max_score for exercise in self.exercises)

    def to_plain(self, *, public: bool = False) -> dict[str, Any]:
        return {
            "day": self.day.name,
            "score": self.score,
            "max_score": self.max_score,
            "exercises": [exercise.to_plain(public=public) for exercise in self.exercises],
        }


@dataclass
class RunResult:
    """Everything of one run for one student."""

    seed: int
    days: list[DayResult] = field(default_factory=list)
    isolation: tuple[str, ...] = ()
    not_checked: str = ""  # a sentence about exercises for which something is not installed here
    not_recorded: str = ""  # a sentence about progress that could not be kept
    missing: dict[str, list[str]] = field(default_factory=dict)  # by project, of report and results

    @property
    def score(self) -> int:
        return sum(day.score for day in self.days)

    @property
    def max_score(self) -> int:
        return sum(day.max_score for day in self.days)

    @property
    def all_checks(self) -> list[CheckResult]:
        return [check for day in self.days for exercise in day.exercises for check in exercise.checks]

    def to_plain(self, *, public: bool = False) -> dict[str, Any]:
        """The contract's JSON; ``public`` leaves out what hidden checks would give away."""
        return {
            "seed": self.seed,
            "score": self.score,
            "max_score": self.max_score,
            "days": [day.to_plain(public=public) for day in self.days],
        }
