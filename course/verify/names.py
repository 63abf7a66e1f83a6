"""Names that are easily taken for another, and arguments that are easily forgotten."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from course.verify.operators import Change, call_name

_SHAPE_ONLY = frozenset("len shape size ndim zeros_like ones_like empty_like isinstance super".split())
_NUMERIC = ("ndarray", "Tensor", "float", "int", "complex", "ArrayLike")


class NameChanges:
    """What could stand in the place of a name in one function or class."""

    def __init__(self, top: ast.stmt) -> None:
        self._siblings = _siblings(top)
        functions = [n for n in ast.walk(top) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
        self._numbers = {
            name for function in functions for name, kind in _parameters(function) if _is_numeric(kind)
        }

    def changes(self, node: ast.expr, parent: ast.AST) -> Iterator[Change]:
        """Another name that was unpacked with it, is a parameter of the same type or began with the same value;
        and zero times a numeric argument, as if it were not used.
        """
        if not isinstance(getattr(node, "ctx", None), ast.Load):
            return
        other = self._siblings.get(_key(node))
        if other is not None and isinstance(node, ast.Name):
            yield "other variable", ast.Name(other, ast.Load())
        elif other is not None and isinstance(node, ast.Attribute):
            yield "other variable", ast.Attribute(node.value, other.removeprefix("self."), ast.Load())
        if isinstance(node, ast.Name) and node.id in self._numbers and _is_operand(node, parent):
            yield "ignored argument", ast.BinOp(ast.Constant(0), ast.Mult(), node)


def _is_operand(node: ast.expr, parent: ast.AST) -> bool:
    if isinstance(parent, ast.Call):
        return node in parent.args and call_name(parent) not in _SHAPE_ONLY
    return isinstance(parent, ast.BinOp)


def _is_numeric(annotation: ast.expr | None) -> bool:
    return annotation is not None and any(word in ast.unparse(annotation) for word in _NUMERIC)


def _key(node: ast.AST) -> str:
    """``x`` and ``self.x``; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return f"self.{node.attr}"
    return ""


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[tuple[str, ast.expr | None]]:
    arguments = function.args
    return [(a.arg, a.annotation) for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def _siblings(top: ast.stmt) -> dict[str, str]:
    """For each name the one that is most easily taken for it."""
    groups: list[list[str]] = []
    for node in ast.walk(top):
        if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Store):
            groups.append([part.id for part in node.elts if isinstance(part, ast.Name) and part.id != "_"])
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            groups += _parameters_by_type(node)
    groups += _attributes_by_value(top)
    siblings: dict[str, str] = {}
    for group in groups:
        for name, other in zip(group, group[1:] + group[:1], strict=True):
            if name != other:
                siblings.setdefault(name, other)
    return siblings


def _parameters_by_type(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[list[str]]:
    by_type: dict[str, list[str]] = {}
    for name, annotation in _parameters(function):
        if annotation is not None:
            by_type.setdefault(ast.unparse(annotation), []).append(name)
    return list(by_type.values())


def _attributes_by_value(top: ast.stmt) -> list[list[str]]:
    """Attributes that begin with the same value: ``self.m`` and ``self.v``."""
    by_value: dict[str, list[str]] = {}
    for node in ast.walk(top):
        if (
            isinstance(node, ast.Assign)
            and len(node.targets) == 1
            and isinstance(node.targets[0], ast.Attribute)
        ):
            name = _key(node.targets[0])
            names = by_value.setdefault(ast.unparse(node.value), [])
            if name and name not in names:
                names.append(name)
    return [names for names in by_value.values() if len(names) > 1]
