"""Mutants: the solution with one small thing changed, as a slip of the hand would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Fate = Literal["assertion", "exception", "timeout", "equivalent", "survived"]
"""How a mutant ended: killed by an assertion, by an exception of its own, by the clock; not killed."""


@dataclass(frozen=True)
class Mutant:
    """One change: the statement it stands in before and after, and the whole module with it."""

    exercise: str
    module: str
    line: int
    operator: str
    before: str
    after: str
    source: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it, wherever in the file it stands."""
        return self.exercise, self.before, self.after


@dataclass(frozen=True)
class MutantResult:
    """What became of a mutant; ``by`` is the test that killed it, or why nothing could."""

    mutant: Mutant
    fate: Fate
    by: str = ""

    def to_plain(self) -> dict[str, Any]:
        mutant = self.mutant
        return {
            "exercise": mutant.exercise,
            "line": mutant.line,
            "operator": mutant.operator,
            "before": mutant.before,
            "after": mutant.after,
        }
