"""Whether given code takes what checks accept: pictures and given functions, with right answers of every kind.

A right answer that breaks a picture, or the given part of a later exercise, looks wrong to whoever wrote it. So the
pictures of a day are drawn with its variants, and with exercises that answer in lists (:mod:`course.verify.forms`)
where their own checks take lists. The numbers of a right answer are right: a variant matters to a picture where its
answers have another form than the solution's, in other types, say, or with a graph.
"""

from __future__ import annotations

import ast
import traceback
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from course.catalog import Exercise
from course.plots import draw
from course.progress import shortened
from course.testing.answers import Answer, with_answer
from course.testing.running import Runner, Sitting
from course.verify.evidence import Evidence
from course.verify.forms import in_form, noted
from course.verify.trials import Trier, answers_of, tasks_of
from course.worker.far.importing import ModuleSpace
from course.worker.near.alarm import Alarm, TimeUpError

PICTURE_SECONDS = 5.0
"""Of a picture; variants may be far slower than the solution, and what takes longer is not judged."""
TRAINING = 0.1
"""Of a training so much, with a picture of what was learned by then."""
DPI = 20  # nobody looks at it
FRAMES = 2  # of an animation: the others ask the same functions again


class GivenCode:
    """The given code of one day, tried under one seed."""

    def __init__(self, evidence: Evidence, trier: Trier, seed: int) -> None:
        self._evidence = evidence
        self._sources = evidence.sources
        self._trier = trier
        self._seed = seed
        self._uses = _names_by_definition(self._sources.texts.values())
        self._exercises = {exercise.qualname.partition(".")[0] for exercise in evidence.day.exercises}

    @property
    def rounds(self) -> int:
        """How many variants the exercise with the most of them has: round k takes the k-th of each."""
        return max((len(self._variants(exercise)) for exercise in self._evidence.exercises), default=0)

    def _variants(self, exercise: Exercise) -> list[Answer]:
        return answers_of(self._evidence.answers, exercise, "variant")

    def with_lists(self) -> list[tuple[str, str]]:
        """What breaks, and why, where exercises answer in lists."""
        takers = [exercise for exercise in self._evidence.exercises if self._accepts_lists(exercise)]
        with self._sources.folder(in_form("lists", self._sources, takers)) as root:
            broken = list(self._draw(root, [e.qualname for e in takers]))
            broken += self._check(root)
        return [
            (where, f"breaks where exercises answer in lists, which checks accept: {why}")
            for where, why in broken
        ]

    def with_variants(self, number: int) -> list[tuple[str, str]]:
        """What breaks in given code, and why, with the variants of one round in place of their exercises."""
        texts = dict(self._sources.texts)
        chosen = [v[number] for e in self._evidence.exercises if len(v := self._variants(e)) > number]
        for answer in chosen:
            texts[answer.module] = with_answer(texts[answer.module], answer)
        different = self._of_another_form(texts, chosen)
        names = [answer.exercise.partition(".")[2] for answer in different]
        listed = ", ".join(f"{answer.name} for {answer.exercise}" for answer in different)
        with self._sources.folder(texts) as root:
            broken = list(self._draw(root, names, self._definitions(texts)))
        return [(where, f"breaks with right answers ({listed}): {why}") for where, why in broken]

    def _of_another_form(self, texts: Mapping[str, str], chosen: Sequence[Answer]) -> list[Answer]:
        """Those variants whose answers, in their own quick checks, are not of the same form as the solution's; objects
        always, of which checks see a part only.
        """
        exercises = [e for e in self._evidence.exercises if any(a.exercise == e.name for a in chosen)]
        functions = [e for e in exercises if not e.qualname[0].isupper() or "." in e.qualname]
        theirs, ours = (self._forms(given, functions) for given in (texts, self._sources.texts))
        alike = {e.name for e in functions if e.qualname in theirs and theirs[e.qualname] <= ours[e.qualname]}
        return [answer for answer in chosen if answer.exercise not in alike]

    def _forms(self, texts: Mapping[str, str], exercises: Sequence[Exercise]) -> dict[str, set[Any]]:
        """The forms of what these exercises answer in their quick checks."""
        noted()
        with self._sources.folder(in_form("noted", replace(self._sources, texts=texts), exercises)) as root:
            self._trier.try_all(root, tasks_of(exercises, training=False), self._seed)
        return noted()

    def _accepts_lists(self, exercise: Exercise) -> bool:
        """Whether all quick checks of an exercise pass when it answers in lists."""
        with self._sources.folder(in_form("lists", self._sources, [exercise])) as root:
            tasks = tasks_of([exercise], training=False)
            return all(trial.passed for trial in self._trier.try_all(root, tasks, self._seed))

    def _check(self, root: Path) -> Iterator[tuple[str, str]]:
        """The quick checks that end with an exception in given code."""
        runner: Runner = self._trier.runner(self._seed)
        for exercise, check in tasks_of(self._evidence.day.exercises, training=False):
            link = self._trier.link(root)
            try:
                sitting = Sitting.of(self._evidence.day, exercise, check, link)
                function = self._trier.suite.function(self._evidence.day, check)
                error = runner.run_check(function, sitting, explain=False).error
            finally:
                link.close()
            at = None if error is None else self._innermost(error, root)
            if error is not None and at is not None and not self._is_written(at):
                yield check.name, _said(error, at)

    def _draw(
        self,
        root: Path,
        names: Collection[str],
        written: Mapping[str, Sequence[tuple[int, int]]] | None = None,
    ) -> Iterator[tuple[str, str]]:
        """The pictures that need any of these exercises and cannot be drawn.

        With ``written``, lines by module, an exception from there does not count.
        """
        tops = {name.partition(".")[0] for name in names}
        wanted = [
            name for name in _pictures(self._sources.texts.get("plots", "")) if self._reaches(name, tops)
        ]
        if not wanted:
            return
        day = self._evidence.day.name
        space = ModuleSpace(root, [d.name for d in self._trier.course.days])
        module = space.import_module(f"{day}.plots")
        for name in wanted:
            try:
                limit = Alarm(root).limit(PICTURE_SECONDS, lambda frame: True)
                with space.active(), limit, shortened(TRAINING):
                    draw(module, name, DPI, FRAMES, layout=False)
            except TimeUpError:
                continue
            except Exception as error:
                at = self._innermost(error, root)
                if written is None or at is None or not _within(at, written):
                    yield f"plots.{name}", _said(error, at)

    def _reaches(self, name: str, wanted: Collection[str]) -> bool:
        """Whether a picture uses one of these names, itself or through other given code of the day."""
        waiting, seen = [name], {name}
        while waiting:
            used = self._uses.get(waiting.pop(), set())
            if used & set(wanted):
                return True
            new = (used & self._uses.keys()) - seen - self._exercises
            seen |= new
            waiting += new
        return False

    def _innermost(self, error: BaseException, root: Path) -> traceback.FrameSummary | None:
        """The place in the day's modules from which an exception came."""
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if Path(frame.filename).is_relative_to(root)]
        return own[-1] if own else None

    def _is_written(self, at: traceback.FrameSummary) -> bool:
        module = Path(at.filename).stem
        exercises = [exercise for exercise in self._evidence.day.exercises if exercise.module == module]
        regions = [region for exercise in exercises for region in self._sources.regions(exercise)]
        return any(region.first <= (at.lineno or 0) <= region.last for region in regions)

    def _definitions(self, texts: Mapping[str, str]) -> dict[str, list[tuple[int, int]]]:
        """The lines of the exercises in these modules, whole functions and classes."""
        tops = {(e.module, e.qualname.partition(".")[0]) for e in self._evidence.day.exercises}
        return {
            module: [
                (node.lineno, node.end_lineno or node.lineno)
                for node in ast.parse(text).body
                if (module, getattr(node, "name", "")) in tops
            ]
            for module, text in texts.items()
        }


def _within(at: traceback.FrameSummary, written: Mapping[str, Sequence[tuple[int, int]]]) -> bool:
    return any(first <= (at.lineno or 0) <= last for first, last in written.get(Path(at.filename).stem, ()))


def _said(error: BaseException, at: traceback.FrameSummary | None) -> str:
    where = f" ({Path(at.filename).name}: {at.line})" if at is not None else ""
    return f"{type(error).__name__}: {error}{where}; take what comes from an exercise with np.asarray"


def _pictures(plots: str) -> list[str]:
    names = [node.name for node in ast.parse(plots).body if isinstance(node, ast.FunctionDef)]
    return [name for name in names if name.startswith(("figure_", "animation_"))]


def _names_by_definition(texts: Collection[str]) -> dict[str, set[str]]:
    """What every function and class at the top of the day's modules names."""
    found: dict[str, set[str]] = {}
    for text in texts:
        for node in ast.parse(text).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
                found[node.name] = found.get(node.name, set()) | used
    return found
