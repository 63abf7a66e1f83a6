"""The private repository of a class: on a schedule it collects, grades and keeps the book, and no token is within reach
of what students wrote. Every step is carried out, on GitHub's side by the small runner and on GitLab's by a shell.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from course.cli import main
from tests.course.conftest import SOLUTION, write, write_releasable_course
from tests.course.repositories import git, new_fork, push
from tests.course.runner import SECRET, Job, Runner, write_tools

pytest.importorskip("sqlalchemy", reason="the store needs SQLAlchemy (the extra 'instructor')")

from course.results.store import Store

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")
PLACE = "day01_tiny/sums.py"
EARLY = "2025-11-20T08:00:00+00:00"
TOKEN = "token-of-the-class"
CURIOUS = """
import glob, os

found = repr(dict(os.environ))
for place in [*glob.glob("/proc/[0-9]*/environ"), *glob.glob("/tmp/pytest-of-*/**/files-*/*", recursive=True)]:
    try:
        found += open(place, "rb").read().decode("utf-8", "replace")
    except OSError:
        pass


def total(x):
    raise ValueError(found[:100000])
"""


@dataclass
class Term:
    """The course, the repository of its class, and those of three students, of which one cannot be reached."""

    place: Path

    @property
    def repository(self) -> Path:
        return self.place / "class"

    def run(self, name: str, at: str, runner: type[Runner] = Runner) -> dict[str, Job]:
        workflow = (self.repository / ".github/workflows/collect.yml").read_text()
        given = {
            "inputs__at": at, "secrets__COURSE_TOKEN": "", "secrets__COLLECT_TOKEN": TOKEN, "vars__COLLECT_HOST": "",
        }  # fmt: skip
        return runner(self.place / name, self.repository, self.place / "tools", **given).run(workflow)

    def artefact(self, run: str, name: str, file: str) -> str:
        with tarfile.open(self.place / run / "artefacts" / name / f"{name}.tar.gz") as archive:
            member = archive.extractfile(file)
            assert member is not None
            return member.read().decode()

    def book(self, to: Path) -> Path:
        subprocess.run(["git", "clone", "--quiet", "--branch", "book", self.repository, to], check=True)
        return to

    def scores(self, table: str) -> dict[str, str]:
        return {row["student"]: row["score"] for row in csv.DictReader(io.StringIO(table))}


@pytest.fixture
def term(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Term:
    source = write_releasable_course(tmp_path / "source")
    git(source, "init", "--quiet", "--initial-branch=main")
    git(source, "add", "--all", "--force")
    git(source, "commit", "--quiet", "-m", "course")
    git(source, "tag", "v1.0")
    monkeypatch.chdir(source)
    words = ["release", "class", str(tmp_path / "class"), "--course", source.as_uri(), "--at", "v1.0"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    push(new_fork(tmp_path / "forks/ada"), {PLACE: SOLUTION}, EARLY)
    push(new_fork(tmp_path / "forks/eve"), {PLACE: CURIOUS}, EARLY)
    forks = {name: (tmp_path / "forks" / name).as_uri() for name in ("ada", "eve", "gone")}
    write(tmp_path / "class/roster.csv", "id,repository\n" + "".join(f"{n},{a}\n" for n, a in forks.items()))
    git(tmp_path / "class", "commit", "--quiet", "--all", "-m", "roster")
    write_tools(tmp_path / "tools")
    write(tmp_path / "tools/gh-says", "true\n")
    return Term(tmp_path)


def test_the_workflows_are_sound(term: Term, tmp_path: Path) -> None:
    tools = Path(sys.executable).parent
    workflow = term.repository / ".github/workflows/collect.yml"
    for words in (
        [tools / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", workflow],
        [
            tools / "check-jsonschema",
            "--builtin-schema",
            "vendor.gitlab-ci",
            term.repository / ".gitlab-ci.yml",
        ],
        [tools / "zizmor", "--offline", "--no-progress", term.repository],
    ):
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_tokens_and_student_code_never_meet(term: Term) -> None:
    said = yaml.safe_load((term.repository / ".github/workflows/collect.yml").read_text())
    assert said["permissions"] == {}
    assert said["concurrency"] == {"group": "collect", "cancel-in-progress": False}
    jobs = said["jobs"]
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "collect": {"contents": "read"},
        "grade": {},
        "keep": {"contents": "write"},
    }
    for name, job in jobs.items():
        steps = {step.get("name", step.get("uses")): step for step in job["steps"]}
        held = {key for key, step in steps.items() if re.search(r"secrets\.|github\.token", json.dumps(step))}
        runs = any("course grade" in step.get("run", "") for step in steps.values())
        assert runs == (name == "grade")
        assert not runs or held == {"Fetch the course"}
        for step in steps.values():
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step.get("uses", "a@" + "0" * 40))
            assert "${{" not in step.get("run", "")
            assert step.get("with", {}).get("persist-credentials", False) is False


def test_nights_add_up_to_one_book(term: Term, tmp_path: Path) -> None:
    first = term.run("first", "2025-12-01T00:00Z")
    assert [job.good for job in first.values()] == [True, True, False], "\n".join(
        j.log for j in first.values()
    )
    assert first["collect"].outputs == {"missed": "1", "book": ""}
    assert "Somebody's repository could not be read" in first["keep"].log
    assert term.scores(term.artefact("first", "book", "results/grades.csv")) == {
        "ada": "5",
        "eve": "0",
        "gone": "0",
    }
    assert "<html" in term.artefact("first", "pages", "report/index.html")
    assert "ada" in term.artefact("first", "pages", "feedback/ada.html")

    push(term.place / "forks/eve", {PLACE: SOLUTION}, "2025-12-01T08:00:00+00:00")
    push(new_fork(term.place / "forks/gone"), {PLACE: SOLUTION}, EARLY)
    second = term.run("second", "2025-12-02T00:00Z")
    assert [job.good for job in second.values()] == [True, True, True], second["keep"].log
    book = term.book(tmp_path / "book")
    assert term.scores((book / "grades.csv").read_text()) == {"ada": "5", "eve": "5", "gone": "5"}
    assert len(git(book, "log", "--format=%h").split()) == 2
    with Store(book) as store:
        assert [run.ended_at is None for run in store.runs()] == [False, False]
        assert [version.run for version in store.versions("eve")] == [1, 2]
    assert "roster.csv" in git(term.repository, "ls-tree", "--name-only", "main")
    assert "grades.csv" not in git(term.repository, "ls-tree", "--name-only", "main")


def test_points_that_are_given_meanwhile_are_not_written_over(term: Term, tmp_path: Path) -> None:
    term.run("first", "2025-12-01T00:00Z")
    book = term.book(tmp_path / "book")

    class Meanwhile(Runner):
        def begins(self, job: str) -> None:
            if job == "keep":
                write(book / "by hand", "a point more")
                git(book, "add", "--all")
                git(book, "commit", "--quiet", "-m", "by hand")
                git(book, "push", "--quiet", "origin", "book")

    jobs = term.run("second", "2025-12-02T00:00Z", Meanwhile)
    assert [job.good for job in jobs.values()] == [True, True, False]
    assert "Nothing was written over it: start again" in jobs["keep"].log
    assert git(term.repository, "show", "book:by hand") == "a point more"
    third = term.run("third", "2025-12-03T00:00Z")
    assert third["collect"].outputs["book"] == git(book, "rev-parse", "HEAD")
    assert git(term.repository, "show", "book:by hand") == "a point more"
    assert len(git(term.repository, "log", "--format=%h", "book").split()) == 3


def test_a_curious_student_finds_no_token(term: Term) -> None:
    term.run("night", "")
    told = term.artefact("night", "book", "results/eve.json")
    assert "PYTHONHASHSEED" in told  # it did look
    assert TOKEN not in told
    assert SECRET not in told


def test_a_public_repository_is_refused_before_anything_is_brought(term: Term) -> None:
    write(term.place / "tools/gh-says", "false\n")
    jobs = term.run("public", "")
    assert list(jobs) == ["collect"]
    assert not jobs["collect"].good
    assert "Make it private" in jobs["collect"].log
    assert not (term.place / "public/collect/workspace/collected").exists()


def test_gitlab_does_the_same(term: Term, tmp_path: Path) -> None:
    said = yaml.safe_load((term.repository / ".gitlab-ci.yml").read_text())
    write(
        tmp_path / "home/.gitconfig",
        f'[url "{term.repository}"]\n\tinsteadOf = https://gitlab.example/class.git\n',
    )
    environment = {
        "PATH": f"{term.place}/tools:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(tmp_path / "home"),
        "LANG": "C.UTF-8",
        "CI": "true",
        "GITLAB_CI": "true",
        "CI_PROJECT_VISIBILITY": "private",
        "CI_PROJECT_URL": "https://gitlab.example/class",
        "CI_SERVER_URL": "https://gitlab.example",
        "COURSE": said["variables"]["COURSE"],
        "VERSION": said["variables"]["VERSION"],
    }
    scoped = {"collect": {"COLLECT_TOKEN": TOKEN}, "keep": {"BOOK_TOKEN": TOKEN}}
    clone = tmp_path / "runner"
    git(term.repository, "config", "receive.advertisePushOptions", "true")
    subprocess.run(["git", "clone", "--quiet", term.repository, clone], check=True)
    codes = {}
    for job in said["stages"]:
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", "\n".join(said[job]["script"])],
            cwd=clone,
            env={**environment, **scoped.get(job, {})},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        codes[job] = done.returncode
        assert TOKEN not in done.stdout + done.stderr
    assert codes == {"collect": 0, "grade": 0, "keep": 1}, done.stdout + done.stderr
    assert "Somebody's repository could not be read" in done.stdout
    book = term.book(tmp_path / "book")
    assert term.scores((book / "grades.csv").read_text()) == {"ada": "5", "eve": "0", "gone": "0"}
    assert TOKEN not in (book / "eve.json").read_text()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--course", "ext::sh -c x", "--at", "v1"], "is no address"),
        (["--course", "https://github.com/you/course", "--at", "--upload-pack=x"], "is no tag or branch"),
        (["--course", "https://github.com/you/course", "--at", 'v1"; rm'], "is no tag or branch"),
    ],
)
def test_what_would_be_carried_out_is_refused(
    term: Term, tmp_path: Path, words: list[str], sentence: str
) -> None:
    done = CliRunner().invoke(main, ["release", "class", str(tmp_path / "other"), *words])
    assert done.exit_code == 2
    assert sentence in done.output
    assert not (tmp_path / "other").exists()
