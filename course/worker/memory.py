"""Memory of this process: how much address space it uses, where the system says so, a bound to it, and a pause for the
collector of garbage.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """Look for no garbage in the block. Importing PyTorch makes hundreds of thousands of objects that all stay, and
    going through them again and again is a quarter of the time.
    """
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def bound_address_space(mebibytes: int) -> None:
    """Let this process have so much more than it has now, and no more; nothing where the system does not say."""
    used = address_space()
    if used is None:
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = used + mebibytes * 2**20
    if hard == resource.RLIM_INFINITY or wanted < hard:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def address_space() -> int | None:
    """Bytes of address space in use; None on systems without ``/proc``."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None
