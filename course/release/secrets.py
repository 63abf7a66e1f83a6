"""What must not leave the instructors' side, as windows of normalised tokens.

A window is a run of words, numbers and signs, so that blanks, line breaks and quotes make no difference. Secret
are the regions of the solutions, the bodies of hidden tests with what only they use, and the answers files;
not secret is whatever a student is given anyway: skeletons, sheets, hints, public tests.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from course.catalog import Course
from course.release.announcing import announced
from course.release.hiding import hidden_parts, without_tests
from course.release.skeletons import find_regions, skeleton
from course.testing.answers import read_answers

WINDOW = 16  # tokens; shorter runs are common idioms
LONG_WINDOW = (
    24  # may not even stand in a public test or a given module, which may share an idiom with the solution
)
SHORTEST = 8  # a region with fewer tokens is only recognised behind its docstring
DIGITS = 6  # a number with this many digits is a value somebody computed

Window = tuple[str, ...]
_TOKEN = re.compile(r"\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\w+|[^\w\s]")
_QUOTED_BY = re.compile(r"^[ \t>#|+]+", re.MULTILINE)
_NUMBER = re.compile(r"\d+\.\d+(?:[eE][-+]?\d+)?")


def tokens(text: str) -> list[str]:
    """The words, numbers and signs of any text: escapes undone, quotes and what a line is quoted by left out."""
    text = html.unescape(text.replace("\\n", "\n").replace("\\t", " "))
    text = _QUOTED_BY.sub("", text)
    return [token for token in _TOKEN.findall(text) if token not in "'\"`\\"]


def windows(words: Sequence[str], size: int) -> Iterator[Window]:
    """Every run of ``size`` tokens."""
    return zip(*(words[start:] for start in range(size)), strict=False)


@dataclass
class Secrets:
    """Windows by their size, each with what it comes from."""

    by_size: dict[int, dict[Window, str]] = field(default_factory=dict)

    def add(self, window: Sequence[str], what: str) -> None:
        self.by_size.setdefault(len(window), {}).setdefault(tuple(window), what)

    def add_all(self, words: Sequence[str], size: int, what: str) -> None:
        for window in windows(words, size):
            self.add(window, what)

    def forgive(self, words: Sequence[str], sizes: Iterable[int]) -> None:
        """Take out what is public."""
        for size in sizes:
            known = self.by_size.get(size, {})
            for window in known.keys() & set(windows(words, size)):
                del known[window]

    def find(self, words: Sequence[str]) -> dict[str, str]:
        """What of the secrets stands in a text: its name, and the text of one window."""
        found: dict[str, str] = {}
        for size, known in self.by_size.items():
            for window in known.keys() & set(windows(words, size)):
                found.setdefault(known[window], " ".join(window))
        return found


def read_secrets(course: Course) -> Secrets:
    """The secrets of every day of the course, released or not."""
    secrets = Secrets()
    given: list[list[str]] = []
    shared: list[list[str]] = []  # public tests and modules without regions, written by hand
    for day in course.days:
        for path in (course.sheet(day), course.tests(day) / "exercises.toml"):
            given.append(tokens(path.read_text(encoding="utf-8")))
        for module, source in course.sources(day).items():
            _add_regions(secrets, announced(source, day, module), f"{day.name}/{module}.py")
            (given if module in day.modules else shared).append(tokens(skeleton(source, day, module)))
        hidden = {check.name for exercise in day.exercises for check in exercise.checks if check.hidden}
        for path in sorted(course.tests(day).glob("test_*.py")):
            source = path.read_text(encoding="utf-8")
            for part in hidden_parts(source, hidden):
                _add_text(secrets, part, f"hidden part of tests/{day.name}/{path.name}")
            shared.append(tokens(without_tests(source, hidden) or ""))
        for answer in read_answers(course, day):
            _add_text(secrets, answer.source, f"answer {answer.name} to {day.name}/{answer.exercise}")
    for words in given:
        secrets.forgive(words, list(secrets.by_size))
    for words in shared:
        secrets.forgive(words, [size for size in secrets.by_size if size != LONG_WINDOW])
    return secrets


def _add_regions(secrets: Secrets, source: str, where: str) -> None:
    lines = source.splitlines()
    regions = find_regions(source, where)
    markers = {number for region in regions for number in (region.first, region.last)}
    for region in regions:
        what = f"solution of {where.removesuffix('.py')}.{region.qualname}"
        text = "\n".join(lines[region.first : region.last - 1])
        words = tokens(text)
        _add_text(secrets, text, what)
        secrets.add_all(words, LONG_WINDOW, what)
        if len(words) < WINDOW:
            before = [line for n, line in enumerate(lines[: region.first - 1], start=1) if n not in markers]
            secrets.add([*tokens("\n".join(before)), *words][-WINDOW:], what)
            if len(words) >= SHORTEST:
                secrets.add(words, what)


def _add_text(secrets: Secrets, text: str, what: str) -> None:
    secrets.add_all(tokens(text), WINDOW, what)
    for number in _NUMBER.findall(text):
        if len(number.partition("e")[0].replace(".", "").strip("0")) >= DIGITS:
            secrets.add([number], f"a value in the {what}")
