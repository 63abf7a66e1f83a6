"""Refused calls in the source of a student's module, found through aliases, ``from`` imports and helper
functions.

The scan follows what the code says without running it: which dotted name an expression stands for
(``la.pinv`` after ``import numpy.linalg as la``), what an assignment renames, and which functions of
the module an exercise uses. Where a module is loaded, names are compared as objects too, so a detour
such as ``np.linalg._linalg.pinv`` counts. Nothing that a source names is imported.

A refused method counts on objects that can be a library's. Where the student's own classes have a method or an
attribute of that name, ``layer.backward(…)`` is left to the guard at run time, and ``x.dot(…)`` counts only where
``x`` must be an array. Functions are followed into the other modules of the day, but not into exercises there: what
these may call is asked of them. Sources that are too long to be followed are left to the guard altogether.
"""

from __future__ import annotations

import ast
import dataclasses
import re
import sys
import unicodedata
from collections import ChainMap, Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from course.worker.far.refusals import METHODS_OF_TENSORS, imported, modules_of, original, places

MAX_SOURCE = 2**18  # bytes; the longest module of a course has a tenth of it
MAX_DEPTH = 20  # of attributes of attributes, and of modules that have a name from another one
MAX_PARTS = 10_000  # of a syntax tree, looked at for one exercise; no solution has four hundred

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
class RefusedCall:
    """A refused call: its name as the exercise lists it, the line where it stands, the function or method around
    it when that is not the exercise itself but something it calls, and the module of that when it is another one.
    """

    name: str
    line: int
    helper: str = ""
    module: str = ""


@dataclass(frozen=True)
class Scanned:
    """What a source gives away about one exercise; ``note`` is for staff: what could not be judged by the source."""

    finding: RefusedCall | None = None
    note: str = ""


@dataclass(frozen=True)
class Siblings:
    """The other modules of a submission's day; none where ``day`` is empty."""

    day: str = ""
    read: Callable[[str], bytes | None] = lambda _: None
    """The source of a module by its name; None when there is none."""
    exercises: frozenset[str] = frozenset()
    """``module.name`` of each exercise of the day, or of the class that it is in."""

    def module(self, dotted: str) -> tuple[str, str]:
        """The module of the day in which a dotted name lies, ``.layers.Dense`` or ``day12_cnn.layers.Dense``, and what
        it is called there; both empty for any other name.
        """
        head, _, rest = dotted.partition(".")
        if not self.day or head not in ("", self.day):
            return "", ""
        module, _, name = rest.partition(".")
        return module, name

    def imported_by(self, source: bytes) -> Iterator[bytes]:
        """The sources of those that a source imports."""
        if not self.day or not (spelt := _own_imports(self.day).findall(source)):
            return
        names = [name.decode() for _, name in spelt]
        if not all(names):  # some other spelling than ``from day.module import``
            module = _parse(source)
            names = [] if module is None else [self.module(name)[0] for name in module.imports]
        yield from (found for name in dict.fromkeys(names) if (found := self.sized(name)) is not None)

    def sized(self, module: str) -> bytes | None:
        """The source of a module, unless it is too long to be followed."""
        source = self.read(module) if module.isidentifier() else None
        return source if source is not None and len(source) <= MAX_SOURCE else None


@lru_cache(maxsize=32)
def _own_imports(day: str) -> re.Pattern[bytes]:
    """The beginnings of lines that import from the day, and the module where it stands there."""
    own = re.escape(day.encode())
    return re.compile(
        rb"^[ \t]*(from|import)[ \t]+(?:" + own + rb"\.(\w+)(?=[ \t]+import)|" + own + rb"|\.)", re.MULTILINE
    )


def find_refused(
    source: bytes, qualname: str, refused: Sequence[str], siblings: Siblings | None = None
) -> RefusedCall | None:
    """The first refused call that the exercise ``qualname`` makes, itself or through functions of the day."""
    return scan(source, qualname, refused, siblings).finding


def scan(source: bytes, qualname: str, refused: Sequence[str], siblings: Siblings | None = None) -> Scanned:
    """Look for refused calls in the exercise ``qualname``.

    ``source`` is the file as it stands, for it may name an encoding of its own. One that Python cannot parse has no
    findings: importing it will say so.
    """
    if not refused:
        return Scanned()
    if len(source) > MAX_SOURCE:
        kib = len(source) // 1024
        return Scanned(note=f"The source has {kib} KiB, too much to be searched for refused calls.")
    siblings = siblings or Siblings()
    signs = _signs(tuple(refused))
    if not any(_may_name(one, signs) for one in _with_siblings(source, siblings)):
        return Scanned()
    module = _parse(source)
    return Scanned() if module is None else _Scan(module, refused, siblings).run(qualname)


def _with_siblings(source: bytes, siblings: Siblings) -> Iterator[bytes]:
    """A source, those that it imports from the day, those that they import, and so on."""
    seen, waiting = {source}, [source]
    for one in waiting:
        yield one
        new = [sibling for sibling in siblings.imported_by(one) if sibling not in seen]
        seen |= set(new)
        waiting += new


@dataclass(frozen=True)
class _Signs:
    """Without one of these in its text a source makes no refused call, and need not be parsed."""

    words: frozenset[str]
    operators: tuple[str, ...]


def look_ahead(refused: Sequence[str]) -> None:
    """Find out now what the first scan for these calls would, so that forks of this process need not."""
    _signs(tuple(refused))


def _signs(refused: tuple[str, ...]) -> _Signs:
    modules = {module for name in refused for module in modules_of(name)}
    return _signs_of(refused, frozenset(module for module in modules if module in sys.modules))


@lru_cache(maxsize=1024)
def _signs_of(refused: tuple[str, ...], there: frozenset[str]) -> _Signs:
    """``there`` are the modules that are imported: the answer stands until that changes."""
    operators = tuple(name for name in refused if name in OPERATOR_WORDS)
    words = {name.rpartition(".")[2] for name in refused if name not in operators}
    for sign in operators:
        words |= {*_operator_functions(sign), *_special_methods(sign)}
    for name in refused:
        found = None if name.startswith(".") else _object(name)
        if found is not None:  # a function may have several names: numpy.absolute is numpy.abs
            words |= {other for _, other in places(found, name.partition(".")[0])}
    return _Signs(frozenset(words), operators)


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


def nodes_of(source: bytes) -> list[ast.AST]:
    """Every node of a source's syntax tree; none when Python cannot parse it."""
    module = _parse(source)
    return [] if module is None else module.nodes()


def body_of(source: bytes) -> list[ast.stmt]:
    """The statements of a source; none when Python cannot parse it."""
    module = _parse(source)
    return [] if module is None else list(module.body)


class _Module:
    """A parsed source; every definition in it is walked once, however many exercises are scanned."""

    def __init__(self, tree: ast.Module) -> None:
        self.body = tree.body
        self._parts: dict[ast.AST, list[ast.AST]] = {}

    def defines(self, name: str, siblings: Siblings) -> bool:
        """Whether a class here, or in a module of the submission that is imported here, has such an attribute."""
        if name in self._attributes:
            return True
        sources = (siblings.sized(siblings.module(module)[0]) for module in self.imports)
        others = (_parse(source) for source in sources if source is not None)
        return any(name in other._attributes for other in others if other is not None)

    @cached_property
    def _attributes(self) -> frozenset[str]:
        return frozenset(_attributes_of_classes(self.nodes()))

    @cached_property
    def imports(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_imports(self.nodes())))

    def nodes(self) -> list[ast.AST]:
        return [node for statement in self.body for node in _walk(statement)]

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


def _attributes_of_classes(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """Names of methods and attributes that the classes of a source have; what is set on any object counts too."""
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            for part in node.body:
                if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield part.name
                elif isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                    yield part.target.id
                elif isinstance(part, ast.Assign):
                    yield from (target.id for target in part.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.Call) and _last_name(node.func) in _RECORDS:
            yield from (keyword.arg for keyword in node.keywords if keyword.arg)
            for word in _walk(node):  # "mean variance", ["mean", "variance"], [("mean", float)]
                if isinstance(word, ast.Constant) and isinstance(word.value, str):
                    yield from word.value.replace(",", " ").split()


# What makes a class, or an object with fields, without a class statement.
_RECORDS = frozenset({"namedtuple", "NamedTuple", "make_dataclass", "SimpleNamespace"})


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _imports(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """The modules that a source imports, as it spells them: ``.layers`` for one beside it."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield module
            yield from (
                f"{module}.{name.name}" if node.module else f"{module}{name.name}" for name in node.names
            )


_LOOKED_AT = frozenset(
    (ast.Name, ast.Attribute, ast.Call, ast.BinOp, ast.AugAssign, ast.Assign, ast.Import, ast.ImportFrom)
) | {ast.MatchClass, ast.arg}


@lru_cache(maxsize=16)  # the exercises of a module are scanned one after the other
def _parse(source: bytes) -> _Module | None:
    try:
        return _Module(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _object(name: str) -> Any:
    """The object of a dotted name without its guard; None when there is none, or none yet."""
    found = imported(name)
    return None if found is None else original(found[2])


class _Scan:
    """One module of the day, searched for the refused calls of one exercise. ``name`` is empty for the module of the
    exercise itself; ``others`` are the scans of the modules that were reached from it.
    """

    def __init__(
        self,
        module: _Module,
        refused: Sequence[str],
        siblings: Siblings,
        name: str = "",
        others: dict[str, _Scan] | None = None,
    ) -> None:
        self.name = name
        self._module = module
        self._refused = refused
        self._siblings = siblings
        self._others = {} if others is None else others
        self._parts = module.parts
        self._unjudged: set[str] = set()
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

    def run(self, qualname: str) -> Scanned:
        """Follow the exercise from function to function, through the day."""
        owner, _, method = qualname.partition(".")
        start = self._definitions.get(owner)
        if start is None:
            return Scanned(self._inspect_alias(owner))
        methods = _methods_of(start)
        start = methods.get(method, start)
        given = _arguments(start)
        seen: set[ast.AST] = set()
        waiting: deque[_Step] = deque([_Step(self, start)])
        looked_at = 0
        while waiting:
            step = waiting.popleft()
            node, where = step.node, step.scan
            if node in seen:
                continue
            seen.add(node)
            scope = where._scope(node, given if node is start else frozenset())
            looked_at += len(where._parts(node)) + len(scope.local)
            if looked_at > MAX_PARTS:
                return Scanned(note="The source is too long to be searched to its end for refused calls.")
            finding = where._inspect(node, scope)
            if finding is not None:
                return Scanned(dataclasses.replace(finding, helper=step.helper, module=where.name))
            waiting += where._used_definitions(node)
            waiting += where._used_siblings(node, scope)
            used = self._names_of_self(node) if methods and where is self else ()
            waiting += [_Step(self, methods[name], f"{owner}.{name}") for name in used if name in methods]
        return Scanned(note=self._note())

    def _note(self) -> str:
        unjudged = self._unjudged.union(*(other._unjudged for other in self._others.values()))
        if not unjudged:
            return ""
        names = ", ".join(sorted(unjudged))
        return f"The source has a class with {names}, so refused calls of that name were not judged by it."

    def _inspect_alias(self, owner: str) -> RefusedCall | None:
        value = self._assignments.get(owner)  # pseudo_inverse = np.linalg.pinv
        return None if value is None else self._inspect(value, _Scope(self._module_names))

    def _scope(self, node: ast.AST, arguments: frozenset[str]) -> _Scope:
        local: dict[str, str] = {}
        names: Mapping[str, str] = ChainMap(local, self._module_names)
        parts = self._parts(node)
        renamed = self._collect_aliases(parts, names)  # type: ignore[arg-type]
        stored = Counter(
            part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
        )
        return _Scope(
            names if local else self._module_names,
            local,
            arguments.difference(stored),
            frozenset(stored - renamed) | {part.arg for part in parts if isinstance(part, ast.arg)},
        )

    def _used_definitions(self, node: ast.AST) -> Iterator[_Step]:
        names = [part for part in self._parts(node) if isinstance(part, ast.Name)]
        for name in dict.fromkeys(part.id for part in names if isinstance(part.ctx, ast.Load)):
            yield from self._defined(name)

    def _defined(self, name: str) -> Iterator[_Step]:
        for table in (self._definitions, self._assignments):
            if name in table:
                yield _Step(self, table[name], name)

    def _used_siblings(self, node: ast.AST, scope: _Scope) -> Iterator[_Step]:
        """What stands in other modules of the day, exercises left out."""
        for part in self._parts(node):
            if isinstance(part, (ast.Name, ast.Attribute)) and isinstance(part.ctx, ast.Load):
                yield from self._reached(_dotted(part, scope.aliases) or "")

    def _reached(self, dotted: str, hops: int = MAX_DEPTH) -> Iterator[_Step]:
        """What a dotted name leads to in another module of the day, which may have it from a third one."""
        module, name = self._siblings.module(dotted)
        name = name.partition(".")[0]
        other = self._other(module) if name and f"{module}.{name}" not in self._siblings.exercises else None
        if other is not None:
            yield from other._defined(name)
            if hops and name in other._module_names:
                yield from other._reached(other._module_names[name], hops - 1)

    def _other(self, name: str) -> _Scan | None:
        """The scan of another module of the day; None when there is none that can be read."""
        if name not in self._others:
            source = self._siblings.sized(name)
            module = None if source is None else _parse(source)
            if module is None:
                return None
            self._others[name] = _Scan(module, self._refused, self._siblings, name, self._others)
        return self._others[name]

    def _names_of_self(self, node: ast.AST) -> Iterator[str]:
        """Attributes of ``self`` that a method uses: its helpers may be among them."""
        for part in self._parts(node):
            if (
                isinstance(part, ast.Attribute)
                and isinstance(part.value, ast.Name)
                and part.value.id == "self"
            ):
                yield part.attr

    def _collect_aliases(self, nodes: Sequence[ast.AST], aliases: dict[str, str]) -> Counter[str]:
        """Add what imports and assignments name; how often an assignment has named each."""
        renamed: Counter[str] = Counter()
        for node in nodes:
            if isinstance(node, ast.Import):
                for name in node.names:
                    if len(name.name) > LONGEST_NAME:
                        continue
                    aliases[name.asname or name.name.partition(".")[0]] = (
                        name.name if name.asname else name.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom) and node.level < 2:
                module = "." * node.level + (node.module or "")
                for name in node.names:
                    if name.name == "*":
                        self._collect_star(module, aliases)
                    else:
                        aliases[name.asname or name.name] = f"{module.rstrip('.')}.{name.name}"
            elif isinstance(node, ast.Assign) and (dotted := _dotted(node.value, aliases)) is not None:
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        aliases[target.id] = dotted
                        renamed[target.id] += 1
        return renamed

    def _collect_star(self, module: str, aliases: dict[str, str]) -> None:
        for name in self._names:
            if name.startswith(module + "."):
                aliases[name.removeprefix(module + ".").partition(".")[0]] = name
        own, _ = self._siblings.module(module)
        other = self._other(own) if own and own != self.name else None
        if other is not None:
            aliases.update((name, f"{module}.{name}") for name in (*other._definitions, *other._assignments))

    def _inspect(self, node: ast.AST, scope: _Scope) -> RefusedCall | None:
        hits = [hit for part in self._parts(node) if (hit := self._hit(part, scope)) is not None]
        return min(hits, key=lambda hit: hit.line, default=None)

    def _hit(self, node: ast.AST, scope: _Scope) -> RefusedCall | None:
        aliases = scope.aliases
        if isinstance(node, (ast.BinOp, ast.AugAssign)):
            sign = _OPERATORS.get(type(node.op))
            return RefusedCall(sign, node.lineno) if sign in self._operators and sign is not None else None
        if isinstance(node, (ast.Attribute, ast.Name)) and isinstance(node.ctx, ast.Load):
            dotted = _dotted(node, aliases)
            if dotted is not None and (name := self._refused_name(dotted)) is not None:
                return RefusedCall(name, node.lineno)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            return self._method_hit(node, node.value, node.attr, scope)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
            return self._getattr_hit(node, scope)
        if isinstance(node, ast.MatchClass):
            return self._pattern_hit(node, scope)
        return None

    def _method_hit(self, node: ast.expr, owner: ast.expr, name: str, scope: _Scope) -> RefusedCall | None:
        if name not in self._methods or _is_of_a_module(owner, scope):
            return None
        method = self._methods[name]
        if self._module.defines(name, self._siblings):
            if method in METHODS_OF_TENSORS:
                return None
            if not _is_array(owner, scope):
                self._unjudged.add(method)
                return None
        return RefusedCall(method, node.lineno)

    def _pattern_hit(self, node: ast.MatchClass, scope: _Scope) -> RefusedCall | None:
        """``case numpy.ndarray(T=x)`` asks for the attribute too."""
        for name in node.kwd_attrs:
            if name in self._methods:
                of_library = (_dotted(node.cls, scope.aliases) or "").partition(".")[0] in _ARRAY_PACKAGES
                if of_library or not self._module.defines(name, self._siblings):
                    return RefusedCall(self._methods[name], node.lineno)
        return None

    def _getattr_hit(self, node: ast.Call, scope: _Scope) -> RefusedCall | None:
        if (
            len(node.args) < 2
            or not isinstance(node.args[1], ast.Constant)
            or not isinstance(node.args[1].value, str)
        ):
            return None
        attribute = node.args[1].value
        owner = _dotted(node.args[0], scope.aliases)
        name = self._refused_name(f"{owner}.{attribute}") if owner else None
        if name is not None:
            return RefusedCall(name, node.lineno)
        return self._method_hit(node, node.args[0], attribute, scope)

    def _refused_name(self, dotted: str) -> str | None:
        if dotted.startswith("."):
            return None  # a module of the day
        if dotted in self._names:
            return dotted
        if (plain := dotted.replace("numpy.ma.", "numpy.", 1)) in self._names:
            return plain  # the same work on arrays with a mask
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


@dataclass(frozen=True)
class _Step:
    """A definition that is still to be looked at, in the scan of its module, and its name where it is a helper."""

    scan: _Scan
    node: ast.AST
    helper: str = ""


@dataclass(frozen=True)
class _Scope:
    """The names of one function: what stands for a dotted name, which arguments of the exercise are not bound
    again, and which names stand for something else as well, as parameters do.
    """

    aliases: Mapping[str, str]
    local: Mapping[str, str] = field(default_factory=dict)
    arguments: frozenset[str] = frozenset()
    bound: frozenset[str] = frozenset()


def _is_of_a_module(owner: ast.expr, scope: _Scope) -> bool:
    """Whether an attribute of this is a function of a module, and no method: ``np.dot``, but not ``ndarray.dot``."""
    if not isinstance(owner, ast.Name) or owner.id in scope.bound:
        return False
    dotted = scope.aliases.get(owner.id)
    return dotted is not None and (dotted.startswith(".") or not isinstance(_object(dotted), type))


def _arguments(node: ast.AST) -> frozenset[str]:
    """The arguments of an exercise: its tests give arrays. Only for functions; methods may be given anything."""
    if not isinstance(node, ast.FunctionDef):
        return frozenset()
    names = [one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return frozenset(names) - {"self", "cls"}


def _is_array(node: ast.AST, scope: _Scope) -> bool:
    """Whether an expression can only be a library's object: an argument of the exercise, what a function of a package
    gives, or what a method of arrays, an index or an operator makes of them. An element of an argument can be anything.
    """
    for _ in range(MAX_DEPTH):
        match node:
            case ast.Name(id=name):
                return name in scope.arguments
            case ast.Call(func=function):
                dotted = _dotted(function, scope.aliases)
                if dotted is not None:
                    return dotted.partition(".")[0] in _ARRAY_PACKAGES
                node = function
            case ast.Attribute(value=owner, attr=name) if hasattr(np.ndarray, name):
                node = owner
            case ast.Subscript(value=owner) if not isinstance(owner, ast.Name):
                node = owner
            case ast.BinOp(left=operand) | ast.UnaryOp(operand=operand):
                node = operand
            case _:
                return False
    return False


LONGEST_NAME = 200  # of a dotted name; no library has one of half the length
_ARRAY_PACKAGES = ("numpy", "scipy", "torch")


def _dotted(node: ast.AST, aliases: Mapping[str, str]) -> str | None:
    """The dotted name an expression stands for, aliases resolved; None when it is no plain name."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute) and len(attributes) < MAX_DEPTH:
        attributes.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or (owner := aliases.get(node.id)) is None:
        return None
    dotted = ".".join((owner, *reversed(attributes)))
    return dotted if len(dotted) <= LONGEST_NAME else None
