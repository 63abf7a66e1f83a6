"""Checks of layers.py: against autograd, by central differences, by invariants; random things by their statistics."""

import numpy as np
import torch

from course.testing import (
    assert_between,
    assert_close,
    assert_parts,
    assert_raises,
    assert_shape,
    assert_that,
    assert_unchanged,
    compare_by,
    hidden,
    points,
)

SIZES = [(5, 3, 4), (1, 4, 2), (6, 2, 1), (3, 1, 5)]


def layer(rng, n, inputs, outputs):
    """Samples, weights, bias and a gradient of the output."""
    x, w = rng.normal(size=(n, inputs)) + 0.5, rng.normal(size=(inputs, outputs))
    return x, w, rng.normal(size=outputs) + 1, rng.normal(size=(n, outputs)) + 0.5


@points(1)
def test_dense_of_several_shapes(student, rng):
    for n, inputs, outputs in SIZES:
        x, w, b, _ = layer(rng, n, inputs, outputs)
        with assert_unchanged(x, w, b):
            result = student.dense(x, w, b)
        expected = torch.nn.functional.linear(*(torch.tensor(part) for part in (x, w.T, b)))
        assert_close(result, expected)
        single = student.dense(*(part.astype(np.float32) for part in (x, w, b)))
        assert_close(single, expected, rtol=1e-3, atol=1e-4)


@points(1)
def test_dense_backward_agrees_with_autograd(student, rng):
    for n, inputs, outputs in SIZES:
        x, w, b, grad = layer(rng, n, inputs, outputs)
        leaves = [torch.tensor(part, requires_grad=True) for part in (x, w, b)]
        (leaves[0] @ leaves[1] + leaves[2]).backward(torch.tensor(grad))
        with assert_unchanged(grad, x, w):
            result = student.dense_backward(grad, x, w)
        single = student.dense_backward(*(part.astype(np.float32) for part in (grad, x, w)))
        parts = zip(("x", "w", "b"), assert_parts(result, 3), assert_parts(single, 3), leaves, strict=True)
        for name, gradient, rough, leaf in parts:
            assert_close(gradient, leaf.grad, name=f"gradient of {name}")
            assert_close(rough, leaf.grad, rtol=1e-3, atol=1e-4, name=f"gradient of {name}")


@hidden
@points(1)
def test_dense_backward_is_the_adjoint_and_agrees_with_central_differences(student, rng):
    for n, inputs, outputs in [(4, 3, 2), (1, 2, 5)]:
        x, w, b, grad = layer(rng, n, inputs, outputs)
        grad_x, grad_w, grad_b = assert_parts(student.dense_backward(grad, x, w), 3)
        assert_shape(grad_x, x.shape, name="gradient of x")
        assert_shape(grad_w, w.shape, name="gradient of w")
        assert_shape(grad_b, b.shape, name="gradient of b")
        step = 1e-6
        for name, part, gradient in (("x", x, grad_x), ("w", w, grad_w), ("b", b, grad_b)):
            direction, held = rng.normal(size=part.shape), part.copy()
            losses = []
            for sign in (1, -1):
                part[...] = held + sign * step * direction
                losses.append(np.sum(grad * (x @ w + b)))
                part[...] = held
            slope = (losses[0] - losses[1]) / (2 * step)
            along = np.sum(np.asarray(gradient) * direction)
            assert_close(along, slope, rtol=1e-5, atol=1e-6, name=f"slope along a random direction of {name}")
        v = rng.normal(size=x.shape)
        assert_close(np.sum(np.asarray(grad_x) * v), np.sum(grad * (v @ w)), name="⟨Wᵀ-side, v⟩ = ⟨G, v W⟩")


def two_masks(module, x, rate, seed):
    """Dropout twice with one generator: results and masks."""
    import numpy as np

    rng = np.random.default_rng(seed)
    return [module.dropout(x, rate, rng) for _ in range(2)]


def what_was_dropped(x, y, mask, other):
    """Share and factors of what is kept in output and mask, how zeros are spread over rows, whether masks agree."""
    y, mask, kept = np.asarray(y), np.asarray(mask), np.asarray(y) != 0
    spread = kept.mean(axis=0).std() if kept.ndim > 1 else 0.0
    factor = np.median((y / x)[kept])
    return [kept.mean(), factor, np.median(mask[mask != 0]), spread, np.array_equal(mask, other)]


@points(1)
def test_dropout_drops_and_scales(student, rng):
    for shape, rate in [((80, 100), 0.3), ((20_000,), 0.8), ((50, 40, 10), 0.5)]:
        x = rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.5, 2, size=shape)
        seed = int(rng.integers(2**32))
        with assert_unchanged(x):
            result = student.run(two_masks, x, rate, seed)
        (y, mask), (_, other) = (assert_parts(part, 2) for part in assert_parts(result, 2))
        compare_by(what_was_dropped, x, y, mask, other, slack=0.04)
        assert_shape(y, shape)
        assert_shape(mask, shape, name="mask")
        kept = np.asarray(y) != 0
        slack = 6 * np.sqrt(rate * (1 - rate) / x.size)
        cause = "an entry is dropped with probability `rate`, kept with 1 − rate"
        assert_between(
            1 - kept.mean(), rate - slack, rate + slack, name="share of dropped entries", cause=cause
        )
        cause = "what is kept is divided by 1 − rate, so that the expected value stays what it was"
        assert_close(y, np.where(kept, x / (1 - rate), 0), name="output", cause=cause)
        cause = "the backward pass multiplies by the mask, so the output must be x times the mask"
        assert_close(x * np.asarray(mask), y, name="x times the mask", cause=cause)
        assert_that(not np.array_equal(mask, other), "Two calls in a row drop the same entries.")


@points(1)
def test_dropout_does_nothing_in_evaluation(student, rng):
    for shape in [(4, 3), (1, 6)]:
        x = rng.normal(size=shape) + 2
        for rate in (0.4, 0.9):
            with assert_unchanged(x):
                y, mask = assert_parts(student.dropout(x, rate, None), 2)
            assert_close(
                y, x, name="output in evaluation", cause="without a generator, nothing is dropped or scaled"
            )
            assert_close(mask, np.ones(shape), name="mask in evaluation")
    seed = int(rng.integers(2**32))
    y, _ = assert_parts(student.run(dropped, x, 0.0, seed), 2)
    cause = "a rate is at least 0 and less than 1: at 0 everything is kept, at 1 nothing is left"
    assert_close(y, x, name="output in training at rate 0", cause=cause)
    for rate in (1.0, -0.3):
        with assert_raises(ValueError, cause=cause):
            student.run(dropped, x, rate, seed)


def dropped(module, x, rate, seed):
    """Dropout with a new generator."""
    import numpy as np

    return module.dropout(x, rate, np.random.default_rng(seed))


@hidden
@points(1)
def test_dropout_at_the_edges(student, rng):
    x, seed = rng.normal(size=(5, 4)) + 2, int(rng.integers(2**32))
    y, _ = assert_parts(student.run(dropped, x, 0.0, seed), 2)
    assert_close(y, x, name="output at rate 0")
    again = []
    for _ in range(2):
        y, mask = assert_parts(student.run(dropped, x, 0.5, seed), 2)
        assert_close(y, np.where(np.asarray(mask) == 0, 0, 2 * x), name="output at rate 0.5")
        again.append(y)
    assert_close(again[0], again[1], name="output of a generator with the same seed")
    for rate in (1.0, -0.1, 1.5):
        with assert_raises(ValueError, cause="at rate 1 nothing is left: such a rate is to be a ValueError"):
            student.run(dropped, x, rate, seed)


def weights(module, fan_in, fan_out, scheme, seed):
    """First weights from a new generator."""
    import numpy as np

    return module.initialise(fan_in, fan_out, scheme, np.random.default_rng(seed))


def distribution(w, variance):
    """Mean, standard deviation, and mean and largest absolute value, in units of the deviation that is wanted."""
    w = np.asarray(w) / np.sqrt(variance)
    return [w.mean(), w.std(), np.abs(w).mean(), np.quantile(np.abs(w), 0.99)]


@points(1)
def test_initialise_has_the_variance_of_the_scheme(student, rng):
    for fan_in, fan_out in [(300, 100), (40, 700)]:
        for scheme, variance in (("glorot", 2 / (fan_in + fan_out)), ("he", 2 / fan_in)):
            w = student.run(weights, fan_in, fan_out, scheme, int(rng.integers(2**32)))
            compare_by(distribution, w, variance, slack=0.06)
            assert_shape(w, (fan_in, fan_out), name="matrix of weights")
            entries = np.asarray(w)
            deviation = np.sqrt(variance)
            error = 6 * deviation / np.sqrt(entries.size)
            assert_between(entries.mean(), -error, error, name=f"mean of the weights ({scheme})")
            low, high = 0.95 * deviation, 1.05 * deviation
            assert_between(entries.std(), low, high, name=f"standard deviation of the weights ({scheme})")


@points(1)
def test_initialise_has_the_distribution_of_the_scheme(student, rng):
    fan_in, fan_out = 250, 150
    seed = int(rng.integers(2**32))
    uniform = np.abs(np.asarray(student.run(weights, fan_in, fan_out, "glorot", seed)))
    bound = np.sqrt(6 / (fan_in + fan_out))
    assert_between(
        uniform.max(), 0.99 * bound, bound, name="largest weight (glorot)", cause="uniform from −a to a"
    )
    normal = np.abs(np.asarray(student.run(weights, fan_in, fan_out, "he", seed))) / np.sqrt(2 / fan_in)
    beyond_two = np.mean(normal > 2)
    cause = "of normally distributed numbers, 4.6 % lie beyond two standard deviations"
    assert_between(beyond_two, 0.036, 0.056, name="share of weights beyond two deviations (he)", cause=cause)
    other = np.abs(np.asarray(student.run(weights, fan_in, fan_out, "he", seed + 1)))
    assert_that(not np.array_equal(normal * np.sqrt(2 / fan_in), other), "Every seed gives the same weights.")
    again = np.abs(np.asarray(student.run(weights, fan_in, fan_out, "he", seed + 1)))
    cause = "np.random is asked for chance, or a generator of its own, and not the one that is given"
    assert_that(np.array_equal(again, other), "The same generator gives other weights each time.", cause)
    with assert_raises(ValueError):
        student.run(weights, 3, 4, "zeros", seed)


def rosenbrock(x):
    """Coupled: the slope along one entry depends on the other."""
    return float((1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2)


def rosenbrock_gradient(x):
    inner = x[1] - x[0] ** 2
    return np.array([-2 * (1 - x[0]) - 400 * x[0] * inner, 200 * inner])


def valley_side(rng, shape):
    """Where Rosenbrock's gradient is large, or a matrix of positive numbers."""
    if shape == (2,):
        return np.array([rng.uniform(0.5, 0.9), rng.uniform(1.2, 1.5)])
    return rng.uniform(0.5, 1.5, size=shape)


def coupled(x):
    """A cubic form of a matrix, in which all entries meet."""
    return float((x @ x.T).sum() * x.sum())


def coupled_gradient(x):
    columns = x.sum(axis=0)
    return 2 * columns * x.sum() + (x @ x.T).sum() + np.zeros(x.shape)


@points(1)
def test_gradient_error_of_right_gradients(student, rng):
    cases = [(rosenbrock, rosenbrock_gradient, (2,)), (coupled, coupled_gradient, (3, 2))]
    for f, gradient_of, shape in cases:
        x = valley_side(rng, shape)
        gradient = gradient_of(x)
        with assert_unchanged(x, gradient):
            result = student.gradient_error(f, gradient, x)
        twice = student.gradient_error(f, 2 * gradient, x, 1e-5)
        assert_close(twice, 1 / 3, rtol=1e-7, name="error of twice the gradient")
        assert_between(result, 0, 1e-8, name="error of a right gradient")


@points(1)
def test_gradient_error_of_wrong_gradients(student, rng):
    for f, gradient_of, shape in [
        (rosenbrock, rosenbrock_gradient, (2,)),
        (coupled, coupled_gradient, (2, 3)),
    ]:
        x = valley_side(rng, shape)
        right = gradient_of(x)
        factor = rng.uniform(2, 5)
        wrong = {
            "of twice the gradient": (2 * right, 1 / 3),
            "of the gradient with the wrong sign": (-right, 1.0),
            "of a gradient of zeros": (0 * right, 1.0),
            f"of {factor:.3g} times the gradient": (factor * right, (factor - 1) / (factor + 1)),
        }
        for name, (gradient, expected) in wrong.items():
            with assert_unchanged(x, gradient):
                result = student.gradient_error(f, gradient, x, 1e-5)
            assert_close(result, expected, rtol=1e-7, name=f"error {name}")
    flat = student.gradient_error(lambda x: 3.0, np.zeros((2, 2)), rng.normal(size=(2, 2)))
    assert_close(flat, 0.0, name="error of the zero gradient of a constant")


@hidden
@points(1)
def test_gradient_error_tells_a_central_from_a_one_sided_difference(student, rng):
    x = valley_side(rng, (2,))
    gradient = rosenbrock_gradient(x)
    result = student.gradient_error(rosenbrock, gradient, x, 1e-3)
    step, numerical = 1e-3, np.empty(2)
    for k in range(2):
        unit = np.eye(2)[k]
        numerical[k] = (rosenbrock(x + step * unit) - rosenbrock(x - step * unit)) / (2 * step)
    size = np.linalg.norm(gradient) + np.linalg.norm(numerical)
    expected = np.linalg.norm(gradient - numerical) / size
    assert_close(result, expected, rtol=1e-3, atol=1e-10, name="error with a step of 0.001")
