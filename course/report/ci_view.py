"""What ``course ci`` tells a host: files for any, and what GitHub and GitLab show beside the code.

Whatever stems from student code is data here. It is escaped for each place, and while the screen is written GitHub
carries out no line of it.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from course.files import write_atomically
from course.report.summary import summary
from course.report.terminal import LABELS
from course.results.junit_xml import Suite, write_suites
from course.testing.results import DayResult, ExerciseResult, RunResult

MOST_ANNOTATIONS = 10  # that GitHub shows of one step
_LONGEST = 600  # characters of one


@dataclass(frozen=True)
class Finding:
    """A place in the student's code and what is wrong there."""

    path: str
    line: int
    title: str
    message: str


def write_files(result: RunResult | None, out: Path, work: Path) -> None:
    """``result.json``, ``junit.xml``, ``summary.md`` and, for GitLab, ``codequality.json`` into ``out``."""
    plain: dict[str, Any] = result.to_plain(public=True) if result else _NOTHING
    write_atomically(out / "result.json", json.dumps(plain, indent=1, ensure_ascii=False) + "\n")
    write_suites([_suite(plain)], out / "junit.xml")
    write_atomically(out / "summary.md", as_summary(result))
    found = [_quality(one) for one in findings(result, work)] if result else []
    write_atomically(out / "codequality.json", json.dumps(found, indent=1) + "\n")


def _suite(plain: dict[str, Any]) -> Suite:
    tests = [
        (day["day"], exercise["exercise"], test)
        for day in plain["days"]
        for exercise in day["exercises"]
        for test in exercise["tests"]
    ]
    return Suite("course", {name: plain[name] for name in ("seed", "score", "max_score")}, tests)


_NOTHING: dict[str, Any] = {"seed": 0, "score": 0, "max_score": 0, "days": []}
NOTHING = "Nothing to check: no day that was begun has changed."


def as_summary(result: RunResult | None) -> str:
    return summary(result) if result else f"{NOTHING}\n"


def statuses(result: RunResult) -> str:
    """A line per day such as ``day03 14/20 failure``: what a commit's status needs, and nothing of student code."""
    return "".join(f"{day.day.number} {day.score}/{day.max_score} {_state(day)}\n" for day in result.days)


def _state(day: DayResult) -> str:
    return "success" if day.score == day.max_score else "failure"


# GitHub


@contextmanager
def no_commands(environment: Mapping[str, str]) -> Iterator[None]:
    """While the block prints, GitHub's runner takes no line for a command; elsewhere nothing is special."""
    if not _is_github(environment):
        yield
        return
    token = secrets.token_hex(16)
    click.echo(f"::stop-commands::{token}")
    try:
        yield
    finally:
        click.echo(f"\n::{token}::")


def tell_host(result: RunResult | None, work: Path, environment: Mapping[str, str] = os.environ) -> None:
    """Annotations, the page of the run and the statuses, where GitHub's runner says where to."""
    if not _is_github(environment):
        return
    for finding in (findings(result, work) if result else [])[:MOST_ANNOTATIONS]:
        about = f"file={_property(finding.path)},line={finding.line},title={_property(finding.title)}"
        click.echo(f"::error {about}::{_data(finding.message)}")
    _append(environment.get("GITHUB_STEP_SUMMARY", ""), as_summary(result))
    if result:
        _append(environment.get("GITHUB_OUTPUT", ""), _output("statuses", statuses(result)))


def _is_github(environment: Mapping[str, str]) -> bool:
    return environment.get("GITHUB_ACTIONS") == "true"


def _append(place: str, text: str) -> None:
    if place:
        with Path(place).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)


def _output(name: str, value: str) -> str:
    """Several lines as GitHub reads them, up to a word that nobody can have foreseen."""
    end = secrets.token_hex(16)
    return f"{name}<<{end}\n{value}{end}\n"


def _data(text: str) -> str:
    """Source: the escapes of actions/toolkit, packages/core/src/command.ts."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


# GitLab


def _quality(finding: Finding) -> dict[str, Any]:
    """An entry of a code quality report, which GitLab shows at the line in a merge request."""
    mark = hashlib.sha256(f"{finding.path}\0{finding.title}".encode()).hexdigest()
    place = {"path": finding.path, "lines": {"begin": finding.line}}
    said = {"description": f"{finding.title}: {finding.message}", "check_name": "course"}
    return {**said, "fingerprint": mark, "severity": "major", "location": place}


# Where


def findings(result: RunResult, work: Path) -> list[Finding]:
    """The first failing check of each exercise that was begun, at the line that it names or else at the definition."""
    found = []
    for day in result.days:
        for exercise in day.exercises:
            if exercise.is_wrong:
                found.append(_finding(day, exercise, work))
    return found


def _finding(day: DayResult, exercise: ExerciseResult, work: Path) -> Finding:
    failure = exercise.first_failure
    assert failure is not None
    path = f"{day.day.name}/{exercise.exercise.module}.py"
    named = re.findall(rf"(?m)^\W*(?:in )?{re.escape(path)}, line (\d+)", failure.public_message)
    line = (
        int(named[-1]) if named and len(named[-1]) < 7 else _defined(work / path, exercise.exercise.qualname)
    )
    text = "".join(sign if sign == "\n" or sign.isprintable() else "?" for sign in failure.public_message)
    title = f"{exercise.exercise.qualname}: {LABELS[failure.verdict]}"
    return Finding(path, line, title, text[:_LONGEST])


def _defined(path: Path, qualname: str) -> int:
    """The line at which an exercise begins in a student's file; 1 where it cannot be found."""
    try:
        body: list[ast.stmt] = ast.parse(path.read_bytes()).body
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return 1
    line = 1
    for name in qualname.split("."):
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name:
                line, body = node.lineno, node.body
    return line
