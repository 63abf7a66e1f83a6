"""The decorators of test and answer files.

They change nothing: the catalogue reads them from the syntax tree, so that points and answers are known
without importing a test file, and no import can change them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Anything = TypeVar("Anything", bound=Callable[..., Any])


def points(number: int) -> Callable[[Anything], Anything]:
    """``@points(2)``: what passing this test earns; 0 in an optional exercise."""
    return _unchanged


def hidden(test: Anything) -> Anything:
    """``@hidden``: this test stays with the instructors."""
    return test


def training(test: Anything) -> Anything:
    """``@training``: this test trains a model and may take ``training_seconds``."""
    return test


def misconception(exercise: str, says: str, **values: tuple[Any, ...]) -> Callable[[Anything], Anything]:
    """``@misconception("pseudo_inverse", "what went wrong, and the idea that is missing")`` above a wrong
    answer. ``eps=(1e-12, 1e-8)`` makes one for each value of its parameter ``eps``, under the same name.
    """
    return _unchanged


def variant(exercise: str) -> Callable[[Anything], Anything]:
    """``@variant("pseudo_inverse")`` above another right answer, which must earn every point."""
    return _unchanged


def _unchanged(function: Anything) -> Anything:
    return function
