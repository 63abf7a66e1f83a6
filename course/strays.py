"""Files that are called like a library and are imported in its place: ``numpy.py``, ``random.py``.

Needs nothing but Python, for where such a file lies little else can be imported.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

LIBRARIES = frozenset(
    "PIL click cloudpickle course matplotlib numpy pytest rich scipy sklearn threadpoolctl torch torchvision "
    "tqdm".split()
)
"""What checks import, besides Python's own modules."""


def strays(folder: Path, names: Iterable[str]) -> list[Path]:
    """Modules that lie in a folder and have one of these names, apart from the course's own folder."""
    wanted = frozenset(names)
    found = [*folder.glob("*.py"), *(path.parent for path in folder.glob("*/__init__.py"))]
    return sorted(path for path in found if path.stem in wanted and path.name != "course")


def said_of(path: Path, folder: Path) -> str:
    """What is wrong with such a file, and what to do."""
    return (
        f"{path.relative_to(folder).as_posix()} has the name of a library and is imported in its place; "
        "give it another name, then repeat."
    )


def standard_names() -> frozenset[str]:
    """The modules that come with Python."""
    return frozenset(sys.stdlib_module_names)
