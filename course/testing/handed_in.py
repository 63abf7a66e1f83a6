"""What checks of projects ask: what was handed in beside the code, which methods there are, and whether figures can be
had again.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from course.catalog import find_root, load_course
from course.catalog.model import RESULTS
from course.errors import CourseError
from course.projects.handing_in import Results, read_results, wrong_with_methods
from course.testing.assertions import CheckFailed, assert_finite, assert_shape
from course.testing.describing import as_array, describe
from course.worker.far.importing import ModuleSpace
from course.worker.near.handle import Handle, Student


def handed_in_results(student: Student, test: str) -> Results:
    """What ``results.json`` of the submission says; ``test`` is ``__file__`` of the test. It is read on this side: no
    student code runs for it.
    """
    course = load_course(find_root(Path(test)), drafts=True)
    text = student._text(RESULTS)
    if text is None:
        named_methods(student)  # where no experiment is either, that is what is to be said
    try:
        return read_results(text, course.day(Path(test).parent.name))
    except CourseError as error:
        raise CheckFailed(str(error)) from None


def named_methods(student: Student) -> list[str]:
    """The names in ``METHODS`` of an experiment, the baseline first."""
    names = student.METHODS
    wrong = wrong_with_methods(names)
    if wrong:
        raise CheckFailed(wrong, (("came back", describe(names)),))
    return list(names)


def judged_methods(student: Student, rng: np.random.Generator) -> list[str]:
    """Two that a check trains, for it has no time for more: one of the others, drawn, and the last one."""
    *others, last = named_methods(student)
    return [others[int(rng.integers(len(others)))], last]


def assert_kept(same: bool, method: str) -> None:
    """Whether a model says the ``same`` once another one has been trained with a method."""
    if not same:
        raise CheckFailed(
            f"A model of {method!r} says something else once another one has been trained.",
            cause="is something that `predict` needs kept outside of what `fit` gives, where the next one replaces it?",
        )


def plain_numbers(result: Any, shape: tuple[int, ...]) -> np.ndarray:
    """What `predict` says, as a float64 array, once it has this shape and is finite."""
    assert_shape(result, shape)
    assert_finite(result)
    return as_array(result).astype(np.float64)


def plain_strings(result: Any, count: int, of: str) -> list[str]:
    """What `predict` says, once it is one string for each of ``count``; ``of`` names them: pictures."""
    said = result.tolist() if isinstance(result, np.ndarray) and result.ndim == 1 else result
    rows = (("expected", f"list of {count} strings"), ("came back", describe(said)))
    if not isinstance(said, (list, tuple)):
        yields = isinstance(said, Handle) and said._type == "generator"
        why = (
            "is a `return` missing?"
            if said is None
            else "`list(…)` takes all that it yields"
            if yields
            else ""
        )
        raise CheckFailed("What `predict` gives is no list of strings.", rows, cause=why)
    odd = next((i for i, one in enumerate(said) if not isinstance(one, str)), None)
    if odd is not None:
        words = isinstance(said[odd], (list, tuple)) and all(isinstance(one, str) for one in said[odd])
        why = "`' '.join(words)` makes one string of words" if words else ""
        raise CheckFailed(
            f"Number {odd} of what `predict` gives is no string.",
            (("expected", "str"), ("came back", describe(said[odd]))),
            cause=why,
        )
    if len(said) != count:
        raise CheckFailed(f"Of {count} {of} {len(said)} answers come back.")
    return [str(one) for one in said]


def chosen(results: Results, test: str) -> str:
    """The data that was measured on, once it is one that ``data.py`` of the project knows; ``test`` is ``__file__`` of
    the test.
    """
    names = given_module(test, f"{Path(test).parent.name}.data").DATA
    if results.data not in names:
        known = ", ".join(map(repr, names))
        raise CheckFailed(f"{RESULTS} is of {results.data!r}; the data to choose from is {known}.")
    return results.data


def drawn(results: Results, method: str, rng: np.random.Generator) -> int:
    """One of the seeds with which a method was measured."""
    return int(rng.choice(sorted(_measured(results, method))))


def assert_reproduced(
    results: Results, method: str, seed: int, figures: Mapping[str, float], within: Mapping[str, float]
) -> None:
    """Every figure that was computed again is what ``results.json`` has for a method and a seed; by name, how far the
    two may lie apart.
    """
    for name, again in figures.items():
        claimed, apart = _claimed(results, method, seed, name), within[name]
        if not abs(claimed - again) <= apart:
            in_per_cent = abs(claimed) > 1 and abs(claimed / 100 - again) <= apart
            raise CheckFailed(
                f"The figure {name!r} of {method!r} with seed {seed} cannot be reproduced.",
                (
                    ("in results", f"{claimed:.4g}"),
                    (
                        "computed",
                        f"{again:.4g}, from the code as it was handed in; {apart:g} apart is allowed",
                    ),
                ),
                cause=f"is that in per cent? {RESULTS} is as the measuring program writes it"
                if in_per_cent
                else "was the code changed after it was measured, or does it draw without `seed`?",
            )


def assert_holds(
    results: Results, method: str, name: str, again: float, margin: float, *, on: str, low: bool = False
) -> None:
    """A figure on data that nobody has seen is no worse than the mean of the claims by more than a margin and three
    standard deviations of them. ``on`` names the data for the message; of a figure that is good when it is ``low``,
    larger is worse.
    """
    if not holds(results, method, name, again, margin, low=low):
        mean, spread = _mean_and_spread(results, method, name)
        raise CheckFailed(
            f"On {on} the figure {name!r} of {method!r} is {again:.4g}, far {'above' if low else 'below'} what "
            f"{RESULTS} says.",
            (
                ("in results", f"{mean:.4g} on average, with a standard deviation of {spread:.2g}"),
                ("allowed", f"worse by {margin:g} and three standard deviations, {margin + 3 * spread:.2g}"),
            ),
            cause="were choices made on the data that the figures are of?",
        )


def holds(
    results: Results, method: str, name: str, again: float, margin: float, *, low: bool = False
) -> bool:
    """Whether `assert_holds` would pass: for a test that trains once more before it says no."""
    mean, spread = _mean_and_spread(results, method, name)
    return (again - mean if low else mean - again) <= margin + 3 * spread


def _mean_and_spread(results: Results, method: str, name: str) -> tuple[float, float]:
    claims = [_claimed(results, method, seed, name) for seed in _measured(results, method)]
    return float(np.mean(claims)), float(np.std(claims))


def _measured(results: Results, method: str) -> Mapping[int, Mapping[str, float]]:
    if method not in results.methods:
        known = ", ".join(map(repr, results.methods))
        raise CheckFailed(f"{RESULTS} has no method {method!r}; there is: {known}. Measure again.")
    return results.methods[method]


def _claimed(results: Results, method: str, seed: int, name: str) -> float:
    figures = _measured(results, method)[seed]
    if name not in figures:
        raise CheckFailed(f"{RESULTS} has no figure {name!r} for {method!r} with seed {seed}; measure again.")
    return figures[name]


@cache
def given_module(test: str, module: str) -> ModuleType:
    """The course's own copy of a given module, ``project_detection.data``, for the trusted side: that of a submission
    is never imported here. ``test`` is ``__file__`` of the test.
    """
    root = find_root(Path(test))
    days = [path.parent.name for path in (root / "tests").glob("*/exercises.toml")]
    return ModuleSpace(root, days).import_module(module)
