"""What must not leave the instructors' side, as windows of normalised tokens.

A window is a run of words, numbers and signs, so that blanks, line breaks and quotes make no difference. Secret
are the regions of the solutions, the bodies of hidden tests with what only they use, and the answers files;
not secret is whatever a student is given anyway: skeletons, sheets, hints, public tests. A solution that stands there
nearly whole is a leak all the same, unless its exercise says why it is ``shown``.
"""

from __future__ import annotations

import html
import math
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

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
PIECE = 6  # tokens; by how many of these a text shows, it is told whether it holds a solution
WHOLE = (
    24  # tokens of a solution that no text may hold; a shorter one is a line, which a last hint may come to
)
SHARE = 0.8  # of the pieces of a solution: that many and it is held to be there
FEW = 100  # secrets of one size, up to which a text has few places where one could begin
DIGITS = 6  # a number with this many digits is a value somebody computed

Window = tuple[str, ...]
_TOKEN = re.compile(r"\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\w+|[^\w\s]")
_QUOTED_BY = re.compile(r"^[ \t>#|+]+", re.MULTILINE)
_KNOWN_TO_ALL = (
    math.e,
    math.pi,
    math.tau,
    math.log(2),
    math.log(10),
    *(math.sqrt(n) for n in (2, 3, math.tau)),
    *(2.0**n for n in (-149, -126, -23, -52, -1022, 128)),  # the ends of single and double precision
    sys.float_info.max,
)
"""Values that nobody had to compute: they may come out of a wrong answer as well."""
_NUMBER = re.compile(r"\d+\.\d+(?:[eE][-+]?\d+)?")


def tokens(text: str) -> list[str]:
    """The words, numbers and signs of any text: escapes undone, quotes and what a line is quoted by left out."""
    text = html.unescape(text.replace("\\n", "\n").replace("\\t", " "))
    text = _QUOTED_BY.sub("", text)
    return [token for token in _TOKEN.findall(text) if token not in "'\"`\\"]


def windows(words: Sequence[str], size: int) -> Iterator[Window]:
    """Every run of ``size`` tokens."""
    return zip(*(words[start:] for start in range(size)), strict=False)


def _shared(known: Mapping[Window, str], words: Sequence[str], size: int) -> set[Window]:
    """The windows of a text that are known. Of most sizes there are a few secrets only: then a window is looked at
    where one of them could begin.
    """
    if len(known) > FEW:
        return known.keys() & set(windows(words, size))
    first = {window[0] for window in known}
    starts = (start for start, word in enumerate(words) if word in first)
    return known.keys() & {tuple(words[start : start + size]) for start in starts}


@dataclass
class Secrets:
    """Windows by their size, each with what it comes from."""

    by_size: dict[int, dict[Window, str]] = field(default_factory=dict)
    pieces: dict[Window, list[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    """By solution, its pieces: see ``add_solution``."""
    _found: dict[bytes, dict[str, str]] = field(default_factory=dict, repr=False)  # by the digest of a text

    def add_solution(self, words: Sequence[str], given: set[Window], what: str) -> None:
        """A solution that no text may hold nearly whole, not even a sheet; ``given`` are pieces of its own skeleton."""
        self._found.clear()
        own = set(windows(words, PIECE)) - given
        if len(words) >= WHOLE and own:
            self.counts[what] = self.counts.get(what, 0) + len(own)
            for piece in own:
                self.pieces.setdefault(piece, []).append(what)

    def add(self, window: Sequence[str], what: str) -> None:
        self._found.clear()
        self.by_size.setdefault(len(window), {}).setdefault(tuple(window), what)

    def add_all(self, words: Sequence[str], size: int, what: str) -> None:
        for window in windows(words, size):
            self.add(window, what)

    def forgive(self, words: Sequence[str], sizes: Iterable[int]) -> None:
        """Take out what is public."""
        self._found.clear()
        for size in sizes:
            known = self.by_size.get(size, {})
            for window in _shared(known, words, size):
                del known[window]

    def find_in(self, text: str) -> dict[str, str]:
        """As ``find``, of a text that may come again: a release holds each twice, as a file and in its history."""
        key = sha256(text.encode("utf-8", "surrogatepass")).digest()
        if key not in self._found:
            self._found[key] = self.find(tokens(text))
        return self._found[key]

    def find(self, words: Sequence[str]) -> dict[str, str]:
        """What of the secrets stands in these tokens: its name, and the text of one window."""
        found: dict[str, str] = {}
        for size, known in self.by_size.items():
            for window in _shared(known, words, size):
                found.setdefault(known[window], " ".join(window))
        shown: dict[str, list[Window]] = {}
        for piece in self.pieces.keys() & set(windows(words, PIECE)):
            for what in self.pieces[piece]:
                shown.setdefault(what, []).append(piece)
        for what, held in shown.items():
            if len(held) >= SHARE * self.counts[what]:
                found.setdefault(what, " ".join(min(held)))
        return found


def read_secrets(course: Course) -> Secrets:
    """The secrets of every day of the course, released or not."""
    secrets = Secrets()
    given: list[list[str]] = []
    shared: list[list[str]] = []  # public tests and modules without regions, written by hand
    for day in course.units:
        for path in (course.sheet(day), course.tests(day) / "exercises.toml"):
            given.append(tokens(path.read_text(encoding="utf-8")))
        for module, source in course.sources(day).items():
            given_words = tokens(skeleton(source, day, module))
            shown = {one.qualname for one in day.exercises if one.module == module and one.shown}
            _add_regions(
                secrets, announced(source, day, module), f"{day.name}/{module}.py", given_words, shown
            )
            (given if module in day.modules else shared).append(given_words)
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


def _add_regions(
    secrets: Secrets, source: str, where: str, given: Sequence[str], shown: Collection[str]
) -> None:
    """The solutions of a module. ``given`` is its skeleton, ``shown`` names what sheet and hints may hold."""
    pieces = set(windows(given, PIECE))
    lines = source.splitlines()
    regions = find_regions(source, where)
    markers = {number for region in regions for number in (region.first, region.last)}
    for region in regions:
        what = f"solution of {where.removesuffix('.py')}.{region.qualname}"
        text = "\n".join(lines[region.first : region.last - 1])
        words = tokens(text)
        _add_text(secrets, text, what)
        secrets.add_all(words, LONG_WINDOW, what)
        if not any(region.qualname == name or region.qualname.startswith(f"{name}.") for name in shown):
            secrets.add_solution(words, pieces, what)
        if len(words) < WINDOW:
            before = [line for n, line in enumerate(lines[: region.first - 1], start=1) if n not in markers]
            secrets.add([*tokens("\n".join(before)), *words][-WINDOW:], what)
            if len(words) >= SHORTEST:
                secrets.add(words, what)


def _add_text(secrets: Secrets, text: str, what: str) -> None:
    secrets.add_all(tokens(text), WINDOW, what)
    for number in _NUMBER.findall(text):
        long = len(number.partition("e")[0].replace(".", "").strip("0")) >= DIGITS
        if long and not any(math.isclose(float(number), one, rel_tol=1e-5) for one in _KNOWN_TO_ALL):
            secrets.add([number], f"a value in the {what}")
