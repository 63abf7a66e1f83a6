"""Library calls that would replace an exercise, refused at run time.

Each refused function is wrapped where it lives, each refused class has its constructor wrapped. The
wrapper lets everybody through but the student's own files, and those only while an exercise is checked
that refuses the call: a library that uses the function inside, the reference in a test, another
exercise are not disturbed. Nothing is imported for a guard: where a package is not there yet, the guard
goes up at the end of its import, before anybody has taken the function from it. The same list is looked
for in the source as well (``course.testing.scanning``); this is the half that finds
``getattr(np.linalg, "pi" + "nv")``.
"""

from __future__ import annotations

import functools
import importlib
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar


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
    """The guards of one session, told before each check which names count."""

    def __init__(self, root: Path, days: Sequence[str]) -> None:
        self._files = tuple(
            f"{root / day}{os.sep}" for day in days
        )  # not all of root: libraries may lie in it
        self._active: frozenset[str] = frozenset()
        self._watching = False
        self._joined: set[str] = set()

    def activate(self, names: Iterable[str]) -> None:
        """Refuse exactly these names from now on."""
        self._active = frozenset(names)
        for name in self._active - self._joined:
            self._joined.add(name)
            _sessions.setdefault(name, []).append(self)
            prepare(name)

    def watch(self, watching: bool) -> bool:
        """Refuse from now on, or no longer: several sessions may live in one process. What was so before."""
        before, self._watching = self._watching, watching
        return before

    def uninstall(self) -> None:
        """Leave the guards; the last session to leave one puts the library's own function back."""
        self._active = frozenset()
        for name in self._joined:
            _leave(name, self)
        self._joined.clear()

    def refuses(self, name: str, file: str) -> bool:
        return self._watching and name in self._active and file.startswith(self._files)


# One guard per name in the whole process, however many sessions look through it.
_sessions: dict[str, list[Refusals]] = {}
_undo: dict[str, Callable[[], None]] = {}


def prepare(name: str) -> None:
    """Put up the guard of a name ahead of the sessions that will refuse it: now, or when its module is imported."""
    if name in _undo:
        return
    found = _imported(name)
    if found is None:
        _Arrivals.wait_for(name)
        return
    undo = _install(name, *found)
    if undo is not None:
        _undo[name] = undo


def _leave(name: str, session: Refusals) -> None:
    _sessions[name].remove(session)
    if not _sessions[name]:
        _undo.pop(name, lambda: None)()
        _Arrivals.forget(name)


class _Arrivals:
    """Puts up the guards that wait for a module at the end of its import. A finder that finds nothing itself."""

    _waiting: ClassVar[dict[str, set[str]]] = {}  # module → names that its import may bring

    @classmethod
    def wait_for(cls, name: str) -> None:
        for module in _modules_of(name):
            cls._waiting.setdefault(module, set()).add(name)
        if cls._waiting and cls not in sys.meta_path:
            sys.meta_path.insert(0, cls)

    @classmethod
    def forget(cls, name: str) -> None:
        for module in _modules_of(name):
            names = cls._waiting.get(module, set())
            names.discard(name)
            if not names:
                cls._waiting.pop(module, None)
        if not cls._waiting and cls in sys.meta_path:
            sys.meta_path.remove(cls)

    @classmethod
    def find_spec(cls, name: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        if name not in cls._waiting:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Announced(spec.loader)
        return spec

    @classmethod
    def arrived(cls, module: str) -> None:
        for name in list(cls._waiting.get(module, ())):
            prepare(name)


def _modules_of(name: str) -> list[str]:
    """The modules whose import may bring a dotted name; none for operators and methods."""
    parts = name.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))] if parts[0] else []


class _Announced(Loader):
    """A loader that says when it has loaded, and leaves the module as if it had never been there."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        _Arrivals.arrived(module.__name__)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


def _install(name: str, parent: Any, attribute: str, original: Any) -> Callable[[], None] | None:
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
        return GuardedUfunc(original, check)

    @functools.wraps(original)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        check()
        return original(*args, **kwargs)

    return guarded


class GuardedUfunc:
    """A ufunc has methods (``np.add.outer``), so its guard must have them too."""

    def __init__(self, original: Any, check: Callable[[], None]) -> None:
        self._original = self.__wrapped__ = original
        self._check = check

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._check()
        return self._original(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


def _imported(name: str) -> tuple[Any, str, Any] | None:
    """Parent, attribute and object of a dotted name whose module is imported; None for any other."""
    module_name, _, rest = name.rpartition(".")
    while module_name and module_name not in sys.modules:
        module_name, _, last = module_name.rpartition(".")
        rest = f"{last}.{rest}"
    parent: Any = sys.modules.get(module_name)
    if parent is None:
        return None
    *path, attribute = rest.split(".")
    try:
        for part in path:
            parent = _part(parent, part)
        return parent, attribute, _part(parent, attribute)
    except (AttributeError, KeyError):
        return None


def _part(parent: Any, name: str) -> Any:
    """An attribute; of a module only if it is there, since to ask may import it."""
    return vars(parent)[name] if isinstance(parent, ModuleType) else getattr(parent, name)


def resolve(name: str) -> tuple[Any, str, Any] | None:
    """Parent, attribute and object of a dotted name, imported if the package is; None for operators, methods and
    packages not there.
    """
    parts = name.split(".")
    if parts[0] not in sys.modules:  # never the reason for importing PyTorch
        return None
    for cut in range(len(parts) - 1, 0, -1):
        module_name = ".".join(parts[:cut])
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
