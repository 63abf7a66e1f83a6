"""What a test holds instead of the student's module.

A :class:`Handle` stands for an object that lives with the student's code: the module itself, a
function, an ``Adam`` instance. Attributes, calls and operators go there; plain data comes back by
value, everything else as another handle. A test cannot tell whether the other end is this process or an
isolated one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from course.worker.arguments import mutable_parts
from course.worker.outcomes import Budget, StudentProblem
from course.worker.requests import Request, Verb

MAX_CALLS = 300
SMALL = 4096
FUNCTIONS = ("function", "method", "builtin_function_or_method", "type", "ABCMeta", "module")
"""Types of what has a name in the student's module, or was given one by the attribute it was found under."""


class Call(NamedTuple):
    """One thing that a test asked of student code, and what came back."""

    label: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    result: Any = None
    problem: StudentProblem | None = None
    verb: Verb = "call"
    of: Any = None  # the object whose name begins the label; of "run" the driver


class Change(NamedTuple):
    """What a call did to its copy of an object of the test, and the how manieth such change it was."""

    mine: Any
    theirs: Any
    number: int


class HeldNames:
    """What a module gave for its names: the same in every check, so it is asked for once per process."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[int, str]] = {}
        self._numbers: set[int] = set()

    def __contains__(self, number: int) -> bool:
        return number in self._numbers

    def get(self, module: str, name: str) -> tuple[int, str] | None:
        return self._found.get((module, name))

    def add(self, module: str, name: str, number: int, type_name: str) -> None:
        self._found[module, name] = number, type_name
        self._numbers.add(number)

    def clear(self) -> None:
        """The process has ended, and all of it with it."""
        self._found.clear()
        self._numbers.clear()


class InPlace(NamedTuple):
    """An argument that a call is to change: what becomes of its copy is done to the test's own object too."""

    value: Any


class Link(Protocol):
    """The way to the student's code; ``target`` and handles in ``args`` are numbers of the session's
    table. A call gets copies of what it is given.
    """

    failed_imports: dict[
        str, StudentProblem
    ]  # modules whose import took too long or ended the process: tried once

    spent: float  # seconds that student code has taken since the link was opened

    known: HeldNames  # modules, functions and classes that were asked for before and still stand

    changed: list[
        tuple[Any, Any]
    ]  # by the last request: a part of its arguments, and what became of the copy

    def request(self, request: Request) -> Any:
        """The decoded result. Raises StudentProblem."""

    def text(self, place: str) -> bytes | None:
        """What was handed in as ``project_detection/results.json``, unread; None where that is not there."""

    def begin(self, seed: int, refused: tuple[str, ...], budget: Budget) -> None:
        """Start a check: same state, these refused calls, this much time."""

    def forget(self, number: int) -> None:
        """The trusted side no longer holds this object."""

    def close(self) -> None:
        """Release the other side."""


class Transcript:
    """What happened between one test and the student's code, in order."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.statistics: dict[int, tuple[float, ...]] = {}  # by the number of the call
        self._changes: dict[int, Change] = {}  # by identity of the test's object
        self._noted = 0

    @property
    def has_room(self) -> bool:
        return len(self.calls) < MAX_CALLS

    @property
    def is_importing(self) -> bool:
        """Whether the module was asked for, now or by an earlier test, and nothing of it yet."""
        return not self.calls or self.calls[-1].verb == "import"

    def add(self, call: Call) -> None:
        if self.has_room:
            self.calls.append(call)

    def tell_by(self, statistic: Sequence[float], slack: float) -> None:
        """Tell the last call from the same call of other code by this, up to ``slack``, instead of by its result."""
        if self.calls and self.has_room:
            self.statistics[len(self.calls) - 1] = (slack, *statistic)

    def note_changes(self, changed: Sequence[tuple[Any, Any]], wanted: Sequence[Any]) -> None:
        """Remember what a call did to its copies of the arguments, and do it where it was ``wanted``."""
        for mine, theirs in changed:
            if any(mine is part for part in wanted):
                _apply(mine, theirs)
            else:
                self._noted += 1
                self._changes[id(mine)] = Change(mine, theirs, self._noted)

    def changes(self, since: int = 0) -> list[Change]:
        """The last unwanted change of each object, as far as it came after ``since`` others."""
        return [change for change in self._changes.values() if change.number > since]

    def find(self, value: Any) -> Call | None:
        """The call that returned ``value`` (itself or as a part); the last call when that cannot be told."""
        by_chance = value is None or isinstance(value, (bool, int, str))  # equal ones may be the same object
        calls: list[Call] = [] if by_chance else self.calls[::-1]
        for call in calls:
            result = call.result
            parts = result if isinstance(result, (tuple, list)) else ()
            if result is value or any(part is value for part in parts):
                return call
        return self.calls[-1] if self.calls else None


_set = object.__setattr__


class Handle:
    """An object on the student's side. Equality, truth, length, iteration, ``with`` and arithmetic happen
    there.
    """

    __slots__ = ("__weakref__", "_label", "_link", "_number", "_origin", "_transcript", "_type")
    __array_ufunc__ = None  # so that ``array * handle`` asks the handle

    def __init__(self, link: Link, transcript: Transcript, number: int, type_name: str, label: str) -> None:
        _set(self, "_link", link)
        _set(self, "_transcript", transcript)
        _set(self, "_number", number)
        _set(self, "_type", type_name)
        _set(self, "_label", label)
        _set(self, "_origin", None)  # the call that made it, for messages

    def _ask(
        self,
        verb: Verb,
        label: str,
        name: str,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        return ask(self._link, self._transcript, verb, self, label, name, args, kwargs or {})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__") and name not in ("__name__", "__doc__", "__dict__"):
            raise AttributeError(name)
        return self._ask("get", f"{self._label}.{name}", name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in Handle.__slots__:
            _set(self, name, value)
        else:
            self._ask("set", f"{self._label}.{name} =", name, (value,))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("call", self._label, "", args, kwargs)

    def _operate(self, name: str, *args: Any) -> Any:
        return self._ask("operator", name, name, args)

    def __iter__(self) -> Iterator[Any]:
        iterator = self._operate("iter", self)
        while True:
            try:
                item = iterator._operate("next", iterator)
            except StudentProblem as problem:
                if problem.types[:1] == ("StopIteration",):
                    return
                raise
            yield item

    def __next__(self) -> Any:
        try:
            return self._operate("next", self)
        except StudentProblem as problem:
            if problem.types[:1] == ("StopIteration",):
                raise StopIteration from None
            raise

    def _exactly(self, kind: type, operator: str, *args: Any) -> Any:
        value = self._operate(operator, *args)
        if type(value) is not kind:
            raise StudentProblem(
                "wrong_type",
                f"{operator}() of your {self._type} gave a {type(value).__name__}, not {kind.__name__}.",
            )
        return value

    def __bool__(self) -> bool:
        return bool(self._exactly(bool, "bool", self))

    def __len__(self) -> int:
        return int(self._exactly(int, "len", self))

    def __float__(self) -> float:
        return float(self._exactly(float, "float", self))

    def __int__(self) -> int:
        return int(self._exactly(int, "int", self))

    def __complex__(self) -> complex:
        return complex(self._exactly(complex, "complex", self))

    def __repr__(self) -> str:
        return str(self._exactly(str, "repr", self))

    def __str__(self) -> str:
        return str(self._exactly(str, "str", self))

    def __contains__(self, item: Any) -> bool:
        return bool(self._exactly(bool, "contains", self, item))

    def __enter__(self) -> Any:
        return self._operate("enter", self)

    def __exit__(self, *exception: object) -> None:
        self._operate("exit", self)

    def __getitem__(self, key: Any) -> Any:
        return self._operate("getitem", self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._operate("setitem", self, key, value)

    def __eq__(self, other: object) -> Any:
        return self._operate("eq", self, other)

    def __ne__(self, other: object) -> Any:
        return self._operate("ne", self, other)

    def __hash__(self) -> int:
        return hash((id(self._link), self._number))

    def __del__(self) -> None:
        try:
            self._link.forget(self._number)
        except Exception:  # half-built, or the link is gone
            return


def _binary(name: str) -> tuple[Callable[[Handle, Any], Any], Callable[[Handle, Any], Any]]:
    def forward(self: Handle, other: Any) -> Any:
        return self._operate(name, self, other)

    def reflected(self: Handle, other: Any) -> Any:
        return self._operate(name, other, self)

    return forward, reflected


def _unary(name: str) -> Callable[[Handle], Any]:
    return lambda self: self._operate(name, self)


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and_", "or_", "xor"):
    _forward, _reflected = _binary(_name)
    setattr(Handle, f"__{_name.strip('_')}__", _forward)
    setattr(Handle, f"__r{_name.strip('_')}__", _reflected)
for _name in ("lt", "le", "gt", "ge", "iadd", "isub", "imul", "itruediv"):
    setattr(Handle, f"__{_name}__", _binary(_name)[0])
for _name in ("neg", "pos", "abs", "invert"):
    setattr(Handle, f"__{_name}__", _unary(_name))


class Student:
    """The module under test: ``student.pseudo_inverse(a)``, ``student.run(driver, …)``.

    It is imported when it is first used, so a module that cannot be imported ends each of its own
    checks and no other.
    """

    def __init__(self, link: Link, module: str) -> None:
        self._link = link
        self._name = module
        self._module: Handle | None = None
        self._held: dict[str, Handle] = {}  # functions and classes of the module
        self._transcript = Transcript()

    def _imported(self) -> Handle:
        if self._module is None:
            known = self._known("", "import")
            if known is not None:
                self._module = known
                return known
            match ask(self._link, self._transcript, "import", None, "import", self._name, (), {}):
                case [Handle() as module, {**own}]:
                    for name, value in {**own, "": module}.items():
                        if isinstance(value, Handle) and isinstance(name, str):
                            self._link.known.add(self._name, name, value._number, value._type)
                    self._module = module
                case _:
                    raise StudentProblem("error", f"{self._name} is not a module.")
        return self._module

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        module = self._imported()
        known = self._known(name, name)
        if known is not None:
            return known
        value = module._ask("get", name, name)
        if isinstance(value, Handle) and value._label == name:  # a function or class, no object
            self._link.known.add(self._name, name, value._number, value._type)
        return value

    def _known(self, name: str, label: str) -> Handle | None:
        found = self._link.known.get(self._name, name)
        if found is None:
            return None
        held = self._held.get(name)
        if held is None or held._number != found[0]:  # another process by now
            held = self._held[name] = Handle(self._link, self._transcript, *found, label)
        return held

    def run(self, driver: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run ``driver(module, *args)`` next to the student's objects; plain data comes back.

        The driver is a self-contained function of the test file and carries no expected value.
        """
        return self._imported()._ask("run", driver.__name__, "", (driver, *args), kwargs)

    def _text(self, name: str) -> bytes | None:
        """A file that was handed in beside the module under test; no student code sees that it is read."""
        return self._link.text(f"{self._name.partition('.')[0]}/{name}")

    @property
    def transcript(self) -> Transcript:
        """What this test has asked so far."""
        return self._transcript


def ask(
    link: Link,
    transcript: Transcript,
    verb: Verb,
    owner: Handle | None,
    label: str,
    name: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """One request to an object, recorded; numbers that come back become handles."""
    if verb == "import" and name in link.failed_imports:
        raise link.failed_imports[name]
    wanted = _parts_to_change(args, kwargs)
    args, kwargs = tuple(map(_plain, args)), {key: _plain(value) for key, value in kwargs.items()}
    of = args[0] if verb == "run" else _named_object(owner)
    shown = tuple(map(_as_it_was, args[1:] if verb == "run" else args))
    try:
        result = link.request(Request(verb, None if owner is None else owner._number, name, args, kwargs))
    except StudentProblem as problem:
        transcript.note_changes(link.changed, wanted)
        if verb == "import":
            link.failed_imports[name] = problem
        transcript.add(Call(label, shown, kwargs, None, problem, verb, of))
        raise
    transcript.note_changes(link.changed, wanted)
    result = adopt(result, link, transcript, label)
    if type(result) is Handle and transcript.has_room:
        _set(result, "_origin", Call(label, shown, kwargs, verb=verb, of=of))
    if verb in ("call", "operator", "run") or (verb != "import" and not isinstance(result, Handle)):
        transcript.add(Call(label, shown, kwargs, result, None, verb, of))
    return result


def _plain(argument: Any) -> Any:
    return argument.value if type(argument) is InPlace else argument


def _parts_to_change(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    marked = [one.value for one in (*args, *kwargs.values()) if type(one) is InPlace]
    return mutable_parts(marked, {}) if marked else []


def _apply(mine: Any, theirs: Any) -> None:
    """Repeat on the test's own object what student code did to its copy."""
    if type(mine) is list and type(theirs) is list:
        mine[:] = theirs
    elif type(mine) is dict and type(theirs) is dict:
        mine.clear()
        mine.update(theirs)
    elif isinstance(mine, np.ndarray) and isinstance(theirs, np.ndarray) and mine.shape == theirs.shape:
        with contextlib.suppress(ValueError, TypeError):
            mine[...] = theirs
    elif hasattr(mine, "detach") and hasattr(theirs, "detach") and mine.shape == theirs.shape:
        mine.detach().copy_(theirs.detach())


def _named_object(owner: Handle | None) -> Handle | None:
    """The object whose name begins the label: of a method, the one that has it."""
    if owner is not None and owner._type == "method" and owner._origin is not None:
        of: Handle | None = owner._origin.of
        return of
    return owner


def _as_it_was(value: Any) -> Any:
    """A copy of small arrays, in lists and dicts too, so that messages show them as they were handed over."""
    if type(value) is np.ndarray:
        return value.copy() if value.size <= SMALL else value
    if type(value) in (list, tuple) and len(value) <= SMALL:
        return type(value)(map(_as_it_was, value))
    if type(value) is dict and len(value) <= SMALL:
        return {key: _as_it_was(part) for key, part in value.items()}
    return value


@dataclass(frozen=True)
class Reference:
    """An object that stayed on the other side, as it comes out of the decoder."""

    number: int
    type_name: str


def adopt(value: Any, link: Link, transcript: Transcript, label: str) -> Any:
    """Replace every Reference in ``value`` by a Handle."""
    if type(value) is Reference:
        named = label if value.type_name in FUNCTIONS else value.type_name.lower()
        return Handle(link, transcript, value.number, value.type_name, named)
    if type(value) is tuple:
        return tuple(adopt(part, link, transcript, label) for part in value)
    if type(value) is list:
        return [adopt(part, link, transcript, label) for part in value]
    if type(value) is dict:
        return {key: adopt(part, link, transcript, label) for key, part in value.items()}
    return value
