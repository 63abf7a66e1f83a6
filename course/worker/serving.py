"""The untrusted end: a forked process that carries out requests until its socket closes."""

from __future__ import annotations

import operator
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from course.worker.asking import read_question
from course.worker.outcomes import Interruption, StudentProblem
from course.worker.session import Request, Session
from course.worker.values import Buffer, Encoder, NotPlainError, write_tree
from course.worker.wire import pack, receive, send

MAX_DEPTH = 12  # of lists in lists among the arguments; what lies deeper is not looked after


def serve(sock: socket.socket, root: Path, days: Sequence[str], first_number: int) -> None:
    """Answer requests one after the other; returns when the other side has closed."""
    session = Session(root, days, first_number)
    sys.breakpointhook = _no_breakpoint
    with session.space.active():  # the only one in this process
        while True:
            try:
                question = receive(sock, _never)
            except (EOFError, ConnectionError):
                return
            given, out = answer(session, *question)
            _flush()
            try:
                text = write_tree(given)
            except (ValueError, RecursionError):
                text, out = write_tree({"error": _cannot_be_sent("it cannot be written down").to_plain()}), []
            send(sock, pack(text, out), _never)


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BaseException:  # the stream may be the student's own
        return


def _never(writing: bool) -> None:
    """The socket of this side blocks, so nobody has to wait for it."""


def _no_breakpoint(*args: Any, **kwargs: Any) -> None:
    raise RuntimeError("breakpoint() is still in your code; take it out before the work is checked")


def _cannot_be_sent(why: str) -> StudentProblem:
    return StudentProblem("error", f"What your code returned cannot be checked: {why}.")


def answer(session: Session, data: Buffer, buffers: list[Buffer]) -> tuple[dict[str, Any], list[Buffer]]:
    """Carry out one question: a tree for ``write_tree``, and the buffers it refers to."""
    verb, target, name, args, kwargs, begin, drop = read_question(data, buffers, session)
    if begin is not None:
        session.begin(*begin)
    session.drop(drop)
    parts = mutable_parts(args, kwargs)
    before = list(map(_snapshot, parts))
    given: dict[str, Any] = {}
    encoder = Encoder(lambda value: ["h", *session.keep(value)])
    try:
        thing = None if target is None else session.object(target)
        given["ok"] = encoder.encode(session.perform(Request(verb, thing, name, args, kwargs)))
    except StudentProblem as problem:
        given["error"] = problem.to_plain()
    except NotPlainError as error:
        given["error"] = _cannot_be_sent(str(error)).to_plain()
    except (KeyboardInterrupt, Interruption) as error:
        given["error"] = StudentProblem("error", f"Your code raised {type(error).__name__}.").to_plain()
    except BaseException as error:  # an object that is hostile while it is encoded
        given["error"] = _cannot_be_sent(type(error).__name__).to_plain()
    try:
        changed = [i for i, part in enumerate(parts) if _differs(part, before[i])]
        if changed:
            given["changed"] = [[i, encoder.encode(parts[i])] for i in changed]
    except BaseException as error:
        given = {"error": _cannot_be_sent(type(error).__name__).to_plain()}
    return given, encoder.buffers


def mutable_parts(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """Every array, tensor, list and dict in the arguments, in an order that both sides agree on."""
    torch = sys.modules.get("torch")
    tensor = None if torch is None else torch.Tensor
    found: list[Any] = []
    level: list[Any] = [*args, *kwargs.values()]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for part in level:
            kind = type(part)
            if kind is np.ndarray or kind is tensor:
                found.append(part)
            elif kind is list or kind is dict:
                found.append(part)
                below += part if kind is list else part.values()
            elif kind is tuple:
                below += part
        if not below:
            break
        level = below
    return found


def _snapshot(part: Any) -> Any:
    if type(part) is np.ndarray:
        return part.dtype, part.shape, part.tobytes()
    return part.copy() if type(part) in (list, dict) else part.detach().clone()


def _differs(part: Any, before: Any) -> bool:
    if type(part) is np.ndarray:
        dtype, shape, data = before
        return part.dtype is not dtype or part.shape != shape or part.tobytes() != data
    if type(part) is list:
        return len(part) != len(before) or any(map(operator.is_not, part, before))
    if type(part) is dict:
        return part.keys() != before.keys() or any(part[k] is not before[k] for k in part)
    import torch

    return part.shape != before.shape or not torch.equal(part.detach(), before)
