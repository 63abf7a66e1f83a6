"""Commands for authors of the course."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from course.cli.group import json_option, main, save_as_json, the_course

if TYPE_CHECKING:
    from course.catalog import Course


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
        _say_what_is_left_out(course)
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
    _say_what_is_left_out(course)


def _say_what_is_left_out(course: Course) -> None:
    for name in course.left_out:
        click.echo(f"left out {name}: a draft; set COURSE_DRAFTS=1 to take it along.")


@main.command()
@click.argument("name", metavar="DAY | DAY/EXERCISE")
def new(name: str) -> None:
    """Write the frame of a new day or of a new exercise: for authors.

    `course new day24_transformers` writes a day, `course new day24/attention.softmax` an exercise of it. What is left
    to write is marked FILL. Nothing that is there is overwritten.
    """
    from course.catalog import find_root, load_course
    from course.release.drafts import new_day, new_exercise

    course = load_course(find_root(), drafts=True)
    name = name.strip("/")
    written = new_exercise(course, name) if "/" in name else new_day(course, name)
    for path in written.new:
        click.echo(f"new       {path.relative_to(course.root)}")
    for path in written.added_to:
        click.echo(f"added to  {path.relative_to(course.root)}")
    click.echo("\nNext:")
    for step in written.next_steps:
        click.echo(f"  {step}")


@main.command()
@click.argument("words", nargs=-1, metavar="[DAY | DAY/EXERCISE]...")
@click.option(
    "--seeds", type=click.IntRange(2), default=20, show_default=True, help="Seeds to try everything under."
)
@click.option(
    "--draws",
    type=click.IntRange(0),
    help="Seeds more for the solution and each variant in every quick test (default: for the solution, as many as fit "
    "into a fifth of a second, at most 400).",
)
@click.option("--jobs", type=click.IntRange(1), help="Processes at the same time (default: one per core).")
@click.option("--no-mutants", is_flag=True, help="Leave out the mutation score.")
@click.option("--changed", metavar="REV", help="Only days with files changed since the merge base with REV.")
@json_option
def verify(
    words: tuple[str, ...],
    seeds: int,
    draws: int | None,
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
    from course.catalog.selecting import refuse_projects
    from course.verify.changes import changed_days

    course = the_course()
    chosen = select(course, words)
    refuse_projects([one.day for one in chosen], "has no one solution: `pytest --solutions` runs its checks")
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
        report = prove(course, chosen, Options(jobs, seeds, mutants=not no_mutants, draws=draws), view)
        view.finish(report)
    save_as_json(report, json_file)
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


@main.command()
@click.argument("days", nargs=-1, metavar="[DAY]...")
@click.option("--pictures", is_flag=True, help="Draw the solutions' pictures instead, into docs/gallery.")
def gallery(days: tuple[str, ...], pictures: bool) -> None:
    """Write down what the screen says to every known mistake: docs/messages, for authors to read.

    Each misconception is put through the checks of its exercise, and so are a few crashes and shapes per day. A
    minute or two per day; only the days that are named are written again.
    """
    from course.catalog.selecting import find_day, refuse_projects

    course = the_course()
    course.require_solutions()
    chosen = [find_day(course, day) for day in days] or list(course.days)
    refuse_projects(chosen, "has no page of messages")
    if pictures:
        from course.report.picture_gallery import write_pictures as write
    else:
        from course.report.gallery import write_pages as write
    for path in write(course, chosen):
        click.echo(f"written  {path.relative_to(course.root)}")
