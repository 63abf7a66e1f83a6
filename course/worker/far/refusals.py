"""Library calls that would replace an exercise, refused at run time.

Each refused function is replaced by a guard in every module of its package, and so are the C functions that its
Python code only prepares for; each refused class has its constructor guarded. A guard lets everybody through but the
student's own code (``ownership``), and that only while an exercise is checked that refuses the call: a library that
uses the function inside, the reference in a test, another exercise are not disturbed. Library code that calls
what it was handed, as ``map`` or a thread does, calls it for whoever handed it over.

Nothing is imported for a guard: where a package is not there yet, the guard goes up at the end of its import, before
anybody has taken the function from it. The same list is looked for in the source as well
(``course.testing.scanning``); this is the half that finds ``getattr(np.linalg, "pi" + "nv")``. Both halves share one
process with the student's code where no wall can be had: docs/threat-model.md says what gets past them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import BuiltinFunctionType, FrameType, FunctionType, ModuleType
from typing import Any

import numpy as np

from course.worker.far import arrivals
from course.worker.far.hiding import hidden, stand_in
from course.worker.far.ownership import Ownership


class RefusedCallError(Exception):
    """A student's code used what the exercise asks to write. No methods: students meet it, and ``__globals__`` of
    one would lead here.
    """


def refusal(name: str) -> str:
    """The sentence a student reads."""
    what = f"the operator {name}" if not name[-1].isalnum() else f"{name.lstrip('.')}()"
    return f"{what} does the work that this exercise asks you to write; write it with simpler operations."


class Refusals:
    """The refused calls of one session, told before each check which names count."""

    def __init__(self, root: Path, days: Sequence[str]) -> None:
        self._ownership = Ownership(root, days)
        self._names: frozenset[str] = frozenset()
        self._watching = False
        self._joined: set[str] = set()

    def activate(self, names: Iterable[str]) -> None:
        """Refuse exactly these names from now on."""
        self._names = frozenset(names)
        for name in self._names - self._joined:
            self._joined.add(name)
            _users[name] = _users.get(name, 0) + 1
            prepare(name)
        if self._watching:
            _watch.names = self._names

    def watch(self, watching: bool) -> bool:
        """Refuse from now on, or no longer: several sessions may live in one process. What was so before."""
        before, self._watching = self._watching, watching
        _watch.names = self._names if watching else frozenset()
        _watch.ownership = self._ownership
        return before

    def uninstall(self) -> None:
        """Leave the guards."""
        self._names = frozenset()
        _leave(self._joined)
        self._joined.clear()


class _Watch:
    """What is refused at this moment; one object for all guards, so that each asks one attribute."""

    def __init__(self) -> None:
        self.names: frozenset[str] = frozenset()
        self.ownership: Ownership


_watch = _Watch()
_users: dict[str, int] = {}  # name → sessions that refuse it
_guards: dict[str, list[_Guard]] = {}  # name → what stands for it, where anything does
_guard_of: dict[int, _Guard] = {}  # by the identity of the original, and of what stands in its place


def prepare(name: str) -> None:
    """Put up the guard of a name ahead of the sessions that will refuse it: now, or when its module is imported."""
    if name in _guards:
        return
    found = imported(name)
    if found is None:
        _wait_for(name)
        return
    _guards[name] = []
    home, name_there, function = found
    function = original(function)
    for parent, attribute, thing in ((home, name_there, function), *_behind(function)):
        guard = _guard_of.get(id(thing)) or _Guard.put_up(parent, attribute, thing)
        if guard is not None:
            guard.refused.add(name)
            guard.spoken |= {name.rpartition(".")[2], attribute}
            _guards[name].append(guard)


@contextmanager
def kept(names: Iterable[str]) -> Iterator[None]:
    """Inside the block the guards of these names stay up, whatever sessions come and go, in forks too."""
    joined = set(names)
    for name in joined:
        _users[name] = _users.get(name, 0) + 1
        prepare(name)
    try:
        yield
    finally:
        _leave(joined)


def _leave(names: set[str]) -> None:
    """The last to leave a guard puts the library's own function back."""
    for name in names:
        _users[name] -= 1
        if not _users[name]:
            del _users[name]
            _take_down(name)


def _take_down(name: str) -> None:
    for guard in _guards.pop(name, ()):
        guard.refused.discard(name)
        if not guard.refused:
            guard.take_down()
    _forget(name)


def original(thing: Any) -> Any:
    """What a guard stands in front of; anything else as it is."""
    guard = _guard_of.get(id(thing))
    return thing if guard is None else guard.original


class _Guard:
    """The guard of one function, class or other callable."""

    def __init__(self, thing: Any) -> None:
        self.original = thing
        self.refused: set[str] = set()  # the names under which it is refused
        self.spoken: set[str] = set()  # what code that uses it may call it
        self._stand_in: Any = thing
        self._undo: list[Callable[[], None]] = []

    @classmethod
    def put_up(cls, parent: Any, attribute: str, thing: Any) -> _Guard | None:
        """None where nothing can stand: a built-in type or a method of a ufunc. Only the source is checked then."""
        guard = cls(thing)
        try:
            guard._stand(parent, attribute)
        except (AttributeError, TypeError):
            return None
        _guard_of[id(thing)] = _guard_of[id(guard._stand_in)] = guard
        return guard

    def take_down(self) -> None:
        for undo in self._undo:
            undo()
        _guard_of.pop(id(self._stand_in))
        _guard_of.pop(id(self.original), None)

    def _stand(self, parent: Any, attribute: str) -> None:
        thing = self.original
        if isinstance(thing, type):
            self.spoken.add("__init__")
            self._replace(thing, "__init__", self._watched(thing.__init__))  # type: ignore[misc]
        elif isinstance(parent, type):
            kind = type(vars(parent).get(attribute))
            again = kind if kind in (staticmethod, classmethod) else lambda function: function
            self._stand_in = self._watched(thing)
            self._replace(parent, attribute, again(self._stand_in))
        elif type(type(thing)) is type and type(thing).__flags__ & _HEAP and not _is_function(thing):
            self._dress(thing)
        else:
            self._stand_in = self._watched(thing)
            homes = {(parent, attribute), *places(thing, parent.__name__.partition(".")[0])}
            self.spoken |= {name for _, name in homes}
            for module, name in homes:
                self._replace(module, name, self._stand_in)

    def _replace(self, parent: Any, name: str, value: Any) -> None:
        before = vars(parent).get(name, _MISSING)
        setattr(parent, name, value)
        self._undo.append(
            lambda: delattr(parent, name) if before is _MISSING else setattr(parent, name, before)
        )

    def _dress(self, thing: Any) -> None:
        """An object with methods, such as ``scipy.stats.norm``, gets a class in which they are guarded."""
        kind = type(thing)
        thing.__class__ = type(kind.__name__, (kind,), {"__module__": kind.__module__, **self._methods(kind)})
        self._undo.append(lambda: setattr(thing, "__class__", kind))

    def _methods(self, kind: type) -> dict[str, Any]:
        public = [name for name in dir(kind) if not name.startswith("_") or name == "__call__"]
        methods = {name: vars_of_class(kind, name) for name in public}
        functions = {name: part for name, part in methods.items() if isinstance(part, FunctionType)}
        self.spoken |= functions.keys()
        return {name: self._watched(part) for name, part in functions.items()}

    def _watched(self, function: Callable[..., Any]) -> Any:
        refused, watch = self.refused, _watch

        def guarded(*args: Any, **kwargs: Any) -> Any:
            if watch.names and not watch.names.isdisjoint(refused):
                self._judge(sys._getframe(1))
            return function(*args, **kwargs)

        return stand_in(function, hidden(guarded), self._parts(function))

    def _parts(self, function: Any) -> dict[str, Any]:
        """What a ufunc has besides, numbers and methods such as ``outer``; the methods are guarded too."""
        if not isinstance(function, np.ufunc):
            return {}
        parts = {name: getattr(function, name) for name in dir(function) if not name.startswith("_")}
        return {name: self._watched(part) if callable(part) else part for name, part in parts.items()}

    def _judge(self, caller: FrameType | None) -> None:
        """Raise where the call is the student's: made by their code, or by code that was handed the function."""
        while caller is not None and not _watch.ownership.is_students(caller.f_code):
            if self._is_named_in(caller):
                return
            caller = caller.f_back
        raise RefusedCallError(refusal(min(self.refused & _watch.names)))

    def _is_named_in(self, frame: FrameType) -> bool:
        names = frame.f_code.co_names
        return not self.spoken.isdisjoint(names) or any(
            frame.f_globals.get(name) is self._stand_in for name in names
        )


_MISSING = object()
_HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE: made by a class statement, so an object may be given another class


def _is_function(thing: Any) -> bool:
    return (
        isinstance(thing, FunctionType) or not hasattr(thing, "__dict__") or hasattr(type(thing), "__get__")
    )


def places(thing: Any, package: str) -> list[tuple[ModuleType, str]]:
    """Every imported module of a package that has the thing, and the name it has there."""
    if id(thing) not in _index(package) and _counted.get(package) != len(sys.modules):
        _index.cache_clear()  # it may have come with a module that was imported since
    found = _index(package).get(id(thing), [])
    return [(module, name) for module, name in found if original(vars(module).get(name)) is thing]


_counted: dict[str, int] = {}  # package → modules there were when its index was made


@lru_cache(maxsize=16)
def _index(package: str) -> dict[int, list[tuple[ModuleType, str]]]:
    """The places of each function and class in a package, by its identity."""
    _counted[package] = len(sys.modules)
    found: dict[int, list[tuple[ModuleType, str]]] = {}
    for module_name, module in list(sys.modules.items()):
        own = module_name == package or module_name.startswith(f"{package}.")
        if own and isinstance(module, ModuleType):
            for name, value in list(vars(module).items()):
                if callable(value):
                    found.setdefault(id(original(value)), []).append((module, name))
    return found


def _behind(thing: Any) -> Iterator[tuple[ModuleType, str, Any]]:
    """The C functions of the same name that a Python function calls in private modules of its package, as ``det``
    does ``_umath_linalg.det`` and ``svd`` ``svd_f``: nobody else has a use for them.
    """
    function = getattr(
        thing, "_implementation", thing
    )  # of a function of NumPy that other arrays may take over
    if not isinstance(function, FunctionType):
        return
    names = function.__code__.co_names
    modules = [module for name in names if isinstance(module := function.__globals__.get(name), ModuleType)]
    for module in modules:  # also modules in modules: torch._C._nn
        parts = {name: original(vars(module)[name]) for name in names if name in vars(module)}
        modules += [part for part in parts.values() if isinstance(part, ModuleType) and part not in modules]
        for name, part in parts.items():
            in_c = isinstance(part, (BuiltinFunctionType, np.ufunc)) and function.__name__ in name
            if in_c and _is_private(part, module):
                yield module, name, part


def _is_private(thing: Any, module: ModuleType) -> bool:
    homes = places(thing, module.__name__.partition(".")[0])
    return bool(homes) and all("._" in home.__name__ or name.startswith("_") for home, name in homes)


def _wait_for(name: str) -> None:
    for module in modules_of(name):
        arrivals.wait(module, name, _prepare_late)


def _prepare_late(name: str) -> None:
    _index.cache_clear()  # of its package, there is more now
    prepare(name)


def _forget(name: str) -> None:
    for module in modules_of(name):
        arrivals.forget(module, name)


# Names


def modules_of(name: str) -> list[str]:
    """The modules whose import may bring a dotted name. Of methods only those of tensors can be guarded."""
    if name.startswith("."):
        return ["torch"] if name in METHODS_OF_TENSORS else []
    parts = name.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]


def imported(name: str) -> tuple[Any, str, Any] | None:
    """Parent, attribute and object of a dotted name whose module is imported; None for any other.

    The name may come from a student's source: nothing is imported, and nobody is asked but modules, classes and
    ufuncs, for an attribute of a module that is not there yet may run anything.
    """
    if name.startswith("."):
        return _method_of_tensors(name)
    module_name, _, rest = name.rpartition(".")
    while module_name and module_name not in sys.modules:
        module_name, _, last = module_name.rpartition(".")
        rest = f"{last}.{rest}"
    parent: Any = sys.modules.get(module_name)
    *path, attribute = rest.split(".")
    try:
        for part in path:
            parent = original(_part(parent, part))
        return parent, attribute, _part(parent, attribute)
    except KeyError:
        return None


def _part(parent: Any, name: str) -> Any:
    if isinstance(parent, ModuleType):
        return vars(parent)[name]
    if isinstance(parent, type):
        part = vars_of_class(parent, name)
        return part.__func__ if isinstance(part, (staticmethod, classmethod)) else part
    if isinstance(parent, np.ufunc) and hasattr(np.ufunc, name):
        return getattr(parent, name)
    raise KeyError(name)


def vars_of_class(kind: type, name: str) -> Any:
    """What a class or one of those above it has under a name, as it is written there."""
    for one in kind.__mro__:
        if name in vars(one):
            return vars(one)[name]
    raise KeyError(name)


METHODS_OF_TENSORS = frozenset({".backward"})
"""Refused methods that are guarded. PyTorch writes these in Python; a guard of one in C would slow every use."""


def _method_of_tensors(name: str) -> tuple[Any, str, Any] | None:
    torch = sys.modules.get("torch")
    tensor = vars(torch).get("Tensor") if torch is not None and name in METHODS_OF_TENSORS else None
    return None if tensor is None else (tensor, name[1:], vars(tensor)[name[1:]])
