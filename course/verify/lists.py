"""Exercises that answer in lists, as they may: what given code is tried with.

Checks take what NumPy makes an array of, so a student's function may return nested lists. Whatever is given must do as
well: pictures, scripts, given functions, given parts of exercises. This turns the array results of a solution into
lists, where given code or a check has called it. Exercises that call each other are one person's work, and get arrays.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType, FunctionType
from typing import Any

import numpy as np

from course.release.skeletons import find_regions

_WRITTEN: dict[str, list[tuple[int, int]]] = {}
"""The lines that students write, by file, of all modules that were prepared."""
_FOLDERS: set[str] = set()
"""The folders of these files."""


def in_lists(source: str, names: Sequence[str]) -> str:
    """The source of a module whose functions and methods of these names answer in lists."""
    return (
        f"{source}\n\nfrom course.verify.lists import give_lists\n\ngive_lists(globals(), {list(names)!r})\n"
    )


def give_lists(module: dict[str, Any], names: Sequence[str]) -> None:
    """What a module made by ``in_lists`` does at its end."""
    file = module["__file__"]
    _FOLDERS.add(file.rpartition("/")[0])
    regions = find_regions(Path(file).read_text(encoding="utf-8"), file)
    _WRITTEN[file] = [(region.first, region.last) for region in regions]
    for name in names:
        top, _, method = name.partition(".")
        thing = module[top]
        if isinstance(thing, FunctionType):
            module[top] = _listed(thing)
            continue
        for own in [method] if method else [key for key in vars(thing) if not key.startswith("_")]:
            if isinstance(vars(thing).get(own), FunctionType):
                setattr(thing, own, _listed(vars(thing)[own]))


def _listed(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def listed(*args: Any, **named: Any) -> Any:
        result = function(*args, **named)
        return result if _called_by_an_exercise() else lists_of(result)

    return listed


def _called_by_an_exercise() -> bool:
    """Whether the innermost code of the day that has called is a student's, and not given."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.rpartition("/")[0] in _FOLDERS:
            return any(first <= frame.f_lineno <= last for first, last in _WRITTEN.get(file, ()))
        frame = frame.f_back
    return False


def lists_of(value: Any) -> Any:
    """The same with nested lists in the place of arrays."""
    if isinstance(value, np.ndarray):
        return value.tolist() if value.ndim else value
    if type(value) in (list, tuple):
        return type(value)(lists_of(part) for part in value)
    if type(value) is dict:
        return {key: lists_of(part) for key, part in value.items()}
    return value
