"""The addresses of a review, below its token: what page is meant, read and written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qs, quote, unquote, urlencode

KINDS = ("day", "rubric", "questions")


@dataclass(frozen=True)
class Place:
    """A page: that of a ``day``, of a ``rubric`` (``name`` says which), of the ``questions`` of all, or the first one
    (``kind`` empty).

    With a ``stem`` it is about one student, with an ``exercise`` about that one alone, with a ``module`` it shows that
    file; ``waiting`` leaves out what somebody has looked at.
    """

    kind: str = ""
    name: str = ""
    stem: str = ""
    module: str = ""
    exercise: str = ""
    waiting: bool = False

    @property
    def path(self) -> str:
        """The address without the token."""
        parts = [self.kind, self.name, self.stem, self.module]
        query = {"exercise": self.exercise, "waiting": "1" if self.waiting else ""}
        words = urlencode({key: value for key, value in query.items() if value})
        return "/" + "/".join(quote(part, safe="") for part in parts if part) + (f"?{words}" if words else "")

    def at(self, stem: str) -> Place:
        """The same page of another student."""
        return replace(self, stem=stem, module="")

    @property
    def everybody(self) -> Place:
        """The page of all students."""
        return Place(self.kind, self.name, waiting=self.waiting, exercise=self.exercise)


def read_place(address: str) -> Place | None:
    """The place of an address without its token; None for one that no page has."""
    path, _, query = address.partition("?")
    parts = [unquote(part) for part in path.strip("/").split("/")] if path.strip("/") else []
    asked = parse_qs(query)
    kind, name, stem, module = (*parts, "", "", "", "")[:4]
    if len(parts) > 4 or (kind and kind not in KINDS) or (kind in ("day", "rubric") and not name):
        return None
    exercise = asked.get("exercise", [""])[0]
    return Place(kind, name, stem, module, exercise, "waiting" in asked)
