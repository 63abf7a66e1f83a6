"""The cells that check an exercise: its tests as they stand in the shared suite, hidden ones between nbgrader's
markers.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Sequence

from course.catalog import Exercise
from course.notebooks.composing import bound_names, loaded_names
from course.notebooks.pieces import first_line

BEGIN_HIDDEN = "### BEGIN HIDDEN TESTS"
END_HIDDEN = "### END HIDDEN TESTS"
COMMON = "%%checks_use"
CHECK = "%%check"


def full_points(exercise: Exercise) -> int:
    """What an exercise is worth when it is graded, where the hidden checks are not here too."""
    return exercise.max_score + exercise.hidden_points


class TestFile:
    """The statements of one test file: tests, and what they use."""

    __test__ = False

    def __init__(self, text: str, exercises: Sequence[Exercise]) -> None:
        self._lines = text.splitlines()
        tree = ast.parse(text)
        body = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
        checks = [check for exercise in exercises for check in exercise.checks]
        names = {check.name for check in checks}
        self._tests = {
            node.name: node for node in body if isinstance(node, ast.FunctionDef) and node.name in names
        }
        self._rest = [node for node in body if getattr(node, "name", None) not in self._tests]
        self._shown = self._needs(check.name for check in checks if not check.hidden)

    def common_cell(self, module: str) -> str:
        """What the public tests of a module share: imports and helpers."""
        return f"{COMMON} {module}\n" + self._text(self._using(self._shown), self._shown)

    def check_cell(self, exercise: Exercise) -> str:
        """The graded cell of one exercise."""
        arguments = f" --points {full_points(exercise)} --sheet {exercise.sheet}"
        if exercise.refused:
            arguments += f" --refused {' '.join(exercise.refused)}"
        public = [check.name for check in exercise.checks if not check.hidden]
        hidden = [check.name for check in exercise.checks if check.hidden]
        parts = [self._text([self._tests[name] for name in public])] if public else []
        if hidden:
            more = self._needs(hidden) - self._shown
            body = self._text([*self._using(more), *(self._tests[name] for name in hidden)], more)
            parts.append(f"{BEGIN_HIDDEN}\n\n\n{body}\n{END_HIDDEN}")
        return f"{CHECK} {exercise.name}{arguments}\n" + "\n".join(parts)

    def _needs(self, tests: Iterable[str]) -> set[str]:
        """Every name of the file that these tests use, directly or through each other."""
        needs: set[str] = set()
        for name in tests:
            needs |= loaded_names(ast.unparse(self._tests[name]))
        known = -1
        while known != len(needs):
            known = len(needs)
            for node in self._using(needs):
                if not isinstance(node, (ast.Import, ast.ImportFrom)):
                    needs |= loaded_names(ast.unparse(node))
        return needs

    def _using(self, names: Collection[str]) -> list[ast.stmt]:
        """The statements that bind one of these names, in the order of the file."""
        return [node for node in self._rest if not bound_names(ast.unparse(node)).isdisjoint(names)]

    def _text(self, nodes: Sequence[ast.stmt], names: Collection[str] = ()) -> str:
        """The statements as they stand in the file, with what is between two of them when that is no code."""
        text, end = "", 0
        for node in nodes:
            start = first_line(node) - 1
            between = self._lines[end:start]
            if end and all(not line.strip() or line.startswith("#") for line in between):
                text += "\n".join(["", *between, ""])
            elif end:
                text += "\n" if isinstance(node, (ast.Import, ast.ImportFrom)) else "\n\n\n"
            end = node.end_lineno or node.lineno
            text += (
                _import(node, names)
                if isinstance(node, ast.ImportFrom)
                else "\n".join(self._lines[start:end])
            )
        return text


def _import(node: ast.ImportFrom, names: Collection[str]) -> str:
    """The import with those of its names that are needed."""
    needed = [name for name in node.names if (name.asname or name.name) in names]
    line = ast.unparse(ast.ImportFrom(node.module, needed, node.level))
    if len(line) <= 100:
        return line
    head, _, tail = line.partition(" import ")
    return f"{head} import (\n" + "".join(f"    {name},\n" for name in tail.split(", ")) + ")"
