"""Whether a right exercise is called right when only what it uses is wrong, or not written.

Each exercise is judged on every other one that it uses in the solutions, with one misconception there at a time, and
once alone among stubs: whenever its own checks fail then, they must pass on right helpers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial

from course.catalog import Exercise, Selection
from course.testing.answers import Answer
from course.testing.cascades import in_process
from course.testing.fingerprints import Explainer
from course.testing.running import Runner
from course.testing.uses import DayCode, definition_of, used_by, with_definition
from course.verify.roots import Sources
from course.verify.trials import Trier, answers_of


class Chains:
    """The exercises of one day that use others. ``answers`` are those of the whole day."""

    def __init__(self, sources: Sources, trier: Trier, answers: Sequence[Answer], seed: int) -> None:
        self._sources = sources
        self._trier = trier
        self._answers = answers
        self._code = DayCode(sources.day, sources.texts)
        silent = Explainer(trier.course, lambda *_: None, lambda _: {}, lambda _: ())
        self._runner = Runner(trier.course, seed, trier.suite, silent)

    def used_by(self, exercise: Exercise) -> list[str]:
        """The other exercises that one uses in the solutions, or its checks."""
        day = self._sources.day
        return used_by(day, exercise.name, self._code, asked=self._runner.asked(day, exercise))

    def blamed(self, exercise: Exercise) -> list[str]:
        """What is said of an exercise that is right, and wrong of it: one sentence for each helper."""
        quick = tuple(check for check in exercise.checks if not check.training)
        if not quick:
            return []
        asked = dataclasses.replace(exercise, checks=quick)
        return [
            said
            for helpers, texts, what in self._cases(exercise)
            for said in self._judge(asked, helpers, texts, what)
        ]

    def _cases(self, exercise: Exercise) -> Iterator[tuple[Sequence[str], Mapping[str, str], str]]:
        """What is not right, the modules, and how to say it."""
        day, used = self._sources.day, self.used_by(exercise)
        for name in used:
            helper = next(one for one in day.exercises if one.name == name)
            wrong = answers_of(self._answers, helper, "misconception")
            if wrong:
                answer = wrong[len(exercise.name) % len(wrong)]  # another one from exercise to exercise
                yield [name], self._sources.answered(answer), f"the misconception {answer.label} of {name}"
        if used:
            yield used, self._alone(exercise), "nothing else of the day written"

    def _alone(self, exercise: Exercise) -> Mapping[str, str]:
        """The skeletons of the day with this one exercise written."""
        texts = dict(self._sources.skeletons())
        definition = definition_of(self._sources.texts[exercise.module], exercise.qualname)
        texts[exercise.module] = with_definition(texts[exercise.module], exercise.qualname, definition or "")
        return texts

    def _judge(
        self, asked: Exercise, helpers: Sequence[str], texts: Mapping[str, str], what: str
    ) -> Iterator[str]:
        day = self._sources.day
        with self._sources.folder(texts) as root, closing(self._trier.link(root)) as link:
            result = self._runner.run(
                [Selection(day, (asked,))],
                root,
                lambda _: link,
                evidence=False,
                reopen=partial(in_process, self._trier.course),
                complete={f"{day.name}/{name}": False for name in helpers},
            )
        for one in result.all_checks:
            if one.outcome != "passed" and one.given_helpers != "passed":
                again = one.given_helpers or "it is not judged again"
                yield f"with {what}, {one.check.name} ends with {one.outcome!r}, and on right helpers: {again}."
