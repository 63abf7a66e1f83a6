"""``course gallery``: what the screen says to every known mistake, for whoever writes messages, or teaches with them.

Of each misconception stands there the first check that it fails, as ``course check`` shows it, without the numbers of
its inputs; of each day besides a few crashes and a few results of the wrong shape.
"""

from __future__ import annotations

import ast
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.catalog import Check, Course, Day, Exercise
from course.files import write_atomically
from course.release.sample_class import with_body
from course.report.terminal import LABELS, fold
from course.testing.answers import Answer, with_answer, write_modules
from course.testing.results import CheckResult
from course.testing.running import Runner, Sitting, scan_exercise
from course.worker.near.local import LocalLink

FOLDER = "docs/messages"
WIDTH = 88
CRASHES = {
    "a slip in a name": "result = {first}\nreturn reslut",
    "None where a value is meant": "result = None\nreturn result[0]",
    "arguments forgotten": "return {name}()",
    "an index too far": "values = [1, 2]\nreturn values[len(values)]",
    "a call of itself without an end": "return {name}({all})",
    "a bracket that is not closed": "return ({first}",
}
SHAPES = {
    "an axis too many": "result[None]",
    "rows and columns exchanged": "result.T",
    "everything in one row": "result.reshape(-1)",
    "summed over the first axis": "result.sum(0)",
    "the last one left out": "result[..., :-1]",
}
_WRAPPED = """

_{name} = {name}


def {name}(*args, **kwargs):
    result = _{name}(*args, **kwargs)
    return {mistake}
"""
_VALUES = re.compile(r"\n {20,}\S[^\n]*")


@dataclass(frozen=True)
class Shown:
    """A mistake, the exercise it was made in, and what the screen says to it; empty where no check of today sees it."""

    exercise: str
    mistake: str
    screen: str
    named: bool = False


class Gallery:
    """The messages of one day."""

    def __init__(self, course: Course, day: Day) -> None:
        self._course = course
        self._day = day
        self._runner = Runner(course, course.seed)
        self._texts = course.sources(day)

    def misconceptions(self, exercise: Exercise) -> Iterator[Shown]:
        """Each once, however many parameters it has."""
        seen = set()
        for answer in self._runner.suite.answers(self._day):
            if (answer.kind, answer.exercise) == ("misconception", exercise.name) and answer.name not in seen:
                seen.add(answer.name)
                yield self._of_answer(exercise, answer)

    def crashes(self) -> Iterator[Shown]:
        """The same few on every day, each in another function."""
        functions = list(self._functions())
        for number, (mistake, body) in enumerate(CRASHES.items()):
            exercise, names = functions[number % len(functions)]
            words = {"first": names[0], "all": ", ".join(names), "name": exercise.qualname}
            text = with_body(self._texts[exercise.module], exercise, body.format(**words))
            result = self._judged(exercise, text)
            yield Shown(exercise.name, mistake, _screen(result))

    def shapes(self) -> Iterator[Shown]:
        """Of functions whose result has a shape, each mistake once."""
        left = dict(SHAPES)
        for exercise, _ in self._functions():
            for mistake, code in left.items():
                wrapped = _WRAPPED.format(name=exercise.qualname, mistake=code)
                result = self._judged(exercise, self._texts[exercise.module] + wrapped)
                if result is not None and "wrong shape" in result.brief:
                    yield Shown(exercise.name, mistake, _screen(result))
                    del left[mistake]
                    break

    def _of_answer(self, exercise: Exercise, answer: Answer) -> Shown:
        result = self._judged(exercise, with_answer(self._texts[exercise.module], answer))
        named = result is not None and result.misconception == answer.name
        return Shown(exercise.name, answer.name, _screen(result), named)

    def _functions(self) -> Iterator[tuple[Exercise, list[str]]]:
        """The exercises that are functions, with the names of their arguments."""
        for exercise in self._day.exercises:
            tree = ast.parse(self._texts[exercise.module])
            for node in tree.body:
                if isinstance(node, ast.FunctionDef) and node.name == exercise.qualname and node.args.args:
                    yield exercise, [argument.arg for argument in node.args.args]

    def _judged(self, exercise: Exercise, text: str) -> CheckResult | None:
        """The first public check that this text of the exercise's module does not pass; None where there is none."""
        with tempfile.TemporaryDirectory(prefix="course-gallery-") as folder:
            root = Path(folder).resolve()
            write_modules(root, self._day, {**self._texts, exercise.module: text})
            finding = scan_exercise(root, self._day, exercise)
            link = LocalLink(root, [day.name for day in self._course.days], self._course.limits)
            try:
                return self._first_failure(
                    exercise,
                    link,
                    lambda sitting, function: self._runner.run_check(function, sitting, finding),
                )
            finally:
                link.close()

    def _first_failure(
        self, exercise: Exercise, link: LocalLink, run: Callable[..., CheckResult]
    ) -> CheckResult | None:
        passed: list[Check] = []
        for check in exercise.checks:
            if check.hidden or check.training:
                continue
            sitting = Sitting.of(self._day, exercise, check, link, passed)
            result = run(sitting, self._runner.suite.function(self._day, check))
            if result.outcome != "passed":
                return result
            passed.append(check)
        return None


def _screen(result: CheckResult | None) -> str:
    """The message without the numbers of its inputs."""
    if result is None:
        return ""
    text = _VALUES.sub("", result.brief)
    lines = fold(f"{result.check.name}: {LABELS[result.verdict]}\n{text}", WIDTH).splitlines()
    return "\n".join(line.rstrip() for line in lines)


def page(course: Course, day: Day) -> str:
    """The gallery of one day."""
    gallery = Gallery(course, day)
    parts = [f"<!-- Made by `course gallery {day.number}`. -->\n\n# What the screen says: {day.title}\n"]
    parts += [section(gallery, exercise) for exercise in day.exercises]
    for title, shown in (("Crashes", gallery.crashes()), ("Shapes", gallery.shapes())):
        parts += [f"## {title}\n", *(_entry(one, f"{one.exercise}: {one.mistake}") for one in shown)]
    return "\n".join(parts)


def section(gallery: Gallery, exercise: Exercise) -> str:
    """The part of a page about one exercise."""
    shown = list(gallery.misconceptions(exercise))
    return "\n".join([f"## {exercise.name}\n", *(_entry(one, one.mistake) for one in shown)])


def _entry(shown: Shown, title: str) -> str:
    if not shown.screen:
        return f"### {title}\n\nOnly hidden checks, or training, see it.\n"
    return f"### {title}\n\n```text\n{shown.screen}\n```\n"


def write_pages(course: Course, days: Sequence[Day]) -> Iterator[Path]:
    """Write the galleries of days to ``docs/messages``, one after the other, and the list of all that are there."""
    (course.root / FOLDER).mkdir(parents=True, exist_ok=True)
    for day in days:
        file = course.root / FOLDER / f"{day.name}.md"
        write_atomically(file, page(course, day))
        yield file
    write_atomically(course.root / f"{FOLDER}.md", _index(course))
    yield course.root / f"{FOLDER}.md"


def _index(course: Course) -> str:
    rows = []
    for day in course.days:
        file = course.root / FOLDER / f"{day.name}.md"
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            rows.append(f"| [{day.title}](messages/{day.name}.md) | {text.count(chr(10) + '### ')} |")
    return "\n".join([_ABOUT, *rows, ""])


_ABOUT = """<!-- Made by `course gallery`. -->

# What the screen says

Every misconception that the course knows, each put through the checks of its exercise, with what `course check` then
shows; at the end of each day a few crashes and a few results of the wrong shape. The numbers of the inputs are left
out.

For authors: read the page of a day from end to end with a beginner's eyes. Whoever made this mistake and reads this,
what would they do next? What would not help is written again, in `tests/<day>/answers_<module>.py` (the first
sentences), in the `name` and `cause` of an assertion, or in `course/testing/crashes.py`. `course gallery day03` then
writes the page again.

| day | messages |
|---|---|"""
