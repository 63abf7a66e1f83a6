"""Each room imports only downwards, and content imports nothing of the engine but data and plots."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.course.conftest import ROOT

ROOMS = [
    "errors",
    "files",
    "threads",
    "data",
    "plots",
    "catalog",
    "notebooks",
    "worker",
    "testing",
    "grading",
    "release",
    "verify",
    "report",
    "cli",
]


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize(
    "path", sorted((ROOT / "course").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT))
)
def test_rooms_import_only_downwards(path: Path) -> None:
    room = path.relative_to(ROOT / "course").parts[0].removesuffix(".py")
    if room == "__init__":
        return
    for module in _imports(path):
        if module.startswith("course."):
            other = module.split(".")[1]
            assert ROOMS.index(other) <= ROOMS.index(room), f"{room} imports {module}"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "solutions").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT))
)
def test_content_knows_only_data_and_plots(path: Path) -> None:
    for module in _imports(path):
        if module.split(".")[0] == "course":
            assert module.split(".")[:2] in (["course", "data"], ["course", "plots"]), (
                f"{path.name} imports {module}"
            )
