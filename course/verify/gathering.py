"""Gathering evidence: which jobs a day needs, and where their results go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
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
from course.verify.trials import Task, Trial, Trier, answers_of, from_plain, plain, tasks_of

SEEDS_PER_JOB = 5
TRAINING_SEEDS = 5
"""Training tests run for seconds, and train from several seeds themselves: fewer seeds for them."""
ANSWER_TRAINING_SEEDS = 2
NAMING_SEEDS = 3
AGAIN = 3
ANSWER_SECONDS = 5.0
ANSWER_MEMORY_MIB = 1024
JOB_SECONDS = 300.0


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
        self._day = evidence.day
        self._trier = trier
        self._brisk = trier.limited(ANSWER_SECONDS, ANSWER_MEMORY_MIB)
        self._seeds = seeds
        self._pool = pool
        self._complete = complete
        self._open = 0

    def submit_solution(self, then: Callable[[], None]) -> None:
        """The solution under every seed; ``then`` is called when all of it is there."""
        quick = tasks_of(self._day.exercises, training=False)
        jobs: list[tuple[Sequence[Task], Sequence[int]]] = [
            (quick, self._seeds[start : start + SEEDS_PER_JOB])
            for start in range(0, len(self._seeds), SEEDS_PER_JOB)
        ]
        for task in tasks_of(self._day.exercises, training=True):
            jobs += [([task], [seed]) for seed in self._seeds[:TRAINING_SEEDS]]
        left = len(jobs)

        def ended(trials: Any) -> None:
            nonlocal left
            left -= 1
            self._evidence.solution += from_plain(trials or [])
            if left == 0:
                then()

        for tasks, seeds in jobs:
            self._submit("solution", partial(self._solve, tasks, seeds), ended, always=True)

    def submit_rest(self) -> None:
        """Everything else but mutants, the slow processes first."""
        for environment in ENVIRONMENTS:
            work = partial(try_in_environment, self._course, self._day, self._seeds[0], environment)
            self._submit(
                f"solution, {environment.name}", work, partial(self._take_elsewhere, environment.name)
            )
        self._submit("isolated", self._isolate, self._take_isolated)
        self._submit("skeleton", self._try_skeleton, partial(_extend, self._evidence.skeleton))
        for exercise in self._day.exercises:
            self._submit_exercise(exercise)

    def _submit_exercise(self, exercise: Exercise) -> None:
        evidence, name = self._evidence, exercise.name
        self._submit(
            f"{name} unwritten", partial(self._try_stub, exercise), partial(_extend, evidence.stubbed)
        )
        for answer in [a for a in evidence.answers if a.exercise == name]:
            work = partial(self._try_answer, exercise, answer)
            self._submit(f"{name}: {answer.name}", work, partial(self._take_answer, answer))
        self._submit(f"{name}: names", partial(self._name, exercise), self._take_names)
        if exercise.refused:
            spell = partial(try_spellings, self._course, evidence.sources, exercise)
            self._submit(f"{name}: refused calls", spell, partial(self._take_refusals, name))

    def submit_mutants(self, runs: MutantRuns) -> None:
        """Every mutant of the day; the times of the solution must be known."""
        for mutant in runs.mutants:
            label = f"mutants of {mutant.exercise}"
            self._count(label, partial(runs.run, mutant), runs.seconds(mutant), partial(runs.take, mutant))

    def _submit(
        self, label: str, work: Callable[[], Any], collect: Callable[[Any], None], *, always: bool = False
    ) -> None:
        """One job that gives evidence. ``collect`` takes its value; with ``always`` also that there is none."""

        def then(ended: Ended) -> None:
            if ended.problem:
                self._evidence.broken.append((label, ended.problem))
            if always or not ended.problem:
                collect(ended.value)

        training = len(tasks_of(self._day.exercises, training=True))
        self._count(label, work, JOB_SECONDS + training * self._course.limits.training_seconds, then)

    def _count(self, label: str, work: Callable[[], Any], seconds: float, then: Then) -> None:
        self._open += 1

        def ended(end: Ended) -> None:
            self._evidence.job_seconds += end.seconds
            then(end)
            self._open -= 1
            if self._open == 0:
                self._complete()

        self._pool.submit(f"{self._day.number} {label}", work, seconds, ended)

    def _take_elsewhere(self, place: str, trials: Any) -> None:
        self._evidence.elsewhere[place] = from_plain(trials)

    def _take_isolated(self, trials: Any) -> None:
        self._take_elsewhere("isolated", trials["solution"])
        self._evidence.isolated_skeleton = from_plain(trials["skeleton"])

    def _take_answer(self, answer: Answer, trials: Any) -> None:
        self._evidence.answered[answer] = from_plain(trials)

    def _take_names(self, namings: Any) -> None:
        self._evidence.namings += [Naming.from_plain(naming) for naming in namings]

    def _take_refusals(self, exercise: str, rows: Any) -> None:
        self._evidence.refusals += [RefusalTrial(exercise, *row) for row in rows]

    def _solve(self, tasks: Sequence[Task], seeds: Sequence[int]) -> list[dict[str, Any]]:
        """The solution; what fails is run again by itself, to see whether it always does."""
        root = self._course.solutions
        findings = self._trier.scan(root, tasks)
        found: list[Trial] = []
        for seed in seeds:
            trials = self._trier.try_all(root, tasks, seed, findings=findings)
            for task, trial in zip(tasks, trials, strict=True):
                again = (
                    [] if trial.passed else [self._trier.try_alone(root, task, seed) for _ in range(AGAIN)]
                )
                found.append(trial.repeated(again))
        return plain(found)

    def _try_skeleton(self) -> list[dict[str, Any]]:
        tasks = tasks_of(self._day.exercises)
        with self._evidence.sources.folder(self._evidence.sources.skeletons()) as root:
            return plain([self._trier.try_alone(root, task, self._seeds[0]) for task in tasks])

    def _try_stub(self, exercise: Exercise) -> list[dict[str, Any]]:
        with self._evidence.sources.folder(self._evidence.sources.stubbed(exercise)) as root:
            return plain([self._trier.try_alone(root, task, self._seeds[0]) for task in tasks_of([exercise])])

    def _isolate(self) -> dict[str, Any]:
        from course.worker.isolated import Zygote

        names = [day.name for day in self._course.days]
        with (
            self._evidence.sources.folder(self._evidence.sources.skeletons()) as skeleton,
            Zygote(names, self._day.imports, self._course.limits) as zygote,
        ):
            return {
                "solution": plain(self._try_isolated(zygote.open, self._course.solutions)),
                "skeleton": plain(self._try_isolated(zygote.open, skeleton)),
            }

    def _try_isolated(self, open_link: Callable[[Path, str], Any], root: Path) -> list[Trial]:
        tasks = tasks_of(self._day.exercises)
        return self._trier.try_all(root, tasks, self._seeds[0], partial(open_link, root, self._day.name))

    def _try_answer(self, exercise: Exercise, answer: Answer) -> list[dict[str, Any]]:
        """One answer under every seed. Training tests are asked when nothing else caught a wrong one."""
        quick, slow = tasks_of([exercise], training=False), tasks_of([exercise], training=True)
        wrong = answer.kind == "misconception"
        found: list[Trial] = []
        with self._evidence.sources.folder(self._evidence.sources.answered(answer)) as root:
            findings = self._brisk.scan(root, [*quick, *slow])
            for number, seed in enumerate(self._seeds):
                trials = self._brisk.try_all(root, quick, seed, lenient=wrong, findings=findings)
                caught = wrong and not all(trial.passed for trial in trials)
                if slow and number < ANSWER_TRAINING_SEEDS and not caught:
                    trials += self._trier.try_all(root, slow, seed, findings=findings)
                found += trials
                if any(trial.outcome == "timeout" for trial in trials):
                    break
        return plain(found)

    def _name(self, exercise: Exercise) -> list[dict[str, Any]]:
        """What a student is told who makes each of the misconceptions, on the first test that it fails."""
        found: list[Naming] = []
        for seed in self._seeds[:NAMING_SEEDS]:
            runner = self._brisk.runner(seed)
            for answer in answers_of(self._evidence.answers, exercise, "misconception"):
                with self._evidence.sources.folder(self._evidence.sources.answered(answer)) as root:
                    naming = _name_one(self._brisk, runner, root, exercise, answer)
                found += [naming] if naming is not None else []
        return [naming.to_plain() for naming in found]


def _extend(trials: list[Trial], more: Any) -> None:
    trials += from_plain(more)


def _name_one(trier: Trier, runner: Runner, root: Path, exercise: Exercise, answer: Answer) -> Naming | None:
    first: Trial | None = None
    alike: list[set[str]] = []
    link = trier.link(root)
    try:
        for _, check in tasks_of([exercise], training=False):
            trial, transcript = trier.try_one(runner, exercise, check, link, explain=True)
            if first is None and trial.passed:
                continue
            matches = {
                match.name for match in runner.explainer.matches(trier.day, exercise, check, transcript)
            }
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
