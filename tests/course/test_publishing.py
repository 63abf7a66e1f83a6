"""`course publish`: each way to a student, by the real clients against servers on this machine; and nobody is told what
a hidden check asks.
"""

from __future__ import annotations

import csv
import email
import email.policy
import json
import os
import re
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner, Result

from course.catalog import Course
from course.cli import main
from course.forks.git import NotFetchedError
from course.forks.hosts import MARK, full_name, open_host
from course.forks.pushes import Push
from course.publishing.ways import NotDeliveredError, as_comment
from course.results.adjusting import give_points
from course.results.roster import Person
from course.results.store import Store
from tests.course.class_records import record, write_record
from tests.course.conftest import ROOT, write
from tests.course.hosts import SHA, TOKEN, State, canvas, github, gitlab, host
from tests.course.repositories import git, new_fork, push, served

SECRET = "expected 1234.5 of the hidden input"
EVIL = "</pre><script>alert(1)</script> @everyone\n/close\n#1"


@pytest.fixture
def results(tiny: Course, tmp_path: Path) -> Path:
    """Ada has a hidden failure, a failure that her code has a say in, a comment by hand; Bob has everything."""
    out = tmp_path / "results"
    ada = record("ada", "pff", note="for staff alone")
    hidden = ada["days"][0]["exercises"][0]["tests"][1]
    hidden |= {"message": SECRET, "hidden": True}
    ada["days"][0]["exercises"][1]["tests"][0]["message"] = f"The value is wrong.\n{EVIL}"
    write_record(out, ada)
    write_record(out, record("bob", "ppp"))
    give_points(tiny, out, "ada", "day01/Counter.step", 1, "right idea", "grace", None)
    return out


def publish(course: Course, results: Path, way: str, *words: str) -> Result:
    before = Path.cwd()
    os.chdir(course.root)
    try:
        return CliRunner().invoke(main, ["publish", str(results), "--as", way, *words])
    finally:
        os.chdir(before)


def roster(tmp_path: Path, **columns: str) -> str:
    """A roster in which ada has these columns and bob has none."""
    names = ["id", *columns]
    lines = [",".join(names), ",".join(["ada", *columns.values()]), ",".join(["bob", *[""] * len(columns)])]
    return str(write(tmp_path / "roster.csv", "\n".join(lines) + "\n"))


def test_a_file_for_each_student_says_what_counts_and_nothing_hidden(
    tiny: Course, results: Path, tmp_path: Path
) -> None:
    done = publish(tiny, results, "files", "--out", str(tmp_path / "pages"))
    assert done.exit_code == 0, done.output
    assert "2 students: 2 reached, 0 before, 0 not." in done.output
    page = (tmp_path / "pages/ada.html").read_text()
    text = (tmp_path / "pages/ada.md").read_text()
    for said in (page, text):
        assert "1234.5" not in said
        assert "for staff alone" not in said
        assert "right idea" in said
    assert "## A tiny course: 3 of 5 points" in text
    assert "`sums.total`: hidden checks: 1 wrong" in text
    assert "5 of 5 points" in (tmp_path / "pages/bob.md").read_text()


def test_what_student_code_says_is_text_on_the_page_of_a_host(
    tiny: Course, results: Path, tmp_path: Path
) -> None:
    publish(tiny, results, "files", "--out", str(tmp_path / "pages"))
    text = (tmp_path / "pages/ada.md").read_text()
    assert "<script>" not in text
    assert "@everyone" not in text
    assert not re.search(r"(?m)^/close", text)
    assert not re.search(r"(?m)^#1", text)
    assert "&#60;/pre&#62;&#60;script&#62;" in text


def test_a_pseudonym_stands_for_a_name_and_stays_the_same(
    tiny: Course, results: Path, tmp_path: Path
) -> None:
    for _ in range(2):
        assert (
            publish(tiny, results, "files", "--out", str(tmp_path / "pages"), "--pseudonyms").exit_code == 0
        )
    with (results / "pseudonyms.csv").open(newline="") as file:
        names = {row["student"]: row["pseudonym"] for row in csv.DictReader(file)}
    assert {path.stem for path in (tmp_path / "pages").iterdir()} == set(names.values())
    assert re.search(r"\bada\b", (tmp_path / f"pages/{names['ada']}.html").read_text()) is None


# Repositories


def test_a_branch_gets_a_commit_and_a_second_one_only_when_there_is_news(
    tiny: Course, results: Path, tmp_path: Path
) -> None:
    fork = new_fork(tmp_path / "forks/ada.git")
    push(fork, {"a.py": "x"}, "2025-11-01T00:00:00+00:00")
    git(fork, "config", "http.receivepack", "true")
    with served(tmp_path / "forks") as web:
        table = roster(tmp_path, repository=f"{web}/ada.git")
        done = publish(tiny, results, "branch", "--roster", table)
        assert done.exit_code == 1
        assert "bob  not reached: the roster names no repository" in done.output
        assert git(fork, "ls-tree", "--name-only", "feedback").split() == ["FEEDBACK.md", "feedback.html"]
        assert "3 of 5 points" in git(fork, "show", "feedback:FEEDBACK.md")
        first = git(fork, "rev-parse", "feedback")
        again = publish(tiny, results, "branch", "--roster", table)
        assert "(as it was)" in again.output.replace("\n", " ")
        assert git(fork, "rev-parse", "feedback") == first
        give_points(tiny, results, "ada", "day01/Counter.step", 1, "on appeal", "grace", None)
        publish(tiny, results, "branch", "--roster", table)
    assert git(fork, "rev-parse", "feedback^") == first
    assert "on appeal" in git(fork, "show", "feedback:FEEDBACK.md")
    assert git(fork, "show", "main:a.py") == "x"


@pytest.mark.parametrize(("kind", "answer"), [("github", github), ("gitlab", gitlab)])
def test_a_comment_is_written_on_the_graded_commit_and_replaced_later(
    tiny: Course, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, answer: Any
) -> None:
    monkeypatch.setenv(f"{kind.upper()}_TOKEN", TOKEN)
    collected = write(
        tmp_path / "collected/collected.csv",
        "student,repository,branch,at,status,commit,committed,pushed,files,note\n"
        f"ada,x,main,2025-12-01T00:00:00+00:00,taken,{SHA},,,1,\n",
    ).parent
    with host(answer) as state:
        table = roster(tmp_path, repository="https://example.org/ada/course.git")
        words = ["--roster", table, "--collected", str(collected), "--host", kind, "--api", state.address]
        done = publish(tiny, results, "comment", *words)
        assert done.exit_code == 1, done.output
        assert "bob  not reached: no commit of this student is known" in done.output.replace("\n", " ")
        (comment,) = state.comments
        assert comment["body"].startswith(MARK)
        assert "3 of 5 points" in comment["body"]
        give_points(tiny, results, "ada", "day01/Counter.step", 1, "on appeal", "grace", None)
        publish(tiny, results, "comment", *words)
    (comment,) = state.comments
    assert "on appeal" in comment["body"]


def test_what_a_host_refuses_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    page: Any = type("Page", (), {"markdown": "x"})()
    with host(gitlab) as state:
        monkeypatch.setenv("GITLAB_TOKEN", "wrong")
        deliver = as_comment(open_host("gitlab", state.address), {"ada": SHA})
        with pytest.raises(NotDeliveredError, match="401: the token is not valid"):
            deliver(page, Person("ada", repository="https://x/ada/course"))
    with host(github) as state:
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        deliver = as_comment(open_host("github", state.address, pause=0), {"ada": SHA})
        with pytest.raises(NotDeliveredError, match="404"):
            deliver(page, Person("ada", repository="https://x/bob/course"))
    with pytest.raises(NotFetchedError, match="is no repository of a host"):
        full_name("file:///")


def test_a_token_is_asked_for(
    tiny: Course, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    done = publish(tiny, results, "comment", "--roster", roster(tmp_path, repository="x"))
    assert done.exit_code == 1
    assert "set GITHUB_TOKEN" in done.output


def test_hosts_tell_when_they_received_a_push(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Person("ada", repository="git@example.org:ada/course.git")
    times = [datetime(2025, 11, day, 8, tzinfo=UTC) for day in (3, 2, 1)]
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITLAB_TOKEN", TOKEN)
    expected = [Push(times[2], "2" * 40), Push(times[1], "1" * 40), Push(times[0], "0f" * 20)]
    commits = ["0f" * 20, "1" * 40, "2" * 40]
    with host(github) as state:
        state.activity = [
            {"timestamp": f"{time:%Y-%m-%dT%H:%M:%SZ}", "after": commit}
            for time, commit in zip(times, commits, strict=True)
        ] + [{"timestamp": "2025-10-01T00:00:00Z", "after": "0" * 40}]  # the branch was deleted
        assert open_host("github", state.address, pause=0).pushes(row) == expected
    with host(gitlab) as state:
        pushed: Any = [
            {
                "created_at": f"{time:%Y-%m-%dT%H:%M:%S.000Z}",
                "push_data": {"ref": "main", "commit_to": commit},
            }
            for time, commit in zip(times, commits, strict=True)
        ]
        pushed.append(
            {"created_at": "2025-11-09T00:00:00Z", "push_data": {"ref": "other", "commit_to": "3" * 40}}
        )
        state.activity = pushed
        assert open_host("gitlab", state.address).pushes(row) == expected


# Learning platforms


@pytest.mark.filterwarnings("ignore:Canvas may respond")
def test_canvas_gets_points_and_one_comment(
    tiny: Course, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANVAS_TOKEN", TOKEN)
    with host(canvas) as state:
        words = ["--roster", roster(tmp_path), "--api", state.address, "--assignment", "1/2"]
        first = publish(tiny, results, "canvas", *words)
        publish(tiny, results, "canvas", *words)
    assert state.grades == {"ada": "3"}
    (comment,) = state.comments
    assert "hidden checks: 1 wrong" in comment["comment"]
    assert "1234.5" not in comment["comment"]
    assert "bob  not reached: Canvas says" in first.output


def test_nbgraders_feedback_folder_has_a_page_for_each_day(
    tiny: Course, results: Path, tmp_path: Path
) -> None:
    done = publish(tiny, results, "nbgrader", "--out", str(tmp_path / "nbcourse"))
    assert done.exit_code == 0
    page = (tmp_path / "nbcourse/feedback/ada/day01_tiny/day01_tiny.html").read_text()
    assert "A hidden check of this exercise ended with: failed." in page
    assert "1234.5" not in page


def test_moodles_zip_has_a_folder_for_each_participant(tiny: Course, results: Path, tmp_path: Path) -> None:
    folder = "Ada Lovelace_123456_assignsubmission_file_"
    target = tmp_path / "feedback.zip"
    done = publish(tiny, results, "moodle", "--roster", roster(tmp_path, moodle=folder), "--out", str(target))
    assert done.exit_code == 1
    assert "bob  not reached: Moodle finds nobody by this name" in done.output.replace("\n", " ")
    with zipfile.ZipFile(target) as archive:
        assert archive.namelist() == [f"{folder}/feedback.html"]
        assert "1234.5" not in archive.read(archive.namelist()[0]).decode()
    assert [path.name for path in tmp_path.glob(".feedback*")] == []


# Mail


class Postbox:
    """What came, and whom it does not know."""

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], bytes]] = []
        self.ends_after = 10**6

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if len(self.letters) >= self.ends_after:
            server.transport.close()
            return "421 closing"
        self.letters.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@contextmanager
def postbox() -> Iterator[tuple[Postbox, str]]:
    box = Postbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield box, f"127.0.0.1:{port}"
    finally:
        server.stop()


def mail(course: Course, results: Path, table: str, server: str) -> Result:
    return publish(
        course, results, "mail", "--roster", table, "--smtp", server, "--sender", "staff@example.org"
    )


def test_mail_reaches_everybody_once(tiny: Course, results: Path, tmp_path: Path) -> None:
    table = roster(tmp_path, email="Ada <ada@example.org>")
    with postbox() as (box, server):
        first = mail(tiny, results, table, server)
        again = mail(tiny, results, table, server)
        give_points(tiny, results, "ada", "day01/Counter.step", 1, "on appeal", "grace", None)
        mail(tiny, results, table, server)
    assert first.exit_code == 1
    assert "bob  not reached: the roster has no e-mail address" in first.output
    assert "ada  sent before, nothing new" in again.output
    assert [to for to, _ in box.letters] == [["ada@example.org"]] * 2
    letter = email.message_from_bytes(box.letters[0][1], policy=email.policy.default)
    assert letter["Subject"] == "A tiny course: feedback on day01"
    body = letter.get_body(("plain",))
    assert body is not None
    assert "3 of 5 points" in body.get_content()
    assert b"1234.5" not in box.letters[0][1]
    (attached,) = letter.iter_attachments()
    assert attached.get_filename() == "feedback.html"


def test_a_server_that_ends_in_between_has_nobody_written_to_twice(
    tiny: Course, results: Path, tmp_path: Path
) -> None:
    table = write(tmp_path / "roster.csv", "id,email\nada,ada@example.org\nbob,bob@example.org\n")
    with postbox() as (box, server):
        box.ends_after = 1
        broken = mail(tiny, results, str(table), server)
        box.ends_after = 10
        rest = mail(tiny, results, str(table), server)
    assert broken.exit_code == 1
    assert "start again, nobody is written to twice" in broken.output.replace("\n", " ")
    assert rest.exit_code == 0
    assert [to for to, _ in box.letters] == [["ada@example.org"], ["bob@example.org"]]


def test_a_server_that_cannot_be_reached_is_told_from_one_that_ends(
    tiny: Course, results: Path, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    failed = mail(tiny, results, roster(tmp_path, email="ada@example.org"), f"127.0.0.1:{port}")
    said = " ".join(failed.output.split())
    assert failed.exit_code == 1
    assert f"127.0.0.1:{port} cannot be reached (Connection refused); nobody was written to." in said


def test_a_mere_comment_is_told_without_points(tiny: Course, results: Path, tmp_path: Path) -> None:
    give_points(tiny, results, "bob", "day01/Counter.step", 0, "well told", "grace", None)
    assert publish(tiny, results, "files", "--out", str(tmp_path / "pages")).exit_code == 0
    pages = [path.read_text(encoding="utf-8") for path in (tmp_path / "pages").glob("bob.*")]
    assert pages
    for page in pages:
        assert "well told" in page
        assert "+0" not in page
    with Store(results) as store:
        (given,) = store.adjustments("bob")
    assert given.words == "well told"


def test_one_address_that_is_refused_does_not_end_the_others(
    tiny: Course, results: Path, tmp_path: Path
) -> None:
    table = write(tmp_path / "roster.csv", "id,email\nada,nobody@example.org\nbob,bob@example.org\n")
    with postbox() as (box, server):
        done = mail(tiny, results, str(table), server)
    assert "ada  not reached: the server refused it" in done.output
    assert [to for to, _ in box.letters] == [["bob@example.org"]]


def test_no_password_goes_over_an_open_line(
    tiny: Course, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_USER", "staff")
    monkeypatch.setenv("SMTP_PASSWORD", "secret")
    with postbox() as (box, server):
        done = mail(tiny, results, roster(tmp_path, email="ada@example.org"), server)
    assert "offers no encryption, so the password was not sent" in done.output.replace("\n", " ")
    assert box.letters == []


def test_the_roster_of_the_term_need_not_be_named_again(tiny: Course, results: Path, tmp_path: Path) -> None:
    table = write(
        tmp_path / "roster.csv", "id;name;E-Mail\nada;Ada;ada@example.org\nbob;Bob;bob@example.org\n"
    )
    (results / "run.json").write_text(json.dumps({"roster": str(table)}))
    words = ["--sender", "staff@example.org", "--out", str(tmp_path / "letters")]
    done = publish(tiny, results, "letters", *words)
    assert done.exit_code == 0, done.output
    assert {path.name for path in (tmp_path / "letters").iterdir()} == {"ada.eml", "bob.eml"}


def test_letters_are_files_that_a_mail_program_reads(tiny: Course, results: Path, tmp_path: Path) -> None:
    table = roster(tmp_path, email="ada@example.org")
    words = ["--roster", table, "--sender", "staff@example.org", "--out", str(tmp_path / "letters")]
    publish(tiny, results, "letters", *words)
    letter = email.message_from_bytes(
        (tmp_path / "letters/ada.eml").read_bytes(), policy=email.policy.default
    )
    assert letter["To"] == "ada@example.org"
    assert letter["From"] == "staff@example.org"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mail"], "needs --roster"),
        (["nbgrader"], "Say with --out"),
        (["pigeon"], "Invalid value for '--as'"),
    ],
)
def test_a_way_says_what_it_needs(tiny: Course, results: Path, words: list[str], said: str) -> None:
    done = publish(tiny, results, *words)
    assert done.exit_code == 2
    assert said in done.output


def test_who_publishes_files_needs_no_client_of_a_host(tiny: Course, results: Path, tmp_path: Path) -> None:
    blocked = "import sys; sys.modules.update(dict.fromkeys(['github', 'gitlab', 'canvasapi', 'requests']))"
    code = f"{blocked}; from course.cli import main; main()"
    words = [sys.executable, "-c", code, "publish", str(results), "--as"]
    done = subprocess.run([*words, "files"], cwd=tiny.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    table = roster(tmp_path, repository="x")
    asked = subprocess.run(
        [*words, "comment", "--roster", table],
        cwd=tiny.root, capture_output=True, text=True, check=False, env={**os.environ, "GITHUB_TOKEN": TOKEN},
    )  # fmt: skip
    assert asked.returncode == 1
    assert "pip install --editable '.[hosts]'" in asked.stderr


def test_the_state_of_a_host_is_what_it_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small server refuses who has no token, as the real ones do: else the tests above would prove little."""
    monkeypatch.setenv("GITHUB_TOKEN", "wrong")
    with host(github) as state, pytest.raises(NotFetchedError, match="401"):
        open_host("github", state.address, pause=0).pushes(
            Person("ada", repository="https://x/ada/course", branch="main")
        )
    assert isinstance(state, State)
    assert state.requests


@pytest.mark.parametrize("name", ["forks.md", "feedback.md", "similarity.md"])
def test_documents_name_commands_and_options_that_there_are(name: str) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    spoken = re.findall(r"(?:^    |`|course/bin/|bin/|… )(course (?:[a-z-]+)[^`\n]*)", text, re.MULTILINE)
    assert spoken
    for line in spoken:
        words = line.split()
        command = main.commands[words[1]]
        if isinstance(command, click.Group) and words[2] in command.commands:
            command = command.commands[words[2]]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, line
