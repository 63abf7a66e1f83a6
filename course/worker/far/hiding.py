"""Callables from which nothing leads back to what they run."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


def hidden(function: Callable[..., Any]) -> Any:
    """The function, callable and bound to objects as before, but without ``__wrapped__``, ``__closure__``,
    ``__globals__`` or ``__code__``.

    What student code can reach of ours would otherwise lead to everything behind it: a function to its module's names,
    a wrapper to what it wraps. The cache of ``functools`` is the one wrapper of the standard library that is written in
    C, passes arguments on as they are when it keeps nothing, and shows nobody what it holds (only ``gc`` sees it).
    """
    return functools._lru_cache_wrapper(function, 0, False, None)  # type: ignore[call-arg]
