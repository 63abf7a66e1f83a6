"""The tables of the store. Portable types only, so that SQLite and PostgreSQL hold the same.

Rows are added and never replaced: ``latest`` marks those that count. What a day of a student ended with is kept once
(``days``, with ``exercises`` and ``tests``), and every version of a record names those that make it up (``parts``).
A change here needs a step in ``migrations/versions``.

Text that students can influence is kept as JSON, which can hold every character (a database's text cannot hold the
character 0). What a record says beyond the columns goes into ``extra``, so that nothing is lost.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
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

FORM = "0003"
"""The newest step in ``migrations/versions``, which a store made today has behind it."""


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

form = Table("alembic_version", metadata, Column("version_num", String(32), primary_key=True))

books = Table(
    "books",
    metadata,
    Column("class_name", String(200), primary_key=True),
    Column("token", String(32), nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("class_name", String(200), nullable=False),
    Column("number", Integer, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("days", Text, nullable=False),
    Column("submissions", JSON, nullable=False),
    Column("started_at", String(32), nullable=False),
    Column("ended_at", String(32)),
    UniqueConstraint("class_name", "number"),
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Integer, ForeignKey("runs.id"), nullable=False),
    Column("class_name", String(200), nullable=False),
    Column("student", _Name, nullable=False),
    Column("saved_at", String(32), nullable=False),
    Column("latest", Boolean, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("suite", String(64), nullable=False),
    Column("score", Integer, nullable=False),
    Column("max_score", Integer, nullable=False),
    Column("submission", String(64)),
    Column("tool", String(64)),
    Column("versions", JSON),
    Column("limits", JSON),
    Column("isolation", JSON),
    Column("seconds", Float),
    Column("extra", JSON, nullable=False),
)

days = Table(
    "days",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Integer, ForeignKey("runs.id"), nullable=False),
    Column("class_name", String(200), nullable=False),
    Column("student", _Name, nullable=False),
    Column("day", String(100), nullable=False),
    Column("latest", Boolean, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("score", Integer, nullable=False),
    Column("max_score", Integer, nullable=False),
    Column("extra", JSON, nullable=False),
)

parts = Table(
    "parts",
    metadata,
    Column("submission_id", Integer, ForeignKey("submissions.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("day_id", Integer, ForeignKey("days.id"), nullable=False),
    Column("extra", JSON, nullable=False),
)


def _of_a_day(name: str, *columns: Column[int] | Column[float] | Column[str]) -> Table:
    """A table whose rows belong to one day of one student and keep their order."""
    return Table(
        name,
        metadata,
        Column("day_id", Integer, ForeignKey("days.id"), primary_key=True),
        Column("position", Integer, primary_key=True),
        Column("exercise", String(200), nullable=False),
        *columns,
        Column("extra", JSON, nullable=False),
    )


exercises = _of_a_day(
    "exercises",
    Column("score", Integer, nullable=False),
    Column("max_score", Integer, nullable=False),
)

tests = _of_a_day(
    "tests",
    Column("test", String(200), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("points", Integer, nullable=False),
    Column("max_points", Integer, nullable=False),
    Column("message", JSON),
    Column("misconception", String(200)),
    Column("seconds", Float),
)

incidents = Table(
    "incidents",
    metadata,
    Column("submission_id", Integer, ForeignKey("submissions.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("says", JSON, nullable=False),
)

exports = Table(
    "exports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("class_name", String(200), nullable=False),
    Column("run_number", Integer, nullable=False),
    Column("format", String(20), nullable=False),
    Column("target", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("made_at", String(32), nullable=False),
    Column("author", String(200), nullable=False),
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
    Column("criterion", String(200), nullable=False),
    Column("level", String(200), nullable=False),
    Column("possible", Float, nullable=False),
)

reviews = Table(
    "reviews",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("class_name", String(200), nullable=False),
    Column("student", _Name, nullable=False),
    Column("day", String(100), nullable=False),
    Column("exercise", String(200), nullable=False),
    Column("work", String(64), nullable=False),
    Column("author", String(200), nullable=False),
    Column("made_at", String(32), nullable=False),
)

appeals = Table(
    "appeals",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("class_name", String(200), nullable=False),
    Column("student", _Name, nullable=False),
    Column("day", String(100), nullable=False),
    Column("exercise", String(200), nullable=False),
    Column("says", JSON, nullable=False),
    Column("author", String(200), nullable=False),
    Column("made_at", String(32), nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("class_name", String(200), nullable=False),
    Column("appeal", Integer, ForeignKey("appeals.number"), nullable=False),
    Column("says", JSON, nullable=False),
    Column("author", String(200), nullable=False),
    Column("made_at", String(32), nullable=False),
)

Index("adjustments_of", adjustments.c.class_name, adjustments.c.student)
Index("reviews_of", reviews.c.class_name, reviews.c.day)
Index("appeals_of", appeals.c.class_name, appeals.c.student)
Index("submissions_of", submissions.c.class_name, submissions.c.student)
Index("days_of", days.c.class_name, days.c.student)
Index("tests_by_name", tests.c.test)
