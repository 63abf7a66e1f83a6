"""Checking one folder: the job of ``course check``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from course.catalog import Course, Day, Exercise, Selection, select
from course.errors import CourseError
from course.practice.progress import read_progress, record_progress
from course.reached import damage
from course.testing.cascades import in_process
from course.testing.needs import set_apart
from course.testing.results import CheckResult, RunResult
from course.testing.running import LinkMaker, Runner
from course.worker.near.local import LocalLink

Done = Callable[[Day, Exercise, CheckResult], None]


def check_folder(
    course: Course,
    words: Sequence[str],
    root: Path,
    *,
    isolated: bool,
    seed: int | None,
    done: Done = lambda *_: None,
    started: Callable[[Sequence[Selection]], None] = lambda _: None,
) -> RunResult:
    """Run the checks named by ``words`` against the day folders below ``root``.

    Raises UsageError for an unknown name, CourseError for a day folder that is not there.
    """
    selections = select(course, words)
    if root == course.solutions:
        course.require_solutions()
    for selection in selections:
        if not (root / selection.day.name).is_dir():
            where = f"{selection.day.name}" if root == course.root else f"{root.name}/{selection.day.name}"
            raise CourseError(f"The folder {where} is missing; bring it back with `git checkout -- {where}`.")
    selections, not_checked = set_apart(course, selections)
    started(selections)
    runner = Runner(course, course.seed if seed is None else seed)
    complete = read_progress(course.root)["done"] if root == course.root else {}
    if isolated:
        from course.worker.near.warm import WarmProcess

        with WarmProcess.for_days(course, [selection.day for selection in selections]) as zygote:
            result = runner.run(
                selections,
                root,
                lambda day: zygote.open(root, day),
                done,
                reopen=lambda files, day: closing(zygote.open(files, day)),
                complete=complete,
            )
            result.isolation = zygote.layers
    else:
        open_link: LinkMaker = lambda day: LocalLink(root, [d.name for d in course.days], course.limits)  # noqa: E731
        reopen = partial(in_process, course)
        result = runner.run(selections, root, open_link, done, reopen=reopen, complete=complete)
    result.not_checked = not_checked
    if root == course.root:
        damaged = damage(course.root)
        result.not_recorded = record_progress(course.root, result) or damaged
    return result
