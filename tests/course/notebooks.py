"""What the tests of notebooks share: the notebook of the tiny course, and notebooks with other cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from course.catalog import Course, Day
from course.notebooks.building import day_notebook
from course.notebooks.converting import notebook_text
from course.notebooks.reading import Notebook, parse_notebook

Cells = list[dict[str, Any]]


def source_notebook(course: Course, day: Day) -> dict[str, Any]:
    """The instructor's notebook of a day, as JSON."""
    import nbformat

    made = day_notebook(course, day, course.sources(day), locked=True)
    plain: dict[str, Any] = json.loads(nbformat.writes(made))
    return plain


def hand_in_notebook(folder: Path, student: str, course: Course, day: Day, files: Mapping[str, str]) -> None:
    """What `course convert` makes of the modules, in nbgrader's place."""
    target = folder / student / day.name
    target.mkdir(parents=True)
    modules = {name.removesuffix(".py"): text.encode() for name, text in files.items()}
    (target / f"{day.name}.ipynb").write_text(notebook_text(course, day, modules), encoding="utf-8")


def changed(plain: Mapping[str, Any], change: Callable[[Cells], object]) -> Notebook:
    """A notebook whose list of cells went through somebody's hands."""
    copy = json.loads(json.dumps(plain))
    change(copy["cells"])
    return as_notebook(copy)


def as_notebook(plain: Mapping[str, Any]) -> Notebook:
    return parse_notebook(json.dumps(plain).encode())


def code_cell(text: str, **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": text, "metadata": metadata, "outputs": [], "execution_count": None}


def named(cells: Cells, name: str) -> dict[str, Any]:
    """The cell with this id."""
    return next(cell for cell in cells if cell["id"] == name)


def text_of(cell: Mapping[str, Any]) -> str:
    return "".join(cell["source"])
