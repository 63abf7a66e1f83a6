"""Accelerators (CUDA, Apple's MPS and others) are hidden from student code: checks run on the CPU on every machine.

``device = "cuda" if torch.cuda.is_available() else "cpu"`` is what people write. On a laptop with a GPU it would put
the work where NumPy cannot see it, where there may be no float64, and where sums come out a little differently; on
the machine that grades there is none. So the same work is done in the same place everywhere.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from course.worker.far import arrivals
from course.worker.far.hiding import hidden, stand_in

_SAYS: dict[str, Any] = {
    "is_available": False,
    "is_built": False,
    "device_count": 0,
    "current_accelerator": None,
}
_PLACES = ("cuda", "xpu", "mtia", "mps", "accelerator", "backends.cuda", "backends.mps")


def hide_accelerators() -> None:
    """Let PyTorch find none in this process from now on; where it is not imported yet, at the end of its import."""
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # read when CUDA is first used, which no `.to("cuda")` gets past
    if "torch" in sys.modules:
        _hide()
    else:
        arrivals.wait("torch", "accelerators", _hide)


def _hide(_: str = "") -> None:
    for place in _PLACES:
        part: Any = sys.modules.get(f"torch.{place}")
        for name, answer in _SAYS.items():
            there = getattr(part, name, _NOTHING)
            if there is not _NOTHING and there is not _hidden.get((place, name)):
                _hidden[place, name] = _saying(there, answer)
                setattr(part, name, _hidden[place, name])


_NOTHING = object()
_hidden: dict[tuple[str, str], Any] = {}  # what stands there since it was hidden last


def _saying(function: Any, answer: Any) -> Any:
    def say(*args: Any, **kwargs: Any) -> Any:
        return answer

    return stand_in(function, hidden(say))
