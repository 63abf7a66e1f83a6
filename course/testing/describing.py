"""Values in words that fit on a screen: small arrays whole, large ones by shape and head.

Nothing here raises, whatever a student's code gave: a value that Python cannot write down is named by its kind.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from course.worker.near.handle import Handle

WIDTH = 64  # beside a label, on a terminal of eighty columns
SMALL = 24
MOST = 4000  # characters of anything
ROWS = 20  # of a dict that are shown
AXES = 4  # of a large array that are shown
SAMPLE = 10_000  # entries of an array that are looked at to choose how numbers are written
LONGEST = 200  # characters of a text; what is shown of it stands there sign by sign, every blank included
_WRITTEN = 10**LONGEST  # Python itself refuses to write integers of more than 4,300 digits


def kind(value: Any) -> str:
    """What sort of thing it is: ``float64 array of shape (5, 3)``, ``list of 3``, ``float``."""
    if isinstance(value, Handle):
        return f"an object of class {value._type}"
    if isinstance(value, np.ndarray):
        return f"{value.dtype} array of shape {value.shape}"
    if is_tensor(value):
        dtype = str(value.dtype).removeprefix("torch.")
        return (
            f"nested {dtype} tensor" if value.is_nested else f"{dtype} tensor of shape {tuple(value.shape)}"
        )
    if isinstance(value, (list, tuple, dict, set)):
        return f"{type(value).__name__} of {len(value)}"
    if value is None:
        return "None"
    return type(value).__name__


def show(value: Any) -> str:
    """The value itself, on one or a few lines."""
    try:
        return _cut(_shown(value), MOST)
    except Exception:  # NumPy, PyTorch and Python themselves have values that they do not write down
        return f"<{kind(value)}>"


def _shown(value: Any) -> str:
    if isinstance(value, Handle):
        return f"<{value._type} object>"
    if is_tensor(value):
        value = as_array(value)
    if isinstance(value, np.ndarray):
        plain = _fits_without_exponents(value)
        more = value.ndim - AXES  # two entries at either end of each of 25 axes are millions
        shown = value[(0,) * more] if more > 0 and value.size > 400 else value
        with np.printoptions(
            precision=5 if plain else 3, suppress=plain, threshold=SMALL, edgeitems=2, linewidth=WIDTH
        ):
            text = str(shown)
        return text if value.size <= 400 or value.ndim <= 2 else text.split("\n\n")[0] + " …"
    if isinstance(value, (float, np.floating)):
        return _float(value)
    if isinstance(value, (complex, np.complexfloating)):
        return f"({value:.6g})"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(_line(part) for part in value[:6]) + (", …" if len(value) > 6 else "")
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict) and any(map(_is_array, value.values())):
        return _rows(value)
    if isinstance(value, dict):
        return f"{{{_as_many_as_fit(f'{_line(key)}: {_line(part)}' for key, part in value.items())}}}"
    if isinstance(value, (set, frozenset)) and value:
        return f"{{{_as_many_as_fit(map(_line, value))}}}"
    if isinstance(value, int) and abs(value) > _WRITTEN:
        return _large_integer(value)
    return _cut(repr(value), LONGEST)


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) or is_tensor(value)


def _rows(value: dict[Any, Any]) -> str:
    """A dict with arrays in it, a line for each: the key, what it is, and the numbers where these are few."""
    keys = [_line(key) for key in itertools.islice(value, ROWS)]
    wide = min(max(map(len, keys)), LONGEST // 4)
    parts = zip(keys, value.values(), strict=False)
    lines = [f"{key:<{wide}}  {describe(part) if _is_short(part) else kind(part)}" for key, part in parts]
    return "\n".join([*lines, *(["…"] if len(value) > ROWS else [])])


def _is_short(part: Any) -> bool:
    """Whether it stands behind its kind on one line."""
    return "\n" not in describe(part)


def _float(value: float | np.floating[Any]) -> str:
    """Six digits of it; a whole number keeps its point, by which it is told from an integer."""
    text = f"{value:.6g}"
    return f"{text}.0" if text.lstrip("-").isdigit() else text


def _line(part: Any) -> str:
    return _cut(show(part).replace("\n", " "), 2 * LONGEST)


def _as_many_as_fit(words: Iterator[str]) -> str:
    fitting: list[str] = []
    for word in words:
        if sum(map(len, fitting)) + len(word) > LONGEST and fitting:
            fitting.append("…")
            break
        fitting.append(word)
    return ", ".join(fitting)


def _large_integer(value: int) -> str:
    """How it begins, and how long it is."""
    digits = int(math.log10(abs(value))) + 1
    head = abs(value) // 10 ** (digits - 6)
    return f"{'-' if value < 0 else ''}{head}… (an integer of about {digits:,} digits)"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]} …"


def _fits_without_exponents(array: np.ndarray) -> bool:
    """Whether fixed-point notation shows anything but zeros or endless digits."""
    if array.dtype.kind not in "fc":
        return True
    some = array.flat[:: 1 + array.size // SAMPLE] if array.ndim else array.reshape(1)
    with np.errstate(all="ignore"):
        sizes = np.abs(some[np.isfinite(some) & (some != 0)])
    return not sizes.size or bool(1e-3 <= sizes.max() < 1e6)


def describe(value: Any) -> str:
    """Kind and value together, the value below when it needs more than a line."""
    if (
        isinstance(value, (bool, int, float, complex, str, np.generic))
        or value is None
        or isinstance(value, Handle)
    ):
        return show(value)
    text = show(value)
    line = f"{kind(value)}: {text}"
    return line if "\n" not in text and len(line) <= WIDTH else f"{kind(value)}\n{text}"


def spell(value: Any) -> str:
    """``repr`` of it, or its kind where Python has none: for what is compared, not shown."""
    try:
        return repr(value)
    except Exception:
        return kind(value)


def is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def as_array(value: Any) -> np.ndarray:
    """A tensor, list or number as an array. Raises TypeError or ValueError when it is no array of numbers."""
    if is_tensor(value):
        tensor = value.detach().resolve_conj().resolve_neg()
        if str(tensor.dtype) == "torch.bfloat16":
            tensor = tensor.float()
        return np.asarray(tensor.cpu().numpy())
    array = np.asarray(value)
    if array.dtype.kind not in "biufc":
        raise TypeError(f"not numbers but {array.dtype}")
    return array
