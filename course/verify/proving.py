"""The whole run: warm up once, gather the evidence of every day in forks, judge it, report."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from course.catalog import Course, Day
from course.errors import CourseError
from course.testing.answers import read_answers
from course.verify.completeness import incomplete
from course.verify.equivalents import Key, read_equivalents
from course.verify.evidence import Evidence
from course.verify.findings import DayReport, Report
from course.verify.forks import ForkPool
from course.verify.gathering import Gatherer
from course.verify.judging import judge
from course.verify.margins import Margins
from course.verify.mutation import MutantRuns, weak_suites
from course.verify.roots import Sources
from course.verify.trials import Trier


@dataclass(frozen=True)
class Options:
    """What a run is asked to do."""

    jobs: int | None = None
    seeds: int = 20
    mutants: bool = True


class View(Protocol):
    """Who is told of the progress."""

    def moved(self, label: str, ended: int, expected: int) -> None:
        """A job has ended (its label), or time has passed (empty)."""

    def judged(self, report: DayReport) -> None:
        """A day is done."""


def verify(course: Course, days: Sequence[Day], options: Options, view: View) -> Report:
    """Prove the suites of these days."""
    started = time.monotonic()
    seeds = [course.seed + number for number in range(options.seeds)]
    _warm(days)
    pool = ForkPool(
        options.jobs or os.cpu_count() or 1, lambda label: view.moved(label, pool.ended, pool.expected)
    )
    proofs = [_DayProof(course, day, seeds, options, pool, view) for day in days]
    for proof in proofs:
        proof.start()
    pool.run()
    return Report([proof.report for proof in proofs], options.seeds, time.monotonic() - started)


def _warm(days: Sequence[Day]) -> None:
    """Import what the days need, with one thread, before the first fork."""
    from course.worker.zygote import warm

    warm([name for day in days for name in day.imports])


class _DayProof:
    """One day: ``start`` submits its jobs, and when the last has ended ``report`` is complete."""

    def __init__(
        self, course: Course, day: Day, seeds: Sequence[int], options: Options, pool: ForkPool, view: View
    ) -> None:
        self.report = DayReport(day.name, seeds=len(seeds))
        self._course = course
        self._day = day
        self._seeds = seeds
        self._options = options
        self._pool = pool
        self._view = view
        self._equivalents: Mapping[Key, str] = {}
        self._runs: MutantRuns | None = None

    def start(self) -> None:
        try:
            self._submit()
        except CourseError as error:
            self.report.add("catalogue", self._day.name, str(error))
            self._view.judged(self.report)

    def _submit(self) -> None:
        course, day = self._course, self._day
        answers = read_answers(course, day)
        self._evidence = Evidence(day, Sources.read(course, day), answers)
        trier = Trier(course, day)
        trier.warm()
        gatherer = Gatherer(course, self._evidence, trier, self._seeds, self._pool, self._finish)
        if not self._options.mutants:
            gatherer.submit_solution(lambda: None)
        else:
            self._equivalents = read_equivalents(course, day)
            runs = self._runs = MutantRuns(self._evidence, trier, self._seeds[0], self._equivalents)
            self._pool.announce(len(runs.mutants))

            def submit_mutants() -> None:
                self._pool.announce(-len(runs.mutants))
                gatherer.submit_mutants(runs)

            gatherer.submit_solution(submit_mutants)
        gatherer.submit_rest()

    def _finish(self) -> None:
        report, evidence, day = self.report, self._evidence, self._day
        report.margins = _margins(evidence)
        report.findings += incomplete(self._course, day, evidence.answers)
        for finding in judge(evidence, report.margins):
            report.add(finding.kind, finding.where, finding.says)
        if self._runs is not None:
            report.mutants = self._runs.results
            for finding in weak_suites(report, self._equivalents):
                report.add(finding.kind, finding.where, finding.says)
        report.exercises = len(day.exercises)
        report.checks = sum(len(exercise.checks) for exercise in day.exercises)
        report.misconceptions = sum(answer.kind == "misconception" for answer in evidence.answers)
        report.variants = sum(answer.kind == "variant" for answer in evidence.answers)
        report.refusals = len(evidence.refusals)
        timed = [(check.name, evidence.seconds(check.name)) for e in day.exercises for check in e.checks]
        report.slowest = max(timed, key=lambda pair: pair[1])
        report.seconds = evidence.job_seconds
        self._view.judged(report)


def _margins(evidence: Evidence) -> Margins:
    margins = Margins()
    margins.right(evidence.solution, "the solution")
    for place, trials in evidence.elsewhere.items():
        margins.right(trials, f"the solution ({place})")
    for answer, trials in evidence.answered.items():
        if answer.kind == "variant":
            margins.right(trials, answer.name)
        else:
            margins.wrong(trials, answer.name)
    return margins
