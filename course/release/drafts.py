"""``course new``: the frames of a new exercise or of a new day, in which only what is marked FILL has to be written.

A frame is complete for every program: it is in the catalogue, ``course sync`` makes its skeleton, its test fails and
says why, ``course verify`` lists what is still to be filled. Files that are there are added to, never replaced.
"""

from __future__ import annotations

import ast
import keyword
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.catalog import Course, Day, Exercise
from course.catalog.model import snake_case
from course.catalog.selecting import find_day
from course.errors import CourseError, UsageError
from course.files import write_atomically
from course.notebooks.sheets import anchor_of

MARK = re.compile(r"FILL\(([\w.]+)\)")
"""Stands where an author has to write, with the name of the exercise or of the day."""

SHOW_DRAFTS = "export COURSE_DRAFTS=1    the day is a draft: nobody sees it otherwise"
WIDTH = 110
_DAY = re.compile(r"day\d\d_[a-z][a-z0-9_]*")
_EXERCISE = re.compile(r"[a-z]\w*\.(([A-Z]\w*\.)?([a-z]\w*|__[a-z]+__)|[A-Z]\w*)", re.ASCII)
_HEADING = re.compile(r"#{1,2} +(.*)")
_FENCE = re.compile(r" {0,3}(```|~~~)")


@dataclass(frozen=True)
class Written:
    """What was written: new files, files that were added to; and what its author does next."""

    new: tuple[Path, ...]
    added_to: tuple[Path, ...]
    next_steps: tuple[str, ...]


def new_day(course: Course, name: str) -> Written:
    """Write an empty day, a draft: its entry in course.toml, its sheet, its folders.

    Raises UsageError for a name that is malformed or taken.
    """
    if not _DAY.fullmatch(name):
        raise UsageError(
            f"{name!r} is no name of a day; write day, two digits and a topic, such as day24_transformers."
        )
    number = name.partition("_")[0]
    for day in course.days:
        if day.number == number:
            raise UsageError(
                f"{number} is taken by {day.name}; take another number, or write an exercise of it: "
                f"`course new {number}/module.function`."
            )
    for folder in (course.root / name, course.solutions / name, course.root / "tests" / name):
        if folder.exists():
            where = folder.relative_to(course.root)
            raise UsageError(f"{where} is there, though course.toml has no such day; move it away first.")
    settings = course.root / "course.toml"
    text = settings.read_text(encoding="utf-8")
    before = [day.name for day in course.days if day.name < name]
    texts = {
        settings: _with_entry(text, "[[day]]", before[-1] if before else None, _day_entry(course, name)),
        course.root / name / "README.md": _sheet(name),
        course.root / "tests" / name / "exercises.toml": (
            "# The exercises of the day in the order of the sheet. Points stand with the tests.\n"
        ),
        course.root / name / "plots.py": (
            f'"""FILL({name}): what the pictures show. Each is given, a function figure_name() -> Figure."""\n'
        ),
    }
    steps = (
        f"write what is marked FILL({name}) in the sheet and in plots.py",
        f"look at its entry in course.toml: it is taken for a day of part {_part(course, name)}, as the one before it; "
        "write another number after `part =` if it is not",
        SHOW_DRAFTS,
        f"course new {number}/module.function    the first exercise",
    )
    return _write(texts, steps)


def new_exercise(course: Course, word: str) -> Written:
    """Write the frame of the exercise ``day03/regression.huber_loss``: source, entry, test, answers, section.

    Raises UsageError for a day that is not there and for a name that is malformed or taken, CourseError where a
    file of the day cannot be added to.
    """
    day_word, _, name = word.partition("/")
    if _DAY.fullmatch(day_word) and all(day_word != day.name for day in course.days):
        raise UsageError(f"There is no day {day_word!r}; write it first: `course new {day_word}`.")
    day = find_day(course, day_word)
    _check_name(day, name)
    frame = _Frame(course, day, name)
    qualname = name.partition(".")[2]
    steps = (
        f"write what is marked FILL({name}), and take the marks away",
        *([SHOW_DRAFTS] if day.draft else []),
        f"course sync {day.number}",
        f"pytest --solutions tests/{day.name} -k test_{snake_case(qualname)}    must pass",
        f"pytest tests/{day.name} -k test_{snake_case(qualname)}    must fail",
        f"course verify {day.number}/{qualname}    says what is still to be filled, then what does not hold",
        f"course gallery {day.number}    the page of messages, when all of it holds",
    )
    return _write(dict(frame.texts()), steps)


def _write(texts: Mapping[Path, str], steps: tuple[str, ...]) -> Written:
    there = tuple(path for path in texts if path.is_file())
    for path, text in texts.items():
        write_atomically(path, text)
    return Written(tuple(path for path in texts if path not in there), there, steps)


# Names


def _check_name(day: Day, name: str) -> None:
    """Raise UsageError for a name that no exercise can have, or that this day has no room for."""
    if "." not in name:
        raise UsageError(
            f"{name!r} lacks its module; write `course new {day.number}/module.{name or 'function'}`, "
            "with the module it will stand in."
        )
    if not _EXERCISE.fullmatch(name) or any(keyword.iskeyword(part) for part in name.split(".")):
        raise UsageError(
            f"{name!r} is no name of an exercise; write module.function, module.Class or module.Class.method, "
            "such as regression.huber_loss."
        )
    module, _, qualname = name.partition(".")
    if module == "plots":
        raise UsageError("plots.py is given code for the pictures of the day; name another module.")
    words = snake_case(qualname)
    for exercise in day.exercises:
        if exercise.module != module:
            continue
        theirs = snake_case(exercise.qualname)
        if words == theirs:
            raise UsageError(f"{day.name} has an exercise {exercise.name}; choose another name.")
        for check in exercise.checks:
            if words.startswith(f"{theirs}_") and f"{check.name}_".startswith(f"test_{words}_"):
                raise UsageError(
                    f"{check.name} of {exercise.name} would become a test of {name}, whose name it begins with; "
                    "choose another name, or rename the test first."
                )


# The frames of an exercise


class _Frame:
    """The files of a day with the frame of one exercise in them."""

    def __init__(self, course: Course, day: Day, name: str) -> None:
        self._course = course
        self._day = day
        self._name = name
        self._module, _, self._qualname = name.partition(".")
        self._owner, _, self._function = self._qualname.rpartition(".")
        self._is_class = not self._owner and self._function[0].isupper()
        self._words = snake_case(self._qualname)
        self._title = self._words.replace("_", " ").capitalize()
        self._before = self._exercise_before()
        self._array = "np.ndarray"

    def texts(self) -> Iterator[tuple[Path, str]]:
        """Every file as it is to be."""
        tests, sheet = self._course.tests(self._day), self._course.sheet(self._day)
        yield self._source()
        yield tests / "exercises.toml", self._entry((tests / "exercises.toml").read_text(encoding="utf-8"))
        test = tests / f"test_{self._module}.py"
        yield (
            test,
            self._added(test, self._test(), ("assert_that", "points"), f"Checks of {self._module}.py."),
        )
        answers = tests / f"answers_{self._module}.py"
        says = f"Wrong and right answers for {self._module}.py."
        yield answers, self._added(answers, self._answers(), ("misconception", "variant"), says)
        text = _read(sheet, self._course)
        if self._anchor not in {anchor_of(heading) for _, heading in _headings(text)}:
            yield sheet, self._section(text)

    @property
    def _anchor(self) -> str:
        return anchor_of(self._title)

    def _exercise_before(self) -> Exercise | None:
        """The exercise after which this one stands: the last one of its module, or of the day."""
        same = [exercise for exercise in self._day.exercises if exercise.module == self._module]
        found = same or self._day.exercises
        return found[-1] if found else None

    def _fill(self, what: str) -> str:
        return f"FILL({self._name}): {what}"

    def _source(self) -> tuple[Path, str]:
        path = self._course.solutions / self._day.name / f"{self._module}.py"
        new = f'"""FILL({self._name}): what this module is about, in one sentence."""\n\nimport numpy as np\n'
        text = _read(path, self._course) if path.is_file() else new
        definitions = {
            node.name: node
            for node in _parsed(text, path, self._course).body
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        }
        self._array = _array_in(text)
        owner = definitions.get(self._owner)
        taken = owner.body if owner else definitions.values() if not self._owner else ()
        if any(getattr(node, "name", "") == self._function for node in taken):
            raise UsageError(
                f"solutions/{self._day.name}/{self._module}.py has a {self._qualname}; choose another name."
            )
        if owner is not None:  # at the end of the class
            lines = text.splitlines()
            method = textwrap.indent(self._method(self._function), "    ")
            at = owner.end_lineno or len(lines)
            while lines[at : at + 1] and lines[at].startswith(
                " "
            ):  # the marker that ends a region is a comment
                at += 1
            lines[at:at] = ["", *method.splitlines()]
            return path, "\n".join(lines) + "\n"
        return path, f"{text.rstrip()}\n\n\n{self._definition()}\n"

    def _definition(self) -> str:
        if not self._owner and not self._is_class:
            return self._method(self._function, of_class=False)
        says = self._fill("what it stands for, in one sentence.")
        head = f'class {self._owner or self._function}:\n    """{says}"""'
        method = self._method("__init__" if self._is_class else self._function)
        return f"{head}\n\n{textwrap.indent(method, '    ')}"

    def _method(self, function: str, *, of_class: bool = True) -> str:
        """A function with everything that a docstring has, and a region that is not written."""
        initial = function == "__init__"
        takes = f"{'self, ' if of_class else ''}x: {self._array}"
        parts = [
            f"def {function}({takes}) -> {'None' if initial else self._array}:",
            f'    """{self._fill("what it does, in one sentence.")}',
            "",
            f"    {self._fill('the formula, the conventions, the errors.')}",
            "    Arguments come back unchanged.",
            "",
            "    Parameters",
            "    ----------",
            "    x : (n,) float array",
            "",
            *([] if initial else ["    Returns", "    -------", "    (n,) float array", ""]),
            "    References",
            "    ----------",
            f"    {self._fill('book or paper, with the section')}",
            '    """',
            "    ### BEGIN SOLUTION",
            f'    raise NotImplementedError("{self._fill("the solution")}")',
            "    ### END SOLUTION",
        ]
        return "\n".join(parts)

    def _entry(self, text: str) -> str:
        hints = ["first, gentle", "second, closer", "third, nearly there"]
        entry = [
            "[[exercise]]",
            f'name = "{self._name}"',
            f'title = "{self._title}"',
            f'sheet = "{self._anchor}"',
            f"topics = []  # {self._fill('its topics, of tests/topics.toml where there is one')}",
            f"refused = []  # {self._fill('library calls that would replace it')}",
            "hints = [",
            *(f'    "{self._fill(hint)}",' for hint in hints),
            "]",
        ]
        return _with_entry(
            text, "[[exercise]]", self._before.name if self._before else None, "\n".join(entry)
        )

    def _test(self) -> str:
        call = (
            f"student.{self._owner}().{self._function}(x)" if self._owner else f"student.{self._function}(x)"
        )
        return "\n".join(
            [
                "@points(1)",
                f"def test_{self._words}_of_random_inputs(student, rng):",
                "    x = rng.normal(size=5)",
                f"    {call}",
                f"    # {self._fill('an independent reference, and assert_close(…, reference)')}",
                f'    assert_that(False, "{self._fill("this test compares nothing yet")}")',
            ]
        )

    def _answers(self) -> str:
        answers = []
        for name in ("first_mistake", "second_mistake", "third_mistake"):
            says = f'"{self._qualname}",\n    "{self._fill("what went wrong. What is right.")}",'
            answers.append(f"@misconception(\n    {says}\n)\n{self._answer(name)}")
        for name in ("another_way", "a_third_way"):
            answers.append(f'@variant("{self._qualname}")\n{self._answer(name)}')
        return "\n\n\n".join(answers)

    def _answer(self, name: str) -> str:
        name = f"{name}_of_{self._words}"
        raising = f'raise NotImplementedError("{self._fill("its body, and a name")}")'
        if not self._is_class:
            return f"def {name}({'self, ' if self._owner else ''}x):\n    {raising}"
        return f"class {name.title().replace('_', '')}:\n    def __init__(self, x):\n        {raising}"

    def _added(self, path: Path, frame: str, names: Sequence[str], says: str) -> str:
        """A test or answers file with the frame at its end, and these names imported from course.testing."""
        text = _read(path, self._course) if path.is_file() else f'"""{says}"""\n'
        return f"{_importing(text, names, _parsed(text, path, self._course)).rstrip()}\n\n\n{frame}\n"

    def _section(self, text: str) -> str:
        lines = text.rstrip().splitlines()
        after = self._before.sheet if self._before else None
        at = _end_of_section(text.rstrip(), after)
        section = [
            f"## {self._title}",
            "",
            self._fill("what it is for, and the formula, as a student reads it."),
        ]
        before = [] if at and not lines[at - 1].strip() else [""]
        behind = [""] if at < len(lines) else []
        lines[at:at] = [*before, *section, *behind]
        return "\n".join(lines) + "\n"


# Texts


def _read(path: Path, course: Course) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        where = path.relative_to(course.root)
        raise CourseError(f"{where} cannot be read; restore it with `git checkout -- {where}`.") from None


def _parsed(text: str, path: Path, course: Course) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        where = path.relative_to(course.root)
        raise CourseError(f"{where}:{error.lineno}: {error.msg}; nothing was written.") from None


def _array_in(source: str) -> str:
    """What a module calls an array."""
    if "import numpy as np" in source:
        return "np.ndarray"
    return "torch.Tensor" if "import torch\n" in source else "float"


def _importing(text: str, names: Sequence[str], tree: ast.Module) -> str:
    """A file that imports these names from course.testing, besides those it has."""
    lines = text.splitlines()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "course.testing":
            there = {alias.name for alias in node.names}
            if not there.issuperset(names):
                last = node.end_lineno or node.lineno
                lines[node.lineno - 1 : last] = _import_of(there.union(names))
            return "\n".join(lines)
    at = (tree.body[0].end_lineno or 1) if ast.get_docstring(tree) is not None else 0
    lines[at:at] = ["", *_import_of(set(names))]
    return "\n".join(lines)


def _import_of(names: set[str]) -> list[str]:
    line = f"from course.testing import {', '.join(sorted(names))}"
    if len(line) <= WIDTH:
        return [line]
    return ["from course.testing import (", *(f"    {name}," for name in sorted(names)), ")"]


def _with_entry(text: str, header: str, after: str | None, entry: str) -> str:
    """A TOML text with one more entry, behind the one with that name; at the end of all without."""
    lines = text.rstrip().splitlines()
    at = len(lines)
    if after is not None:
        named = lines.index(f'name = "{after}"') if f'name = "{after}"' in lines else len(lines)
        at = next((n for n in range(named, len(lines)) if lines[n].startswith("[")), len(lines))
        while at < len(lines) and lines[at - 1].startswith(
            "#"
        ):  # a comment above the next entry is part of it
            at -= 1
    before = [""] if lines[at - 1].strip() else []
    lines[at:at] = [*before, *entry.splitlines(), *([""] if at < len(lines) else [])]
    return "\n".join(lines) + "\n"


def _headings(sheet: str) -> Iterator[tuple[int, str]]:
    """The line and the words of each heading of a section."""
    fenced = False
    for number, line in enumerate(sheet.splitlines()):
        fenced ^= _FENCE.match(line) is not None
        heading = _HEADING.match(line)
        if heading and not fenced:
            yield number, heading.group(1)


def _end_of_section(sheet: str, anchor: str | None) -> int:
    """The line at which the section of that anchor ends; of the first section, which is the idea, without one."""
    headings = list(_headings(sheet))
    anchors = [anchor_of(words) for _, words in headings]
    place = anchors.index(anchor) if anchor in anchors else 1
    lines = len(sheet.splitlines())
    return headings[place + 1][0] if place + 1 < len(headings) else lines


def _day_entry(course: Course, name: str) -> str:
    return "\n".join(
        [
            "[[day]]",
            f'name = "{name}"',
            f'title = "{_topic(name)}"',
            f"part = {_part(course, name)}",
            'imports = ["numpy"]',
            "draft = true",
        ]
    )


def _part(course: Course, name: str) -> int:
    """The part of the course that a new day is taken for: that of the days before it."""
    return max((day.part for day in course.days if day.name < name), default=1)


def _topic(name: str) -> str:
    return name.partition("_")[2].replace("_", " ").capitalize()


def _sheet(name: str) -> str:
    number = name.partition("_")[0]
    return f"""# Day {int(number.removeprefix("day"))} · {_topic(name)}

FILL({name}): what the day is about, in three sentences.

**You will be able to**

* FILL({name}): two to four goals.

**Time:** FILL({name}): how many hours. **You need:** FILL({name}): which days, which packages.

**How to work:** open the file named in the table, write one function, run `course check {number}`, read the
message, go on. Results may be arrays or lists, in double or single precision, but compute in no less than that of
what you are given; shapes count, and arguments must come back unchanged.

<!-- points -->
<!-- /points -->

## The idea in a page

FILL({name}): the idea, with the mathematics.

## Questions to think about

1. FILL({name}): what no test can ask.

## Further reading

* FILL({name}): author, title, year, chapter.
"""
