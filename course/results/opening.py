"""Opening the database of a term: its address, the form of its tables, and what to do where it cannot be used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from course.errors import CourseError
from course.results import tables
from course.results.settings import STORE


def open_engine(out: Path, url: str | None) -> Engine:
    """The database at ``url``, or ``results.sqlite`` in ``out``. Raises CourseError where the address makes no sense or
    its driver is not installed.
    """
    address = _address(out, url)
    try:
        engine = create_engine(address, json_serializer=_as_json)
    except ModuleNotFoundError as error:
        raise CourseError(
            f"The store at {address.render_as_string()} needs the driver {error.name}; install it with "
            f"`pip install {_DRIVERS.get(str(error.name), error.name)}`, or leave --store out."
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _settle_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


_DRIVERS = {"psycopg": "'psycopg[binary]'", "psycopg2": "psycopg2-binary", "MySQLdb": "mysqlclient"}


def _address(out: Path, url: str | None) -> URL:
    if url is None:
        if not out.is_dir():
            raise CourseError(f"There is no folder {out}; give the folder that `course grade` wrote to.")
        return URL.create("sqlite", database=str(out / STORE))
    try:
        address = make_url(url)
        address.get_dialect()
        return address
    except (ArgumentError, NoSuchModuleError):
        raise CourseError(
            "The address of the store is not understood; write it like postgresql+psycopg://name@host/database."
        ) from None


def _as_json(plain: Any) -> str:
    """Most of what is stored as JSON is an empty ``extra``."""
    return "{}" if plain == {} else json.dumps(plain)


def _settle_sqlite(connection: Any, _: object) -> None:
    """SQLite's write-ahead log: 6 instead of 25 ms for a submission, and readers need not wait.

    Nothing is lost when the process is killed; what a power cut takes is read again from the result files. When a
    transaction begins is said by us: Python's driver would leave changes of tables out of it.
    """
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _begin_sqlite(connection: Connection) -> None:
    """Who is going to write says so first: of two that have read and then want to write, SQLite refuses one."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def transaction(engine: Engine, *, writes: bool) -> Iterator[Connection]:
    """One transaction. Raises CourseError, with the next step, where the database cannot be used."""
    try:
        with engine.connect().execution_options(writes=writes) as connection, connection.begin():
            yield connection
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise CourseError(_what_to_do(engine, said)) from None


def _what_to_do(engine: Engine, said: str) -> str:
    place = engine.url.render_as_string() if engine.dialect.name != "sqlite" else str(engine.url.database)
    if "disk is full" in said or "No space left" in said:
        return f"The disk with the store {place} is full; free some space and repeat: nothing that is kept is lost."
    if "not a database" in said or "malformed" in said or "no such table" in said:
        return (
            f"The store {place} is damaged ({said}); put a copy of it in its place, or move it away and run "
            "`course book check DIR --mend`: it takes the latest results from their files, but what was before and "
            "points by hand are in a copy only."
        )
    if "locked" in said:
        return f"The store {place} is in use by another program; wait for its end and repeat."
    return f"The store {place} cannot be used ({said}); check its address and permissions, then repeat."


def settle_form(engine: Engine) -> None:
    """Make the tables where there are none, and bring those of an older version to today's form.

    Each happens whole or not at all. Raises CourseError for tables of a newer version.
    """
    with transaction(engine, writes=False) as connection:
        found = _form(connection)
    if found == tables.FORM:
        return
    with transaction(engine, writes=True) as connection:
        found = _form(connection)  # meanwhile another process may have done it
        if found is None:
            tables.metadata.create_all(connection)
            connection.execute(insert(tables.form).values(version_num=tables.FORM))
        elif found != tables.FORM:
            from course.results.migrating import migrate  # Alembic, which is needed once in years

            migrate(connection, found)


def _form(connection: Connection) -> str | None:
    """The form of the tables; None where there are none."""
    there = inspect(connection)
    if there.has_table(tables.form.name):
        return connection.execute(select(tables.form.c.version_num)).scalar()
    if there.has_table("about"):  # before there were migrations
        return f"{connection.execute(text('select version from about')).scalar():04}"
    return None
