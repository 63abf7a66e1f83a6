"""Commands that make what students get."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from course.cli.group import main, the_course
from course.errors import UsageError

_DAY = click.option("--day", "days", multiple=True, help="Release only this day; may be given several times.")
_VERSION = click.option("--version", help="Version of the release (default: the one of the course).")
_DIRTY = click.option(
    "--allow-dirty", is_flag=True, help="Release changes that are not committed, for a trial."
)


@main.group(invoke_without_command=True)
@click.option("--check", "only_check", is_flag=True, help="Try every gate of a release and write nothing.")
@_DAY
@click.option("--version", help="Version of the release; with --check it must then stand in the changelog.")
@click.pass_context
def release(context: click.Context, only_check: bool, days: tuple[str, ...], version: str | None) -> None:
    """Make what students get, with nothing in it that they should not have.

    `course release --check` tries every gate and writes nothing.
    """
    if context.invoked_subcommand is not None:
        return
    if not only_check:
        click.echo(context.get_help())
        sys.exit(2)
    from course import __version__
    from course.catalog.selecting import find_day
    from course.release.gates import check_release
    from course.release.student import check_version
    from course.report.release_view import show_gates

    course = the_course()
    named = [find_day(course, day.strip("/")) for day in days] or course.units
    chosen = [day for day in course.units if day in named]
    wanted = check_version(version or __version__)
    with show_gates() as view:
        for passed in check_release(course, chosen, wanted, told=version is not None, started=view.started):
            view.passed(passed)
        view.finish()
    sys.exit(0 if view.good else 1)


@release.command()
@click.argument("dest", type=click.Path(path_type=Path))
@_DAY
@click.option(
    "--solutions",
    "solved",
    multiple=True,
    metavar="DAY",
    help="Bring the solutions of this day along, for `course solution`; may be given several times.",
)
@_VERSION
@_DIRTY
def student(
    dest: Path, days: tuple[str, ...], solved: tuple[str, ...], version: str | None, allow_dirty: bool
) -> None:
    """Write the student repository into the new folder DEST.

    It holds skeletons, sheets, public tests and the student commands; no solutions, hidden tests or answers, but for
    solutions that --solutions names. The same source gives the same bytes.
    """
    from course import __version__
    from course.catalog.selecting import find_day
    from course.release.leaks import refuse_leaks
    from course.release.repository import refuse_dirty, refuse_existing, source_date, write_repository
    from course.release.secrets import read_secrets
    from course.release.student import build_release, check_version
    from course.report.release_view import show_release

    course = the_course()
    chosen = [find_day(course, day.strip("/")) for day in days] or list(course.units)
    open_days = [find_day(course, day.strip("/")) for day in solved]
    if left := [day.name for day in open_days if day not in chosen]:
        raise UsageError(
            f"{left[0]} is not in this release; leave out `--solutions {left[0]}`. Nothing was written."
        )
    wanted = check_version(version or __version__)
    refuse_existing(dest)
    if not allow_dirty:
        refuse_dirty(course.root)
    with show_release(chosen) as view:
        files = build_release(course, chosen, wanted, view.done, open_days)
        commit = write_repository(
            dest,
            files,
            f"Release {wanted}",
            source_date(course.root),
            lambda folder: refuse_leaks(read_secrets(course), folder),
        )
        view.finish(dest, wanted, len(files), commit)


@release.command()
@click.argument("dest", type=click.Path(path_type=Path))
@_DAY
@_DIRTY
def nbgrader(dest: Path, days: tuple[str, ...], allow_dirty: bool) -> None:
    """Write an nbgrader course into the new folder DEST: a notebook per day, for instructors and for students.

    docs/nbgrader.md says how a class is run with it.
    """
    from course.catalog.selecting import find_day, refuse_projects
    from course.release.nbgrader import release_nbgrader
    from course.release.repository import refuse_dirty, refuse_existing
    from course.report.release_view import show_release

    course = the_course()
    chosen = [find_day(course, day.strip("/")) for day in days] or list(course.days)
    refuse_projects(chosen, "is handed in as files, not as a notebook")
    refuse_existing(dest)
    if not allow_dirty:
        refuse_dirty(course.root)
    with show_release(chosen) as view:
        release_nbgrader(course, chosen, dest, view.done)
        view.finish_nbgrader(dest)


@release.command("class")
@click.argument("dest", type=click.Path(path_type=Path))
@click.option("--course", "address", required=True, metavar="ADDRESS", help="The repository of this course.")
@click.option("--at", "reference", required=True, metavar="TAG", help="What of it grades, such as v1.0.")
def class_(dest: Path, address: str, reference: str) -> None:
    """Write the private repository of a class into the new folder DEST.

    On GitHub or GitLab it collects and grades the class every night, with the course at ADDRESS, and keeps the book of
    the term. Its README says which tokens it needs.
    """
    from course.release.class_repository import class_files
    from course.release.repository import source_date, write_repository

    course = the_course()
    files = class_files(course, address, reference)
    write_repository(dest, files, f"A class of {course.title}", source_date(course.root), lambda _: None)
    click.echo(f"Written: {dest}. Next: its README.md, and roster.csv.")


@release.command()
@_VERSION
def notes(version: str | None) -> None:
    """Print what the changelog says of a version."""
    from course import __version__
    from course.errors import CourseError
    from course.release.changelog import read_changes

    wanted = version or __version__
    found = dict(read_changes(the_course().root / "CHANGELOG.md"))
    if wanted not in found:
        raise CourseError(f"CHANGELOG.md has no section `## {wanted}`; write what is new.")
    click.echo(found[wanted])
