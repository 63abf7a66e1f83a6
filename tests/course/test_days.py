"""Every day of the course: solutions earn everything, untouched skeletons nothing, in process and isolated."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from course.catalog import Day, Selection
from course.testing.results import RunResult
from course.testing.running import Runner
from course.worker.near.handle import Student
from course.worker.near.link import IsolatedLink
from course.worker.near.local import LocalLink
from course.worker.near.warm import WarmProcess
from course.worker.outcomes import Budget
from tests.course.conftest import COURSE, ROOT

BY_IMPORTS = sorted(
    COURSE.days, key=lambda day: sorted(day.imports)
)  # those that share a process side by side
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="isolated checks need fork")


@pytest.fixture(scope="module", params=BY_IMPORTS, ids=lambda day: str(day.name))
def day(request: pytest.FixtureRequest) -> Day:
    found: Day = request.param
    return found


@pytest.fixture(scope="module")
def warm_for() -> Iterator[Callable[[Day], WarmProcess]]:
    """A process with what a day imports and no more; the last one stays for days that import the same."""
    last: dict[frozenset[str], WarmProcess] = {}

    def close() -> None:
        while last:
            last.popitem()[1].close()

    def warm(day: Day) -> WarmProcess:
        imports = frozenset(day.imports)
        if imports not in last:
            close()
            alike = [other for other in COURSE.days if frozenset(other.imports) == imports]
            last[imports] = WarmProcess.for_days(COURSE, alike)
        return last[imports]

    yield warm
    close()


@pytest.fixture(scope="module")
def zygote(day: Day, warm_for: Callable[[Day], WarmProcess]) -> WarmProcess:
    return warm_for(day)


@pytest.fixture(scope="module")
def runner() -> Runner:
    return Runner(COURSE, COURSE.seed)


def _quick(day: Day) -> list[Selection]:
    """The exercises of a day; those with training tests are run in process by `pytest --solutions` already."""
    return [Selection(day, tuple(e for e in day.exercises if not any(check.training for check in e.checks)))]


def _imported(module: Any) -> list[str]:
    import sys

    return sorted(sys.modules)


@dataclass(frozen=True)
class Solved:
    """What the solutions of a day earn in an isolated process, and what they import there besides."""

    result: RunResult
    imported: set[str]


@pytest.fixture(scope="module")
def solved(runner: Runner, day: Day, zygote: WarmProcess) -> Iterator[Solved]:
    links: list[IsolatedLink] = []

    def open_link(name: str) -> IsolatedLink:
        links.append(zygote.open(COURSE.solutions, name))
        links[-1].close = lambda: None  # type: ignore[method-assign]
        return links[-1]

    def imported() -> set[str]:
        return set(Student(links[-1], f"{day.name}.{day.exercises[0].module}").run(_imported))

    try:
        open_link(day.name)
        before = imported()
        yield Solved(runner.run(_quick(day), COURSE.solutions, open_link), imported() - before)
    finally:
        for link in links:
            IsolatedLink.close(link)


def test_an_untouched_skeleton_earns_nothing_in_process(runner: Runner, day: Day) -> None:
    names = [d.name for d in COURSE.days]
    result = runner.run(
        [Selection(day, day.exercises)], ROOT, lambda _: LocalLink(ROOT, names, COURSE.limits)
    )
    assert {c.check.name: c.outcome for c in result.all_checks if c.outcome != "not_implemented"} == {}


@forks
def test_an_untouched_skeleton_earns_nothing_isolated(runner: Runner, day: Day, zygote: WarmProcess) -> None:
    result = runner.run([Selection(day, day.exercises)], ROOT, lambda name: zygote.open(ROOT, name))
    assert {c.check.name: c.outcome for c in result.all_checks if c.outcome != "not_implemented"} == {}


@forks
def test_the_solutions_earn_everything_isolated(solved: Solved) -> None:
    checks = solved.result.all_checks
    assert {c.check.name: c.message for c in checks if c.outcome != "passed"} == {}
    assert {c.check.name: c.note for c in checks if c.note} == {}  # nothing for staff to look at


@forks
def test_what_the_solutions_import_is_warm(day: Day, solved: Solved) -> None:
    """An import in a fork would be paid for every submission, on the student's clock: `imports` of course.toml."""
    new = {name for name in solved.imported if not name.startswith(day.name)}
    assert len(new) < 10, sorted(new)


def _right_answers(module: Any) -> list[str]:
    """What common right answers use besides: the modules that come with its first use."""
    import sys

    import torch
    from torch import nn
    from torch.nn import functional as F

    before = set(sys.modules)
    x = torch.randn(2, 3, 8, 8)
    for y in (F.conv2d(x, torch.ones(2, 3, 3, 3)), F.max_pool2d(x, 2), F.unfold(x, 3), F.softmax(x, -1)):
        assert len(y) == 2
    F.cross_entropy(torch.randn(2, 3), torch.tensor([0, 1]))
    F.scaled_dot_product_attention(x, x, x)
    nn.LSTM(2, 2)(torch.ones(3, 1, 2))
    torch.func.grad(lambda w: (w**2).sum())(torch.ones(2))
    torch.func.vmap(torch.func.jacrev(lambda w: w**2))(torch.ones(2, 2))
    torch.autograd.functional.jacobian(lambda w: w**2, torch.ones(2))
    weight = nn.Parameter(torch.ones(2))
    for kind in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW):
        optimiser = kind([weight], lr=0.1)
        weight.sum().backward()
        nn.utils.clip_grad_norm_([weight], 1.0)
        optimiser.step()
        torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 5).step()
    data = torch.utils.data.TensorDataset(torch.ones(4, 2))
    assert len(list(torch.utils.data.DataLoader(data, batch_size=2))) == 2
    torch.einsum("ij,jk->ik", torch.ones(2, 2), torch.ones(2, 2))
    return sorted(set(sys.modules) - before)


LEAST = min((day for day in COURSE.days if "torch" in day.imports), key=lambda day: len(day.imports))


@forks
def test_what_right_answers_import_at_first_use_is_warm(day: Day, zygote: WarmProcess) -> None:
    """sympy, and thousands of modules more, come with the first torch.func.grad: a second on the student's clock."""
    if day != LEAST:
        assert "torch" not in day.imports or set(LEAST.imports) <= set(day.imports)  # more is as warm
        return
    with closing(zygote.open(COURSE.solutions, day.name)) as link:
        link.begin(1, (), Budget(10, 8))
        new = Student(link, f"{day.name}.{day.exercises[0].module}").run(_right_answers)
    assert len(new) < 5, new


def test_every_exercise_is_complete(day: Day) -> None:
    for exercise in day.exercises:
        assert len(exercise.hints) >= 3, exercise.name
        assert (exercise.max_score == 0) == exercise.optional, exercise.name
        assert exercise.topics, exercise.name


def test_an_exercise_that_refuses_one_way_to_differentiate_refuses_all(day: Day) -> None:
    functions = ("grad", "grad_and_value", "vjp", "jvp", "jacrev", "jacfwd", "linearize")
    ways = {f"torch.func.{name}" for name in functions} | {"torch.autograd.grad"}
    ways |= {f"torch.autograd.functional.{name}" for name in ("vjp", "jvp", "jacobian")}
    for exercise in day.exercises:
        assert not ways & set(exercise.refused) or ways <= set(exercise.refused), exercise.name


def test_what_only_converts_is_refused_nowhere(day: Day) -> None:
    packages = {"torch": ("tensor", "as_tensor", "from_numpy", "asarray"), "numpy": ("array", "asarray")}
    conversions = {f"{package}.{name}" for package, names in packages.items() for name in names}
    for exercise in day.exercises:
        assert not conversions & set(exercise.refused), exercise.name


def test_a_day_has_hidden_tests_and_an_optional_part(day: Day) -> None:
    checks = [check for exercise in day.exercises for check in exercise.checks]
    assert any(check.hidden for check in checks)
    assert any(exercise.optional for exercise in day.exercises)


def test_no_test_hands_over_its_own_generator(day: Day) -> None:
    """Its state tells what it will draw, and its seed what it has drawn: a submission gets one of its own."""
    for path in sorted(COURSE.tests(day).glob("test_*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and _root(call.func) == "student":
                given = [*call.args, *(keyword.value for keyword in call.keywords)]
                named = [part.id for one in given for part in _plain_parts(one) if isinstance(part, ast.Name)]
                assert "rng" not in named, (
                    f"{path.name}, line {call.lineno}: hand over default_rng(rng.integers(…))"
                )


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _plain_parts(node: ast.expr) -> Iterator[ast.expr]:
    """An argument, and the parts of a tuple, list or starred one: not what is inside of a call."""
    yield node
    for part in ast.iter_child_nodes(node) if isinstance(node, (ast.Tuple, ast.List, ast.Starred)) else ():
        if isinstance(part, ast.expr):
            yield from _plain_parts(part)


ENDS = re.compile(
    r" (?:of|with|when|from|for|in|by|at|that|up|after|along|where|through|without|as|on|inside|between) |[,(:]"
)
SINGULAR = ("ss", "bias", "axis", "us", "downwards")


def test_what_an_assertion_names_is_singular(day: Day) -> None:
    """So that "The … is wrong" reads well."""
    names = [
        name
        for name in _names_of_assertions(day)
        if (head := ENDS.split(name)[0].strip()).endswith("s") and not head.endswith(SINGULAR)
    ]
    assert not names


def _names_of_assertions(day: Day) -> Iterator[str]:
    for path in sorted((ROOT / "tests" / day.name).glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "name":
                parts = node.value.values if isinstance(node.value, ast.JoinedStr) else [node.value]
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in parts)
