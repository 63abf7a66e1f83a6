"""Commands for students: check, see where you are, ask for a hint, draw."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from course.cli.group import json_option, main, save_as_json, the_course
from course.errors import UsageError

if TYPE_CHECKING:
    from course.catalog import Course, Day, Exercise

_one = click.argument("exercise", metavar="DAY/EXERCISE")
_what = click.argument("what", nargs=-1, metavar="[DAY | DAY/EXERCISE]...")


@main.command()
@_what
@click.option("--solutions", is_flag=True, help="Check the solutions instead of your day folders.")
@click.option("--isolated", is_flag=True, help="Run the code in a sandboxed process, as grading does.")
@click.option("--full", is_flag=True, help="Show every value of a message, however long.")
@click.option("--seed", type=int, help="Seed of the random inputs (default: the one in course.toml).")
@json_option
@click.option(
    "--summary",
    "summary_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the result as Markdown, for the page of a workflow run.",
)
def check(
    what: tuple[str, ...],
    solutions: bool,
    isolated: bool,
    full: bool,
    seed: int | None,
    json_file: Path | None,
    summary_file: Path | None,
) -> None:
    """Check exercises and say what to do next.

    Without arguments every day is checked; `course check day03` checks one day, `course check
    day03/pseudo_inverse` one exercise.
    """
    from course.practice.checking import check_folder
    from course.report.terminal import show_check

    course = the_course()
    root = course.solutions if solutions else course.root
    with show_check(course, full=full, own=not solutions) as view:
        result = check_folder(
            course, what, root, isolated=isolated, seed=seed, done=view.done, started=view.started
        )
        view.finish(result)
    save_as_json(result, json_file)
    if summary_file is not None:
        from course.files import write_atomically
        from course.report.summary import summary

        write_atomically(summary_file, summary(result))
    sys.exit(0 if result.score == result.max_score and not result.not_checked else 1)


@main.command()
@_what
def watch(what: tuple[str, ...]) -> None:
    """Check whenever you save, and go from exercise to exercise.

    Shows the exercise you are working on: the one you have just saved, at first the next one to do. Keys: n next,
    h hint, l list, q quit. Without a terminal every save gives a verdict, until it is stopped.
    """
    from course.report.watch import watch as follow

    follow(the_course(), what)


@main.command()
@_what
def status(what: tuple[str, ...]) -> None:
    """Show where you are: the days, or the exercises of a day, what the last checks said, and what is next."""
    from course.catalog import select
    from course.reached import read_progress
    from course.report.standing import show_status, show_trouble

    course = the_course()
    show_trouble(course)
    show_status(course, read_progress(course.root), select(course, what) if what else ())


@main.command(name="list")
@_what
def list_exercises(what: tuple[str, ...]) -> None:
    """List exercises by the names that every command understands."""
    from course.catalog import select
    from course.reached import read_progress
    from course.report.standing import show_list

    course = the_course()
    show_list(course, select(course, what), read_progress(course.root))


@main.command(name="next")
def next_exercise() -> None:
    """Name the exercise to do next, and its file, sheet and check."""
    from course.practice.progress import next_task
    from course.reached import read_progress
    from course.report.standing import show_task

    course = the_course()
    show_task(course, next_task(course.days, read_progress(course.root)))


@main.command()
@_one
@click.option(
    "--level", type=click.IntRange(1), help="Show hints up to this level (default: one more than last time)."
)
def hint(exercise: str, level: int | None) -> None:
    """Give a hint, a little closer to the answer each time."""
    from course.reached import next_hint
    from course.report.terminal import show_hints

    course = the_course()
    day, found = _one_exercise(course, exercise, "A hint")
    show_hints(found, next_hint(course.root, day.name, found, level))


@main.command()
@_one
def explain(exercise: str) -> None:
    """Show the section of the sheet that an exercise belongs to."""
    from course.report.explaining import show_section

    course = the_course()
    show_section(course, *_one_exercise(course, exercise, "An explanation"))


def _one_exercise(course: Course, word: str, what: str) -> tuple[Day, Exercise]:
    """The exercise that a person means. Raises UsageError where it may be several."""
    from course.catalog import select

    selection = select(course, [word])[0]
    if len(selection.exercises) != 1:
        example = f"{selection.day.number}/{selection.exercises[0].qualname}"
        raise UsageError(f"{what} is for one exercise; say which, such as {example}.")
    return selection.day, selection.exercises[0]


@main.command()
@click.argument("day")
@click.option("--solutions", is_flag=True, help="Draw with the solutions instead of your own functions.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the pictures (default: pictures/<day>).",
)
def plot(day: str, solutions: bool, out: Path | None) -> None:
    """Draw the pictures of a day with your own functions."""
    from course.catalog.selecting import find_day
    from course.report.pictures import draw_day
    from course.report.terminal import show_drawing

    course = the_course()
    chosen = find_day(course, day.strip("/"))
    root = course.solutions if solutions else course.root
    with show_drawing() as view:
        drawn = draw_day(course, chosen, root, out or Path("pictures") / chosen.name, view)
    sys.exit(0 if drawn.complete else 1)


@main.command()
@click.argument("what", metavar="DAY | NOTEBOOK")
def convert(what: str) -> None:
    """Carry answers between the files of a day and its notebook.

    `course convert day03` writes the modules of the day into its notebook, `course convert
    day03_linalg/day03_linalg.ipynb` the notebook into the modules. What is replaced is kept in .course/backup.
    """
    from course.catalog.selecting import find_day
    from course.notebooks.carrying import modules_to_notebook, notebook_to_modules

    course = the_course()
    if what.endswith(".ipynb"):
        done = notebook_to_modules(course, Path(what))
    else:
        done = modules_to_notebook(course, find_day(course, what.strip("/")))
    for path in done.written:
        click.echo(f"written  {path.relative_to(course.root)}")
    for path in done.backups:
        click.echo(f"kept     {path.relative_to(course.root)}")
    for path, why in done.left.items():
        click.echo(f"left     {path.relative_to(course.root)} as it was: {why}. Mend it, then convert again.")
    if done.left:
        sys.exit(1)
    if not done.written:
        click.echo("The notebook and the modules agree already.")


@main.command()
@click.argument("source", metavar="[FROM]", required=False)
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
def update(source: str | None, dry_run: bool) -> None:
    """Take a new version of the course and keep what you have written.

    FROM is a folder, an archive, or the address of the new version (default: the git remote `upstream`). A copy of
    everything as it was is kept first. Work in a notebook is carried over to the modules with `course convert` before.
    """
    from course.release.fetching import new_release
    from course.release.updating import carry_out, plan_update
    from course.report.update_view import show_update

    root = the_course().root
    with new_release(source, root) as release:
        planned = plan_update(root, release)
        if not dry_run:
            carry_out(root, planned)
    show_update(planned)
