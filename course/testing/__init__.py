"""What a test file imports: points, and assertions that teach.

    from course.testing import assert_close, points

The machinery around it (pytest plugin, runner, scanner of refused calls, answers) stands in the other
modules.
"""

from course.testing.assertions import (
    assert_between,
    assert_close,
    assert_converges,
    assert_decreasing,
    assert_dtype,
    assert_equal,
    assert_finite,
    assert_object,
    assert_parts,
    assert_raises,
    assert_shape,
    assert_that,
    assert_unchanged,
    compare_by,
    in_place,
)
from course.testing.marks import hidden, misconception, points, training, variant

__all__ = [
    "assert_between",
    "assert_close",
    "assert_converges",
    "assert_decreasing",
    "assert_dtype",
    "assert_equal",
    "assert_finite",
    "assert_object",
    "assert_parts",
    "assert_raises",
    "assert_shape",
    "assert_that",
    "assert_unchanged",
    "compare_by",
    "hidden",
    "in_place",
    "misconception",
    "points",
    "training",
    "variant",
]
