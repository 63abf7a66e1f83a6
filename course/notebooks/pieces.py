"""A module cut into pieces, one per exercise and one for what stands between two of them, and put together again.

Cutting loses nothing: the pieces of any text, joined, are that text. Only top-level definitions are
looked at, so the exercises that are methods of one class share the piece of the class.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

SCRIPT = "__main__"  # the name of the piece that only runs when the module is started as a program

# Python's own idea of a line; str.splitlines knows more separators.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_OPENING = re.compile(r"(?:async[ \t]+def|def|class)[ \t]+(\w+)")
_INNER_COMMENT = re.compile(r"[ \t]+#")
_BLANK_ABOVE = re.compile(r"(?:[ \t]*(?:\r\n|\r|\n))*")
_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Piece:
    """A stretch of a module: the definition ``name``, or text between definitions when it is empty.

    ``lead`` holds the blank lines above ``text``.
    """

    name: str
    text: str
    lead: str = ""


@dataclass(frozen=True)
class _Stretch:
    name: str
    first: int  # lines, the last one excluded
    last: int


def split(text: str, names: Collection[str]) -> list[Piece]:
    """The pieces of a module in the order of the file; ``names`` are the definitions that get one of their own.

    A name that is defined twice has its piece at the last definition, the one that counts. The blank end of the
    file is the lead of a last, empty piece; comments inside a function belong to it, also below its last statement.
    """
    lines = python_lines(text)
    pieces: list[Piece] = []
    lead, position = "", 0
    for stretch in [*_stretches(text, lines, names), _Stretch("", len(lines), len(lines))]:
        for name, first, last in (("", position, stretch.first), (stretch.name, stretch.first, stretch.last)):
            above, body, below = _strip("".join(lines[first:last]))
            lead += above
            if body:
                pieces.append(Piece(name, body, lead))
                lead = below
        position = stretch.last
    return [*pieces, Piece("", "", lead)] if lead else pieces


def python_lines(text: str) -> list[str]:
    """The lines as Python counts them, with their ends; joined they are the text."""
    return _LINE.findall(text)


def join(pieces: Sequence[Piece]) -> str:
    """The text of the module. A piece always begins on a line of its own."""
    text = ""
    for piece in pieces:
        needs_break = text and piece.text and not text.endswith(("\n", "\r")) and not piece.lead
        text += ("\n" if needs_break else "") + piece.lead + piece.text
    return text


@lru_cache(maxsize=1024)  # most cells of a class are the same
def parse(text: str) -> ast.Module | None:
    """The syntax tree, to be read only; None when Python cannot read the text."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def defined_names(text: str) -> list[str]:
    """Functions and classes at the top level of a text, also of one that Python cannot read."""
    tree = parse(text)
    if tree is None:
        return [match.group(1) for line in python_lines(text) if (match := _OPENING.match(line))]
    return [node.name for node in tree.body if isinstance(node, _DEFINITIONS)]


def is_written(text: str) -> bool:
    """Whether a piece holds an answer, and no longer only the stub of the skeleton."""
    return "raise NotImplementedError" not in text


def first_line(node: ast.stmt) -> int:
    """The line where a definition begins, its decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _stretches(text: str, lines: Sequence[str], names: Collection[str]) -> list[_Stretch]:
    tree = parse(text)
    found = _unread(lines, names) if tree is None else _read(tree, lines, names)
    latest = {stretch.name: stretch for stretch in found}
    return sorted(latest.values(), key=lambda stretch: stretch.first)


def _read(tree: ast.Module, lines: Sequence[str], names: Collection[str]) -> Iterator[_Stretch]:
    for node in tree.body:
        if isinstance(node, _DEFINITIONS) and node.name in names:
            last = node.end_lineno or node.lineno
            while last < len(lines) and _INNER_COMMENT.match(lines[last]):
                last += 1
            yield _Stretch(node.name, first_line(node) - 1, last)
        elif isinstance(node, ast.If) and _asks_for_script(node.test):
            yield _Stretch(SCRIPT, node.lineno - 1, node.end_lineno or node.lineno)


def _asks_for_script(test: ast.expr) -> bool:
    """Whether this is ``__name__ == "__main__"``; looked at and not written out, for a condition may be deeper than
    Python can follow.
    """
    match test:
        case ast.Compare(ast.Name("__name__"), [ast.Eq()], [ast.Constant("__main__")]):
            return True
    return False


def _unread(lines: Sequence[str], names: Collection[str]) -> Iterator[_Stretch]:
    """By the look of the lines, where Python cannot read them: a definition ends where the next thing begins."""
    starts = [n for n, line in enumerate(lines) if line[0] not in " \t\r\n#)]}"]
    for start, after in zip(starts, [*starts[1:], len(lines)], strict=False):
        match = _OPENING.match(lines[start])
        if match is None or match.group(1) not in names:
            continue
        first = start
        while first and lines[first - 1].startswith("@"):
            first -= 1
        last = after
        while last > start + 1 and (not lines[last - 1].strip() or lines[last - 1][0] in "#@"):
            last -= 1
        yield _Stretch(match.group(1), first, last)


def _strip(text: str) -> tuple[str, str, str]:
    """Blank lines above, the text, and what is blank below it."""
    above = _BLANK_ABOVE.match(text)
    start = above.end() if above else 0
    written = len(text.rstrip(" \t\r\n"))
    if written <= start:
        return text, "", ""
    # Blanks behind the last word are of its line. No regular expression looks for the end of the text: one that tries
    # at every line break takes hours for a file of a megabyte that holds little else.
    below = _BREAK.search(text, written)
    end = below.start() if below else len(text)
    return text[:start], text[start:end], text[end:]
