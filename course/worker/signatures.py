"""What a function takes, as its ``def`` says it: read from a source, never asked of the function."""

from __future__ import annotations

import ast
import re

_ARGUMENTS = re.compile(
    r"^TypeError: ((?:\w+\.)*\w+)\(\) (takes|missing|got an unexpected keyword|got multiple values|got some positional)"
)


def misused(message: str) -> str:
    """The function that a message of Python says was called with other arguments than it takes; empty for others."""
    match = _ARGUMENTS.match(message)
    return match[1] if match else ""


def signature(source: str, qualname: str) -> tuple[int, str] | None:
    """Line and text of the ``def`` of a function or method; None where the source has none of that name."""
    try:
        body: list[ast.stmt] = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return None
    *classes, name = qualname.replace("<locals>.", "").split(".")
    for outer in classes:
        body = [
            part for one in body if getattr(one, "name", "") == outer for part in getattr(one, "body", [])
        ]
    for one in reversed(body):  # of two definitions the later one counts
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)) and one.name == name:
            returns = f" -> {ast.unparse(one.returns)}" if one.returns else ""
            return one.lineno, f"def {name}({ast.unparse(one.args)}){returns}:"
    return None
