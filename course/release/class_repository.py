"""The private repository of a class: what collects and grades it on a schedule, on the course's side."""

from __future__ import annotations

import re

from course.catalog import Course
from course.catalog.reading import ADDRESS
from course.errors import UsageError
from course.release.student import filled_part

_PARTS = {
    "collect.yml": ".github/workflows/collect.yml",
    "gitlab-collect.yml": ".gitlab-ci.yml",
    "class.md": "README.md",
}
_REFERENCE = re.compile(r"[\w][\w./-]*")
ROSTER = "id,name,email,repository,team,section,extensions,slip_days\n"


def class_files(course: Course, address: str, reference: str) -> dict[str, bytes]:
    """Path and content of every file. ``address`` is that of the course itself, with solutions and hidden tests, and
    ``reference`` the tag or branch of it that grades.

    Raises UsageError for an address or a reference that could be anything else.
    """
    if not ADDRESS.fullmatch(address):
        raise UsageError(f"{address!r} is no address; write one such as https://github.com/you/course.")
    if not _REFERENCE.fullmatch(reference):
        raise UsageError(f"{reference!r} is no tag or branch; write one such as v1.0.")
    words = {"REPOSITORY": address, "VERSION": reference, "TITLE": course.title}
    files = {place: filled_part(part, words).encode() for part, place in _PARTS.items()}
    return {**files, "roster.csv": ROSTER.encode()}
