"""Callables from which nothing leads back to what they run."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType, MethodType
from typing import Any


def hidden(function: Callable[..., Any]) -> Any:
    """The function, callable and bound to objects as before, but without ``__wrapped__``, ``__closure__``,
    ``__globals__`` or ``__code__``.

    What student code can reach of ours would otherwise lead to everything behind it: a function to its module's names,
    a wrapper to what it wraps. The cache of ``functools`` is the one wrapper of the standard library that is written in
    C, passes arguments on as they are when it keeps nothing, and shows nobody what it holds (only ``gc`` sees it).
    """
    return functools._lru_cache_wrapper(function, 0, False, None)  # type: ignore[call-arg]


def stand_in(function: Callable[..., Any], call: Any, parts: Mapping[str, Any] = MappingProxyType({})) -> Any:
    """An object that is called, bound and copied as the function would be, and looks like it, but is of a class of its
    own: PyTorch takes what has the type of ``call`` for something with ``__wrapped__``.
    """
    name = getattr(function, "__name__", "function")
    body = {"__slots__": ("__dict__",), "__call__": staticmethod(call), "__reduce__": hidden(lambda _: name)}
    if hasattr(type(function), "__get__"):
        body["__get__"] = hidden(_bound)
    made: Any = type(type(function).__name__, (), body)()
    made.__dict__.update(parts)
    for attribute in ("__name__", "__qualname__", "__module__", "__doc__"):
        if hasattr(function, attribute):
            made.__dict__[attribute] = getattr(function, attribute)
    signature = _signature(function)
    if signature is not None:
        made.__dict__["__signature__"] = signature
    return made


@functools.lru_cache(
    maxsize=4096
)  # guards go up and down with each session, and a signature is read from a text
def _signature(function: Callable[..., Any]) -> inspect.Signature | None:
    """What a function takes; None for most of what is written in C."""
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None


def _bound(self: Any, instance: Any, owner: type | None = None) -> Any:
    return self if instance is None else MethodType(self, instance)
