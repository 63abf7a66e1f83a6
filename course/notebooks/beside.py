"""What a notebook finds beside it, or in the clone that it lies in: hints, sections of the sheet, and how the course's
mistakes are told. Without them its checks give the same points and say less.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from course.notebooks.reading import read_notebook
from course.notebooks.sheets import sections
from course.testing.fingerprints import Known
from course.testing.recorded import FILE, read_recorded

SETTINGS = "exercises.toml"


@dataclass(frozen=True)
class Beside:
    """The files of a day as seen from the folder of its notebook."""

    folder: Path
    day: str

    @classmethod
    def of(cls, here: Path, day: str) -> Beside:
        """As seen from the working directory of a kernel: the folder of the notebook, but an editor may start kernels
        in the clone, and in Colab a release is unpacked beside it.
        """
        places = [cls(one, day) for one in (here, here / day, *sorted(here.glob(f"*/{day}")))]
        return next((one for one in places if one._file(SETTINGS) or one._file(FILE)), places[0])

    def fingerprints(self, seed: int) -> Mapping[str, Known]:
        """The misconceptions of each check; none where no file tells."""
        file = self._file(FILE)
        return _read_fingerprints(file, seed) if file else {}

    def exercise(self, word: str) -> dict[str, Any] | None:
        """Name, sheet and hints of the exercise that a person means; None where there is none of that name."""
        file = self._file(SETTINGS)
        tables = tomllib.loads(file.read_text(encoding="utf-8"))["exercise"] if file else []
        for table in tables:
            name = table["name"]
            if word in (name, name.partition(".")[2], name.rpartition(".")[2]):
                return dict(table)
        return None

    def names(self) -> list[str]:
        """Of all exercises, as they are called in the day."""
        file = self._file(SETTINGS)
        tables = tomllib.loads(file.read_text(encoding="utf-8"))["exercise"] if file else []
        return [table["name"].partition(".")[2] for table in tables]

    def section(self, anchor: str) -> str:
        """The section of the sheet, or of this notebook, that explains an exercise; empty where there is none."""
        sheet, notebook = self.folder / "README.md", self.folder / f"{self.day}.ipynb"
        if sheet.is_file():
            text = sheet.read_text(encoding="utf-8")
        elif notebook.is_file():
            cells = read_notebook(notebook).cells
            text = "\n\n".join(cell.text for cell in cells if cell.kind == "markdown")
        else:
            return ""
        return next((one.text for one in sections(text) if one.anchor == anchor), "")

    def _file(self, name: str) -> Path | None:
        places = [self.folder / name, *(one / "tests" / self.day / name for one in self.folder.parents)]
        return next((place for place in places if place.is_file()), None)


@lru_cache(maxsize=1)
def _read_fingerprints(file: Path, seed: int) -> Mapping[str, Known]:
    return read_recorded(file, seed)
