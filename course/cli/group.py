"""The group of commands: their order, and errors of the course as one sentence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from course.errors import CourseError
from course.signals import RequestToEndError, hear_requests_to_end
from course.signs import settle_streams
from course.threads import settle_threads

if TYPE_CHECKING:
    from course.catalog import Course


INSTRUCTORS = (
    "sqlalchemy",
    "alembic",
    "yaml",
    "jinja2",
    "markupsafe",
    "pygments",
    "distributed",
    "nbgrader",
    "nbformat",
)
"""Packages that students need not have."""

NOT_ON_WINDOWS = ("resource", "fcntl")


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
        except RequestToEndError as request:
            click.echo(f"course: stopped by {request} before it was done.", err=True)
            sys.exit(request.status)
        except ModuleNotFoundError as error:
            if error.name in NOT_ON_WINDOWS:
                click.echo(
                    "course: this command needs Linux or macOS; on Windows use WSL (`wsl --install`).",
                    err=True,
                )
                sys.exit(1)
            if error.name not in INSTRUCTORS:
                raise
            click.echo(
                f"course: this command needs {error.name}; install what instructors use with "
                "`pip install --editable '.[instructor]'`.",
                err=True,
            )
            sys.exit(1)
        except OSError as error:
            if error.errno is None:
                raise
            click.echo(f"course: {_system_error(error)}", err=True)
            sys.exit(1)


def _system_error(error: OSError) -> str:
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"{error.filename} is not there; put it in its place, or install it when it is a program, then repeat."
    where = f" ({error.filename})" if error.filename else ""
    said = (error.strerror or "error").lower()
    return f"the system said {said!r}{where}; free some space or check the permissions, then repeat."


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="deep-learning-course", message="course %(version)s")
@click.pass_context
def main(context: click.Context) -> None:
    """The course on the command line.

    Students begin with `course status` and `course watch`. Every command has its own --help.
    """
    settle_streams()
    context.with_resource(hear_requests_to_end())
    settle_threads()


json_option = click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the result as JSON.",
)


class _Result(Protocol):
    def to_plain(self) -> dict[str, Any]: ...


def save_as_json(result: _Result, file: Path | None) -> None:
    """What ``json_option`` asks for."""
    if file is not None:
        from course.files import write_json

        write_json(file, result.to_plain())


def the_course() -> Course:
    """The course that the current folder belongs to."""
    from course.catalog import find_root, load_course

    return load_course(find_root())
