"""The code that was handed in, found where the runs of the term found it, and read as grading reads it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from course.catalog import Course
from course.catalog.blocks import is_part_of, lines_of, split_blocks
from course.catalog.model import TEXTS
from course.catalog.selecting import find_day
from course.errors import CourseError
from course.grading.intake import Intake, Submission
from course.grading.replaying import folders_of_runs
from course.projects.handing_in import as_text
from course.projects.template import without_notes
from course.results.names import shortened, shown
from course.results.roster import Roster, settled_roster
from course.results.settings import read_settings

MOST_OPEN = 4  # folders with a day of them: each has a process that reads
MOST_LINES = 2000
LONGEST_LINE = 500
LONGEST_PARAGRAPH = 20_000
CHANGED = "What lies there now is not what was graded: grade again, or judge by the verdicts."
GONE = "The work is not where it was when it was graded; `course review RESULTS --submissions FOLDER` says where it is."


@dataclass(frozen=True)
class Work:
    """The modules of a day by name, as text, ``texts`` of a project beside them by file, and what a reader should know
    about them; empty when nothing is amiss.
    """

    modules: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    warning: str = ""
    note: str = ""


@dataclass(frozen=True)
class Line:
    """A line of code: its number in the module, and itself as HTML, escaped."""

    number: int
    html: Markup


class HandedIn:
    """The hand-ins of a term. To be closed: reading has processes of its own."""

    def __init__(self, course: Course, out: Path, submissions: Path | None = None) -> None:
        """``submissions`` is the folder of the class; without it those that were graded are looked into."""
        self._course, self._out, self._given = course, out, submissions
        self._open: OrderedDict[tuple[Path, str, int], Intake] = OrderedDict()

    def work(self, student: str, day: str, hashed: str, nothing: str = "") -> Work:
        """What a student handed in for a day: the work with this hash, or else the newest that there is; ``nothing``
        says why there was none to be graded.
        """
        other: Submission | None = None
        for folder in self._folders():
            submission = self._read(folder, day, student)
            if submission is None or submission.is_silent(day):
                continue
            if submission.is_the_work(day, hashed):
                return _work(submission, day)
            other = other or submission
        return _work(other, day, CHANGED) if other is not None else Work(warning=nothing or GONE)

    def close(self) -> None:
        """End the processes that read."""
        while self._open:
            self._open.popitem()[1].__exit__()

    @cached_property
    def _roster(self) -> Roster | None:
        return settled_roster(self._course, self._out)

    def _folders(self) -> Sequence[Path]:
        if self._given is not None:
            return [self._given]
        noted = read_settings(self._out).get("submissions")
        return list(dict.fromkeys([*([Path(noted)] if noted else []), *folders_of_runs(self._out)]))

    def _read(self, folder: Path, day: str, student: str) -> Submission | None:
        try:
            intake = self._intake(folder, day)
        except (CourseError, OSError):
            return None
        return intake.read(student) if student in intake.students else None

    def _intake(self, folder: Path, day: str) -> Intake:
        """A class's folder as it is now: who has come meanwhile is there."""
        key = (folder, day, folder.stat().st_mtime_ns)
        if key not in self._open:
            intake = Intake(self._course, folder, [find_day(self._course, day)], roster=self._roster)
            self._open[key] = intake.__enter__()
        self._open.move_to_end(key)
        while len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)[1].__exit__()
        return self._open[key]


def _work(submission: Submission, day: str, warning: str = "") -> Work:
    """Of a project also the modules of the days whose exercises count in it, and what is given; its own go before."""
    modules, texts = dict[str, str](), dict[str, str]()
    needs = submission.needs.get(day, ())
    files = submission.laid_out if needs else submission.files
    for folder in (*needs, day):
        for name, data in sorted(files.items()):
            home, _, file = name.partition("/")
            if home == folder and file.endswith(".py"):
                modules[file.removesuffix(".py")] = data.decode("utf-8", "replace")
            elif home == day and file in TEXTS:
                lines = without_notes(as_text(data)).splitlines()[:MOST_LINES]
                texts[file] = "\n".join(shortened(shown(line), LONGEST_PARAGRAPH) for line in lines)
    return Work(modules, texts, warning, submission.note)


def code_of(module: str, qualname: str = "") -> list[Line]:
    """The lines of a module, or of a function or class in it; none where there is no such thing.

    The cut is by lines, so it also works where Python cannot read the module.
    """
    lines, number = [], 1
    for name, text in split_blocks(module).items():
        rows = lines_of(text)
        if not qualname or is_part_of(name, qualname):
            lines += [(number + at, row) for at, row in enumerate(rows)]
        number += len(rows)
    while lines and not lines[-1][1].strip():
        lines.pop()
    kept = lines[:MOST_LINES]
    html = _as_html([_plain(text) for _, text in kept])
    found = [Line(at, one) for (at, _), one in zip(kept, html, strict=True)]
    if len(lines) > len(kept):
        found.append(Line(kept[-1][0] + 1, Markup(f"… and {len(lines) - len(kept)} lines more")))
    return found


def _plain(line: str) -> str:
    """A line in which nothing moves or hides what stands around it, such as marks that turn the direction of text."""
    return shortened(shown(line.rstrip("\r\n").expandtabs(8)), LONGEST_LINE)


def _as_html(lines: Sequence[str]) -> list[Markup]:
    """Coloured and escaped, line by line."""
    text = "".join(f"{line}\n" for line in lines)
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    html = highlight(text, lexer, HtmlFormatter(nowrap=True)).split("\n")
    return [Markup(line) for line in html[: len(lines)]]
