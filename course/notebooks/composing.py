"""The modules of a day put together from pieces of code.

One function for a submitted notebook and for a kernel at work, so that both see the same modules. Definitions
of the exercises and the given text are put in place as they are. Of everything else in a notebook (helpers,
constants, experiments) only what a module really needs is taken, statement by statement: a plot, a training
run or a forgotten experiment is never part of what is checked.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain

from course.notebooks.pieces import defined_names, first_line, parse, python_lines

_EXPERIMENTS = (ast.Expr, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.AugAssign)
_TIMING = ("%%time", "%%capture", "%%prun")  # magics with ordinary Python below them
_GIVEN_BY_PYTHON = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__"}


@dataclass(frozen=True)
class Code:
    """The source of one cell: of a module, of the definition ``name`` of a module, or the student's own."""

    text: str
    module: str = ""
    name: str = ""


@dataclass
class Modules:
    """The text of every module, and what was noticed on the way."""

    texts: dict[str, str]
    notes: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)  # the cell of a module that Python cannot read


@dataclass(frozen=True)
class Statement:
    """One statement of a cell that a module may turn out to need."""

    text: str
    binds: frozenset[str]
    module: str  # of the answer that it stands next to


def compose(codes: Sequence[Code], day: str) -> Modules:
    """The modules that these cells, in this order, amount to."""
    composed = Modules({})
    modules: dict[str, list[str]] = {}
    pool: list[Statement] = []
    for code in codes:
        if not code.module:
            pool += statements(code)
            continue
        parts = modules.setdefault(code.module, [])
        if not code.name:
            parts.append(code.text)
            continue
        definition, others = _definition(code, composed)
        pool += others
        parts += [definition] if definition else []
    for name, parts in modules.items():
        needed = additions(name, modules, pool, day)
        whole = [text for n, part in enumerate(parts) for text in (*needed.get(n, ()), part)]
        composed.texts[name] = "\n\n\n".join(whole) + "\n"
    return composed


def unbound_names(parts: Sequence[str]) -> frozenset[str]:
    """Names that a module uses and nobody gives a meaning to."""
    return frozenset().union(*map(loaded_names, parts)).difference(_GIVEN_BY_PYTHON, *map(bound_names, parts))


def additions(
    module: str,
    modules: Mapping[str, Sequence[str]],
    pool: Sequence[Statement],
    day: str,
    unknown: Collection[str] = (),
) -> dict[int, list[str]]:
    """What a module needs besides its own parts, by the number of the part in front of which it belongs.

    The student's own statements, in the order in which they stand in the notebook, and names of other modules
    of the day, which are one namespace in a notebook; but not for ``unknown`` names, which were missing before.
    """
    own = f"from {day}.{module} import "
    pool = [statement for statement in pool if not statement.text.startswith(own)]  # no module imports itself
    stars = {number for number, statement in enumerate(pool) if "*" in statement.binds}
    places, elsewhere = _places(pool, module), _defined_elsewhere(module, modules)
    bound = set(_GIVEN_BY_PYTHON).union(*map(bound_names, modules[module]))
    needed: dict[int, list[str]] = {}
    for position, part in enumerate(modules[module]):
        imports: list[str] = []
        taken: set[int] = set()
        stars_here = stars
        waiting = [part]
        while waiting:
            for wanted in sorted(loaded_names(waiting.pop()) - bound):
                bound.add(wanted)
                found = {places[wanted]} if wanted in places else stars_here
                stars_here = set() if found is stars_here else stars_here  # they are taken once
                taken |= found
                waiting += [pool[number].text for number in found]
                bound |= {name for number in found for name in pool[number].binds}
                if not (stars or wanted in places) and wanted not in unknown and wanted in elsewhere:
                    imports.append(f"from {day}.{elsewhere[wanted]} import {wanted}")
        texts = [*imports, *(pool[number].text for number in sorted(taken))]
        if texts:
            needed[position] = texts
    return needed


def _definition(code: Code, composed: Modules) -> tuple[str, list[Statement]]:
    """The definition in a cell, and the other statements of the cell.

    Where it is missing (renamed, perhaps) the other definitions take its place, for the sake of the message.
    """
    text = without_shell(code.text)
    tree = parse(text)
    if tree is None:
        composed.notes.append(f"the cell of {code.name} is no valid Python; its exercise earns nothing")
        composed.unreadable.setdefault(code.module, code.name)
        return _unreadable(code.name, text), []
    found = [node for node in tree.body if getattr(node, "name", None) == code.name]
    if not found:
        others = [node for node in tree.body if hasattr(node, "decorator_list")]
        return "\n\n\n".join(_segments(text, others)), statements(code)
    return _segments(text, found[-1:])[0], [s for s in statements(code) if code.name not in s.binds]


def _unreadable(name: str, text: str) -> str:
    """A stand-in that says what Python says about the cell, at the cost of this exercise alone."""
    try:
        compile(text, f"the cell of {name}", "exec")
    except SyntaxError as error:
        where = (f"the cell of {name}", error.lineno, error.offset, error.text)
        said = f"SyntaxError({error.msg!r}, {where!r})"
    except (ValueError, RecursionError, MemoryError) as error:
        said = f"SyntaxError({f'the cell of {name} cannot be read: {error}'!r})"
    else:  # pragma: no cover - only reached when parse and compile disagree
        said = f"SyntaxError({f'the cell of {name} cannot be read'!r})"
    return f"def {name}(*arguments, **named):\n    raise {said}"


def is_python(text: str) -> bool:
    """Whether a cell is Python: not one of this course's checks, nor another language behind a magic."""
    return not text.startswith("%%") or text.startswith(_TIMING)


def without_shell(text: str) -> str:
    """The text without IPython's magics and shell commands, when it is not Python otherwise."""
    if parse(text) is not None:
        return text
    lines = text.split("\n")
    for number, line in enumerate(lines):
        command = line.lstrip()
        if command.startswith(("%", "!", "?")) or command.rstrip().endswith("?"):
            lines[number] = line[: len(line) - len(command)] + "pass"
    cleaned = "\n".join(lines)
    return cleaned if parse(cleaned) is not None else text


def statements(code: Code) -> list[Statement]:
    """The statements of a cell that could serve a module; none when Python cannot read it."""
    text = without_shell(code.text)
    tree = parse(text)
    if tree is None:
        return []
    found = _segments(text, [node for node in tree.body if not isinstance(node, _EXPERIMENTS)])
    return [Statement(segment, bound_names(segment), code.module) for segment in found]


def _segments(text: str, nodes: Sequence[ast.stmt]) -> list[str]:
    """The source of each node. The text is cut into lines once: ``ast.get_source_segment`` does it every time."""
    lines = [line.encode() for line in python_lines(text)]  # columns are counted in bytes
    return [_segment(lines, node) for node in nodes]


def _segment(lines: list[bytes], node: ast.stmt) -> str:
    end = node.end_lineno or node.lineno
    if hasattr(node, "decorator_list"):
        return b"".join(lines[first_line(node) - 1 : end]).decode().rstrip("\r\n")
    cut = lines[node.lineno - 1 : end]
    cut[-1] = cut[-1][: node.end_col_offset]
    cut[0] = cut[0][node.col_offset :]
    return b"".join(cut).decode()


def _places(pool: Sequence[Statement], module: str) -> dict[str, int]:
    """By name, the latest statement that binds it, from next to an answer of the module if there is one."""
    places: dict[str, int] = {}
    for own in (False, True):
        for number, statement in enumerate(pool):
            if not own or statement.module == module:
                places |= dict.fromkeys(statement.binds, number)
    return places


def _defined_elsewhere(module: str, modules: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """By name, the first other module that defines it."""
    found: dict[str, str] = {}
    for other, parts in modules.items():
        if other != module:
            for name in chain.from_iterable(map(defined_names, parts)):
                found.setdefault(name, other)
    return found


@lru_cache(maxsize=4096)
def loaded_names(text: str) -> frozenset[str]:
    """Names that a text takes from around it: global ones that it reads."""
    table = _table(text)
    if table is None:
        return frozenset()
    found = {s.get_name() for s in table.get_symbols() if s.is_referenced()}
    waiting = list(table.get_children())
    while waiting:
        child = waiting.pop()
        found |= {s.get_name() for s in child.get_symbols() if s.is_global() and s.is_referenced()}
        waiting += child.get_children()
    return frozenset(found)


@lru_cache(maxsize=4096)
def bound_names(text: str) -> frozenset[str]:
    """Names that a text gives a meaning to at its top level; ``*`` for a star import."""
    table = _table(text)
    if table is None:
        return frozenset(defined_names(text))
    bound = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
    tree = parse(text)
    stars = tree is not None and any(
        isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in tree.body
    )
    return frozenset(bound | ({"*"} if stars else set()))


def _table(text: str) -> symtable.SymbolTable | None:
    try:
        return symtable.symtable(text, "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
