"""The tables of the results store. Portable types only, so that SQLite and PostgreSQL hold the same.

Text that students can influence is kept as JSON, which can hold every character (a database's text cannot hold
the character 0). What a record says beyond the columns goes into ``extra``, so that nothing is lost.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

from course.results.names import is_text

VERSION = 1


class _Name(TypeDecorator[str]):
    """A student's name as it is; as JSON where it is not UTF-8, which text in a database must be."""

    impl = String(1600)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        if value is None:
            return None
        return value if is_text(value) and not value.startswith('"') else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        return json.loads(value) if value is not None and value.startswith('"') else value


metadata = MetaData()

about = Table("about", metadata, Column("version", Integer, primary_key=True))

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("class_name", String(200), nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("suite", String(64), nullable=False),
    Column("days", Text, nullable=False),
    Column("first_stored", String(32), nullable=False),
    UniqueConstraint("class_name", "seed", "suite", "days"),
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Integer, ForeignKey("runs.id"), nullable=False),
    Column("class_name", String(200), nullable=False),
    Column("student", _Name, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("score", Integer, nullable=False),
    Column("max_score", Integer, nullable=False),
    Column("submission", String(64)),
    Column("tool", String(64)),
    Column("versions", JSON),
    Column("limits", JSON),
    Column("isolation", JSON),
    Column("seconds", Float),
    Column("extra", JSON, nullable=False),
    UniqueConstraint("class_name", "student"),
)


def _part(name: str, *columns: Column[int] | Column[float] | Column[str]) -> Table:
    """A table whose rows belong to one submission and keep their order."""
    return Table(
        name,
        metadata,
        Column("submission_id", Integer, ForeignKey("submissions.id"), primary_key=True),
        Column("position", Integer, primary_key=True),
        *columns,
        Column("extra", JSON, nullable=False),
    )


days = _part(
    "days",
    Column("day", String(100), nullable=False),
    Column("score", Integer, nullable=False),
    Column("max_score", Integer, nullable=False),
)

exercises = _part(
    "exercises",
    Column("day", String(100), nullable=False),
    Column("exercise", String(200), nullable=False),
    Column("score", Integer, nullable=False),
    Column("max_score", Integer, nullable=False),
)

tests = _part(
    "tests",
    Column("day", String(100), nullable=False),
    Column("exercise", String(200), nullable=False),
    Column("test", String(200), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("points", Integer, nullable=False),
    Column("max_points", Integer, nullable=False),
    Column("message", JSON),
    Column("misconception", String(200)),
    Column("seconds", Float),
)

incidents = _part(
    "incidents",
    Column("kind", String(20), nullable=False),
    Column("says", JSON, nullable=False),
)

adjustments = Table(
    "adjustments",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("class_name", String(200), nullable=False),
    Column("student", _Name, nullable=False),
    Column("day", String(100), nullable=False),
    Column("exercise", String(200), nullable=False),
    Column("points", Float, nullable=False),
    Column("comment", JSON, nullable=False),
    Column("author", String(200), nullable=False),
    Column("made_at", String(32), nullable=False),
    Column("score_then", Float, nullable=False),
    Column("removed_at", String(32)),
    Column("removed_by", String(200)),
)

Index("adjustments_of", adjustments.c.class_name, adjustments.c.student)
Index("tests_by_name", tests.c.day, tests.c.test)
