"""How much address space this process uses, where the system says so."""

from __future__ import annotations

import os


def address_space() -> int | None:
    """Bytes of address space in use; None on systems without ``/proc``."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None
