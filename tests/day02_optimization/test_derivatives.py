"""Checks of derivatives.py: polynomials with random coefficients, whose differences are known exactly."""

import numpy as np
from scipy.optimize import rosen, rosen_der
from scipy.special import expit
from scipy.stats import linregress

from course.testing import (
    assert_between,
    assert_close,
    assert_finite,
    assert_that,
    assert_unchanged,
    hidden,
    points,
)


def inputs(rng):
    """A number, and arrays of several shapes."""
    return [float(rng.uniform(-2, 2)), *(rng.uniform(-2, 2, size=shape) for shape in [(4,), (1,), (2, 3)])]


@points(1)
def test_forward_difference_of_a_cubic(student, rng):
    b, c, d = rng.uniform(1, 3, size=3)
    for x, h in zip(inputs(rng), (0.5, 0.1, 0.3, 0.2), strict=True):
        with assert_unchanged(x):
            result = student.forward_difference(lambda x: b * x + c * x**2 + d * x**3, x, h)
        assert_close(result, b + c * (2 * x + h) + d * (3 * x**2 + 3 * x * h + h**2))
    single = rng.uniform(-2, 2, size=3).astype(np.float32)
    result = student.forward_difference(lambda x: b * x, single, 0.25)
    assert_close(result, np.full(3, b), rtol=1e-4, atol=1e-4)


@points(1)
def test_forward_difference_comes_near_the_derivative(student, rng):
    x = rng.uniform(-2, 2, size=5)
    assert_close(student.forward_difference(np.sin, x), np.cos(x), atol=1e-6)
    steps = 0.02 * 0.5 ** np.arange(5)
    errors = [np.max(np.abs(student.forward_difference(np.exp, x, h) - np.exp(x))) for h in steps]
    order = linregress(np.log(steps), np.log(errors)).slope
    assert_between(order, 0.9, 1.1, name="order of the error", cause="half the step, half the error")


@points(1)
def test_central_difference_of_a_cubic(student, rng):
    b, c, d = rng.uniform(1, 3, size=3)
    for x, h in zip(inputs(rng), (0.5, 0.1, 0.3, 0.2), strict=True):
        with assert_unchanged(x):
            result = student.central_difference(lambda x: b * x + c * x**2 + d * x**3, x, h)
        assert_close(result, b + 2 * c * x + d * (3 * x**2 + h**2))
    single = rng.uniform(-2, 2, size=3).astype(np.float32)
    result = student.central_difference(lambda x: b * x, single, 0.25)
    assert_close(result, np.full(3, b), rtol=1e-4, atol=1e-4)


@points(1)
def test_central_difference_is_of_second_order(student, rng):
    x = rng.uniform(-2, 2, size=5)
    assert_close(student.central_difference(np.sin, x), np.cos(x), atol=1e-8)
    steps = 0.2 * 0.5 ** np.arange(5)
    errors = [np.max(np.abs(student.central_difference(np.exp, x, h) - np.exp(x))) for h in steps]
    order = linregress(np.log(steps), np.log(errors)).slope
    assert_between(order, 1.9, 2.1, name="order of the error", cause="half the step, a quarter of the error")


@points(1)
def test_convergence_order_of_noisy_errors(student, rng):
    for n, p in [(6, 2.0), (9, 1.0), (3, 4.0), (12, 0.5)]:
        steps = 10 ** np.sort(rng.uniform(-4, -1, size=n))[::-1]
        errors = rng.uniform(3, 9) * steps**p * np.exp(rng.normal(scale=0.3, size=n))
        with assert_unchanged(steps, errors):
            result = student.convergence_order(steps, errors)
        assert_close(result, linregress(np.log(steps), np.log(errors)).slope)
    result = student.convergence_order(steps.astype(np.float32), errors.astype(np.float32))
    assert_close(result, linregress(np.log(steps), np.log(errors)).slope, rtol=1e-3)


@hidden
@points(1)
def test_convergence_order_of_two_points_and_of_any_order(student, rng):
    steps = np.array([rng.uniform(0.1, 0.3), rng.uniform(0.01, 0.03)])
    p, c = rng.uniform(1, 5), rng.uniform(2, 4)
    assert_close(student.convergence_order(steps, c * steps**p), p)
    steps = 10 ** rng.uniform(-4, -1, size=7)
    assert_close(student.convergence_order(steps, c * steps**p), p)


@points(1)
def test_sigmoid_of_several_shapes(student, rng):
    for shape in [(5,), (1,), (2, 3), (2, 1, 3)]:
        z = rng.normal(scale=3, size=shape)
        with assert_unchanged(z):
            result = student.sigmoid(z)
        assert_close(result, expit(z))
    number = float(rng.uniform(1, 3))
    assert_close(student.sigmoid(number), expit(number))
    assert_close(student.sigmoid(-number), expit(-number))
    integers = rng.permutation(np.arange(-3, 4))
    assert_close(student.sigmoid(integers), expit(integers.astype(float)))
    single = rng.normal(size=4).astype(np.float32)
    assert_close(student.sigmoid(single), expit(single.astype(float)), rtol=1e-4, atol=1e-5)


def overflowing(module, z):
    """The entries of z, alone and all together, for which anything overflows on the way."""
    import numpy as np

    found = []
    with np.errstate(over="raise"):
        for part in (*z.tolist(), z):
            try:
                module.sigmoid(part)
            except FloatingPointError:
                found.append(part)
    return found


@points(1)
def test_sigmoid_far_from_zero_does_not_overflow(student, rng):
    z = rng.permutation([-1000.0, -800.0, -40.0, 40.0, 800.0, 1000.0]) + rng.uniform(-1, 1)
    assert_close(student.sigmoid(z), expit(z), cause="inf / inf: exp(800) is not a floating-point number")
    assert_that(
        student.run(overflowing, z) == [],
        "The exponential function overflows on the way to the result.",
        cause="exp of a large positive number; use exp(−|z|), which never exceeds 1",
    )


@points(1)
def test_sigmoid_derivative_of_several_shapes(student, rng):
    for shape in [(5,), (1,), (3, 2)]:
        z = rng.normal(scale=2, size=shape)
        with assert_unchanged(z):
            result = student.sigmoid_derivative(z)
        assert_close(result, 1 / (4 * np.cosh(z / 2) ** 2))
    number = float(rng.uniform(0.5, 2))
    assert_close(student.sigmoid_derivative(number), 1 / (4 * np.cosh(number / 2) ** 2))
    single = rng.normal(size=4).astype(np.float32)
    assert_close(student.sigmoid_derivative(single), 1 / (4 * np.cosh(single / 2) ** 2), rtol=1e-4, atol=1e-5)
    far = np.array([-800.0, -740.0, 740.0, 800.0]) + rng.uniform(-9, 9, size=4)
    cause = "exp(−z) is infinite far on the left: go through `sigmoid`, which is not"
    assert_close(student.sigmoid_derivative(far), np.zeros(4), name="result far from zero", cause=cause)


@hidden
@points(1)
def test_sigmoid_derivative_far_from_zero(student, rng):
    z = np.array([-900.0, -30.0, 30.0, 900.0]) + rng.uniform(-9, 9, size=4)
    result = student.sigmoid_derivative(z)
    assert_finite(result)
    assert_close(result, np.zeros(4))
    near = np.append(z, rng.uniform(0.5, 2, size=2))
    expected = np.append(np.zeros(4), 1 / (4 * np.cosh(near[4:] / 2) ** 2))
    assert_close(student.sigmoid_derivative(near), expected)


@points(2)
def test_numerical_gradient_of_coupled_functions(student, rng):
    x = rng.uniform(0.5, 1.5, size=6) * rng.choice([-1, 1], size=6)
    apart = student.numerical_gradient(lambda x: np.sum(x**2), x)
    assert_close(apart, 2 * x, rtol=1e-6, name="gradient of Σ x_i², each coordinate for itself")
    cause = "where are the other coordinates while one is moved? The slope of x·y along x depends on y"
    for h in (1e-2, 1e-5):
        x = rng.uniform(1, 3, size=2) * rng.choice([-1, 1], size=2)
        with assert_unchanged(x):
            result = student.numerical_gradient(lambda x: x[0] * x[1] + x[0] ** 2, x, h)
        assert_close(result, [x[1] + 2 * x[0], x[0]], rtol=1e-5, cause=cause)
    for n in (2, 3, 6):
        x = rng.uniform(0.5, 1.5, size=n) * rng.choice([-1, 1], size=n)
        with assert_unchanged(x):
            result = student.numerical_gradient(rosen, x)
        assert_close(result, rosen_der(x), rtol=1e-8, atol=1e-5, cause=cause)


@points(1)
def test_numerical_gradient_of_quadratic_functions(student, rng):
    for n in (1, 2, 5):
        a, b, x = rng.uniform(1, 3, size=(n, n)), rng.normal(size=n), rng.uniform(1, 3, size=n)
        result = student.numerical_gradient(lambda x, a=a, b=b: x @ a @ x + b @ x, x)
        assert_close(result, (a + a.T) @ x + b, rtol=1e-9, atol=1e-7)


@points(1)
def test_numerical_gradient_steps_by_h_to_both_sides(student, rng):
    for n, h in [(3, 0.1), (1, 0.3), (4, 0.02)]:
        c, x = rng.uniform(1, 3, size=n), rng.uniform(-2, 2, size=n)
        result = student.numerical_gradient(lambda x, c=c: np.sum(c * x**3), x, h)
        assert_close(result, 3 * c * x**2 + c * h**2, cause="(f(x + h) − f(x − h)) / 2h, with the h given")


@points(1)
def test_numerical_gradient_of_other_precisions(student, rng):
    cause = "the small step is lost: compute in double precision, whatever x holds"
    a = rng.uniform(1, 2, size=3)
    x = rng.uniform(1, 2, size=3)
    inputs = rng.integers(1, 5, size=3), x.astype(np.float32)
    with assert_unchanged(
        *inputs
    ):  # both are asked before one is judged: so mistakes that lose a step differ
        results = [student.numerical_gradient(lambda x: np.sum(a * x * x) + x[0] * x[2], x) for x in inputs]
    for result, exact in zip(results, (given.astype(float) for given in inputs), strict=True):
        expected = 2 * a * exact + np.array([exact[2], 0, exact[0]])
        assert_close(result, expected, rtol=1e-5, atol=1e-6, cause=cause)


def quadratic(rng, n):
    """A random quadratic function, its gradient, and a point where no entry of the gradient is near 0."""
    a, b = rng.uniform(0.5, 2, size=(n, n)), rng.uniform(0.5, 2, size=n)
    return (lambda x: x @ a @ x + b @ x), (lambda x: (a + a.T) @ x + b), rng.uniform(1, 3, size=n)


@points(1)
def test_gradient_check_tells_right_from_wrong(student, rng):
    for n in (3, 1, 5):
        f, gradient, x = quadratic(rng, n)
        with assert_unchanged(x):
            result = student.gradient_check(f, gradient, x)
        assert_between(result, 0, 1e-7, name="relative difference of the right gradient")
        for factor in (2.0, -1.0, rng.uniform(0.2, 0.8)):
            result = student.gradient_check(f, lambda x, g=gradient, c=factor: c * g(x), x)
            expected = abs(factor - 1) / (abs(factor) + 1)
            assert_close(
                result, expected, atol=1e-6, name=f"relative difference of {factor:.3g} times the gradient"
            )


@points(1)
def test_gradient_check_is_relative(student, rng):
    f, gradient, x = quadratic(rng, 4)
    slip = np.array([0, 0.3, 0, 0]) * gradient(x)
    expected = np.linalg.norm(slip) / (np.linalg.norm(gradient(x)) + np.linalg.norm(gradient(x) + slip))
    for scale in (1.0, 1e6, 1e-6):
        result = student.gradient_check(
            lambda x, s=scale: s * f(x), lambda x, s=scale: s * (gradient(x) + slip), x
        )
        assert_close(
            result,
            expected,
            rtol=5e-6,
            cause="is it divided by the lengths of both gradients? A slip then counts the same in every unit",
        )

    c, h = rng.uniform(1, 3, size=3), rng.uniform(0.2, 0.4)
    x = rng.uniform(1, 2, size=3)
    result = student.gradient_check(lambda x: np.sum(c * x**3), lambda x: 3 * c * x**2, x, h)
    a, b = 3 * c * x**2, 3 * c * x**2 + c * h**2
    expected = np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))
    assert_close(
        result, expected, rtol=1e-5, name="result with a large h", cause="the h given is for the differences"
    )
    value = float(rng.normal())
    result = student.gradient_check(lambda x: value, lambda x: np.zeros(3), x)
    assert_close(result, 0.0, cause="0 / 0: both gradients are zero, so they agree")


@hidden
@points(1)
def test_gradient_check_where_one_of_the_two_is_zero(student, rng):
    x, value = rng.normal(size=3), float(rng.normal())
    result = student.gradient_check(lambda x: value, lambda x: np.ones(3), x)
    assert_close(result, 1.0)
    c = rng.uniform(1, 3, size=6)
    result = student.gradient_check(lambda x: c @ x, lambda x: np.zeros(6), rng.normal(size=6))
    assert_close(result, 1.0)
    result = student.gradient_check(lambda x: value, lambda x: np.zeros(2), x[:2])
    assert_close(result, 0.0)
