"""What has been looked at by a person, and who that was: kept in the store, for the work as it was then."""

from __future__ import annotations

from sqlalchemy import insert, select

from course.results import tables
from course.results.reading import Review
from course.results.store import Store, now


def note_review(store: Store, student: str, day: str, exercise: str, work: str, author: str) -> None:
    """Note that somebody has looked at an exercise, or at a whole day, of the work with this hash."""
    values = {"student": student, "day": day, "exercise": exercise, "work": work, "author": author}
    with store.writing() as connection:
        place = {"class_name": store.class_name, "made_at": now()}
        connection.execute(insert(tables.reviews), {**place, **values})


def read_reviews(store: Store, day: str | None = None, student: str | None = None) -> list[Review]:
    """What was looked at, oldest first: of one day, of one student, or of everything."""
    table = tables.reviews
    query = select(table).where(table.c.class_name == store.class_name).order_by(table.c.number)
    if day is not None:
        query = query.where(table.c.day == day)
    if student is not None:
        query = query.where(table.c.student == student)
    names = Review.__dataclass_fields__
    with store.reading() as connection:
        return [Review(**{name: row[name] for name in names}) for row in connection.execute(query).mappings()]
