"""The untrusted end: a forked process that carries out requests until its socket closes."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from course.worker.outcomes import Interruption, StudentProblem
from course.worker.session import Request, Session
from course.worker.values import Decoder, Encoder, NotPlainError
from course.worker.wire import pack, receive, send


def serve(sock: socket.socket, root: Path, days: Sequence[str], first_number: int) -> None:
    """Answer requests one after the other; returns when the other side has closed."""
    session = Session(root, days, first_number)
    sys.breakpointhook = _no_breakpoint
    with session.space.active():  # the only one in this process
        while True:
            try:
                head, buffers = receive(sock, _never)
            except (EOFError, ConnectionError):
                return
            reply, out = _answer(session, head, buffers)
            with contextlib.suppress(BaseException):  # the stream may be the student's own
                sys.stdout.flush()
            try:
                pieces = pack(reply, out)
            except (ValueError, RecursionError):
                pieces = pack({"error": _cannot_be_sent("it cannot be written down").to_plain()}, [])
            send(sock, pieces, _never)


def _never(writing: bool) -> None:
    """The socket of this side blocks, so nobody has to wait for it."""


def _no_breakpoint(*args: Any, **kwargs: Any) -> None:
    raise RuntimeError("breakpoint() is still in your code; take it out before the work is checked")


def _cannot_be_sent(why: str) -> StudentProblem:
    return StudentProblem("error", f"What your code returned cannot be checked: {why}.")


def _answer(session: Session, head: dict[str, Any], buffers: list[Any]) -> tuple[dict[str, Any], list[Any]]:
    if head["begin"] is not None:
        session.begin(head["begin"]["seed"], head["begin"]["refused"])
    session.drop(head["drop"])
    decoder = Decoder(buffers, lambda tree: _resolve(session, tree, buffers))
    args, kwargs = decoder.decode(head["args"]), decoder.decode(head["kwargs"])
    target = None if head["target"] is None else session.object(head["target"])
    parts = mutable_parts((args, kwargs))
    before = [_snapshot(part) for part in parts]
    reply: dict[str, Any] = {}
    encoder = Encoder(lambda value: ["h", *session.keep(value)])
    try:
        result = session.perform(Request(head["verb"], target, head["name"], args, kwargs))
        reply["ok"] = encoder.encode(result)
    except StudentProblem as problem:
        reply["error"] = problem.to_plain()
    except NotPlainError as error:
        reply["error"] = _cannot_be_sent(str(error)).to_plain()
    except (KeyboardInterrupt, Interruption) as error:
        reply["error"] = StudentProblem("error", f"Your code raised {type(error).__name__}.").to_plain()
    except BaseException as error:  # an object that is hostile while it is encoded
        reply["error"] = _cannot_be_sent(type(error).__name__).to_plain()
    try:
        changed = [(i, p) for i, (p, b) in enumerate(zip(parts, before, strict=True)) if _differs(p, b)]
        reply["changed"] = [[i, encoder.encode(part)] for i, part in changed]
    except BaseException as error:
        reply = {"error": _cannot_be_sent(type(error).__name__).to_plain(), "changed": []}
    return reply, encoder.buffers


def _resolve(session: Session, tree: list[Any], buffers: list[Any]) -> Any:
    if tree[0] == "h":
        return session.object(tree[1])
    if tree[0] == "p":  # a function, class or model of the test: this direction is trusted
        import cloudpickle

        return cloudpickle.loads(buffers[tree[1]])
    raise NotPlainError("an argument has an unknown form")


def mutable_parts(value: Any) -> list[Any]:
    """Every array, tensor, list and dict in ``value``, in an order that both sides agree on."""
    found: list[Any] = []
    _collect(value, found, 0)
    return found[1:]  # not the pair of arguments itself


def _collect(value: Any, found: list[Any], depth: int) -> None:
    if depth > 12:
        return
    torch = sys.modules.get("torch")
    if (
        type(value) in (list, dict)
        or type(value) is np.ndarray
        or (torch is not None and type(value) is torch.Tensor)
    ):
        found.append(value)
    elif depth == 0:
        found.append(None)
    if type(value) is dict:
        for part in value.values():
            _collect(part, found, depth + 1)
    elif type(value) in (list, tuple):
        for part in value:
            _collect(part, found, depth + 1)


def _snapshot(part: Any) -> Any:
    if type(part) is list:
        return list(part)
    if type(part) is dict:
        return dict(part)
    return part.copy() if isinstance(part, np.ndarray) else part.detach().clone()


def _same_bytes(a: np.ndarray, b: np.ndarray) -> bool:
    a, b = np.ascontiguousarray(a).reshape(-1), np.ascontiguousarray(b).reshape(-1)
    return bool(np.array_equal(a.view(np.uint8), b.view(np.uint8))) if a.nbytes else True


def _differs(part: Any, before: Any) -> bool:
    if isinstance(part, np.ndarray):
        return part.dtype != before.dtype or part.shape != before.shape or not _same_bytes(part, before)
    if type(part) is list:
        return len(part) != len(before) or any(a is not b for a, b in zip(part, before, strict=True))
    if type(part) is dict:
        return part.keys() != before.keys() or any(part[k] is not before[k] for k in part)
    import torch

    return part.shape != before.shape or not torch.equal(part.detach(), before)
