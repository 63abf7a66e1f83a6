"""Whether an experiment does without what graders do not have.

Of a project they get the modules in its folder and in those of the days it stands on, and nothing else. On the machine
on which it was written there is more: a table beside the code, a folder of modules, functions of another day. What
reaches for these works there and fails where it is graded, so it is noticed where it was written.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from course.catalog.model import Day

_LIBRARIES = ("site-packages", "dist-packages")
_recorders: list[Reach] = []
_hooked = False


class Reach:
    """What student code below a root reaches for: files that it opens, and modules that it imports."""

    def __init__(self, root: Path, day: Day) -> None:
        self._root, self.day = root.resolve(), day
        self._folders = [self._root / name for name in (day.name, *day.needs)]
        self._files: dict[Path, None] = {}  # in the order in which they were opened
        self.starts_processes = False

    def sentences(self) -> list[str]:
        """One for each file that graders do not have, and each module."""
        what = f"{self.day.number} has to do without it"
        files = [
            f"{self._shown(path)} is read, and is not handed in: {what}, for graders have modules and no other file."
            for path in self._files
        ]
        processes = (
            f"Other processes are started: graders run one; {self.day.number} has to do with it (for a DataLoader "
            "num_workers=0)."
        )
        return [*files, *self._foreign_modules(), *([processes] if self.starts_processes else [])]

    def _foreign_modules(self) -> Iterator[str]:
        days = ", ".join(self.day.needs)
        for name, module in sorted(sys.modules.items()):
            file = getattr(module, "__file__", None)  # some of PyTorch's name a file that there is not
            if not isinstance(file, str) or name == "__main__":
                continue
            path = Path(file).resolve()
            if not self._is_own(path) or path.parent in self._folders or not path.is_file():
                continue
            inside = path.is_relative_to(self._folders[0])
            yield (
                f"{self._shown(path)} is imported, and is not handed in: "
                + (
                    f"folders in {self.day.name} are not read; lay it into that itself."
                    if inside
                    else f"graders have {days} and {self.day.name}; lay what is needed into {self.day.name}."
                )
            )

    def opened(self, path: Path) -> None:
        """Note a file that student code has opened for reading, if graders will not have it."""
        try:
            path = path.resolve()
            known = path.parent in self._folders and (
                path.suffix == ".py" or (path.parent == self._folders[0] and path.name in self.day.texts)
            )
            if not known and path.suffix not in (".py", ".pyc") and self._is_theirs(path) and path.is_file():
                self._files[path] = None
        except (OSError, ValueError):
            return

    def is_student(self, filename: str) -> bool:
        """Whether code stands in a file of the student's."""
        return any(filename.startswith(f"{folder}{os.sep}") for folder in self._folders)

    def _is_own(self, path: Path) -> bool:
        """Whether a module lies below the root, and is neither the course's nor a library's."""
        if not path.is_relative_to(self._root):
            return False
        first, *_ = path.relative_to(self._root).parts
        return first not in ("course", "tests") and not _is_installed(path, self._root)

    def _is_theirs(self, path: Path) -> bool:
        """Whether a file is one that a student has laid somewhere, and not a library's, a system's or a cache."""
        if path.is_relative_to(self._root):
            return self._is_own(path)
        home = Path.home()
        return path.is_relative_to(home) and not _is_installed(path, home)

    def _shown(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix() if path.is_relative_to(self._root) else str(path)


def _is_installed(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    installed = {Path(one).resolve() for one in (sys.prefix, sys.base_prefix)} - {root}
    return any(part.startswith(".") or part in _LIBRARIES for part in parts) or any(
        path.is_relative_to(one) for one in installed if one.is_relative_to(root)
    )


@contextmanager
def reaching(root: Path, days: Sequence[Day]) -> Iterator[list[Reach]]:
    """Note, inside the block, what the experiments of these projects reach for."""
    global _hooked
    if days and not _hooked:
        sys.addaudithook(_hear)  # which cannot be taken away again; without a recorder it does nothing
        _hooked = True
    recorders = [Reach(root, day) for day in days]
    _recorders.extend(recorders)
    try:
        yield recorders
    finally:
        for one in recorders:
            _recorders.remove(one)


def _hear(event: str, args: tuple[Any, ...]) -> None:
    if not _recorders or event not in ("open", "os.fork", "import"):
        return
    if event != "open":  # the import is what all ways to start a process have in common, each once
        if event == "os.fork" or str(args[0]).startswith("multiprocessing.popen_"):
            for recorder in list(_recorders):
                recorder.starts_processes |= _asks(sys._getframe(1), recorder)
        return
    path, mode, flags = args
    reads = "r" in mode or "+" in mode if isinstance(mode, str) else not flags & os.O_WRONLY
    if not reads or not isinstance(path, (str, bytes)):
        return
    for recorder in list(_recorders):
        if _asks(sys._getframe(1), recorder):
            recorder.opened(Path(os.fsdecode(path)))


def _asks(frame: FrameType | None, recorder: Reach) -> bool:
    """Whether student code asks for it, by itself or through a library, and not through the course."""
    while frame is not None:
        filename = frame.f_code.co_filename
        if recorder.is_student(filename):
            return True
        if filename.startswith(_COURSE):
            return False
        frame = frame.f_back
    return False


_COURSE = f"{Path(__file__).resolve().parents[1]}{os.sep}"
