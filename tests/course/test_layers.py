"""Each room imports only downwards, and content imports nothing of the engine but data and plots."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.course.conftest import COURSE, ROOT

ROOMS = [
    "errors",
    "files",
    "packages",
    "signals",
    "signs",
    "strays",
    "threads",
    "places",
    "data",
    "plots",
    "progress",
    "catalog",
    "reached",
    "projects",
    "worker",
    "testing",
    "notebooks",
    "results",
    "grading",
    "forks",
    "similarity",
    "practice",
    "release",
    "verify",
    "report",
    "publishing",
    "review",
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
    if room in ("__init__", "__main__"):
        return
    for module in _imports(path):
        if module.startswith("course."):
            other = module.split(".")[1]
            assert ROOMS.index(other) <= ROOMS.index(room), f"{room} imports {module}"


def test_the_rooms_in_the_documents_are_those_of_the_tree() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", text, re.MULTILINE)
    rooms = [name for names in listed for name in re.findall(r"\w+", names)]
    there = {path.parent.name for path in (ROOT / "course").glob("*/__init__.py")}
    below = set(re.findall(r"`(\w+)`", text.partition("Below them lie")[2].partition("\n\n")[0]))
    assert set(rooms) == there | {"plots", "progress"} == set(ROOMS) - below
    drawn = text.partition("## The house")[2].partition("## One source")[0]
    assert [room for room in rooms if not re.search(rf"\b{room}\b", drawn)] == []


WALL = ROOT / "course" / "worker"


@pytest.mark.parametrize("path", sorted(WALL.rglob("*.py")), ids=lambda p: str(p.relative_to(WALL)))
def test_the_process_boundary_is_crossed_in_two_places(path: Path) -> None:
    """The side of student code knows nothing of the trusted one, which asks it through ``asking``; in one process
    ``near/local`` is both.
    """
    name = path.relative_to(WALL).with_suffix("").as_posix()
    side = name.partition("/")[0]
    over = {
        module for module in _imports(path) if module.startswith(("course.worker.far", "course.worker.near"))
    }
    if name in ("asking", "near/local", "near/alarm"):
        return
    own = f"course.worker.{side}" if side in ("near", "far") else "neither"
    assert all(module.startswith(own) for module in over), f"{name} imports {sorted(over)}"


CONTENT = [path for day in COURSE.units for path in COURSE.source_files(day).values()]


@pytest.mark.parametrize("path", CONTENT, ids=lambda p: str(p.relative_to(ROOT)))
def test_content_knows_only_data_plots_and_progress(path: Path) -> None:
    for module in _imports(path):
        if module.split(".")[0] == "course":
            assert module.split(".")[1] in ("data", "plots", "progress", "projects"), (
                f"{path.name} imports {module}"
            )
