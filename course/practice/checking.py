"""Checking one folder: the job of ``course check``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from course.catalog import Course, Day, Exercise, Selection, select
from course.catalog.needs import set_apart
from course.errors import CourseError
from course.practice.progress import record_progress
from course.projects.alone import reaching
from course.projects.handing_in import missing_below
from course.reached import damage, done_in_files
from course.testing.cascades import in_process
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
    walls: Sequence[str] = (),
) -> RunResult:
    """Run the checks named by ``words`` against the day folders below ``root``.

    With ``walls`` nothing runs unless one of these layers of isolation stands. Raises UsageError for an unknown name,
    CourseError for a day folder that is not there, or where no such layer stands.
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
    complete = done_in_files(root, [one.day for one in selections]) if root == course.root else {}
    if isolated:
        from course.worker.near.warm import WarmProcess

        with WarmProcess.for_days(course, [selection.day for selection in selections]) as zygote:
            if walls and not set(walls) & set(zygote.layers):
                raise CourseError(
                    f"Nothing was run: this machine puts up neither {' nor '.join(walls)} around the code; use a "
                    "runner with Linux 5.13 or newer."
                )
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
        # as where it is graded: beside the modules of a project there are those of its days, and no others
        open_link: LinkMaker = lambda day: LocalLink(root, (day, *course.day(day).needs), course.limits)  # noqa: E731
        reopen = partial(in_process, course)
        with reaching(root, [one.day for one in selections if one.day.is_project]) as reached:
            result = runner.run(selections, root, open_link, done, reopen=reopen, complete=complete)
        result.missing = {one.day.number: said for one in reached if (said := one.sentences())}
    result.not_checked = not_checked
    for day in [one.day for one in selections if one.day.is_project and one.exercises == one.day.exercises]:
        result.missing.setdefault(day.number, []).extend(missing_below(root, day))
    if root == course.root:
        damaged = damage(course.root)
        result.not_recorded = record_progress(course.root, result) or damaged
    return result
