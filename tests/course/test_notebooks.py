"""Notebooks: made from the single source, run in a kernel, and read back whatever was done to them."""

from __future__ import annotations

import ast
import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.catalog import Course, load_course
from course.errors import CourseError
from course.files import write_atomically
from course.grading.classes import grade_class
from course.notebooks.building import day_notebook
from course.notebooks.composing import Code, statements
from course.notebooks.handed_in import Notebooks, choose_notebook
from course.notebooks.modules import modules_of
from course.notebooks.outline import outline, read_outline, refuse_shared_names
from course.notebooks.pieces import join, split
from course.notebooks.reading import UnreadableNotebookError, parse_notebook
from course.notebooks.sheets import sections
from course.practice.checking import check_folder
from course.reached import DayTexts, done_in_files, is_older, read_progress
from course.release.recording import record
from course.release.skeletons import differences, write
from course.testing.recorded import FILE
from course.testing.running import Runner
from tests.course.conftest import SOLUTION
from tests.course.notebooks import Cells, as_notebook, changed, code_cell, named, source_notebook, text_of
from tests.course.test_grading import Quiet, outcomes, read

nbformat = pytest.importorskip("nbformat", reason="needs nbformat, which comes with Jupyter")

DAY = "day01_tiny"


@pytest.fixture
def source(tiny: Course) -> dict[str, Any]:
    return source_notebook(tiny, tiny.days[0])


# The notebook of a day


def test_every_exercise_has_a_place_to_write_and_a_graded_cell(tiny: Course, source: dict[str, Any]) -> None:
    nbformat.validate(nbformat.from_dict(source))
    marked = {
        c["metadata"]["nbgrader"]["grade_id"]: c for c in source["cells"] if "nbgrader" in c["metadata"]
    }
    solutions = [name for name, cell in marked.items() if cell["metadata"]["nbgrader"]["solution"]]
    graded = {
        n: c["metadata"]["nbgrader"]["points"]
        for n, c in marked.items()
        if c["metadata"]["nbgrader"]["grade"]
    }
    assert solutions == ["sums-total", "sums-Counter"]
    assert graded == {"sums-total-checks": 3, "sums-Counter-step-checks": 2}
    locked = [name for name, cell in marked.items() if cell["metadata"]["nbgrader"]["locked"]]
    assert locked == [
        "setup",
        "sums-before-total",
        "sums-checks",
        "sums-total-checks",
        "sums-Counter-step-checks",
    ]


def test_public_tests_can_be_read_and_hidden_ones_stand_between_the_markers(source: dict[str, Any]) -> None:
    text = text_of(named(source["cells"], "sums-total-checks"))
    before, _, after = text.partition("### BEGIN HIDDEN TESTS")
    hidden, _, rest = after.partition("### END HIDDEN TESTS")
    assert before.startswith(
        "%%check sums.total --points 3 --sheet total --refused numpy.sum .sum\n@points(2)"
    )
    assert "test_total_of_large_numbers" in hidden
    assert "test_total_of_large_numbers" not in before + rest
    common = text_of(named(source["cells"], "sums-checks"))
    assert "hidden" not in common
    assert "assert_unchanged" in common


def test_ids_stay_when_an_exercise_is_added(tiny: Course, source: dict[str, Any]) -> None:
    folder = tiny.tests(tiny.days[0])
    entry = '[[exercise]]\nname = "sums.first"\ntitle = "First"\nsheet = "total"\nhints = ["a", "b", "c"]\n\n'
    toml = folder / "exercises.toml"
    toml.write_text(entry + toml.read_text(encoding="utf-8"), encoding="utf-8")
    tests = folder / "test_sums.py"
    added = "\n\n@points(1)\ndef test_first(student, rng):\n    assert_equal(student.first([1]), 1)\n"
    tests.write_text(tests.read_text(encoding="utf-8") + added, encoding="utf-8")
    module = tiny.solutions / DAY / "sums.py"
    first = (
        '\n\ndef first(x):\n    """First."""\n    ### BEGIN SOLUTION\n    return x[0]\n    ### END SOLUTION\n'
    )
    module.write_text(module.read_text(encoding="utf-8") + first, encoding="utf-8")

    course = load_course(tiny.root)
    again = source_notebook(course, course.days[0])

    before, after = ({cell["id"]: text_of(cell) for cell in plain["cells"]} for plain in (source, again))
    assert before.keys() < after.keys()
    assert [name for name in before if name != "setup" and before[name] != after[name]] == []
    assert "sums-first" in after


def test_the_sheet_keeps_its_mathematics_and_its_links_lead_to_headings() -> None:
    sheet = "# Day\n\n[go](#least-squares) [file](x.py) [far](https://a.b)\n\n## Least squares\n\n$$ a \\cr b $$\n"
    top, section = sections(sheet + "\n```\n## no heading\n```\n")
    assert top.text == "# Day\n\n[go](#Least-squares) file [far](https://a.b)"
    assert section.anchor == "least-squares"
    assert "$$ a \\cr b $$" in section.text
    assert "## no heading" in section.text


def test_two_modules_with_the_same_name_in_them_are_refused(tiny: Course) -> None:
    texts = {"sums": SOLUTION, "more": "def total(x):\n    return 1\n"}
    with pytest.raises(CourseError, match=r"sums\.py and more\.py both define 'total'"):
        refuse_shared_names(outline(tiny.days[0], texts))


def test_a_function_stands_below_the_class_that_its_annotations_need(tiny: Course) -> None:
    module = tiny.solutions / DAY / "sums.py"
    annotated = SOLUTION.replace(
        "def total(x: np.ndarray)", "def total(x: np.ndarray, seen: Counter | None = None)"
    )
    module.write_text(annotated, encoding="utf-8")
    with pytest.raises(
        CourseError, match="total needs Counter when it is defined, which would stand below it"
    ):
        source_notebook(tiny, tiny.days[0])

    toml = tiny.tests(tiny.days[0]) / "exercises.toml"
    total, counter = toml.read_text(encoding="utf-8").split("\n\n")
    toml.write_text(f"{counter}\n{total}\n", encoding="utf-8")
    course = load_course(tiny.root)
    names = [cell["id"] for cell in source_notebook(course, course.days[0])["cells"]]
    assert names.index("sheet-total") < names.index("sheet-counter") < names.index("sums-Counter")
    assert names.index("sums-Counter") < names.index("sums-total") < names.index("sums-total-checks")


@pytest.mark.slow
def test_every_real_day_comes_back_from_its_notebook(real: Course) -> None:
    for day in real.days:
        texts = real.sources(day)
        modules = modules_of(as_notebook(source_notebook(real, day)), read_outline(real, day))
        assert modules.notes == [], day.name
        for module in day.modules:
            assert _definitions(modules.texts[module]) == _definitions(texts[module]), f"{day.name}/{module}"


def _definitions(text: str) -> list[str]:
    return [ast.unparse(node) for node in ast.parse(text).body if not isinstance(node, ast.If)]


# A kernel


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Runs a cell as a kernel would and gives its value; an exception is raised."""
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.chdir(tmp_path)
    shell = InteractiveShell.instance()
    shell.reset()

    def run(text: str) -> Any:
        done = shell.run_cell(text, store_history=True, silent=False)
        done.raise_error()
        return done.result

    yield run
    InteractiveShell.clear_instance()


def _run(kernel: Callable[[str], Any], cells: Cells, execution: str = "autograde") -> dict[str, Any]:
    """The value of every check, as nbgrader asks for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBGRADER_EXECUTION", execution)
        return _values(kernel, cells)


def _values(kernel: Callable[[str], Any], cells: Cells) -> dict[str, Any]:
    values = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            try:
                value = kernel(text_of(cell))
            except Exception as error:
                value = error
            if cell["id"].endswith("-checks"):
                values[cell["id"]] = value
    return values


def test_the_solution_earns_its_points_in_a_kernel(
    kernel: Callable[[str], Any], source: dict[str, Any]
) -> None:
    values = _run(kernel, source["cells"])
    assert values == {"sums-checks": None, "sums-total-checks": 3, "sums-Counter-step-checks": 2}


@pytest.fixture
def beside(tiny: Course, kernel: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The kernel stands in the folder of the day, in a clone of the course."""
    monkeypatch.chdir(tiny.root / "day01_tiny")
    return tiny.root


def test_a_check_in_a_notebook_is_kept_as_progress(
    beside: Path, kernel: Callable[[str], Any], source: dict[str, Any]
) -> None:
    total = named(source["cells"], "sums-total")
    right = text_of(total)
    _values(kernel, source["cells"])
    progress = read_progress(beside)
    assert progress["scores"] == {"day01_tiny/sums.total": [3, 3], "day01_tiny/sums.Counter.step": [2, 2]}
    assert progress["done"] == dict.fromkeys(progress["scores"], True)
    day = load_course(beside).days[0]
    assert not is_older(DayTexts(beside, day), day, day.exercises[0], progress)  # the module is another text
    total["source"] = right.replace("return float(", "return 1 + float(")
    _values(kernel, source["cells"])
    assert read_progress(beside)["done"]["day01_tiny/sums.total"] is False


def test_a_notebook_and_the_files_do_not_lose_each_others_progress(
    beside: Path, kernel: Callable[[str], Any], source: dict[str, Any]
) -> None:
    """The first exercise is right in the notebook, the second one in its file."""
    course = load_course(beside)
    first, second = course.days[0].exercises
    write(course, differences(course), force=False)
    half = SOLUTION.replace("np.add.reduce(np.ravel(x))", "0.0")
    named(source["cells"], "sums-Counter")["source"] = "class Counter:\n    pass"
    _values(kernel, source["cells"])
    (beside / "day01_tiny/sums.py").write_text(half, encoding="utf-8")
    check_folder(course, (), beside, isolated=False, seed=None)
    progress = read_progress(beside)
    assert progress["scores"] == {"day01_tiny/sums.total": [3, 3], "day01_tiny/sums.Counter.step": [2, 2]}
    assert progress["done"] == dict.fromkeys(progress["scores"], True)
    known = {"day01_tiny/sums.total": False, "day01_tiny/sums.Counter.step": True}
    assert done_in_files(beside, course.days) == known
    _values(kernel, source["cells"])
    assert read_progress(beside)["done"] == progress["done"]
    day = course.days[0]
    assert [is_older(DayTexts(beside, day), day, one, progress) for one in (first, second)] == [False, False]


def test_what_cannot_be_kept_costs_no_verdict_in_a_notebook(
    beside: Path, kernel: Callable[[str], Any], source: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    (beside / ".course").write_text("a file", encoding="utf-8")
    _values(kernel, source["cells"])
    said = capsys.readouterr().out
    assert "2 of 2 points    done" in said
    assert "It was not recorded for `course status`: " in said
    (beside / "course.toml").write_text("[", encoding="utf-8")
    _values(kernel, source["cells"])
    assert "2 of 2 points    done" in capsys.readouterr().out


def test_grading_of_a_notebook_is_nobodys_progress(
    beside: Path, kernel: Callable[[str], Any], source: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    _run(kernel, source["cells"])
    assert not (beside / ".course").exists()


def test_part_of_an_exercise_earns_part_of_its_points(
    kernel: Callable[[str], Any], source: dict[str, Any]
) -> None:
    total = named(source["cells"], "sums-total")
    total["source"] = "def total(x):\n    return 0 if x.size == 7 else float(np.add.reduce(np.ravel(x)))"
    assert _run(kernel, source["cells"])["sums-total-checks"] == 2


def test_a_stub_earns_nothing_and_running_all_cells_goes_on(
    kernel: Callable[[str], Any], source: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    named(source["cells"], "sums-total")["source"] = (
        "def total(x):\n    raise NotImplementedError('not written yet')"
    )
    assert _run(kernel, source["cells"])["sums-total-checks"] == 0
    assert "total is not written yet." in capsys.readouterr().out


def test_validate_is_told_with_an_error_what_to_do(
    kernel: Callable[[str], Any], source: dict[str, Any]
) -> None:
    total = named(source["cells"], "sums-total")
    total["source"] = "def total(x):\n    return 0 if x.size == 7 else float(np.add.reduce(np.ravel(x)))"
    error = _run(kernel, source["cells"], "validate")["sums-total-checks"]
    assert type(error).__name__ == "NotAllPassed"
    assert "2 of 2 points    done" in str(error)


def test_where_hidden_checks_are_missing_all_passed_is_full_marks(
    kernel: Callable[[str], Any], source: dict[str, Any]
) -> None:
    cell = named(source["cells"], "sums-total-checks")
    cell["source"] = text_of(cell).partition("### BEGIN HIDDEN TESTS")[0]
    assert _run(kernel, source["cells"])["sums-total-checks"] is None  # nbgrader: no number, so all points


def test_prints_and_warnings_leave_no_trace_on_standard_error(
    kernel: Callable[[str], Any], source: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    cell = named(source["cells"], "sums-total")
    noise = "import sys, warnings\n    print('x', file=sys.stderr)\n    warnings.warn('y')\n    return float(np.add"
    cell["source"] = text_of(cell).replace("return float(np.add", noise)
    values = _run(kernel, source["cells"])
    assert values["sums-total-checks"] == 3
    assert capsys.readouterr().err == ""


def test_a_student_reads_words_and_the_name_of_the_mistake(
    kernel: Callable[[str], Any],
    source: dict[str, Any],
    tiny: Course,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In a kernel of one's own: no number stands alone, no name of an outcome, and the mistake has its sentence."""
    write_atomically(tmp_path / FILE, record(tiny, tiny.days, Runner(tiny, tiny.seed))[tiny.days[0].name])
    named(source["cells"], "sums-total")["source"] = "def total(x):\n    return float(np.mean(x))"
    step = named(source["cells"], "sums-Counter")
    step["source"] = text_of(step).replace("return self.value", "return None")
    values = _values(kernel, source["cells"])
    said = capsys.readouterr().out
    assert set(values.values()) == {None}
    assert "The sum is not divided by the number of entries." in said
    assert "0 of 2 points    wrong kind of value" in said
    assert "wrong_type" not in said
    assert "read          in this notebook, section 'total'" in said


def test_hints_and_sections_are_asked_for_in_a_cell(
    kernel: Callable[[str], Any],
    source: dict[str, Any],
    tiny: Course,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    monkeypatch.chdir(alone)
    kernel(text_of(named(source["cells"], "setup")))
    kernel("%hint total")
    assert "not beside this notebook" in capsys.readouterr().out
    shutil.copy(tiny.tests(tiny.days[0]) / "exercises.toml", alone)
    write_atomically(alone / f"{DAY}.ipynb", json.dumps(source))
    kernel("%hint total")
    assert capsys.readouterr().out == "1. add\n2 more: run this again.\n"
    for _ in range(3):
        kernel(f"%hint {DAY}/sums.total")
    assert capsys.readouterr().out.endswith("3. a loop\nThat was the last hint.\n")
    kernel("%hint totl")
    assert "Did you mean total?" in capsys.readouterr().out
    kernel("%hint something")
    assert "one of: total, Counter.step" in capsys.readouterr().out
    assert kernel("%explain Counter.step").data.startswith("## Counter")


def test_cells_in_another_order_say_what_is_to_be_run_first(
    kernel: Callable[[str], Any], source: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    check = text_of(named(source["cells"], "sums-total-checks"))
    kernel(text_of(named(source["cells"], "setup")))
    assert kernel(check) is None
    assert capsys.readouterr().out == (
        "Run the cell above that begins with `%%checks_use sums`, then this one.\n"
    )
    kernel(text_of(named(source["cells"], "sums-checks")))
    kernel("def totals(x):\n    return 0.0")
    assert kernel(check) is None
    assert "No cell that you have run defines `total`: run the one that does" in capsys.readouterr().out
    kernel("import numpy as np\ndef total(x):\n    return float(np.add.reduce(np.ravel(x)))")
    kernel(check)
    assert "2 of 2 points    done" in capsys.readouterr().out


@pytest.mark.parametrize("folder", [".", "..", "day01_tiny"])
def test_a_kernel_may_start_beside_the_day_or_above_it(
    folder: str,
    tiny: Course,
    kernel: Callable[[str], Any],
    source: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Editors start it in the clone, Colab beside one that was unpacked there."""
    monkeypatch.chdir(tiny.root / folder)
    write_atomically(
        Path(f"{DAY}.ipynb"), json.dumps(source)
    )  # as in Colab, where the clone was unpacked beside it
    _values(kernel, source["cells"])
    kernel("%hint total")
    assert "1. add" in capsys.readouterr().out
    assert kernel("%explain Counter.step").data.startswith("## Counter")
    assert read_progress(tiny.root)["done"] == {
        "day01_tiny/sums.total": True,
        "day01_tiny/sums.Counter.step": True,
    }


@pytest.mark.parametrize("installed", [True, False])
def test_the_first_cell_installs_the_course_where_it_is_not(
    installed: bool, kernel: Callable[[str], Any], source: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from IPython.core.getipython import get_ipython

    ran: list[str] = []
    monkeypatch.setattr(get_ipython(), "system", ran.append)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object() if installed else None)
    kernel(text_of(named(source["cells"], "setup")))
    unpacked = ["tar -xzf student-*.tar.gz", "pip install --quiet ./student-*/"]
    assert [line.partition(" -m ")[2] or line for line in ran] == ([] if installed else unpacked)


def test_validate_is_named_where_there_is_one(tiny: Course, source: dict[str, Any]) -> None:
    texts = tiny.sources(tiny.days[0])
    own = day_notebook(tiny, tiny.days[0], texts, locked=False)
    assert "Validate" in text_of(named(source["cells"], "how-to"))
    assert not any("Validate" in cell.source for cell in own.cells)


def test_variables_of_the_notebook_do_not_reach_the_checks(
    kernel: Callable[[str], Any], source: dict[str, Any]
) -> None:
    source["cells"].insert(3, {**code_cell("points = assert_close = np = None"), "id": "own"})
    assert _run(kernel, source["cells"])["sums-total-checks"] == 3


def test_a_picture_is_drawn_or_says_what_it_waits_for(
    kernel: Callable[[str], Any],
    source: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kernel(text_of(named(source["cells"], "setup")))
    kernel("from matplotlib.figure import Figure\ndef figure_empty():\n    return Figure()")
    assert kernel("%picture figure_empty").data.startswith(b"\x89PNG")
    kernel("def figure_waiting():\n    raise NotImplementedError('total is not written yet')")
    assert kernel("%picture figure_waiting") is None
    assert "Not drawn yet: total is not written yet." in capsys.readouterr().out
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert kernel("%picture figure_empty") is None


# What comes back from students


def _modules(
    tiny: Course, source: dict[str, Any], change: Callable[[Cells], object]
) -> tuple[str, list[str]]:
    modules = modules_of(changed(source, change), read_outline(tiny, tiny.days[0]))
    return modules.texts["sums"], modules.notes


def _names(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(text, names)
    return names


def _delete(*kept: str) -> Callable[[Cells], None]:
    def change(cells: Cells) -> None:
        cells[:] = [cell for cell in cells if cell["id"] in kept]

    return change


def _without_metadata(cells: Cells) -> None:
    for cell in cells:
        cell["metadata"] = {}
        del cell["id"]


def _markdown(cells: Cells) -> None:
    for cell in cells:
        cell["cell_type"] = "markdown"


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (lambda cells: None, ""),
        (lambda cells: cells.reverse(), ""),
        (_delete("sums-total", "sums-Counter"), "no check cell"),
        (_without_metadata, "no check cell"),
        (_markdown, ""),
        (lambda cells: cells.append(dict(named(cells, "sums-total"))), "2 cells define total"),
        (lambda cells: cells.insert(0, code_cell("def total(x):\n    raise NotImplementedError")), "2 cells"),
        (
            lambda cells: named(cells, "sums-total-checks")["metadata"]["nbgrader"].update(points=99),
            "were edited",
        ),
        (lambda cells: named(cells, "sums-before-total").update(source="import hostile_module"), ""),
        (lambda cells: cells.append(code_cell("raise SystemExit")), ""),
        (lambda cells: cells.append(code_cell("%%bash\ndef total(x): rm")), ""),
        (lambda cells: cells.insert(0, {"cell_type": "code"}), ""),
        (lambda cells: cells.insert(0, {"cell_type": 3, "source": {}, "metadata": [1]}), ""),
    ],
    ids=[
        "as it was",
        "turned round",
        "cells deleted",
        "no metadata",
        "Markdown",
        "a cell twice",
        "a stub above",
        "points edited",
        "import edited",
        "SystemExit",
        "bash",
        "an empty cell",
        "an odd cell",
    ],
)
def test_what_was_written_is_found(
    tiny: Course, source: dict[str, Any], change: Callable[[Cells], object], note: str
) -> None:
    text, notes = _modules(tiny, source, change)
    names = _names(text)
    assert names["total"]([[1, 2], [3, 4]]) == 10
    assert names["Counter"](2).step(3) == 5
    assert note in "; ".join(notes)
    assert bool(note) == bool(notes)


def test_a_function_typed_anew_counts_where_the_cell_was_left_as_it_was(
    tiny: Course, source: dict[str, Any]
) -> None:
    def change(cells: Cells) -> None:
        named(cells, "sums-total")["source"] = (
            "def total(x):\n    raise NotImplementedError('not written yet')"
        )
        cells.append(code_cell("# my own try\ndef total(x):\n    return 'typed anew'"))

    text, notes = _modules(tiny, source, change)
    assert _names(text)["total"](1) == "typed anew"
    assert "2 cells define total" in notes[0]


def test_of_two_answers_the_last_one_above_the_check_counts(tiny: Course, source: dict[str, Any]) -> None:
    def change(cells: Cells) -> None:
        at = next(n for n, cell in enumerate(cells) if cell["id"] == "sums-total-checks")
        cells.insert(at, code_cell("def total(x):\n    return 'above'"))
        cells.append(code_cell("def total(x):\n    return 'below'"))

    text, _ = _modules(tiny, source, change)
    assert _names(text)["total"](1) == "above"


def test_what_is_missing_is_one_note(tiny: Course, source: dict[str, Any]) -> None:
    _, notes = _modules(tiny, source, lambda cells: cells.clear())
    assert notes == [
        "no check cell for sums.total and 1 more; the course's own checks were run",
        "no cell defines total and 1 more",
    ]


def test_a_syntax_error_costs_its_own_exercise(tiny: Course, source: dict[str, Any]) -> None:
    text, notes = _modules(
        tiny, source, lambda cells: named(cells, "sums-total").update(source="def total(x):\n    return (1\n")
    )
    names = _names(text)
    assert names["Counter"](2).step(3) == 5
    with pytest.raises(SyntaxError) as caught:
        names["total"](1)
    assert caught.value.filename == "the cell of total"
    assert caught.value.lineno == 2
    assert "no valid Python" in notes[0]


def test_helpers_are_taken_from_anywhere_and_experiments_from_nowhere(
    tiny: Course, source: dict[str, Any]
) -> None:
    def change(cells: Cells) -> None:
        named(cells, "sums-total")["source"] = (
            "%matplotlib inline\n"
            "def total(x):\n    return STEP * half(x) + half(x)\n\n"
            "total([1, 2])\nraise RuntimeError('an experiment')"
        )
        cells.insert(
            0, code_cell("def half(x):\n    return math.fsum(x) / 2\n\nfor _ in range(10**12):\n    pass")
        )
        cells.append(code_cell("import math\nSTEP = 1\nunused = open('/nowhere')\n!rm -rf /"))

    text, _ = _modules(tiny, source, change)
    assert _names(text)["total"]([1, 2]) == 3
    assert "unused" not in text
    assert "experiment" not in text


def test_a_name_of_another_module_is_imported_from_there(tiny: Course) -> None:
    texts = {"sums": SOLUTION, "given": "def twice(x):\n    return 2 * x\n"}
    cells = [code_cell("def total(x):\n    return twice(x)")]
    modules = modules_of(as_notebook({"nbformat": 4, "cells": cells}), outline(tiny.days[0], texts))
    assert "from day01_tiny.given import twice" in modules.texts["sums"]


def test_a_renamed_function_stays_in_the_module_for_the_sake_of_the_message(
    tiny: Course, source: dict[str, Any]
) -> None:
    text, _ = _modules(
        tiny, source, lambda cells: named(cells, "sums-total").update(source="def totall(x):\n    pass")
    )
    assert "def totall" in text


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is no notebook"),
        (b"{", "is no notebook"),
        (b"\xff\xfe", "is no text in UTF-8"),
        (b"[]", "has no list of cells"),
        (b'{"nbformat": 4, "cells": 1}', "has no list of cells"),
        (b'{"nbformat": 99}', "unknown format"),
        (b'{"nbformat": 3, "worksheets": 1}', "old format that cannot be read"),
        (b"[" * 200_000, "nested too deeply"),
    ],
)
def test_what_is_no_notebook_is_one_sentence(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableNotebookError, match=why):
        parse_notebook(data)


def test_an_old_format_is_upgraded(tiny: Course) -> None:
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {},
        "worksheets": [
            {"cells": [{"cell_type": "code", "input": "def total(x):\n    return 'old'", "outputs": []}]}
        ],
    }
    modules = modules_of(parse_notebook(json.dumps(old).encode()), read_outline(tiny, tiny.days[0]))
    assert _names(modules.texts["sums"])["total"](1) == "old"


texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["def total(x):\n  return 1", "class Counter:", "%%time\nx = 1", "@@", "def f(", "x = (", "import *"]
    ),
)
metadata = st.recursive(
    st.one_of(st.none(), st.text(max_size=5), st.integers()),
    lambda inner: st.dictionaries(
        st.sampled_from(
            ["nbgrader", "course", "grade_id", "piece", "module", "name", "order", "lead", "points"]
        ),
        inner,
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_notebook_makes_reading_fail(tiny: Course, source: dict[str, Any], data: st.DataObject) -> None:
    def change(cells: Cells) -> None:
        for _ in range(data.draw(st.integers(1, 6))):
            at = data.draw(st.integers(0, len(cells) - 1))
            cell = {"cell_type": data.draw(st.sampled_from(["code", "markdown", "raw", ""]))}
            cell["source"] = data.draw(texts)
            cell["metadata"] = data.draw(metadata)
            cells[at : at + data.draw(st.integers(0, 2))] = [cell]

    text, _ = _modules(tiny, source, change)
    assert isinstance(text, str)


# Nothing that is read takes longer than in proportion to its length

MANY = 10_000


@pytest.mark.parametrize(
    "text",
    [
        "x = 1" + "\n" * MANY + SOLUTION,
        SOLUTION + "\n \n" * MANY + "y = 1",
        "# ~\n" * MANY + SOLUTION + "(",
        "x = 1\r" * MANY + SOLUTION,
    ],
    ids=["blank lines", "blank lines below", "no Python", "statements"],
)
def test_a_long_module_is_cut_at_once(text: str) -> None:
    started = time.process_time()
    assert join(split(text, ["total", "Counter"])) == text
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    "line",
    ["a = 1\n", "a{0} = 1\n", "a{0} = b{0}\n", "from x import *; b{0}\n", "total(a{0})\n", "\n"],
    ids=["one name", "many names", "many uses", "stars", "experiments", "blank lines"],
)
@pytest.mark.parametrize("answer", [False, True])
def test_a_cell_of_many_statements_is_read_at_once(
    tiny: Course, source: dict[str, Any], line: str, answer: bool
) -> None:
    uses = "def total(x):\n    return " + "\n    ".join(f"a{n}, b{n}" for n in range(MANY // 4))
    many = "".join(map(line.format, range(MANY)))

    def change(cells: Cells) -> None:
        if answer:
            named(cells, "sums-total")["source"] = f"{uses}\n{many}"
        else:
            named(cells, "sums-total")["source"] = uses
            cells.insert(0, code_cell(many))

    started = time.process_time()
    text, _ = _modules(tiny, source, change)
    assert "def total" in text
    assert time.process_time() - started < 6


def test_statements_are_cut_where_python_ends_them() -> None:
    found = statements(Code("é = 'ü'; import os  # why\r\n@cache\r\ndef f():\r\n    pass; pass\n𝔘 = (1,\n2)"))
    texts = [statement.text for statement in found]
    assert texts == ["é = 'ü'", "import os", "@cache\r\ndef f():\r\n    pass; pass", "𝔘 = (1,\n2)"]


@pytest.mark.parametrize(
    "condition", ["1+" * 900 + "1", "-" * 900 + "1", "a" + ".b" * 900, "f(" * 90 + ")" * 90]
)
def test_a_condition_deeper_than_python_writes_is_read(condition: str) -> None:
    text = f"if {condition}:\n    pass\nif __name__ == '__main__':\n    pass\n{SOLUTION}"
    found = split(text, ["total", "Counter"])
    assert join(found) == text
    assert [piece.name for piece in found if piece.name] == ["__main__", "total", "Counter"]


# Among the files that were handed in


def _files(course: Course, notebook: dict[str, Any], **modules: str) -> dict[str, bytes]:
    files = {f"{DAY}/{name}.py": text.encode() for name, text in modules.items()}
    return files | {f"{DAY}/{DAY}.ipynb": json.dumps(notebook).encode()}


def test_the_place_where_more_is_written_counts(tiny: Course, source: dict[str, Any]) -> None:
    notebooks = Notebooks(tiny, tiny.days)
    stub = SOLUTION.replace("return float(np.add.reduce(np.ravel(x)))", "raise NotImplementedError")
    taken, notes, _ = notebooks.unfold(_files(tiny, source, sums=stub))
    left, other, _ = notebooks.unfold(_files(tiny, source, sums=SOLUTION))
    assert b"NotImplementedError" not in taken[f"{DAY}/sums.py"]
    assert "was graded: more is written in it" in notes[0]
    assert left[f"{DAY}/sums.py"] == SOLUTION.encode()
    assert "the modules beside" in other[0]


def test_of_two_notebooks_the_one_with_the_days_name_is_read(tiny: Course) -> None:
    day = tiny.days[0]
    assert choose_notebook(["a.ipynb"], day) == ("a.ipynb", [])
    name, said = choose_notebook(["a.ipynb", f"{DAY}.ipynb"], day)
    assert name == f"{DAY}.ipynb"
    assert "2 notebooks" in said[0]
    name, said = choose_notebook(["a.ipynb", "b.ipynb"], day)
    assert name is None
    assert f"keep one and call it {DAY}.ipynb" in said[0]


def test_notebooks_are_graded_as_they_are_handed_in_with_nbgrader(
    tiny: Course, source: dict[str, Any], tmp_path: Path
) -> None:
    half = json.loads(json.dumps(source))
    named(half["cells"], "sums-total")["source"] = "def total(x):\n    return None"
    for student, text in [("ada", json.dumps(source)), ("bob", json.dumps(half)), ("cara", "{")]:
        path = tmp_path / "submitted" / student / DAY / f"{DAY}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    grade_class(tiny, tmp_path, tmp_path / "out", view=Quiet())
    scores = {student: read(tmp_path / "out", student)["score"] for student in ("ada", "bob", "cara")}
    assert scores == {"ada": 5, "bob": 2, "cara": 0}
    assert outcomes(read(tmp_path / "out", "bob")) == ["wrong_type", "wrong_type", "passed"]
    assert "is no notebook" in read(tmp_path / "out", "cara")["note"]
