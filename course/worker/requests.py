"""What a test asks of student code: one request, the same on both sides of the boundary."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

Verb = Literal["import", "get", "set", "call", "operator", "run"]


class Request(NamedTuple):
    """One thing to do over there; ``target`` is a number of the session's table, or none for an import or an operator.

    Next to the module, handles among ``args`` and ``kwargs`` have become the objects they stand for.
    """

    verb: Verb
    target: int | None
    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
