"""Running mutants: against the tests of its exercise, the cheapest first, until one fails.

What survives there meets the tests of the other exercises of the module whose code calls it, and what survives those
the training tests, of its own exercise first. A mutant of one exercise is thus killed where a student with that slip
would lose points.

A fork costs as much as a mutant, so a few mutants of one exercise share a fork. When a test has failed, the solution
must still pass it there: otherwise the mutant may have died of what one before it has left behind. It is then run
again, and those behind it, in a fork of their own.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from course.catalog import Check, Day, Exercise
from course.verify.equivalents import FILE, Key
from course.verify.evidence import Evidence
from course.verify.findings import (
    SCORE_TARGET,
    SCORE_TARGET_WITHOUT_EXCEPTIONS,
    DayReport,
    Finding,
)
from course.verify.mutants import Fate, Mutant, MutantResult, mutants_of
from course.verify.roots import Sources
from course.verify.trials import Trial, Trier, tasks_of
from course.worker.near.forks import Ended
from course.worker.near.local import LocalLink

SHORTEST_LIMIT = 1.0
TIMES_SLOWER = 10.0
MEMORY_MIB = 1024
ATTEMPTS = 3
TOGETHER = 8
_BY_ASSERTION = ("failed", "wrong_type", "rejected")

Verdict = list[str]  # fate and the test that decided, as plain data


@dataclass(frozen=True)
class _Judge:
    """A check that a mutant meets, and the seconds it has for it."""

    exercise: Exercise
    check: Check
    limit: float


class MutantRuns:
    """The mutants of one day: made at once, run when the times of the solution are known."""

    def __init__(self, evidence: Evidence, trier: Trier, seed: int, equivalents: Mapping[Key, str]) -> None:
        self._evidence = evidence
        self._trier = trier
        self._seed = seed
        self._equivalents = equivalents
        exercises, sources = evidence.exercises, evidence.sources
        self.mutants = [mutant for exercise in exercises for mutant in mutants_of(sources, exercise)]
        self._callers = {e.name: callers_of(evidence.day, sources, e) for e in exercises}
        self._judges: dict[str, list[_Judge]] = {}
        self.results: list[MutantResult] = []

    @property
    def exercises(self) -> list[Exercise]:
        """Those whose tests are run: the chosen ones, and those that call them."""
        callers = [caller for callers in self._callers.values() for caller in callers]
        return list(dict.fromkeys([*self._evidence.exercises, *callers]))

    def batches(self) -> Iterator[list[Mutant]]:
        """The mutants, as they share a fork."""
        for _, group in groupby(self.mutants, key=lambda mutant: mutant.exercise):
            mutants = list(group)
            for start in range(0, len(mutants), TOGETHER):
                yield mutants[start : start + TOGETHER]

    def settle_limits(self) -> None:
        """Put the tests in order and set their limits, now that the times of the solution are known."""
        seconds = {
            check.name: self._evidence.seconds(check.name) for e in self.exercises for check in e.checks
        }

        def judges(exercises: Sequence[Exercise], training: bool) -> list[_Judge]:
            tasks = tasks_of([replace(e, refused=()) for e in exercises], training=training)
            tasks.sort(key=lambda task: seconds[task[1].name])  # killed by its values, not by its spelling
            return [_Judge(e, c, max(SHORTEST_LIMIT, TIMES_SLOWER * seconds[c.name])) for e, c in tasks]

        for exercise in self._evidence.exercises:
            groups = [exercise], self._callers[exercise.name]
            self._judges[exercise.name] = [
                judge for training in (False, True) for group in groups for judge in judges(group, training)
            ]

    def take(self, batch: Sequence[Mutant], ended: Ended) -> list[list[Mutant]]:
        """What came of the job of a batch; the batches that are still to be run for it."""
        if not ended.problem:
            for mutant, (fate, by) in zip(batch, ended.value, strict=False):
                self._note(mutant, fate, by)
            left = batch[len(ended.value) :]
            return [[*left]] if left else []
        if len(batch) > 1:
            return [[mutant] for mutant in batch]
        self._note(batch[0], "timeout" if ended.problem == "timeout" else "exception", ended.problem)
        return []

    def in_order(self) -> list[MutantResult]:
        """What became of the mutants, as they stand in the source and not as their jobs ended."""
        places = {id(mutant): place for place, mutant in enumerate(self.mutants)}
        return sorted(self.results, key=lambda result: places[id(result.mutant)])

    def _note(self, mutant: Mutant, fate: Fate, by: str) -> None:
        if fate == "survived" and mutant.key in self._equivalents:
            fate, by = "equivalent", self._equivalents[mutant.key]
        self.results.append(MutantResult(mutant, fate, by))

    def seconds(self, batch: Sequence[Mutant]) -> float:
        """Wall time after which the job of a batch is stuck."""
        return 30 + ATTEMPTS * sum(judge.limit for mutant in batch for judge in self._judges[mutant.exercise])

    def run(self, batch: Sequence[Mutant]) -> list[Verdict]:
        """The job of a batch: the fate of each mutant and the test that decided it, as far as this process can be
        believed; at least of the first.
        """
        verdicts: list[Verdict] = []
        solution = self._trier.link(self._trier.course.solutions)
        try:
            for number, mutant in enumerate(batch):
                failure = self._first_failure(mutant)
                if failure is None:
                    verdicts.append(["survived", ""])
                    continue
                trial, judge = failure
                if number > 0 and not self._try(solution, judge).passed:
                    break
                verdicts.append([_fate(trial), judge.check.name])
        finally:
            solution.close()
        return verdicts

    def _first_failure(self, mutant: Mutant) -> tuple[Trial, _Judge] | None:
        """How a mutant fails, and the first test in which it does; None when it survives.

        One that is known to be equivalent is not trained: that nothing can tell it is checked by the quick tests.
        """
        judges = self._judges[mutant.exercise]
        if mutant.key in self._equivalents:
            judges = [judge for judge in judges if not judge.check.training]
        with self._evidence.sources.folder({mutant.module: mutant.source}) as root:
            link = self._trier.limited(SHORTEST_LIMIT, MEMORY_MIB).link(root)
            try:
                for judge in judges:
                    trial = self._try(link, judge)
                    if not trial.passed:
                        return trial, judge
            finally:
                link.close()
        return None

    def _try(self, link: LocalLink, judge: _Judge) -> Trial:
        """One check; again when the clock ran out while the machine was busy with others."""
        trier = self._trier.limited(judge.limit, MEMORY_MIB)
        for _ in range(ATTEMPTS):
            trial, _ = trier.try_one(trier.runner(self._seed), judge.exercise, judge.check, link)
            if trial.outcome != "timeout" or trial.seconds > judge.limit / 2:
                break
        return trial


def _fate(trial: Trial) -> Fate:
    if trial.outcome == "timeout":
        return "timeout"
    return "assertion" if trial.outcome in _BY_ASSERTION else "exception"


def callers_of(day: Day, sources: Sources, exercise: Exercise) -> list[Exercise]:
    """The other exercises of the module whose code uses this one, directly or through given functions."""
    tree = ast.parse(sources.texts[exercise.module])
    name = exercise.qualname.rpartition(".")[2]
    others = [other for other in day.exercises if other.module == exercise.module and other != exercise]
    return [other for other in others if name in _used_names(tree, other.qualname)]


def _used_names(tree: ast.Module, qualname: str) -> set[str]:
    """Every name and attribute in a definition and in the definitions of the module that it uses."""
    definitions = {node.name: node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    first, _, rest = qualname.partition(".")
    start: ast.AST = definitions[first]
    if rest and isinstance(start, ast.ClassDef):
        start = next((n for n in start.body if isinstance(n, ast.FunctionDef) and n.name == rest), start)
    waiting, used = [start], set[str]()
    while waiting:
        found = set(_names_in(waiting.pop())) - used
        used |= found
        waiting += [definitions[name] for name in found & definitions.keys()]
    return used


def _names_in(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr


def weak_suites(report: DayReport, equivalents: Mapping[Key, str]) -> Iterator[Finding]:
    """A score below the target, and entries of equivalent mutants that no longer say the truth."""
    yield from _low_scores(report)
    known = {result.mutant.key: result for result in report.mutants}
    for key in equivalents:
        where = f"tests/{report.day}/{FILE}"
        exercise, _, after = key
        if key not in known:
            yield Finding(
                "equivalent mutant",
                where,
                f"{exercise}: no mutant reads {after!r} any more; remove the entry.",
            )
        elif known[key].fate != "equivalent":
            by = known[key].by
            yield Finding(
                "equivalent mutant", where, f"{exercise}: {after!r} is killed by {by}; remove the entry."
            )


def _low_scores(report: DayReport) -> Iterator[Finding]:
    for score, target, what in (
        (report.score, SCORE_TARGET, "of the mutants"),
        (report.score_without_exceptions, SCORE_TARGET_WITHOUT_EXCEPTIONS, "of those that raise nothing"),
    ):
        if score is not None and score < target:
            worst = Counter(result.mutant.exercise for result in report.survivors).most_common(3)
            names = ", ".join(f"{exercise} ({count})" for exercise, count in worst)
            yield Finding(
                "mutation score",
                report.day,
                f"{score:.1%} {what} are killed, {target:.0%} are wanted; most survive in {names}.",
            )
