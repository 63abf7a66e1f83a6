"""resnet18, trained on a million photographs of ImageNet, from a file of yours: nothing is downloaded here."""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.data.folder import data_folder
from course.data.vision import import_torchvision
from course.errors import CourseError

if TYPE_CHECKING:
    from torch import Tensor, nn

SOURCE = "https://download.pytorch.org/models/resnet18-f37072fd.pth"
_FILES = "resnet18*.pth"


def load_resnet18(path: str | Path | None = None) -> nn.Sequential:
    """The network of torchvision with the numbers of a file, in evaluation mode; its last module is the head.

    The file holds a ``state_dict``, as ``torch.save`` writes it. Without ``path`` a file ``resnet18*.pth`` is looked
    for in the folder ``COURSE_DATA``, in its subfolder ``models``, and where ``torch.hub`` keeps what it has
    downloaded. The head has as many classes as that of the file: 1,000 in the file of torchvision, fewer where somebody
    went on training.

    It wants pictures (n, 3, 224, 224) that were normalised by `imagenet_numbers`.

    Parameters
    ----------
    path : file of weights

    Returns
    -------
    torch.nn.Sequential
        the modules of torchvision's ResNet under their names, with a Flatten before the head

    Raises
    ------
    CourseError
        when there is no file, or it is damaged, or holds the numbers of another network, or torchvision is missing

    Notes
    -----
    He, Zhang, Ren and Sun (2016), Deep residual learning for image recognition, CVPR. The weights of torchvision are
    not redistributed here (45 megabytes).
    """
    file = Path(path).expanduser() if path is not None else _find_file()
    state = read_weights(file)
    network = _resnet18(len(state["fc.weight"]) if "fc.weight" in state else 1000)
    _compare(file, network.state_dict(), state)
    network.load_state_dict(dict(state))  # a plain dict: the counters that old files lack are then filled in
    return network.eval()


def read_weights(file: Path) -> Mapping[str, Tensor]:
    """Names and tensors of a file that ``torch.save`` wrote; whatever else it may hold, nothing of it is run.

    Raises
    ------
    CourseError
        when the file cannot be read, or is not what it should be
    """
    import torch

    try:
        content = file.read_bytes()
    except OSError as error:
        raise CourseError(
            f"{file} cannot be read ({error.strerror}); check the name and its rights."
        ) from None
    try:
        state: Any = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception:  # bytes that are no file of PyTorch end in many ways
        raise CourseError(
            f"{file} is damaged, or no file of weights; copy or download it again, or name another one."
        ) from None
    if not state or not isinstance(state, Mapping) or not all(torch.is_tensor(v) for v in state.values()):
        raise CourseError(
            f"{file} holds something else than a state_dict; write it with torch.save(model.state_dict(), file)."
        )
    named: Mapping[str, Tensor] = state
    return named


def imagenet_numbers() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of the colours, between 0 and 1, with which resnet18 was trained."""
    return (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def imagenet_names() -> list[str]:
    """The names of the 1,000 classes."""
    return list(_models().ResNet18_Weights.IMAGENET1K_V1.meta["categories"])


def _models() -> Any:
    try:
        return import_torchvision("models")
    except ImportError:
        raise CourseError("torchvision is not installed; install it with: pip install torchvision.") from None


def _resnet18(classes: int) -> nn.Sequential:
    """Untrained, as a list of modules: what stands before the last one is the body."""
    from torch import nn

    *body, head = _models().resnet18(num_classes=classes).named_children()
    return nn.Sequential(OrderedDict([*body, ("flatten", nn.Flatten()), head]))


def _find_file() -> Path:
    import torch

    named = data_folder()
    downloads = Path(torch.hub.get_dir()) / "checkpoints"
    for folder in [*([named, named / "models"] if named else []), downloads]:
        found = sorted(folder.glob(_FILES))
        if found:
            return found[0]
    raise CourseError(
        f"There are no weights of resnet18 on this machine; download {SOURCE} where there is a network, and put the "
        "file into a folder that you name in COURSE_DATA."
    )


def _compare(file: Path, wanted: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> None:
    """Refuse the numbers of another network, with one of the names on which they differ."""
    lacking = [name for name in wanted if name not in state and not name.endswith("num_batches_tracked")]
    foreign = [name for name in state if name not in wanted]
    odd = [name for name in wanted if name in state and wanted[name].shape != state[name].shape]
    for names, what in ((lacking, "lacks"), (foreign, "has, beyond it,"), (odd, "has in another shape")):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise CourseError(
                f"{file} holds another network than resnet18: it {what} {names[0]}{more}; name a file of resnet18."
            )
