"""Commands for grading a class."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from course.cli.group import main, the_course
from course.errors import UsageError


@main.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the results."
)
@click.option("--day", "days", multiple=True, help="Grade only this day; may be given several times.")
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=None,
    help="Submissions graded at the same time (default: one per core).",
)
@click.option(
    "--seed", type=int, help="Seed of the run of record (default: drawn once and kept with the results)."
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Grade on a Dask cluster (a later release; refused for now).",
    hidden=True,
)
def grade(
    submissions: Path,
    out: Path,
    days: tuple[str, ...],
    jobs: int | None,
    seed: int | None,
    scheduler: str | None,
) -> None:
    """Grade a folder of submissions in isolation.

    SUBMISSIONS holds one folder (or .zip, .tar.gz) per student, each with day folders as in the course.
    Results are written as they are ready; started again, the run goes on where it was stopped.
    """
    from course.grading.classes import grade_class
    from course.report.terminal import show_class

    if scheduler is not None:
        raise UsageError(
            "Grading on a cluster is not built yet; leave --scheduler out to grade on this machine."
        )
    course = the_course()
    with show_class() as view:
        outcome = grade_class(course, submissions, out, days=days, jobs=jobs, seed=seed, view=view)
        view.finish(outcome)
    sys.exit(0 if outcome.complete else 1)
