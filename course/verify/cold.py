"""Trials in a process that was started anew: what cannot be changed after a fork.

The seed of ``hash()`` is drawn when Python starts, the number of threads of NumPy and PyTorch is settled when they are
imported. ``python -m course.verify.cold`` runs checks of days against the solutions and prints the trials as JSON, one
process for all days, because importing PyTorch takes longer than most days.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.catalog import Course, Selection, load_course, select
from course.threads import thread_variables
from course.verify.trials import Task, Trier, plain, tasks_of

LONGEST = 3600  # seconds for all days, on a busy machine


@dataclass(frozen=True)
class Environment:
    """What a cold process is started with, and whether training tests are run there."""

    name: str
    hash_seed: int
    threads: int
    training: bool

    def tasks(self, selection: Selection) -> list[Task]:
        """The checks that are run there."""
        return tasks_of(selection.exercises, training=None if self.training else False)

    @property
    def variables(self) -> dict[str, str]:
        return {**thread_variables(self.threads), "PYTHONHASHSEED": str(self.hash_seed), "MPLBACKEND": "Agg"}


ENVIRONMENTS = (
    Environment("hash seed 0, 4 threads", hash_seed=0, threads=4, training=True),
    Environment("hash seed 1, 1 thread", hash_seed=1, threads=1, training=False),
)


def try_in_environment(
    course: Course, selections: Sequence[Selection], seed: int, environment: Environment
) -> dict[str, Any]:
    """By day, the trials of the solution in a new process, as plain data, and the processor seconds they took."""
    words = [str(course.root), str(seed), environment.name, *_words(selections)]
    command = [sys.executable, "-s", "-P", "-B", "-X", "utf8", "-m", "course.verify.cold", *words]
    variables = {**os.environ, **environment.variables}
    try:
        ended = subprocess.run(command, env=variables, capture_output=True, check=False, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"a process with {environment.name} has not ended within {LONGEST} s") from None
    if ended.returncode != 0:
        raise RuntimeError(
            f"a process with {environment.name} broke:\n{ended.stderr.decode(errors='replace')}"
        )
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def _words(selections: Sequence[Selection]) -> Iterator[str]:
    """What a person would type to select this."""
    for selection in selections:
        if selection.exercises == selection.day.exercises:
            yield selection.day.name
        else:
            yield from (f"{selection.day.name}/{exercise.name}" for exercise in selection.exercises)


def main(root: str, seed: str, name: str, *words: str) -> None:
    """Run the selected checks against the solutions; student code prints into the links, not here."""
    course = load_course(Path(root))
    environment = next(environment for environment in ENVIRONMENTS if environment.name == name)
    found = {}
    for selection in select(course, words):
        started = time.process_time()
        trier, tasks = Trier(course, selection.day), environment.tasks(selection)
        trials = plain(trier.try_all(course.solutions, tasks, int(seed), asking=True))
        found[selection.day.name] = {"trials": trials, "seconds": time.process_time() - started}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
