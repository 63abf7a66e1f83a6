"""Refused calls at run time: whoever's code makes them, and however it says it is called."""

from __future__ import annotations

import copy
import inspect
import os
import pickle
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.stats
import torch

from course.catalog.model import Limits
from course.testing.scanning import find_refused
from course.worker.far.ownership import codes_of_file
from course.worker.far.refusals import Refusals, imported, kept, original
from course.worker.near.handle import Link, Student
from course.worker.near.local import LocalLink
from course.worker.outcomes import Budget, StudentProblem

if not hasattr(os, "fork"):
    pytest.skip("isolated checks need fork", allow_module_level=True)

from course.worker.near.warm import WarmProcess

DAY = "day01_tiny"
LIMITS = Limits(test_seconds=5.0, call_seconds=5.0, memory_mib=512, output_kib=64)
REFUSED = (
    "numpy.linalg.pinv",
    "numpy.linalg.det",
    ".backward",
    "scipy.stats.norm",
    "numpy.logaddexp",
    "numpy.polynomial.Polynomial",
)
A = np.array([[2.0, 1.0], [1.0, 3.0]])
Make = Callable[..., Student]


@pytest.fixture(scope="module")
def zygote() -> Iterator[WarmProcess]:
    with WarmProcess([DAY], ["numpy", "torch", "scipy.stats"], LIMITS, refused=REFUSED) as zygote:
        yield zygote


def _write(root: Path, source: str) -> Path:
    (root / DAY).mkdir(parents=True)
    (root / DAY / "work.py").write_text(textwrap.dedent(source), encoding="utf-8")
    return root


def _begin(link: Link, refused: tuple[str, ...]) -> Student:
    link.begin(5, refused, Budget(LIMITS.test_seconds, LIMITS.call_seconds))
    return Student(link, f"{DAY}.work")


@pytest.fixture
def isolated(zygote: WarmProcess, tmp_path: Path) -> Iterator[Make]:
    links: list[Link] = []

    def make(source: str, refused: tuple[str, ...] = REFUSED) -> Student:
        links.append(zygote.open(_write(tmp_path / str(len(links)), source), DAY))
        return _begin(links[-1], refused)

    yield make
    for link in links:
        link.close()


@pytest.fixture(params=["in process", "isolated"])
def anywhere(request: pytest.FixtureRequest, zygote: WarmProcess, tmp_path: Path) -> Iterator[Make]:
    links: list[Link] = []

    def make(source: str, refused: tuple[str, ...] = REFUSED) -> Student:
        root = _write(tmp_path / str(len(links)), source)
        links.append(
            zygote.open(root, DAY) if request.param == "isolated" else LocalLink(root, [DAY], LIMITS)
        )
        return _begin(links[-1], refused)

    yield make
    for link in links:
        link.close()


DETOURS = {
    "a file name of the library's": """
        import os
        def f(a):
            names = {"np": np}
            exec(compile("def g(a): return np.linalg.pinv(a)", os.__file__, "exec"), names)
            return names["g"](a)
        """,
    "a file name that no file has": """
        def f(a):
            names = {"np": np}
            exec(compile("def g(a): return np.linalg.pinv(a)", "/usr/lib/x.py", "exec"), names)
            return names["g"](a)
        """,
    "code under another file's name": """
        import os
        def f(a):
            return np.linalg.pinv(a)
        f.__code__ = f.__code__.replace(co_filename=os.__file__)
        """,
    "a thread": """
        from concurrent.futures import ThreadPoolExecutor
        def f(a):
            return ThreadPoolExecutor().submit(np.linalg.pinv, a).result()
        """,
    "the C function behind": """
        def f(a):
            return np.linalg._umath_linalg.det(a)
        """,
    "the private module": """
        def f(a):
            return getattr(np.linalg, "_lin" + "alg").pinv(a)
        """,
    "map": """
        def f(a):
            return list(map(np.linalg.pinv, [a]))
        """,
    "a function of the library that calls what it is given": """
        def f(a):
            return np.vectorize(np.linalg.det, signature="(n,n)->()")(a)
        """,
    "partial": """
        from functools import partial
        def f(a):
            return partial(np.linalg.pinv, a)()
        """,
    "another name for the exercise": """
        f = getattr(np.linalg, "pi" + "nv")
        """,
    "a method of a tensor": """
        import torch
        def f(a):
            x = torch.tensor(a, requires_grad=True)
            getattr(x.sum(), "back" + "ward")()
        """,
    "a method of a distribution": """
        import scipy.stats
        def f(a):
            return scipy.stats.norm.cdf(a)
        """,
    "a frozen distribution": """
        import scipy.stats
        def f(a):
            return scipy.stats.norm(0, 1).cdf(a)
        """,
    "a class": """
        import numpy.polynomial
        def f(a):
            return getattr(numpy.polynomial, "Poly" + "nomial")(a[0]).degree()
        """,
    "a class that makes its objects itself": """
        import numpy.polynomial
        def f(a):
            return numpy.polynomial.Polynomial.fit(a[0], a[1], 1).degree()
        """,
    "a method of a ufunc": """
        def f(a):
            return np.logaddexp.reduce(a)
        """,
}


@pytest.mark.parametrize("detour", DETOURS)
def test_a_refused_call_is_refused_whoever_it_says_it_is(anywhere: Make, detour: str) -> None:
    student = anywhere("import numpy as np\n" + textwrap.dedent(DETOURS[detour]))
    with pytest.raises(StudentProblem) as caught:
        student.f(A)
    assert caught.value.is_refusal
    assert "does the work that this exercise asks you to write" in caught.value.message


def test_what_is_refused_elsewhere_works_here(anywhere: Make) -> None:
    for source in DETOURS.values():
        student = anywhere("import numpy as np\n" + textwrap.dedent(source), refused=("numpy.linalg.inv",))
        student.f(A)


def test_nothing_that_can_be_reached_from_a_guard_does_its_work(anywhere: Make) -> None:
    """Every attribute, closure cell and item that leads on from the guard, five steps far, is called in vain."""
    student = anywhere(
        """
        import numpy as np

        LEADS = (
            "__self__ __func__ __wrapped__ __closure__ __globals__ __code__ __call__ __dict__ __get__ __reduce__ "
            "__init__ __new__ __objclass__ _implementation _original func args keywords"
        ).split()

        def reached(start, depth=5):
            seen, level = {id(start)}, [start, *vars(type(start)).values()]
            for _ in range(depth):
                below = []
                for thing in level:
                    found = [getattr(thing, name, None) for name in LEADS]
                    found += [thing.cell_contents] if hasattr(thing, "cell_contents") else []
                    found += thing if isinstance(thing, (tuple, list)) else []
                    found += thing.values() if isinstance(thing, dict) else []
                    below += [part for part in found if id(part) not in seen]
                    seen.update(map(id, found))
                level = below
                yield from level

        def f(a):
            works, tried = [], 0
            wanted = np.linalg.inv(a)
            for thing in reached(np.linalg.pinv):
                tried += 1
                if getattr(thing, "__name__", "") not in ("pinv", "guarded"):
                    continue  # what the guard is made of leads to builtins, too
                try:
                    if np.allclose(thing(a), wanted):
                        works.append(repr(thing))
                except BaseException:
                    continue
            return works, tried
        """
    )
    works, tried = student.f(A)
    assert tried > 20
    assert works == []


def test_what_a_library_does_inside_is_not_refused(anywhere: Make) -> None:
    student = anywhere(
        """
        import numpy as np
        import torch

        def f(a):
            x = torch.tensor(a, requires_grad=True)
            gradient, = torch.autograd.grad((x * x).sum(), x)
            return np.matrix(a).I.A, np.linalg.cond(a), gradient
        """,
        refused=("numpy.linalg.inv", "numpy.linalg.pinv", "numpy.linalg.svd", ".backward"),
    )
    inverse, condition, gradient = student.f(A)
    assert np.allclose(inverse, np.linalg.inv(A))
    assert np.isclose(condition, np.linalg.cond(A))
    assert torch.equal(gradient, torch.tensor(2 * A))


def _driver(module: Any, a: Any) -> Any:
    return _inverse(a) + module.nothing(a)


def _inverse(a: Any) -> Any:
    return np.linalg.pinv(a)


def test_what_a_test_hands_over_is_not_the_students(anywhere: Make) -> None:
    student = anywhere(
        """
        import numpy as np

        def nothing(a):
            return np.zeros_like(a)

        def apply(function, a):
            return function(a)

        def pinv(a):
            return np.linalg.pinv(a)
        """
    )
    assert np.allclose(student.run(_driver, A), np.linalg.inv(A))
    assert np.allclose(student.apply(_inverse, A), np.linalg.inv(A))
    with pytest.raises(StudentProblem, match="pinv"):
        student.apply(student.pinv, A)  # a function of the student's own that comes back as an argument


def test_a_thread_that_works_between_two_questions_is_refused(isolated: Make) -> None:
    student = isolated(
        """
        import threading, time
        import numpy as np

        found = []

        def later(a):
            time.sleep(0.3)
            try:
                found.append(np.linalg.pinv(a))
            except BaseException as error:
                found.append(type(error).__name__)

        def start(a):
            threading.Thread(target=later, args=(a,)).start()

        def result():
            return found
        """
    )
    student.start(A)
    time.sleep(1.0)
    assert student.result() == ["RefusedCallError"]


def test_the_engine_cannot_be_found_by_name_where_student_code_runs(isolated: Make) -> None:
    student = isolated(
        """
        import sys
        import course

        def names():
            there = [name for name in sys.modules if name.startswith("course.")]
            return sorted(there), sorted(name for name in vars(course) if not name.startswith("_"))

        def main():
            return [name for name in vars(sys.modules["__main__"]) if not name.startswith("__")]

        def again(name):
            module = __import__(name, fromlist=["x"])
            return [name for name in ("_guards", "_watch", "session") if getattr(module, name, None)]

        def content():
            from course.data import load_signal_is_not_there
        """
    )
    modules, attributes = student.names()
    assert all(
        name.startswith(("course.data", "course.plots", "course.progress", "course.errors"))
        for name in modules
    )
    assert set(attributes) <= {"data", "plots", "progress", "errors"}
    assert student.main() == []
    with pytest.raises(StudentProblem, match=r"No module named 'course.worker'|Permission"):
        student.again("course.worker.far.refusals")
    with pytest.raises(StudentProblem, match="load_signal_is_not_there"):  # but course.data itself was
        student.content()


def test_a_package_that_is_half_imported_when_its_first_guard_goes_up_gets_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "late_package_of_a_test"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        "from . import _inner, first\nfrom ._inner import f\n", encoding="utf-8"
    )
    (package / "_inner.py").write_text("def f():\n    return 1\n", encoding="utf-8")
    (package / "first.py").write_text("def g():\n    return 2\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    source = f"""
        def f():
            import {package.name} as late
            return getattr(late, "f")()

        def inner():
            import {package.name} as late
            return getattr(late._inner, "f")()
    """
    link = LocalLink(_write(tmp_path / "root", source), [DAY], LIMITS)
    student = _begin(link, (f"{package.name}.first.g", f"{package.name}.f"))
    for function in (student.f, student.inner):
        with pytest.raises(StudentProblem, match=r"f\(\) does the work"):
            function()
    link.close()


def test_the_last_one_to_leave_puts_everything_back(tmp_path: Path) -> None:
    before = (
        np.linalg.pinv,
        np.logaddexp,
        type(scipy.stats.norm),
        torch.Tensor.backward,
        torch.nn.Linear.__init__,
    )
    first, second = Refusals(tmp_path, [DAY]), Refusals(tmp_path, [DAY])
    for session in (first, second):
        session.activate([*REFUSED, "torch.nn.Linear"])
    assert np.linalg.pinv is not before[0]
    assert original(np.linalg.pinv) is before[0]
    first.uninstall()
    assert np.linalg.pinv is not before[0]
    second.uninstall()
    after = (
        np.linalg.pinv,
        np.logaddexp,
        type(scipy.stats.norm),
        torch.Tensor.backward,
        torch.nn.Linear.__init__,
    )
    assert after == before


def test_guards_that_are_kept_stay_up_when_a_session_leaves(tmp_path: Path) -> None:
    before = np.linalg.pinv
    with kept(["numpy.linalg.pinv"]):
        guard = np.linalg.pinv
        assert guard is not before
        session = Refusals(tmp_path, [DAY])
        session.activate(["numpy.linalg.pinv"])
        session.uninstall()
        assert np.linalg.pinv is guard
    assert np.linalg.pinv is before


def test_a_guarded_function_looks_and_behaves_like_the_one_it_guards(tmp_path: Path) -> None:
    session = Refusals(tmp_path, [DAY])
    session.activate(["torch.relu", "numpy.logaddexp", "numpy.linalg.pinv"])
    try:

        class Layer:
            activation = torch.relu  # not bound to the object, for the function in C is not

        assert torch.equal(Layer().activation(torch.ones(1)), torch.ones(1))
        assert (np.logaddexp.nin, np.logaddexp.__name__) == (2, "logaddexp")
        assert np.logaddexp.outer([0.0], [0.0]).shape == (1, 1)
        assert next(iter(inspect.signature(np.linalg.pinv).parameters)) == "a"
        assert copy.deepcopy(torch.relu) is torch.relu
        assert pickle.loads(pickle.dumps(np.linalg.pinv)) is np.linalg.pinv
    finally:
        session.uninstall()


@pytest.mark.parametrize(
    "name",
    ["numpy.f2py.__main__.main", "torch.nn.attention.bias.causal_lower_right", "course.__main__.main"],
)
def test_a_name_is_looked_up_and_never_imported(name: str) -> None:
    module = name.rpartition(".")[0]
    sys.modules.pop(module, None)
    assert imported(name) is None
    source = f"import {module}\ndef f(x):\n    return {name}(x)\n".encode()
    assert find_refused(source, "f", ["numpy.pad", "torch.relu", "course.main"]) is None
    assert find_refused(source, "f", [name]) is not None  # known by its name alone
    assert module not in sys.modules


def test_asking_for_a_part_runs_no_code_of_the_one_that_is_asked() -> None:
    class Trap:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"{name} was asked for")

    np.trap_of_a_test = Trap()  # type: ignore[attr-defined]
    try:
        assert imported("numpy.trap_of_a_test.part") is None
        assert imported("numpy.no_such_name") is None
    finally:
        del np.trap_of_a_test  # type: ignore[attr-defined]


def test_code_is_a_librarys_when_its_file_holds_it() -> None:
    file = np.linalg._linalg.__file__  # type: ignore[attr-defined]
    function = original(np.linalg.pinv)._implementation
    forged = compile("def pinv(a): return a", file, "exec").co_consts[0]
    assert function.__code__ in codes_of_file(file)
    assert forged not in codes_of_file(file)
    assert codes_of_file("/usr/lib/no-such-file.py") == frozenset()
