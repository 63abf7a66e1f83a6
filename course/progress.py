"""Long loops that can be watched and stopped, with a bar and a tame Ctrl-C; and the finale of a day as a command.

For training loops of the days. Where there is no terminal (graded, in a test, output to a file) nothing is printed, and
Ctrl-C does what it always does.
"""

from __future__ import annotations

import argparse
import math
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from tqdm import tqdm

_SHARE: ContextVar[float] = ContextVar("share of the steps that watched loops take", default=1.0)
_FEWEST = 2  # steps, however small the share


@contextmanager
def watched(steps: int, unit: str = "epoch") -> Iterator[Any]:
    """Steps to loop over: ``with watched(epochs) as progress: for epoch in progress: …``.

    In a terminal there is a bar, and ``progress.set_postfix(loss=…)`` writes the loss beside it. Ctrl-C ends the loop
    after the current step, so that whatever comes behind it still works with what has been learned; a second Ctrl-C
    ends the program.

    Parameters
    ----------
    steps : how many
    unit : what one of them is

    Yields
    ------
    tqdm
        a loop over it counts 0, 1, … and moves the bar
    """
    asked = False

    def ask(number: int, frame: Any) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    def counted() -> Iterator[int]:
        for step in range(min(steps, max(_FEWEST, math.ceil(_SHARE.get() * steps)))):
            if asked:
                tqdm.write("Stopped; going on with what has been learned so far.", file=sys.stderr)
                return
            yield step

    with tqdm(counted(), total=steps, unit=unit, disable=None) as progress:  # None: quiet without a terminal
        listening = not progress.disable and threading.current_thread() is threading.main_thread()
        before = signal.signal(signal.SIGINT, ask) if listening else None
        try:
            yield progress
        finally:
            if listening:
                signal.signal(signal.SIGINT, before)


@contextmanager
def shortened(share: float) -> Iterator[None]:
    """Inside the block watched loops end after this share of their steps, as they do after Ctrl-C.

    For whoever asks only whether what comes behind a training takes what was trained.
    """
    token = _SHARE.set(share)
    try:
        yield
    finally:
        _SHARE.reset(token)


def finale(tell: Callable[[int], None], description: str | None) -> int:
    """The end of a day as a command: ``sys.exit(finale(tell, __doc__))`` is the last line of its script.

    Parameters
    ----------
    tell : prints what the student's functions can do together, with as many trainings of each as ``--seeds`` says
    description : docstring of the script; ``--help`` shows its first line

    Returns
    -------
    int
        exit status: 0, or 1 when an exercise is not written yet, which is named; wrong usage ends the program with 2
    """
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=1, help="how many trainings of each (default: 1)")
    seeds = parser.parse_args().seeds
    if seeds < 1:
        parser.error("--seeds must be at least 1")
    try:
        tell(seeds)
    except NotImplementedError as error:
        print(f"{error}. Write it first; `course status` says what is left.", file=sys.stderr)
        return 1
    return 0
