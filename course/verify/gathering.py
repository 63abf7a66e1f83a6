"""Gathering evidence: which jobs a day needs, and where their results go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from course.catalog import Course, Exercise
from course.testing.answers import Answer
from course.testing.running import Runner
from course.verify.cold import ENVIRONMENTS, try_in_environment
from course.verify.evidence import Evidence, Naming, RefusalTrial
from course.verify.forks import Ended, ForkPool, Then
from course.verify.mutation import MutantRuns
from course.verify.refusing import try_spellings
from course.verify.trials import Trial, Trier, answers_of, from_plain, plain, tasks_of

SEEDS_PER_JOB = 5
TRAINING_SEEDS = 5
"""Training tests run for seconds, and train from several seeds themselves: fewer seeds for them."""
ANSWER_TRAINING_SEEDS = 2
NAMING_SEEDS = 3
AGAIN = 3
ANSWER_SECONDS = 5.0
ANSWER_MEMORY_MIB = 1024
JOB_SECONDS = 300.0

Collect = Callable[[Any], None]


class Gatherer:
    """Submits the jobs of one day to a pool; ``complete`` is called when the last of them has ended."""

    def __init__(
        self,
        course: Course,
        evidence: Evidence,
        trier: Trier,
        seeds: Sequence[int],
        pool: ForkPool,
        complete: Callable[[], None],
    ) -> None:
        self._course = course
        self._evidence = evidence
        self._trier = trier
        self._seeds = seeds
        self._pool = pool
        self._complete = complete
        self._open = 0
        self._root = course.solutions

    def submit(self, label: str, work: Callable[[], Any], collect: Collect, *, always: bool = False) -> None:
        """One job of the day. ``collect`` takes its value; with ``always`` it is called without one, too."""

        def then(ended: Ended) -> None:
            if ended.problem:
                self._evidence.broken.append((label, ended.problem))
            if always or not ended.problem:
                collect(ended.value)

        training = len(tasks_of(self._evidence.day.exercises, training=True))
        self._count(label, work, JOB_SECONDS + training * self._course.limits.training_seconds, then)

    def _count(self, label: str, work: Callable[[], Any], seconds: float, then: Then) -> None:
        self._open += 1

        def ended(end: Ended) -> None:
            self._evidence.job_seconds += end.seconds
            then(end)
            self._open -= 1
            if self._open == 0:
                self._complete()

        self._pool.submit(f"{self._evidence.day.number} {label}", work, seconds, ended)

    def submit_mutants(self, runs: MutantRuns) -> None:
        """Every mutant of the day; the times of the solution must be known."""
        for mutant in runs.mutants:
            self._count(
                f"mutants of {mutant.exercise}",
                lambda m=mutant: runs.run(m),
                runs.seconds(mutant),
                lambda end, m=mutant: runs.take(m, end),
            )

    def submit_solution(self, then: Callable[[], None]) -> None:
        """The solution under every seed; ``then`` is called when all of it is there."""
        day = self._evidence.day
        jobs: list[tuple[str, Callable[[], Any]]] = []
        tasks = tasks_of(day.exercises, training=False)
        for start in range(0, len(self._seeds), SEEDS_PER_JOB):
            seeds = self._seeds[start : start + SEEDS_PER_JOB]
            jobs.append((f"seeds {start + 1} to {start + len(seeds)}", lambda s=seeds: self._solve(tasks, s)))
        for task in tasks_of(day.exercises, training=True):
            for seed in self._seeds[:TRAINING_SEEDS]:
                jobs.append((f"{task[1].name}, seed {seed}", lambda t=task, s=seed: self._solve([t], [s])))
        left = len(jobs)

        def ended(trials: Any) -> None:
            nonlocal left
            left -= 1
            self._evidence.solution += from_plain(trials or [])
            if left == 0:
                then()

        for label, work in jobs:
            self.submit(f"solution, {label}", work, ended, always=True)

    def _solve(self, tasks: Any, seeds: Sequence[int]) -> list[dict[str, Any]]:
        found: list[Trial] = []
        for seed in seeds:
            for (exercise, check), trial in zip(tasks, self._trier.try_all(self._root, tasks, seed), strict=True):
                if not trial.passed:
                    again = [self._trier.try_alone(self._root, (exercise, check), seed) for _ in range(AGAIN)]
                    trial = trial.repeated(again)
                found.append(trial)
        return plain(found)

    def submit_rest(self) -> None:
        """Everything that does not wait for the solution, the slow processes first."""
        evidence, day = self._evidence, self._evidence.day
        for environment in ENVIRONMENTS:
            self.submit(
                f"solution, {environment.name}",
                lambda e=environment: try_in_environment(self._course, day, self._seeds[0], e),
                lambda trials, e=environment: evidence.elsewhere.update({e.name: from_plain(trials)}),
            )
        self.submit("isolated", self._isolate, self._take_isolated)
        self.submit("skeleton", self._try_skeleton, lambda t: evidence.skeleton.extend(from_plain(t)))
        for exercise in day.exercises:
            self._submit_exercise(exercise)

    def _submit_exercise(self, exercise: Exercise) -> None:
        evidence = self._evidence
        self.submit(
            f"{exercise.name} unwritten",
            lambda: self._try_stub(exercise),
            lambda trials: evidence.stubbed.extend(from_plain(trials)),
        )
        for answer in [a for a in evidence.answers if a.exercise == exercise.name]:
            self.submit(
                f"{exercise.name}: {answer.name}",
                lambda a=answer: self._try_answer(exercise, a),
                lambda trials, a=answer: evidence.answered.update({a: from_plain(trials)}),
            )
        self.submit(
            f"{exercise.name}: names",
            lambda: self._name(exercise),
            lambda names: evidence.namings.extend(map(Naming.from_plain, names)),
        )
        if exercise.refused:
            self.submit(
                f"{exercise.name}: refused calls",
                lambda: try_spellings(self._course, evidence.sources, exercise),
                lambda rows: evidence.refusals.extend(RefusalTrial(exercise.name, *row) for row in rows),
            )

    def _try_skeleton(self) -> list[dict[str, Any]]:
        day = self._evidence.day
        with self._evidence.sources.folder(self._evidence.sources.skeletons()) as root:
            return plain([self._trier.try_alone(root, task, self._seeds[0]) for task in tasks_of(day.exercises)])

    def _try_stub(self, exercise: Exercise) -> list[dict[str, Any]]:
        with self._evidence.sources.folder(self._evidence.sources.stubbed(exercise)) as root:
            return plain([self._trier.try_alone(root, task, self._seeds[0]) for task in tasks_of([exercise])])

    def _isolate(self) -> dict[str, Any]:
        from course.worker.isolated import Zygote

        day = self._evidence.day
        tasks = tasks_of(day.exercises)
        names = [day.name for day in self._course.days]
        with (
            self._evidence.sources.folder(self._evidence.sources.skeletons()) as skeleton,
            Zygote(names, day.imports, self._course.limits) as zygote,
        ):
            return {
                place: plain(self._trier.try_all(root, tasks, self._seeds[0], lambda r=root: zygote.open(r, day.name)))
                for place, root in (("solution", self._root), ("skeleton", skeleton))
            }

    def _take_isolated(self, trials: Any) -> None:
        self._evidence.elsewhere["isolated"] = from_plain(trials["solution"])
        self._evidence.isolated_skeleton = from_plain(trials["skeleton"])

    def _try_answer(self, exercise: Exercise, answer: Answer) -> list[dict[str, Any]]:
        quick, slow = tasks_of([exercise], training=False), tasks_of([exercise], training=True)
        patient = self._trier
        brisk = patient.limited(ANSWER_SECONDS, ANSWER_MEMORY_MIB)
        found: list[Trial] = []
        with self._evidence.sources.folder(self._evidence.sources.answered(answer)) as root:
            for number, seed in enumerate(self._seeds):
                wrong = answer.kind == "misconception"
                trials = brisk.try_all(root, quick, seed, lenient=wrong)
                caught = wrong and not all(trial.passed for trial in trials)
                if slow and number < ANSWER_TRAINING_SEEDS and not caught:
                    trials += patient.try_all(root, slow, seed)
                found += trials
                if any(trial.outcome == "timeout" for trial in trials):
                    break
        return plain(found)

    def _name(self, exercise: Exercise) -> list[dict[str, Any]]:
        """What a student is told who makes each of the misconceptions, on the first test that it fails."""
        trier = self._trier.limited(ANSWER_SECONDS, ANSWER_MEMORY_MIB)
        found: list[Naming] = []
        for seed in self._seeds[:NAMING_SEEDS]:
            runner = trier.runner(seed)
            for answer in answers_of(self._evidence.answers, exercise, "misconception"):
                with self._evidence.sources.folder(self._evidence.sources.answered(answer)) as root:
                    naming = _name_one(trier, runner, root, exercise, answer)
                found += [naming] if naming is not None else []
        return [naming.to_plain() for naming in found]


def _name_one(trier: Trier, runner: Runner, root: Path, exercise: Exercise, answer: Answer) -> Naming | None:
    first: Trial | None = None
    alike: list[set[str]] = []
    link = trier.link(root)
    try:
        for _, check in tasks_of([exercise], training=False):
            trial, transcript = trier.try_one(runner, exercise, check, link, explain=True)
            if first is None and trial.passed:
                continue
            matches = {match.name for match in runner.explainer.matches(trier.day, exercise, check, transcript)}
            alike.append(matches - {answer.name})
            first = first or trial
            if not alike[0]:
                break
    finally:
        link.close()
    if first is None:
        return None
    return Naming(
        answer.name,
        exercise.name,
        runner.seed,
        first.check,
        first.outcome,
        first.misconception,
        tuple(sorted(alike[0])),
        tuple(sorted(set.intersection(*alike))),
    )
