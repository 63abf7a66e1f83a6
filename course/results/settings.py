"""What a folder of results says of its term, in ``run.json``: seed, hand-ins, store, roster. So an option that is
forgotten the next time drops nothing.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from course.errors import CourseError

FILE = "run.json"
STORE = "results.sqlite"  # unless an address is given


def read_settings(out: Path) -> dict[str, Any]:
    """What the runs before this one wrote down; empty when there were none."""
    try:
        kept = json.loads((out / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def new_token() -> str:
    """What tells a term from any other of the same name."""
    return secrets.token_hex(8)


def settled_store(out: Path, url: str | None) -> tuple[dict[str, Any], str | None]:
    """What the folder says of its term, and the address of its store: the given one, or the one it has.

    Raises CourseError where another one is given, for half of a term would be in each.
    """
    settings = read_settings(out)
    kept = settings.get("store")
    if url is None:
        return settings, kept
    if settings.get("book") and without_password(url) != kept:
        raise CourseError(
            f"The term in {out} is kept in {kept or 'results.sqlite there'}; leave --store and COURSE_STORE out, "
            "or give another folder."
        )
    return settings, url


def without_password(url: str) -> str:
    """The address of a store as it may stand in a file: the password is the business of whoever runs the command."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url)._replace(password=None).render_as_string(hide_password=False)
    except ArgumentError:
        return url  # whoever opens it says what is wrong
