"""What is to be done at the end of the import of a package that is not there yet, before anybody has used it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from course.worker.far.hiding import hidden

_waiting: dict[str, dict[str, Callable[[str], None]]] = {}  # module → word → what is called with it


def wait(module: str, word: str, action: Callable[[str], None]) -> None:
    """Call ``action(word)`` whenever the module has been imported, until it is forgotten."""
    _waiting.setdefault(module, {})[word] = action
    if _arrivals not in sys.meta_path:
        sys.meta_path.insert(0, _arrivals)


def forget(module: str, word: str) -> None:
    """Do not wait any more, where anybody did."""
    words = _waiting.get(module, {})
    words.pop(word, None)
    if not words:
        _waiting.pop(module, None)
    if not _waiting and _arrivals in sys.meta_path:
        sys.meta_path.remove(_arrivals)


class _Arrivals:
    """A finder that finds nothing itself, and has the loader of what is waited for announced."""

    __slots__ = ()

    @hidden
    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: Any = None
    ) -> ModuleSpec | None:
        if name not in _waiting:
            return None
        others = [finder for finder in sys.meta_path if finder is not _arrivals]
        spec = next((found for one in others if (found := one.find_spec(name, path, target))), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _Announced(spec.loader)
        return spec


_arrivals: Any = _Arrivals()


class _Announced:
    """A loader that says when it has loaded, and leaves the module as if it had never been there."""

    @hidden
    def __init__(self, loader: Any) -> None:
        self._loader = loader

    @hidden
    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    @hidden
    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        for word, action in list(_waiting.get(module.__name__, {}).items()):
            action(word)

    @hidden
    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)
