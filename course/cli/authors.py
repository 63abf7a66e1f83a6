"""Commands for authors of the course."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from course.cli.group import main, the_course


@main.command()
@click.argument("days", nargs=-1, metavar="[DAY]...")
@click.option("--check", "only_check", is_flag=True, help="Only say what is out of step, with a diff.")
@click.option("--force", is_flag=True, help="Replace skeletons that were edited by hand; a backup is kept.")
def sync(days: tuple[str, ...], only_check: bool, force: bool) -> None:
    """Write the student skeletons and points tables from the single source."""
    from course.catalog.selecting import find_day
    from course.release.skeletons import diff_text, differences, write

    course = the_course()
    found = differences(course, [find_day(course, day) for day in days])
    if only_check:
        for difference in found:
            click.echo(diff_text(course, difference), nl=False)
        click.echo(
            f"{len(found)} file{'s' * (len(found) != 1)} out of step; run `course sync`."
            if found
            else "Everything is in step."
        )
        sys.exit(1 if found else 0)
    backups = write(course, found, force=force)
    for difference in found:
        click.echo(
            f"{'removed' if difference.wanted is None else 'written'}  {difference.path.relative_to(course.root)}"
        )
    for backup in backups:
        click.echo(f"backup   {backup.relative_to(course.root)}")
    if not found:
        click.echo("Everything is in step.")


@main.command()
@click.argument("words", nargs=-1, metavar="[DAY | DAY/EXERCISE]...")
@click.option(
    "--seeds", type=click.IntRange(2), default=20, show_default=True, help="Seeds to try everything under."
)
@click.option("--jobs", type=click.IntRange(1), help="Processes at the same time (default: one per core).")
@click.option("--no-mutants", is_flag=True, help="Leave out the mutation score.")
@click.option("--changed", metavar="REV", help="Only days with files changed since the merge base with REV.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the report as JSON.",
)
def verify(
    words: tuple[str, ...],
    seeds: int,
    jobs: int | None,
    no_mutants: bool,
    changed: str | None,
    json_file: Path | None,
) -> None:
    """Prove that the tests are right: for authors. Without names, of all days.

    Skeletons fail, solutions and variants pass, every misconception is found and named, tolerances are neither
    tight nor loose, refused calls are refused, and mutants of the solutions are killed. docs/verify.md explains
    what is printed.
    """
    from course.catalog import select
    from course.verify.changes import changed_days

    course = the_course()
    chosen = select(course, words)
    if changed is not None:
        days = changed_days(course, [selection.day for selection in chosen], changed)
        chosen = [selection for selection in chosen if selection.day in days]
        if not chosen:
            click.echo(f"No day has changed since {changed}.")
            return
    os.environ["MPLBACKEND"] = "Agg"  # given code draws
    from course.report.verify_view import show_verify
    from course.verify.proving import Options
    from course.verify.proving import verify as prove

    with show_verify() as view:
        report = prove(course, chosen, Options(jobs, seeds, mutants=not no_mutants), view)
        view.finish(report)
    if json_file is not None:
        from course.grading.records import write_json

        write_json(json_file, report.to_plain())
    sys.exit(0 if report.good else 1)


@main.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the sample class and its results here.",
)
def demo(out: Path | None) -> None:
    """Make a sample class, grade it in isolation, and show what a student and an instructor see."""
    from course.report.demo import run_demo

    run_demo(the_course(), out)
