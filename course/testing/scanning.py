"""Refused calls in the source of a student's module, found through aliases, ``from`` imports and helper
functions.

The scan follows what the code says without running it: which dotted name an expression stands for
(``la.pinv`` after ``import numpy.linalg as la``), what an assignment renames, and which functions of
the module an exercise uses. Where a package is loaded, names are compared as objects too, so a detour
such as ``np.linalg._linalg.pinv`` counts.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import FunctionType, ModuleType
from typing import Any

from course.worker.refusals import GuardedUfunc, resolve

_OPERATORS: dict[type[ast.operator], str] = {
    ast.MatMult: "@",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.Mod: "%",
    ast.FloorDiv: "//",
}
OPERATOR_WORDS = {
    "@": "matmul",
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "truediv",
    "**": "pow",
    "%": "mod",
    "//": "floordiv",
}


def _operator_functions(sign: str) -> list[str]:
    """What the module ``operator`` calls an operator."""
    return [f"{prefix}{OPERATOR_WORDS[sign]}" for prefix in ("", "i")]


def _special_methods(sign: str) -> list[str]:
    """The special methods that carry an operator out."""
    return [f"__{prefix}{OPERATOR_WORDS[sign]}__" for prefix in ("", "r", "i")]


@dataclass(frozen=True)
class Finding:
    """A refused call: its name as the exercise lists it, and the line where it stands."""

    name: str
    line: int


def find_refused(source: bytes, qualname: str, refused: Sequence[str]) -> Finding | None:
    """The first refused call that the exercise ``qualname`` makes, itself or through functions of its module.

    ``source`` is the file as it stands, for it may name an encoding of its own. One that Python cannot parse has no
    findings: importing it will say so.
    """
    if not refused or not _may_name(source, _signs(tuple(refused))):
        return None
    module = _parse(source)
    return None if module is None else _Scan(module, refused).run(qualname)


@dataclass(frozen=True)
class _Signs:
    """Without one of these in its text a source makes no refused call, and need not be parsed."""

    words: frozenset[str]
    operators: tuple[str, ...]


def look_ahead(refused: Sequence[str]) -> None:
    """Find out now what the first scan for these calls would, so that forks of this process need not."""
    _signs(tuple(refused))


def _signs(refused: tuple[str, ...]) -> _Signs:
    packages = {name.partition(".")[0] for name in refused}
    return _signs_of(refused, frozenset(package for package in packages if package in sys.modules))


@lru_cache(maxsize=1024)
def _signs_of(refused: tuple[str, ...], imported: frozenset[str]) -> _Signs:
    """``imported`` are the packages that are there: the answer stands until that changes."""
    operators = tuple(name for name in refused if name in OPERATOR_WORDS)
    words = {name.rpartition(".")[2] for name in refused if name not in operators}
    for sign in operators:
        words |= {*_operator_functions(sign), *_special_methods(sign)}
    for name in refused:
        found = _object(name)
        if found is not None:  # a function may have several names: numpy.absolute is numpy.abs
            words |= _names_in(name.partition(".")[0]).get(id(found), frozenset())
    return _Signs(frozenset(words), operators)


@lru_cache(maxsize=16)
def _names_in(package: str) -> dict[int, set[str]]:
    """Every name that an object has in the imported modules of a package, by the identity of the object."""
    names: dict[int, set[str]] = {}
    for module_name, module in list(sys.modules.items()):
        own = module_name == package or module_name.startswith(f"{package}.")
        if own and isinstance(module, ModuleType):
            for name, value in list(vars(module).items()):
                names.setdefault(id(_unwrapped(value)), set()).add(name)
    return names


def _unwrapped(value: Any) -> Any:
    """Without guards. Nothing but functions is asked: an attribute of some objects warns, or imports something."""
    return inspect.unwrap(value) if type(value) in (FunctionType, GuardedUfunc) else value


@lru_cache(maxsize=8)
def _text(source: bytes) -> str | None:
    """The text with names as Python reads them; None when only a parser can tell."""
    if b"getattr" in source or any(b"coding" in line for line in source.split(b"\n", 2)[:2]):
        return None
    try:
        return _FOREIGN.sub(lambda found: unicodedata.normalize("NFKC", found[0]), source.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None


_FOREIGN = re.compile(r"[^\x00-\x7f]+")


def _may_name(source: bytes, signs: _Signs) -> bool:
    text = _text(source)
    if text is None or any(sign in text for sign in signs.operators):
        return True
    return any(word in text and re.search(rf"\b{re.escape(word)}\b", text) for word in signs.words)


class _Module:
    """A parsed source; every definition in it is walked once, however many exercises are scanned."""

    def __init__(self, tree: ast.Module) -> None:
        self.body = tree.body
        self._parts: dict[ast.AST, list[ast.AST]] = {}

    def parts(self, node: ast.AST) -> list[ast.AST]:
        """Of the node and everything below it, what a scan looks at."""
        if node not in self._parts:
            self._parts[node] = [part for part in _walk(node) if type(part) in _LOOKED_AT]
        return self._parts[node]


def _walk(node: ast.AST) -> list[ast.AST]:
    """As `ast.walk`, in less than half the time: it is most of what a scan costs."""
    found = [node]
    for part in found:
        for name in part._fields:
            value = getattr(part, name)
            if type(value) is list:
                found += [one for one in value if isinstance(one, ast.AST)]
            elif isinstance(value, ast.AST):
                found.append(value)
    return found


_LOOKED_AT = frozenset(
    (ast.Name, ast.Attribute, ast.Call, ast.BinOp, ast.AugAssign, ast.Assign, ast.Import, ast.ImportFrom)
)


@lru_cache(maxsize=8)  # the exercises of a module are scanned one after the other
def _parse(source: bytes) -> _Module | None:
    try:
        return _Module(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError):
        return None


@lru_cache(maxsize=256)
def _resolved(name: str, loaded: bool) -> Any:
    """The object of a dotted name without its wrappers, by its identity; None when there is none. ``loaded`` says
    whether its package is imported: the answer stands until that changes.
    """
    found = resolve(name) if loaded else None
    return None if found is None else inspect.unwrap(found[2])


def _object(name: str) -> Any:
    return _resolved(name, name.partition(".")[0] in sys.modules)


class _Scan:
    def __init__(self, module: _Module, refused: Sequence[str]) -> None:
        self._parts = module.parts
        self._methods = {name[1:]: name for name in refused if name.startswith(".")}
        self._operators = {name for name in refused if not name[-1].isalnum() and not name.endswith("_")}
        self._names = {name for name in refused if name[0].isalpha() or name[0] == "_"}
        self._functions: dict[str, str] = {}
        for sign in self._operators & OPERATOR_WORDS.keys():
            self._functions |= {f"operator.{name}": sign for name in _operator_functions(sign)}
            self._methods |= dict.fromkeys(_special_methods(sign), sign)
        self._objects = {id(found): name for name in self._names if (found := _object(name)) is not None}
        self._module_names: dict[str, str] = {}
        self._definitions: dict[str, ast.AST] = {}
        for node in module.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self._definitions[node.name] = node
        self._collect_aliases(module.body, self._module_names)
        self._assignments = {
            target.id: node.value
            for node in module.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def run(self, qualname: str) -> Finding | None:
        owner, _, method = qualname.partition(".")
        start = self._definitions.get(owner)
        if start is None:
            return self._inspect_alias(owner)
        methods = _methods_of(start)
        if method and isinstance(start, ast.ClassDef):
            start = next(
                (n for n in start.body if isinstance(n, ast.FunctionDef) and n.name == method), start
            )
        seen: set[int] = set()
        waiting: list[ast.AST] = [start]
        while waiting:
            node = waiting.pop(0)
            if id(node) in seen:
                continue
            seen.add(id(node))
            aliases = dict(self._module_names)
            self._collect_aliases(self._parts(node), aliases)
            finding = self._inspect(node, aliases)
            if finding is not None:
                return finding
            waiting += self._used_definitions(node)
            waiting += (
                [methods[name] for name in self._names_of_self(node) if name in methods] if methods else []
            )
        return None

    def _inspect_alias(self, owner: str) -> Finding | None:
        value = self._assignments.get(owner)  # pseudo_inverse = np.linalg.pinv
        return None if value is None else self._inspect(value, self._module_names)

    def _used_definitions(self, node: ast.AST) -> Iterator[ast.AST]:
        for part in self._parts(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
                for table in (self._definitions, self._assignments):
                    if part.id in table:
                        yield table[part.id]

    def _names_of_self(self, node: ast.AST) -> Iterator[str]:
        """Attributes of ``self`` that a method uses: its helpers may be among them."""
        for part in self._parts(node):
            if (
                isinstance(part, ast.Attribute)
                and isinstance(part.value, ast.Name)
                and part.value.id == "self"
            ):
                yield part.attr

    def _collect_aliases(self, nodes: Sequence[ast.AST], aliases: dict[str, str]) -> None:
        for node in nodes:
            if isinstance(node, ast.Import):
                for name in node.names:
                    aliases[name.asname or name.name.partition(".")[0]] = (
                        name.name if name.asname else name.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for name in node.names:
                    if name.name == "*":
                        self._collect_star(node.module, aliases)
                    else:
                        aliases[name.asname or name.name] = f"{node.module}.{name.name}"
            elif isinstance(node, ast.Assign) and (dotted := _dotted(node.value, aliases)) is not None:
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        aliases[target.id] = dotted

    def _collect_star(self, module: str, aliases: dict[str, str]) -> None:
        for name in self._names:
            if name.startswith(module + "."):
                aliases[name.removeprefix(module + ".").partition(".")[0]] = name

    def _inspect(self, node: ast.AST, aliases: dict[str, str]) -> Finding | None:
        hits = [hit for part in self._parts(node) if (hit := self._hit(part, aliases)) is not None]
        return min(hits, key=lambda hit: hit.line, default=None)

    def _hit(self, node: ast.AST, aliases: dict[str, str]) -> Finding | None:
        if isinstance(node, (ast.BinOp, ast.AugAssign)):
            sign = _OPERATORS.get(type(node.op))
            return Finding(sign, node.lineno) if sign in self._operators and sign is not None else None
        if isinstance(node, (ast.Attribute, ast.Name)) and isinstance(node.ctx, ast.Load):
            dotted = _dotted(node, aliases)
            if dotted is not None and (name := self._refused_name(dotted)) is not None:
                return Finding(name, node.lineno)
        if (
            isinstance(node, ast.Attribute)
            and node.attr in self._methods
            and not self._is_module(node.value, aliases)
        ):
            return Finding(self._methods[node.attr], node.lineno)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
            return self._getattr_hit(node, aliases)
        return None

    def _getattr_hit(self, node: ast.Call, aliases: dict[str, str]) -> Finding | None:
        if (
            len(node.args) < 2
            or not isinstance(node.args[1], ast.Constant)
            or not isinstance(node.args[1].value, str)
        ):
            return None
        attribute = node.args[1].value
        owner = _dotted(node.args[0], aliases)
        name = self._refused_name(f"{owner}.{attribute}") if owner else None
        if name is None and not self._is_module(node.args[0], aliases):
            name = self._methods.get(attribute)
        return Finding(name, node.lineno) if name is not None else None

    def _is_module(self, node: ast.expr, aliases: dict[str, str]) -> bool:
        return isinstance(node, ast.Name) and node.id in aliases

    def _refused_name(self, dotted: str) -> str | None:
        if dotted in self._names:
            return dotted
        if dotted in self._functions:
            return self._functions[dotted]
        if "." in dotted and self._objects and (found := _object(dotted)) is not None:
            return self._objects.get(id(found))
        return None


def _methods_of(node: ast.AST) -> dict[str, ast.AST]:
    if not isinstance(node, ast.ClassDef):
        return {}
    return {
        part.name: part for part in node.body if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))
    }


def _dotted(node: ast.AST, aliases: dict[str, str]) -> str | None:
    """The dotted name an expression stands for, aliases resolved; None when it is no plain name."""
    if isinstance(node, ast.Name):
        return aliases.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _dotted(node.value, aliases)
        return f"{owner}.{node.attr}" if owner is not None else None
    return None
