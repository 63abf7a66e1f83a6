"""What a network with a million photographs behind it takes a picture for (given).

    python -m day20_detection.pretrained photo.jpg
    python -m day20_detection.pretrained photo.jpg --weights resnet18-f37072fd.pth

Without a picture it looks at the photograph that comes with scikit-learn. The weights of resnet18 (45 megabytes) are
not part of the course: they are looked for in the folder ``COURSE_DATA`` and where PyTorch keeps its downloads. Whoever
has none goes on with the network that the course trains itself, ``training.crowd_reader``: the exercises are the same.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from course.data import (
    CourseError,
    imagenet_names,
    imagenet_numbers,
    load_photograph,
    load_resnet18,
)
from day20_detection.transfer import preprocess, top_k

SIDE = 224
SHORTER = 256


def as_bytes(photograph: np.ndarray) -> Tensor:
    """From (h, w, 3) between 0 and 1 to (1, h', w', 3) of 0 to 255, the shorter side 256 pixels long."""
    x = torch.as_tensor(photograph, dtype=torch.float32).permute(2, 0, 1)[None]
    factor = SHORTER / min(x.shape[2:])
    size = [max(SHORTER, round(factor * side)) for side in x.shape[2:]]
    x = nn.functional.interpolate(x, size, mode="bilinear", antialias=True)
    return (255 * x).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1)


def look_at(photograph: np.ndarray, weights: Path | None, k: int = 5) -> list[tuple[str, float]]:
    """The k most probable names and their probabilities, through your ``preprocess`` and ``top_k``."""
    network = load_resnet18(weights)
    x = torch.as_tensor(np.asarray(preprocess(as_bytes(photograph), SIDE, *imagenet_numbers()))).float()
    with torch.no_grad():
        logits = network(x)[0]
    names = imagenet_names() if len(logits) == 1000 else [f"class {i}" for i in range(len(logits))]
    return top_k(logits, names, min(k, len(names)))


def tell_names(picture: Path | None, weights: Path | None, show: Callable[[str], None] = print) -> None:
    """A line for each name."""
    for name, p in look_at(load_photograph(picture), weights):
        show(f"{float(p):6.1%}  {name}")


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0, or 1 when a file is missing or damaged, or an exercise is not written yet."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("picture", type=Path, nargs="?", help="an image file (default: one of scikit-learn)")
    parser.add_argument("--weights", type=Path, help="a file of resnet18")
    asked = parser.parse_args(arguments)
    try:
        tell_names(asked.picture, asked.weights)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    except NotImplementedError as error:
        print(f"{error}. Write it first; `course status` says what is left.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
