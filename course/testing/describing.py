"""Values in words that fit on a screen: small arrays whole, large ones by shape and head."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from course.worker.handle import Handle

WIDTH = 88
SMALL = 24
LONGEST = 200  # characters of a text; what is shown of it stands there sign by sign, every blank included


def kind(value: Any) -> str:
    """What sort of thing it is: ``float64 array of shape (5, 3)``, ``list of 3``, ``float``."""
    if isinstance(value, Handle):
        return f"an object of class {value._type}"
    if isinstance(value, np.ndarray):
        return f"{value.dtype} array of shape {value.shape}"
    if is_tensor(value):
        return f"{str(value.dtype).removeprefix('torch.')} tensor of shape {tuple(value.shape)}"
    if isinstance(value, (list, tuple, dict, set)):
        return f"{type(value).__name__} of {len(value)}"
    if value is None:
        return "None"
    return type(value).__name__


def show(value: Any) -> str:
    """The value itself, on one or a few lines."""
    if isinstance(value, Handle):
        return f"<{value._type} object>"
    if is_tensor(value):
        value = as_array(value)
    if isinstance(value, np.ndarray):
        plain = _fits_without_exponents(value)
        with np.printoptions(
            precision=5 if plain else 3, suppress=plain, threshold=SMALL, edgeitems=2, linewidth=WIDTH - 10
        ):
            text = str(value)
        return text if value.size <= 400 or value.ndim <= 2 else text.split("\n\n")[0] + " …"
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    if isinstance(value, (complex, np.complexfloating)):
        return f"({value:.6g})"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(show(part).replace("\n", " ") for part in value[:6]) + (
            ", …" if len(value) > 6 else ""
        )
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _fits_without_exponents(array: np.ndarray) -> bool:
    """Whether fixed-point notation shows anything but zeros or endless digits."""
    if array.dtype.kind not in "fc":
        return True
    sizes = np.abs(array[np.isfinite(array) & (array != 0)])
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
    return f"{kind(value)}: {text}" if "\n" not in text and len(text) < 60 else f"{kind(value)}\n{text}"


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
