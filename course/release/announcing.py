"""Refused calls, announced: what an exercise does not allow stands in its docstring and in its section of the sheet.

Both are made by ``course sync`` from ``refused`` in exercises.toml, so nobody is refused what nobody was told.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator, Sequence

from course.catalog import Day, Exercise
from course.notebooks.sheets import anchor_of

WIDTH = 106
BEGIN, END = "<!-- refused -->", "<!-- /refused -->"
_BLOCK = re.compile(rf"\n*{BEGIN}\n.*?{END}(?=\n)", re.DOTALL)
_HEADING = re.compile(r"^#{1,6} +(.*)$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")


def in_words(refused: Sequence[str], quote: str) -> str:
    """The refused calls as a person reads them: those of one package together. ``quote`` stands around each name."""

    def quoted(names: Sequence[str]) -> str:
        return ", ".join(f"{quote}{name}{quote}" for name in names)

    operators = [name for name in refused if not name[-1].isalnum() and not name.endswith("_")]
    methods = [name for name in refused if name.startswith(".")]
    packages: dict[str, list[str]] = {}
    for name in refused:
        if name not in operators and name not in methods:
            package, _, last = name.rpartition(".")
            packages.setdefault(package, []).append(last)
    parts = [f"the operator{'s' * (len(operators) > 1)} {quoted(operators)}"] if operators else []
    parts += [f"the method{'s' * (len(methods) > 1)} {quoted(methods)}"] if methods else []
    parts += [quoted([f"{package}.{names[0]}"]) for package, names in packages.items() if len(names) == 1]
    groups = [
        f"from {quoted([package])}: {quoted(names)}" for package, names in packages.items() if len(names) > 1
    ]
    return "; ".join([", ".join(parts), *groups] if parts else groups)


# The docstring


def announced(source: str, day: Day, module: str) -> str:
    """A source of the day in which the docstring of each exercise says what is not allowed."""
    refused = {e.qualname: e.refused for e in day.exercises if e.module == module and e.refused}
    if not refused:
        return source
    lines = source.splitlines()
    found = [(node, refused[name]) for name, node in _definitions(ast.parse(source), "") if name in refused]
    for node, names in sorted(found, key=lambda pair: pair[0].lineno, reverse=True):
        if ast.get_docstring(node) is not None:
            _announce(lines, node, names)
    return "\n".join(lines) + "\n"


_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _definitions(node: ast.AST, prefix: str) -> Iterator[tuple[str, _Definition]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Definition):
            yield f"{prefix}{child.name}", child
        if isinstance(child, ast.ClassDef):
            yield from _definitions(child, f"{prefix}{child.name}.")


def _announce(lines: list[str], node: _Definition, names: Sequence[str]) -> None:
    """Put the paragraph at the end of the docstring, or above its references."""
    first, last = node.body[0].lineno - 1, (node.body[0].end_lineno or 0) - 1
    indent = " " * node.body[0].col_offset
    text = f"Not allowed here: {in_words(names, '``')}."
    paragraph = textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )
    references = [n for n in range(first, last) if lines[n].strip() == "References"]
    if references:
        lines[references[-1] : references[-1]] = [*paragraph, ""]
        return
    end = lines[last].rstrip()
    if end.strip() not in ('"""', "'''"):  # the closing quotes stand behind the text
        lines[last : last + 1] = [end[:-3].rstrip(), indent + end[-3:]]
        last += 1
    lines[last:last] = ["", *paragraph]


# The sheet


def announced_in_sheet(sheet: str, day: Day) -> str:
    """The sheet with a paragraph at the end of each section whose exercises refuse something."""
    blocks = {anchor: _block(exercises) for anchor, exercises in _by_section(day).items()}
    out: list[str] = []
    waiting = ""
    fenced = False
    for line in [*_BLOCK.sub("", sheet).splitlines(), None]:
        heading = None if line is None or fenced else _HEADING.match(line)
        if waiting and (heading or line is None):
            while out and not out[-1].strip():
                out.pop()
            out += ["", waiting, *([""] if heading else [])]
            waiting = ""
        if line is None:
            break
        if heading:
            waiting = blocks.pop(anchor_of(heading.group(1)), "")
        fenced ^= _FENCE.match(line) is not None
        out.append(line)
    return "\n".join(out) + "\n"


def _by_section(day: Day) -> dict[str, list[Exercise]]:
    found: dict[str, list[Exercise]] = {}
    for exercise in day.exercises:
        if exercise.refused:
            found.setdefault(exercise.sheet, []).append(exercise)
    return found


def _block(exercises: Sequence[Exercise]) -> str:
    """One sentence for the exercises that refuse the same."""
    names: dict[tuple[str, ...], list[str]] = {}
    for exercise in exercises:
        names.setdefault(exercise.refused, []).append(f"`{exercise.qualname}`")
    sentences = [f"Not allowed in {_and(who)}: {in_words(refused, '`')}." for refused, who in names.items()]
    wrapped = [
        "\n".join(textwrap.wrap(sentence, 116, break_on_hyphens=False, break_long_words=False))
        for sentence in sentences
    ]
    return "\n".join([BEGIN, "\n\n".join(wrapped), END])


def _and(names: Sequence[str]) -> str:
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last
