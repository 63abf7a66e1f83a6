"""The result of ``course check`` as Markdown, for the page of a workflow run.

Whatever came from student code stands in ``<pre>`` with its signs escaped, so that it is text on any page and
nothing else: no heading, no link, no picture.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from course.report.terminal import LABELS
from course.testing.results import DayResult, ExerciseResult, RunResult

MARKS = {"passed": "✅", "not_implemented": "⬜"}
LONGEST = 3000  # characters of one message


def summary(result: RunResult) -> str:
    """A table per day, then the first failing check of every exercise."""
    lines = [f"## {result.score} of {result.max_score} points", ""]
    for day in result.days:
        lines += [*_table(day), ""]
    for project, sentences in result.missing.items():
        lines += [*_lacking(project, sentences), ""]
    failed = [(day, exercise) for day in result.days for exercise in day.exercises if exercise.is_wrong]
    for day, exercise in failed:
        lines += [*_failure(day, exercise), ""]
    isolation = ", ".join(result.isolation) or "none"
    lines.append(
        f"Seed {result.seed}, isolation: {isolation}. The grade of record is computed by your teachers."
    )
    return "\n".join(lines) + "\n"


def _table(day: DayResult) -> Iterator[str]:
    hidden = sum(exercise.exercise.hidden_points for exercise in day.exercises)
    more = f", {hidden} more by hidden checks when it is graded" if hidden else ""
    yield f"### {day.day.name} · {day.day.title}: {day.score} of {day.max_score} points{more}"
    yield ""
    yield "| | exercise | points | |"
    yield "|---|---|---|---|"
    for exercise in day.exercises:
        failure = exercise.first_failure
        verdict = failure.verdict if failure else "passed"
        points = "optional" if exercise.exercise.optional else f"{exercise.score}/{exercise.max_score}"
        mark, label = MARKS.get(verdict, "❌"), LABELS[verdict]
        if not exercise.checks:
            mark, points, label = "⬜", "-", "when graded"
        yield f"| {mark} | `{exercise.exercise.name}` | {points} | {label} |"


def _lacking(project: str, sentences: Sequence[str]) -> Iterator[str]:
    """What a project is still without, which costs no points here."""
    if not sentences:
        yield f"`{project}` is complete: report and results are there."
        return
    yield f"`{project}` is not complete:"
    yield ""
    text = "\n".join(" ".join(one.split())[:LONGEST] for one in sentences)
    yield f"<pre>{_plain(text)}</pre>"


def _failure(day: DayResult, exercise: ExerciseResult) -> Iterator[str]:
    failure = exercise.first_failure
    assert failure is not None
    name = f"{day.day.number}/{exercise.exercise.qualname}"
    yield f"<details><summary><code>{name}</code>: {failure.check.name}</summary>"
    yield ""
    text = failure.message[:LONGEST]
    if failure.output.strip():
        text += f"\n\nprinted\n{failure.output.strip()[:LONGEST]}"
    yield f"<pre>{_plain(text)}</pre>"
    yield ""
    yield "</details>"


def _plain(text: str) -> str:
    """Text that is shown as it is: no control signs, no HTML, and no line that a runner takes for a command."""
    shown = "".join(sign if sign == "\n" or sign.isprintable() else "�" for sign in text)
    return html.escape(shown).replace("::", ":&#58;").replace("##[", "##&#91;")
