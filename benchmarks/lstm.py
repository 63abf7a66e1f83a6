"""How much slower is the reference LSTM in NumPy than PyTorch's, on one thread?

    python benchmarks/lstm.py [--batch 64] [--steps 100] [--inputs 128] [--units 128] [--repeats 9]

A whole sequence in single precision, step by step through `lstm_step` and `lstm_step_backward`. Both are
measured in the same run, in turns, in processor time, so that whatever else the machine does matters
little; the medians are compared.
Prints a Markdown table: times, ratios, targets. Exits with 1 when a ratio is above its target (3).
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

from day15_sequence.gated import lstm_backward, lstm_forward

TARGET = 3.0


def seconds(function: Callable[[], object]) -> float:
    """Processor time of one call."""
    start = time.process_time()
    function()
    return time.process_time() - start


def measure(batch: int, steps: int, inputs: int, units: int, repeats: int) -> dict[str, tuple[float, float]]:
    """Median seconds of NumPy and PyTorch: forward alone, and forward with backward."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch, steps, inputs)).astype(np.float32)
    grad = rng.normal(size=(batch, steps, units)).astype(np.float32)
    start = np.zeros((batch, units), dtype=np.float32)
    lstm = torch.nn.LSTM(inputs, units, batch_first=True)
    weights = [p.detach().numpy() for p in lstm.parameters()]
    tensors = [torch.tensor(x, requires_grad=True), *lstm.parameters()]

    def train_numpy() -> None:
        trace = lstm_forward(x, start, start, *weights)
        lstm_backward(grad, x, start, start, trace, weights[0], weights[1])

    def forward_torch() -> None:
        with torch.no_grad():
            lstm(tensors[0])

    def train_torch() -> None:
        torch.autograd.grad(lstm(tensors[0])[0], tensors, torch.from_numpy(grad))

    runs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "forward": (lambda: lstm_forward(x, start, start, *weights), forward_torch),
        "forward and backward": (train_numpy, train_torch),
    }
    times = {}
    for name, (numpy, pytorch) in runs.items():
        for warm_up in (numpy, pytorch):
            warm_up()
        pairs = [(seconds(numpy), seconds(pytorch)) for _ in range(repeats)]
        times[name] = statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("batch", 64), ("steps", 100), ("inputs", 128), ("units", 128), ("repeats", 9)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    torch.set_num_threads(1)
    times = measure(**vars(options))
    layer = f"{options.batch}×{options.steps}×{options.inputs}, {options.units} units"
    print("| LSTM | pass | NumPy / ms | PyTorch / ms | ratio | target |\n|---|---|---|---|---|---|")
    for name, (numpy, pytorch) in times.items():
        row = f"{1000 * numpy:.1f} | {1000 * pytorch:.1f} | {numpy / pytorch:.2f} | ≤ {TARGET:g}"
        print(f"| {layer} | {name} | {row} |")
    return int(any(numpy > TARGET * pytorch for numpy, pytorch in times.values()))


if __name__ == "__main__":
    sys.exit(main())
