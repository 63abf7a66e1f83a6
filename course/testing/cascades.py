"""Cascades: whose mistake is it when an exercise fails that uses another one?

Where the solutions are, it is judged once more with the right definitions of what it uses and what is not right yet.
Of that second run only one thing comes out, whether the check was passed: the student's code could read the
solution's there, so nothing that it said or printed is shown. In a student's clone the other checks tell: the message
then ends with what is to be mended first.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from course.catalog import Check, Course, Day, Exercise, Selection
from course.places import module_files
from course.testing.assertions import message_row
from course.testing.results import CheckResult
from course.testing.uses import DayCode, definition_of, used_by, with_definition, with_imports
from course.worker.near.handle import Link
from course.worker.near.local import LocalLink
from course.worker.outcomes import Outcome

Files = Path | Mapping[str, bytes]  # the folder that holds the day folders, or their files by relative name
Reopen = Callable[[Mapping[str, bytes], str], AbstractContextManager[Link]]
"""Opens a fresh way to these files' modules of a day."""

Asked = Callable[[Exercise], Sequence[str]]
"""The other exercises that the checks of one use as well."""

JudgeAgain = Callable[[Exercise, Sequence[Check], Link], Mapping[str, Outcome]]
"""Runs these checks; the outcome of each by name. One that could not be asked is left out."""

DOUBTFUL = ("failed", "error", "wrong_type", "timeout", "memory", "output", "not_implemented")
NAMES = 3  # that a sentence holds


@contextmanager
def in_process(course: Course, files: Mapping[str, bytes], day: str) -> Iterator[Link]:
    """These files of a day in this process."""
    with TemporaryDirectory(prefix="course-") as folder:
        for name, data in files.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        link = LocalLink(Path(folder), [day], course.limits)
        try:
            yield link
        finally:
            link.close()


class Cascades:
    """The failures of one day's run, looked at once more when all its checks have run.

    ``results`` are put right in place. ``done`` tells of exercises that were not asked for whether the last check found
    them complete. Without ``reopen``, or without solutions, nothing is run.
    """

    def __init__(
        self,
        course: Course,
        selection: Selection,
        root: Files,
        results: dict[tuple[str, str], CheckResult],
        done: Mapping[str, bool],
    ) -> None:
        self._course = course
        self._day = selection.day
        self._selection = selection
        self._root = root
        self._results = results
        self._wrong = {
            exercise.name
            for exercise in selection.exercises
            if any(one.outcome != "passed" for one in self._of(exercise))
        }
        asked = {exercise.name for exercise in selection.exercises}
        self._wrong_before = {
            one.name
            for one in self._day.exercises
            if one.name not in asked and done.get(f"{self._day.name}/{one.name}") is False
        }

    def _of(self, exercise: Exercise) -> list[CheckResult]:
        return [self._results[exercise.name, check.name] for check in exercise.checks]

    def settle(self, reopen: Reopen | None, judge: JudgeAgain, asked: Asked) -> None:
        """Judge again, or point to what is to be mended first, in the order of the sheet."""
        if not self._wrong or (len(self._wrong | self._wrong_before) < 2 and self._course.helpers != "given"):
            return  # nobody else can be to blame
        files = _files_of(self._root, self._day)
        own = DayCode(self._day, _texts(files, self._day))
        right = None
        if reopen is not None and self._course.solutions.is_dir():
            right = DayCode(self._day, self._course.sources(self._day))
        for exercise in self._selection.exercises:
            checks = [one.check for one in self._of(exercise) if self._is_doubtful(one)]
            if not checks:
                continue
            suspects = [
                name
                for name in used_by(self._day, exercise.name, own, right, asked(exercise))
                if name in self._wrong or name in self._wrong_before
            ]
            if not suspects:
                continue
            unwritten = own.unwritten(exercise.name)
            if right is None or reopen is None:
                if not unwritten:
                    self._point(exercise, suspects, own)
                continue
            if unwritten or (mended := _mended(files, self._day, exercise, suspects, own, right)) is None:
                continue
            with reopen(mended, self._day.name) as link:
                outcomes = judge(exercise, checks, link)
            self._take(exercise, suspects, outcomes, own)

    def _is_doubtful(self, result: CheckResult) -> bool:
        """Whether another one may be to blame, or have helped where only right ones may."""
        if result.outcome == "passed":
            return self._course.helpers == "given"
        return result.outcome in DOUBTFUL and not result.refused

    def _take(
        self, exercise: Exercise, suspects: Sequence[str], outcomes: Mapping[str, Outcome], own: DayCode
    ) -> None:
        """Put down what the second run said."""
        before = {one.check.name: one.outcome for one in self._of(exercise)}
        right = all(outcomes.get(name, outcome) == "passed" for name, outcome in before.items())
        if right:
            self._wrong.discard(exercise.name)
        for one in self._of(exercise):
            again = outcomes.get(one.check.name)
            if again is None:
                continue
            told = dataclasses.replace(one, given_helpers=again, helpers=self._course.helpers)
            if again == "passed" and one.outcome != "passed":
                told = _excused(told, self._excuse(exercise, suspects, own, whole=right), self._day, exercise)
            elif one.outcome == "not_implemented":
                told = _pointing(told, self._pointer(exercise, suspects, own))
            elif one.outcome == "passed" and again != "passed":
                why = f"It passes with your own {_list(suspects)} only, not with a right one, which is what counts."
                told = dataclasses.replace(told, message=why)
            self._results[exercise.name, one.check.name] = told

    def _excuse(self, exercise: Exercise, suspects: Sequence[str], own: DayCode, *, whole: bool) -> str:
        names, verb = _list(suspects), self._verb(suspects, own)
        on = f"on a right {names}" if len(suspects) == 1 else f"on right versions of {names}"
        first = names if len(suspects) == 1 else "these"
        if whole:
            return f"`{exercise.qualname}` is right {on}; {verb} {first} first."
        return f"This check of `{exercise.qualname}` passes {on}; {verb} {first} first."

    def _point(self, exercise: Exercise, suspects: Sequence[str], own: DayCode) -> None:
        roots = [name for name in suspects if not set(used_by(self._day, name, own)).intersection(suspects)]
        sentence = self._pointer(exercise, roots, own)
        for one in self._of(exercise):
            if self._is_doubtful(one) and one.outcome != "passed":
                self._results[exercise.name, one.check.name] = _pointing(one, sentence)

    def _pointer(self, exercise: Exercise, suspects: Sequence[str], own: DayCode) -> str:
        one, verb = len(suspects) == 1, self._verb(suspects, own)
        itself = set(used_by(self._day, exercise.name, own)).issuperset(suspects)
        who = f"`{exercise.qualname}`" if itself else f"The check of `{exercise.qualname}`"
        uses = f"{who} uses {_list(suspects)}, which"
        if self._wrong_before.issuperset(suspects):
            was, first = ("was", "that one") if one else ("were", "these")
            return f"{uses} {was} not right when last checked: check {first} first."
        state = "written" if verb == "write" else "right"
        return (
            f"{uses} {'is' if one else 'are'} not {state} yet: {verb} {'that one' if one else 'these'} first."
        )

    def _verb(self, suspects: Sequence[str], own: DayCode) -> str:
        return "write" if all(map(own.unwritten, suspects)) else "mend"


def _list(names: Sequence[str]) -> str:
    """The names as a sentence has them, of many the first ones."""
    shown = [f"`{name.partition('.')[2]}`" for name in names]
    if len(shown) > NAMES + 1:
        shown = [*shown[:NAMES], f"{len(shown) - NAMES} more"]
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _excused(result: CheckResult, sentence: str, day: Day, exercise: Exercise) -> CheckResult:
    """The verdict on a right answer that stands on a wrong one: no misconception, and the values only on demand."""
    read = result.message.rpartition("\n  read ")
    tail = "".join(read[1:]) if read[1] else ""
    told = dataclasses.replace(result, cascade=sentence, misconception=None, message=sentence + tail)
    if result.in_brief is None or result.outcome == "not_implemented":
        return told
    rest = result.message.partition("\n\n")[2] if result.misconception else result.message
    more = message_row("more", f"`course check {day.number}/{exercise.qualname} --full` shows what came back")
    brief = f"{sentence}\n{more}{tail}"
    return dataclasses.replace(told, message=f"{sentence}\n\n{rest}", in_brief=lambda: brief)


def _pointing(result: CheckResult, sentence: str) -> CheckResult:
    """The verdict with the sentence at the end; in the place of one that says that the exercise is not written."""
    if result.outcome == "not_implemented":
        return dataclasses.replace(result, cascade=sentence, message=sentence, in_brief=None)
    brief = result.in_brief
    return dataclasses.replace(
        result,
        cascade=sentence,
        message=f"{result.message}\n{sentence}",
        in_brief=None if brief is None else lambda: f"{brief()}\n{sentence}",
    )


def _files_of(root: Files, day: Day) -> dict[str, bytes]:
    if isinstance(root, Path):
        found = module_files(root, day.name)
        return {f"{day.name}/{module}.py": path.read_bytes() for module, path in found.items()}
    return {name: data for name, data in root.items() if name.startswith(f"{day.name}/")}


def _texts(files: Mapping[str, bytes], day: Day) -> dict[str, str]:
    """The modules by name; one that is no text defines nothing."""
    found = {}
    for name, data in files.items():
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        place = name.removeprefix(f"{day.name}/")
        if place.endswith(".py"):
            found[place.removesuffix(".py")] = text.replace("\r\n", "\n").replace("\r", "\n")
    return found


def _mended(
    files: Mapping[str, bytes],
    day: Day,
    exercise: Exercise,
    suspects: Sequence[str],
    own: DayCode,
    right: DayCode,
) -> Mapping[str, bytes] | None:
    """The files with right definitions of the suspects; None where there is no place for one.

    A module that Python cannot read has no places: the solution's takes its own, unless the exercise stands in it.
    """
    texts: dict[str, str] = {}
    for name in suspects:
        module, _, qualname = name.partition(".")
        solution = right.texts[module]
        if not own.readable(module) and module != exercise.module:
            texts[module] = solution
            continue
        definition = definition_of(solution, qualname)
        try:
            text = texts[module] if module in texts else with_imports(own.texts[module], solution)
            texts[module] = with_definition(text, qualname, definition or "")
        except (KeyError, ValueError):
            return None
    return {**files, **{f"{day.name}/{module}.py": text.encode() for module, text in texts.items()}}
