"""How much slower is the reference convolution in NumPy than PyTorch's, on one thread?

    python benchmarks/conv2d.py [--batch 32] [--channels 16] [--size 28] [--filters 32] [--repeats 25]

Both are measured in the same run, in turns, in processor time, so that whatever else the machine does matters little;
the medians are compared. PyTorch's backward pass is its time without the forward pass. Prints a Markdown table: times,
ratios, targets. Exits with 1 when a ratio is above its target (forward 3, backward 4).
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "solutions"))

import numpy as np
import torch
from torch.nn import functional as F

from day12_cnn.convolution import conv2d, conv2d_backward

TARGETS = {"forward": 3.0, "backward": 4.0}


def seconds(function: Callable[[], object]) -> float:
    """Processor time of one call."""
    start = time.process_time()
    function()
    return time.process_time() - start


def measure(
    batch: int, channels: int, size: int, filters: int, repeats: int
) -> dict[str, tuple[float, float]]:
    """Median seconds of NumPy and PyTorch, forward and backward, for 3×3 kernels with padding 1, single precision."""
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

    runs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "forward": (lambda: conv2d(x, weight, bias, padding=(1, 1)), forward_torch),
        "backward": (
            lambda: conv2d_backward(grad, x, weight, padding=(1, 1)),
            lambda: torch.autograd.grad(y, tensors, torch.from_numpy(grad), retain_graph=True),
        ),
    }
    times = {}
    for name, (numpy, pytorch) in runs.items():
        for warm_up in 3 * (numpy, pytorch):
            warm_up()
        pairs = [(seconds(numpy), seconds(pytorch)) for _ in range(repeats)]
        times[name] = statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("batch", 32), ("channels", 16), ("size", 28), ("filters", 32), ("repeats", 25)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    torch.set_num_threads(1)
    times = measure(**vars(options))
    layer = f"{options.batch}×{options.channels}×{options.size}×{options.size}, {options.filters} filters 3×3"
    print("| layer | pass | NumPy / ms | PyTorch / ms | ratio | target |\n|---|---|---|---|---|---|")
    for name, (numpy, pytorch) in times.items():
        row = f"{1000 * numpy:.1f} | {1000 * pytorch:.1f} | {numpy / pytorch:.2f} | ≤ {TARGETS[name]:g}"
        print(f"| {layer} | {name} | {row} |")
    return int(any(numpy > TARGETS[name] * pytorch for name, (numpy, pytorch) in times.items()))


if __name__ == "__main__":
    sys.exit(main())
