"""Commands that look back on a term."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from course.cli.grades import out_folder, store_option
from course.cli.group import main


@main.command()
@out_folder
@click.argument("student", required=False)
@store_option
def history(out: Path, student: str | None, store_url: str | None) -> None:
    """Say what every run gave a student, and why; without a student list the runs and exports of the term."""
    from course.report.term_view import show_history, show_runs
    from course.results.adjusting import find_record
    from course.results.appeals import read_appeals
    from course.results.book import history as history_of
    from course.results.reviews import read_reviews
    from course.results.store import Store

    with Store(out, store_url) as store:
        if student is None:
            show_runs(store.runs(), store.exports())
            return
        name = find_record(out, student)["student"]
        given, asked = store.adjustments(name, removed=True), read_appeals(store, name)
        show_history(name, history_of(store, name), given, asked, read_reviews(store, student=name))


@main.command()
@out_folder
@click.argument("first", metavar="RUN", type=int)
@click.argument("second", metavar="RUN", type=int)
@store_option
def compare(out: Path, first: int, second: int, store_url: str | None) -> None:
    """Say who gained and who lost from one run to another, and by which checks.

    `course history DIR` lists the runs. What counted when the one had ended is set against what counted when the other
    had; what people gave by hand and what students asked between the two is named below, and not counted.
    """
    from course.report.term_view import show_comparison
    from course.results.book import compare as compare_runs
    from course.results.store import Store

    with Store(out, store_url) as store:
        show_comparison(compare_runs(store, first, second), first, second)


@main.command()
@out_folder
@click.argument("student")
@click.option("--yes", is_flag=True, help="Do not ask.")
@store_option
def forget(out: Path, student: str, yes: bool, store_url: str | None) -> None:
    """Delete everything of a student from the term in DIR, for good.

    All results there ever were, points, comments and questions, pages and pictures; reports and exports of the class,
    which can be written again. What lies elsewhere is named.
    """
    from course.results.adjusting import find_record
    from course.results.forgetting import ELSEWHERE
    from course.results.forgetting import forget as forget_student
    from course.results.names import shown

    name = shown(find_record(out, student)["student"])
    asked = f"Delete everything of {name} from {click.format_filename(out)}? It cannot be undone"
    if not yes and not click.confirm(asked):
        click.echo("Nothing was deleted.")
        sys.exit(1)
    for done in forget_student(out, student, store_url):
        click.echo(f"Deleted: {done}")
    click.echo("Not touched, and yours to delete where the student is to be forgotten there too:")
    for place in ELSEWHERE:
        click.echo(f"  {place}")


@main.group()
def book() -> None:
    """The book of a term: what is kept of it, in the store and in files."""


@book.command()
@out_folder
@click.option(
    "--mend", is_flag=True, help="Write files again from the store; take what is in files only into it."
)
@store_option
def check(out: Path, mend: bool, store_url: str | None) -> None:
    """Say where files and store of the results in DIR differ.

    With --mend and --store an empty or a moved folder goes on with the class of its name in that store. Exit status 1
    when something is left that is not as it should be.
    """
    from course.report.term_view import show_findings
    from course.results.book import check_book

    found = check_book(out, store_url, mend=mend)
    show_findings(found, out)
    sys.exit(0 if all(one.mended for one in found) else 1)
