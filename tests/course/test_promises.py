"""What a check asks is promised in the docstring or the sheet; `course verify` finds what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.catalog import Course, Selection, load_course
from course.verify.promises import broken_promises
from course.verify.roots import Sources
from tests.course.conftest import ROOT, write

TESTS = """
import numpy as np

from course.testing import assert_dtype, assert_finite, assert_raises, assert_unchanged, hidden, points, training

CAUSE = "exp overflows"


def tracked(module, x):
    return module.total(x).{attribute}


def in_single_precision(student, rng):
    {statement}


@hidden
{mark}
@points(1)
def test_total_of_something(student, rng):
    in_single_precision(student, rng)
"""

SHEET = "# Sums\n\n## Total\n\n{said}\n\n## Counter\n\nElsewhere.\n"


def findings(
    course: Course, statement: str, said: str, *, where: str = "sheet", mark: str = "", attribute: str = "sum"
) -> list[str]:
    """What is found when the one test of ``total`` makes this demand and the docstring or the sheet says that."""
    day = course.days[0]
    tests = TESTS.format(statement=statement, mark=mark, attribute=attribute)
    counter = "\n\n@points(1)\ndef test_counter_step(student, rng):\n    pass\n"
    write(course.tests(day) / "test_sums.py", tests + counter)
    write(course.root / day.name / "README.md", SHEET.format(said=said if where == "sheet" else ""))
    source = course.solutions / day.name / "sums.py"
    text = source.read_text("utf-8")
    docstring = {"function": "Sum of all entries.", "module": "Sums."}.get(where)
    if docstring is not None:
        text = text.replace(f'"""{docstring}"""', f'"""{docstring}\n\n    {said}\n    """')
    again = load_course(course.root)
    sources = Sources(again.days[0], {"sums": text})
    selection = Selection(again.days[0], again.days[0].exercises)
    return [f"{f.kind}|{f.where}|{f.says}" for f in broken_promises(again, selection, sources.texts)]


DEMANDS = [
    ("assert_dtype(student.total(rng), np.float32)", "for the dtype np.float32", "float32 in, float32 out."),
    (
        "assert_dtype(student.total(rng), rng.dtype)",
        "for the dtype rng.dtype",
        "The result keeps the dtype of x.",
    ),
    (
        "with assert_unchanged(rng):\n        student.total(rng)",
        "that arguments come back unchanged",
        "Apart from a model, arguments come\n    back unchanged.",
    ),
    (
        "with assert_raises(ValueError):\n        student.total(rng)",
        "that ValueError is raised",
        "Raises ``ValueError`` for no numbers.",
    ),
    ("assert_finite(student.total(rng))", "overflows", "Finite for every x."),
    ("assert_finite(student.total(rng), cause='the sum overflows')", "overflows", "Does not overflow."),
]


@pytest.mark.parametrize(("statement", "asked", "said"), DEMANDS)
@pytest.mark.parametrize("where", ["sheet", "function", "module"])
def test_a_demand_wants_its_words(tiny: Course, statement: str, asked: str, said: str, where: str) -> None:
    (found,) = findings(tiny, statement, "Nothing of the kind.", where=where)
    assert found.startswith("promise|sums.total|test_total_of_something asks ")
    assert asked in found
    assert "the section 'total' of the sheet" in found
    assert findings(tiny, statement, said, where=where) == []


def test_words_in_another_section_are_no_promise(tiny: Course) -> None:
    day = tiny.days[0]
    write(
        tiny.root / day.name / "README.md",
        "# Sums\n\n## Total\n\n## Counter\n\nArguments come back unchanged.\n",
    )
    selection = Selection(day, day.exercises)
    found = list(broken_promises(tiny, selection, Sources.read(tiny, day).texts))
    assert [finding.where for finding in found] == ["sums.total"]


def test_a_graph_a_grad_field_and_a_time_limit_want_theirs(tiny: Course) -> None:
    ask = "student.run(tracked, rng)"
    assert "without a graph" in findings(tiny, ask, "A tensor.", attribute="requires_grad")[0]
    assert findings(tiny, ask, "A tensor without a graph.", attribute="requires_grad") == []
    assert "grad field" in findings(tiny, ask, "A tensor.", attribute="grad is not None")[0]
    assert findings(tiny, ask, "``grad`` stays as it was.", attribute="grad is not None") == []
    assert "within 90 s" in findings(tiny, "pass", "Be quick.", mark="@training")[0]
    assert "within 90 s" in findings(tiny, "pass", "It gives up after 60 seconds.", mark="@training")[0]
    assert findings(tiny, "pass", "It gives up after 90 seconds.", mark="@training") == []


def test_gradients_of_a_reference_are_no_demand(tiny: Course) -> None:
    assert findings(tiny, "x = torch.ones(2, requires_grad=True); x.grad.sum()", "A number.") == []


def test_every_day_keeps_its_promises() -> None:
    course = load_course(Path(ROOT))
    for day in course.days:
        found = broken_promises(course, Selection(day, day.exercises), Sources.read(course, day).texts)
        assert [finding.says for finding in found] == [], day.name
