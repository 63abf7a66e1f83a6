"""What was handed in: one submission per student, as a folder or an archive, looked at but never trusted
and never changed.

Only the Python files and the notebook of a day are taken, as bytes, one submission after the other; nothing
is copied or unpacked to the disk. Where they lie and what they are called is read with patience (``claims``).
"""

from __future__ import annotations

import ast
import hashlib
import os
import pkgutil
import re
import shutil
import stat
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from course.catalog import Course, Day
from course.errors import CourseError
from course.grading.archives import (
    MAX_DEPTH,
    MAX_ENTRIES,
    MAX_FILE,
    Found,
    UnsafeArchiveError,
    largest,
    look_into,
)
from course.grading.claims import IGNORED, Claims, is_passed_by, is_work
from course.grading.reading import NotReadError, Reader
from course.grading.room import Room
from course.projects.handing_in import missing
from course.results.class_folder import SUBMITTED, class_folder, is_archive, refuse_one_students, stem
from course.results.names import shown
from course.results.roster import GRADESCOPES, NAMES, Roster, canvas_file, read_names, read_submitters, sender
from course.results.submission_times import TABLE

if TYPE_CHECKING:
    from course.notebooks.handed_in import Notebooks

MAX_TESTS = 200  # of a day, that are looked at
MOST_ARCHIVES = 10  # in one student's folder
NO_KNOWN_FILE = "no known file in it"  # how the note on an empty hand-in begins
LFS = b"version https://git-lfs.github.com/spec/"  # how a file begins that stands for one elsewhere
TABLES = (
    TABLE,
    "extensions.csv",
    "roster.csv",
    NAMES,
    GRADESCOPES,
    "collected.csv",
    "README.md",
)  # beside the hand-ins, of staff
# Read by Python, pytest or the course wherever they lie; in a submission they have no effect.
STEERING = ("sitecustomize.py", "usercustomize.py", "conftest.py", "pytest.ini", "tox.ini", "setup.cfg")


@dataclass(frozen=True)
class Submission:
    """One student's work: the files by relative name, such as ``day03_linalg/regression.py``.

    ``note`` says what a member of staff should know about it (may be empty), ``tamper`` what looks like an
    attempt on the grading. A ``refused`` one was unsafe to read: its checks end as rejected, the note says why. With a
    ``fault`` the grader could not read it, which is not the student's doing. ``reason`` says to the student why it was
    not read, and names nobody: it also stands on a page that bears a pseudonym. ``unreadable`` says so by day where
    nothing of what is there for a day can be read: its checks end as rejected, those of other days do not. ``days``
    are those to be graded, if not all. ``needs`` names by project the days whose modules it may import. ``beside`` has
    the given modules of its days, for whoever has left them out; they are not the student's work.
    """

    student: str
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    note: str = ""
    tamper: tuple[str, ...] = ()
    refused: bool = False
    fault: bool = False
    reason: str = ""
    unreadable: Mapping[str, str] = field(default_factory=dict)
    days: tuple[str, ...] | None = None
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    beside: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def laid_out(self) -> dict[str, bytes]:
        """What lies around the student's code when it runs."""
        return {**self.beside, **self.files}

    def hash(self, day: str, *, comments: bool = True) -> str:
        """One hash of what the verdicts on a day depend on: its files and those of days it needs, for it can import no
        others, or why there are none. Without ``comments`` and blank lines it is of what runs, but messages may name
        other lines.
        """
        why = self.note if self.unread else self.unreadable.get(day, "")
        digest = hashlib.sha256(why.encode("utf-8", "surrogatepass"))
        folders = tuple(f"{one}/" for one in (day, *self.needs.get(day, ())))
        for name, data in sorted(self.files.items()):
            if not name.startswith(folders):
                continue
            if not comments and name.endswith(".py"):
                data = without_comments(data)
            digest.update(name.encode("utf-8", "surrogateescape") + b"\0" + hashlib.sha256(data).digest())
        return digest.hexdigest()

    def is_the_work(self, day: str, hashed: str) -> bool:
        """Whether this is the work of which a record has the hash: some leave comments out."""
        return hashed == self.hash(day) or hashed == self.hash(day, comments=False)

    def is_silent(self, day: str) -> bool:
        """Whether it says nothing of a day: no file of it, and no fault of the grader that may hide one."""
        return not self.fault and not any(name.startswith(f"{day}/") for name in self.files)

    @property
    def unread(self) -> bool:
        return self.refused or self.fault


_SPACE = re.compile(
    rb"""
    (?P<kept> \b[rR]?[fF][rR]?(?!\"\"\"|''')["'][^\n]*\#[^\n]*   # where a string in a string may hold the sign
    | \"\"\"(?:[^\\]|\\.)*?\"\"\" | '''(?:[^\\]|\\.)*?'''
    | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | \\\r?\n )
    | (?:[ \t\f]*(?:\#[^\n]*)?\n)+
    """,
    re.VERBOSE | re.DOTALL,
)


@lru_cache(maxsize=64)  # what is given is the same in all submissions
def without_comments(source: bytes) -> bytes:
    """A source without its comments and blank lines; one that names an encoding as it is."""
    if any(b"coding" in line for line in source.split(b"\n", 2)[:2]):
        return source
    lines = (source + b"\n").replace(b"\r\n", b"\n")
    return _SPACE.sub(lambda found: found["kept"] or b"\n", lines).lstrip(b"\n")


class Intake:
    """The submissions in a folder, in the order of the students' names, read one at a time."""

    def __init__(
        self,
        course: Course,
        folder: Path,
        days: Sequence[Day],
        out: Path | None = None,
        roster: Roster | None = None,
    ) -> None:
        """``folder`` holds one folder or archive per student with day folders in it, as in a clone
        of the course; nbgrader's ``submitted/<student>/<assignment>`` has the same form when the assignments are
        called like the days. ``out`` is the folder of results, which is nobody's. With a ``roster`` hand-ins go to
        whom it names, also those with a name that an LMS gave them, and everybody on it is there.

        Raises CourseError when the folder cannot be read or holds no submission.
        """
        if not folder.is_dir():
            raise CourseError(
                f"There is no folder {folder}; give the folder that holds one folder per student."
            )
        refuse_one_students(folder, course)
        self._folder = class_folder(folder, course)
        self._course, self.days = course, days
        needed = {name for day in days for name in day.needs}.difference(day.name for day in days)
        self._read_days = (*days, *(day for day in course.units if day.name in needed))
        self._reader = Reader(self._read_here)
        listing = _list(self._folder, days, out)  # names only: a class may be large
        self._places, self.passed_over = listing.students, listing.passed_over
        self._given_modules: dict[str, Mapping[str, bytes]] = {}  # by day
        self._brought: dict[str, str] = {}  # by student, who of the team has handed in, and so what to note
        if roster is not None:
            rows = read_names(self._folder)
            entries = set(self._places).union(self.passed_over, *self._places.values())
            self._give_to(roster, read_submitters(self._folder) | rows)
            for name in sorted(set(rows) - entries):
                self.passed_over[f"the row of {shown(name)} in {NAMES}"] = (
                    "nobody's: no hand-in has that name"
                )
        if not any(self._places.values()):
            there = "".join(f" {shown(name)} is {why}." for name, why in list(self.passed_over.items())[:3])
            raise CourseError(
                f"There is no submission in {self._folder}; it must hold one folder or archive per student.{there}"
            )

    def _give_to(self, roster: Roster, names: Mapping[str, str]) -> None:
        """Give each hand-in to whom it belongs on the roster; what is nobody's is named with the rest."""
        files = [name for name in self.passed_over if is_work(name) and canvas_file(name)]
        own: dict[str, list[_Given]] = {}
        of_teams: dict[str, list[_Given]] = {}
        for handed_in, entries in [*self._places.items(), *((name, [name]) for name in files)]:
            written = names.get(handed_in, names.get(entries[0]))
            owners = roster.owners(written or handed_in)
            for student in owners:
                its_name = handed_in in (student, roster.people[student].team)
                sureness = 0 if written else 1 if its_name else 2
                given = _Given(sureness, sender(handed_in), tuple(entries))
                (own if len(owners) == 1 else of_teams).setdefault(student, []).append(given)
            if owners:
                self.passed_over.pop(handed_in, None)
            else:
                self.passed_over[entries[0]] = roster.asks(handed_in)
        theirs = {student: self._surest(student, given) for student, given in own.items()}
        places = {}
        for student in sorted(roster.people):
            mates = [mate for mate in roster.team_of(student) if theirs.get(mate)]
            places[student] = theirs.get(student, [])
            if student not in theirs and student in of_teams:
                places[student] = self._surest(student, of_teams[student])
            elif student not in theirs and mates:
                places[student] = theirs[mates[0]]
                self._brought[student] = f"handed in by {mates[0]} for the team"
        self._places = places

    def _surest(self, student: str, given: Sequence[_Given]) -> list[str]:
        """What is taken of several hand-ins that may be one student's: the surest, if it is of one sender. The others
        are named with what is nobody's, for one of them may be somebody else's, or the right one.
        """
        surest = min(one.sureness for one in given)
        first = [one for one in given if one.sureness == surest]
        told = len({one.sender for one in first}) == 1
        taken = sorted((entry for one in first for entry in one.entries), key=_latest_first) if told else []
        rest = [entry for one in given for entry in one.entries if entry not in taken]
        for entry in rest:
            others = ", ".join(shown(name) for name in taken[:1] or [name for name in rest if name != entry])
            self.passed_over[entry] = (
                f"like {others} a hand-in of {student}, {'which was taken' if told else 'and none was taken'}: remove "
                f"what does not count, or write the line `{shown(entry)},{student}` into {NAMES} for the one that does"
            )
        return taken

    @cached_property
    def _notebooks(self) -> Notebooks:
        from course.notebooks.handed_in import Notebooks  # a class that hands in modules need not import it

        return Notebooks(self._course, self._read_days)

    def __enter__(self) -> Intake:
        """Start the process that reads now."""
        if hasattr(os, "fork"):
            self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.close()

    def __len__(self) -> int:
        return len(self._places)

    @property
    def students(self) -> Sequence[str]:
        return list(self._places)

    def place(self, student: str) -> Path | None:
        """The folder or archive of a student; None where there is nothing."""
        entries = self._places.get(student, [])
        return self._folder / entries[0] if entries else None

    def __iter__(self) -> Iterator[Submission]:
        for student in self._places:
            yield self.read(student)

    def read(self, student: str) -> Submission:
        """One submission. Whatever is wrong with it stands in its note; nothing is raised, for the class goes on."""
        try:
            return self._reader.read(student)
        except NotReadError as why:
            said = f"it cannot be read ({why})"
            return Submission(student, note=said, fault=True, reason=said)

    def _read_here(self, student: str) -> Submission:
        if not self._places[student]:
            return Submission(student)  # of the roster, and nothing is there
        taken, *others = self._places[student]
        if is_work(taken):
            others = [name for name in others if not is_work(name)]  # files that belong together
        beside = [self._brought[student]] if student in self._brought else []
        beside += [f"{shown(name)} lies beside {shown(taken)}, which was taken" for name in others]
        if taken == SUBMITTED:
            beside.append(
                f"the folder {SUBMITTED} was taken for a student's: it holds a day, or others lie beside it"
            )
        try:
            return self._read(student, self._folder / taken, beside)
        except UnsafeArchiveError as why:
            said = "; ".join([f"{shown(taken)} was refused: {why}", *beside])
            return Submission(
                student, note=said, refused=True, reason=f"what was handed in was refused: {why}"
            )
        except OSError as error:
            said = (error.strerror or "error").lower()
        except Exception as error:  # a fault of ours, which must not cost the others their grades
            print(f"course: the submission of {shown(student)} cannot be read:", file=sys.stderr)
            traceback.print_exc()
            said = type(error).__name__
        why_not = f"it cannot be read ({said})"
        return Submission(student, note="; ".join([why_not, *beside]), fault=True, reason=why_not)

    def _read(self, student: str, path: Path, notes: list[str]) -> Submission:
        tamper: list[str] = []
        claims: Claims[Found] = Claims(self._read_days, self._course.units)
        with ExitStack() as stack:
            if is_work(path.name) and path.is_file():
                for name in filter(is_work, self._places[student]):
                    found = canvas_file(name)
                    _claim(claims, self._folder, (name,), notes, called=found[1] if found else name)
            elif path.is_file():
                look_into(path, claims, stack)
            else:
                os.listdir(path)  # so that a folder that may not be read is not taken for an empty one
                _look_around(path, claims, stack, notes)
                tamper = [*_tampering(path, self._course, self.days)]
            notes += claims.notes()
            room = Room(self._read_days, self._course.limits.scratch_mib // 2)
            taken = {place: found for place, found in claims if room.takes(place, found.size)}
            files = {place: data for place, found in taken.items() if (data := found.read()) is not None}
        notes = [*notes, *room.notes()]
        return self._noted(student, files, notes, tamper, empty=not claims.of_other_days)

    def _noted(
        self,
        student: str,
        files: Mapping[str, bytes],
        notes: Sequence[str],
        tamper: Sequence[str],
        *,
        empty: bool,
    ) -> Submission:
        """``empty`` says that nothing is in it at all when nothing of these days is."""
        pointers = [name for name, data in files.items() if data.startswith(LFS)]
        files = {name: data for name, data in files.items() if name not in pointers}
        of_notebooks: list[str] = []
        of_lfs = "is a pointer of Git LFS, and the file itself is not here"
        unreadable = {name.partition("/")[0]: f"what is in its place {of_lfs}" for name in pointers}
        if any(name.endswith(".ipynb") for name in files):
            files, of_notebooks, broken = self._notebooks.unfold(files)
            unreadable |= broken
        large = [name for name, data in files.items() if len(data) > largest(name)]  # out of a notebook
        files = {name: data for name, data in files.items() if name not in large}
        unusual = [name for name in files if not name.isprintable()]  # no import finds them
        files = {name: data for name, data in files.items() if name.isprintable()}
        notes = [
            *notes,
            *(f"{shown(name)} {of_lfs}" for name in pointers),
            *(f"{name} would be larger than {MAX_FILE >> 20} MiB and was not made" for name in large),
        ]
        notes = [*notes, *(f"{shown(name)} has an odd name and was not read" for name in unusual)]
        said = [*notes, *of_notebooks, *_strangers(files), *self._missing(files, "; ".join(notes))]
        known = (f"{day.name}/{module}.py" for day in self._read_days for module in day.modules)
        if empty and not of_notebooks and not any(name in files for name in known):
            said.insert(0, f"{NO_KNOWN_FILE}, such as {self.days[0].name}/{self.days[0].modules[0]}.py")
        for day in self.days:
            if any(f"{day.name}/{module}.py" in files for module in day.modules):
                unreadable.pop(day.name, None)
        needs = {day.name: day.needs for day in self.days if day.needs}
        beside = self._given_beside(files)
        said_of_all = "; ".join(said)
        return Submission(
            student, files, said_of_all, tuple(tamper), unreadable=unreadable, needs=needs, beside=beside
        )

    def _missing(self, files: Mapping[str, bytes], said: str) -> Iterator[str]:
        """What a project that was handed in is still without, and what is not ``said`` of its files already."""
        for day in self.days:
            if not day.is_project or not any(
                name.startswith(f"{one}/") for name in files for one in (day.name, *day.needs)
            ):
                continue
            own = {
                name.removeprefix(f"{day.name}/"): data
                for name, data in files.items()
                if name.startswith(f"{day.name}/")
            }
            gone = [f"{module}.py is not there" for module in day.modules if f"{module}.py" not in own]
            found = [one.partition(";")[0].rstrip(".") for one in missing(day, own)]
            for one in (*gone, *found):
                name, not_there, _ = one.partition(" is not there")
                if not (not_there and f"{day.name}/{name} " in said):  # "… is a link and was not read"
                    yield f"{day.number}: {one}"

    def _given_beside(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """The given modules of what was handed in, and of the days a project needs: nobody has to hand them in."""
        there = [
            day
            for day in self.days
            if any(name.startswith(f"{one}/") for name in files for one in (day.name, *day.needs))
        ]
        needed = {name for day in there for name in (day.name, *day.needs)}
        return {name: data for day in needed for name, data in self._given(day).items()}

    def _given(self, name: str) -> Mapping[str, bytes]:
        if name not in self._given_modules:
            course, day = self._course, self._course.day(name)
            files = {path.name: path for path in course.source_files(day).values()}
            given = {
                file: path for file, path in files.items() if file.removesuffix(".py") not in day.modules
            }
            self._given_modules[name] = {f"{name}/{file}": path.read_bytes() for file, path in given.items()}
        return self._given_modules[name]


@dataclass(frozen=True)
class _Given:
    """A hand-in that is a student's: ``sureness`` is 0 where staff wrote so, 1 where it has the very name, 2 where that
    was guessed; of one ``sender`` are those that a program has from one user.
    """

    sureness: int
    sender: object
    entries: tuple[str, ...]


@dataclass(frozen=True)
class _Listing:
    """What a class's folder holds: student → name of the folder or archive that is taken, and of what lies beside it
    under the same name; and what is nobody's, with the reason.
    """

    students: dict[str, list[str]]
    passed_over: dict[str, str]


def _list(folder: Path, days: Sequence[Day], out: Path | None) -> _Listing:
    found: dict[str, list[str]] = {}
    passed_over: dict[str, str] = {}
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: (entry.is_file(follow_symlinks=False), entry.name))
    except PermissionError:
        raise CourseError(f"The folder {folder} cannot be read; ask for the permission to read it.") from None
    for entry in entries:
        if entry.name.startswith("._") or entry.name in (
            *IGNORED,
            *TABLES,
        ):  # macOS lays the first beside each file of an archive
            continue
        if entry.is_file(follow_symlinks=False) and is_archive(entry.name):
            found.setdefault(stem(entry.name), []).append(entry.name)
        elif entry.is_dir(follow_symlinks=False) and not _is_a_tools(entry, days):
            if out is not None and os.path.exists(out) and os.path.samefile(entry.path, out):
                continue
            found.setdefault(entry.name, []).append(entry.name)
        elif why := _why_not(entry):
            passed_over[entry.name] = why
    return _Listing(dict(sorted(found.items())), passed_over)


def _latest_first(entry: str) -> tuple[bool, int]:
    """Folders and archives before single files, and of several that Canvas has numbered the last one."""
    found = canvas_file(entry)
    return is_work(entry), -found[0] if found else 0


def _why_not(entry: os.DirEntry[str]) -> str:
    """Why what lies in the folder of a class is no hand-in; empty for what is no student's."""
    if entry.is_symlink():
        return "a link, which is not followed: put the folder itself here"
    if entry.is_dir(follow_symlinks=False):
        return ""
    if is_work(entry.name):
        return "a bare file: put it into a folder with the student's name"
    return "" if entry.name.startswith(".") else "no folder and no archive"


def _is_a_tools(entry: os.DirEntry[str], days: Sequence[Day]) -> bool:
    """Whether a folder is some program's, such as ``.git``, and not of a student with an odd name."""
    return entry.name.startswith(".") and not any(os.path.isdir(f"{entry.path}/{day.name}") for day in days)


def _look_around(folder: Path, claims: Claims[Found], stack: ExitStack, notes: list[str]) -> None:
    """Tell ``claims`` of the files in a student's folder: first of those that lie where they are asked for, then, if
    modules are missing, of all, and if there is nothing at all, of those in archives.
    """
    for day in claims.days:
        inner = folder / day
        if inner.is_symlink():
            notes.append(f"{day} is a link and was not followed")
        elif inner.is_dir():
            for name in os.listdir(inner):
                _claim(claims, folder, (day, name), notes)
    if claims.complete():
        return
    archives = []
    for parts in _walk(folder):
        if len(parts) != 2 or parts[0] not in claims.days:  # those were looked at
            _claim(claims, folder, parts, notes)
        if is_archive(parts[-1]):
            archives.append(parts)
    for parts in sorted(archives)[:MOST_ARCHIVES] if not claims.any_known() else ():
        look_into(folder.joinpath(*parts), claims, stack, (*parts[:-1], stem(parts[-1])))


def _claim(
    claims: Claims[Found], folder: Path, parts: tuple[str, ...], notes: list[str], called: str = ""
) -> None:
    path = folder.joinpath(*parts)
    claims.add(
        (called,) if called else parts,
        Found(_size(path), partial(_ordinary_file, path, "/".join(parts), notes)),
    )


def copy_work(source: Path, target: Path) -> None:
    """Copy of a student's folder what an intake would read, to where it lies there. Links are left where they are."""
    for parts in _walk(source):
        path = source.joinpath(*parts)
        if is_archive(parts[-1]) or (is_work(parts[-1]) and path.stat().st_size <= largest(parts[-1])):
            target.joinpath(*parts[:-1]).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target.joinpath(*parts))


def _walk(folder: Path) -> Iterator[tuple[str, ...]]:
    """The paths of all files below a folder, links and what tools keep left out."""
    left = MAX_ENTRIES
    for inner, folders, names in os.walk(folder):
        parts = Path(inner).relative_to(folder).parts
        deeper = len(parts) < MAX_DEPTH
        folders[:] = sorted(name for name in folders if deeper and not is_passed_by(name))
        for name in sorted(names)[:left]:
            if not Path(inner, name).is_symlink():
                yield (*parts, name)
        left -= len(names)
        if left <= 0:
            return


def _size(path: Path) -> int:
    try:
        return min(path.lstat().st_size, largest(path.name))  # a larger one is not read
    except OSError:
        return 0


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _ordinary_file(path: Path, name: str, notes: list[str]) -> bytes | None:
    """The content of a file that is one. A link or FIFO in its place is never opened.

    Raises PermissionError: that the grader may not read it is no reason to give no points.
    """
    name = shown(name)
    try:
        kind = path.lstat()
        if not stat.S_ISREG(kind.st_mode):
            what = "a link" if stat.S_ISLNK(kind.st_mode) else "no ordinary file"
            notes.append(f"{name} is {what} and was not read")
            return None
        if kind.st_size > largest(name):
            notes.append(f"{name} is larger than {largest(name) >> 20} MiB and was not read")
            return None
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return file.read(largest(name))
    except FileNotFoundError:
        return None
    except PermissionError:
        raise
    except OSError as error:
        notes.append(f"{name} cannot be read ({(error.strerror or 'error').lower()})")
        return None


def _strangers(files: Mapping[str, bytes]) -> Iterator[str]:
    """Files that a student may think are imported, and are not."""
    for name in files:
        if os.path.basename(name).partition(".")[0] in _library_names():
            yield f"{name} is not imported: a library has that name"


@cache
def _library_names() -> frozenset[str]:
    """Modules of Python, of the installed packages, and of the course.

    The names in the folders of packages: to read the metadata of all of them takes a quarter of a second.
    """
    places = [place for place in sys.path if Path(place).name in ("site-packages", "dist-packages")]
    installed = (module.name for module in pkgutil.iter_modules(places))
    return frozenset({"course", *sys.stdlib_module_names, *installed})


def _tampering(folder: Path, course: Course, days: Sequence[Day]) -> Iterator[str]:
    """What in a fork would steer the checks if it were used: it is not, the course's own is.

    Only what differs from the course is named; a student's repository holds the public tests unchanged.
    """
    for inner in ("", *(day.name for day in days)):
        names = sorted(_names(folder / inner))
        for name in filter(names.__contains__, STEERING):
            place = Path(inner, name)
            if (folder / place).is_file() and not _same(folder / place, course.root / place):
                yield f"{place} is not the course's and was ignored"
        for name in names if not inner else ():
            if name.endswith(".pth"):
                yield f"{shown(name)} was ignored"
    for day in days:
        tests = folder / "tests" / day.name
        for path in sorted(tests.glob("test_*.py"))[:MAX_TESTS] if tests.is_dir() else ():
            if not _part_of(path, course.tests(day) / path.name):
                yield f"{shown(str(path.relative_to(folder)))} differs from the course's, which was used"


def _same(a: Path, b: Path) -> bool:
    return b.is_file() and a.stat().st_size == b.stat().st_size and a.read_bytes() == b.read_bytes()


def _part_of(released: Path, own: Path) -> bool:
    """Whether every test of a released file stands in the course's, which has the hidden tests beside them."""
    if released.is_symlink() or not own.is_file() or released.stat().st_size > MAX_FILE:
        return False
    return _same_tests(released.read_bytes(), own.read_bytes())


@lru_cache(maxsize=256)  # nearly all students have the same files
def _same_tests(released: bytes, own: bytes) -> bool:
    try:
        return _functions(released).items() <= _functions(own).items()
    except (
        SyntaxError,
        ValueError,
        RecursionError,
        MemoryError,
    ):  # the last of the parser, when it is too deep
        return False


def _functions(source: bytes) -> dict[str, str]:
    return {node.name: ast.dump(node) for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
