"""Packages that not everybody has: Part 1 can be begun without PyTorch, which has no wheel for every machine."""

from __future__ import annotations

import importlib.util

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
