"""The leak gate, proven by planting: every kind of secret in every kind of artefact is found."""

from __future__ import annotations

import base64
import json
import os
import py_compile
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from course.catalog import Course, load_course
from course.errors import CourseError
from course.release.leaks import find_leaks, refuse_leaks
from course.release.secrets import Secrets, read_secrets, tokens
from course.release.student import build_release
from tests.course.conftest import SOLUTION, write, write_releasable_course

# Longer than the solutions of the tiny course, so that windows have something to hold on to.
LONG_SOLUTION = SOLUTION.replace(
    "return float(np.add.reduce(np.ravel(x)))",
    """result = 0.0
    for row in np.atleast_2d(x):
        for entry in row.ravel():
            result += float(entry) * 1.0000217
    return result""",
)
HIDDEN = """

@hidden
@points(1)
def test_total_of_nothing_at_all(student, rng):
    empty = np.empty((0, int(rng.integers(2, 9))))
    assert_close(student.total(empty), 0.0, name="total of no entries, which is not missing")
    assert_close(student.total(empty.T), 7.7182818, name="total")
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Course:
    root = write_releasable_course(tmp_path_factory.mktemp("leaks") / "source")
    write(root / "solutions/day01_tiny/sums.py", LONG_SOLUTION)
    tests = root / "tests/day01_tiny/test_sums.py"
    tests.write_text(tests.read_text(encoding="utf-8") + HIDDEN, encoding="utf-8")
    return load_course(root)


@pytest.fixture(scope="module")
def files(source: Course) -> dict[str, bytes]:
    return build_release(source, source.days, "1.0")


@pytest.fixture(scope="module")
def secrets(source: Course) -> Secrets:
    return read_secrets(source)


@pytest.fixture
def folder(files: dict[str, bytes], tmp_path: Path) -> Path:
    for place, content in files.items():
        path = tmp_path / "release" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "release"


def region(source: Course) -> str:
    text = (source.solutions / "day01_tiny/sums.py").read_text(encoding="utf-8")
    return text.partition("### BEGIN SOLUTION\n")[2].partition("    ### END")[0]


def hidden_body(source: Course) -> str:
    return HIDDEN.partition("rng):\n")[2]


def leaks(secrets: Secrets, folder: Path) -> str:
    return "\n".join(map(str, find_leaks(secrets, folder)))


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.invalid", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def notebook(**cell: object) -> str:
    whole = {"cell_type": "code", "metadata": {}, "outputs": [], "source": [], **cell}
    return json.dumps({"cells": [whole], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_release_has_no_leak(source: Course, secrets: Secrets, folder: Path) -> None:
    assert leaks(secrets, folder) == ""
    refuse_leaks(secrets, folder)


Plant = Callable[[str], tuple[str, str]]
PLACES: dict[str, Plant] = {
    "a module": lambda text: ("day01_tiny/extra.py", f"def f(x):\n{text}"),
    "the engine": lambda text: ("course/data/extra.py", f"def f(x):\n{text}"),
    "a public test": lambda text: ("tests/day01_tiny/test_sums.py", f"def reference(x):\n{text}"),
    "a sheet, reflowed": lambda text: ("day01_tiny/NOTES.md", "So: " + "  \n> ".join(text.split())),
    "a page": lambda text: ("site/index.html", text.replace("<", "&lt;").replace('"', "&quot;")),
    "a JSON file": lambda text: ("tests/day01_tiny/fingerprints.json", json.dumps({"a": [{"b": text}]})),
    "a notebook's cell": lambda text: ("d/x.ipynb", notebook(source=lines(text))),
    "a notebook's output": lambda text: (
        "d/x.ipynb",
        notebook(outputs=[{"output_type": "stream", "name": "stdout", "text": lines(text)}]),
    ),
    "a notebook's metadata": lambda text: ("d/x.ipynb", notebook(metadata={"nbgrader": {"solution": text}})),
    "a notebook's attachment": lambda text: (
        "d/x.ipynb",
        notebook(attachments={"a.png": {"image/png": encoded(text)}}),
    ),
    "a picture": lambda text: ("day01_tiny/a.png", "\x89PNG\0\0tEXt" + text + "\0"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_solution_is_found_in(place: str, source: Course, secrets: Secrets, folder: Path) -> None:
    path, text = PLACES[place](region(source))
    write_raw(folder / path, text)
    assert f"{path}: solution of day01_tiny/sums.total" in leaks(secrets, folder)


@pytest.mark.parametrize("place", sorted(set(PLACES) - {"a public test"}))
def test_a_hidden_test_is_found_in(place: str, source: Course, secrets: Secrets, folder: Path) -> None:
    path, text = PLACES[place](hidden_body(source))
    write_raw(folder / path, text)
    assert f"{path}: hidden part of tests/day01_tiny/test_sums.py" in leaks(secrets, folder)


def write_raw(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "written",
    [
        "if a &lt; b:\n    c = &#39;d&#39;",
        r"if a < b:\n\tc = \"d\"",
        "> if a < b:\n>     c = `d`",
        "+if a<b :\n+ c='d'",
    ],
)
def test_however_it_is_written_it_is_the_same_run_of_tokens(written: str) -> None:
    assert tokens(written) == tokens('if a < b:\n    c = "d"') == ["if", "a", "<", "b", ":", "c", "=", "d"]


def test_a_hidden_test_that_was_left_in_is_found(source: Course, secrets: Secrets, folder: Path) -> None:
    whole = source.root / "tests/day01_tiny/test_sums.py"
    (folder / "tests/day01_tiny/test_sums.py").write_bytes(whole.read_bytes())
    assert "hidden part of" in leaks(secrets, folder)


def test_a_solution_that_is_shorter_than_a_window_is_found_behind_its_docstring(
    secrets: Secrets, folder: Path
) -> None:
    skeleton = (folder / "day01_tiny/sums.py").read_text(encoding="utf-8")
    at = skeleton.rindex("        # TODO")
    (folder / "day01_tiny/sums.py").write_text(
        skeleton[:at] + "        self.value += by\n        return self.value\n", encoding="utf-8"
    )
    assert "solution of day01_tiny/sums.Counter.step" in leaks(secrets, folder)


def test_a_value_somebody_computed_is_found(secrets: Secrets, folder: Path) -> None:
    write(folder / "day01_tiny/values.txt", "the answer is 7.7182818")
    assert "values.txt: a value in the hidden part of" in leaks(secrets, folder)


@pytest.mark.parametrize(
    "name",
    [
        "tests/day01_tiny/answers_sums.py",
        "tests/day01_tiny/equivalent_mutants.toml",
        "solutions/x.py",
        "grades.csv",
    ],
)
def test_a_file_of_the_instructors_is_found_by_its_name(name: str, secrets: Secrets, folder: Path) -> None:
    write(folder / name, "")
    assert f"{name}: a file of the instructors" in leaks(secrets, folder)


def test_an_answer_under_another_name_is_found(secrets: Secrets, folder: Path) -> None:
    write(
        folder / "day01_tiny/loops.py",
        "def total(x):\n  result = 0.0\n  for entry in np.ravel(x):\n    result += entry\n  return result",
    )
    assert "answer loop to day01_tiny/sums.total" in leaks(secrets, folder)


def test_a_cache_is_found(source: Course, secrets: Secrets, folder: Path) -> None:
    py_compile.compile(
        str(source.solutions / "day01_tiny/sums.py"), cfile=str(folder / "day01_tiny/sums.pyc")
    )
    write(folder / "tests/__pycache__/x.txt", "")
    assert "sums.pyc: a cache" in leaks(secrets, folder)
    assert "__pycache__/x.txt: a cache" in leaks(secrets, folder)


def test_a_file_of_values_and_a_link_are_found(secrets: Secrets, folder: Path) -> None:
    (folder / "day01_tiny/expected.npy").write_bytes(b"\x93NUMPY\0\0")
    (folder / "link").symlink_to("/etc/hostname")
    found = leaks(secrets, folder)
    assert "expected.npy: a binary file" in found
    assert "link: a link" in found


def test_git_history_is_searched(source: Course, secrets: Secrets, folder: Path) -> None:
    git(folder, "init", "--quiet")
    write_raw(folder / "day01_tiny/extra.py", f"def f(x):\n{region(source)}")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    git(folder, "rm", "-q", "day01_tiny/extra.py")
    git(folder, "commit", "-qm", "two")
    assert "git history, day01_tiny/extra.py: solution of" in leaks(secrets, folder)


def test_git_objects_that_nothing_points_to_are_searched(
    source: Course, secrets: Secrets, folder: Path
) -> None:
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    assert leaks(secrets, folder) == ""
    secret = folder.parent / "secret"
    write_raw(secret, region(source))
    git(folder, "hash-object", "-w", str(secret))
    assert "git history, blob " in leaks(secrets, folder)


@pytest.mark.parametrize("kind", ["message", "tag", "packed"])
def test_git_messages_and_packs_are_searched(
    kind: str, source: Course, secrets: Secrets, folder: Path
) -> None:
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", region(source) if kind == "message" else "one")
    if kind == "tag":
        git(folder, "tag", "-a", "v1", "-m", region(source))
    if kind == "packed":
        write_raw(folder / "x.py", region(source))
        git(folder, "add", ".")
        git(folder, "commit", "-qm", "two")
        git(folder, "rm", "-q", "x.py")
        git(folder, "commit", "-qm", "three")
        git(folder, "gc", "--quiet", "--prune=now")
    assert "solution of day01_tiny/sums.total" in leaks(secrets, folder)


def test_a_text_that_was_looked_at_is_looked_at_again_when_the_secrets_have_changed() -> None:
    secrets = Secrets()
    assert secrets.find_in("a b c") == {}
    secrets.add(["b", "c"], "the end")
    assert secrets.find_in("a b c") == {"the end": "b c"}
    secrets.forgive(["b", "c"], [2])
    assert secrets.find_in("a b c") == {}


def test_a_leak_refuses_the_release_in_a_sentence(secrets: Secrets, folder: Path) -> None:
    write(folder / "day01_tiny/answers_sums.py", "")
    with pytest.raises(CourseError, match=r"give away .*answers_sums\.py.*nothing was written"):
        refuse_leaks(secrets, folder)


def test_what_students_are_given_is_no_secret(releasable: Course, tmp_path: Path) -> None:
    given = (
        "for row in np.atleast_2d(x):\n        for entry in row.ravel():\n            result += float(entry)"
    )
    write(releasable.root / "solutions/day01_tiny/sums.py", LONG_SOLUTION)
    before = read_secrets(releasable).find(tokens(given))
    sheet = releasable.root / "day01_tiny/README.md"
    sheet.write_text(sheet.read_text(encoding="utf-8") + f"\n\n{given}\n", encoding="utf-8")
    after = read_secrets(releasable).find(tokens(given))
    assert before
    assert not after


def shown_in(place: str, course: Course, text: str) -> None:
    """Put a text into the sheet, or in the place of a hint."""
    path = course.root / place
    said = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        said += f"\n\n```python\n{text}```\n"
    else:
        head, hint, rest = said.partition("hints = [")
        said = f"{head}{hint}{json.dumps(text)}, {rest}"
    path.write_text(said, encoding="utf-8")


def found_in_a_release(root: Path, place: Path) -> str:
    course = load_course(root)
    for name, content in build_release(course, course.days, "1").items():
        write_raw(place / name, content.decode())
    return leaks(read_secrets(course), place)


@pytest.mark.parametrize("place", ["day01_tiny/README.md", "tests/day01_tiny/exercises.toml"])
def test_a_whole_solution_in_a_sheet_or_a_hint_is_a_leak(
    place: str, releasable: Course, tmp_path: Path
) -> None:
    write(releasable.root / "solutions/day01_tiny/sums.py", LONG_SOLUTION)
    shown_in(place, releasable, region(releasable))
    found = found_in_a_release(releasable.root, tmp_path / "release")
    assert f"{place}: solution of day01_tiny/sums.total" in found


def test_a_solution_with_a_sentence_between_its_lines_is_a_leak(releasable: Course, tmp_path: Path) -> None:
    write(releasable.root / "solutions/day01_tiny/sums.py", LONG_SOLUTION)
    first, second = region(releasable).split("        for entry", 1)
    text = f"Begin with\n\n{first}\n\nand then go through the row:\n\n        for entry{second}"
    shown_in("day01_tiny/README.md", releasable, text)
    found = found_in_a_release(releasable.root, tmp_path / "release")
    assert "day01_tiny/README.md: solution of day01_tiny/sums.total" in found


def test_an_exercise_may_say_why_its_solution_is_shown(releasable: Course, tmp_path: Path) -> None:
    write(releasable.root / "solutions/day01_tiny/sums.py", LONG_SOLUTION)
    shown_in("day01_tiny/README.md", releasable, region(releasable))
    settings = releasable.root / "tests/day01_tiny/exercises.toml"
    said = settings.read_text(encoding="utf-8")
    name = 'name = "sums.total"\n'
    assert name in said
    settings.write_text(said.replace(name, f'{name}shown = "the sheet goes through it"\n'), encoding="utf-8")
    assert found_in_a_release(releasable.root, tmp_path / "release") == ""


def test_an_attempt_left_in_a_day_folder_is_a_leak(releasable: Course, tmp_path: Path) -> None:
    write(releasable.root / "solutions/day01_tiny/sums.py", LONG_SOLUTION)
    write(releasable.root / "day01_tiny/attempt.py", f"def total(x):\n{region(releasable)}")
    made = build_release(releasable, releasable.days, "1")
    write(tmp_path / "release/day01_tiny/attempt.py", made["day01_tiny/attempt.py"].decode())
    found = leaks(read_secrets(releasable), tmp_path / "release")
    assert "day01_tiny/attempt.py: solution of day01_tiny/sums.total" in found


def test_what_everybody_knows_is_no_value_of_an_answer(releasable: Course, tmp_path: Path) -> None:
    """The base of logarithms may stand in one wrong answer and come out of another: no release was possible."""
    path = releasable.root / "tests/day01_tiny/answers_sums.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("return float(np.mean(x))", "return 2.718281828459045 + 1.2345678 * np.mean(x)"),
        encoding="utf-8",
    )
    write_raw(tmp_path / "release/a.json", "[2.718281828459045]")
    write_raw(tmp_path / "other/b.json", "[1.2345678]")
    secrets = read_secrets(load_course(releasable.root))
    assert leaks(secrets, tmp_path / "release") == ""
    assert "a value in the answer mean" in leaks(secrets, tmp_path / "other")


@pytest.fixture(scope="module")
def real_secrets(real: Course) -> Secrets:
    return read_secrets(real)


@pytest.mark.slow
def test_the_course_itself_can_be_released(real: Course, real_secrets: Secrets, tmp_path: Path) -> None:
    """With what its mistakes are recognised by, which takes a minute, searched as `course release student` does it; a
    student's first `pytest` in it finds checks of every day and project.
    """
    for name, content in build_release(real, real.units, "1").items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert leaks(real_secrets, tmp_path) == ""
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout[-500:] + found.stderr
    for unit in real.units:
        assert f"tests/{unit.name}/test_" in found.stdout


@pytest.mark.slow
def test_the_secrets_of_the_real_course_are_not_in_its_public_files(
    real: Course, real_secrets: Secrets
) -> None:
    """Given modules and public tests as students get them; the rest of a release is searched when it is made."""
    from course.release.hiding import without_tests

    for day in real.days:
        for module, text in real.sources(day).items():
            if module not in day.modules:
                assert real_secrets.find(tokens(text)) == {}, f"{day.name}/{module}.py"
        hidden = {check.name for e in day.exercises for check in e.checks if check.hidden}
        for path in sorted(real.tests(day).glob("test_*.py")):
            public = without_tests(path.read_text(encoding="utf-8"), hidden) or ""
            assert real_secrets.find(tokens(public)) == {}, path.name
