"""Where the modules of a day play: what a student writes is answered by a cheat, and by the solution if nobody cheats.

A cheat is asked only what comes from outside. What the solution asks of itself it gets, so that a cheat that lets it
answer first knows the right shape, and which errors are right.
"""

from __future__ import annotations

import copy
import functools
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from course.testing.describing import is_tensor


@dataclass(frozen=True)
class Question:
    """One call of what a student writes, with the arguments themselves; ``owner`` is the object whose method it is.

    ``truth`` asks the solution, which gets copies.
    """

    name: str
    owner: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    truth: Callable[[], Any]

    @property
    def given(self) -> tuple[Any, ...]:
        return (*self.args, *self.kwargs.values())


class Cheat(Protocol):
    """Somebody who answers."""

    def answer(self, question: Question) -> Any:
        """What comes back; may raise."""


class Stage:
    """Everything that plays in this process: one test after the other, each before one cheat after the other."""

    def __init__(self) -> None:
        self._cheat: Cheat | None = None
        self._inside = False
        self._opening = False
        self._truths: dict[bytes, Any] = {}

    @contextmanager
    def played_by(self, cheat: Cheat) -> Iterator[None]:
        """Inside the block this cheat answers."""
        self._cheat, self._opening = cheat, True
        try:
            yield
        finally:
            self._cheat = None

    def enter(self, module: dict[str, Any], written: Sequence[str]) -> None:
        """Stand before these functions and methods of a module."""
        for qualname in written:
            *classes, name = qualname.split(".")
            if not classes:
                module[name] = self._before(name, module[name], method=False)
                continue
            owner = functools.reduce(getattr, classes[1:], module[classes[0]])
            setattr(owner, name, self._before_attribute(name, vars(owner)[name]))
            if owner.__new__ is object.__new__:
                owner.__new__ = staticmethod(self._make)

    def _make(self, owner: type, *args: Any, **kwargs: Any) -> Any:
        """An object of a class, or what a cheat puts in its place."""
        make = getattr(self._cheat, "make", None)
        return object.__new__(owner) if self._inside or make is None else make((*args, *kwargs.values()))

    def _before_attribute(self, name: str, kept: Any) -> Any:
        if isinstance(kept, staticmethod):
            return staticmethod(self._before(name, kept.__func__, method=False))
        if isinstance(kept, classmethod):
            return classmethod(self._before(name, kept.__func__, method=True))
        return self._before(name, kept, method=True)

    def _before(self, name: str, function: Callable[..., Any], *, method: bool) -> Callable[..., Any]:
        @functools.wraps(function)
        def play(*args: Any, **kwargs: Any) -> Any:
            if self._inside or self._cheat is None:
                return function(*args, **kwargs)
            with self._within():
                return self._ask(self._cheat, name, function, method, args, kwargs)

        return play

    def _ask(
        self,
        cheat: Cheat,
        name: str,
        function: Callable[..., Any],
        method: bool,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        owners, given = (args[:1], args[1:]) if method else ((), args)
        opening, self._opening = self._opening, False

        def truth() -> Any:
            if method:
                copies, named = copied((given, kwargs))
                return function(*owners, *copies, **named)
            answer = self._remembered(function, given, kwargs, opening)
            return self._each(answer) if isinstance(answer, Iterator) else answer

        owner = owners[0] if owners else None
        return cheat.answer(Question(name, owner, given, kwargs, truth))

    @contextmanager
    def _within(self) -> Iterator[None]:
        outer, self._inside = self._inside, True
        try:
            yield
        finally:
            self._inside = outer

    def _each(self, answers: Iterator[Any]) -> Iterator[Any]:
        """What a generator of the solution gives; it asks for the rest when the cheat has long answered."""
        while True:
            with self._within():
                answer = next(answers, self)
            if answer is self:
                return
            yield answer

    def _remembered(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any], opening: bool
    ) -> Any:
        """What a function gives to copies, or gave when it was asked just so before.

        The next cheat is asked the same; for certain in the ``opening``, before anything that it answers can matter.
        """
        words = (function.__module__, function.__qualname__, *(() if opening else (args, kwargs)))
        key = _key(words)
        if key is None or key not in self._truths:
            copies, named = copied((args, kwargs))
            result = function(*copies, **named)
            if key is None or not all(is_number(leaf) or isinstance(leaf, str) for leaf in leaves(result)):
                return result
            self._truths[key] = result
        return self._truths[key]

    def forget(self) -> None:
        """Another test asks something else."""
        self._truths.clear()


STAGE = Stage()


def copied(value: Any) -> Any:
    """A copy of it all, as far as it can be copied."""
    try:
        return copy.deepcopy(value)
    except Exception:  # tensors in the middle of a graph, generators, what a student's class forbids
        return value


def _key(words: tuple[Any, ...]) -> bytes | None:
    try:
        return pickle.dumps(words)
    except Exception:  # functions of tests, open files: whatever pickle does not take
        return None


def is_number(value: Any) -> bool:
    """Whether it is a number, or an array or a tensor of numbers."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biufc"
    return isinstance(value, (bool, int, float, complex, np.generic)) or is_tensor(value)


def leaves(value: Any) -> Iterator[Any]:
    """Everything in lists, tuples and dicts, one after the other."""
    if isinstance(value, (list, tuple, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from leaves(part)
    else:
        yield value
