"""Commands for what people judge: questions of students, and the page on which a class is reviewed."""

from __future__ import annotations

import getpass
from contextlib import nullcontext
from pathlib import Path

import click

from course.cli.grades import out_folder, store_option
from course.cli.group import main, the_course
from course.errors import UsageError
from course.signals import RequestToEndError


@main.command()
@out_folder
@click.argument("student", required=False)
@click.argument("where", metavar="[DAY/EXERCISE]", required=False)
@click.option("--text", "says", default="", help="The question, or with --answer the answer.")
@click.option("--answer", "number", type=int, metavar="NUMBER", help="Answer the question of that number.")
@click.option("--open", "only_open", is_flag=True, help="List only what is not answered.")
@click.option("--by", "author", help="Who writes it down (default: your name on this machine).")
@store_option
def appeal(
    out: Path,
    student: str | None,
    where: str | None,
    says: str,
    number: int | None,
    only_open: bool,
    author: str | None,
    store_url: str | None,
) -> None:
    """Note a student's question about an exercise, answer one, or list them.

    Both stay in the store with who and when, and stand on the pages of staff and student. `course appeal DIR` lists
    all, `course appeal DIR STUDENT` those of a student.
    """
    from course.report.records_view import show_appeals
    from course.results.appeals import answer, ask, list_appeals

    author = author or getpass.getuser()
    if number is not None and student is not None:
        raise UsageError(
            "--answer takes the number of a question alone: `course appeal DIR --answer 3 --text '…'`."
        )
    if number is not None:
        answer(out, number, says, author, store_url)
    elif where is not None and student is not None:
        ask(the_course(), out, student, where, says, author, store_url)
    elif says:
        raise UsageError(
            "Say whose it is, and about what: `course appeal DIR STUDENT DAY/EXERCISE --text '…'`."
        )
    found = list_appeals(out, student, store_url)
    show_appeals(out, [one for one in found if not (only_open and one.answers)])


@main.command()
@out_folder
@click.option("--by", "author", help="Who reviews (default: your name on this machine).")
@click.option(
    "--submissions",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the hand-ins (default: where the runs of the term found them).",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on (default: a free one)."
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@store_option
def review(
    out: Path,
    author: str | None,
    submissions: Path | None,
    port: int,
    no_browser: bool,
    store_url: str | None,
) -> None:
    """Mark a class on a page in the browser, until Ctrl-C.

    What was handed in stands beside the verdicts, with fields for points, comments, rubrics and questions of students.
    Everything lands in the store with who and when. Only this machine reaches the page, at the address that is printed.
    """
    click.echo(f"Reading {click.format_filename(out)} …")
    from course.review.desk import Desk  # not before something stands on the screen
    from course.review.opening import opened
    from course.review.server import ReviewServer

    desk = Desk(the_course(), out, author or getpass.getuser(), store_url, submissions)
    server = ReviewServer(desk, port, told=lambda says: click.echo(f"course: {says}", err=True))
    try:
        with server, nullcontext() if no_browser else opened(server.address):
            click.echo(f"Reviewing {click.format_filename(out)}: {server.address}")
            click.echo("Whoever has this address and is on this machine can mark. Ctrl-C ends it.")
            server.serve_forever()
    except RequestToEndError as request:
        click.echo("\nWhat was saved is in the book.")
        raise SystemExit(
            0
        ) from request  # which holds it to the end: a request that nobody holds is made again
