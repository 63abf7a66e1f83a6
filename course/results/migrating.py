"""Bringing the tables of an older version to today's form, step by step, with Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from course.errors import CourseError

STEPS = Path(__file__).parent / "migrations"


def migrate(connection: Connection, found: str) -> None:
    """Go from the form ``found`` to the newest one, in the transaction of this connection.

    Raises CourseError for a form that this version does not know.
    """
    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if found not in known:
        raise CourseError(
            f"The store was made by a newer version of the course (form {found}); update the course, and use it then."
        )
    if found == "0001":  # made before Alembic: its mark is not there yet
        connection.execute(
            text("create table alembic_version (version_num varchar(32) not null primary key)")
        )
        connection.execute(text("insert into alembic_version values ('0001')"))
    command.upgrade(config, "head")
