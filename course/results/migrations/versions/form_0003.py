"""The third form: criteria of rubrics, what has been looked at, questions of students and their answers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Columns for criteria, empty where there is none, and three tables."""
    for name, kind, empty in (
        ("criterion", sa.String(200), "''"),
        ("level", sa.String(200), "''"),
        ("possible", sa.Float(), "0"),
    ):
        column: sa.Column[Any] = sa.Column(name, kind, nullable=False, server_default=sa.text(empty))
        op.add_column("adjustments", column)
    op.create_table("reviews", *_head(), *_place(), _words("work", 64), *_signed())
    op.create_index("reviews_of", "reviews", ["class_name", "day"])
    op.create_table("appeals", *_head(), *_place(), _says(), *_signed())
    op.create_index("appeals_of", "appeals", ["class_name", "student"])
    appeal: sa.Column[int] = sa.Column("appeal", sa.Integer, sa.ForeignKey("appeals.number"), nullable=False)
    op.create_table("answers", *_head(), appeal, _says(), *_signed())


def _head() -> list[sa.Column[Any]]:
    return [sa.Column("number", sa.Integer, primary_key=True), _words("class_name", 200)]


def _place() -> list[sa.Column[Any]]:
    return [_words("student", 1600), _words("day", 100), _words("exercise", 200)]


def _signed() -> list[sa.Column[Any]]:
    return [_words("author", 200), _words("made_at", 32)]


def _says() -> sa.Column[Any]:
    return sa.Column("says", sa.JSON, nullable=False)


def _words(name: str, size: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(size), nullable=False)
