"""The measuring program of a project: every method with every seed, written into ``results.json``.

Its figures are what the report is about. The graders compute some of them again, so they are to come from the code as
it is handed in.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from course.catalog import load_course
from course.catalog.model import RESULTS
from course.files import write_json
from course.projects.alone import reaching
from course.projects.handing_in import SEEDS, wrong_with_methods

Figure = Callable[[str, str, int], Mapping[str, float]]


def measure(
    description: str | None, folder: Path, data: Sequence[str], methods: Sequence[str], figures: Figure
) -> int:
    """The program: ``sys.exit(measure(__doc__, …))`` is the last line of ``measure.py``.

    Parameters
    ----------
    description : docstring of the script; ``--help`` shows its first line
    folder : of the project, into which ``results.json`` is written after every training
    data : names of the data sets to choose from; the first is taken where none is named
    methods : names of the methods, the baseline first
    figures : from the name of the data, of a method, and a seed, to figures by name

    Returns
    -------
    int
        exit status: 0; 1 when something is not written yet, or is reached for that is not handed in, which is named;
        wrong usage ends the program with 2
    """
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("data", nargs="?", choices=data, default=data[0], help=f"default: {data[0]}")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"how many (default: {SEEDS}, the least)")
    asked = parser.parse_args()
    if asked.seeds < SEEDS:
        parser.error(f"--seeds must be at least {SEEDS}: one training says little")
    if wrong := wrong_with_methods(methods):
        parser.error(wrong)
    found: dict[str, dict[str, Mapping[str, float]]] = {}
    todo = [(method, seed) for seed in range(asked.seeds) for method in methods]
    begin = time.perf_counter()
    print(f"{len(todo)} trainings on {asked.data} …", flush=True)
    told: set[str] = set()
    try:
        with reaching(folder.parent, [load_course(folder.parent, drafts=True).day(folder.name)]) as (
            reached,
        ):
            for done, (method, seed) in enumerate(todo, start=1):
                some = {name: float(value) for name, value in figures(asked.data, method, seed).items()}
                found.setdefault(method, {})[str(seed)] = some
                write_json(folder / RESULTS, {"data": asked.data, "methods": found})
                left = (time.perf_counter() - begin) / done * (len(todo) - done)
                said = ", ".join(f"{name} {value:.4g}" for name, value in some.items())
                print(
                    f"{method}, seed {seed}: {said}" + (f"   (about {left:.0f} s left)" if left else ""),
                    flush=True,
                )
                for one in [one for one in reached.sentences() if one not in told]:
                    print(one, file=sys.stderr, flush=True)
                    told.add(one)
    except NotImplementedError as error:
        print(f"{error}. Write it first; `course status` says what is left.", file=sys.stderr)
        return 1
    print()
    width = max(map(len, found))
    for method, seeds in found.items():
        for name in seeds["0"]:
            values = [one[name] for one in seeds.values()]
            print(f"{method:<{width}}  {name:<10} {np.mean(values):.4g} ± {np.std(values, ddof=1):.2g}")
    print(f"Mean ± standard deviation over {asked.seeds} seeds. Written to {folder.name}/{RESULTS}.")
    return int(bool(told))
