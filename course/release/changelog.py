"""The changelog, cut into the sections of its versions."""

from __future__ import annotations

import re
from pathlib import Path

_HEADING = re.compile(r"^## +\[?v?([^\s\]]+)\]?.*$", re.MULTILINE)


def read_changes(path: Path) -> tuple[tuple[str, str], ...]:
    """Version and text of every released section, in the order of the file; empty when there is no changelog."""
    if not path.is_file():
        return ()
    text = path.read_text(encoding="utf-8")
    headings = list(_HEADING.finditer(text))
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    return tuple(
        (heading.group(1), text[heading.end() : end].strip())
        for heading, end in zip(headings, ends, strict=True)
        if heading.group(1)[0].isdigit()  # not what is unreleased
    )
