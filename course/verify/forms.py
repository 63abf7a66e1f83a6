"""Exercises whose right answers come in another form, as they may: in lists, or in single precision.

Checks take what NumPy makes an array of, so a student's function may return nested lists. Whatever is given must do as
well: pictures, scripts, given functions, given parts of exercises. And where a sheet allows single precision, no check
may ask for more digits. This gives the results of a solution another form, where given code or a check has called it.
Exercises that call each other are one person's work, and get what the solution returns.

In the form "noted" results stay as they are, and the form that they have is remembered, by exercise, for whoever asks
whether two right answers differ in it at all.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType, FunctionType
from typing import Any, Literal

import numpy as np

from course.catalog import Exercise
from course.release.skeletons import find_regions
from course.testing.describing import is_tensor
from course.verify.roots import Sources

Form = Literal["lists", "single precision", "noted"]

_WRITTEN: dict[str, list[tuple[int, int]]] = {}
"""The lines that students write, by file, of all modules that were prepared."""
_FOLDERS: set[str] = set()
"""The folders of these files."""
_NOTED: dict[str, set[Any]] = {}
"""The forms of what came back from a function or method, by its name."""


def in_form(form: Form, sources: Sources, exercises: Sequence[Exercise]) -> dict[str, str]:
    """The modules of a day, in which these exercises answer in another form."""
    names: dict[str, list[str]] = {module: [] for module in sources.day.modules}
    for exercise in exercises:
        names[exercise.module].append(exercise.qualname)
    return {module: _ending(sources.texts[module], listed, form) for module, listed in names.items()}


def _ending(source: str, names: Sequence[str], form: Form) -> str:
    end = f"from course.verify.forms import change_form\n\nchange_form(globals(), {names!r}, {form!r})"
    return f"{source}\n\n{end}\n"


def change_form(module: dict[str, Any], names: Sequence[str], form: Form) -> None:
    """What a module made by ``in_form`` does at its end."""
    file = module["__file__"]
    _FOLDERS.add(file.rpartition("/")[0])
    regions = find_regions(Path(file).read_text(encoding="utf-8"), file)
    _WRITTEN[file] = [(region.first, region.last) for region in regions]
    for name in names:
        top, _, method = name.partition(".")
        thing = module[top]
        if isinstance(thing, FunctionType):
            module[top] = _changed(thing, form)
            continue
        for own in [method] if method else [key for key in vars(thing) if not key.startswith("_")]:
            if isinstance(vars(thing).get(own), FunctionType):
                setattr(thing, own, _changed(vars(thing)[own], form))


def _changed(function: Callable[..., Any], form: Form) -> Callable[..., Any]:
    change = functools.partial(_note, function.__qualname__) if form == "noted" else _FORMS[form]

    @functools.wraps(function)
    def changed(*args: Any, **named: Any) -> Any:
        result = function(*args, **named)
        return result if _called_by_an_exercise() else change(result)

    return changed


def _note(name: str, result: Any) -> Any:
    _NOTED.setdefault(name, set()).add(form_of(result))
    return result


def _called_by_an_exercise() -> bool:
    """Whether the innermost code of the day that has called is a student's, and not given."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.rpartition("/")[0] in _FOLDERS:
            return any(first <= frame.f_lineno <= last for first, last in _WRITTEN.get(file, ()))
        frame = frame.f_back
    return False


def noted() -> dict[str, set[Any]]:
    """The forms noted since this was last asked."""
    found = dict(_NOTED)
    _NOTED.clear()
    return found


def form_of(value: Any) -> Any:
    """What given code could stumble over where the numbers are right: types, dtypes, dimensions, a graph."""
    if isinstance(value, np.ndarray):
        backwards = any(step < 0 for step in value.strides)  # which PyTorch does not take
        return "array", value.dtype.str, value.ndim, value.flags.writeable, backwards
    if is_tensor(value):
        return "tensor", str(value.dtype), value.ndim, value.requires_grad
    if isinstance(value, (list, tuple)):
        parts = [form_of(part) for part in value]
        return type(value).__name__, tuple(parts) if len(parts) <= _FEW else frozenset(parts)
    if isinstance(value, dict):
        pairs = frozenset((form_of(key), form_of(part)) for key, part in value.items())
        return type(value).__name__, pairs
    return type(value).__qualname__


def lists_of(value: Any) -> Any:
    """The same with nested lists in the place of arrays."""
    if isinstance(value, np.ndarray):
        return value.tolist() if value.ndim else value
    if type(value) in (list, tuple):
        return type(value)(lists_of(part) for part in value)
    if type(value) is dict:
        return {key: lists_of(part) for key, part in value.items()}
    return value


def rounded(value: Any) -> Any:
    """The same with float32 in the place of float64; the numbers of Python stay, as they do in NumPy."""
    if isinstance(value, (np.ndarray, np.float64)) and value.dtype == np.float64:
        return value.astype(np.float32)
    if type(value) in (list, tuple):
        return type(value)(rounded(part) for part in value)
    if type(value) is dict:
        return {key: rounded(part) for key, part in value.items()}
    return value


_FEW = 8  # parts, behind which a list is taken for one of things alike
_FORMS: Mapping[Form, Callable[[Any], Any]] = {"lists": lists_of, "single precision": rounded}
