"""Large pages for what a warm process has loaded: a fork then copies one entry for two megabytes instead of 512.

Linux only, from 6.1 on; anywhere else nothing happens. The content of the memory is the same, and what a fork changes
is still copied in small pages.
"""

from __future__ import annotations

import contextlib
import ctypes
from pathlib import Path

_COLLAPSE = 25  # MADV_COLLAPSE of linux/mman.h
_LARGE = 2**21


def gather_pages() -> int:
    """Ask the system to put the private memory of this process into large pages; how many regions it did so for."""
    library = ctypes.CDLL(None)
    gathered = 0
    for start, end in _private_regions():
        start, end = -(-start // _LARGE) * _LARGE, end // _LARGE * _LARGE
        if start < end:
            span = ctypes.c_void_p(start), ctypes.c_size_t(end - start)
            gathered += library.madvise(*span, _COLLAPSE) == 0
    return gathered


def _private_regions() -> list[tuple[int, int]]:
    """The regions of memory that can be written to and belong to no file; none where the system does not say."""
    found: list[tuple[int, int]] = []
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/maps").read_text(encoding="ascii", errors="replace").splitlines():
            span, rights, _, _, _, *name = line.split()
            if rights == "rw-p" and name in ([], ["[heap]"]):
                start, _, end = span.partition("-")
                found.append((int(start, 16), int(end, 16)))
    return found
