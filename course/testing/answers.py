"""Misconceptions and variants: the wrong and the right answers that stand beside the tests of a day.

Each is a small implementation in ``tests/<day>/answers_<module>.py``. It is never imported there: put
in place of the exercise in the solution's source it makes a complete module, which is then treated
exactly like a submission.
"""

from __future__ import annotations

import ast
import re
import shutil
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from course.catalog import Course, Day
from course.errors import CourseError


@dataclass(frozen=True)
class Answer:
    """One wrong or right answer: ``name`` is what is reported, ``says`` what went wrong (empty for a
    variant).
    """

    kind: Literal["misconception", "variant"]
    exercise: str
    name: str
    says: str
    source: str
    imports: tuple[str, ...]
    where: str

    @property
    def module(self) -> str:
        return self.exercise.partition(".")[0]


def read_answers(course: Course, day: Day) -> tuple[Answer, ...]:
    """All answers of a day, in the order of the files. Raises CourseError for one that cannot be used."""
    exercises = {exercise.name for exercise in day.exercises}
    found: list[Answer] = []
    for module in day.modules:
        path = course.tests(day) / f"answers_{module}.py"
        if path.is_file():
            found += _read_file(path, module, f"tests/{day.name}/{path.name}")
    seen: dict[tuple[str, str], Answer] = {}
    for answer in found:
        if answer.exercise not in exercises:
            raise CourseError(
                f"{answer.where}: {answer.name} answers {answer.exercise!r}, which exercises.toml does not list."
            )
        if (answer.exercise, answer.name) in seen:
            raise CourseError(f"{answer.where}: {answer.exercise} has two answers named {answer.name}.")
        seen[answer.exercise, answer.name] = answer
    return tuple(found)


def _read_file(path: Path, module: str, where: str) -> list[Answer]:
    source = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise CourseError(
            f"{where}:{error.lineno}: {error.msg}; an answers file must be valid Python."
        ) from None
    imports = tuple(
        ast.get_source_segment(source, node) or ""
        for node in tree.body
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not _is_only_for_the_linter(node, module)
    )
    answers = []
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            answers += [
                _answer(node, d, source, imports, module, where) for d in node.decorator_list if _kind(d)
            ]
    return answers


def _is_only_for_the_linter(node: ast.Import | ast.ImportFrom, module: str) -> bool:
    if not isinstance(node, ast.ImportFrom) or node.module is None:
        return False
    return (
        node.module == "course.testing" or node.module == "__future__" or node.module.endswith(f".{module}")
    )


def _kind(decorator: ast.expr) -> str:
    if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name):
        name = decorator.func.id
        return name if name in ("misconception", "variant") else ""
    return ""


def _answer(
    node: ast.FunctionDef | ast.ClassDef,
    decorator: ast.expr,
    source: str,
    imports: tuple[str, ...],
    module: str,
    where: str,
) -> Answer:
    kind = _kind(decorator)
    assert isinstance(decorator, ast.Call)
    try:
        words = [ast.literal_eval(argument) for argument in decorator.args]
    except ValueError:
        words = []
    wanted = 2 if kind == "misconception" else 1
    if (
        len(words) != wanted
        or not all(isinstance(word, str) and word for word in words)
        or decorator.keywords
    ):
        raise CourseError(
            f"{where}:{node.lineno}: @{kind} of {node.name} takes {wanted} literal text(s); see docs/authoring.md."
        )
    lines = source.splitlines()
    kept = [ast.unparse(d) for d in node.decorator_list if d is not decorator]
    body = "\n".join([*(f"@{text}" for text in kept), *lines[node.lineno - 1 : node.end_lineno]])
    return Answer(
        kind="misconception" if kind == "misconception" else "variant",
        exercise=f"{module}.{words[0]}",
        name=node.name,
        says=words[1] if len(words) > 1 else "",
        source=body,
        imports=imports,
        where=f"{where}:{node.lineno}",
    )


def with_answer(solution: str, answer: Answer) -> str:
    """The source of the solution's module with the answer in place of its exercise."""
    qualname = answer.exercise.partition(".")[2]
    node, outer = _find(ast.parse(solution), qualname)
    if node is None or outer is None:
        raise CourseError(f"{answer.where}: the solution has nothing named {qualname}.")
    name = qualname.rpartition(".")[2]
    text = _renamed(answer, name)
    if node is not outer:
        text = textwrap.indent(text, " " * node.col_offset)
    lines = solution.splitlines()
    first, last = _first_line(node), node.end_lineno or node.lineno
    if last < len(lines) and lines[last].strip().startswith("### END SOLUTION"):
        last += 1  # the marker is a comment and belongs to the body that goes
    lines[first - 1 : last] = text.splitlines()
    at = _first_line(outer) - 1
    lines[at:at] = list(answer.imports)
    return "\n".join(lines) + "\n"


def _renamed(answer: Answer, name: str) -> str:
    """The answer's source under the name of the exercise, where it calls itself as well; attributes stay."""
    lines = answer.source.splitlines()
    node = ast.parse(answer.source).body[0]
    places = [
        (n.lineno, n.col_offset) for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == answer.name
    ]
    line = node.lineno - 1
    lines[line] = re.sub(rf"\b{re.escape(answer.name)}\b", name, lines[line], count=1)
    for number, column in sorted(places, reverse=True):
        before = lines[number - 1].encode()
        after = before[column + len(answer.name.encode()) :]
        lines[number - 1] = (before[:column] + name.encode() + after).decode()
    return "\n".join(lines)


def _find(tree: ast.Module, qualname: str) -> tuple[ast.FunctionDef | ast.ClassDef | None, ast.stmt | None]:
    scope: Sequence[ast.stmt] = tree.body
    outer: ast.stmt | None = None
    node: ast.FunctionDef | ast.ClassDef | None = None
    for part in qualname.split("."):
        node = next(
            (n for n in scope if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and n.name == part), None
        )
        if node is None:
            return None, None
        outer, scope = outer or node, node.body
    return node, outer


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def write_answer(course: Course, day: Day, answer: Answer, folder: Path) -> None:
    """Make ``folder`` a submission: the day's solutions with this answer in its place."""
    target = folder / day.name
    shutil.copytree(
        course.solutions / day.name, target, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
    )
    file = target / f"{answer.module}.py"
    file.write_text(with_answer(file.read_text(encoding="utf-8"), answer), encoding="utf-8")
