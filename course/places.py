"""Where the modules of a day stand below a root: a student's day folders, a submission, or the solutions.

What is given to students has one copy, in the day folder, so the solutions go on in the day folders beside them.
"""

from __future__ import annotations

from pathlib import Path

SOLUTIONS = "solutions"


def folders(root: Path) -> tuple[Path, ...]:
    """The folders that hold day folders, the one that goes before the other first."""
    return (root, root.parent) if root.name == SOLUTIONS else (root,)


def find_file(root: Path, place: str) -> Path | None:
    """The file at a place such as ``day03_linalg/plots.py``; None when there is none."""
    return next((folder / place for folder in folders(root) if (folder / place).is_file()), None)


def module_files(root: Path, day: str) -> dict[str, Path]:
    """The files of a day's modules, by name."""
    found = {path.stem: path for folder in reversed(folders(root)) for path in (folder / day).glob("*.py")}
    return dict(sorted(found.items()))


def module_texts(root: Path, day: str) -> dict[str, str]:
    """The text of every module of a day, by name."""
    files = module_files(root, day)
    return {name: path.read_text(encoding="utf-8", errors="replace") for name, path in files.items()}
