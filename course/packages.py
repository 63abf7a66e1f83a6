"""Packages that not everybody has: Part 1 can be begun without PyTorch, which has no wheel for every machine. And one
that is imported in part.
"""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

PACKAGES = {"torch": "PyTorch"}  # by the name that is imported
INSTALL = 'pip install --editable ".[torch]"'


def is_missing(package: str) -> bool:
    """Whether it is one of these and cannot be imported here."""
    try:
        return package in PACKAGES and importlib.util.find_spec(package) is None
    except (ImportError, ValueError):
        return True


def advice(package: str) -> str:
    """What is not there, and the command that brings it."""
    return f"{PACKAGES[package]}, which is not installed here; `{INSTALL}` brings it"


_GRAMMARS = "rfc3987_syntax"


def load_nbformat() -> Any:
    """nbformat, without the grammars of internet addresses that jsonschema compiles where it finds them: more than a
    second of processor at every start, for a kind of value that no notebook has.
    """
    there = _GRAMMARS in sys.modules
    if not there:
        sys.modules[_GRAMMARS] = None  # type: ignore[assignment]  # so its import fails, and jsonschema does without
    try:
        import nbformat
    finally:
        if not there:
            del sys.modules[_GRAMMARS]
    return nbformat
