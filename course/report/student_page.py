"""The page of one student. Hidden tests appear only with the kind of their mistake, whatever the record says, and
notes, which are for staff, not at all: what a student should know of them, the verdicts say.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from course.grading.picturing import LARGEST_PICTURE, are_of, picture_folder
from course.report.class_figures import ClassFigures, share_of
from course.report.pages import CourseNames, environment
from course.report.terminal import LABELS
from course.results.names import shown
from course.results.reading import Adjustment, Appeal, Record, counted_days, day_totals, totals
from course.testing.results import is_untouched, verdict_of

ENOUGH_FOR_A_MEAN = 10  # who handed in, not who is on the roster: the mean is over the former
_OF_HIDDEN = "A hidden check of this exercise"
MOST_PICTURES = 12  # beside those of the days


def student_page(
    names: CourseNames,
    out: Path,
    record: Record,
    adjustments: Sequence[Adjustment],
    figures: ClassFigures,
    made: str,
    appeals: Sequence[Appeal] = (),
) -> str:
    days = list(told_days(names, record, adjustments, figures, appeals))
    pictures = picture_folder(out, record["student"])
    drawn = names.pictures if are_of(out, record) else {}
    template = environment().get_template("student.html")
    return template.render(
        course=names.course,
        student=shown(record["student"]),
        person=shown(record.get("person", {}).get("name", "")),
        made=made,
        sums=totals(record, adjustments),
        class_means=any(one["mean"] is not None for day in days for one in day["exercises"]),
        days=[day | {"pictures": list(_embedded(pictures, drawn.get(day["name"], {})))} for day in days],
        pictures=list(_embedded(pictures, _others(names, pictures))),
        seed=record["seed"],
        isolation=record.get("isolation", []),
        suite=record.get("suite", ""),
        submission=record.get("submission", ""),
    )


def told_days(
    names: CourseNames,
    record: Record,
    adjustments: Sequence[Adjustment],
    figures: ClassFigures | None = None,
    appeals: Sequence[Appeal] = (),
) -> Iterator[dict[str, Any]]:
    """What a student is told of each day, in whatever form: of hidden tests only how many ended in which way."""
    for day in counted_days(record, adjustments):
        yield _day(names, day, adjustments, figures, appeals)


def _day(
    names: CourseNames,
    day: dict[str, Any],
    adjustments: Sequence[Adjustment],
    figures: ClassFigures | None,
    appeals: Sequence[Appeal],
) -> dict[str, Any]:
    given = [one for one in adjustments if one.day == day["day"]]
    asked = [one for one in appeals if one.day == day["day"]]
    return {
        "name": day["day"],
        "title": names.days.get(day["day"], day["day"]),
        "sums": day_totals(day, given),
        "late": day.get("late", {}).get("reason", ""),
        "comments": [one for one in given if not one.exercise],
        "criteria": {one.criterion: names.criterion(one.day, one.criterion) for one in given},
        "appeals": [one for one in asked if not one.exercise],
        "exercises": [_exercise(names, day["day"], one, given, figures, asked) for one in day["exercises"]],
    }


def _exercise(
    names: CourseNames,
    day: str,
    exercise: dict[str, Any],
    given: Sequence[Adjustment],
    figures: ClassFigures | None,
    asked: Sequence[Appeal],
) -> dict[str, Any]:
    tests = exercise["tests"]
    failed = [test for test in tests if test["outcome"] != "passed"]
    hidden: dict[str, int] = {}
    shown = []
    for test in failed:
        label = LABELS[verdict_of(test)]
        # The record knows best: a check may have got another name since, or be no longer hidden.
        if (
            test.get("hidden")
            or (day, test["test"]) in names.hidden
            or test["message"].startswith(_OF_HIDDEN)
        ):
            hidden[label] = hidden.get(label, 0) + 1
        else:
            shown.append(_failed(test, label))
    return {
        "name": exercise["exercise"],
        "title": names.exercises.get((day, exercise["exercise"]), exercise["exercise"]),
        "score": exercise["score"],
        "max_score": exercise["max_score"],
        "share": share_of(exercise),
        "mean": _class_mean(figures, day, exercise["exercise"]),
        "comments": [one for one in given if one.exercise == exercise["exercise"]],
        "appeals": [one for one in asked if one.exercise == exercise["exercise"]],
        "untouched": all(map(is_untouched, tests)),
        "failed": shown,
        "hidden": list(hidden.items()),
        "passed": len(tests) - len(failed),
        "tests": len(tests),
    }


def _class_mean(figures: ClassFigures | None, day: str, exercise: str) -> float | None:
    """The mean share of those who handed the day in, from 0 to 1; None where they are so few that one of them could
    work out what another has.
    """
    found = figures.exercises[day, exercise] if figures else None
    return found.share if found and found.students >= ENOUGH_FOR_A_MEAN else None


def _failed(test: dict[str, Any], label: str) -> dict[str, Any]:
    """A failed test: its first sentence as text, numbers and tracebacks below it as they are."""
    first, _, rest = test["message"].partition("\n")
    return {
        "name": test["test"],
        "label": label,
        "max_points": test["max_points"],
        "first": first,
        "rest": rest.strip("\n"),
    }


def _others(names: CourseNames, folder: Path) -> dict[str, str]:
    """Pictures that somebody laid into the student's folder, with their names as captions."""
    found = sorted(folder.glob("*.png")) + sorted(folder.glob("*.gif")) if folder.is_dir() else []
    drawn = {file for day in names.pictures.values() for file in day}
    others = {path.name: path.stem.replace("_", " ") for path in found if path.name not in drawn}
    return dict(list(others.items())[:MOST_PICTURES])


def _embedded(folder: Path, captions: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Caption and source of those files that are there, as part of the page. Only PNG and GIF: they hold nothing that
    a browser would carry out.
    """
    for name, caption in captions.items():
        path = folder / name
        small = path.is_file() and path.stat().st_size <= LARGEST_PICTURE
        data = path.read_bytes() if small else b""
        kind = "png" if data.startswith(b"\x89PNG\r\n") else "gif" if data.startswith(b"GIF8") else ""
        if kind:
            yield caption, f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
