"""The ways to a student: each takes a page and the student on the roster, and says where it went.

A way is opened once for a class. What cannot be delivered to one student is that one's line.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid, parseaddr
from pathlib import Path
from typing import Any

from course.catalog import Course
from course.errors import CourseError
from course.files import write_atomically, write_bytes_atomically
from course.forks.git import Bounds, NotFetchedError, git
from course.forks.hosts import Host
from course.publishing.pages import Page
from course.results.feedback import feedback_page
from course.results.names import file_stem
from course.results.roster import Person

Deliver = Callable[[Page, Person], str]
BRANCH = "feedback"
_MOODLES = re.compile(r".+_\d+_assignsubmission_\w+_?/?")


class NotDeliveredError(Exception):
    """Why a page did not reach a student, in a few words."""


def as_files(folder: Path) -> Deliver:
    """``<name>.html`` and ``<name>.md`` in a folder."""

    def deliver(page: Page, _: Person) -> str:
        stem = file_stem(page.name)
        write_atomically(folder / f"{stem}.md", page.markdown)
        write_atomically(folder / f"{stem}.html", page.page)
        return str(folder / f"{stem}.html")

    return deliver


def as_branch(bounds: Bounds) -> Deliver:
    """A commit on the branch ``feedback`` of the student's repository, which has nothing but the feedback on it, so no
    workflow is started by it. What was there before stays in its history.
    """

    def deliver(page: Page, person: Person) -> str:
        if not person.repository:
            raise NotDeliveredError("the roster names no repository")
        place = tempfile.mkdtemp(prefix="course-feedback-")
        try:
            return _push(Path(place), page, person.repository, bounds)
        except NotFetchedError as why:
            raise NotDeliveredError(str(why)) from None
        finally:
            shutil.rmtree(place, ignore_errors=True)

    return deliver


def _push(mirror: Path, page: Page, address: str, bounds: Bounds) -> str:
    def run(*words: str, given: str = "") -> str:
        return git(words, bounds, mirror, given.encode("utf-8", "backslashreplace")).decode().strip()

    git(["init", "--bare", "--quiet", "--template=", str(mirror)], bounds)
    parents: list[str] = []
    if run("ls-remote", "--", address, f"refs/heads/{BRANCH}"):
        run(
            "fetch",
            "--quiet",
            "--depth=1",
            "--no-tags",
            "--",
            address,
            f"+refs/heads/{BRANCH}:refs/heads/{BRANCH}",
        )
        parents = ["-p", BRANCH]
    blobs = {name: run("hash-object", "-w", "--stdin", given=text) for name, text in _files(page).items()}
    tree = run(
        "mktree", given="".join(f"100644 blob {blob}\t{name}\n" for name, blob in sorted(blobs.items()))
    )
    if parents and run("rev-parse", f"{BRANCH}:FEEDBACK.md") == blobs["FEEDBACK.md"]:
        return f"{address}, branch {BRANCH} (as it was)"
    who = ["-c", "user.name=The teachers of the course", "-c", "user.email=course@example.invalid"]
    commit = run(*who, "commit-tree", "--no-gpg-sign", tree, *parents, "-m", page.subject)
    run("push", "--quiet", "--no-verify", "--", address, f"{commit}:refs/heads/{BRANCH}")
    return f"{address}, branch {BRANCH}"


def _files(page: Page) -> dict[str, str]:
    return {"FEEDBACK.md": page.markdown, "feedback.html": page.page}


def as_comment(host: Host, commits: Mapping[str, str]) -> Deliver:
    """A comment on the commit that was graded; a later one takes its place."""

    def deliver(page: Page, person: Person) -> str:
        commit = commits.get(person.id, "")
        if not commit:
            raise NotDeliveredError("no commit of this student is known; `course collect` notes it")
        try:
            return host.comment(person, commit, page.markdown)
        except NotFetchedError as why:
            raise NotDeliveredError(str(why)) from None

    return deliver


def as_canvas(api: str, where: str) -> Deliver:
    """A comment and the points on the student's submission of an assignment; ``where`` is ``COURSE/ASSIGNMENT``.

    Students are found by SIS login ID: the column ``canvas`` of the roster, or the student's name. Raises CourseError
    without a token or the client.
    """
    token, match = os.environ.get("CANVAS_TOKEN", ""), re.fullmatch(r"(\d+)/(\d+)", where)
    if not token:
        raise CourseError(
            "Canvas wants a token; make one in your account's settings and set CANVAS_TOKEN to it."
        )
    if match is None or not api:
        raise CourseError(
            "Say where in Canvas: --api https://canvas.example.org --assignment COURSE/ASSIGNMENT, two numbers."
        )
    try:
        import requests
        from canvasapi import Canvas
        from canvasapi.exceptions import CanvasException
    except ImportError:
        raise CourseError(
            "The client of Canvas is not installed; `pip install --editable '.[hosts]'` brings it."
        ) from None
    canvas = Canvas(api, token)

    def deliver(page: Page, person: Person) -> str:
        try:
            user = canvas.get_user(person.get("canvas") or person.id, "sis_login_id")
            assignment = canvas.get_course(int(match[1])).get_assignment(int(match[2]))
            handed = assignment.get_submission(user.id, include=["submission_comments"])
            said: dict[str, Any] = {"submission": {"posted_grade": f"{page.points:g}"}}
            if page.text not in [one.get("comment") for one in getattr(handed, "submission_comments", [])]:
                said["comment"] = {"text_comment": page.text}
            handed.edit(**said)
        except requests.RequestException:
            raise NotDeliveredError("Canvas does not answer") from None
        except CanvasException as why:
            raise NotDeliveredError(f"Canvas says: {str(why)[:200]}") from None
        return f"Canvas, assignment {match[2]}"

    return deliver


def _letter(page: Page, person: Person, sender: str) -> EmailMessage:
    """A mail with the text, and the page as a file."""
    address = parseaddr(person.email)[1]
    if "@" not in address:
        raise NotDeliveredError("the roster has no e-mail address")
    letter = EmailMessage(policy=SMTP)
    try:
        letter["From"], letter["To"], letter["Subject"] = sender, address, page.subject
    except ValueError:
        raise NotDeliveredError(f"{address!r} is no e-mail address") from None
    letter["Message-ID"] = make_msgid(page.digest, domain=sender.rpartition("@")[2].strip("> ") or None)
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(page.text.encode("utf-8", "replace").decode())
    letter.add_attachment(
        page.page.encode("utf-8", "replace"), maintype="text", subtype="html", filename="feedback.html"
    )
    return letter


def as_letters(folder: Path, sender: str) -> Deliver:
    """``<student>.eml`` in a folder, for a program that sends mail."""

    def deliver(page: Page, person: Person) -> str:
        path = folder / f"{file_stem(page.student)}.eml"
        write_bytes_atomically(path, _letter(page, person, sender).as_bytes())
        return str(path)

    return deliver


@contextmanager
def as_mail(server: str, sender: str) -> Iterator[Deliver]:
    """Mail through an SMTP server, ``HOST[:PORT]``: encrypted where it offers that, with a login where SMTP_USER and
    SMTP_PASSWORD are set.
    """
    import smtplib

    host, _, port = server.partition(":")
    make = smtplib.SMTP_SSL if port == "465" else smtplib.SMTP
    try:
        reached = make(host, int(port or 25), timeout=60)
    except (OSError, smtplib.SMTPException) as why:
        raise CourseError(
            f"The mail server {server} cannot be reached ({why.strerror or _in_short(why)}); nobody was written to. "
            "Look at --smtp and the network, and start again."
        ) from None
    try:
        with reached as line:
            _log_in(line, host)

            def deliver(page: Page, person: Person) -> str:
                letter = _letter(page, person, sender)
                try:
                    line.send_message(letter)
                except smtplib.SMTPServerDisconnected:
                    raise
                except smtplib.SMTPException as why:
                    raise NotDeliveredError(f"the server refused it ({_in_short(why)})") from None
                return str(letter["To"])

            yield deliver
    except (OSError, smtplib.SMTPException) as why:
        raise CourseError(
            f"The mail server {server} ended it ({_in_short(why)}); start again, nobody is written to twice."
        ) from None


def _log_in(line: Any, host: str) -> None:
    import ssl

    user, password = os.environ.get("SMTP_USER", ""), os.environ.get("SMTP_PASSWORD", "")
    line.ehlo()
    encrypted = hasattr(line.sock, "cipher")
    if not encrypted and line.has_extn("starttls"):
        line.starttls(context=ssl.create_default_context())
        encrypted = True
    if user:
        if not encrypted:
            raise CourseError(
                f"{host} offers no encryption, so the password was not sent; take another port."
            )
        line.login(user, password)


def _in_short(why: Exception) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in str(why))[:120] or type(why).__name__


def as_nbgrader(course: Course, folder: Path) -> Deliver:
    """A page for each day in the tree of nbgrader's ``feedback/``, from which its exchange hands out."""

    def deliver(page: Page, _: Person) -> str:
        for entry in page.record["days"]:
            day = course.day(entry["day"])
            text = feedback_page(day, {**page.record, "student": page.name}, _public(page, entry), {})
            write_atomically(folder / "feedback" / page.student / day.name / f"{day.name}.html", text)
        return str(folder / "feedback" / page.student)

    return deliver


def _public(page: Page, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of a day in which hidden checks say only the kind of their mistake, whatever the record says."""
    from course.testing.results import verdict_of

    def test_of(test: Mapping[str, Any]) -> dict[str, Any]:
        if not test.get("hidden") or test["outcome"] == "passed":
            return dict(test)
        return {**test, "message": f"A hidden check of this exercise ended with: {verdict_of(test)}."}

    exercises = [{**one, "tests": [test_of(test) for test in one["tests"]]} for one in entry["exercises"]]
    return {**entry, "exercises": exercises}


@contextmanager
def as_moodle(target: Path) -> Iterator[Deliver]:
    """One archive for Moodle, "Upload multiple feedback files in a zip": a folder for each participant, called as in
    the download of the hand-ins (the column ``moodle`` of the roster, or the student's name where it is such).
    """
    half = target.with_name(f".{target.name}.{os.getpid()}.half")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as archive:

            def deliver(page: Page, person: Person) -> str:
                name = next(
                    (one for one in (person.get("moodle"), page.student) if _MOODLES.fullmatch(one)), ""
                )
                if not name:
                    raise NotDeliveredError(
                        "Moodle finds nobody by this name; give the folder of its download, such as "
                        "'Ada Lovelace_123456_assignsubmission_file_', in the column moodle"
                    )
                archive.writestr(zipfile.ZipInfo(f"{name.strip('/')}/feedback.html"), page.page)
                return f"{target}, {name}"

            yield deliver
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
