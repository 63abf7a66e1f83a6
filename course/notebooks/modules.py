"""The student's modules, out of a notebook that was handed in.

Between release and hand-in a notebook goes through many hands: cells are deleted, copied, moved, typed anew,
their metadata edited. The outline of the day, from the course's own source, says what belongs where; a cell is
recognised by its id or by the function that it defines. What cannot be recognised costs the exercise that it
is about, never the notebook.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from course.notebooks.building import unmarked
from course.notebooks.checks import full_points
from course.notebooks.composing import Code, Modules, compose, is_python, without_shell
from course.notebooks.outline import Outline, Place, check_cell, top_name
from course.notebooks.pieces import SCRIPT, defined_names, is_written
from course.notebooks.reading import Cell, Notebook


def modules_of(notebook: Notebook, outline: Outline, *, scripts: bool = False) -> Modules:
    """The text of every module of the day, with notes for staff. Never raises for what is in the notebook.

    With ``scripts`` also what a module does when it is started as a program, which is never graded.
    """
    reading = _Reading(notebook.cells, outline, scripts)
    modules = compose(reading.codes(), outline.day.name)
    return Modules(modules.texts, [*reading.notes, *modules.notes], modules.unreadable)


def answer_cells(notebook: Notebook, outline: Outline) -> dict[str, str]:
    """What the student wrote for each definition, by the name of its cell."""
    codes = _Reading(notebook.cells, outline).codes()
    return {f"{code.module}-{code.name}": code.text for code in codes if code.name}


@dataclass(frozen=True)
class _Candidate:
    """A code cell of the notebook that may hold an answer."""

    number: int
    cell: Cell
    text: str
    defines: frozenset[str]


class _Reading:
    """One pass over a notebook: what is used for which piece, and what staff should know of it."""

    def __init__(self, cells: Sequence[Cell], outline: Outline, scripts: bool = False) -> None:
        self._outline = outline
        self._scripts = scripts
        self._check_at: dict[str, int] = {}
        self._candidates: list[_Candidate] = []
        self._changed: dict[str, str] = {}  # given text that the student has in a version of their own
        self._order: dict[str, int] = {}  # of the pieces in a file that the notebook was made from
        self._used: set[int] = set()
        self._missing: list[str] = []  # what no cell defines
        self.notes: list[str] = []
        self._sort(cells)
        self._note_checks(cells)

    def _sort(self, cells: Sequence[Cell]) -> None:
        checks = {check_cell(exercise) for exercise in self._outline.day.exercises}
        answers = {place.cell for place in self._outline.in_order if place.is_exercise}
        ours = {"setup", *(f"{module}-checks" for module in self._outline.day.modules)}
        ours |= {place.cell for place in self._outline.in_order if not place.is_exercise}
        for number, cell in enumerate(cells, start=1):
            if cell.grade_id in checks:
                self._check_at[cell.grade_id] = number
                continue
            # An answer counts as code, whatever kind of cell it was turned into.
            if cell.grade_id in ours or (cell.kind != "code" and cell.grade_id not in answers):
                continue
            text = unmarked(cell.text, self._outline.day.name)
            piece = cell.holds.get("piece")
            if not cell.grade_id and isinstance(piece, str) and cell.holds.get("name") == "":
                self._changed.setdefault(piece, text)
                self._note_order(piece, cell)
            elif is_python(text):
                defines = frozenset(defined_names(without_shell(text)))
                self._candidates.append(_Candidate(number, cell, text, defines))

    def _note_checks(self, cells: Sequence[Cell]) -> None:
        missing = [e.name for e in self._outline.day.exercises if check_cell(e) not in self._check_at]
        if missing and not self._outline.day.is_project:  # of which the course makes no notebook
            self.notes.append(f"no check cell for {_some(missing)}; the course's own checks were run")
        points = {check_cell(e): full_points(e) for e in self._outline.day.exercises}
        for cell in cells:
            said = cell.metadata.get("nbgrader", {}).get("points") if cell.grade_id in points else None
            if said is not None and said != points[cell.grade_id]:
                self.notes.append(f"the points of {cell.grade_id} were edited; they did not count")

    def codes(self) -> list[Code]:
        """The cells in the order of the outline, the student's own ones after them."""
        codes: list[Code] = []
        for module in self._outline.modules:
            codes += self._module(module)
        if self._missing:
            self.notes.append(f"no cell defines {_some(self._missing)}")
        return codes + [Code(one.text) for one in self._candidates if one.number not in self._used]

    def _module(self, module: str) -> list[Code]:
        """The pieces of a module in the order of the outline, or of the student's own file where that has changed."""
        pieces = list(self._pieces(module))
        if any(name in self._changed for name, _ in pieces):
            pieces.sort(
                key=lambda piece: self._order.get(piece[0], -1)
            )  # what is missing there cannot overwrite
        return [code for _, code in pieces]

    def _pieces(self, module: str) -> Iterator[tuple[str, Code]]:
        given = {place.cell for place in self._outline.places[module] if not place.is_exercise}
        for place in self._outline.places[module]:
            if place.is_exercise:
                added = f"{module}-before-{place.piece.name}"
                if added in self._changed and added not in given:
                    yield added, Code(self._changed[added], module)
                answer = self._answer(place)
                if answer is not None:
                    yield place.cell, answer
            elif (self._scripts or place.piece.name != SCRIPT) and (
                text := self._changed.get(place.cell, place.piece.text)
            ):
                yield place.cell, Code(text, module)
        if f"{module}-end" in self._changed and f"{module}-end" not in given:
            yield f"{module}-end", Code(self._changed[f"{module}-end"], module)

    def _answer(self, place: Place) -> Code | None:
        name = place.piece.name
        found = [one for one in self._candidates if name in one.defines]
        found = found or [
            one for one in self._candidates if one.cell.grade_id == place.cell and one.text.strip()
        ]
        if not found:
            self._missing.append(name)
            return None
        check = self._check_of(place)
        best = max(found, key=lambda one: (is_written(one.text), one.number < check, one.number))
        if len(found) > 1:
            self.notes.append(
                f"{len(found)} cells define {name}; the one that counts is number {best.number}"
            )
        self._used.add(best.number)
        self._note_order(place.cell, best.cell)
        return Code(best.text, place.module, name)

    def _note_order(self, piece: str, cell: Cell) -> None:
        order = cell.holds.get("order")
        if isinstance(order, int) and cell.holds.get("piece") == piece:
            self._order[piece] = order

    def _check_of(self, place: Place) -> int:
        """Where the checks of a definition stand, the last one of a class; 0 when they are gone."""
        exercises = [e for e in self._outline.day.exercises if e.module == place.module]
        own = [check_cell(e) for e in exercises if top_name(e) == place.piece.name]
        return max((self._check_at.get(cell, 0) for cell in own), default=0)


def _some(names: Sequence[str]) -> str:
    """The first of several names, and how many there are besides."""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
