"""A module cut into functions, each as tokens in which names that a person may choose, comments, layout, texts and
numbers do not count. What cannot be renamed stays: keywords, operators, and what is asked of a library.
"""

from __future__ import annotations

import ast
import io
import keyword
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

_LAYOUT = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT})
_LIBRARIES = frozenset({"np", "numpy", "torch", "F", "nn", "plt", "scipy", "math"})
NAME, NUMBER, TEXT = "n", "0", "s"
MOST_TOKENS = 20_000  # of a module


@dataclass(frozen=True)
class Function:
    """A function, method or the rest of a module: its lines, and its tokens, each with its line in the module."""

    module: str
    name: str
    first: int
    source: str
    tokens: tuple[str, ...]
    lines: tuple[int, ...]


def functions(module: str, text: str) -> list[Function]:
    """The functions and methods of a module in order; the whole of one that Python cannot read."""
    lines = text.splitlines(keepends=True)
    try:
        places = list(_places(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        places = [("", 1, len(lines))]
    found = []
    for name, first, last in places:
        source = "".join(lines[first - 1 : last])
        words, rows = _read(source)
        found.append(Function(module, name, first, source, words, tuple(first - 1 + row for row in rows)))
    return found


@lru_cache(maxsize=4096)  # what is given is the same in all hand-ins
def _read(source: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The tokens of a function, and the line of each in it."""
    tokens = list(islice(_tokens(source), MOST_TOKENS))
    return tuple(word for word, _ in tokens), tuple(row for _, row in tokens)


def _places(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno or node.lineno
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield f"{node.name}.{inner.name}", inner.lineno, inner.end_lineno or inner.lineno


def _tokens(source: str) -> Iterator[tuple[str, int]]:
    """Tokens with their line in ``source``, as far as Python's own reader comes."""
    before, begins = "", True
    try:
        for token in tokenize.generate_tokens(io.StringIO(_dedented(source)).readline):
            if token.type in _LAYOUT:
                begins |= token.type != tokenize.NL
                continue
            if token.type == tokenize.STRING and begins:  # a docstring
                continue
            begins = False
            if token.type != tokenize.ENDMARKER:
                word = _word(token, before)
                before = token.string
                yield word, token.start[0]
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return


def _dedented(source: str) -> str:
    """A method as if it stood alone; its lines keep their numbers."""
    indent = len(source) - len(source.lstrip(" \t"))
    lines = source.splitlines(keepends=True)
    return "".join(line[min(indent, len(line) - len(line.lstrip(" \t"))) :] for line in lines)


def _word(token: tokenize.TokenInfo, before: str) -> str:
    if token.type == tokenize.NUMBER:
        return NUMBER
    if token.type == tokenize.STRING:
        return TEXT
    if token.type == tokenize.NAME:
        fixed = keyword.iskeyword(token.string) or token.string in _LIBRARIES or before == "."
        return token.string if fixed else NAME
    return token.string
