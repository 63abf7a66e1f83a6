"""What in a source could lead around refused calls: a note for staff, and no verdict.

Student code and the guards of refused calls share a process, and Python hides nothing in a process from itself. Whoever
uses one of these may have a good reason, and loses no point; somebody should look.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import TypeGuard

from course.testing.scanning import MAX_SOURCE, body_of, nodes_of

_FUNCTIONS = frozenset(
    "exec eval compile __import__ __builtins__ globals vars attrgetter methodcaller".split()
)
_MODULES = frozenset(
    "builtins ctypes gc importlib inspect runpy timeit code codeop pickle marshal _operator".split()
)
_ATTRIBUTES = frozenset(
    """
    __closure__ __code__ __globals__ __wrapped__ __subclasses__ cell_contents _implementation _C
    __traceback__ tb_frame f_back f_globals f_locals _getframe meta_path setprofile settrace
    __array_function__ __array_ufunc__ __torch_function__ __torch_dispatch__ ARRAY_FUNCTIONS
    __getattribute__ __dict__ attrgetter methodcaller asmatrix aten _VF
    """.split()
)
_OTHERS = frozenset("modules ops getattr matrix bmat".split())
_LIBRARIES = ("numpy", "scipy", "torch")
_WORDS = re.compile(
    "|".join(rf"(?<!\w){word}(?!\w)" for word in sorted(_FUNCTIONS | _MODULES | _ATTRIBUTES | _OTHERS))
)


def detours(sources: Iterable[tuple[str, bytes]]) -> str:
    """A sentence for staff on the files of a submission, by name; empty when there is nothing to say."""
    found = [f"{name}, line {line}: {what}" for name, source in sources for what, line in _in(source)]
    if not found:
        return ""
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f"The source uses what can lead around refused calls: {'; '.join(found[:_SHOWN])}{more}."


_SHOWN = 5


def _in(source: bytes) -> Iterator[tuple[str, int]]:
    """What stands in a source, each once, and the first line where it does."""
    if len(source) > MAX_SOURCE or not _may_have_one(source):
        return
    first: dict[str, int] = {}
    nodes = nodes_of(source)
    plain = {id(node.func) for node in nodes if _asks_for_a_literal(node)}
    libraries = set(_names_of_libraries(nodes))
    for node in nodes:
        for word in (
            (*_words(node, libraries), *_parts_of_a_library(node, libraries)) if id(node) not in plain else ()
        ):
            first.setdefault(word, node.lineno)  # type: ignore[attr-defined]
    for name, line in _bound_again(source):
        first.setdefault(f"{name} is bound again", line)
    yield from sorted(first.items(), key=lambda item: item[1])


def _may_have_one(source: bytes) -> bool:
    """Without one of the words in its text a source need not be parsed; other letters may stand for theirs."""
    if not source.isascii() or b"coding" in source[:200]:
        return True
    text = source.decode()
    return any(words.search(text) for words in (_WORDS, _PUT_LAMBDA, _PRIVATE)) or _may_bind_again(text)


_PRIVATE = re.compile(r"(?<!self)\._[a-z]|\bimport\s.*\b_[a-z]|\bimport\s*\(")
_PUT_LAMBDA = re.compile(r"[.\]]\s*\w*\s*=\s*lambda|from\s+operator\s+import\s+\*")
_DEFINED = re.compile(r"^(?:async\s+def|def|class)\s+(\w+)", re.MULTILINE)
_BOUND = re.compile(r"^[ \t]*(?:(?:async\s+def|def|class)\s+(\w+)|(\w+)\s*(?::[^=\n]*)?=(?!=))", re.MULTILINE)


def _may_bind_again(text: str) -> bool:
    """Whether a name that is defined at the left edge stands at the beginning of another line that binds it."""
    defined = set(_DEFINED.findall(text))
    bound = Counter(one or other for one, other in _BOUND.findall(text))
    return any(bound[name] > 1 for name in defined)


def _asks_for_a_literal(node: ast.AST) -> TypeGuard[ast.Call]:
    """``getattr(x, "name")``, which is read as the attribute itself."""
    match node:
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str()), *_]):
            return True
    return False


def _bound_again(source: bytes) -> Iterator[tuple[str, int]]:
    """Functions and classes of the module whose name is given once more, so that another one may be meant."""
    waiting = body_of(source)
    defined: set[str] = set()
    others: list[tuple[str, int]] = []
    while waiting:
        node = waiting.pop(0)
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AsyncFunctionDef(name=name):
                if name in defined:
                    others.append((name, node.lineno))
                defined.add(name)
            case ast.Assign(targets=targets):
                names = [part.id for one in targets for part in ast.walk(one) if isinstance(part, ast.Name)]
                others += [(name, node.lineno) for name in names]
            case _:
                waiting += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
    yield from ((name, line) for name, line in others if name in defined)


def _names_of_libraries(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The names under which a source knows modules of the libraries whose calls are refused."""
    for node in nodes:
        if isinstance(node, ast.Import):
            names = [name for name in node.names if name.name.partition(".")[0] in _LIBRARIES]
            yield from (name.asname or name.name.partition(".")[0] for name in names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in _LIBRARIES:
            yield from (name.asname or name.name for name in node.names)


def _parts_of_a_library(node: ast.AST, libraries: Collection[str]) -> Iterator[str]:
    """Private parts of a library, which do the work of public ones, and matrices, whose ``*`` is a product."""
    match node:
        case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in libraries and _leads_around(name):
            yield f"{owner}.{name}"
        case ast.ImportFrom(module=str(module), names=names) if module.partition(".")[0] in _LIBRARIES:
            yield from (f"{module}.{name.name}" for name in names if _leads_around(name.name))
            yield from [module] if "._" in module else []
        case ast.Import(names=names):
            yield from (name.name for name in names if name.name.startswith(_LIBRARIES) and "._" in name.name)


def _leads_around(name: str) -> bool:
    return name in ("matrix", "bmat") or (name.startswith("_") and not name.startswith("__"))


def _words(node: ast.AST, libraries: Collection[str]) -> Iterator[str]:
    match node:
        case ast.Name(id="getattr"):
            yield "getattr"
        case ast.Assign(targets=targets, value=ast.Lambda()) if not all(
            isinstance(target, ast.Name) for target in targets
        ):
            yield "a lambda that is put into something"
        case ast.Name(id=name) if name in _FUNCTIONS:
            yield name
        case ast.Attribute(attr=name) if name in _ATTRIBUTES:
            yield name
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id=owner), attr="modules")) if owner not in {
            "self",
            *libraries,
        }:  # but for one's own, and for torch.nn.modules
            yield "sys.modules"  # under whatever name
        case ast.Attribute(value=ast.Name(id="sys"), attr="modules"):
            yield "sys.modules"
        case ast.ImportFrom(module="operator", names=[ast.alias(name="*")]):
            yield "from operator import *"
        case ast.Attribute(value=ast.Name(id="torch"), attr="ops"):
            yield "torch.ops"
        case ast.Constant(value=str(text)) if text in _ATTRIBUTES or text in _FUNCTIONS:
            yield text
        case ast.Import(names=names):
            yield from (name.name for name in names if name.name.partition(".")[0] in _MODULES)
        case ast.ImportFrom(module="importlib", names=[ast.alias(name="metadata" | "resources")]):
            return  # which import nothing
        case ast.ImportFrom(module=str(module), names=names):
            if module.partition(".")[0] in _MODULES:
                yield module
            yield from (name.name for name in names if name.name in _ATTRIBUTES)
            yield from ("sys.modules" for name in names if (module, name.name) == ("sys", "modules"))
        case ast.FunctionDef(name=name) if name in _ATTRIBUTES:
            yield name
