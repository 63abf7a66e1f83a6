"""A result as rows of the store's tables, and back. Nothing here opens a database or ends a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Insert, Table, delete, insert, select

from course.results import tables
from course.results.reading import Record, incidents

PARTS = (tables.incidents, tables.tests, tables.exercises, tables.days)
OWN = ("student", "score", "max_score", "submission", "tool", "versions", "limits", "isolation", "seconds")
NOT_EXTRA = {*OWN, "seed", "suite", "days"}
# Made once: for a submission, SQLAlchemy needs longer to put the words of a statement together than to carry it out.
_INSERT = {table: insert(table) for table in (tables.submissions, *PARTS)}
_COLUMNS = {
    table: {c.name for c in table.columns} - {"submission_id", "position", "extra"} for table in PARTS
}


def insert_record(connection: Connection, record: Record, run: int, class_name: str, digest: str) -> None:
    """Write all rows of a record."""
    values = {name: record.get(name) for name in OWN}
    values["extra"] = {name: value for name, value in record.items() if name not in NOT_EXTRA}
    values |= {"class_name": class_name, "run_id": run, "digest": digest}
    number = inserted(connection, _INSERT[tables.submissions], values)
    days, exercises, tests = [], [], []
    for day in record["days"]:
        days.append(_row(tables.days, day, leaving="exercises"))
        for exercise in day["exercises"]:
            exercises.append(_row(tables.exercises, {"day": day["day"], **exercise}, leaving="tests"))
            where = {"day": day["day"], "exercise": exercise["exercise"]}
            tests += [_row(tables.tests, {**where, **test}) for test in exercise["tests"]]
    noted = [{"kind": kind, "says": says, "extra": {}} for kind, says in incidents(record)]
    for table, rows in zip(PARTS, (noted, tests, exercises, days), strict=True):
        if rows:
            places = [{"submission_id": number, "position": at, **row} for at, row in enumerate(rows)]
            connection.execute(_INSERT[table], places)


def delete_record(connection: Connection, submission: int) -> None:
    """Remove all rows of a record."""
    for table in PARTS:
        connection.execute(delete(table).where(table.c.submission_id == submission))
    connection.execute(delete(tables.submissions).where(tables.submissions.c.id == submission))


def read_record_rows(connection: Connection, row: Mapping[str, Any]) -> Record:
    """The record of a row of ``submissions`` joined with its run."""
    days = _rows(connection, tables.days, row["id"])
    exercises = _rows(connection, tables.exercises, row["id"])
    tests = _rows(connection, tables.tests, row["id"])
    for exercise in exercises:
        exercise["tests"] = [
            _without(test, "day", "exercise")
            for test in tests
            if (test["day"], test["exercise"]) == (exercise["day"], exercise["exercise"])
        ]
    for day in days:
        day["exercises"] = [_without(one, "day") for one in exercises if one["day"] == day["day"]]
    own = {name: row[name] for name in OWN if row[name] is not None}
    return {
        "student": own.pop("student"),
        "seed": row["seed"],
        "score": own.pop("score"),
        "max_score": own.pop("max_score"),
        "days": days,
        **own,
        "suite": row["suite"],
        **row["extra"],
    }


def inserted(connection: Connection, statement: Insert, values: Mapping[str, Any]) -> int:
    """Carry out an insert; the number of the new row."""
    key = connection.execute(statement, values).inserted_primary_key
    assert key is not None
    return int(key[0])


def _row(table: Table, values: Mapping[str, Any], leaving: str = "") -> dict[str, Any]:
    """A row of a part: its columns, and whatever else the record says in ``extra``."""
    columns = _COLUMNS[table]
    extra = {name: value for name, value in values.items() if name not in columns and name != leaving}
    return {**{name: values.get(name) for name in columns}, "extra": extra}


def _rows(connection: Connection, table: Table, submission: int) -> list[dict[str, Any]]:
    query = select(table).where(table.c.submission_id == submission).order_by(table.c.position)
    return [
        _without({**row, **row["extra"]}, "submission_id", "position", "extra")
        for row in connection.execute(query).mappings()
    ]


def _without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
