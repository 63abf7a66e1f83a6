"""torchvision, imported where it is used and nowhere else."""

import contextlib
import importlib
from typing import Any

_kept: list[Any] = []


def import_torchvision(part: str) -> Any:
    """The module ``torchvision.<part>``, also beside a PyTorch for which torchvision's extension was not built.

    There the import ends with "operator torchvision::nms does not exist". Two operators that neither data sets nor
    networks of classification ever need are then declared (not defined), and the import succeeds.

    Raises
    ------
    ImportError
        when torchvision is not installed
    """
    name = f"torchvision.{part}"
    try:
        return importlib.import_module(name)
    except RuntimeError:
        import torch

        library: Any = torch.library.Library
        _kept.append(library("torchvision", "FRAGMENT"))  # declarations live as long as this object
        for operator in ("nms", "qnms"):
            with contextlib.suppress(RuntimeError):  # declared already
                _kept[-1].define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        return importlib.import_module(name)
