"""Long loops that can be watched and stopped (given): a bar with loss and remaining time, and a tame Ctrl-C."""

import signal
import sys
from collections.abc import Iterator
from typing import Any

from tqdm import tqdm

History = dict[str, list[float]]
"""What a loop has measured, epoch by epoch: lists of equal length under the names of what was measured."""


class Progress:
    """Counts epochs. ``for epoch in progress`` is a loop over 0, 1, …; ``progress.show(loss)`` updates the bar.

    In a terminal it draws a bar, and Ctrl-C ends the loop after the current epoch, so that whatever comes after the
    loop still works with what has been learned; a second Ctrl-C ends the program. Anywhere else (graded, in a test,
    output to a file) it prints nothing and Ctrl-C does what it always does.

    Parameters
    ----------
    epochs : how many at most
    title : what is printed in front of the bar
    """

    def __init__(self, epochs: int, title: str = "training") -> None:
        self._bar = tqdm(total=epochs, desc=title, unit="epoch", disable=None, leave=False)
        self._stopped = False

    def __iter__(self) -> Iterator[int]:
        listening = not self._bar.disable and sys.stderr.isatty()
        before = signal.signal(signal.SIGINT, self._stop) if listening else None
        try:
            for epoch in range(self._bar.total):
                yield epoch
                self._bar.update()
                if self._stopped:
                    self._bar.write("Stopped; going on with what has been learned so far.", file=sys.stderr)
                    return
        finally:
            self._bar.close()
            if listening:
                signal.signal(signal.SIGINT, before)

    def show(self, loss: float) -> None:
        """Print the loss behind the bar."""
        self._bar.set_postfix_str(f"loss {loss:.4f}")

    def _stop(self, number: int, frame: Any) -> None:
        if self._stopped:
            raise KeyboardInterrupt
        self._stopped = True
