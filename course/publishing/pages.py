"""What a student is told, once as a page and once as text, whatever way it takes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.catalog import Course, Day
from course.report.class_figures import ClassFigures
from course.report.pages import CourseNames
from course.report.student_page import student_page, told_days
from course.results.lateness import number
from course.results.names import one_line, shown
from course.results.reading import Adjustment, Appeal, Record, read_record, record_files, totals

_LONGEST = 1500  # characters of one message, in text


@dataclass(frozen=True)
class Page:
    """One student's feedback. ``name`` is what the page calls the student: a pseudonym, where one was asked for."""

    student: str
    name: str
    subject: str
    page: str
    text: str
    markdown: str
    record: Record
    points: float

    @property
    def digest(self) -> str:
        """Of what is told, so that nobody is told the same twice."""
        return hashlib.sha256(f"{self.name}\n{self.text}".encode("utf-8", "replace")).hexdigest()[:16]


def write_pages(
    course: Course,
    out: Path,
    days: Sequence[Day],
    adjustments: dict[str, list[Adjustment]],
    names_of: dict[str, str],
    made: str,
    appeals: dict[str, list[Appeal]] | None = None,
) -> Iterator[Page]:
    """A page for each student with a result of these days, in the order of the files.

    ``names_of`` gives the name that a page bears, where that is another one.
    """
    names, figures = CourseNames(course), ClassFigures()
    chosen = {day.name for day in days}
    told_of = chosen | names.rubrics.keys() if len(chosen) == len(course.units) else chosen  # projects too
    for path in record_files(out):
        record = _of(read_record(path), chosen)
        figures.add(record, adjustments.get(record["student"], []))
    for path in record_files(out):
        record = _of(read_record(path), chosen)
        if not record["days"]:
            continue
        student: str = record["student"]
        given = [one for one in adjustments.get(student, []) if one.day in told_of]
        asked = [one for one in (appeals or {}).get(student, []) if one.day in told_of]
        name: str = names_of.get(student) or student
        sums = totals(record, given)
        told = list(told_days(names, record, given, appeals=asked))
        words = _Words(course.title, name, sums.total, sums.max_score, told)
        subject = (
            f"{course.title}: feedback on {', '.join(day['day'].partition('_')[0] for day in record['days'])}"
        )
        page = student_page(names, out, record | {"student": name}, given, figures, made, asked)
        yield Page(student, name, subject, page, words.text(), words.markdown(), record, sums.total)


def _of(record: Record, days: set[str]) -> Record:
    return {**record, "days": [day for day in record["days"] if day["day"] in days]}


@dataclass(frozen=True)
class _Words:
    """The same in words."""

    title: str
    name: str
    total: float
    max_score: float
    days: Sequence[dict[str, Any]]

    def text(self) -> str:
        lines = [f"{self.title}: {shown(self.name)}", self._sum(), ""]
        for day in self.days:
            lines += [f"{day['name']} · {day['title']}: {_points(day['sums'])}", *_remarks(day, "  ")]
            for one in day["exercises"]:
                lines.append(f"  {one['name']}  {number(one['score'])}/{number(one['max_score'])}")
                lines += _remarks(one, "      ")
                if one["untouched"]:
                    lines.append("      not written yet")
                    continue
                for test in one["failed"]:
                    lines.append(f"      {test['name']}: {test['label']}")
                    lines += [f"        {line}" for line in _message(test).splitlines()]
                lines += [f"      hidden checks: {count} {label}" for label, count in one["hidden"]]
            lines.append("")
        return "\n".join(lines)

    def markdown(self) -> str:
        lines = [f"## {_plain(self.title)}: {_plain(self._sum())}", ""]
        for day in self.days:
            lines += [f"### {day['name']} · {_plain(day['title'])}: {_points(day['sums'])}", ""]
            lines += [f"{_plain(line)}\n" for line in _remarks(day, "")]
            lines += ["| exercise | points | |", "|---|---|---|"]
            for one in day["exercises"]:
                label = (
                    one["failed"][0]["label"] if one["failed"] else "hidden" if one["hidden"] else "passed"
                )
                label = "not written yet" if one["untouched"] else label
                lines.append(
                    f"| `{one['name']}` | {number(one['score'])}/{number(one['max_score'])} | {label} |"
                )
            lines.append("")
            for one in day["exercises"]:
                if not one["untouched"]:
                    lines += _details(one)
        return "\n".join(lines) + "\n"

    def _sum(self) -> str:
        return f"{number(self.total)} of {number(self.max_score)} points"


def _details(exercise: dict[str, Any]) -> Iterator[str]:
    yield from (f"{_plain(line)}\n" for line in _remarks(exercise, f"{exercise['name']}: "))
    for test in exercise["failed"]:
        yield f"<details><summary><code>{exercise['name']}</code>: {test['name']}, {test['label']}</summary>\n"
        yield f"<pre>{_plain(_message(test))}</pre>\n"
        yield "</details>\n"
    for label, count in exercise["hidden"]:
        yield f"`{exercise['name']}`: hidden checks: {count} {label}\n"


def _points(sums: Any) -> str:
    return f"{number(sums.total)} of {number(sums.max_score)} points"


def _remarks(one: dict[str, Any], before: str) -> list[str]:
    late = [f"{before}handed in: {one['late']}"] if one.get("late") else []
    given = [f"{before}{_by_hand(said)}" for said in one["comments"]]
    return late + given + [f"{before}{line}" for asked in one["appeals"] for line in _talk(asked)]


def _by_hand(one: Adjustment) -> str:
    if one.criterion:
        return shown(one.words)
    return (
        f"by hand {one.points:+g}: {shown(one.comment)}" if one.points else f"comment: {shown(one.comment)}"
    )


def _talk(asked: Appeal) -> list[str]:
    answers = [f"answered: {one_line(one.says)}" for one in asked.answers] or ["not answered yet"]
    return [f"asked: {one_line(asked.says)}", *answers]


def _message(test: dict[str, Any]) -> str:
    text = f"{test['first']}\n{test['rest']}".strip()
    text = "".join(sign if sign == "\n" or sign.isprintable() else "?" for sign in text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


_SPELT = str.maketrans({sign: f"&#{ord(sign)};" for sign in "&<>@#`*_[|~!"})


def _plain(text: str) -> str:
    """Text that does nothing on a host's page: no HTML or Markdown, nobody is called by name, no line is a command."""
    return re.sub(r"(?m)^/", "&#47;", text.translate(_SPELT))
