"""Train both networks with your library, and say how good they are (given).

    python -m day17_library.finale
    python -m day17_library.finale --seeds 3

About ten seconds for each seed.
"""

import sys
import time
from collections.abc import Callable

import numpy as np

from course.progress import finale
from day17_library.engine import softmax
from day17_library.networks import (
    LENGTH,
    SmallTransformer,
    Trained,
    make_text,
    train_digits,
    train_transformer,
)


def write(model: SmallTransformer, letters: str, count: int, rng: np.random.Generator) -> str:
    """Letters that the model draws one after the other, beginning with a new line."""
    numbers = [letters.index("\n")]
    model.eval()
    for _ in range(count):
        seen = np.array([numbers[-LENGTH:]])
        p = softmax(model(seen)[0, -1]).data.astype(float)
        numbers.append(int(rng.choice(len(letters), p=p / p.sum())))
    return "".join(letters[number] for number in numbers[1:])


def report(name: str, experiment: Callable[[int], Trained], seeds: int, form: str) -> Trained:
    """One line: the score of every seed, and the time. The last network comes back."""
    begin = time.perf_counter()
    trained = [experiment(seed) for seed in range(seeds)]
    seconds = (time.perf_counter() - begin) / seeds
    print(f"{name:<24} {', '.join(form.format(t.score) for t in trained)}   ({seconds:.1f} s each)")
    return trained[-1]


def tell(seeds: int) -> None:
    """Both networks, one line each, and what the last transformer writes."""
    report("digits, right answers", train_digits, seeds, "{:.1%}")
    trained = report("text, bits per letter", train_transformer, seeds, "{:.2f}")
    last = seeds - 1
    letters = make_text(np.random.default_rng(last)).letters
    print()
    print(write(trained.model, letters, 200, np.random.default_rng(last)).rpartition("\n")[0])


if __name__ == "__main__":
    sys.exit(finale(tell, __doc__))
