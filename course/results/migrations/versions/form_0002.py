"""The second form: rows are added and stay. What stands in the first becomes the latest of everybody."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_OF_A_VERSION = ("late", "seed", "isolation", "versions", "tool", "limits")
_OLD = ("runs", "submissions", "days", "exercises", "tests", "incidents")


def upgrade() -> None:
    """Set the old tables aside, make the new ones, fill them, and drop the old."""
    connection = op.get_bind()
    op.drop_index("tests_by_name", "tests")
    for name in _OLD:
        op.rename_table(name, f"old_{name}")
    old = sa.MetaData()
    old.reflect(connection, only=[f"old_{name}" for name in _OLD])
    new = _new_tables()
    new.create_all(connection)
    _fill(connection, {name: old.tables[f"old_{name}"] for name in _OLD}, new.tables)
    for name in ("tests", "exercises", "days", "incidents", "submissions", "runs"):
        op.drop_table(f"old_{name}")
    op.drop_table("about")


def _fill(connection: sa.Connection, old: dict[str, sa.Table], new: Any) -> None:
    number: dict[str, int] = {}
    for run in connection.execute(sa.select(old["runs"]).order_by(old["runs"].c.id)).mappings():
        number[run["class_name"]] = number.get(run["class_name"], 0) + 1
        connection.execute(
            new["runs"].insert(),
            {
                "id": run["id"],
                "class_name": run["class_name"],
                "number": number[run["class_name"]],
                "seed": run["seed"],
                "days": run["days"],
                "submissions": None,
                "started_at": run["first_stored"],
                "ended_at": run["first_stored"],
            },
        )
    runs, heads = old["runs"], old["submissions"]
    query = sa.select(heads, runs.c.seed, runs.c.suite, runs.c.first_stored).join(
        runs, runs.c.id == heads.c.run_id
    )
    last_day = 0
    for head in connection.execute(query.order_by(heads.c.id)).mappings().all():
        values = {c.name: head[c.name] for c in new["submissions"].columns if c.name in head}
        connection.execute(
            new["submissions"].insert(), {**values, "saved_at": head["first_stored"], "latest": True}
        )
        last_day = _fill_days(connection, old, new, head, last_day)
    if connection.dialect.name == "postgresql":  # numbers were given by us: the next ones come after them
        for name in ("runs", "submissions", "days"):
            connection.execute(
                sa.text(
                    f"select setval(pg_get_serial_sequence('{name}', 'id'), "
                    f"(select coalesce(max(id), 0) + 1 from {name}), false)"
                )
            )


def _fill_days(connection: sa.Connection, old: dict[str, sa.Table], new: Any, head: Any, last: int) -> int:
    def rows(name: str) -> list[Any]:
        table = old[name]
        query = sa.select(table).where(table.c.submission_id == head["id"]).order_by(table.c.position)
        return list(connection.execute(query).mappings())

    exercises, tests = rows("exercises"), rows("tests")
    for day in rows("days"):
        last += 1
        own = {name: value for name, value in day["extra"].items() if name in _OF_A_VERSION}
        extra = {name: value for name, value in day["extra"].items() if name not in _OF_A_VERSION}
        parts = {
            name: [
                {key: row[key] for key in row if key not in ("submission_id", "day")} | {"day_id": last}
                for row in there
                if row["day"] == day["day"]
            ]
            for name, there in (("exercises", exercises), ("tests", tests))
        }
        connection.execute(
            new["days"].insert(),
            {
                "id": last,
                "run_id": head["run_id"],
                "class_name": head["class_name"],
                "student": head["student"],
                "day": day["day"],
                "latest": True,
                "digest": _digest(day, extra, parts),
                "score": day["score"],
                "max_score": day["max_score"],
                "extra": extra,
            },
        )
        connection.execute(
            new["parts"].insert(),
            {"submission_id": head["id"], "position": day["position"], "day_id": last, "extra": own},
        )
        for name, there in parts.items():
            for at, row in enumerate(there):
                connection.execute(new[name].insert(), {**row, "position": at})
    for row in rows("incidents"):
        connection.execute(
            new["incidents"].insert(),
            {name: row[name] for name in ("submission_id", "position", "kind", "says")},
        )
    return last


def _digest(day: Any, extra: dict[str, Any], parts: dict[str, list[Any]]) -> str:
    """The hash of the day as it stands in a record, without what each version of it has for its own."""
    exercises = [
        {
            **{name: one[name] for name in ("exercise", "score", "max_score")},
            **one["extra"],
            "tests": [
                {
                    **{
                        name: value
                        for name, value in test.items()
                        if name not in ("exercise", "extra", "position", "day_id")
                    },
                    **test["extra"],
                }
                for test in parts["tests"]
                if test["exercise"] == one["exercise"]
            ],
        }
        for one in parts["exercises"]
    ]
    plain = {name: day[name] for name in ("day", "score", "max_score")}
    text = json.dumps({**plain, **extra, "exercises": exercises}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _new_tables() -> sa.MetaData:
    """The tables as they were when this step was written; today's stand in ``tables.py``."""
    metadata = sa.MetaData()

    def number(name: str) -> sa.Column[int]:
        return sa.Column(name, sa.Integer, nullable=False)

    def words(name: str, size: int, *, needed: bool = True) -> sa.Column[str]:
        return sa.Column(name, sa.String(size), nullable=not needed)

    def plain(name: str, *, needed: bool = True) -> sa.Column[Any]:
        return sa.Column(name, sa.JSON, nullable=not needed)

    def key(name: str = "id", of: str = "") -> sa.Column[int]:
        return sa.Column(name, sa.Integer, *([sa.ForeignKey(of)] if of else []), primary_key=True)

    def points_to(name: str, of: str) -> sa.Column[int]:
        return sa.Column(name, sa.Integer, sa.ForeignKey(of), nullable=False)

    def large(name: str) -> sa.Column[int]:
        return sa.Column(name, sa.BigInteger, nullable=False)

    def yes_or_no(name: str) -> sa.Column[bool]:
        return sa.Column(name, sa.Boolean, nullable=False)

    def table(name: str, *columns: Any) -> None:
        sa.Table(name, metadata, *columns)

    table("books", sa.Column("class_name", sa.String(200), primary_key=True), words("token", 32))
    table(
        "runs",
        key(),
        words("class_name", 200),
        number("number"),
        large("seed"),
        sa.Column("days", sa.Text, nullable=False),
        plain("submissions"),
        words("started_at", 32),
        words("ended_at", 32, needed=False),
        sa.UniqueConstraint("class_name", "number"),
    )
    table(
        "submissions",
        key(),
        points_to("run_id", "runs.id"),
        words("class_name", 200),
        words("student", 1600),
        words("saved_at", 32),
        yes_or_no("latest"),
        words("digest", 64),
        large("seed"),
        words("suite", 64),
        number("score"),
        number("max_score"),
        words("submission", 64, needed=False),
        words("tool", 64, needed=False),
        plain("versions", needed=False),
        plain("limits", needed=False),
        plain("isolation", needed=False),
        sa.Column("seconds", sa.Float),
        plain("extra"),
        sa.Index("submissions_of", "class_name", "student"),
    )
    table(
        "days",
        key(),
        points_to("run_id", "runs.id"),
        words("class_name", 200),
        words("student", 1600),
        words("day", 100),
        yes_or_no("latest"),
        words("digest", 64),
        number("score"),
        number("max_score"),
        plain("extra"),
        sa.Index("days_of", "class_name", "student"),
    )
    table(
        "parts",
        key("submission_id", "submissions.id"),
        key("position"),
        points_to("day_id", "days.id"),
        plain("extra"),
    )
    table(
        "exercises",
        key("day_id", "days.id"),
        key("position"),
        words("exercise", 200),
        number("score"),
        number("max_score"),
        plain("extra"),
    )
    table(
        "tests",
        key("day_id", "days.id"),
        key("position"),
        words("exercise", 200),
        words("test", 200),
        words("outcome", 20),
        number("points"),
        number("max_points"),
        plain("message", needed=False),
        words("misconception", 200, needed=False),
        sa.Column("seconds", sa.Float),
        plain("extra"),
        sa.Index("tests_by_name", "test"),
    )
    table(
        "incidents",
        key("submission_id", "submissions.id"),
        key("position"),
        words("kind", 20),
        plain("says"),
    )
    table(
        "exports",
        key(),
        words("class_name", 200),
        number("run_number"),
        words("format", 20),
        plain("target"),
        words("digest", 64),
        words("made_at", 32),
        words("author", 200),
    )
    return metadata
