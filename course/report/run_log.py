"""A run of ``course grade`` as a file for programs: a JSON object per line, added at the end as things happen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from course.errors import CourseError

if TYPE_CHECKING:
    from course.grading.classes import ClassOutcome, Graded
    from course.report.terminal import ClassView


class LoggingView:
    """Tells the log what it tells the screen."""

    def __init__(self, view: ClassView, log: IO[str]) -> None:
        self._view, self._log = view, log

    def started(self, total: int, already: int) -> None:
        self.note("started", total=total, already=already)
        self._view.started(total, already)

    def graded(self, one: Graded) -> None:
        self.note("graded", **asdict(one))
        self._view.graded(one)

    def finish(self, outcome: ClassOutcome) -> None:
        """The end of the run, and what lies among the hand-ins and is none."""
        for name, why in outcome.passed_over.items():
            self.note("passed over", name=name, why=why)
        for student, days in outcome.late.items():
            self.note("late", student=student, changed=list(days))
        own = ("seed", "run", "faults", "replaced")
        said: Mapping[str, Any] = {name: getattr(outcome, name) for name in own}
        self.note("ended", students=len(outcome.students), isolation=list(outcome.isolation), **said)
        self._view.finish(outcome)

    def note(self, event: str, **said: Any) -> None:
        """One line, which is in the file when this returns."""
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **said}
        self._log.write(json.dumps(line) + "\n")
        self._log.flush()


@contextmanager
def logging_to(file: Path | None, view: ClassView, **said: Any) -> Iterator[ClassView | LoggingView]:
    """The view, which also writes into ``file`` if there is one; ``said`` stands in the first line.

    What stops the run is the last line. Raises CourseError where the file cannot be written.
    """
    if file is None:
        yield view
        return
    try:
        log = file.open("a", encoding="utf-8")
    except OSError as error:
        raise CourseError(
            f"The log {file} cannot be written ({(error.strerror or 'error').lower()}); give another place with --log."
        ) from None
    with log:
        both = LoggingView(view, log)
        both.note("begun", **said)
        try:
            yield both
        except BaseException as error:
            both.note("stopped", by=type(error).__name__, says=str(error))
            raise
