"""Refused calls are found however they are spelt, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from course.testing.scanning import find_refused

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
