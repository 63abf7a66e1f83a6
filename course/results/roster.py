"""Who belongs to a class: ``roster.csv``, and whose a hand-in is that an LMS has given a name of its own."""

from __future__ import annotations

import csv
import difflib
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from course.catalog import Course
from course.catalog.deadlines import as_time
from course.catalog.selecting import find_day
from course.errors import CourseError, UsageError
from course.results.names import shown
from course.results.settings import read_settings

NAMES = "names.csv"
"""Beside the hand-ins, of staff: whose is what no rule can tell (``handed_in,student``)."""
GRADESCOPES = "submission_metadata.yml"
_COLUMNS = {
    "id": ("id", "student", "login", "roster_identifier", "identifier", "github_username", "username"),
    "name": ("name",),
    "email": ("email", "e-mail", "mail"),
    "repository": ("repository", "student_repository_url"),
    "branch": ("branch",),
    "team": ("team", "group", "group_name"),
    "section": ("section",),
    "extensions": ("extensions",),
    "slip_days": ("slip_days", "slip days"),
}
"""What each column may be called; the first one that is not empty counts. The later names of the identifier, of the
repository and of the team are those of GitHub Classroom's roster and export of grades, and of Classroom 50's roster."""
_LOGINS = ("github_username", "username")
_STAFF = ("teacher", "instructor", "hta", "ta")
"""What Classroom 50 writes into its column ``role`` for those who are no students."""
# What programs call a hand-in; the parts say whose it may be, from the surest to the least sure.
_FORMS = {
    "Moodle": re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_\w+"),
    "Canvas": re.compile(
        r"(?P<name>[^_]+)(?:_LATE)?_(?P<id>\d+)_(?P<number>\d+)_(?P<file>.+)", re.IGNORECASE
    ),
    "Ilias": re.compile(r"(?P<last>[^_]+)_(?P<first>[^_]+)_(?P<id>[^_]+)_\d+"),
}


@dataclass(frozen=True)
class Person:
    """One row of the roster; whatever is not said is empty.

    ``branch`` is empty where the repository's default one is meant. ``extensions`` are later due times by day,
    ``slip_days`` the days of grace for the whole term; ``columns`` holds the row as it stands in the table.
    """

    id: str
    name: str = ""
    email: str = ""
    repository: str = ""
    branch: str = ""
    team: str = ""
    section: str = ""
    extensions: Mapping[str, datetime] = field(default_factory=dict)
    slip_days: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)

    def get(self, column: str) -> str:
        """What stands in a column, such as ``canvas``; empty when there is none."""
        return self.columns.get(column, "")

    @property
    def login(self) -> str:
        """The user's name at the host of the repositories: the id, unless the table has a column for it."""
        return _first(self.columns, _LOGINS) or self.id

    def to_plain(self) -> dict[str, str]:
        """What the result of a student says of the person; empty where the roster names the id only."""
        said = {"name": self.name, "email": self.email, "team": self.team, "section": self.section}
        return {key: value for key, value in said.items() if value}


class Roster:
    """The people of a class, by id and in the order of the table."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.people = {person.id: person for person in people}
        self._called: dict[str, set[str]] = {}
        for person in self.people.values():
            for key in set(map(_key, _names_of(person))) - {""}:
                self._called.setdefault(key, set()).add(person.id)
        self._teams: dict[str, list[str]] = {}
        for person in self.people.values():
            if person.team:
                self._teams.setdefault(_key(person.team), []).append(person.id)

    def __contains__(self, student: str) -> bool:
        return student in self.people

    def team_of(self, student: str) -> list[str]:
        """Everybody in the team of a student, who alone is one where the roster names no team."""
        person = self.people[student]
        return self._teams[_key(person.team)] if person.team else [student]

    def owners(self, handed_in: str) -> list[str]:
        """Whose a folder, an archive (without its ending) or a file of this name is: one student, all of a team, or
        nobody who can be told.
        """
        if handed_in in self.people:
            return [handed_in]
        maybe = self._maybe(handed_in)
        return list(maybe) if len(maybe) == 1 else [] if maybe else self._teams.get(_key(handed_in), [])

    def _maybe(self, handed_in: str) -> set[str]:
        """Those who may be meant: whom the surest word names, less those whom a less sure one tells apart."""
        maybe: set[str] = set()
        for said, sure in _meanings(handed_in):
            found = self._called.get(_key(said), set())
            if found and not maybe and sure:
                maybe = found
            elif found & maybe:
                maybe = found & maybe
        return maybe

    def asks(self, handed_in: str) -> str:
        """What to do about a hand-in that is nobody's, with whoever comes nearest."""
        near = sorted(self._maybe(handed_in)) or self._near(handed_in)
        maybe = f" ({' or '.join(near)}?)" if near else ""
        if not handed_in.isprintable():
            return f"nobody's on the roster{maybe}: rename it to the id, for no line can hold such a name"
        return (
            f"nobody's on the roster{maybe}: write the line `{_cell(handed_in)},ID` into {NAMES} "
            "beside the hand-ins"
        )

    def _near(self, handed_in: str) -> list[str]:
        for said, _ in _meanings(handed_in):
            for key in difflib.get_close_matches(_key(said), self._called, n=1):
                return sorted(self._called[key])
        return []


def _cell(text: str) -> str:
    """A text as a cell of a CSV file."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([text])
    return line.getvalue()


def canvas_file(entry: str) -> tuple[int, str] | None:
    """The number of a file that Canvas has given a name of its own (the higher, the later), and what it was called."""
    found = _FORMS["Canvas"].fullmatch(entry)
    return (int(found["number"]), re.sub(r"-\d+(?=\.\w+$)", "", found["file"])) if found else None


def canvas_files_beside(path: Path) -> list[tuple[Path, str]]:
    """The files that Canvas has from the student of this one, the last one first, and what each was called; a file
    of another name alone.
    """
    whose = _canvas_user(path.name)
    if whose is None:
        return [(path, path.name)]
    found = [
        (canvas_file(other.name), other)
        for other in path.parent.iterdir()
        if _canvas_user(other.name) == whose
    ]
    return [(other, said[1]) for said, other in sorted(found, reverse=True) if said is not None]


def _canvas_user(entry: str) -> tuple[str, str] | None:
    found = _FORMS["Canvas"].fullmatch(entry)
    return (found["name"], found["id"]) if found else None


def sender(handed_in: str) -> tuple[str, ...]:
    """What is the same of all that Moodle or Canvas has from one user; of another name the name itself."""
    moodles = _FORMS["Moodle"].fullmatch(handed_in)
    return (moodles["name"], moodles["number"]) if moodles else _canvas_user(handed_in) or (handed_in,)


def _meanings(handed_in: str) -> Iterator[tuple[str, bool]]:
    """Words that may say whose a hand-in is, and whether they are sure enough to do so alone."""
    yield handed_in, True
    for program, form in _FORMS.items():
        parts = found.groupdict() if (found := form.fullmatch(handed_in)) else {}
        if program == "Ilias" and parts:
            yield parts["id"], True
            yield f"{parts['first']} {parts['last']}", True
        elif parts:
            yield parts["name"], True
            yield parts.get("id", ""), False  # Canvas counts its users itself


def _names_of(person: Person) -> Iterator[str]:
    """Whatever a person may be called by: Canvas and Ilias put the last name first."""
    yield from (person.id, person.login, person.email, person.email.partition("@")[0], person.name)
    if "," in person.name:
        last, _, first = person.name.partition(",")
        yield f"{first}{last}"
        return
    words = person.name.split()
    yield from (f"{' '.join(words[at:])} {' '.join(words[:at])}" for at in range(1, len(words)))


def _key(text: str) -> str:
    """A name without case, accents, blanks and signs."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def read_roster(path: Path, course: Course) -> Roster:
    """The table, whose columns may stand in any order and but for ``id`` be left out; or the roster of Classroom 50, or
    the roster or the grades that GitHub Classroom exports. A repository that is a folder here is meant from the
    table's place.

    Raises CourseError, with the line, for what cannot be understood.
    """
    people: dict[str, Person] = {}
    for line, row in _rows(path):
        where = f"{path.name}, line {line}"
        if not any(row.values()) or row.get("role", "").lower() in _STAFF:
            continue
        person = _person(course, row, path.parent, where)
        if not person.id:
            raise CourseError(f"{where}: there is no id; give everybody the name that hand-ins have.")
        if person.id in people:
            raise CourseError(f"{where}: {person.id!r} is there twice; give everybody one row.")
        people[person.id] = person
    if not people:
        raise CourseError(
            f"{path.name} names nobody; give everybody a row, the first line being like id,name,email."
        )
    return Roster(people.values())


def _person(course: Course, row: Mapping[str, str], beside: Path, where: str) -> Person:
    said = {column: _first(row, names) for column, names in _COLUMNS.items()}
    return Person(
        said["id"],
        said["name"] or f"{row.get('first_name', '')} {row.get('last_name', '')}".strip(),
        said["email"],
        _address(said["repository"], beside),
        said["branch"],
        said["team"],
        said["section"],
        _extensions(course, said["extensions"], where),
        _slip_days(said["slip_days"], where),
        row,
    )


def _first(row: Mapping[str, str], names: Iterable[str]) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def _address(said: str, beside: Path) -> str:
    """An address git understands; a folder's as ``file://``, without which git copies all of it."""
    if said and "://" not in said and (beside / said).exists():
        return (beside / said).resolve().as_uri()
    return said


def settled_roster(course: Course, out: Path) -> Roster | None:
    """The roster of the term in a folder of results; None where it has none."""
    kept = read_settings(out).get("roster")
    return read_roster(Path(kept), course) if kept else None


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.reader(file, delimiter=_delimiter(file.readline(), file.seek(0)))
            names = [name.strip().lower() for name in next(table, [])]
            if not set(names) & set(_COLUMNS["id"]):
                raise CourseError(
                    f"{path.name} has no column 'id'; its first line must be like id,name,email."
                )
            for row in table:
                yield table.line_num, dict(zip(names, map(str.strip, row), strict=False))
    except FileNotFoundError:
        raise CourseError(f"There is no roster {path}; say where it is now with --roster FILE.") from None
    except (UnicodeDecodeError, csv.Error):
        raise CourseError(f"{path.name} is no CSV file in UTF-8; save it as one.") from None


def _delimiter(head: str, _: int) -> str:
    """Spreadsheets in many countries write semicolons."""
    return ";" if head.count(";") > head.count(",") else ","


def _extensions(course: Course, said: str, where: str) -> dict[str, datetime]:
    """``day03=2026-10-14T18:00`` or ``day03=+2`` (days after the due time), with a blank or ``;`` between several."""
    found = {}
    for part in re.split(r"[;\s]+", said.strip()) if said.strip() else ():
        word, _, until = part.partition("=")
        try:
            day = find_day(course, word)
            if until.startswith("+") and day.due is None:
                raise CourseError(
                    f"{where}: {part!r} counts from the due time, and {day.number} has none; write `due` into "
                    f"course.toml, or the time itself, as in {day.number}=2026-10-14T18:00."
                )
            if until.startswith("+") and day.due is not None:
                found[day.name] = day.due + timedelta(days=float(until))
            else:
                found[day.name] = as_time(until, course.zone)
        except UsageError as unknown:
            raise CourseError(f"{where}: {unknown}") from None
        except ValueError:
            raise CourseError(
                f"{where}: {part!r} is no extension; write day03=2026-10-14T18:00, or day03=+2 for two days more."
            ) from None
    return found


def _slip_days(said: str, where: str) -> int:
    if not said:
        return 0
    if not said.isdecimal():
        raise CourseError(f"{where}: {said!r} is no number of slip days; write one such as 3.")
    return int(said)


def read_names(folder: Path) -> dict[str, str]:
    """Whose is what, as staff wrote it into ``names.csv`` beside the hand-ins."""
    found: dict[str, str] = {}
    path = folder / NAMES
    if not path.is_file():
        return found
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row and row != ["handed_in", "student"]]
    except (UnicodeDecodeError, csv.Error):
        raise CourseError(f"{path.name} is no CSV file in UTF-8; save it as one.") from None
    for row in rows:
        if len(row) < 2:
            raise CourseError(
                f"{path.name}: {shown(row[0])!r} has no student; write lines like handed_in,student."
            )
        found[row[0].strip()] = row[1].strip()
    return found


def read_submitters(folder: Path) -> dict[str, str]:
    """By folder of Gradescope's export, the e-mail of whoever handed it in first; empty where this is none."""
    path = folder / GRADESCOPES
    if not path.is_file():
        return {}
    import yaml  # of those who have such an export

    try:
        plain = yaml.load(path.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return {
            name: str(one[":submitters"][0][":email"])
            for name, one in plain.items()
            if one.get(":submitters")
        }
    except (yaml.YAMLError, AttributeError, KeyError, IndexError, TypeError, OSError):
        raise CourseError(f"{path} is not what Gradescope exports; remove it, or export again.") from None
