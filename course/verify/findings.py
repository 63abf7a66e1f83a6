"""What ``course verify`` found: findings to mend, figures to publish. Plain data, no judgement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from course.verify.evidence import Phase
from course.verify.margins import Margins
from course.verify.mutants import Fate, MutantResult

Kind = Literal[
    "unfinished",
    "catalogue",
    "promise",
    "skeleton",
    "solution",
    "flaky test",
    "unlucky draw",
    "misconception",
    "unseen at home",
    "naming",
    "indistinguishable",
    "variant",
    "refused call",
    "undeserved points",
    "given code",
    "cascade",
    "slow test",
    "tolerance",
    "mutation score",
    "equivalent mutant",
]
"""What sort of thing is wrong; each is explained in docs/verify.md."""

NEXT: Mapping[Kind, str] = {
    "unfinished": "write what stands behind each FILL(…) and take the mark away, then `course sync`.",
    "catalogue": "add what is missing; docs/authoring.md says where it stands.",
    "promise": "write those words into the docstring or the section of the sheet, or ask for less; then `course sync`.",
    "skeleton": "let the test ask for one right answer of its own exercise first, on random input.",
    "solution": "run `pytest --solutions` on that test with `--seed`, then mend the solution or the expected value.",
    "flaky test": "draw every input from rng, and let nothing depend on time, on hash() or on the tests before.",
    "unlucky draw": "draw what cannot be unlucky (values that are chosen, points kept apart), or mend the reference "
    "where it breaks; then try `--draws 2000`.",
    "misconception": "think of the input on which it gives something else, and put it into a test.",
    "unseen at home": "let a test that students have meet it as well, on other numbers than the hidden one.",
    "naming": "put the input on which it answers as nothing else does into the first test, or before it; take "
    "a refused call out of it; or make look-alikes one misconception with a keyword.",
    "indistinguishable": "take one of the two out, or write a test on whose input they differ.",
    "variant": "widen what the test accepts when the docstring allows the answer; else mend the variant.",
    "refused call": "correct the name in `refused` of exercises.toml, or add the spelling to the scanner.",
    "undeserved points": "let the test ask for one right answer first, on random input.",
    "given code": "put np.asarray around what given code gets from a class, or anywhere outside of plots.py.",
    "cascade": "let a check of the exercise use the helper so that a right answer on a right helper passes it.",
    "slow test": "take smaller inputs or fewer steps, or mark a test that trains @training.",
    "tolerance": "choose inputs of better condition, or another rtol, until both sides are ten times away.",
    "mutation score": "write a test for each survivor below, or record it in equivalent_mutants.toml with a reason.",
    "equivalent mutant": "take the entry out of equivalent_mutants.toml, or correct its `before` and `after`.",
}
"""What an author does about each kind of finding."""

SCORE_TARGET = 0.95
SCORE_TARGET_WITHOUT_EXCEPTIONS = 0.90


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: ``where`` is an exercise, a test or a file, ``says`` a sentence about it."""

    kind: Kind
    where: str
    says: str

    def to_plain(self) -> dict[str, Any]:
        return {"kind": self.kind, "where": self.where, "says": self.says, "next": NEXT[self.kind]}


@dataclass
class DayReport:
    """Everything about one day."""

    day: str
    exercises: int = 0
    checks: int = 0
    misconceptions: int = 0
    variants: int = 0
    refusals: int = 0
    seeds: int = 0
    draws: int = 0  # runs of a check under seeds beyond these
    slowest: tuple[str, float] = ("", 0.0)
    findings: list[Finding] = field(default_factory=list)
    margins: Margins = field(default_factory=Margins)
    mutants: list[MutantResult] = field(default_factory=list)
    seconds_of: Mapping[Phase, float] = field(default_factory=dict)  # of the processor

    @property
    def seconds(self) -> float:
        """Processor seconds of all its jobs together."""
        return sum(self.seconds_of.values())

    @property
    def good(self) -> bool:
        return not self.findings

    def add(self, kind: Kind, where: str, says: str) -> None:
        """Note a finding, once."""
        finding = Finding(kind, where, says)
        if finding not in self.findings:
            self.findings.append(finding)

    @property
    def fates(self) -> Counter[Fate]:
        return Counter(result.fate for result in self.mutants)

    @property
    def survivors(self) -> list[MutantResult]:
        return [result for result in self.mutants if result.fate == "survived"]

    @property
    def score(self) -> float | None:
        """Share of the mutants killed, those that are known to be equivalent left out; None without any."""
        return _share(self.fates, without=("equivalent",))

    @property
    def score_without_exceptions(self) -> float | None:
        """The same, leaving out mutants that die of an exception of their own: any test kills those."""
        return _share(self.fates, without=("equivalent", "exception"))

    def to_plain(self) -> dict[str, Any]:
        return {
            "day": self.day,
            "good": self.good,
            "exercises": self.exercises,
            "checks": self.checks,
            "misconceptions": self.misconceptions,
            "variants": self.variants,
            "refusals": self.refusals,
            "seeds": self.seeds,
            "draws": self.draws,
            "seconds": round(self.seconds, 1),
            "seconds_of": {phase: round(seconds, 1) for phase, seconds in self.seconds_of.items()},
            "slowest": {"test": self.slowest[0], "seconds": round(self.slowest[1], 3)},
            "findings": [finding.to_plain() for finding in self.findings],
            "margins": self.margins.to_plain(),
            "mutants": {
                "total": len(self.mutants),
                "score": _rounded(self.score),
                "score_without_exceptions": _rounded(self.score_without_exceptions),
                **{fate: self.fates[fate] for fate in ("assertion", "exception", "timeout")},
                **{fate: self.fates[fate] for fate in ("equivalent", "survived")},
                "per_exercise": _per_exercise(self.mutants),
                "survivors": [result.to_plain() for result in self.survivors],
            },
        }


def _share(fates: Counter[Fate], without: tuple[Fate, ...]) -> float | None:
    counted = {fate: count for fate, count in fates.items() if fate not in without}
    total = sum(counted.values())
    return None if total == 0 else 1 - counted.get("survived", 0) / total


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def _per_exercise(results: list[MutantResult]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for result in results:
        counts.setdefault(result.mutant.exercise, Counter())[result.fate] += 1
    return {exercise: {"total": count.total(), **count} for exercise, count in counts.items()}


@dataclass
class Report:
    """All days of one run."""

    days: list[DayReport]
    seeds: int
    seconds: float = 0.0
    processor_seconds: float = 0.0  # of everything: also imports, forks, isolated processes

    @property
    def seconds_of(self) -> dict[Phase, float]:
        """Processor seconds of the jobs of all days, the most expensive phase first."""
        phases = {phase for day in self.days for phase in day.seconds_of}
        sums = {phase: sum(day.seconds_of.get(phase, 0.0) for day in self.days) for phase in phases}
        return dict(sorted(sums.items(), key=lambda item: -item[1]))

    @property
    def good(self) -> bool:
        return all(day.good for day in self.days)

    def to_plain(self) -> dict[str, Any]:
        return {
            "good": self.good,
            "seeds": self.seeds,
            "seconds": round(self.seconds, 1),
            "processor_seconds": round(self.processor_seconds, 1),
            "days": [day.to_plain() for day in self.days],
        }
