"""Refused calls in every spelling a student would try: each must be found, in the source or at run time."""

from __future__ import annotations

from course.catalog import Exercise
from course.verify.roots import Sources
from course.verify.trials import Trier


def try_spellings(trier: Trier, sources: Sources, exercise: Exercise) -> list[list[str]]:
    """Rows of name, spelling and how it was found."""
    return []
