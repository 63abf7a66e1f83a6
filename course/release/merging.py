"""Three texts of one module made into one: the old release, the new release, and what the student has.

Whatever the student has changed stays, the rest becomes the new text. Where both have changed the same lines the
student's stand, and the name of the block is reported. No line that a student wrote is ever left out.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from course.catalog.blocks import TOP, lines_of, split_blocks

# The stub that stands in a skeleton for what is to be written.
_STUB = re.compile(r"^[ ]*# TODO\(.*\n(?:[ ]*#.*\n)*[ ]*raise NotImplementedError\(.*\)\r?\n", re.MULTILINE)


@dataclass
class Merge:
    """The merged text, and the names of the blocks by what happened to them."""

    text: str
    renewed: list[str] = field(default_factory=list)  # untouched by the student: the new text
    kept: list[str] = field(default_factory=list)  # touched, and the release has not changed it
    joined: list[str] = field(
        default_factory=list
    )  # touched; what the release changed elsewhere in it is taken
    disputed: list[str] = field(default_factory=list)  # both changed the same lines: the student's stand


def merge(old: str, mine: str, new: str) -> Merge:
    """Carry what changed from ``old`` to ``new`` into ``mine``. Texts may hold any line ends, or none at the end."""
    if mine.count("\r\n") * 2 > mine.count("\n"):
        old, new = _with_crlf(old), _with_crlf(new)
    if mine in (old, new):
        return Merge(new, renewed=_changed(old, new) if mine != new else [])
    if old == new:
        return Merge(mine, kept=_changed(old, mine))
    result = _merge_blocks(split_blocks(old), split_blocks(mine), split_blocks(new))
    if _parses(mine) and _parses(new) and not _parses(result.text):
        return Merge(mine, disputed=_changed(old, new))
    return result


def _merge_blocks(old: dict[str, str], mine: dict[str, str], new: dict[str, str]) -> Merge:
    result = Merge("")
    parts: list[str] = []
    for name in _order(mine, new):
        part = _merge_block(name, old.get(name), mine.get(name), new.get(name), result)
        if part:
            if parts and not parts[-1].endswith("\n"):
                parts.append("\n")
            parts.append(part)
    result.text = "".join(parts)
    return result


def _order(mine: dict[str, str], new: dict[str, str]) -> list[str]:
    """The order of the new release; what only the student has comes behind what it stands behind there."""
    order = list(new)
    before = TOP
    for name in mine:
        if name not in new:
            order.insert(order.index(before) + 1, name)
        before = name
    return order


def _merge_block(name: str, old: str | None, mine: str | None, new: str | None, result: Merge) -> str:
    if mine is None:
        if old is None:
            result.renewed.append(name)
            return new or ""
        if new != old:  # the student took it out, and the release has changed it
            result.disputed.append(name)
        return ""
    if new is None:
        if mine == old:
            result.renewed.append(name)
            return ""
        (result.kept if old is None else result.disputed).append(name)
        return mine
    if mine in (old, new):
        if mine != new:
            result.renewed.append(name)
        return new
    if old == new:
        result.kept.append(name)
        return mine
    new = _with_old_stubs(old or "", mine, new)
    text, disputed = _merge_lines(lines_of(old or ""), lines_of(mine), lines_of(new), both=name == TOP)
    (result.disputed if disputed else result.joined).append(name)
    return text


def _merge_lines(
    old: Sequence[str], mine: Sequence[str], new: Sequence[str], *, both: bool
) -> tuple[str, bool]:
    """Put what both sides have changed into the old lines; the student's where they touch the same ones.

    With ``both``, what both have added at one place is taken from both, as imports are.
    """
    out: list[str] = []
    disputed = False
    at = 0
    for ours, theirs in _clashes(_hunks(old, mine), _hunks(old, new)):
        start = min(hunk.start for hunk in (*ours, *theirs))
        end = max(hunk.end for hunk in (*ours, *theirs))
        out += old[at:start]
        at = end
        my_lines, their_lines = _applied(old, start, end, ours), _applied(old, start, end, theirs)
        if not ours or my_lines == their_lines:
            out += their_lines
        elif theirs and both and start == end:
            out += [*_ended(my_lines), *(line for line in their_lines if line not in my_lines)]
        else:
            out += my_lines
            disputed = disputed or bool(theirs)
    out += old[at:]
    return "".join(_ended(out[:-1]) + out[-1:]), disputed


def _ended(lines: Sequence[str]) -> list[str]:
    return [line if line.endswith("\n") else line + "\n" for line in lines]


@dataclass(frozen=True)
class _Hunk:
    """Lines ``start`` to ``end`` of the old text became ``lines``."""

    start: int
    end: int
    lines: tuple[str, ...]

    def clashes(self, other: _Hunk) -> bool:
        """Whether both change the same lines, or add at the same place; neighbours do not."""
        if self.start == self.end == other.start == other.end:
            return True
        return self.start < other.end and other.start < self.end


def _hunks(old: Sequence[str], now: Sequence[str]) -> list[_Hunk]:
    matcher = difflib.SequenceMatcher(None, old, now, autojunk=False)
    return [_Hunk(a, b, tuple(now[c:d])) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]


def _clashes(mine: Sequence[_Hunk], new: Sequence[_Hunk]) -> Iterator[tuple[list[_Hunk], list[_Hunk]]]:
    """The hunks of both sides in order, those that clash together."""
    waiting = sorted(
        [(h.start, h.end, 0, h) for h in mine] + [(h.start, h.end, 1, h) for h in new], key=lambda w: w[:3]
    )
    group: list[tuple[int, _Hunk]] = []
    for _, _, side, hunk in waiting:
        if group and not any(hunk.clashes(other) for _, other in group):
            yield [h for who, h in group if who == 0], [h for who, h in group if who == 1]
            group = []
        group.append((side, hunk))
    if group:
        yield [h for who, h in group if who == 0], [h for who, h in group if who == 1]


def _applied(old: Sequence[str], start: int, end: int, hunks: Sequence[_Hunk]) -> list[str]:
    """The old lines from ``start`` to ``end`` with one side's hunks in them."""
    out: list[str] = []
    at = start
    for hunk in hunks:
        out += [*old[at : hunk.start], *hunk.lines]
        at = hunk.end
    return [*out, *old[at:end]]


def _with_old_stubs(old: str, mine: str, new: str) -> str:
    """The new text with the old stubs in the places that the student has filled in, where their words are moot."""
    before, after = _STUB.findall(old), _STUB.findall(new)
    if len(before) != len(after):
        return new
    left = iter(before)
    return _STUB.sub(lambda match: stub if (stub := next(left)) not in mine else match.group(), new)


def _changed(before: str, after: str) -> list[str]:
    one, other = split_blocks(before), split_blocks(after)
    return [name for name in {**one, **other} if one.get(name) != other.get(name)]


def _with_crlf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
