"""A module cut into blocks, one per function or method, each with its name: the unit in which an update thinks.

The cut is by lines and not by the syntax tree, so it also works for a file that Python cannot read at the moment.
Put together again, the blocks are the file.
"""

from __future__ import annotations

import re
from collections import Counter

_HEAD = re.compile(r"(?P<indent>|    )(?:async\s+)?(?P<kind>def|class)\s+(?P<name>\w+)")
TOP = ""  # the block above the first function: docstring, imports, constants


def lines_of(text: str) -> list[str]:
    """Lines with their ends; only the newline ends a line."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def split_blocks(text: str) -> dict[str, str]:
    """Name → text, in order: ``""`` for the top of the file, then ``total``, ``Counter``, ``Counter.step``.

    A block reaches to the next one. A name that comes twice is counted: ``total#2``.
    """
    lines = lines_of(text)
    starts: list[tuple[int, str]] = [(0, TOP)]
    owner, seen = "", Counter[str]()
    for number, line in enumerate(lines):
        head = _HEAD.match(line)
        if head is None or (head["indent"] and not owner):
            continue
        if not head["indent"]:
            owner = head["name"] if head["kind"] == "class" else ""
        name = f"{owner}.{head['name']}" if head["indent"] else head["name"]
        seen[name] += 1
        first = _first_decorator(lines, number, head["indent"])
        starts.append((first, name if seen[name] == 1 else f"{name}#{seen[name]}"))
    ends = [*(first for first, _ in starts[1:]), len(lines)]
    return {name: "".join(lines[first:end]) for (first, name), end in zip(starts, ends, strict=True)}


def _first_decorator(lines: list[str], number: int, indent: str) -> int:
    while number and lines[number - 1].startswith(f"{indent}@"):
        number -= 1
    return number


def line_of_block(text: str, name: str) -> int | None:
    """The line in which a block begins, from 1; None when there is none of that name."""
    line = 1
    for block, content in split_blocks(text).items():
        if block == name:
            return line
        line += len(lines_of(content))
    return None


def is_part_of(block: str, name: str) -> bool:
    """Whether a block is a function or a class of this name, or stands in it; also where the name comes again."""
    return block == name or block.startswith((f"{name}.", f"{name}#"))
