"""Mutants: the solution with one small thing changed, as a slip of the hand would.

They are made from the syntax tree of what the student writes, the marked regions, and keep the statement
before and after, so that a survivor can be read, and recorded, wherever in the file it has moved.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from course.catalog import Exercise
from course.release.skeletons import Region
from course.verify.names import NameChanges
from course.verify.operators import (
    expression_changes,
    is_quiet,
    statement_changes,
    stored_names,
    swappable,
    value_changes,
)
from course.verify.roots import Sources

Fate = Literal["assertion", "exception", "timeout", "equivalent", "survived"]
"""How a mutant ended: killed by an assertion, by an exception of its own, by the clock; not killed."""

REMOVED = "(removed)"


@dataclass(frozen=True)
class Mutant:
    """One change: the statement it stands in before and after, and the function or class with it.

    The lines of the module ``above`` and ``below`` are shared by thousands of mutants, which would fill the memory
    as whole modules.
    """

    exercise: str
    module: str
    line: int
    operator: str
    before: str
    after: str
    changed: str
    above: str = ""
    below: str = ""

    @property
    def source(self) -> str:
        """The whole module."""
        return f"{self.above}{self.changed}{self.below}"

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it, wherever in the file it stands."""
        return self.exercise, self.before, self.after


@dataclass(frozen=True)
class MutantResult:
    """What became of a mutant; ``by`` is the test that killed it, or why nothing can."""

    mutant: Mutant
    fate: Fate
    by: str = ""

    def to_plain(self) -> dict[str, Any]:
        mutant = self.mutant
        return {
            "exercise": mutant.exercise,
            "line": mutant.line,
            "operator": mutant.operator,
            "before": mutant.before,
            "after": mutant.after,
        }


def mutants_of(sources: Sources, exercise: Exercise) -> list[Mutant]:
    """Every mutant of one exercise, no two with the same code."""
    text = sources.texts[exercise.module]
    tree = ast.parse(text)
    seen = {ast.unparse(tree)}
    found: list[Mutant] = []
    for region in sources.regions(exercise):
        for top in tree.body:
            if top.lineno <= region.first and region.last <= (top.end_lineno or top.lineno) + 1:
                found += _RegionMutants(exercise, text, tree, top, region, seen).make()
    return found


class _RegionMutants:
    """Changes the tree in place, writes the module down, changes it back."""

    def __init__(
        self, exercise: Exercise, text: str, tree: ast.Module, top: ast.stmt, region: Region, seen: set[str]
    ) -> None:
        self._exercise = exercise
        self._tree = tree
        self._top = top
        self._region = region
        self._seen = seen
        lines = text.splitlines()
        first = min([top.lineno, *(d.lineno for d in getattr(top, "decorator_list", []))])
        self._above = "".join(f"{line}\n" for line in lines[: first - 1])
        self._below = "".join(f"\n{line}" for line in lines[top.end_lineno or top.lineno :]) + "\n"
        self._names = NameChanges(top)
        self._found: list[Mutant] = []

    def make(self) -> list[Mutant]:
        for owner, block in _blocks(self._top):
            known = frozenset(_parameters(owner))
            for at, statement in enumerate(block):
                if self._region.first <= statement.lineno <= self._region.last:
                    self._mutate_block(block, at, known)
                    self._mutate_expressions(statement)
                known |= stored_names(statement)
        return self._found

    def _mutate_block(self, block: list[ast.stmt], at: int, known: frozenset[str]) -> None:
        statement = block[at]
        before = headline([statement])
        for operator, instead in statement_changes(block, at, known | self._assigned_around(statement)):
            block[at : at + 1] = instead
            removed = len(instead) == 1 and isinstance(instead[0], ast.Pass)
            after = REMOVED if removed else headline(instead)
            if after == before:  # the change is inside a compound statement
                after = f"{after} ({operator})"
            self._write(operator, statement.lineno, before, after)
            block[at : at + len(instead)] = [statement]
        if at + 1 < len(block) and block[at + 1].lineno <= self._region.last:
            following = block[at + 1]
            if swappable(statement, following, known):
                block[at], block[at + 1] = following, statement
                pair = [statement, following]
                self._write("swapped statements", statement.lineno, headline(pair), headline(pair[::-1]))
                block[at], block[at + 1] = statement, following

    def _assigned_around(self, statement: ast.stmt) -> set[str]:
        """Names that other statements of the function assign before this one."""
        earlier = [n for n in ast.walk(self._top) if isinstance(n, ast.stmt) and n.lineno < statement.lineno]
        return {name for node in earlier if not _contains(node, statement) for name in stored_names(node)}

    def _mutate_expressions(self, statement: ast.stmt) -> None:
        if isinstance(statement, (ast.Raise, ast.Assert)) or is_quiet(statement):
            return
        before = headline([statement])
        for parent, name, index, node in _expressions(statement):
            changes = [*expression_changes(node, parent), *self._names.changes(node, parent)]
            if parent is statement and name == "value" and _gives_one_value(statement):
                changes += value_changes(node)
            line = getattr(node, "lineno", statement.lineno)
            for operator, instead in changes:
                _put(parent, name, index, instead)
                self._write(operator, line, before, headline([statement]))
                _put(parent, name, index, node)

    def _write(self, operator: str, line: int, before: str, after: str) -> None:
        changed = ast.unparse(self._top)
        if changed in self._seen:
            return
        self._seen.add(changed)
        if before == after or not _compiles(changed):
            return
        name, module = self._exercise.name, self._exercise.module
        self._found.append(
            Mutant(name, module, line, operator, before, after, changed, self._above, self._below)
        )


def headline(statements: Sequence[ast.stmt]) -> str:
    """Statements on one line; of a compound one only its head."""
    return "; ".join(ast.unparse(statement).splitlines()[0] for statement in statements)


def _compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _blocks(top: ast.stmt) -> Iterator[tuple[ast.AST, list[ast.stmt]]]:
    """Every list of statements below ``top`` with the function it stands in."""

    def walk(node: ast.AST, owner: ast.AST) -> Iterator[tuple[ast.AST, list[ast.stmt]]]:
        owner = node if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else owner
        for _, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                yield owner, value
        for child in ast.iter_child_nodes(node):
            yield from walk(child, owner)

    yield from list(walk(top, top))


def _parameters(function: ast.AST) -> list[str]:
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return []
    arguments = function.args
    return [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def _expressions(statement: ast.stmt) -> Iterator[tuple[ast.AST, str, int | None, ast.expr]]:
    """Every expression of a statement with the place it stands in; statements inside it are left to their block.

    Annotations of local names say nothing to the machine, so they are left alone.
    """

    def walk(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.expr]]:
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns"):
                continue
            for index, part in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(part, (ast.stmt, ast.JoinedStr)) or not isinstance(part, ast.AST):
                    continue
                if isinstance(part, ast.expr) and not _is_target(part):
                    yield node, name, index, part
                yield from walk(part)

    yield from list(walk(statement))


def _is_target(node: ast.expr) -> bool:
    """A plain name that is assigned; the index of ``x[i] = …`` may be changed like any other."""
    return isinstance(node, (ast.Name, ast.Tuple, ast.List, ast.Attribute)) and not isinstance(
        node.ctx, ast.Load
    )


def _gives_one_value(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Assign):
        return not any(isinstance(target, (ast.Tuple, ast.List)) for target in statement.targets)
    return isinstance(statement, ast.Return)


def _put(parent: ast.AST, name: str, index: int | None, node: ast.expr) -> None:
    if index is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[index] = node


def _contains(node: ast.AST, inner: ast.AST) -> bool:
    return any(part is inner for part in ast.walk(node))


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"
