"""The whole run: warm up once, gather the evidence of every day in forks, judge it, report."""

from __future__ import annotations

import gc
import os
import resource
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from course.catalog import Course, Selection
from course.errors import CourseError
from course.testing.scanning import look_ahead
from course.verify.cold import ENVIRONMENTS, try_in_environment
from course.verify.completeness import incomplete, unfinished
from course.verify.equivalents import Key, read_equivalents
from course.verify.evidence import Evidence
from course.verify.findings import DayReport, Report
from course.verify.gathering import Gatherer, cost_of, longest_job
from course.verify.judging import faults_in
from course.verify.margins import Margins
from course.verify.mutation import MutantRuns, weak_suites
from course.verify.pace import Pace
from course.verify.promises import broken_promises
from course.verify.roots import Sources
from course.verify.trials import Trier
from course.worker.far.pages import gather_pages
from course.worker.far.refusals import kept
from course.worker.far.zygote import warm
from course.worker.near.folders import folders_in_memory
from course.worker.near.forks import Ended, ForkPool
from course.worker.near.warm import WarmProcess, to_warm


@dataclass(frozen=True)
class Options:
    """What a run is asked to do."""

    jobs: int | None = None
    seeds: int = 20
    mutants: bool = True
    draws: int | None = (
        None  # seeds more for the solution and the variants; None: for the solution, as many as fit
    )


class View(Protocol):
    """Who is told of the progress."""

    def moved(self, label: str, pace: Pace) -> None:
        """A job has ended (its label), or time has passed (empty)."""

    def judged(self, report: DayReport) -> None:
        """A day is done."""


def verify(course: Course, selections: Sequence[Selection], options: Options, view: View) -> Report:
    """Prove the suites of these days, or of these exercises of them."""
    started, used = time.monotonic(), _processor_seconds()
    seeds = [course.seed + number for number in range(options.seeds)]
    at_once = options.jobs or os.cpu_count() or 1
    pace = Pace(at_once)
    pool = ForkPool(at_once, lambda label: view.moved(label, pace))
    days = [selection.day for selection in selections]
    with WarmProcess.for_days(course, days) as zygote:
        warm(*to_warm(days))  # while the other process does the same
        gather_pages()  # thousands of forks follow
        assert zygote.layers
        refused = [name for day in days for exercise in day.exercises for name in exercise.refused]
        with folders_in_memory(), kept(refused):
            proofs = [
                _DayProof(course, selection, seeds, options, pool, pace, place, view)
                for place, selection in enumerate(selections)
            ]
            for proof in proofs:
                pool.meanwhile(partial(proof.start, zygote))
            pool.meanwhile(partial(_submit_elsewhere, course, proofs, seeds[0], pool, pace))
            pool.run()
    return Report(
        [proof.report for proof in proofs],
        options.seeds,
        time.monotonic() - started,
        _processor_seconds() - used,
    )


def _processor_seconds() -> float:
    """Of this process and of all that it started and that have ended."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, kinds))


def _submit_elsewhere(
    course: Course, proofs: Sequence[_DayProof], seed: int, pool: ForkPool, pace: Pace
) -> None:
    """A process started anew per environment, for all days that can be tried; before everything else."""
    gatherers = [proof.gatherer for proof in proofs if proof.gatherer is not None]
    selections = [gatherer.selection for gatherer in gatherers]
    for selection in selections:  # once more: other days may have imported further packages
        for exercise in selection.exercises:
            look_ahead(exercise.refused)
    gc.collect()
    gc.freeze()  # all days are prepared: a collection in a fork must not touch, and copy, what is shared
    for environment in ENVIRONMENTS if selections else ():
        cost = sum(cost_of(environment.tasks(selection)) for selection in selections)

        def ended(end: Ended, place: str = environment.name, cost: float = cost) -> None:
            pace.note("elsewhere", cost, end.wall)
            for gatherer in gatherers:
                gatherer.take_elsewhere(place, end)

        pace.expect("elsewhere", cost)
        work = partial(try_in_environment, course, selections, seed, environment)
        seconds = longest_job(course, [selection.day for selection in selections])
        pool.submit(f"every day, {environment.name}", work, seconds, ended, rank=(-1,))


class _DayProof:
    """One day: ``start`` submits its jobs, and when the last has ended ``report`` is complete."""

    def __init__(
        self,
        course: Course,
        selection: Selection,
        seeds: Sequence[int],
        options: Options,
        pool: ForkPool,
        pace: Pace,
        place: int,
        view: View,
    ) -> None:
        self.report = DayReport(selection.day.name, seeds=len(seeds))
        self.gatherer: Gatherer | None = None
        self._course = course
        self._selection = selection
        self._seeds = seeds
        self._options = options
        self._pool = pool
        self._pace = pace
        self._place = place
        self._view = view
        self._equivalents: Mapping[Key, str] = {}
        self._runs: MutantRuns | None = None

    def start(self, zygote: WarmProcess) -> None:
        try:
            self._set_aside_what_is_unfinished()
            if self._selection.exercises:
                self._submit(zygote)
            else:
                self._view.judged(self.report)
        except CourseError as error:
            self.report.add("catalogue", self._selection.day.name, str(error))
            self._view.judged(self.report)

    def _set_aside_what_is_unfinished(self) -> None:
        """An exercise that is still to be filled fails in every way; one finding says so, and the others are proved."""
        self.report.findings += unfinished(self._course, self._selection)
        waiting = {finding.where for finding in self.report.findings}
        exercises = tuple(e for e in self._selection.exercises if e.name not in waiting)
        self._selection = Selection(self._selection.day, exercises)

    def _submit(self, zygote: WarmProcess) -> None:
        course, selection = self._course, self._selection
        day, names = selection.day, {exercise.name for exercise in selection.exercises}
        trier = Trier(course, day)
        trier.warm()
        answers = [answer for answer in trier.suite.answers(day) if answer.exercise in names]
        self._evidence = Evidence(selection, Sources.read(course, day), answers)
        gatherer = Gatherer(
            course,
            self._evidence,
            trier,
            self._seeds,
            self._pool,
            self._pace,
            self._place,
            self._finish,
            self._options.draws,
        )
        if not self._options.mutants:
            gatherer.submit_solution(selection.exercises, lambda: None)
        else:
            self._equivalents = read_equivalents(course, selection)
            runs = self._runs = MutantRuns(self._evidence, trier, self._seeds[0], self._equivalents)
            gatherer.expect_mutants(runs)
            gatherer.submit_solution(runs.exercises, partial(gatherer.submit_mutants, runs))
        gatherer.submit_rest(zygote)
        gatherer.expect_elsewhere(len(ENVIRONMENTS))
        self.gatherer = gatherer

    def _finish(self) -> None:
        report, evidence, exercises = self.report, self._evidence, self._selection.exercises
        evidence.arrange()
        report.margins = _margins(evidence)
        report.findings += incomplete(self._course, self._selection, evidence.answers)
        report.findings += broken_promises(self._course, self._selection, evidence.sources.texts)
        for finding in faults_in(evidence, report.margins):
            report.add(finding.kind, finding.where, finding.says)
        if self._runs is not None:
            report.mutants = self._runs.in_order()
            for finding in weak_suites(report, self._equivalents):
                report.add(finding.kind, finding.where, finding.says)
        report.exercises = len(exercises)
        report.checks = sum(len(exercise.checks) for exercise in exercises)
        named = {(answer.kind, answer.exercise, answer.name) for answer in evidence.answers}
        report.misconceptions = sum(kind == "misconception" for kind, _, _ in named)
        report.variants = sum(kind == "variant" for kind, _, _ in named)
        report.refusals = len(evidence.refusals)
        report.draws = sum(drawn.tried for drawn in evidence.drawn)
        timed = [(check.name, evidence.seconds(check.name)) for e in exercises for check in e.checks]
        report.slowest = max(timed, key=lambda pair: pair[1])
        report.seconds_of = evidence.seconds_of
        self.gatherer = self._runs = None
        del self._evidence  # forks of the days to come are cheaper without it
        self._view.judged(report)


def _margins(evidence: Evidence) -> Margins:
    margins = Margins()
    margins.right(evidence.solution, "the solution")
    for place, trials in evidence.elsewhere.items():
        margins.right(trials, f"the solution ({place})")
    for drawn in evidence.drawn:
        margins.right([drawn], f"{drawn.answer or 'the solution'} (more seeds)")
    for answer, trials in evidence.answered.items():
        if answer.kind == "variant":
            margins.right(trials, answer.label)
        else:
            margins.wrong(trials, answer.label)
    return margins
