"""The book of a term, which is its store: what two runs gave, whether the files say the same, and setting it right."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from course.errors import CourseError, UsageError
from course.files import write_json
from course.results import settings
from course.results.appeals import read_appeals
from course.results.changes import DayChange, changes
from course.results.exports import FORMATS, export
from course.results.names import alike, file_stem, stem_in
from course.results.reading import Adjustment, Appeal, Record, read_record, record_files
from course.results.reviews import read_reviews
from course.results.store import Store, token_of

TABLE = FORMATS["csv"].file


@dataclass(frozen=True)
class Comparison:
    """What everybody had when one run had ended and when another had; only who differs is in ``students``.

    ``by_hand`` is what people gave between the two ends and did not take back, ``questions`` what students asked.
    """

    of_all: int
    students: dict[str, list[DayChange]]
    by_hand: list[Adjustment]
    questions: list[Appeal]

    def gain(self, student: str) -> float:
        return round(sum(day.gain for day in self.students[student]), 2)

    @property
    def gained(self) -> list[str]:
        return [student for student in self.students if self.gain(student) > 0]

    @property
    def lost(self) -> list[str]:
        return [student for student in self.students if self.gain(student) < 0]

    def by_check(self) -> dict[tuple[str, str, str], tuple[int, int]]:
        """By day, exercise and test, how many passed it only in the second run and how many only in the first."""
        found: dict[tuple[str, str, str], tuple[int, int]] = {}
        for days in self.students.values():
            for day in days:
                for check in day.checks:
                    key = (day.day, check.exercise, check.test)
                    more, less = found.get(key, (0, 0))
                    passes, passed = check.after == "passed", check.before == "passed"
                    found[key] = (more + (passes and not passed), less + (passed and not passes))
        return {key: counts for key, counts in found.items() if any(counts)}


def compare(store: Store, first: int, second: int) -> Comparison:
    """What changed for whom from the end of one run to the end of another. Raises UsageError where one is unknown."""
    ends = {run.number: run.ended_at or run.started_at for run in store.runs()}
    there = list(ends)
    for number in (first, second):
        if number not in there:
            known = f"those there are: 1 to {there[-1]}" if there else "those there are: none"
            raise UsageError(f"There is no run {number}; `course history {store.out}` lists {known}.")
    found = {}
    for student in store.saved_between(first, second):
        before, after = store.record_after(first, student), store.record_after(second, student)
        days = changes(before, after) if after is not None else []
        if days:
            found[student] = days
    low, high = sorted((ends[first], ends[second]))
    by_hand = [one for one in store.adjustments() if low < one.made_at <= high]
    questions = [one for one in read_appeals(store) if low < one.made_at <= high]
    return Comparison(len(store.students()), found, by_hand, questions)


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be, and whether ``--mend`` has set it right."""

    says: str
    mended: bool = False


def check_book(out: Path, url: str | None = None, *, mend: bool = False) -> list[Finding]:
    """Whether store and files of a term say the same, and every row is as it was saved.

    With ``mend`` the files are written again from the store, and results that are in files only are taken into it.
    """
    if url is not None and mend:
        _adopt(out, url)
    with Store(out, url) as store:
        return list(_findings(out, store, mend))


def _findings(out: Path, store: Store, mend: bool) -> Iterator[Finding]:
    files = _files(out)
    known = set(store.digests())
    for student, path in files.items():
        if student not in known:
            says = f"{path.name} is not in the store"
            if mend:
                store.save(read_record(path))
            yield Finding(says + (", and was taken into it" if mend else ""), mend)
    for student in store.students():
        yield from _of_student(out, store, student, files, known, mend)
    yield from _of_hand_work(store)
    yield from _of_table(out, store, mend)
    runs = store.runs()
    if runs and runs[-1].ended_at is None:
        yield Finding(f"run {runs[-1].number} was stopped before its end; start `course grade` again")


def _files(out: Path) -> dict[str, Path]:
    """By student, the result file."""
    try:
        paths = record_files(out)
    except CourseError:
        return {}
    found = {}
    for path in paths:
        try:
            found[str(read_record(path)["student"])] = path
        except CourseError:
            continue  # it is written again where the store knows whose it is
    return found


def _of_student(
    out: Path, store: Store, student: str, files: dict[str, Path], known: Collection[str], mend: bool
) -> Iterator[Finding]:
    for version in store.versions(student):
        if store.digest_of(version.record) != version.digest:
            yield Finding(
                f"the result of {student} in run {version.run} is not as it was saved; take the store from a copy"
            )
    if student not in known:
        return
    record, path = store.record(student), files.get(student)
    if path is not None and read_record(path) == record:
        return
    says = f"{path.name} is not as in the store" if path is not None else f"there is no file of {student}"
    path = path or _path(out, student, known)
    if path.exists() and path not in files.values():
        says = f"{path.name} cannot be read"
    if mend:
        write_json(path, record)
    yield Finding(says + (", and was written again" if mend else ""), mend)


def _of_hand_work(store: Store) -> Iterator[Finding]:
    """What people noted about somebody who is not there, which no page and no table shows."""
    there = set(store.students())
    noted = [(one.student, f"number {one.number} by hand") for one in store.adjustments()]
    noted += [(one.student, f"question {one.number}") for one in read_appeals(store)]
    noted += [(student, "a review") for student in dict.fromkeys(one.student for one in read_reviews(store))]
    for student, what in noted:
        if student not in there:
            yield Finding(f"{what} is about {student}, of whom there is no result")


def _path(out: Path, student: str, students: Collection[str]) -> Path:
    alone = student not in alike(students)
    return out / f"{stem_in(out, student) if alone else file_stem(student, alone=False)}.json"


def _of_table(out: Path, store: Store, mend: bool) -> Iterator[Finding]:
    if not _files(out):
        return
    with tempfile.TemporaryDirectory(prefix="course-book-") as folder:
        try:
            new = export(out, "csv", Path(folder, TABLE), store.adjustments_by_student()).read_bytes()
        except CourseError:
            return  # a result that cannot be read, of which enough is said
    there = out / TABLE
    if there.is_file() and there.read_bytes() == new:
        return
    if mend:
        export(out, "csv", adjustments=store.adjustments_by_student())
    yield Finding(f"{TABLE} is not what the results give" + (", and was written again" if mend else ""), mend)


def _adopt(out: Path, url: str) -> None:
    """Let a folder go on with the class of its name in a database, as when the folder was lost, or the database moved.

    Raises CourseError where the folder belongs to another term.
    """
    kept, token = settings.read_settings(out), token_of(out, url)
    own = kept.get("book")
    if own and token and own != token and _files(out):
        raise CourseError(f"{out} holds the results of another term than the store; give an empty folder.")
    if own and token is None and _files(out) and (kept.get("store") or (out / settings.STORE).is_file()):
        raise CourseError(
            f"The store has no class {out.resolve().name!r}, and the term in {out} is kept in "
            f"{kept.get('store') or settings.STORE}; leave --store out."
        )
    out.mkdir(parents=True, exist_ok=True)
    book = token or own or settings.new_token()
    write_json(out / settings.FILE, {**kept, "book": book, "store": settings.without_password(url)})


def history(store: Store, student: str) -> list[tuple[int, str, list[DayChange]]]:
    """By version of a student's result: the run, the time, and what it changed."""
    before: Record | None = None
    found = []
    for version in store.versions(student):
        found.append((version.run, version.saved_at, changes(before, version.record)))
        before = version.record
    return found
