"""A result as rows of the store's tables, and back. Nothing here opens a database or ends a transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Insert, Table, bindparam, false, insert, select, true, update

from course.results import tables
from course.results.reading import Record, incidents

OWN = ("student", "seed", "suite", "score", "max_score")
MAY_BE_MISSING = ("submission", "tool", "versions", "limits", "isolation", "seconds")
# What a record says of a day beside its verdicts: it may change while they stay, so each version keeps its own.
OF_A_VERSION = ("late", "handed_in", "seed", "isolation", "versions", "tool", "limits")
# Made once: for a submission, SQLAlchemy needs longer to put the words of a statement together than to carry it out.
_INSERT = {
    table: insert(table)
    for table in (
        tables.submissions,
        tables.days,
        tables.exercises,
        tables.tests,
        tables.parts,
        tables.incidents,
    )
}
_COLUMNS = {
    table: {c.name for c in table.columns}
    for table in (tables.submissions, tables.days, tables.exercises, tables.tests)
}
_OF_STUDENT = {
    table: (table.c.class_name == bindparam("the_class")) & (table.c.student == bindparam("the_student"))
    for table in (tables.submissions, tables.days)
}
_OUTDATE = {
    table: update(table).where(_OF_STUDENT[table], table.c.latest).values(latest=false())
    for table in (tables.submissions, tables.days)
}
_DAYS_THERE = select(tables.days.c.digest, tables.days.c.id).where(_OF_STUDENT[tables.days])
_RENEW = update(tables.days).where(tables.days.c.id == bindparam("day_id")).values(latest=true())
_DAYS_OF = (
    select(tables.days, tables.parts.c.extra.label("own"))
    .join(tables.parts)
    .where(tables.parts.c.submission_id == bindparam("submission"))
    .order_by(tables.parts.c.position)
)
_IN_DAYS = {
    table: select(table)
    .where(table.c.day_id.in_(bindparam("ids", expanding=True)))
    .order_by(table.c.day_id, table.c.position)
    for table in (tables.exercises, tables.tests)
}


def digest_of(plain: Any) -> str:
    """One hash of what stands in a record."""
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def insert_record(
    connection: Connection, record: Record, run: int, class_name: str, saved_at: str, digest: str
) -> None:
    """Add a record, which is the latest of its student from now on; what was there before stays."""
    student = {"the_class": class_name, "the_student": record["student"]}
    there: dict[str, int] = {row.digest: row.id for row in connection.execute(_DAYS_THERE, student)}
    for outdate in _OUTDATE.values():
        connection.execute(outdate, student)
    place = {"class_name": class_name, "run_id": run, "latest": True}
    values = _row(tables.submissions, record, leaving=("days",))
    number = inserted(
        connection,
        _INSERT[tables.submissions],
        {**values, **place, "saved_at": saved_at, "digest": digest},
    )
    parts = []
    for position, day in enumerate(record["days"]):
        own = {name: day[name] for name in OF_A_VERSION if name in day}
        bare = {name: value for name, value in day.items() if name not in OF_A_VERSION}
        hashed = digest_of(bare)
        if hashed in there:
            connection.execute(_RENEW, {"day_id": there[hashed]})
        else:
            there[hashed] = _insert_day(
                connection, bare, {**place, "student": record["student"], "digest": hashed}
            )
        parts.append({"submission_id": number, "position": position, "day_id": there[hashed], "extra": own})
    noted = [{"submission_id": number, "kind": kind, "says": says} for kind, says in incidents(record)]
    _insert_all(connection, tables.parts, parts)
    _insert_all(connection, tables.incidents, [{**row, "position": at} for at, row in enumerate(noted)])


def _insert_day(connection: Connection, day: Mapping[str, Any], place: Mapping[str, Any]) -> int:
    values = _row(tables.days, day, leaving=("exercises",))
    number = inserted(connection, _INSERT[tables.days], {**values, **place})
    exercises = [_row(tables.exercises, one, leaving=("tests",)) for one in day["exercises"]]
    tests = [
        _row(tables.tests, {"exercise": one["exercise"], **test})
        for one in day["exercises"]
        for test in one["tests"]
    ]
    for table, rows in ((tables.exercises, exercises), (tables.tests, tests)):
        _insert_all(
            connection, table, [{**row, "day_id": number, "position": at} for at, row in enumerate(rows)]
        )
    return number


def read_record_rows(connection: Connection, row: Mapping[str, Any]) -> Record:
    """The record of a row of ``submissions``."""
    own = {name: row[name] for name in OWN}
    own |= {name: row[name] for name in MAY_BE_MISSING if row[name] is not None}
    return {**own, "days": read_days(connection, row["id"]), **row["extra"]}


def read_days(connection: Connection, submission: int) -> list[dict[str, Any]]:
    """The days of a version of a record, as they stand in it."""
    days = list(connection.execute(_DAYS_OF, {"submission": submission}).mappings())
    ids = {"ids": [day["id"] for day in days]}
    exercises, tests = (list(connection.execute(_IN_DAYS[table], ids).mappings()) for table in _IN_DAYS)
    of_exercise: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for test in tests:
        of_exercise.setdefault((test["day_id"], test["exercise"]), []).append(
            _plain(dict(test), "day_id", "position", "exercise")
        )
    of_day: dict[int, list[dict[str, Any]]] = {}
    for one in exercises:
        plain = _plain(dict(one), "day_id", "position")
        plain["tests"] = of_exercise.get((one["day_id"], one["exercise"]), [])
        of_day.setdefault(one["day_id"], []).append(plain)
    return [
        {
            "day": day["day"],
            "score": day["score"],
            "max_score": day["max_score"],
            "exercises": of_day.get(day["id"], []),
            **day["extra"],
            **day["own"],
        }
        for day in days
    ]


def inserted(connection: Connection, statement: Insert, values: Mapping[str, Any]) -> int:
    """Carry out an insert; the number of the new row."""
    key = connection.execute(statement, values).inserted_primary_key
    assert key is not None
    return int(key[0])


def _insert_all(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(_INSERT[table], rows)


_PLACE = {"id", "run_id", "class_name", "saved_at", "latest", "digest", "day_id", "position", "extra"}


def _row(table: Table, values: Mapping[str, Any], leaving: tuple[str, ...] = ()) -> dict[str, Any]:
    """A row: what there is a column for, and whatever else is said in ``extra``."""
    columns = _COLUMNS[table] - _PLACE
    extra = {name: value for name, value in values.items() if name not in columns and name not in leaving}
    return {**{name: values.get(name) for name in columns}, "extra": extra}


def _plain(row: Mapping[str, Any], *without: str) -> dict[str, Any]:
    plain = {name: value for name, value in row.items() if name not in without and name != "extra"}
    return {**plain, **row["extra"]}
