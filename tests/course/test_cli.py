"""The command line as a person sees it: exit statuses, sentences, narrow terminals, no colour."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from course.catalog import Course
from course.cli import main
from course.release.skeletons import differences, write
from tests.course.conftest import SOLUTION


def run(root: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in this process; where another would tell more, see ``run_apart``."""
    with contextlib.chdir(root):
        done = CliRunner().invoke(main, words, env={"COLUMNS": "100", **environment})
    if not isinstance(done.exception, SystemExit | None):
        raise done.exception
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def run_apart(root: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, which alone knows its encoding and whether it has a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "course", *words],
        cwd=root,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "100", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture
def clone(tiny: Course) -> Path:
    """A student's clone: skeletons written, nothing done."""
    write(tiny, differences(tiny), force=False)
    return tiny.root


def solve(clone: Path, text: str = SOLUTION) -> None:
    (clone / "day01_tiny/sums.py").write_text(text, encoding="utf-8")


def test_a_new_clone_is_told_where_to_begin(clone: Path) -> None:
    result = run_apart(clone, "check")
    assert result.returncode == 1
    assert "0 of 5 points" in result.stdout
    assert "Next: write total in day01_tiny/sums.py, then `course check day01/total`" in result.stdout
    assert "Traceback" not in result.stdout + result.stderr


def test_what_was_begun_is_next_before_what_was_not(clone: Path) -> None:
    """The message that stands above is about it."""
    skeleton = (clone / "day01_tiny/sums.py").read_text(encoding="utf-8")
    solve(clone, skeleton.replace('raise NotImplementedError("Counter', 'return 7  # ("Counter'))
    assert "Next: mend Counter.step in day01_tiny/sums.py" in run(clone, "check").stdout


def test_full_points_end_with_status_0(clone: Path) -> None:
    solve(clone)
    result = run_apart(clone, "check", "day01")
    assert result.returncode == 0
    assert "5 of 5 points" in result.stdout
    assert "5 of 5" in run(clone, "status").stdout


def test_a_misconception_is_named_before_any_number(clone: Path) -> None:
    solve(clone, SOLUTION.replace("float(np.add.reduce(np.ravel(x)))", "float(np.mean(x))"))
    text = run(clone, "check", "day01/total").stdout
    assert (
        text.index("This is the mean.")
        < text.index("called")
        < text.index("expected")
        < text.index("came back")
    )
    assert "section 'total'" in text


def test_where_only_the_kind_is_wrong_no_misconception_with_right_integers_is_named(clone: Path) -> None:
    """A float where an integer is asked for has the right value, and so has a misconception that fails elsewhere."""
    tests = clone / "tests/day01_tiny/test_sums.py"
    one_call = tests.read_text("utf-8").replace(
        "    assert_equal(counter.step(second), start + first + second)\n", ""
    )
    tests.write_text(one_call, encoding="utf-8")
    solve(clone, SOLUTION.replace("return self.value", "return float(self.value)"))
    text = run(clone, "check", "day01/Counter.step").stdout
    assert "integers are asked for" in text
    assert "The step is forgotten" not in text


def test_full_keeps_every_digit_in_a_file_that_numpy_loads(clone: Path) -> None:
    solve(clone, SOLUTION.replace("float(np.add.reduce", "float(1 + np.add.reduce"))
    assert not (clone / ".course/values").exists()
    shown = run(clone, "check", "day01/total", "--full").stdout
    assert 'np.load(".course/values/day01.total.npz")' in shown
    with np.load(clone / ".course/values/day01.total.npz") as kept:
        assert set(kept.files) == {"x1", "expected", "came_back"}
        assert np.allclose(kept["x1"].sum(), kept["expected"])
        assert np.allclose(kept["x1"].sum() + 1, kept["came_back"])


def test_the_json_is_the_contract(clone: Path) -> None:
    solve(clone, SOLUTION.replace("self.value += by", "pass"))
    result = run(clone, "check", "--json", "out/result.json", "--seed", "8")
    assert result.returncode == 1
    record = json.loads((clone / "out/result.json").read_text(encoding="utf-8"))
    assert (record["seed"], record["score"], record["max_score"]) == (8, 3, 5)
    exercise = record["days"][0]["exercises"][1]
    assert exercise["exercise"] == "sums.Counter.step"
    test = exercise["tests"][0]
    assert {"test", "outcome", "points", "max_points", "message", "misconception"} <= test.keys()
    assert (test["outcome"], test["points"], test["max_points"]) == ("failed", 0, 2)


REFUSED = SOLUTION.replace("float(np.add.reduce(np.ravel(x)))", "float(getattr(np, 's' + 'um')(x))")
HELPED = REFUSED.replace("def total(x", "def add(x") + "\n\ndef total(x):\n    return add(x)\n"


@pytest.mark.parametrize("source", ["met when it runs", "found in the source"])
def test_a_refused_call_is_called_refused_and_not_wrong(clone: Path, source: str) -> None:
    solve(clone, REFUSED if source == "met when it runs" else REFUSED.replace("'s' + 'um'", "'sum'"))
    result = run(clone, "check", "day01/total", "--json", "result.json")
    assert re.search(r"0/3 +sums\.total +refused", result.stdout)
    assert re.search(
        r"day01_tiny/sums.py, line \d+ makes a call that is refused here: numpy.sum\(\)", result.stdout
    )
    assert "wrong" not in result.stdout
    test = json.loads((clone / "result.json").read_text(encoding="utf-8"))["days"][0]["exercises"][0][
        "tests"
    ][0]
    assert (test["outcome"], test["refused"], test["points"]) == ("failed", True, 0)


@pytest.mark.parametrize("source", ["met when it runs", "found in the source"])
def test_an_exercise_that_only_calls_a_refused_helper_is_told_which(clone: Path, source: str) -> None:
    solve(clone, HELPED if source == "met when it runs" else HELPED.replace("'s' + 'um'", "'sum'"))
    said = " ".join(run(clone, "check", "day01/total").stdout.split())
    assert "total is fine so far as can be seen; add, which it calls, makes a call that is refused" in said


@pytest.mark.skipif(not hasattr(os, "fork"), reason="isolated checks need fork")
def test_isolated_gives_the_same_json(clone: Path) -> None:
    solve(clone, SOLUTION.replace("self.value += by", "pass"))
    run(clone, "check", "--json", "a.json")
    run(clone, "check", "--json", "b.json", "--isolated")
    records = [json.loads((clone / name).read_text(encoding="utf-8")) for name in ("a.json", "b.json")]
    for record in records:
        for exercise in record["days"][0]["exercises"]:
            for test in exercise["tests"]:
                del test["seconds"]
    assert records[0] == records[1]


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["check", "day02"], 2, "did you mean 'day01_tiny'"),
        (["check", "day01/totals"], 2, "did you mean 'total'"),
        (["check", "day01/xyz"], 2, "; there is: total, Counter.step."),
        (["check", "--colour"], 2, "No such option"),
        (["chekc"], 2, "No such command"),
        (["hint", "day01"], 2, "A hint is for one exercise"),
        (["hint"], 2, "A hint is for one exercise; say which, the next one is day01/total."),
        (["reset"], 2, "A reset is for one exercise; say which, the next one is day01/total."),
        (["grade", "nowhere", "--out", "out"], 1, "There is no folder nowhere"),
        (["grade", ".", "--out", "out", "--scheduler", "tcp://x"], 1, "No Dask scheduler answers"),
        (["plot", "day01"], 1, "has no plots.py"),
    ],
)
def test_wrong_usage_is_one_sentence(clone: Path, words: list[str], status: int, sentence: str) -> None:
    result = run(clone, *words)
    assert result.returncode == status
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["check", "plot"])
def test_solutions_are_offered_where_there_are_some(clone: Path, command: str) -> None:
    assert "--solutions" in run(clone, command, "--help").stdout
    shutil.rmtree(clone / "solutions")
    assert "--solutions" not in run(clone, command, "--help").stdout
    assert run(clone.parent, command, "--help").returncode == 0


def test_outside_a_course_it_says_so(tmp_path: Path) -> None:
    result = run(tmp_path, "status")
    assert result.returncode == 2
    assert "There is no course.toml" in result.stderr


def test_a_deleted_day_folder_says_how_to_bring_it_back(clone: Path) -> None:
    shutil.rmtree(clone / "day01_tiny")
    result = run(clone, "check")
    assert result.returncode == 1
    assert "git checkout -- day01_tiny" in result.stderr


def test_a_module_that_does_not_import_is_explained(clone: Path) -> None:
    solve(clone, SOLUTION.replace("def total(x", "def total(x("))
    result = run(clone, "check")
    assert result.returncode == 1
    assert "Python cannot read this file" in result.stdout
    assert "day01_tiny/sums.py, line" in result.stdout
    assert "Traceback" not in result.stdout


def test_hints_come_one_by_one(clone: Path) -> None:
    first, second = run(clone, "hint", "day01/total"), run(clone, "hint", "total")
    assert "1. add" in first.stdout
    assert "add all" not in first.stdout
    assert "2. add all" in second.stdout


@pytest.mark.parametrize("columns", ["40", "200"])
def test_nothing_is_cut_off_on_any_width(clone: Path, columns: str) -> None:
    text = run(clone, "check", COLUMNS=columns).stdout
    assert max(map(len, text.splitlines())) <= int(columns)
    assert "total" in text
    assert "…" not in text


def test_there_is_no_colour_without_a_terminal(clone: Path) -> None:
    assert "\x1b[" not in run_apart(clone, "check").stdout


def test_signs_fit_the_encoding(clone: Path) -> None:
    solve(clone)
    assert "#####" in run_apart(clone, "check", PYTHONIOENCODING="ascii:replace").stdout


def test_sync_check_shows_a_diff_and_fails(clone: Path) -> None:
    assert run(clone, "sync", "--check").returncode == 0
    source = clone / "solutions/day01_tiny/sums.py"
    source.write_text(
        source.read_text(encoding="utf-8").replace("Sum of all", "Total of all"), encoding="utf-8"
    )
    result = run(clone, "sync", "--check")
    assert result.returncode == 1
    assert '+    """Total of all entries.' in result.stdout
    assert run(clone, "sync").returncode == 0
    assert run(clone, "sync", "--check").returncode == 0


def test_the_light_commands_import_no_numpy(clone: Path) -> None:
    code = (
        "import sys; from course.cli import main\n"
        "try: main(['status'])\n"
        "except SystemExit: pass\n"
        "print('numpy' in sys.modules, 'torch' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=clone, capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "False False"


def test_the_package_is_the_command(clone: Path) -> None:
    """For whoever has not activated the environment, or has another `course` on the path."""
    words = [sys.executable, "-m", "course", "check"]
    said = subprocess.run(words, cwd=clone, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (said.returncode, said.stderr) == (1, "")
    assert said.stdout == run_apart(clone, "check", COLUMNS=os.environ.get("COLUMNS", "80")).stdout


def test_text_is_never_markup(clone: Path) -> None:
    file = clone / "tests/day01_tiny/exercises.toml"
    hint = "a[i, j], x[/b], [bold]y[0], :100:"
    file.write_text(file.read_text(encoding="utf-8").replace('"add"', f'"{hint}"'), encoding="utf-8")
    assert f"1. {hint}\n" in run(clone, "hint", "day01/total").stdout


def test_an_optional_exercise_that_is_open_is_not_called_done(clone: Path) -> None:
    exercises, tests = clone / "tests/day01_tiny/exercises.toml", clone / "tests/day01_tiny/test_sums.py"
    exercises.write_text(exercises.read_text(encoding="utf-8") + "optional = true\n", encoding="utf-8")
    text = tests.read_text(encoding="utf-8")
    tests.write_text("@points(0)".join(text.rsplit("@points(2)", 1)), encoding="utf-8")
    for body, verb in [("pass", "mend"), ('raise NotImplementedError("to do")', "write")]:
        solve(clone, SOLUTION.replace("self.value += by\n", f"{body}\n"))
        result = run(clone, "check")
        assert result.returncode == 0
        state = "wrong" if verb == "mend" else "open"
        assert f"All points earned; what is optional is still {state}." in result.stdout
        assert f"Next: {verb} Counter.step in day01_tiny/sums.py" in result.stdout
    solve(clone)
    assert "All points earned. `course plot`" in run(clone, "check").stdout
    assert "All points earned of what was checked. `course plot`" in run(clone, "check", "day01/total").stdout


def test_a_file_that_cannot_be_read_is_said_once(tiny: Course) -> None:
    (tiny.root / "day01_tiny/sums.py").write_text("def total(x):\n    return (x\n", encoding="utf-8")
    done = run(tiny.root, "check", "day01")
    assert done.stdout.count("Python cannot read this file") == 1
    assert done.stdout.count(" error") == 2
    assert done.returncode == 1
