"""Commands for students: check, see where you are, ask for a hint, draw, go back, find what is wrong."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from course.cli.completing import complete_days, complete_exercises
from course.cli.group import json_option, main, save_as_json, the_course
from course.errors import UsageError

if TYPE_CHECKING:
    from course.catalog import Course, Day, Exercise


class _OfSolutions(click.Option):
    """Stands in the help where there are solutions, and not in a student's clone."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        from course.catalog import find_root
        from course.places import SOLUTIONS

        try:
            there = (find_root() / SOLUTIONS).is_dir()
        except UsageError:  # this is no folder of the course
            there = False
        return super().get_help_record(ctx) if there else None


_one = click.argument("exercise", metavar="DAY/EXERCISE", default="", shell_complete=complete_exercises)
_what = click.argument("what", nargs=-1, metavar="[DAY | DAY/EXERCISE]...", shell_complete=complete_exercises)


@main.command()
@_what
@click.option(
    "--solutions", cls=_OfSolutions, is_flag=True, help="Check the solutions instead of your day folders."
)
@click.option("--isolated", is_flag=True, help="Run the code in a sandboxed process, as grading does.")
@click.option("--full", is_flag=True, help="Show every value of a message, however long.")
@click.option(
    "--seed",
    type=int,
    help="Seed of the random inputs (default: the one in course.toml). In a clone known mistakes are named under "
    "the default only.",
)
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
    whole = result.score == result.max_score and not result.not_checked and not any(result.missing.values())
    sys.exit(0 if whole else 1)


@main.command()
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    help="The repository that was pushed (default: the course's own folder).",
)
@click.option("--since", default="", metavar="COMMIT", help="Check only the days that have changed since.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("report"),
    show_default=True,
    help="Folder for result.json, junit.xml, summary.md and codequality.json.",
)
def ci(work: Path | None, since: str, out: Path) -> None:
    """Check what was pushed, as continuous integration does: isolated, and only the days that were begun.

    On GitHub it also writes annotations, the page of the run and the output `statuses`. Exit status 0: all points of
    these days are earned, or there was nothing to check.
    """
    from course.practice.ci import check_pushed
    from course.release.manifest import read_manifest
    from course.report.ci_view import NOTHING, no_commands, tell_host, write_files
    from course.report.terminal import show_check

    course = the_course()
    folder = work or course.root
    with no_commands(os.environ):
        with show_check(course, own=False) as view:
            manifest = read_manifest(course.root)
            given = manifest.work if manifest else {}
            result = check_pushed(course, folder, since, given=given, done=view.done, started=view.started)
            if result:
                view.finish(result)
        if result is None:
            click.echo(NOTHING)
    write_files(result, out, folder)
    tell_host(result, folder)
    sys.exit(0 if result is None or (result.score == result.max_score and not result.not_checked) else 1)


@main.command()
@_what
def watch(what: tuple[str, ...]) -> None:
    """Check whenever you save, and go from exercise to exercise.

    Shows the exercise you are working on: the one you have just saved, at first the next one to do. Keys: n next,
    p previous, h hint, e explain, l list, r check again, d draw, x reset, u undo, q quit. Without a terminal every
    save gives a verdict, until it is stopped.
    """
    # Before anything is imported; a terminal writes the next line over it.
    click.echo("starting…" + ("\r" if sys.stdout.isatty() else "\n"), nl=False)
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
    from course.catalog import Selection, select
    from course.reached import read_progress
    from course.report.standing import show_list

    course = the_course()
    chosen = select(course, what)
    projects = [] if what else [Selection(one, one.exercises) for one in course.projects]
    show_list(course, [*chosen, *projects], read_progress(course.root))


@main.command(name="next")
def next_exercise() -> None:
    """Name the exercise to do next, and its file, sheet and check."""
    from course.practice.progress import next_task
    from course.reached import read_progress
    from course.report.standing import begun_projects, show_task

    course = the_course()
    progress = read_progress(course.root)
    show_task(course, next_task([*course.days, *begun_projects(course, progress)], progress))


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


@main.command()
@_one
def reset(exercise: str) -> None:
    """Put the stub of an exercise back.

    What you wrote is kept; `course undo` brings it back.
    """
    from course.practice.progress import Placed
    from course.practice.resetting import reset as put_back
    from course.release.given_out import given_out
    from course.report.standing import show_put_back

    course = the_course()
    task = Placed(*_one_exercise(course, exercise, "A reset"))
    show_put_back(course, put_back(course, task, given_out(course, task.day, task.exercise.module)))


@main.command()
def undo() -> None:
    """Bring back what the last `course reset` has taken away."""
    from course.practice.resetting import undo as take_back
    from course.report.standing import show_taken_back

    course = the_course()
    show_taken_back(course, take_back(course))


@main.command()
@_one
def solution(exercise: str) -> None:
    """Show how the authors wrote an exercise, once yours earns all its points, where your teachers publish it."""
    from course.practice.progress import Placed
    from course.release.published import published

    course = the_course()
    click.echo(published(course, Placed(*_one_exercise(course, exercise, "A solution"))), nl=False)


@main.command()
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also draw it, into a file such as progress.png, .svg or .pdf.",
)
def progress(output: Path | None) -> None:
    """Show how far you are: days, exercises, points, and the time you were at work."""
    from course.reached import read_progress
    from course.report.standing import show_trouble
    from course.report.travelled import show_travelled

    course = the_course()
    show_trouble(course)
    reached = read_progress(course.root)
    show_travelled(course, reached)
    if output is not None:
        from course.report.travelled import draw_travelled

        draw_travelled(course, reached, output)
        click.echo(f"drawn {output}")


@main.command()
def doctor() -> None:
    """Look for what keeps the course from working here, and say how to mend it."""
    from course.release.doctor import examine
    from course.report.diagnosis import show_diagnosis

    sys.exit(0 if show_diagnosis(examine(Path.cwd())) else 1)


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish", "powershell"]))
def completion(shell: str) -> None:
    """Print what makes a shell complete commands, days and exercises.

    \b
    bash        eval "$(course completion bash)"
    zsh         eval "$(course completion zsh)"
    fish        course completion fish | source
    PowerShell  course completion powershell | Out-String | Invoke-Expression

    Put the line at the end of ~/.bashrc, ~/.zshrc, ~/.config/fish/config.fish or $PROFILE.
    """
    from course.cli.completing import script

    click.echo(script(shell), nl=False)


def _one_exercise(course: Course, word: str, what: str) -> tuple[Day, Exercise]:
    """The exercise that a person means. Raises UsageError where it may be several, or none is named."""
    from course.catalog import select
    from course.practice.progress import next_task, read_progress

    if not word:
        task = next_task(course.days, read_progress(course.root))
        names = f"the next one is {task.typed}" if task is not None else "`course list` shows all"
        raise UsageError(f"{what} is for one exercise; say which, {names}.")
    selection = select(course, [word])[0]
    if len(selection.exercises) != 1:
        example = f"{selection.day.number}/{selection.exercises[0].qualname}"
        raise UsageError(f"{what} is for one exercise; say which, such as {example}.")
    return selection.day, selection.exercises[0]


@main.command()
@click.argument("day", shell_complete=complete_days)
@click.option(
    "--solutions",
    cls=_OfSolutions,
    is_flag=True,
    help="Draw with the solutions instead of your functions.",
)
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
