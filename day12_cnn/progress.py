"""Long loops that can be watched and stopped (given): a bar with loss and remaining time, and a tame Ctrl-C."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm


@contextmanager
def watched(epochs: int) -> Iterator[tqdm]:
    """Epochs to loop over: ``with watched(epochs) as progress: for epoch in progress: …``.

    In a terminal there is a bar, ``progress.set_postfix(loss=…)`` writes the loss beside it, and Ctrl-C ends the block
    but not the program, so that whatever comes after it still works with what has been learned. Anywhere else (graded,
    in a test, output to a file) it is quiet, and Ctrl-C does what it always does.

    Parameters
    ----------
    epochs : how many

    Yields
    ------
    tqdm
        a loop over it counts 0, 1, … and moves the bar
    """
    with tqdm(range(epochs), unit="epoch", disable=None) as progress:  # None: quiet outside a terminal
        quiet = progress.disable
        try:
            yield progress
        except KeyboardInterrupt:
            if quiet:
                raise
            tqdm.write("Stopped; going on with what has been learned so far.", file=sys.stderr)
