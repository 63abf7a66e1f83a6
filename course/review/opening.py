"""Opening the address of a review in the browser, without its token in the list of processes."""

from __future__ import annotations

import html
import os
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def opened(address: str) -> Iterator[None]:
    """Inside the block a browser shows the address, where there is a screen for one.

    The browser is given a file that only its owner can read and that leads to the address: what a program is called
    with can be read by everybody on the machine.
    """
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        yield  # over a line from elsewhere: a browser in the terminal would take it away
        return
    with tempfile.TemporaryDirectory(prefix="course-review-") as folder:
        leads = Path(folder, "review.html")
        leads.write_text(
            f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={html.escape(address)}">'
            f'<a href="{html.escape(address)}">Review</a>\n',
            encoding="utf-8",
        )
        threading.Thread(target=webbrowser.open, args=(leads.as_uri(),), daemon=True).start()
        yield
