"""Questions of students about their points, and what they were answered: kept in the store with who and when, and
never changed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from course.catalog import Course
from course.errors import CourseError, UsageError
from course.results import tables
from course.results.adjusting import find_record, find_where
from course.results.reading import Answer, Appeal
from course.results.rows import inserted
from course.results.store import Store, is_there, now

LONGEST = 20_000  # characters of a question or an answer


def ask(
    course: Course,
    out: Path,
    student: str,
    where: str,
    says: str,
    author: str,
    store_url: str | None = None,
) -> Appeal:
    """Note a student's question about ``day/exercise``, or about a whole day.

    Raises UsageError for a student, day or exercise that has no result, and for a question without words.
    """
    record = find_record(out, student)
    day, exercise, _ = find_where(course, record, where)
    with Store(out, store_url) as store:
        return note_question(store, record["student"], day, exercise, says, author)


def answer(out: Path, number: int, says: str, author: str, store_url: str | None = None) -> Appeal:
    """Note an answer; the question with all of its answers. Raises UsageError where there is no such question."""
    with Store(out, store_url) as store:
        return note_answer(store, number, says, author)


def note_question(store: Store, student: str, day: str, exercise: str, says: str, author: str) -> Appeal:
    """The same in a store that is open, for a place that is known."""
    values: dict[str, Any] = {
        "student": student,
        "day": day,
        "exercise": exercise,
        "says": _words(says, "A question"),
        "author": author,
        "made_at": now(),
    }
    with store.writing() as connection:
        place = {"class_name": store.class_name, **values}
        return Appeal(inserted(connection, insert(tables.appeals), place), **values)


def note_answer(store: Store, number: int, says: str, author: str) -> Appeal:
    """The same in a store that is open."""
    words = _words(says, "An answer")
    if all(one.number != number for one in read_appeals(store)):
        raise UsageError(f"There is no question {number}; `course appeal {store.out}` lists those there are.")
    with store.writing() as connection:
        values = {"appeal": number, "says": words, "author": author, "made_at": now()}
        connection.execute(insert(tables.answers), {"class_name": store.class_name, **values})
    return next(one for one in read_appeals(store) if one.number == number)


def _words(says: str, what: str) -> str:
    text = says.replace("\r\n", "\n").strip()
    if not text:
        raise UsageError(f"{what} has words: --text '…'.")
    if len(text) > LONGEST:
        raise UsageError(f"{what} has at most {LONGEST} characters, this one {len(text)}; shorten it.")
    return text


def read_appeals(store: Store, student: str | None = None) -> list[Appeal]:
    """The questions of one student, or of all, oldest first, with their answers."""
    table, replies = tables.appeals, tables.answers
    asked = select(table).where(table.c.class_name == store.class_name).order_by(table.c.number)
    if student is not None:
        asked = asked.where(table.c.student == student)
    told = select(replies).where(replies.c.class_name == store.class_name).order_by(replies.c.number)
    with store.reading() as connection:
        answers: dict[int, list[Answer]] = {}
        for row in connection.execute(told).mappings():
            one = Answer(row["says"], row["author"], row["made_at"])
            answers.setdefault(row["appeal"], []).append(one)
        names = [name for name in Appeal.__dataclass_fields__ if name != "answers"]
        return [
            Appeal(**{name: row[name] for name in names}, answers=tuple(answers.get(row["number"], ())))
            for row in connection.execute(asked).mappings()
        ]


def appeals_by_student(out: Path, url: str | None = None) -> dict[str, list[Appeal]]:
    """All questions, for everybody who has any; empty, and nothing is opened, where there is no store."""
    if not is_there(out, url):
        return {}
    found: dict[str, list[Appeal]] = {}
    with Store(out, url) as store:
        for one in read_appeals(store):
            found.setdefault(one.student, []).append(one)
    return found


def list_appeals(out: Path, student: str | None = None, store_url: str | None = None) -> list[Appeal]:
    """The questions of a student, who must have a result, or of all."""
    if not is_there(out, store_url):
        raise CourseError(f"There is no store in {out}; `course grade SUBMISSIONS --out {out}` makes it.")
    known = None if student is None else find_record(out, student)["student"]
    with Store(out, store_url) as store:
        return read_appeals(store, known)
