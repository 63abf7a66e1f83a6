"""Gathering evidence: which jobs a day needs, and where their results go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from course.catalog import Course, Day, Exercise, Selection
from course.testing.answers import Answer
from course.verify.evidence import Drawn, Evidence, Naming, Phase, RefusalTrial, Undeserved
from course.verify.jobs import ANSWER_TRAINING_SEEDS, DRAW_SECONDS, Jobs
from course.verify.mutants import Mutant
from course.verify.mutation import MutantRuns
from course.verify.pace import Pace
from course.verify.promises import promises_single_precision
from course.verify.refusing import try_spellings
from course.verify.trials import Task, Trial, Trier, answers_of, from_plain, tasks_of
from course.worker.near.forks import Ended, ForkPool, Then
from course.worker.near.warm import WarmProcess

SEEDS_PER_JOB = 5
TRAINING_SEEDS = 3
"""Training tests run for seconds, and train from several seeds themselves: fewer seeds for them."""
ANSWERS_PER_FORK = 6
"""A fork takes as long as half an answer."""
JOB_SECONDS = 300.0
TRAINING_COST = 3.0
"""Seconds that a training test takes, roughly; and so on. The long jobs of a day begin, and the end can be foretold."""
ANSWER_COST = 0.3
MUTANT_COST = 0.02
DRAW_COST = 0.005
PICTURES_COST = 10.0
CASCADE_COST = 0.2
CHECK_SECONDS = 5.0
"""Seconds on the wall in which a quick test has ended, on a busy machine."""


def cost_of(tasks: Sequence[Task]) -> float:
    """Seconds that these checks take once, roughly."""
    return ANSWER_COST + sum(TRAINING_COST for _, check in tasks if check.training)


def longest_job(course: Course, days: Sequence[Day]) -> float:
    """Seconds on the wall after which a job that tries all of these days is stuck."""
    training = sum(len(tasks_of(day.exercises, training=True)) for day in days)
    return JOB_SECONDS * len(days) + training * course.limits.training_seconds


class Gatherer:
    """Submits the jobs of one day to a pool; ``complete`` is called when the last of them has ended.

    ``place`` is the day's place in the order of the run. A day's jobs come before those of the next day; of one
    day those that the mutants wait for, then the longest. So days end one after the other, and at the end all cores
    have short jobs.
    """

    def __init__(
        self,
        course: Course,
        evidence: Evidence,
        trier: Trier,
        seeds: Sequence[int],
        pool: ForkPool,
        pace: Pace,
        place: int,
        complete: Callable[[], None],
        draws: int | None = None,
    ) -> None:
        self._draws = draws
        self._course = course
        self._evidence = evidence
        self._day = evidence.day
        self._jobs = Jobs(evidence, trier, seeds)
        self._seeds = seeds
        self._pool = pool
        self._pace = pace
        self._place = place
        self._complete = complete
        self._open = 0

    @property
    def selection(self) -> Selection:
        """What is tried."""
        return self._evidence.selection

    def submit_solution(self, exercises: Sequence[Exercise], then: Callable[[], None]) -> None:
        """The solution of these exercises under every seed; ``then`` is called when all of it is there."""
        jobs: list[tuple[Phase, Sequence[Task], Sequence[int]]] = []
        for task in tasks_of(exercises, training=True):
            jobs += [("training", [task], [seed]) for seed in self._seeds[:TRAINING_SEEDS]]
        quick = tasks_of(exercises, training=False)
        for start in range(0, len(self._seeds), SEEDS_PER_JOB):
            jobs.append(("solution", quick, self._seeds[start : start + SEEDS_PER_JOB]))
        left = len(jobs)

        def ended(trials: Any) -> None:
            nonlocal left
            left -= 1
            self._evidence.solution += from_plain(trials or [])
            if left == 0:
                then()

        for phase, tasks, seeds in jobs:
            work = partial(self._jobs.solve, tasks, seeds)
            self._submit(phase, "solution", work, ended, cost=cost_of(tasks), always=True)

    def submit_rest(self, zygote: WarmProcess) -> None:
        """Everything else in this process and in isolation but mutants."""
        cost = cost_of(tasks_of(self._evidence.exercises))
        self._submit(
            "isolated", "isolated", partial(self._jobs.isolate, zygote), self._take_isolated, cost=cost
        )
        skeleton = partial(_extend, self._evidence.skeleton)
        self._submit("skeleton", "skeleton", self._jobs.try_skeleton, skeleton)
        self._submit_given()
        for exercise in self._evidence.exercises:
            self._submit_exercise(exercise)
        if promises_single_precision(self._course, self._day):
            for exercise in self._evidence.exercises:
                work = partial(self._jobs.try_rounded, exercise)
                take = partial(_extend, self._evidence.rounded)
                self._submit("variants", f"{exercise.name}: in single precision", work, take)

    def _submit_given(self) -> None:
        """The pictures and given functions of the day, with answers in lists and with its variants."""
        code = self._jobs.given
        take = partial(_extend_given, self._evidence.given)
        if "plots" not in self._evidence.sources.texts:
            return
        self._submit("given code", "answers in lists", code.with_lists, take, cost=PICTURES_COST)
        for number in range(code.rounds):
            work = partial(code.with_variants, number)
            self._submit("given code", f"pictures of variants {number}", work, take, cost=PICTURES_COST)

    def _submit_exercise(self, exercise: Exercise) -> None:
        evidence, name = self._evidence, exercise.name
        unwritten = partial(self._jobs.try_stub, exercise)
        self._submit("skeleton", f"{name} unwritten", unwritten, partial(_extend, evidence.stubbed))
        for kind in ("misconception", "variant"):
            answers = answers_of(evidence.answers, exercise, kind)
            for start in range(0, len(answers), ANSWERS_PER_FORK):
                self._submit_answers(exercise, answers[start : start + ANSWERS_PER_FORK])
        self._submit_draws(exercise)
        self._submit("names", f"{name}: names", partial(self._jobs.name, exercise), self._take_names)
        if exercise.refused:
            spell = partial(try_spellings, self._course, evidence.sources, exercise)
            found = partial(self._take_refusals, name)
            self._submit("refused calls", f"{name}: refused calls", spell, found)
        if used := self._jobs.chains.used_by(exercise):
            blame = partial(self._jobs.chains.blamed, exercise)
            found = partial(self._take_blame, name)
            self._submit("cascades", f"{name}: cascades", blame, found, cost=len(used) * CASCADE_COST)
        cheat = partial(self._jobs.cheat, exercise)
        self._submit("undeserved points", f"{name}: undeserved points", cheat, self._take_undeserved)

    def _submit_answers(self, exercise: Exercise, answers: Sequence[Answer]) -> None:
        """Answers of one kind, in one fork. When it comes to nothing, because one of them has ended it, say, each gets
        its own.
        """
        phase: Phase = "variants" if answers[0].kind == "variant" else "misconceptions"
        # A wrong one seldom comes so far as to the training tests.
        training = len(tasks_of([exercise], training=True)) if phase == "variants" else 0
        cost = len(answers) * (ANSWER_COST + ANSWER_TRAINING_SEEDS * training * TRAINING_COST)
        seconds = len(answers) * longest_job(self._course, [self._day])
        label = f"{exercise.name}: {', '.join(answer.label for answer in answers)}"

        def then(ended: Ended) -> None:
            if not ended.problem:
                for answer, trials in zip(answers, ended.value, strict=True):
                    self._evidence.answered[answer] = from_plain(trials)
            elif len(answers) == 1:
                self._evidence.broken.append((label, ended.problem))
            else:
                for answer in answers:
                    self._submit_answers(exercise, [answer])

        self._pace.expect(phase, cost)
        self._start(phase, label, partial(self._jobs.try_answers, exercise, answers), seconds, then, cost)

    def expect_mutants(self, runs: MutantRuns) -> None:
        """They will be submitted when the times of the solution are known."""
        for batch in runs.batches():
            self._pace.expect("mutants", len(batch) * MUTANT_COST)

    def _submit_draws(self, exercise: Exercise) -> None:
        """The solution under many seeds more; the variants too, when it was said how many."""
        checks, name, asked = len(tasks_of([exercise], training=False)), exercise.name, self._draws
        variants = () if asked is None else answers_of(self._evidence.answers, exercise, "variant")
        seconds = (asked or 0) * checks * CHECK_SECONDS
        for answer in (None, *variants) if asked != 0 else ():
            label = f"{name}: many seeds" if answer is None else f"{answer.label}: many seeds"
            work = partial(self._jobs.draw, exercise, answer, asked)
            cost = DRAW_SECONDS * checks if asked is None else asked * checks * DRAW_COST
            self._submit("many seeds", label, work, self._take_draws, cost=cost, more=seconds)

    def submit_mutants(self, runs: MutantRuns) -> None:
        """Every mutant of the day; the times of the solution must be known."""
        runs.settle_limits()
        for batch in runs.batches():
            self._submit_batch(runs, batch)

    def _submit_batch(self, runs: MutantRuns, batch: Sequence[Mutant]) -> None:
        cost = len(batch) * MUTANT_COST

        def then(ended: Ended) -> None:
            for left in runs.take(batch, ended):
                self._pace.expect("mutants", len(left) * MUTANT_COST)
                self._submit_batch(runs, left)

        label, work = f"mutants of {batch[0].exercise}", partial(runs.run, batch)
        self._start("mutants", label, work, runs.seconds(batch), then, cost)

    def expect_elsewhere(self, environments: int) -> None:
        """So many times ``take_elsewhere`` will be called, in whose turn other processes try this day's solution."""
        self._open += environments

    def take_elsewhere(self, place: str, ended: Ended) -> None:
        """What a process that has tried the solutions of all days found out, or that it did not."""
        if ended.problem:
            self._evidence.broken.append((f"solution, {place}", ended.problem))
        else:
            mine = ended.value[self._day.name]
            self._evidence.elsewhere[place] = from_plain(mine["trials"])
            self._evidence.spent("elsewhere", mine["seconds"])
        self._close()

    def _submit(
        self,
        phase: Phase,
        label: str,
        work: Callable[[], Any],
        collect: Callable[[Any], None],
        *,
        cost: float = ANSWER_COST,
        always: bool = False,
        more: float = 0.0,
    ) -> None:
        """One job that gives evidence. ``collect`` takes its value; with ``always`` also that there is none. It may
        take ``more`` seconds than others.
        """

        def then(ended: Ended) -> None:
            if ended.problem:
                self._evidence.broken.append((label, ended.problem))
            if always or not ended.problem:
                collect(ended.value)

        self._pace.expect(phase, cost)
        self._start(phase, label, work, longest_job(self._course, [self._day]) + more, then, cost)

    def _start(
        self, phase: Phase, label: str, work: Callable[[], Any], seconds: float, then: Then, cost: float
    ) -> None:
        self._open += 1

        def ended(end: Ended) -> None:
            self._evidence.spent(phase, end.seconds)
            self._pace.note(phase, cost, end.wall)
            then(end)
            self._close()

        rank = (self._place, 0.0 if phase in ("solution", "training") else 1.0, -cost)
        self._pool.submit(f"{self._day.number} {label}", work, seconds, ended, rank)

    def _close(self) -> None:
        self._open -= 1
        if self._open == 0:
            self._complete()

    def _take_isolated(self, trials: Any) -> None:
        self._evidence.elsewhere["isolated"] = from_plain(trials["solution"])
        self._evidence.isolated_skeleton = from_plain(trials["skeleton"])

    def _take_names(self, namings: Any) -> None:
        self._evidence.namings += [Naming.from_plain(naming) for naming in namings]

    def _take_blame(self, exercise: str, said: Any) -> None:
        self._evidence.cascades += [(exercise, sentence) for sentence in said]

    def _take_draws(self, rows: Any) -> None:
        self._evidence.drawn += [Drawn.from_plain(row) for row in rows]

    def _take_undeserved(self, rows: Any) -> None:
        self._evidence.undeserved += [Undeserved(*row) for row in rows]

    def _take_refusals(self, exercise: str, rows: Any) -> None:
        self._evidence.refusals += [RefusalTrial(exercise, *row) for row in rows]


def _extend_given(given: list[tuple[str, str]], more: Any) -> None:
    given += [(where, says) for where, says in more]


def _extend(trials: list[Trial], more: Any) -> None:
    trials += from_plain(more)
