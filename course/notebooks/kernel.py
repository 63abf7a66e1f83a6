"""The checks in a notebook, by magics: ``%%check``, ``%picture``, ``%hint`` and ``%explain``, in a student's kernel and
in nbgrader's.

The first cell of a day's notebook calls :func:`start`. A check puts the modules of the day together from the
cells that have been run (from all cells, when nbgrader runs the notebook), by the same rules as a submitted
notebook is read, and judges them with the same runner, seed and limits as every other surface. Where nbgrader runs
it, its value is the number of points, which is nbgrader's partial credit; a student reads them in words.
In a student's own kernel all of this is advice: the grade of record is computed outside.
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from course.catalog import Check, Course, Day, Exercise, Limits, find_root, load_course
from course.catalog.reading import read_check
from course.errors import CourseError
from course.notebooks.beside import Beside
from course.notebooks.composing import Code, compose, is_python, without_shell
from course.notebooks.pieces import defined_names, is_written
from course.notebooks.reading import read_notebook
from course.reached import Checked, record
from course.testing.fingerprints import Explainer
from course.testing.results import CheckResult
from course.testing.running import Runner, Sitting, scan_exercise
from course.threads import settle_threads
from course.worker.far.accelerators import hide_accelerators
from course.worker.near.local import LocalLink
from course.worker.outcomes import LABELS

_MARKER = re.compile(r"# (\w+)/(\w+)\.py\n")


class NotAllPassed(Exception):
    """A check did not pass. Raised for nbgrader's *Validate*, which shows the text of errors only."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


@dataclass
class _Notebook:
    """What one kernel knows of the day."""

    day: str
    seed: int
    limits: Limits
    exercises: Mapping[str, Sequence[str]]
    names: dict[str, Any]  # of the kernel: what the student has run, and In
    folder: Path  # of the notebook, or of its day in a clone
    common: dict[str, str] = field(default_factory=dict)
    hints: dict[str, int] = field(default_factory=dict)  # how many of an exercise have been shown

    @property
    def beside(self) -> Beside:
        return Beside(self.folder, self.day)

    def codes(self) -> tuple[Code, ...]:
        """The cells that count, each definition with its latest answer in the place of its first one."""
        found: dict[tuple[str, str], Code] = {}
        for text in self._texts():
            code = self._code(text)
            key = code.module, code.name or code.text
            if key not in found or is_written(code.text) >= is_written(found[key].text):
                found[key] = code
        return tuple(found.values())

    def _texts(self) -> Sequence[str]:
        """What has been run; the whole notebook where nbgrader runs it from top to bottom."""
        file = self.folder / f"{self.day}.ipynb"
        if os.environ.get("NBGRADER_EXECUTION") and file.is_file():
            return [cell.text for cell in read_notebook(file).cells if cell.kind == "code"]
        run: list[str] = self.names["In"]
        return run

    def _code(self, text: str) -> Code:
        match = _MARKER.match(text)
        if match and match.group(1) == self.day:
            return Code(text[match.end() :], match.group(2))
        if not is_python(text):
            return Code("")
        defined = set(defined_names(without_shell(text)))
        for module, names in self.exercises.items():
            for name in names:
                if name in defined:
                    return Code(text, module, name)
        return Code(text)


_notebook: _Notebook | None = None


def start(
    day: str, *, seed: int, exercises: Mapping[str, Sequence[str]], limits: Mapping[str, Any] | None = None
) -> None:
    """Make the magics known to this kernel; the first cell of the notebook."""
    from IPython import get_ipython

    global _notebook
    settle_threads()
    hide_accelerators()
    shell: Any = get_ipython()
    grading = os.environ.get("NBGRADER_EXECUTION")
    folder = Path.cwd() if grading else Beside.of(Path.cwd(), day).folder
    _notebook = _Notebook(day, seed, Limits(**(limits or {})), exercises, shell.user_ns, folder)
    shell.register_magic_function(_checks_use, "cell", "checks_use")
    shell.register_magic_function(_check, "cell", "check")
    shell.register_magic_function(_picture, "line", "picture")
    shell.register_magic_function(_hint, "line", "hint")
    shell.register_magic_function(_explain, "line", "explain")
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _DayInKernel)]
    sys.meta_path.insert(0, _DayInKernel(day, shell.user_ns))


def _the_notebook() -> _Notebook:
    if _notebook is None:
        raise RuntimeError("Run the first cell of the notebook, the one with start(…), then this one.")
    return _notebook


def _checks_use(line: str, cell: str) -> None:
    """``%%checks_use regression``: what the tests of a module share."""
    _the_notebook().common[line.strip()] = cell


def _check(line: str, cell: str) -> int | None:
    """``%%check regression.pseudo_inverse --points 4 …``: run the tests in the cell; the points earned."""
    notebook = _the_notebook()
    name, options = _arguments(line)
    if waits := _not_run(notebook, name):
        print(waits)
        return None
    names, checks = _tests(notebook, name, cell)
    exercise = Exercise(
        name=name,
        title=name,
        sheet=" ".join(options.get("--sheet", ())),
        refused=tuple(options.get("--refused", ())),
        hints=(),
        optional=False,
        checks=tuple(checks),
    )
    with tempfile.TemporaryDirectory(prefix="course-notebook-") as folder, _quiet():
        results = _run(notebook, exercise, names, Path(folder))
        not_recorded = _record(notebook, name, results, Path(folder))
    earned = sum(result.points for result in results)
    kept_back = int(options["--points"][0]) - sum(check.points for check in checks)
    report = _report(notebook.day, results, kept_back)
    passed = all(result.outcome == "passed" for result in results)
    if os.environ.get("NBGRADER_EXECUTION") == "validate" and earned < sum(check.points for check in checks):
        raise NotAllPassed(report)
    print(f"{report}\n{not_recorded}".rstrip())
    if not os.environ.get("NBGRADER_EXECUTION") or (kept_back and passed):
        return None  # for a person; or everything that is here passed, which Validate must not call a failure
    return earned


def _arguments(line: str) -> tuple[str, dict[str, list[str]]]:
    name, *words = line.split()
    options: dict[str, list[str]] = {}
    values: list[str] = []
    for word in words:
        if word in ("--points", "--sheet", "--refused"):
            values = options.setdefault(word, [])
        else:
            values.append(word)
    return name, options


def _not_run(notebook: _Notebook, name: str) -> str:
    """What is to be run before this check, for a person who goes through the cells in an order of her own."""
    if os.environ.get("NBGRADER_EXECUTION"):
        return ""
    module, _, qualname = name.partition(".")
    top = qualname.partition(".")[0]
    if module not in notebook.common:
        return f"Run the cell above that begins with `%%checks_use {module}`, then this one."
    if not any((code.module, code.name) == (module, top) for code in notebook.codes()):
        return (
            f"No cell that you have run defines `{top}`: run the one that does, then this one. A check sees only what "
            "was run."
        )
    return ""


def _tests(notebook: _Notebook, exercise: str, cell: str) -> tuple[dict[str, Any], list[Check]]:
    """The test functions of a cell, in a namespace of their own: no variable of the notebook reaches them."""
    module = exercise.partition(".")[0]
    names: dict[str, Any] = {"__name__": f"checks of {exercise}"}
    exec(compile(notebook.common.get(module, ""), f"<what the checks of {module} use>", "exec"), names)
    exec(compile(cell, f"<checks of {exercise}>", "exec"), names)
    functions = [node for node in ast.parse(cell).body if isinstance(node, ast.FunctionDef)]
    checks = [read_check(n, module, f"checks of {exercise}") for n in functions if n.name.startswith("test_")]
    return names, checks


def _run(
    notebook: _Notebook, exercise: Exercise, names: Mapping[str, Any], folder: Path
) -> list[CheckResult]:
    root = folder.resolve()
    (root / notebook.day).mkdir()
    for module, text in _modules(notebook.codes(), notebook.day).items():
        (root / notebook.day / f"{module}.py").write_text(text, encoding="utf-8")
    day = Day(notebook.day, notebook.day, 0, (), None, lambda _: (exercise,))
    course = Course(root, notebook.day, notebook.seed, notebook.limits, (day,))
    runner = Runner(course, notebook.seed, explainer=_explainer(course, notebook))
    finding = scan_exercise(root, day, exercise)
    link = LocalLink(root, [day.name], notebook.limits)
    try:
        return [
            runner.run_check(names[check.name], Sitting.of(day, exercise, check, link), finding)
            for check in exercise.checks
        ]
    finally:
        link.close()


def _record(notebook: _Notebook, name: str, results: Sequence[CheckResult], texts: Path) -> str:
    """Keep the verdict as a student's progress, where the notebook lies in a clone of the course; the sentence to be
    said when that cannot be done.
    """
    if os.environ.get("NBGRADER_EXECUTION"):
        return ""
    try:
        root = find_root(notebook.folder)
    except CourseError:  # a notebook alone, as on a machine in the net
        return ""
    try:
        day = load_course(root).day(notebook.day)
        exercise = next(one for one in day.exercises if one.name == name)
    except (CourseError, StopIteration):
        return (
            "It was not recorded for `course status`: the course beside this notebook has no such exercise."
        )
    known = {check.name for check in exercise.checks}
    passed = {one.check.name: (one.points, one.outcome == "passed") for one in results}
    kept = {check: found for check, found in passed.items() if check in known}
    return record(root, [Checked(day, exercise, kept)], texts)


def _explainer(course: Course, notebook: _Notebook) -> Explainer:
    """Names mistakes by what a release has on file of them; there are no solutions here."""
    return Explainer(
        course, lambda *_: None, lambda _: notebook.beside.fingerprints(notebook.seed), lambda _: ()
    )


@lru_cache(maxsize=1)  # the same for every check of a notebook that is graded
def _modules(codes: tuple[Code, ...], day: str) -> Mapping[str, str]:
    return compose(codes, day).texts


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """nbgrader takes every word on standard error for a failure, so none of it gets there."""
    here = os.getcwd()
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        try:
            yield
        finally:
            os.chdir(here)


def _report(day: str, results: Sequence[CheckResult], kept_back: int) -> str:
    """The verdicts, then what is said about the first check that did not pass."""
    width = max((len(result.check.name) for result in results), default=0)
    lines = [f"{r.check.name:<{width}}  {_points(r):<15}  {LABELS[r.verdict]}".rstrip() for r in results]
    if kept_back:
        lines.append(
            f"{kept_back} more point{'s' * (kept_back != 1)}: hidden checks, run when your work is graded"
        )
    failure = next((result for result in results if result.outcome != "passed"), None)
    if failure is not None:
        message = failure.public_message.replace(f"{day}/README.md, section", "in this notebook, section")
        lines += ["", failure.check.name, message]
        if failure.output.strip() and not failure.check.hidden:
            lines.append(f"  {'printed':<13} {failure.output.strip()[:400]}")
    return "\n".join(lines)


def _points(result: CheckResult) -> str:
    most = result.check.points
    return f"{result.points} of {most} point{'s' * (most != 1)}" if most else "optional"


def _hint(line: str) -> None:
    """``%hint pseudo_inverse``: one more hint each time."""
    notebook, table = _the_notebook(), _found(line)
    if table is None:
        return
    shown = notebook.hints[table["name"]] = min(notebook.hints.get(table["name"], 0) + 1, len(table["hints"]))
    for number, text in enumerate(table["hints"][:shown], start=1):
        print(f"{number}. {text}")
    left = len(table["hints"]) - shown
    print(f"{left} more: run this again." if left else "That was the last hint.")


def _explain(line: str) -> Any:
    """``%explain pseudo_inverse``: the section of the sheet again."""
    table = _found(line)
    text = _the_notebook().beside.section(table["sheet"]) if table else ""
    if not text:
        return None
    from IPython.display import Markdown

    return Markdown(text)  # type: ignore[no-untyped-call]


def _found(line: str) -> dict[str, Any] | None:
    """The exercise that is asked for; else a sentence that says which there are."""
    beside, word = _the_notebook().beside, line.strip().rpartition("/")[2]
    table = beside.exercise(word)
    names = beside.names()
    if table is None and names:
        near = difflib.get_close_matches(word, names, n=1)
        print(f"Did you mean {near[0]}?" if near else f"Say which exercise, one of: {', '.join(names)}.")
    elif table is None:
        print("Hints and sections are in the files of the course, which are not beside this notebook.")
    return table


def _picture(line: str) -> Any:
    """``%picture figure_fits``: draw a picture of the day, or say which exercise it still needs."""
    import matplotlib.pyplot as plt

    if os.environ.get("NBGRADER_EXECUTION"):  # grading and validating look at points only
        return None
    function = _the_notebook().names.get(line.strip())
    if function is None:
        print("Run the cell with the pictures' functions first.")
        return None
    try:
        drawn = function()
    except NotImplementedError as error:
        print(f"Not drawn yet: {error or 'a function of the day is not written yet'}.")
        return None
    finally:
        plt.close("all")
    if hasattr(drawn, "to_jshtml"):
        from IPython.display import HTML

        return HTML(drawn.to_jshtml(default_mode="once"))  # type: ignore[no-untyped-call]
    from IPython.display import Image

    picture = io.BytesIO()
    drawn.savefig(picture, format="png", dpi=100)
    return Image(picture.getvalue())  # type: ignore[no-untyped-call]


class _DayInKernel:
    """``from day03_linalg.matrices import transpose`` in a kernel: every module of the day is the notebook itself."""

    def __init__(self, day: str, names: dict[str, Any]) -> None:
        self._day = day
        self._names = names

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname.partition(".")[0] != self._day:
            return None
        return ModuleSpec(fullname, self, is_package=fullname == self._day)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        def look_up(name: str) -> Any:
            if name.startswith("__") or module.__name__ == self._day:
                raise AttributeError(name)
            if name not in self._names:
                raise ImportError(f"{name} is not there yet; run the cell that defines it first.")
            return self._names[name]

        module.__getattr__ = look_up  # type: ignore[method-assign]
