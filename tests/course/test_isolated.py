"""The isolated process: the same values as in process, an end to everything, and walls that hold."""

from __future__ import annotations

import builtins
import contextlib
import os
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course.catalog.model import Limits
from course.errors import CourseError
from course.testing import in_place
from course.worker.far import sandbox
from course.worker.near.alarm import charged_seconds
from course.worker.near.handle import Change, Handle, Link, Student
from course.worker.near.local import LocalLink
from course.worker.outcomes import Budget, StudentProblem

if not hasattr(os, "fork"):
    pytest.skip("isolated checks need fork", allow_module_level=True)

from course.worker.near.warm import WarmProcess

DAY = "day01_tiny"
LIMITS = Limits(test_seconds=1.5, call_seconds=0.75, memory_mib=256, output_kib=64)
Make = Callable[..., Student]


@pytest.fixture(scope="module")
def zygote() -> Iterator[WarmProcess]:
    with WarmProcess([DAY], ["numpy", "torch"], LIMITS) as zygote:
        yield zygote


def _write(root: Path, source: str, **others: str) -> Path:
    folder = root / DAY
    folder.mkdir(parents=True)
    (folder / "work.py").write_text(textwrap.dedent(source), encoding="utf-8")
    for name, text in others.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
    return root


def _begin(link: Link, refused: tuple[str, ...] = ()) -> Student:
    link.begin(5, refused, Budget(LIMITS.test_seconds, LIMITS.call_seconds))
    return Student(link, f"{DAY}.work")


@pytest.fixture
def isolated(zygote: WarmProcess, tmp_path: Path) -> Iterator[Make]:
    links: list[Link] = []

    def make(source: str, refused: tuple[str, ...] = (), **others: str) -> Student:
        links.append(zygote.open(_write(tmp_path / str(len(links)), source, **others), DAY))
        return _begin(links[-1], refused)

    yield make
    for link in links:
        link.close()


@pytest.fixture(params=["in process", "isolated"])
def anywhere(request: pytest.FixtureRequest, zygote: WarmProcess, tmp_path: Path) -> Iterator[Make]:
    """A student in this process or in an isolated one: a test with this fixture runs twice."""
    links: list[Link] = []

    def make(source: str, refused: tuple[str, ...] = (), **others: str) -> Student:
        root = _write(tmp_path / str(len(links)), source, **others)
        links.append(
            zygote.open(root, DAY) if request.param == "isolated" else LocalLink(root, [DAY], LIMITS)
        )
        return _begin(links[-1], refused)

    yield make
    for link in links:
        link.close()


OBJECTS = """
    import numpy as np

    GRAVITY = 9.81

    class Money:
        def __init__(self, amount):
            self.amount = amount
            self.history = np.arange(3.0)
        def __add__(self, other):
            return Money(self.amount + (other.amount if isinstance(other, Money) else other))
        __radd__ = __add__
        def __eq__(self, other):
            return isinstance(other, Money) and self.amount == other.amount
        def __len__(self):
            return 3
        def __iter__(self):
            yield from (1, self.amount)
        def __getitem__(self, key):
            return key * 2
        def __enter__(self):
            return self.amount
        def __exit__(self, *exception):
            self.amount = 0
        def __repr__(self):
            return f"Money({self.amount})"
        def __neg__(self):
            return Money(-self.amount)
        def pay(self, by, *, twice=False):
            self.amount -= by * (2 if twice else 1)
            return self.amount

    def apply(f, x):
        return f(x)

    def pair(x):
        return x, {"sum": x.sum(), "money": Money(1)}

    def in_place(x, items, table):
        x *= 2
        items.append(4)
        table["new"] = 1
        return None
"""


def test_objects_work_through_their_handles(anywhere: Make) -> None:
    student = anywhere(OBJECTS)
    assert student.GRAVITY == 9.81
    money = student.Money(5)
    assert isinstance(money, Handle)
    assert money.pay(1) == 4
    assert money.pay(1, twice=True) == 2
    assert (money + student.Money(3)).amount == 5
    assert (3 + money).amount == 5
    assert (-money).amount == -2
    assert money == student.Money(2)
    assert money != student.Money(3)
    assert len(money) == 3
    assert list(money) == [1, 2]
    assert money[4] == 8
    assert repr(money) == "Money(2)"
    assert np.array_equal(money.history, [0, 1, 2])
    money.amount = 7
    with money as amount:
        assert amount == 7
    assert money.amount == 0


def test_mixed_results_hold_values_and_handles(anywhere: Make) -> None:
    x = np.arange(4.0)
    first, second = anywhere(OBJECTS).pair(x)
    assert np.array_equal(first, x)
    assert second["sum"] == 6
    assert second["money"].amount == 1


def test_results_are_copies(anywhere: Make) -> None:
    student = anywhere(OBJECTS)
    money = student.Money(1)
    before = money.history
    student.run(_change_history, money)
    assert np.array_equal(before, [0, 1, 2])
    assert np.array_equal(money.history, [9, 1, 2])


def _change_history(module: Any, money: Any) -> None:
    money.history[0] = 9


def test_a_call_gets_copies(anywhere: Make) -> None:
    x, items, table = np.ones(3), [1, 2], {"old": 0}
    student = anywhere(OBJECTS)
    assert student.in_place(x, items, table) is None
    assert np.array_equal(x, [1, 1, 1])
    assert items == [1, 2]
    assert table == {"old": 0}
    assert [change.mine is mine for change, mine in zip(_changes(student), (x, items, table), strict=True)]
    assert np.array_equal(_changes(student)[0].theirs, [2, 2, 2])


def _changes(student: Student) -> list[Change]:
    return student.transcript.changes()


def test_what_a_test_wants_changed_is_changed(anywhere: Make) -> None:
    x, items, table = np.ones(3), [1, 2], {"old": 0}
    student = anywhere(OBJECTS)
    student.in_place(in_place(x), in_place(items), table=in_place(table))
    assert np.array_equal(x, [2, 2, 2])
    assert items == [1, 2, 4]
    assert table == {"old": 0, "new": 1}
    assert not _changes(student)


def test_what_is_shared_between_arguments_is_shared_between_their_copies(anywhere: Make) -> None:
    import torch

    x, weights = np.zeros(2), torch.ones(2, requires_grad=True)
    student = anywhere("def same(a, b):\n    return a is b[0], b[1].is_leaf and b[1].requires_grad\n")
    assert student.same(x, [x, weights]) == (True, True)
    assert student.same(x, [x.copy(), weights]) == (False, True)


def test_a_model_is_a_copy_too(anywhere: Make) -> None:
    import torch

    model = torch.nn.Linear(2, 1)
    before = model.weight.detach().clone()
    anywhere("def spoil(model):\n    model.weight.data.zero_()\n").spoil(model)
    assert torch.equal(model.weight, before)


def test_functions_models_and_drivers_go_over(anywhere: Make) -> None:
    import torch

    student = anywhere(OBJECTS)
    factor = 3.0
    assert student.apply(lambda x: factor * x, 2.0) == 6.0
    assert student.apply(np.sin, 0.5) == np.sin(0.5)
    model = torch.nn.Linear(2, 1)
    x = torch.ones(1, 2)
    assert torch.equal(student.apply(model, x), model(x))
    assert student.apply(model, x).requires_grad
    assert student.run(_driver, 2) == [2, "Money"]


def _driver(module: Any, n: int) -> list[Any]:
    return [n, module.Money.__name__]


FAILURES = """
    import numpy as np

    def stub():
        raise NotImplementedError("not written yet")

    def crash(x):
        return helper(x)

    def helper(x):
        return x / [1]

    def leave():
        import sys
        sys.exit(0)

    def interrupt():
        class Odd(BaseException):
            pass
        raise Odd("no")

    def deep(n=0):
        return deep(n + 1)

    def loop():
        while True:
            pass

    def stubborn():
        while True:
            try:
                while True:
                    pass
            except Exception:
                pass

    def hoard():
        chunks = []
        while True:
            chunks.append(np.empty(2**22))

    def shout():
        while True:
            print("x" * 1000)

    def ask():
        return input("your name? ")

    def pinv(a):
        return getattr(np.linalg, "pi" + "nv")(a)

    def good():
        return 1
"""


@pytest.mark.parametrize(
    ("name", "outcome", "says"),
    [
        ("stub", "not_implemented", "Not written yet"),
        ("leave", "error", "ended the program"),
        ("interrupt", "error", "Odd"),
        ("deep", "error", "calls itself more often"),
        ("loop", "timeout", "No answer within 0.75 s"),
        ("stubborn", "timeout", "No answer within 0.75 s"),
        ("hoard", "memory", "more memory"),
        ("shout", "output", "printed more than 64 KiB"),
        ("ask", "error", "waits for input"),
        ("gone", "not_gradable", "nothing named 'gone'"),
        ("stubb", "not_gradable", "did you rename it to 'stub'"),
    ],
)
def test_every_bad_end_is_a_verdict_and_the_next_call_works(
    anywhere: Make, name: str, outcome: str, says: str
) -> None:
    student = anywhere(FAILURES)
    with pytest.raises(StudentProblem) as caught:
        getattr(student, name)()
    assert caught.value.outcome == outcome
    assert says in caught.value.message
    again = _begin(student._link)
    assert again.good() == 1


def test_a_traceback_shows_the_students_frames_only(anywhere: Make) -> None:
    with pytest.raises(StudentProblem) as caught:
        anywhere(FAILURES).crash(2)
    assert "work.py, line 8, in crash" in caught.value.traceback
    assert "return x / [1]" in caught.value.traceback
    assert "session.py" not in caught.value.traceback
    assert caught.value.types[:2] == ("TypeError", "Exception")


@pytest.mark.parametrize("after", [0.0, 0.1, 0.2, 0.4])
def test_a_process_that_is_not_wanted_any_more_leaves_nothing(
    after: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    zygote = WarmProcess([DAY], ["numpy"], LIMITS, many=True)
    time.sleep(after)
    for _ in range(2):
        zygote.close()
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr().err == ""


def test_a_refused_call_is_refused_at_run_time_only_where_it_counts(anywhere: Make) -> None:
    student = anywhere(FAILURES, refused=("numpy.linalg.pinv",))
    with pytest.raises(StudentProblem, match="pinv"):
        student.pinv(np.eye(2))
    assert np.linalg.pinv(np.eye(2)).shape == (2, 2)
    assert np.array_equal(_begin(student._link).pinv(np.eye(2)), np.eye(2))


def test_a_call_is_refused_however_late_its_package_is_imported(anywhere: Make) -> None:
    """`wave` stands for a package that nobody has warmed: its guard goes up at the end of its import."""
    sys.modules.pop("wave", None)
    student = anywhere(
        """
        import importlib

        def late():
            module = importlib.import_module("wa" + "ve")
            return getattr(module, "op" + "en")("sound.wav")

        def loader():
            import wave
            return type(wave.__loader__).__name__, type(wave.__spec__.loader).__name__
        """,
        refused=("wave.open", "wave.later.on"),
    )
    with pytest.raises(StudentProblem, match=r"open\(\) does the work"):
        student.late()
    assert student.loader() == ("SourceFileLoader", "SourceFileLoader")
    with pytest.raises(StudentProblem, match="FileNotFoundError"):
        _begin(student._link).late()


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def f(:\n", "Python cannot read this file"),
        ("<<<<<<< HEAD\nx = 1\n", "a merge conflict"),
        ("import pandas_of_the_future\n", "only the packages of the course"),
        ("raise RuntimeError('top')\n", "RuntimeError: top"),
        ("import sys\nsys.exit(0)\n", "ended the program"),
        ("while True: pass\n", "No answer within"),
        ("x = 1\x00\n", "null bytes"),
    ],
)
def test_a_module_that_does_not_import_says_why(anywhere: Make, source: str, says: str) -> None:
    student = anywhere(source)
    for _ in range(3):
        with pytest.raises(StudentProblem) as caught:
            _begin(student._link).f()
        assert says in str(caught.value)
    assert f"{DAY}.work" in student._link.failed_imports  # an endless import is tried once


def test_a_stray_module_beside_the_work_is_not_imported(anywhere: Make) -> None:
    student = anywhere(
        "import random\nimport numpy\nX = numpy.ones(1)\n", numpy="raise SystemExit", random="boom"
    )
    assert student.X == 1


def test_the_courses_data_and_plots_are_found(anywhere: Make) -> None:
    student = anywhere(
        """
        import importlib.util
        from course.data import load_admissions

        def found():
            return load_admissions() is not None, importlib.util.find_spec("course.plots") is not None
        """
    )
    assert student.found() == (True, True)


def test_modules_of_a_day_import_each_other(anywhere: Make) -> None:
    assert anywhere("from day01_tiny.other import ONE\n", other="ONE = 1\n").ONE == 1


def test_global_state_is_put_back_between_checks(anywhere: Make) -> None:
    student = anywhere(
        """
        import os
        import numpy as np
        import torch

        def spoil():
            np.seterr(all="raise")
            np.random.seed(0)
            torch.set_default_dtype(torch.float64)
            torch.set_grad_enabled(False)
            os.chdir("/")

        def state():
            return np.geterr()["divide"], str(torch.get_default_dtype()), torch.is_grad_enabled(), np.random.rand()
        """
    )
    before = student.state()
    _begin(student._link).spoil()
    assert _begin(student._link).state() == before


# What only an isolated process withstands -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "outcome", "says"),
    [
        ("import os; os._exit(0)", "error", "exit status 0"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "error", "SIGSEGV"),
        ("import ctypes; ctypes.string_at(0)", "error", "SIGSEGV"),
        ("import time; time.sleep(60)", "timeout", "No answer"),
        ("import os; os.close(3)", "error", "ended the program"),
        ("import os; os.write(3, b'x' * 500)", "error", ""),
        (
            "import signal; [signal.signal(s, signal.SIG_IGN) for s in (15, 2, 1)]\n    while True: pass",
            "timeout",
            "",
        ),
        ("breakpoint()", "error", "breakpoint() is still in your code"),
        ("while True:\n        try: raise ValueError\n        except BaseException: pass", "timeout", ""),
    ],
)
def test_ends_of_the_process_are_verdicts(isolated: Make, body: str, outcome: str, says: str) -> None:
    student = isolated(f"def f():\n    {body}\n\ndef good():\n    return 1\n")
    with pytest.raises(StudentProblem) as caught:
        student.f()
    assert caught.value.outcome == outcome, caught.value
    assert says in caught.value.message
    assert _begin(student._link).good() == 1


@pytest.mark.parametrize(
    ("body", "outcome", "says"),
    [
        ("os.write(3, struct.pack('!II', 2**20, 0)); trickle(3, 0.02)", "timeout", "No answer"),
        ("os.write(3, struct.pack('!IIQ', 2, 1, 2**28) + b'{}'); trickle(3, 0.001)", "timeout", "No answer"),
        ("trickle(1, 0.02)", "timeout", "No answer"),
        ("os.close(3); time.sleep(60)", "error", "closed its connection"),
    ],
)
def test_bytes_that_come_in_do_not_stop_the_clock(isolated: Make, body: str, outcome: str, says: str) -> None:
    """A byte every 20 ms on the answer descriptor held one call for 110 s instead of 8."""
    student = isolated(
        f"""
        import os, struct, time

        def trickle(descriptor, pause):
            while True:
                os.write(descriptor, b"[")
                time.sleep(pause)

        def f():
            {body}
        """
    )
    assert student.trickle
    started = time.monotonic()
    with pytest.raises(StudentProblem, match=says) as caught:
        student.f()
    assert caught.value.outcome == outcome
    assert time.monotonic() - started < 40  # it took 110 s; on a busy machine less can be said


@pytest.mark.parametrize(
    ("at_the_end", "outcome"), [("time.sleep(1.0)", "timeout"), ("raise MemoryError", "memory")]
)
def test_a_package_that_was_cut_short_is_not_half_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_the_end: str, outcome: str
) -> None:
    """An alarm in the midst of a lazy import left parts behind: "module 'sympy' has no attribute 'core'"."""
    package = tmp_path / "packages" / "slowly"
    package.mkdir(parents=True)
    (package / "core.py").write_text("VALUE = 3\n", encoding="utf-8")
    (package / "__init__.py").write_text(
        f"""import builtins, time
import slowly.core
if not hasattr(builtins, "slowly_tried"):
    builtins.slowly_tried = True
    {at_the_end}
""",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.delattr(builtins, "slowly_tried", raising=False)
    root = _write(
        tmp_path / "s",
        """
        def lazily():
            import slowly
            while slowly.core.VALUE == 3:
                pass

        def good():
            import slowly
            return slowly.core.VALUE
        """,
    )
    link = LocalLink(root, [DAY], LIMITS)
    with pytest.raises(StudentProblem) as caught:
        _begin(link).lazily()
    assert caught.value.outcome == outcome
    assert _begin(link).good() == 3
    link.close()
    for name in ("slowly", "slowly.core"):
        sys.modules.pop(name, None)


def test_quick_calls_without_an_end_come_to_one(anywhere: Make) -> None:
    student = anywhere(
        """
        class Endless:
            def __iter__(self):
                return self
            def __next__(self):
                return 1
        """
    )
    student._link.begin(5, (), Budget(0.1, 0.1))
    with pytest.raises(StudentProblem) as caught:
        for _ in student.Endless():
            pass
    assert caught.value.outcome == "timeout"
    assert student._link.spent < 2


def _walls(link: Link) -> tuple[str, ...]:
    return link.isolation  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    ("layer", "body"),
    [
        ("landlock", f"open({str(Path(__file__))!r}).read()"),
        ("landlock", "open('/etc/passwd').read()"),
        ("landlock", "open('/proc/1/environ').read()"),
        ("landlock", "open('/tmp/left-behind', 'w')"),
        ("landlock", "import os; os.listdir('/tmp')"),
        ("landlock", "import os; os.unlink('/tmp/anything')"),
        ("landlock", "import os; os.kill(os.getppid(), 9)"),
        ("seccomp", "import os; os.fork()"),
        ("seccomp", "import subprocess; subprocess.run(['true'])"),
        ("seccomp", "import multiprocessing as m; m.get_context('fork').Process(target=print).start()"),
        ("seccomp", "import socket; socket.create_connection(('127.0.0.1', 80), timeout=1)"),
        ("seccomp", "import socket; socket.socket(socket.AF_UNIX)"),
        ("seccomp", "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))"),
        ("seccomp", "import os; os.chmod('.', 0o777)"),
        ("seccomp", "import os; os.setuid(1)"),
        ("seccomp", "import os; os.memfd_create('hoard')"),
        ("rlimits", "open('big', 'wb').write(bytes(60 * 2**20))"),
    ],
)
def test_the_walls_hold(isolated: Make, layer: str, body: str) -> None:
    student = isolated(f"def f():\n    {body}\n\ndef good():\n    return 1\n")
    assert student.good() == 1
    if layer not in _walls(student._link):
        pytest.skip(f"this machine has no {layer}")
    with pytest.raises(StudentProblem) as caught:
        student.f()
    assert caught.value.outcome == "error"
    assert "Error" in caught.value.types[0] or "SIGXFSZ" in caught.value.message


RIGHTS = """
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)

    def rights():
        header, held = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        assert library.capget(header, held) == 0
        bounding = [number for number in range(64) if library.prctl(23, number, 0, 0, 0) == 1]
        return list(held), bounding, library.prctl(39, 0, 0, 0, 0)

    def outlive():
        tried = [library.prctl(ctypes.c_ulong(1 | above << 32), 0, 0, 0, 0) for above in (0, 1)]
        signal = ctypes.c_int()
        library.prctl(2, ctypes.byref(signal), 0, 0, 0)
        return tried, signal.value

    def memory_of_no_account():
        return [library.syscall(number, *words) for number, words in ((319, (b"hoard", 0)), (447, (0,)))]

    def libraries():
        import numpy as np
        import torch
        from matplotlib.figure import Figure

        figure = Figure()
        figure.subplots().plot([1, 2])
        figure.savefig("figure.png")
        torch.nn.Linear(2, 2)(torch.ones(2)).sum().backward()
        twice = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda x: 2 * x)
        return twice(int(np.linalg.det(np.eye(2)) + 1.0))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")
@pytest.mark.parametrize(
    "off",
    [
        (),
        ("namespaces",),
        ("user",),
        ("namespaces", "user"),  # what is left to root in a container
        ("user", "seccomp"),
        ("namespaces", "user", "landlock", "seccomp"),
        ("namespaces", "user", "landlock", "seccomp", "rlimits"),
    ],
    ids=lambda off: "without " + (", ".join(off) or "nothing"),
)
def test_no_right_is_left_whatever_layers_stand(tmp_path: Path, off: tuple[str, ...]) -> None:
    with WarmProcess([DAY], ["numpy"], LIMITS, off=off) as weaker:
        link = weaker.open(_write(tmp_path, RIGHTS), DAY)
        held, bounding, no_new = _begin(link).rights()
        link.close()
    assert held == [0] * 6
    assert no_new == 1
    assert os.getuid() != 0 or bounding == []


def test_calls_that_libraries_make_are_allowed_and_those_around_the_limits_are_not(isolated: Make) -> None:
    student = isolated(RIGHTS)
    student._link.begin(5, (), Budget(8, 8))
    assert student.libraries() == 4
    if "seccomp" not in _walls(student._link):
        pytest.skip("this machine has no seccomp")
    assert student.outlive() == ([-1, -1], 9)
    if os.uname().machine == "x86_64":
        assert student.memory_of_no_account() == [-1, -1]


def test_a_submission_ends_with_the_last_grader(tmp_path: Path) -> None:
    """It had cleared the signal that it gets at the end of its parent, and lived on when all graders were killed."""
    with WarmProcess([DAY], ["numpy"], LIMITS) as zygote:
        link = zygote.open(_write(tmp_path, RIGHTS), DAY)
        _begin(link).outlive()
        assert link._worker is not None
        number = link._worker.number
        if "seccomp" not in link.isolation:
            pytest.skip("this machine has no seccomp")
        zygote._process.kill()
        until = time.monotonic() + 60
        while _runs(number) and time.monotonic() < until:
            time.sleep(0.01)
        assert not _runs(number)


def _runs(number: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def test_a_place_that_cannot_be_read_without_rights_is_said_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Root reads what others keep to themselves; submissions are never root."""
    if sys.platform != "linux" or os.getuid() != 0:
        pytest.skip("for root")
    private = tmp_path / "packages"
    private.mkdir()
    os.chown(private, 4711, 4711)
    private.chmod(0o700)
    monkeypatch.setattr(sandbox, "readable_paths", lambda: [private])
    with pytest.raises(CourseError, match="could not read the Python packages"):
        sandbox.probe(off=("namespaces",))


def test_another_user_is_taken_only_where_the_scratch_folder_can_be_reached(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """TMPDIR of root may be a place of root's own; without namespaces every submission would be a fault there."""
    if sys.platform != "linux" or os.getuid() != 0:
        pytest.skip("for root")
    monkeypatch.setattr(sandbox, "readable_paths", lambda: [Path("/dev/null")])
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    for place, taken in ((private, False), (Path("/tmp"), True)):
        monkeypatch.setattr(tempfile, "tempdir", str(place))
        assert ("user" in sandbox.probe(off=("namespaces",)).layers) is taken


def test_the_environment_is_clean(isolated: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "abc")
    student = isolated("import os, sys\ndef f():\n    return dict(os.environ), sys.path\n")
    environment, path = student.f()
    assert "SECRET_TOKEN" not in environment
    assert "" not in path
    assert not any("tests" in str(p) for p in path)


def test_nothing_of_the_tests_is_in_memory(isolated: Make) -> None:
    student = isolated(
        "import sys\n"
        "def f():\n"
        "    mine = ('tests', 'solutions', 'pytest', '_pytest')\n"
        "    return sorted(m for m in sys.modules if m.split('.')[0] in mine)\n"
    )
    assert student.f() == []


def test_threads_work_and_end_with_the_process(isolated: Make) -> None:
    student = isolated(
        """
        import threading

        def f():
            results = []
            thread = threading.Thread(target=results.append, args=(1,))
            thread.start()
            thread.join()
            return results
        """
    )
    assert student.f() == [1]


def test_no_process_and_no_scratch_folder_is_left(
    zygote: WarmProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_SCRATCH", str(tmp_path))
    link = zygote.open(
        _write(tmp_path / "s", "def f():\n    open('note', 'w').write('x')\n    return 1\n"), DAY
    )
    assert _begin(link).f() == 1
    number = link._worker.number  # type: ignore[union-attr]
    link.close()
    until = time.monotonic() + 60
    while Path(f"/proc/{number}").exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert sys.platform != "linux" or not Path(f"/proc/{number}").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["s"]


@pytest.mark.parametrize(
    "beside", [{f"x{number}.py": bytes(2**20) for number in range(60)}, {"a" * 300 + ".py": b""}]
)
def test_files_that_do_not_fit_are_tried_once_and_are_no_fault_of_ours(
    zygote: WarmProcess, beside: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    forks: list[object] = []
    fork = WarmProcess.fork

    def counted(self: WarmProcess, *args: Any) -> None:
        forks.append(args)
        fork(self, *args)

    monkeypatch.setattr(WarmProcess, "fork", counted)
    if "namespaces" not in zygote.layers and len(beside) > 1:
        pytest.skip("only a scratch folder in memory is bounded")
    files = {f"{DAY}/{name}": data for name, data in beside.items()} | {f"{DAY}/work.py": b"x = 1\n"}
    before = set(os.listdir("/proc/self/fd"))
    with closing(zygote.open(files, DAY)) as link:
        for _ in range(3):
            with pytest.raises(StudentProblem, match="do not fit") as problem:
                _ = _begin(link).x
            assert problem.value.outcome == "not_gradable"
    assert len(forks) == 1
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_a_link_in_the_submission_is_not_followed(zygote: WarmProcess, tmp_path: Path) -> None:
    root = _write(tmp_path / "s", "def f():\n    return 1\n")
    (tmp_path / "secret.py").write_text("PASSWORD = 1\n", encoding="utf-8")
    (root / DAY / "linked.py").symlink_to(tmp_path / "secret.py")
    link = zygote.open(root, DAY)
    student = Student(link, f"{DAY}.linked")
    link.begin(1, (), Budget(2, 1))
    with pytest.raises(StudentProblem, match="is missing"):
        _ = student.PASSWORD
    link.close()


@pytest.mark.parametrize(
    "off", [["landlock"], ["seccomp"], ["landlock", "seccomp"], ["landlock", "seccomp", "rlimits"]]
)
def test_a_layer_that_is_off_is_never_claimed_and_checks_still_work(tmp_path: Path, off: list[str]) -> None:
    with WarmProcess([DAY], ["numpy"], LIMITS, off=off) as weaker:
        link = weaker.open(_write(tmp_path, "def f():\n    return 1\n"), DAY)
        assert _begin(link).f() == 1
        assert link.isolation == weaker.layers
        assert not set(off) & set(link.isolation)
        assert "process" in link.isolation
        link.close()


@pytest.mark.parametrize(
    "forged",
    [
        '{"changed": 5, "ok": 1}',
        '{"changed": [[0, 1, 2]], "ok": 1}',
        '{"changed": [[99, 1]], "ok": 1}',
        '{"changed": [["a", 1]], "ok": 1}',
        '{"ok": ["a", "|O", [1], 0]}',
        '{"ok": ["h", "x", "y"]}',
        '{"ok": ["p", 0]}',
        '{"error": 3}',
        '{"error": {"outcome": "passed"}}',
        '{"error": {"outcome": "error", "types": 7, "message": [1]}}',
        '{"error": {"outcome": "grader_fault"}}',
        "[1, 2]",
        "{}",
        "null",
    ],
)
def test_a_forged_answer_is_the_students_error(isolated: Make, forged: str) -> None:
    body = f"""
        import os, struct, time

        def f():
            text = {forged!r}.encode()
            os.write(3, struct.pack("!II", len(text), 0) + text)
            time.sleep(5)
    """
    student = isolated(body)
    with pytest.raises(StudentProblem) as caught:
        student.f()
    assert caught.value.outcome == "error"


def test_libraries_below_the_root_are_not_the_students(tmp_path: Path) -> None:
    """In a clone the packages may be installed below the root; what they call inside is not refused."""
    root = _write(tmp_path, "import helper\ndef f(a):\n    return helper.inside(a)\n")
    (tmp_path / "site").mkdir()
    (tmp_path / "site/helper.py").write_text(
        "import numpy as np\ndef inside(a):\n    return np.linalg.pinv(a)\n", encoding="utf-8"
    )
    sys.path.append(str(tmp_path / "site"))
    link = LocalLink(root, [DAY], LIMITS)
    try:
        assert np.array_equal(_begin(link, ("numpy.linalg.pinv",)).f(np.eye(2)), np.eye(2))
    finally:
        link.close()
        sys.path.remove(str(tmp_path / "site"))


def test_guards_of_several_sessions_leave_the_library_as_it_was(tmp_path: Path) -> None:
    before = np.linalg.pinv
    links = [LocalLink(_write(tmp_path / name, "x = 1\n"), [DAY], LIMITS) for name in "ab"]
    for link in links:
        _begin(link, ("numpy.linalg.pinv",))
    for link in links:
        link.close()
    assert np.linalg.pinv is before


SLOW = """
    import time

    def spin(seconds):
        until = time.process_time() + seconds
        while time.process_time() < until:
            pass

    def outer():
        spin(0.1)
        inner()

    def inner():
        spin(60)

    def nap():
        time.sleep(60)
"""


def test_a_timeout_in_this_process_says_where_the_time_went(tmp_path: Path) -> None:
    link = LocalLink(_write(tmp_path, textwrap.dedent(SLOW)), [DAY], LIMITS)
    for name, place in [("outer", "spin"), ("nap", "nap")]:
        started = time.monotonic()
        with pytest.raises(StudentProblem, match=rf"No answer within 0.75 s \(0\.\d of 0\.\d s in {place}\)"):
            getattr(_begin(link), name)()
        assert time.monotonic() - started < 40
    link.close()


@pytest.mark.slow
def test_waiting_for_a_busy_machine_is_not_charged_in_this_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The processor seems to get a tenth of every second: what takes longer on the wall than it may still passes."""
    own = time.process_time
    monkeypatch.setattr(time, "process_time", lambda: own() / 10)
    monkeypatch.setattr("course.worker.near.alarm.seconds_queued", lambda: 0.9 * time.monotonic())
    link, student = LocalLink(_write(tmp_path, textwrap.dedent(SLOW)), [DAY], LIMITS), "day01_tiny.work"
    with monkeypatch.context() as patience:
        patience.setattr("course.worker.near.alarm.HARD_CAP", 1000)
        link.begin(5, (), Budget(0.4, 0.2))
        Student(link, student).spin(0.03)  # 0.3 s on the wall, where 0.2 are allowed
    link.begin(5, (), Budget(0.4, 0.2))
    with pytest.raises(StudentProblem, match=r"This machine was busy: \d\.\d s went by"):
        Student(link, student).spin(60)
    link.close()


@pytest.mark.parametrize(
    ("wall", "processor", "queued", "charged"),
    [
        (0.2, 0.2, None, 0.2),
        (0.2, 0.02, None, 0.02),
        (0.2, 0.0, None, 0.2),
        (0.2, 0.4, None, 0.2),
        (0.2, 0.2, 0.0, 0.2),
        (0.2, 0.0, 0.0, 0.2),  # asleep
        (8.0, 0.001, 7.5, 0.5),  # a turn in eight seconds is no sleep
        (8.0, 0.5, 7.75, 0.5),
        (0.2, 0.4, 0.25, 0.2),  # threads
    ],
)
def test_what_an_alarm_charges(wall: float, processor: float, queued: float | None, charged: float) -> None:
    assert charged_seconds(wall, processor, queued) == charged


@pytest.mark.slow
def test_memory_in_large_pages_holds_what_it_held() -> None:
    from course.worker.far.pages import gather_pages

    number = os.fork()
    if number == 0:  # not in the process of the other tests
        status = 1
        try:
            data = np.arange(2**21, dtype=np.float64)
            gathered = gather_pages()
            held = bool(np.array_equal(data, np.arange(2**21, dtype=np.float64)))
            status = 3 if held and not gathered else int(not held)
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
    if status == 3:
        pytest.skip("this system does not gather pages on request")
    assert status == 0
