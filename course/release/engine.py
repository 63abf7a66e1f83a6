"""The part of the engine that a student's clone needs: the command's modules and what they import.

Found by following the imports from the student commands and the pytest plugin, so a new student command
brings its modules along, and what only instructors and authors use stays here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import course

ROOTS = (
    "course",
    "course.__main__",
    "course.cli.students",
    "course.data",
    "course.plots",
    "course.progress",
    "course.projects.measuring",
    "course.notebooks.kernel",  # imported by the first cell of a notebook
    "course.testing.handed_in",  # imported by tests of projects
    "course.testing.networks",  # of days
    "course.testing.plugin",
    "course.practice.checker",  # started by name, as the next one
    "course.worker.far.zygote",
)
_COMMAND = "course/cli/__init__.py"
_STUDENT_COMMAND = '''\
"""The command ``course`` in a student's clone: one thin function per subcommand."""

from course.cli import students
from course.cli.group import main

__all__ = ["main", "students"]
'''


def engine_files() -> dict[str, bytes]:
    """Path and content of every module, such as ``course/cli/students.py``."""
    above = Path(course.__file__).resolve().parents[1]
    found: dict[str, bytes] = {}
    waiting = list(ROOTS)
    while waiting:
        name = waiting.pop()
        path = _file_of(name, above)
        if path is None or (place := path.relative_to(above).as_posix()) in found:
            continue
        text = _STUDENT_COMMAND if place == _COMMAND else path.read_text(encoding="utf-8")
        found[place] = text.encode("utf-8")
        waiting += [name.rpartition(".")[0], *_imports(ast.parse(text))]
    return found


def _file_of(name: str, above: Path) -> Path | None:
    if name.partition(".")[0] != "course":
        return None
    path = above.joinpath(*name.split("."))
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()), None)


def _imports(node: ast.AST) -> Iterator[str]:
    """Modules that are imported when the code runs, not only for the type checker."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            continue  # no import stands in one, and most of a tree is expressions
        if (
            isinstance(child, ast.If)
            and isinstance(child.test, ast.Name)
            and child.test.id == "TYPE_CHECKING"
        ):
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module:
            yield child.module
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        yield from _imports(child)
