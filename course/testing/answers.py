"""Misconceptions and variants: the wrong and the right answers that stand beside the tests of a day.

Each is a small implementation in ``tests/<day>/answers_<module>.py``. It is never imported there: put
in place of the exercise in the solution's source it makes a complete module, which is then treated
exactly like a submission.
"""

from __future__ import annotations

import ast
import itertools
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from course.catalog import Course, Day
from course.errors import CourseError


@dataclass(frozen=True)
class Answer:
    """One wrong or right answer: ``name`` is what is reported, ``says`` what went wrong (empty for a
    variant). A misconception with parameters is an answer for each of their values, ``given``, under one name.
    """

    kind: Literal["misconception", "variant"]
    exercise: str
    name: str
    says: str
    source: str
    imports: tuple[str, ...]
    where: str
    given: str = ""

    @property
    def module(self) -> str:
        return self.exercise.partition(".")[0]

    @property
    def label(self) -> str:
        """The name, for authors, who want to know which of several it is."""
        return f"{self.name}({self.given})" if self.given else self.name


def read_answers(course: Course, day: Day) -> tuple[Answer, ...]:
    """All answers of a day, in the order of the files. Raises CourseError for one that cannot be used."""
    exercises = {exercise.name for exercise in day.exercises}
    found: list[Answer] = []
    for module in day.modules:
        path = course.tests(day) / f"answers_{module}.py"
        if path.is_file():
            found += _read_file(path, module, f"tests/{day.name}/{path.name}")
    seen: dict[tuple[str, str], str] = {}
    for answer in found:
        if answer.exercise not in exercises:
            raise CourseError(
                f"{answer.where}: {answer.name} answers {answer.exercise!r}, which exercises.toml does not list."
            )
        if seen.setdefault((answer.exercise, answer.name), answer.where) != answer.where:
            raise CourseError(f"{answer.where}: {answer.exercise} has two answers named {answer.name}.")
    return tuple(found)


def _read_file(path: Path, module: str, where: str) -> list[Answer]:
    source = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise CourseError(
            f"{where}:{error.lineno}: {error.msg}; an answers file must be valid Python."
        ) from None
    lines = source.splitlines()
    imports = tuple(
        "\n".join(lines[node.lineno - 1 : node.end_lineno])
        for node in tree.body
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not _is_only_for_the_linter(node, module)
    )
    answers: list[Answer] = []
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            for decorator in node.decorator_list:
                if _kind(decorator):
                    answers += _answers(node, decorator, source, imports, module, where)
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


def _answers(
    node: ast.FunctionDef | ast.ClassDef,
    decorator: ast.expr,
    source: str,
    imports: tuple[str, ...],
    module: str,
    where: str,
) -> Iterator[Answer]:
    """One answer, or one for each of the values that its parameters take."""
    kind, where = _kind(decorator), f"{where}:{node.lineno}"
    assert isinstance(decorator, ast.Call)
    try:
        words = [ast.literal_eval(argument) for argument in decorator.args]
        parameters = {k.arg or "": ast.literal_eval(k.value) for k in decorator.keywords}
    except ValueError:
        words, parameters = [], {}
    wanted = 2 if kind == "misconception" else 1
    if len(words) != wanted or not all(isinstance(word, str) and word for word in words):
        raise CourseError(
            f"{where}: @{kind} of {node.name} takes {wanted} literal text(s); see docs/authoring.md."
        )
    if any(not isinstance(values, tuple) or len(values) < 2 for values in parameters.values()):
        raise CourseError(f"{where}: a parameter of {node.name} takes a tuple of two or more values.")
    lines = source.splitlines()
    kept = [ast.unparse(d) for d in node.decorator_list if d is not decorator]
    body = "\n".join([*(f"@{text}" for text in kept), *lines[node.lineno - 1 : node.end_lineno]])
    for values in itertools.product(*parameters.values()):
        given = dict(zip(parameters, values, strict=True))
        yield Answer(
            kind="misconception" if kind == "misconception" else "variant",
            exercise=f"{module}.{words[0]}",
            name=node.name,
            says=words[1] if len(words) > 1 else "",
            source=_with_defaults(body, given, where),
            imports=imports,
            where=where,
            given=", ".join(f"{name}={value!r}" for name, value in given.items()),
        )


def _with_defaults(source: str, given: Mapping[str, Any], where: str) -> str:
    """The answer's source, where these parameters have these values for their defaults."""
    places: list[tuple[ast.expr, str]] = []
    for name, value in given.items():
        defaults = [default for arg, default in _defaults(ast.parse(source)) if arg == name]
        if not defaults:
            raise CourseError(f"{where}: no parameter {name} with a default takes the values.")
        places += [(default, repr(value)) for default in defaults]
    lines = [line.encode() for line in source.splitlines()]
    for node, text in sorted(places, key=lambda place: (place[0].lineno, place[0].col_offset), reverse=True):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        after = lines[last][node.end_col_offset :]
        lines[first : last + 1] = [lines[first][: node.col_offset] + text.encode() + after]
    return b"\n".join(lines).decode()


def _defaults(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Every parameter that has a default, with it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arguments):
            last_first = zip([*node.posonlyargs, *node.args][::-1], node.defaults[::-1], strict=False)
            keywords = zip(node.kwonlyargs, node.kw_defaults, strict=True)
            yield from ((arg.arg, default) for arg, default in last_first)
            yield from ((arg.arg, default) for arg, default in keywords if default is not None)


def with_answer(solution: str, answer: Answer) -> str:
    """The source of the solution's module with the answer in place of its exercise."""
    qualname = answer.exercise.partition(".")[2]
    lines, (outer, first, last, column) = solution.splitlines(), _place(solution, qualname)
    if not first:
        raise CourseError(f"{answer.where}: the solution has nothing named {qualname}.")
    text = _renamed(answer, qualname.rpartition(".")[2])
    if first != outer:
        text = textwrap.indent(text, " " * column)
    if last < len(lines) and lines[last].strip().startswith("### END SOLUTION"):
        last += 1  # the marker is a comment and belongs to the body that goes
    lines[first - 1 : last] = text.splitlines()
    lines[outer - 1 : outer - 1] = list(answer.imports)
    return "\n".join(lines) + "\n"


@lru_cache(maxsize=1024)  # of each exercise there are a dozen answers
def _place(solution: str, qualname: str) -> tuple[int, int, int, int]:
    """The first line of the statement of the module in which a function or class stands, its own first and last, and
    its column; zeros when there is none.
    """
    node, outer = _find(_parsed(solution), qualname)
    if node is None or outer is None:
        return 0, 0, 0, 0
    return _first_line(outer), _first_line(node), node.end_lineno or node.lineno, node.col_offset


@lru_cache(maxsize=16)
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


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
    texts = course.sources(day)
    texts[answer.module] = with_answer(texts[answer.module], answer)
    write_modules(folder, day, texts)


def write_modules(folder: Path, day: Day, texts: Mapping[str, str]) -> None:
    """Make ``folder`` a submission that has these modules of the day."""
    (folder / day.name).mkdir(parents=True, exist_ok=True)
    for module, text in texts.items():
        (folder / day.name / f"{module}.py").write_text(text, encoding="utf-8")
