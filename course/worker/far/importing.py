"""Importing a student's modules from one folder, without touching ``sys.path``.

Only names below the day folders are looked for there, so a stray ``numpy.py`` or ``random.py`` beside
the work is never imported. Sources are always read afresh: no ``.pyc`` is written, and none is
believed.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from course.places import find_file, folders


class _FreshSource(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return _compiled(self.get_data(path), path)


@lru_cache(maxsize=64)  # the same text again: `course watch`, and `course verify` with its seeds
def _compiled(data: bytes, path: str) -> CodeType:
    code: CodeType = compile(data, path, "exec", dont_inherit=True)
    return code


class DayFinder:
    """Finds ``dayNN_topic`` and its modules below ``root``, nothing else, and nothing in folders there."""

    def __init__(self, root: Path, days: Sequence[str]) -> None:
        self.root = root
        self.days = frozenset(days)
        self.asked: set[str] = set()  # names of ours that somebody imported

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        day, _, module = fullname.partition(".")
        if day not in self.days:
            return None
        self.asked.add(fullname)
        if not module:
            spec = ModuleSpec(day, None, is_package=True)
            spec.submodule_search_locations = [str(folder / day) for folder in folders(self.root)]
            return spec
        file = None if "." in module else find_file(self.root, f"{day}/{module}.py")
        if file is None:  # nobody else may find it: folders in the folder of a day are not handed in
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return importlib.util.spec_from_file_location(
            fullname, file, loader=_FreshSource(fullname, str(file))
        )


class ModuleSpace:
    """The modules of one root. Several can live in one process; one is active at a time."""

    _active: ModuleSpace | None = None

    def __init__(self, root: Path, days: Sequence[str]) -> None:
        self.root = root
        self._finder = DayFinder(root, days)
        self._modules: dict[str, ModuleType] = {}

    def import_module(self, name: str) -> ModuleType:
        """Import ``dayNN_topic.module`` from this root (once). Whatever its import raises is raised."""
        with self.active():
            return importlib.import_module(name)

    def active(self) -> AbstractContextManager[None]:
        """Make ``import dayNN_topic…`` mean this root inside the block."""
        return nullcontext() if ModuleSpace._active is self else self._activated()

    @contextmanager
    def _activated(self) -> Iterator[None]:
        before = ModuleSpace._active
        self._enter()
        try:
            yield
        finally:
            self._leave()
            if before is not None:
                before._enter()

    def _enter(self) -> None:
        outer = ModuleSpace._active
        if outer is not None:
            outer._leave()
        if any(day in sys.modules for day in self._finder.days):
            self._forget_strangers()
        sys.modules.update(self._modules)
        sys.meta_path.insert(0, self._finder)
        ModuleSpace._active = self

    def _leave(self) -> None:
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)
        # Only names that went through the finder: this runs at every call, and thousands of others are imported.
        self._modules = {name: sys.modules.pop(name) for name in self._finder.asked if name in sys.modules}
        ModuleSpace._active = None

    def _forget_strangers(self) -> None:
        """Take away modules of the day folders that were imported outside any space."""
        for name in [name for name in sys.modules if name.partition(".")[0] in self._finder.days]:
            del sys.modules[name]


def forget_orphans() -> None:
    """Take away modules whose package is not there, because its import was cut short: imported once more, the package
    would lack what these modules are for it.
    """
    for name in list(sys.modules):
        parts = name.split(".")
        if any(".".join(parts[:n]) not in sys.modules for n in range(1, len(parts))):
            del sys.modules[name]
