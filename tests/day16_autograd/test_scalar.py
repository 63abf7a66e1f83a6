"""Checks of scalar.py."""

from course.testing import assert_that, points


@points(1)
def test_value_mul_of_random_inputs(student, rng):
    x = rng.normal(size=5)
    student.Value().__mul__(x)
    # FILL(scalar.Value.__mul__): an independent reference, and assert_close(…, reference)
    assert_that(False, "FILL(scalar.Value.__mul__): this test compares nothing yet")


@points(1)
def test_topological_order_of_random_inputs(student, rng):
    x = rng.normal(size=5)
    student.topological_order(x)
    # FILL(scalar.topological_order): an independent reference, and assert_close(…, reference)
    assert_that(False, "FILL(scalar.topological_order): this test compares nothing yet")


@points(1)
def test_arithmetic_of_random_inputs(student, rng):
    x = rng.normal(size=5)
    student.Arithmetic(x)
    # FILL(scalar.Arithmetic): an independent reference, and assert_close(…, reference)
    assert_that(False, "FILL(scalar.Arithmetic): this test compares nothing yet")


@points(1)
def test_value_backward_of_random_inputs(student, rng):
    x = rng.normal(size=5)
    student.Value().backward(x)
    # FILL(scalar.Value.backward): an independent reference, and assert_close(…, reference)
    assert_that(False, "FILL(scalar.Value.backward): this test compares nothing yet")
