"""Trials in a process that was started anew: what cannot be changed after a fork.

The seed of ``hash()`` is drawn when Python starts, the number of threads of NumPy and PyTorch is settled when they are
imported. ``python -m course.verify.cold`` runs a day's checks against the solutions and prints the trials as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.catalog import Course, Day, load_course
from course.verify.threads import thread_variables
from course.verify.trials import Trier, plain, tasks_of


@dataclass(frozen=True)
class Environment:
    """What a cold process is started with."""

    name: str
    hash_seed: int
    threads: int

    @property
    def variables(self) -> dict[str, str]:
        return {**thread_variables(self.threads), "PYTHONHASHSEED": str(self.hash_seed), "MPLBACKEND": "Agg"}


ENVIRONMENTS = (
    Environment("hash seed 0, 4 threads", hash_seed=0, threads=4),
    Environment("hash seed 1, 1 thread", hash_seed=1, threads=1),
)


def try_in_environment(course: Course, day: Day, seed: int, environment: Environment) -> Any:
    """The trials of the solution in a new process, as plain data."""
    words = [str(course.root), day.name, str(seed)]
    command = [sys.executable, "-s", "-P", "-B", "-X", "utf8", "-m", "course.verify.cold", *words]
    ended = subprocess.run(
        command, env={**os.environ, **environment.variables}, capture_output=True, check=False
    )
    if ended.returncode != 0:
        raise RuntimeError(
            f"a process with {environment.name} broke:\n{ended.stderr.decode(errors='replace')}"
        )
    return json.loads(ended.stdout)


def main(root: str, day_name: str, seed: str) -> None:
    """Run the checks of one day against the solutions; student code prints into the links, not here."""
    course = load_course(Path(root))
    day = course.day(day_name)
    trials = Trier(course, day).try_all(course.solutions, tasks_of(day.exercises), int(seed))
    sys.stdout.write(json.dumps(plain(trials)))


if __name__ == "__main__":
    main(*sys.argv[1:])
