"""What a call did to its arguments. It gets copies, in process and isolated alike, so the objects of a test never
change by it.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from course.worker.values import is_plain_tensor

MAX_DEPTH = 12  # of lists in lists among the arguments; what lies deeper is not looked after


def mutable_parts(args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any]:
    """Every array, tensor, list and dict in the arguments, in an order that both sides agree on."""
    found: list[Any] = []
    level: list[Any] = [*args, *kwargs.values()]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for part in level:
            kind = type(part)
            if kind is np.ndarray or is_tensor(part):
                found.append(part)
            elif kind is list or kind is dict:
                found.append(part)
                below += part if kind is list else part.values()
            elif kind is tuple:
                below += part
        if not below:
            break
        level = below
    return found


def is_tensor(value: Any) -> bool:
    """Whether it is a tensor that goes over by value."""
    torch: Any = sys.modules.get("torch")
    return torch is not None and type(value) is torch.Tensor and is_plain_tensor(value, torch)


class Watch:
    """Looks after the mutable parts of a call's arguments."""

    def __init__(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        self._parts = mutable_parts(args, kwargs)
        self._before = [_snapshot(part) for part in self._parts]

    def changes(self) -> list[tuple[int, Any]]:
        """Place and value of every part that is not as it was."""
        pairs = enumerate(zip(self._parts, self._before, strict=True))
        return [(place, part) for place, (part, before) in pairs if _differs(part, before)]


def _snapshot(part: Any) -> Any:
    if type(part) is np.ndarray:
        return part.dtype, part.shape, part.tobytes()
    return part.copy() if type(part) in (list, dict) else part.detach().clone()


def _differs(part: Any, before: Any) -> bool:
    if type(part) is np.ndarray:
        dtype, shape, data = before
        return part.dtype is not dtype or part.shape != shape or part.tobytes() != data
    if type(part) is list:
        return len(part) != len(before) or any(map(operator.is_not, part, before))
    if type(part) is dict:
        return part.keys() != before.keys() or any(part[k] is not before[k] for k in part)
    import torch

    return part.shape != before.shape or not torch.equal(part.detach(), before)
