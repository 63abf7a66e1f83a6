"""Library calls that would replace an exercise, refused at run time.

Each refused function is wrapped where it lives, each refused class has its constructor wrapped. The
wrapper lets everybody through but the student's own files, and those only while an exercise is checked
that refuses the call: a library that uses the function inside, the reference in a test, another
exercise are not disturbed. The same list is looked for in the source as well
(``course.testing.scanning``); this is the half that finds ``getattr(np.linalg, "pi" + "nv")``.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any


class RefusedCallError(Exception):
    """A student's file used what the exercise asks to write."""

    def __init__(self, name: str) -> None:
        super().__init__(refusal(name))
        self.name = name


def refusal(name: str) -> str:
    """The sentence a student reads."""
    what = f"the operator {name}" if not name[-1].isalnum() else f"{name.lstrip('.')}()"
    return f"{what} does the work that this exercise asks you to write; write it with simpler operations."


class Refusals:
    """The guards of one session: installed once, told before each check which names count."""

    def __init__(self, root: Path, days: Sequence[str]) -> None:
        self._files = tuple(
            f"{root / day}{os.sep}" for day in days
        )  # not all of root: libraries may lie in it
        self._active: frozenset[str] = frozenset()
        self._watching = False
        self._guarded: set[str] = set()

    def activate(self, names: Iterable[str]) -> None:
        """Refuse exactly these names from now on; unknown packages are ignored until they are imported."""
        self._active = frozenset(names)
        for name in self._active - self._guarded:
            if _guard_for(name, self):
                self._guarded.add(name)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Refuse inside the block only: several sessions may live in one process."""
        before, self._watching = self._watching, True
        try:
            yield
        finally:
            self._watching = before

    def uninstall(self) -> None:
        """Leave the guards; the last session to leave one puts the library's own function back."""
        self._active = frozenset()
        for name in self._guarded:
            _leave_guard(name, self)
        self._guarded.clear()

    def refuses(self, name: str, file: str) -> bool:
        return self._watching and name in self._active and file.startswith(self._files)


# One guard per name in the whole process, however many sessions look through it.
_sessions: dict[str, list[Refusals]] = {}
_undo: dict[str, Callable[[], None]] = {}


def prepare(name: str) -> bool:
    """Put up the guard of a name ahead of the sessions that will refuse it; False when it cannot be guarded now."""
    if name not in _undo:
        undo = _install(name)
        if undo is None:
            return False
        _undo[name] = undo
    return True


def _guard_for(name: str, session: Refusals) -> bool:
    if not prepare(name):
        return False
    _sessions.setdefault(name, []).append(session)
    return True


def _leave_guard(name: str, session: Refusals) -> None:
    _sessions[name].remove(session)
    if not _sessions[name]:
        _undo.pop(name)()


def _install(name: str) -> Callable[[], None] | None:
    found = resolve(name)
    if found is None:
        return None
    parent, attribute, original = found
    if isinstance(original, type):
        parent, attribute, original = original, "__init__", original.__init__  # type: ignore[misc]
    try:
        setattr(parent, attribute, _guard(name, original))
    except (AttributeError, TypeError):  # a built-in type or a method of a ufunc: only the source is checked
        return None
    return lambda: setattr(parent, attribute, original)


def _guard(name: str, original: Any) -> Any:
    def check() -> None:
        file = sys._getframe(2).f_code.co_filename
        if any(session.refuses(name, file) for session in _sessions.get(name, ())):
            raise RefusedCallError(name)

    if not hasattr(original, "__code__") and hasattr(original, "reduce"):
        return _GuardedUfunc(original, check)

    @functools.wraps(original)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        check()
        return original(*args, **kwargs)

    return guarded


class _GuardedUfunc:
    """A ufunc has methods (``np.add.outer``), so its guard must have them too."""

    def __init__(self, original: Any, check: Callable[[], None]) -> None:
        self._original = self.__wrapped__ = original
        self._check = check

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._check()
        return self._original(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


def resolve(name: str) -> tuple[Any, str, Any] | None:
    """Parent, attribute and object of a dotted name; None for operators, methods and packages not there."""
    parts = name.split(".")
    if not all(part.isidentifier() for part in parts) or len(parts) < 2:
        return None
    for cut in range(len(parts) - 1, 0, -1):
        module_name = ".".join(parts[:cut])
        if parts[0] not in sys.modules:  # never the reason for importing PyTorch
            return None
        try:
            parent: Any = importlib.import_module(module_name)
        except ImportError:
            continue
        try:
            for part in parts[cut:-1]:
                parent = getattr(parent, part)
            return parent, parts[-1], getattr(parent, parts[-1])
        except AttributeError:
            return None
    return None
