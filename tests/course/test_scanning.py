"""Refused calls are found however they are spelt, and nothing else is."""

from __future__ import annotations

import time

import numpy as np
import pytest

from course.testing.detours import detours
from course.testing.scanning import RefusedCall, Siblings, find_refused, scan

REFUSED = ("numpy.linalg.pinv", ".dot", "@")
assert np.linalg.pinv  # loaded, so that detours are compared as objects


def _module(top: str, body: str) -> str:
    return f"{top}\n\ndef f(a):\n    {body}\n"


@pytest.mark.parametrize(
    ("top", "body", "name"),
    [
        ("import numpy as np", "return np.linalg.pinv(a)", "numpy.linalg.pinv"),
        ("import numpy", "return numpy.linalg.pinv(a)", "numpy.linalg.pinv"),
        ("import numpy.linalg as la", "return la.pinv(a)", "numpy.linalg.pinv"),
        ("from numpy import linalg", "return linalg.pinv(a)", "numpy.linalg.pinv"),
        ("from numpy.linalg import pinv", "return pinv(a)", "numpy.linalg.pinv"),
        ("from numpy.linalg import pinv as p", "return p(a)", "numpy.linalg.pinv"),
        ("from numpy.linalg import *", "return pinv(a)", "numpy.linalg.pinv"),
        ("import numpy as np\nq = np.linalg.pinv", "return q(a)", "numpy.linalg.pinv"),
        ("import numpy as np\nla = np.linalg", "return la.pinv(a)", "numpy.linalg.pinv"),
        ("import numpy as np", "return getattr(np.linalg, 'pinv')(a)", "numpy.linalg.pinv"),
        ("import numpy as np", "return list(map(np.linalg.pinv, [a]))[0]", "numpy.linalg.pinv"),
        ("import numpy as np", "return np.linalg._linalg.pinv(a)", "numpy.linalg.pinv"),
        ("", "from numpy.linalg import pinv; return pinv(a)", "numpy.linalg.pinv"),
        ("import numpy as np\ndef g(a):\n    return np.linalg.pinv(a)\n", "return g(a)", "numpy.linalg.pinv"),
        ("", "return a.dot(a)", ".dot"),
        ("", "return a.T.dot(a)", ".dot"),
        ("", "return a @ a", "@"),
        ("", "a @= a; return a", "@"),
        ("from numpy import ndarray", "return ndarray.dot(a, a)", ".dot"),
        ("import numpy as np\nArray = np.ndarray", "return Array.dot(a, a)", ".dot"),
        ("import math as a", "return a.dot(a)", ".dot"),
        ("import math as b", "b = a; return b.dot(a)", ".dot"),
        ("import math as b", "return [b.dot(a) for b in a]", ".dot"),
        ("import numpy as np", "\n    match a:\n        case np.ndarray(dot=d): return d(a)", ".dot"),
        ("from numpy import *", "\n    match a:\n        case ndarray(dot=d): return d(a)", ".dot"),
        ("import numpy as np", "return np.ma.linalg.pinv(a)", "numpy.linalg.pinv"),
    ],
)
def test_a_refused_call_is_found(top: str, body: str, name: str) -> None:
    finding = find_refused(_module(top, body).encode(), "f", REFUSED)
    assert finding is not None
    assert finding.name == name


@pytest.mark.parametrize(
    ("top", "body"),
    [
        ("import numpy as np", "return np.linalg.svd(a)"),
        ("import numpy as np", "return np.dot(a, a)"),
        ("import numpy as np\ndef g(a):\n    return np.linalg.pinv(a)\n", "return a"),
        ("", "return 'numpy.linalg.pinv'"),
        ("", "pinv = a; return pinv"),
        ("", "return a * a"),
        ("import numpy as np", "np = __import__('numpy'); return a"),
        ("from numpy import linalg", "return linalg.dot(a, a)"),
        ("import math as dot", "return dot.floor(2.5)"),
    ],
)
def test_other_code_is_left_alone(top: str, body: str) -> None:
    assert find_refused(_module(top, body).encode(), "f", REFUSED) is None


def test_an_exercise_that_is_only_another_name_is_found() -> None:
    finding = find_refused(b"import numpy as np\nf = np.linalg.pinv\n", "f", REFUSED)
    assert finding is not None
    assert finding.line == 2


def test_a_method_is_scanned_by_itself() -> None:
    source = (
        "class A:\n    def one(self, a):\n        return a @ a\n\n    def two(self, a):\n        return a\n"
    )
    assert find_refused(source.encode(), "A.one", REFUSED) is not None
    assert find_refused(source.encode(), "A.two", REFUSED) is None


def test_a_file_that_python_cannot_read_is_left_to_the_import() -> None:
    assert find_refused(b"def f(:\n", "f", REFUSED) is None


@pytest.mark.parametrize(
    ("source", "refused"),
    [
        (b"# coding: raw_unicode_escape\ndef f(x, y):\n    return x \\u0040 y\n", "@"),
        ("# coding: latin-1\n# \xe9\ndef f(x):\n    return x.T\n".encode("latin-1"), ".T"),
        (b"import numpy as np\ndef f(x):\n    return np.abs(x)\n", "numpy.absolute"),
        (
            b"import numpy as np\ndef f(x):\n    return getattr(np.linalg, 'pi' 'nv')(x)\n",
            "numpy.linalg.pinv",
        ),
        (
            b"import numpy as np\ndef f(x):\n    return getattr(np.linalg, '\\x70inv')(x)\n",
            "numpy.linalg.pinv",
        ),
        ("import numpy as np\ndef f(x):\n    return np.linalg.\uff50inv(x)\n".encode(), "numpy.linalg.pinv"),
        (b"\xef\xbb\xbfdef f(x):\n    x @= x\n    return x\n", "@"),
    ],
)
def test_a_text_that_hides_a_refused_call_is_read_as_python_reads_it(source: bytes, refused: str) -> None:
    assert find_refused(source, "f", [refused]) is not None
    assert find_refused(source, "f", ["numpy.linalg.svd"]) is None


LAYERS = """
import numpy as np
from day01_tiny.layers import Dense


class Relu:
    T = 1

    def backward(self, grad):
        return grad * self.mask

    def dot(self, other):
        return other


class Network:
    def __init__(self):
        self.mean = 0.0

    def step(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return self.layers[0].backward(grad), self.head.backward(grad), self.dot(grad)


def train(x, y):
    layers = [Relu(), Relu()]
    grad = layers[-1].backward(x)
    return grad + [layer for layer in layers][0].dot(y) + layers[0].T


def summary(x, network):
    found = Relu()
    return found.dot(x), network.layers[0].mean


def wrong(x, y):
    Relu().backward(x)
    return x.dot(y)


def also_wrong(x, y):
    return np.asarray(x).copy().dot(y)


def renamed(x, y):
    x = Relu()
    return x.dot(y)
"""


@pytest.mark.parametrize("name", ["train", "summary", "Network.step", "Network", "renamed"])
def test_methods_of_ones_own_classes_are_ones_own(name: str) -> None:
    assert find_refused(LAYERS.encode(), name, [".backward", ".dot", ".mean", ".T"]) is None


@pytest.mark.parametrize(
    "record",
    [
        'collections.namedtuple("Moments", "mean variance")',
        'namedtuple("Moments", ["mean", "variance"])',
        'typing.NamedTuple("Moments", [("mean", float)])',
        'make_dataclass("Moments", ["mean", ("variance", float)])',
        "types.SimpleNamespace(mean=1)",
    ],
)
def test_a_field_of_ones_own_record_is_ones_own(record: str) -> None:
    source = f"Moments = {record}\ndef f(x):\n    m = Moments(sum(x), 1)\n    return m.mean\n".encode()
    assert find_refused(source, "f", [".mean"]) is None
    assert find_refused(source + b"def g(x):\n    return x.mean()\n", "g", [".mean"]) is not None


@pytest.mark.parametrize("name", ["wrong", "also_wrong"])
def test_an_array_is_no_object_of_ones_own(name: str) -> None:
    finding = find_refused(LAYERS.encode(), name, [".backward", ".dot", ".mean", ".T"])
    assert finding is not None
    assert finding.name == ".dot"


def test_a_method_counts_where_no_class_defines_it() -> None:
    source = b"def f(loss):\n    loss.backward()\n"
    assert find_refused(source, "f", [".backward"]) is not None


@pytest.mark.parametrize(
    "top",
    [
        "from day01_tiny.layers import Dense",
        "import day01_tiny.layers",
        "from .layers import Dense",
        "from . import layers",
    ],
)
def test_a_class_of_another_module_of_the_day_is_ones_own_too(top: str) -> None:
    source = f"{top}\ndef f(layers, x):\n    return layers[0].backward(x)\n".encode()
    beside = Siblings(
        "day01_tiny", {"layers": b"class Dense:\n    def backward(self, grad):\n        return grad\n"}.get
    )
    assert find_refused(source, "f", [".backward"], beside) is None
    assert find_refused(source, "f", [".backward"]) is not None
    # the same source beside another module: what was found out before does not count
    beside = Siblings(
        "day01_tiny", {"layers": b"class Dense:\n    def forward(self, x):\n        return x\n"}.get
    )
    assert find_refused(source, "f", [".backward"], beside) is not None


@pytest.mark.parametrize(
    ("top", "call"),
    [
        ("from day01_tiny.beside import product", "product(a, x)"),
        ("from day01_tiny.beside import product as p", "p(a, x)"),
        ("from day01_tiny.beside import *", "product(a, x)"),
        ("from day01_tiny import beside", "beside.product(a, x)"),
        ("import day01_tiny.beside as b", "b.product(a, x)"),
        ("import day01_tiny.beside", "day01_tiny.beside.product(a, x)"),
        ("from .beside import product", "product(a, x)"),
        ("from . import beside", "beside.product(a, x)"),
        ("from . import (\n    beside,\n)", "beside.renamed(a, x)"),
        ("from day01_tiny.between import product", "product(a, x)"),
        ("from day01_tiny.beside import Product", "Product().of(a, x)"),
    ],
)
def test_a_helper_is_followed_into_another_module_of_the_day(top: str, call: str) -> None:
    source = f"{top}\ndef f(a, x):\n    return {call}\n".encode()
    beside = b"def product(a, x):\n    return a @ x\nrenamed = product\nclass Product:\n    of = product\n"
    files = {"beside": beside, "between": b"from .beside import product\n"}
    finding = find_refused(source, "f", ["@"], Siblings("day01_tiny", files.get))
    assert finding is not None
    assert (finding.name, finding.module, finding.line) == ("@", "beside", 2)
    exercise = frozenset({"beside.product", "beside.renamed", "beside.Product", "between.product"})
    assert find_refused(source, "f", ["@"], Siblings("day01_tiny", files.get, exercise)) is None


def test_modules_of_a_day_that_import_each_other_are_followed_to_their_end() -> None:
    files = {"one": b"from .two import g\ndef f(a):\n    return g(a)\n"}
    files["two"] = b"from .one import f\ndef g(a):\n    return f(a) if a else a.T\n"
    finding = find_refused(files["one"], "f", [".T"], Siblings("day01_tiny", files.get))
    assert finding == RefusedCall(".T", 3, "g", "two")


def test_what_the_source_could_not_tell_is_noted_for_staff() -> None:
    assert ".dot" in scan(LAYERS.encode(), "summary", [".dot"]).note
    assert scan(LAYERS.encode(), "train", [".backward"]).note == ""  # the guard looks at these


def test_a_helper_is_told_from_the_exercise_itself() -> None:
    source = b"import numpy as np\ndef h(a):\n    return np.linalg.pinv(a)\ndef f(a):\n    return h(a)\n"
    assert find_refused(source, "f", REFUSED) == RefusedCall("numpy.linalg.pinv", 3, "h")
    assert find_refused(source, "h", REFUSED) == RefusedCall("numpy.linalg.pinv", 3)
    source = b"class A:\n    def f(self, x):\n        return self.g(x)\n    def g(self, x):\n        return x @ x\n"
    assert find_refused(source, "A.f", REFUSED) == RefusedCall("@", 5, "A.g")


def _naming_each_other(functions: int) -> bytes:
    lines = ["import numpy as np"]
    for n in range(functions):
        others = " + ".join(f"f{(n + k) % functions}" for k in range(1, 60))
        lines.append(f"def f{n}(x):\n    np.pinv\n    return {others}\n")
    return "\n".join(lines).encode()


def test_functions_that_name_each_other_are_not_followed_without_end() -> None:
    assert "KiB" in scan(_naming_each_other(1000), "f0", REFUSED).note
    source = _naming_each_other(550)
    started = time.process_time()
    for n in range(60):
        scanned = scan(source, f"f{n}", REFUSED)
    assert "too long" in scanned.note
    assert scanned.finding is None
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "expression",
    ["a" + ".b" * 900, "(" * 150 + "a" + ")" * 150, "-" * 900 + "a.dot", "a" + "[0]" * 900 + ".dot"],
)
def test_deep_expressions_end(expression: str) -> None:
    scan(f"def f(a):\n    return {expression}\n".encode(), "f", [".dot", "numpy.linalg.pinv"])


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("exec('x = 1')", "exec"),
        ("compile('x', 'y', 'exec')", "compile"),
        ("getattr(__builtins__, 'ex' + 'ec')", "__builtins__"),
        ("import gc", "gc"),
        ("from inspect import currentframe", "inspect"),
        ("import ctypes as c", "ctypes"),
        ("import sys; sys._getframe(0)", "_getframe"),
        ("import sys; sys.modules", "sys.modules"),
        ("from sys import modules", "sys.modules"),
        ("import torch; torch.ops.aten", "torch.ops"),
        ("len.__closure__", "__closure__"),
        ("getattr(len, '__wrapped__')", "__wrapped__"),
        ("class A:\n    def __array_function__(self): ...", "__array_function__"),
        ("\uff45xec('x')", "exec"),
        ("import torch\ndef f(x, w): return torch._convolution(x, w)", "torch._convolution"),
        ("import torch.nn.functional as F\nF._canonical_mask", "F._canonical_mask"),
        ("from torch import _convolution as c", "torch._convolution"),
        ("from numpy import (\n    _core,\n)", "numpy._core"),
        ("import numpy._core.umath as u", "numpy._core.umath"),
        ("np.matrix([1]) * np.matrix([2])", "np.matrix"),
        ("from numpy import bmat", "numpy.bmat"),
    ],
)
def test_what_could_lead_around_is_noted_with_its_line(line: str, what: str) -> None:
    said = detours([("day01_tiny/work.py", f"import numpy as np\n{line}\n".encode())])
    assert what in said
    assert "day01_tiny/work.py, line" in said


def test_ordinary_code_is_not_noted() -> None:
    source = (
        b"import re, torch\n# exec gc\ndef f(x):\n    'compile, gc'\n    x.eval()\n    re.compile('gc')\n"
        b"    x._grid = x.matrix\n    torch.__version__\n"
    )
    assert detours([("a.py", source)]) == ""


# What an attacker got past the search and the guards with, on day 3 and day 12: refused, or noted for staff.
WAYS = [
    "from operator import *\ndef matrix_vector(a, x): return matmul(a, x)",
    "import _operator\ndef matrix_vector(a, x): return _operator.matmul(a, x)",
    "import operator\ndef matrix_vector(a, x): return vars(operator)['mat' + 'mul'](a, x)",
    "def matrix_vector(a, x): return getattr(a, '__mat' + 'mul__')(x)",
    "g = getattr\ndef matrix_vector(a, x): return g(a, 'dot')(x)",
    "def matrix_vector(a, x): return a.__getattribute__('dot')(x)",
    "from operator import methodcaller\ndef matrix_vector(a, x): return methodcaller('dot', x)(a)",
    "import operator\ndef matrix_vector(a, x): return operator.attrgetter('dot')(a)(x)",
    "import numpy as np\ndef matrix_vector(a, x): return vars(np.ndarray)['do' + 't'](a, x)",
    "from timeit import timeit\ndef matrix_vector(a, x):\n    r = []\n    timeit('r.append(a @ x)', number=1)",
    "import code\ndef matrix_vector(a, x): return code.InteractiveInterpreter({}).runsource('r = a @ x')",
    "import runpy\ndef matrix_vector(a, x): return runpy.run_path('k.py')['f'](a, x)",
    "import numpy as np\ndef matrix_vector(a, x): return np.asarray(np.asmatrix(a) * np.asmatrix(x).T)",
    "import numpy as np\ndef matrix_vector(a, x): return np._core.overrides.ARRAY_FUNCTIONS",
    "import sys as s\ndef matrix_vector(a, x): return s.modules.pop('numpy.linalg._linalg')",
    "def matrix_vector(a, x): return 0\nif True:\n    def matrix_vector(a, x): return a @ x",
    "def matrix_vector(a, x): return 0\ntry:\n    matrix_vector = lambda a, x: a @ x\nfinally: pass",
    "def matrix_vector(a, x): return 0\nmatrix_vector = lambda a, x: a @ x",
    "def matrix_vector(a, x): return 0\nglobals().update(matrix_vector=lambda a, x: a @ x)",
    "class N: pass\nN.f = lambda a, x: a @ x\ndef matrix_vector(a, x): return N.f(a, x)",
    "T = {}\nT['f'] = lambda a, x: a @ x\ndef matrix_vector(a, x): return T['f'](a, x)",
    "import torch\ndef matrix_vector(a, x): return torch.ops.aten.mv(a, x)",
    "def matrix_vector(a, x):\n    f = 'f_lo' + 'cals'\n    return getattr(a, f)",
]


@pytest.mark.parametrize("source", WAYS)
def test_what_an_attacker_got_past_is_refused_or_noted(source: str) -> None:
    refused = ("@", ".dot", "numpy.dot", "numpy.matmul")
    found = find_refused(source.encode(), "matrix_vector", refused)
    assert found is not None or detours([("matrices.py", source.encode())])


HONEST = """
from operator import add
from types import SimpleNamespace

import numpy as np
from torch import nn

ACTIVATIONS = {"relu": lambda x: np.maximum(x, 0), "id": lambda x: x}
state = SimpleNamespace(count=0)
half = lambda x: x / 2


class Layer:
    def __init__(self, name):
        self.name = name
        self.modules = []
        self.modules.append(nn.modules.batchnorm.BatchNorm2d)

    def forward(self, x):
        return getattr(np, "tanh")(x)


class Other(Layer):
    def forward(self, x):
        return ACTIVATIONS[self.name](x)


def total(x):
    total = 0
    for part in x:
        total = add(total, part)
    return total
"""


def test_honest_styles_are_not_noted() -> None:
    assert detours([("work.py", HONEST.encode())]) == ""


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as a\n" + "a=a.b\n" * 30000 + "\ndef inverse(x):  # pinv\n" + "    a.c\n" * 500,
        "import numpy as np\nimport " + "a." * 20000 + "pinv as zz\ndef inverse(x):\n    return np.pinv(x)\n",
    ],
)
def test_names_that_grow_are_not_followed(source: str) -> None:
    started = time.process_time()
    find_refused(source.encode(), "inverse", ("numpy.linalg.pinv",))
    assert time.process_time() - started < 10  # it took minutes
