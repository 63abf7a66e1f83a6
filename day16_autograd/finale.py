"""Train both networks with your engines, and say how good they are (given).

    python -m day16_autograd.finale
    python -m day16_autograd.finale --seeds 5

A few seconds for each seed. Nothing here, and nothing in ``networks.py``, knows a derivative.
"""

import sys
import time
from collections.abc import Callable

import numpy as np

from course.progress import finale
from day16_autograd.networks import digits_experiment, make_moons, moons_experiment


def moons(seed: int) -> float:
    """Accuracy of the scalar engine's network on 300 new points."""
    model, *_ = moons_experiment(seed)
    x, signs = make_moons(300, 0.1, np.random.default_rng(1000 + seed))
    return float(np.mean([np.sign(model(point).data) == sign for point, sign in zip(x, signs, strict=True)]))


def digits(seed: int) -> float:
    """Accuracy of the tensor engine's network on 500 digits that it has not seen."""
    return digits_experiment(seed)[2]


def report(name: str, experiment: Callable[[int], float], seeds: int) -> None:
    """One line per experiment: accuracy of every seed, and the time."""
    begin = time.perf_counter()
    accuracies = [experiment(seed) for seed in range(seeds)]
    seconds = (time.perf_counter() - begin) / seeds
    numbers = ", ".join(f"{accuracy:.1%}" for accuracy in accuracies)
    print(f"{name:<28} {numbers}   ({seconds:.1f} s each)")


def tell(seeds: int) -> None:
    """Both networks, one line each."""
    report("two moons, number by number", moons, seeds)
    report("digits, array by array", digits, seeds)


if __name__ == "__main__":
    sys.exit(finale(tell, __doc__))
