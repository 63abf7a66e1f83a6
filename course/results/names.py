"""Names of students: as the names of files, and as text for people. A student, or whoever packed the class, may have
chosen any name that some file system holds; the true one stands inside the record.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

LONGEST = 150  # bytes: most systems allow 255, and files being written have longer names
_FORBIDDEN = re.compile(r'[<>:"/\\|?*~]')  # what Windows does not allow, and the sign before our hash
_RESERVED = re.compile(
    r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?|run", re.IGNORECASE
)  # devices of Windows; run.json
_READABLE = 60
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(text: str) -> str:
    """Text on one line that does nothing: what cannot be printed, such as a line break, the start of an escape sequence
    or half of a character, is written as in Python source.
    """
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def controls_shown(text: str) -> str:
    """Text of any number of lines in which no sign moves, hides or turns round what stands beside it: control
    characters and those that change the direction of writing are written as in Python source, all letters stay.
    """
    return _CONTROLS.sub(lambda sign: repr(sign[0])[1:-1], text)


def written(value: Any) -> Any:
    """What a template writes of a value: escaping leaves control characters as they are, so they are shown here, for
    every place of every page. Markup is the page's own.
    """
    return controls_shown(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def one_line(text: str) -> str:
    """Words of several lines on one, with nothing in them that cannot be printed."""
    return shown(" ".join(text.split()))


def shortened(text: str, room: int) -> str:
    """Text of at most so many characters, and how many were left out where it had more."""
    if len(text) <= room:
        return text
    return f"{text[:room]}… ({len(text) - room} characters more)"


def is_text(name: str) -> bool:
    """Whether a name is UTF-8. Python marks bytes of a file's name that are not; no database takes those."""
    return name.encode("utf-8", "ignore").decode() == name


def file_stem(student: str, *, alone: bool = True) -> str:
    """What a student's files are called, without the ending: the name itself where every system takes it as it is, else
    what can be read of it and a hash.

    ``alone`` is false for one of several students whose names some systems do not tell apart (:func:`alike`).
    """
    if alone and _is_ordinary(student):
        return student
    readable = re.sub(r"[^\w -]", "_", unicodedata.normalize("NFC", student)).strip()
    while len(readable.encode("utf-8", "replace")) > _READABLE:
        readable = readable[:-1]
    readable = f"_{readable[1:]}" if readable.startswith("-") else readable.rstrip() or "_"
    return f"{readable}~{hashlib.sha256(student.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def alike(students: Collection[str]) -> frozenset[str]:
    """Those whose names differ in case only, or in the way an accented letter is put together: macOS and Windows would
    give them one file.
    """
    count = Counter(map(_folded, students))
    return frozenset(student for student in students if count[_folded(student)] > 1)


def stem_in(out: Path, student: str) -> str:
    """The stem under which there are results of a student in ``out``, whoever else was graded there."""
    with_hash = file_stem(student, alone=False)
    return with_hash if os.path.isfile(out / f"{with_hash}.json") else file_stem(student)


def _folded(student: str) -> str:
    return unicodedata.normalize("NFKC", student).casefold()


def _is_ordinary(student: str) -> bool:
    return (
        student.isprintable()
        and len(student.encode()) <= LONGEST
        and not student.startswith((".", "-", " "))
        and not student.endswith((".", " "))
        and _FORBIDDEN.search(student) is None
        and _RESERVED.fullmatch(student) is None
        and unicodedata.is_normalized("NFC", student)
        and student != ""
    )
