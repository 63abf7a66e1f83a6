"""Commands for grading a class."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

import click

from course.cli.group import main, the_course
from course.errors import UsageError


@main.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the results."
)
@click.option(
    "--day",
    "days",
    multiple=True,
    help="Grade only this day, or project/NAME; may be given several times. Without it: all days, no project.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=None,
    help="Submissions graded at the same time (default: one per core).",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    help="Seed of the run of record (default: drawn once and kept with the results).",
)
@click.option("--scheduler", metavar="ADDRESS", help="Grade on a Dask cluster, such as tcp://10.0.0.1:8786.")
@click.option(
    "--store",
    "store_url",
    metavar="URL",
    envvar="COURSE_STORE",
    help="Database of the results, as SQLAlchemy writes it (default: results.sqlite in the folder of results).",
)
@click.option("--again", is_flag=True, help="Grade what has not changed too.")
@click.option(
    "--roster",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Table of those in the class (default: that of the run before).",
)
@click.option("--mix", is_flag=True, help="Let another class in, or another class's roster.")
@click.option("--verbose", is_flag=True, help="Show a line for each submission, and what is not as before.")
@click.option(
    "--log",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Add the run to this file, as lines of JSON.",
)
def grade(
    submissions: Path,
    out: Path,
    days: tuple[str, ...],
    jobs: int | None,
    seed: int | None,
    scheduler: str | None,
    store_url: str | None,
    again: bool,
    roster: Path | None,
    mix: bool,
    verbose: bool,
    log: Path | None,
) -> None:
    """Grade a folder of submissions in isolation.

    SUBMISSIONS holds one folder or archive (.zip, .tar.gz, .7z, …) per student, each with day folders as in the
    course. Results are written as they are ready; started again, the run goes on where it was stopped.

    Exit status 1: something could not be checked, run it again. 3: all is checked, but something among the hand-ins
    is neither a folder nor an archive, and may be somebody's.
    """
    course = the_course()
    click.echo(f"Grading {click.format_filename(submissions)}: reading, and warming up …")
    from course.grading.classes import Manner, grade_class  # not before something stands on the screen
    from course.report.run_log import logging_to
    from course.report.terminal import show_class

    manner = Manner(jobs, scheduler, store_url, again, roster, mix)
    said = {"submissions": str(submissions.resolve()), "out": str(out.resolve()), "days": list(days)}
    with show_class(verbose=verbose) as screen, logging_to(log, screen, **said) as view:
        outcome = grade_class(course, submissions, out, days=days, seed=seed, view=view, manner=manner)
        view.finish(outcome)
    sys.exit(1 if not outcome.complete else 3 if outcome.passed_over else 0)


@main.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option(
    "--day", "days", multiple=True, help="Look for this day or project only; may be given several times."
)
@click.option(
    "--roster", type=click.Path(dir_okay=False, path_type=Path), help="Table of those in the class."
)
def intake(submissions: Path, days: tuple[str, ...], roster: Path | None) -> None:
    """Say what `course grade` would take of each hand-in, and grade nothing.

    Exit status 3: somebody's hand-in has nothing that can be graded, or something in the folder is no hand-in.
    """
    course = the_course()
    from course.catalog.selecting import find_day
    from course.grading.intake import Intake
    from course.report.records_view import show_intake
    from course.results.roster import read_roster

    chosen = [find_day(course, word) for word in days] or list(course.days)
    people = read_roster(roster, course) if roster is not None else None
    with Intake(course, submissions, chosen, roster=people) as found:
        sys.exit(0 if show_intake(found) else 3)


out_folder = click.argument("out", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
store_option = click.option(
    "--store",
    "store_url",
    metavar="URL",
    envvar="COURSE_STORE",
    help="Database of the results, as SQLAlchemy writes it (default: results.sqlite in DIR; or COURSE_STORE).",
)


class _WithFormats(click.Command):
    """Its help ends with the formats, which are imported only when somebody reads it."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from course.results.exports import FORMATS

        with formatter.section("Formats"):
            formatter.write_dl([(name, f"{one.file}, for {one.reader}") for name, one in FORMATS.items()])


@main.command(cls=_WithFormats)
@out_folder
@click.option("--format", "name", required=True, help="Who is to read it; the formats stand below.")
@click.option("--out", "target", type=click.Path(path_type=Path), help="Where to write it (default: in DIR).")
@store_option
def export(out: Path, name: str, target: Path | None, store_url: str | None) -> None:
    """Write the results in DIR in the form that another program reads.

    The points that count are written: those of the checks, less what coming late costs, and what was given by hand.
    """
    from course.results.exports import export_and_note

    click.echo(f"Written: {export_and_note(out, name, target, store_url, getpass.getuser())}")


@main.command()
@out_folder
@click.argument("student", required=False)
@click.argument("where", metavar="[DAY/EXERCISE]", required=False)
@click.option("--points", type=float, help="Points to add; negative to take away.")
@click.option("--comment", default="", help="Why: the student reads it.")
@click.option("--by", "author", help="Who decided (default: your name on this machine).")
@click.option("--remove", type=int, metavar="NUMBER", help="Take back the adjustment of that number.")
@click.option(
    "--force", is_flag=True, help="Give points without a comment, more than there are, or less than nothing."
)
@store_option
def adjust(
    out: Path,
    student: str | None,
    where: str | None,
    points: float | None,
    comment: str,
    author: str | None,
    remove: int | None,
    force: bool,
    store_url: str | None,
) -> None:
    """Give points and a comment by hand, or list what was given.

    They are kept apart from what the checks found and survive a regrade. `course adjust DIR` lists all, `course
    adjust DIR STUDENT` those of a student, `--remove NUMBER` takes one back. Criteria of rubrics, which `course review`
    fills in, stand among them.
    """
    from course.report.records_view import show_adjustments
    from course.results.adjusting import give_points, list_points, take_back
    from course.results.exports import export as write_export
    from course.results.store import adjustments_by_student

    author = author or getpass.getuser()
    if remove is not None:
        take_back(out, remove, author, store_url)
    elif where is not None and student is not None:
        if points is None and not comment:
            raise UsageError("Say how many points, or what: --points 2 --comment 'right idea, wrong sign'.")
        course = the_course()
        give_points(course, out, student, where, points or 0.0, comment, author, store_url, force=force)
    elif points is not None or comment:
        raise UsageError("Say for whom and what: `course adjust DIR STUDENT DAY/EXERCISE --points 2`.")
    if remove is not None or where is not None:
        write_export(out, "csv", adjustments=adjustments_by_student(out, store_url))
    show_adjustments(out, list_points(out, student, store_url))


@main.command()
@click.argument("record", type=click.Path(path_type=Path))
@click.option(
    "--submission",
    type=click.Path(path_type=Path),
    help="The student's folder or archive, or the folder of the class (default: as the run noted it).",
)
def replay(record: Path, submission: Path | None) -> None:
    """Grade one submission again and say whether the verdicts are the same.

    RECORD is a result file, such as results/ada.json. Its seed and limits are used; whatever else has changed since
    is named. Exit status 0 when all verdicts are equal.
    """
    from course.grading.replaying import replay as grade_again
    from course.report.records_view import show_replay

    result = grade_again(the_course(), record, submission)
    show_replay(result)
    sys.exit(0 if result.equal else 1)


@main.command()
@out_folder
@click.option(
    "--out",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the pages (default: DIR/report).",
)
@click.option("--no-students", is_flag=True, help="Only the page for staff.")
@click.option("--pictures", is_flag=True, help="Draw the pictures of the days with each student's functions.")
@click.option(
    "--submissions",
    type=click.Path(file_okay=False, path_type=Path),
    help="With --pictures: the folder that was graded (default: where it was then).",
)
@store_option
def report(
    out: Path,
    target: Path | None,
    no_students: bool,
    pictures: bool,
    submissions: Path | None,
    store_url: str | None,
) -> None:
    """Write pages about the results in DIR: one for staff, one per student.

    Every page is a single file that works offline. Hidden tests appear on the students' pages only with the kind of
    their mistake. Pictures are drawn in isolation, once for each version of a student's work, and stay in
    DIR/pictures.
    """
    from course.report.html_report import write_report
    from course.report.terminal import console, show_writing

    if pictures:
        from course.grading.picturing import draw_class
        from course.report.records_view import show_pictured

        with show_writing("drawing") as view:
            pictured = draw_class(the_course(), out, submissions, view)
        show_pictured(pictured)
    elif submissions is not None:
        raise UsageError("--submissions says where to draw from; add --pictures.")
    screen = console()
    written = write_report(the_course(), out, target or out / "report", store_url, screen, not no_students)
    click.echo(
        f"Written: {written.index}" + ("" if no_students else f" and {written.students} pages of students")
    )


@main.command("nbgrader-scores")
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("course_dir", metavar="COURSE_DIR", type=click.Path(path_type=Path))
def nbgrader_scores(out: Path, course_dir: Path) -> None:
    """Write the results in OUT into the nbgrader course in COURSE_DIR.

    The gradebook gets points, comments and what coming late costs, autograded/ and feedback/ a file per submission;
    formgrader, manual grading and `nbgrader export` go on from there. What people graded by hand stays.
    """
    from course.report.terminal import show_writing
    from course.results.nbgrader_scores import write_scores

    with show_writing("writing") as view:
        written = write_scores(the_course(), out, course_dir, started=view.started, done=view.done)
    click.echo(
        f"{written.submissions} submission{'s' * (written.submissions != 1)} written into {course_dir}; "
        "look at them with formgrader."
    )
    if written.unknown:
        days = ", ".join(sorted(written.unknown))
        click.echo(f"Left out: {days}, which this nbgrader course does not have.")
    for student in written.nameless:
        click.echo(
            f"Left out: {student}, a name that is not in UTF-8, which nbgrader cannot hold; rename the folder."
        )
