"""What the docstring of an exercise says that it computes and returns: the last word where nobody foresaw the mistake.

A misconception is named and a pattern is seen; of every other wrong number a message quotes the task, for that is what
the code is to be compared with, line by line. Nothing is guessed, so nothing can mislead.
"""

from __future__ import annotations

import ast
import inspect
import re
from functools import lru_cache

MOST_LINES = 4  # of a docstring in a message
_HEADER = re.compile(r"^(\w+)\n-+$", re.MULTILINE)
_FORMULA = re.compile(r"[=←≈∝∂Σ⌊√⟨]")


def formula_of(source: str, qualname: str) -> str:
    """The lines with the formulas of an exercise; of one without any the words that take their place. Of a method
    without either those of its class.
    """
    docs = _docstrings(source)
    names = [qualname, qualname.rpartition(".")[0]]
    texts = [_description(docs.get(name, "")) for name in names if name]
    found = (choose(text) for choose in (_formulas, _words) for text in texts)
    return next(filter(None, found), "")


def returned_by(source: str, qualname: str) -> str:
    """What stands under Returns, as far as the first blank line."""
    return _section(_docstrings(source).get(qualname, ""), "Returns")


def raised_by(source: str, qualname: str) -> str:
    """What stands under Raises, as far as the first blank line."""
    return _section(_docstrings(source).get(qualname, ""), "Raises")


@lru_cache(maxsize=64)
def _docstrings(source: str) -> dict[str, str]:
    """The docstrings of functions, classes and methods by qualified name."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}
    found: dict[str, str] = {}

    def walk(node: ast.Module | ast.ClassDef, prefix: str) -> None:
        for child in node.body:
            if isinstance(child, (ast.FunctionDef, ast.ClassDef)):
                found[prefix + child.name] = inspect.cleandoc(ast.get_docstring(child, clean=False) or "")
            if isinstance(child, ast.ClassDef):
                walk(child, f"{prefix}{child.name}.")

    walk(tree, "")
    return found


def _description(text: str) -> list[str]:
    """The paragraphs before the first section."""
    header = _HEADER.search(text)
    before = text[: header.start()] if header else text
    return [part.rstrip() for part in re.split(r"\n\s*\n", before) if part.strip()]


def _formulas(paragraphs: list[str]) -> str:
    """The paragraphs that are set off as formulas, or else those that hold one, as many as there is room for."""
    rest = paragraphs[1:]
    set_off = [part for part in rest if part.startswith("    ") and _FORMULA.search(part)]
    return _as_many_as_fit(set_off or [part for part in rest if _FORMULA.search(part)])


def _words(paragraphs: list[str]) -> str:
    return _as_many_as_fit(paragraphs[1:2] or paragraphs[:1])


def _as_many_as_fit(paragraphs: list[str]) -> str:
    lines: list[str] = []
    for part in paragraphs:
        new = inspect.cleandoc(part).split("\n")
        if lines and len(lines) + len(new) > MOST_LINES:
            break
        lines += new
    return _cut(lines)


def _section(text: str, name: str) -> str:
    """The lines under a header, as far as the first blank one."""
    headers = list(_HEADER.finditer(text))
    for header in headers:
        if header[1] == name:
            return _cut(text[header.end() :].strip("\n").partition("\n\n")[0].split("\n"))
    return ""


def _cut(lines: list[str]) -> str:
    shown = lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], "…"]
    return "\n".join(line.rstrip() for line in shown)
