"""Where a student's repository is when the roster does not say: by a form of the address, or as it was collected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from course.errors import UsageError
from course.forks.collecting import read_collected
from course.results.roster import Person

LOGIN = "{login}"


def addressed(people: Iterable[Person], form: str) -> list[Person]:
    """The people; who has no repository gets that of ``form``, in which ``{login}`` stands for the user's name.

    Raises UsageError for a form that would be the same for all.
    """
    if form and LOGIN not in form:
        raise UsageError(
            f"--repositories {form} is one address for all; write {LOGIN} where the user's name stands."
        )
    return [_with(person, form.replace(LOGIN, person.login)) for person in people]


def collected_from(people: Mapping[str, Person], folder: Path) -> dict[str, Person]:
    """The people; who has no repository gets that from which the work in a folder of ``course collect`` came."""
    places = {line.student: line.repository for line in read_collected(folder)}
    return {student: _with(person, places.get(student, "")) for student, person in people.items()}


def _with(person: Person, repository: str) -> Person:
    return person if person.repository else replace(person, repository=repository)
