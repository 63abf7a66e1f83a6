"""Results of `course grade` written into an nbgrader course, where formgrader, manual grading and
`nbgrader export` go on from them.

Into the gradebook go the points of every exercise, what coming late costs, and a comment per answer; into
``autograded/`` a notebook per submission with the verdicts in the places where nbgrader's own would stand; into
``feedback/`` a page for the student. Hidden checks stay hidden in all of them.
"""

from __future__ import annotations

import html
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.catalog import Course, Day
from course.errors import CourseError
from course.files import write_atomically
from course.notebooks.converting import merge_own_cells
from course.notebooks.gradebooks import open_api
from course.notebooks.handed_in import choose_notebook
from course.notebooks.modules import answer_cells
from course.notebooks.outline import Outline, read_outline, written_names
from course.notebooks.pieces import split
from course.notebooks.reading import Notebook, UnreadableNotebookError, read_notebook
from course.results.feedback import feedback_page, report
from course.results.names import is_text, shown
from course.results.reading import Record, read_record, record_files

NOTHING_THERE = ("not_gradable", "rejected")


@dataclass
class Written:
    """How many submissions went into the gradebook; the days it knows nothing of, and students whose names are no
    text in UTF-8, which its database cannot hold.
    """

    submissions: int = 0
    unknown: set[str] = field(default_factory=set)
    nameless: list[str] = field(default_factory=list)


def write_scores(
    course: Course,
    out: Path,
    target: Path,
    *,
    started: Callable[[int], None] = lambda _: None,
    done: Callable[[str], None] = lambda _: None,
) -> Written:
    """Write the results in ``out`` into the nbgrader course ``target``; what people graded there stays.

    Raises CourseError when ``target`` is no nbgrader course or was made from another release.
    """
    files = record_files(out)
    written = Written()
    with open_api(target) as api, api.gradebook as gradebook:
        known = {
            assignment.name: _Assignment(course, target, gradebook, assignment)
            for assignment in gradebook.assignments
        }
        started(len(files))
        for path in files:
            record = read_record(path)
            if not is_text(record["student"]):
                written.nameless.append(shown(record["student"]))
                continue
            for entry in record["days"]:
                if entry["day"] not in known:
                    written.unknown.add(entry["day"])
                elif known[entry["day"]].write(record, entry):
                    written.submissions += 1
            done(record["student"])
    return written


class _Assignment:
    """One day of the course in the gradebook."""

    def __init__(self, course: Course, target: Path, gradebook: Any, assignment: Any) -> None:
        self._target = target
        self._gradebook = gradebook
        self._name: str = assignment.name
        # Asked grade by grade, nbgrader's own `name` costs a query each.
        self._cells: dict[str, str] = {
            cell.id: cell.name
            for notebook in assignment.notebooks
            for cell in (*notebook.grade_cells, *notebook.solution_cells)
        }
        self._day = next((day for day in course.days if day.name == self._name), None)
        self._course = course
        self._outline: Outline | None = None
        self._frame: Notebook | None = None

    def write(self, record: Record, entry: Mapping[str, Any]) -> bool:
        """One submission; False when there was none."""
        student = str(record["student"])
        handed_in = self._target / "submitted" / student / self._name
        outcomes = {test["outcome"] for exercise in entry["exercises"] for test in exercise["tests"]}
        if self._day is None or (outcomes <= set(NOTHING_THERE) and not handed_in.is_dir()):
            return False
        self._write_gradebook(student, entry, _timestamp(handed_in))
        if self._frame is None or self._outline is None:
            self._frame = self._read_frame()
            self._outline = read_outline(self._course, self._day)
        notebook = _submitted(handed_in, self._day)
        answers = (
            answer_cells(notebook, self._outline) if notebook else _answers_in_modules(handed_in, self._day)
        )
        path = self._target / "autograded" / student / self._name / f"{self._name}.ipynb"
        write_atomically(path, _autograded(self._frame, entry, answers, notebook))
        if (handed_in / "timestamp.txt").is_file():
            write_atomically(
                path.with_name("timestamp.txt"), (handed_in / "timestamp.txt").read_text(encoding="utf-8")
            )
        page = self._target / "feedback" / student / self._name / f"{self._name}.html"
        write_atomically(page, feedback_page(self._day, record, entry, answers))
        return True

    def _write_gradebook(self, student: str, entry: Mapping[str, Any], timestamp: str | None) -> None:
        book = self._gradebook
        book.update_or_create_student(student)
        book.update_or_create_submission(
            self._name, student, **({"timestamp": timestamp} if timestamp else {})
        )
        submitted = book.find_submission_notebook(self._name, self._name, student)
        scores = {_check_cell(exercise["exercise"]): exercise for exercise in entry["exercises"]}
        grades = {self._cells.get(grade.cell_id): grade for grade in submitted.grades}
        missing = sorted(scores.keys() - grades.keys())
        if missing:
            raise CourseError(
                f"The gradebook in {self._target} has no cell {missing[0]!r}: it was made from another release; "
                "make a new one with `course release nbgrader`, or grade with the course that it was made from."
            )
        for name, exercise in scores.items():
            grades[name].auto_score = float(exercise["score"])
            grades[name].needs_manual_grade = grades[name].manual_score is not None
        comments = _comments(entry)
        for comment in submitted.comments:
            comment.auto_comment = comments.get(self._cells.get(comment.cell_id, ""))
        submitted.late_submission_penalty = float(entry.get("late", {}).get("points", 0)) or None
        book.db.commit()

    def _read_frame(self) -> Notebook:
        path = self._target / "release" / self._name / f"{self._name}.ipynb"
        try:
            return read_notebook(path)
        except UnreadableNotebookError as why:
            raise CourseError(
                f"{path} {why}; run `nbgrader generate_assignment {self._name}` there."
            ) from None


def _autograded(
    frame: Notebook, entry: Mapping[str, Any], answers: Mapping[str, str], notebook: Notebook | None
) -> str:
    """The release's own notebook with the student's answers, their other cells, and the verdicts."""
    verdicts = {_check_cell(exercise["exercise"]): exercise for exercise in entry["exercises"]}
    cells = []
    for plain in frame.plain["cells"]:
        cell, nbgrader = dict(plain), plain["metadata"].get("nbgrader", {})
        name = nbgrader.get("grade_id", "")
        if nbgrader.get("solution"):
            cell["source"] = answers.get(name, "")
        elif name in verdicts:
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": report(verdicts[name])}]
        cells.append(cell)
    merged = list(merge_own_cells(cells, notebook, trusted=False)) if notebook else cells
    return json.dumps({**frame.plain, "cells": merged}, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _check_cell(exercise: str) -> str:
    return f"{exercise.replace('.', '-')}-checks"


def _timestamp(handed_in: Path) -> str | None:
    """When it was handed in, as nbgrader wrote it down."""
    try:
        return (handed_in / "timestamp.txt").read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def _submitted(handed_in: Path, day: Day) -> Notebook | None:
    names = os.listdir(handed_in) if handed_in.is_dir() else []
    name, _ = choose_notebook(names, day)
    try:
        return read_notebook(handed_in / name) if name else None
    except UnreadableNotebookError:
        return None


def _answers_in_modules(handed_in: Path, day: Day) -> dict[str, str]:
    """The answers where modules were handed in."""
    answers: dict[str, str] = {}
    for module, names in written_names(day).items():
        path = handed_in / f"{module}.py"
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        answers |= {f"{module}-{piece.name}": piece.text for piece in split(text, names) if piece.name}
    return answers


def _comments(entry: Mapping[str, Any]) -> dict[str, str]:
    """A comment per answer: the first thing to mend in each of its exercises. It is shown as HTML, so it is escaped."""
    said: dict[str, list[str]] = {}
    for exercise in entry["exercises"]:
        module, _, name = exercise["exercise"].partition(".")
        failed = [test for test in exercise["tests"] if test["outcome"] != "passed" and test["message"]]
        words = said.setdefault(f"{module}-{name.partition('.')[0]}", [])
        words += [f"{name}: {html.escape(shown(failed[0]['message'].splitlines()[0]))}"] if failed else []
    return {cell: "\n\n".join(words) or "All checks passed." for cell, words in said.items()}
