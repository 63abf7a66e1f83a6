"""What the jobs do that give evidence: run in a fork, they return trials as plain data.

The seeds, the limits and the answers of one day are settled when ``Jobs`` is made, before the first fork.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from course.catalog import Check, Exercise
from course.testing.answers import Answer
from course.testing.running import Runner
from course.testing.scanning import RefusedCall
from course.verify.cascading import Chains
from course.verify.cheats import cheats
from course.verify.evidence import Drawn, Evidence, Naming
from course.verify.forms import in_form
from course.verify.given import GivenCode
from course.verify.stage import STAGE
from course.verify.trials import Task, Trial, Trier, answers_of, plain, tasks_of
from course.worker.near.handle import Link
from course.worker.near.warm import WarmProcess

ANSWER_TRAINING_SEEDS = 2
WRONG_SEEDS = 8
MEASURED_WRONG_SEEDS = 2
"""Under so many a misconception meets every test, to see how far off it is; under the others until one has failed, and
those that have failed before come first."""
NAMING_SEEDS = 2
AGAIN = 3
ROUNDED_SEEDS = 5
"""Under so many the solution answers in single precision."""
DRAWS = 400
DRAW_SECONDS = 0.2
"""Under so many seeds more the solution meets each quick test, or those that fit into so many processor seconds."""
ANSWER_SECONDS = 5.0
ANSWER_MEMORY_MIB = 1024


class Jobs:
    """The jobs of one day."""

    def __init__(self, evidence: Evidence, trier: Trier, seeds: Sequence[int]) -> None:
        self._exercises = evidence.exercises
        self._sources = evidence.sources
        self._answers = evidence.answers
        self._trier = trier
        self._brisk = trier.limited(ANSWER_SECONDS, ANSWER_MEMORY_MIB)
        self._seeds = seeds
        for answer in {answer.exercise: answer for answer in self._answers}.values():
            self._sources.answered(answer)  # remembers where the exercise is, so that no fork has to find it
        self.given = GivenCode(evidence, trier, seeds[0])
        self.chains = Chains(evidence.sources, self._brisk, trier.suite.answers(trier.day), seeds[0])

    def solve(self, tasks: Sequence[Task], seeds: Sequence[int]) -> list[dict[str, Any]]:
        """The solution; what fails is run again by itself, to see whether it always does."""
        root = self._trier.course.solutions
        findings = self._trier.scan(root, tasks)
        found: list[Trial] = []
        for seed in seeds:
            first = seed == self._seeds[0]  # under which other processes are asked as well
            trials = self._trier.try_all(root, tasks, seed, findings=findings, asking=first)
            for task, trial in zip(tasks, trials, strict=True):
                again = (
                    [] if trial.passed else [self._trier.try_alone(root, task, seed) for _ in range(AGAIN)]
                )
                found.append(trial.repeated(again))
        return plain(found)

    def try_skeleton(self) -> list[dict[str, Any]]:
        tasks = tasks_of(self._exercises)
        with self._sources.folder(self._sources.skeletons()) as root:
            return plain([self._trier.try_alone(root, task, self._seeds[0]) for task in tasks])

    def try_stub(self, exercise: Exercise) -> list[dict[str, Any]]:
        with self._sources.folder(self._sources.stubbed(exercise)) as root:
            return plain([self._trier.try_alone(root, task, self._seeds[0]) for task in tasks_of([exercise])])

    def isolate(self, zygote: WarmProcess) -> dict[str, Any]:
        with self._sources.folder(self._sources.skeletons()) as skeleton:
            return {
                "solution": plain(self._try_isolated(zygote, self._trier.course.solutions)),
                "skeleton": plain(self._try_isolated(zygote, skeleton)),
            }

    def _try_isolated(self, zygote: WarmProcess, root: Path) -> list[Trial]:
        tasks = tasks_of(self._exercises)
        open_link = partial(zygote.open, root, self._trier.day.name)
        return self._trier.try_all(root, tasks, self._seeds[0], open_link, asking=True)

    def try_answers(self, exercise: Exercise, answers: Sequence[Answer]) -> list[list[dict[str, Any]]]:
        """Misconceptions or variants of one exercise, one after the other."""
        return [self.try_answer(exercise, answer) for answer in answers]

    def try_answer(self, exercise: Exercise, answer: Answer) -> list[dict[str, Any]]:
        """A variant under every seed, a misconception under some: it only has to be caught. Training tests are asked
        when nothing else caught it.
        """
        quick, slow = tasks_of([exercise], training=False), tasks_of([exercise], training=True)
        wrong = answer.kind == "misconception"
        found: list[Trial] = []
        with self._sources.folder(self._sources.answered(answer)) as root:
            findings = self._brisk.scan(root, [*quick, *slow])
            for number, seed in enumerate(self._seeds[:WRONG_SEEDS] if wrong else self._seeds):
                measured = not wrong or number < MEASURED_WRONG_SEEDS
                failed = {trial.check for trial in found if not trial.passed}
                tasks = quick if measured else sorted(quick, key=lambda task: task[1].name not in failed)
                trials = self._brisk.try_all(
                    root, tasks, seed, lenient=wrong, findings=findings, to_first_failure=not measured
                )
                caught = wrong and not all(trial.passed for trial in trials)
                if slow and number < ANSWER_TRAINING_SEEDS and not caught:
                    trials += self._trier.try_all(root, slow, seed, findings=findings)
                found += trials
                if any(trial.outcome == "timeout" for trial in trials):
                    break
        return plain(found)

    def try_rounded(self, exercise: Exercise) -> list[dict[str, Any]]:
        """What the solution gives, in single precision."""
        tasks = tasks_of([exercise], training=False)
        with self._sources.folder(in_form("single precision", self._sources, [exercise])) as root:
            return plain(
                [t for seed in self._seeds[:ROUNDED_SEEDS] for t in self._trier.try_all(root, tasks, seed)]
            )

    def draw(self, exercise: Exercise, answer: Answer | None, draws: int | None) -> list[dict[str, Any]]:
        """The solution, or a variant, in each quick test under so many seeds more; with None, as many as fit."""
        if answer is None:
            return self._draw(self._trier.course.solutions, exercise, "", draws)
        with self._sources.folder(self._sources.answered(answer)) as root:
            return self._draw(root, exercise, answer.label, draws)

    def _draw(self, root: Path, exercise: Exercise, label: str, draws: int | None) -> list[dict[str, Any]]:
        tasks = tasks_of([exercise], training=False)
        finding = self._brisk.scan(root, tasks).get(exercise.name)
        found: list[Drawn] = []
        with closing(self._brisk.link(root)) as link:
            for task in tasks:
                trials = list(self._drawn(task, link, finding, draws))
                failed = [trial for trial in trials if not trial.passed]
                again = [self._brisk.try_alone(root, task, trial.seed).outcome for trial in failed[:AGAIN]]
                found.append(Drawn.of(trials, label, again))
        return [drawn.to_plain() for drawn in found]

    def _drawn(
        self, task: Task, link: Link, finding: RefusedCall | None, draws: int | None
    ) -> Iterator[Trial]:
        """One check under the seeds behind those of the run, at least one."""
        until = time.process_time() + (DRAW_SECONDS if draws is None else math.inf)
        for number in range(DRAWS if draws is None else draws):
            runner = self._brisk.runner(self._seeds[-1] + 1 + number)
            yield self._brisk.try_one(runner, *task, link, finding)[0]
            if time.process_time() >= until:
                return

    def cheat(self, exercise: Exercise) -> list[tuple[str, str]]:
        """The tests that submissions pass which know nothing, with what these do."""
        passed: list[tuple[str, str]] = []
        runner = self._brisk.runner(self._seeds[0])
        with self._sources.folder(self._sources.staged()) as root, closing(self._brisk.link(root)) as link:
            for turn, (_, check) in enumerate(tasks_of(self._trier.day.exercises)):
                if check not in exercise.checks:
                    continue
                STAGE.forget()
                test = self._trier.suite.function(self._trier.day, check)
                objects = exercise.qualname[0].isupper()
                for cheat in cheats(test, turn, training=check.training, objects=objects):
                    with STAGE.played_by(cheat):
                        trial, _ = self._brisk.try_one(runner, exercise, check, link)
                    passed += [(check.name, str(cheat))] if trial.passed else []
        return passed

    def name(self, exercise: Exercise) -> list[dict[str, Any]]:
        """What a student is told who makes each of the misconceptions, on the first test that it fails."""
        found: list[Naming] = []
        runners = [self._brisk.runner(seed) for seed in self._seeds[:NAMING_SEEDS]]
        for answer in answers_of(self._answers, exercise, "misconception"):
            with self._sources.folder(self._sources.answered(answer)) as root:
                namings = [_name_one(self._brisk, runner, root, exercise, answer) for runner in runners]
            found += [naming for naming in namings if naming is not None]
        return [naming.to_plain() for naming in found]


def _name_one(trier: Trier, runner: Runner, root: Path, exercise: Exercise, answer: Answer) -> Naming | None:
    first: Trial | None = None
    alike: list[set[str]] = []
    passed: list[Check] = []
    link = trier.link(root)
    try:
        for _, check in tasks_of([exercise], training=False):
            trial, transcript = trier.try_one(runner, exercise, check, link, explain=True, passed=passed)
            if first is None and trial.passed:
                passed.append(check)
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
        answer.label,
        exercise.name,
        runner.seed,
        first.check,
        first.outcome,
        first.misconception,
        tuple(sorted(alike[0])),
        tuple(sorted(set.intersection(*alike))),
    )
