"""Refused calls in every spelling a student would try: each must be found, in the source or at run time.

A spelling is a few lines at the top of the module and a body for the exercise. It is looked for in the source first,
as every surface does; what the source does not give away is run, so that the guard around the call must stop it.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.catalog import Course, Day, Exercise
from course.data.vision import import_torchvision
from course.testing.scanning import OPERATOR_WORDS, find_refused
from course.verify.roots import Sources
from course.worker.far.refusals import imported, refusal
from course.worker.near.handle import Student
from course.worker.near.local import LocalLink
from course.worker.outcomes import Budget, StudentProblem

PROBE = "probe_of_refusals"
SECONDS = 10.0


@dataclass(frozen=True)
class Spelling:
    """One way to write a call: what a person reads, the lines above the functions, and the body."""

    shown: str
    top: str
    body: str


def spellings(name: str) -> list[Spelling]:
    """The ways to write one entry of ``refused``: a dotted name, a method of any object, or an operator."""
    if name.startswith("."):
        return list(_of_a_method(name[1:]))
    if name in OPERATOR_WORDS:
        return list(_of_an_operator(name, OPERATOR_WORDS[name]))
    return list(_of_a_function(name))


def _of_a_function(name: str) -> Iterator[Spelling]:
    module, attribute = _home(name)
    parent, _, last = module.rpartition(".")
    head, tail = attribute[:1], attribute[1:]
    yield Spelling(f"import {module}; {name}()", f"import {module}", f"return {module}.{attribute}()")
    yield Spelling(
        f"import {module} as m; m.{attribute}()", f"import {module} as m", f"return m.{attribute}()"
    )
    first, _, rest = attribute.partition(".")
    called = f"g.{rest}()" if rest else "g()"
    yield Spelling(
        f"from {module} import {first} as g; {called}",
        f"from {module} import {first} as g",
        f"return {called}",
    )
    yield Spelling(
        f"inside the function: from {module} import {first}",
        "",
        f"from {module} import {first} as g\nreturn {called}",
    )
    if parent:
        yield Spelling(
            f"from {parent} import {last}", f"from {parent} import {last} as m", f"return m.{attribute}()"
        )
    yield Spelling(
        f"m = {module}; m.{attribute}()", f"import {module}\nm = {module}", f"return m.{attribute}()"
    )
    yield Spelling(f"g = {name}; g()", f"import {module} as m", f"g = m.{attribute}\nreturn g()")
    yield Spelling(f"g = {name} above the function", f"import {module} as m\ng = m.{attribute}", "return g()")
    yield Spelling(
        "in a helper function",
        f"import {module} as m\ndef helper():\n    return m.{attribute}()",
        "return helper()",
    )
    if not rest:
        yield Spelling(
            f"getattr({module}, {attribute!r})()",
            f"import {module} as m",
            f"return getattr(m, {attribute!r})()",
        )
        yield Spelling(
            f"getattr({module}, {head!r} + {tail!r})()",
            f"import {module} as m",
            f"return getattr(m, {head!r} + {tail!r})()",
        )


def _home(name: str) -> tuple[str, str]:
    """The module a name lives in and the rest of it: ``numpy.linalg``, ``pinv``."""
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            _import(".".join(parts[:cut]))
        except ImportError:
            continue
        return ".".join(parts[:cut]), ".".join(parts[cut:])
    return ".".join(parts[:-1]), parts[-1]


def _import(module: str) -> None:
    """Of torchvision also what cannot be imported beside this PyTorch: where students work it can be."""
    package, _, part = module.partition(".")
    if package == "torchvision" and part:
        import_torchvision(part)
    else:
        importlib.import_module(module)


def _of_a_method(name: str) -> Iterator[Spelling]:
    yield Spelling(f"x.{name}", "", f"x = object()\nreturn x.{name}")
    yield Spelling(f"f(x).{name}", "", f"return list([1]).{name}")
    yield Spelling(f"g = x.{name}; g()", "", f"x = object()\ng = x.{name}\nreturn g()")
    yield Spelling(f"type(x).{name}(x)", "", f"x = object()\nreturn type(x).{name}(x)")
    yield Spelling(f"numpy.ndarray.{name}", "import numpy as m", f"return m.ndarray.{name}")
    yield Spelling(f"getattr(x, {name!r})", "", f"x = object()\nreturn getattr(x, {name!r})")
    yield Spelling("in a helper function", f"def helper(x):\n    return x.{name}", "return helper(object())")


def _of_an_operator(sign: str, word: str) -> Iterator[Spelling]:
    yield Spelling(f"x {sign} y", "", f"x = y = 1\nreturn x {sign} y")
    yield Spelling(f"x {sign}= y", "", f"x = y = 1\nx {sign}= y\nreturn x")
    yield Spelling(f"operator.{word}(x, y)", "import operator", f"return operator.{word}(1, 1)")
    yield Spelling(f"from operator import {word}", f"from operator import {word} as g", "return g(1, 1)")
    yield Spelling(f"x.__{word}__(y)", "", f"x = y = 1\nreturn x.__{word}__(y)")
    yield Spelling(f"getattr(x, '__{word}__')(y)", "", f"x = y = 1\nreturn getattr(x, '__{word}__')(y)")
    yield Spelling(f"lambda x, y: x {sign} y", "", f"return (lambda x, y: x {sign} y)(1, 1)")
    yield Spelling("in a helper function", f"def helper(x, y):\n    return x {sign} y", "return helper(1, 1)")


def try_spellings(course: Course, sources: Sources, exercise: Exercise) -> list[list[str]]:
    """For every refused call and spelling: the call, the spelling, and how it was found (``source``, ``run`` or not).

    A dotted name that no installed package has refuses nothing, and has no spellings: one row with empty texts.
    """
    carrier = _Carrier.of(sources, exercise)
    rows: list[list[str]] = []
    for name in exercise.refused:
        if _is_unknown(name):
            rows.append([name, "", ""])
            continue
        for spelling in spellings(name):
            rows.append([name, spelling.shown, _found(course, sources, exercise, carrier, spelling)])
    return rows


def _is_unknown(name: str) -> bool:
    if name.startswith(".") or name in OPERATOR_WORDS:
        return False
    _home(name)  # imports what it lives in
    return imported(name) is None


def _found(
    course: Course, sources: Sources, exercise: Exercise, carrier: _Carrier, spelling: Spelling
) -> str:
    if find_refused(carrier.spelt(spelling).encode(), exercise.qualname, exercise.refused) is not None:
        return "source"
    return "run" if _stopped(course, sources.day, exercise, spelling) else ""


@dataclass(frozen=True)
class _Carrier:
    """The module of the solution without the exercise's first region: what stands above the functions, between them
    and the region, and below it.
    """

    above: Sequence[str]
    between: Sequence[str]
    below: Sequence[str]
    indent: str

    @classmethod
    def of(cls, sources: Sources, exercise: Exercise) -> _Carrier:
        text = sources.texts[exercise.module]
        lines = text.splitlines()
        region = sources.regions(exercise)[0]
        marker = lines[region.first - 1]
        first = next(n for n in ast.parse(text).body if isinstance(n, (ast.FunctionDef, ast.ClassDef)))
        at = min([first.lineno, *(d.lineno for d in first.decorator_list)]) - 1
        indent = marker[: len(marker) - len(marker.lstrip())]
        return cls(lines[:at], lines[at : region.first - 1], lines[region.last :], indent)

    def spelt(self, spelling: Spelling) -> str:
        """The module with the spelling in the place of the region."""
        body = [self.indent + line for line in spelling.body.splitlines()]
        lines = [*self.above, *spelling.top.splitlines(), *self.between, *body, *self.below]
        return "\n".join(lines) + "\n"


def _stopped(course: Course, day: Day, exercise: Exercise, spelling: Spelling) -> bool:
    """Whether the guard around the refused function stops the call when it runs in a student's file."""
    body = "\n".join(f"    {line}" for line in spelling.body.splitlines())
    with Sources(day, {PROBE: f"{spelling.top}\n\ndef probe():\n{body}\n"}).folder({}) as root:
        return _runs_into_the_guard(course, day, exercise, root)


def _runs_into_the_guard(course: Course, day: Day, exercise: Exercise, root: Path) -> bool:
    link = LocalLink(root, [day.name for day in course.days], course.limits)
    try:
        link.begin(0, exercise.refused, Budget(SECONDS, SECONDS))
        Student(link, f"{day.name}.{PROBE}").probe()
    except StudentProblem as problem:
        return problem.message in {refusal(name) for name in exercise.refused}
    finally:
        link.close()
    return False
