"""A test file without its hidden tests: taken out of the source, with whatever only they used.

What stays is the author's own text, line by line. It does not decide which tests are hidden; the
catalogue does.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

WIDTH = 110


@dataclass(frozen=True)
class _Item:
    """A top-level statement, or one name of an import: what it defines and which names it uses."""

    node: ast.stmt
    alias: ast.alias | None
    defines: frozenset[str]
    uses: frozenset[str]


def without_tests(source: str, names: Collection[str]) -> str | None:
    """``source`` without the functions ``names`` and without helpers, constants and imports that only they
    used.

    None when no test is left. Whatever nobody used before stays: it may be there for its effect.
    """
    tree = ast.parse(source)
    items = [item for node in tree.body for item in _items(node)]
    gone = _gone(items, names)
    if not any(name.startswith("test_") for item in items if item not in gone for name in item.defines):
        return None
    return _cut(source, tree, gone)


def hidden_parts(source: str, names: Collection[str]) -> list[str]:
    """What :func:`without_tests` takes out: the text of each function, helper and constant."""
    lines = source.splitlines()
    items = [item for node in ast.parse(source).body for item in _items(node)]
    nodes = [item.node for item in _gone(items, names) if item.alias is None]
    return ["\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in nodes]


def _gone(items: Sequence[_Item], names: Collection[str]) -> list[_Item]:
    hidden = [item for item in items if item.defines & set(names)]
    maybe = [item for item in _reached(hidden, items) if item not in hidden]
    roots = [item for item in items if item not in maybe and item not in hidden]
    needed = _reached(roots, items)
    return [*hidden, *(item for item in maybe if item not in needed)]


def _items(node: ast.stmt) -> Iterator[_Item]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            yield _Item(node, alias, frozenset({name}), frozenset())
        return
    uses = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    yield _Item(node, None, frozenset(_defined(node)), frozenset(uses))


def _defined(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id


def _reached(starts: Sequence[_Item], items: Sequence[_Item]) -> list[_Item]:
    """The items that ``starts`` are or use, directly or through others."""
    found = list(starts)
    for item in found:
        found += [other for other in items if other.defines & item.uses and other not in found]
    return found


def _cut(source: str, tree: ast.Module, gone: Sequence[_Item]) -> str:
    lines: list[str | None] = list(source.splitlines())
    for node in tree.body:
        taken = [item for item in gone if item.node is node]
        if not taken:
            continue
        first, last = _extent(node, lines)
        lines[first - 1 : last] = [None] * (last - first + 1)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            left = [alias for alias in node.names if alias not in [item.alias for item in taken]]
            if left:
                lines[first - 1] = "\n".join(_import_lines(node, left, last > first))
    return "\n".join(_close_gaps(lines)).rstrip() + "\n"


def _extent(node: ast.stmt, lines: Sequence[str | None]) -> tuple[int, int]:
    """First and last line of a statement, with its decorators and the comment directly above."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    while first > 1 and (lines[first - 2] or "").startswith("#"):
        first -= 1
    return first, node.end_lineno or node.lineno


def _import_lines(node: ast.Import | ast.ImportFrom, names: Sequence[ast.alias], folded: bool) -> list[str]:
    """An import statement of these names, folded as it was or because it is too long."""
    words = [f"{a.name} as {a.asname}" if a.asname else a.name for a in names]
    if isinstance(node, ast.Import):
        return [f"import {', '.join(words)}"]
    head = f"from {'.' * node.level}{node.module or ''} import"
    line = f"{head} {', '.join(words)}"
    if not folded and len(line) <= WIDTH:
        return [line]
    return [f"{head} (", *(f"    {word}," for word in words), ")"]


def _close_gaps(lines: Sequence[str | None]) -> Iterator[str]:
    """The lines that are left; where something was taken out, as many blank ones as its larger gap had."""
    run: list[str | None] = []
    for line in lines:
        if line is None or not line.strip():
            run.append(line)
            continue
        widest = blank = 0
        for one in run:
            blank = 0 if one is None else blank + 1
            widest = max(widest, blank)
        yield from [""] * (widest if None in run else len(run))
        run = []
        yield line
