"""Every command that a sheet or a README shows can be typed where it is shown, and means what is there.

Students have what a release holds: no solutions, no benchmarks, no commands for teachers. Nothing is run here; a
command is taken apart, and its options, days, exercises, tests, modules and files are looked up.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from course.catalog import Course, select
from course.catalog.selecting import find_day
from course.cli import main, students
from course.release import student
from course.testing.answers import write_answer
from course.testing.running import Runner
from course.worker.near.local import LocalLink
from tests.course.conftest import COURSE, ROOT

PROGRAMS = ("course", "pytest", "python", "ruff", "mypy", "make")
STUDENTS = {
    name
    for name, one in main.commands.items()
    if one.callback and one.callback.__module__ == students.__name__
}
PLACEHOLDER = re.compile(r"[A-Z]{2,}|…|\.\.\.|<")  # DEST, ADDRESS, "and so on"


@pytest.fixture(scope="module")
def course() -> Course:
    return COURSE


@pytest.fixture(scope="module")
def release(course: Course) -> dict[str, bytes]:
    with pytest.MonkeyPatch.context() as patch:
        # Fingerprints take a minute and no part in this.
        patch.setattr(student, "record", lambda _, days, *rest: {day.name: "{}" for day in days})
        return student.build_release(course, course.days, "1.0")


def commands(text: str) -> Iterator[str]:
    """Commands in the text: lines of code blocks, and code within sentences, without prompts and comments."""
    text = re.sub(r"```text\n.*?```", "", text, flags=re.DOTALL)  # what a program answers
    lines = [
        line for block in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL) for line in block.splitlines()
    ]
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    lines += re.findall(r"^    (\S.*)$", prose, re.MULTILINE)
    lines += [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose)]
    for line in lines:
        line = re.split(r"\s#\s|\s{2,}", line.strip().removeprefix("$ "))[0]
        if line.split(" ")[0] in PROGRAMS and " " in line and not PLACEHOLDER.search(line):
            yield line


def problem(line: str, course: Course, files: set[str], *, for_students: bool) -> str:
    """Why a command cannot be typed there; empty when it can."""
    program, *words = shlex.split(line)
    if program == "course":
        return _of_course(words, course, for_students)
    if program == "pytest":
        return _of_pytest(words, course, files)
    if program == "python":
        return _of_python(words, files)
    if program in ("ruff", "mypy"):
        missing = [
            w for w in words[1:] or words if "/" in w or w.startswith("day") if not _is_there(w, files)
        ]
        return f"there is no {missing[0]}" if missing else ""
    return (
        "" if re.search(rf"^{words[0]}:", (ROOT / "Makefile").read_text(), re.MULTILINE) else "no such target"
    )


def _of_course(words: list[str], course: Course, for_students: bool) -> str:
    command = main.commands.get(words[0])
    if command is None or (for_students and words[0] not in STUDENTS):
        return "no such command"
    if words[0] == "new":  # what is not there yet
        wrong = [w for w in words[1:] if not re.fullmatch(r"day\d\d(_[a-z]+|/\w+(\.\w+)+)", w)]
        return f"nothing can be named {wrong[0]}" if wrong else ""
    try:
        values, _, _ = command.make_parser(click.Context(command)).parse_args(list(words[1:]))
    except click.UsageError as error:
        return (
            "" if "requires an argument" in error.message else error.message
        )  # an option that is only named
    for argument in command.params:
        given = values.get(argument.name or "")
        if not isinstance(argument, click.Argument) or not isinstance(given, (str, tuple)):
            continue
        for word in given if isinstance(given, tuple) else (given,):
            try:
                if "EXERCISE" in (argument.metavar or ""):
                    select(course, [word])
                elif argument.name in ("day", "what"):
                    find_day(course, word.strip("/").partition("/")[0])
            except Exception as error:
                return str(error)
    return ""


def _of_pytest(words: list[str], course: Course, files: set[str]) -> str:
    places = [word for word in words if word.startswith("tests/")]
    missing = [place for place in places if not _is_there(place, files)]
    if missing:
        return f"there is no {missing[0]}"
    if "-k" not in words:
        return ""
    if not places:
        return "-k without a folder collects every day"
    expression = words[words.index("-k") + 1]
    day = find_day(course, places[0].split("/")[1])
    tests = [check.name for exercise in day.exercises for check in exercise.checks if not check.hidden]
    return "" if any(expression in test for test in tests) else f"no test is called {expression}"


def _of_python(words: list[str], files: set[str]) -> str:
    if words[0] != "-m":
        return "" if words[0] in files else f"there is no {words[0]}"
    if not words[1].startswith("day"):
        return ""
    name = words[1].replace(".", "/") + ".py"
    if name not in files:
        return f"there is no {name}"
    options = [word for word in words[2:] if word.startswith("--")]
    known = {
        node.value
        for node in ast.walk(ast.parse((ROOT / name).read_text()))
        if isinstance(node, ast.Constant)
    }
    return next((f"{name} has no {option}" for option in options if option not in known), "")


def _is_there(path: str, files: set[str]) -> bool:
    return path in files or any(file.startswith(path.rstrip("/") + "/") for file in files)


def _sheets() -> list[str]:
    return [f"{day.name}/README.md" for day in COURSE.days]


@pytest.mark.parametrize("sheet", [*_sheets(), "README.md"])
def test_what_a_student_reads_can_be_typed(sheet: str, course: Course, release: dict[str, bytes]) -> None:
    found = list(commands(release[sheet].decode()))
    assert found
    wrong = {line: why for line in found if (why := problem(line, course, set(release), for_students=True))}
    assert not wrong


@pytest.mark.parametrize(
    "page",
    ["README.md", "CONTRIBUTING.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))],
)
def test_what_a_teacher_reads_can_be_typed(page: str, course: Course) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    files = {str(path.relative_to(ROOT)) for path in _tracked()}
    wrong = {
        line: why for line in commands(text) if (why := problem(line, course, files, for_students=False))
    }
    assert not wrong


def _tracked() -> Iterator[Path]:
    for folder in (
        "tests",
        "solutions",
        "benchmarks",
        "course",
        *(Path(sheet).parent for sheet in _sheets()),
    ):
        yield from (ROOT / folder).rglob("*")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("course grade day03", "no such command"),
        ("course check day03/pseudo_invers", "did you mean"),
        ("course check --colour", "No such option"),
        ("course hint log_sum_exp", "more than one exercise"),
        ("course plot day05", "There is no day"),
        ("pytest -k pseudo_inverse", "collects every day"),
        ("course new day03/regression.huber_loss", "no such command"),
        ("pytest tests/day03_linalg -k quaternion", "no test is called"),
        ("pytest tests/day05", "there is no tests/day05"),
        ("python benchmarks/conv2d.py", "there is no benchmarks/conv2d.py"),
        ("python -m day12_cnn.trains", "there is no day12_cnn/trains.py"),
        ("python -m day12_cnn.train --speed 3", "has no --speed"),
        ("ruff check day05_none", "there is no day05_none"),
        ("make sense", "no such target"),
    ],
)
def test_a_command_that_is_not_there_is_found(
    line: str, why: str, course: Course, release: dict[str, bytes]
) -> None:
    assert why in problem(line, course, set(release), for_students=True)
    assert line in list(commands(f"Type `{line}`.\n\n```console\n$ {line}\n```\n"))


def _report(course: Course, exercise: str, answer: str, folder: Path) -> str:
    """What a student of the first day is told who gives this answer."""
    day = course.days[0]
    runner = Runner(course, course.seed)
    meant = next(one for one in runner.suite.answers(day) if one.exercise == exercise and one.name == answer)
    write_answer(course, day, meant, folder)
    selections = select(course, [f"{day.number}/{exercise}"])
    result = runner.run(selections, folder, lambda _: LocalLink(folder, [day.name], course.limits))
    failure = result.days[0].exercises[0].first_failure
    assert failure is not None
    return failure.brief


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("first_steps.hello", "without_the_f"),
        ("multiplication.matmul_loops", "dtype_of_the_first_factor"),
    ],
)
def test_a_report_on_the_first_sheet_is_the_one_that_students_see(
    exercise: str, answer: str, course: Course, tmp_path: Path
) -> None:
    assert _report(course, exercise, answer, tmp_path) in course.sheet(course.days[0]).read_text(
        encoding="utf-8"
    )


def test_the_test_on_the_first_sheet_is_the_one_that_is_run(course: Course) -> None:
    day = course.days[0]
    (shown,) = re.findall(
        r"```python\n(@points.*?)```", course.sheet(day).read_text(encoding="utf-8"), re.DOTALL
    )
    assert shown in (course.tests(day) / "test_first_steps.py").read_text(encoding="utf-8")


def test_the_debugger_on_the_first_sheet_shows_what_students_see(course: Course, tmp_path: Path) -> None:
    sheet = course.sheet(course.days[0]).read_text(encoding="utf-8")
    real, imag, wrong, right = map(float, re.findall(r"-?\d\.\d{9,}", sheet))
    report = _report(course, "complex_numbers.Complex.angle", "arc_tangent_of_the_quotient", tmp_path)
    assert f"Complex({real:.6g}, {imag:.6g})" in report
    assert f"expected      {right:.6g}\n  came back     {wrong:.6g}" in report


@pytest.mark.parametrize("sheet", _sheets())
def test_markdown_eats_no_sign_of_the_mathematics(sheet: str) -> None:
    """A backslash before a punctuation mark is gone before the formula is set."""
    text = (ROOT / sheet).read_text(encoding="utf-8")
    text = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
    formulas = re.findall(r"\$\$.*?\$\$|\$[^$]+\$", text, re.DOTALL)
    assert formulas
    assert not [formula for formula in formulas if re.search(r"\\[^\w\s]", formula)]


FILE = re.compile(r"(?:[\w.-]+/)*[\w-]+\.(?:md|py|toml)")


@pytest.mark.parametrize("page", ["docs/authoring.md", "docs/verify.md", "CONTRIBUTING.md", "AGENTS.md"])
def test_authors_are_sent_to_no_document_that_is_not_there(page: str) -> None:
    """Links, and files in `code`, by their path or by their name where an example stands for all days."""
    text = (ROOT / page).read_text(encoding="utf-8")
    names = {path.name for path in (*_tracked(), *ROOT.glob("*"), *ROOT.glob("docs/*"))}
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    missing = [link for link in links if not (ROOT / page).parent.joinpath(link).exists()]
    named = [name for name in re.findall(r"`([^`\s]+)`", text) if FILE.fullmatch(name) and "NN" not in name]
    missing += [name for name in named if not (ROOT / name).exists() and name not in names]
    assert missing == []
