"""The results store: every result of a class in a database, ``results.sqlite`` beside the result files or any
database that SQLAlchemy reaches, and what people decided by hand.

The result files are what the grader writes first; the store takes each over in one transaction, so that it holds
the old or the new result of a submission, never a part. Adjustments stand in a table of their own, which grading
never touches. Imported by the commands that need it, never by ``course check``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, bindparam, create_engine, event, insert, select, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from course.errors import CourseError
from course.results import tables
from course.results.reading import Adjustment, Record
from course.results.rows import delete_record, insert_record, inserted, read_record_rows

FILE = "results.sqlite"
_SUBMISSIONS = tables.submissions.c
_THERE = select(_SUBMISSIONS.id, _SUBMISSIONS.digest).where(
    _SUBMISSIONS.class_name == bindparam("class_name"), _SUBMISSIONS.student == bindparam("student")
)


class Store:
    """The results of one class in a database, to be used in a ``with`` block.

    The process may be killed at any moment. Processes forked meanwhile must leave the store alone.
    """

    def __init__(self, out: Path, url: str | None = None) -> None:
        """Open the store of the class graded into ``out``, and make its tables where they are missing.

        Parameters
        ----------
        url : SQLAlchemy's address of a database, which may hold many classes; they are told apart by the
            name of ``out``. Without it the file ``results.sqlite`` in ``out`` is used.

        Raises CourseError when the database cannot be reached.
        """
        self._class = out.resolve().name if url else ""
        self._runs: dict[tuple[Any, ...], int] = {}
        self._engine = _engine(out, url)
        with self._transaction() as connection:
            tables.metadata.create_all(connection)
            self._settle_version(connection)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    def save(self, record: Record) -> bool:
        """Take over one result, in one transaction; False when it is there already, word for word."""
        digest = _digest(record)
        place = {"class_name": self._class, "student": record["student"]}
        with self._transaction() as connection:
            found = connection.execute(_THERE, place).first()
            if found is not None and found.digest == digest:
                return False
            if found is not None:
                delete_record(connection, found.id)
            insert_record(connection, record, self._run(connection, record), self._class, digest)
        return True

    def students(self) -> list[str]:
        """Everybody with a result, in the order of the names."""
        names = select(tables.submissions.c.student).where(tables.submissions.c.class_name == self._class)
        with self._transaction() as connection:
            return sorted(connection.execute(names).scalars())

    def records(self) -> Iterator[Record]:
        """Every result, one at a time."""
        for student in self.students():
            yield self.record(student)

    def record(self, student: str) -> Record:
        """The result of one student, equal to the result file. Raises CourseError when there is none."""
        query = (
            select(tables.submissions, tables.runs.c.seed, tables.runs.c.suite)
            .join(tables.runs)
            .where(self._is(tables.submissions, student))
        )
        with self._transaction() as connection:
            row = connection.execute(query).mappings().first()
            if row is None:
                raise CourseError(f"The store has no result of {student!r}; `course grade` puts it there.")
            return read_record_rows(connection, dict(row))

    def adjust(
        self,
        student: str,
        day: str,
        exercise: str,
        points: float,
        comment: str,
        author: str,
        score_then: float,
    ) -> Adjustment:
        """Note points and a comment for an exercise, or for the day when ``exercise`` is empty."""
        values: dict[str, Any] = {
            "student": student,
            "day": day,
            "exercise": exercise,
            "points": points,
            "comment": comment,
            "author": author,
            "made_at": _now(),
            "score_then": score_then,
        }
        with self._transaction() as connection:
            number = inserted(connection, insert(tables.adjustments), {"class_name": self._class, **values})
        return Adjustment(number=number, **values)

    def adjustments(self, student: str | None = None) -> list[Adjustment]:
        """What stands, for one student or for all, oldest first."""
        table = tables.adjustments
        query = (
            select(table)
            .where(table.c.class_name == self._class, table.c.removed_at.is_(None))
            .order_by(table.c.number)
        )
        if student is not None:
            query = query.where(table.c.student == student)
        names = Adjustment.__dataclass_fields__
        with self._transaction() as connection:
            rows = connection.execute(query).mappings()
            return [Adjustment(**{name: row[name] for name in names}) for row in rows]

    def adjustments_by_student(self) -> dict[str, list[Adjustment]]:
        """What stands, for everybody who has any."""
        found: dict[str, list[Adjustment]] = {}
        for one in self.adjustments():
            found.setdefault(one.student, []).append(one)
        return found

    def remove_adjustment(self, number: int, author: str) -> None:
        """Take an adjustment back; who and when stays in the table. Raises CourseError when there is none."""
        table = tables.adjustments
        with self._transaction() as connection:
            done = connection.execute(
                update(table)
                .where(
                    table.c.number == number, table.c.class_name == self._class, table.c.removed_at.is_(None)
                )
                .values(removed_at=_now(), removed_by=author)
            )
        if done.rowcount == 0:
            raise CourseError(f"There is no adjustment {number}; `course adjust DIR` lists those there are.")

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            said = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            raise CourseError(
                f"The results store cannot be used ({said}); check its address and permissions."
            ) from None

    def _is(self, table: Table, student: str) -> Any:
        return (table.c.class_name == self._class) & (table.c.student == student)

    def _settle_version(self, connection: Connection) -> None:
        version = connection.execute(select(tables.about.c.version)).scalar()
        if version is None:
            connection.execute(insert(tables.about).values(version=tables.VERSION))
        elif version != tables.VERSION:
            raise CourseError(
                f"The store was made by another version of the course (form {version}, here {tables.VERSION}); "
                "move it away, and `course grade` makes a new one."
            )

    def _run(self, connection: Connection, record: Record) -> int:
        """The run a record belongs to: what was graded, with which suite and which seed."""
        table = tables.runs
        values = {
            "class_name": self._class,
            "seed": record["seed"],
            "suite": record.get("suite", ""),
            "days": " ".join(day["day"] for day in record["days"]),
        }
        key = tuple(values.values())
        if key not in self._runs:
            same = [table.c[name] == value for name, value in values.items()]
            found = connection.execute(select(table.c.id).where(*same)).scalar()
            if found is None:
                return inserted(connection, insert(table), {"first_stored": _now(), **values})
            self._runs[key] = int(found)  # only what another transaction has written: this one may fail
        return self._runs[key]


def adjustments_by_student(out: Path, url: str | None = None) -> dict[str, list[Adjustment]]:
    """All that was added by hand; empty, and nothing is opened, where there is no store."""
    if url is None and not (out / FILE).is_file():
        return {}
    with Store(out, url) as store:
        return store.adjustments_by_student()


def _engine(out: Path, url: str | None) -> Engine:
    engine = create_engine(_address(out, url), json_serializer=_as_json)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _write_ahead)
    return engine


def _as_json(plain: Any) -> str:
    """Most of what is stored as JSON is an empty ``extra``."""
    return "{}" if plain == {} else json.dumps(plain)


def _write_ahead(connection: Any, _: object) -> None:
    """SQLite's write-ahead log: 6 instead of 25 ms for a submission, and readers need not wait.

    Nothing is lost when the process is killed; what a power cut takes is read again from the result files.
    """
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _address(out: Path, url: str | None) -> URL:
    if url is None:
        if not out.is_dir():
            raise CourseError(f"There is no folder {out}; give the folder that `course grade` wrote to.")
        return URL.create("sqlite", database=str(out / FILE))
    try:
        address = make_url(url)
        address.get_dialect()
        return address
    except (ArgumentError, NoSuchModuleError):
        raise CourseError(
            "The address of the store is not understood; write it like postgresql+psycopg://name@host/database."
        ) from None


def _digest(record: Record) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
