"""How much slower is the reference convolution in NumPy than PyTorch's, on one thread?

    python benchmarks/conv2d.py [--batch 32] [--channels 16] [--size 28] [--filters 32] [--repeats 25]

Both are measured in the same run, in turns, in processor time, so that whatever else the machine does matters little;
the medians are compared. PyTorch's backward pass is its time without the forward pass. Prints a Markdown table: times,
ratios, targets. Exits with 1 when a ratio is above its target (forward 3, backward 4).
"""

import argparse
import sys

from side_by_side import Run, compare  # isort: skip

import numpy as np
import torch
from torch.nn import functional as F

from day12_cnn.convolution import conv2d, conv2d_backward

TARGETS = {"forward": 3.0, "backward": 4.0}


def passes(batch: int, channels: int, size: int, filters: int) -> dict[str, tuple[Run, Run]]:
    """Both passes of a layer with 3×3 kernels and padding 1 in single precision, in NumPy and in PyTorch."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch, channels, size, size)).astype(np.float32)
    weight = rng.normal(size=(filters, channels, 3, 3)).astype(np.float32)
    bias = rng.normal(size=filters).astype(np.float32)
    grad = rng.normal(size=(batch, filters, size, size)).astype(np.float32)
    tensors = [torch.tensor(a, requires_grad=True) for a in (x, weight, bias)]
    y = F.conv2d(*tensors, padding=1)

    def forward_torch() -> None:
        with torch.no_grad():
            F.conv2d(*tensors, padding=1)

    return {
        "forward": (lambda: conv2d(x, weight, bias, padding=(1, 1)), forward_torch),
        "backward": (
            lambda: conv2d_backward(grad, x, weight, padding=(1, 1)),
            lambda: torch.autograd.grad(y, tensors, torch.from_numpy(grad), retain_graph=True),
        ),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("batch", 32), ("channels", 16), ("size", 28), ("filters", 32), ("repeats", 25)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    torch.set_num_threads(1)
    sizes = options.batch, options.channels, options.size, options.filters
    what = f"{options.batch}×{options.channels}×{options.size}×{options.size}, {options.filters} filters 3×3"
    return compare(what, passes(*sizes), TARGETS, options.repeats, warm_up=3)


if __name__ == "__main__":
    sys.exit(main())
