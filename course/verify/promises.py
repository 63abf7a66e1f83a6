"""Whether what a check asks is promised: written down where a student reads what to do.

A right answer that fails for something nobody asked for is an injustice, most of all in a hidden check. So for some
demands, read from the syntax tree of each test and of the functions of its file that it uses, words that announce them
must stand in the docstring of the exercise, of its class or of its module, or in its section of the sheet.
Nothing is run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from course.catalog import Check, Course, Day, Exercise, Selection
from course.notebooks.sheets import sections
from course.verify.findings import Finding

UNCHANGED = "Arguments come back unchanged."
"""The one wording for it, so that a student who has read it once finds it again."""
SINGLE_PRECISION = "double or single precision"


@dataclass(frozen=True)
class Promise:
    """Something a test asks: in words, how a text may announce it (a pattern), and what could be written."""

    asks: str
    announced: str
    write: str


def broken_promises(course: Course, selection: Selection, texts: Mapping[str, str]) -> Iterator[Finding]:
    """Everything that checks ask and nothing announces; ``texts`` are the modules of the solutions."""
    day = selection.day
    sheet = course.sheet(day)
    parts = {part.anchor: part.text for part in sections(sheet.read_text("utf-8"))} if sheet.is_file() else {}
    for module in dict.fromkeys(exercise.module for exercise in selection.exercises):
        tests = _functions(ast.parse((course.tests(day) / f"test_{module}.py").read_text("utf-8")))
        tree = ast.parse(texts[module])
        for exercise in [e for e in selection.exercises if e.module == module]:
            said = _flat([*_docstrings(tree, exercise.qualname), parts.get(exercise.sheet, "")])
            for check in exercise.checks:
                for promise in _asked(check, tests, course.limits.training_seconds):
                    if not re.search(promise.announced, said, re.IGNORECASE):
                        yield Finding("promise", exercise.name, _says(exercise, check, promise))


def promises_single_precision(course: Course, day: Day) -> bool:
    """Whether the sheet says that results may come in it."""
    sheet = course.sheet(day)
    return sheet.is_file() and SINGLE_PRECISION in _flat([sheet.read_text("utf-8")])


def _says(exercise: Exercise, check: Check, promise: Promise) -> str:
    return (
        f"{check.name} asks {promise.asks}, which neither its docstring (or that of its class or module) nor the "
        f"section {exercise.sheet!r} of the sheet says; write there: {promise.write}"
    )


def _flat(texts: Sequence[str]) -> str:
    """One line, without the marks that break a phrase."""
    return re.sub(r"[\s*]+", " ", " ".join(texts))


def _docstrings(tree: ast.Module, qualname: str) -> Iterator[str]:
    """Of the module, then of each class on the way to the exercise, then its own."""
    node: ast.Module | ast.ClassDef | ast.FunctionDef = tree
    yield ast.get_docstring(node) or ""
    for name in qualname.split("."):
        inner = [n for n in node.body if isinstance(n, (ast.ClassDef, ast.FunctionDef)) and n.name == name]
        if not inner:
            return
        node = inner[-1]
        yield ast.get_docstring(node) or ""
        if (
            isinstance(node, ast.ClassDef) and name == qualname.rpartition(".")[2]
        ):  # the class is the exercise
            yield from (ast.get_docstring(n) or "" for n in node.body if isinstance(n, ast.FunctionDef))


def _functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _asked(
    check: Check, functions: Mapping[str, ast.FunctionDef], training_seconds: float
) -> Iterator[Promise]:
    """What a test asks, each thing once."""
    found: dict[str, Promise] = {}
    if check.training:
        found["time"] = Promise(
            f"for an answer within {training_seconds:g} s",
            rf"\b{training_seconds:g} (s|seconds)\b",
            f"how long it may take in a check, {training_seconds:g} seconds.",
        )
    for node in _used(check.name, functions):
        for promise in _asked_by(node):
            found.setdefault(promise.asks, promise)
    yield from found.values()


def _used(name: str, functions: Mapping[str, ast.FunctionDef]) -> Iterator[ast.AST]:
    """The syntax of a function and of those of its file that it names, and so on."""
    waiting, seen = [name], {name}
    while waiting:
        for node in ast.walk(functions[waiting.pop()]):
            yield node
            if isinstance(node, ast.Name) and node.id in functions and node.id not in seen:
                seen.add(node.id)
                waiting.append(node.id)


def _asked_by(node: ast.AST) -> Iterator[Promise]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _ASSERTIONS:
        yield from _ASSERTIONS[node.func.id](node)
    elif isinstance(node, ast.Attribute) and node.attr in ("requires_grad", "grad_fn"):
        yield Promise("for a result without a graph", r"\bgraph\b|\bdetached\b", '"… without a graph".')
    elif isinstance(node, ast.Compare) and _is_grad(node.left):
        yield Promise("that no grad field changes", "``grad``", '"… and so do their ``grad`` fields".')
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "overflow" in node.value:
        yield _FINITE


def _is_grad(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "grad"


_FINITE = Promise(
    "for a result where a straightforward formula overflows or divides by zero",
    r"\bfinite\b|\bstabl[ey]\b|\boverflow|\bNaN\b",
    '"… without overflow", "stable" or "finite", and for which arguments.',
)


def _of_dtype(call: ast.Call) -> Iterator[Promise]:
    wanted = ast.unparse(call.args[1]) if len(call.args) > 1 else "dtype"
    name = wanted.rpartition(".")[2]
    yield Promise(
        f"for the dtype {wanted}",
        rf"\bdtype\b|\b{re.escape(name)}\b" + (r"|\bboolean\b" if name.startswith("bool") else ""),
        f'the dtype of the result, such as "{name}" or "in the dtype of x".',
    )


def _raised(call: ast.Call) -> Iterator[Promise]:
    for wanted in call.args:
        name = ast.unparse(wanted).rpartition(".")[2]
        yield Promise(f"that {name} is raised", rf"\b{name}\b", f"a section Raises with {name} and when.")


_ASSERTIONS: Mapping[str, Callable[[ast.Call], Iterable[Promise]]] = {
    "assert_dtype": _of_dtype,
    "assert_raises": _raised,
    "assert_finite": lambda call: (_FINITE,),
    "assert_unchanged": lambda call: (
        Promise("that arguments come back unchanged", re.escape(UNCHANGED.rstrip(".")), UNCHANGED),
    ),
}
