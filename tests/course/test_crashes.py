"""What is guessed of a crash stands under it where the message is known; shapes are told in one's own names."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from course.testing.crashes import SIGNS, crash_cause
from course.testing.running import Runner, Sitting
from course.worker.far.session import describe_exception
from course.worker.near.local import LocalLink
from tests.course.conftest import COURSE

PRELUDE = """
import math
import numpy as np
import torch

A, T = np.ones((2, 3)), torch.ones(3)
UNKNOWN = None
PAIR = (A, A)
iter_of = lambda values: (one for one in values)
NESTED = [[1]]

def recursing():
    return recursing()

def unassigned(enter=False):
    if enter:
        value = 1
    return value

class Counter:
    def step(by):
        return by

class Layer(torch.nn.Module):
    def __init__(self):
        self.inner = torch.nn.Linear(1, 1)

class Started:
    def __init(self, start):
        self.start = start

def overwritten():
    x = torch.ones(3, requires_grad=True)
    y = x.exp()
    y += 1
    y.sum().backward()

def hooked_in_func():
    layer = torch.nn.ReLU()
    layer.register_full_backward_hook(lambda _, grads, __: grads)
    torch.func.grad(lambda x: layer(x).sum())(torch.ones(3))

def twice_back():
    loss = torch.ones(3, requires_grad=True).exp().sum()
    loss.backward()
    loss.backward()
"""
CRASHES = [
    ("torch.ones(2, 3).max(dim=1).detach()", "argmax gives"),
    ("torch.nn.BatchNorm2d(3)(torch.ones(2, 5, 4, 4))", "made for a number of channels"),
    ("bool(A > 0)", "one truth value"),
    ("max(A)", "one truth value"),
    ("bool(T > 0)", "one truth value"),
    ("math.exp(A)", "one number"),
    ("float(T)", "one number"),
    ("A.item()", "one number"),
    ("np.array([[1], [1, 2]])", "different shapes"),
    ("np.linalg.norm([A, np.ones(4)])", "different shapes"),
    ("PAIR * 0.5", "several results"),
    ("PAIR - 1", "several results"),
    ("PAIR.shape", "several results"),
    ("PAIR.detach()", "each for itself"),
    ("[T].requires_grad_()", "each for itself"),
    ("UNKNOWN + 1", "without return"),
    ("UNKNOWN[0]", "without return"),
    ("UNKNOWN.shape", "without return"),
    ("A.sum - 1", "brackets"),
    ("A.sum[0]", "brackets"),
    ("recursing - 1", "brackets"),
    ("recursing.shape", "brackets"),
    ("A(1)", "round brackets"),
    ("range(2.0)", "//"),
    ("A[1.0]", "//"),
    ("np.zeros(2.0)", "//"),
    ("NESTED[0, 0]", "a[i][j]"),
    ("[1][1:][0]", "length − 1"),
    ("A[2, 0]", "length − 1"),
    ("A.sum(axis=2)", "fewer axes"),
    ("T.sum(dim=2)", "fewer axes"),
    ("A[0, 0, 0]", "fewer axes"),
    ("A.sum()[0]", "one number where an array"),
    ("len(A.sum())", "one number where an array"),
    ("a, b, c = 1, 2", "fewer names"),
    ("unassigned()", "not entered"),
    ("A + np.ones(4)", "entry by entry"),
    ("T + torch.ones(4)", "entry by entry"),
    ("A[:, :-0] * A[:, 0:]", "x[:-k] where k is 0"),
    ("T[:0] + T", "x[:-k] where k is 0"),
    ("np.ones(4)[:-0] @ np.ones(4)", "x[:-k] where k is 0"),
    ("np.dot(np.ones(4)[:-0], np.ones(4))", "x[:-k] where k is 0"),
    ("T[:0] @ T", "x[:-k] where k is 0"),
    ("np.ones(10) + np.ones(20)", "entry by entry"),
    ("np.ones((3, 10)) @ np.ones((20, 3))", "inner lengths"),
    ("A @ A", "inner lengths"),
    ("torch.ones(2, 3) @ torch.ones(2, 3)", "inner lengths"),
    ("np.arange(3).__iadd__(0.5)", "astype(float)"),
    ("T.view(1, 3) @ torch.ones(3, 1).double()", "float64"),
    ("torch.nn.functional.cross_entropy(torch.ones(2, 3), torch.ones(2))", "int64"),
    ("torch.arange(3).mean()", "no mean"),
    ("A.mean(dim=1)", "called axis"),
    ("np.linalg.inv(A)", "for least squares"),
    ("torch.linalg.inv(torch.ones(2, 3))", "for least squares"),
    ("np.linalg.inv(np.ones((2, 2)))", "no inverse"),
    ("torch.linalg.inv(torch.ones(2, 2))", "no inverse"),
    ("np.linalg.solve(np.ones(2), np.ones((2, 2)))", "the matrix comes first"),
    ("np.linalg.svd(A * np.nan)", "NaN or an infinity"),
    ("np.zeros(2, 3)", "np.zeros((m, n))"),
    ("np.arange(3).__setitem__(0, 50.0**14)", "one of floats"),
    ("np.arange(3).__setitem__(0, math.nan)", "one of floats"),
    ("np.arange(3).__setitem__(0, 10**30)", "one of floats"),
    ("np.arange(3, dtype=np.int8).__setitem__(0, 300)", "one of floats"),
    ("A ^ 2", "written **"),
    ("2.0 ^ 2", "written **"),
    ("T ^ 2", "written **"),
    ("math.log(0)", "logarithm"),
    ("T.sum().backward()", "way back"),
    ("torch.ones(3, requires_grad=True).backward()", "one number"),
    ("torch.ones(3, requires_grad=True).add_(1)", "no_grad()"),
    ("twice_back()", "anew"),
    ("torch.autograd.grad(T.clone().requires_grad_().sum(), T)", "the way back is cut"),
    (
        "torch.autograd.grad(T.clone().requires_grad_().sum(), T.clone().requires_grad_())",
        "computed from this",
    ),
    ("hooked_in_func()", "torch.autograd.grad"),
    ("iter_of(A)[0]", "list(…)"),
    ("len(map(abs, A))", "list(…)"),
    ("zip(A, A) + 1", "list(…)"),
    ("math.sqrt(n for n in A)", "list(…)"),
    ("torch.tensor(n for n in A)", "list(…)"),
    ("torch.ones(3, requires_grad=True).numpy()", "detach()"),
    ("overwritten()", "overwritten"),
    ("T.to('cuda')", "leave the device out"),
    ("2 ** np.array(-1)", "no fractions among integers"),
    ("torch.arange(3).requires_grad_()", "no gradients"),
    ("torch.arange(3).add_(0.5)", "no gradients"),
    ("{A: 1}", "tuple for a list"),
    ("{[1]}", "tuple for a list"),
    ("[1].shape", "np.array(…)"),
    ("A.append(1)", "do not grow"),
    ("A.detach()", "torch.as_tensor"),
    ("T.astype(float)", "x.clone()"),
    ("torch.exp(A)", "takes tensors"),
    ("Layer()", "super().__init__()"),
    ("np.broadcast_to(A, (1, 2, 3)).__setitem__(0, 1)", "copy first"),
    ("(UNKNOWN != 0).any()", "None != 0"),
    ("(3 > 2).sum()", "None != 0"),
    ("[n for n in (UNKNOWN == 0)]", "None != 0"),
    ("np.split(np.arange(5), 2)", "along axis 0 unless it is told another one"),
    ("A.reshape(4, 2)", "keeps the number of entries"),
    ("T.reshape(2, 2)", "keeps the number of entries"),
    ("1 / 0", "is 0 here"),
    ("[n for n in 3]", "range(n)"),
    ("list(A.sum())", "range(n)"),
    ("A[:0].max()", "nothing is left"),
    ("max([])", "nothing is left"),
    ("exec('PAIR[0] = 1')", "cannot be changed in a place"),
    ("Started(1)", "two underscores"),
    ("recursing(1)", "do not agree"),
]

PLACES = {
    "day02": ("derivatives.sigmoid", "def sigmoid(*_):"),
    "day03": ("matrices.transpose", "def transpose(*_):"),
    "day11": ("activations.softmax", "def softmax(*_):"),
}


@cache
def names() -> dict[str, Any]:
    found: dict[str, Any] = {}
    exec(PRELUDE, found)
    return found


def message_of(crash: str) -> str:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        exec(crash, names())
    return f"{type(caught.value).__name__}: {caught.value}"


@pytest.mark.parametrize(("crash", "says"), CRASHES)
def test_a_known_crash_has_a_guess(crash: str, says: str) -> None:
    assert says in crash_cause(message_of(crash))


@pytest.mark.parametrize(
    "message",
    ["NameError: name 'nq' is not defined", "ValueError: p must be below 1, not 2", "KeyError: 'a'", ""],
)
def test_of_others_nothing_is_said(message: str) -> None:
    assert crash_cause(message) == ""


def test_every_sign_is_tried_here() -> None:
    tried = {crash_cause(message_of(crash)) for crash, _ in CRASHES}
    half_written = "cannot read this file"  # these are tried below
    untried = [sign for sign, cause in SIGNS if cause not in tried and not sign.startswith(half_written)]
    shown = [
        sign for sign, _ in SIGNS if "; " in sign or r"\n *shapes there: (?!" in sign or "(?!self)" in sign
    ]
    assert untried == shown  # which need what is shown below the message: below


@pytest.fixture
def verdict(tmp_path: Path) -> Callable[..., str]:
    """What is said to a student whose exercise, the first argument, is in a module with this text."""
    runner = Runner(COURSE, COURSE.seed)
    number = iter(range(1000))

    def judge(name: str, source: str, outcome: str = "error") -> str:
        number_of_day, _, exercise_name = name.partition("/")
        day = next(day for day in COURSE.days if day.number == number_of_day)
        exercise = next(one for one in day.exercises if one.name == exercise_name)
        root = tmp_path / str(next(number))
        (root / day.name).mkdir(parents=True)
        (root / day.name / f"{exercise.module}.py").write_text(textwrap.dedent(source), encoding="utf-8")
        link = LocalLink(root, [day.name], COURSE.limits)
        check = exercise.checks[0]
        sitting = Sitting.of(day, exercise, check, link)
        result = runner.run_check(runner.suite.function(day, check), sitting, explain=False)
        link.close()
        assert result.outcome == outcome, result.message
        return result.message

    return judge


@pytest.mark.slow
@pytest.mark.parametrize("day", PLACES)
def test_the_guess_stands_below_the_line_that_failed(verdict: Callable[..., str], day: str) -> None:
    """Each row of the table, met by a check of a real day."""
    exercise, head = PLACES[day]
    for crash, says in [*CRASHES, ("Counter().step(1)", "`self`")]:
        message = verdict(f"{day}/{exercise}", f"{PRELUDE}\n{head}\n    {crash}\n")
        before, _, after = message.partition("perhaps this?")
        assert f"in {exercise.rpartition('.')[2]}\n      {crash}" in before
        assert says in after, message


HELD = """
class Holder:
    def __init__(self):
        self.w, self.layer = torch.ones(2), torch.nn.Linear(1, 3)

x, w, v, i, held, steps = np.ones((5, 3)), np.ones((4, 2)), np.ones(4), 3, Holder(), [1, 2]
t, u = torch.ones(5, 3), torch.ones(4, 2)
"""
SHAPES = [
    (
        "x @ w",
        "x has shape (5, 3), w (4, 2): the 3 must meet a 3, not the 4; transposed they do not fit either",
    ),
    (
        "p = {'w': np.ones((7, 3))}; x @ p['w']",
        "x has shape (5, 3), p['w'] (7, 3): the 3 must meet a 3, not the 7; with the transpose of p['w'] they fit",
    ),
    (
        "x[:4] @ np.exp(w)",
        "x[:4] has shape (4, 3), np.exp(w) (4, 2): the 3 must meet a 3, not the 4; "
        "with the transpose of x[:4] they fit",
    ),
    (
        "d = np.ones((2, 4, 3)); d @ d.T",
        "d has shape (2, 4, 3), d.T (3, 4, 2): the 3 must meet a 3, not the 4; .T reverses all 3 axes",
    ),
    (
        "x[i : i + 4] * w",
        "x[i:i + 4] has shape (2, 3), w (4, 2): counted from the right, a 3 stands over a 2; "
        "the slice of x ends at 7 along axis 0, which has only 5",
    ),
    (
        "a, rows, b = np.ones((3, 5, 4)), slice(0, 2), np.ones((3, 4, 2)); a[:, rows] += b",
        "a[:, rows] has shape (3, 2, 4), b (3, 4, 2): counted from the right, a 4 stands over a 2; "
        "the lengths are the same, in another order",
    ),
    (
        "a = np.ones((3, 5)); x * a",
        "x has shape (5, 3), a (3, 5): counted from the right, a 3 stands over a 5; "
        "the lengths are the same, in another order",
    ),
    ("np.exp(x).dot(v)", "np.exp(x) has shape (5, 3), v (4,): the 3 must meet a 3, not the 4"),
    (
        "torch.exp(t) @ u.T",
        "torch.exp(t) has shape (5, 3), u.T (2, 4): the 3 must meet a 3, not the 2; transposed they do not fit either",
    ),
    (
        "np.dot(\n        x,\n        x,\n    )",
        "x has shape (5, 3), x (5, 3): the 3 must meet a 3, not the 5; entry by entry, with *, they fit",
    ),
    (
        "held.w @ held.layer.weight",
        "held.w has shape (2,), held.layer.weight (3, 1): the 2 must meet a 2, not the 3",
    ),
    ("2 * (x @ x.T) + (x - v)", "x has shape (5, 3), v (4,): counted from the right, a 3 stands over a 4"),
    ("y = x.copy(); y += v", "y has shape (5, 3), v (4,): counted from the right, a 3 stands over a 4"),
    ("x[0, i]", "x has shape (5, 3): along axis 1 indices go from 0 to 2, and i is 3"),
    ("steps[i - 1]", "steps has length 2: indices go from 0 to 1, and i - 1 is 2"),
    ("steps[len(steps)]", "steps has length 2: indices go from 0 to 1, and len(steps) is 2"),
    ("v[5] = 1", "v has shape (4,): indices go from 0 to 3, and 5 is asked for"),
    ("v[:, 0]", "v has shape (4,), and 2 indices stand in the brackets"),
    ("a, b = x, v; np.stack([a, b])", "a (5, 3), b (4,)"),
    ("a, b = t, torch.ones(3, 2).double(); a @ b", "a (5, 3) float32, b (3, 2) float64"),
    (
        "x.T * x",
        "x.T has shape (3, 5), x (5, 3): counted from the right, a 5 stands over a 3; as matrices, with @, they fit",
    ),
    ("s = np.linalg.svd(x); s[0] / s[-1]", "s is 3 parts in one SVDResult: (5, 5), (3,), (3, 3)"),
    ("s = np.linalg.svd(x); np.max(s)", "s is 3 parts in one SVDResult: (5, 5), (3,), (3, 3)"),
]


@pytest.mark.parametrize(("body", "said"), SHAPES)
def test_shapes_are_told_in_the_names_of_the_student(
    verdict: Callable[..., str], body: str, said: str
) -> None:
    message = verdict("day03/matrices.transpose", f"{PRELUDE}{HELD}\ndef transpose(*_):\n    {body}\n")
    assert f"      shapes there: {said}\n" in message


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("x.T * x", "is written @"),
        ("s = np.linalg.svd(x); s[0] / s[-1]", "several results in one"),
        ("x[i : i + 4] * w", "does the loop over positions go too far?"),
        ("a = np.ones((3, 5)); x * a", "height and width, are exchanged in one of the two"),
        ("layer, y = torch.nn.Linear(3, 2), t.T; layer(y)", "made for the first number of the second shape"),
        ("x @ x", "is a product entry by entry meant"),
        ("d = np.ones((2, 4, 3)); d @ d.T", "x.transpose(0, 2, 1)"),
        ("x @ np.ones((7, 3))", "is a transpose missing"),
        ("y = np.ones((7, 3)); x @ y", "is a transpose missing or too many"),
        ("x @ w", "whichever way it is turned"),
    ],
)
def test_a_guess_may_come_from_the_shapes(verdict: Callable[..., str], body: str, says: str) -> None:
    message = verdict("day03/matrices.transpose", f"{PRELUDE}{HELD}\ndef transpose(*_):\n    {body}\n")
    assert says in message.partition("perhaps this?")[2]


def test_an_error_that_is_raised_on_purpose_is_not_expected(verdict: Callable[..., str]) -> None:
    raised = verdict("day03/matrices.transpose", "def transpose(a):\n    raise ValueError('no')\n")
    assert "expected      a result: the error is raised on purpose" in raised
    met = verdict("day03/matrices.transpose", "def transpose(a):\n    return a.no\n")
    assert "on purpose" not in met


def test_a_line_of_a_check_is_not_shown_as_the_students(tmp_path: Path) -> None:
    """In a clone the tests stand below the same root, and parts of them run beside what is checked."""
    test, work = tmp_path / "tests/day01_tiny/test_work.py", tmp_path / "day01_tiny/work.py"
    scope: dict[str, Any] = {}
    exec(compile("def f(): raise ValueError('own')", work, "exec"), scope)
    exec(compile("def check(): raise ValueError('checked')\ndef ask(): f()", test, "exec"), scope)
    texts = []
    for ask in (scope["check"], scope["ask"]):
        try:
            ask()
        except ValueError as error:
            texts.append(describe_exception(error, tmp_path).traceback)
    assert texts[0] == ""
    assert "day01_tiny/work.py, line 1, in f" in texts[1]
    assert "test_work" not in texts[1]


LEFT = "NotImplementedError: a line of the skeleton still stands below what you have written; delete it."
STUB = 'raise NotImplementedError("transpose is not written yet")'


@pytest.mark.parametrize(
    ("body", "outcome", "says"),
    [
        (f"result = a\n    {STUB}", "error", LEFT),
        (f'"""Transpose."""\n    {STUB}', "not_implemented", "transpose is not written yet."),
        (f"super().__init__()\n    {STUB}", "not_implemented", "transpose is not written yet."),
        (f"helper(a)\n    {STUB}", "not_implemented", "transpose is not written yet."),
        ("torch.ones(2) ^ 2", "error", "not implemented for 'Float'"),
    ],
)
def test_what_is_left_of_a_skeleton_is_told_from_what_is_not_written(
    verdict: Callable[..., str], body: str, outcome: str, says: str
) -> None:
    prelude = (
        f"import torch\n\ndef super():\n    return torch.nn.Identity()\n\ndef helper(a):\n    {STUB}\n\n"
    )
    message = verdict("day03/matrices.transpose", f"{prelude}def transpose(a):\n    {body}\n", outcome)
    assert says in message


def test_shapes_run_no_code_of_the_student(verdict: Callable[..., str]) -> None:
    sly = """
    import numpy as np

    class Sly:
        @property
        def w(self):
            raise SystemExit

    class Slyer(np.ndarray):
        @property
        def shape(self):
            raise SystemExit

    def transpose(a):
        x, sly, slyer = np.ones(2), Sly(), np.ones(3).view(Slyer)
        slyer + x
    """
    assert "shapes there: x (2,)" in verdict("day03/matrices.transpose", sly)


def test_other_arguments_than_the_skeleton_has(verdict: Callable[..., str]) -> None:
    message = verdict("day03/matrices.matrix_vector", "def matrix_vector(a):\n    return a\n")
    assert "day03_linalg/matrices.py, line 1, takes\n      def matrix_vector(a):" in message
    assert "the skeleton  def matrix_vector(a: np.ndarray, x: np.ndarray) -> np.ndarray:" in message
    assert "a call and the def do not agree" in message


def test_arguments_of_a_helper_of_ones_own(verdict: Callable[..., str]) -> None:
    source = "def helper(a, b):\n    return a\n\ndef transpose(a):\n    return helper(a)\n"
    message = verdict("day03/matrices.transpose", source)
    assert "line 5, in transpose\n      return helper(a)" in message
    assert "line 1, takes\n      def helper(a, b):" in message
    assert "the skeleton" not in message


def test_a_missing_self(verdict: Callable[..., str]) -> None:
    source = """
    class Value:
        def __init__(self, data):
            self.data = data
        def __mul__(other):
            return 1
    """
    message = verdict("day16/scalar.Value.__mul__", source)
    assert "is `self` missing" in message
    assert "def __mul__(other):" in message
    assert "the skeleton  def __mul__(self" in message


def test_what_python_suggests_is_kept(verdict: Callable[..., str]) -> None:
    source = "import numpy as np\ndef transpose(image):\n    return {}\n"
    assert "name 'imgae' is not defined. Did you mean: 'image'?" in verdict(
        "day03/matrices.transpose", source.format("imgae")
    )
    assert "Did you mean: 'transpose'?" in verdict(
        "day03/matrices.transpose", source.format("np.transposed(image)")
    )


def test_a_recursion_is_shown_once(verdict: Callable[..., str]) -> None:
    source = "def transpose(a):\n    return other(a)\n\ndef other(a):\n    return transpose(a)\n"
    message = verdict("day03/matrices.transpose", source)
    assert message.count("return other(a)") == message.count("return transpose(a)") == 1
    assert "and so on, again and again" in message
    assert "in which case does it stop calling itself?" in message
    assert "shapes there" not in message


@pytest.mark.parametrize(
    ("body", "guess"),
    [
        ("    a = 1\n        return a\n", "stands further in than the one above"),
        ("", "is its body missing?"),
        ("return a\n", "is its body missing?"),
        ("    if a:\n        a = 1\n      return a\n", "four blanks for each step"),
        ("    return 'a\n", "the quotes with which it begins"),
        ("    return hello a\n", "Python was lost here"),
    ],
)
def test_half_written_code_is_explained(verdict: Callable[..., str], body: str, guess: str) -> None:
    message = verdict("day03/matrices.transpose", f"def transpose(a):\n{body}")
    assert "Python cannot read this file" in message
    assert guess in " ".join(message.split())


def test_a_line_is_shown_once_whatever_runs_in_it(verdict: Callable[..., str]) -> None:
    source = "def transpose(a):\n    return [[1 / 0 for _ in row] for row in a]\n"
    message = verdict("day03/matrices.transpose", source)
    assert message.count("return [[1 / 0 for _ in row] for row in a]") == 1


def test_what_a_check_cannot_take_apart(verdict: Callable[..., str]) -> None:
    """The words of Python are about the check's own line, which the student does not see."""
    source = "def modern_activation(name, z):\n    return z\n"
    message = verdict("day11/activations.modern_activation", source, "wrong_type")
    assert message.startswith("The check could not use what your code returned.\n")
    assert "expected      as many parts as the docstring names under Returns" in message


def test_a_recursion_that_is_a_librarys_is_not_called_the_students(verdict: Callable[..., str]) -> None:
    """What a loop goes through is put into it meanwhile, so that it never ends: nothing calls itself there."""
    nest = """
    model = torch.nn.Sequential(torch.nn.Linear(1, 1))
    for parent in model.modules():
        for name, layer in parent.named_children():
            setattr(parent, name, torch.nn.Sequential(layer))
    """
    said = verdict("day03/matrices.transpose", f"{PRELUDE}\ndef transpose(*_):\n{nest}\n")
    assert "RecursionError: named_modules of torch calls itself more often" in said
    assert "is more put in while a loop still goes through it? `list(…)` takes all first" in said
    own = verdict("day03/matrices.transpose", f"{PRELUDE}\ndef transpose(*_):\n    return recursing()\n")
    assert "your function recursing calls itself" in own
