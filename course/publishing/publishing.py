"""``course publish``: every student's page on its way, one after the other; who could not be reached is a line."""

from __future__ import annotations

import csv
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from course.errors import CourseError
from course.files import write_atomically
from course.publishing.pages import Page
from course.publishing.ways import Deliver, NotDeliveredError
from course.results.roster import Person

MAILED = "mailed.csv"
PSEUDONYMS = "pseudonyms.csv"


@dataclass(frozen=True)
class Published:
    """One student's line: where the page went, or why not. ``before`` says that it was there already."""

    student: str
    where: str = ""
    why_not: str = ""
    before: bool = False


def publish(
    pages: Iterable[Page],
    roster: Mapping[str, Person],
    deliver: Deliver,
    *,
    once: Mailed | None = None,
    told: Callable[[Published], None] = lambda _: None,
) -> list[Published]:
    """Give each page its way. With ``once`` nobody gets the same a second time, whatever ended an earlier run."""
    lines = []
    for page in pages:
        line = _one(page, roster.get(page.student, Person(page.student)), deliver, once)
        told(line)
        lines.append(line)
    return lines


def _one(page: Page, person: Person, deliver: Deliver, once: Mailed | None) -> Published:
    if once is not None and once.has(page):
        return Published(page.student, "sent before, nothing new", before=True)
    try:
        where = deliver(page, person)
    except NotDeliveredError as why:
        return Published(page.student, why_not=str(why))
    if once is not None:
        once.add(page, where)
    return Published(page.student, where)


class Mailed:
    """Who was written to, and what: a line is on the disk before the next mail leaves."""

    def __init__(self, out: Path) -> None:
        self._path = out / MAILED
        self._digests: set[tuple[str, str]] = set()
        if self._path.is_file():
            with self._path.open(encoding="utf-8", newline="") as file:
                self._digests = {(row["student"], row["digest"]) for row in csv.DictReader(file)}

    def has(self, page: Page) -> bool:
        return (page.student, page.digest) in self._digests

    def add(self, page: Page, where: str) -> None:
        new = not self._path.is_file()
        with self._path.open("a", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            if new:
                table.writerow(("student", "digest", "to", "when"))
            table.writerow(
                (page.student, page.digest, where, datetime.now(UTC).isoformat(timespec="seconds"))
            )
            file.flush()
            os.fsync(file.fileno())
        self._digests.add((page.student, page.digest))


def pseudonyms(out: Path, students: Iterable[str]) -> dict[str, str]:
    """A name for each student that says nothing, the same every time; the table stays with the results.

    Raises CourseError for a table that is damaged.
    """
    path = out / PSEUDONYMS
    known: dict[str, str] = {}
    if path.is_file():
        try:
            with path.open(encoding="utf-8", newline="") as file:
                known = {row["student"]: row["pseudonym"] for row in csv.DictReader(file)}
        except (KeyError, UnicodeDecodeError, csv.Error):
            raise CourseError(
                f"{path} cannot be read; mend it, or delete it and everybody gets a new name."
            ) from None
    taken = set(known.values())
    for student in students:
        while student not in known:
            name = f"student-{secrets.token_hex(3)}"
            if name not in taken:
                known[student] = name
                taken.add(name)
    lines = [f"{_cell(student)},{name}\n" for student, name in sorted(known.items())]
    write_atomically(path, "student,pseudonym\n" + "".join(lines))
    return known


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
