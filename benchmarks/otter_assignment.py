"""The small assignment in Otter's form: its exception-based tests, its autograder archive, a notebook per student.

The checks are the course's own files; a few lines hand them the student's functions and the seeded generator. Not for
grading: student code and expected values share a process there. Form and commands: https://otter-grader.readthedocs.io
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from small_assignment import ROOT

from course.catalog import Course, Day

INSTALL_SECONDS = 600

API = """
import json, sys, time
from otter.api import grade_submission

archive, *submissions = sys.argv[1:]
for path in submissions:
    started = time.perf_counter()
    total = grade_submission(path, archive, quiet=True).total
    print("OTTER " + json.dumps([time.perf_counter() - started, total]))
"""

ADAPTER = '''
from otter.test_files import test_case
from course.testing.running import generator
from course.worker.outcomes import StudentProblem

OK_FORMAT = False
name = "{name}"
points = None  # a name of Otter's too; every case has its own


class Student:
    """The student's functions; what they raise is what assert_raises expects."""

    def __init__(self, env):
        self._env = env

    def __getattr__(self, name):
        def call(*args, **kwargs):
            try:
                return self._env[name](*args, **kwargs)
            except Exception as error:
                raise StudentProblem("error", str(error), types=[c.__name__ for c in type(error).__mro__])

        return call

'''

CASE = """
@test_case(points={points})
def case_{name}(env):
    {name}(Student(env){rng})

"""


class OtterError(Exception):
    """Why Otter is left out of the comparison."""


def install_otter(folder: Path) -> Path:
    """An environment with otter-grader that sees this one's packages too; its Python. Raises OtterError."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "otter-grader"]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        raise OtterError(f"its installation took more than {INSTALL_SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        raise OtterError(f"it could not be installed ({error.stderr.strip().splitlines()[-1]})") from None
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    place = folder / "lib" / version / "site-packages" / "this_project.pth"
    place.write_text(f"{sysconfig.get_path('purelib')}\n{ROOT}\n", encoding="utf-8")
    return python


def otter_zip(course: Course, python: Path, folder: Path) -> Path:
    """The archive that `otter generate` makes of the day's tests; made once."""
    archive = folder / "autograder.zip"
    if not archive.is_file():
        tests = folder / "otter_tests"
        tests.mkdir()
        day = course.days[0]
        for module in {exercise.module for exercise in day.exercises}:
            text = _test_file(course, day, module)
            (tests / f"{module}.py").write_text(text, encoding="utf-8")
        command = [python, "-m", "otter", "generate", "-t", tests, "-o", archive, "--no-requirements"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return archive


def _test_file(course: Course, day: Day, module: str) -> str:
    text = (course.tests(day) / f"test_{module}.py").read_text(encoding="utf-8") + ADAPTER.format(name=module)
    functions = {n.name: n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)}
    for exercise in day.exercises:
        for check in exercise.checks if exercise.module == module else ():
            asks = any(argument.arg == "rng" for argument in functions[check.name].args.args)
            rng = f', generator({course.seed}, "{day.name}", "{check.name}")' if asks else ""
            text += CASE.format(name=check.name, points=check.points, rng=rng)
    return text


def otter_notebook(day: Day, folder: Path) -> str:
    """A student's modules as the cells of one notebook, each after those it imports from."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))}
    cells, left = [], dict(texts)
    while left:
        module = next(m for m, text in left.items() if not _imported(text, day) & (left.keys() - {m}))
        cells.append(_without_day_imports(left.pop(module), day))
    code = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    notebook = {
        "cells": [{**code, "id": f"module-{n}", "source": text} for n, text in enumerate(cells)],
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook)


def _day_imports(text: str, day: Day) -> list[ast.ImportFrom]:
    nodes = (node for node in ast.parse(text).body if isinstance(node, ast.ImportFrom))
    return [node for node in nodes if (node.module or "").startswith(f"{day.name}.")]


def _imported(text: str, day: Day) -> set[str]:
    return {(node.module or "").rpartition(".")[2] for node in _day_imports(text, day)}


def _without_day_imports(text: str, day: Day) -> str:
    lines = text.splitlines()
    for node in reversed(_day_imports(text, day)):
        del lines[node.lineno - 1 : node.end_lineno]
    return "\n".join(lines) + "\n"
