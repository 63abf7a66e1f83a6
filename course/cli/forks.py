"""Commands for a class that hands in through repositories."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from course.cli.grades import grade
from course.cli.group import main, the_course
from course.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from course.forks.pushes import Push
    from course.results.roster import Person


@main.command()
@click.option(
    "--roster",
    "roster_file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Table with the columns id, repository and, if it is not the default one, branch.",
)
@click.option(
    "--repositories",
    default="",
    metavar="ADDRESS",
    help="Where the roster names no repository: such as https://github.com/school/course-{login}.",
)
@click.option("--at", required=True, metavar="TIME", help="Such as 2026-12-01T23:59+01:00, in the past.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("collected"),
    show_default=True,
    help="Folder for the work, which `course grade` reads.",
)
@click.option(
    "--pushes",
    "pushes_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Table student,commit,pushed with the times at which a server received what.",
)
@click.option(
    "--host",
    type=click.Choice(("github", "gitlab")),
    help="Ask the host when it received what (GITHUB_TOKEN, GITLAB_TOKEN).",
)
@click.option(
    "--api", default="", metavar="URL", help="Address of the host's interface, if not the public one's."
)
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=8, show_default=True, help="Repositories at once."
)
@click.option("--seconds", type=click.FloatRange(1), default=120, show_default=True, help="For each fetch.")
@click.option("--mib", type=click.IntRange(1), default=256, show_default=True, help="For each repository.")
@click.option("--again", is_flag=True, help="Bring what is here already too.")
@click.option(
    "--grade",
    "results",
    type=click.Path(file_okay=False, path_type=Path),
    help="Then grade it into this folder, as `course grade` does with its defaults.",
)
@click.pass_context
def collect(
    context: click.Context,
    roster_file: Path,
    repositories: str,
    at: str,
    out: Path,
    pushes_file: Path | None,
    host: str | None,
    api: str,
    jobs: int,
    seconds: float,
    mib: int,
    again: bool,
    results: Path | None,
) -> None:
    """Bring the work of a class from its repositories, as it was at a due time.

    Only what can be graded is taken, as data: nothing of a repository is carried out. Started again, only what did
    not come is tried again. Exit status 1: somebody's repository could not be read, or something could not be checked.
    """
    from datetime import UTC, datetime

    from course.catalog.deadlines import as_time
    from course.forks.addresses import addressed
    from course.forks.collecting import collect as bring
    from course.forks.collecting import from_table
    from course.forks.git import Bounds
    from course.forks.hosts import open_host
    from course.forks.pushes import read_pushes
    from course.report.forks_view import show_collecting
    from course.results.roster import read_roster

    course = the_course()
    try:
        moment = as_time(at, course.zone)
    except ValueError:
        raise UsageError(f"{at!r} is no time; write it as 2026-12-01T23:59+01:00.") from None
    if moment > datetime.now(UTC):
        raise UsageError(f"{at} is still to come; until then everybody may push. Collect after it.")
    roster = addressed(read_roster(roster_file, course).people.values(), repositories)
    if pushes_file and host:
        raise UsageError("--pushes and --host both say when something was pushed; give one of them.")
    pushes_of: Callable[[Person], Sequence[Push] | None] = lambda _: None  # noqa: E731
    if pushes_file:
        pushes_of = from_table(read_pushes(pushes_file, course.zone))
    elif host:
        pushes_of = open_host(host, api).pushes
    with show_collecting(roster, moment, out) as view:
        lines = bring(
            course,
            roster,
            moment,
            out,
            pushes_of=pushes_of,
            bounds=Bounds(seconds, mib),
            jobs=jobs,
            again=again,
            told=view.told,
        )
        good = view.finish(lines, graded=results is not None)
    if results is not None:
        try:
            context.invoke(
                grade,
                submissions=out,
                out=results,
                store_url=os.environ.get("COURSE_STORE"),
                roster=roster_file,
            )
        except SystemExit as end:
            good = good and not end.code
    sys.exit(0 if good else 1)


@main.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--day", "word", required=True, help="The day to compare.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The page (default: similar-DAY.html); a table with all pairs lies beside it.",
)
@click.option(
    "--least",
    type=click.IntRange(1, 100),
    default=40,
    show_default=True,
    metavar="PERCENT",
    help="Name pairs that share at least so much of what is rare.",
)
def similar(submissions: Path, word: str, out: Path | None, least: int) -> None:
    """Find hand-ins of a day that are alike, and show them side by side.

    Names, comments, layout, numbers and order of functions do not count; what was given, what the course holds for
    right and what many have is left out. Likeness is a reason to look and to talk, no proof.
    """
    from course.catalog.selecting import find_day
    from course.grading.intake import Intake
    from course.report.similar_page import WARNING, write_similar
    from course.report.terminal import console, progress_bar
    from course.results.names import shown
    from course.similarity.comparing import compare_class

    course = the_course()
    day = find_day(course, word)
    screen = console()
    with Intake(course, submissions, [day]) as intake, progress_bar(screen, "comparing") as bar:
        task = bar.add_task("", total=len(intake))
        found = compare_class(
            course, day, intake, least=least / 100, done=lambda _: bar.update(task, advance=1, refresh=True)
        )
    page, table = write_similar(found, course.title, out or Path(f"similar-{day.number}.html"))
    for pair in found.pairs[:20]:
        screen.print(f"{100 * pair.share:3.0f} %  {shown(pair.left)}  {shown(pair.right)}")
    count = len(found.pairs)
    screen.print(f"{found.students} hand-ins, {count} pair{'s' * (count != 1)} to look at.", style="bold")
    screen.print(WARNING)
    screen.print(f"Written: {page} and {table.name}", soft_wrap=True)
