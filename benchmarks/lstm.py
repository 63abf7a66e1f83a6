"""How much slower is the reference LSTM in NumPy than PyTorch's, on one thread?

    python benchmarks/lstm.py [--batch 64] [--steps 100] [--inputs 128] [--units 128] [--repeats 9]

A whole sequence in single precision, step by step through `lstm_step` and `lstm_step_backward`. Both are
measured in the same run, in turns, in processor time, so that whatever else the machine does matters
little; the medians are compared.
Prints a Markdown table: times, ratios, targets. Exits with 1 when a ratio is above its target (3).
"""

import argparse
import sys

from side_by_side import Run, compare  # isort: skip

import numpy as np
import torch

from day15_sequence.gated import lstm_backward, lstm_forward

TARGETS = {"forward": 3.0, "forward and backward": 3.0}


def passes(batch: int, steps: int, inputs: int, units: int) -> dict[str, tuple[Run, Run]]:
    """The forward pass alone, and forward with backward, in NumPy and in PyTorch."""
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

    return {
        "forward": (lambda: lstm_forward(x, start, start, *weights), forward_torch),
        "forward and backward": (train_numpy, train_torch),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("batch", 64), ("steps", 100), ("inputs", 128), ("units", 128), ("repeats", 9)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    torch.set_num_threads(1)
    sizes = options.batch, options.steps, options.inputs, options.units
    what = f"LSTM {options.batch}×{options.steps}×{options.inputs}, {options.units} units"
    return compare(what, passes(*sizes), TARGETS, options.repeats, warm_up=1)


if __name__ == "__main__":
    sys.exit(main())
