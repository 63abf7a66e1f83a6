"""One thread per process, set by the program before NumPy and PyTorch are imported, whatever the shell says.

Parallelism is across submissions and jobs, never inside one. It is no matter of speed alone: a process that has
computed with two threads hangs its forks, which wait for threads that did not come along.
"""

from __future__ import annotations

import os
import sys
from typing import Any

THREADS = ("OMP_NUM", "MKL_NUM", "OPENBLAS_NUM", "BLIS_NUM", "NUMEXPR_NUM", "VECLIB_MAXIMUM")
OF_LIBRARIES = ("OMP_", "GOMP_", "KMP_", "MKL_")  # all that a shell may say to OpenMP and MKL


def thread_variables(threads: int) -> dict[str, str]:
    """The environment variables that numerical libraries read when they are imported.

    More threads than cores wait for each other asleep: the spinning that is usual there takes minutes
    instead of seconds.
    """
    waiting = {"OMP_WAIT_POLICY": "PASSIVE", "OMP_DYNAMIC": "FALSE"}
    return {**waiting, **{f"{name}_THREADS": str(threads) for name in THREADS}}


def settle_threads() -> None:
    """One thread in this process and in what it starts; called before anything computes."""
    for name in [name for name in os.environ if name.startswith(OF_LIBRARIES)]:
        del os.environ[name]
    os.environ.update(thread_variables(1))
    # Too late for a library that is here already, as in a notebook: it is told itself.
    torch: Any = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
    if "numpy" in sys.modules:
        from threadpoolctl import threadpool_limits

        threadpool_limits(1)
