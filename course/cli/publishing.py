"""The command that brings feedback back to students."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from course.cli.group import main, the_course
from course.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from course.publishing.ways import Deliver

WAYS = ("files", "branch", "comment", "canvas", "letters", "mail", "nbgrader", "moodle")


@main.command()
@click.argument("results", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--as", "way", required=True, type=click.Choice(WAYS), help="The way; see above.")
@click.option("--day", "days", multiple=True, help="Tell of this day only; may be given several times.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Where files, letters, nbgrader's course or the zip lie."
)
@click.option(
    "--roster",
    "roster_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Table with id, repository, email, canvas, moodle: what the way needs (default: that of the term).",
)
@click.option(
    "--collected",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("collected"),
    help="With comment and branch: the folder of `course collect`, which knows the commits, and the repositories "
    "that the roster leaves out.",
)
@click.option("--host", type=click.Choice(("github", "gitlab")), default="github", help="With comment.")
@click.option("--api", default="", metavar="URL", help="Address of the host, or of Canvas.")
@click.option("--assignment", default="", metavar="COURSE/ASSIGNMENT", help="With canvas: two numbers.")
@click.option("--smtp", default="localhost", metavar="HOST[:PORT]", help="With mail.")
@click.option("--sender", default="", metavar="ADDRESS", help="With mail and letters.")
@click.option("--pseudonyms", "hide_names", is_flag=True, help="Call students by names that say nothing.")
@click.option("--store", "store_url", metavar="URL", envvar="COURSE_STORE", help="Database of the results.")
def publish(
    results: Path,
    way: str,
    days: tuple[str, ...],
    out: Path | None,
    roster_file: Path | None,
    collected: Path,
    host: str,
    api: str,
    assignment: str,
    smtp: str,
    sender: str,
    hide_names: bool,
    store_url: str | None,
) -> None:
    """Bring the results in DIR to the students: a page each, with hidden checks only by the kind of their mistake.

    \b
    files     a page and a text per student in a folder
    branch    a commit on the branch `feedback` of the student's repository
    comment   a comment on the commit that was graded (GITHUB_TOKEN, GITLAB_TOKEN)
    canvas    comment and points on an assignment (CANVAS_TOKEN)
    letters   mails as .eml files
    mail      mails through a server (SMTP_USER, SMTP_PASSWORD)
    nbgrader  the feedback folder of a course of nbgrader's
    moodle    the zip of feedback files that Moodle takes

    Repeated, nobody gets the same twice. Exit status 1: somebody was not reached.
    """
    from course.catalog.selecting import find_day
    from course.forks.addresses import collected_from
    from course.forks.collecting import commits
    from course.forks.git import Bounds
    from course.forks.hosts import open_host
    from course.publishing.pages import write_pages
    from course.publishing.publishing import Mailed, pseudonyms
    from course.publishing.publishing import publish as send
    from course.publishing.screen import PublishingView
    from course.publishing.ways import (
        as_branch,
        as_canvas,
        as_comment,
        as_files,
        as_letters,
        as_mail,
        as_moodle,
        as_nbgrader,
    )
    from course.results.appeals import appeals_by_student
    from course.results.reading import read_records
    from course.results.roster import read_roster
    from course.results.settings import read_settings
    from course.results.store import adjustments_by_student

    course = the_course()
    kept = read_settings(results).get("roster")
    roster_file = roster_file or (Path(kept) if kept else None)
    if way in ("branch", "comment", "canvas", "letters", "mail") and roster_file is None:
        raise UsageError(f"--as {way} needs --roster, which says whose is what.")
    if way == "nbgrader" and out is None:
        raise UsageError("Say with --out where nbgrader's course is.")
    if way in ("letters", "mail") and "@" not in sender:
        raise UsageError("Say from whom: --sender teachers@example.org.")
    roster = read_roster(roster_file, course).people if roster_file else {}
    roster = collected_from(roster, collected)
    chosen = [find_day(course, word) for word in days] or list(course.units)
    adjustments = adjustments_by_student(results, store_url)
    names = pseudonyms(results, [one["student"] for one in read_records(results)]) if hide_names else {}
    appeals = appeals_by_student(results, store_url)
    made = f"{datetime.now():%Y-%m-%d %H:%M}"
    pages = write_pages(course, results, chosen, adjustments, names, made, appeals)
    view = PublishingView()
    with ExitStack() as stack:
        ways: dict[str, Callable[[], Deliver]] = {
            "files": lambda: as_files(out or results / "feedback"),
            "branch": lambda: as_branch(Bounds()),
            "comment": lambda: as_comment(open_host(host, api), commits(collected)),
            "canvas": lambda: as_canvas(api, assignment),
            "letters": lambda: as_letters(out or results / "letters", sender),
            "mail": lambda: stack.enter_context(as_mail(smtp, sender)),
            "nbgrader": lambda: as_nbgrader(course, out or Path()),
            "moodle": lambda: stack.enter_context(as_moodle(out or results / "moodle-feedback.zip")),
        }
        once = Mailed(results) if way == "mail" else None
        lines = send(pages, roster, ways[way](), once=once, told=view.told)
    sys.exit(0 if view.finish(lines) else 1)
