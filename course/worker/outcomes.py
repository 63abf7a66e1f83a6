"""How a check can end, and the exception that says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Outcome = Literal[
    "passed",
    "failed",
    "not_implemented",
    "error",
    "timeout",
    "memory",
    "output",
    "wrong_type",
    "rejected",
    "not_gradable",
    "grader_fault",
]  # fmt: skip
OUTCOMES: tuple[str, ...] = get_args(Outcome)
LABELS: dict[str, str] = {
    "passed": "done",
    "failed": "wrong",
    "not_implemented": "to do",
    "error": "error",
    "timeout": "too slow",
    "memory": "too much memory",
    "output": "prints too much",
    "wrong_type": "wrong kind of value",
    "rejected": "rejected",
    "refused": "refused",
    "not_gradable": "missing",
    "grader_fault": "fault of the check",
}
"""What people read for an outcome, and for a refused call."""


QUICK_CALLS = 5  # times the seconds of a check that calls which never met the clock may take together


class Interruption(BaseException):
    """Raised inside student code by a limit; not an Exception, so that ``except Exception`` does not hold
    it.
    """


@dataclass(frozen=True)
class Budget:
    """Seconds for one check and for each call in it, counted while student code runs."""

    test_seconds: float
    call_seconds: float

    def is_spent(self, left: float) -> bool:
        """Whether no further call is begun. Each call has a clock of its own that is exact; the sum of many quick
        ones is not (a busy machine lengthens it), so it may be several times the seconds of the check.
        """
        return left <= (1 - QUICK_CALLS) * self.test_seconds

    def limit(self, left: float) -> float:
        """Which of the two is met first when so many seconds of the check are left: the one that a student is told."""
        return self.call_seconds if self.call_seconds < left else self.test_seconds


@dataclass(eq=False)
class StudentProblem(Exception):
    """Student code did not give a value: it raised, ran out of something, or ended.

    ``message`` is what the student reads first, ``traceback`` the text of the student's own frames (may be empty),
    ``types`` the names of the exception's classes from the most to the least specific (empty when nothing was raised).
    """

    outcome: Outcome
    message: str
    traceback: str = ""
    types: tuple[str, ...] = field(default=())

    @property
    def is_refusal(self) -> bool:
        """Whether it was stopped at a call that the exercise refuses."""
        return self.outcome == "failed" and self.types[:1] == ("RefusedCallError",)

    def __str__(self) -> str:
        return f"{self.message}\n{self.traceback}".rstrip()

    def to_plain(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome,
            "message": self.message,
            "traceback": self.traceback,
            "types": list(self.types),
        }

    @classmethod
    def from_plain(cls, plain: Any) -> StudentProblem:
        """Rebuild it from what an isolated process sent, trusting nothing but the types."""
        outcome = plain.get("outcome") if isinstance(plain, dict) else None
        if outcome not in (
            "not_implemented",
            "error",
            "memory",
            "failed",
            "not_gradable",
            "timeout",
            "output",
            "wrong_type",
        ):
            return cls("error", "The isolated process gave an answer that makes no sense.")
        types = plain.get("types")
        return cls(
            outcome,
            _text(plain.get("message"), 4000),
            _text(plain.get("traceback"), 8000),
            tuple(_text(name, 200) for name in types[:30]) if isinstance(types, list) else (),
        )


def _text(plain: Any, length: int) -> str:
    return plain[:length] if isinstance(plain, str) else ""


def seconds_text(seconds: float) -> str:
    """Seconds to a tenth, or whole ones where that is enough."""
    return f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}"


def timeout_problem(limit: float, where: str = "", waited: float = 0.0) -> StudentProblem:
    """The time is up: the ``limit`` that was given, where the time went, and how long a busy machine took over it."""
    spent = f" ({where})" if where else ""
    message = (
        f"No answer within {limit:g} s{spent}; is there a loop that does not end, or work at the top of the file "
        "that belongs under `if __name__ == '__main__':`?"
    )
    if waited:
        passed = seconds_text(waited)
        message += (
            f" This machine was busy: {passed} s went by, but only the time in which your code ran counts."
        )
    return StudentProblem("timeout", message)


def cannot_be_sent(why: str) -> StudentProblem:
    """For a value outside the exchange format, such as one that is too large; ``why`` goes on from "it"."""
    return StudentProblem("wrong_type", f"What your code returned cannot be checked: {why}.")
