"""The order of a day in its notebook: sections, given text, exercises, pictures. Read from the day's modules.

The outline is the trusted side of a notebook: which cells there are, what they are called, and the text of
those that a student has nothing to write in.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from course.catalog import Course, Day, Exercise
from course.errors import CourseError
from course.notebooks.composing import bound_names, loaded_names
from course.notebooks.pieces import SCRIPT, Piece, defined_names, parse, split

PICTURES = "plots"


@dataclass(frozen=True)
class Place:
    """One piece of a module in the notebook; ``order`` is its number in the file."""

    module: str
    piece: Piece
    order: int
    cell: str

    @property
    def is_exercise(self) -> bool:
        return self.piece.name not in ("", SCRIPT)


@dataclass(frozen=True)
class Outline:
    """The pieces of a day's modules, and the exercises, in the order of the notebook."""

    day: Day
    texts: Mapping[str, str]
    places: Mapping[str, Sequence[Place]]
    modules: Sequence[str]

    @property
    def in_order(self) -> list[Place]:
        return [place for module in self.modules for place in self.places[module]]


def top_name(exercise: Exercise) -> str:
    """The definition that an exercise is written in: the function, or the class of a method."""
    return exercise.qualname.partition(".")[0]


def check_cell(exercise: Exercise) -> str:
    """The name of the graded cell of an exercise: the same from release to release."""
    return f"{exercise.module}-{exercise.qualname.replace('.', '-')}-checks"


def written_names(day: Day) -> dict[str, list[str]]:
    """The definitions that students write, by module."""
    names: dict[str, list[str]] = {}
    for exercise in day.exercises:
        written = names.setdefault(exercise.module, [])
        if top_name(exercise) not in written:
            written.append(top_name(exercise))
    return names


def read_outline(course: Course, day: Day) -> Outline:
    """The outline of a day as the course has it: from the single source, or the skeletons where that is absent."""
    return outline(day, course.sources(day))


def outline(day: Day, texts: Mapping[str, str]) -> Outline:
    """The outline of a day whose modules have these texts.

    Raises CourseError when two modules define the same name, which cannot stand in one notebook.
    """
    names = written_names(day)
    places = {module: _places(module, text, names.get(module, [])) for module, text in texts.items()}
    return Outline(day, texts, places, _module_order(day, texts))


def refuse_shared_names(found: Outline) -> None:
    """A notebook has one name for one thing. Raises CourseError when two modules of the day define the same."""
    owner: dict[str, str] = {}
    for module, text in found.texts.items():
        for name in defined_names(text):
            if owner.setdefault(name, module) != module:
                raise CourseError(
                    f"{found.day.name}: {owner[name]}.py and {module}.py both define {name!r}, which cannot be in one "
                    "notebook; rename one of them."
                )


def refuse_names_from_below(day: Day, cells: Sequence[str]) -> None:
    """A notebook runs from the top. Raises CourseError when a definition needs a name that comes further down."""
    everywhere = frozenset().union(*map(bound_names, cells))
    above: set[str] = set()
    for text in cells:
        above |= bound_names(text)
        missing = sorted((needed_to_define(text) & everywhere) - above)
        if missing:
            name = (defined_names(text) or ["given text"])[0]
            raise CourseError(
                f"{day.name}: {name} needs {missing[0]} when it is defined, which would stand below it in a notebook; "
                "list it first in exercises.toml."
            )


def _places(module: str, text: str, names: Sequence[str]) -> list[Place]:
    pieces = split(text, names)
    places = []
    for order, piece in enumerate(pieces):
        following = next((p.name for p in pieces[order + 1 :] if p.name), "")
        if piece.name == SCRIPT:
            cell = f"{module}-script"
        elif piece.name:
            cell = f"{module}-{piece.name}"
        else:
            cell = f"{module}-before-{following}" if following else f"{module}-end"
        places.append(Place(module, piece, order, cell))
    return places


def _module_order(day: Day, texts: Mapping[str, str]) -> list[str]:
    """Modules with exercises as the day lists them, each after the given ones it imports; pictures last."""
    ordered: list[str] = []

    def add(module: str) -> None:
        if module in ordered or module not in texts:
            return
        for other in imported_modules(day, texts[module]):
            if other not in day.modules and other != module:
                add(other)
        ordered.append(module)

    for module in [*day.modules, *(m for m in texts if m != PICTURES), PICTURES]:
        add(module)
    return ordered


def imported_modules(day: Day, text: str) -> Iterator[str]:
    """The modules of the same day that a text imports."""
    tree = parse(text)
    nodes = list(ast.walk(tree)) if tree is not None else []
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module == day.name:
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{day.name}."):
            yield (node.module or "").removeprefix(f"{day.name}.")
        elif isinstance(node, ast.Import):
            yield from (
                n.name.removeprefix(f"{day.name}.") for n in node.names if n.name.startswith(f"{day.name}.")
            )


def needed_to_define(text: str) -> frozenset[str]:
    """Names that must mean something before a definition can be run: of annotations, defaults, bases, decorators."""
    if parse(text) is None:
        return frozenset()
    try:
        return loaded_names(ast.unparse(_WithoutBodies().visit(ast.parse(text))))
    except RecursionError:  # Python reads deeper expressions than it writes
        return frozenset()


class _WithoutBodies(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.body = [ast.Pass()]
        return node


def picture_functions(text: str) -> list[tuple[str, str]]:
    """The pictures of a ``plots.py`` with their captions."""
    tree = parse(text)
    if tree is None:
        return []
    return [
        (node.name, (ast.get_docstring(node) or node.name).splitlines()[0])
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and re.match("figure_|animation_", node.name)
    ]
