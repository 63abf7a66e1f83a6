"""A day of our own, asked a few questions in the warm process before anybody's work is run there.

The first call of almost anything is slow: code is specialised, modules are imported on demand, NumPy and PyTorch
choose their kernels. All of that is then inherited by every fork instead of counting on a student's clock.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from course.worker.asking import write_question
from course.worker.far.serving import answer
from course.worker.far.session import Session
from course.worker.requests import Request, Verb
from course.worker.values import write_tree

DAY = "day00_rehearsal"
ROUNDS = 10  # Python specialises a function after a handful of calls
_MODULE = """
import numpy as np


class Counter:
    def __init__(self, start):
        self.value = start


def echo(*values, **named):
    return values


def work(a):
    total = 0.0
    for i in range(len(a)):
        total += a[i, 0] * a[i, 1]
    a[0] = a.mean(axis=0) @ np.eye(2)
    u, s, v = np.linalg.svd(a=a, full_matrices=False)
    return {"total": total, "back": u @ np.diag(s) @ v, "solved": np.linalg.solve(a.T @ a, np.ones(2))}


def make():
    return Counter(3)


def wrong():
    raise ValueError("a message")


def missing():
    raise NotImplementedError
"""


def rehearse() -> None:
    """Nothing of it stays but what is warm."""
    with tempfile.TemporaryDirectory(prefix="course-") as name:
        folder = Path(name)
        (folder / DAY).mkdir()
        (folder / DAY / "module.py").write_text(_MODULE, encoding="utf-8")
        session = Session(folder, [DAY])
        with session.space.active():
            _go_through(session)


def _go_through(session: Session) -> None:
    def ask(verb: Verb, target: int | None, name: str, *args: Any) -> Any:
        question = write_question(Request(verb, target, name, args, {}), (0, ()), [])
        given, _ = answer(session, *question)
        write_tree(given)
        return given.get("ok")

    _, ((_, number, _), _) = ask("import", None, f"{DAY}.module")
    arrays: list[Any] = [np.ones((3, 2)), np.arange(3)]
    torch: Any = sys.modules.get("torch")
    if torch is not None:
        arrays.append(torch.ones(2, 2))
    functions = {name: ask("get", number, name)[1] for name in ("echo", "work", "make", "wrong", "missing")}
    for _ in range(ROUNDS):
        ask("call", functions["echo"], "", *arrays, [1, 2.5, "text"], {"a": (True, None)})
        ask("call", functions["work"], "", np.array([[1.0, 2.0], [3.0, 5.0], [4.0, 1.0]]))
        thing = ask("call", functions["make"], "")[1]
        ask("get", thing, "value")
        ask("operator", None, "getitem", [1, 2], 0)
        for name in ("wrong", "missing"):
            ask("call", functions[name], "")
