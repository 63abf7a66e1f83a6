"""What every exercise must have, read from the catalogue, the sheet and the answers; nothing is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from course.catalog import Course, Day, Exercise, Selection
from course.catalog.rubrics import FILE as RUBRIC
from course.catalog.rubrics import OF_PROJECTS, read_rubric
from course.errors import CourseError
from course.release.drafts import MARK
from course.testing.answers import Answer
from course.verify.findings import Finding
from course.verify.trials import answers_of

MISCONCEPTIONS = 3
VARIANTS = 2
HINTS = 2
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def unfinished(course: Course, selection: Selection) -> Iterator[Finding]:
    """What `course new` has marked FILL and nobody has written: a finding per exercise, and one for the day."""
    day = selection.day
    if not day.exercises:
        says = f"has no exercise yet; `course new {day.number}/module.function` writes the frame of one."
        yield Finding("unfinished", day.name, says)
    places: dict[str, dict[str, list[str]]] = {}
    for path in _written_by_hand(course, day):
        where = str(path.relative_to(course.root))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            for name in MARK.findall(line):
                places.setdefault(name, {}).setdefault(where, []).append(str(number))
    for name in (day.name, *(exercise.name for exercise in selection.exercises)):
        if name in places:
            files = (f"{where}:{','.join(lines)}" for where, lines in places[name].items())
            yield Finding("unfinished", name, f"is still to be filled at {'; '.join(files)}.")


def _written_by_hand(course: Course, day: Day) -> Iterator[Path]:
    yield from course.source_files(day).values()
    yield from sorted(course.tests(day).glob("*.py"))
    yield course.tests(day) / "exercises.toml"
    if course.sheet(day).is_file():
        yield course.sheet(day)


def incomplete(course: Course, selection: Selection, answers: Sequence[Answer]) -> Iterator[Finding]:
    """Everything that is missing."""
    day = selection.day
    anchors = heading_anchors(course.sheet(day).read_text("utf-8")) if course.sheet(day).is_file() else None
    if anchors is None:
        yield Finding("catalogue", day.name, f"{day.name}/README.md is missing; every day has a sheet.")
    for exercise in selection.exercises:
        for says in _lacks(exercise, answers, anchors):
            yield Finding("catalogue", exercise.name, says)
    rubrics = [course.tests(day) / RUBRIC, *([course.root / "tests" / OF_PROJECTS] if day.is_project else [])]
    for rubric in filter(Path.is_file, rubrics):
        try:
            read_rubric(rubric, day.name)
        except CourseError as error:
            yield Finding("catalogue", day.name, f"has a rubric that cannot be used: {error}")


def _lacks(exercise: Exercise, answers: Sequence[Answer], anchors: set[str] | None) -> Iterator[str]:
    if not exercise.title.strip():
        yield "has no title."
    if len(exercise.hints) < HINTS or not all(hint.strip() for hint in exercise.hints):
        yield f"has {len(exercise.hints)} hint level(s); write at least {HINTS}, each a little closer."
    if exercise.optional and exercise.max_score:
        yield "is optional, but its tests carry points; give them points(0)."
    if not exercise.optional and any(check.points == 0 for check in exercise.checks):
        yield "has a test without points, though it is not optional."
    if anchors is not None and exercise.sheet not in anchors:
        yield f"names the section {exercise.sheet!r}, but no heading of the sheet has that anchor."
    wrong = len({answer.name for answer in answers_of(answers, exercise, "misconception")})
    if wrong < MISCONCEPTIONS:
        yield f"has {wrong} misconception(s); at least {MISCONCEPTIONS} are wanted."
    right = len(answers_of(answers, exercise, "variant"))
    if right < VARIANTS:
        yield f"has {right} variant(s); at least {VARIANTS} are wanted."


def heading_anchors(markdown: str) -> set[str]:
    """The anchors that GitHub gives to the headings of a Markdown text; repeated ones are numbered."""
    anchors: set[str] = set()
    fenced = False
    for line in markdown.splitlines():
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        match = _HEADING.match(line)
        if match is None or fenced:
            continue
        words = _LINK.sub(r"\1", match.group(1)).lower()
        anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        number = 0
        while (numbered := f"{anchor}-{number}" if number else anchor) in anchors:
            number += 1
        anchors.add(numbered)
    return anchors
