"""What students get: complete, the same each time, and in it every student command works without solutions."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from course.catalog import Course, load_course
from course.cli import main
from course.release.changelog import read_changes
from course.release.gates import check_release
from course.release.hiding import hidden_parts, without_tests
from course.release.settings import course_settings
from tests.course.conftest import SOLUTION, TESTS, write, write_releasable_course

STUB = "raise NotImplementedError"


def run(root: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command of the course in ``root``, whose own engine comes first."""
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=root,
        env={
            **os.environ,
            "PYTHONIOENCODING": "utf-8",
            "COLUMNS": "100",
            **environment,
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def course(root: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run(root, "course", *words, **environment)


def digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the tiny course, whose source is moved away."""
    base = tmp_path_factory.mktemp("release")
    source = write_releasable_course(base / "source")
    done = course(source, "release", "student", str(base / "student"), "--version", "1.0")
    assert done.returncode == 0, done.stderr
    source.rename(base / "elsewhere")
    return base / "student"


@pytest.fixture
def clone(release: Path, tmp_path: Path) -> Path:
    """What a student has after `git clone`."""
    subprocess.run(["git", "clone", "--quiet", str(release), str(tmp_path / "clone")], check=True)
    return tmp_path / "clone"


def solve(clone: Path, text: str = SOLUTION) -> None:
    (clone / "day01_tiny/sums.py").write_text(text, encoding="utf-8")


def test_it_is_a_clean_repository_with_one_commit(release: Path) -> None:
    git = ["git", "-C", str(release)]
    status = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=True)
    log = subprocess.run([*git, "log", "--format=%an|%s"], capture_output=True, text=True, check=True)
    assert status.stdout == ""
    assert log.stdout == "The authors of the course|Release 1.0\n"


def test_it_holds_what_students_need_and_nothing_else(release: Path) -> None:
    tracked = subprocess.run(
        ["git", "-C", str(release), "ls-files"], capture_output=True, text=True, check=True
    )
    outside = {name for name in tracked.stdout.split() if not name.startswith("course/")}
    assert outside == {
        ".course/release.json",
        ".gitattributes",
        "AGENTS.md",
        ".github/workflows/check.yml",
        ".gitignore",
        "LICENSE",
        "Makefile",
        "README.md",
        "conftest.py",
        "constraints.txt",
        "course.toml",
        "day01_tiny/README.md",
        "day01_tiny/sums.py",
        "pyproject.toml",
        "tests/day01_tiny/exercises.toml",
        "tests/day01_tiny/fingerprints.json",
        "tests/day01_tiny/test_sums.py",
    }
    rooms = {name.split("/")[1] for name in tracked.stdout.split() if name.startswith("course/")}
    assert not rooms & {"verify"}
    assert (release / "course/__main__.py").is_file()  # python -m course
    assert not (release / "course/cli/authors.py").exists()
    assert not (release / "course/grading/classes.py").exists()
    assert not (release / "course/release/leaks.py").exists()
    assert not (release / "course/results/store.py").exists()


def test_the_engine_in_it_is_whole(release: Path) -> None:
    missing = []
    for path in (release / "course").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("course"):
                place = release.joinpath(*str(node.module).split("."))
                if not place.is_dir() and not place.with_suffix(".py").is_file():
                    missing.append((path.name, node.module))
    # What is only imported for the type checker may be absent.
    assert {module for _, module in missing} <= {"course.grading.classes", "course.results.reading"}


def test_skeletons_are_stubs_and_hidden_tests_are_gone(release: Path) -> None:
    skeleton = (release / "day01_tiny/sums.py").read_text(encoding="utf-8")
    tests = (release / "tests/day01_tiny/test_sums.py").read_text(encoding="utf-8")
    assert skeleton.count(STUB) == 2
    assert "reduce" not in skeleton
    assert "SOLUTION" not in skeleton
    assert "large_numbers" not in tests
    assert "hidden" not in tests
    assert "test_total_of_several_shapes" in tests


def test_the_points_table_says_what_is_hidden(release: Path) -> None:
    sheet = (release / "day01_tiny/README.md").read_text(encoding="utf-8")
    assert "| [Total](#total) | `total` in [sums.py](sums.py) | 3 | 2 | 1 |" in sheet
    assert "| | | **5** | 4 | 1 |" in sheet


def test_students_install_no_tools_of_authors(release: Path) -> None:
    project = tomllib.loads((release / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == "1.0"
    assert project["project"]["dependencies"] == ["numpy", "pytest"]
    assert project["project"]["optional-dependencies"] == {"student": ["ruff"], "torch": ["torch"]}
    assert "mypy" not in project["tool"]


def test_an_exercise_with_hidden_tests_only_is_still_listed(releasable: Course, tmp_path: Path) -> None:
    tests = releasable.root / "tests/day01_tiny/test_sums.py"
    tests.write_text(
        TESTS.lstrip().replace("@points(2)\ndef test_total", "@hidden\n@points(2)\ndef test_total")
    )
    assert course(releasable.root, "release", "student", str(tmp_path / "out")).returncode == 0
    done = course(tmp_path / "out", "check")
    assert "sums.total" in done.stdout
    assert "when graded" in done.stdout
    assert "0 of 2 points; hidden checks give 3 more when your work is graded" in done.stdout
    solve(tmp_path / "out")
    done = course(tmp_path / "out", "check")
    assert done.returncode == 0
    assert (
        "All points earned that are checked here; hidden checks give 3 more when it is graded." in done.stdout
    )


def test_the_same_source_gives_the_same_bytes(releasable: Course, tmp_path: Path) -> None:
    for name, order in (("one", "1"), ("two", "2")):
        done = course(releasable.root, "release", "student", str(tmp_path / name), PYTHONHASHSEED=order)
        assert done.returncode == 0, done.stderr
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_check_and_pytest_work_in_a_fresh_clone(clone: Path) -> None:
    checked, tested = course(clone, "check"), run(clone, "pytest", "-p", "no:cacheprovider")
    assert checked.returncode == tested.returncode == 1
    assert "0 of 4 points; hidden checks give 1 more" in checked.stdout
    assert "0/4   points" in tested.stdout
    solve(clone)
    assert course(clone, "check").returncode == 0
    assert run(clone, "pytest", "-p", "no:cacheprovider").returncode == 0


def test_status_hint_and_help_work_in_a_fresh_clone(clone: Path) -> None:
    assert "day01_tiny" in course(clone, "status").stdout
    assert "1. add" in course(clone, "hint", "total").stdout
    text = course(clone, "--help").stdout
    assert "update" in text
    assert "watch" in text
    assert "verify" not in text
    assert "\n  grade" not in text


def test_pictures_are_drawn_in_a_fresh_clone(releasable: Course, tmp_path: Path) -> None:
    write(
        releasable.root / "day01_tiny/plots.py",
        '''
        """Pictures."""

        import matplotlib.pyplot as plt
        from matplotlib.figure import Figure

        from day01_tiny.sums import total


        def figure_bar() -> Figure:
            """A bar as high as the total."""
            figure, axes = plt.subplots()
            axes.bar([0], [total([1, 2])])
            return figure
        ''',
    )
    assert course(releasable.root, "release", "student", str(tmp_path / "out")).returncode == 0
    solve(tmp_path / "out")
    assert course(tmp_path / "out", "plot", "day01").returncode == 0
    assert (tmp_path / "out/pictures/day01_tiny/bar.png").stat().st_size > 1000


@pytest.mark.parametrize(
    "options",
    [
        [],
        pytest.param(["--isolated"], marks=pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")),
    ],
)
def test_a_misconception_is_named_without_its_code(clone: Path, options: list[str]) -> None:
    solve(clone, SOLUTION.replace("float(np.add.reduce(np.ravel(x)))", "float(np.mean(x))"))
    assert not list(clone.rglob("answers_*"))
    assert "This is the mean." in course(clone, "check", "total", *options).stdout
    assert "This is the mean." not in course(clone, "check", "total", "--seed", "99", *options).stdout


def test_fingerprints_hold_only_what_is_wrong(release: Path) -> None:
    content = json.loads((release / "tests/day01_tiny/fingerprints.json").read_text(encoding="utf-8"))
    named = {check: [one["name"] for one in found] for check, found in content["checks"].items()}
    assert content["seed"] == 1
    assert named == {
        "test_total_of_several_shapes": ["mean", "first_row"],
        "test_counter_step_accumulates": ["forgets"],
    }


def test_a_damaged_fingerprint_file_costs_only_the_name(clone: Path) -> None:
    (clone / "tests/day01_tiny/fingerprints.json").write_text("{", encoding="utf-8")
    solve(clone, SOLUTION.replace("float(np.add.reduce(np.ravel(x)))", "float(np.mean(x))"))
    done = course(clone, "check", "total")
    assert done.returncode == 1
    assert "expected" in done.stdout


@pytest.mark.parametrize("command", [["check", "--solutions"], ["plot", "day01", "--solutions"]])
def test_solutions_are_not_here_and_it_says_so(clone: Path, command: list[str]) -> None:
    done = course(clone, *command)
    assert done.returncode == 2
    assert "they stay with the teachers" in done.stderr


def test_a_draft_is_released_only_when_it_is_asked_for() -> None:
    text = '[course]\ntitle = "x"\n\n[secret]\nkey = 1\n\n[[day]]\nname = "a"\ndraft = true\n\n[[day]]\nname = "b"\n'
    assert tomllib.loads(course_settings(text, {"a"})) == {"course": {"title": "x"}, "day": [{"name": "a"}]}


SUITE = '''
"""Checks."""

import math
import string
from course.testing import assert_close, assert_equal, hidden, points

LETTERS = string.ascii_letters
TAU = 2 * math.pi


def helper_of_a_helper():
    return TAU


# Only for the hidden one.
def only_hidden():
    return LETTERS, helper_of_a_helper()


def shared():
    return helper_of_a_helper()


@points(1)
def test_shown(student):
    assert_close(student.f(), shared())


# What it is about.
@hidden
@points(1)
def test_secret(student):
    assert_equal(student.f(), only_hidden())
'''


def test_hiding_takes_along_what_only_hidden_tests_used() -> None:
    public = without_tests(SUITE, {"test_secret"})
    assert public is not None
    names = {n.name for n in ast.parse(public).body if isinstance(n, ast.FunctionDef)}
    assert names == {"helper_of_a_helper", "shared", "test_shown"}
    assert "import math" in public
    assert "TAU" in public
    assert "import assert_close, points" in public
    for gone in ("string", "LETTERS", "Only for", "What it is about", "hidden", "assert_equal"):
        assert gone not in public
    assert "\n\n\n\n" not in public


def test_what_is_hidden_is_known_part_by_part() -> None:
    parts = hidden_parts(SUITE, {"test_secret"})
    assert {part.split("(")[0] for part in parts} == {
        "def test_secret",
        "LETTERS = string.ascii_letters",
        "def only_hidden",
    }


def test_hiding_everything_leaves_no_file() -> None:
    assert without_tests(SUITE, {"test_secret", "test_shown"}) is None


def test_hiding_nothing_changes_nothing() -> None:
    assert without_tests(SUITE, set()) == SUITE.rstrip() + "\n"


def test_the_summary_is_text_whatever_student_code_says(clone: Path) -> None:
    hostile = "::error::gone `x` </pre><script>alert(1)</script> ![p](http://x) ##[error]y \\x1b[31m"
    solve(
        clone,
        SOLUTION.replace(
            "return float(np.add",
            f'print("{hostile}")\n    raise ValueError("{hostile}")\n    return float(np.add',
        ),
    )
    course(clone, "check", "--summary", "out/summary.md")
    text = (clone / "out/summary.md").read_text(encoding="utf-8")
    assert "2 of 4 points" in text
    assert "| ❌ | `sums.total` | 0/2 | error |" in text
    assert "| ✅ | `sums.Counter.step` | 2/2 | done |" in text
    inside = text[text.index("<pre>") + 5 : text.index("</pre>")]
    assert "alert(1)" in inside
    for sign in ("<", "::", "##[", "\x1b"):
        assert sign not in inside
    assert text.count("<pre>") == text.count("</pre>") == 1


def test_the_workflow_lets_no_command_of_student_code_through(clone: Path, tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    solve(
        clone,
        SOLUTION.replace(
            "return float(np.add", 'raise ValueError("\\n::error::got in")\n    return float(np.add'
        ),
    )
    workflow = yaml.safe_load((clone / ".github/workflows/check.yml").read_text(encoding="utf-8"))
    step = workflow["jobs"]["check"]["steps"][-1]["run"]
    script = step.replace(".venv/bin/course", f"{sys.executable} -m course")
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=clone,
        env={**os.environ, "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line.strip() for line in done.stdout.splitlines()]
    token = lines[0].removeprefix("::stop-commands::")
    assert done.returncode == 1
    assert len(token) == 32
    assert lines.index(f"::{token}::") == len(lines) - 1
    assert any("::error::got in" in line for line in lines[1:-1])
    assert workflow["permissions"] == {"contents": "read"}
    assert "of 4 points" in (tmp_path / "summary.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["--day", "day02"], 2, "did you mean 'day01_tiny'"),
        (["--version", "spring"], 2, "is no version that pip understands"),
    ],
)
def test_wrong_usage_writes_nothing(
    releasable: Course, tmp_path: Path, words: list[str], status: int, sentence: str
) -> None:
    done = course(releasable.root, "release", "student", str(tmp_path / "out"), *words)
    assert (done.returncode, "Traceback" in done.stderr) == (status, False)
    assert sentence in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_existing_folder_is_not_touched(releasable: Course, tmp_path: Path) -> None:
    mine = write(tmp_path / "out/mine.txt", "mine")
    done = course(releasable.root, "release", "student", str(tmp_path / "out"))
    assert done.returncode == 1
    assert "exists and is not empty; give a new folder" in done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert mine.read_text() == "mine"


def test_a_dirty_tree_is_refused(releasable: Course, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(releasable.root)], check=True)
    done = course(releasable.root, "release", "student", str(tmp_path / "out"))
    assert done.returncode == 1
    assert "not committed" in done.stderr
    notebooks = course(releasable.root, "release", "nbgrader", str(tmp_path / "out"))
    assert (notebooks.returncode, notebooks.stderr) == (1, done.stderr)
    assert not (tmp_path / "out").exists()
    allowed = course(releasable.root, "release", "student", str(tmp_path / "out"), "--allow-dirty")
    assert allowed.returncode == 0, allowed.stderr


def test_a_day_without_points_is_refused(releasable: Course, tmp_path: Path) -> None:
    tests = releasable.root / "tests/day01_tiny/test_sums.py"
    text = tests.read_text(encoding="utf-8")
    tests.write_text(
        text.replace("@points(2)", "@points(0)").replace("@points(1)", "@points(0)"), encoding="utf-8"
    )
    done = course(releasable.root, "release", "student", str(tmp_path / "out"))
    assert done.returncode == 1
    assert "day01_tiny has no points" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without nbgrader, which takes seconds; the command below has its gate."""
    monkeypatch.setattr("course.release.gates.find_spec", lambda name: None)


def shut(source: Course, **options: bool) -> dict[str, tuple[str, ...]]:
    passed = check_release(source, source.days, "1.0", **options)
    return {one.gate: one.problems for one in passed if one.problems}


@pytest.mark.usefixtures("quick")
def test_every_gate_is_open_for_a_course_in_order(releasable: Course) -> None:
    assert shut(releasable, told=True) == {}


@pytest.mark.usefixtures("quick")
def test_a_skeleton_out_of_step_keeps_a_gate_shut(releasable: Course) -> None:
    (releasable.root / "day01_tiny/sums.py").unlink()
    assert list(shut(releasable)) == ["skeletons and points tables are in step"]


@pytest.mark.usefixtures("quick")
def test_a_test_that_an_untouched_skeleton_passes_keeps_a_gate_shut(releasable: Course) -> None:
    tests = releasable.root / "tests/day01_tiny/test_sums.py"
    tests.write_text(
        tests.read_text() + "\n\n@points(1)\ndef test_total_is_there(student):\n    student.total\n"
    )
    course_again = load_course(releasable.root)
    found = shut(course_again)
    assert (
        "tests/day01_tiny, test_total_is_there passes on the untouched skeleton."
        in found["untouched, it earns nothing"]
    )


@pytest.mark.usefixtures("quick")
def test_a_wrong_solution_keeps_a_gate_shut(releasable: Course) -> None:
    source = releasable.solutions / "day01_tiny/sums.py"
    source.write_text(source.read_text().replace("self.value += by", "self.value -= by"))
    assert "the solutions earn everything" in shut(releasable)


def test_check_on_the_command_line(releasable: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(releasable.root)
    good = CliRunner().invoke(main, ["release", "--check", "--version", "1.0"])
    monkeypatch.setattr("course.release.gates.find_spec", lambda _: None)  # nbgrader's part is shown by now
    untold = CliRunner().invoke(main, ["release", "--check", "--version", "3.0"])
    assert good.exit_code == 0, good.stdout
    assert "All gates are open." in good.stdout
    assert untold.exit_code == 1
    assert "CHANGELOG.md has no section `## 3.0`" in untold.stdout


def test_notes_are_the_section_of_the_version(releasable: Course) -> None:
    assert (
        course(releasable.root, "release", "notes", "--version", "1.1").stdout
        == "- The total is explained better.\n"
    )


def test_the_changelog_is_cut_at_its_versions(tmp_path: Path) -> None:
    text = "# Changelog\n\n## Unreleased\n- soon\n\n## [v1.1] - 2026-11-01\n- b\n\n## 1.0\n- a\n"
    assert read_changes(write(tmp_path / "CHANGELOG.md", text)) == (("1.1", "- b"), ("1.0", "- a"))
    assert read_changes(tmp_path / "missing.md") == ()
