"""Which exercises of a day an exercise uses, told from the source; and a definition put in the place of another.

Names are followed from the exercise through what it calls, in its module and in those of the day that it imports from.
Nothing is run. What no name gives away, such as a method of an object that a check made, is not seen.
"""

from __future__ import annotations

import ast
import dis
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import CodeType, FunctionType
from typing import Any

from course.catalog import Day, Exercise
from course.catalog.blocks import lines_of
from course.testing.scanning import MAX_SOURCE

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class DayCode:
    """The modules of one day as somebody has written them; those that Python cannot read define nothing."""

    def __init__(self, day: Day, texts: Mapping[str, str]) -> None:
        self.texts = texts
        self._day = day
        self._named: dict[str, frozenset[str]] = {}
        self._keys_of: dict[str, frozenset[str]] = {}

    @cached_property
    def _modules(self) -> dict[str, _Module]:
        trees = {name: parsed(text) for name, text in self.texts.items() if len(text) <= MAX_SOURCE}
        return {name: _Module(self._day.name, tree) for name, tree in trees.items() if tree is not None}

    def readable(self, module: str) -> bool:
        """Whether the module is there and Python can read it."""
        return module in self._modules

    def named(self, exercise: str) -> frozenset[str]:
        """The exercises that the source of one names, itself or through given code and functions that are none."""
        if exercise not in self._named:
            self._named[exercise] = frozenset(self._follow(exercise))
        return self._named[exercise]

    def _follow(self, exercise: str) -> Iterator[str]:
        exercises = [one.name for one in self._day.exercises]
        seen, waiting = {exercise}, [*self._keys(exercise)]
        while waiting:
            key = waiting.pop()
            if key in seen:
                continue
            seen.add(key)
            if key in exercises:
                yield key
                continue
            yield from (one for one in exercises if one.startswith(f"{key}.") and one != exercise)
            waiting += self._keys(key)

    def _keys(self, name: str) -> frozenset[str]:
        """What the definition of ``module.qualname`` names, spelt in the same way."""
        if name not in self._keys_of:
            self._keys_of[name] = frozenset(self._look_through(name))
        return self._keys_of[name]

    def _look_through(self, name: str) -> Iterator[str]:
        place, _, qualname = name.partition(".")
        module = self._modules.get(place)
        if module is None or (node := module.definition(qualname)) is None:
            return
        owner = qualname.rpartition(".")[0]
        methods = module.methods(owner)
        if methods and not qualname.endswith("__"):
            yield from (
                f"{place}.{owner}.{one}" for one in methods if self._is_implied(f"{place}.{owner}.{one}")
            )
        hidden = _bound_in(node)
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and part.id not in hidden:
                if part.id != owner:
                    yield from module.resolve(place, part.id)
            elif isinstance(part, ast.Attribute):
                if part.attr in methods:
                    yield f"{place}.{owner}.{part.attr}"
                if (dotted := _dotted(part)) is not None:
                    yield from module.resolve(place, dotted)

    def _is_implied(self, method: str) -> bool:
        """Whether objects of a class use it without naming it: when they are made, or as what a sign stands for.

        Special methods that are exercises themselves count only where they are named.
        """
        return method.endswith(".__init__") or (
            method.endswith("__") and method not in [one.name for one in self._day.exercises]
        )

    def unwritten(self, exercise: str) -> bool:
        """Whether the stub is still there: the exercise itself says that it is not implemented."""
        place, _, qualname = exercise.partition(".")
        module = self._modules.get(place)
        node = module.definition(qualname) if module is not None else None
        return node is not None and any(_is_stub(part) for part in ast.walk(node))


def parsed(text: str) -> ast.Module | None:
    """The syntax tree; None when Python cannot read the text."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Module:
    def __init__(self, day: str, tree: ast.Module) -> None:
        self._day = day
        self._top: dict[str, ast.AST] = {}
        for node in tree.body:
            if isinstance(node, _DEFINITIONS):
                self._top[node.name] = node
            elif isinstance(node, ast.Assign):
                self._top |= {
                    target.id: node.value for target in node.targets if isinstance(target, ast.Name)
                }
        self._imported: dict[str, str] = {}
        for part in ast.walk(tree):
            if isinstance(part, (ast.Import, ast.ImportFrom)):
                self._imported |= dict(_imports(part, day))

    def definition(self, qualname: str) -> ast.AST | None:
        owner, _, method = qualname.rpartition(".")
        return self.methods(owner).get(method) if owner else self._top.get(qualname)

    def methods(self, owner: str) -> dict[str, ast.AST]:
        node = self._top.get(owner)
        return _parts_of(node) if isinstance(node, ast.ClassDef) else {}

    def resolve(self, place: str, dotted: str) -> Iterator[str]:
        """What a name in the module ``place`` stands for; nothing for what comes from outside the day."""
        head, _, rest = dotted.partition(".")
        if head == self._day and rest:
            yield rest
        elif head in self._top:
            yield f"{place}.{dotted}"
        elif head in self._imported:
            yield f"{self._imported[head]}.{rest}".rstrip(".")


def _parts_of(node: ast.ClassDef) -> dict[str, ast.AST]:
    return {part.name: part for part in node.body if isinstance(part, _DEFINITIONS)}


def _imports(node: ast.Import | ast.ImportFrom, day: str) -> Iterator[tuple[str, str]]:
    """Names that an import makes, with the module of the day, or the name in it, that each stands for."""
    if isinstance(node, ast.Import):
        for name in node.names:
            if name.asname and name.name.startswith(f"{day}."):
                yield name.asname, name.name.removeprefix(f"{day}.")
        return
    module = node.module or ""
    if not node.level and module.partition(".")[0] != day:
        return
    module = module if node.level else module.removeprefix(day).lstrip(".")
    for name in node.names:
        yield name.asname or name.name, f"{module}.{name.name}".lstrip(".")


def _bound_in(node: ast.AST) -> set[str]:
    """Names that mean something of the function's own: its arguments, and what it assigns."""
    parts = list(ast.walk(node))
    stored = {part.id for part in parts if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load)}
    return stored | {part.arg for part in parts if isinstance(part, ast.arg)}


def _dotted(node: ast.Attribute) -> str | None:
    words = [node.attr]
    inner: ast.expr = node.value
    while isinstance(inner, ast.Attribute):
        words.append(inner.attr)
        inner = inner.value
    return ".".join([inner.id, *reversed(words)]) if isinstance(inner, ast.Name) else None


def _is_stub(node: ast.AST) -> bool:
    if not isinstance(node, ast.Raise) or node.exc is None:
        return False
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def used_by(
    day: Day, exercise: str, own: DayCode, right: DayCode | None = None, asked: Collection[str] = ()
) -> list[str]:
    """The exercises that one uses, directly or through others, in the order of the sheet.

    ``right`` is what may be put in the place of those others, and uses some itself; ``asked`` are those that its
    checks use as well. Only what stands before the exercise on the sheet counts: so no two use one another, and
    nobody gets points by calling what comes later.
    """
    found: set[str] = set()
    waiting = [*own.named(exercise), *asked]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [*own.named(name), *(right.named(name) if right is not None else ())]
    names = [one.name for one in day.exercises]
    before = names[: names.index(exercise)]
    return [name for name in before if name in found and not exercise.startswith(f"{name}.")]


def asked_by(day: Day, exercise: Exercise, tests: Iterable[FunctionType]) -> list[str]:
    """Other exercises of the module that the tests of one name: a backward pass is asked with what forward gave.

    Methods of several classes may have one name, and libraries classes of that name: a method of another class counts
    where the class is asked of the student, ``student.SGD``, or stands in a text, ``"SGD"``.
    """
    codes = [code for test in tests for code in _codes(test, set())]
    words = {name for code in codes for name in code.co_names}
    classes = {name for code in codes for name in _asked_of_the_student(code)}
    beside = [one for one in day.exercises if one.module == exercise.module and one != exercise]
    own = exercise.qualname.rpartition(".")[0]
    return [
        one.name
        for one in beside
        if (kind := one.qualname.rpartition("."))[2] in words and (kind[0] in ("", own) or kind[0] in classes)
    ]


def _asked_of_the_student(code: CodeType) -> Iterator[str]:
    """Attributes of what is called student or module in a test, and every text in it."""
    yield from (one for one in code.co_consts if isinstance(one, str))
    before: Any = None
    for instruction in dis.get_instructions(code):
        if before in ("student", "module") and instruction.opname.startswith(("LOAD_ATTR", "LOAD_METHOD")):
            yield instruction.argval
        before = instruction.argval


def _codes(function: FunctionType, seen: set[FunctionType]) -> Iterator[CodeType]:
    """The code of a test, of the functions inside it, and of those of its module that it calls."""
    seen.add(function)
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        codes += [one for one in code.co_consts if isinstance(one, CodeType)]
        yield code
        for name in code.co_names:
            called = function.__globals__.get(name)
            if not isinstance(called, FunctionType) or called in seen:
                continue
            if called.__module__ == function.__module__:
                yield from _codes(called, seen)


def definition_of(text: str, qualname: str) -> str | None:
    """The lines of a function, method or class with its decorators, from the left margin; None when there is none."""
    tree = parsed(text)
    node = _find(tree.body, qualname) if tree is not None else None
    if node is None:
        return None
    return textwrap.dedent("".join(lines_of(text)[_first(node) : node.end_lineno]))


def with_definition(text: str, qualname: str, definition: str) -> str:
    """The source with this definition in the place of that name's last one; at its end where there is none, or where
    something else takes the name after it.

    Raises ValueError when there is no place for it: Python cannot read the text, or the class is not there.
    """
    tree = parsed(text)
    if tree is None:
        raise ValueError(qualname)
    lines = lines_of(text)
    node = _find(tree.body, qualname)
    if node is None and "." in qualname:
        raise ValueError(qualname)
    if node is None or _is_assigned(tree.body, qualname, node.lineno):
        return f"{text}\n\n{definition}"
    at = node.lineno - 1
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    body = textwrap.indent(definition, indent)
    lines[_first(node) : node.end_lineno] = [body if body.endswith("\n") else f"{body}\n"]
    return "".join(lines)


def with_imports(text: str, solution: str) -> str:
    """The source with what the solution imports before its own first statement: definitions may need it."""
    tree, right = parsed(text), parsed(solution)
    if tree is None or right is None:
        return text
    imports = [
        ast.unparse(node)
        for node in right.body
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not _is_of_the_future(node)
    ]
    behind = [node for node in tree.body if _is_docstring(node) or _is_of_the_future(node)]
    at = max((node.end_lineno or 0 for node in behind), default=0)
    lines = lines_of(text)
    return "".join([*lines[:at], "\n", *(f"{line}\n" for line in imports), *lines[at:]])


def _is_of_the_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _find(body: Sequence[ast.stmt], qualname: str) -> Definition | None:
    head, _, rest = qualname.partition(".")
    node = next((n for n in reversed(body) if isinstance(n, _DEFINITIONS) and n.name == head), None)
    return _find(node.body, rest) if node is not None and rest else node


def _is_assigned(body: Sequence[ast.stmt], name: str, after: int) -> bool:
    targets = [part for one in body if isinstance(one, ast.Assign) for part in one.targets]
    return any(isinstance(one, ast.Name) and one.id == name and one.lineno > after for one in targets)


def _first(node: Definition) -> int:
    """The index of its first line, decorators included."""
    return min([node.lineno, *(one.lineno for one in node.decorator_list)]) - 1
