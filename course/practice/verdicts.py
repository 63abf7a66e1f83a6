"""What ``course watch`` shows of a check, as plain data: it is found in one process and shown in another, which must
start without NumPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course.practice.progress import Placed
    from course.testing.results import ExerciseResult


@dataclass(frozen=True)
class Verdict:
    """The verdict on one exercise; ``check``, ``message`` and ``printed`` are of the first check that failed.

    ``begun`` says that something is written and not right, or waits for another exercise.
    """

    exercise: str  # day03_linalg/regression.ridge
    label: str  # an outcome, or "refused"
    score: int
    max_score: int
    passed: int
    checks: int
    seconds: float
    begun: bool = False
    check: str = ""
    message: str = ""
    printed: str = ""
    not_recorded: str = ""  # a sentence about the record of progress

    @property
    def good(self) -> bool:
        """Whether everything that was checked is right."""
        return self.label == "passed"

    @classmethod
    def of(cls, task: Placed, result: ExerciseResult, seconds: float, not_recorded: str = "") -> Verdict:
        """What a run has found on one exercise."""
        failure = result.first_failure
        return cls(
            task.name,
            failure.verdict if failure else "passed",
            result.score,
            result.max_score,
            sum(check.outcome == "passed" for check in result.checks),
            len(result.checks),
            seconds,
            result.is_wrong,
            failure.check.name if failure else "",
            failure.brief if failure else "",
            failure.output if failure else "",
            not_recorded,
        )
