"""The store of a term: a database, ``results.sqlite`` beside the result files or any that SQLAlchemy reaches, in which
everything is added and nothing replaced: runs, results, what people decided by hand, exports.

The store is what counts; the result files are views of the latest. Each result goes in as one transaction, so that the
store holds the old or the new one, never a part. Imported by the commands that need it, never by ``course check``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, insert, select, update

from course.errors import CourseError, UsageError
from course.results import tables
from course.results.opening import open_engine, settle_form, transaction
from course.results.reading import Adjustment, Export, Record, Run, Version
from course.results.rows import digest_of, insert_record, inserted, read_record_rows
from course.results.settings import STORE, settled_store

_SUBMISSIONS = tables.submissions.c
_THERE = select(_SUBMISSIONS.digest).where(
    _SUBMISSIONS.class_name == bindparam("class_name"),
    _SUBMISSIONS.student == bindparam("student"),
    _SUBMISSIONS.latest,
)


class Store:
    """The term of one class in a database, to be used in a ``with`` block.

    The process may be killed at any moment. Processes forked meanwhile must leave the store alone.
    """

    def __init__(self, out: Path, url: str | None = None) -> None:
        """Open the store of the class graded into ``out``; its tables are made or brought to today's form.

        Parameters
        ----------
        url : SQLAlchemy's address of a database, which may hold many classes; they are told apart by the
            name of ``out``. Without it the one that ``out`` was graded with is used, ``results.sqlite`` in it by
            default.

        Raises CourseError when the database cannot be reached, or holds another class of this name.
        """
        settings, url = settled_store(out, url)
        self.out, self.class_name = out, out.resolve().name if url else ""
        self._token = settings.get("book", "")
        self._run_id: int | None = None
        self._open: Connection | None = None  # of a block that is written at once
        self._engine = open_engine(out, url)
        settle_form(self._engine)
        if url:
            self._refuse_another(out)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    def start_run(self, seed: int, days: Sequence[str], submissions: str = "") -> int:
        """Note that a run begins: what is saved from now on belongs to it. Its number, which counts from 1."""
        table = tables.runs
        last = select(func.max(table.c.number)).where(table.c.class_name == self.class_name)
        with self.writing() as connection:
            self._claim(connection)
            values = {
                "class_name": self.class_name,
                "number": (connection.execute(last).scalar() or 0) + 1,
                "seed": seed,
                "days": " ".join(days),
                "submissions": submissions,
                "started_at": now(),
            }
            self._run_id = inserted(connection, insert(table), values)
        return int(values["number"])

    def end_run(self) -> None:
        """Note that the run is through: everything there was to grade has its result."""
        table = tables.runs
        with self.writing() as connection:
            connection.execute(update(table).where(table.c.id == self._run_id).values(ended_at=now()))

    def runs(self) -> list[Run]:
        """Every run, oldest first."""
        table, saved = tables.runs, tables.submissions
        count = func.count(saved.c.id)
        query = select(table).where(table.c.class_name == self.class_name).order_by(table.c.number)
        counted = (
            select(saved.c.run_id, count)
            .where(saved.c.class_name == self.class_name)
            .group_by(saved.c.run_id)
        )
        with self.reading() as connection:
            results = {row[0]: row[1] for row in connection.execute(counted)}
            return [
                Run(
                    row["number"],
                    row["seed"],
                    tuple(row["days"].split()),
                    row["submissions"] or "",
                    row["started_at"],
                    row["ended_at"],
                    results.get(row["id"], 0),
                )
                for row in connection.execute(query).mappings()
            ]

    def save(self, record: Record) -> bool:
        """Add a result, in one transaction; False when it is the latest already, word for word."""
        digest = digest_of(record)
        if self._run_id is None:
            self.start_run(record["seed"], [day["day"] for day in record["days"]])
            self.end_run()  # nobody else will
        assert self._run_id is not None
        place = {"class_name": self.class_name, "student": record["student"]}
        with self.writing() as connection:
            if connection.execute(_THERE, place).scalar() == digest:
                return False
            insert_record(connection, record, self._run_id, self.class_name, now(), digest)
        return True

    def digests(self) -> dict[str, str]:
        """By student, one hash of the latest result."""
        table = tables.submissions
        query = select(table.c.student, table.c.digest).where(
            table.c.class_name == self.class_name, table.c.latest
        )
        with self.reading() as connection:
            return {row.student: row.digest for row in connection.execute(query.order_by(table.c.id))}

    @staticmethod
    def digest_of(record: Record) -> str:
        """What :meth:`digests` gives for this record."""
        return digest_of(record)

    def students(self) -> list[str]:
        """Everybody with a result, in the order of the names."""
        return sorted(self.digests())

    def records(self) -> Iterator[Record]:
        """The latest result of everybody, one at a time."""
        for student in self.students():
            yield self.record(student)

    def record(self, student: str, run: int | None = None) -> Record:
        """The latest result of one student, equal to the result file, or the latest when that run had ended.

        Raises CourseError when there is none.
        """
        record = self.record_after(run, student)
        if record is None:
            raise CourseError(f"The store has no result of {student!r}; `course grade` puts it there.")
        return record

    def record_after(self, run: int | None, student: str) -> Record | None:
        """The same, and None when there is none."""
        table, runs = tables.submissions, tables.runs
        query = select(table).join(runs).where(self._is(table, student)).order_by(table.c.id.desc()).limit(1)
        if run is not None:
            query = query.where(runs.c.number <= run)
        with self.reading() as connection:
            row = connection.execute(query).mappings().first()
            return None if row is None else read_record_rows(connection, dict(row))

    def versions(self, student: str) -> list[Version]:
        """Every result that a student ever had, oldest first."""
        table, runs = tables.submissions, tables.runs
        query = select(table, runs.c.number).join(runs).where(self._is(table, student)).order_by(table.c.id)
        with self.reading() as connection:
            rows = list(connection.execute(query).mappings())
            return [
                Version(
                    row["number"], row["saved_at"], row["digest"], read_record_rows(connection, dict(row))
                )
                for row in rows
            ]

    def saved_between(self, first: int, second: int) -> list[str]:
        """Whose result changed after the end of one run and until the end of another, in the order of the names."""
        table, number = tables.submissions, tables.runs.c.number
        query = (
            select(table.c.student).distinct().join(tables.runs).where(table.c.class_name == self.class_name)
        )
        low, high = sorted((first, second))
        with self.reading() as connection:
            return sorted(connection.execute(query.where(number > low, number <= high)).scalars())

    def adjust(
        self,
        student: str,
        day: str,
        exercise: str,
        points: float,
        comment: str,
        author: str,
        score_then: float,
        *,
        criterion: str = "",
        level: str = "",
        possible: float = 0.0,
    ) -> Adjustment:
        """Note points and a comment for an exercise, for the day when ``exercise`` is empty, or for a criterion of the
        rubric of that name.
        """
        values: dict[str, Any] = {
            "student": student,
            "day": day,
            "exercise": exercise,
            "points": points,
            "comment": comment,
            "author": author,
            "made_at": now(),
            "score_then": score_then,
            "criterion": criterion,
            "level": level,
            "possible": possible,
        }
        with self.writing() as connection:
            number = inserted(
                connection, insert(tables.adjustments), {"class_name": self.class_name, **values}
            )
        return Adjustment(number=number, **values)

    def adjustments(self, student: str | None = None, *, removed: bool = False) -> list[Adjustment]:
        """What stands, and with ``removed`` what was taken back too, for one student or for all, oldest first."""
        table = tables.adjustments
        query = select(table).where(table.c.class_name == self.class_name).order_by(table.c.number)
        if not removed:
            query = query.where(table.c.removed_at.is_(None))
        if student is not None:
            query = query.where(table.c.student == student)
        names = Adjustment.__dataclass_fields__
        with self.reading() as connection:
            rows = connection.execute(query).mappings()
            return [Adjustment(**{name: row[name] for name in names}) for row in rows]

    def adjustments_by_student(self) -> dict[str, list[Adjustment]]:
        """What stands, for everybody who has any."""
        found: dict[str, list[Adjustment]] = {}
        for one in self.adjustments():
            found.setdefault(one.student, []).append(one)
        return found

    def remove_adjustment(self, number: int, author: str) -> None:
        """Take an adjustment back; who and when stays in the table. Raises UsageError when there is none."""
        table = tables.adjustments
        with self.writing() as connection:
            done = connection.execute(
                update(table)
                .where(
                    table.c.number == number,
                    table.c.class_name == self.class_name,
                    table.c.removed_at.is_(None),
                )
                .values(removed_at=now(), removed_by=author)
            )
        if done.rowcount == 0:
            raise UsageError(
                f"There is no adjustment {number}; `course adjust {self.out}` lists those there are."
            )

    def note_export(self, name: str, target: Path, digest: str, author: str) -> None:
        """Note what was written for another program, where, and by whom; ``digest`` is a hash of it."""
        runs = select(func.max(tables.runs.c.number)).where(tables.runs.c.class_name == self.class_name)
        with self.writing() as connection:
            values = {
                "class_name": self.class_name,
                "run_number": connection.execute(runs).scalar() or 0,
                "format": name,
                "target": str(target),
                "digest": digest,
                "made_at": now(),
                "author": author,
            }
            connection.execute(insert(tables.exports), values)

    def exports(self) -> list[Export]:
        """Every export, oldest first."""
        table = tables.exports
        query = select(table).where(table.c.class_name == self.class_name).order_by(table.c.id)
        names = Export.__dataclass_fields__
        with self.reading() as connection:
            rows = connection.execute(query).mappings()
            return [Export(**{name: row[name] for name in names}) for row in rows]

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """What is read and written inside the block is one transaction: written whole or not at all, and what was read
        is still so when it is written, whoever else is at work.
        """
        mine = select(tables.books.c.token).where(tables.books.c.class_name == self.class_name)
        with self.writing() as connection:
            connection.execute(mine.with_for_update())  # SQLite lets one write alone as it is
            self._open = connection
            try:
                yield
            finally:
                self._open = None

    def compact(self) -> None:
        """Write a SQLite file anew, so that nothing deleted is in it; other databases do so by themselves."""
        if self._engine.dialect.name == "sqlite":
            raw = self._engine.raw_connection()
            try:
                raw.cursor().execute("VACUUM")
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                raw.close()

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection to read with: that of :meth:`at_once` inside such a block."""
        return nullcontext(self._open) if self._open else transaction(self._engine, writes=False)

    def writing(self) -> AbstractContextManager[Connection]:
        """The same to write with, in a transaction of its own outside such a block."""
        return nullcontext(self._open) if self._open else transaction(self._engine, writes=True)

    def _is(self, table: Table, student: str) -> Any:
        return (table.c.class_name == self.class_name) & (table.c.student == student)

    def _refuse_another(self, out: Path) -> None:
        """Two folders of one name in one database are two classes, unless somebody says that they are one."""
        table = tables.books
        with self.reading() as connection:
            token = connection.execute(
                select(table.c.token).where(table.c.class_name == self.class_name)
            ).scalar()
        if token is not None and token != self._token:
            raise CourseError(
                f"The store holds a class {self.class_name!r} of another folder; call {out} otherwise, or, where it is "
                f"to go on with that class, run `course book check {out} --store URL --mend` first."
            )

    def _claim(self, connection: Connection) -> None:
        """Say whose class this is, where nobody has yet."""
        table = tables.books
        there = connection.execute(
            select(table.c.token).where(table.c.class_name == self.class_name)
        ).scalar()
        if there is None and self._token:
            connection.execute(insert(table).values(class_name=self.class_name, token=self._token))


def token_of(out: Path, url: str) -> str | None:
    """Whose the class is that a database has under the name of this folder; None where it has none."""
    engine, table = open_engine(out, url), tables.books
    settle_form(engine)
    with transaction(engine, writes=False) as connection:
        found = connection.execute(select(table.c.token).where(table.c.class_name == out.resolve().name))
        token: str | None = found.scalar()
    engine.dispose()
    return token


def is_there(out: Path, url: str | None = None) -> bool:
    """Whether there is a store; to ask makes none."""
    return settled_store(out, url)[1] is not None or (out / STORE).is_file()


def adjustments_by_student(out: Path, url: str | None = None) -> dict[str, list[Adjustment]]:
    """All that was added by hand; empty, and nothing is opened, where there is no store."""
    if not is_there(out, url):
        return {}
    with Store(out, url) as store:
        return store.adjustments_by_student()


def now() -> str:
    """The time as the store writes it, in UTC; so fine that what follows something comes after it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
