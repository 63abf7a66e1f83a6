"""The untrusted end: a forked process that carries out requests until its socket closes."""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from course.worker.arguments import Watch
from course.worker.asking import read_question
from course.worker.far.hiding import hidden
from course.worker.far.session import Session
from course.worker.outcomes import Interruption, StudentProblem, cannot_be_sent
from course.worker.values import Buffer, Encoder, NotPlainError, write_tree
from course.worker.wire import MAX_QUESTION, pack, receive, send


def serve(sock: socket.socket, root: Path, days: Sequence[str], first_number: int) -> None:
    """Answer requests one after the other; returns when the other side has closed."""
    session = Session(root, days, first_number)
    session.refusals.watch(True)  # for good: threads of the student's may run between two questions
    sys.breakpointhook = hidden(_no_breakpoint)
    with session.space.active():  # the only one in this process
        while True:
            try:
                question = receive(sock, _never, MAX_QUESTION)
            except (EOFError, ConnectionError):
                return
            given, out = answer(session, *question)
            _flush()
            try:
                text = write_tree(given)
            except NotPlainError as error:
                text, out = write_tree({"error": cannot_be_sent(str(error)).to_plain()}), []
            except (ValueError, RecursionError):
                text, out = write_tree({"error": cannot_be_sent("it cannot be written down").to_plain()}), []
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


def answer(session: Session, data: Buffer, buffers: list[Buffer]) -> tuple[dict[str, Any], list[Buffer]]:
    """Carry out one question: a tree for ``write_tree``, and the buffers it refers to."""
    request, begin, drop = read_question(data, buffers, session)
    if begin is not None:
        session.begin(*begin)
    session.drop(drop)
    watch = Watch(request.args, request.kwargs)
    given: dict[str, Any] = {}
    encoder = _encoder(session)
    try:
        given["ok"] = encoder.encode(session.perform(request))
    except StudentProblem as problem:
        given["error"] = problem.to_plain()
    except NotPlainError as error:
        given["error"] = cannot_be_sent(str(error)).to_plain()
        encoder = _encoder(session)  # what was begun is of no use
    except (KeyboardInterrupt, Interruption) as error:
        given["error"] = StudentProblem("error", f"Your code raised {type(error).__name__}.").to_plain()
    except BaseException as error:  # an object that is hostile while it is encoded
        given["error"] = cannot_be_sent(type(error).__name__).to_plain()
    try:
        changed = watch.changes()
        if changed:
            given["changed"] = [[place, encoder.encode(part)] for place, part in changed]
    except BaseException as error:
        why = str(error) if isinstance(error, NotPlainError) else type(error).__name__
        return {"error": cannot_be_sent(why).to_plain()}, []
    return given, encoder.buffers


def _encoder(session: Session) -> Encoder:
    return Encoder(lambda value: ["h", *session.keep(value)])
