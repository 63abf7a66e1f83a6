"""What in a source could lead around refused calls: a note for staff, and no verdict.

Student code and the guards of refused calls share a process, and Python hides nothing in a process from itself. Whoever
uses one of these may have a good reason, and loses no point; somebody should look.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from course.testing.scanning import MAX_SOURCE, nodes_of

_FUNCTIONS = frozenset("exec eval compile __import__ __builtins__".split())
_MODULES = frozenset("builtins ctypes gc importlib inspect".split())
_ATTRIBUTES = frozenset(
    """
    __closure__ __code__ __globals__ __wrapped__ __subclasses__ cell_contents _implementation _C
    __traceback__ tb_frame f_back f_globals f_locals _getframe meta_path setprofile settrace
    __array_function__ __array_ufunc__ __torch_function__ __torch_dispatch__
    """.split()
)
_WORDS = re.compile(
    "|".join(
        rf"(?<!\w){word}(?!\w)" for word in sorted(_FUNCTIONS | _MODULES | _ATTRIBUTES | {"modules", "ops"})
    )
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
    for node in nodes_of(source):
        for word in _words(node):
            first.setdefault(word, node.lineno)  # type: ignore[attr-defined]
    yield from sorted(first.items(), key=lambda item: item[1])


def _may_have_one(source: bytes) -> bool:
    """Without one of the words in its text a source need not be parsed; other letters may stand for theirs."""
    if not source.isascii() or b"coding" in source[:200]:
        return True
    return _WORDS.search(source.decode()) is not None


def _words(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name) if name in _FUNCTIONS:
            yield name
        case ast.Attribute(attr=name) if name in _ATTRIBUTES:
            yield name
        case ast.Attribute(value=ast.Name(id="sys"), attr="modules"):
            yield "sys.modules"
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
