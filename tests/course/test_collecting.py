"""`course collect`: a class on file:// and http, each repository with its own trouble, and nobody holds up the rest."""

from __future__ import annotations

import csv
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from course.catalog import Course
from course.cli import main
from course.forks.addresses import collected_from
from course.forks.collecting import Collected, collect, read_collected
from course.forks.fetching import BY_ITSELF
from course.forks.git import Bounds, NotFetchedError, git
from course.forks.pushes import Push
from course.results.roster import Person, read_roster
from course.results.submission_times import SubmissionTimes
from tests.course.conftest import SOLUTION, write
from tests.course.hosts import TOKEN, github, host
from tests.course.repositories import commit_entries, new_fork, push, served
from tests.course.repositories import git as run_git

AT = datetime(2025, 12, 1, 22, 59, tzinfo=UTC)
EARLY, LATER, LATE = "2025-11-20T08:00:00+00:00", "2025-11-30T08:00:00+00:00", "2025-12-05T08:00:00+00:00"
PLACE = "day01_tiny/sums.py"


def one(course: Course, row: Person, out: Path, **more: object) -> Collected:
    return collect(course, [row], AT, out, **more)[0]  # type: ignore[arg-type]


def address(fork: Path) -> str:
    return fork.resolve().as_uri()


@pytest.fixture
def fork(tmp_path: Path) -> Path:
    return new_fork(tmp_path / "forks" / "ada.git")


# The commit at a time


def test_the_last_commit_before_the_time_is_taken(tiny: Course, fork: Path, tmp_path: Path) -> None:
    push(fork, {PLACE: "early"}, EARLY)
    wanted = push(fork, {PLACE: "in time"}, LATER)
    push(fork, {PLACE: "late"}, LATE)
    line = one(tiny, Person("ada", repository=address(fork)), tmp_path / "out")
    assert (line.status, line.commit, line.branch) == ("taken", wanted, "main")
    assert line.note == BY_ITSELF
    assert (tmp_path / "out/ada" / PLACE).read_text() == "in time"
    assert not (tmp_path / "out/submitted.csv").exists()  # nobody who may be believed has told a time


@pytest.mark.slow
def test_a_commit_far_behind_the_tip_is_found(tiny: Course, fork: Path, tmp_path: Path) -> None:
    wanted = push(fork, {PLACE: "in time"}, LATER)
    for number in range(51):  # one more than the second fetch brings
        push(fork, {PLACE: f"late {number}"}, LATE)
    assert one(tiny, Person("ada", repository=address(fork)), tmp_path / "out").commit == wanted


def test_a_commit_with_a_forged_date_counts_only_where_the_server_says_nothing(
    tiny: Course, fork: Path, tmp_path: Path
) -> None:
    honest = push(fork, {PLACE: "honest"}, EARLY)
    forged = push(fork, {PLACE: "forged"}, EARLY)
    pushes = [
        Push(datetime(2025, 11, 20, 8, tzinfo=UTC), honest),
        Push(datetime(2025, 12, 5, 8, tzinfo=UTC), forged),
    ]
    row = Person("ada", repository=address(fork))
    assert one(tiny, row, tmp_path / "out").commit == forged
    told = one(tiny, row, tmp_path / "out", pushes_of=lambda _: pushes, again=True)
    assert (told.commit, told.pushed, told.note) == (honest, "2025-11-20T08:00:00+00:00", "")


def test_what_a_forced_push_has_hidden_is_what_was_there_at_the_time(
    tiny: Course, fork: Path, tmp_path: Path
) -> None:
    there = push(fork, {PLACE: "there"}, EARLY)
    now = push(fork, {PLACE: "rewritten"}, EARLY, parent=None)
    pushes = [Push(datetime(2025, 11, 20, tzinfo=UTC), there), Push(datetime(2025, 12, 5, tzinfo=UTC), now)]
    line = one(tiny, Person("ada", repository=address(fork)), tmp_path / "out", pushes_of=lambda _: pushes)
    assert line.commit == there
    assert (tmp_path / "out/ada" / PLACE).read_text() == "there"


def test_a_push_whose_commit_is_gone_is_named_and_the_one_before_taken(
    tiny: Course, fork: Path, tmp_path: Path
) -> None:
    there = push(fork, {PLACE: "there"}, EARLY)
    pushes = [
        Push(datetime(2025, 11, 20, tzinfo=UTC), there),
        Push(datetime(2025, 11, 21, tzinfo=UTC), "a" * 40),
    ]
    line = one(tiny, Person("ada", repository=address(fork)), tmp_path / "out", pushes_of=lambda _: pushes)
    assert line.commit == there
    assert line.note == "aaaaaaa, pushed last, is gone from the server; the push before was taken"


def test_a_day_counts_from_the_push_that_made_it_what_it_is(tiny: Course, fork: Path, tmp_path: Path) -> None:
    first = push(fork, {PLACE: "done"}, EARLY)
    second = push(fork, {PLACE: "done", "notes.py": "x"}, LATER)
    pushes = [
        Push(datetime(2025, 11, 20, 8, tzinfo=UTC), first),
        Push(datetime(2025, 11, 30, 8, tzinfo=UTC), second),
    ]
    line = one(tiny, Person("ada", repository=address(fork)), tmp_path / "out", pushes_of=lambda _: pushes)
    assert line.commit == second
    handed = SubmissionTimes(tiny, tmp_path / "out").of("ada", "day01_tiny")
    assert handed.time == datetime(2025, 11, 20, 8, tzinfo=UTC)


def test_who_pushed_nothing_by_then_has_an_empty_hand_in(tiny: Course, fork: Path, tmp_path: Path) -> None:
    push(fork, {PLACE: "late"}, LATE)
    line = one(tiny, Person("ada", repository=address(fork)), tmp_path / "out")
    assert (line.status, line.note) == ("nothing", "nothing was there by then")
    assert list((tmp_path / "out/ada").iterdir()) == []


# Which branch


def test_the_default_branch_may_have_any_name(tiny: Course, tmp_path: Path) -> None:
    fork = new_fork(tmp_path / "f.git", branch="trunk")
    push(fork, {PLACE: "x"}, EARLY, branch="trunk")
    push(fork, {PLACE: "y"}, EARLY, branch="other")
    assert one(tiny, Person("ada", repository=address(fork)), tmp_path / "out").branch == "trunk"


def test_a_default_branch_that_was_renamed_is_found(tiny: Course, tmp_path: Path) -> None:
    fork = new_fork(tmp_path / "f.git", branch="master")
    push(fork, {PLACE: "x"}, EARLY, branch="main")
    line = one(tiny, Person("ada", repository=address(fork)), tmp_path / "out")
    assert (line.status, line.branch) == ("taken", "main")
    assert "its default branch is gone, main was taken" in line.note


def test_a_branch_that_is_not_there_is_named_with_those_that_are(
    tiny: Course, fork: Path, tmp_path: Path
) -> None:
    push(fork, {PLACE: "x"}, EARLY)
    line = one(tiny, Person("ada", repository=address(fork), branch="handin"), tmp_path / "out")
    assert (line.status, line.note) == ("failed", "it has no branch handin; it has main")


# Data, never more


def test_nothing_of_a_repository_is_carried_out_and_only_work_is_taken(
    tiny: Course, fork: Path, tmp_path: Path
) -> None:
    hook = fork / "hooks" / "post-checkout"
    write(hook, f"#!/bin/sh\ntouch {tmp_path}/ran\n").chmod(0o755)
    blob = run_git(fork, "hash-object", "-w", "--stdin", given=b"print('work')")
    filters = run_git(fork, "hash-object", "-w", "--stdin", given=b"* filter=evil\n")
    modules = run_git(fork, "hash-object", "-w", "--stdin", given=b'[submodule "x"]\npath=x\nurl=/etc\n')
    target = run_git(fork, "hash-object", "-w", "--stdin", given=b"/etc/passwd")
    commit_entries(
        fork,
        [
            f"100755 {blob}\t{PLACE}\0",
            f"100644 {filters}\t.gitattributes\0",
            f"100644 {modules}\t.gitmodules\0",
            f"160000 {'1' * 40}\tx\0",
            f"120000 {target}\tday01_tiny/link.py\0",
            f"100644 {blob}\t.venv/lib/a.py\0",
            f"100644 {blob}\tsolutions/a.py\0",
            f"100644 {blob}\tphoto.png\0",
            f"100644 {blob}\tconftest.py\0",
        ],
        EARLY,
    )
    line = one(tiny, Person("ada", repository=address(fork)), tmp_path / "out")
    taken = {
        str(p.relative_to(tmp_path / "out/ada")) for p in (tmp_path / "out/ada").rglob("*") if p.is_file()
    }
    assert taken == {PLACE, "conftest.py"}
    assert "link.py is no ordinary file and was left out" in line.note
    assert not (tmp_path / "ran").exists()
    mode = (tmp_path / "out/ada" / PLACE).stat().st_mode
    assert not mode & stat.S_IXUSR


@pytest.mark.parametrize("name", [b"..", b".git", b"a\\b.py"])
def test_a_tree_made_by_hand_leads_nowhere(tiny: Course, fork: Path, tmp_path: Path, name: bytes) -> None:
    blob = run_git(fork, "hash-object", "-w", "--stdin", given=b"x")
    inner = b"100644 escaped.py\0" + bytes.fromhex(blob)
    tree = run_git(fork, "hash-object", "-w", "-t", "tree", "--literally", "--stdin", given=inner)
    outer = b"40000 " + name + b"\0" + bytes.fromhex(tree)
    top = run_git(fork, "hash-object", "-w", "-t", "tree", "--literally", "--stdin", given=outer)
    commit = run_git(fork, "commit-tree", top, "-m", "x", when=EARLY)
    run_git(fork, "update-ref", "refs/heads/main", commit)
    assert one(tiny, Person("ada", repository=address(fork)), tmp_path / "out").status == "nothing"
    assert not list(tmp_path.rglob("escaped.py"))


def test_a_tree_with_a_name_twice_is_that_students_trouble(tiny: Course, fork: Path, tmp_path: Path) -> None:
    blob = bytes.fromhex(run_git(fork, "hash-object", "-w", "--stdin", given=b"x"))
    inner = run_git(
        fork, "hash-object", "-w", "-t", "tree", "--literally", "--stdin", given=b"100644 b.py\0" + blob
    )
    outer = b"100644 a.py\0" + blob + b"40000 a.py\0" + bytes.fromhex(inner)
    top = run_git(fork, "hash-object", "-w", "-t", "tree", "--literally", "--stdin", given=outer)
    run_git(fork, "update-ref", "refs/heads/main", run_git(fork, "commit-tree", top, "-m", "x", when=EARLY))
    line = one(tiny, Person("ada", repository=address(fork)), tmp_path / "out")
    assert (line.status, line.note) == ("failed", "it has names that no folder can have together")


@pytest.mark.slow
def test_a_large_file_is_not_brought_and_the_work_is(tiny: Course, fork: Path, tmp_path: Path) -> None:
    large = {"day01_tiny/huge.py": b"#" * (2 * 2**20), "data.bin": bytes(65 * 2**20)}
    push(fork, {PLACE: "work", **large}, EARLY)
    line = one(tiny, Person("ada", repository=address(fork)), tmp_path / "out")
    mirror = next((tmp_path / "out/.mirrors").glob("ada*"))
    data = run_git(fork, "rev-parse", "main:data.bin")
    with pytest.raises(NotFetchedError):
        git(["cat-file", "-e", data], Bounds(), mirror)
    assert (line.status, line.files) == ("taken", 1)
    assert "day01_tiny/huge.py is larger than 1 MiB and was left out" in line.note


def test_a_repository_that_is_too_large_is_refused(tiny: Course, fork: Path, tmp_path: Path) -> None:
    push(fork, {PLACE: "work", "data.bin": os.urandom(3 * 2**20)}, EARLY)
    line = one(tiny, Person("ada", repository=address(fork)), tmp_path / "out", bounds=Bounds(mib=2))
    assert (line.status, line.note) == ("failed", "larger than 2 MiB")
    assert not list((tmp_path / "out/.mirrors").glob("ada*"))


def test_no_way_over_the_network_but_the_usual_ones(tiny: Course, tmp_path: Path) -> None:
    for wrong in (f"ext::touch {tmp_path}/ran", "--upload-pack=touch"):
        assert one(tiny, Person("ada", repository=wrong), tmp_path / "out").status == "failed"
    assert not (tmp_path / "ran").exists()


def test_a_server_that_says_nothing_is_left_after_its_time() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(NotFetchedError, match=r"no end after 0\.2 s"),
    ):
        git(["ls-remote", f"http://127.0.0.1:{silent.getsockname()[1]}/x.git"], Bounds(seconds=0.2))


# A class


@pytest.fixture
def forks(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Students and their addresses: on file://, behind git's own server, and as plain files behind any."""
    folder = tmp_path / "served"
    for name in ("good", "wrong", "forced", "old", "late", "branch"):
        new_fork(folder / f"{name}.git")
    push(folder / "good.git", {PLACE: SOLUTION}, EARLY)
    push(folder / "old.git", {PLACE: SOLUTION}, EARLY)
    run_git(folder / "old.git", "update-server-info")
    push(folder / "wrong.git", {PLACE: "def total(x):\n    return 0\n"}, EARLY)
    push(folder / "forced.git", {PLACE: "lost"}, EARLY)
    push(folder / "forced.git", {PLACE: SOLUTION}, LATER, parent=None)
    push(folder / "late.git", {PLACE: SOLUTION}, LATE)
    push(folder / "branch.git", {PLACE: SOLUTION}, EARLY)
    new_fork(folder / "empty.git")
    with served(folder) as smart, served(folder, dumb=True) as dumb, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: refused
        yield {
            "good": address(folder / "good.git"),
            "web": f"{smart}/good.git",
            "dumb": f"{dumb}/old.git",
            "wrong": f"{smart}/wrong.git",
            "forced": f"{smart}/forced.git",
            "late": f"{smart}/late.git",
            "empty": f"{smart}/empty.git",
            "gone": f"{smart}/nothing.git",
            "silent": f"http://127.0.0.1:{nobody.getsockname()[1]}/x.git",
            "nowhere": "",
        }


def write_table(path: Path, rows: dict[str, str]) -> Path:
    lines = ["id,repository,branch", *(f"{name},{place}," for name, place in rows.items())]
    return write(path, "\n".join(lines) + "\n")


def command(course: Course, *words: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.chdir(course.root)
    return CliRunner().invoke(main, ["collect", *words])


EXPECTED = {
    "good": "taken", "web": "taken", "dumb": "taken", "wrong": "taken", "forced": "taken", "late": "nothing",
    "empty": "nothing", "gone": "failed", "silent": "failed", "nowhere": "failed",
}  # fmt: skip


KINDS = {
    "good": ("taken", ""),
    "renamed": ("taken", "its default branch is gone, main was taken"),
    "forced": ("taken", ""),
    "late": ("nothing", "nothing was there by then"),
    "empty": ("nothing", ""),
    "branch": ("failed", "it has no branch handin; it has main"),
    "huge": ("failed", "larger than 1 MiB"),
    "gone": ("failed", ""),
}


@pytest.mark.slow
def test_two_hundred_repositories_are_a_line_each(tiny: Course, tmp_path: Path) -> None:
    """Half of them on file:// and half on http; what is wrong with one is its own affair."""
    served_from = tmp_path / "served"
    for kind in KINDS.keys() - {"gone"}:
        new_fork(served_from / kind, branch="master" if kind == "renamed" else "main")
    for kind in ("good", "renamed", "forced", "branch"):
        push(served_from / kind, {PLACE: "work"}, EARLY)
    push(served_from / "forced", {PLACE: "work"}, LATER, parent=None)
    push(served_from / "late", {PLACE: "work"}, LATE)
    push(served_from / "huge", {"data.bin": os.urandom(2 * 2**20)}, EARLY)
    with served(served_from) as web:
        people, kinds = [], {}
        for number in range(200):
            kind = list(KINDS)[number // 2 % len(KINDS)] if number < 80 else "good"
            place = f"{web}/{kind}" if number % 2 else (served_from / kind).as_uri()
            branch = "handin" if kind == "branch" else ""
            people.append(Person(f"s{number:03}", repository=place, branch=branch))
            kinds[f"s{number:03}"] = KINDS[kind]
        lines = collect(tiny, people, AT, tmp_path / "out", bounds=Bounds(mib=1))
    assert {line.student: line.status for line in lines} == {
        who: status for who, (status, _) in kinds.items()
    }
    assert [line.note for line in lines if kinds[line.student][1] not in line.note] == []
    for line in lines:
        place = tmp_path / "out" / line.student / PLACE
        assert (place.read_text() if place.is_file() else "") == ("work" if line.status == "taken" else "")


@pytest.mark.slow
def test_a_class_is_collected_resumed_and_graded(
    tiny: Course, forks: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster = write_table(tmp_path / "roster.csv", forks)
    words = ["--roster", str(roster), "--at", "2025-12-01T23:59+01:00", "--out", str(tmp_path / "out")]
    first = command(tiny, *words, monkeypatch=monkeypatch)
    assert first.exit_code == 1, first.output
    with (tmp_path / "out/collected.csv").open(newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert {name: row["status"] for name, row in rows.items()} == EXPECTED
    assert rows["silent"]["note"] == "the host does not answer"
    assert rows["gone"]["note"] == "there is no such repository, or you may not read it"
    assert rows["nowhere"]["note"] == "the roster names no repository"
    assert "10 students: 5 with work, 2 with none, 3 not read." in first.output
    assert "Of 5 the time is that of the commit" in first.output.replace("\n", " ")

    # Again: who is here stays, without being asked for once more; who was not there comes.
    write_table(roster, forks | {"gone": forks["good"]})
    write(tmp_path / "out/.half-gone/day01_tiny/sums.py", "of a run that was killed")
    kept = (tmp_path / "out/web").stat().st_ino
    second = command(tiny, *words, monkeypatch=monkeypatch)
    assert "10 students: 6 with work, 2 with none, 2 not read." in second.output
    assert (tmp_path / "out/web").stat().st_ino == kept
    assert not list((tmp_path / "out").glob(".half*"))

    done = command(tiny, *words, "--grade", str(tmp_path / "results"), monkeypatch=monkeypatch)
    assert done.exit_code == 1, done.output  # two repositories were not read
    assert "Next: course grade" in second.output
    assert "Next: course grade" not in done.output
    with (tmp_path / "results/grades.csv").open(newline="") as file:
        grades = {row["student"]: row["score"] for row in csv.DictReader(file)}
    assert grades == {
        "good": "5", "web": "5", "dumb": "5", "gone": "5", "forced": "5", "wrong": "0", "late": "0", "empty": "0",
        "silent": "0", "nowhere": "0",  # until they can be read
    }  # fmt: skip


def test_a_host_is_asked_when_it_received_what(
    tiny: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fork = new_fork(tmp_path / "web/ada/course.git")
    honest = push(fork, {PLACE: "honest"}, EARLY)
    forged = push(fork, {PLACE: "forged"}, EARLY)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    with served(tmp_path / "web") as web, host(github) as state:
        state.activity = [
            {"timestamp": "2025-12-05T00:00:00Z", "after": forged},
            {"timestamp": "2025-11-20T00:00:00Z", "after": honest},
        ]
        roster = write_table(
            tmp_path / "roster.csv", {"ada": f"{web}/ada/course.git", "bob": f"{web}/bob/x.git"}
        )
        words = ["--roster", str(roster), "--at", "2025-12-01", "--out", str(tmp_path / "out")]
        done = command(tiny, *words, "--host", "github", "--api", state.address, monkeypatch=monkeypatch)
    assert (tmp_path / "out/ada" / PLACE).read_text() == "honest", done.output
    assert "pushed 2025-11-20 00:00 UTC" in done.output
    assert "bob  failed   GitHub says 404" in done.output
    handed = SubmissionTimes(tiny, tmp_path / "out").of("ada", "day01_tiny")
    assert handed.time == datetime(2025, 11, 20, tzinfo=UTC)


def test_what_was_taken_stays_when_a_repository_can_no_longer_be_read(
    tiny: Course, fork: Path, tmp_path: Path
) -> None:
    push(fork, {PLACE: "work"}, EARLY)
    row = Person("ada", repository=address(fork))
    one(tiny, row, tmp_path / "out")
    fork.rename(tmp_path / "moved.git")
    line = one(tiny, row, tmp_path / "out", again=True)
    assert line.note.endswith("what was taken before stays")
    assert (tmp_path / "out/ada" / PLACE).read_text() == "work"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--at", "yesterday"], "write it as 2026-12-01T23:59+01:00"),
        (["--at", "2999-01-01"], "is still to come"),
        (["--at", "2025-10-01", "--pushes", "none.csv"], "There is no none.csv"),
    ],
)
def test_what_cannot_be_meant_is_said_in_a_sentence(
    tiny: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    roster = write_table(tmp_path / "roster.csv", {"ada": "x"})
    done = command(tiny, "--roster", str(roster), *words, monkeypatch=monkeypatch)
    assert done.exit_code in (1, 2)
    assert said in done.output


def test_repositories_of_one_form_need_not_be_written_down(
    tiny: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with Classroom 50, whose roster names no repository and whose repositories end in the user's name."""
    for login in ("ada-l", "bob99"):
        push(new_fork(tmp_path / f"forks/course-day-1-{login}"), {PLACE: f"# {login}\n"}, EARLY)
    form = f"{(tmp_path / 'forks').as_uri()}/course-day-1-{{login}}"
    roster = write(tmp_path / "roster.csv", "id,github_username\nada,ada-l\nbob99,\n")
    words = ["--at", "2025-12-01", "--roster", str(roster), "--repositories"]
    done = command(tiny, *words, form, monkeypatch=monkeypatch)
    assert done.exit_code == 0, done.output
    assert [line.repository for line in read_collected(Path("collected"))] == [
        form.replace("{login}", "ada-l"),
        form.replace("{login}", "bob99"),
    ]
    assert (Path("collected") / "ada" / PLACE).read_text() == "# ada-l\n"
    people = read_roster(roster, tiny).people
    assert people["ada"].repository == ""
    assert collected_from(people, Path("collected"))["ada"].repository == form.replace("{login}", "ada-l")
    again = command(tiny, *words, "https://x/y", monkeypatch=monkeypatch)
    assert again.exit_code == 2
    assert "write {login} where the user's name stands" in again.output


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_where_it_was(tiny: Course, tmp_path: Path) -> None:
    rows = {}
    for number in range(12):
        fork = new_fork(tmp_path / f"forks/s{number}.git")
        push(fork, {PLACE: SOLUTION}, EARLY)
        rows[f"s{number}"] = address(fork)
    words = [sys.executable, "-m", "course", "collect", "--jobs", "1", "--at", "2025-12-01"]
    words += ["--roster", str(write_table(tmp_path / "roster.csv", rows)), "--out", str(tmp_path / "out")]
    with subprocess.Popen(words, cwd=tiny.root, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if line.startswith("s2 "):
                running.kill()
    before = {line.student: line for line in read_collected(tmp_path / "out")}
    assert {"s0", "s1", "s2"} <= before.keys() < rows.keys()
    done = subprocess.run(words, cwd=tiny.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    after = {line.student: line for line in read_collected(tmp_path / "out")}
    assert after.keys() == rows.keys()
    assert all(after[student] == line for student, line in before.items())
    assert not list((tmp_path / "out").glob(".half*"))
