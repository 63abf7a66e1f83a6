"""Networks that are trained once: what was learnt is kept under a name made of all that it depends on."""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from course.data.folder import cache_folder

if TYPE_CHECKING:
    from torch import Tensor, nn


def train_once(model: nn.Module, train: Callable[..., object], *tensors: Tensor, **settings: object) -> bool:
    """Call ``train(model, *tensors, **settings)``, or give the model what an earlier call has learnt.

    The name of the file in the cache is a digest of the network, its numbers before training, the tensors, the
    settings, the source of ``train`` and the version of PyTorch: whatever is changed of these, the network is trained
    anew. A file that is damaged is written again; where nothing can be written, nothing is kept.

    Parameters
    ----------
    model : is changed
    train : changes the model, and depends on nothing but its arguments and the functions that it calls
    tensors, settings : what it is called with; settings are written down as text

    Returns
    -------
    bool
        whether it has been trained now
    """
    file = cache_folder() / "trained" / f"{_digest(model, train, tensors, settings)}.pt"
    if _load(model, file):
        return False
    train(model, *tensors, **settings)
    with contextlib.suppress(OSError):
        _save(model, file)
    return True


def _digest(
    model: nn.Module, train: Callable[..., object], tensors: Iterable[Tensor], settings: dict[str, object]
) -> str:
    import torch

    digest = hashlib.sha256()
    for text in (torch.__version__, repr(model), inspect.getsource(train), repr(sorted(settings.items()))):
        digest.update(text.encode() + b"\0")
    named = [*model.state_dict().items(), *((str(i), tensor) for i, tensor in enumerate(tensors))]
    for name, tensor in named:
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\0".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:32]


def _load(model: nn.Module, file: Path) -> bool:
    """Whether the file was there, whole, and fitted."""
    import torch

    own = model.state_dict()
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
        fits = {name: value.shape for name, value in state.items()} == {n: v.shape for n, v in own.items()}
    except Exception:  # bytes that are no file of PyTorch end in many ways; all of them mean: train
        return False
    if fits:
        model.load_state_dict(state)
    return fits


def _save(model: nn.Module, file: Path) -> None:
    """Under another name first: two processes may train the same network."""
    import torch

    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as part:
        torch.save(model.state_dict(), part)
    os.replace(part.name, file)
