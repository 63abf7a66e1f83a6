"""Notebook files, read with patience: whatever is in one, the result is a list of cells or one sentence.

Nothing is validated beyond what is needed, because students' notebooks pass through many programs; formats
before 4 are upgraded by nbformat.
"""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.packages import load_nbformat

MAX_SIZE = 64 * 2**20


class UnreadableNotebookError(Exception):
    """Why a file cannot be read as a notebook, in words that fit behind its name."""


@dataclass(frozen=True)
class Cell:
    """One cell: its kind, its text, and what its metadata says, none of it trusted."""

    kind: str
    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def grade_id(self) -> str:
        return str(self._part("nbgrader").get("grade_id", ""))

    @property
    def holds(self) -> Mapping[str, Any]:
        """Which piece of which module the cell holds, as its maker wrote it down."""
        return self._part("course")

    def _part(self, name: str) -> Mapping[str, Any]:
        part = self.metadata.get(name)
        return part if isinstance(part, dict) else {}


@dataclass(frozen=True)
class Notebook:
    """The cells of a notebook and its own metadata; ``plain`` is the whole of it, as JSON."""

    cells: tuple[Cell, ...]
    metadata: Mapping[str, Any]
    plain: dict[str, Any]


def read_notebook(path: Path) -> Notebook:
    """Read a notebook file. Raises UnreadableNotebookError."""
    if not path.is_file() or path.is_symlink():
        raise UnreadableNotebookError("is no ordinary file")
    if path.stat().st_size > MAX_SIZE:
        raise UnreadableNotebookError(
            f"is larger than {MAX_SIZE >> 20} MiB; clear its outputs and hand it in again"
        )
    return parse_notebook(path.read_bytes())


def parse_notebook(data: bytes) -> Notebook:
    """The notebook in the bytes of a file. Raises UnreadableNotebookError."""
    try:
        plain = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UnreadableNotebookError("is no text in UTF-8; save it again in Jupyter") from None
    except ValueError as error:
        raise UnreadableNotebookError(f"is no notebook: {error}; save it again in Jupyter") from None
    except RecursionError:
        raise UnreadableNotebookError("is no notebook: it is nested too deeply") from None
    if isinstance(plain, dict) and plain.get("nbformat") != 4:
        plain = _upgrade(plain)
    if not isinstance(plain, dict) or not isinstance(plain.get("cells"), list):
        raise UnreadableNotebookError("is no notebook: it has no list of cells; save it again in Jupyter")
    cells = tuple(_cell(cell) for cell in plain["cells"] if isinstance(cell, dict))
    metadata = plain.get("metadata")
    return Notebook(cells, metadata if isinstance(metadata, dict) else {}, plain)


def _upgrade(plain: dict[str, Any]) -> dict[str, Any]:
    """An old format in the form of today."""
    if type(plain.get("nbformat")) is not int or not 1 <= plain["nbformat"] <= 3:
        raise UnreadableNotebookError("is in an unknown format; save it again in Jupyter")
    nbformat = load_nbformat()
    log = logging.getLogger("traitlets")
    before, log.disabled = log.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            upgraded: dict[str, Any] = nbformat.convert(nbformat.from_dict(plain), 4)
    except Exception as error:
        raise UnreadableNotebookError(
            f"is in an old format that cannot be read ({type(error).__name__})"
        ) from None
    finally:
        log.disabled = before
    return upgraded


def _cell(plain: dict[str, Any]) -> Cell:
    source = plain.get("source", "")
    text = "".join(line for line in source if isinstance(line, str)) if isinstance(source, list) else source
    metadata = plain.get("metadata")
    return Cell(
        str(plain.get("cell_type", "")),
        text if isinstance(text, str) else "",
        metadata if isinstance(metadata, dict) else {},
    )
