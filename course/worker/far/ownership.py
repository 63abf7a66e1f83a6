"""Whose code is calling: a library's, a test's, or the student's.

The file that a code object names proves nothing, for ``compile`` and ``code.replace`` write any name there. So a
code object counts as a library's when the file of that name, in a folder that was on the path before the student's
code came, really holds this code; and as a test's when it came with the test. All other code is the student's.
"""

from __future__ import annotations

import importlib.machinery
import os
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from course.places import folders


class Ownership:
    """Asked while the student's code runs; what counts as a library is settled before."""

    def __init__(self, root: Path, days: Sequence[str]) -> None:
        self._students = tuple(f"{folder / day}{os.sep}" for folder in folders(root) for day in days)
        self._libraries = _library_folders()
        self._answers: dict[int, tuple[CodeType, bool]] = {}

    def is_students(self, code: CodeType) -> bool:
        answer = self._answers.get(id(code))
        if answer is None:  # the code is kept with the answer, so its number is not given away again
            answer = self._answers[id(code)] = (code, not self._is_known(code))
        return answer[1] and code not in _of_tests

    def _is_known(self, code: CodeType) -> bool:
        file = code.co_filename
        return (
            file.startswith(self._libraries)
            and not file.startswith(self._students)
            and code in codes_of_file(file)
        )


_INSTALLED = {sysconfig.get_path(key) for key in ("stdlib", "platstdlib", "purelib", "platlib")}
_ENGINE = str(Path(__file__).resolve().parents[2])


def _library_folders() -> tuple[str, ...]:
    return tuple(f"{path.rstrip(os.sep)}{os.sep}" for path in {_ENGINE, *_INSTALLED, *sys.path} if path)


@cache
def codes_of_file(file: str) -> frozenset[CodeType]:
    """Every code object that importing a Python file makes; code objects are equal when they do the same."""
    try:
        code = importlib.machinery.SourceFileLoader("asked", file).get_code("asked")
    except (OSError, ImportError, SyntaxError, ValueError, EOFError):
        return frozenset()
    return frozenset(_nested(code)) if code is not None else frozenset()


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)


def learn(package: str) -> None:
    """Read the imported files of a package now: behind the walls they cannot be read any more."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and (name == package or name.startswith(f"{package}.")):
            codes_of_file(file)


_of_tests: set[CodeType] = set()


def trust(value: Any) -> None:
    """A function or class that a test hands over is the test's, and so are the functions of its file that it uses."""
    module = value.__module__
    waiting, seen = [value], set[int]()
    while waiting:
        value = waiting.pop()
        if id(value) in seen or getattr(value, "__module__", None) != module:
            continue
        seen.add(id(value))
        if isinstance(value, type):
            waiting += [part for part in vars(value).values() if isinstance(part, FunctionType)]
        elif isinstance(value, FunctionType) and value.__code__ not in _of_tests:
            codes = list(_nested(value.__code__))
            _of_tests.update(codes)
            used = {name for code in codes for name in code.co_names} & value.__globals__.keys()
            waiting += [value.__globals__[name] for name in used]
            waiting += [cell.cell_contents for cell in value.__closure__ or () if _is_full(cell)]


def _is_full(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - an empty one raises
    except ValueError:
        return False
    return True
