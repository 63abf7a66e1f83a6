"""How far do the figures of a project move when the same training is done a little otherwise, as on another machine?

    python benchmarks/reproducing.py [captioning|detection|backpropagation …] [--seeds 6] [--runs 10]

The reference experiment of each project is trained once as it stands and then again and again: its first weights are
changed by one part in ten million, with one thread and with two in turns. Everything else, most of all the seed, is as
before. What another version of a library or another processor makes of a training is of that kind. Prints, for each
data set and figure, the largest and the median distance from the first training, and exits with 1 when a bound of the
project's tests is less than one and a half times the largest.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from statistics import median
from typing import Any
from unittest import mock

import side_by_side  # noqa: F401 settles one thread and finds the solutions; isort: skip

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from day16_autograd.networks import TensorMLP

PROJECTS = ("captioning", "detection", "backpropagation")
NOISE = 1e-7  # relative, of the first weights: the precision of float32
ROOM = 1.5  # a bound is so many times the largest distance, at least


@contextmanager
def a_little_otherwise(run: int) -> Iterator[None]:
    """Within, networks begin with weights that are changed a little; which way depends on the run."""
    chance = np.random.default_rng(run)
    adam, parameters = torch.optim.Adam.__init__, TensorMLP.parameters

    def changed_adam(self: torch.optim.Adam, params: Any, *args: Any, **settings: Any) -> None:
        params = list(params)
        with torch.no_grad():
            for one in params:
                one.mul_(1 + NOISE * torch.from_numpy(chance.normal(size=tuple(one.shape))).to(one))
        adam(self, params, *args, **settings)

    def changed_parameters(self: TensorMLP) -> list[Any]:
        for one in parameters(self):
            one.data *= 1 + NOISE * chance.normal(size=one.data.shape)
        return parameters(self)

    threads = 1 + run % 2
    torch.set_num_threads(threads)
    with (
        threadpool_limits(threads),
        mock.patch.object(torch.optim.Adam, "__init__", changed_adam),
        mock.patch.object(TensorMLP, "parameters", changed_parameters),
    ):
        yield
    torch.set_num_threads(1)


def distances(figures: Callable[[str, str, int], dict[str, float]], data: str, seeds: int, runs: int) -> Any:
    """How far each figure moves, one number for each run of each seed."""
    moved: dict[str, list[float]] = {}
    for seed in range(seeds):
        first = figures(data, "own", seed)
        for run in range(runs):
            with a_little_otherwise(100 * seed + run):
                again = figures(data, "own", seed)
            for name, value in again.items():
                moved.setdefault(name, []).append(abs(value - first[name]))
    return moved


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("projects", nargs="*", choices=[*PROJECTS, []], help="default: all three")
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--runs", type=int, default=10, help="of each seed (default: 10)")
    asked = parser.parse_args()
    status = 0
    print("| project | data | figure | largest | median | bound |\n|---|---|---|---|---|---|")
    for project in asked.projects or PROJECTS:
        measure = import_module(f"project_{project}.measure")
        apart = import_module(f"tests.project_{project}.test_experiment").APART
        for data in measure.DATA:
            for name, moved in distances(measure.figures, data, asked.seeds, asked.runs).items():
                bound = apart[name]
                status |= bound < ROOM * max(moved)
                row = f"{max(moved):.3g} | {median(moved):.3g} | {bound:g}"
                print(f"| {project} | {data} | {name} | {row} |", flush=True)
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
