"""The settings files of a student release, made from those of the course: ``course.toml``, ``pyproject.toml``,
``exercises.toml``.

Sections are taken over as their author wrote them, or not at all; what is not named here stays behind.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from course.catalog import Day
from course.errors import CourseError

_HEADER = re.compile(r"^\[.*\]", re.MULTILINE)
_COURSE_SECTIONS = ("[course]", "[parts]", "[limits]")
_PROJECT_SECTIONS = ("[build-system]", "[project.scripts]", "[tool.setuptools", "[tool.pytest", "[tool.ruff")
_NAME = re.compile(r'^name\s*=\s*"([^"]+)".*$', re.MULTILINE)
_DAYS = re.compile(r"^days\s*=\s*\[[^\]]*\].*\n", re.MULTILINE)
_EXTRAS = ("student", "torch")  # the extras of the course's pyproject.toml that students install


def course_settings(text: str, days: Collection[str]) -> str:
    """``course.toml`` with these days only, whether or not the source calls them drafts."""
    head, sections = _sections(text)
    kept = [head.rstrip() + "\n\n"] if head.strip() else []
    for section in sections:
        if section.startswith(("[[day]]", "[[project]]")):
            [[entry]] = tomllib.loads(section).values()
            if entry["name"] in days:
                kept.append(re.sub(r"^draft\s*=.*\n", "", section, flags=re.MULTILINE))
        elif section.startswith(_COURSE_SECTIONS):
            kept.append(_DAYS.sub("", section))  # all that are here belong to the course
    return "".join(kept).rstrip() + "\n"


def project_settings(text: str, title: str, version: str) -> str:
    """``pyproject.toml`` for a clone: what students install, how pytest and ruff are set."""
    project: Mapping[str, Any] = tomllib.loads(text).get("project", {})
    try:
        needed: Sequence[str] = project["dependencies"]
        name, python = project["name"], project["requires-python"]
    except KeyError as missing:
        raise CourseError(f"pyproject.toml: [project] lacks the entry {missing}.") from None
    found = project.get("optional-dependencies", {})
    extras = "".join(f"{name} = {_list(found[name])}\n" for name in _EXTRAS if name in found)
    _, sections = _sections(text)
    made = [
        "# Made by `course release student`. Your work is graded with the versions in constraints.txt.\n",
        "[project]\n"
        f"name = {json.dumps(name)}\n"
        f"version = {json.dumps(version)}\n"
        f"description = {json.dumps(title, ensure_ascii=False)}\n"
        'readme = "README.md"\n'
        f"requires-python = {json.dumps(python)}\n"
        'classifiers = ["Private :: Do Not Upload"]\n'
        f"dependencies = {_list(needed)}\n\n"
        "[project.optional-dependencies]\n"
        f"{extras}",
    ]
    kept = [s for s in sections if s.startswith(_PROJECT_SECTIONS) and "package-data" not in s]
    return "\n".join([*made, *(section.rstrip() + "\n" for section in kept)])


def exercise_settings(text: str, day: Day) -> str:
    """``exercises.toml`` that says what the hidden checks of an exercise are worth, since they are not there."""
    hidden = {e.name: [c.points for c in e.checks if c.hidden] for e in day.exercises}

    def with_points(match: re.Match[str]) -> str:
        points = hidden.get(match.group(1))
        added = f"\nhidden_points = {sum(points)}  # given when your work is graded" if points else ""
        return match.group(0) + added

    made = _NAME.sub(with_points, text)
    said = {entry["name"]: entry.get("hidden_points") for entry in tomllib.loads(made)["exercise"]}
    if said != {name: sum(points) if points else None for name, points in hidden.items()}:
        raise CourseError(f'tests/{day.name}/exercises.toml: write every name = "…" on a line of its own.')
    return made


def _list(words: Sequence[str]) -> str:
    return "[\n" + "".join(f"    {json.dumps(word)},\n" for word in words) + "]" if words else "[]"


def _sections(text: str) -> tuple[str, list[str]]:
    """What stands above the first header, and every section from its header on."""
    starts = [header.start() for header in _HEADER.finditer(text)]
    ends = [*starts[1:], len(text)]
    head = text[: starts[0]] if starts else text
    return head, [text[start:end] for start, end in zip(starts, ends, strict=True)]
