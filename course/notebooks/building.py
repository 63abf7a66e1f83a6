"""The notebook of a day: the sheet, one cell to write in per exercise, one graded cell that checks it, the pictures.

The same function makes the instructor's source (with the solutions between nbgrader's markers) and the notebook
of a student who changes from modules to the notebook.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from course.catalog import Course, Day, Exercise, Limits
from course.errors import CourseError
from course.notebooks.checks import TestFile, full_points
from course.notebooks.outline import (
    PICTURES,
    Outline,
    Place,
    check_cell,
    needed_to_define,
    outline,
    picture_functions,
    refuse_names_from_below,
    refuse_shared_names,
    top_name,
    written_names,
)
from course.notebooks.pieces import SCRIPT, parse
from course.notebooks.sheets import Section, sections
from course.packages import load_nbformat

if TYPE_CHECKING:
    from nbformat import NotebookNode

KEY = "course"  # where a cell says, in its metadata, what it holds
_BEGIN = re.compile(r"^(\s*)### BEGIN SOLUTION[ :]*(.*)$")

_HOW_TO = """\
> **In this notebook** you write each function into its cell, run the cell (Shift+Enter), and run the check below it.
> A check sees only what you have run. Cells of your own are welcome anywhere. `%hint name` gives a hint, a little
> closer each time, `%explain name` shows the section of an exercise again. {whole}"""
_INSTALL = """\
# Run this cell first: it brings the checks of the day. Where the course is not installed, as in Colab, put the archive
# of its release beside this notebook before, student-….tar.gz: the course is then installed from it.
from importlib.util import find_spec

if find_spec("course") is None:
    !tar -xzf student-*.tar.gz
    %pip install --quiet ./student-*/

"""
_VALIDATE = "*Validate* runs everything from the top, as grading does."
_CONVERT = "`course convert {number}` carries your answers over to the files of the day, and back."


def day_notebook(course: Course, day: Day, texts: Mapping[str, str], *, locked: bool) -> NotebookNode:
    """The notebook of a day whose modules have these texts.

    With ``locked`` nbgrader keeps the given cells as they are (the source of a release); without it they are cells
    like others, for a student who changed them. Raises CourseError when the day cannot be a notebook.
    """
    return _Builder(course, day, texts, locked).build()


class _Builder:
    def __init__(self, course: Course, day: Day, texts: Mapping[str, str], locked: bool) -> None:
        self._course = course
        self._day = day
        self._locked = locked
        self._outline: Outline = outline(day, texts)
        if locked:
            refuse_shared_names(self._outline)
        self._waiting = {module: list(places) for module, places in self._outline.places.items()}
        self._tests: dict[str, TestFile] = {}
        self.cells: list[Any] = []

    def build(self) -> NotebookNode:
        v4 = load_nbformat().v4
        sheet, *rest = sections(self._course.sheet(self._day).read_text(encoding="utf-8"))
        self._markdown("sheet", sheet.text)
        whole = _VALIDATE if self._locked else _CONVERT.format(number=self._day.number)
        self._markdown("how-to", _HOW_TO.format(whole=whole))
        self._nbgrader_code("setup", self._setup())
        for section, exercises in self._sorted(rest):
            self._markdown(f"sheet-{section.anchor}", section.text)
            for exercise in exercises:
                self._exercise(exercise)
            if section.anchor == "the-pictures":
                self._pictures()
        self._pictures()
        if self._locked:
            codes = [cell.source for cell in self.cells if cell.cell_type == "code"]
            refuse_names_from_below(self._day, codes)
        return v4.new_notebook(cells=self.cells, metadata=self._metadata())

    def _metadata(self) -> dict[str, Any]:
        return {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
            KEY: {"day": self._day.name, "form": 1, "modules": self._ends()},
        }

    def _ends(self) -> dict[str, dict[str, str]]:
        """The modules of the day, and the blank end of each file, which stands in no cell."""
        places = self._outline.places
        return {m: {"end": p[-1].piece.lead if p and not p[-1].piece.text else ""} for m, p in places.items()}

    def _sorted(self, found: Sequence[Section]) -> Iterator[tuple[Section, list[Exercise]]]:
        """Sections with the exercises they explain; exercises without a section follow the last one."""
        number = self._section_numbers([section.anchor for section in found])
        for at, section in enumerate(found):
            yield section, [e for e in self._day.exercises if number[e.name] == at]
        left = [e for e in self._day.exercises if number[e.name] == len(found)]
        if left:
            yield Section("exercises", "## Exercises"), left

    def _section_numbers(self, anchors: Sequence[str]) -> dict[str, int]:
        """Where each exercise stands: in its section, or later when its definition needs that of an exercise there.

        A notebook runs from the top: a class in the annotation of a function must be there before the function.
        """
        needs = {
            p.piece.name: needed_to_define(p.piece.text) for p in self._outline.in_order if p.is_exercise
        }
        numbers: dict[str, int] = {}
        defined: dict[str, int] = {}
        for exercise in self._day.exercises:
            top = top_name(exercise)
            own = anchors.index(exercise.sheet) if exercise.sheet in anchors else len(anchors)
            number = max([own, *(defined[name] for name in needs.get(top, ()) if name in defined)])
            numbers[exercise.name] = number
            defined[top] = min(number, defined.get(top, number))
        return numbers

    def _setup(self) -> str:
        limits = {k: v for k, v in asdict(self._course.limits).items() if v != getattr(Limits(), k)}
        written = "".join(
            f'        "{m}": {json.dumps(names)},\n' for m, names in written_names(self._day).items()
        )
        return (
            f"{_INSTALL}from course.notebooks.kernel import start\n\n"
            f'start(\n    "{self._day.name}",\n    seed={self._course.seed},\n'
            + (f"    limits={json.dumps(limits)},\n" if limits else "")
            + f"    exercises={{\n{written}    }},\n)"
        )

    def _exercise(self, exercise: Exercise) -> None:
        first = any(p.piece.name == top_name(exercise) for p in self._waiting.get(exercise.module, ()))
        worth = full_points(exercise)
        points = "optional" if exercise.optional else f"{worth} point{'s' * (worth != 1)}"
        text = f"### {exercise.title} · {points}\n\nWrite `{exercise.qualname}`"
        text += "" if first else f" in the cell of `{top_name(exercise)}` above"
        self._markdown(f"{check_cell(exercise)}-title", f"{text}.")
        self._emit(exercise.module, top_name(exercise))
        if exercise.module not in self._tests:
            tests = self._tests[exercise.module] = self._test_file(exercise.module)
            self._nbgrader_code(f"{exercise.module}-checks", tests.common_cell(exercise.module))
        self._nbgrader_code(
            check_cell(exercise), self._tests[exercise.module].check_cell(exercise), points=worth
        )

    def _test_file(self, module: str) -> TestFile:
        """The tests of a module; none where all of them are hidden and this is a student's clone."""
        path = self._course.tests(self._day) / f"test_{module}.py"
        own = [exercise for exercise in self._day.exercises if exercise.module == module]
        return TestFile(path.read_text(encoding="utf-8") if path.is_file() else "", own)

    def _emit(self, module: str, name: str | None) -> None:
        """The definition ``name`` with the given text above it; without a name, all that is left of the module."""
        waiting = self._waiting.get(module, [])
        if name is not None and all(place.piece.name != name for place in waiting):
            return
        for other in self._outline.modules:
            if other == module:
                break
            if other not in self._day.modules:
                self._emit(other, None)
        for place in list(waiting):
            if place.is_exercise and name is not None and place.piece.name != name:
                continue  # its turn comes later
            waiting.remove(place)
            self._piece(place)
            if place.piece.name == name and name is not None:
                return

    def _piece(self, place: Place) -> None:
        text, piece = place.piece.text, place.piece
        holds = {
            "piece": place.cell,
            "module": place.module,
            "name": piece.name,
            "order": place.order,
            "lead": piece.lead,
        }
        if place.is_exercise:
            solution = {"grade": False, "solution": True, "locked": False}
            self._code(place.cell, self._with_tasks(text) if self._locked else text, holds, solution)
        elif piece.name == SCRIPT:
            self._raw(place.cell, text, holds)
        elif text:
            given = {"grade": False, "solution": False, "locked": True} if self._locked else None
            self._code(place.cell, f"{marker(self._day.name, place.module)}\n{text}", holds, given)

    def _with_tasks(self, text: str) -> str:
        """nbgrader keeps no word of the marker's line, so the task goes on a line of its own above it."""
        lines = []
        for line in text.split("\n"):
            match = _BEGIN.match(line)
            if match and match.group(2):
                lines.append(f"{match.group(1)}# TODO({self._day.number}): {match.group(2)}")
                line = f"{match.group(1)}### BEGIN SOLUTION"
            lines.append(line)
        return "\n".join(lines)

    def _pictures(self) -> None:
        """What is left of the modules, then the pictures, which may use all of it."""
        for module in self._outline.modules:
            if module != PICTURES:
                self._emit(module, None)
        if not self._waiting.get(PICTURES):
            return
        self._emit(PICTURES, None)
        self.cells[-1].metadata["jupyter"] = {"source_hidden": True}
        for name, caption in picture_functions(self._outline.texts[PICTURES]):
            self._code(f"picture-{name}", f"# {caption}\n%picture {name}", None, None)

    def _markdown(self, name: str, text: str) -> None:
        self.cells.append(load_nbformat().v4.new_markdown_cell(text, id=cell_id(name)))

    def _raw(self, name: str, text: str, holds: dict[str, Any]) -> None:
        self.cells.append(load_nbformat().v4.new_raw_cell(text, id=cell_id(name), metadata={KEY: holds}))

    def _nbgrader_code(self, name: str, text: str, points: int | None = None) -> None:
        graded = {"grade": points is not None, "solution": False, "locked": True}
        self._code(name, text, None, graded | ({"points": points} if points is not None else {}))

    def _code(
        self, name: str, text: str, holds: dict[str, Any] | None, nbgrader: dict[str, Any] | None
    ) -> None:
        metadata: dict[str, Any] = {KEY: holds} if holds is not None else {}
        if nbgrader is not None:
            metadata["nbgrader"] = {
                "schema_version": 3,
                "grade_id": name,
                "task": False,
                "cell_type": "code",
                **nbgrader,
            }
            if nbgrader["locked"]:
                metadata |= {"deletable": False, "editable": False}
        self.cells.append(load_nbformat().v4.new_code_cell(text, id=cell_id(name), metadata=metadata))


def marker(day: str, module: str) -> str:
    """The first line of a cell with given text: where it belongs."""
    return f"# {day}/{module}.py"


def unmarked(text: str, day: str) -> str:
    """The text of a cell without the line that :func:`marker` wrote."""
    first, newline, rest = text.partition("\n")
    return rest if newline and re.fullmatch(rf"# {re.escape(day)}/\w+\.py", first) else text


def cell_id(name: str) -> str:
    """A cell id that nbformat accepts and that stays the same from release to release."""
    plain = re.sub(r"[^a-zA-Z0-9_-]", "-", name)
    if len(plain) <= 64:
        return plain
    import hashlib

    return f"{plain[:47]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def check_python(texts: Mapping[str, str], day: Day) -> None:
    """Raises CourseError when a source cannot be read by Python: a release is not made from it."""
    for module, text in texts.items():
        if parse(text) is None:
            raise CourseError(
                f"solutions/{day.name}/{module}.py is no valid Python; mend it, then release again."
            )
