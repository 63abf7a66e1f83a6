"""Reference code in NumPy against PyTorch, on one thread: both in the same run, in turns, in processor time.

To be imported first: the number of threads is settled before NumPy is loaded, and the solutions are put on the path.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from course.threads import settle_threads

settle_threads()  # by the program, as the commands do
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "solutions"), str(ROOT)]  # what is given stands in the day folders

Run = Callable[[], object]


def seconds(function: Run) -> float:
    """Processor time of one call."""
    start = time.process_time()
    function()
    return time.process_time() - start


def compare(
    what: str, runs: Mapping[str, tuple[Run, Run]], targets: Mapping[str, float], repeats: int, warm_up: int
) -> int:
    """Print a Markdown table of medians: NumPy, PyTorch, their ratio. Status 1 when a ratio is above its target."""
    print(f"| {what} | NumPy / ms | PyTorch / ms | ratio | target |\n|---|---|---|---|---|")
    status = 0
    for name, pair in runs.items():
        for run in warm_up * pair:
            run()
        times = [(seconds(pair[0]), seconds(pair[1])) for _ in range(repeats)]
        numpy, pytorch = (1000 * statistics.median(column) for column in zip(*times, strict=True))
        status |= numpy > targets[name] * pytorch
        print(f"| {name} | {numpy:.1f} | {pytorch:.1f} | {numpy / pytorch:.2f} | ≤ {targets[name]:g} |")
    return int(status)
