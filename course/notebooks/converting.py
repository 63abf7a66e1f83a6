"""Answers carried over between a day's modules and its notebook, both ways, without loss.

A notebook holds its modules in pieces: written into a notebook and back, a module is the same to the byte.
Cells that students added stay where they were when the modules go into a notebook that is there already.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from course.catalog import Course, Day
from course.errors import CourseError
from course.notebooks.building import KEY, day_notebook, unmarked
from course.notebooks.composing import Code, additions, is_python, statements, unbound_names
from course.notebooks.modules import modules_of
from course.notebooks.outline import Outline, written_names
from course.notebooks.pieces import Piece, defined_names, is_written, join, parse
from course.notebooks.reading import Cell, Notebook, parse_notebook
from course.packages import load_nbformat

_BOM = "\ufeff"


@dataclass(frozen=True)
class _ModuleFile:
    """A module as text with plain line ends, and what its bytes had besides."""

    text: str
    newline: str
    bom: bool


def notebook_text(course: Course, day: Day, files: Mapping[str, bytes], old: Notebook | None = None) -> str:
    """The notebook of a day with these modules; cells that a student added to ``old`` are kept.

    Raises CourseError for a module that is no text.
    """
    nbformat = load_nbformat()
    read = {module: _read(data, f"{day.name}/{module}.py") for module, data in files.items()}
    notebook = day_notebook(course, day, {module: file.text for module, file in read.items()}, locked=False)
    for module, file in read.items():
        unknown = sorted(unbound_names([file.text]))
        notebook.metadata[KEY]["modules"][module] |= {
            "newline": file.newline,
            "bom": file.bom,
            "unknown": unknown,
        }
    if old is not None:
        notebook.cells = [nbformat.from_dict(cell) for cell in merge_own_cells(notebook.cells, old)]
    text: str = nbformat.writes(notebook) + "\n"
    if old is None and module_files(parse_notebook(text.encode()), day) != dict(files):
        raise CourseError(f"{day.name} cannot be carried over without loss; nothing was written.")
    return text


def module_files(notebook: Notebook, day: Day) -> dict[str, bytes]:
    """The files of the modules that a notebook holds, with what they need of the student's own cells."""
    pieces, own = _take_apart(notebook, day)
    pool = [statement for cell in own for statement in statements(Code(cell.text))]
    parts = {module: [piece.text for piece in found] for module, found in pieces.items()}
    files: dict[str, bytes] = {}
    for module, about in _modules(notebook, day).items():
        found = pieces.get(module, [])
        if not found and "end" not in about:
            continue  # the day has such a module, but the student had no file of it
        unknown = about.get("unknown")
        needed = (
            additions(module, parts, pool, day.name, unknown if isinstance(unknown, list) else ())
            if found
            else {}
        )
        whole = list(_with_additions(found, needed))
        files[module] = _bytes(join([*whole, Piece("", "", str(about.get("end", "\n")))]), about)
    return files


@dataclass(frozen=True)
class Answers:
    """The files that a notebook amounts to, and of those that must not be written, why."""

    files: dict[str, bytes]
    broken: dict[str, str]


def answers_of(notebook: Notebook, outline: Outline) -> Answers:
    """The modules as they would be graded, to the byte where the notebook's metadata still holds them so.

    Metadata gets lost on the way through other programs, and with it which cell holds which piece. So the grader's
    reading decides what is in a module, and the lossless one, as long as it means the same, how that is written down.
    """
    graded = modules_of(notebook, outline, scripts=True)
    files = module_files(notebook, outline.day)
    about = _modules(notebook, outline.day)
    for module in outline.day.modules:
        text = graded.texts.get(module)
        if text is not None and module not in graded.unreadable and not _same_code(files.get(module), text):
            files[module] = _bytes(text, about.get(module, {}))
    return Answers(
        files, {m: why for m, data in files.items() if (why := _why_broken(m, data, graded.unreadable))}
    )


def _same_code(data: bytes | None, text: str) -> bool:
    """Whether a module and a text hold the same statements, whatever their order and layout."""
    theirs, ours = parse((data or b"").decode("utf-8-sig")), parse(text)
    try:
        return None not in (theirs, ours) and _statements(theirs) == _statements(ours)
    except RecursionError:  # Python reads deeper expressions than it writes
        return False


def _statements(tree: ast.Module | None) -> list[str]:
    return sorted(ast.unparse(node) for node in tree.body) if tree is not None else []


def _why_broken(module: str, data: bytes, unreadable: Mapping[str, str]) -> str:
    """Why a module cannot be imported as it is, in words; empty when it compiles."""
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(data, f"{module}.py", "exec", dont_inherit=True)
    except SyntaxError as error:
        said = f"{error.msg}, line {error.lineno}: {(error.text or '').strip()}"
    except (ValueError, RecursionError, MemoryError) as error:
        said = str(error)
    else:
        return ""
    return f"the cell of {unreadable[module]} is no valid Python ({said})" if module in unreadable else said


def _bytes(text: str, about: Mapping[str, Any]) -> bytes:
    """A module as the file was that the notebook was made from: its line ends and its mark."""
    data = text.replace("\n", "\r\n") if about.get("newline") == "\r\n" else text
    return ((_BOM if about.get("bom") is True else "") + data).encode("utf-8", "replace")


def _read(data: bytes, where: str) -> _ModuleFile:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CourseError(
            f"{where} is no text in UTF-8 (byte {error.start}); save it as UTF-8, then convert again."
        ) from None
    bom, text = text.startswith(_BOM), text.removeprefix(_BOM)
    if "\r" in text and text.count("\r\n") == text.count("\n") == text.count("\r"):
        return _ModuleFile(text.replace("\r\n", "\n"), "\r\n", bom)
    return _ModuleFile(text, "\n", bom)


def _modules(notebook: Notebook, day: Day) -> dict[str, Mapping[str, Any]]:
    """What the notebook says of its modules; those of the day where it says nothing."""
    about = notebook.metadata.get(KEY)
    said = about.get("modules") if isinstance(about, dict) else None
    listed = {m: said[m] for m in said if isinstance(said[m], dict)} if isinstance(said, dict) else {}
    return {module: {} for module in day.modules} | listed


def _take_apart(notebook: Notebook, day: Day) -> tuple[dict[str, list[Piece]], list[Cell]]:
    """The pieces of every module in the order of its file, and the student's own cells."""
    best: dict[tuple[str, str], Cell] = {}
    for cell in notebook.cells:
        key = _key(cell)
        if key is not None and (
            key not in best or (key[1] and is_written(cell.text) >= is_written(best[key].text))
        ):
            best[key] = cell
    used = {id(cell) for cell in best.values()}
    own = [
        c
        for c in notebook.cells
        if id(c) not in used and c.kind == "code" and not c.grade_id and is_python(c.text)
    ]
    pieces: dict[str, list[tuple[int, Piece]]] = {}
    for (module, _), cell in best.items():
        pieces.setdefault(module, []).append(_numbered(cell, day))
    for module, names in written_names(day).items():
        for name in names:
            typed = [cell for cell in own if name in defined_names(cell.text)]
            if typed and all(piece.name != name for _, piece in pieces.get(module, ())):
                pieces.setdefault(module, []).append((10**6, Piece(name, typed[-1].text, "\n\n\n")))
    ordered = {
        m: [piece for _, piece in sorted(found, key=lambda item: item[0])] for m, found in pieces.items()
    }
    return ordered, own


def _key(cell: Cell) -> tuple[str, str] | None:
    """Module and place of the piece that a cell holds; None for a cell that holds none."""
    holds = cell.holds
    module, name, piece = holds.get("module"), holds.get("name"), holds.get("piece")
    if not (
        isinstance(module, str) and module.isidentifier() and isinstance(name, str) and isinstance(piece, str)
    ):
        return None
    return module, piece


def _numbered(cell: Cell, day: Day) -> tuple[int, Piece]:
    holds = cell.holds
    order, lead, name = holds.get("order"), holds.get("lead"), str(holds["name"])
    text = cell.text if name else unmarked(cell.text, day.name)
    blank = lead if isinstance(lead, str) and not lead.strip() else "\n\n\n"
    return order if isinstance(order, int) else 10**6, Piece(name, text, blank)


def _with_additions(pieces: Sequence[Piece], needed: Mapping[int, Sequence[str]]) -> Iterator[Piece]:
    for number, piece in enumerate(pieces):
        for text in needed.get(number, ()):
            yield Piece("", text, "\n\n\n" if number else "")
        lead = "\n\n\n" if number in needed and piece.lead.count("\n") < 3 else piece.lead
        yield Piece(piece.name, piece.text, lead)


def merge_own_cells(made: Sequence[Any], old: Notebook, *, trusted: bool = True) -> Iterator[Any]:
    """The cells that were made, each followed by the student's own cells that stood below it in the old notebook.

    Of an ``old`` notebook that is not trusted only the texts of own cells are taken: no outputs, no metadata.
    """
    names = {cell["id"] for cell in made}
    below: dict[str, list[Any]] = {}
    before: dict[str, Any] = {}
    anchor = ""
    for plain in [cell for cell in old.plain["cells"] if isinstance(cell, dict)]:
        if plain.get("id") in names and plain["id"] not in before:
            anchor = plain["id"]
            before[anchor] = plain
        elif not _text_of(plain).strip() or not any(_text_of(plain) in cell["source"] for cell in made):
            below.setdefault(anchor, []).append(plain)
    own = {
        anchor: cells if trusted else [_bare(cell, f"{anchor[:48]}-own-{n}") for n, cell in enumerate(cells)]
        for anchor, cells in below.items()
    }
    yield from own.get("", ())
    for cell in made:
        yield _kept(cell, before.get(cell["id"])) if trusted else cell
        yield from own.get(cell["id"], ())


def _bare(plain: Any, name: str) -> dict[str, Any]:
    """The text of a cell and its kind."""
    text = {"id": name, "metadata": {}, "source": _text_of(plain)}
    if plain.get("cell_type") == "code":
        return {"cell_type": "code", "execution_count": None, "outputs": [], **text}
    return {"cell_type": "markdown" if plain.get("cell_type") == "markdown" else "raw", **text}


def _kept(cell: Any, old: Any) -> Any:
    """The old cell where it is the student's to change (the sheet, a picture) or says the same, outputs and all."""
    if old is None:
        return cell
    ours = "nbgrader" in cell["metadata"] or KEY in cell["metadata"]
    return old if not ours or _text_of(old) == cell["source"] else cell


def _text_of(plain: Any) -> str:
    source = plain.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)
