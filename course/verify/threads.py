"""One thread per process, settled before NumPy and PyTorch are imported: parallelism is across jobs."""

from __future__ import annotations

import os

THREADS = ("OMP", "MKL", "OPENBLAS", "NUMEXPR", "VECLIB_MAXIMUM")


def thread_variables(threads: int) -> dict[str, str]:
    """The environment variables that numerical libraries read when they are imported.

    More threads than cores wait for each other asleep: the spinning that is usual there takes minutes
    instead of seconds.
    """
    waiting = {"OMP_WAIT_POLICY": "PASSIVE", "OMP_DYNAMIC": "FALSE"}
    return {**waiting, **{f"{name}_NUM_THREADS": str(threads) for name in THREADS}}


def settle_threads() -> None:
    """One thread in this process and its forks; without effect on libraries that are imported already."""
    os.environ.update(thread_variables(1), MPLBACKEND="Agg")
