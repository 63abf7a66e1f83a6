"""How much address space this process uses, where the system says so, and a bound to it."""

from __future__ import annotations

import os


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
