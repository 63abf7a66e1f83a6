"""What is refused is announced: in the docstring, in the sheet, and in notebooks, from one list."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest

from course.catalog import Course, Day
from course.packages import load_nbformat
from course.release.announcing import announced, announced_in_sheet, in_words
from course.release.nbgrader import _write_source
from course.release.skeletons import find_regions, skeleton

SOURCE = '''"""A module."""


def one_line(x):
    """Do it."""
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION


class Layer:
    """A layer.

    References
    ----------
    A book
    """

    def step(self, x):
        r"""One step.

        Of many."""
        ### BEGIN SOLUTION
        return x
        ### END SOLUTION


def free(x):
    """Do as you like."""
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION
'''


def _day(tiny: Course, **refused: tuple[str, ...]) -> Day:
    day = tiny.days[0]
    model = day.exercises[0]
    names = ["work.one_line", "work.Layer", "work.Layer.step", "work.free"]
    exercises = tuple(
        replace(
            model, name=name, sheet="work", refused=refused.get(name.partition(".")[2].replace(".", "_"), ())
        )
        for name in names
    )
    return Day(day.name, day.title, day.part, (), None, lambda _: exercises)


def _docstrings(text: str) -> dict[str, str]:
    nodes = [n for n in ast.walk(ast.parse(text)) if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
    return {node.name: ast.get_docstring(node) or "" for node in nodes}


def test_a_docstring_says_what_is_not_allowed(tiny: Course) -> None:
    day = _day(tiny, one_line=("numpy.sum", ".sum"), Layer=("torch.nn.Linear",), Layer_step=("@",))
    text = announced(SOURCE, day, "work")
    found = _docstrings(text)
    assert found["one_line"] == "Do it.\n\nNot allowed here: the method ``.sum``, ``numpy.sum``."
    assert found["step"] == "One step.\n\nOf many.\n\nNot allowed here: the operator ``@``."
    assert found["Layer"] == (
        "A layer.\n\nNot allowed here: ``torch.nn.Linear``.\n\nReferences\n----------\nA book"
    )
    assert found["free"] == "Do as you like."
    assert len(find_regions(text, "work.py")) == 3
    assert announced(SOURCE, _day(tiny), "work") == SOURCE
    assert "Not allowed here: the operator ``@``." in skeleton(SOURCE, day, "work")


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (["numpy.linalg.pinv"], "`numpy.linalg.pinv`"),
        (["numpy.a", "numpy.b"], "from `numpy`: `a`, `b`"),
        (
            ["@", "+", ".dot", ".T", "numpy.dot", "scipy.special.expit", "scipy.special.log_expit"],
            "the operators `@`, `+`, the methods `.dot`, `.T`, `numpy.dot`; from `scipy.special`: `expit`, `log_expit`",
        ),
        (["torch.nn.init.kaiming_normal_"], "`torch.nn.init.kaiming_normal_`"),
    ],
)
def test_the_calls_of_one_package_stand_together(refused: list[str], words: str) -> None:
    assert in_words(refused, "`") == words


def test_a_sheet_says_it_at_the_end_of_the_section(tiny: Course) -> None:
    day = _day(tiny, one_line=("numpy.sum",), Layer=("torch.nn.Linear",), free=("numpy.sum",))
    sheet = "# Day\n\n## Work\n\nText.\n\n```python\n# no heading\n```\n\n## After\n\nMore."
    made = announced_in_sheet(sheet, day)
    assert made == (
        "# Day\n\n## Work\n\nText.\n\n```python\n# no heading\n```\n\n<!-- refused -->\n"
        "Not allowed in `one_line` and `free`: `numpy.sum`.\n\n"
        "Not allowed in `Layer`: `torch.nn.Linear`.\n<!-- /refused -->\n\n## After\n\nMore.\n"
    )
    assert announced_in_sheet(made, day) == made
    assert announced_in_sheet(made, _day(tiny)) == sheet + "\n"
    last = announced_in_sheet("## Work\n\nText.\n", day)
    assert last.endswith("<!-- /refused -->\n")
    assert announced_in_sheet(last, day) == last


def test_every_refused_call_of_the_course_is_announced(real: Course) -> None:
    refusing = [(day, exercise) for day in real.days for exercise in day.exercises if exercise.refused]
    assert len(refusing) > 100
    for day, exercise in refusing:
        text = (real.root / day.name / f"{exercise.module}.py").read_text(encoding="utf-8")
        said = " ".join(_docstring_of(text, exercise.qualname).split())
        assert f"Not allowed here: {in_words(exercise.refused, '``')}." in said, exercise.name
        sheet = " ".join(real.sheet(day).read_text(encoding="utf-8").split())
        words = re.escape(in_words(exercise.refused, "`"))
        assert re.search(rf"Not allowed in [^:]*`{re.escape(exercise.qualname)}`[^:]*: {words}\.", sheet), (
            exercise.name
        )


def test_a_notebook_says_it_where_the_exercise_is_written(real: Course, tmp_path: Path) -> None:
    day = real.days[0]
    _write_source(real, day, tmp_path)
    cells = load_nbformat().read(tmp_path / "source" / day.name / f"{day.name}.ipynb", 4).cells
    sheets = [cell.source for cell in cells if cell.cell_type == "markdown"]
    codes = [cell.source for cell in cells if cell.cell_type == "code"]
    assert any("Not allowed in `outer_add`" in text for text in sheets)
    assert any(
        "def outer_add" in text and "Not allowed here: the method ``.outer``" in text for text in codes
    )
    assert not any("<!-- refused" in text for text in sheets)


def _docstring_of(text: str, qualname: str) -> str:
    node: ast.AST = ast.parse(text)
    for name in qualname.split("."):
        node = next(n for n in ast.iter_child_nodes(node) if getattr(n, "name", None) == name)
    return ast.get_docstring(node) or ""  # type: ignore[arg-type]
