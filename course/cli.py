"""The command ``course``: one thin function per subcommand, no logic, and nothing heavy imported before it
is needed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from course.errors import CourseError, UsageError

if TYPE_CHECKING:
    from course.catalog import Course


class _Group(click.Group):
    """Subcommands in the order they are written, and course errors as one sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CourseError as error:
            click.echo(f"course: {error}", err=True)
            sys.exit(error.status)
        except OSError as error:
            if error.errno is None:
                raise
            click.echo(f"course: {_system_error(error)}", err=True)
            sys.exit(1)


def _system_error(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    said = (error.strerror or "error").lower()
    return f"the system said {said!r}{where}; free some space or check the permissions, then repeat."


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="deep-learning-course", message="course %(version)s")
def main() -> None:
    """Check, grade and publish the exercises of the course.

    Students need `course check` and `course plot`; everything else is for instructors and authors.
    """


def _course() -> Course:
    from course.catalog import find_root, load_course

    return load_course(find_root())


@main.command()
@click.argument("what", nargs=-1, metavar="[DAY | DAY/EXERCISE]...")
@click.option("--solutions", is_flag=True, help="Check the solutions instead of your day folders.")
@click.option("--isolated", is_flag=True, help="Run the code in a sandboxed process, as grading does.")
@click.option("--seed", type=int, help="Seed of the random inputs (default: the one in course.toml).")
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the result as JSON.",
)
def check(
    what: tuple[str, ...], solutions: bool, isolated: bool, seed: int | None, json_file: Path | None
) -> None:
    """Check exercises and say what to do next.

    Without arguments every day is checked; `course check day03` checks one day, `course check
    day03/pseudo_inverse` one exercise.
    """
    from course.grading.checking import check_folder
    from course.report.terminal import show_check

    course = _course()
    root = course.solutions if solutions else course.root
    with show_check(course) as view:
        result = check_folder(
            course, what, root, isolated=isolated, seed=seed, done=view.done, started=view.started
        )
        view.finish(result)
    if json_file is not None:
        from course.grading.records import write_json

        write_json(json_file, result.to_plain())
    sys.exit(0 if result.score == result.max_score else 1)


@main.command()
def status() -> None:
    """Show where you are: the days, and what the last checks said."""
    from course.grading.progress import read_progress
    from course.report.terminal import show_status

    course = _course()
    show_status(course, read_progress(course.root))


@main.command()
@click.argument("exercise", metavar="DAY/EXERCISE")
@click.option(
    "--level", type=click.IntRange(1), help="Show hints up to this level (default: one more than last time)."
)
def hint(exercise: str, level: int | None) -> None:
    """Give a hint, a little closer to the answer each time."""
    from course.catalog import select
    from course.grading.progress import next_hint
    from course.report.terminal import show_hints

    course = _course()
    selection = select(course, [exercise])[0]
    if len(selection.exercises) != 1:
        raise UsageError("A hint is for one exercise; say which, such as `course hint day03/pseudo_inverse`.")
    found = selection.exercises[0]
    show_hints(found, next_hint(course.root, selection.day.name, found, level))


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

    course = _course()
    chosen = find_day(course, day.strip("/"))
    drawn = draw_day(
        course,
        chosen,
        course.solutions if solutions else course.root,
        out or Path("pictures") / chosen.name,
        click.echo,
    )
    sys.exit(0 if drawn.complete else 1)


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
    course = _course()
    with show_class() as view:
        outcome = grade_class(course, submissions, out, days=days, jobs=jobs, seed=seed, view=view)
        view.finish(outcome)
    sys.exit(0 if outcome.complete else 1)


@main.command()
@click.argument("days", nargs=-1, metavar="[DAY]...")
@click.option("--check", "only_check", is_flag=True, help="Only say what is out of step, with a diff.")
@click.option("--force", is_flag=True, help="Replace skeletons that were edited by hand; a backup is kept.")
def sync(days: tuple[str, ...], only_check: bool, force: bool) -> None:
    """Write the student skeletons and points tables from the single source."""
    from course.catalog.selecting import find_day
    from course.release.skeletons import diff_text, differences, write

    course = _course()
    found = differences(course, [find_day(course, day) for day in days])
    if only_check:
        for difference in found:
            click.echo(diff_text(course, difference), nl=False)
        click.echo(
            f"{len(found)} file(s) out of step; run `course sync`." if found else "Everything is in step."
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
@click.argument("days", nargs=-1, metavar="[DAY]...")
@click.option(
    "--seeds", type=click.IntRange(2), default=20, show_default=True, help="Seeds to try everything under."
)
@click.option("--jobs", type=click.IntRange(1), help="Processes at the same time (default: one per core).")
@click.option(
    "--no-mutants", is_flag=True, help="Leave out the mutation score, which takes most of the time."
)
@click.option("--changed", metavar="REV", help="Only days with files changed since the merge base with REV.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the report as JSON.",
)
def verify(
    days: tuple[str, ...],
    seeds: int,
    jobs: int | None,
    no_mutants: bool,
    changed: str | None,
    json_file: Path | None,
) -> None:
    """Prove that the tests are right: for authors.

    Skeletons fail, solutions and variants pass, every misconception is found and named, tolerances are neither
    tight nor loose, refused calls are refused, and mutants of the solutions are killed. docs/verify.md explains
    what is printed.
    """
    from course.catalog.selecting import find_day
    from course.verify.changes import changed_days
    from course.verify.threads import settle_threads

    course = _course()
    chosen = [find_day(course, day.strip("/")) for day in days] or list(course.days)
    if changed is not None:
        chosen = changed_days(course, chosen, changed)
        if not chosen:
            click.echo(f"No day has changed since {changed}.")
            return
    settle_threads()
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

    run_demo(_course(), out)


if __name__ == "__main__":
    main()
