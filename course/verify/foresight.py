"""A cheat that foresees what a test will ask: it plays the visible test to itself.

What a test draws comes from a generator that is seeded by the run. A submission must not be able to find that seed:
the generators of its process are seeded, too, and what they are seeded with can be read from their state. So this
cheat makes of every such number the generator that a test would get, runs the test with it, notes what is asked and
what is expected, and answers so.
"""

from __future__ import annotations

import contextlib
import pickle
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from course import testing
from course.verify.stage import Question


@dataclass(frozen=True)
class Foresight:
    """Answers what the test expects, if the worker's generators tell its seed."""

    test: Callable[..., None]

    def __str__(self) -> str:
        return "plays the visible tests to itself with the seeds of its generators"

    def answer(self, question: Question) -> Any:
        asked = _pickled(question.name, question.args, question.kwargs)
        for seed in _seeds():
            for words, expected in _foreseen(self.test, seed):
                if asked is not None and words == asked:
                    return expected
        raise LookupError("this is not what was foreseen")


def _seeds() -> Iterator[int]:
    """What the generators of this process were seeded with."""
    state: Any = np.random.get_state()
    yield int(state[1][0])
    torch = sys.modules.get("torch")
    if torch is not None:
        yield torch.initial_seed()


class _Wanted:
    """What the test gets in place of an answer; the assertion that takes it tells what it should have been."""

    def __init__(self) -> None:
        self.value: Any = None


class _Listener:
    """A student who only notes what is asked."""

    def __init__(self) -> None:
        self.heard: list[tuple[bytes | None, _Wanted]] = []

    def __getattr__(self, name: str) -> Callable[..., _Wanted]:
        def ask(*args: Any, **kwargs: Any) -> _Wanted:
            wanted = _Wanted()
            self.heard.append((_pickled(name, args, kwargs), wanted))
            return wanted

        return ask


def _foreseen(test: Callable[..., None], seed: int) -> list[tuple[bytes | None, Any]]:
    """The questions of a test and the expected answers, as far as it can be played without any answer."""
    listener = _Listener()
    with contextlib.suppress(Exception):  # a test that computes with what came back goes no further
        _with_open_ears(test)(student=listener, rng=np.random.default_rng(seed))
    return [(words, wanted.value) for words, wanted in listener.heard if wanted.value is not None]


def _with_open_ears(test: Callable[..., None]) -> Callable[..., None]:
    """The test, with the functions of its file, where assertions note what is expected."""
    space = dict(test.__globals__)
    space |= {name: _note for name in testing.__all__ if name.startswith("assert_") and name in space}
    space |= {
        name: FunctionType(f.__code__, space, name, f.__defaults__)
        for name, f in space.items()
        if _own(f, test)
    }
    heard: Callable[..., None] = space[test.__name__]
    return heard


def _own(value: Any, test: Callable[..., None]) -> bool:
    return isinstance(value, FunctionType) and value.__module__ == test.__module__


def _note(actual: Any, *expected: Any, **_: Any) -> None:
    if isinstance(actual, _Wanted) and expected:
        actual.value = expected[0]


def _pickled(*words: Any) -> bytes | None:
    try:
        return pickle.dumps(words)
    except Exception:  # a function of the test
        return None
