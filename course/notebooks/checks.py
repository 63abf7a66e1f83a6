"""The cells that check an exercise: its tests as they stand in the shared suite, hidden ones between nbgrader's
markers.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from course.catalog import Exercise
from course.notebooks.composing import bound_names, loaded_names
from course.notebooks.pieces import first_line

BEGIN_HIDDEN = "### BEGIN HIDDEN TESTS"
END_HIDDEN = "### END HIDDEN TESTS"
COMMON = "%%checks_use"
CHECK = "%%check"


class TestFile:
    """The statements of one test file: tests, and what they use."""

    __test__ = False

    def __init__(self, text: str, exercises: Sequence[Exercise]) -> None:
        self._lines = text.splitlines()
        tree = ast.parse(text)
        body = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
        names = {check.name for exercise in exercises for check in exercise.checks}
        self._tests = {node.name: node for node in body if isinstance(node, ast.FunctionDef) and node.name in names}
        self._rest = [node for node in body if getattr(node, "name", None) not in self._tests]
        public = {check.name for exercise in exercises for check in exercise.checks if not check.hidden}
        self._shown = self._used_by(public, imports=True)

    def common_cell(self, module: str) -> str:
        """What the public tests of a module share: imports and helpers."""
        return f"{COMMON} {module}\n" + self._text(self._shown)

    def check_cell(self, exercise: Exercise) -> str:
        """The graded cell of one exercise."""
        arguments = f" --sheet {exercise.sheet}"
        if exercise.refused:
            arguments += f" --refused {' '.join(exercise.refused)}"
        public = [check.name for check in exercise.checks if not check.hidden]
        hidden = [check.name for check in exercise.checks if check.hidden]
        parts = [self._text([self._tests[name] for name in public])] if public else []
        if hidden:
            helpers = [node for node in self._used_by(hidden, imports=False) if node not in self._shown]
            body = self._text([*helpers, *(self._tests[name] for name in hidden)])
            parts.append(f"{BEGIN_HIDDEN}\n{body}\n{END_HIDDEN}")
        return f"{CHECK} {exercise.name}{arguments}\n" + "\n\n\n".join(parts)

    def _used_by(self, tests: Collection[str], *, imports: bool) -> list[ast.stmt]:
        """The statements that these tests need, directly or through each other, in the order of the file."""
        wanted: set[str] = set()
        for name in tests:
            wanted |= loaded_names(ast.unparse(self._tests[name]))
        used: list[ast.stmt] = [n for n in self._rest if imports and isinstance(n, (ast.Import, ast.ImportFrom))]
        waiting = [node for node in self._rest if node not in used]
        while more := [node for node in waiting if bound_names(ast.unparse(node)) & wanted]:
            for node in more:
                waiting.remove(node)
                used.append(node)
                wanted |= loaded_names(ast.unparse(node))
        return sorted(used, key=lambda node: node.lineno)

    def _text(self, nodes: Sequence[ast.stmt]) -> str:
        text, before = "", None
        for node in nodes:
            if before is not None:
                simple = all(not isinstance(n, (ast.FunctionDef, ast.ClassDef)) for n in (before, node))
                text += "\n" if simple else "\n\n\n"
            text += "\n".join(self._lines[first_line(node) - 1 : node.end_lineno])
            before = node
        return text
