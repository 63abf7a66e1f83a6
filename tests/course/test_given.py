"""Given code takes what checks accept: exercises that answer in lists, and every variant."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from course.catalog import Course, Selection, load_course
from course.plots import arrays_of
from course.verify import given
from course.verify.evidence import Evidence
from course.verify.forms import form_of, lists_of
from course.verify.given import GivenCode
from course.verify.roots import Sources
from course.verify.trials import Trier
from tests.course.conftest import write
from tests.course.test_verify import EXERCISES, HEAD, RIGHT, SHEET, SOLUTION, SOUND_TESTS, WRONG

DAY = "day01_lines"
GIVEN = '''

def ends(x: np.ndarray) -> np.ndarray:
    """First and last value of a line (given)."""
    values = {values}
    return values[[0, -1]]


def double(x: np.ndarray) -> np.ndarray:
    """Twice the line: an exercise that uses another one."""
    ### BEGIN SOLUTION
    return affine(x, 1.0, 2.0).copy() * 2
    ### END SOLUTION
'''
PLOTS = '''
"""Pictures (given)."""

import numpy as np
from matplotlib.figure import Figure

from course.plots import panels
from day01_lines.lines import affine, double, ends


def figure_ends() -> Figure:
    """The ends of a line."""
    figure, (ax,) = panels()
    ax.plot(ends(np.arange(4.0)))
    return figure


def figure_lines() -> Figure:
    """A line and one twice as steep: what comes from an exercise is an array here, even if it was a list."""
    figure, (ax,) = panels()
    ax.plot(affine(np.arange(4.0), 1.0, 2.0).max() - double(np.arange(4.0)).T)
    return figure
'''
DOUBLE_TEST = """

@points(1)
def test_double_of_several_points(student, rng):
    x = rng.normal(size=3)
    assert_close(student.double(x), 2 * x + 4)
"""
KEEPS_ARRAYS = """

@points(1)
def test_affine_gives_an_array(student, rng):
    assert_that(isinstance(student.affine(rng.normal(size=3), 1.0, 2.0), np.ndarray), "It is no array.")
"""


def given_code(root: Path, values: str, more_tests: str = "") -> GivenCode:
    """The proof of a day whose given function takes the values of an exercise like this."""
    write(
        root / "course.toml",
        f'[course]\ntitle = "Lines"\nseed = 5\n\n[[day]]\nname = "{DAY}"\ntitle = "Lines"\npart = 1\n'
        'imports = ["numpy"]\n',
    )
    double = EXERCISES.replace("lines.affine", "lines.double")
    write(root / f"solutions/{DAY}/lines.py", SOLUTION + GIVEN.format(values=values))
    write(root / f"{DAY}/plots.py", PLOTS)
    write(root / f"tests/{DAY}/exercises.toml", EXERCISES + double)
    write(root / f"tests/{DAY}/test_lines.py", HEAD + SOUND_TESTS + DOUBLE_TEST + more_tests)
    write(root / f"tests/{DAY}/answers_lines.py", HEAD + WRONG + RIGHT)
    write(root / f"{DAY}/README.md", SHEET)
    course: Course = load_course(root)
    day = course.days[0]
    trier = Trier(course, day)
    evidence = Evidence(Selection(day, day.exercises), Sources.read(course, day), trier.suite.answers(day))
    return GivenCode(evidence, trier, 5)


def test_a_given_function_that_breaks_on_lists_is_found(tmp_path: Path) -> None:
    code = given_code(tmp_path, "affine(x, 1.0, 2.0)")
    ((where, says),) = code.with_lists()
    assert where == "plots.figure_ends"
    assert says.startswith("breaks where exercises answer in lists, which checks accept: TypeError")
    assert "(lines.py: return values[[0, -1]]); take what comes from an exercise with np.asarray" in says


def test_a_given_function_that_breaks_on_a_variant_is_found(tmp_path: Path) -> None:
    code = given_code(tmp_path, "affine(x, 1.0, 2.0)")
    assert code.rounds == 2
    ((where, says),) = code.with_variants(0)
    assert where == "plots.figure_ends"
    assert "point_by_point for lines.affine" in says
    assert code.with_variants(1) == []  # which gives an array


def test_variants_that_answer_in_the_same_form_need_no_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = given_code(tmp_path, "affine(x, 1.0, 2.0)")
    drawn: list[str] = []
    monkeypatch.setattr(given, "draw", lambda module, name, *_, **__: drawn.append(name))
    code.with_variants(1)
    assert drawn == []
    code.with_variants(0)  # in lists
    assert sorted(drawn) == ["figure_ends", "figure_lines"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.ones(2), [1.0, 1.0]),
        (np.ones(2), np.ones(2, dtype=np.float32)),
        (np.ones(2), np.ones(2)[::-1]),
        (np.ones(2), np.broadcast_to(1.0, 2)),
        (np.ones(2), torch.ones(2)),
        (torch.ones(2), torch.ones(2, requires_grad=True)),
        ((np.ones(2), 1.0), [np.ones(2), 1.0]),
        ((np.ones(2), 1.0), (np.ones(2), np.float64(1.0))),
        ({"a": 1}, {"a": 1.0}),
    ],
)
def test_a_form_is_what_given_code_could_stumble_over(one: object, other: object) -> None:
    assert form_of(one) != form_of(other)
    assert form_of(one) == form_of(one)
    assert form_of([one] * 20) == form_of([one] * 30) != form_of([other] * 20)


def test_given_code_that_makes_arrays_is_good(tmp_path: Path) -> None:
    code = given_code(tmp_path, "np.asarray(affine(x, 1.0, 2.0))")
    assert code.with_lists() == code.with_variants(0) == []


def test_lists_that_checks_refuse_need_not_be_taken(tmp_path: Path) -> None:
    assert given_code(tmp_path, "affine(x, 1.0, 2.0)", KEEPS_ARRAYS).with_lists() == []


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ([1.0, 2.0], np.ndarray),
        ([[1, 2], [3, 4]], np.ndarray),
        ([[1, 2], [3]], list),
        ([], list),
        (["a", 1], list),
        ([np.ones(2), np.ones(2)], list),
        (3.0, float),
    ],
)
def test_nested_lists_of_numbers_become_arrays(value: object, kind: type) -> None:
    assert type(arrays_of(value)) is kind


def test_parts_become_arrays_one_by_one() -> None:
    first, second = arrays_of(([[1.0]], {"loss": [1, 2]}))
    assert first.shape == (1, 1)
    assert second["loss"].shape == (2,)
    assert arrays_of(lists_of([(np.eye(2), np.ones(3))]))[0][1].shape == (3,)
