"""The files of ``course convert``: a day's modules and its notebook in a student's folder.

What is replaced is kept below ``.course/backup`` first.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from course.catalog import Course, Day
from course.errors import CourseError, UsageError
from course.notebooks.converting import answers_of, module_files, notebook_text
from course.notebooks.handed_in import choose_notebook, unwritten
from course.notebooks.outline import read_outline
from course.notebooks.reading import Notebook, UnreadableNotebookError, parse_notebook, read_notebook


@dataclass
class Converted:
    """What was written and what was kept; nothing of either when the files agreed already.

    ``left`` are files that stay as they were, because what would have taken their place is no Python, and why.
    """

    written: list[Path] = field(default_factory=list)
    backups: list[Path] = field(default_factory=list)
    left: dict[Path, str] = field(default_factory=dict)


def day_of(course: Course, notebook: Path) -> Day:
    """The day that a notebook file belongs to, by its folder or its own name. Raises UsageError."""
    names = (notebook.absolute().parent.name, notebook.stem)
    for day in course.days:
        if day.name in names or day.number in names:
            return day
    raise UsageError(
        f"{notebook} belongs to no day; put it into the folder of its day, such as {course.days[0].name}/."
    )


def modules_to_notebook(course: Course, day: Day) -> Converted:
    """Write the modules of a day's folder into its notebook, or into a new one."""
    folder = course.root / day.name
    files = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.py"))}
    if not files:
        raise CourseError(f"{day.name} has no modules; bring them back with `git checkout -- {day.name}`.")
    names = [f"{day.name}/{path.name}" for path in sorted(folder.glob("*.ipynb"))]
    name, said = choose_notebook(names, day)
    if said:
        raise UsageError(
            f"{day.name} has several notebooks ({', '.join(Path(name).name for name in names)}); keep one, called "
            f"{day.name}.ipynb, and move the others out of the folder, then convert again. Nothing was written."
        )
    path = course.root / (name or f"{day.name}/{day.name}.ipynb")
    _require_nbformat()
    old = _read(path) if path.exists() else None
    text = notebook_text(course, day, files, old)
    if old is not None and module_files(old, day) == files:
        made = parse_notebook(text.encode())
        if _texts(made) == _texts(old):
            return Converted()  # what differs is how Jupyter saved it
    return _write(course, {path: text.encode("utf-8")})


def _texts(notebook: Notebook) -> list[tuple[str, str]]:
    """The texts of the cells, wherever the student has moved them."""
    return sorted((cell.kind, cell.text) for cell in notebook.cells)


def notebook_to_modules(course: Course, path: Path) -> Converted:
    """Write the answers of a notebook into the modules of its day's folder."""
    if not path.is_file():
        raise UsageError(f"There is no notebook {path}; `course convert {course.days[0].number}` makes one.")
    day = day_of(course, path)
    answers = answers_of(_read(path), read_outline(course, day))
    places = {module: course.root / day.name / f"{module}.py" for module in answers.files}
    whole = {places[module]: data for module, data in answers.files.items() if module not in answers.broken}
    done = _write(course, whole)
    done.left = {places[module]: why for module, why in answers.broken.items()}
    return done


def notebook_ahead(course: Course, day: Day) -> Path | None:
    """The notebook of a day when more is written in it than in the modules beside it."""
    folder = course.root / day.name
    name, _ = choose_notebook([path.name for path in folder.glob("*.ipynb")], day)
    if name is None:
        return None
    try:
        answers = answers_of(read_notebook(folder / name), read_outline(course, day)).files
    except UnreadableNotebookError:
        return None
    in_notebook = {module: data.decode("utf-8", "replace") for module, data in answers.items()}
    in_modules = {p.stem: p.read_text(encoding="utf-8", errors="replace") for p in folder.glob("*.py")}
    return folder / name if unwritten(in_notebook, day) < unwritten(in_modules, day) else None


def _read(path: Path) -> Notebook:
    try:
        return read_notebook(path)
    except UnreadableNotebookError as why:
        raise CourseError(f"{path} {why}. Nothing was written.") from None


def _require_nbformat() -> None:
    import importlib.util

    if importlib.util.find_spec("nbformat") is None:
        raise CourseError(
            "Notebooks need Jupyter; install it with `pip install jupyterlab`, then convert again."
        )


def _write(course: Course, files: Mapping[Path, bytes]) -> Converted:
    """Write what differs, each file whole or not at all, after a copy of what was there."""
    done = Converted()
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    changed = {p: data for p, data in files.items() if not p.is_file() or p.read_bytes() != data}
    for path in [path for path in changed if path.is_file()]:
        backup = course.root / ".course" / "backup" / stamp / path.parent.name / path.name
        backup.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, backup)
        done.backups.append(backup)
    for path, data in changed.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.new")
        beside.write_bytes(data)
        os.replace(beside, path)
        done.written.append(path)
    return done
