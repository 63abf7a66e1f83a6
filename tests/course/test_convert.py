"""`course convert`: answers go from modules to the notebook and back, and nothing is lost on the way."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.catalog import Course
from course.cli import main
from course.notebooks.converting import answers_of, module_files, notebook_text
from course.notebooks.outline import read_outline
from course.notebooks.pieces import join, split
from course.notebooks.reading import parse_notebook
from course.release.engine import engine_files
from course.release.skeletons import differences, write
from tests.course.conftest import SOLUTION
from tests.course.notebooks import as_notebook, code_cell, named, text_of

nbformat = pytest.importorskip("nbformat", reason="needs nbformat, which comes with Jupyter")

DAY = "day01_tiny"
NOTEBOOK = f"{DAY}/{DAY}.ipynb"

pieces_of_text = st.one_of(
    st.text(max_size=30),
    st.text(alphabet=" \t\r\n\f\v\x1c\x85\u2028#\\\"'", max_size=12),
    st.sampled_from(
        [
            "def total(x):\n    return x\n",
            "@decorated\nclass Counter:\n\tpass\n",
            "def total(",
            'x = """\ndef total(x):\n    pass\n"""\n',
            "if __name__ == '__main__':\n    total(1)\n",
            "    # a comment below\n",
            f"# {DAY}/sums.py\n",
            "\n\n\n",
            "Ω = 'é𝔘\0'\r\n",
            "import numpy as np;",
        ]
    ),
)
odd_text = st.lists(pieces_of_text, max_size=8).map("".join)
odd_bytes = st.builds(
    lambda text, newline, bom: ("\ufeff" * bom + text.replace("\n", newline)).encode(),
    odd_text,
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)


@given(text=odd_text)
@settings(max_examples=300, deadline=None)
def test_the_pieces_of_any_text_are_that_text(text: str) -> None:
    assert join(split(text, ["total", "Counter"])) == text


@given(files=st.dictionaries(st.sampled_from(["sums", "plots", "more"]), odd_bytes, min_size=1))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_modules_come_back_from_their_notebook_to_the_byte(tiny: Course, files: dict[str, bytes]) -> None:
    day = tiny.days[0]
    text = notebook_text(tiny, day, files)
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert module_files(parse_notebook(text.encode()), day) == files
    again = notebook_text(tiny, day, files, parse_notebook(text.encode()))
    assert module_files(parse_notebook(again.encode()), day) == files


@pytest.mark.slow
def test_real_days_come_back_to_the_byte(real: Course) -> None:
    for day in real.days:
        files = {module: path.read_bytes() for module, path in real.source_files(day).items()}
        assert module_files(parse_notebook(notebook_text(real, day, files).encode()), day) == files, day.name


@pytest.mark.slow
def test_without_the_metadata_of_its_cells_a_notebook_holds_the_same_modules(real: Course) -> None:
    for day in real.days:
        files = {module: path.read_bytes() for module, path in real.source_files(day).items()}
        plain = json.loads(notebook_text(real, day, files))
        for cell in plain["cells"]:
            cell["metadata"] = {}
        answers = answers_of(as_notebook(plain), read_outline(real, day))
        assert not answers.broken
        for module in day.modules:
            assert _statements(answers.files[module]) == _statements(files[module]), f"{day.name}/{module}"


def _statements(data: bytes) -> list[str]:
    return [ast.unparse(node) for node in ast.parse(data).body]


# The command


@pytest.fixture
def clone(tiny: Course, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A student's folder: skeletons, sheet and tests."""
    write(tiny, differences(tiny), force=False)
    monkeypatch.chdir(tiny.root)
    return tiny.root


def convert(what: str, status: int = 0) -> str:
    done = CliRunner().invoke(main, ["convert", what])
    assert done.exit_code == status, done.output
    return done.output


def read(clone: Path) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads((clone / NOTEBOOK).read_text(encoding="utf-8"))
    return plain


def save(clone: Path, plain: dict[str, Any]) -> None:
    (clone / NOTEBOOK).write_text(json.dumps(plain), encoding="utf-8")


def test_an_answer_goes_to_the_notebook_and_another_one_back(clone: Path) -> None:
    module = clone / DAY / "sums.py"
    module.write_text(SOLUTION, encoding="utf-8")
    assert convert("day01") == f"written  {NOTEBOOK}\n"
    plain = read(clone)
    assert "np.add.reduce" in text_of(named(plain["cells"], "sums-total"))

    named(plain["cells"], "sums-total")["source"] = "def total(x):\n    return 'in the notebook'"
    save(clone, plain)
    output = convert(NOTEBOOK)

    assert "in the notebook" in module.read_text(encoding="utf-8")
    assert f"written  {DAY}/sums.py" in output
    backup = clone / output.splitlines()[1].removeprefix("kept     ")
    assert backup.read_text(encoding="utf-8") == SOLUTION
    assert convert(NOTEBOOK) == convert(DAY) == "The notebook and the modules agree already.\n"


def test_what_is_no_python_leaves_the_file_as_it_was_and_says_so(clone: Path) -> None:
    module = clone / DAY / "sums.py"
    before = module.read_text(encoding="utf-8")
    convert("day01")
    plain = read(clone)
    named(plain["cells"], "sums-total")["source"] = "def total(x):\n    return (x"
    save(clone, plain)
    output = convert(NOTEBOOK, status=1)
    assert (
        f"left     {DAY}/sums.py as it was: the cell of total is no valid Python ('(' was never closed, line"
        in output
    )
    assert module.read_text(encoding="utf-8") == before
    for cell in plain["cells"]:
        cell["metadata"] = {}
    save(clone, plain)
    assert "as it was: the cell of total" in convert(NOTEBOOK, status=1)
    assert module.read_text(encoding="utf-8") == before


def test_a_given_cell_that_was_deleted_is_in_the_module_again(clone: Path) -> None:
    (clone / DAY / "sums.py").write_text(SOLUTION, encoding="utf-8")
    convert("day01")
    plain = read(clone)
    plain["cells"].remove(named(plain["cells"], "sums-before-total"))
    named(plain["cells"], "sums-total")["source"] = "def total(x):\n    return np.float64(42)"
    save(clone, plain)
    convert(NOTEBOOK)
    names: dict[str, Any] = {}
    exec((clone / DAY / "sums.py").read_text(encoding="utf-8"), names)
    assert names["total"](1) == 42


def test_a_students_clone_has_what_its_notebooks_import() -> None:
    assert {"course/notebooks/kernel.py", "course/notebooks/carrying.py"} <= engine_files().keys()


def test_helpers_that_an_answer_needs_come_along(clone: Path) -> None:
    convert("day01")
    plain = read(clone)
    named(plain["cells"], "sums-total")["source"] = "def total(x):\n    return helper(x)"
    plain["cells"].append(code_cell("def helper(x):\n    return 42\n\nprint(total([1]))"))
    save(clone, plain)
    convert(NOTEBOOK)
    names: dict[str, Any] = {}
    exec((clone / DAY / "sums.py").read_text(encoding="utf-8"), names)
    assert names["total"](1) == 42


def test_cells_of_the_student_stay_when_the_modules_change(clone: Path) -> None:
    convert("day01")
    plain = read(clone)
    at = next(n for n, cell in enumerate(plain["cells"]) if cell["id"] == "sums-total")
    plain["cells"].insert(at + 1, {**code_cell("total([1, 2, 3])  # mine"), "id": "mine"})
    named(plain["cells"], "sheet")["source"] = "# Tiny\n\nmy notes"
    save(clone, plain)
    module = clone / DAY / "sums.py"
    module.write_text(SOLUTION, encoding="utf-8")

    convert("day01")

    cells = read(clone)["cells"]
    assert [text_of(cell) for cell in cells].index("total([1, 2, 3])  # mine") == at + 1
    assert "np.add.reduce" in text_of(named(cells, "sums-total"))
    assert "my notes" in text_of(named(cells, "sheet"))


def test_new_checks_come_into_a_notebook_whose_answers_agree(clone: Path) -> None:
    convert("day01")
    tests = clone / "tests" / DAY / "test_sums.py"
    text = tests.read_text(encoding="utf-8")
    tests.write_text(text.replace("[(3,), (2, 4), (1, 1)]", "[(3,), (2, 7)]"), encoding="utf-8")
    assert "written" in convert("day01")
    assert "(2, 7)" in text_of(named(read(clone)["cells"], "sums-total-checks"))
    assert convert("day01") == "The notebook and the modules agree already.\n"


def test_a_cell_typed_anew_without_metadata_goes_into_its_module(clone: Path) -> None:
    convert("day01")
    plain = read(clone)
    plain["cells"] = [c for c in plain["cells"] if c["id"] != "sums-total"]
    plain["cells"].append(code_cell("def total(x):\n    return 'typed anew'"))
    save(clone, plain)
    convert(NOTEBOOK)
    assert "typed anew" in (clone / DAY / "sums.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("prepare", "what", "status", "said"),
    [
        (lambda day: None, "day99", 2, "There is no day 'day99'"),
        (lambda day: None, NOTEBOOK, 2, f"There is no notebook {NOTEBOOK}"),
        (
            lambda day: (day.parent / "elsewhere.ipynb").write_text("{}"),
            "elsewhere.ipynb",
            2,
            "belongs to no day",
        ),
        (lambda day: (day / f"{DAY}.ipynb").write_text("{"), NOTEBOOK, 1, "is no notebook"),
        (lambda day: (day / f"{DAY}.ipynb").write_text("{"), "day01", 1, "is no notebook"),
        (lambda day: (day / "sums.py").unlink(), "day01", 1, "has no modules"),
        (lambda day: (day / "sums.py").write_bytes(b"\xff"), "day01", 1, "is no text in UTF-8 (byte 0)"),
        (
            lambda day: [(day / n).write_text("{}") for n in ("a.ipynb", "b.ipynb")],
            "day01",
            2,
            "keep one, called day01_tiny.ipynb",
        ),
    ],
    ids=lambda value: "" if callable(value) else str(value),
)
def test_what_cannot_be_converted_is_one_sentence_and_nothing_is_written(
    clone: Path, prepare: Any, what: str, status: int, said: str
) -> None:
    prepare(clone / DAY)
    before = {path: path.read_bytes() for path in clone.rglob("*") if path.is_file()}
    output = convert(what, status)
    assert said in output
    assert len(output.splitlines()) == 1
    assert {path: path.read_bytes() for path in clone.rglob("*") if path.is_file()} == before


def test_no_grammar_of_addresses_is_compiled_for_a_notebook() -> None:
    """In a process of its own: the tests have imported nbformat."""
    code = """
        import sys
        from importlib.util import find_spec
        from course.packages import load_nbformat
        assert load_nbformat().v4.new_code_cell("x = 1").source == "x = 1"
        assert "rfc3987_syntax" not in sys.modules
        find_spec("rfc3987_syntax")  # as before for whoever wants it
        """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)
