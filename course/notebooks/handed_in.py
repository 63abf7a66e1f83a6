"""Notebooks among the files that were handed in: the modules that they hold take the place of files.

A student has one answer per day. Where a folder holds both modules and a notebook, the one with more written
exercises is taken, and staff are told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import PurePosixPath

from course.catalog import Course, Day
from course.notebooks.modules import modules_of
from course.notebooks.outline import Outline, read_outline, written_names
from course.notebooks.pieces import split
from course.notebooks.reading import UnreadableNotebookError, parse_notebook

MOST_TEXT = 2**23  # characters in the cells of one notebook; outputs may be larger
STUB = "raise NotImplementedError"


class Notebooks:
    """What is needed to read the notebooks of some days; the outline of a day is read when it is first needed."""

    def __init__(self, course: Course, days: Sequence[Day]) -> None:
        self._days = days
        self._outline = cache(lambda name: read_outline(course, course.day(name)))

    def unfold(self, files: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[str], dict[str, str]]:
        """The files with modules in the place of notebooks, notes for staff, and by day why its notebook cannot be
        read, without the name that the student gave it.
        """
        unfolded = {name: data for name, data in files.items() if not name.endswith(".ipynb")}
        notes: list[str] = []
        unreadable: dict[str, str] = {}
        for day in self._days:
            name, said = choose_notebook([n for n in files if PurePosixPath(n).parent.name == day.name], day)
            notes += said
            if name is None:
                if said:
                    unreadable[day.name] = (
                        f"there are several notebooks; keep one and call it {day.name}.ipynb"
                    )
                continue
            try:
                notebook = parse_notebook(files[name])
                if sum(len(cell.text) for cell in notebook.cells) > MOST_TEXT:
                    raise UnreadableNotebookError(f"holds more than {MOST_TEXT >> 20} MiB of text")
            except UnreadableNotebookError as why:
                notes.append(f"{name} {why}")
                unreadable[day.name] = f"the notebook file {why}"
                continue
            outline: Outline = self._outline(day.name)
            modules = modules_of(notebook, outline)
            if self._take(modules.texts, unfolded, day, name, notes):
                unfolded |= {
                    f"{day.name}/{m}.py": t.encode("utf-8", "replace") for m, t in modules.texts.items()
                }
                notes += [f"{name}: {note}" for note in modules.notes]
        return unfolded, notes, unreadable

    def _take(
        self, texts: Mapping[str, str], files: Mapping[str, bytes], day: Day, name: str, notes: list[str]
    ) -> bool:
        """Whether the notebook counts, and not the modules beside it."""
        beside = {
            m: files[p].decode("utf-8", "replace")
            for m in day.modules
            if (p := f"{day.name}/{m}.py") in files
        }
        if not beside:
            return True
        taken = unwritten(texts, day) < unwritten(beside, day)
        notes.append(
            f"{name} was graded: more is written in it than in the modules beside it"
            if taken
            else f"the modules beside {name} were graded: no more is written in the notebook"
        )
        return taken


def choose_notebook(names: Sequence[str], day: Day) -> tuple[str | None, list[str]]:
    """The one notebook of a day among file names; None, with a sentence, when nobody can tell which of several."""
    notebooks = sorted(name for name in names if name.endswith(".ipynb"))
    named = [name for name in notebooks if PurePosixPath(name).name == f"{day.name}.ipynb"]
    if len(notebooks) <= 1:
        return (notebooks[0] if notebooks else None), []
    listed = ", ".join(PurePosixPath(name).name for name in notebooks)
    if named:
        return named[0], [f"{len(notebooks)} notebooks for {day.name} ({listed}); {day.name}.ipynb was read"]
    return None, [
        f"{len(notebooks)} notebooks for {day.name} ({listed}); keep one and call it {day.name}.ipynb"
    ]


def unwritten(texts: Mapping[str, str], day: Day) -> int:
    """How many stubs are left in the exercises of a day."""
    left = 0
    for module, names in written_names(day).items():
        pieces = {piece.name: piece.text for piece in split(texts.get(module, ""), names)}
        left += sum(pieces[name].count(STUB) if name in pieces else 1 for name in names)
    return left
