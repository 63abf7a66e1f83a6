"""The sheet of a day, cut into its sections, with links that work inside a notebook."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Section:
    """One heading of the second level with what stands below it; the text above the first one has no anchor."""

    anchor: str
    text: str


def sections(sheet: str) -> list[Section]:
    """The sections of a sheet, in order."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    fenced = False
    for line in sheet.replace("\r\n", "\n").split("\n"):
        fenced ^= _FENCE.match(line) is not None
        if line.startswith("## ") and not fenced:
            parts.append((line.removeprefix("## ").strip(), []))
        if not line.startswith(("<!-- points", "<!-- /points", "<!-- refused", "<!-- /refused")):
            parts[-1][1].append(line)
    headings = {anchor_of(heading): heading for heading, _ in parts}
    return [
        Section(anchor_of(heading), _relink("\n".join(lines).strip(), headings)) for heading, lines in parts
    ]


def anchor_of(heading: str) -> str:
    """The anchor that GitHub gives a heading, which is how an exercise names its section."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _relink(text: str, headings: dict[str, str]) -> str:
    """Links to sections in Jupyter's form; links to files of the day folder, which are not there, as plain text."""

    def link(match: re.Match[str]) -> str:
        words, target = match.groups()
        if target.startswith("#"):
            heading = headings.get(target[1:])
            return f"[{words}](#{heading.replace(' ', '-')})" if heading else words
        return match.group(0) if ":" in target else words

    return _LINK.sub(link, text)
